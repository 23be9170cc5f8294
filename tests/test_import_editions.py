"""Editions of one list, and imports that are taken back: on a real node, with its log and picture."""

from __future__ import annotations

import csv
import io
import itertools
import uuid
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eirene.app import Node
from eirene.config import Settings
from eirene.desks import importing as desk
from eirene.desks.importing import Vanished
from eirene.desks.runs import Stopped
from eirene.errors import InvalidQuery, NotAllowed, Unavailable
from eirene.imports import run as importer
from eirene.imports.deciding import Decided
from eirene.imports.run import Plan
from eirene.keys.lock import Lock
from eirene.keys.store import KeyStore
from eirene.picture import Query, Row, many, search
from eirene.picture.imports import Imported, state_of
from eirene.release.reader import Reader
from eirene.reports.acts.imported import is_made
from eirene.reports.flat import content_values
from eirene.web import bring
from eirene.web.bring import filed, planned
from eirene.web.undoing import told
from import_files import a_file, a_mapping, sums

_numbers = itertools.count()
List = Mapping[int, int | None]
"""Number of a site in a list -> people there."""
A_LIST = st.dictionaries(st.integers(1, 9), st.none() | st.integers(0, 3), max_size=6)
FEW = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


class Office:
    """A node with people who import."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        KeyStore.create(
            folder / "node" / "keys", Lock("plain"), realm="exercise", node="n", owner="mission"
        ).close()
        self.node = Node(Settings(data=str(folder / "node")), Lock("plain"), sync=False)
        self.duty = _reader("duty", "mission")

    def plan(self, told: List | str, source: str, reader: Reader | None = None) -> Plan:
        text = told if isinstance(told, str) else _csv(told)
        mapping = a_mapping(
            fields={"name": "name", "people": "people"}, row_id=["id"], source=source
        )
        return planned(
            self.node, reader or self.duty, a_file(self.folder, text), mapping, _quiet,
            kind="site", compartment="mission", look=False,
        )  # fmt: skip

    def bring(
        self, told: List | str, source: str, reader: Reader | None = None, *, withdraw: bool = False
    ) -> tuple[Plan, Vanished | None]:
        reader = reader or self.duty
        made = self.plan(told, source, reader)
        done, gone = filed(self.node, reader, made, _quiet, withdraw=withdraw)
        assert done == sums(made)[0]
        return made, gone

    def stands(self, source: str) -> dict[str, int | None]:
        """Name -> people of all that a source says now."""
        found = search(self.node.picture, self.duty, Query(q=source, limit=1_000))
        rows = [row for row in found.rows if row.source == source and row.current]
        assert not any(row.conflict for row in found.rows)
        told = [_said(row) for row in rows]
        assert len({name for name, _ in told}) == len(told), "an entity stands twice"
        return dict(told)

    def last(self) -> Imported:
        return next(one for one in self.node.importing.all(self.duty) if not one.undoes)

    def undo(self, one: Imported, reader: Reader | None = None) -> tuple[int, int, int, int]:
        would = self.node.importing.would_undo(reader or self.duty, one.id)
        did = self.node.importing.undo(reader or self.duty, one.id)
        assert (did.withdrawn, did.restored, did.kept_all, did.gone) == (
            would.withdrawn,
            would.restored,
            would.kept_all,
            would.gone,
        ), "what is said before is what is done"
        return did.withdrawn, did.restored, did.kept_all, did.gone


def _said(row: Row) -> tuple[str, int | None]:
    values = content_values(row.body)
    return values["name"], values.get("people")


def _reader(account: str, organisation: str, *may_file: str) -> Reader:
    return Reader(
        account=account,
        role="",
        organisation=organisation,
        compartments=frozenset({"mission"}),
        may_file=frozenset(may_file or {"mission"}),
    )


def _quiet(_line: dict[str, object]) -> None:
    pass


def _csv(told: List) -> str:
    rows = [f"{n},Site {n},{'' if people is None else people}" for n, people in told.items()]
    return "\n".join(["id,name,people", *rows, ""])


def _a_source() -> str:
    return f"edition{next(_numbers):05}"


def _named(told: List) -> dict[str, int | None]:
    return {f"Site {n}": people for n, people in told.items()}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    made = Office(tmp_path_factory.mktemp("editions"))
    yield made
    made.node.close()


@pytest.fixture
def source() -> str:
    return _a_source()


@FEW
@given(editions=st.lists(A_LIST, min_size=1, max_size=4))
def test_editions_come_to_what_the_last_one_says(office: Office, editions: list[List]) -> None:
    step, whole = _a_source(), _a_source()
    for one in editions:
        office.bring(one, step, withdraw=True)
        assert office.stands(step) == _named(one)
    office.bring(editions[-1], whole)
    assert office.stands(step) == office.stands(whole)


@FEW
@given(told=A_LIST, cuts=st.lists(st.integers(0, 6), max_size=3))
def test_a_list_in_parts_is_the_same_as_in_one(office: Office, told: List, cuts: list[int]) -> None:
    parted, whole = _a_source(), _a_source()
    rows = list(told.items())
    edges = [0, *sorted(cuts), len(rows)]
    for start, end in itertools.pairwise(edges):
        office.bring(dict(rows[start:end]), parted)
    office.bring(told, whole)
    assert office.stands(parted) == office.stands(whole) == _named(told)


@FEW
@given(before=A_LIST, after=A_LIST, withdraw=st.booleans())
def test_taking_back_restores_what_was_there(
    office: Office, before: List, after: List, withdraw: bool
) -> None:
    source = _a_source()
    office.bring(before, source)
    there = office.stands(source)
    made, _ = office.bring(after, source, withdraw=withdraw)
    now = office.stands(source)
    _, _, kept, gone = office.undo(office.last())
    assert office.stands(source) == there == _named(before)
    assert (kept, gone) == (0, 0)
    office.bring(after, source, withdraw=withdraw)
    assert office.stands(source) == now, "and it can be brought again"
    assert made.rows == len(after)


def test_an_import_is_recorded_with_what_became_of_its_rows(office: Office, source: str) -> None:
    office.bring("id,name,people\n1,A,1\n1,A,1\n2,B,many\n\n3,C,\n", source)
    one = office.last()
    assert (one.file, one.source, one.account, one.compartment) == (
        "list.csv",
        source,
        "duty",
        "mission",
    )
    assert one.sums is not None and one.ended is not None
    found = one.sums
    assert (found.rows, found.reports, found.repeats, found.rejects) == (4, 2, 1, 1)
    assert one.filed == 2 and len(one.sha256) == 32


def test_a_newer_edition_brings_only_what_changed(office: Office, source: str) -> None:
    office.bring({1: 1, 2: 2, 3: 3}, source)
    made, gone = office.bring({1: 1, 2: 5, 4: 4}, source)
    assert (made.reports, made.amendments, made.repeats) == (2, 1, 1)
    assert gone is not None
    assert [_said(row)[0] for row in gone.rows] == ["Site 3"], "said, and kept"
    assert office.stands(source) == _named({1: 1, 2: 5, 3: 3, 4: 4})
    made, gone = office.bring({1: 1, 2: 5, 4: 4}, source, withdraw=True)
    assert (made.reports, made.repeats) == (0, 3)
    assert gone is not None and len(gone.rows) == 1
    assert office.stands(source) == _named({1: 1, 2: 5, 4: 4})


def test_a_list_is_the_same_one_in_the_other_format(office: Office, source: str) -> None:
    office.bring({1: 1, 2: 2}, source)
    book = openpyxl.Workbook()
    (sheet,) = book.worksheets
    for row in csv.reader(io.StringIO(_csv({1: 1, 2: 5}))):
        sheet.append([int(cell) if cell.isdigit() else cell for cell in row])
    book.save(office.folder / "list.xlsx")
    mapping = a_mapping(fields={"name": "name", "people": "people"}, row_id=["id"], source=source)
    made = planned(
        office.node, office.duty, office.folder / "list.xlsx", mapping, _quiet,
        kind="site", compartment="mission", look=False,
    )  # fmt: skip
    _, gone = filed(office.node, office.duty, made, _quiet, withdraw=False)
    assert (made.reports, made.amendments, made.repeats) == (1, 1, 1)
    assert gone is None or not gone.rows


def test_what_a_person_changed_is_neither_withdrawn_nor_taken_back(
    office: Office, source: str
) -> None:
    office.bring({1: 1, 2: 2}, source)
    first = office.last()
    found = search(office.node.picture, office.duty, Query(q=source, limit=10)).rows
    row = next(row for row in found if _said(row)[0] == "Site 1")
    flat = {"kind": "site", "type": "other", "name": "Site 1", "people": 7, "source": source}
    mine = {"amends": [row.id.hex()], "compartment": "mission", "client_id": str(uuid.uuid4())}
    office.node.filing.file_now(office.duty, [flat | mine])
    made, gone = office.bring({2: 2}, source, withdraw=True)
    assert gone is not None
    assert ([_said(one) for one in gone.kept], gone.rows) == ([("Site 1", 7)], [])
    assert office.undo(first) == (1, 0, 1, 0)
    assert office.stands(source) == {"Site 1": 7}
    assert made.repeats == 1


def test_a_reject_is_not_taken_for_vanished(office: Office, source: str) -> None:
    office.bring({1: 1, 2: 2}, source)
    _, gone = office.bring("id,name,people\n1,Site 1,many\n2,Site 2,2\n", source, withdraw=True)
    assert gone is None and office.stands(source) == _named({1: 1, 2: 2})
    with pytest.raises(InvalidQuery, match="have no number"):
        office.bring("id,name,people\n,Site 1,1\n", source, withdraw=True)
    assert office.stands(source) == _named({1: 1, 2: 2}), "nothing is withdrawn on a guess"


def test_only_who_may_file_there_takes_an_import_back(office: Office, source: str) -> None:
    office.bring({1: 1}, source)
    one = office.last()
    for reader in (_reader("other", "ngo-a"), _reader("looker", "mission", "elsewhere")):
        with pytest.raises(NotAllowed):
            office.node.importing.undo(reader, one.id)
    blind = Reader(account="blind", role="", organisation="mission", compartments=frozenset())
    with pytest.raises(Unavailable):
        office.node.importing.undo(blind, one.id)
    assert office.node.importing.all(blind) == []
    assert office.undo(one) == (1, 0, 0, 0)
    assert office.undo(one) == (0, 0, 0, 1), "again changes nothing"
    back = office.node.importing.all(office.duty)[0]
    assert back.undoes == one.id
    with pytest.raises(InvalidQuery):
        office.node.importing.undo(office.duty, back.id)


def test_what_a_person_withdrew_stays_withdrawn(office: Office, source: str) -> None:
    office.bring({1: 1}, source)
    row = search(office.node.picture, office.duty, Query(q=source, limit=10)).rows[0]
    gone = {"kind": "withdrawal", "amends": [row.id.hex()], "reason": "not-true"}
    office.node.filing.file_now(office.duty, [gone])
    made, _ = office.bring({1: 1}, source)
    assert (made.reports, made.repeats) == (0, 1)
    made, _ = office.bring({1: 2}, source)
    assert (made.reports, made.repeats) == (0, 1)
    assert any("stays withdrawn" in what for what, _, _ in made.odd)


def test_a_rebuilt_picture_knows_the_imports(office: Office, source: str) -> None:
    office.bring({1: 1}, source)
    before = office.node.importing.all(office.duty)
    office.node.rebuild()
    assert office.node.importing.all(office.duty) == before


def test_what_a_name_was_decided_to_mean_is_kept_for_who_may_read_it(office: Office) -> None:
    desk = office.node.importing
    desk.name(office.duty, "mission", {"Bangi": "Bangui", "CF712": "CF71"})
    desk.name(office.duty, "mission", {"CF712": ""})
    assert desk.names(office.duty, "mission").own == {"Bangi": "Bangui"}
    before = office.node.log.last_lsn
    desk.name(office.duty, "mission", {"Bangi": "Bangui"})
    assert office.node.log.last_lsn == before, "what is kept is not told again"
    blind = Reader(account="blind", role="", organisation="mission", compartments=frozenset())
    assert desk.names(blind, "mission").own == {}
    with pytest.raises(NotAllowed):
        desk.name(blind, "mission", {"A": "B"})


def test_what_a_name_means_is_known_where_it_was_said_and_nobody_else_s_word_moves_a_place(
    office: Office,
) -> None:
    desk = office.node.importing
    ngo = _reader("focal", "ngo", "mission", "command")
    desk.name(ngo, "mission", {"Bangui": "CF61", "La Ville": "CF61"})
    desk.name(ngo, "command", {"Objective One": "CF61"})
    duty = msgspec.structs.replace(office.duty, compartments=frozenset(("mission", "command")))
    told = desk.names(duty, "mission").others
    assert told == {"Bangui": "CF61", "La Ville": "CF61"}, "of command, it would stand in a report"
    assert desk.names(duty, "command").others == {"Objective One": "CF61"}
    desk.name(ngo, "mission", {"La Ville": ""})
    assert desk.names(office.duty, "mission").others == {"Bangui": "CF61"}


@pytest.fixture
def two_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importer, "BLOCK", 2)
    monkeypatch.setattr(desk, "BLOCK", 2)


FIVE = {n: n for n in range(5)}


def test_an_import_stops_between_two_blocks_and_the_rest_comes_later(
    office: Office, source: str, two_at_a_time: None
) -> None:
    ids: list[str] = []

    def heard(line: dict[str, Any]) -> None:
        ids.extend([line["import"]] if "import" in line else [])

    def stop(_block: Sequence[Decided]) -> None:
        office.node.importing.stop(office.duty, bytes.fromhex(ids[0]))

    made = office.plan(FIVE, source)
    with pytest.raises(Stopped):
        filed(office.node, office.duty, made, heard, stop)
    one = office.last()
    assert (one.id.hex(), one.filed, state_of(one)) == (ids[0], 2, "stopped")
    assert one.sums is not None and (one.sums.rows, one.sums.reports) == (2, 2)
    assert len(office.stands(source)) == 2, "what it filed stays"
    with pytest.raises(InvalidQuery, match="Nothing is at work"):
        office.node.importing.stop(office.duty, one.id)
    assert office.node.importing.unfinished(office.duty, made.record, "mission") == [one]
    again, _ = office.bring(FIVE, source)
    assert sums(again) == (3, 2, 0, 0), "the same file adds only the rest"
    assert office.stands(source) == _named(FIVE)
    assert office.node.importing.unfinished(office.duty, made.record, "mission") == []


def test_an_import_that_a_dead_node_cut_off_is_known_as_far_as_it_came(
    office: Office, source: str, two_at_a_time: None
) -> None:
    made = office.plan(FIVE, source)
    run = office.node.importing.begin(office.duty, "mission", made.record)
    block = next(made.blocks())
    run.file([one.draft for one in block if one.draft is not None])
    run.wait()  # durable; and here the node dies: nothing is told of the end
    assert told([office.last()], office.node.importing)[0]["state"] == "at-work"
    office.node.importing.left(run)
    one = office.last()
    assert (one.filed, one.sums, state_of(one)) == (2, None, "cut-off")
    again, _ = office.bring(FIVE, source)
    assert sums(again) == (3, 2, 0, 0)
    assert office.stands(source) == _named(FIVE)


def test_an_import_that_fails_says_so(office: Office, source: str, two_at_a_time: None) -> None:
    def fail(_block: Sequence[Decided]) -> None:
        if office.node.importing.run_of(office.node.importing.at_work("")[0]).rows:  # pyright: ignore[reportOptionalMemberAccess]
            raise OSError("the stick was pulled out")

    with pytest.raises(OSError, match="stick"):
        filed(office.node, office.duty, office.plan(FIVE, source), _quiet, fail)
    one = office.last()
    assert (one.filed, one.sums, state_of(one)) == (2, None, "failed")
    assert office.node.importing.at_work("") == []


def test_taking_back_stops_too_and_once_more_does_the_rest(
    office: Office, source: str, two_at_a_time: None
) -> None:
    office.bring(FIVE, source)
    one = office.last()

    def stop(_filed: int) -> None:
        office.node.importing.stop(office.duty, one.id)

    first = office.node.importing.undo(office.duty, one.id, progress=stop)
    assert (first.withdrawn, first.stopped) == (2, True)
    assert told(office.node.importing.all(office.duty), office.node.importing)[0]["undone"] is None
    rest = office.node.importing.undo(office.duty, one.id)
    assert (rest.withdrawn, rest.gone, rest.stopped) == (3, 2, False)
    assert told(office.node.importing.all(office.duty), office.node.importing)[0]["undone"]


def test_nothing_is_taken_back_while_it_is_filed_or_taken_back(
    office: Office, source: str, two_at_a_time: None
) -> None:
    importing = office.node.importing
    refused: list[str] = []

    def heard(line: dict[str, Any]) -> None:
        if "progress" in line:
            undo()

    def undo(*_: object) -> None:
        running = importing.at_work("")[0]
        run = importing.run_of(running)
        assert run is not None and run.wait()
        with pytest.raises(InvalidQuery) as caught:
            importing.undo(office.duty, running)
        refused.append(caught.value.message)

    filed(office.node, office.duty, office.plan(FIVE, source), heard)
    assert set(refused) == {"This import is still being filed."}
    refused.clear()
    one = office.last()
    assert importing.undo(office.duty, one.id, progress=undo).withdrawn == 5
    assert set(refused) == {"This import is being taken back already."}


def test_two_people_do_not_bring_one_list_at_the_same_time(office: Office, source: str) -> None:
    """Each would take all rows for new, and every entity would be told twice, in conflict."""
    other = _reader("second", "mission")
    mine, theirs = office.plan(FIVE, source), office.plan(FIVE, source, other)
    refused: list[str] = []

    def heard(line: dict[str, Any]) -> None:
        if "import" in line:
            with pytest.raises(
                InvalidQuery, match="duty is at work on a list of this source"
            ) as one:
                filed(office.node, other, theirs, _quiet)
            refused.append(one.value.remedy or "")

    assert filed(office.node, office.duty, mine, heard)[0] == 5
    assert refused == ["Wait until that is done, then look at the table again."]
    assert filed(office.node, other, theirs, _quiet)[0] == 0, "now they are there"
    assert office.stands(source) == _named(FIVE)
    stranger = _reader("focal", "ngo", "mission")
    with office.node.importing.begin(office.duty, "mission", mine.record):
        office.node.importing.begin(stranger, "mission", mine.record).__exit__(None, None, None)


def test_a_stop_is_heard_while_what_vanished_is_withdrawn(
    office: Office, source: str, two_at_a_time: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bring, "BLOCK", 2)
    office.bring(FIVE, source)
    made = office.plan({9: 9}, source)

    def check() -> None:
        run = office.node.importing.run_of(office.node.importing.at_work("")[0])
        assert run is not None
        run.wait()
        if len(office.stands(source)) < 6:
            raise Stopped

    with pytest.raises(Stopped):
        filed(office.node, office.duty, made, _quiet, withdraw=True, check=check)
    left = len(office.stands(source))
    assert 1 < left < 6, "what it withdrew stays withdrawn, and the rest stands"


def test_only_the_organisation_that_imports_stops_it(office: Office, source: str) -> None:
    made = office.plan(FIVE, source)
    with office.node.importing.begin(office.duty, "mission", made.record) as run:
        with pytest.raises(NotAllowed):
            office.node.importing.stop(_reader("other", "ngo"), run.id)
        blind = msgspec.structs.replace(office.duty, compartments=frozenset[str]())
        with pytest.raises(Unavailable):
            office.node.importing.stop(blind, run.id)
        run.check()


def test_what_a_person_files_is_never_taken_for_an_imports(office: Office, source: str) -> None:
    flats = [
        {"kind": "site", "type": "other", "name": f"{source} {n}", "compartment": "mission"}
        for n in range(100)
    ]
    filed = office.node.filing.file_now(office.duty, flats)
    rows = many.reports(office.node.picture, office.duty, [one.id for one in filed])
    assert len(rows) == 100
    assert not any(is_made(row.body.client_id) for row in rows.values())
