"""Faults of releases that users of other tools met (pitfalls R01, R02, R04), with versions.

``docs/pitfalls.md`` lists which test answers which.
"""

from __future__ import annotations

import csv
import html
import io
import json
import re
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import pytest

from eirene.log.log import utc_now
from eirene.release.deciding import slot_after
from outlets.layers import texts_of
from outlets.looking import Eye
from outlets.planting import Mark
from scanning import traces
from web_node import P_LAT, P_LON, WebNode, wait_for

JOC, NGO, ANYONE = "joc-duty-officer", "ngo-focal-point", "anyone"
EXPORTS = tuple(f"/api/export.{ending}" for ending in ("csv", "hxl.csv", "geojson", "kml"))
PACKED = tuple(f"/api/export.{ending}" for ending in ("gpkg", "xlsx", "kmz"))
DOCUMENTS = (*EXPORTS, "/ogc/collections/alert/items")
PLACE, PCODE, GRID = "Talvek-Token", "XA0101", "30MZE1121545587"
WHEN = datetime(2026, 11, 25, 14, 31, tzinfo=UTC)


@pytest.fixture
def web(tmp_path: Path) -> Iterator[WebNode]:
    made = WebNode(tmp_path / "node", mission="car")
    yield made
    made.close()


def an_alert(**changes: Any) -> dict[str, Any]:
    """What an informant told, with a token in every field that a version must not carry."""
    values: dict[str, Any] = {
        "kind": "alert",
        "compartment": "command",
        "threat": "possible",
        "occurred": f"{WHEN:%Y-%m-%dT%H:%MZ}",
        "latitude": P_LAT,
        "longitude": P_LON,
        "accuracy_m": 20,
        "place": PLACE,
        "pcode": PCODE,
        "threatened": 203,
        "affected": "families of token-7141",
        "summary": f"Armed men near {PLACE}, token-7141",
        "narrative": "The son of token-7141 saw them.",
        "source": "token-7141",
        "basis": "seen",
        "grade": "B2",
    }
    return {name: value for name, value in (values | changes).items() if value is not ...}


def release(web: WebNode, *flats: dict[str, Any]) -> list[dict[str, str]]:
    """File, agree to what waits for partners, let slots pass; gives what was filed."""
    filed = web.file(*flats)
    assert wait_for(lambda: all(line(web, one) for one in filed))
    for one in filed:
        if line(web, one)["state"] == "waits":
            said = {"act": "approve", "reason": "they have to be warned"}
            path = f"/api/desk/releases/{line(web, one)['id']}"
            assert web.post(JOC, path, said).status_code == 200
    desk = web.node.releases
    end = slot_after(slot_after(utc_now(), 60), 60)
    with desk.lock:
        desk._clock = lambda: end  # pyright: ignore[reportPrivateUsage]
    desk.tick()
    assert all(line(web, one)["state"] == "made" for one in filed)
    return filed


def line(web: WebNode, filed: dict[str, str]) -> dict[str, Any]:
    """What the ledger says of partners; empty where the desk has not looked yet."""
    told = web.get(JOC, f"/api/reports/{filed['id']}/releases").json()["releases"]
    return next((one for one in told if one["compartment"] == "partners"), {})


def told(answer: httpx.Response) -> tuple[int, str]:
    """Status and body, but for the moment of asking and the address that was asked."""
    text = re.sub(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z", "NOW", answer.text)
    if answer.headers["content-type"].startswith(("application/json", "application/geo+json")):
        body = json.loads(text)
        for name in ("links", "timeStamp"):
            body.pop(name, None)
        text = json.dumps(body)
    return answer.status_code, text


# -- R01: the export that was made for another


def test_r01_after_a_recall_every_document_is_as_if_there_never_was_a_version(
    web: WebNode,
) -> None:
    never = {path: told(web.get(NGO, path)) for path in DOCUMENTS}
    [filed] = release(web, an_alert())
    had = {path: web.get(NGO, path) for path in DOCUMENTS}
    for path in DOCUMENTS:
        assert "token-7141" in web.get(JOC, path).text
        assert told(had[path]) != never[path]
    recall = {"act": "recall", "reason": "a mistake"}
    path = f"/api/desk/releases/{line(web, filed)['id']}"
    assert web.post(JOC, path, recall).status_code == 200
    for path, old in had.items():
        kept = {"If-Modified-Since": old.headers.get("date", "Wed, 25 Nov 2099 00:00:00 GMT")}
        kept["If-None-Match"] = old.headers.get("etag", "*")
        for headers in ({}, kept):
            assert told(web.get(NGO, path, headers=headers)) == never[path]


def names_in(answer: httpx.Response) -> list[str]:
    """Headings of a CSV file, or names of the properties of what stands in another one."""
    kind = answer.headers["content-type"].partition(";")[0]
    if kind == "text/csv":
        return next(csv.reader(io.StringIO(answer.text.lstrip("\ufeff"))))
    if kind == "application/vnd.google-earth.kml+xml":
        tree = ET.fromstring(answer.content)  # noqa: S314 - our own
        return [one.get("name") or one.tag for one in tree.iter()]
    return [name for one in answer.json()["features"] for name in one["properties"]]


def test_r01_the_names_in_a_document_do_not_tell_what_was_taken_out(tmp_path: Path) -> None:
    names: list[list[list[str]]] = []
    bare = dict.fromkeys(("source", "narrative", "summary", "place", "pcode", "grade"), ...)
    for at, changes in enumerate(({}, bare)):
        web = WebNode(tmp_path / str(at), mission="car")
        release(web, an_alert(**changes))
        names.append([names_in(web.get(NGO, path)) for path in DOCUMENTS])
        web.close()
    assert all(len(one) > 5 for one in names[0])
    assert names[0] == names[1]


def test_r01_no_export_lies_on_the_disk_to_be_read_without_a_key(
    web: WebNode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    for name in ("TMPDIR", "SQLITE_TMPDIR", "CPL_TMPDIR"):
        monkeypatch.setenv(name, str(temporary))
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    release(web, an_alert())
    for path in DOCUMENTS:
        assert "token-7141" in web.get(JOC, path).text
        web.get(NGO, path)
    for path in PACKED:
        read = "\n".join(texts_of(web.get(JOC, path).content))
        assert "token-7141" in read
        web.get(NGO, path)
    assert list(temporary.iterdir()) == []  # where files in the making would lie
    assert traces(web.node.folder, ["token-7141", PLACE]) == []


# -- R02: the position was coarsened, the place name was not


OUTLETS = (
    "/api/search?withdrawn=true",
    "/api/counts?group=area,kind",
    *DOCUMENTS,
    "/ogc/collections",
    "/ogc/collections/alert",
)


def seen_by(web: WebNode, role: str, version: dict[str, Any]) -> Iterator[tuple[str, bytes]]:
    """Every answer that tells of a version."""
    alone = f"/ogc/collections/alert/items/{version['id']}"
    for path in (
        *OUTLETS,
        f"/api/reports/{version['id']}",
        f"/api/entities/{version['entity']}",
        alone,
    ):
        answer = web.get(role, path)
        assert answer.status_code == 200, path
        headers = "\n".join(f"{name}: {value}" for name, value in answer.headers.items())
        yield path, headers.encode() + b"\n" + answer.content


def test_r02_no_outlet_says_more_of_a_place_than_the_cell(web: WebNode) -> None:
    site = {"kind": "site", "name": "Token well", "latitude": P_LAT, "longitude": P_LON}
    site |= {"compartment": "command", "type": "water-point", "occurred": "2026-11-25T08:00Z"}
    [well] = web.file(site)
    links = [{"role": "at", "report": well["id"]}]
    [filed] = release(web, an_alert(links=links))
    [version] = web.get(NGO, "/api/search").json()["reports"]
    eye = Eye([Mark("point", (P_LAT, P_LON), 0, "point"), Mark("moment", WHEN, 0, "occurred")])
    hidden = (PLACE, "talvek", GRID[:5], PCODE, "token", "0.4917", "0.2042")
    hidden += (well["id"], well["entity"], filed["id"], filed["entity"])
    for path, raw in seen_by(web, NGO, version):
        assert [word for word in hidden if word.lower() in raw.decode().lower()] == [], path
        assert eye.found(raw) == set(), path
    exact = b"".join(raw for _, raw in seen_by(web, JOC, filed))
    assert len(eye.found(exact)) == 2
    assert version["accuracy_m"] >= 5_000
    assert version.keys() & {"source", "basis", "grade", "narrative", "links"} == set()


@pytest.mark.parametrize(
    ("text", "never"),
    [
        (PLACE, "Tolvik-Taken"),
        (GRID[:5], "31MZE"),
        (GRID, "30MZE1121645587"),
        (PCODE, "XA0201"),
        ("0.4917", "0.4926"),
        ("token-7141", "taken-7141"),
        ("armed", "ermad"),
    ],
)
def test_r02_what_was_taken_out_is_found_like_a_word_that_was_never_filed(
    web: WebNode, text: str, never: str
) -> None:
    release(web, an_alert())
    for path in ("/api/search", "/api/counts", "/api/suggest", *EXPORTS):
        one, other = (web.get(NGO, f"{path}?q={quote(word)}") for word in (text, never))
        first, second = (
            (status, body.replace(word, "?"))
            for (status, body), word in zip((told(one), told(other)), (text, never), strict=True)
        )
        assert first == second, path


def test_r02_the_preview_is_what_they_then_get(web: WebNode) -> None:
    answer = web.post(JOC, "/api/preview", an_alert())
    [before] = [one for one in answer.json()["audiences"] if one["compartment"] == "partners"]
    release(web, an_alert())
    [version] = web.get(NGO, "/api/search").json()["reports"]
    shown = before["version"]
    of_filing = {"id", "entity", "entry", "filed", "filed_by", "withdrawn", "conflict", "current"}
    assert version.keys() - shown.keys() == of_filing
    for name in shown:
        assert shown[name] == version.get(name), name


# -- R04: the field is hidden, but one can filter by it


def whole_answer(web: WebNode, path: str, filter_: str) -> tuple[int, str]:
    """What the NGO is told of a filter, without the filter itself."""
    status, body = told(web.get(NGO, f"{path}?{urlencode({'filter': filter_})}"))
    return status, html.unescape(body).replace(json.dumps(filter_)[1:-1], "?")


@pytest.mark.parametrize(
    ("true", "false"),
    [
        ("source LIKE 'token-7141%'", "source LIKE 'taken-7141%'"),
        ("source = 'token-7141'", "source = 'other-7141'"),
        ("summary LIKE '%token-7141%'", "summary LIKE '%taken-7141%'"),
        (f"place = '{PLACE}'", "place = 'Tolvik-Taken'"),
        (f"pcode = '{PCODE}'", "pcode = 'XA0201'"),
        ("compartment = 'command'", "compartment = 'no-such'"),
        ("threatened = 203", "threatened = 204"),
        ("threatened >= 203", "threatened >= 204"),
        (
            "T_INTERSECTS(occurred, INTERVAL('2026-11-25T14:31:00Z', '2026-11-25T14:32:00Z'))",
            "T_INTERSECTS(occurred, INTERVAL('2026-11-25T15:31:00Z', '2026-11-25T15:32:00Z'))",
        ),
        (
            f"S_INTERSECTS(geometry, POINT({P_LON} {P_LAT}))",
            f"S_INTERSECTS(geometry, POINT({P_LON - 0.01} {P_LAT}))",
        ),
        ("filed_by = 'joc-duty-officer'", "filed_by = 'joc-duty-nobody2'"),
        ("narrative LIKE '%token%'", "narrative LIKE '%taken%'"),
        ("grade IS NULL", "nowhr IS NULL"),
    ],
)
def test_r04_a_filter_on_what_was_taken_out_tells_nothing(
    web: WebNode, true: str, false: str
) -> None:
    """What is true of the original, and what is not, are answered alike."""
    release(web, an_alert())
    for path in (*DOCUMENTS, "/api/search", "/api/counts"):
        one, other = (whole_answer(web, path, filter_) for filter_ in (true, false))
        if one[0] == 400:  # the name that is not known stands in the words
            known = r"queryable '\w+'"
            one, other = ((s, re.sub(known, "queryable", body)) for s, body in (one, other))
        assert one == other, path
        of_officer = web.get(JOC, f"{path}?{urlencode({'filter': true})}")
        assert of_officer.status_code == one[0]


@pytest.mark.parametrize("name", ["source", "narrative", "grade", "filed_by"])
def test_r04_nothing_is_sorted_grouped_or_chosen_by_a_field_that_was_taken_out(
    web: WebNode, name: str
) -> None:
    release(web, an_alert())
    nowhere = "n" * len(name)
    for path in (
        "/ogc/collections/alert/items?sortby={}",
        "/ogc/collections/alert/items?properties={}",
        "/api/counts?group={}",
        "/api/export.csv?sortby={}",
    ):
        one, other = (web.get(NGO, path.format(asked)) for asked in (name, nowhere))
        assert one.status_code == other.status_code == 400
        first, second = one.json(), other.json()
        first["message"] = first["message"].replace(name, nowhere)
        first["field"] = first["field"].replace(name, nowhere)
        assert first == second


def test_r04_the_order_of_versions_does_not_follow_the_minute(web: WebNode) -> None:
    """Nine of one block: in the order in which they happened once in 362,880 times."""
    times = [f"2026-11-25T14:{minute}Z" for minute in range(10, 55, 5)]
    filed = release(web, *(an_alert(occurred=time) for time in times))
    of = [line(web, one)["version"]["id"] for one in filed]

    for path in ("/api/search?limit=20", "/ogc/collections/alert/items"):
        shown = ids_in(web.get(NGO, path).json())
        assert sorted(shown) == sorted(of)
        assert shown not in (of, of[::-1])


def ids_in(body: dict[str, Any]) -> list[str]:
    rows: Iterable[dict[str, Any]] = body.get("reports") or body["features"]
    return [row["id"] for row in rows]
