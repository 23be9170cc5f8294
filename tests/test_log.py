"""The contract of a log: any engine behind it must pass these."""

from __future__ import annotations

import os
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import Bench, a_body
from eirene.errors import DamagedLog, DiskFull, FolderInUse, ForeignRealm, InvalidEntry
from eirene.keys.lock import Lock
from eirene.keys.store import KeyStore
from eirene.log import batch as batch_module
from eirene.log import log as log_module
from eirene.log.clock import clock_warning, tick
from eirene.log.log import Log
from eirene.log.verify import verify
from eirene.reports.envelope import Body, Opened, encode_header
from eirene.reports.packing import unpacked


def bodies_of(log: Log, after: int = 0) -> list[Body | None]:
    return [opened.body for opened in log.read(after, check=True)]


def reports(log: Log) -> list[Body]:
    """Without the introductions of the chains."""
    return [body for body in bodies_of(log) if body and body.kind != "author/1"]


def test_what_was_appended_is_read_again_in_order(bench: Bench) -> None:
    bodies = [a_body(compartment=name) for name in ("command", "mission", "command")]
    opened = bench.log.append(bodies)
    assert [one.body for one in opened] == bodies
    assert reports(bench.log) == bodies
    assert reports(bench.reopen()) == bodies


def test_each_compartment_has_a_chain_of_its_own(bench: Bench) -> None:
    first, second = bench.log.append([a_body(), a_body(compartment="mission")])
    assert first.header.author != second.header.author
    assert first.header.compartment != second.header.compartment
    assert first.header.key_id != second.header.key_id
    assert first.header.sequence == second.header.sequence == 1  # after the introduction


def test_every_single_report_and_every_256th_is_signed(bench: Bench) -> None:
    bench.log.append([a_body()])
    bench.log.append([a_body() for _ in range(600)])
    signed = [lsn for lsn, entry, _ in bench.log.read_raw() if entry.signature]
    assert signed == [1, 2, 256, 512, 602]
    assert verify(bench.log, bench.keys).good


def test_many_writers_lose_nothing_and_share_commits(bench: Bench) -> None:
    def write(mine: list[Opened]) -> None:
        for _ in range(50):
            mine.extend(bench.log.append([a_body()]))

    done: list[list[Opened]] = [[] for _ in range(8)]
    threads = [threading.Thread(target=write, args=(mine,)) for mine in done]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lsns = sorted(one.lsn for mine in done for one in mine)
    assert lsns == list(range(2, 402))
    assert verify(bench.log, bench.keys).good


def test_follow_sees_what_comes_later(bench: Bench) -> None:
    stop = threading.Event()
    seen: list[int] = []

    def watch() -> None:
        for opened in bench.log.follow(0, stop):
            seen.append(opened.lsn)
            if len(seen) == 4:
                stop.set()

    thread = threading.Thread(target=watch)
    thread.start()
    for _ in range(3):
        bench.log.append([a_body()])
    thread.join(5)
    stop.set()
    assert seen == [1, 2, 3, 4]


def test_a_second_process_is_told_that_the_folder_is_in_use(bench: Bench) -> None:
    with pytest.raises(FolderInUse) as error:
        Log.open(bench.folder / "log", bench.keys)
    assert str(bench.folder) in error.value.message


def test_a_full_disk_stores_nothing_reads_on_and_resumes(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.log.append([a_body()])
    monkeypatch.setattr(log_module, "_ROOM", 1 << 60)
    bench.log._room_checked = 0.0  # pyright: ignore[reportPrivateUsage]
    with pytest.raises(DiskFull) as error:
        bench.log.append([a_body()])
    assert "Free" in (error.value.remedy or "")
    assert len(reports(bench.log)) == 1
    monkeypatch.setattr(log_module, "_ROOM", 0)
    bench.log.append([a_body()])
    assert len(reports(bench.log)) == 2
    assert verify(bench.log, bench.keys).good


def test_a_body_that_is_too_large_is_refused_and_the_others_stay(bench: Bench) -> None:
    with pytest.raises(InvalidEntry) as error:
        bench.log.append([a_body(content={"narrative": "x" * (1 << 20)})])
    assert error.value.remedy
    bench.log.append([a_body()])
    assert verify(bench.log, bench.keys).good


def test_entries_of_another_realm_are_refused(bench: Bench, tmp_path: Path) -> None:
    other = KeyStore.create(
        tmp_path / "other",
        Lock("plain"),
        realm="live",
        node="n",
        owner="mission",
        mission=bench.keys.mission,
    )
    bench.log.append([a_body()])
    strange = Log.open(tmp_path / "log2", other)
    lsn, entry, received = next(iter(bench.log.read_raw()))
    with pytest.raises(ForeignRealm):
        strange.opened(lsn, entry, received, b"")
    strange.close()
    other.close()


def test_without_a_key_the_chain_verifies_and_the_body_is_absent(bench: Bench) -> None:
    opened = bench.log.append([a_body()])[0]
    bench.keys._keys.pop(opened.header.key_id)  # pyright: ignore[reportPrivateUsage]
    assert bodies_of(bench.log) == [None, None]
    verdict = verify(bench.log, bench.keys)
    assert verdict.good and verdict.unopened == 2


def test_a_body_of_a_later_version_is_kept_and_not_shown(bench: Bench) -> None:
    later = a_body(kind="incident/1", owner="x")
    bench.log.append([later])
    raw = [opened.raw for opened in bench.log.read()]
    assert all(raw)


def test_a_log_of_format_1_goes_on_in_format_2(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bodies = [a_body(compartment=name) for name in ("command", "mission", "command", "mission")]
    with monkeypatch.context() as before:
        before.setattr(batch_module, "FORMAT", 1)
        before.setattr(batch_module, "packed", bytes)
        before.setattr(batch_module, "packed_all", list)
        bench.log.append(bodies[:2])
    bench.log.append(bodies[2:])
    found = [opened for opened in bench.reopen().read(check=True) if opened.header.sequence]
    assert [opened.header.format for opened in found] == [1, 1, 2, 2]
    assert [opened.body for opened in found] == bodies
    assert [bool(opened.packed) for opened in found] == [False, False, True, True]
    assert all(unpacked(opened.packed) == opened.raw for opened in found[2:])
    assert verify(bench.log, bench.keys).good


@pytest.mark.parametrize("said", [1, 2])
def test_one_format_is_never_read_as_the_other(bench: Bench, said: int) -> None:
    opened = bench.log.append([a_body()])[0]
    *_, (lsn, entry, received) = bench.log.read_raw()
    header = encode_header(msgspec.structs.replace(opened.header, format=said))
    turned = msgspec.structs.replace(entry, header=header)
    if said == opened.header.format:
        assert bench.log.opened(lsn, turned, received, b"").body == opened.body
    else:
        with pytest.raises(InvalidEntry, match="does not open"):
            bench.log.opened(lsn, turned, received, b"")


def test_a_hostile_body_is_one_clear_error_that_names_its_entry(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bomb = zstandard.ZstdCompressor().compress(bytes(1 << 26))
    bench.log.append([a_body()])
    with monkeypatch.context() as enemy:
        enemy.setattr(batch_module, "packed_all", lambda _raws: [b"\1" + bomb])  # pyright: ignore[reportUnknownLambdaType]
        bench.log.append([a_body()])
    bench.log.append([a_body()])
    with pytest.raises(DamagedLog, match=r"Entry 3 of the log is damaged: The body unpacks to"):
        list(bench.log.read())
    faults = verify(bench.log, bench.keys).faults
    assert [(fault.lsn, fault.what) for fault in faults] == [(3, "altered")]


def test_the_clock_goes_on_when_the_machine_is_set_back(bench: Bench, tmp_path: Path) -> None:
    now = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
    bench.close()
    clocks = iter([now, now - timedelta(hours=5), now + timedelta(days=90), now])
    log = bench.log = Log.open(
        bench.folder / "log", KeyStore.open(bench.folder / "keys", None), clock=lambda: next(clocks)
    )
    readings = [log.append([a_body()])[0].header.clock for _ in range(4)]
    assert readings == sorted(set(readings))


def test_a_clock_that_does_not_fit_is_said_in_words() -> None:
    now = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
    last = round(now.timestamp() * 1000)
    assert clock_warning(None, now) is None
    assert clock_warning(last, now) is None
    assert "5 hours behind" in (clock_warning(last, now - timedelta(hours=5)) or "")
    assert "ahead" in (clock_warning(last, now + timedelta(days=90)) or "")


@given(st.integers(0, 2**50), st.integers(0, 2**33))
def test_a_tick_always_moves_on(last: int, now_ms: int) -> None:
    assert tick(last, now_ms) > last


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(st.sampled_from(["command", "mission", "police"]), min_size=1, max_size=30), st.data()
)
def test_any_mix_of_batches_verifies_and_reads_back(
    bench: Bench, names: list[str], data: st.DataObject
) -> None:
    before = len(reports(bench.log))
    at = 0
    while at < len(names):
        size = data.draw(st.integers(1, len(names) - at))
        bench.log.append([a_body(compartment=name) for name in names[at : at + size]])
        at += size
    found = reports(bench.log)[before:]
    assert [body.compartment for body in found] == names
    assert verify(bench.log, bench.keys).good


def test_no_plain_text_stands_in_the_log_folder(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    # packed tightly, a text that nobody sealed could not be told from one that is sealed
    monkeypatch.setattr(batch_module, "packed_all", lambda raws: [b"\0" + raw for raw in raws])  # pyright: ignore[reportUnknownLambdaType, reportUnknownVariableType]
    token = b"TOKEN-" + os.urandom(4).hex().encode()
    bench.log.append(
        [
            a_body(
                content={"summary": token.decode()},
                account=token.decode()[:20],
                owner="org-TOKEN-x",
            )
        ]
    )
    for path in (bench.folder / "log").iterdir():
        assert b"TOKEN-" not in path.read_bytes(), path


def test_who_follows_reads_the_same_whether_it_is_open_still_or_not(bench: Bench) -> None:
    first = [bench.log.append([a_body()])[0] for _ in range(2)]
    assert list(bench.log.read_new(0, 1_000)) == list(bench.log.read())  # nobody followed before
    bench.log.append([a_body(), a_body(compartment="mission")])
    stored = list(bench.log.read())
    for after, most in ((0, 9), (3, 9), (3, 1), (4, 9), (6, 9)):
        assert list(bench.log.read_new(after, most)) == stored[after : after + most]
    assert first[0].lsn == 2


def test_what_is_open_still_loses_its_body_with_its_key_or_when_it_is_dropped(
    bench: Bench,
) -> None:
    assert not list(bench.log.read_new(0, 9))
    of_mission, of_command = (
        bench.log.append([a_body(compartment=name)])[0] for name in ("mission", "command")
    )
    assert [one.body is None for one in bench.log.read_new(0, 9)] == [False] * 4
    assert next(iter(bench.log.read_new(1, 9))) == of_mission
    bench.keys._keys.pop(of_command.header.key_id)  # pyright: ignore[reportPrivateUsage]
    last = list(bench.log.read_new(1, 9))
    assert [one.body is None for one in last] == [False, True, True]
    assert not last[2].raw and not last[2].packed
    bench.log.drop_bodies([of_mission.lsn])
    assert [one.body for one in bench.log.read_new(1, 9)] == [None, None, None]
