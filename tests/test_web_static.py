"""The client and the base map: the only material that a browser may keep."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest

from eirene.web import static
from web_node import WebNode

JOC = "joc-duty-officer"
SCRIPT = b"console.log('eirene');" * 100


@pytest.fixture
def web(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[WebNode]:
    built = tmp_path / "static"
    (built / "assets").mkdir(parents=True)
    (built / "index.html").write_bytes(b"<!doctype html><title>Eirene</title>")
    (built / "icon.svg").write_bytes(b"<svg/>")
    (built / "assets" / "index-abc.js").write_bytes(SCRIPT)
    (built / "assets" / "index-abc.js.gz").write_bytes(gzip.compress(SCRIPT))
    (built / "assets" / "index-abc.js.br").write_bytes(b"as brotli")
    (built / "assets" / "worker-abc.mjs").write_bytes(b"1")
    (tmp_path / "secret.txt").write_text("secret")
    maps = tmp_path / "basemap"
    maps.mkdir()
    (maps / "maps.json").write_text(
        '[{"id": "world", "title": "World", "file": "w.pmtiles", "order": 0}]'
    )
    (maps / "w.pmtiles").write_bytes(bytes(range(100)))
    monkeypatch.setattr(static, "STATIC", built)
    monkeypatch.setattr(static, "BASEMAP", maps)
    monkeypatch.setattr(static, "ODBL", tmp_path / "odbl")
    made = WebNode(tmp_path / "node")
    yield made
    made.close()


def test_hashed_names_may_be_kept_for_ever_and_the_page_is_asked_for_again(web: WebNode) -> None:
    page = web.get(None, "/")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["cache-control"] == "no-cache"
    script = web.get(None, "/assets/index-abc.js", headers={"Accept-Encoding": "identity"})
    assert script.content == SCRIPT
    assert script.headers["content-type"].startswith("text/javascript")
    assert "immutable" in script.headers["cache-control"]
    assert (
        web.get(None, "/assets/worker-abc.mjs")
        .headers["content-type"]
        .startswith("text/javascript")
    )
    assert web.get(None, "/icon.svg").headers["content-type"].startswith("image/svg+xml")


@pytest.mark.parametrize(
    ("accepts", "coding"),
    [("gzip, br", "br"), ("br;q=0.5, gzip", "br"), ("gzip", "gzip"), ("identity", None)],
)
def test_what_was_compressed_when_built_is_sent_so(
    web: WebNode, accepts: str, coding: str | None
) -> None:
    response = web.ask(None, "HEAD", "/assets/index-abc.js", headers={"Accept-Encoding": accepts})
    assert response.headers.get("content-encoding") == coding
    assert response.headers["vary"] == "Accept-Encoding"


def test_an_unchanged_file_is_not_sent_twice(web: WebNode) -> None:
    tag = web.get(None, "/").headers["etag"]
    again = web.get(None, "/", headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/assets/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "//etc/hostname",
        "/assets/",
        "/assets/index-abc.js.br",
        "/assets/none.js",
        "/index.html%00",
    ],
)
def test_nothing_outside_the_folder_is_reached(web: WebNode, path: str) -> None:
    assert web.get(None, path).status_code in (400, 401)
    known = web.get(JOC, path)
    assert known.status_code == 404
    assert b"secret" not in known.content


def test_a_client_that_is_not_built_says_how_to_build_it(
    web: WebNode, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(static, "STATIC", tmp_path / "nothing")
    response = web.get(None, "/")
    assert response.status_code == 200
    assert "./run" in response.text


def test_maps_are_listed_with_their_address(web: WebNode) -> None:
    told = web.get(JOC, "/api/map").json()
    assert told["maps"] == [
        {"id": "world", "title": "World", "order": 0, "url": "/basemap/world.pmtiles"}
    ]
    assert len(told["bbox"]) == 4


@pytest.mark.parametrize(
    ("wanted", "status", "span", "told"),
    [
        (None, 200, (0, 100), None),
        ("bytes=0-9", 206, (0, 10), "bytes 0-9/100"),
        ("bytes=90-", 206, (90, 100), "bytes 90-99/100"),
        ("bytes=-5", 206, (95, 100), "bytes 95-99/100"),
        ("bytes=50-500", 206, (50, 100), "bytes 50-99/100"),
        ("bytes=100-", 416, (0, 0), "bytes */100"),
        ("bytes=9-1", 416, (0, 0), "bytes */100"),
        ("bytes=-0", 416, (0, 0), "bytes */100"),
        ("bytes=0-1,5-6", 200, (0, 100), None),
        ("lines=1-2", 200, (0, 100), None),
    ],
)
def test_a_map_is_read_by_ranges(
    web: WebNode, wanted: str | None, status: int, span: tuple[int, int], told: str | None
) -> None:
    headers = {"Range": wanted} if wanted else {}
    response = web.get(JOC, "/basemap/world.pmtiles", headers=headers)
    assert (response.status_code, response.headers.get("content-range")) == (status, told)
    assert response.headers["etag"].startswith('"')
    assert "content-encoding" not in response.headers
    if status != 416:
        assert response.content == bytes(range(*span))
    else:
        assert response.json()["field"] == "Range"


def test_a_range_of_another_state_of_the_file_is_the_whole_file(web: WebNode) -> None:
    headers = {"Range": "bytes=0-9", "If-Range": '"other"'}
    assert web.get(JOC, "/basemap/world.pmtiles", headers=headers).status_code == 200


def test_a_map_needs_an_account(web: WebNode) -> None:
    assert web.get(None, "/basemap/world.pmtiles").status_code == 401
    assert web.get(JOC, "/basemap/none.pmtiles").status_code == 404
