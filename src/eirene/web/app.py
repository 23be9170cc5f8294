"""The routes of one node, put together."""

from __future__ import annotations

import logging
from typing import Any

from litestar import Litestar, Request, Response
from litestar.exceptions import HTTPException, MethodNotAllowedException

from eirene.errors import InvalidQuery
from eirene.maps import tidy
from eirene.web import (
    attachments,
    clearances,
    configuration,
    devices,
    enforcement,
    exports,
    health,
    imported,
    imports,
    kinds,
    look,
    mappings,
    maps,
    openapi,
    people,
    providers,
    release,
    reports,
    session,
    static,
    stream,
    tiles,
    tokens,
    understand,
    view_as,
)
from eirene.web.answers import problem
from eirene.web.forgetful import forget
from eirene.web.gate import Gate
from eirene.web.node import Node
from eirene.web.ogc import collections, items, landing
from eirene.web.problems import MethodRefused, UnknownPath

_log = logging.getLogger("eirene.web")

_ROOMS = (
    static,
    health,
    session,
    providers,
    tokens,
    devices,
    people,
    clearances,
    view_as,
    kinds,
    reports,
    attachments,
    imports,
    imported,
    mappings,
    maps,
    release,
    configuration,
    enforcement,
    look,
    understand,
    exports,
    stream,
    landing,
    collections,
    items,
    tiles,
    openapi,
)


def routes_of() -> Litestar:
    """All routes, as each module lists its own."""
    found: list[Any] = [route for room in _ROOMS for route in room.ROUTES]
    app = Litestar(
        found,
        openapi_config=None,
        logging_config=None,
        debug=False,
        exception_handlers={HTTPException: _refused, Exception: problem},
        request_max_body_size=None,  # the gate bounds it
    )
    forget(app)
    return app


def make_app(node: Node) -> Gate:
    """The whole of a node's HTTP: the gate, and the routes behind it."""
    node.people.watch(node.changed.ring)  # streams look again when somebody loses his pass
    tidy(node.folder)
    return Gate(node, routes_of(), {reports.PATH: reports.post_reports.fn})


def _refused(request: Request[Any, Any, Any], raised: HTTPException) -> Response[bytes]:
    """What Litestar itself refuses, in our words."""
    if isinstance(raised, MethodNotAllowedException):
        allowed = (raised.headers or {}).get("Allow") or (raised.headers or {}).get("allow") or ""
        names = {name.strip() for name in allowed.split(",") if name.strip()}
        if "GET" in names:
            names.add("HEAD")
        return problem(request, MethodRefused(sorted(names)))
    if raised.status_code == 404:
        return problem(request, UnknownPath())
    if 400 <= raised.status_code < 500:
        return problem(request, InvalidQuery("The request is not understood."))
    return problem(request, raised)
