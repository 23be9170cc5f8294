"""How the node reads a time or a place as typed, before it is filed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
from litestar import Request, Response, get

from eirene.errors import InvalidQuery
from eirene.places import Place, mgrs_of, parse_place
from eirene.times import iso, parse_time, show
from eirene.web.answers import UNMARKED, json_of
from eirene.web.asking import aside, node_of, reader_of
from eirene.web.describe import described
from eirene.web.node import Mission
from eirene.web.parameters import parameters_of


def _text(request: Request[Any, Any, Any], example: str) -> str:
    reader_of(request)
    text = parameters_of(request, ("text",)).get("text", "").strip()
    if not text:
        raise InvalidQuery("text is missing.", field="text", remedy=f"Write for example {example}.")
    return text


@get(
    "/api/understand/time",
    **described(
        "How a time is read.", parameters=("text",), answer="UnderstoodTime", problems=(400, 422)
    ),
)
async def get_time(request: Request[Any, Any, Any]) -> Response[bytes]:
    """GET /api/understand/time: 422 with the remedy where it can be read in two ways."""
    text = _text(request, "251430ZNOV26")
    zone = node_of(request).zone
    span = parse_time(text, now=datetime.now(UTC), zone=zone)
    local = [
        moment.astimezone(zone).strftime("%Y-%m-%d %H:%M") for moment in (span.start, span.end)
    ]
    return json_of(
        {
            "start": iso(span.start),
            "end": iso(span.end),
            "precision": span.precision,
            "shown": show(span),
            "local": " - ".join(dict.fromkeys(local)),
        },
        UNMARKED,
    )


@get(
    "/api/understand/place",
    **described(
        "How a place is read.", parameters=("text",), answer="UnderstoodPlace", problems=(400, 422)
    ),
)
async def get_place(request: Request[Any, Any, Any]) -> Response[bytes]:
    """GET /api/understand/place: 422 with the remedy where it can be read in two ways."""
    text = _text(request, "4.3612 N, 18.5550 E")
    place, valid = await aside(_read, node_of(request).mission, text)
    return json_of(
        {
            "latitude": place.lat,
            "longitude": place.lon,
            "accuracy_m": place.accuracy_m,
            "mgrs": mgrs_of(place) if place.lat is not None else None,
            "name": place.name,
            "pcode": place.pcode,
            "valid": valid,
            "shown": place.name or place.text,
        },
        UNMARKED,
    )


def _read(mission: Mission | None, text: str) -> tuple[Place, str | None]:
    """A place as the mission reads it, and the version of the divisions that alone has it."""
    place = parse_place(text, find=mission.find if mission else None)
    if mission and place.lat is not None and place.lon is not None and not place.pcode:
        pcode = mission.area_of(place.lon, place.lat)
        if pcode:
            place = msgspec.structs.replace(place, pcode=pcode)
    return place, _only_in(mission, place)


def _only_in(mission: Mission | None, place: Place) -> str | None:
    """Of an area that somebody names: the version of the divisions that alone has it."""
    if mission is None or place.lat is not None:
        return None
    return mission.gazetteer.only_in(place.pcode) or None


ROUTES = (get_time, get_place)
