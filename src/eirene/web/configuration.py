"""The mission's rules: what is in force, what a change would come to, and changing them.

For people of the mission who decide releases or give clearances; everybody else is told
only that the rules are not theirs to see.
"""

from __future__ import annotations

from typing import Any, cast

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath

from eirene.desks.configuring import Checked, ConfigurationDesk, Outcome, Shows
from eirene.desks.history import InForce, Proposal
from eirene.errors import InvalidQuery, NotAllowed
from eirene.log.log import utc_now
from eirene.people import Pass
from eirene.release.configuration import Configuration
from eirene.release.deciding import tlp_most
from eirene.release.graph import Finding
from eirene.release.reader import Reader
from eirene.release.rules import CLASSES, Rule
from eirene.release.widening import Change
from eirene.reports.sentences import say
from eirene.reports.words import table
from eirene.times import iso
from eirene.web.answers import UNMARKED, json_of
from eirene.web.asking import aside, node_of, pass_of, picture_of, reader_of
from eirene.web.bodies import json_map, text_in
from eirene.web.describe import described
from eirene.web.reports import id_of

ACTS = ("apply", "approve", "refuse")


@get(
    "/api/configuration",
    **described("The rules in force, and what waits.", answer="Configuration", problems=(403,)),
)
async def get_configuration(request: Request[Any, Any, Any]) -> Response[bytes]:
    """GET /api/configuration: rules, agreements, marks, the text itself, and who changed what."""
    desk = desk_for(request, reader_of(request))
    return json_of(told(desk, desk.in_force()), UNMARKED)


@get(
    "/api/configuration/{version:str}",
    **described("The rules that once held.", answer="Configuration", problems=(400, 403)),
)
async def get_earlier(request: Request[Any, Any, Any], version: FromPath[str]) -> Response[bytes]:
    """GET /api/configuration/{version}: by number; 0 is the matrix that ships with Eirene."""
    desk = desk_for(request, reader_of(request))
    if not version.isdecimal() or len(version) > 9:
        raise InvalidQuery("version is no number.", field="version", remedy="Write for example 3.")
    return json_of(told(desk, desk.in_force(int(version))), UNMARKED)


@post(
    "/api/configuration/check",
    **described(
        "What a change of the rules would come to, in words; nothing is changed.",
        body="ConfigurationText",
        answer="ConfigurationCheck",
        problems=(400, 403, 413, 422),
    ),
)
async def check(request: Request[Any, Any, Any]) -> Response[bytes]:
    """POST /api/configuration/check: findings, changes, and whom existing reports would reach."""
    reader = reader_of(request)
    desk = desk_for(request, reader)
    text = text_in(await json_map(request), "toml")
    checked = await aside(desk.check, text)
    shows = await aside(desk.shows, reader, picture_of(request), checked)
    return json_of(checked_of(checked, shows), UNMARKED)


@post(
    "/api/configuration",
    **described(
        "Change the rules: narrower at once, wider with a second person.",
        body="ConfigurationChange",
        answer="ConfigurationOutcome",
        problems=(400, 403, 404, 413, 422),
    ),
)
async def change(request: Request[Any, Any, Any]) -> Response[bytes]:
    """POST /api/configuration: apply a text, approve or refuse what waits."""
    held = pass_of(request)
    check_may_act(held)
    desk = desk_for(request, held.reader)
    given = await json_map(request)
    act = text_in(given, "act", default="apply")
    reason = text_in(given, "reason", default="")
    session = held.id or held.key[:16]
    if act == "apply":
        text = text_in(given, "toml")
        done = await aside(desk.apply, held.reader, session, text, reason)
    elif act in ACTS:
        answer = desk.approve if act == "approve" else desk.refuse
        proposal = id_of(text_in(given, "proposal"))
        done = await aside(answer, held.reader, session, proposal, reason)
    else:
        raise InvalidQuery(
            f"There is no act {act[:40]!r}.", field="act", remedy=f"Use one of: {', '.join(ACTS)}."
        )
    return json_of(outcome_of(done), UNMARKED)


def desk_for(request: Request[Any, Any, Any], reader: Reader) -> ConfigurationDesk:
    """The desk, for who may see the rules."""
    desk = node_of(request).configuring
    if not desk.may_see(reader):
        raise NotAllowed(
            "The rules of this mission are not yours to see.",
            remedy="Look at who will see a report of yours: POST /api/preview.",
        )
    return desk


def check_may_act(held: Pass) -> None:
    """Refuse who only looks: through other eyes, or with a token that only reads."""
    if held.viewing or (held.token is not None and "file" not in held.token.scope):
        raise NotAllowed(
            "This sign-in only reads.", remedy="Use a sign-in of your own that may file."
        )


# --- shapes, for the command line as well ----------------------------------------


def told(desk: ConfigurationDesk, one: InForce) -> dict[str, Any]:
    """A configuration as it is shown."""
    made = one.configuration
    return {
        **_version(one),
        "title": made.title,
        "toml": one.toml,
        "changes": changes_of(desk.changed_by(one)),
        "rules": [_rule(made, rule) for rule in made.rules],
        "agreements": _plain(made.agreements),
        "enforcement": _plain(made.enforcement),
        "k": made.k,
        "slots": msgspec.to_builtins(made.slots),
        "own": list(made.own),
        "data": [{"data": name, "title": table()[f"data.{name}"]} for name in CLASSES],
        "waiting": [proposal_of(desk, one) for one in desk.waiting()],
        "history": [_version(past) for past in desk.history()],
    }


def _rule(made: Configuration, rule: Rule) -> dict[str, Any]:
    """A rule as it is written, notes of the shipped matrix in words, with what else keeps it from holding now or from giving more."""
    return msgspec.to_builtins(rule) | {
        "note": say(rule.note),
        "closed": made.closed_by(rule, utc_now()),
        "tlp": tlp_most(rule.origin, rule.to, made.own) if rule.gives else "",
    }


def _plain(items: tuple[msgspec.Struct, ...]) -> list[dict[str, Any]]:
    return cast("list[dict[str, Any]]", msgspec.to_builtins(items))


def _version(one: InForce) -> dict[str, Any]:
    return {
        "version": one.version,
        "at": iso(one.at) if one.at else None,
        "by": list(one.by),
        "reason": one.reason,
    }


def proposal_of(desk: ConfigurationDesk, one: Proposal) -> dict[str, Any]:
    """What waits for a second person, with what it would change."""
    return {
        "id": one.id.hex(),
        "by": one.by,
        "at": iso(one.at),
        "reason": one.reason,
        "toml": one.toml,
        "changes": changes_of(desk.compared(one.configuration).changes),
    }


def checked_of(checked: Checked, shows: list[Shows]) -> dict[str, Any]:
    """The answer to a check."""
    return {
        "refused": checked.refused,
        "widens": checked.widens,
        "people": 0 if checked.refused else 2 if checked.widens else 1,
        "findings": findings_of(checked.findings),
        "changes": changes_of(checked.changes),
        "shows": [
            {
                "audience": one.audience,
                "outcome": one.outcome,
                "count": one.count,
                "reports": [report.hex() for report in one.reports],
            }
            for one in shows
        ],
    }


def findings_of(findings: tuple[Finding, ...]) -> list[dict[str, Any]]:
    """What was found in the rules."""
    return [
        {
            "name": one.name,
            "rule": one.rule,
            "sentence": one.sentence,
            "refuses": one.refuses,
            "path": list(one.path),
        }
        for one in findings
    ]


def changes_of(changes: tuple[Change, ...]) -> list[dict[str, Any]]:
    """What would change, in words."""
    return [
        {
            "widens": one.widens,
            "about": one.about,
            "name": one.name,
            "audiences": list(one.audiences),
            "sentence": one.sentence,
        }
        for one in changes
    ]


def outcome_of(done: Outcome) -> dict[str, Any]:
    """What became of a change."""
    waits = done.proposal
    return {
        "state": "in-force" if waits is None else "waits",
        "version": done.version,
        "proposal": None if waits is None else waits.id.hex(),
        "changes": changes_of(done.changes),
    }


ROUTES = (get_configuration, get_earlier, check, change)

__all__ = ["ROUTES", "check_may_act", "checked_of", "desk_for", "outcome_of", "told"]
