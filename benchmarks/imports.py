"""Import of the real UCDP file by the command line, again, and a backup of what is there then."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib import import_module
from itertools import chain, islice
from pathlib import Path

from benchmarks.figures import Figure, at_least, at_most, folder
from benchmarks.log_append import open_log
from benchmarks.made import bodies
from benchmarks.served import MISSION, USER, Served, make_node, serving
from eirene.imports.readers import open_table
from eirene.missions import mission_named
from eirene.nodes.backup import backup

IMPORT_S = 10.0
CSV_RATE = 10_000.0
XLSX_RATE = 3_000.0
UNDO_S = 30.0
MEMORY_MB = 48.0
"""16 to 32 bytes a row tell rows of one number apart; 1 M rows are asked for."""
_ROWS, _QUICK_ROWS = {"csv": 100_000, "xlsx": 30_000}, {"csv": 6_000, "xlsx": 3_000}
_MEMORY, _QUICK_MEMORY = (100_000, 1_000_000), (10_000, 100_000)
BACKUP_RATE = 10_000.0
_BACKED_UP, _QUICK_BACKED_UP = 200_000, 20_000


def run(*, quick: bool) -> Iterator[Figure]:
    """Both, with limits of our own: nothing was promised."""
    with folder() as where:
        make_node(where / "node")
        with serving(where / "node") as served:
            for title in ("import of the UCDP file, 1,848 events", "the same import again"):
                yield _imported(served, title)
            rows = _QUICK_ROWS if quick else _ROWS
            for form, target in (("csv", CSV_RATE), ("xlsx", XLSX_RATE)):
                yield _rate(served, where / f"list.{form}", target, rows[form])
            yield _again(served, where / "list.csv", rows["csv"])
            yield _undone(served, rows["csv"])
        for form in ("csv", "jsonl"):
            yield _memory(where, form, *(_QUICK_MEMORY if quick else _MEMORY))
    with folder() as where:
        yield _backed_up(where, _QUICK_BACKED_UP if quick else _BACKED_UP)


def _imported(served: Served, title: str) -> Figure:
    batch = next(one for one in mission_named(MISSION).batches(None) if one.kind == "incident")
    command = [
        *(str(Path(sys.executable).with_name("eirene")), "import", str(batch.path)),
        *("--as", batch.kind, "--mapping", batch.mapping or "", "--account", USER),
        *("--compartment", "mission"),
    ]
    began = time.perf_counter()
    done = subprocess.run(
        command,
        env=os.environ | {"EIRENE_DATA": str(served.data)},
        check=True,
        capture_output=True,
        text=True,
    )
    took = time.perf_counter() - began
    said = next(line for line in done.stdout.splitlines() if "rows =" in line)
    return at_most(f"import: {title}", IMPORT_S, took, "s", 1, f"{said}; start of the command too")


def _rate(served: Served, path: Path, target: float, rows: int) -> Figure:
    """A long list through the command into the log, and what part of it is reading the file."""
    _write(path, rows)
    began = time.perf_counter()
    table = open_table(path)
    read = sum(1 for _ in table.rows())
    reading = time.perf_counter() - began
    command = [
        *(str(Path(sys.executable).with_name("eirene")), "import", str(path)),
        *("--as", "site", "--yes", "--account", USER, "--compartment", "mission"),
    ]
    began = time.perf_counter()
    subprocess.run(
        command,
        env=os.environ | {"EIRENE_DATA": str(served.data)},
        check=True,
        capture_output=True,
    )
    took = time.perf_counter() - began
    note = (
        f"{took:.1f} s with the start of the command, its record and what vanished; reading the "
        f"file alone takes {reading:.1f} s: {read / reading:,.0f} rows/s"
    )
    name = f"import: rows of {path.suffix[1:].upper()} into the log"
    return at_least(name, target, rows / took, "rows/s", rows, note)


def _again(served: Served, path: Path, rows: int) -> Figure:
    """The same list once more: all repeats."""
    took = _command(served, str(path), "--as", "site", "--yes", "--compartment", "mission")
    return at_least(
        "import: rows of CSV that are there already", CSV_RATE, rows / took, "rows/s", rows
    )


def _undone(served: Served, rows: int) -> Figure:
    """Taking back the import of the CSV; what 100,000 rows would take."""
    listed = _said(served, "--list")
    id_ = next(line.split()[0] for line in listed.splitlines() if f" {rows:,} " in line)
    took = _command(served, "--undo", id_)
    note = f"{took:.1f} s for {rows:,}, with the start of the command"
    return at_most(
        "import: 100,000 rows taken back", UNDO_S, took * 100_000 / rows, "s", rows, note
    )


def _command(served: Served, *words: str) -> float:
    began = time.perf_counter()
    _said(served, *words)
    return time.perf_counter() - began


def _said(served: Served, *words: str) -> str:
    command = [str(Path(sys.executable).with_name("eirene")), "import", *words, "--account", USER]
    environment = os.environ | {"EIRENE_DATA": str(served.data)}
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return done.stdout


_LOOK = """
import resource, sys
from datetime import UTC, datetime
from pathlib import Path
from eirene.imports.run import plan
made = plan(Path(sys.argv[1]), kind="site", mapping=None, compartment="mission", zone="UTC",
            now=datetime.now(UTC), find=None)
# a long table is read in a process of its own: its memory counts as well; of this one, what it
# took itself: ru_maxrss begins with what its parent had
own = int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])
print(made.reports, own + resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def _memory(where: Path, form: str, few: int, many: int) -> Figure:
    """What looking at a long list takes in memory beyond looking at a short one."""
    peaks: list[int] = []
    for rows in (few, many):
        path = where / f"long.{form}"
        _write(path, rows)
        done = subprocess.run(
            [sys.executable, "-c", _LOOK, str(path)], check=True, capture_output=True, text=True
        )
        reports, peak = map(int, done.stdout.split())
        assert reports == rows
        peaks.append(peak)
    more = (peaks[1] - peaks[0]) / 1024
    note = f"{peaks[0] / 1024:,.0f} MB for {few:,} rows, {peaks[1] / 1024:,.0f} MB for {many:,}"
    return at_most(f"import: memory for a longer {form.upper()}", MEMORY_MB, more, "MB", many, note)


def _write(path: Path, rows: int) -> None:
    """A list of sites, its headings fields of the kind."""
    head = ("id", "name", "type", "people", "latitude", "longitude", "summary")
    lines = (
        (n, f"Site {n}", "water-point", n % 900, 4 + n % 700 / 100, 15 + n % 900 / 100, "Well")
        for n in range(rows)
    )
    if path.suffix == ".jsonl":
        with path.open("wb") as stream:
            for line in lines:
                stream.write(json.dumps(dict(zip(head, line, strict=True))).encode() + b"\n")
        return
    if path.suffix == ".csv":
        with path.open("w", newline="") as stream:
            csv.writer(stream).writerows(chain([head], lines))
        return
    book = import_module("openpyxl").Workbook(write_only=True)
    sheet = book.create_sheet("Sites")
    for line in (head, *lines):
        sheet.append(line)
    book.save(path)


def _backed_up(where: Path, size: int) -> Figure:
    keys, log = open_log(where)
    try:
        stream = bodies(size)
        while page := list(islice(stream, 1_000)):
            log.append(page)
        (where / "attachments").mkdir()
        target = where / "backup"
        began = time.perf_counter()
        backup(log, keys, where / "attachments", target, None)
        took = time.perf_counter() - began
        weight = target.stat().st_size / size
    finally:
        log.close()
        keys.close()
    note = f"{took:.1f} s; {weight:,.0f} bytes a report"
    return at_least("backup, checked", BACKUP_RATE, size / took, "reports/s", size, note)
