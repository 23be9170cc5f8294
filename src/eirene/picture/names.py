"""Words that come again and again, kept once and numbered.

Numbers come in order of arrival and mean nothing outside one file, so no
answer may ever depend on their order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import apsw

from eirene.picture.words import plain_text
from eirene.release.visibility import bits

SORTS = ("owner", "kind", "type", "state", "source", "class", "tlp", "area", "actor")
_MOST_KEPT = 256
"""Readers whose values are kept."""


class Names:
    """Number of each word and word of each number, of one writer or one reader's connection.

    Only the writer adds. Readers look again when they meet a number they have
    not seen: numbers are never given twice.
    """

    def __init__(self) -> None:
        self.realm = ""
        """Of the node: every marking begins with it where it is not live."""
        self._ids: dict[str, dict[str, int]] = {sort: {} for sort in SORTS}
        self._texts: dict[str, dict[int, str]] = {sort: {} for sort in SORTS}
        self._compartments: dict[str, int] = {}
        self._compartment_names: dict[int, str] = {}
        self._places: dict[tuple[int, str, str], int] = {}
        self._finer_sets: dict[tuple[int, ...], int] = {}
        self._bits: dict[frozenset[str], tuple[int, int, dict[str, Any]]] = {}
        self._new: list[tuple[str, int, str]] = []
        self._new_compartments: list[tuple[int, str]] = []
        self._new_places: list[tuple[int, int, str, str, str]] = []
        self._new_finer: list[tuple[int, int]] = []

    def load(self, db: apsw.Connection) -> None:
        """Read all words that the file holds."""
        for sort, number, text in db.execute("SELECT sort, id, text FROM word"):
            self._ids[sort][text] = number
            self._texts[sort][number] = text
        for number, name in db.execute("SELECT id, name FROM compartment"):
            self._compartments[name] = number
            self._compartment_names[number] = name
        sets: dict[int, list[int]] = {}
        for number, comp in db.execute("SELECT id, comp FROM finer_set ORDER BY id, comp"):
            sets.setdefault(number, []).append(comp)
        self._finer_sets = {tuple(comps): number for number, comps in sets.items()}

    def load_places(self, db: apsw.Connection) -> None:
        """Read the named places: only the writer needs their numbers."""
        for number, *place in db.execute("SELECT id, comp, name, pcode FROM place"):
            self._places[tuple(place)] = number

    # --- for the writer ---

    def number(self, sort: str, text: str) -> int | None:
        """Number of a word, given now if need be; None for the empty word."""
        if not text:
            return None
        ids = self._ids[sort]
        number = ids.get(text)
        if number is None:
            number = ids[text] = len(ids) + 1
            self._texts[sort][number] = text
            self._new.append((sort, number, text))
        return number

    def compartment(self, name: str) -> int:
        """Number of a compartment, given now if need be."""
        number = self._compartments.get(name)
        if number is None:
            number = self._compartments[name] = len(self._compartments) + 1
            self._compartment_names[number] = name
            self._new_compartments.append((number, name))
        return number

    def place(self, comp: int, name: str, pcode: str) -> int | None:
        """Number of a place that a compartment's reports name, given now if need be."""
        if not name:
            return None
        number = self._places.get((comp, name, pcode))
        if number is None:
            number = self._places[comp, name, pcode] = len(self._places) + 1
            plain = " ".join(plain_text(name).split())
            self._new_places.append((number, comp, name, pcode, plain))
        return number

    def finer_set(self, comps: Sequence[int]) -> int:
        """Number of a set of compartments, in order, given now if need be; 0 is the empty one."""
        if not comps:
            return 0
        key = tuple(comps)
        number = self._finer_sets.get(key)
        if number is None:
            number = self._finer_sets[key] = len(self._finer_sets) + 1
            self._new_finer += [(number, comp) for comp in key]
        return number

    def write(self, db: apsw.Connection) -> None:
        """Write what is new, in the transaction that uses it."""
        if self._new_finer:
            db.executemany("INSERT INTO finer_set (id, comp) VALUES (?, ?)", self._new_finer)
            self._new_finer = []
        if self._new:
            db.executemany("INSERT INTO word (sort, id, text) VALUES (?, ?, ?)", self._new)
            self._new = []
        if self._new_compartments:
            db.executemany(
                "INSERT INTO compartment (id, name) VALUES (?, ?)", self._new_compartments
            )
            self._new_compartments = []
        if self._new_places:
            db.executemany(
                "INSERT INTO place (id, comp, name, pcode, plain) VALUES (?, ?, ?, ?, ?)",
                self._new_places,
            )
            self._new_places = []

    # --- for readers ---

    def known(self, sort: str, text: str) -> int | None:
        """Number of a word that is there; None for others."""
        return self._ids[sort].get(text)

    def most(self, sort: str) -> int:
        """The highest number of a word."""
        return len(self._ids[sort])

    def compartments(self, names: Iterable[str]) -> list[int]:
        """Numbers of those compartments that are there."""
        return sorted(self._compartments[name] for name in names if name in self._compartments)

    def bits(self, compartments: frozenset[str]) -> dict[str, Any]:
        """The values of a reader's test, as ``release.visibility.bits`` makes them."""
        now = (len(self._compartments), len(self._finer_sets))
        kept = self._bits.get(compartments)
        if kept is None or kept[:2] != now:
            mine = self.compartments(compartments)
            beside = set(mine)
            sets = list(self._finer_sets.items())  # the writer may add one meanwhile
            hiding = [number for comps, number in sets if not beside.isdisjoint(comps)]
            if len(self._bits) >= _MOST_KEPT:
                self._bits.clear()
            kept = self._bits[compartments] = (*now, bits(mine, hiding))
        return kept[2]

    def text(self, sort: str, number: int | None) -> str:
        """Word of a number; "" for none."""
        return "" if number is None else self._texts[sort][number]

    def compartment_name(self, number: int) -> str:
        """Name of a compartment."""
        return self._compartment_names[number]


def loaded(db: apsw.Connection) -> Names:
    """Words of a file, for its writer."""
    names = Names()
    names.load(db)
    names.load_places(db)
    return names
