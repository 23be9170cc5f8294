"""Import of the real UCDP file by the command line, again, and a backup of what is there then."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib import import_module
from itertools import islice
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
_ROWS, _QUICK_ROWS = 20_000, 3_000
BACKUP_RATE = 10_000.0
_BACKED_UP, _QUICK_BACKED_UP = 200_000, 20_000


def run(*, quick: bool) -> Iterator[Figure]:
    """Both, with limits of our own: nothing was promised."""
    with folder() as where:
        make_node(where / "node")
        with serving(where / "node") as served:
            for title in ("import of the UCDP file, 1,848 events", "the same import again"):
                yield _imported(served, title)
            for form, target in (("csv", CSV_RATE), ("xlsx", XLSX_RATE)):
                yield _rate(served, where / f"list.{form}", target, _QUICK_ROWS if quick else _ROWS)
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
        *("--as", "site", "--account", USER, "--compartment", "mission"),
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
        f"{took:.1f} s with the start of the command; the file is read five times, once alone "
        f"in {reading:.1f} s: {read / reading:,.0f} rows/s"
    )
    name = f"import: rows of {path.suffix[1:].upper()} into the log"
    return at_least(name, target, rows / took, "rows/s", rows, note)


def _write(path: Path, rows: int) -> None:
    """A list of sites, its headings fields of the kind."""
    head = ("id", "name", "type", "people", "latitude", "longitude", "summary")
    lines = (
        (n, f"Site {n}", "water-point", n % 900, 4 + n % 700 / 100, 15 + n % 900 / 100, "Well")
        for n in range(rows)
    )
    if path.suffix == ".csv":
        with path.open("w", newline="") as stream:
            csv.writer(stream).writerows([head, *lines])
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
