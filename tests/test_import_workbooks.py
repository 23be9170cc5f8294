"""XLSX as tables: the right sheet, heading and rows; what is hidden or uncomputed is said."""

import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.utils.datetime import MAC_EPOCH

from eirene.imports import values
from eirene.imports.faults import BadMapping, UnclearFile
from eirene.imports.readers import Broken, Damaged, Row, Table, open_table
from import_files import PITFALLS, a_mapping, planned, sums, told

SAMPLE = Path(__file__).parent / "data" / "samples" / "presence_3w_2022q1.xlsx"
PLAIN = [["name", "n"], ["Talvek", 1], ["Orrin", 2]]


def a_book(folder: Path, *sheets: list[list[Any]], change: Callable[[Any], None] | None = None):
    """A workbook with these sheets; ``change`` takes the openpyxl workbook before it is saved."""
    book = openpyxl.Workbook()
    book.remove(book.active)  # pyright: ignore[reportArgumentType]
    for number, rows in enumerate(sheets, start=1):
        sheet = book.create_sheet(f"Sheet{number}")
        for row in rows:
            sheet.append(row)
    if change:
        change(book)
    path = folder / "list.xlsx"
    book.save(path)
    return path


def cells(table: Table) -> list[list[Any]]:
    return [list(row.cells) for row in table.rows() if isinstance(row, Row)]


def facts(table: Table) -> str:
    return "\n".join(table.facts)


# --- real files


def test_the_presence_list_of_a_mission_has_all_its_rows() -> None:
    table = open_table(SAMPLE)
    rows = cells(table)
    assert len(rows) == 1809
    assert table.columns[:4] == ("PREFECTURE", "PCODE1", "SOUSPREFECTURE", "PCODE2")
    assert table.tags[:4] == ("#adm1+name", "#adm1+code", "#adm2+name", "#adm2+code")
    assert [row.number for row in table.rows()] == list(range(3, 1812))
    assert rows[0][:2] == ["Mambéré Kadéi", "CF21"]
    assert len({row[table.columns.index("ACTEUR")] for row in rows}) == 136


# --- heading and sheet


def test_a_title_blank_rows_and_notes_above_the_heading_are_passed_over(tmp_path: Path) -> None:
    rows = [["Who does what, 2022"], [], ["Source: cluster", "March"], [], ["name", "n", "area"]]
    table = open_table(a_book(tmp_path, [*rows, ["Talvek", 1, "A"], ["Orrin", 2, "B"]]))
    assert table.columns == ("name", "n", "area")
    assert [row.number for row in table.rows()] == [6, 7]
    assert "heading in row 5: every column below has a name" in facts(table)


def test_a_stated_heading_is_taken_and_one_that_is_not_there_refused(tmp_path: Path) -> None:
    path = a_book(tmp_path, [["a", "b"], ["name", "n"], ["Talvek", 1]])
    assert open_table(path).columns == ("a", "b")
    assert open_table(path, heading=2).columns == ("name", "n")
    with pytest.raises(UnclearFile, match="no heading in row 9") as caught:
        open_table(path, heading=9)
    assert caught.value.field == "file.heading"


def test_a_sheet_without_any_heading_is_asked_about_with_its_first_cells(tmp_path: Path) -> None:
    with pytest.raises(UnclearFile, match=r"row 1: 5 \| 6 \| 7; row 2: 1") as caught:
        open_table(a_book(tmp_path, [[5, 6, 7], [1, 2, 3], [4, 5, 6]]))
    assert caught.value.field == "file.heading"


def test_the_only_sheet_that_looks_like_a_table_is_it(tmp_path: Path) -> None:
    table = open_table(a_book(tmp_path, [["Read me"], ["A note"]], PLAIN, []))
    assert table.sheet == "Sheet2"
    assert "it alone looks like a table" in facts(table)
    assert "other sheets are not read: Sheet1, Sheet3" in facts(table)


def test_a_sheet_that_is_a_pivot_is_no_table_of_its_own(tmp_path: Path) -> None:
    path = a_book(tmp_path, PLAIN, [["name", "sum"], ["Talvek", 1], ["Orrin", 2]])
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/pivotTable"
    target = "../pivotTables/pivotTable1.xml"
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(
            "xl/worksheets/_rels/sheet2.xml.rels",
            f'<Relationships><Relationship Id="r1" Type="{kind}" Target="{target}"/></Relationships>',
        )
        archive.writestr(
            "xl/pivotTables/pivotTable1.xml",
            '<pivotTableDefinition><location ref="A1:B3"/></pivotTableDefinition>',
        )
    table = open_table(path)
    assert table.sheet == "Sheet1"
    assert "other sheets are not read: Sheet2" in facts(table)


def test_two_tables_are_asked_about_and_a_stated_one_is_taken(tmp_path: Path) -> None:
    path = a_book(tmp_path, PLAIN, [["other", "m"], ["x", 1]])
    with pytest.raises(UnclearFile, match=r"'Sheet1' \(row 1: name \| n.*'Sheet2'") as caught:
        open_table(path)
    assert caught.value.field == "file.sheet"
    assert open_table(path, sheet="Sheet2").columns == ("other", "m")
    with pytest.raises(UnclearFile, match="no sheet 'Sheet9'"):
        open_table(path, sheet="Sheet9")


def test_a_mapping_states_sheet_and_heading(tmp_path: Path) -> None:
    path = a_book(tmp_path, PLAIN, [["a title", "of two"], ["name", "m"], ["Lomo", 1]])
    mapping = a_mapping(file={"sheet": "Sheet2", "heading": 2})
    assert [flat["name"] for flat in planned(path, mapping).flats()] == ["Lomo"]


def test_tags_anywhere_in_the_first_rows_prove_the_heading(tmp_path: Path) -> None:
    rows = [["Title"], ["note", "note"], ["Name", ""], ["#org", "#Affected + f"], ["A", 1]]
    table = open_table(a_book(tmp_path, [*rows]))
    assert table.columns == ("Name", "column 2")
    assert table.tags == ("#org", "#affected+f")
    assert cells(table) == [["A", 1.0]]


def test_tags_without_a_heading_are_the_columns(tmp_path: Path) -> None:
    table = open_table(a_book(tmp_path, [["#org", "#affected"], ["A", 1], ["B", 2]]))
    assert table.columns == ("#org", "#affected")
    assert cells(table) == [["A", 1.0], ["B", 2.0]]


def test_merged_headings_keep_equal_names_apart(tmp_path: Path) -> None:
    rows = [["Area", "2021", None, "2022", None], [None, "men", "women", "men", "women"]]

    def merge(book: Any) -> None:
        for ref in ("A1:A2", "B1:C1", "D1:E1"):
            book.active.merge_cells(ref)

    table = open_table(
        a_book(tmp_path, [*rows, ["X", 1, 2, 3, 4], ["Y", 5, 6, 7, 8]], change=merge)
    )
    assert table.columns == ("Area", "2021 men", "2021 women", "2022 men", "2022 women")
    assert cells(table)[0] == ["X", 1.0, 2.0, 3.0, 4.0]


def test_a_pivot_beside_the_data_is_left_out_and_said(tmp_path: Path) -> None:
    rows: list[list[Any]] = [["name ", "n"], *[[f"N{i}", i] for i in range(20)]]
    for at in range(5):
        rows[at + 3] += [None, f"sum {at}", at]
    table = open_table(a_book(tmp_path, rows))
    assert table.columns == ("name", "n")
    assert len(cells(table)) == 20
    assert "10 cells beside the table are not read: columns D, E" in facts(table)


def test_blank_rows_inside_are_counted_and_trailing_ones_do_not_exist(tmp_path: Path) -> None:
    def far(book: Any) -> None:
        book.active.cell(9000, 2).number_format = "0.00"

    path = a_book(tmp_path, [*PLAIN, [], ["Lomo", 3]], change=far)
    assert sums(planned(path, a_mapping())) == (3, 0, 0, 1)


# --- what is hidden, uncomputed or damaged


def hide(book: Any) -> None:
    sheet = book.active
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["B"].hidden = True


def test_hidden_rows_are_rejects_and_hidden_columns_are_not_there(tmp_path: Path) -> None:
    path = a_book(tmp_path, [["name", "n"], ["Talvek", 1], ["Orrin", 2]], change=hide)
    table = open_table(path)
    assert table.columns == ("name",)
    assert [type(row) for row in table.rows()] == [Row, Broken]
    assert "hidden rows are rejects: 1 (first row 3)" in facts(table)
    assert "hidden columns are not read: 1 (B 'n')" in facts(table)
    made = planned(path, a_mapping())
    assert sums(made) == (1, 0, 1, 0)
    assert made.rejects[0].row == 3
    with pytest.raises(BadMapping, match="no column 'n'"):
        planned(path, a_mapping(fields={"name": "name", "people": "n"}))


def test_hidden_rows_and_columns_are_read_where_it_is_stated(tmp_path: Path) -> None:
    path = a_book(tmp_path, [["name", "n"], ["Talvek", 1], ["Orrin", 2]], change=hide)
    mapping = a_mapping(fields={"name": "name", "people": "n"}, file={"hidden": "read"})
    made = planned(path, mapping)
    assert [flat["people"] for flat in made.flats()] == [1, 2]
    assert "hidden rows are read, as stated: 1" in told(made)


def test_a_hidden_sheet_is_never_chosen_and_said(tmp_path: Path) -> None:
    def veil(book: Any) -> None:
        book["Sheet2"].sheet_state = "hidden"
        book["Sheet3"].sheet_state = "veryHidden"

    path = a_book(tmp_path, PLAIN, PLAIN, PLAIN, change=veil)
    table = open_table(path)
    assert table.sheet == "Sheet1"
    assert "hidden sheets are not read: 2 (Sheet2, Sheet3)" in facts(table)
    assert cells(open_table(path, sheet="Sheet3")) == cells(table)


def test_what_was_never_computed_or_is_an_error_is_unknown_and_never_zero(tmp_path: Path) -> None:
    def fault(book: Any) -> None:
        book.active["B2"] = "=1+1"
        book.active["B3"] = "#N/A"
        book.active["B3"].data_type = "e"

    rows = [["name", "people"], ["Talvek", 1], ["Orrin", 2], ["Lomo", 0]]
    path = a_book(tmp_path, rows, change=fault)
    made = planned(path, a_mapping(fields={"name": "name", "people": "people"}))
    assert [flat.get("people") for flat in made.flats()] == [None, None, 0]
    assert "formulas have no stored value and are taken for not known: 1 in people (first B2)" in (
        told(made)
    )
    assert "cells show an error such as #N/A" in told(made)


def test_a_formula_with_its_value_is_its_value(tmp_path: Path) -> None:
    path = a_book(tmp_path, [["name", "n"], ["Talvek", "=2+3"], ["Orrin", 2]])
    _edit(
        path,
        "xl/worksheets/sheet1.xml",
        r"<f>2\+3</f><v\s*/>|<f>2\+3</f><v></v>",
        "<f>2+3</f><v>5</v>",
    )
    table = open_table(path)
    assert cells(table)[0] == ["Talvek", 5.0]
    assert "formulas" not in facts(table)


def test_numbers_of_a_spreadsheet_are_what_a_person_typed(tmp_path: Path) -> None:
    rows = [["name", "people", "summary", "code"], ["A", -99, 2022, 5], ["B", 7, "x", 6.5]]
    fields = {name: name for name in rows[0]}
    made = planned(a_book(tmp_path, rows), a_mapping(fields=fields))
    first, second = made.flats()
    assert (first.get("people"), first["summary"], first["code"]) == (None, "2022", "5")
    assert (second["people"], second["code"]) == (7, "6.5")
    assert "people -99 is taken for not known" in told(made)


@pytest.mark.parametrize("cell", [1, True, "oui", 1.0])
def test_yes_may_be_typed_in_many_ways(cell: object) -> None:
    assert values.yesno("c")(cell) is True


def test_percent_is_a_share_and_said(tmp_path: Path) -> None:
    def percent(book: Any) -> None:
        book.active["B2"].number_format = "0%"

    table = open_table(a_book(tmp_path, [["name", "share"], ["A", 0.25], ["B", 1]], change=percent))
    assert cells(table)[0] == ["A", 0.25]
    assert "shown as percent, read as shares (25 % is 0.25): share" in facts(table)


def _edit(path: Path, part: str, pattern: str, into: str) -> None:
    """Change one part of a workbook; the pattern must be there."""
    with zipfile.ZipFile(path) as archive:
        parts = {info.filename: archive.read(info) for info in archive.infolist()}
    text, times = re.subn(pattern, into, parts[part].decode())
    assert times
    parts[part] = text.encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


# --- dates


@pytest.mark.parametrize("epoch", [1900, 1904])
def test_dates_are_days_in_both_calendars(tmp_path: Path, epoch: int) -> None:
    def calendar(book: Any) -> None:
        if epoch == 1904:
            book.epoch = MAC_EPOCH
        sheet = book.active
        for row in (
            ["when"],
            [date(2025, 4, 30)],
            [datetime(2025, 5, 1, 14, 5)],  # noqa: DTZ001 - spreadsheets have no zones
            ["2 May 2025"],
            [{1900: 45780, 1904: 44318}[epoch]],
        ):
            sheet.append([*row, "x" if sheet.max_row > 1 or row[0] != "when" else "name"])

    path = a_book(tmp_path, [], change=calendar)
    made = planned(path, a_mapping("incident", fields={"occurred": "when", "place": "name"}))
    starts = [flat["occurred"]["start"] for flat in made.flats()]
    assert [start[:10] for start in starts] == [
        "2025-04-30",
        "2025-05-01",
        "2025-05-02",
        "2025-05-03",
    ]
    assert f"numbers in when are taken for days of the spreadsheet's {epoch} calendar" in told(made)


def test_written_dates_in_a_workbook_need_an_order_too(tmp_path: Path) -> None:
    rows = [["when", "name"], ["04/05/2025", "A"], ["06/05/2025", "B"]]
    path = a_book(tmp_path, rows)
    with pytest.raises(UnclearFile, match="4 May 2025 or 5 April 2025"):
        planned(path, a_mapping("incident", fields={"occurred": "when"}))


# --- pitfalls


def test_i03_codes_are_no_numbers() -> None:
    fields = {"code": "pcode", "name": "name", "people": "people"}
    made = planned(PITFALLS / "i03-codes.xlsx", a_mapping(fields=fields, row_id=["name"]))
    assert [flat["code"] for flat in made.flats()] == ["0101", "0033", "9e42"]
    assert sums(made) == (3, 0, 1, 0)
    assert (made.rejects[0].row, made.rejects[0].value) == (4, "500")
    assert "perhaps 0500" in made.rejects[0].rule
    made = planned(PITFALLS / "i03-codes.xlsx", a_mapping(row_id=["pcode"]))
    assert sums(made) == (3, 0, 1, 0)


def test_i03_numbers_among_codes_of_their_length_are_codes(tmp_path: Path) -> None:
    rows = [["code", "name"], ["0101", "A"], [1204, "B"], [33, "C"]]
    read = cells(open_table(a_book(tmp_path, rows)))
    assert [row[0] for row in read[:2]] == ["0101", "1204"]
    assert isinstance(read[2][0], Damaged)


def test_i08_a_broken_tag_costs_that_column_and_not_the_table() -> None:
    fields = {"name": "Adm 2", "people": "PDI"}
    made = planned(PITFALLS / "i08-hxl-broken.xlsx", a_mapping(fields=fields))
    assert sums(made) == (4, 0, 1, 1)
    assert [flat.get("people") for flat in made.flats()] == [11, None, 0, 8]
    assert (made.rejects[0].row, made.rejects[0].value) == (10, "TOTAL")
    table = open_table(PITFALLS / "i08-hxl-broken.xlsx")
    assert [row[0] for row in cells(table)][:4] == ["Blue Lamp"] * 3 + ["Open Well"]
    assert "perhaps #affected+idps+y2013 is meant" in facts(table)
    assert "two columns are called 'PDI'" in facts(table)
    assert table.tags[3] == ""


# --- anything at all


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    place=st.integers(min_value=0, max_value=4_000),
    change=st.binary(min_size=1, max_size=20),
    part=st.sampled_from(("xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/styles.xml", "")),
)
def test_a_changed_workbook_is_a_table_or_one_clear_error(
    tmp_path: Path, place: int, change: bytes, part: str
) -> None:
    whole = (PITFALLS / "i08-hxl-broken.xlsx").read_bytes()
    path = tmp_path / "any.xlsx"
    if part:
        with zipfile.ZipFile(PITFALLS / "i08-hxl-broken.xlsx") as archive:
            parts = {info.filename: archive.read(info) for info in archive.infolist()}
        at = place % len(parts[part])
        parts[part] = parts[part][:at] + change + parts[part][at + len(change) :]
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in parts.items():
                archive.writestr(name, content)
    else:
        at = place % len(whole)
        path.write_bytes(whole[:at] + change + whole[at + len(change) :])
    try:
        table = open_table(path)
        assert all(
            len(row.cells) == len(table.columns) for row in table.rows() if isinstance(row, Row)
        )
    except UnclearFile as error:
        assert error.remedy
