"""Makes the golden vectors of the kinds; a line that is there stays as it is.

``python tests/vectors/make_reports.py`` adds what is missing. Each line is a
flat report and either the body that it becomes or the error that it costs.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from eirene.errors import InvalidReport
from eirene.reports.draft import Draft, draft_of
from eirene.reports.flat import raw_content
from eirene.reports.kinds import Kind, fields_of, kinds

FOLDER = Path(__file__).parent / "reports"
NOW = datetime(2026, 11, 25, 15, 0, tzinfo=UTC)
TOGETHER: dict[str, list[dict[str, Any]]] = {
    "activity": [
        {"organisation_code": "ER", "partner_code": "local-er", "work": ["mobile-clinic"]},
        {"organisation_code": "Example Relief"},
        {"partner_code": "x\ny"},
    ],
    "acknowledgement": [
        {"party": "party a"},
        {"party": "-party"},
        {"party": "p" * 41},
        {"party": "A", "serial": "0017", "organisation_code": "two words"},
    ],
    "alert": [
        {"state": "closed"},
        {"state": "closed", "outcome": "Patrol stayed the night, nobody came"},
        {"decision": "no-action"},
        {"decision": "no-action", "decision_reason": "outside-reach", "state": "closed"},
        {"place": ""},
    ],
    "casevac": [
        {"injured_at": "2026-11-25"},
        {"injured_at": "2026-11-25T14:50Z"},
        {"first_aid_at": "2026-11-25T14:36Z", "wheels_up_at": "2026-11-25T14:58Z"},
        {"first_aid_at": "2026-11-25T14:45Z"},
        {"first_aid_at": "2026-11-25T14:20Z"},
        {"on_site_at": "2026-11-25T15:20Z", "off_site_at": "2026-11-25T15:10Z"},
        {"contributor": "Two Words"},
        {"injured_at": "", "requested_at": "251438Z NOV 26"},
    ],
    "incident": [
        {"actors": [{"role": "victim", "name": "traders"}, {"role": "nope"}]},
        {"actors": [{"actor_class": "un-agency"}]},
        {"actors": [{"role": "victim", "name": "traders"}], "also": ["PR"]},
        {"groups": ["traders", "women"], "weapons": ["small-arms"], "damage_level": "destroyed"},
        {"damaged": ["market", "homes"], "actions": ["first-aid"], "help_asked": ["presence"]},
        {"weapons": "small-arms"},
        {"place": "", "latitude": -0.4917, "longitude": -0.2042, "accuracy_m": 30},
        {"latitude": 5.0, "longitude": 18.555},
    ],
    "note": [{"summary": "  "}, {"summary": "", "narrative": "Line one\nline two"}],
    "notification": [
        {"parties": ["party a"]},
        {"parties": ["party-a", "party-b"], "object_type": ""},
        {"state": "draft", "object_type": ""},
        {"form": "movement"},
        {"form": "movement", "departs": "2026-11-26 06:00Z"},
        {"waypoints": [{"latitude": 4.3612, "longitude": 18.555, "after_min": 30}]},
    ],
    "patrol": [
        {"waypoints": [{"latitude": 4.3612}]},
        {"waypoints": [{"latitude": 94.3612, "longitude": 18.555}]},
        {"waypoints": [{"latitude": "4.36", "longitude": 18.555}]},
        {"waypoints": [{"latitude": 4.3612, "longitude": 18.555, "after_min": -1}]},
        {"unit_contributor": "State of A"},
    ],
    "readiness": [{"contributor": ""}, {"equipment": 90}],
    "referral": [
        {"summary": ""},
        {"narrative": "What happened to her"},
        {"links": [{"role": "about", "report": "ab" * 16}]},
        {"pcode": "CF711"},
        {"latitude": 4.3612, "longitude": 18.555},
        {"handed_over": "2026-11-25"},
    ],
    "site": [{"name": "  "}, {"code": "0101"}, {"code": "9e42"}, {"code": 101}],
    "withdrawal": [{"amends": []}, {"amends": ["x"]}],
}
"""Fields that depend on one another, and right values that look wrong."""


def told(draft: Draft) -> dict[str, Any]:
    """A draft as JSON, without what is empty."""
    return {
        "kind": draft.kind.tag,
        "occurred": msgspec.to_builtins(draft.occurred),
        "place": msgspec.to_builtins(draft.place),
        "content": msgspec.msgpack.decode(raw_content(draft.content)),
        "grade": draft.grade,
        "tlp": draft.tlp,
    }


def result(flat: dict[str, Any]) -> dict[str, Any]:
    """What a flat report becomes."""
    try:
        return {"flat": flat, "draft": told(draft_of(flat, now=NOW))}
    except InvalidReport as error:
        found = {"field": error.field, "message": error.message, "remedy": error.remedy}
        return {"flat": flat, "error": found}


def cases(kind: Kind) -> list[dict[str, Any]]:
    """Good and bad examples."""
    good = kind.example
    made: list[dict[str, Any]] = [good, good | {"grade": "F6", "tlp": "AMBER"}]
    made += [{k: v for k, v in good.items() if k != name} for name in good if name != "kind"]
    made += [good | {"summary": None}, good | {"summary": "a\u0007b"}, good | {"sumary": "x"}]
    made += [good | {"grade": "G7"}, good | {"place": "0 75 00 S 0 12 15 W"}]
    made += [good | {"summary": "x" * 301}, good | {"basis": ["seen"]}, good | {"tlp": "TLP:RED"}]
    made += [good | {"links": [{"role": "about"}]}, good | {"occurred": "290900Z FEB 25"}]
    for name, field in fields_of(kind.content).items():
        if field.codes is not None:
            made.append(good | {name: ["no-such-code"] if field.held.form == "many" else "nope"})
        if field.held.form == "count":
            made += [good | {name: -1}, good | {name: "many"}, good | {name: 1.5}, good | {name: 0}]
        if field.held.form == "time":
            made += [good | {name: "2026-12-31"}, good | {name: "251430Z DEC 26"}]
            made += [good | {name: "2026-12"}, good | {name: 20261231}]
        if field.held.form == "number":
            made += [good | {name: 12.5}, good | {name: "12.5"}, good | {name: 1e99}]
        if field.held.form == "list":
            made += [good | {name: [{"nmae": "x"}]}, good | {name: "x"}]
    return made + [good | more for more in TOGETHER.get(kind.name, ())]


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for kind in kinds().values():
        file = FOLDER / f"{kind.name}.jsonl"
        lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        known = [json.loads(line)["flat"] for line in lines]
        new = [case for case in cases(kind) if case not in known]
        lines += (json.dumps(result(case), ensure_ascii=False) for case in new)
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
