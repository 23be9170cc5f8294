"""Lists whose terms forbid passing on are known by more than the names of their columns."""

from __future__ import annotations

import csv
import io
import time
from pathlib import Path
from typing import Any

import pytest

from eirene.imports.mapping import mapping_named, ready_mappings, used_columns
from eirene.imports.readers import open_table
from eirene.imports.whose import whose
from import_files import a_file, a_mapping, planned, told

LISTS = Path(__file__).parent / "data" / "lists"
FORBIDDEN = {
    "made-acled.csv": "ACLED",
    "made-acled-older.csv": "ACLED",
    "made-geopko-by-map.csv": "Geo-PKO by map",
    "made-geopko-by-year.csv": "Geo-PKO by year",
    "made-health-who.csv": "WHO/KWTRP health facilities 2019",
}
BY_VALUES = ("made-acled.csv", "made-acled-older.csv")
"""Of which nothing but the cells is needed."""


def rows_of(name: str) -> list[list[str]]:
    text = (LISTS / name).read_text(encoding="utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def written(rows: list[list[str]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


def brought(folder: Path, rows: list[list[str]], **more: Any) -> Any:
    """The rows as somebody's own list of sites, by its first column."""
    mapping = a_mapping(fields={"name": rows[0][0]})
    return planned(a_file(folder, written(rows), "ours.csv"), mapping, **more)


@pytest.mark.parametrize("name", FORBIDDEN)
def test_another_name_for_a_column_or_one_less_takes_no_terms_away(
    name: str, tmp_path: Path
) -> None:
    """Every column that the ready mapping reads, one after the other."""
    rows = rows_of(name)
    read = [rows[0].index(one) for one in rows[0] if one in _read(FORBIDDEN[name])]
    assert len(read) > 5
    for at in read:
        renamed = [[*rows[0][:at], "ours", *rows[0][at + 1 :]], *rows[1:]]
        less = [[*row[:at], *row[at + 1 :]] for row in rows]
        for changed in (renamed, less):
            found = whose(open_table(a_file(tmp_path, written(changed), "ours.csv")))
            assert found is not None and found.marks, (name, rows[0][at])
    made = brought(tmp_path, [["ours", *rows[0][1:]], *rows[1:]])
    flats = list(made.flats())
    assert flats and all("terms of A list" in flat["terms"] for flat in flats)


def _read(source: str) -> set[str]:
    ready = (mapping_named(name) for name in ready_mappings())
    return next(used_columns(one) for one in ready if one.source == source)


@pytest.mark.parametrize("name", BY_VALUES)
def test_what_only_looks_like_it_is_marked_until_somebody_says_who_permits_it(
    name: str, tmp_path: Path
) -> None:
    rows = rows_of(name)
    renamed = [[f"c{at}" for at in range(len(rows[0]))], *rows[1:]]
    made = brought(tmp_path, renamed)
    assert made.whose.source == FORBIDDEN[name] and not made.whose.sure
    assert all(flat["terms"] for flat in made.flats())
    assert "who permits passing it on?" in told(made) and "looks like ACLED" in told(made)
    assert made.record.permitted == ""
    free = brought(tmp_path, renamed, permitted="the data desk of ACLED, 3 May")
    assert not any("terms" in flat for flat in free.flats())
    assert free.record.permitted == "the data desk of ACLED, 3 May"
    assert "the data desk of ACLED, 3 May permits it: not marked" in told(free)


def test_nobody_s_word_takes_the_terms_from_what_surely_is_that_list(tmp_path: Path) -> None:
    rows = rows_of("made-acled.csv")
    made = brought(tmp_path, [["ours", *rows[0][1:]], *rows[1:]], permitted="me")
    assert made.whose.sure and made.record.permitted == ""
    assert all(flat["terms"] for flat in made.flats())


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("acled_car_2026.csv", "place,n\nA,1\n"),
        ("list.csv", "place,n,source\nA,1,ACLED\n"),
        ("list.csv", "#geo,#event+acled\nA,1\n"),
        ("list.csv", "place,map\n" + "".join(f"P{n},Map no. 4522 Rev. {n}\n" for n in range(4))),
        (
            "list.csv",
            "place,x\nA,Tier1 health post\nB,Tier2 health center\nC,Tier4 central hospital\n",
        ),
    ],
    ids=["file", "cell", "tag", "maps", "tiers"],
)
def test_other_signs_are_enough_to_ask(name: str, text: str, tmp_path: Path) -> None:
    found = whose(open_table(a_file(tmp_path, text, name)))
    assert found is not None and found.marks and not found.sure and found.why


def test_looking_at_a_wide_table_of_long_cells_costs_no_more_than_at_others(tmp_path: Path) -> None:
    """Cells made to fit the beginning of each sign, in as many columns as a table may have."""
    cell = "Armed Group of the Made Hills " * 6
    rows = [[f"c{n}" for n in range(2_000)], *[[cell] * 2_000] * 40]
    table = open_table(a_file(tmp_path, written(rows)))
    before = time.process_time()
    assert whose(table) is None
    assert time.process_time() - before < 3
    longest = a_file(tmp_path, f"a,b\n{'Aa ' * 300_000},1\n", "long.csv")
    before = time.process_time()
    assert whose(open_table(longest)) is None
    assert time.process_time() - before < 1


def test_lists_that_are_free_are_taken_for_none_of_them(tmp_path: Path) -> None:
    free = [path for path in sorted(LISTS.glob("*.csv")) if path.name not in FORBIDDEN]
    assert len(free) > 12
    assert {path.name: whose(open_table(path)) for path in free} == dict.fromkeys(
        (path.name for path in free), None
    )
    tells = "place,n\nA,According to ACLED and to what people said there were more of them in the north than ever\n"
    assert whose(open_table(a_file(tmp_path, tells))) is None, "a story may name anybody"
