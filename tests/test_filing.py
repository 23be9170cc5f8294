"""The filing desk: what gets in, as what, and once."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import Bench
from eirene.desks.changed import Changed
from eirene.desks.filing import FilingDesk
from eirene.errors import ContentConflict, InvalidReport, NotAllowed
from eirene.log.verify import verify
from eirene.picture import Picture, Query
from eirene.picture.queries import entity_by_id, report_by_id, search
from eirene.release.reader import Reader

DUTY = Reader(
    account="joc",
    organisation="mission",
    compartments=frozenset({"command", "mission"}),
    may_file=frozenset({"command", "mission"}),
)
NGO = Reader(
    account="ngo",
    organisation="org-a",
    compartments=frozenset({"org-a", "mission"}),
    may_file=frozenset({"org-a"}),
)


def an_incident(**changes: Any) -> dict[str, Any]:
    return {
        "kind": "incident",
        "compartment": "command",
        "type": "VC",
        "occurred": "2026-11-25T14:30Z",
        "place": "4.3612, 18.5550",
        "summary": "Market attacked",
        "killed": 1,
    } | changes


class Desk:
    """A filing desk with its log and picture."""

    def __init__(self, bench: Bench, folder: Path) -> None:
        self.bench = bench
        self.picture = Picture.open(folder / "picture", bench.keys.picture_key)
        self.rung = 0
        self.desk = FilingDesk(bench.keys, bench.log, lambda: self.picture, changed=self.ring)

    def ring(self) -> None:
        self.rung += 1

    def file(self, *flats: dict[str, Any], reader: Reader = DUTY) -> list[str]:
        return [filed.id.hex() for filed in self.desk.file_now(reader, flats)]

    def total(self, reader: Reader = DUTY) -> int:
        return search(self.picture, reader, Query()).total

    def close(self) -> None:
        self.desk.close()
        self.picture.close()


@pytest.fixture
def desk(bench: Bench, tmp_path: Path) -> Iterator[Desk]:
    made = Desk(bench, tmp_path)
    yield made
    made.close()


def test_the_filers_next_read_sees_it(desk: Desk) -> None:
    (id_,) = desk.file(an_incident())
    row = report_by_id(desk.picture, DUTY, bytes.fromhex(id_))
    assert row.body.owner == "mission"
    assert row.body.account == "joc"
    assert (desk.total(), desk.rung) == (1, 1)


def test_a_page_that_was_not_read_to_its_end_does_not_hold_the_next_read_back(desk: Desk) -> None:
    desk.file(*(an_incident() for _ in range(40)))
    for total in range(41, 45):
        (id_,) = desk.file(an_incident())
        assert report_by_id(desk.picture, DUTY, bytes.fromhex(id_))
        assert search(desk.picture, DUTY, Query(q="market", limit=1)).total == total


def test_a_list_is_all_or_nothing_and_names_the_one_at_fault(desk: Desk) -> None:
    wrong = an_incident()
    del wrong["type"]
    with pytest.raises(InvalidReport) as error:
        desk.file(an_incident(), wrong, an_incident())
    assert (error.value.index, error.value.field) == (1, "type")
    assert desk.total() == 0


def test_a_retry_is_the_same_report_and_another_author_another(desk: Desk) -> None:
    flat = an_incident(client_id=str(uuid.uuid4()), compartment="mission")
    first = desk.file(flat)
    assert desk.file(flat) == first
    other = Reader(
        account="joc2",
        organisation="mission",
        compartments=DUTY.compartments,
        may_file=DUTY.may_file,
    )
    assert desk.file(flat, reader=other) != first
    assert desk.total() == 2


def test_a_retry_within_one_post_is_one_report(desk: Desk) -> None:
    flat = an_incident(client_id=str(uuid.uuid4()))
    a, b = desk.file(flat, flat)
    assert a == b
    assert desk.total() == 1


def test_other_words_under_a_known_client_id_are_refused(desk: Desk) -> None:
    flat = an_incident(client_id=str(uuid.uuid4()))
    desk.file(flat)
    with pytest.raises(ContentConflict):
        desk.file(flat | {"killed": 2})
    assert desk.total() == 1


def test_without_client_id_two_posts_are_two_reports(desk: Desk) -> None:
    desk.file(an_incident())
    desk.file(an_incident())
    assert desk.total() == 2


def test_an_amendment_replaces_and_two_stand_side_by_side(desk: Desk) -> None:
    (first,) = desk.file(an_incident())
    (a,) = desk.file(an_incident(amends=[first], killed=2))
    (b,) = desk.file(an_incident(amends=[first], killed=3))
    row = report_by_id(desk.picture, DUTY, bytes.fromhex(a))
    view = entity_by_id(desk.picture, DUTY, row.entity)
    assert {one.id.hex() for one in view.current} == {a, b}
    desk.file(an_incident(amends=[a, b], killed=3))
    assert len(entity_by_id(desk.picture, DUTY, row.entity).current) == 1
    assert desk.total() == 1


def test_what_one_withdrew_and_another_amended_is_settled_by_naming_both(desk: Desk) -> None:
    (first,) = desk.file(an_incident())
    (gone,) = desk.file({"kind": "withdrawal", "amends": [first], "reason": "error"})
    (second,) = desk.file(an_incident(amends=[first], killed=2))
    assert report_by_id(desk.picture, DUTY, bytes.fromhex(second)).conflict
    for names, kind in (([gone], "incident"), ([second, gone], "alert")):
        with pytest.raises(InvalidReport) as error:
            desk.file(an_incident() | {"kind": kind, "amends": names})
        assert error.value.field in ("amends", "kind", "type")
    (third,) = desk.file(an_incident(amends=[second, gone], killed=2))
    assert not report_by_id(desk.picture, DUTY, bytes.fromhex(third)).conflict
    assert desk.total() == 1


def test_only_the_owner_amends_and_absent_is_as_withheld(desk: Desk) -> None:
    (seen,) = desk.file(an_incident(compartment="mission"))
    (hidden,) = desk.file(an_incident())
    ngo = an_incident(compartment="org-a")
    with pytest.raises(NotAllowed):
        desk.file(ngo | {"amends": [seen]}, reader=NGO)
    errors: list[tuple[str, str | None, str | None]] = []
    for id_ in (hidden, "0" * 32):
        with pytest.raises(InvalidReport) as error:
            desk.file(ngo | {"amends": [id_]}, reader=NGO)
        errors.append((error.value.message, error.value.field, error.value.remedy))
    assert errors[0] == errors[1]


def test_what_others_say_stands_beside_it_by_a_link(desk: Desk) -> None:
    (seen,) = desk.file(an_incident(compartment="mission"))
    note = {
        "kind": "note",
        "compartment": "org-a",
        "summary": "We saw it too",
        "links": [{"role": "about", "report": seen}],
    }
    (mine,) = desk.file(note, reader=NGO)
    row = report_by_id(desk.picture, NGO, bytes.fromhex(mine))
    view = entity_by_id(desk.picture, NGO, row.entity)
    assert [link.row.id.hex() for link in view.links_out] == [seen]
    assert len(entity_by_id(desk.picture, DUTY, view.links_out[0].row.entity).links_in) == 0


def test_a_compartment_that_is_not_cleared_is_refused(desk: Desk) -> None:
    for compartment in ("public", "sources", "no-such-thing"):
        with pytest.raises(NotAllowed) as error:
            desk.file(an_incident(compartment=compartment))
        assert error.value.field == "compartment"
    with pytest.raises(InvalidReport) as missing:
        desk.file({k: v for k, v in an_incident().items() if k != "compartment"})
    assert "command, mission" in (missing.value.remedy or "")


def test_a_withdrawal_ends_an_entity_and_stays_in_its_history(desk: Desk) -> None:
    (first,) = desk.file(an_incident())
    desk.file({"kind": "withdrawal", "amends": [first], "reason": "error"})
    assert desk.total() == 0
    assert search(desk.picture, DUTY, Query(withdrawn=True)).total == 1


def test_a_picture_that_fails_is_caught_up(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.file(an_incident())

    def fails(_: object) -> None:
        raise RuntimeError("planted")

    with monkeypatch.context() as broken:
        broken.setattr(desk.picture, "fold", fails)
        (durable,) = desk.file(an_incident())
    assert desk.total() == 1
    desk.file(an_incident())
    assert desk.total() == 3
    assert report_by_id(desk.picture, DUTY, bytes.fromhex(durable))


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.integers(0, 3), min_size=1, max_size=20))
def test_posts_at_once_with_retries_are_each_one_report(desk: Desk, ids: list[int]) -> None:
    names = [str(uuid.uuid4()) for _ in range(4)]
    before = desk.total()

    async def all_at_once() -> None:
        posts = (desk.desk.file(DUTY, [an_incident(client_id=names[at])]) for at in ids)
        await asyncio.gather(*posts)

    asyncio.run(all_at_once())
    assert desk.total() - before == len(set(ids))
    assert verify(desk.bench.log, desk.bench.keys).good


def test_many_rings_before_a_listener_wakes_are_one() -> None:
    async def listen() -> list[bool]:
        bell = Changed()
        wake = bell.subscribe()
        for _ in range(1000):
            bell.ring()
        heard = [await wake.wait(1), await wake.wait(0.05)]
        wake.close()
        bell.ring()
        return [*heard, await wake.wait(0.05)]

    assert asyncio.run(listen()) == [True, False, False]
