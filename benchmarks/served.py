"""A node as its own process, as a user starts it; and what it is asked with."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from benchmarks.figures import say
from eirene.app import Node
from eirene.config import Settings
from eirene.imports.run import plan
from eirene.keys.lock import Lock
from eirene.keys.store import KeyStore
from eirene.log.log import utc_now
from eirene.missions import mission_named

PASSWORD = "a long enough sentence"
USER = "amina"
MISSION = "car"


class Served(msgspec.Struct):
    """A node that is ready."""

    url: str
    data: Path
    process: subprocess.Popen[bytes]
    ready_s: float
    """From the start of the process to READY."""

    def resident_mb(self) -> float:
        """Memory of the process that is in RAM now."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        return float("nan")

    def get(self, path: str, token: str) -> Any:
        """JSON of one path."""
        return self._ask("GET", path, token, None)

    def post(self, path: str, token: str, value: Any) -> Any:
        """JSON of what a post is answered with."""
        return self._ask("POST", path, token, json.dumps(value))

    def _ask(self, method: str, path: str, token: str, body: str | None) -> Any:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=120)
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            answer = response.read()
        finally:
            connection.close()
        if response.status >= 300:
            raise RuntimeError(f"{method} {path}: {response.status} {answer[:300]!r}")
        return json.loads(answer)


def make_node(data: Path) -> str:
    """A node with the account ``USER``; gives its token."""
    KeyStore.create(
        data / "keys", Lock("plain"), realm="exercise", node="bench", owner="mission"
    ).close()
    node = Node(Settings(data=str(data)), Lock("plain"))
    try:
        node.people.make(USER, "joc-duty-officer", "mission", password=PASSWORD)
        token, _ = node.people.make_token(USER, "read+file", utc_now() + timedelta(days=1))
    finally:
        node.close()
    return token


def a_port() -> int:
    """A port that nobody has."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def serving(
    data: Path,
    verb: str = "serve",
    *,
    command: list[str] | None = None,
    begun: Callable[[int], None] = lambda _: None,
) -> Generator[Served]:
    """``eirene serve`` (or ``demo``) on a folder, until the block ends.

    ``begun`` is told the process as soon as there is one.
    """
    data.mkdir(parents=True, exist_ok=True)
    told = data.with_name(data.name + ".stderr")
    if command is None:
        command = [str(Path(sys.executable).with_name("eirene")), verb]
        if verb == "serve":
            command += ["--config", str(_settings(data))]
    environment = os.environ | {"EIRENE_DATA": str(data), "EIRENE_PORT": str(a_port())}
    began = time.monotonic()
    with told.open("wb") as errors:
        process = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=errors, start_new_session=True
        )
    try:
        begun(process.pid)
        url = _ready(process, told)
        yield Served(url, data, process, time.monotonic() - began)
    finally:
        _stop(process)


def _settings(data: Path) -> Path:
    path = data.with_name(data.name + ".toml")
    path.write_text(f'mission = "{MISSION}"\nzone = "{mission_named(MISSION).zone}"\n')
    return path


def _ready(process: subprocess.Popen[bytes], told: Path) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith(b"READY "):
            return line.split()[1].decode()
    raise RuntimeError(f"the node did not start: {told.read_text()[-800:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        say("the node does not stop; it is killed")
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    if process.stdout is not None:
        process.stdout.close()


def demo_account(served: Served, role: str = "joc-duty-officer") -> dict[str, str]:
    """User, password and token of one role of the demo."""
    listed: list[dict[str, str]] = json.loads((served.data / "demo-accounts.json").read_bytes())
    return next(one for one in listed if one["role"] == role)


def flats() -> Iterator[dict[str, Any]]:
    """The real incidents as they are posted, without an id of their own."""
    mission = mission_named(MISSION)
    batch = next(one for one in mission.batches(None) if one.kind == "incident")
    made = plan(
        batch.path,
        kind=batch.kind,
        mapping=batch.mapping,
        compartment="mission",
        zone=mission.zone,
        now=utc_now(),
        find=mission.find,
    )
    for flat in made.flats():
        yield {name: v for name, v in flat.items() if name not in ("entity", "client_id")}
