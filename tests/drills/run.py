"""Drills: what was acknowledged is still there, once.

``./run drills [--quick]``. Writers outside the node note every id that HTTP
acknowledged; then the node dies. (a) The whole process group is killed at a
random moment. (b) The power is cut: what was not synced is gone - on a loop
mounted file system that is shut down (needs root), and on a SQLite file system
that forgets (everywhere). Each cut is also made with syncing switched off: a
drill that cannot fail proves nothing.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import http.client
import json
import os
import random
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections import Counter
from collections.abc import Generator
from datetime import timedelta
from pathlib import Path
from typing import IO

from eirene.app import Node
from eirene.config import Settings
from eirene.keys.lock import Lock
from eirene.keys.store import KeyStore
from eirene.log.log import Log, utc_now
from eirene.log.verify import verify

WRITERS = 8
EXT4_IOC_SHUTDOWN = 0x8004587D
NO_LOG_FLUSH = 2
HERE = Path(__file__).parent


class Tally:
    """What one drill found."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.rounds = self.acknowledged = self.lost = self.doubled = self.faults = 0

    def __str__(self) -> str:
        return (
            f"{self.name}: {self.rounds} rounds, {self.acknowledged:,} acknowledged, "
            f"{self.lost:,} lost, {self.doubled:,} doubled, {self.faults} faults in the log"
        )

    @property
    def good(self) -> bool:
        return self.acknowledged > 0 and self.lost == self.doubled == self.faults == 0


def make_node(folder: Path) -> str:
    """A node with one account; gives a token."""
    KeyStore.create(
        folder / "keys", Lock("plain"), realm="exercise", node="drill", owner="mission"
    ).close()
    node = Node(Settings(data=str(folder)), Lock("plain"))
    node.people.make("joc", "joc-duty-officer", "mission")
    token, _ = node.people.make_token("joc", "read+file", utc_now() + timedelta(days=2))
    node.close()
    return token


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def running(folder: Path, port: int, *, sync: bool) -> Generator[subprocess.Popen[bytes]]:
    """The node as a process group of its own, ready to answer."""
    command = (
        [str(Path(sys.executable).with_name("eirene")), "serve"]
        if sync
        else [sys.executable, str(HERE / "node.py"), str(folder), str(port)]
    )
    environment = os.environ | {"EIRENE_DATA": str(folder), "EIRENE_PORT": str(port)}
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    assert process.stdout
    try:
        while line := process.stdout.readline():
            if line.startswith(b"READY"):
                break
        else:
            raise RuntimeError("the node did not start")
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()


class Writers:
    """Threads that post reports and note each id that was acknowledged."""

    def __init__(self, port: int, token: str) -> None:
        self.ids: list[str] = []
        self.stop = threading.Event()
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._port = port
        self._threads = [threading.Thread(target=self._write) for _ in range(WRITERS)]
        for thread in self._threads:
            thread.start()

    def _write(self) -> None:
        connection = http.client.HTTPConnection("localhost", self._port, timeout=10)
        while not self.stop.is_set():
            many = random.random() < 0.1
            body = json.dumps([_report() for _ in range(5)] if many else _report())
            try:
                connection.request("POST", "/api/reports", body, self._headers)
                response = connection.getresponse()
                answer = json.loads(response.read())
            except (OSError, http.client.HTTPException, ValueError):
                return
            if response.status == 201:
                self.ids.extend(one["id"] for one in (answer if many else [answer]))

    def end(self) -> list[str]:
        self.stop.set()
        for thread in self._threads:
            thread.join()
        return self.ids


def _report() -> dict[str, object]:
    return {
        "kind": "incident",
        "compartment": "command",
        "client_id": str(uuid.uuid4()),
        "type": "AC",
        "occurred": "2026-11-25T14:30Z",
        "place": "4.3612, 18.5550",
        "summary": "drill",
    }


def count(folder: Path, ids: list[str], tally: Tally) -> None:
    """Every id must be in the log, once."""
    keys = KeyStore.open(folder / "keys", None)
    log = Log.open(folder / "log", keys, whole=False)
    found = Counter(opened.body.id.hex() for opened in log.read() if opened.body)
    tally.rounds += 1
    tally.acknowledged += len(ids)
    tally.lost += sum(1 for one in ids if not found[one])
    tally.doubled += sum(1 for one in found.values() if one > 1)
    tally.faults += len(verify(log, keys).faults)
    log.close_unchanged()
    keys.close()


def asked(folder: Path, token: str, ids: list[str], tally: Tally) -> None:
    """The node starts again by itself and answers for every id."""
    port = free_port()
    with running(folder, port, sync=True):
        connection = http.client.HTTPConnection("localhost", port, timeout=10)
        for one in ids:
            connection.request(
                "GET", f"/api/reports/{one}", headers={"Authorization": f"Bearer {token}"}
            )
            response = connection.getresponse()
            response.read()
            tally.lost += response.status != 200


def kill_rounds(base: Path, token: str, rounds: int) -> Tally:
    """(a) kill -9 of the whole process group at a random moment."""
    tally = Tally("kill -9")
    for at in range(rounds):
        folder = base.with_name(f"kill-{at}")
        shutil.copytree(base, folder)
        port = free_port()
        with running(folder, port, sync=True) as process:
            writers = Writers(port, token)
            time.sleep(random.uniform(0.1, 1.0))
            os.killpg(process.pid, signal.SIGKILL)
            ids = writers.end()
        count(folder, ids, tally)
        if at % 10 == 0:
            asked(folder, token, ids, tally)
        shutil.rmtree(folder)
        _tell(at, rounds, tally)
    return tally


def power_rounds(base: Path, token: str, rounds: int, *, sync: bool) -> Tally:
    """(b) the file system goes down without its log: what was not synced is gone."""
    tally = Tally("power cut, ext4" + ("" if sync else ", syncing off"))
    for at in range(rounds):
        disk, mount = base.with_name("disk.img"), base.with_name("disk")
        with disk.open("wb") as image:
            image.truncate(256 << 20)
        subprocess.run(["mkfs.ext4", "-q", str(disk)], check=True)
        mount.mkdir(exist_ok=True)
        subprocess.run(["mount", "-o", "loop", str(disk), str(mount)], check=True)
        try:
            shutil.copytree(base, mount / "node")
            os.sync()
            ids = _cut(mount, token, sync=sync)
            subprocess.run(["umount", str(mount)], check=True)
            subprocess.run(["mount", "-o", "loop", str(disk), str(mount)], check=True)
            _count_after_cut(mount / "node", ids, tally)
            if at % 10 == 0 and sync:
                asked(mount / "node", token, ids, tally)
        finally:
            subprocess.run(["umount", "-l", str(mount)], check=False)
        _tell(at, rounds, tally)
    return tally


def _cut(mount: Path, token: str, *, sync: bool) -> list[str]:
    port = free_port()
    with running(mount / "node", port, sync=sync) as process:
        writers = Writers(port, token)
        time.sleep(random.uniform(0.3, 1.5))
        handle = os.open(mount, os.O_RDONLY)
        fcntl.ioctl(handle, EXT4_IOC_SHUTDOWN, struct.pack("I", NO_LOG_FLUSH))
        os.close(handle)
        os.killpg(process.pid, signal.SIGKILL)
        return writers.end()


def _count_after_cut(folder: Path, ids: list[str], tally: Tally) -> None:
    try:
        count(folder, ids, tally)
    except Exception as error:  # noqa: BLE001 - with syncing off there may be no file that opens at all
        tally.rounds += 1
        tally.acknowledged += len(ids)
        tally.lost += len(ids)
        print(f"  the log did not open: {type(error).__name__}", flush=True)


def lossy_rounds(base: Path, rounds: int, *, sync: bool) -> Tally:
    """(b) the same everywhere: a file system below SQLite keeps only what was synced."""
    tally = Tally("power cut, forgetful file system" + ("" if sync else ", syncing off"))
    for at in range(rounds):
        folder = base.with_name(f"lossy-{at}")
        shutil.copytree(base, folder)
        ids = _lossy_cut(folder, sync=sync)
        _count_after_cut(folder, ids, tally)
        shutil.rmtree(folder)
        _tell(at, rounds, tally)
    return tally


def _lossy_cut(folder: Path, *, sync: bool) -> list[str]:
    """A child writes and is killed; what it had not synced was in its memory only."""
    command = [sys.executable, str(HERE / "lossy_child.py"), str(folder), "1" if sync else "0"]
    with (
        tempfile.TemporaryFile() as noted,  # a pipe would fill up and hold the child
        subprocess.Popen(command, stdout=noted) as child,
    ):
        _wait_for_first(noted, child)
        time.sleep(random.uniform(0.0, 1.0))
        child.send_signal(signal.SIGKILL)
        child.wait()
        noted.seek(0)
        lines = noted.read().split(b"\n")
    return [line.decode() for line in lines if len(line) == 32]


def _wait_for_first(noted: IO[bytes], child: subprocess.Popen[bytes]) -> None:
    """Until something was acknowledged: a cut before that says nothing. A slow machine takes long."""
    for _ in range(1_500):
        if os.fstat(noted.fileno()).st_size > 0 or child.poll() is not None:
            return
        time.sleep(0.02)


def _tell(at: int, rounds: int, tally: Tally) -> None:
    if (at + 1) % 10 == 0 or at + 1 == rounds:
        print(f"  {at + 1}/{rounds} {tally}", flush=True)


def main() -> int:
    """Run them all; 0 when each holds, and each fails with syncing off."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--quick", action="store_true", help="a few rounds of each")
    quick = arguments.parse_args().quick
    random.seed()
    tallies: list[tuple[Tally, bool]] = []
    with tempfile.TemporaryDirectory() as place:
        base = Path(place) / "base"
        token = make_node(base)
        tallies.append((kill_rounds(base, token, 5 if quick else 50), True))
        if os.geteuid() == 0 and shutil.which("mkfs.ext4"):
            tallies.append((power_rounds(base, token, 3 if quick else 20, sync=True), True))
            tallies.append((power_rounds(base, token, 3, sync=False), False))
        else:
            print("power cut on ext4: left out, it needs root and mkfs.ext4", flush=True)
        tallies.append((lossy_rounds(base, 3 if quick else 20, sync=True), True))
        tallies.append((lossy_rounds(base, 3, sync=False), False))
    failed = 0
    for tally, must_hold in tallies:
        right = tally.good if must_hold else tally.lost > 0
        failed += not right
        expected = "holds" if must_hold else "fails, as it must without syncing"
        print(f"{'ok  ' if right else 'FAIL'} {tally}" + (f" - {expected}" if right else ""))
    print(f"{len(tallies) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
