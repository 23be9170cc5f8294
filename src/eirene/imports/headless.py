"""Lists whose publisher gives them without a line that names the columns, known by their rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

GEONAMES = (
    *("geonameid", "name", "asciiname", "alternatenames", "latitude", "longitude"),
    *("feature class", "feature code", "country code", "cc2"),
    *("admin1 code", "admin2 code", "admin3 code", "admin4 code"),
    *("population", "elevation", "dem", "timezone", "modification date"),
)
"""Of the files of one country, and of all, at download.geonames.org, as its readme names them."""
_NUMBER = re.compile(r"\d{1,12}", re.ASCII)
_DEGREES = re.compile(r"-?\d{1,3}(?:\.\d+)?", re.ASCII)
_CLASS = re.compile(r"[AHLPRSTUV]?", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_FORM = {0: _NUMBER, 4: _DEGREES, 5: _DEGREES, 6: _CLASS, 14: _NUMBER, 18: _DAY}


def columns_of(rows: Sequence[Sequence[Any]]) -> tuple[str, ...] | None:
    """The names of the columns of a list whose first rows are these; None where it is none of ours."""
    return GEONAMES if rows and all(map(_is_geonames, rows)) else None


def _is_geonames(cells: Sequence[Any]) -> bool:
    return len(cells) == len(GEONAMES) and all(
        form.fullmatch(str(cells[at])) for at, form in _FORM.items()
    )


__all__ = ["columns_of"]
