"""Names that somebody decided on: what a list calls one thing, the mission's lists call another."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from eirene.errors import InvalidQuery
from eirene.places import Place
from eirene.reports.draft import Find

_SHOWN = 5


def with_names(find: Find | None, said: Mapping[str, str]) -> Find | None:
    """Looks names up as ``find`` does, those that were decided on by what they mean."""
    if find is None or not said:
        return find
    means = {_folded(name): one for name, one in said.items() if one}

    def decided(text: str, on: date | None = None, /) -> list[Place]:
        return find(means.get(_folded(text), text), on)

    return decided


def check_names(find: Find | None, said: Mapping[str, str]) -> None:
    """Raises ``InvalidQuery`` for a decision that does not name one place of the mission."""
    for name, means in said.items():
        hits = find(means) if find and means else []
        if means and len(hits) != 1:
            others = ", ".join(f"{hit.name} ({hit.pcode})" for hit in hits[:_SHOWN])
            what = f"may be {others}" if others else "is in no list of places of this mission"
            raise InvalidQuery(
                f"{name!r} cannot be taken for {means!r}, which {what}.",
                field="places",
                remedy="Name one place: its P-code, or a name with its area, as Mbata, Lobaye.",
            )


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()
