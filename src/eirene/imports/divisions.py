"""Tables and maps of a country's divisions, which are no reports: known by their columns.

P-code tables and boundary files of the humanitarian datasets (COD-AB) look like lists of places.
As reports they would be thousands of sites that nobody reported; they belong to the places.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from eirene.imports.faults import BadMapping

_BORDERS = re.compile(r"adm(?:in)?_?([1-5])_?p?_?code", re.IGNORECASE)
_MEASURES = frozenset(("area_sqkm", "shape_area", "shape_leng", "valid_on", "validon", "valid_to"))


def are_divisions(columns: Iterable[str]) -> bool:
    """Whether columns are those of a P-code table, or of boundaries with P-codes."""
    there = {"_".join(name.strip().lower().replace("-", "").split()) for name in columns}
    table = {"level", "pcode", "name", "parent_pcode"} <= there
    table = table or {"admin_level", "pcode", "name", "parent_pcode"} <= there
    borders = any(_BORDERS.fullmatch(name) for name in there) and bool(there & _MEASURES)
    return table or borders


def check_no_divisions(columns: Iterable[str], name: str) -> None:
    """Raises ``BadMapping`` that says where such a file belongs."""
    if are_divisions(columns):
        raise BadMapping(
            f"{name} is a table or a map of a country's divisions: its rows are areas, no reports.",
            field="kind",
            remedy="An administrator adds it to the places: eirene divisions add --help. "
            "If its rows are to be reports all the same, choose the kind.",
        )


__all__ = ["are_divisions", "check_no_divisions"]
