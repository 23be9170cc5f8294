"""A figure: what was measured, against what was promised; and how progress is told."""

from __future__ import annotations

import math
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import msgspec

Better = Literal["more", "less"]


class Figure(msgspec.Struct, kw_only=True):
    """One row of ``bench.json``."""

    name: str
    target: float | None
    """None: nothing is promised, the figure is told."""
    measured: float | None
    """None: it could not be measured; the note says why."""
    unit: str
    n: int
    """Samples behind the figure."""
    passed: bool | None = msgspec.field(name="pass")
    """None where nothing is promised."""
    better: Better
    """Whether the target is a floor (more) or a ceiling (less)."""
    note: str = ""
    quick: bool = False
    """Taken at a smaller size than the target is meant for."""
    load: float = 0.0
    """Processes that waited for a core in the last minute, when it was taken."""
    pace: float = 0.0
    """Million steps of a plain Python loop a second, beside it: one machine differs from hour to hour."""


def at_least(
    name: str, target: float, measured: float, unit: str, n: int, note: str = ""
) -> Figure:
    """A figure that must not be lower than its target."""
    return _figure(name, target, measured, unit, n, note, "more")


def at_most(
    name: str, target: float | None, measured: float, unit: str, n: int, note: str = ""
) -> Figure:
    """A figure that must not be higher than its target."""
    return _figure(name, target, measured, unit, n, note, "less")


def not_measured(name: str, target: float, unit: str, why: str, better: Better = "less") -> Figure:
    """A figure that this machine cannot give: a miss, with its reason."""
    return Figure(
        name=name, target=target, measured=None, unit=unit, n=0, passed=False, better=better,
        note=why,
    )  # fmt: skip


def _figure(
    name: str, target: float | None, measured: float, unit: str, n: int, note: str, better: Better
) -> Figure:
    good = None
    if target is not None:
        good = measured >= target if better == "more" else measured <= target
        if not good:
            by = abs(measured / target - 1)
            missed = f"missed by {by:.0%}"
            note = f"{missed}; {note}" if note else missed
    return Figure(
        name=name, target=target, measured=_rounded(measured), unit=unit, n=n, passed=good,
        better=better, note=note, load=round(os.getloadavg()[0], 1), pace=pace(),
    )  # fmt: skip


def pace() -> float:
    """How fast this machine is at this moment: the best of three."""
    steps, best = 1_000_000, math.inf
    for _ in range(3):
        began, total = time.perf_counter(), 0
        for step in range(steps):
            total += step
        best = min(best, time.perf_counter() - began)
    return round(steps / best / 1e6, 1)


def _rounded(value: float) -> float:
    """Three digits that mean something."""
    if value == 0 or not math.isfinite(value):
        return value
    return round(value, max(0, 2 - math.floor(math.log10(abs(value)))))


def percentile(values: Sequence[float], of_hundred: float) -> float:
    """The smallest value that this share of all values does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * of_hundred / 100) - 1)]


def spread(values: Sequence[float], unit: str) -> str:
    """p50, p95 and p99 for a note."""
    shown = (f"p{p} {_rounded(percentile(values, p)):g}" for p in (50, 95, 99))
    return f"{', '.join(shown)} {unit}"


def say(text: str) -> None:
    """A line of progress, on standard error."""
    print(f"  {time.strftime('%H:%M:%S')}  {text}", file=sys.stderr, flush=True)


@contextmanager
def folder() -> Generator[Path]:
    """A folder for as long as the block lasts; where, says ``TMPDIR``."""
    made = Path(tempfile.mkdtemp(prefix="eirene-bench-"))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def kind_of_disk(path: Path) -> str:
    """The file system under a path: on one in memory, syncing costs nothing."""
    best = ("", "unknown")
    for line in Path("/proc/mounts").read_text().splitlines():
        _, point, kind, *_ = line.split()
        if path.resolve().is_relative_to(point) and len(point) >= len(best[0]):
            best = (point, kind)
    return best[1]
