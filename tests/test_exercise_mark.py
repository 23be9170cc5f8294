"""What is not live says so: in every answer, export, collection and message of the node."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from web_node import WebNode, an_incident

JOC = "joc-duty-officer"
MARK = "EXERCISE · "
PATHS = (
    "/health/ready",
    "/api/me",
    "/api/search",
    "/api/counts?group=kind",
    "/api/layers",
    "/api/kinds",
    "/api/map",
    "/api/desk/releases",
    "/api/reports/" + "0" * 32,
    "/api/nowhere",
    "/ogc",
    "/ogc/collections",
    "/ogc/collections/incident/items",
    "/openapi.json",
)


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebNode]:
    made = WebNode(tmp_path_factory.mktemp("node"))
    made.file(an_incident(summary="Stones"))
    yield made
    made.close()


def markings(value: Any) -> list[str]:
    """Every marking that stands anywhere in an answer."""
    if isinstance(value, dict):
        own = [value["marking"]] if isinstance(value.get("marking"), str) else []
        return own + [one for inner in value.values() for one in markings(inner)]
    if isinstance(value, list):
        return [one for inner in value for one in markings(inner)]
    return []


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_begins_its_marking_with_the_realm(web: WebNode, path: str) -> None:
    answer = web.get(JOC, path)
    assert answer.headers["eirene-marking"].startswith(MARK)
    assert answer.headers["eirene-marking"].count("EXERCISE") == 1
    assert all(one.startswith(MARK) for one in markings(answer.json()))


def test_answers_to_nobody_are_marked_too(web: WebNode) -> None:
    assert web.get(None, "/api/search").headers["eirene-marking"].startswith(MARK)


@pytest.mark.parametrize("format_", ["csv", "geojson", "kml"])
def test_every_row_of_an_export_and_its_manifest_are_marked(web: WebNode, format_: str) -> None:
    answer = web.get(JOC, f"/api/export.{format_}")
    assert "eirene-exercise" in answer.headers["content-disposition"]
    manifest = json.loads(answer.headers["eirene-manifest"])
    assert manifest["marking"].startswith(MARK)
    if format_ == "csv":
        rows = list(csv.DictReader(io.StringIO(answer.text)))
        told = [row["marking"] for row in rows]
    elif format_ == "geojson":
        told = [one["properties"]["marking"] for one in answer.json()["features"]]
        assert answer.json()["manifest"]["marking"].startswith(MARK)
    else:
        tree = ElementTree.fromstring(answer.content)  # noqa: S314 - our own
        space = "{http://www.opengis.net/kml/2.2}"
        assert tree.findtext(f"{space}Document/{space}name", "").startswith(MARK)
        told = [
            str(one.findtext(f"{space}value"))
            for one in tree.iter(f"{space}Data")
            if one.get("name") == "marking"
        ]
        balloons = [one.text or "" for one in tree.iter(f"{space}description")]
        assert balloons and all(MARK in one for one in balloons)
    assert told and all(one.startswith(MARK) for one in told)


def test_what_a_gis_shows_of_a_layer_is_marked(web: WebNode) -> None:
    assert web.get(JOC, "/ogc").json()["title"].startswith(MARK)
    for one in web.get(JOC, "/ogc/collections").json()["collections"]:
        assert one["title"].startswith(MARK)
    features = web.get(JOC, "/ogc/collections/incident/items").json()["features"]
    assert [one["properties"]["marking"][: len(MARK)] for one in features] == [MARK]


def test_what_others_would_see_is_marked_before_it_is_sent(web: WebNode) -> None:
    verified = an_incident(state="verified")
    answer = web.post(JOC, "/api/preview", verified).json()
    found = markings(answer)
    assert len(found) > 1
    assert all(one.startswith(MARK) for one in found)


def test_a_live_node_says_nothing_before_its_markings(tmp_path: Path) -> None:
    live = WebNode(tmp_path, realm="live")
    live.file(an_incident())
    answer = live.get(JOC, "/api/search")
    marking = "mission · UNCLASSIFIED · TLP:GREEN"
    assert (answer.headers["eirene-marking"], *set(markings(answer.json()))) == (marking, marking)
    assert live.get(None, "/api/nowhere").headers["eirene-marking"].startswith("nothing shown")
    live.close()
