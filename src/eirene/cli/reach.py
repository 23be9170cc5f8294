"""How the command line reaches a node: over its local socket, or by opening its folder."""

from __future__ import annotations

import json
import os
import signal
import socket
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
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
Stop = Callable[[str], tuple[str, dict[str, Any]]]
"""Of the id of an import at work: the verb that stops it, and what it is given."""


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
    stop: Stop | None = None,
) -> dict[str, Any]:
    """Carry a verb out on the running node, or on the folder when none runs.

    With ``stop``, Ctrl-C has it stop and tell how far it came, once something is being
    written; a second one ends the command at once, and the node goes on.
    """
    folder = node_folder(settings.data)
    socket_ = folder / "control.sock"
    heard = _Heard(report)
    with _interruptible(heard, stop, lambda v, a: _over_socket(socket_, v, a, _Heard(None))):
        answer = _over_socket(socket_, verb, args, heard)
    if answer is not None:
        return answer
    from eirene.web.control import VERBS  # with it comes the whole node: seldom needed, and slow

    with (
        opened(settings, passphrase_file, report) as node,
        _interruptible(heard, stop, lambda v, a: VERBS[v](node, a, _Heard(None))),
    ):
        return VERBS[verb](node, args, heard)


class _Heard:
    """Takes what a verb says while it works."""

    def __init__(self, report: Report | None) -> None:
        self._report = report
        self.at_work = ""
        """Id of the import that is being filed or taken back."""

    def __call__(self, line: dict[str, Any]) -> None:
        self.at_work = str(line.get("import", self.at_work))
        _told(line, self._report)


@contextmanager
def _interruptible(
    heard: _Heard, stop: Stop | None, act: Callable[[str, dict[str, Any]], object]
) -> Generator[None]:
    """While it lasts, the first Ctrl-C stops what is at work in good order."""
    if stop is None or threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(_signal: int, _frame: object) -> None:
        signal.signal(signal.SIGINT, before)  # a second one does as ever
        if not heard.at_work:
            raise KeyboardInterrupt
        stage("stopping after this block; Ctrl-C once more to leave at once")
        with suppress(EireneError):  # it ended just now
            act(*stop(heard.at_work))

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def running(settings: Settings, verb: str, args: dict[str, Any]) -> dict[str, Any] | None:
    """Carry a verb out on the running node; None where none runs, and nothing was done."""
    return _over_socket(node_folder(settings.data) / "control.sock", verb, args, _Heard(None))


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
    path: Path, verb: str, args: dict[str, Any], heard: _Heard
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
        heard(last)
    connection.close()
    return last
