"""The outlets of the machine that a node runs on: verbs, lines of the log, files.

Whoever sits there is no reader: but for an export, which is made for an account,
nothing that was planted may come out here.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import signal
import struct
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import msgspec

from eirene.cli import main
from eirene.products import FORMATS
from eirene.release.configuration import default, to_toml
from outlets import marks
from outlets.planting import Plant

EIRENE = Path(sys.executable).with_name("eirene")
ORGANISATION = marks.word("organisation of ngo-focal-point")
"""One of those that have planted something."""
IMPORT = "name,type,latitude,longitude,code\nOne,school,-0.4,-0.2,0101\nTwo,school,-95,0.2,9e42\n"


class Said(NamedTuple):
    """What a verb printed, and what it wrote."""

    text: bytes
    files: tuple[Path, ...] = ()


Verb = Callable[["Host"], Iterator[Said]]
COMMANDS: dict[str, Verb] = {}


def command(*names: str) -> Callable[[Verb], Verb]:
    """Register what to do with a verb of the command line."""

    def registered(made: Verb) -> Verb:
        COMMANDS.update(dict.fromkeys(names, made))
        return made

    return registered


class Host:
    """The command line, on the folder of a node that is stopped."""

    def __init__(self, folder: Path, beside: Path, account: str) -> None:
        self.folder = folder
        self.beside = beside
        """A folder for what verbs write where they are told to."""
        self.account = account
        beside.mkdir(parents=True, exist_ok=True)

    def run(self, *arguments: str, data: Path | None = None) -> Said:
        """One verb, to its end, whatever comes of it."""
        out, fault = io.StringIO(), io.StringIO()
        given = [*arguments, "--data", str(data or self.folder)]
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(fault):
            status = main(given)
        return Said(f"{status}\n{out.getvalue()}\n{fault.getvalue()}".encode())

    def file(self, name: str, text: str = "") -> Path:
        """A file beside the node."""
        path = self.beside / name
        if text:
            path.write_text(text, encoding="utf-8")
        return path


@command("export")
def export(host: Host) -> Iterator[Said]:
    """For an account; what is in the file is compared with what the account may see."""
    for ending in FORMATS:
        target = host.file(f"of-{host.account}.{ending}")
        said = host.run("export", str(target), "--as", host.account)
        yield Said(said.text, (target,))
    yield host.run("export", str(host.file("none.csv")), "--as", "nobody")


@command("import")
def bring(host: Host) -> Iterator[Said]:
    """A dry run, with rows that are refused."""
    file = host.file("sites.csv", IMPORT)
    rejects = host.file("rejects.csv")
    yield host.run("import", str(file), "--as", "site", "--dry-run", "--rejects", str(rejects))


@command("rebuild", "log verify")
def keeping(host: Host) -> Iterator[Said]:
    """The picture anew, and the log checked."""
    yield host.run("rebuild")
    yield host.run("log", "verify")


@command("backup", "restore", "keys backup", "keys restore")
def backups(host: Host) -> Iterator[Said]:
    """Both backups, and both restored into another folder: all files are looked through."""
    custodians = [str(host.file(f"custodian-{n}", f"a sentence of custodian {n}")) for n in (1, 2)]
    two = [part for name in custodians for part in ("--custodian-file", name)]
    data, keys, other = host.file("backup"), host.file("keys"), host.beside / "restored"
    yield Said(host.run("backup", str(data)).text, (data,))
    yield Said(host.run("keys", "backup", str(keys), *two).text, (keys,))
    yield host.run("keys", "restore", str(keys), *two, "--lock", "plain", data=other)
    said = host.run("restore", str(data), data=other)
    yield Said(said.text, tuple(path for path in other.rglob("*") if path.is_file()))


@command("account list", "account make", "account reset", "account end")
def accounts(host: Host) -> Iterator[Said]:
    """Accounts: their names are the administrator's business, reports are not."""
    yield host.run("account", "list")
    yield host.run("account", "make", "somebody", "--role", "anyone")
    yield host.run("account", "reset", "somebody")
    yield host.run("account", "end", "somebody")


WIDER = to_toml(msgspec.structs.replace(default(), k=default().k - 1))
"""Rules that would let more pass: a check then counts the reports that would newly go out."""


@command("config show", "config check", "config apply", "config approve", "config refuse")
def rules(host: Host) -> Iterator[Said]:
    """The mission's rules, and a change that is told in words and refused to this account."""
    file, by = str(host.file("rules.toml", WIDER)), ("--as", host.account)
    yield host.run("config", "show")
    yield host.run("config", "check", file, *by)
    yield host.run("config", "apply", file, *by)
    for act in ("approve", "refuse"):
        yield host.run("config", act, "0" * 32, *by)


@command("account suspend", "account found", "account devices", "account lost")
@command("organisation make", "organisation list", "organisation suspend")
def clearing(host: Host) -> Iterator[Said]:
    """What the administrator does with people: of reports only a number, of a lost device."""
    yield host.run("account", "make", "somebody-else", "--role", "anyone")
    yield host.run("account", "devices", host.account)
    yield host.run("account", "lost", "somebody-else", "none")
    yield host.run("account", "suspend", "somebody-else")
    password = host.file("password", "not the password of anybody")
    two = ("--password-file", str(password)) * 2
    yield host.run("account", "found", "somebody", "somebody-else", *two)
    yield host.run("organisation", "make", "green-lamp")
    yield host.run("organisation", "list")
    yield host.run("organisation", "suspend", "green-lamp")


@command("maps add", "maps list", "maps order", "maps remove")
def maps(host: Host) -> Iterator[Said]:
    """A file that is no map, and maps that are none: a base map is never made of reports."""
    file = host.file("map.mbtiles", "no map")
    yield host.run("maps", "add", str(file), "--name", "Survey", "--attribution", "Survey")
    yield host.run("maps", "list")
    yield host.run("maps", "order", "own-survey")
    yield host.run("maps", "remove", "own-survey")


@command("divisions add", "divisions list", "divisions remove")
def divisions(host: Host) -> Iterator[Said]:
    """A table of codes, and a version that there is not: neither is made of reports."""
    file = host.file("codes.csv", "level,pcode,name,parent_pcode\n1,XA71,Made,XA\n")
    source = ("--version", "made", "--source", "Made list")
    yield host.run("divisions", "add", "--pcodes", str(file), *source)
    yield host.run("divisions", "list")
    yield host.run("divisions", "remove", "nowhere")


@command("organisation erase")
def erasing(host: Host) -> Iterator[Said]:
    """What would go is told in numbers; whoever may not ask is told no more than that."""
    yield host.run("organisation", "make", "red-lamp")
    password = host.file("its-password", "not the password of anybody")
    for code in (ORGANISATION, "red-lamp", "nobody"):
        yield host.run("org", "erase", code, "--dry-run")
        by = ("--as", host.account, "--password-file", str(password))
        yield host.run("org", "erase", code, *by, "--yes", "--reason", "gone")
        yield host.run("org", "erase", code, "--receipt", str(host.file("backup")))


@command("serve", "demo")
def serving(host: Host) -> Iterator[Said]:
    """A process that serves, asked a few things; the demo serves by the same function."""
    environment = os.environ | {"EIRENE_DATA": str(host.folder), "EIRENE_PORT": "0"}
    environment["EIRENE_LOG_LEVEL"] = "debug"
    process = subprocess.Popen(
        [str(EIRENE), "serve"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    found = re.match(rb"READY (http://localhost:\d+)", line)
    if found:
        for path in ("/health/ready", "/api/search?q=x", "/api/me", "/nothing"):
            httpx.get(found[1].decode() + path, timeout=10)
    process.send_signal(signal.SIGTERM)
    out, fault = process.communicate(timeout=30)
    yield Said(line + out + fault)


# -- what asks over the control socket


def control_asks(verb: str, account: str, beside: Path) -> list[dict[str, Any]]:
    """What to ask of a verb of the control socket; KeyError for one that nobody knows."""
    target = beside / f"control-{verb}-{account}"
    return {
        "status": [{}],
        "configuration": [
            {"act": "show"},
            {"act": "check", "toml": WIDER, "as": account},
            {"act": "apply", "toml": WIDER, "as": account},
            {"act": "approve", "proposal": "0" * 32, "as": account},
        ],
        "account": [{"act": "list"}, {"act": "reset", "user": "nobody"}, {"act": "x"}],
        "organisation": [{"act": "list"}, {"act": "suspend", "code": "nobody"}, {"act": "x"}],
        "erase": [
            {"act": act, "organisation": code, "as": account, "copies": ["none"]}
            for act in ("plan", "erase", "status", "receipt", "x")
            for code in (ORGANISATION, "nobody")
        ],
        "file": [{"as": account, "flats": [{"kind": "incident"}]}, {"as": "nobody", "flats": []}],
        "import": [{"file": str(beside / "none.csv"), "kind": "site", "dry_run": True}],
        "imports": [
            {"account": account},
            {"account": account, "import": "0" * 32, "dry_run": True},
            {"account": "nobody", "import": "ab"},
        ],
        "export": [{"as": account, "format": "geojson", "file": str(target)}],
        "maps": [{"act": act} for act in ("list", "add", "order", "remove", "x")],
        "rebuild": [{}],
        "verify": [{}],
        "backup": [{"file": str(target)}],
    }[verb]


# -- files of the node's folder

KNOWN_FILES = tuple(
    re.compile(pattern)
    for pattern in (
        r"node\.toml",
        r"control\.sock",
        r"log/\.lock",
        r"log/[\w-]+\.db(-wal|-shm)?",
        r"picture/picture-\d{6}\.db(-wal|-shm)?",
        r"keys/[\w-]+\.(db|json|key)(-wal|-shm)?",
        r"attachments/[0-9a-f]{64}",
        r"maps/(\.lock|maps\.json|own-[a-z0-9-]+\.pmtiles)",
        r"divisions/[a-z0-9][a-z0-9.-]*/(division\.json|pcodes\.csv|disputed\.geojson)",
        r"divisions/[a-z0-9][a-z0-9.-]*/adm\d\.geojson\.gz",
    )
)
"""Every file that a node may leave in its folder. None of them may hold a mark in plain text."""


def unknown_files(names: Iterable[str]) -> list[str]:
    """Files that the walk does not know how to look into."""
    return [name for name in names if not any(one.fullmatch(name) for one in KNOWN_FILES)]


_WORD = re.compile(rb"qz[a-z]{10}", re.IGNORECASE)
_WIDE_WORD = re.compile(rb"q\x00z\x00(?:[a-z]\x00){10}")


def marks_in_file(content: bytes, plants: Sequence[Plant]) -> set[str]:
    """Words, points, moments and ids of plants that lie in these bytes as anybody can read them."""
    words = {str(mark.value) for plant in plants for mark in plant.marks if mark.sort == "word"}
    found = {hit.decode().lower() for hit in _WORD.findall(content)}
    found |= {hit.decode("utf-16-le") for hit in _WIDE_WORD.findall(content)}
    found &= words
    placed = [plant for plant in plants if {"latitude", "occurred"} <= plant.flat.keys()]
    for plant in placed[::5]:
        lat = float(plant.flat["latitude"])
        needles = {
            str(lat).encode(): f"latitude of {plant}",
            struct.pack(">d", lat): f"latitude of {plant}, packed",
            struct.pack("<d", lat): f"latitude of {plant}, packed",
            plant.report.encode(): f"id of {plant}",
            bytes.fromhex(plant.report): f"id of {plant}, packed",
            plant.flat["occurred"].rstrip("Z").encode(): f"time of {plant}",
        }
        found |= {what for needle, what in needles.items() if needle in content}
    return found
