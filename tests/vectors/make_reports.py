"""Makes the golden vectors of the kinds, once a kind; a file that is there stays as it is.

``python tests/vectors/make_reports.py`` writes what is missing. Each line is a
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
    for name, field in fields_of(kind.content).items():
        if field.codes is not None:
            made.append(good | {name: ["no-such-code"] if field.held.form == "many" else "nope"})
        if field.held.form == "count":
            made += [good | {name: -1}, good | {name: "many"}, good | {name: 1.5}, good | {name: 0}]
    return made


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for kind in kinds().values():
        file = FOLDER / f"{kind.name}.jsonl"
        if not file.exists():
            lines = (json.dumps(result(case), ensure_ascii=False) for case in cases(kind))
            file.write_text("\n".join(lines) + "\n", encoding="utf-8")
