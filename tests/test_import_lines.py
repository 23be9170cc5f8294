"""JSON lines and what is found in tables of lines: titles, tags, totals, tabs."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eirene.imports.faults import UnclearFile
from eirene.imports.readers import Broken, Row, open_table
from import_files import a_file, a_mapping, planned, sums


def cells(path: Path, **stated: Any) -> list[list[Any]]:
    return [list(row.cells) for row in open_table(path, **stated).rows() if isinstance(row, Row)]


def in_lines(*objects: object) -> str:
    return "\n".join(json.dumps(one) for one in objects) + "\n"


def test_json_lines_are_rows_and_members_of_members_have_names(tmp_path: Path) -> None:
    text = in_lines({"name": "A", "at": {"lat": 4.5}, "n": 3}, {"name": "B", "who": ["x", "y"]})
    table = open_table(a_file(tmp_path, text, "list.jsonl"))
    assert table.columns == ("name", "at.lat", "n", "who")
    assert cells(table.path) == [["A", 4.5, 3, None], ["B", None, None, ["x", "y"]]]
    assert "JSON lines: 2 lines" in table.facts


def test_a_bad_line_is_a_reject_and_blank_ones_keep_the_numbers(tmp_path: Path) -> None:
    text = '{"name": "A"}\n\n{"name": NaN}\n[1]\n{"name": "B"}\n'
    made = planned(a_file(tmp_path, text, "list.jsonl"), a_mapping())
    assert sums(made) == (2, 0, 2, 0)
    assert [one.row for one in made.rejects] == [3, 4]


def test_features_in_lines_have_their_point(tmp_path: Path) -> None:
    point = {"type": "Point", "coordinates": [18.5, 4.25]}
    one = {"type": "Feature", "id": 7, "properties": {"name": "A"}, "geometry": point}
    text = "\x1e" + in_lines(one, one | {"geometry": None})
    table = open_table(a_file(tmp_path, text, "list.geojsons"))
    assert table.columns == ("name", "id", "latitude", "longitude", "accuracy_m")
    assert cells(table.path)[0] == ["A", 7, 4.25, 18.5, None]
    assert cells(table.path)[1] == ["A", 7, None, None, None]


def test_a_collection_in_one_long_line_is_geojson(tmp_path: Path) -> None:
    feature = {"type": "Feature", "properties": {"name": "x" * 60_000}, "geometry": None}
    text = json.dumps({"type": "FeatureCollection", "features": [feature] * 20})
    assert len(cells(a_file(tmp_path, text, "list.geojson"))) == 20


def test_one_json_list_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(UnclearFile, match="one JSON list"):
        open_table(a_file(tmp_path, '[{"name": "A"}]', "list.json"))


@pytest.mark.parametrize("form", ['{{"a": {}}}', '{{"type": "FeatureCollection", "features": {}}}'])
def test_json_that_is_nested_very_deep_is_one_clear_error(tmp_path: Path, form: str) -> None:
    deep = form.format("[" * 100_000 + "]" * 100_000)
    try:
        rows = list(open_table(a_file(tmp_path, deep, "list.json")).rows())
    except UnclearFile as error:
        assert error.remedy
    else:
        assert all(isinstance(row, Broken) for row in rows)


# --- tables of lines


def test_a_title_above_the_heading_is_passed_over(tmp_path: Path) -> None:
    text = "Wells of the north\n\nname\tn\tarea\nA\t1\tX\nB\t2\tY\nC\t3\tZ\n"
    table = open_table(a_file(tmp_path, text, "list.tsv"))
    assert table.columns == ("name", "n", "area")
    assert [row.number for row in table.rows()] == [4, 5, 6]
    assert "heading in row 3: every column below has a name" in table.facts


def test_tags_far_down_prove_the_heading_above_them(tmp_path: Path) -> None:
    text = "T,,\n,,\nname,n,m\n#org,#affected,#affected+f\nA,1,2\nB,3,4\n"
    table = open_table(a_file(tmp_path, text))
    assert table.columns == ("name", "n", "m")
    assert table.tags == ("#org", "#affected", "#affected+f")
    assert len(cells(table.path)) == 2


def test_blank_cells_after_the_tags_make_no_column(tmp_path: Path) -> None:
    path = a_file(tmp_path, "name,n\n#org,#affected,,\nA,1\n")
    assert cells(path) == [["A", "1"]]


def test_a_blank_first_row_is_no_heading(tmp_path: Path) -> None:
    table = open_table(a_file(tmp_path, ",\nname,n\nA,1\nB,2\n"))
    assert table.columns == ("name", "n")
    assert [row.number for row in table.rows()] == [3, 4]


def test_tags_alone_are_the_columns(tmp_path: Path) -> None:
    table = open_table(a_file(tmp_path, "#org,#affected\nA,1\n"))
    assert table.columns == ("#org", "#affected")
    assert cells(table.path) == [["A", "1"]]


def test_a_list_of_hashtags_is_no_row_of_tags(tmp_path: Path) -> None:
    path = a_file(tmp_path, "tag\n#one\n#two\n#three\n#four\n")
    assert cells(path) == [["#one"], ["#two"], ["#three"], ["#four"]]


def test_a_stated_heading_of_a_table_of_lines_is_taken(tmp_path: Path) -> None:
    path = a_file(tmp_path, "a,b\nname,n\nA,1\n")
    assert open_table(path, heading=2).columns == ("name", "n")


def test_a_row_of_totals_is_a_reject_and_an_organisation_called_total_is_not(
    tmp_path: Path,
) -> None:
    made = planned(a_file(tmp_path, "name,n,kind\nA,1,x\nTotal,1,oil\nTOTAL,2,\n"), a_mapping())
    assert [flat["name"] for flat in made.flats()] == ["A", "Total"]
    assert "row of totals" in made.rejects[0].rule


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    start=st.sampled_from(
        (b"PK\x03\x04", b"{", b"[{", b"\x1e{", b"<?xml ", b"<kml", b"#a,#b\n", b"\xd0\xcf\x11\xe0")
    ),
    rest=st.binary(max_size=200) | st.text('{}[]":,\n<>/ka1#', max_size=120).map(str.encode),
)
def test_any_bytes_after_any_beginning_are_a_table_or_one_clear_error(
    tmp_path: Path, start: bytes, rest: bytes
) -> None:
    path = tmp_path / "any"
    path.write_bytes(start + rest)
    try:
        table = open_table(path)
        assert all(
            len(row.cells) == len(table.columns) for row in table.rows() if isinstance(row, Row)
        )
    except UnclearFile as error:
        assert error.remedy
