"""Pictures that a person passes with a version (R07): drawn anew, and gone when it is recalled."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from attached import a_document, a_photo
from eirene.log.log import utc_now
from eirene.release.deciding import slot_after
from scanning import traces
from test_attachments import ABSENT, JOC, NGO, ORIGINAL, R07, TOKENS, attached, sealed, told
from test_release_pitfalls import EXPORTS, an_alert, line
from web_node import WebNode, wait_for


@pytest.fixture
def web(tmp_path: Path) -> Iterator[WebNode]:
    made = WebNode(tmp_path / "node", mission="car")
    yield made
    made.close()


def waits(web: WebNode, filed: dict[str, str]) -> dict[str, Any]:
    """The release to partners, as it lies on the desk."""
    assert wait_for(lambda: bool(line(web, filed)))
    return next(
        one
        for one in web.get(JOC, "/api/desk/releases").json()
        if one["report"]["id"] == filed["id"] and one["compartment"] == "partners"
    )


def decide(web: WebNode, id_: str, **said: Any) -> Any:
    return web.post(JOC, f"/api/desk/releases/{id_}", {"act": "approve", "reason": "why"} | said)


def pass_slots(web: WebNode) -> None:
    end = slot_after(slot_after(utc_now(), 60), 60)
    with web.node.releases.lock:
        web.node.releases._clock = lambda: end  # pyright: ignore[reportPrivateUsage]
    web.node.releases.tick()


def everything(web: WebNode, version: dict[str, Any]) -> bytes:
    """All that partners can fetch of it: bytes, headers, addresses."""
    paths = (
        f"/api/reports/{version['id']}",
        f"/api/entities/{version['entity']}",
        "/api/search?withdrawn=true",
        *EXPORTS,
        *(f"/api/attachments/{version['id']}{part}" for part in ("", "/thumbnail", "?n=0")),
    )
    answers = [web.get(NGO, path) for path in paths]
    return b"".join(one.content + str(one.headers).encode() for one in answers)


def test_r07_a_version_has_the_picture_and_nothing_that_the_photo_told(web: WebNode) -> None:
    (filed,) = web.file(an_alert())
    photo = attached(web, filed["id"], ORIGINAL, R07.name)
    item = waits(web, filed)
    assert item["pictures"] == [{"id": photo, "summary": R07.name}]
    before = set(sealed(web))
    response = decide(web, item["id"], pictures=[photo], chosen=[])
    assert response.status_code == 200, response.text
    pass_slots(web)
    (version,) = web.get(NGO, "/api/search").json()["reports"]
    shown = web.get(NGO, f"/api/reports/{version['id']}").json()
    assert shown["pictures"] == 1
    got = web.get(NGO, f"/api/attachments/{version['id']}")
    assert (got.status_code, got.headers["content-type"]) == (200, "image/jpeg")
    assert "partners" in got.headers["eirene-marking"]
    with Image.open(io.BytesIO(got.content)) as picture:
        assert picture.size == (160, 120)
        assert not picture.getexif()
        assert not {"exif", "xmp", "icc_profile", "comment", "photoshop"} & set(picture.info)
    assert b"Exif" not in got.content
    assert web.get(NGO, f"/api/attachments/{version['id']}/thumbnail").status_code == 200
    said = everything(web, version)
    assert not any(token.encode() in said for token in TOKENS)
    assert photo.encode() not in said
    assert version["id"] != photo
    assert len(set(sealed(web)) - before) == 2
    assert traces(web.node.folder / "attachments", ["JFIF", *TOKENS]) == []
    assert web.get(NGO, f"/api/attachments/{photo}").status_code == 404
    assert web.get(NGO, f"/api/attachments/{version['id']}?n=1").status_code == 404
    assert web.get(JOC, f"/api/attachments/{photo}").content == ORIGINAL


def test_without_a_person_s_word_no_picture_goes_with_it(web: WebNode) -> None:
    (filed,) = web.file(an_alert())
    attached(web, filed["id"], ORIGINAL)
    assert decide(web, waits(web, filed)["id"]).status_code == 200
    pass_slots(web)
    (version,) = web.get(NGO, "/api/search").json()["reports"]
    assert "pictures" not in web.get(NGO, f"/api/reports/{version['id']}").json()
    got = web.get(NGO, f"/api/attachments/{version['id']}")
    assert told(got) == told(web.get(NGO, f"/api/attachments/{ABSENT}"))


def test_a_recall_takes_the_picture_back_from_the_disk_too(web: WebNode) -> None:
    (filed,) = web.file(an_alert())
    photo = attached(web, filed["id"], ORIGINAL)
    before = sealed(web)
    item = waits(web, filed)
    assert decide(web, item["id"], pictures=[photo]).status_code == 200
    pass_slots(web)
    (version,) = web.get(NGO, "/api/search").json()["reports"]
    at = f"/api/attachments/{version['id']}"
    assert web.get(NGO, at).status_code == 200
    backup = web.node.folder.parent / "b"
    web.node.backup(backup)
    given = {path.name for path in sealed(web)} - {path.name for path in before}
    assert decide(web, item["id"], act="recall").status_code == 200
    assert told(web.get(NGO, at)) == told(web.get(NGO, f"/api/attachments/{ABSENT}"))
    assert sealed(web) == before
    assert {bytes.fromhex(name) for name in given} <= web.node.keys.drops.all()
    assert web.get(JOC, f"/api/attachments/{photo}").content == ORIGINAL


def test_pictures_that_are_refused_after_all_are_gone_from_the_disk(web: WebNode) -> None:
    (filed,) = web.file(an_alert())
    photo = attached(web, filed["id"], ORIGINAL)
    before = sealed(web)
    item = waits(web, filed)
    assert decide(web, item["id"], pictures=[photo]).status_code == 200
    assert sealed(web) != before
    assert decide(web, item["id"], act="refuse").status_code == 200
    assert sealed(web) == before


def test_only_pictures_of_the_report_itself_go_with_it(web: WebNode) -> None:
    filed, other = web.file(an_alert(), an_alert(summary="Another one"))
    paper = attached(web, filed["id"], a_document())
    elsewhere = attached(web, other["id"], a_photo())
    gone = attached(web, filed["id"], a_photo())
    taken_back = {"kind": "withdrawal", "compartment": "command", "reason": "error"}
    web.file(taken_back | {"amends": [gone]})
    item = waits(web, filed)
    assert item["pictures"] == []
    before = sealed(web)
    for wrong in (paper, elsewhere, gone, filed["id"], ABSENT):
        response = decide(web, item["id"], pictures=[wrong])
        assert (response.status_code, response.json()["field"]) == (400, "pictures")
    assert sealed(web) == before


def test_who_wants_no_pictures_does_not_agree_to_those_of_others(web: WebNode) -> None:
    (filed,) = web.file(an_alert())
    photo = attached(web, filed["id"], ORIGINAL)
    item = waits(web, filed)
    assert decide(web, item["id"], pictures=[photo]).status_code == 200
    response = decide(web, item["id"], act="edit", text="In words.", pictures=[])
    assert (response.status_code, response.json()["field"]) == (400, "pictures")


def test_nobody_agrees_to_pictures_that_he_was_not_shown(web: WebNode) -> None:
    (filed,) = web.file(an_alert())
    photo = attached(web, filed["id"], ORIGINAL)
    item = waits(web, filed)
    response = decide(web, item["id"], chosen=[photo])
    assert (response.status_code, response.json()["field"]) == (400, "pictures")
