"""Shapes of bodies and parameters, for ``/openapi.json``."""

from __future__ import annotations

from typing import Any

from eirene.web.import_schemas import IMPORT_SCHEMAS
from eirene.web.map_schemas import MAP_SCHEMAS
from eirene.web.place_schemas import PLACE_SCHEMAS
from eirene.web.provider_schemas import PROVIDER_LIST, PROVIDER_SCHEMAS
from eirene.web.release_schemas import DECISION, PICTURES_OFFERED

TEXT: dict[str, Any] = {"type": "string"}
MAYBE_TEXT: dict[str, Any] = {"type": ["string", "null"]}
WHOLE: dict[str, Any] = {"type": "integer"}
NUMBER: dict[str, Any] = {"type": "number"}
MAYBE_NUMBER: dict[str, Any] = {"type": ["number", "null"]}
YES_NO: dict[str, Any] = {"type": "boolean"}
TIME: dict[str, Any] = {"type": "string", "format": "date-time"}
MAYBE_TIME: dict[str, Any] = {"type": ["string", "null"], "format": "date-time"}
ID: dict[str, Any] = {"type": "string", "pattern": "^[0-9a-f]{32}$"}
UUID: dict[str, Any] = {"type": "string", "format": "uuid"}
TEXTS: dict[str, Any] = {"type": "array", "items": TEXT}
ANY: dict[str, Any] = {"type": "object"}
BOX: dict[str, Any] = {"type": "array", "items": NUMBER, "minItems": 4, "maxItems": 4}


def _map(required: dict[str, Any], **optional: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": required | optional,
        "required": list(required),
    }


def _list(of: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": of}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


_LINK = _map({"href": TEXT, "rel": TEXT}, type=TEXT, title=TEXT)
_ACCOUNT = {
    "user": TEXT,
    "title": TEXT,
    "role": TEXT,
    "organisation": TEXT,
    "compartments": TEXTS,
    "may_file": TEXTS,
    "may_decide": TEXTS,
    "sees_rules": YES_NO,
    "node": TEXT,
    "realm": {"enum": ["live", "exercise", "replay"]},
    "mission": _map({"name": TEXT, "title": TEXT, "bbox": BOX, "zone": TEXT}),
    "last_shift": MAYBE_TIME,
}
_VERSION = {"version": WHOLE, "at": MAYBE_TIME, "by": TEXTS, "reason": TEXT}
_CHANGE = {
    "widens": YES_NO,
    "about": TEXT,
    "name": TEXT,
    "audiences": TEXTS,
    "sentence": TEXT,
}
_TOKEN = {
    "id": TEXT,
    "title": TEXT,
    "scope": TEXT,
    "made": TIME,
    "until": TIME,
    "device": TEXT,
    "seen": MAYBE_TIME,
}
_SESSION = _ACCOUNT | {
    "session": TEXT,
    "by": TEXT,
    "device": TEXT,
    "until": MAYBE_TIME,
    "viewing": MAYBE_TEXT,
    "may_grant": TEXTS,
    "invites": YES_NO,
    "administers": YES_NO,
    "reset": MAYBE_TIME,
}
_RIGHTS = {"compartments": TEXTS, "may_file": TEXTS, "may_decide": TEXTS, "may_grant": TEXTS}
_HELD = _RIGHTS | {
    "user": TEXT,
    "title": TEXT,
    "role": TEXT,
    "organisation": TEXT,
    "state": {"enum": ["in force", "suspended", "reset", "lapsed", "ended"]},
    "invites": YES_NO,
    "administers": YES_NO,
    "made": TIME,
    "by": TEXT,
    "until": MAYBE_TIME,
}
_OPEN_SESSION = _map(
    {"id": TEXT, "made": TIME, "seen": TIME, "until": TIME, "viewing": MAYBE_TEXT},
    origin=MAYBE_TEXT,
)
_PEOPLE = {
    "may": _map(
        {"administer": YES_NO, "invite": YES_NO, "grant": TEXTS, "decide": TEXTS, "lend": TEXTS}
    ),
    "roles": _list(_map({"role": TEXT, "title": TEXT})),
    "all_roles": _list(_map({"role": TEXT, "title": TEXT})),
    "compartments": TEXTS,
    "organisations": _list(
        _map(
            {
                "code": TEXT,
                "title": TEXT,
                "form": TEXT,
                "compartment": TEXT,
                "suspended": MAYBE_TIME,
                "lift_by": TEXT,
            }
        )
    ),
    "accounts": _list(_map(_HELD | {"lift_by": TEXT})),
    "invitations": _list(
        _map(
            {
                "id": TEXT,
                "user": TEXT,
                "role": TEXT,
                "organisation": TEXT,
                "by": TEXT,
                "until": MAYBE_TIME,
            }
        )
    ),
    "waiting": _list(
        _map(
            _RIGHTS
            | {
                "id": ID,
                "user": TEXT,
                "by": TEXT,
                "at": TIME,
                "until": TIME,
                "invites": YES_NO,
                "reason": TEXT,
                "mine": YES_NO,
            }
        )
    ),
    "loans": _list(
        _map(_RIGHTS | {"id": ID, "user": TEXT, "by": TEXT, "made": TIME, "until": TIME})
    ),
}
_GEOMETRY: dict[str, Any] = {
    "oneOf": [
        {"type": "null"},
        _map({"type": {"const": "Point"}, "coordinates": _list(NUMBER)}),
    ]
}
_FEATURE = {"type": {"const": "Feature"}, "id": ID, "geometry": _GEOMETRY, "properties": ANY}
_LAYER = {
    "id": TEXT,
    "kind": TEXT,
    "source": TEXT,
    "title": TEXT,
    "n": WHOLE,
    "newest": MAYBE_TIME,
    "received": MAYBE_TIME,
}
_REPORTS = _list(_ref("Report"))
_LINK_OF = {"role": TEXT, "id": ID, "entity": ID, "kind": TEXT, "summary": TEXT}
_LINKED = _list(_map(_LINK_OF | {"filed": TIME, "organisation": TEXT, "file_type": TEXT}))
_FILED = _map({"id": ID, "entity": ID})
_MAYBE_REPORT: dict[str, Any] = {"oneOf": [{"type": "null"}, ANY]}
_DECIDED = _list(_map({"act": TEXT, "account": TEXT, "at": TIME, "reason": TEXT}))
_AUDIENCE = {
    "compartment": TEXT,
    "outcome": TEXT,
    "mode": TEXT,
    "due": MAYBE_TIME,
    "sentence": MAYBE_TEXT,
    "version": _MAYBE_REPORT,
    "removed": TEXTS,
}
_RELEASE = {
    "id": ID,
    "compartment": TEXT,
    "state": TEXT,
    "mode": TEXT,
    "rule": TEXT,
    "glass": YES_NO,
    "due": MAYBE_TIME,
    "until": MAYBE_TIME,
    "since": MAYBE_TIME,
    "version": _MAYBE_REPORT,
    "removed": TEXTS,
    "decided": _DECIDED,
    "may_decide": YES_NO,
}
_FETCHED = _list(_map({"account": TEXT, "by": TEXT, "first": TIME, "last": TIME, "times": WHOLE}))
_WAITING = {
    "id": ID,
    "compartment": TEXT,
    "state": TEXT,
    "mode": TEXT,
    "outcome": TEXT,
    "rule": TEXT,
    "sentence": TEXT,
    "wider": MAYBE_TEXT,
    "since": MAYBE_TIME,
    "report": ANY,
    "version": _MAYBE_REPORT,
    "removed": TEXTS,
    "words": TEXT,
    "before": _MAYBE_REPORT,
    "decided": _DECIDED,
} | PICTURES_OFFERED
_EXTENT = _map({}, spatial=ANY, temporal=ANY)
_COLLECTION = {
    "id": TEXT,
    "title": TEXT,
    "description": TEXT,
    "extent": _EXTENT,
    "itemType": TEXT,
    "crs": TEXTS,
    "links": _list(_LINK),
}

SCHEMAS: dict[str, Any] = {
    "Problem": _map(
        {
            "status": WHOLE,
            "code": TEXT,
            "field": MAYBE_TEXT,
            "message": TEXT,
            "remedy": MAYBE_TEXT,
        },
        index=WHOLE,
        choices={
            "type": "array",
            "items": _map({"rule": TEXT, "value": TEXT, "shown": {"type": "array", "items": TEXT}}),
        },
    ),
    "Ready": _map({"ready": YES_NO}),
    "SignIn": _map({"user": TEXT, "password": TEXT}),
    "Door": _map({"node": TEXT, "realm": TEXT, "providers": PROVIDER_LIST}),
    "Me": _map(_ACCOUNT, viewing=MAYBE_TEXT, clock_warning=MAYBE_TEXT),
    "Session": _map(_SESSION, clock_warning=MAYBE_TEXT),
    "NewPassword": _map({"old": TEXT, "new": TEXT}),
    "ViewAs": _map({"audience": TEXT}),
    "People": _map(_PEOPLE),
    "NewOrganisation": _map(
        {"code": TEXT}, form={"enum": ["org", "party", "capital", ""]}, title=TEXT
    ),
    "Made": _map({"code": TEXT}),
    "Suspension": _map({"act": {"enum": ["suspend", "lift"]}}, reason=TEXT),
    "Lifted": _map({"lifted": YES_NO}),
    "NewAccount": _map({"user": TEXT, "role": TEXT}, organisation=TEXT),
    "MadeAccount": _map(_HELD | {"password": TEXT}),
    "AccountAct": _map(
        {"act": {"enum": ["suspend", "lift", "narrow", "confirm", "end", "reset"]}},
        reason=TEXT,
        until=TIME,
        invites=YES_NO,
        **_RIGHTS,
    ),
    "AccountActed": _map({"user": TEXT}, lifted=YES_NO, password=TEXT),
    "NewInvitation": _map(
        {"user": TEXT, "role": TEXT},
        organisation=TEXT,
        until=TIME,
        account_until=TIME,
        invites=YES_NO,
        address=TEXT,
    ),
    "MadeInvitation": _map({"id": TEXT, "code": TEXT, "link": TEXT, "until": TIME}),
    "Acceptance": _map({"code": TEXT, "password": TEXT}),
    "Accepted": _map({"user": TEXT}),
    "NewClearance": _map({"user": TEXT}, until=TIME, reason=TEXT, invites=YES_NO, **_RIGHTS),
    "Proposed": _map({"id": ID, "state": TEXT}),
    "SecondPerson": _map({"act": {"enum": ["confirm", "refuse"]}}, reason=TEXT),
    "Decided": _map({"id": TEXT, "state": TEXT}),
    "NewLoan": _map(
        {"user": TEXT, "until": TIME},
        reason=TEXT,
        compartments=TEXTS,
        may_file=TEXTS,
        may_decide=TEXTS,
    ),
    "Lent": _map({"id": ID}),
    "Devices": _list(
        _map(
            {
                "device": TEXT,
                "first": MAYBE_TIME,
                "last": MAYBE_TIME,
                "this": YES_NO,
                "sessions": _list(_OPEN_SESSION),
                "tokens": _list(_map(_TOKEN)),
            }
        )
    ),
    "LostDevice": _map({"device": TEXT}, account=TEXT),
    "Lost": _map(
        {
            "device": TEXT,
            "sessions": WHOLE,
            "tokens": WHOLE,
            "compartments": TEXTS,
            "reports_at_most": {
                "type": ["integer", "null"],
                "description": "null: not told, since you do not read all of these compartments.",
            },
            "exports": TEXTS,
        }
    ),
    "Shift": _map({"last_shift": MAYBE_TIME}),
    "Tokens": _list(_map(_TOKEN)),
    "NewToken": _map({}, scope={"enum": ["read", "read+file"]}, until=TIME, title=TEXT),
    "MadeToken": _map(_TOKEN | {"token": TEXT}),
    "Kinds": _list(_map({"kind": TEXT, "title": TEXT})),
    "Kind": _map(
        {
            "kind": TEXT,
            "title": TEXT,
            "schema": ANY,
            "example": ANY,
            "states": TEXTS,
            "requires": TEXTS,
        }
    ),
    "NewReport": _map(
        {"kind": TEXT},
        compartment=TEXT,
        client_id={"type": "string", "format": "uuid"},
        amends=_list(ID),
        place=TEXT,
        latitude=NUMBER,
        longitude=NUMBER,
        summary=TEXT,
    ),
    "Reports": {
        "oneOf": [
            _ref("NewReport"),
            {"type": "array", "items": _ref("NewReport"), "minItems": 1, "maxItems": 1000},
        ]
    },
    **IMPORT_SCHEMAS,
    **PLACE_SCHEMAS,
    **MAP_SCHEMAS,
    **PROVIDER_SCHEMAS,
    "Filed": {"oneOf": [_FILED, _list(_FILED)]},
    "Report": _map(
        {
            "id": ID,
            "entity": ID,
            "kind": TEXT,
            "compartment": TEXT,
            "organisation": TEXT,
            "classification": TEXT,
            "tlp": TEXT,
            "marking": TEXT,
            "filed": TIME,
            "entry": TEXT,
            "withdrawn": YES_NO,
            "conflict": YES_NO,
            "current": YES_NO,
        },
        received=TIME,
    ),
    "Entity": _map(
        {
            "entity": ID,
            "kind": TEXT,
            "current": _REPORTS,
            "history": _REPORTS,
            "others": _REPORTS,
            "links": _map({"out": _LINKED, "in": _LINKED}),
            "may": _map({"amend": YES_NO, "withdraw": YES_NO}),
            "marking": TEXT,
        }
    ),
    "Preview": {
        "oneOf": [
            _map({"report": ID}),
            {**ANY, "description": "A flat report, as for POST /api/reports."},
        ]
    },
    "Foreseen": _map({"marking": TEXT, "audiences": _list(_map(_AUDIENCE))}),
    "Release": _map(_RELEASE, fetched=_FETCHED),
    "Releases": _map({"releases": _list(_ref("Release")), "glass_for": TEXTS}),
    "Waiting": _list(_map(_WAITING)),
    "Decision": DECISION,
    "AskedGlass": _list(
        _map(
            {
                "id": ID,
                "compartment": TEXT,
                "by": TEXT,
                "mine": YES_NO,
                "since": MAYBE_TIME,
                "until": TIME,
                "reason": TEXT,
                "report": _ref("Report"),
            }
        )
    ),
    "BreakGlass": _map(
        {"report": ID, "audience": TEXT, "reason": TEXT},
        until={"type": "string", "description": "When it ends; not for a refusal."},
        act={"enum": ["ask", "refuse"], "description": "ask, also as the second person."},
    ),
    "Configuration": _map(
        {
            **_VERSION,
            "title": TEXT,
            "toml": TEXT,
            "changes": _list(_map(_CHANGE)),
            "rules": _list(ANY),
            "agreements": _list(ANY),
            "enforcement": _list(ANY),
            "k": WHOLE,
            "slots": ANY,
            "own": TEXTS,
            "data": _list(_map({"data": TEXT, "title": TEXT})),
            "waiting": _list(
                _map(
                    {
                        "id": ID,
                        "by": TEXT,
                        "at": TIME,
                        "reason": TEXT,
                        "toml": TEXT,
                        "changes": _list(_map(_CHANGE)),
                    }
                )
            ),
            "history": _list(_map(_VERSION)),
        }
    ),
    "ConfigurationText": _map({"toml": TEXT}),
    "ConfigurationCheck": _map(
        {
            "refused": YES_NO,
            "widens": YES_NO,
            "people": {"enum": [0, 1, 2]},
            "findings": _list(
                _map(
                    {
                        "name": TEXT,
                        "rule": TEXT,
                        "sentence": TEXT,
                        "refuses": YES_NO,
                        "path": TEXTS,
                    }
                )
            ),
            "changes": _list(_map(_CHANGE)),
            "shows": _list(
                _map({"audience": TEXT, "outcome": TEXT, "count": WHOLE, "reports": _list(ID)})
            ),
        }
    ),
    "ConfigurationChange": _map(
        {},
        act={"enum": ["apply", "approve", "refuse"]},
        toml=TEXT,
        proposal=ID,
        reason=TEXT,
    ),
    "Enforcement": _map(
        {
            "closed": _list(_map({"from": TEXT, "to": TEXT})),
            "operations": _list(_map({"id": TEXT, "layers": TEXTS, "note": TEXT})),
            "layers": _list(_map({"layer": TEXT, "from": TEXT, "to": TEXT})),
        }
    ),
    "EnforcementAct": _map(
        {"act": {"enum": ["mark", "reopen"]}, "operation": TEXT},
        layers=TEXTS,
        reason=TEXT,
    ),
    "ConfigurationOutcome": _map(
        {
            "state": {"enum": ["in-force", "waits"]},
            "version": WHOLE,
            "proposal": {"type": ["string", "null"]},
            "changes": _list(_map(_CHANGE)),
        }
    ),
    "Found": _map(
        {
            "total": WHOLE,
            "total_is": {
                "enum": ["exact", "at-least"],
                "description": "at-least: more match; total and without_point are lower bounds.",
            },
            "without_point": WHOLE,
            "reports": _REPORTS,
            "next": MAYBE_TEXT,
            "marking": TEXT,
        }
    ),
    "Suggestions": _map({"places": _list(ANY), "words": TEXTS}),
    "UnderstoodTime": _map(
        {"start": TIME, "end": TIME, "precision": TEXT, "shown": TEXT, "local": TEXT}
    ),
    "UnderstoodPlace": _map(
        {
            "latitude": MAYBE_NUMBER,
            "longitude": MAYBE_NUMBER,
            "accuracy_m": MAYBE_NUMBER,
            "mgrs": MAYBE_TEXT,
            "name": MAYBE_TEXT,
            "pcode": MAYBE_TEXT,
            "valid": MAYBE_TEXT,
            "shown": TEXT,
        }
    ),
    "Layers": _list(_map(_LAYER, type=TEXT, licence=TEXT, as_of=TEXT, list=TEXT)),
    "Document": ANY,
    "Landing": _map({"title": TEXT, "description": TEXT, "links": _list(_LINK)}),
    "Conformance": _map({"conformsTo": TEXTS}),
    "Collections": _map({"collections": _list(_ref("Collection")), "links": _list(_LINK)}),
    "Collection": _map(_COLLECTION),
    "Schema": ANY,
    "Features": _map(
        {
            "type": {"const": "FeatureCollection"},
            "features": _list(_map(_FEATURE)),
            "links": _list(_LINK),
            "timeStamp": TIME,
            "numberMatched": WHOLE,
            "numberReturned": WHOLE,
        }
    ),
    "Feature": _map(_FEATURE | {"links": _list(_LINK)}),
}

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
