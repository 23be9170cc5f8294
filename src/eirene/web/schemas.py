"""Shapes of bodies, for ``/openapi.json``."""

from __future__ import annotations

from typing import Any

from eirene.web.configuration_schemas import CONFIGURATION_SCHEMAS
from eirene.web.import_schemas import IMPORT_SCHEMAS
from eirene.web.map_schemas import MAP_SCHEMAS
from eirene.web.place_schemas import PLACE_SCHEMAS
from eirene.web.provider_schemas import PROVIDER_LIST, PROVIDER_SCHEMAS
from eirene.web.release_schemas import DECISION, PICTURES_OFFERED
from eirene.web.shape import (
    ANY,
    BOX,
    ID,
    MAYBE_NUMBER,
    MAYBE_TEXT,
    MAYBE_TIME,
    NUMBER,
    TEXT,
    TEXTS,
    TIME,
    WHOLE,
    YES_NO,
    list_of,
    mapping_of,
    ref,
)

_LINK = mapping_of({"href": TEXT, "rel": TEXT}, type=TEXT, title=TEXT)
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
    "mission": mapping_of({"name": TEXT, "title": TEXT, "bbox": BOX, "zone": TEXT}),
    "last_shift": MAYBE_TIME,
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
_OPEN_SESSION = mapping_of(
    {"id": TEXT, "made": TIME, "seen": TIME, "until": TIME, "viewing": MAYBE_TEXT},
    origin=MAYBE_TEXT,
)
_PEOPLE = {
    "may": mapping_of(
        {"administer": YES_NO, "invite": YES_NO, "grant": TEXTS, "decide": TEXTS, "lend": TEXTS}
    ),
    "roles": list_of(mapping_of({"role": TEXT, "title": TEXT})),
    "all_roles": list_of(mapping_of({"role": TEXT, "title": TEXT, "reads": TEXTS})),
    "compartments": TEXTS,
    "organisations": list_of(
        mapping_of(
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
    "accounts": list_of(mapping_of(_HELD | {"lift_by": TEXT})),
    "invitations": list_of(
        mapping_of(
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
    "waiting": list_of(
        mapping_of(
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
    "loans": list_of(
        mapping_of(_RIGHTS | {"id": ID, "user": TEXT, "by": TEXT, "made": TIME, "until": TIME})
    ),
}
_GEOMETRY: dict[str, Any] = {
    "oneOf": [
        {"type": "null"},
        mapping_of({"type": {"const": "Point"}, "coordinates": list_of(NUMBER)}),
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
_REPORTS = list_of(ref("Report"))
_LINK_OF = {"role": TEXT, "id": ID, "entity": ID, "kind": TEXT, "summary": TEXT}
_LINKED = list_of(mapping_of(_LINK_OF | {"filed": TIME, "organisation": TEXT, "file_type": TEXT}))
_FILED = mapping_of({"id": ID, "entity": ID})
_MAYBE_REPORT: dict[str, Any] = {"oneOf": [{"type": "null"}, ANY]}
_DECIDED = list_of(mapping_of({"act": TEXT, "account": TEXT, "at": TIME, "reason": TEXT}))
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
_FETCHED = list_of(
    mapping_of({"account": TEXT, "by": TEXT, "first": TIME, "last": TIME, "times": WHOLE})
)
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
_EXTENT = mapping_of({}, spatial=ANY, temporal=ANY)
_COLLECTION = {
    "id": TEXT,
    "title": TEXT,
    "description": TEXT,
    "extent": _EXTENT,
    "itemType": TEXT,
    "crs": TEXTS,
    "links": list_of(_LINK),
}

SCHEMAS: dict[str, Any] = {
    "Problem": mapping_of(
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
            "items": mapping_of(
                {"rule": TEXT, "value": TEXT, "shown": {"type": "array", "items": TEXT}}
            ),
        },
    ),
    "Ready": mapping_of({"ready": YES_NO}),
    "SignIn": mapping_of({"user": TEXT, "password": TEXT}),
    "Door": mapping_of({"node": TEXT, "realm": TEXT, "providers": PROVIDER_LIST}),
    "Me": mapping_of(_ACCOUNT, viewing=MAYBE_TEXT, clock_warning=MAYBE_TEXT),
    "Session": mapping_of(_SESSION, clock_warning=MAYBE_TEXT),
    "NewPassword": mapping_of({"old": TEXT, "new": TEXT}),
    "ViewAs": mapping_of({"audience": TEXT}),
    "People": mapping_of(_PEOPLE),
    "NewOrganisation": mapping_of(
        {"code": TEXT}, form={"enum": ["org", "party", "capital", ""]}, title=TEXT
    ),
    "Made": mapping_of({"code": TEXT}),
    "Suspension": mapping_of({"act": {"enum": ["suspend", "lift"]}}, reason=TEXT),
    "Lifted": mapping_of({"lifted": YES_NO}),
    "NewAccount": mapping_of({"user": TEXT, "role": TEXT}, organisation=TEXT),
    "MadeAccount": mapping_of(_HELD | {"password": TEXT}),
    "AccountAct": mapping_of(
        {"act": {"enum": ["suspend", "lift", "narrow", "confirm", "end", "reset"]}},
        reason=TEXT,
        until=TIME,
        invites=YES_NO,
        **_RIGHTS,
    ),
    "AccountActed": mapping_of({"user": TEXT}, lifted=YES_NO, password=TEXT),
    "NewInvitation": mapping_of(
        {"user": TEXT, "role": TEXT},
        organisation=TEXT,
        until=TIME,
        account_until=TIME,
        invites=YES_NO,
        address=TEXT,
    ),
    "MadeInvitation": mapping_of({"id": TEXT, "code": TEXT, "link": TEXT, "until": TIME}),
    "Acceptance": mapping_of({"code": TEXT, "password": TEXT}),
    "Accepted": mapping_of({"user": TEXT}),
    "NewClearance": mapping_of({"user": TEXT}, until=TIME, reason=TEXT, invites=YES_NO, **_RIGHTS),
    "Proposed": mapping_of({"id": ID, "state": TEXT}),
    "SecondPerson": mapping_of({"act": {"enum": ["confirm", "refuse"]}}, reason=TEXT),
    "Decided": mapping_of({"id": TEXT, "state": TEXT}),
    "NewLoan": mapping_of(
        {"user": TEXT, "until": TIME},
        reason=TEXT,
        compartments=TEXTS,
        may_file=TEXTS,
        may_decide=TEXTS,
    ),
    "Lent": mapping_of({"id": ID}),
    "Devices": list_of(
        mapping_of(
            {
                "device": TEXT,
                "first": MAYBE_TIME,
                "last": MAYBE_TIME,
                "this": YES_NO,
                "sessions": list_of(_OPEN_SESSION),
                "tokens": list_of(mapping_of(_TOKEN)),
            }
        )
    ),
    "LostDevice": mapping_of({"device": TEXT}, account=TEXT),
    "Lost": mapping_of(
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
    "ExportAt": mapping_of({"done": WHOLE, "of": WHOLE}),
    "Shift": mapping_of({"last_shift": MAYBE_TIME}),
    "Tokens": list_of(mapping_of(_TOKEN)),
    "NewToken": mapping_of({}, scope={"enum": ["read", "read+file"]}, until=TIME, title=TEXT),
    "MadeToken": mapping_of(_TOKEN | {"token": TEXT}),
    "Kinds": list_of(mapping_of({"kind": TEXT, "title": TEXT})),
    "Kind": mapping_of(
        {
            "kind": TEXT,
            "title": TEXT,
            "schema": ANY,
            "example": ANY,
            "states": TEXTS,
            "requires": TEXTS,
        }
    ),
    "NewReport": mapping_of(
        {"kind": TEXT},
        compartment=TEXT,
        client_id={"type": "string", "format": "uuid"},
        amends=list_of(ID),
        place=TEXT,
        latitude=NUMBER,
        longitude=NUMBER,
        summary=TEXT,
    ),
    "Reports": {
        "oneOf": [
            ref("NewReport"),
            {"type": "array", "items": ref("NewReport"), "minItems": 1, "maxItems": 1000},
        ]
    },
    **CONFIGURATION_SCHEMAS,
    **IMPORT_SCHEMAS,
    **PLACE_SCHEMAS,
    **MAP_SCHEMAS,
    **PROVIDER_SCHEMAS,
    "Filed": {"oneOf": [_FILED, list_of(_FILED)]},
    "Report": mapping_of(
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
    "Entity": mapping_of(
        {
            "entity": ID,
            "kind": TEXT,
            "current": _REPORTS,
            "history": _REPORTS,
            "others": _REPORTS,
            "links": mapping_of({"out": _LINKED, "in": _LINKED}),
            "may": mapping_of({"amend": YES_NO, "withdraw": YES_NO}),
            "marking": TEXT,
        }
    ),
    "Preview": {
        "oneOf": [
            mapping_of({"report": ID}),
            {**ANY, "description": "A flat report, as for POST /api/reports."},
        ]
    },
    "Foreseen": mapping_of({"marking": TEXT, "audiences": list_of(mapping_of(_AUDIENCE))}),
    "Release": mapping_of(_RELEASE, fetched=_FETCHED),
    "Releases": mapping_of({"releases": list_of(ref("Release")), "glass_for": TEXTS}),
    "Waiting": list_of(mapping_of(_WAITING)),
    "Decision": DECISION,
    "AskedGlass": list_of(
        mapping_of(
            {
                "id": ID,
                "compartment": TEXT,
                "by": TEXT,
                "mine": YES_NO,
                "since": MAYBE_TIME,
                "until": TIME,
                "reason": TEXT,
                "report": ref("Report"),
            }
        )
    ),
    "BreakGlass": mapping_of(
        {"report": ID, "audience": TEXT, "reason": TEXT},
        until={"type": "string", "description": "When it ends; not for a refusal."},
        act={"enum": ["ask", "refuse"], "description": "ask, also as the second person."},
    ),
    "Found": mapping_of(
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
    "Suggestions": mapping_of({"places": list_of(ANY), "words": TEXTS}),
    "UnderstoodTime": mapping_of(
        {"start": TIME, "end": TIME, "precision": TEXT, "shown": TEXT, "local": TEXT}
    ),
    "UnderstoodPlace": mapping_of(
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
    "Layers": list_of(
        mapping_of(_LAYER, type=TEXT, licence=TEXT, as_of=TEXT, list=TEXT, attribution=TEXT)
    ),
    "Document": ANY,
    "Landing": mapping_of({"title": TEXT, "description": TEXT, "links": list_of(_LINK)}),
    "Conformance": mapping_of({"conformsTo": TEXTS}),
    "Collections": mapping_of({"collections": list_of(ref("Collection")), "links": list_of(_LINK)}),
    "Collection": mapping_of(_COLLECTION),
    "Schema": ANY,
    "Features": mapping_of(
        {
            "type": {"const": "FeatureCollection"},
            "features": list_of(mapping_of(_FEATURE)),
            "links": list_of(_LINK),
            "timeStamp": TIME,
            "numberMatched": WHOLE,
            "numberReturned": WHOLE,
            "leftOut": WHOLE
            | {
                "description": "Of what you read on the node and asked for: how many the terms "
                "of their source keep there."
            },
        }
    ),
    "Feature": mapping_of(_FEATURE | {"links": list_of(_LINK)}),
}
