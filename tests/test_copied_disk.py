"""A copied disk of a stopped node with a locked key store gives no content."""

from __future__ import annotations

import base64
import gzip
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import zlib
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import httpx
import pytest

from attached import a_photo
from eirene.reports.packing import packed
from scanning import traces
from test_cli import EIRENE, good

WORDS = "four plain words here"
MARK = "zqkv7141"
"""How every planted word begins: letters and digits, so that a text index keeps it whole."""
USER, ORGANISATION = f"{MARK}user", f"{MARK}lamp"
COMPARTMENTS = ["command", "mission", "people", "configuration"]


@pytest.mark.parametrize("form", range(12))
def test_the_scan_finds_a_word_in_every_form(tmp_path: Path, form: int) -> None:
    word = f"{MARK}x"
    text = f"before {word} after" * 3
    forms = [
        text.encode(),
        text.upper().encode(),
        text.encode("utf-16-le"),
        base64.b64encode(text.encode()),
        base64.b64encode(b"." + text.encode()),
        base64.b64encode(b".." + text.encode()),
        text.encode().hex().encode(),
        packed(text.encode() * 9),
        gzip.compress(text.encode() * 9),
        zlib.compress(text.encode() * 9),
        text[::-1].encode(),
        b"",
    ]
    name = word if form == 11 else "file"
    (tmp_path / name).write_bytes(os.urandom(50_000) + forms[form] + os.urandom(50_000))
    assert traces(tmp_path, [word, "absent7141"]) == [f"{name}: {word}"]


def control(folder: Path, verb: str, given: dict[str, Any]) -> dict[str, Any]:
    """One verb on the running node."""

    class Local(HTTPConnection):
        def connect(self) -> None:
            self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self.sock.connect(str(folder / "control.sock"))

    connection = Local("localhost")
    connection.request("POST", f"/{verb}", json.dumps(given))
    last = json.loads(connection.getresponse().read().splitlines()[-1])
    assert "error" not in last, last
    return last


def a_report(at: int) -> dict[str, Any]:
    """Planted words in every text, short and over several pages."""
    return {
        "kind": "incident",
        "type": "VC",
        "summary": f"Market at {MARK}{at} attacked",
        "source": f"{MARK}source{at}",
        "narrative": f"{MARK}narrative{at} " * (1 + at * at // 4),
        "occurred": "2026-11-20T10:00Z",
        "place": "4.3612, 18.5550",
    }


def attach(url: str, user: str, password: str, report: str) -> None:
    """A photo that tells whose it is, as somebody signed in attaches it."""
    with httpx.Client(base_url=url) as browser:
        signed = browser.post("/api/sign-in", json={"user": user, "password": password})
        assert signed.status_code == 200, signed.text
        at = f"/api/attachments?report={report}&name={MARK}name.jpg"
        taken = browser.post(at, content=a_photo(f"{MARK}photo"))
        assert taken.status_code == 201, taken.text
        back = browser.get(f"/api/attachments/{taken.json()['id']}")
        assert f"{MARK}photo artist".encode() in back.content


def used(folder: Path, url: str) -> None:
    """File, attach, rebuild and back up, on a node that runs."""
    focal = f"{USER}2"
    made = good(folder, "account", "make", USER, "--role", "joc-duty-officer")
    password = re.findall(r"the password is (.*)", made)[0]
    role = ("--role", "ngo-focal-point", "--organisation", ORGANISATION)
    good(folder, "account", "make", focal, *role)
    where = [("command", USER), ("mission", USER), (f"org-{ORGANISATION}", focal)]
    filed: list[dict[str, Any]] = []
    for at in range(60):
        compartment, account = where[at % 3]
        flats = [a_report(at) | {"compartment": compartment}]
        filed.append(control(folder, "file", {"as": account, "flats": flats}))
    attach(url, USER, password, filed[0]["ids"][0])
    good(folder, "rebuild")
    good(folder, "backup", str(folder.parent / "b"))


@pytest.mark.slow
@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_a_copied_disk_of_a_locked_node_gives_no_content(tmp_path: Path, end: int) -> None:
    (tmp_path / "words").write_text(WORDS)
    folder = tmp_path / "node"
    process = subprocess.Popen(
        [
            str(EIRENE),
            "serve",
            "--new",
            "--name",
            "zqkv7141node",
            "--owner",
            "mission",
            "--passphrase-file",
            str(tmp_path / "words"),
            "--mission",
            "car",
        ],
        env=os.environ | {"EIRENE_DATA": str(folder), "EIRENE_PORT": "0"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout
    ready = process.stdout.readline()
    assert ready.startswith("READY")
    try:
        used(folder, ready.split()[1])
    finally:
        process.send_signal(end)
        process.wait(20)
    assert len([*(folder / "attachments").iterdir()]) == 2
    words = [MARK, "Market at", *COMPARTMENTS, WORDS]
    shutil.move(tmp_path / "b", folder / "b")  # a backup that lies beside it
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("*.sock"))
    assert (end == signal.SIGKILL) == (copy / "log" / "log.db-wal").exists()
    assert traces(copy, words) == ["node.toml: mission"]  # the setting of that name
    assert (copy / "node.toml").read_text() == 'mission = "car"\n'
    refused = subprocess.run(
        [str(EIRENE), "export", str(tmp_path / "x.csv"), "--as", USER],
        env=os.environ | {"EIRENE_DATA": str(copy)},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    assert refused.returncode == 1
    assert "locked by a passphrase" in refused.stderr
