"""Tiles of the history layers: what is in one, for whom, and what it never says."""

from __future__ import annotations

import math
import struct
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import mapbox_vector_tile
import msgspec
import pyogrio
import pyogrio.raw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eirene.picture import Picture, Query, every, tiles
from eirene.picture.store import Reading
from eirene.picture.tiles import tile
from eirene.places import Place, destination, distance_m
from eirene.places_tiles import FINEST, MOST_LATITUDE, SPOT_ZOOM, Tile, spot_of, tile_at, world_of
from eirene.products.tile import EXTENT, tile_of
from eirene.release.coarsen import cell_at, coarse_place
from eirene.release.reader import Reader
from eirene.reports.envelope import Coarse
from picture_world import (
    ALL,
    HOUR,
    QUERIES,
    RECEIVED,
    T0,
    World,
    a_reader,
    arriving,
    at_place,
    picture_of,
    readers,
    worlds,
)
from release_world import LAND
from web_node import P_LAT, P_LON, Served, WebNode, an_incident

JOC, NGO, ANYONE = "joc-duty-officer", "ngo-focal-point", "anyone"
KINDS = ("incident", "site")
ASKED = {name: query for name, query in QUERIES.items() if query.bbox is None} | {
    "as of": Query(as_of=RECEIVED + 4 * HOUR)
}


class Seen(NamedTuple):
    """One feature of a tile that was taken apart by the library's reader."""

    layer: str
    form: str
    properties: dict[str, Any]
    lon: float
    """Of a point, or of the middle of an area's corners."""
    lat: float
    corners: list[tuple[float, float]]


def seen(body: bytes, at: Tile) -> list[Seen]:
    """Features with their places in degrees, by arithmetic of this test's own."""
    found: list[Seen] = []
    layers = mapbox_vector_tile.decode(body, default_options={"y_coord_down": True}) if body else {}
    for layer, content in layers.items():
        for one in content["features"]:
            shape = one["geometry"]
            corners = [_degrees(point, at) for point in _flat(shape["coordinates"])]
            lon, lat = (sum(part) / len(corners) for part in zip(*corners, strict=True))
            found.append(Seen(layer, shape["type"], one["properties"], lon, lat, corners))
    return found


def _flat(coordinates: Any) -> Iterator[tuple[float, float]]:
    if isinstance(coordinates[0], int | float):
        yield coordinates[0], coordinates[1]
        return
    for part in coordinates:
        yield from _flat(part)


def _degrees(point: tuple[float, float], at: Tile) -> tuple[float, float]:
    x, y = ((part + step / EXTENT) / 2**at.z for part, step in zip(at[1:], point, strict=True))
    return x * 360 - 180, math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y))))


def asked(picture: Picture, reader: Reader, query: Query, at: Tile, kind: str) -> list[Seen]:
    found = tile(picture, reader, msgspec.structs.replace(query, kinds=(kind,)), at)
    return seen(tile_of(found, at, kind), at)


def tiles_of(rows: list[Any], zoom: int) -> set[Tile]:
    """Every tile of a zoom in which one of these rows lies, and those around it."""
    found: set[Tile] = set()
    for row in rows:
        at = None if row.lon is None else world_of(row.lon, row.lat)
        if at is not None:
            found |= set(tile_at(*at, zoom).around())
    return found


# -- the grid


@given(st.floats(-180, 180), st.floats(-MOST_LATITUDE, MOST_LATITUDE), st.integers(0, FINEST))
def test_a_point_lies_in_one_tile_and_in_its_parents(lon: float, lat: float, zoom: int) -> None:
    at, spot = world_of(lon, lat), spot_of(lon, lat)
    assert at is not None and spot is not None
    found = tile_at(*at, zoom)
    low, high = found.spots()
    assert low <= spot <= high
    others = [one for one in found.around() if one != found and zoom <= SPOT_ZOOM]
    assert not any(one.spots()[0] <= spot <= one.spots()[1] for one in others)
    assert zoom == 0 or tile_at(*at, zoom - 1) == found.parent(zoom - 1)


def test_the_poles_are_on_no_tile() -> None:
    assert spot_of(0, 90) is spot_of(0, -85.06) is None


# -- a tile is the query


@pytest.mark.slow
@settings(max_examples=25)
@given(
    worlds(), readers, st.sampled_from(sorted(ASKED)), st.integers(0, 20), st.sampled_from(KINDS)
)
def test_tiles_show_what_the_query_finds_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory,
    entries: Any,
    reader: Reader,
    name: str,
    zoom: int,
    kind: str,
) -> None:
    query = msgspec.structs.replace(ASKED[name], kinds=(kind,))
    with closing(picture_of(tmp_path_factory.mktemp("tiles"), entries)) as picture:
        rows = [row for page in every(picture, reader, query) for row in page]
        now = [row for page in every(picture, ALL, Query()) for row in page]
        # what was known then may lie where nothing lies now
        shown = {
            at: asked(picture, reader, query, at, kind) for at in tiles_of([*now, *rows], zoom)
        }
    told = [one for features in shown.values() for one in features]
    assert sorted(one.properties["id"] for one in told) == sorted(
        row.id.hex() for row in rows if row.lon is not None
    )
    by_id = {row.id.hex(): row for row in rows}
    for at, features in shown.items():
        for one in features:
            row = by_id[one.properties["id"]]
            assert row.lon is not None and row.lat is not None
            assert (one.layer, one.form, one.properties["n"]) == (kind, "Point", 1)
            step = at.width_m / EXTENT
            assert distance_m(one.lat, one.lon, row.lat, row.lon) <= step
            assert one.properties["withdrawn"] == row.withdrawn


@settings(max_examples=8)
@given(worlds(most=12), readers, st.integers(0, 20), st.integers(1, 3))
def test_where_there_are_many_the_numbers_add_up(
    tmp_path_factory: pytest.TempPathFactory,
    entries: Any,
    reader: Reader,
    zoom: int,
    most: int,
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tiles, "MOST", most)
        answers: list[Any] = []
        for number, arrived in enumerate((entries, arriving(entries[::-1]))):
            folder = tmp_path_factory.mktemp(f"gathered{number}")
            with closing(picture_of(folder, arrived)) as picture:
                query = Query(kinds=("incident",))
                rows = [row for page in every(picture, reader, query) for row in page]
                pages = {
                    at: tile_of(tile(picture, reader, query, at), at, "incident")
                    for at in tiles_of(rows, zoom)
                }
            features = [one for at, body in pages.items() for one in seen(body, at)]
            total = sum(one.properties["n"] for one in features)
            assert total == sum(row.lon is not None for row in rows)
            by_tile = [
                sum("id" in one.properties for one in seen(b, at)) for at, b in pages.items()
            ]
            assert max(by_tile, default=0) <= most
            answers.append(pages)
    assert answers[0] == answers[1], "the order of arrival shows"


def test_a_tile_of_many_is_small_and_says_how_many(tmp_path: Path) -> None:
    world = World()
    long = "A market was attacked and " * 20
    for at in range(3_000):
        place = at_place(18 + at % 60 / 50, 4 + at // 60 / 50, name="Somewhere with a long name")
        world.tell(place=place, content={"type": "VC", "summary": f"{at} {long}", "killed": at})
    with closing(picture_of(tmp_path, world.entries)) as picture:
        for zoom in range(12):
            at = tile_at(*(world_of(18.5, 4.5) or (0, 0)), zoom)
            found = tile(picture, ALL, Query(kinds=("incident",)), at)
            body = tile_of(found, at, "incident")
            assert len(body) < 200_000
            assert len(found.gathered) <= tiles.GRID**2
            inside = [
                row
                for page in every(picture, ALL, Query())
                for row in page
                if tile_at(*(world_of(row.lon or 0, row.lat or 0) or (0, 0)), zoom) == at
            ]
            assert sum(one.properties["n"] for one in seen(body, at)) == len(inside)


# -- areas and cells of versions


def a_version(place: Place | None, measure: str) -> dict[str, Any]:
    return {"place": place, "coarse": Coarse(measure, "day", "banded"), "compartment": "org-a"}


@pytest.mark.parametrize("zoom", [0, 3, 7, 11, 15, 20])
@pytest.mark.parametrize(("lon", "lat"), [(18.55, 4.36), (179.98, -17.0), (-179.99, 66.0)])
def test_a_cell_is_drawn_as_a_cell_in_each_tile_that_it_touches(
    tmp_path: Path, lon: float, lat: float, zoom: int
) -> None:
    place = coarse_place(at_place(lon, lat), "cell-10km", LAND)
    assert place is not None and place.lon is not None and place.lat is not None
    world = World()
    world.tell(**a_version(place, "cell-10km"))
    cell = cell_at(lon, lat, 10)
    with closing(picture_of(tmp_path, world.entries)) as picture:
        middle = tile_at(*(world_of(place.lon, place.lat) or (0, 0)), zoom)
        # in the tile of the point that nobody may know and beside it, where it can be seen there
        beside = [(lon, lat), (place.lon + 0.02, place.lat)]
        wide = (place.accuracy_m or 0) >= middle.width_m * tiles.WIDE
        others = {tile_at(*(world_of(a, b) or (0, 0)), zoom) for a, b in beside if wide}
        for one in {middle, *others}:
            [found] = asked(picture, ALL, Query(), one, "incident")
            assert (found.layer, found.properties["n"]) == ("incident-areas", 1)
            assert found.form in ("Polygon", "MultiPolygon")
            assert found.properties["coarse_place"] == "cell-10km"
            for east, north in found.corners:  # rounded to steps of the tile, it is the cell
                step = one.width_m / EXTENT
                assert (
                    distance_m(north, east, place.lat, place.lon)
                    <= (place.accuracy_m or 0) + 3 * step
                )
        far = tile_at(*(world_of((lon + 300) % 360 - 180, lat) or (0, 0)), zoom)
        if zoom >= 3:
            assert asked(picture, ALL, Query(), far, "incident") == []
    assert cell == cell_at(place.lon, place.lat, 10)


def test_many_versions_in_one_area_are_one_area_with_their_number(tmp_path: Path) -> None:
    world = World()
    for lon in (18.1, 18.2, 18.3):
        world.tell(**a_version(coarse_place(at_place(lon, 4.2), "admin-2", LAND), "admin-2"))
    world.tell(place=at_place(18.2, 4.2), compartment="command")
    at = tile_at(*(world_of(18.2, 4.2) or (0, 0)), 8)
    with closing(picture_of(tmp_path, world.entries)) as picture:
        found = asked(picture, ALL, Query(), at, "incident")
        assert Counter((one.layer, one.properties["n"]) for one in found) == {
            ("incident-areas", 3): 1,
            ("incident", 1): 1,
        }
        assert asked(picture, a_reader("humanitarian"), Query(), at, "incident") == []


@pytest.mark.parametrize("zoom", [2, 6, 9, 12, 16, 22])
@pytest.mark.parametrize(
    ("lon", "lat", "reach_m", "aside_m"),
    [(21.0, 6.5, 760_000, 700_000), (30.0, 60.0, 900_000, 880_000), (10.0, 80.0, 95_000, 90_000)],
    ids=["a country", "a country of the north", "an area of the far north"],
)
def test_a_wide_area_does_not_vanish_where_one_looks_closely(
    tmp_path: Path, zoom: int, lon: float, lat: float, reach_m: float, aside_m: float
) -> None:
    world = World()
    place = Place(lon=lon, lat=lat, accuracy_m=reach_m, pcode="QR")
    world.tell(**a_version(place, "admin-0"))
    north, east = destination(lat, lon, 90.0, aside_m)
    at = tile_at(*(world_of(east, north) or (0, 0)), zoom)
    with closing(picture_of(tmp_path, world.entries)) as picture:
        for query in (Query(), Query(q="told")):
            found = asked(picture, ALL, query, at, "incident")
            assert [(one.layer, one.properties["n"]) for one in found] == [("incident-areas", 1)]


def test_wide_areas_are_looked_for_by_an_index_of_their_own(tmp_path: Path) -> None:
    """Or each tile would look at every area there is."""
    world = World()
    world.tell(**a_version(Place(lon=21.0, lat=6.5, accuracy_m=760_000.0), "admin-0"))
    plans: list[str] = []
    rows = Reading.rows

    def noted(db: Reading, sql: str, params: dict[str, Any]) -> Any:
        plans.extend(str(line) for line in rows(db, f"EXPLAIN QUERY PLAN {sql}", params))
        return rows(db, sql, params)

    with closing(picture_of(tmp_path, world.entries)) as picture, pytest.MonkeyPatch.context() as m:
        m.setattr(Reading, "rows", noted)
        tile(picture, ALL, Query(kinds=("incident",)), tile_at(0.55, 0.48, 12))
    assert any("INDEX by_far" in plan for plan in plans)
    assert not any("SCAN" in plan and "report" in plan for plan in plans), plans


def test_a_mark_says_how_many_of_its_reports_are_areas(tmp_path: Path) -> None:
    """A cell that is far smaller than the tile is gathered: what stands for it is no point."""
    world = World()
    for _ in range(3):
        place = coarse_place(at_place(18.2, 4.2), "cell-10km", LAND)
        world.tell(**a_version(place, "cell-10km"))
    for step in range(2):
        world.tell(place=at_place(18.2 + step / 1e4, 4.2), compartment="command")
    for zoom in (1, 13):
        at = tile_at(*(world_of(18.2, 4.2) or (0, 0)), zoom)
        with (
            closing(picture_of(tmp_path / str(zoom), world.entries)) as picture,
            pytest.MonkeyPatch.context() as patch,
        ):
            patch.setattr(tiles, "MOST", 1)
            found = asked(picture, ALL, Query(), at, "incident")
            told = Counter(
                (one.layer, one.properties["n"], one.properties.get("coarse")) for one in found
            )
            mine = asked(picture, a_reader("command"), Query(), at, "incident")
        if zoom == 1:
            assert told == {("incident", 5, 3): 1}
        else:
            assert told[("incident-areas", 3, None)] == 1
        assert [one.properties.get("coarse") for one in mine] == [None] * len(mine)


# -- over HTTP


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebNode]:
    made = WebNode(tmp_path_factory.mktemp("node"))
    made.file(
        an_incident(summary="for the mission", killed=2),
        an_incident(summary="hidden", compartment="command", source="token-7141"),
        an_incident(summary="nowhere", latitude=..., longitude=...),
    )
    partners = an_incident(summary="for partners", compartment="partners", occurred="2025-01-01")
    made.file(partners, role=NGO)
    yield made
    made.close()


HERE = tile_at(*(world_of(P_LON, P_LAT) or (0, 0)), 9)
PATH = f"/tiles/incident/{HERE.z}/{HERE.x}/{HERE.y}.mvt"


def told(response: httpx.Response) -> list[str]:
    assert response.status_code == 200, response.text
    return sorted(one.properties["summary"] for one in seen(response.content, HERE))


def test_each_reader_has_a_tile_of_his_own(web: WebNode) -> None:
    answer = web.get(JOC, PATH)
    assert told(answer) == ["for partners", "for the mission", "hidden"]
    assert answer.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    assert answer.headers["cache-control"] == "private, no-store"
    assert "etag" not in answer.headers
    assert answer.headers["eirene-marking"].startswith("EXERCISE · command + mission + partners")
    assert told(web.get(NGO, PATH)) == ["for partners"]
    assert told(web.get(ANYONE, PATH)) == []
    nobody = web.get(None, PATH)
    assert (nobody.status_code, nobody.json()["code"]) == (401, "sign-in-required")
    first = [one for one in seen(answer.content, HERE) if "killed" in one.properties]
    assert [(one.properties["killed"], one.properties["n"]) for one in first] == [(2, 1)]
    assert first[0].properties["marking"] == "EXERCISE · mission · UNCLASSIFIED · TLP:GREEN"


def test_whoever_looks_as_an_audience_has_its_tiles(web: WebNode) -> None:
    signed = web.post(None, "/api/sign-in", {"user": JOC, "password": "a sentence to sign in with"})
    cookies = {"cookies": dict(signed.cookies), "headers": {"Origin": "http://node"}}
    assert told(web.get(None, PATH, **cookies)) == told(web.get(JOC, PATH))
    said = web.post(None, "/api/view-as", {"audience": "partners"}, **cookies)
    assert said.status_code == 200, said.text
    assert told(web.get(None, PATH, **cookies)) == ["for partners"]


def test_a_tile_takes_the_filters_of_every_list(web: WebNode) -> None:
    for asked_, wanted in {
        "q=for+the": ["for the mission"],
        "datetime=2025-01-01": ["for partners"],
        "filter=killed>1": ["for the mission"],
        "as_of=2020-01-01T00:00:00Z": [],
        "at=2025-06-01T00:00:00Z": ["for partners"],
        "type=XX": [],
        "filter=source='token-7141'": ["hidden"],
    }.items():
        assert told(web.get(JOC, f"{PATH}?{asked_}")) == wanted, asked_
    assert told(web.get(NGO, f"{PATH}?filter=source='token-7141'")) == []
    filed = web.node.picture.position()
    assert filed[0] > 0
    moment = "2100-01-01T00:00:00Z"
    assert told(web.get(JOC, f"{PATH}?as_of={moment}")) == told(web.get(JOC, PATH))


@pytest.mark.parametrize(
    ("path", "status", "field"),
    [
        ("/tiles/incident/23/0/0.mvt", 400, "z"),
        ("/tiles/incident/-1/0/0.mvt", 400, "z"),
        ("/tiles/incident/1e0/0/0.mvt", 400, "z"),
        ("/tiles/incident/3/8/0.mvt", 400, "x"),
        ("/tiles/incident/3/0/8.mvt", 400, "y"),
        ("/tiles/incident/3/0/0.png", 400, "y"),
        ("/tiles/incident/3/0/%D9%A3.mvt", 400, "y"),
        ("/tiles/incident/3/0/0.mvt?bbox=1,2,3,4", 400, "bbox"),
        ("/tiles/incident/3/0/0.mvt?kind=site", 400, "kind"),
        ("/tiles/incident/3/0/0.mvt?filter=nonsense(", 400, "filter"),
        ("/tiles/nothing/3/0/0.mvt", 404, None),
        ("/tiles/withdrawal/3/0/0.mvt", 404, None),
    ],
)
def test_what_is_no_tile_is_one_clear_error(
    web: WebNode, path: str, status: int, field: str | None
) -> None:
    answer = web.get(JOC, path)
    assert (answer.status_code, answer.json()["field"]) == (status, field), answer.text
    assert answer.json()["remedy"]


def test_gdal_reads_a_tile_of_a_running_node(
    web: WebNode, caplog: pytest.LogCaptureFixture
) -> None:
    """A second reader of the format, of somebody else's; it asks for the headers first."""
    served = Served(web)
    options = {"GDAL_HTTP_AUTH": "BEARER", "GDAL_HTTP_BEARER": web.token[JOC]}
    pyogrio.set_gdal_config_options(options)
    try:
        address = f"MVT:/vsicurl/{served.url}{PATH}"
        meta, _, shapes, _ = pyogrio.raw.read(address, layer="incident")
    finally:
        pyogrio.set_gdal_config_options(dict.fromkeys(options, None))
        served.close()
    assert meta["crs"] == "EPSG:3857"
    assert {"id", "summary", "n", "marking"} <= set(meta["fields"])
    [(x, y)] = {struct.unpack("<2d", bytes(shape)[-16:]) for shape in shapes}
    half = 20_037_508.342789244
    assert x / half * 180 == pytest.approx(P_LON, abs=0.001)
    assert math.degrees(math.atan(math.sinh(y / half * math.pi))) == pytest.approx(P_LAT, abs=0.001)
    assert [one for one in caplog.records if one.levelname == "ERROR"] == []


def test_one_address_tells_a_map_of_others_all_that_it_needs(web: WebNode) -> None:
    path = "/tiles/incident/tiles.json"
    answer = web.get(JOC, path)
    told = answer.json()
    assert told["tiles"] == ["http://node/tiles/incident/{z}/{x}/{y}.mvt"]
    assert told["bounds"] == pytest.approx([P_LON, P_LAT, P_LON, P_LAT])
    assert told["attribution"] == told["description"].partition(": ")[2]
    assert told["attribution"].startswith("EXERCISE · command + mission + partners")
    assert answer.headers["cache-control"] == "private, no-store" and "etag" not in answer.headers
    fields = {one["id"]: one["fields"] for one in told["vector_layers"]}
    body = web.get(JOC, told["tiles"][0].format(**HERE._asdict()))
    for one in seen(body.content, HERE):
        assert one.properties.keys() <= fields[one.layer].keys()
        for name, value in one.properties.items():
            sort = {bool: "Boolean", str: "String"}.get(type(value), "Number")
            assert fields[one.layer][name] == sort, name
    partner = web.get(NGO, path)
    assert "command" not in partner.text and "mission ·" not in partner.text
    assert partner.json()["attribution"].startswith("EXERCISE · partners")
    nothing = web.get(ANYONE, path).json()
    assert "bounds" not in nothing and "nothing shown" in nothing["attribution"]
    assert nothing == web.get(ANYONE, "/tiles/incident/tiles.json").json()
    assert web.get(None, path).status_code == 401
    then = web.get(JOC, f"{path}?filter=killed>1&datetime=2025-01-01/..").json()
    (address,) = then["tiles"]
    assert address.startswith("http://node/tiles/incident/{z}/{x}/{y}.mvt?")
    assert told_at(web, address) == ["for the mission"]
    for wrong, status, field in (("?bbox=1,2,3,4", 400, "bbox"), ("?filter=(", 400, "filter")):
        refused = web.get(JOC, path + wrong)
        assert (refused.status_code, refused.json()["field"]) == (status, field)
    assert web.get(JOC, "/tiles/nothing/tiles.json").status_code == 404


def told_at(web: WebNode, address: str) -> list[str]:
    return told(web.get(JOC, address.format(**HERE._asdict()).removeprefix("http://node")))


def test_the_earlier_picture_has_what_was_known_then(tmp_path: Path) -> None:
    world = World()
    first = world.tell(
        place=at_place(18.5, 4.4), content={"type": "VC", "summary": "as told first"}
    )
    world.tell(
        amends=[first], place=at_place(18.6, 4.4), content={"type": "VC", "summary": "amended"}
    )
    at = tile_at(*(world_of(18.5, 4.4) or (0, 0)), 7)
    with closing(picture_of(tmp_path, world.entries)) as picture:
        for hours, wanted in ((0.5, []), (1.5, ["as told first"]), (2.5, ["amended"])):
            query = Query(as_of=RECEIVED + timedelta(hours=hours))
            found = asked(picture, ALL, query, at, "incident")
            assert [one.properties["summary"] for one in found] == wanted
    assert T0
