"""Files as tables: what proves encoding and delimiter, and that no row is lost."""

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eirene.errors import EireneError
from eirene.imports.faults import UnclearFile
from eirene.imports.readers import Broken, Row, open_table
from import_files import a_file, a_mapping, planned, sums, told


def cells(path: Path) -> list[list[str]]:
    return [list(row.cells) for row in open_table(path).rows() if isinstance(row, Row)]


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_that_splits_all_rows_alike(tmp_path: Path, mark: str) -> None:
    path = a_file(tmp_path, f'a{mark}b\n1{mark}"x, y; z"\n2{mark}y\n')
    assert cells(path) == [["1", "x, y; z"], ["2", "y"]]


def test_two_delimiters_that_both_fit_are_asked_about(tmp_path: Path) -> None:
    with pytest.raises(UnclearFile, match="comma: 2 cells; semicolon: 2 cells"):
        open_table(a_file(tmp_path, "a,b;c\n1,2;3\n"))


def test_a_file_of_one_column_has_no_delimiter(tmp_path: Path) -> None:
    assert cells(a_file(tmp_path, "name\nTalvek\nOrrin\n")) == [["Talvek"], ["Orrin"]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_marks_and_utf_8_are_proof(tmp_path: Path, encoding: str) -> None:
    path = a_file(tmp_path, "name,n\nNdélou,1\nتلفك,2\n", encoding=encoding)
    assert open_table(path).columns == ("name", "n")
    assert cells(path) == [["Ndélou", "1"], ["تلفك", "2"]]


def test_a_gzip_file_is_read_by_what_it_is_and_not_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(gzip.compress(b"name,n\nTalvek,1\n"))
    assert cells(path) == [["Talvek", "1"]]


def test_a_cut_gzip_file_is_one_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "list.csv.gz"
    path.write_bytes(gzip.compress(b"name,n\n" + b"Talvek,1\n" * 1000)[:-20])
    with pytest.raises(UnclearFile):
        open_table(path)


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_line_ends_of_all_systems_and_inside_quotes(tmp_path: Path, ends: str) -> None:
    path = a_file(tmp_path, f'a,b{ends}1,"two{ends}lines"{ends}')
    assert cells(path) == [["1", f"two{ends}lines"]]


def test_rows_are_numbered_as_a_spreadsheet_does(tmp_path: Path) -> None:
    path = a_file(tmp_path, 'a,b\n1,"x\ny"\n\n3,z\n')
    assert [row.number for row in open_table(path).rows()] == [2, 4]


def test_a_row_of_another_width_is_a_reject_and_not_dropped(tmp_path: Path) -> None:
    made = planned(a_file(tmp_path, "name,n\nA,1\nB\nC,3,4\nD,4,\n"), a_mapping())
    assert [flat["name"] for flat in made.flats()] == ["A", "D"]
    assert sums(made) == (2, 0, 2, 0)
    assert "has 1 cells, the heading 2" in made.rejects[0].rule


def test_a_quotation_mark_that_does_not_close_is_a_reject(tmp_path: Path) -> None:
    made = planned(a_file(tmp_path, 'name,n\nA,1\n"B,2\nC,3\n'), a_mapping())
    assert sums(made) == (1, 0, 1, 0)
    assert "quotation marks" in made.rejects[0].rule
    assert made.rejects[0].value == "lines 3 to 4"


def test_empty_rows_are_counted(tmp_path: Path) -> None:
    made = planned(a_file(tmp_path, "name,n\nA,1\n,\n  ,\nB,2\n"), a_mapping())
    assert sums(made) == (2, 0, 0, 2)
    assert "empty rows  2" in told(made)


def test_tags_of_hxl_are_no_data(tmp_path: Path) -> None:
    made = planned(a_file(tmp_path, "name,n\n#loc+name,\nA,1\n"), a_mapping())
    assert [flat["name"] for flat in made.flats()] == ["A"]
    assert "row 2 holds HXL tags" in told(made)


def test_each_column_knows_its_tag_of_hxl(tmp_path: Path) -> None:
    tagged = open_table(a_file(tmp_path, "name,n,who\n#loc +Name,,#group +perp\nA,1,x\n"))
    assert tagged.tags == ("#loc+name", "", "#group+perp")
    assert open_table(a_file(tmp_path, "name,n\nA,1\n")).tags == ()


def test_two_columns_of_one_name_are_kept_apart(tmp_path: Path) -> None:
    table = open_table(a_file(tmp_path, "name,name ,\nA,B,C\n"))
    assert table.columns == ("name", "name [2]", "column 3")
    assert any("two columns are called 'name'" in fact for fact in table.facts)


@pytest.mark.parametrize(
    ("text", "words"),
    [("", "empty"), ("x" * (1 << 20) + "y", "longer than a million"), ("a," * 3_000, "columns")],
)
def test_what_is_no_table_is_one_clear_error(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(UnclearFile, match=words) as caught:
        list(open_table(a_file(tmp_path, text)).rows())
    assert caught.value.remedy


def test_a_file_that_is_not_there_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(UnclearFile, match="cannot be read"):
        open_table(tmp_path / "absent.csv")


# --- GeoJSON


def features(*features: object, **more: object) -> str:
    return json.dumps({"type": "FeatureCollection", "features": features} | more)


def a_feature(geometry: object, **properties: object) -> dict[str, object]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def test_features_are_rows_with_their_point(tmp_path: Path) -> None:
    path = a_file(
        tmp_path,
        features(
            a_feature({"type": "Point", "coordinates": [18.5, 4.25, 300]}, name="A", people=3),
            a_feature(None, name="B"),
        ),
        "list.geojson",
    )
    made = planned(path, None)  # headings are fields, but the type is missing
    assert sums(made) == (0, 0, 2, 0)
    assert {one.field for one in made.rejects} == {"type"}
    mapping = a_mapping(fields={n: n for n in ("name", "people", "latitude", "longitude")})
    first, second = planned(path, mapping).flats()
    assert (first["latitude"], first["longitude"], first["people"]) == (4.25, 18.5, 3)
    assert "latitude" not in second


def test_an_area_is_a_point_with_the_radius_that_holds_it(tmp_path: Path) -> None:
    square = {"type": "Polygon", "coordinates": [[[0, 0], [0, 2], [2, 2], [2, 0], [0, 0]]]}
    path = a_file(tmp_path, features(a_feature(square, name="A")), "list.geojson")
    fields = {n: n for n in ("name", "latitude", "longitude", "accuracy_m")}
    made = planned(path, a_mapping(fields=fields))
    flat = next(made.flats())
    assert (flat["latitude"], flat["longitude"]) == pytest.approx((1, 1))
    assert flat["accuracy_m"] == pytest.approx(157_000, rel=0.01)
    assert "1 features are lines or areas" in told(made)


def test_another_coordinate_system_is_refused(tmp_path: Path) -> None:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32633"}}
    path = a_file(tmp_path, features(a_feature(None, name="A"), crs=crs), "list.geojson")
    with pytest.raises(UnclearFile, match="32633"):
        open_table(path)


def test_a_feature_that_is_none_is_a_reject(tmp_path: Path) -> None:
    path = a_file(
        tmp_path,
        features(
            a_feature({"type": "Point", "coordinates": ["18.5", 4]}, name="A"),
            {"type": "Other"},
            a_feature({"type": "Point", "coordinates": []}, name="C"),
            a_feature({"type": "Nonsense", "coordinates": [1, 2]}, name="D"),
            a_feature(None, name="E"),
        ),
        "list.geojson",
    )
    rows = list(open_table(path).rows())
    assert [type(row) for row in rows] == [Broken, Broken, Broken, Broken, Row]


def test_nan_in_geojson_is_one_clear_error(tmp_path: Path) -> None:
    text = '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"a":NaN}}]}'
    with pytest.raises(UnclearFile, match="not a GeoJSON"):
        open_table(a_file(tmp_path, text, "list.geojson"))


# --- anything at all


@given(st.binary(max_size=400) | st.text("a1,;\"'\n\r\t#=-{}[]é\ufffd\0 ", max_size=200))
def test_any_bytes_give_rows_that_add_up_or_one_clear_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes | str
) -> None:
    path = tmp_path_factory.getbasetemp() / "any"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    try:
        table = open_table(path)
        mapping = a_mapping(fields={"name": table.columns[0]} if table.columns else {})
        made = planned(path, mapping)
        filed = len(list(made.flats()))
    except EireneError as error:
        assert error.remedy
        return
    assert sums(made)[0] == filed
    assert made.rows == sum(1 for _ in table.rows())


@pytest.mark.parametrize("begins", [b"PAR1", b"%PDF-1.7", b"7z\xbc\xaf\x27\x1c"])
def test_what_is_sent_in_place_of_a_table_is_named(tmp_path: Path, begins: bytes) -> None:
    path = tmp_path / "sent.csv"
    path.write_bytes(begins + bytes(600))
    with pytest.raises(UnclearFile, match="and no table that can be read here") as refused:
        open_table(path)
    assert refused.value.field == "file"
    assert refused.value.remedy is not None
