"""Which reports stand for their entities: now, as this node knew it then, and as it was then.

Now is a column. The other two are worked out in the query, but only for
entities with more than one report: ``many`` tells them. All reports of an
entity are of one compartment, so that whoever may see one may see all, and the
conditions may look at them beside the reader's rule.
"""

from __future__ import annotations

from typing import Any

from eirene.picture.columns import WITHDRAWAL, ms_of
from eirene.picture.names import Names
from eirene.picture.query import Query
from eirene.reports.kinds import kinds

FAR = 1 << 62
HEAD = "v.kind <> :withdrawal_kind AND NOT EXISTS (SELECT 1 FROM replaces p WHERE p.target = v.rid)"
_SAME = "o.entity8 = v.entity8 AND o.comp = v.comp AND o.owner = v.owner"
_LATER = "(o.clock, o.entry8) > (v.clock, v.entry8)"


def lasting_ids(names: Names) -> list[int]:
    """Numbers of the kinds that hold until another report says otherwise."""
    found = (names.known("kind", name) for name, kind in kinds().items() if kind.lasting)
    return [number for number in found if number is not None]


class Lens:
    """Conditions on ``v`` for one question."""

    def __init__(self, query: Query, names: Names) -> None:
        self.plain = query.at is None and query.as_of is None
        self.params: dict[str, Any] = {}
        self._withdrawn = query.withdrawn
        self._at = query.at is not None
        if not self.plain:
            self.params = {
                "at": FAR if query.at is None else ms_of(query.at),
                "as_of": FAR if query.as_of is None else ms_of(query.as_of),
                "withdrawal": names.known("kind", WITHDRAWAL) or 0,
            }
            lasting = lasting_ids(names)
            self.params |= {f"lasting_{at}": number for at, number in enumerate(lasting)}
            self._lasting = ", ".join(f":lasting_{at}" for at in range(len(lasting)))

    def lead(self) -> str:
        """True for the one row that stands for its entity."""
        if self.plain:
            return "v.lead > 0" if self._withdrawn else "v.lead = 1"
        rival = (
            f"EXISTS (SELECT 1 FROM report o WHERE {_SAME} AND {_LATER} AND {self._stands('o')})"
        )
        shown = f"{self._stands('v')} AND (v.many = 0 OR NOT {rival})"
        if self._withdrawn:
            shown = f"(({shown}) OR ({self._gone_lead()}))"
        if self._at:
            shown += " AND (v.until IS NULL OR v.until >= :at)"
        return shown

    def withdrawn(self) -> str:
        """True for the row that stands for its entity as withdrawn."""
        return "v.lead = 2" if self.plain else f"({self._gone_lead()})"

    def conflict(self) -> str:
        """True where further statements stand beside the one that leads."""
        if self.plain:
            return "v.conflict"
        beside = f"SELECT 1 FROM report o WHERE {_SAME} AND o.rid <> v.rid AND {self._stands('o')}"
        return f"(v.many = 1 AND EXISTS ({beside}))"

    def head(self) -> str:
        """True where nobody had amended or withdrawn the report."""
        if self.plain:
            return HEAD
        later = "SELECT 1 FROM replaces p JOIN report s ON s.rid = p.by WHERE p.target = v.rid"
        return f"v.kind <> :withdrawal AND NOT EXISTS ({later} AND s.received <= :as_of)"

    def _known(self, row: str) -> str:
        return f"{row}.kind <> :withdrawal AND {row}.received <= :as_of AND {row}.start <= :at"

    def _stands(self, row: str) -> str:
        """Known by then, begun by then, and by then not replaced."""
        ended = f"{row}.kind NOT IN ({self._lasting}) OR s.start <= :at"
        replaced = (
            f"SELECT 1 FROM replaces p JOIN report s ON s.rid = p.by WHERE p.target = {row}.rid "
            f"AND s.received <= :as_of AND (s.kind = :withdrawal OR {ended})"
        )
        return f"{self._known(row)} AND ({row}.many = 0 OR NOT EXISTS ({replaced}))"

    def _withdrawn_by_then(self, row: str) -> str:
        withdrawal = (
            f"SELECT 1 FROM replaces p JOIN report s ON s.rid = p.by WHERE p.target = {row}.rid "
            "AND s.received <= :as_of AND s.kind = :withdrawal"
        )
        return f"{self._known(row)} AND EXISTS ({withdrawal})"

    def _gone_lead(self) -> str:
        """The report that stands as withdrawn: nothing of its entity is left."""
        left = f"SELECT 1 FROM report o WHERE {_SAME} AND {self._stands('o')}"
        rival = (
            f"SELECT 1 FROM report o WHERE {_SAME} AND {_LATER} AND {self._withdrawn_by_then('o')}"
        )
        return (
            f"v.many = 1 AND {self._withdrawn_by_then('v')} "
            f"AND NOT EXISTS ({left}) AND NOT EXISTS ({rival})"
        )
