"""``/openapi.json``: made from what each route says of itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from litestar import Litestar, Request, Response, get
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.routes import ASGIRoute, BaseRoute, HTTPRoute

from eirene import __version__
from eirene.products import COUNT_FORMATS, FORMATS, format_of
from eirene.reports.kinds import kinds
from eirene.web.answers import UNMARKED, json_of
from eirene.web.asking import reader_of
from eirene.web.describe import Described, described
from eirene.web.ogc.collections import collection_kinds
from eirene.web.parameter_schemas import PARAMETERS
from eirene.web.problems import PROBLEM
from eirene.web.schemas import SCHEMAS
from eirene.web.shape import ID

_PATH_PART = re.compile(r"\{(\w+):\w+\}")
_WORDS = {
    200: "Right.",
    201: "Filed, durable.",
    204: "Done.",
    206: "A range.",
    304: "Not changed.",
    400: "The question is not understood.",
    401: "No account in force.",
    403: "Not allowed.",
    404: "Not available, whatever the cause.",
    405: "Another method.",
    409: "Other content under this client_id, or not in this state.",
    410: "The file is missing here, or damaged.",
    413: "Too large.",
    416: "No such range.",
    422: "A rule is broken; see field and remedy.",
    426: "WebSocket only.",
    429: "Wait; the answer says how long.",
    503: "The node cannot do this now.",
    507: "No room on the disk.",
}

_TILE_PARTS: dict[str, dict[str, Any]] = {
    "layer": {"enum": [kind.name for kind in collection_kinds()]},
    "z": {"type": "string", "pattern": "^([0-9]|1[0-9]|2[0-2])$"},
    "x": {"type": "string", "pattern": "^[0-9]{1,8}$"},
    "y": {"type": "string", "pattern": r"^[0-9]{1,8}\.mvt$"},
}


@lru_cache(maxsize=4)
def document(app: Litestar) -> dict[str, Any]:
    """The whole document; the same for everyone."""
    paths: dict[str, Any] = {}
    for route in app.routes:
        for handler in _handlers(route):
            told = handler.opt.get("described")
            if isinstance(told, Described):
                where = paths.setdefault(_PATH_PART.sub(r"{\1}", route.path), {})
                methods = handler.http_methods if isinstance(handler, HTTPRouteHandler) else ()
                for method in sorted(methods) or [told.method]:
                    where[method.lower()] = _operation(route.path, method, handler, told)
    # Litestar keeps the handlers of a path in no order, and one node would tell from another
    paths = {path: dict(sorted(where.items())) for path, where in paths.items()}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Eirene",
            "version": __version__,
            "description": (
                "One picture, released to each reader. Each path takes an access token; "
                "errors are problem JSON with code, field, message and remedy. "
                "The live stream is a WebSocket at /api/stream."
            ),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "security": [{"token": []}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": SCHEMAS,
            "parameters": PARAMETERS,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _handlers(route: BaseRoute) -> Sequence[BaseRouteHandler]:
    if isinstance(route, HTTPRoute):
        return route.route_handlers
    return [route.route_handler] if isinstance(route, ASGIRoute) else []


def _operation(
    path: str, method: str, handler: BaseRouteHandler, told: Described
) -> dict[str, Any]:
    name = handler.handler_name
    suffix = path.rpartition("/")[2].partition(".")[2].replace(".", "_")
    found: dict[str, Any] = {
        "operationId": f"{name}_{suffix}" if suffix else name,
        "summary": told.summary,
        "description": " ".join((handler.fn.__doc__ or "").split()),
        "responses": _answers(path, told),
    }
    parameters: list[dict[str, Any]] = [
        {"name": part, "in": "path", "required": True, "schema": _part(path, part)}
        for part in _PATH_PART.findall(path)
    ]
    parameters += [{"$ref": f"#/components/parameters/{one}"} for one in told.parameters]
    if parameters:
        found["parameters"] = parameters
    if told.body:
        found["requestBody"] = {
            "required": True,
            "content": {told.body_type: {"schema": _ref(told.body)}},
        }
    if told.open_:
        found["security"] = []
    return found


def _part(path: str, name: str) -> dict[str, Any]:
    """What may stand in a part of a path."""
    if path.startswith("/ogc/collections/") and name == "name":
        return {"enum": [kind.name for kind in collection_kinds()]}
    if path.startswith("/tiles/"):
        return _TILE_PARTS[name]
    if path.startswith("/api/kinds/"):
        return {"enum": list(kinds())}
    if path.startswith("/basemap/"):
        return {"type": "string", "examples": ["world.pmtiles"]}
    if path.startswith("/api/maps/"):
        return {"type": "string", "examples": ["own-survey"]}
    if path.startswith("/api/imports/"):
        return ID
    if path.startswith("/api/configuration/"):
        return {"type": "string", "pattern": "^[0-9]{1,9}$"}
    return {"type": "string"} if name == "token_id" else ID


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _answers(path: str, told: Described) -> dict[str, Any]:
    found: dict[str, Any] = {}
    media_type = told.media_type
    if path.startswith("/api/export."):
        media_type = FORMATS[format_of(path)].media_type.partition(";")[0]
    if path.startswith("/api/counts."):
        media_type = COUNT_FORMATS[path.removeprefix("/api/counts.")].partition(";")[0]
    for status in told.statuses:
        answer: dict[str, Any] = {"description": _WORDS[status]}
        if status in (200, 201, 206):
            schema = _ref(told.answer) if told.answer else {}
            answer["content"] = {media_type: {"schema": schema}}
        found[str(status)] = answer
    problems: set[int] = {*told.problems, 405, 503}
    if not told.open_ or path == "/api/sign-in":
        problems.add(401)
    if told.body:
        problems.add(403)  # a page of another site
    for status in sorted(problems):
        found[str(status)] = {
            "description": _WORDS[status],
            "content": {PROBLEM: {"schema": _ref("Problem")}},
        }
    return found


@get(
    "/openapi.json",
    **described("This API, described.", answer="Document"),
)
async def get_openapi(request: Request[Any, Any, Any]) -> Response[bytes]:
    """GET /openapi.json: what scripts of others may rely on."""
    reader_of(request)
    return json_of(document(request.app), UNMARKED)


ROUTES = (get_openapi,)
