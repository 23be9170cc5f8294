"""A proposal in words, for whoever reads a terminal. The browser has string tables of its own."""

from __future__ import annotations

from eirene.imports.proposing import Column, Proposal

_FOUND = {
    "tag": "its HXL tag {detail}",
    "heading": "its heading",
    "name": "its heading, which is the field's name",
    "values": "its values",
    "ready": "the mapping {detail}",
    "person": "you",
}
_IGNORED = {
    "empty": "it is empty",
    "unknown": "no field is known for it",
    "taken": "{detail} has that field already",
    "values": "its values cannot be {detail}",
    "country": "it says the country",
    "sort": "it says of what sort something is, and no field holds that",
    "left": "the mapping {detail} leaves it out",
    "person": "you left it out",
}


def because(column: Column) -> str:
    """Why a column goes where it goes, or nowhere."""
    words = (_FOUND if column.field else _IGNORED)[column.by]
    return words.format(detail=column.detail)


def lines(found: Proposal) -> list[tuple[str, ...]]:
    """The proposal as lines of the plan's table."""
    ignored = len(found.columns) - found.used
    told: list[tuple[str, ...]] = [
        ("proposed", f"{len(found.columns)} columns: {found.used} used, {ignored} ignored")
    ]
    told += [
        ("use", f"{column.name} -> {column.field} ({because(column)})")
        for column in found.columns
        if column.field
    ]
    told += [
        ("ignore", f"{column.name}: {because(column)}")
        for column in found.columns
        if not column.field
    ]
    told += [
        ("asked", f"{ask.field}: no column gives it; taken for {ask.hint} by the headings")
        if ask.hint
        else ("asked", f"{ask.field}: no column gives it; state it under [const] in a mapping")
        for ask in found.asks
    ]
    told += [
        ("asked", f"{name}: no word list has {', '.join(values[:8])}; add them to codes")
        for name, values in found.untranslated.items()
    ]
    return told
