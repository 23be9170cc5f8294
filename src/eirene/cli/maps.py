"""``eirene maps``: base maps that the mission owns."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import msgspec

from eirene.cli.console import say, starts_anew, table
from eirene.cli.reach import node_folder, running
from eirene.config import Settings
from eirene.maps import Asked, OwnMap, carried_out
from eirene.maps.shelf import ORDER

_ABOUT = "keep base maps of the mission's own"
_MORE = (
    "A node that runs does it itself, so nothing has to be stopped.\n\n"
    "A map lies in the node's folder and is shown to everybody who is signed in, so it must hold\n"
    "no secret. Nothing is fetched. eirene backup takes it along, sealed, up to 4 GiB each."
)


def add_verbs(places: Any, common: argparse.ArgumentParser) -> None:
    """The verbs, with their arguments."""
    maps = places.add_parser(
        "maps",
        help=_ABOUT,
        about=_ABOUT,
        more=_MORE,
    )
    acts = maps.add_subparsers(title="verbs", metavar="VERB", required=True)
    one = acts.add_parser(
        "add", parents=[common], help="check a file and show it under the picture from now on"
    )
    one.add_argument("file", type=Path, help="PMTiles 3, MBTiles, or a GeoPackage with tiles")
    one.add_argument("--name", default="", help="what it is called (default: what the file says)")
    one.add_argument("--attribution", default="", help="whose map it is; stands beside it")
    one.add_argument("--licence", default="", help="under which licence it may be shown")
    one.add_argument(
        "--as-of", default="", metavar="DAY", help="of when it is: 2024, or 2024-03-31"
    )
    one.add_argument(
        "--order", type=int, default=ORDER, help=f"higher ones lie on top (default {ORDER})"
    )
    one.add_argument("--layer", default="", help="which tiles of a GeoPackage with several")
    one.set_defaults(run=_add)
    acts.add_parser("list", parents=[common], help="list the maps of this node's own").set_defaults(
        run=_list
    )
    order = acts.add_parser("order", parents=[common], help="say which map lies on which")
    order.add_argument("maps", nargs="+", help="ids of all of them, the lowest first")
    order.set_defaults(run=_order)
    gone = acts.add_parser("remove", parents=[common], help="take a map away")
    gone.add_argument("map", help="its id, as eirene maps list gives it")
    gone.set_defaults(run=_remove)


def _done(settings: Settings, act: str, **given: Any) -> dict[str, Any]:
    """An act on the running node, over its socket; in its folder where none runs."""
    asked = {"act": act, **given}
    answer = running(settings, "maps", asked)
    return carried_out(node_folder(settings.data), asked) if answer is None else answer


def _maps(answer: dict[str, Any]) -> list[OwnMap]:
    return msgspec.convert(answer["maps"], list[OwnMap])


def _map(answer: dict[str, Any]) -> OwnMap:
    return msgspec.convert(answer["map"], OwnMap)


def _add(args: argparse.Namespace, settings: Settings) -> None:
    asked = Asked(
        title=args.name,
        attribution=args.attribution,
        licence=args.licence,
        as_of=args.as_of,
        order=args.order,
        layer=args.layer,
    )
    file = str(args.file.resolve())
    with starts_anew():
        made = _map(_done(settings, "add", file=file, asked=msgspec.to_builtins(asked)))
    say(f"{made.id}: {_what(made)}. Whoever loads the page now can switch it on and off.")


def _list(_args: argparse.Namespace, settings: Settings) -> None:
    _show(_maps(_done(settings, "list")))


def _show(maps: list[OwnMap]) -> None:
    if not maps:
        say("No maps of this node's own. Those that ship with Eirene are always there.")
        return
    rows = [
        (one.id, one.title, _what(one), one.as_of or "not known", one.added[:10], one.attribution)
        for one in maps
    ]
    table(rows, "map", "title", "what", "as of", "added", "attribution")


def _order(args: argparse.Namespace, settings: Settings) -> None:
    _show(_maps(_done(settings, "order", maps=args.maps)))


def _remove(args: argparse.Namespace, settings: Settings) -> None:
    say(f"{_map(_done(settings, 'remove', map=args.map)).id} is gone.")


def _what(one: OwnMap) -> str:
    size = f"{one.size / 1e6:,.1f} MB"
    return f"{one.tiles}, zoom {one.min_zoom} to {one.max_zoom}, {size}"
