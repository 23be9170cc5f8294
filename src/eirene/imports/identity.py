"""The mapping of a file whose headings are the fields themselves, as exports have them."""

from __future__ import annotations

import difflib
from pathlib import Path

from eirene.imports.faults import BadMapping
from eirene.imports.mapping import NOT_MAPPED, OWN_SOURCE, FileRules, Mapping, Rule
from eirene.imports.readers import Table
from eirene.reports.draft import ENVELOPE
from eirene.reports.kinds import Kind, fields_of
from eirene.reports.table import AFTER, BEFORE

TIME = ("occurred_start", "occurred_end", "occurred_precision", "occurred")
_COMPUTED = frozenset((*BEFORE, *AFTER)) - frozenset(ENVELOPE) - frozenset(TIME)


def identity_mapping(path: Path, table: Table, kind: Kind) -> Mapping:
    """Each heading that is a field of the kind, as it stands; the rest is not used."""
    fillable = {name for name in ENVELOPE if name not in NOT_MAPPED} | set(fields_of(kind.content))
    fields: dict[str, str | Rule | tuple[Rule, ...]] = {}
    for column in table.columns:
        name = field_named(column)
        # a KML has a Name of its own beside our name: the heading that is spelt as the field wins
        if name in fillable and (name not in fields or name == column):
            fields[name] = column
    if not fields:
        raise BadMapping(
            f"No heading of {path.name} is a field of {kind.name}.",
            field="mapping",
            remedy="Name a mapping, or call the columns as the fields: "
            + ", ".join(sorted(fillable)[:12])
            + " ...",
        )
    if {"occurred_start", "occurred_end"} <= set(table.columns):
        fields["occurred"] = _time(table)
    if "pcode" in fields and "pcode_from" in table.columns:
        # a P-code that a node looked up is looked up again by the next one
        fields["pcode"] = Rule(column=str(fields["pcode"]), when={"pcode_from": "stated|"})
    own = "entity" in table.columns
    ids = ("entity",) if own else ("id",) if "id" in table.columns else ()
    return Mapping(
        name="",
        kind=kind.name,
        source=OWN_SOURCE if own else f"file:{table.source.removesuffix('.gz').rpartition('.')[0]}",
        row_id=ids,
        file=FileRules(decimal="." if own else ""),
        fields=fields,
    )


def _time(table: Table) -> tuple[Rule, ...]:
    there = set(table.columns)
    whole = Rule(
        start="occurred_start",
        end="occurred_end",
        precision="occurred_precision" if "occurred_precision" in there else "",
        words="occurred" if "occurred" in there else "",
    )
    return (whole, Rule(column="occurred")) if "occurred" in there else (whole,)


def field_named(column: str) -> str:
    """The field that a heading is meant for: case and blanks do not matter."""
    return "_".join(column.strip().lower().split())


def ignored(table: Table, used: set[str], kind: Kind) -> list[str]:
    """Columns that are not used, each with the field that it may have been meant for."""
    known = [*ENVELOPE, *fields_of(kind.content)]
    told: list[str] = []
    for column in table.columns:
        if column in used or column in _COMPUTED or column in NOT_MAPPED or column in TIME:
            continue
        near = difflib.get_close_matches(field_named(column), known, n=1, cutoff=0.7)
        told.append(f"{column} (did you mean {near[0]}?)" if near else column)
    return told
