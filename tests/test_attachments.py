"""Attachments, seen from outside: what comes back to whom, and what it tells of who brought it."""

from __future__ import annotations

import io
import json
import re
import tracemalloc
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from PIL import Image

from attached import CORE, a_bomb, a_document, a_pdf, a_photo
from conftest import a_body
from eirene.errors import DiskFull
from eirene.imports.files import _worked  # pyright: ignore[reportPrivateUsage]
from eirene.imports.fileworker import Request
from scanning import traces
from test_release_pitfalls import release
from web_node import WebNode, an_incident

JOC, SECTOR, NGO = "joc-duty-officer", "sector-operations-officer", "ngo-focal-point"
R07 = Path(__file__).parent / "data" / "pitfalls" / "r07-S0.4917_W0.2042_TOKEN-NAME-7141.jpg"
ORIGINAL = R07.read_bytes()
TOKENS = ("TOKEN-MAKE", "TOKEN-ARTIST", "TOKEN-SERIAL", "TOKEN-COMMENT", "TOKEN-NAME")
ABSENT = "0" * 32
SAME = re.compile("^(date|content-length|content-disposition)$")


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebNode]:
    made = WebNode(tmp_path_factory.mktemp("attach") / "node", mission="car")
    yield made
    made.close()


@pytest.fixture(scope="module")
def report(web: WebNode) -> str:
    """A report in ``command``, which an NGO does not read."""
    return web.file(an_incident(compartment="command", tlp="AMBER"))[0]["id"]


def attach(
    web: WebNode, report: str, data: bytes, name: str = "", *, role: str = JOC, **more: str
) -> httpx.Response:
    query = urlencode({"report": report, "name": name, **more})
    return web.post(role, f"/api/attachments?{query}", data)


def attached(web: WebNode, report: str, data: bytes, name: str = "", **more: str) -> str:
    """Id of an attachment that was taken."""
    response = attach(web, report, data, name, **more)
    assert response.status_code == 201, response.text
    return response.json()["id"]


def sealed(web: WebNode) -> list[Path]:
    return sorted((web.node.folder / "attachments").iterdir())


@pytest.fixture(scope="module")
def photo(web: WebNode, report: str) -> str:
    return attached(web, report, ORIGINAL, R07.name)


# -- what comes back


def test_a_photo_comes_back_byte_for_byte_as_a_file_to_keep(web: WebNode, photo: str) -> None:
    response = web.get(JOC, f"/api/attachments/{photo}")
    assert response.status_code == 200
    assert response.content == ORIGINAL
    assert response.headers["content-type"] == "image/jpeg"
    assert response.headers["content-disposition"].startswith("attachment; filename=")
    assert "TOKEN-NAME-7141.jpg" in response.headers["content-disposition"]
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in response.headers["content-security-policy"]
    assert "no-store" in response.headers["cache-control"]
    assert "command" in response.headers["eirene-marking"]


def test_it_stands_where_its_report_stands_with_its_marking_and_what_the_file_tells(
    web: WebNode, report: str, photo: str
) -> None:
    shown = web.get(SECTOR, f"/api/reports/{photo}").json()
    assert (shown["kind"], shown["compartment"], shown["tlp"]) == ("attachment", "command", "AMBER")
    assert (shown["file_type"], shown["file_bytes"]) == ("jpeg", len(ORIGINAL))
    assert (shown["width_px"], shown["height_px"]) == (160, 120)
    told = {(one["what"], one["name"]): one["value"] for one in shown["tells"]}
    assert told["position", "GPS"] == "-0.491700, -0.204197"
    assert told["person", "Artist"] == "TOKEN-ARTIST-7141"
    assert told["device", "BodySerialNumber"] == "TOKEN-SERIAL-7141"
    assert told["time", "DateTimeOriginal"] == "2025:03:10 23:30:17"
    assert ("hidden", "Thumbnail") in told
    entity = web.get(JOC, f"/api/reports/{report}").json()["entity"]
    links = web.get(JOC, f"/api/entities/{entity}").json()["links"]["in"]
    (link,) = [one for one in links if one["id"] == photo]
    assert (link["role"], link["file_type"], link["organisation"]) == ("part-of", "jpeg", "mission")


def test_a_thumbnail_is_a_picture_and_nothing_else(web: WebNode, photo: str) -> None:
    response = web.get(JOC, f"/api/attachments/{photo}/thumbnail")
    assert response.headers["content-type"] == "image/webp"
    with Image.open(io.BytesIO(response.content)) as small:
        assert small.size == (160, 120)
        assert not small.getexif()
        assert not {"exif", "xmp", "icc_profile", "comment"} & set(small.info)
    said = response.content + str(response.headers).encode()
    assert not any(token.encode() in said for token in TOKENS)


def test_on_the_disk_it_is_sealed_under_an_address_of_its_own(web: WebNode, photo: str) -> None:
    assert all(re.fullmatch("[0-9a-f]{64}", path.name) for path in sealed(web))
    assert traces(web.node.folder / "attachments", [*TOKENS, "JFIF", "Exif"]) == []
    before = set(sealed(web))
    other = web.file(an_incident())[0]["id"]
    attached(web, other, ORIGINAL)
    fresh = set(sealed(web)) - before
    assert len(fresh) == 2  # the file and its thumbnail: the same bytes lie twice
    assert ORIGINAL not in b"".join(path.read_bytes() for path in sealed(web))


# -- R06: whoever has the link has the photo


def told(response: httpx.Response) -> tuple[Any, ...]:
    headers = {k: v for k, v in response.headers.items() if not SAME.match(k)}
    return response.status_code, headers, response.content


@pytest.mark.parametrize("part", ["", "/thumbnail"])
def test_r06_who_may_not_have_it_gets_what_an_absent_one_gets(
    web: WebNode, photo: str, part: str
) -> None:
    for role in (NGO, "administrator", "anyone", None):
        for method in ("GET", "HEAD"):
            for headers in ({}, {"Range": "bytes=0-9"}, {"If-None-Match": "*"}):
                got, absent = (
                    web.ask(role, method, f"/api/attachments/{id_}{part}", headers=headers)
                    for id_ in (photo, ABSENT)
                )
                assert got.status_code == (404 if role else 401)
                assert told(got) == told(absent)
                assert role or "www-authenticate" in got.headers
    (address, *_) = sealed(web)
    for path in (f"/api/attachments/{address.name}", f"/attachments/{address.name}"):
        assert web.get(JOC, path).status_code == 404
        assert web.get(None, path).status_code == 401


def test_r06_a_token_that_was_revoked_opens_it_no_more(tmp_path: Path) -> None:
    node = WebNode(tmp_path / "node")
    try:
        of = node.file(an_incident())[0]["id"]
        at = f"/api/attachments/{attached(node, of, ORIGINAL)}"
        assert node.get(JOC, at).status_code == 200
        (token,) = node.get(JOC, "/api/tokens").json()
        node.ask(JOC, "DELETE", f"/api/tokens/{token['id']}")
        assert told(node.get(JOC, at)) == told(node.get(JOC, f"/api/attachments/{ABSENT}"))
        assert node.get(JOC, at).status_code == 401
    finally:
        node.close()


def test_r06_the_same_bytes_from_another_hand_are_taken_as_new(web: WebNode, photo: str) -> None:
    mine = web.file(an_incident(compartment="partners"), role=NGO)[0]["id"]
    fresh = attach(web, mine, a_photo("another"), role=NGO)
    known = attach(web, mine, ORIGINAL, role=NGO)
    assert fresh.status_code == known.status_code == 201
    assert fresh.json().keys() == known.json().keys()
    assert {len(one.content) for one in (fresh, known)} == {len(fresh.content)}


def test_nothing_is_attached_to_what_one_cannot_see_or_may_not_file_beside(
    web: WebNode, report: str
) -> None:
    hidden, absent = (attach(web, id_, ORIGINAL, role=NGO) for id_ in (report, ABSENT))
    assert hidden.status_code == absent.status_code == 422
    assert hidden.content == absent.content
    before = sealed(web)
    released = web.file(an_incident(compartment="partners"), role=NGO)[0]["id"]
    assert attach(web, released, ORIGINAL, role="anyone").status_code in (401, 403, 422)
    assert sealed(web) == before


# -- R07: the photo says where the informant stood


def test_r07_a_version_has_nothing_of_the_attachment(tmp_path: Path) -> None:
    """No rule passes an attachment: not by itself, and not with the report that it belongs to."""
    node = WebNode(tmp_path / "node", mission="car")
    try:
        flat = an_incident(compartment="mission", state="verified", summary="Burnt market")
        (filed,) = node.file(flat)
        photo = attached(node, filed["id"], ORIGINAL, R07.name)
        release(node, flat | {"summary": "Another one"})
        node.node.releases.tick()
        versions = node.get(NGO, "/api/search").json()["reports"]
        assert [one["kind"] for one in versions].count("incident") >= 1
        everything = b"".join(
            node.get(NGO, path).content
            for path in (
                "/api/search?withdrawn=true",
                "/api/export.csv",
                "/api/export.geojson",
                "/api/export.kml",
                "/ogc/collections/attachment/items",
                *(f"/api/entities/{one['entity']}" for one in versions),
            )
        ) + b"".join(
            node.get(NGO, f"/api/search?{urlencode({'q': token})}").content.replace(
                token.encode(), b""
            )
            for token in TOKENS
        )
        assert not any(token.encode() in everything for token in TOKENS)
        assert photo.encode() not in everything
        assert node.get(NGO, f"/api/attachments/{photo}").status_code == 404
        told_of = node.post(JOC, "/api/preview", {"report": photo}).json()["audiences"]
        assert told_of
        assert {one["outcome"] for one in told_of} == {"nothing"}
        assert node.get(JOC, f"/api/attachments/{photo}").content == ORIGINAL
    finally:
        node.close()


# -- what is taken

TAKEN = {
    "png": (a_photo("x", kind="PNG"), "image/png"),
    "webp": (a_photo("x", kind="WEBP"), "image/webp"),
    "pdf": (a_pdf("TOKEN-AUTHOR"), "application/pdf"),
    "docx": (a_document(), "application/vnd.openxmlformats-officedocument"),
    "text": ("Ils ont passé la nuit.\n".encode(), "text/plain"),
    "csv": (b"place;people\nTalvek;3\n", "text/csv"),
}


@pytest.mark.parametrize("kind", TAKEN)
def test_a_type_is_known_by_the_content(web: WebNode, report: str, kind: str) -> None:
    data, media_type = TAKEN[kind]
    name = "list.csv" if kind == "csv" else "page.html"  # what it is called says nothing
    id_ = attached(web, report, data, name)
    assert web.get(JOC, f"/api/reports/{id_}").json()["file_type"] == kind
    got = web.get(JOC, f"/api/attachments/{id_}")
    assert got.content == data
    assert got.headers["content-type"].startswith(media_type)
    picture = kind in ("png", "webp")
    small = web.get(JOC, f"/api/attachments/{id_}/thumbnail")
    assert small.status_code == (200 if picture else 404)


@pytest.mark.parametrize(("kind", "words"), [("pdf", "TOKEN-AUTHOR"), ("docx", "Someone second")])
def test_a_document_tells_who_wrote_it_and_who_changed_it(
    web: WebNode, report: str, kind: str, words: str
) -> None:
    shown = web.get(JOC, f"/api/reports/{attached(web, report, TAKEN[kind][0])}").json()
    assert words in {one["value"] for one in shown["tells"]}
    assert "history" in {one["what"] for one in shown["tells"]}


_DOCTYPE = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'
REFUSED = {
    "a page": b"<!DOCTYPE html><script>alert(1)</script>",
    "a drawing": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "a page after blanks": b"\xef\xbb\xbf \n<html>",
    "a program": b"\x7fELF\x02\x01\x01" + bytes(200),
    "an archive": a_document()[:0] + b"PK\x03\x04" + bytes(60),
    "macros": a_document(more={"word/vbaProject.bin": "x"}),
    "entities": a_document(more={"word/comments.xml": _DOCTYPE}),
    "half a photo": a_photo(size=(600, 600))[:400],
    "a bomb": a_bomb(60_000, 60_000),
    "a smaller bomb": a_bomb(7_000, 7_000),
    "nothing": b"",
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_taken_is_refused_in_words_and_leaves_nothing(
    web: WebNode, report: str, case: str
) -> None:
    before = sealed(web)
    response = attach(web, report, REFUSED[case], "holiday.jpg")
    assert response.status_code == 422
    problem = response.json()
    assert (problem["field"], bool(problem["remedy"])) == ("file", True)
    assert sealed(web) == before


def test_what_an_archive_calls_itself_is_not_unpacked_whole(web: WebNode, report: str) -> None:
    """The type is decided in the node itself, where memory is everybody's."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("mimetype", bytes(32 << 20))
        archive.writestr("word/document.xml", "<a/>")
    tracemalloc.start()
    try:
        answer = attach(web, report, packed.getvalue(), "a.docx")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert answer.status_code == 422 and answer.json()["field"] == "file", answer.text
    assert peak < 8 << 20


def test_a_file_is_opened_in_a_process_that_can_reach_nothing() -> None:
    answer, picture = _worked(Request("jpeg"), ORIGINAL)
    assert answer.held
    assert picture


def test_a_file_larger_than_the_setting_is_refused_before_it_is_read(tmp_path: Path) -> None:
    node = WebNode(tmp_path / "node", attachment_most_mib=1)
    try:
        of = node.file(an_incident())[0]["id"]
        assert attach(node, of, b"a" * (1 << 20)).status_code == 201
        refused = attach(node, of, b"a" * ((1 << 20) + 1))
        assert refused.status_code == 413
        assert "1 MiB" in refused.json()["message"]
    finally:
        node.close()


@pytest.mark.parametrize(
    ("query", "status", "field"),
    [
        ("", 400, "report"),
        ("report=x", 422, "report"),
        (f"report={ABSENT}", 422, "report"),
        ("repport=x", 400, "repport"),
        ("report={report}&client_id=x", 422, "client_id"),
    ],
)
def test_a_question_that_is_wrong_is_told_which_part(
    web: WebNode, report: str, query: str, status: int, field: str | None
) -> None:
    at = f"/api/attachments?{query.format(report=report)}"
    response = web.post(JOC, at, ORIGINAL)
    assert (response.status_code, response.json()["field"]) == (status, field)


def test_an_attachment_is_no_form_and_takes_none_itself(web: WebNode, photo: str) -> None:
    flat = {"kind": "attachment", "compartment": "mission", "file_type": "jpeg"}
    response = web.post(JOC, "/api/reports", flat)
    assert response.status_code == 422
    assert "/api/attachments" in response.json()["remedy"]
    assert "attachment" not in {one["kind"] for one in web.get(JOC, "/api/kinds").json()}
    assert attach(web, photo, ORIGINAL).status_code == 403


def test_no_original_is_read_by_everybody(web: WebNode) -> None:
    body = a_body(compartment="public", tlp="CLEAR", account=JOC)
    web.node.filing.post([body])
    response = attach(web, body.id.hex(), ORIGINAL)
    assert response.status_code == 403
    assert "public" in response.json()["message"]


# -- said again, said anew, lost


def test_the_same_post_twice_attaches_once(web: WebNode, report: str) -> None:
    client = "6f1c1b9e-3c1f-4f6e-8a53-0d6c0a4f7a11"
    first = attach(web, report, ORIGINAL, client_id=client)
    before = sealed(web)
    assert attach(web, report, ORIGINAL, client_id=client).json() == first.json()
    assert sealed(web) == before
    other = attach(web, report, a_photo(), client_id=client)
    assert (other.status_code, other.json()["field"]) == (409, "client_id")


def test_a_caption_is_amended_and_the_file_stays(web: WebNode, report: str) -> None:
    id_ = attached(web, report, ORIGINAL, "a.jpg")
    flat = {"kind": "attachment", "file_type": "jpeg", "summary": "From the bridge"}
    amended = web.file(flat | {"compartment": "command", "amends": [id_]})[0]["id"]
    assert web.get(JOC, f"/api/attachments/{amended}").content == ORIGINAL
    assert web.get(JOC, f"/api/reports/{amended}").json()["summary"] == "From the bridge"


@pytest.mark.parametrize("loss", ["gone", "cut", "changed"])
def test_a_file_that_is_lost_is_told_in_one_sentence(web: WebNode, report: str, loss: str) -> None:
    before = set(sealed(web))
    id_ = attached(web, report, b"words\n", "a.txt")
    (path,) = set(sealed(web)) - before
    data = path.read_bytes()
    path.write_bytes(
        {"cut": data[:-1], "changed": data[:-1] + bytes([data[-1] ^ 1])}.get(loss, b"")
    )
    if loss == "gone":
        path.unlink()
    response = web.get(JOC, f"/api/attachments/{id_}")
    assert response.status_code == 410
    assert response.json()["code"] == "damaged-file"
    assert "backup" in response.json()["remedy"]
    assert web.get(JOC, f"/api/reports/{id_}").status_code == 200
    assert web.get(NGO, f"/api/attachments/{id_}").status_code == 404
    (fault,) = web.node.verify().faults
    assert "a file that came with it is missing, or not whole" in str(fault)
    assert path.name not in str(fault) and "a.txt" not in str(fault)
    path.write_bytes(data)
    assert web.node.verify().good


def test_where_the_report_is_not_filed_its_file_goes(
    web: WebNode, report: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = sealed(web)

    def full(*_: Any, **__: Any) -> None:
        raise DiskFull("No room.", remedy="Make room.")

    monkeypatch.setattr(web.node.filing, "file_now", full)
    assert attach(web, report, ORIGINAL).status_code == 507
    assert sealed(web) == before


def test_a_picture_is_built_anew_without_the_files(web: WebNode, photo: str) -> None:
    folder = web.node.folder / "attachments"
    aside = folder.rename(folder.with_name("elsewhere"))
    try:
        web.node.rebuild()
        assert web.get(JOC, f"/api/reports/{photo}").status_code == 200
    finally:
        aside.rename(folder)
    assert web.get(JOC, f"/api/attachments/{photo}").content == ORIGINAL


def test_nobody_s_words_stand_in_the_example_that_is_given_out(web: WebNode) -> None:
    shown = web.get(JOC, "/api/kinds/attachment").json()
    assert "TOKEN" not in json.dumps(shown)
    assert CORE not in json.dumps(shown)
