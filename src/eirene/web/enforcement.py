"""Operations that are marked as enforcement: what is closed by it, for whom, and marking one.

Everybody is told what concerns him, and no more: neither operation nor layer by name, and of
others who give the same only the form of their compartment.
"""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Request, Response, get, post

from eirene.desks.enforcing import Way, closed_for, marked, reopened, ways
from eirene.errors import InvalidQuery
from eirene.web.answers import UNMARKED, json_of
from eirene.web.asking import aside, node_of, pass_of, reader_of
from eirene.web.bodies import json_map, names_in, text_in
from eirene.web.configuration import check_may_act, desk_for, outcome_of
from eirene.web.describe import described

ACTS = ("mark", "reopen")


@get(
    "/api/enforcement",
    **described("What enforcement operations close that concerns me.", answer="Enforcement"),
)
async def get_enforcement(request: Request[Any, Any, Any]) -> Response[bytes]:
    """GET /api/enforcement: names of operations only for those who may see the rules."""
    reader = reader_of(request)
    desk = node_of(request).configuring
    held = desk.current
    sees = desk.may_see(reader)
    answer = {
        "closed": [{"from": origin, "to": to} for origin, to in closed_for(reader, held)],
        "operations": [msgspec.to_builtins(one) for one in held.enforcement] if sees else [],
        "layers": [_way(one) for one in ways(held)] if sees else [],
    }
    return json_of(answer, UNMARKED)


def _way(one: Way) -> dict[str, str]:
    return {"layer": one.layer, "from": one.origin, "to": one.to}


@post(
    "/api/enforcement",
    **described(
        "Mark an operation as enforcement, at once; taking the mark away takes two people.",
        body="EnforcementAct",
        answer="ConfigurationOutcome",
        problems=(400, 403, 413, 422),
    ),
)
async def act_on_enforcement(request: Request[Any, Any, Any]) -> Response[bytes]:
    """POST /api/enforcement: a change of the rules like any other, made of the text in force."""
    held = pass_of(request)
    check_may_act(held)
    desk = desk_for(request, held.reader)
    given = await json_map(request)
    act = text_in(given, "act")
    name = text_in(given, "operation")
    reason = text_in(given, "reason", default="")
    session = held.id or held.key[:16]
    if act == "mark":
        layers = sorted(names_in(given, "layers"))
        done = await aside(
            desk.edit, held.reader, session, lambda now: marked(now, name, layers, reason), reason
        )
    elif act == "reopen":
        done = await aside(desk.edit, held.reader, session, lambda now: reopened(now, name), reason)
    else:
        raise InvalidQuery(
            f"There is no act {act[:40]!r}.", field="act", remedy=f"Use one of: {', '.join(ACTS)}."
        )
    return json_of(outcome_of(done), UNMARKED)


ROUTES = (get_enforcement, act_on_enforcement)
