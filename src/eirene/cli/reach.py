"""How the command line reaches a node: over its local socket, or by opening its folder."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eirene.cli.console import asked, note, stage, table
from eirene.config import Settings
from eirene.errors import BadSettings, EireneError, NotANode
from eirene.keys.lock import Lock, lock_mode

if TYPE_CHECKING:
    from eirene.app import Node

Report = Callable[[int, int], None]


class _Remote(EireneError):
    """An error that a running node answered with."""

    def __init__(self, problem: dict[str, Any]) -> None:
        super().__init__(
            str(problem.get("message", "The node answered with an error.")),
            field=problem.get("field"),
            remedy=problem.get("remedy"),
        )
        self.code = str(problem.get("code", "error"))


class _SocketConnection(HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost")
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.connect(str(self._path))


def the_lock(folder: Path, passphrase_file: str | None) -> Lock | None:
    """What opens the keys in a folder: a file, systemd's credential, or the terminal."""
    mode = lock_mode(folder / "keys")
    if mode == "plain":
        return Lock("plain")
    if mode == "credential":
        return credential()
    words = from_file(passphrase_file) if passphrase_file else asked("Passphrase of the keys")
    return Lock("passphrase", words) if words else None


def credential() -> Lock | None:
    """The credential that systemd hands out (LoadCredential=eirene:FILE)."""
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    if not folder or not (Path(folder) / "eirene").exists():
        return None
    return Lock("credential", (Path(folder) / "eirene").read_bytes().strip())


def new_lock(mode: str | None, passphrase_file: str | None) -> Lock:
    """The lock of new keys: as asked, else what is at hand."""
    if mode == "plain":
        note("The keys lie in a plain file: whoever can read the folder can read every report.")
        return Lock("plain")
    found = credential()
    if found and mode != "passphrase":
        return found
    if mode == "credential":
        raise BadSettings(
            "There is no systemd credential named eirene.",
            field="lock",
            remedy="Start through systemd with LoadCredential=eirene:FILE.",
        )
    words = from_file(passphrase_file) if passphrase_file else asked("New passphrase", twice=True)
    if not words:
        raise BadSettings(
            "The keys of a new node need a lock.",
            field="lock",
            remedy="Give --passphrase-file FILE, a systemd credential, or --lock plain.",
        )
    return Lock("passphrase", words)


def from_file(name: str) -> bytes:
    """A secret from a file, without the line break at its end."""
    try:
        return Path(name).read_bytes().rstrip(b"\r\n")
    except OSError as error:
        raise NotANode(
            f"{name} cannot be read: {error.strerror}.", field="file", remedy="Check the path."
        ) from None


def node_folder(data: str) -> Path:
    """The folder of one node; names the nodes in it where it holds several."""
    folder = Path(data)
    if (folder / "keys" / "lock.json").exists():
        return folder
    inside = sorted(p.parent.parent.name for p in folder.glob("*/keys/lock.json"))
    remedy = "Point EIRENE_DATA at a node's folder."
    if inside:
        remedy = f"Nodes in it: {', '.join(inside)}. Take --data {folder / inside[0]}."
    raise NotANode(f"There is no node in {folder}.", field="data", remedy=remedy)


def call(
    settings: Settings,
    passphrase_file: str | None,
    verb: str,
    args: dict[str, Any],
    report: Report | None = None,
) -> dict[str, Any]:
    """Carry a verb out on the running node, or on the folder when none runs."""
    folder = node_folder(settings.data)
    answer = _over_socket(folder / "control.sock", verb, args, report)
    if answer is not None:
        return answer
    from eirene.web.control import VERBS  # with it comes the whole node: seldom needed, and slow

    with opened(settings, passphrase_file, report) as node:
        return VERBS[verb](node, args, lambda line: _told(line, report))


def _told(line: dict[str, Any], report: Report | None) -> None:
    if "stage" in line:
        stage(str(line["stage"]))
    if "table" in line and "done" not in line:
        table(line["table"], "", "")
    if report and "progress" in line:
        report(int(line["progress"]), int(line.get("of", 0)))


class opened:  # noqa: N801 - reads as a verb: with opened(...) as node
    """A node opened from its folder, and closed again."""

    def __init__(
        self, settings: Settings, passphrase_file: str | None, report: Report | None = None
    ) -> None:
        from eirene.app import Node

        lock = the_lock(Path(settings.data), passphrase_file)
        self.node = Node(settings, lock, progress=report)

    def __enter__(self) -> Node:
        return self.node

    def __exit__(self, *_: object) -> None:
        self.node.close()


def _over_socket(
    path: Path, verb: str, args: dict[str, Any], report: Report | None
) -> dict[str, Any] | None:
    """The node's answer; None where no node listens."""
    connection = _SocketConnection(path)
    try:
        connection.request(
            "POST", f"/{verb}", json.dumps(args), {"Content-Type": "application/json"}
        )
    except (FileNotFoundError, ConnectionRefusedError):
        return None
    response = connection.getresponse()
    last: dict[str, Any] = {}
    while line := response.readline():
        last = json.loads(line)
        if "error" in last:
            raise _Remote(last["error"])
        _told(last, report)
    connection.close()
    return last
