"""The landing page, and what we conform to."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get

from eirene.reports.markings import not_live
from eirene.reports.sentences import say
from eirene.web.answers import UNMARKED, json_of
from eirene.web.asking import node_of, reader_of
from eirene.web.describe import described
from eirene.web.ogc.links import JSON, OPENAPI, address, link
from eirene.web.openapi import document

CONFORMS = [
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/collections",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
    "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables-query-parameters",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/filter",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/features-filter",
    "http://www.opengis.net/spec/cql2/1.0/conf/cql2-text",
    "http://www.opengis.net/spec/cql2/1.0/conf/basic-cql2",
    "http://www.opengis.net/spec/cql2/1.0/conf/basic-spatial-functions",
]


@get("/ogc", **described("OGC API - Features: landing page.", answer="Landing"))
async def get_landing(request: Request[Any, Any, Any]) -> Response[bytes]:
    """GET /ogc: where things are."""
    reader_of(request)
    node = node_of(request)
    mission = node.mission
    return json_of(
        {
            "title": f"{not_live(node.realm)}Eirene: {say(mission.title) if mission else node.name}",
            "description": say(f"Node {node.name}, realm {node.realm}. What was released to you."),
            "links": [
                link(address(request, "/ogc"), "self", JSON, say("This page")),
                link(address(request, "/ogc/api"), "service-desc", OPENAPI, "OpenAPI"),
                link(address(request, "/ogc/conformance"), "conformance", JSON, say("Conformance")),
                link(address(request, "/ogc/collections"), "data", JSON, say("Collections")),
            ],
        },
        UNMARKED,
    )


@get("/ogc/conformance", **described("What this API conforms to.", answer="Conformance"))
async def get_conformance(request: Request[Any, Any, Any]) -> Response[bytes]:
    """GET /ogc/conformance: the classes of the standards."""
    reader_of(request)
    return json_of({"conformsTo": CONFORMS}, UNMARKED)


@get("/ogc/api", **described("This API, described.", answer="Document", media_type=OPENAPI))
async def get_api(request: Request[Any, Any, Any]) -> Response[bytes]:
    """GET /ogc/api: the same document as /openapi.json."""
    reader_of(request)
    return json_of(document(request.app), UNMARKED, media_type=OPENAPI)


ROUTES = (get_landing, get_conformance, get_api)
