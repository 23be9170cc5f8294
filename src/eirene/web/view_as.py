"""Look through the eyes of an audience: in this session, read only, and logged.

The pass itself changes (``people/passes.py``), so every outlet answers as the audience
without knowing of it.
"""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, delete, post

from eirene.web.answers import UNMARKED, json_of
from eirene.web.asking import aside, node_of, pass_of
from eirene.web.bodies import json_map, text_in
from eirene.web.describe import described
from eirene.web.session import session_of


@post(
    "/api/view-as",
    **described(
        "Look as an audience, read only.", body="ViewAs", answer="Session", problems=(400, 403, 413)
    ),
)
async def view_as(request: Request[Any, Any, Any]) -> Response[bytes]:
    """POST /api/view-as: for who decides releases to that audience; the session then reads as it."""
    node, held = node_of(request), pass_of(request)
    given = await json_map(request)
    await aside(node.clearing.look_as, held, text_in(given, "audience"))
    return json_of(session_of(node, node.people.current(held) or held), UNMARKED)


@delete("/api/view-as", **described("Look as oneself again.", answer="Session"))
async def view_as_oneself(request: Request[Any, Any, Any]) -> Response[bytes]:
    """DELETE /api/view-as: again is harmless."""
    node, held = node_of(request), pass_of(request)
    await aside(node.clearing.look_as_oneself, held)
    return json_of(session_of(node, node.people.current(held) or held), UNMARKED)


ROUTES = (view_as, view_as_oneself)
