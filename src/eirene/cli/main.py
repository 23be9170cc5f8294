"""The ``eirene`` command: its verbs, their arguments, and what happens when one fails."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from eirene import __version__
from eirene.cli import configuration, divisions, erase, maps, verbs
from eirene.cli.console import fault, note
from eirene.cli.manual import Arguments
from eirene.config import Settings, settings
from eirene.errors import EireneError
from eirene.reports.sentences import say
from eirene.reports.words import first_spoken, speaking

_ABOUT = """\
Eirene: an open civil-military exchange for peace missions.

A node is one folder: log, picture, keys, attachments. Most verbs work on the
running node, over its local socket; when none runs, they open the folder."""

_FIRST = """\
first steps:
  eirene demo                                   look at public data and at an exercise
  eirene serve --new --name hq --owner mission  make a node and start it
  eirene account make amina --role joc-duty-officer
  eirene import events.csv --as incident --mapping ucdp-ged --account amina

environment: EIRENE_DATA (folder), EIRENE_PORT (default 8080)
settings:    --config FILE (TOML); docs/reference/settings.md"""

Verb = Callable[[argparse.Namespace, Settings], None]


def _demo(args: argparse.Namespace, settings: Settings) -> None:
    from eirene.cli.serving import demo  # the whole node, which other verbs do without

    demo(args, settings)


def _serve(args: argparse.Namespace, settings: Settings) -> None:
    from eirene.cli.serving import serve

    serve(args, settings)


def _common() -> Arguments:
    common = Arguments(add_help=False)
    common.add_argument("--data", metavar="FOLDER", help="folder of the node [EIRENE_DATA]")
    common.add_argument("--config", metavar="FILE", type=Path, help="settings file (TOML)")
    common.add_argument(
        "--passphrase-file", metavar="FILE", help="file with the passphrase of the key store"
    )
    return common


def parser() -> argparse.ArgumentParser:
    """The whole manual, in the language that is spoken."""
    top = Arguments(prog="eirene", description=say(_ABOUT), epilog=say(_FIRST))
    top.add_argument("--version", action="version", version=f"eirene {__version__}")
    places = top.add_subparsers(title="verbs", metavar="VERB", required=True)
    common = _common()

    def verb(name: str, run: Verb, about: str, more: str = "") -> argparse.ArgumentParser:
        made = places.add_parser(
            name,
            parents=[common],
            help=about,
            about=about,
            more=more,
        )
        made.set_defaults(run=run)
        return made

    _serving(verb)
    _moving(verb)
    _keeping(verb)
    _nested(places, common)
    return top


def _serving(verb: Callable[..., argparse.ArgumentParser]) -> None:
    demo = verb(
        "demo",
        _demo,
        "start a replay of public data and an exercise, with an account for every role",
        "One node replays public record of the Central African Republic; beside it a node of its\n"
        "own holds exercise AMBER RIVER, an invented country. Nothing is live.\n"
        "The keys lie in a plain file: whoever can read the folder can read every report.",
    )
    demo.add_argument("--port", type=int, help="port of the first node [EIRENE_PORT, 8080]")
    serve = verb(
        "serve",
        _serve,
        "start the node in the folder",
        "With --new it makes the node first. The keys are locked by a passphrase (typed, or from\n"
        "--passphrase-file), by a systemd credential named eirene, or by a plain file (--lock plain).",
    )
    serve.add_argument("--host", help="address to listen on (default 127.0.0.1)")
    serve.add_argument("--port", type=int, help="port to listen on [EIRENE_PORT, 8080]")
    serve.add_argument("--new", action="store_true", help="make the node when there is none")
    serve.add_argument("--name", default="node", help="name of a new node (default node)")
    serve.add_argument("--owner", default="mission", help="organisation that owns a new node")
    serve.add_argument(
        "--realm", choices=("live", "exercise"), default="live", help="realm of a new node"
    )
    serve.add_argument("--mission", help="mission of a new node: car, or a folder")
    serve.add_argument("--zone", help="time zone of a new node, as Africa/Bangui")
    serve.add_argument(
        "--lock", choices=("passphrase", "credential", "plain"), help="lock of a new node's keys"
    )


def _moving(verb: Callable[..., argparse.ArgumentParser]) -> None:
    _bringing(verb)
    _exporting(verb)


def _bringing(verb: Callable[..., argparse.ArgumentParser]) -> None:
    bring = verb(
        "import",
        verbs.bring,
        "bring a file of other people's data in",
        "Shows first what would happen. Without a mapping one is proposed, from tags, headings and\n"
        "values; --yes files what was proposed. Bad rows go to a rejects file with row, field and reason.\n"
        "Importing a file again changes nothing. Ctrl-C stops it between two blocks: what was filed stays,\n"
        "and the same file again adds only the rest. --list shows earlier imports, --undo takes one back.",
    )
    bring.add_argument(
        "file",
        type=Path,
        nargs="?",
        help="CSV, XLSX, JSON lines, GeoJSON, GeoPackage, shapefile, KML or GPX",
    )
    bring.add_argument(
        "--as", dest="kind", metavar="KIND", help="kind of report; proposed if left out"
    )
    bring.add_argument(
        "--mapping", help="a mapping that ships with Eirene, one that was kept, or a TOML file"
    )
    bring.add_argument(
        "--keep-mapping", metavar="NAME", help="keep the mapping under a name, for colleagues too"
    )
    bring.add_argument("--account", help="account that files the reports")
    bring.add_argument("--compartment", help="compartment to file to")
    bring.add_argument("--yes", action="store_true", help="file with the mapping that is proposed")
    bring.add_argument(
        "--save-mapping", type=Path, metavar="FILE", help="write the mapping as TOML, to edit it"
    )
    bring.add_argument("--dry-run", action="store_true", help="show what would happen, and stop")
    bring.add_argument(
        "--vanished",
        choices=("keep", "withdraw"),
        default="keep",
        help="reports of earlier editions of the same list that this one no longer has",
    )
    bring.add_argument(
        "--place",
        action="append",
        default=[],
        metavar="NAME=PLACE",
        help="a name or P-code of the list means this place of the mission; kept for the next one",
    )
    bring.add_argument(
        "--permitted-by",
        metavar="WHO",
        help="who permits passing on what looks like a list whose terms forbid it; kept with the import",
    )
    bring.add_argument("--rejects", type=Path, metavar="FILE", help="where bad rows go")
    _earlier(bring)


def _exporting(verb: Callable[..., argparse.ArgumentParser]) -> None:
    export = verb(
        "export",
        verbs.export,
        "write what one account may see to a file",
        "The ending of the file says the format: .csv, .xlsx, .geojson, .gpkg, .kml,\n"
        ".kmz, or .hxl.csv for CSV with HXL tags.",
    )
    export.add_argument("file", type=Path)
    export.add_argument("--as", dest="account", metavar="ACCOUNT", required=True)
    for name, about in (
        ("q", "words to search for"),
        ("kind", "kinds, by comma"),
        ("bbox", "west,south,east,north"),
        ("datetime", "instant or interval, as in OGC API Features"),
        ("filter", "CQL2 text"),
    ):
        export.add_argument(f"--{name}", help=about)


def _earlier(bring: argparse.ArgumentParser) -> None:
    """Flags of ``import`` that are about imports that there were."""
    bring.add_argument("--list", action="store_true", help="show earlier imports and their ids")
    bring.add_argument("--undo", metavar="ID", help="take an earlier import back, as one act")
    bring.add_argument(
        "--stop", metavar="ID", help="stop an import, or a taking back, that is at work"
    )


def _keeping(verb: Callable[..., argparse.ArgumentParser]) -> None:
    verb("rebuild", verbs.rebuild, "build the picture anew from the log, beside the old one")
    backup = verb("backup", verbs.backup, "write an encrypted, checked backup; the node may run")
    backup.add_argument("file", type=Path)
    restore = verb(
        "restore",
        verbs.restore,
        "fill a folder without a log from a backup",
        "The folder must hold the key store already (eirene keys restore). It never overwrites.",
    )
    restore.add_argument("file", type=Path)


def _nested(places: Any, common: argparse.ArgumentParser) -> None:
    """Verbs of two words."""
    log = places.add_parser("log", help="look after the log").add_subparsers(
        title="verbs", metavar="VERB", required=True
    )
    verify = log.add_parser(
        "verify",
        parents=[common],
        help="name the first entry that was altered, removed, inserted or lost",
    )
    verify.set_defaults(run=verbs.verify)
    keys = places.add_parser("keys", help="back the key store up, apart from the data")
    of_keys = keys.add_subparsers(title="verbs", metavar="VERB", required=True)
    for name, run, about in (
        ("backup", verbs.keys_backup, "seal the key store to two custodians"),
        ("restore", verbs.keys_restore, "make a key store from its backup, in a folder without"),
    ):
        made = of_keys.add_parser(name, parents=[common], help=about, about=about)
        made.add_argument("file", type=Path)
        made.add_argument(
            "--custodian-file",
            action="append",
            default=[],
            metavar="FILE",
            help="file with one custodian's passphrase; twice",
        )
        made.set_defaults(run=run)
        if name == "restore":
            made.add_argument("--lock", choices=("passphrase", "credential", "plain"))
    _accounts(places, common)
    configuration.add(places, common)
    maps.add_verbs(places, common)
    divisions.add_verbs(places, common)


def _accounts(places: Any, common: argparse.ArgumentParser) -> None:
    account = places.add_parser("account", help="make, list, suspend and end accounts")
    acts = account.add_subparsers(title="verbs", metavar="VERB", required=True)

    def act(name: str, about: str, more: str = "", *, user: bool = True) -> argparse.ArgumentParser:
        made = acts.add_parser(
            name,
            parents=[common],
            help=about,
            about=about,
            more=more,
        )
        if user:
            made.add_argument("user")
        made.set_defaults(run=verbs.account, act=name)
        return made

    make = act("make", "make an account; prints its password", _MAKE)
    make.add_argument("--role", required=True, help="a role of clearances.csv")
    make.add_argument("--organisation", default="", help="organisation (default: the node's owner)")
    act("list", "list accounts with role, organisation and compartments", user=False)
    act("reset", "give an account a new password; ends its sessions and tokens", _RESET)
    suspend = act("suspend", "suspend an account at once, with all that it holds", _LIFT)
    suspend.add_argument("--reason", default="")
    act("end", "end an account for ever, with all its sessions and tokens, at once")
    found = act("found", "found the mission: from then on two people give each clearance", _FOUND)
    found.add_argument("second")
    found.add_argument(
        "--password-file",
        action="append",
        default=[],
        metavar="FILE",
        help="file with the password of the one, then of the other; twice",
    )
    act("devices", "list the devices on which an account is or was signed in")
    lost = act("lost", "revoke all of a device, and list what it could have held")
    lost.add_argument("device", help="its name, as eirene account devices gives it")
    _organisations(places, common)


_MAKE = """\
Before the mission is founded the account begins with the clearances of its role. Afterwards it
reads public alone, and two people who may grant clearances give it more, in the browser."""
_RESET = """\
Whoever sets a password could sign in with it. So the account reads public alone until its focal
point, or somebody who may grant clearances, confirms in the browser."""
_LIFT = "Lifting it takes two people who answer for the account, in the browser."
_FOUND = """\
A ceremony of two named people whose roles may grant clearances; each types his password. It
cannot be taken back. Without it the mission is founded when two such people have signed in."""


def _organisations(places: Any, common: argparse.ArgumentParser) -> None:
    top = places.add_parser(
        "organisation", aliases=["org"], help="make, list, suspend and erase organisations"
    )
    acts = top.add_subparsers(title="verbs", metavar="VERB", required=True)
    for name, about in (
        ("make", "make an organisation, with a compartment of its own"),
        ("list", "list organisations"),
        ("suspend", "suspend an organisation with all its accounts, at once"),
    ):
        made = acts.add_parser(name, parents=[common], help=about, about=about)
        made.set_defaults(run=verbs.organisation, act=name)
        if name != "list":
            made.add_argument("code", help="letters, digits and hyphens, as amber-river")
        if name == "make":
            made.add_argument("--title", default="", help="what people call it")
            made.add_argument(
                "--form",
                choices=("org", "party", "capital", ""),
                default="org",
                help="its compartment is FORM-CODE; empty: it gets none",
            )
        if name == "suspend":
            made.add_argument("--reason", default="")
    erase.add(acts, common)


def _settings(args: argparse.Namespace) -> Settings:
    given = {
        name: getattr(args, name, None) for name in ("data", "host", "port", "mission", "zone")
    }
    return settings(file=args.config, environment=os.environ, given=given)


def _where(error: Exception) -> str:
    """File and line of a fault, without its text, which may quote a report."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"in {Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a verb; 0 only on success, 1 on an error, 2 on wrong arguments."""
    with speaking(first_spoken(_wanted())):
        return _run(parser().parse_args(argv))


def _wanted() -> str:
    """The language of the terminal, as POSIX ranks what says so."""
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    return next((os.environ[name] for name in names if os.environ.get(name)), "")


def _run(args: argparse.Namespace) -> int:
    try:
        args.run(args, _settings(args))
    except EireneError as error:
        fault(error)
        return 1
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        note(f"eirene: {error.filename or 'the system'}: {error.strerror or error}")
        return 1
    except KeyboardInterrupt:
        note("eirene: stopped.")
        return 130
    except Exception as error:  # noqa: BLE001 - a person gets a sentence, never a trace
        note(f"eirene: nobody foresaw this: {type(error).__name__} {_where(error)}")
        note("        Please report it, with what you did; nothing was acknowledged.")
        return 1
    return 0
