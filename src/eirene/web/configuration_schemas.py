"""Shapes of the rules in force, their changes and what an operation enforces."""

from __future__ import annotations

from typing import Any

from eirene.web.shape import (
    ANY,
    ID,
    MAYBE_TIME,
    TEXT,
    TEXTS,
    TIME,
    WHOLE,
    YES_NO,
    list_of,
    mapping_of,
)

_VERSION = {"version": WHOLE, "at": MAYBE_TIME, "by": TEXTS, "reason": TEXT}
_CHANGE = {
    "widens": YES_NO,
    "about": TEXT,
    "name": TEXT,
    "audiences": TEXTS,
    "sentence": TEXT,
}

CONFIGURATION_SCHEMAS: dict[str, Any] = {
    "Configuration": mapping_of(
        {
            **_VERSION,
            "title": TEXT,
            "toml": TEXT,
            "changes": list_of(mapping_of(_CHANGE)),
            "rules": list_of(ANY),
            "agreements": list_of(ANY),
            "enforcement": list_of(ANY),
            "k": WHOLE,
            "slots": ANY,
            "own": TEXTS,
            "data": list_of(mapping_of({"data": TEXT, "title": TEXT})),
            "waiting": list_of(
                mapping_of(
                    {
                        "id": ID,
                        "by": TEXT,
                        "at": TIME,
                        "reason": TEXT,
                        "toml": TEXT,
                        "changes": list_of(mapping_of(_CHANGE)),
                    }
                )
            ),
            "history": list_of(mapping_of(_VERSION)),
        }
    ),
    "ConfigurationText": mapping_of({"toml": TEXT}),
    "ConfigurationCheck": mapping_of(
        {
            "refused": YES_NO,
            "widens": YES_NO,
            "people": {"enum": [0, 1, 2]},
            "findings": list_of(
                mapping_of(
                    {
                        "name": TEXT,
                        "rule": TEXT,
                        "sentence": TEXT,
                        "refuses": YES_NO,
                        "path": TEXTS,
                    }
                )
            ),
            "changes": list_of(mapping_of(_CHANGE)),
            "shows": list_of(
                mapping_of(
                    {"audience": TEXT, "outcome": TEXT, "count": WHOLE, "reports": list_of(ID)}
                )
            ),
        }
    ),
    "ConfigurationChange": mapping_of(
        {},
        act={"enum": ["apply", "approve", "refuse"]},
        toml=TEXT,
        proposal=ID,
        reason=TEXT,
    ),
    "Enforcement": mapping_of(
        {
            "closed": list_of(mapping_of({"from": TEXT, "to": TEXT})),
            "operations": list_of(mapping_of({"id": TEXT, "layers": TEXTS, "note": TEXT})),
            "layers": list_of(mapping_of({"layer": TEXT, "from": TEXT, "to": TEXT})),
        }
    ),
    "EnforcementAct": mapping_of(
        {"act": {"enum": ["mark", "reopen"]}, "operation": TEXT},
        layers=TEXTS,
        reason=TEXT,
    ),
    "ConfigurationOutcome": mapping_of(
        {
            "state": {"enum": ["in-force", "waits"]},
            "version": WHOLE,
            "proposal": {"type": ["string", "null"]},
            "changes": list_of(mapping_of(_CHANGE)),
        }
    ),
}
