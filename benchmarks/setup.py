"""``./run demo`` as a newcomer runs it: a fresh clone, nothing installed, until READY.

The set-up ends where ``run`` hands over to the program: environment, packages and
client are there. What the machine has in its package caches helps; the note says so.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.figures import Figure, at_most, folder, not_measured, say
from benchmarks.served import serving

SET_UP_S, READY_S = 240.0, 60.0
_ROOT = Path(__file__).resolve().parents[1]
_TITLES = ("./run demo in a fresh clone: set-up", "./run demo in a fresh clone: then to READY")


def run(*, quick: bool) -> Iterator[Figure]:
    """Set-up, and from there to READY; the size does not change with ``quick``."""
    del quick
    with folder() as where:
        clone = where / "clone"
        command = ["git", "clone", "--quiet", "--no-hardlinks", str(_ROOT), str(clone)]
        if subprocess.run(command, check=False).returncode:
            for title, target in zip(_TITLES, (SET_UP_S, READY_S), strict=True):
                yield not_measured(title, target, "s", "this is no checkout that can be cloned")
            return
        commit = _said(clone, "git", "rev-parse", "--short", "HEAD")
        say(f"setting up a clone of {commit}")
        began = time.monotonic()
        with serving(where / "demo", "demo", command=[str(clone / "run"), "demo"]) as served:
            handed_over = _started(served.process.pid)
            ready = began + served.ready_s
        note = f"commit {commit}, packages from this machine's caches where it has them"
        yield at_most(_TITLES[0], SET_UP_S, handed_over - began, "s", 1, note)
        yield at_most(_TITLES[1], READY_S, ready - handed_over, "s", 1, "public data loaded")


def _said(where: Path, *command: str) -> str:
    return subprocess.run(
        command, cwd=where, check=True, capture_output=True, text=True
    ).stdout.strip()


def _started(pid: int) -> float:
    """When the shell became the program: on the clock of ``time.monotonic``."""
    raise NotImplementedError


__all__ = ["os", "run"]
