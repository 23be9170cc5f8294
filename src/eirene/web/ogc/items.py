"""Features: the reports of one kind, page by page, and one by one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.params import FromPath

from eirene.errors import InvalidQuery, Unavailable
from eirene.picture import Row, flat, report_by_id, search
from eirene.picture.cql2 import Queryable, parsed
from eirene.picture.query import MOST_ROWS, Query, parse_datetime
from eirene.release.terms import check_may_leave
from eirene.reports.kinds import Kind
from eirene.times import iso
from eirene.web.answers import header_text, json_of
from eirene.web.asking import aside, node_of, picture_of, reader_of
from eirene.web.cursors import page_of, page_sealed
from eirene.web.describe import described
from eirene.web.ogc.collections import kind_of, queryables_of
from eirene.web.ogc.crs import CRS84, box_in, crs_named, position
from eirene.web.ogc.links import GEOJSON, address, link
from eirene.web.parameters import number, parameters_of
from eirene.web.reports import id_of, marking_of_rows

_OWN = (
    "f",
    "limit",
    "cursor",
    "offset",
    "bbox",
    "bbox-crs",
    "crs",
    "datetime",
    "filter",
    "filter-lang",
    "filter-crs",
)
_FORMS = ("json", "geojson", GEOJSON)


@get(
    "/ogc/collections/{name:str}/items",
    **described(
        "Features of a collection, newest first.",
        parameters=_OWN,
        answer="Features",
        media_type=GEOJSON,
        problems=(400, 404),
    ),
)
async def get_items(request: Request[Any, Any, Any], name: FromPath[str]) -> Response[bytes]:
    """GET /ogc/collections/{kind}/items: ``numberMatched`` counts what this reader may see and take
    along. What the terms of its source keep here is left out, and ``leftOut`` tells him how many.
    """
    reader = reader_of(request)
    kind = kind_of(name)
    known = {
        queryable: one
        for queryable, one in queryables_of(kind).items()
        if one.type in ("text", "number") and queryable not in _OWN
    }
    given = parameters_of(request, (*_OWN, *known))
    crs = _crs(given)
    cursor = given.get("cursor")
    page = page_of(node_of(request), reader, cursor) if cursor else None
    found = await aside(search, picture_of(request), reader, _query(kind, given, known, page))
    marking = marking_of_rows(found.rows)
    here = f"/ogc/collections/{name}/items"
    links = [link(address(request, here, **given), "self", GEOJSON, kind.plural)]
    following = page_sealed(node_of(request), reader, found.next)
    if following is not None:
        kept = {key: value for key, value in given.items() if key not in ("cursor", "offset")}
        href = address(request, here, **kept, cursor=following)
        links.append(link(href, "next", GEOJSON, "Next page"))
    return json_of(
        {
            "type": "FeatureCollection",
            "features": [feature_of(row, crs) for row in found.rows],
            "links": links,
            "timeStamp": iso(datetime.now(UTC)),
            "numberMatched": found.total,
            "numberReturned": len(found.rows),
            "leftOut": found.left_out,
        },
        marking,
        media_type=GEOJSON,
        headers={"Content-Crs": header_text(f"<{crs}>")},
    )


@get(
    "/ogc/collections/{name:str}/items/{feature_id:str}",
    **described(
        "One feature.",
        parameters=("f", "crs"),
        answer="Feature",
        media_type=GEOJSON,
        problems=(400, 403, 404),
    ),
)
async def get_item(
    request: Request[Any, Any, Any], name: FromPath[str], feature_id: FromPath[str]
) -> Response[bytes]:
    """GET /ogc/collections/{kind}/items/{id}: 404 ``unavailable``, whatever the cause; 403 to who
    may read it here, where the terms of its source forbid passing it on.
    """
    reader = reader_of(request)
    kind = kind_of(name)
    crs = _crs(parameters_of(request, ("f", "crs")))
    row = await aside(report_by_id, picture_of(request), reader, id_of(feature_id))
    if row.kind != kind.name:
        raise Unavailable
    check_may_leave(row.body, stays=not row.may_leave)
    here = f"/ogc/collections/{name}"
    links = [
        link(address(request, f"{here}/items/{feature_id}"), "self", GEOJSON, kind.title),
        link(address(request, here), "collection", "application/json", kind.plural),
    ]
    return json_of(
        feature_of(row, crs) | {"links": links},
        marking_of_rows([row]),
        media_type=GEOJSON,
        headers={"Content-Crs": header_text(f"<{crs}>")},
    )


def feature_of(row: Row, crs: str) -> dict[str, Any]:
    """A report as a feature; without a point its geometry is null, never 0, 0."""
    properties = flat(row)
    lon, lat = properties.pop("longitude", None), properties.pop("latitude", None)
    occurred = properties.pop("occurred", None)
    if occurred is not None:
        properties["occurred"] = occurred["shown"]
        properties["start"] = occurred["start"]
        properties["end"] = occurred["end"]
        properties["precision"] = occurred["precision"]
    return {
        "type": "Feature",
        "id": row.id.hex(),
        "geometry": None
        if lon is None or lat is None
        else {"type": "Point", "coordinates": position(lon, lat, crs)},
        "properties": properties,
    }


def _crs(given: dict[str, str]) -> str:
    form = given.get("f", "json")
    if form not in _FORMS:
        raise InvalidQuery(
            "Features come as GeoJSON only.", field="f", remedy="Leave f out, or write f=json."
        )
    return crs_named(given.get("crs", CRS84), "crs")


def _query(
    kind: Kind, given: dict[str, str], known: dict[str, Queryable], page: bytes | None
) -> Query:
    if given.get("filter-lang", "cql2-text") != "cql2-text":
        raise InvalidQuery(
            "Filters are CQL2 text.", field="filter-lang", remedy="Write filter-lang=cql2-text."
        )
    if crs_named(given.get("filter-crs", CRS84), "filter-crs") != CRS84:
        raise InvalidQuery(
            "Geometries in filters are longitude, latitude.",
            field="filter-crs",
            remedy="Leave filter-crs out.",
        )
    start, end = parse_datetime(given["datetime"]) if "datetime" in given else (None, None)
    bbox_crs = crs_named(given.get("bbox-crs", CRS84), "bbox-crs")
    return Query(
        kinds=(kind.name,),
        bbox=box_in(given["bbox"], bbox_crs) if "bbox" in given else None,
        start=start,
        end=end,
        filter=_filter(given, known),
        limit=min(number(given, "limit", 100, least=1), MOST_ROWS),
        offset=number(given, "offset", 0),
        cursor=page,
        leaving=True,
    )


def _filter(given: dict[str, str], known: dict[str, Queryable]) -> str:
    """The filter, and what the named properties must equal, as one CQL2 text."""
    parts: list[str] = []
    if given.get("filter"):
        parsed(given["filter"])  # by itself: else "a) OR (b" would get round what is beside it
        parts.append(f"({given['filter']})")
    for name, one in known.items():
        if name in given:
            parts.append(f"{name} = {_literal(name, given[name], one.type)}")
    return " AND ".join(parts)


def _literal(name: str, text: str, type_: str) -> str:
    if type_ == "text":
        return "'" + text.replace("'", "''") + "'"
    try:
        value = float(text)
        return msgspec.json.encode(int(value) if value.is_integer() else value).decode()
    except (ValueError, OverflowError):
        raise InvalidQuery(
            f"{name} is compared with a number.", field=name, remedy=f"Write {name}=3."
        ) from None


ROUTES = (get_items, get_item)
