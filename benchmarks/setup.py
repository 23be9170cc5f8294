"""``./run demo`` as a newcomer runs it: a fresh clone, nothing installed, until READY.

The set-up ends where ``run`` hands over to the program: environment, packages and
client are there. What the machine has in its package caches helps; the note says so.
"""

from __future__ import annotations

import subprocess
import threading
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
        over = _HandOver()
        began = time.monotonic()
        start = [str(clone / "run"), "demo"]
        with serving(where / "demo", "demo", command=start, begun=over.watch) as served:
            set_up = over.at - began
            ready = served.ready_s - set_up
        note = f"commit {commit}, packages from this machine's caches where it has them"
        yield at_most(_TITLES[0], SET_UP_S, set_up, "s", 1, note)
        yield at_most(_TITLES[1], READY_S, ready, "s", 1, "with the public data loaded")


def _said(where: Path, *command: str) -> str:
    return subprocess.run(
        command, cwd=where, check=True, capture_output=True, text=True
    ).stdout.strip()


class _HandOver:
    """Notes when the shell has become the program: ``run`` execs, so the process stays."""

    at = 0.0

    def watch(self, pid: int) -> None:
        """Look twenty times a second."""
        threading.Thread(target=self._look, args=(pid,), daemon=True).start()

    def _look(self, pid: int) -> None:
        words = Path(f"/proc/{pid}/cmdline")
        while words.exists():
            if b"/eirene\0demo" in words.read_bytes():
                self.at = time.monotonic()
                return
            time.sleep(0.05)
