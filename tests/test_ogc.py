"""OGC API - Features, as GIS programs of others use it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from web_node import P_LAT, P_LON, Served, WebNode, an_incident

JOC, NGO = "joc-duty-officer", "ngo-focal-point"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
EPSG4326 = "http://www.opengis.net/def/crs/EPSG/0/4326"
TIMES: list[dict[str, str]] = json.loads(
    (Path(__file__).parent / "data" / "pitfalls" / "m03-times.json").read_text()
)
SITES = {"a": (5.1, 52.2), "b": (52.2, 5.1), "c": (179.5, -17.5), "d": (-179.5, -17.5)}


def a_site(name: str, lon: float, lat: float) -> dict[str, Any]:
    return {
        "kind": "site",
        "compartment": "mission",
        "type": "XX",
        "summary": name,
        "name": name,
        "longitude": lon,
        "latitude": lat,
    }


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebNode]:
    made = WebNode(tmp_path_factory.mktemp("node"))
    kind = made.get(JOC, "/api/kinds/site").json()["example"]
    for name in ("place", "latitude", "longitude", "pcode", "accuracy_m"):
        kind.pop(name, None)
    made.file(
        *(
            kind | {"compartment": "mission", "longitude": lon, "latitude": lat, "summary": name}
            for name, (lon, lat) in SITES.items()
        )
    )
    made.file(
        *(
            an_incident(occurred=one["event_time"], summary=one["ref"], killed=n)
            for n, one in enumerate(TIMES)
        )
    )
    made.file(an_incident(compartment="command", summary="hidden", source="token-7141"))
    yield made
    made.close()


def items(web: WebNode, kind: str, role: str = JOC, **params: str) -> dict[str, Any]:
    path = f"/ogc/collections/{kind}/items?{urlencode(params)}"
    response = web.get(role, path)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/geo+json"
    return response.json()


def test_titles_are_said_in_the_language_of_who_asks(web: WebNode):
    in_french = {"Accept-Language": "fr-CF, fr;q=0.9"}
    layers = web.get(JOC, "/api/layers", headers=in_french).json()
    assert {one["title"] for one in layers if one["kind"] == "incident"} == {"Incidents"}
    found = web.get(JOC, "/ogc/collections/unit", headers=in_french).json()
    assert (found["id"], found["title"]) == ("unit", "EXERCISE · Unités")
    assert found["description"].startswith("Comptes rendus de type unit qui vous ont été diffusés.")
    assert web.get(JOC, "/ogc/collections/unit").json()["title"] == "EXERCISE · Units"
    landing = web.get(JOC, "/ogc", headers=in_french).json()
    assert [one["title"] for one in landing["links"]][2:] == ["Conformité", "Collections"]


def summaries(found: dict[str, Any]) -> list[str]:
    return sorted(one["properties"]["summary"] for one in found["features"])


# -- the box is read the right way round


@pytest.mark.parametrize(
    ("params", "names"),
    [
        ({"bbox": "5,52,6,53"}, ["a"]),
        ({"bbox": "52,5,53,6", "bbox-crs": EPSG4326}, ["a"]),
        ({"bbox": "52,5,53,6", "bbox-crs": EPSG4326, "crs": EPSG4326}, ["a"]),
        ({"bbox": "5,52,-10,6,53,10"}, ["a"]),
        ({"bbox": "52,5,-10,53,6,10", "bbox-crs": EPSG4326}, ["a"]),
        ({"bbox": "52,5,53,6"}, ["b"]),
        ({"bbox": "170,-20,-170,-10"}, ["c", "d"]),
        ({"bbox": "5.1,52.2,5.1,52.2"}, ["a"]),
        ({"bbox": "-180,-90,180,90"}, ["a", "b", "c", "d"]),
    ],
)
def test_a_box_finds_what_lies_in_it(
    web: WebNode, params: dict[str, str], names: list[str]
) -> None:
    found = items(web, "site", **params)
    assert summaries(found) == names
    assert found["numberMatched"] == found["numberReturned"] == len(names)
    if "bbox-crs" not in params:
        search = web.get(JOC, f"/api/search?kind=site&bbox={params['bbox']}").json()
        assert search["total"] == len(names)


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"bbox": "6,53,5,52"}, "bbox"),
        ({"bbox": "53,6,52,5", "bbox-crs": EPSG4326}, "bbox"),
        ({"bbox": "1,2,3"}, "bbox"),
        ({"bbox": "a,b,c,d"}, "bbox"),
        ({"bbox": "5,52,6,53", "bbox-crs": "EPSG:3857"}, "bbox-crs"),
        ({"crs": "nix"}, "crs"),
        ({"limit": "0"}, "limit"),
        ({"limit": "x"}, "limit"),
        ({"datetime": "2025-03-11T00:00:00Z/2025-03-10T00:00:00Z"}, "datetime"),
        ({"datetime": "x"}, "datetime"),
        ({"filter": "nix = 1"}, "filter"),
        ({"filter": "killed ="}, "filter"),
        ({"filter": "killed = 1) OR (killed = 0", "state": "verified"}, "filter"),
        ({"filter": "S_INTERSECTS(geometry, POINT EMPTY)"}, "filter"),
        ({"filter": "killed > 1", "filter-lang": "cql2-json"}, "filter-lang"),
        ({"filter": "killed > 1", "filter-crs": EPSG4326}, "filter-crs"),
        ({"killed": "many"}, "killed"),
        ({"sortby": "killed"}, "sortby"),
        ({"f": "html"}, "f"),
        ({"nix": "1"}, "nix"),
        ({"cursor": "abc"}, "cursor"),
    ],
)
def test_what_is_wrong_is_400_and_names_the_parameter(
    web: WebNode, params: dict[str, str], field: str
) -> None:
    response = web.get(JOC, f"/ogc/collections/incident/items?{urlencode(params)}")
    assert response.status_code == 400, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["field"] == field


@pytest.mark.parametrize(
    ("crs", "coordinates"), [(None, [5.1, 52.2]), (CRS84, [5.1, 52.2]), (EPSG4326, [52.2, 5.1])]
)
def test_coordinates_come_in_the_order_of_the_asked_system(
    web: WebNode, crs: str | None, coordinates: list[float]
) -> None:
    tail = f"&crs={quote(crs)}" if crs else ""
    response = web.get(JOC, f"/ogc/collections/site/items?bbox=5,52,6,53&limit=1{tail}")
    [feature] = response.json()["features"]
    assert feature["geometry"]["coordinates"] == coordinates
    assert response.headers["content-crs"] == f"<{crs or CRS84}>"
    one = web.get(JOC, f"/ogc/collections/site/items/{feature['id']}?{tail[1:]}")
    assert one.json()["geometry"]["coordinates"] == coordinates
    assert one.headers["content-crs"] == f"<{crs or CRS84}>"


# -- an event "in March" is there on 10 March


@pytest.mark.parametrize(
    ("interval", "names"),
    [
        ("2025-03-10T00:00:00Z/2025-03-10T23:59:59Z", ["m1", "m3", "m4"]),
        ("../2025-03-01T00:00:00Z", ["m1", "m5"]),
        ("/2025-03-01T00:00:00Z", ["m1", "m5"]),
        ("2025-03-25T02:00:00Z", ["m1", "m2"]),
        ("2025-03-31T23:59:59Z/..", ["m1"]),
        ("2025-03-31T23:59:59Z/", ["m1"]),
        ("2025-03-10", ["m1", "m3", "m4"]),
    ],
)
def test_a_time_finds_what_touches_it(web: WebNode, interval: str, names: list[str]) -> None:
    # what was filed without a word of March is of another day, and not of it
    found = items(web, "incident", datetime=interval, filter="summary <> 'hidden'")
    assert summaries(found) == names
    assert found["numberMatched"] == len(names)
    rest = urlencode({"datetime": interval, "filter": "summary <> 'hidden'"})
    assert web.get(JOC, f"/api/search?kind=incident&{rest}").json()["total"] == len(names)


# -- pages and filters


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_pages_hold_each_feature_once(web: WebNode, limit: int) -> None:
    path: str | None = f"/ogc/collections/site/items?limit={limit}&bbox=-180,-90,180,90"
    seen: list[str] = []
    while path:
        page = web.get(JOC, path).json()
        assert page["numberMatched"] == 4
        assert page["numberReturned"] == len(page["features"]) <= limit
        seen += [one["id"] for one in page["features"]]
        following = [link["href"] for link in page["links"] if link["rel"] == "next"]
        path = following[0].removeprefix("http://node") if following else None
    assert len(seen) == len(set(seen)) == 4


def test_a_limit_above_the_most_is_the_most(web: WebNode) -> None:
    assert items(web, "site", limit="1000000")["numberReturned"] == 4


@pytest.mark.parametrize(
    ("params", "names"),
    [
        ({"filter": "killed >= 3"}, ["m4", "m5"]),
        ({"filter": "killed >= 3", "filter-lang": "cql2-text"}, ["m4", "m5"]),
        ({"filter": "summary LIKE 'm%' AND killed < 2"}, ["m1", "m2"]),
        ({"filter": "killed BETWEEN 1 AND 2"}, ["m2", "m3"]),
        ({"killed": "2"}, ["m3"]),
        ({"summary": "m1"}, ["m1"]),
        ({"summary": "m1' OR '1'='1"}, []),
        ({"filter": "killed = 1 OR killed = 2", "summary": "m3"}, ["m3"]),
        ({"filter": "summary = 'no such'"}, []),
    ],
)
def test_a_filter_narrows(web: WebNode, params: dict[str, str], names: list[str]) -> None:
    assert summaries(items(web, "incident", **params)) == names


@pytest.mark.parametrize("name", ["source", "filed_by", "grade", "narrative", "nowhere"])
def test_a_hidden_value_cannot_be_asked_for(web: WebNode, name: str) -> None:
    """The value that is hidden, one that is not, and a name that is nowhere: all the same."""
    for form in ("{} = '{}'", "{} LIKE '{}%'"):
        answers = [
            web.get(
                NGO, f"/ogc/collections/incident/items?filter={quote(form.format(name, value))}"
            )
            for value in ("token-7141", "other-8252")
        ]
        assert answers[0].status_code == answers[1].status_code
        first, second = (dict(one.json()) for one in answers)
        for body in (first, second):
            body.pop("timeStamp", None)
            body.pop("links", None)
        assert first == second


# -- what is there


def test_there_is_a_collection_for_each_kind_whoever_asks(web: WebNode) -> None:
    ids = {
        role: [one["id"] for one in web.get(role, "/ogc/collections").json()["collections"]]
        for role in (JOC, NGO)
    }
    assert ids[JOC] == ids[NGO]
    assert "incident" in ids[JOC]
    assert "withdrawal" not in ids[JOC]
    assert web.get(JOC, "/ogc/collections/nix").status_code == 404
    assert web.get(JOC, "/ogc/collections/nix/items").status_code == 404


def test_extents_are_the_reader_s_own(web: WebNode) -> None:
    extent = web.get(JOC, "/ogc/collections/site").json()["extent"]
    assert extent["spatial"]["crs"] == CRS84
    assert "spatial" not in web.get(NGO, "/ogc/collections/site").json()["extent"]


def test_queryables_are_the_names_that_filters_take(web: WebNode) -> None:
    schema = web.get(JOC, "/ogc/collections/incident/queryables").json()
    assert web.get(NGO, "/ogc/collections/incident/queryables").json() == schema
    for name in schema["properties"]:
        response = web.get(JOC, f"/ogc/collections/incident/items?filter={name}+IS+NULL")
        assert response.status_code == 200, name


@pytest.mark.parametrize("path", ["/ogc", "/ogc/collections", "/ogc/collections/incident/items"])
def test_links_lead_to_what_is_there(web: WebNode, path: str) -> None:
    for link in web.get(JOC, path).json()["links"]:
        response = web.get(JOC, link["href"].removeprefix("http://node"))
        assert response.status_code == 200, link
        assert response.headers["content-type"] == link["type"]


def test_it_names_what_it_conforms_to(web: WebNode) -> None:
    conforms = web.get(JOC, "/ogc/conformance").json()["conformsTo"]
    assert "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core" in conforms
    assert "http://www.opengis.net/spec/cql2/1.0/conf/cql2-text" in conforms


def test_reports_without_a_point_have_no_geometry(web: WebNode) -> None:
    [filed] = web.file(
        an_incident(latitude=..., longitude=..., compartment="partners", summary="no point"),
        role=NGO,
    )
    feature = web.get(NGO, f"/ogc/collections/incident/items/{filed['id']}").json()
    assert feature["geometry"] is None
    web.file({"kind": "withdrawal", "amends": [filed["id"]], "reason": "error"}, role=NGO)


def test_a_feature_is_in_its_own_collection_alone(web: WebNode) -> None:
    found = items(web, "site")["features"][0]["id"]
    assert web.get(JOC, f"/ogc/collections/site/items/{found}").status_code == 200
    assert web.get(JOC, f"/ogc/collections/incident/items/{found}").status_code == 404


# -- GDAL, in a process of its own: it holds Python's lock while it waits for an answer


READ = """
import json, sys, pyogrio, shapely
source = sys.argv[1]
layers = [str(name) for name, _ in pyogrio.list_layers(source)]
meta, _, geometry, fields = pyogrio.raw.read(source, layer="site", PAGE_SIZE=2)
columns = dict(zip(meta["fields"], fields))
box, where = (5.0, 52.0, 6.0, 53.0), "killed = 2"
print(json.dumps({
    "layers": layers,
    "summaries": sorted(columns["summary"]),
    "points": sorted(shapely.from_wkb(one).coords[0] for one in geometry),
    "incidents": pyogrio.read_info(source, layer="incident")["features"],
    "boxed": len(pyogrio.raw.read(source, layer="site", bbox=box)[2]),
    "filtered": len(pyogrio.raw.read(source, layer="incident", where=where)[2]),
}))
"""


@pytest.fixture
def source(web: WebNode) -> Iterator[str]:
    served = Served(web)
    yield f"OAPIF:{served.url}/ogc"
    served.close()


def gdal(source: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", READ, source],
        env=os.environ | settings,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("way", ["bearer", "file"])
def test_gdal_reads_layers_pages_boxes_and_filters(
    web: WebNode, source: str, way: str, tmp_path: Path
) -> None:
    """Its driver sends headers of its own and forgets GDAL_HTTP_HEADERS; these two ways work."""
    file = tmp_path / "headers"
    file.write_text(f"Authorization: Bearer {web.token[JOC]}\n")
    if way == "file":
        done = gdal(source, GDAL_HTTP_HEADER_FILE=str(file))
    else:
        done = gdal(source, GDAL_HTTP_AUTH="BEARER", GDAL_HTTP_BEARER=web.token[JOC])
    assert done.returncode == 0, done.stderr
    read = json.loads(done.stdout)
    assert "incident" in read["layers"]
    assert read["summaries"] == ["a", "b", "c", "d"]
    assert [tuple(point) for point in read["points"]] == sorted(SITES.values())
    assert (read["incidents"], read["boxed"], read["filtered"]) == (6, 1, 1)


def test_gdal_without_a_token_is_told_so(source: str) -> None:
    done = gdal(source)
    assert done.returncode != 0
    assert "401" in done.stderr


def test_the_sea_is_where_it_was(web: WebNode) -> None:
    points = [one["geometry"]["coordinates"] for one in items(web, "incident")["features"]]
    assert points == [[P_LON, P_LAT]] * 6
