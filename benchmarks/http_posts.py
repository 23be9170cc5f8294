"""32 keep-alive writers, one report a post, against ``eirene serve`` on the same two cores.

The load comes from ``wrk``, a compiled client. Bodies are the real
incidents, dated within the last day as those of a watch are.
What the node says it has taken is counted, and then looked for in the node.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure, at_least, folder, not_measured, say
from benchmarks.served import Served, flats, make_node, serving

TARGET = 2_000
WRITERS = 32
SECONDS, QUICK_SECONDS = 10, 4
WARM_S = 3
_SCRIPT = Path(__file__).with_name("posts.lua")
_NAMES = {False: "bare", True: "each with a client_id"}


def run(*, quick: bool) -> Iterator[Figure]:
    """Reports a second: posts as a script sends them, and with the id that makes a retry harmless."""
    if not _have_wrk():
        for with_ids in (False, True):
            why = "wrk is not here; install it with: sudo apt-get install wrk"
            yield not_measured(_title(with_ids), TARGET, "reports/s", why, "more")
        return
    with folder() as where:
        token = make_node(where / "node")
        bodies = where / "bodies.jsonl"
        bodies.write_text("\n".join(_lines()) + "\n")
        with serving(where / "node") as served:
            for with_ids in (False, True):
                yield _measured(served, token, bodies, with_ids=with_ids, quick=quick)


def _lines() -> Iterator[str]:
    """The real incidents, told as things of the last day are told."""
    now = datetime.now(UTC)
    for at, flat in enumerate(flats()):
        occurred = now - timedelta(minutes=at % 1440)
        yield json.dumps(flat | {"occurred": f"{occurred:%Y-%m-%dT%H:%MZ}"}, ensure_ascii=False)


def _title(with_ids: bool) -> str:
    return f"HTTP: {WRITERS} keep-alive writers, one report a post, {_NAMES[with_ids]}"


def _have_wrk() -> bool:
    if shutil.which("wrk"):
        return True
    if os.geteuid() == 0 and shutil.which("apt-get"):
        say("installing wrk ...")
        for command in (["update", "-qq"], ["install", "-y", "-qq", "wrk"]):
            subprocess.run(["apt-get", *command], check=False, capture_output=True)
    return shutil.which("wrk") is not None


def _measured(served: Served, token: str, bodies: Path, *, with_ids: bool, quick: bool) -> Figure:
    _wrk(served, token, bodies, WARM_S, with_ids=with_ids)
    time.sleep(0.5)  # posts that warming up left without waiting
    before = _stored(served, token)
    said = _wrk(served, token, bodies, QUICK_SECONDS if quick else SECONDS, with_ids=with_ids)
    time.sleep(0.5)
    stored = _stored(served, token) - before
    taken = said["requests"] - said["refused"]
    seconds = said["duration_us"] / 1e6
    note = (
        f"wrk, {seconds:.1f} s after {WARM_S} s of warming up; p50 {said['p50_us'] / 1e3:.1f}, "
        f"p99 {said['p99_us'] / 1e3:.1f} ms; {said['refused']} refused, {said['failed']} failed; "
        f"{stored:,} found in the node"
    )
    if not taken <= stored <= taken + WRITERS:
        # wrk leaves up to one post a writer without waiting for its answer
        note = f"{taken:,} were acknowledged and {stored:,} are there; {note}"
        return at_least(_title(with_ids), TARGET, 0, "reports/s", taken, note)
    return at_least(_title(with_ids), TARGET, taken / seconds, "reports/s", taken, note)


def _wrk(
    served: Served, token: str, bodies: Path, seconds: int, *, with_ids: bool
) -> dict[str, Any]:
    environment = os.environ | {
        "BENCH_TOKEN": token,
        "BENCH_BODIES": str(bodies),
        "BENCH_IDS": str(int(with_ids)),
        "BENCH_RUN": str(secrets.randbits(31)),
    }
    command = ["wrk", "-t1", f"-c{WRITERS}", f"-d{seconds}s", "--timeout", "30s"]
    done = subprocess.run(
        [*command, "-s", str(_SCRIPT), served.url.replace("localhost", "127.0.0.1")],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    line = next(line for line in done.stdout.splitlines() if line.startswith("RESULT "))
    return json.loads(line.removeprefix("RESULT "))


def _stored(served: Served, token: str) -> int:
    return int(served.get("/api/counts", token)["total"])
