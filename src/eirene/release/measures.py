"""How exactly something is given, in words: the measures of rules and versions as people say them."""

from __future__ import annotations

from eirene.release.rules import admin_level, cell_km
from eirene.reports.words import table


def measure_words(field: str, measure: str) -> str:
    """``place``, ``time``, ``counts`` or ``mode`` of a rule, in the language of whoever is served.

    ``cell-119km`` is "a cell at least 119 km wide": what a rule states is the least that it hides.
    """
    words = table()
    if not measure:
        return words["nothing"]
    if field == "place":
        level = admin_level(measure)
        if level is not None:
            return words["measure.place.admin"].format(level=level)
        wide = cell_km(measure)
        if wide is not None:
            return words["measure.place.cell"].format(km=wide)
    key = f"mode.{measure}" if field == "mode" else f"measure.{field}.{measure}"
    return words.get(key, measure)
