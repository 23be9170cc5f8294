"""``eirene config``: the mission's rules on the command line."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from eirene.cli.console import note, say
from eirene.cli.reach import call
from eirene.config import Settings
from eirene.errors import InvalidRules

_ABOUT = "show, check and change the mission's rules of release"
_MORE = (
    "What gives nobody more takes effect at once. What widens anything waits for a second account:\n"
    "it applies the same file, or approves it here or in the browser."
)


def add(places: Any, common: argparse.ArgumentParser) -> None:
    """The verbs, with their arguments."""
    config = places.add_parser(
        "config",
        help=_ABOUT,
        about=_ABOUT,
        more=_MORE,
    )
    acts = config.add_subparsers(title="verbs", metavar="VERB", required=True)
    show = acts.add_parser("show", parents=[common], help="print the rules in force, as TOML")
    show.add_argument("--version", type=int, metavar="N", help="rules that once held; 0: shipped")
    show.set_defaults(run=_show)
    check = acts.add_parser(
        "check", parents=[common], help="say in words what a file would change, and change nothing"
    )
    apply = acts.add_parser("apply", parents=[common], help="put the rules of a file in force")
    for verb, run in ((check, _check), (apply, _apply)):
        verb.add_argument("file", type=Path, help="TOML, as config show prints it")
        verb.set_defaults(run=run)
    check.add_argument(
        "--as", dest="account", metavar="ACCOUNT", help="count the reports it would newly release"
    )
    for name, about in (
        ("approve", "agree to a change that waits, as the second account"),
        ("refuse", "refuse a change that waits, or take one's own back"),
    ):
        answer = acts.add_parser(name, parents=[common], help=about)
        answer.add_argument("proposal", help="id, as config apply and config show print it")
        answer.set_defaults(run=_answer, act=name)
    for name in ("apply", "approve", "refuse"):
        verb = acts.choices[name]
        verb.add_argument("--as", dest="account", metavar="ACCOUNT", required=True)
        verb.add_argument("--reason", default="", help="why; stands in the log")


def _ask(args: argparse.Namespace, settings: Settings, act: str, **given: Any) -> dict[str, Any]:
    said = {name: value for name, value in given.items() if value is not None}
    return call(settings, args.passphrase_file, "configuration", {"act": act, **said})


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise InvalidRules(
            f"{file} is not UTF-8.", field="file", remedy="Save it as UTF-8."
        ) from None


def _show(args: argparse.Namespace, settings: Settings) -> None:
    told = _ask(args, settings, "show", version=args.version)
    by = " and ".join(told["by"])
    note(f"Configuration {told['version']}" + (f", {told['at']}, by {by}" if by else ", shipped"))
    say(told["toml"].rstrip("\n"))
    for one in told["waiting"]:
        note(f"Waits for a second account: {one['id']}, by {one['by']}, {one['at']}")


def _check(args: argparse.Namespace, settings: Settings) -> None:
    told = _ask(args, settings, "check", toml=_text(args.file), **{"as": args.account})
    _findings(told["findings"])
    _changes(told["changes"])
    for one in told["shows"]:
        say(
            f"{one['count']:,} reports that are here would reach {one['audience']} ({one['outcome']})."
        )
    if told["refused"]:
        first = next(one for one in told["findings"] if one["refuses"])
        raise InvalidRules(
            first["sentence"],
            field=first["rule"],
            remedy="These rules cannot take effect: change what is refused.",
        )
    say(
        "It takes two accounts: something is widened."
        if told["widens"]
        else "One account can put it in force."
    )


def _apply(args: argparse.Namespace, settings: Settings) -> None:
    given = {"toml": _text(args.file), "reason": args.reason, "as": args.account}
    _outcome(_ask(args, settings, "apply", **given))


def _answer(args: argparse.Namespace, settings: Settings) -> None:
    given = {"proposal": args.proposal, "reason": args.reason, "as": args.account}
    _outcome(_ask(args, settings, args.act, **given))


def _outcome(told: dict[str, Any]) -> None:
    _changes(told["changes"])
    if told["state"] == "waits":
        say(f"It waits for a second account, as proposal {told['proposal']}.")
    say(f"Configuration {told['version']} is in force.")


def _findings(findings: list[dict[str, Any]]) -> None:
    for one in findings:
        say(f"{'refused' if one['refuses'] else 'note'}: {one['sentence']}")


def _changes(changes: list[dict[str, Any]]) -> None:
    if not changes:
        say("Nothing changes for any audience.")
    for one in changes:
        say(f"{'widens' if one['widens'] else 'narrows'}: {one['sentence']}")
