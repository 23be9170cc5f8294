"""The reader's rule: one fragment of SQL, with values bound, that SQLite takes into the query."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import apsw
import pytest

from eirene.errors import Unavailable
from eirene.picture import Query, counts, entity_by_id, report_by_id, search, suggest
from eirene.release.reader import NOBODY, Reader
from eirene.release.visibility import bits, visibility
from picture_world import World, a_reader, an_id, picture_of


def test_names_of_compartments_are_bound_and_never_part_of_the_sql():
    rule = visibility(a_reader("command", "x') OR 1=1 --"))
    assert "command" not in rule.sql
    assert "1=1" not in rule.sql
    assert rule.params == {"reader": frozenset(("command", "x') OR 1=1 --"))}


def test_the_rule_is_the_same_text_for_all_readers():
    assert (
        visibility(a_reader("a", "b")).sql
        == visibility(a_reader("c")).sql
        == visibility(NOBODY).sql
    )


def test_nobody_sees_nothing(tmp_path: Path):
    world = World()
    one = world.tell(content={"type": "VC", "summary": "Bridge cut"})
    with closing(picture_of(tmp_path, world.entries)) as picture:
        assert search(picture, NOBODY, Query()).total == 0
        assert counts(picture, NOBODY, Query()).total == 0
        assert suggest(picture, NOBODY, "bri").words == []
        assert one.body is not None
        with pytest.raises(Unavailable):
            report_by_id(picture, NOBODY, one.body.id)


def test_role_organisation_and_account_open_nothing(tmp_path: Path):
    world = World()
    world.tell(compartment="command", owner="force")
    with closing(picture_of(tmp_path, world.entries)) as picture:
        chief = Reader(account="duty", role="administrator", organisation="force")
        assert search(picture, chief, Query()).total == 0


@pytest.mark.parametrize("number", [1, 62, 63, 64, 65, 127, 128, 129, 511, 512, 513, 520])
def test_any_number_of_compartments_is_told_apart(tmp_path: Path, number: int):
    world = World()
    names = [f'org "{at:02}\\ é' for at in range(1, 521)]
    for name in names:
        world.tell(compartment=name)
    with closing(picture_of(tmp_path, world.entries)) as picture:
        mine = names[number - 1]
        rows = search(picture, a_reader(mine), Query()).rows
        assert [row.compartment for row in rows] == [mine]
        others = a_reader(*(name for name in names if name != mine))
        assert search(picture, others, Query()).total == 519
        assert search(picture, a_reader(*names), Query()).total == 520


def test_absent_and_withheld_are_one_error(tmp_path: Path):
    world = World()
    hidden = world.tell(compartment="command")
    assert hidden.body is not None
    with closing(picture_of(tmp_path, world.entries)) as picture:
        said: list[tuple[str, str | None]] = []
        for ask in (report_by_id, entity_by_id):
            for wanted in (hidden.body.id, hidden.body.entity, an_id("absent"), b"short"):
                with pytest.raises(Unavailable) as caught:
                    ask(picture, a_reader("humanitarian"), wanted)
                said.append((caught.value.message, caught.value.remedy))
        assert len(set(said)) == 1


def test_sqlite_takes_the_rule_into_the_query():
    db = apsw.Connection(":memory:")
    db.execute("CREATE TABLE compartment (id INTEGER PRIMARY KEY, name TEXT)")
    db.execute(
        "CREATE TABLE report (rid INTEGER PRIMARY KEY, comp INTEGER, lead INTEGER, finer INTEGER)"
    )
    db.execute("CREATE TABLE finer_set (id INTEGER, comp INTEGER)")
    db.execute("CREATE INDEX by_lead ON report (lead, comp, finer)")
    rule = visibility(a_reader("a", "b"))
    sql = f"EXPLAIN QUERY PLAN SELECT count(*) FROM ({rule.sql}) AS v WHERE v.lead = 1"
    steps = " ".join(str(row[3]) for row in db.execute(sql, bits([1, 2], [])))
    assert "USING COVERING INDEX by_lead" in steps
    assert "MATERIALIZE" not in steps
    assert "CO-ROUTINE" not in steps
