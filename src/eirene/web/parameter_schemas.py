"""Shapes of the parameters of queries, for ``/openapi.json``."""

from __future__ import annotations

from typing import Any

from eirene.web.shape import ID, TEXT, UUID

_INTERVAL = "An instant, a day, or an interval a/b; .. or nothing leaves an end open."
_MOMENT = "ISO 8601 with a zone."


def _parameter(name: str, description: str, schema: dict[str, Any] = TEXT) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": description, "schema": schema}


PARAMETERS: dict[str, Any] = {
    one["name"]: one
    for one in (
        _parameter("name", "Name of the file, with its ending."),
        _parameter("title", "What a map is called; else as its file says."),
        _parameter("attribution", "Whose map it is; stands beside it."),
        _parameter("licence", "Under which licence it may be shown."),
        _parameter("as_of", "Of when it is: year, month or day, ISO 8601."),
        _parameter("layer", "Which tiles of a GeoPackage with several."),
        _parameter("report", "Id of the report that it belongs to.", ID),
        _parameter("summary", "One line on what it shows."),
        _parameter("client_id", "UUID of this post: said again, answered the same.", UUID),
        _parameter("ask", "UUID of this question: how far it is, /api/exports/{ask} tells.", UUID),
        _parameter("n", "Which picture of a version, from 0.", {"type": "integer", "minimum": 0}),
        _parameter("account", "Another account, for who administers accounts."),
        _parameter("q", "Words that must all occur; any sign is just a sign."),
        _parameter("kind", "Kinds, divided by commas."),
        _parameter("type", "Types, divided by commas."),
        _parameter("bbox", "West, south, east, north; west over east crosses the 180th meridian."),
        _parameter("datetime", _INTERVAL),
        _parameter("at", "What was true then. " + _MOMENT),
        _parameter("as_of", "What this node knew then. " + _MOMENT),
        _parameter("changed_since", "Only what came or changed since. " + _MOMENT),
        _parameter("filter", "CQL2 text over the queryables."),
        _parameter("withdrawn", "true: also what was withdrawn.", {"enum": ["true", "false"]}),
        _parameter("limit", "Rows of a page.", {"type": "integer", "minimum": 1}),
        _parameter("cursor", "From the page before; of use to this reader alone."),
        _parameter("offset", "Rows to leave out.", {"type": "integer", "minimum": 0}),
        _parameter("group", "Some of day, month, year, area, kind, type, state, by commas."),
        _parameter("level", "Administrative level of areas.", {"type": "integer", "minimum": 1}),
        _parameter(
            "basis",
            "Version of the administrative divisions to count by or draw, by the id that /api/map gives.",
        ),
        _parameter("sum", "Counts to add up, by commas."),
        _parameter("text", "As typed."),
        _parameter("f", "json.", {"enum": ["json"]}),
        _parameter("bbox-crs", "CRS84 or EPSG:4326 (latitude first)."),
        _parameter("crs", "CRS84 or EPSG:4326 (latitude first)."),
        _parameter("filter-lang", "cql2-text.", {"enum": ["cql2-text"]}),
        _parameter("filter-crs", "CRS84."),
    )
}
