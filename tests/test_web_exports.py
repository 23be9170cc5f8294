"""Exports over HTTP: whole, the asker's own, and stopped when his account is."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from web_node import Served, WebNode, an_incident

JOC, NGO, ANYONE = "joc-duty-officer", "ngo-focal-point", "anyone"
TEXTS: list[str] = json.loads(
    (Path(__file__).parent / "data" / "pitfalls" / "e02-texts.json").read_text()
)
FORMATS = ("csv", "hxl.csv", "geojson", "kml")


@pytest.fixture
def web(tmp_path: Path) -> Iterator[WebNode]:
    made = WebNode(tmp_path)
    yield made
    made.close()


@pytest.mark.parametrize("format_", FORMATS)
def test_an_export_tells_who_asked_what_and_when(web: WebNode, format_: str) -> None:
    web.file(an_incident(summary="Ndélou"), an_incident(compartment="command"))
    response = web.get(JOC, f"/api/export.{format_}?kind=incident&q=Nd%C3%A9lou")
    assert response.status_code == 200
    manifest = json.loads(response.headers["eirene-manifest"])
    assert manifest["who"] == JOC
    assert manifest["count"] == 1
    assert manifest["filter"]["q"] == "Ndélou"
    assert response.headers["eirene-marking"] == manifest["marking"]
    assert "attachment" in response.headers["content-disposition"]
    assert response.headers["content-type"].count("charset") <= 1


def test_odd_texts_come_through_whole(web: WebNode) -> None:
    web.file(*(an_incident(summary=text) for text in TEXTS[:4]))
    refused = web.post(JOC, "/api/reports", an_incident(summary=TEXTS[4]))
    assert refused.status_code == 422
    assert refused.json()["field"] == "summary"
    features = web.get(JOC, "/api/export.geojson").json()["features"]
    assert sorted(one["properties"]["summary"] for one in features) == sorted(TEXTS[:4])
    tree = ET.fromstring(web.get(JOC, "/api/export.kml").content)  # noqa: S314 - our own
    names = [node.findtext("{*}name") for node in tree.iter() if node.tag.endswith("}Placemark")]
    assert sorted(name or "" for name in names) == sorted(TEXTS[:4])
    text = web.get(JOC, "/api/export.csv").text
    assert "<img src=x onerror=alert(1)>" in text


@pytest.mark.parametrize("format_", FORMATS)
def test_no_export_is_shared_between_readers(web: WebNode, format_: str) -> None:
    web.file(an_incident(compartment="command", source="token-7141", summary="token-7141"))
    path = f"/api/export.{format_}"
    officer = web.get(JOC, path)
    assert "token-7141" in officer.text
    assert "etag" not in officer.headers
    assert "last-modified" not in officer.headers
    asked = {"If-None-Match": "*", "If-Modified-Since": "Wed, 25 Nov 2099 00:00:00 GMT"}
    for role in (NGO, ANYONE):
        other = web.get(role, path, headers=asked)
        assert other.status_code == 200
        assert "token-7141" not in other.text
        assert json.loads(other.headers["eirene-manifest"])["count"] == 0


def test_columns_do_not_depend_on_what_is_hidden(tmp_path: Path) -> None:
    bodies: list[str] = []
    for n, hidden in enumerate(((), (an_incident(compartment="command", killed=3),))):
        web = WebNode(tmp_path / str(n))
        web.file(an_incident(compartment="partners"), role=NGO)
        if hidden:
            web.file(*hidden)
        bodies.append(web.get(NGO, "/api/export.csv").text.splitlines()[0])
        web.close()
    assert bodies[0] == bodies[1]


@pytest.mark.parametrize("path", ["/api/export.ods", "/api/export.", "/api/export"])
def test_there_is_no_other_format(web: WebNode, path: str) -> None:
    assert web.get(JOC, path).status_code == 404


@pytest.mark.slow
def test_a_running_export_stops_when_the_account_ends(web: WebNode) -> None:
    # more than what lies between the node and a reader who reads slowly
    for _ in range(4):
        web.file(*(an_incident(narrative="x" * 6000) for _ in range(1000)))
    served = Served(web)
    headers = {"Authorization": f"Bearer {web.token[JOC]}"}
    got: list[bytes] = []
    ended = False
    with httpx.stream(
        "GET", f"{served.url}/api/export.csv", headers=headers, timeout=60
    ) as response:
        try:
            for piece in response.iter_raw():
                got.append(piece)
                if not ended:
                    ended = True
                    web.node.people.end(JOC)
        except httpx.RemoteProtocolError:
            got.append(b"cut")
    assert b"".join(got).endswith(b"# INCOMPLETE: this export was stopped.\r\ncut")
    served.close()


def test_an_export_names_its_sources_as_their_licence_wants(web: WebNode) -> None:
    web.file(an_incident(source="UCDP GED 23.1"))
    response = web.get(JOC, "/api/export.geojson")
    attribution = response.json()["manifest"]["attribution"]
    assert any("Uppsala" in words or "UCDP" in words for words in attribution)
