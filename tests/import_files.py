"""Small files and mappings for the tests of the importer."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from eirene.imports.mapping import Mapping
from eirene.imports.run import Plan, plan

PITFALLS = Path(__file__).parent / "data" / "pitfalls"
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def a_file(folder: Path, text: str, name: str = "list.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def a_mapping(kind: str = "site", **told: Any) -> Mapping:
    """Sites of type other, or armed clashes of 1 January 2025, unless the fields say otherwise."""
    fields = told.pop("fields", {"name": "name"})
    const: dict[str, Any] = {"site": {"type": "other"}, "incident": {"type": "AC"}}.get(kind, {})
    if kind == "incident":
        fields = {"occurred": {"value": "2025-01-01"}} | fields
    base = {"name": "test", "kind": kind, "source": "A list", "fields": fields}
    base |= {"const": {n: v for n, v in const.items() if n not in fields} | told.pop("const", {})}
    return msgspec.convert(base | told, Mapping)


def planned(path: Path, mapping: Mapping | str | None = None, **changed: Any) -> Plan:
    base: dict[str, Any] = {
        "kind": mapping.kind if isinstance(mapping, Mapping) else "site",
        "compartment": "mission",
        "zone": "Africa/Bangui",
        "now": NOW,
        "find": None,
    }
    return plan(path, mapping=mapping, **(base | changed))


def told(made: Plan) -> str:
    """The table as text."""
    return "\n".join("  ".join(line) for line in made.table())


def sums(made: Plan) -> tuple[int, int, int, int]:
    """Reports, repeats, rejects, empty rows; checks that they are all rows."""
    assert made.reports + made.repeats + made.rejected + made.empty == made.rows
    return made.reports, made.repeats, made.rejected, made.empty
