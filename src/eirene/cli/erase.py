"""``eirene org erase``: an organisation leaves, and everything of it with it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from eirene.cli.console import asked, note, progress, say, table, typed
from eirene.cli.reach import call, from_file
from eirene.config import Settings
from eirene.errors import BackupFailed, BadSettings
from eirene.nodes.backup import copy_id

_ABOUT = "erase an organisation: its reports, versions of them, its keys and accounts"
_MORE = """\
It cannot be undone, not from a backup either. Its own focal point asks (--as, with his password),
or two people who answer for it, one after the other. Versions are recalled from every audience, bodies are
overwritten in the log, keys destroyed, the picture is built anew under a new key. A stop half
way is taken up at the next start. What stays, and why: docs/guides/erasure.md.

It is complete when each backup of keys or data from before, and each node that may still hold a
key, is destroyed and receipted:
  eirene org erase lamp --receipt 3f9ac210 --reason "shredded, two witnesses"
The same command again tells how far it is."""
_KINDS = {
    "keys": "keys: opens what was erased, with a backup of the data",
    "data": "data: released texts, under the mission's keys; a restore leaves them out",
    "node": "node: keys and data",
}


def add(acts: Any, common: argparse.ArgumentParser) -> None:
    """The verb, with its arguments."""
    verb = acts.add_parser(
        "erase",
        parents=[common],
        help=_ABOUT,
        about=_ABOUT,
        more=_MORE,
    )
    verb.add_argument("code", help="code of the organisation")
    verb.add_argument("--as", dest="account", metavar="ACCOUNT", help="account that asks for it")
    verb.add_argument(
        "--password-file", metavar="FILE", help="file with the password of that account"
    )
    verb.add_argument("--reason", default="", help="why; stands in the log as far as it stays")
    verb.add_argument("--dry-run", action="store_true", help="show what would go, and stop")
    verb.add_argument("--yes", action="store_true", help="do not ask twice")
    verb.add_argument(
        "--receipt",
        nargs="+",
        metavar="BACKUP",
        help="these copies are destroyed: ids of the list, or files",
    )
    verb.set_defaults(run=erase)


def erase(args: argparse.Namespace, settings: Settings) -> None:
    """Plan, ask twice, erase, and say what is left elsewhere."""

    def ask(act: str, **given: Any) -> dict[str, Any]:
        wanted = {"act": act, "organisation": args.code, "as": args.account, **given}
        with progress(f"{args.code}:") as report:
            return call(settings, args.passphrase_file, "erase", wanted, report)

    if args.receipt:
        copies = [_id_of(name) for name in args.receipt]
        password = _password(args) if args.account else ""
        _tell(ask("receipt", copies=copies, reason=args.reason, password=password))
        return
    plan = ask("plan")
    if "began" in plan:
        _tell(plan if plan["erased"] else ask("erase"))
        return
    _foresee(plan)
    if args.dry_run:
        return
    if not args.account:
        raise BadSettings(
            "It is not said who asks.",
            field="as",
            remedy="Name the account of its focal point, or of one of two who answer for it.",
        )
    if not args.yes and not _sure(args.code):
        say("Nothing was changed.")
        return
    answer = ask("erase", reason=args.reason, password=_password(args))
    if answer.get("waits"):
        say(
            f"{args.account} has asked to erase {args.code}. A second person who answers for it "
            "asks too, within 30 days, by the same command."
        )
        return
    _tell(answer)


def _password(args: argparse.Namespace) -> str:
    if args.password_file:
        return from_file(args.password_file).decode()
    return asked(f"Password of {args.account}").decode()


def _sure(code: str) -> bool:
    """Asked twice, in different words."""
    if not sys.stdin.isatty():
        raise BadSettings(
            "Nobody is there to be asked whether this is meant.",
            field="yes",
            remedy="Give --yes, or run it in a terminal.",
        )
    if typed("Type the code of the organisation to erase it: ") != code:
        return False
    return typed("It cannot be undone, from no backup. Type erase: ") == "erase"


def _id_of(name: str) -> str:
    """The id of a backup, from its file where that is still there."""
    path = Path(name)
    if not path.is_file():
        return name
    try:
        return copy_id(path)
    except BackupFailed:
        return name


def _foresee(plan: dict[str, Any]) -> None:
    versions = sum(plan["versions"].values())
    into = ", ".join(f"{name} {count:,}" for name, count in sorted(plan["versions"].items()))
    rows = [
        ("accounts", f"{plan['accounts']:,}"),
        ("reports", f"{plan['reports']:,}"),
        ("versions that others have", f"{versions:,}" + (f" ({into})" if into else "")),
        ("versions that it has of others", f"{plan['others']:,}"),
        ("acts and ledger", f"{plan['acts']:,}"),
        ("its own compartment", plan["compartment"] or "none"),
    ]
    say(f"Erasing {plan['organisation']} takes away for ever:")
    table(rows, "", "")
    _list(plan["copies"], "Copies that will have to be destroyed and receipted:")


def _tell(status: dict[str, Any]) -> None:
    code = status["organisation"]
    if not status["erased"]:
        say(f"{code}: the erasure has begun and not ended; give the same command again.")
        return
    say(
        f"{code}: erased on {status['erased']}. {status['entries']:,} bodies dropped, "
        f"{status['keys']:,} keys destroyed, {status['accounts']:,} accounts ended."
    )
    receipted = [one for one in status["copies"] if one["receipted"]]
    for one in receipted:
        by = one["by"] or "the command line"
        reason = f": {one['reason']}" if one["reason"] else ""
        note(f"receipted {one['receipted']} by {by}{reason}: {one['name']}")
    if status["complete"]:
        say("Complete: no key of it is known to be left anywhere.")
        return
    _list(
        [one for one in status["copies"] if not one["receipted"]],
        f"Not complete: {status['outstanding']:,} copies may still hold what was erased. Destroy "
        f"them, then eirene org erase {code} --receipt ID:",
    )


def _list(copies: list[dict[str, Any]], title: str) -> None:
    if copies:
        say(title)
        rows = [(one["id"], one["made"], one["name"], _KINDS[one["kind"]]) for one in copies]
        table(rows, "id", "made", "where", "holds")
