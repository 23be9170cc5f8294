"""``eirene divisions``: versions of how the country is divided."""

from __future__ import annotations

import argparse
import csv
from pathlib import Path
from typing import Any

from eirene.cli.console import say, table
from eirene.cli.reach import node_folder
from eirene.config import Settings
from eirene.imports.encodings import encoding_of, open_text

_ABOUT = "keep versions of the country's divisions: borders and P-codes before and after a reform"
_MORE = (
    "A version is one more way to count by area and to read P-codes; what was filed stays as it is.\n"
    "It lies in the node's folder and is shown to everybody who is signed in, so it must hold no\n"
    "secret. eirene backup takes it along, sealed."
)


def add_verbs(places: Any, common: argparse.ArgumentParser) -> None:
    """The verbs, with their arguments."""
    divisions = places.add_parser(
        "divisions",
        help=_ABOUT,
        about=_ABOUT,
        more=_MORE,
    )
    acts = divisions.add_subparsers(title="verbs", metavar="VERB", required=True)
    one = acts.add_parser("add", parents=[common], help="check a version and offer it from now on")
    one.add_argument(
        "files",
        type=Path,
        nargs="*",
        metavar="FILE",
        help="borders, GeoJSON or GeoPackage, one file a level; columns like adm2_pcode, as in COD-AB",
    )
    one.add_argument("--version", required=True, metavar="ID", help="a short name, as 2020")
    one.add_argument("--title", default="", help="what it is called (default: of the id)")
    one.add_argument("--valid-from", default="", metavar="DAY", help="first day: 2020-12-10")
    one.add_argument("--valid-to", default="", metavar="DAY", help="last day, where there was one")
    one.add_argument("--source", default="", help="whose list it is")
    one.add_argument("--licence", default="", help="under which licence it may be shown")
    one.add_argument(
        "--attribution", default="", help="stands beside the map (default: the source)"
    )
    one.add_argument("--note", default="", help="how it was derived, where it was")
    one.add_argument(
        "--pcodes",
        type=Path,
        metavar="CSV",
        help="P-codes with level, pcode, name, parent_pcode (default: those in the borders)",
    )
    one.add_argument(
        "--disputed", type=Path, metavar="FILE", help="lines that are not agreed, drawn dashed"
    )
    one.add_argument("--layer", default=None, help="which layer of a GeoPackage with several")
    one.set_defaults(run=_add)
    acts.add_parser("list", parents=[common], help="list all versions").set_defaults(run=_list)
    gone = acts.add_parser("remove", parents=[common], help="take a version away")
    gone.add_argument("version", metavar="ID")
    gone.set_defaults(run=_remove)


def _add(args: argparse.Namespace, settings: Settings) -> None:
    # geometry, which other verbs do without, takes as long as all the rest of a start
    from eirene.imports.outlines import outlines
    from eirene.missions import own
    from eirene.missions.divisions import Told

    told = Told(
        id=args.version,
        title=args.title or f"Divisions {args.version}",
        valid_from=args.valid_from,
        valid_to=args.valid_to,
        source=args.source,
        licence=args.licence,
        attribution=args.attribution or args.source,
        note=args.note,
    )
    layers = [
        [own.Shape(fields, shape) for fields, shape in outlines(path, args.layer)]
        for path in args.files
    ]
    lines = [shape for _, shape in outlines(args.disputed)] if args.disputed else []
    made = own.add(
        node_folder(settings.data), told, layers, _rows(args.pcodes) if args.pcodes else [], lines
    )
    levels = ", ".join(str(one.level) for one in made.areas) or "none"
    say(f"{made.id}: borders of level {levels}. Whoever loads the page now can count by it.")


def _rows(path: Path) -> list[dict[str, str]]:
    with open_text(path, encoding_of(path, None).name) as stream:
        lines = (line for line in stream if not line.startswith("# "))
        return list(csv.DictReader(lines))


def _list(_args: argparse.Namespace, settings: Settings) -> None:
    from eirene.missions import mission_named, own

    told = mission_named(settings.mission).declaration.divisions if settings.mission else ()
    brought = own.listed(node_folder(settings.data))
    rows = [
        (
            one.id,
            one.title,
            one.valid_from or "not known",
            one.valid_to or "still",
            ", ".join(str(area.level) for area in one.areas) or "none",
            one.source,
        )
        for one in (*told, *(one for one, _ in brought))
    ]
    if not rows:
        say("No versions: the mission ships none, and none was brought.")
        return
    table(rows, "version", "title", "valid from", "valid to", "borders", "source")


def _remove(args: argparse.Namespace, settings: Settings) -> None:
    from eirene.missions import own

    own.remove(node_folder(settings.data), args.version)
    say(f"{args.version} is gone.")
