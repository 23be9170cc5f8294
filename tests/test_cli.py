"""The command line: each fault is one clear sentence, and status 0 means success."""

from __future__ import annotations

import io
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from unittest import mock

import pytest

from eirene.cli import console
from eirene.cli.main import main
from map_files import mbtiles, png
from web_node import WebNode, an_incident

EIRENE = Path(sys.executable).with_name("eirene")
SITES = "name,type,latitude,longitude,code\nOne,school,-0.4,-0.2,0101\nTwo,school,-95,0.2,9e42\n"


def run(folder: Path, *args: str, **more: str) -> subprocess.CompletedProcess[str]:
    """What a command answers, in this process: a start of Python for each would take seconds."""
    out, err = io.StringIO(), io.StringIO()
    with (
        mock.patch.dict(os.environ, {"EIRENE_DATA": str(folder)} | more),
        mock.patch.object(sys, "stdin", io.StringIO()),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            code = main(args)
        except SystemExit as ended:
            code = int(ended.code or 0)
    return subprocess.CompletedProcess(args, code, out.getvalue(), err.getvalue())


def run_apart(folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    """The same in a process of its own."""
    environment = os.environ | {"EIRENE_DATA": str(folder)}
    return subprocess.run(
        [str(EIRENE), *args],
        env=environment,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=60,
        check=False,
    )


def good(folder: Path, *args: str) -> str:
    done = run(folder, *args)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def bad(folder: Path, *args: str, **more: str) -> str:
    done = run(folder, *args, **more)
    assert done.returncode not in (0, 2), done.stdout
    assert "Traceback" not in done.stderr
    assert "nobody foresaw" not in done.stderr
    return done.stderr


@contextmanager
def serving(folder: Path, *args: str) -> Generator[subprocess.Popen[str]]:
    environment = os.environ | {"EIRENE_DATA": str(folder), "EIRENE_PORT": "0"}
    process = subprocess.Popen(
        [str(EIRENE), "serve", *args],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    line = process.stdout.readline()
    assert line.startswith("READY http://localhost:"), process.stderr and process.stderr.read()
    try:
        yield process
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0
        process.communicate()
    finally:
        process.kill()  # where a test fails, no node is left behind


@pytest.fixture
def node(tmp_path: Path) -> Path:
    """A closed node with accounts and one report."""
    made = WebNode(tmp_path / "node")
    made.file(an_incident(summary="TOKEN-7141"))
    made.close()
    return tmp_path / "node"


@pytest.mark.slow
def test_the_same_verbs_work_on_a_running_and_on_a_closed_node(node: Path, tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text(SITES)
    bring = ("--as", "site", "--account", "joc-duty-officer", "--compartment", "mission")

    def all_of_them(name: str) -> None:
        assert "joc-duty-officer" in good(node, "account", "list")
        assert "whole" in good(node, "log", "verify")
        assert "anew" in good(node, "rebuild")
        assert "checked" in good(node, "backup", str(tmp_path / f"{name}.backup"))
        good(node, "export", str(tmp_path / f"{name}.csv"), "--as", "joc-duty-officer")
        assert "TOKEN-7141" in (tmp_path / f"{name}.csv").read_text(encoding="utf-8")
        good(node, "export", str(tmp_path / f"{name}-any.csv"), "--as", "anyone")
        assert "TOKEN-7141" not in (tmp_path / f"{name}-any.csv").read_text(encoding="utf-8")

    survey = mbtiles(tmp_path / "s.mbtiles", [((0, 0, 0), png())])
    with serving(node):
        all_of_them("running")
        added = run(node, "maps", "add", str(survey), "--name", "S", "--attribution", "Dept")
        assert "The node looks at the file." in added.stderr, "it is the node that does it"
        assert "Dept" in good(node, "maps", "list")
        out = good(node, "import", str(tmp_path / "s.csv"), *bring)
        assert "2 rows = 1 reports + 0 repeats + 1 rejects" in out
    all_of_them("closed")
    assert "own-s is gone" in good(node, "maps", "remove", "own-s")
    out = good(node, "import", str(tmp_path / "s.csv"), *bring)
    assert "2 rows = 0 reports + 1 repeats + 1 rejects" in out
    rejects = (tmp_path / "s.csv.rejects.csv").read_text(encoding="utf-8")
    assert "latitude" in rejects
    assert "-95" in rejects


def test_the_installed_command_answers_as_here(node: Path) -> None:
    apart, here = run_apart(node, "account", "list"), run(node, "account", "list")
    assert (apart.returncode, apart.stdout, apart.stderr) == (0, here.stdout, here.stderr)
    assert run_apart(node, "no-such-verb").returncode == 2


def test_an_account_is_made_reset_and_ended(node: Path) -> None:
    out = good(node, "account", "make", "amina", "--role", "joc-duty-officer")
    assert "the password is" in out
    assert good(node, "account", "reset", "amina") != out
    good(node, "account", "end", "amina")
    assert "ended" in good(node, "account", "list")
    assert "role" in bad(node, "account", "make", "x", "--role", "nope")


def test_a_mission_is_founded_by_two_and_then_the_command_line_gives_nothing(
    node: Path, tmp_path: Path
) -> None:
    files: list[str] = []
    for user in ("hom", "hom-2"):
        out = good(node, "account", "make", user, "--role", "head-of-mission")
        file = tmp_path / user
        file.write_text(out.split()[-1])
        files += ["--password-file", str(file)]
    assert "not founded" in run(node, "account", "list").stderr
    assert "grant" in bad(node, "account", "found", "hom", "joc-duty-officer", *files)
    assert "right" in bad(node, "account", "found", "hom-2", "hom", *files)
    assert "Two people" in bad(node, "account", "found", "hom", "hom", *files)
    assert "Founded" in good(node, "account", "found", "hom", "hom-2", *files)
    good(node, "account", "make", "puppet", "--role", "joc-duty-officer")
    good(node, "export", str(tmp_path / "puppet.csv"), "--as", "puppet")
    assert "TOKEN-7141" not in (tmp_path / "puppet.csv").read_text(encoding="utf-8")
    good(node, "account", "reset", "joc-duty-officer")
    good(node, "export", str(tmp_path / "joc.csv"), "--as", "joc-duty-officer")
    assert "TOKEN-7141" not in (tmp_path / "joc.csv").read_text(encoding="utf-8")
    assert "Command line" in good(node, "account", "devices", "joc-duty-officer")


def test_organisations_and_accounts_are_suspended_and_devices_lost(
    node: Path, tmp_path: Path
) -> None:
    good(node, "organisation", "make", "green-lamp", "--title", "Green Lamp")
    assert "org-green-lamp" in good(node, "organisation", "list")
    assert "code" in bad(node, "organisation", "make", "green-lamp")
    good(node, "organisation", "suspend", "amber-river", "--reason", "asked for")
    assert "not in force" in bad(node, "export", str(tmp_path / "n.csv"), "--as", "ngo-focal-point")
    good(node, "export", str(tmp_path / "s.csv"), "--as", "sector-operations-officer")
    lost = good(node, "account", "lost", "sector-operations-officer", "Command line of the node")
    assert "at most 1 reports" in lost
    assert "device" in bad(node, "account", "lost", "sector-operations-officer", "no such")
    good(node, "account", "suspend", "sector-operations-officer")
    assert "suspended" in good(node, "account", "list")
    assert "in force" in bad(
        node, "export", str(tmp_path / "x.csv"), "--as", "sector-operations-officer"
    )


def test_a_dry_run_writes_nothing(node: Path, tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text(SITES)
    out = good(
        node,
        "import",
        str(tmp_path / "s.csv"),
        "--as",
        "site",
        "--dry-run",
        "--compartment",
        "mission",
    )
    assert "REJECT latitude" in out
    good(node, "export", str(tmp_path / "all.csv"), "--as", "joc-duty-officer", "--kind", "site")
    assert len((tmp_path / "all.csv").read_text(encoding="utf-8").splitlines()) == 1


def test_a_folder_in_use_is_named(node: Path) -> None:
    with serving(node):
        error = bad(node, "serve")
        assert str(node) in error
        assert "Stop it first" in error


def test_a_port_in_use_is_named(node: Path, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        for error in (
            bad(node, "serve", "--port", port),
            bad(tmp_path / "demo", "demo", "--port", port),
        ):
            assert "(port)" in error
            assert "choose another port" in error
    assert not (tmp_path / "demo").exists()  # nothing was loaded first


def test_what_is_wrong_with_a_folder_is_said(tmp_path: Path, node: Path) -> None:
    assert "no node" in bad(tmp_path / "nowhere", "log", "verify")
    assert "Nodes in it: node" in bad(tmp_path, "log", "verify")
    assert "--new" in bad(tmp_path / "nowhere", "serve")
    assert "need a lock" in bad(tmp_path / "nowhere", "serve", "--new")
    assert "Did you mean EIRENE_PORT" in bad(node, "log", "verify", EIRENE_PROT="1")


def test_a_wrong_passphrase_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "right").write_text("four plain words here\n")
    (tmp_path / "wrong").write_text("four other words here\n")
    right, wrong = (("--passphrase-file", str(tmp_path / name)) for name in ("right", "wrong"))
    with serving(tmp_path / "n", "--new", *right):
        pass
    assert "does not open" in bad(tmp_path / "n", "serve", *wrong)
    assert "locked by a passphrase" in bad(tmp_path / "n", "log", "verify")
    assert "whole" in good(tmp_path / "n", "log", "verify", *right)
    for path in (tmp_path / "n").rglob("*"):
        if path.is_file():
            assert b"plain words" not in path.read_bytes()


def test_a_damaged_picture_is_built_anew_by_itself(node: Path, tmp_path: Path) -> None:
    for picture in (node / "picture").glob("*.db"):
        picture.write_bytes(b"\xff" * picture.stat().st_size)
    good(node, "export", str(tmp_path / "x.csv"), "--as", "joc-duty-officer")
    assert "TOKEN-7141" in (tmp_path / "x.csv").read_text(encoding="utf-8")


def test_a_damaged_log_is_named_and_left_as_it_is(node: Path) -> None:
    path = node / "log" / "log.db"
    data = bytearray(path.read_bytes())
    data[8192:] = b"\xff" * (len(data) - 8192)
    path.write_bytes(bytes(data))
    error = bad(node, "log", "verify")
    assert "entry" in error or "damaged" in error
    assert path.read_bytes() == bytes(data)


def test_backup_and_restore_on_another_machine(node: Path, tmp_path: Path) -> None:
    for number in (1, 2):
        (tmp_path / f"c{number}").write_text(f"words of custodian {number}\n")
    two = [f"--custodian-file={tmp_path / f'c{number}'}" for number in (1, 2)]
    good(node, "backup", str(tmp_path / "b"))
    good(node, "keys", "backup", str(tmp_path / "k"), *two)
    new = tmp_path / "new"
    assert "no node" in bad(new, "restore", str(tmp_path / "b"))
    good(new, "keys", "restore", str(tmp_path / "k"), "--lock", "plain", *two)
    good(new, "restore", str(tmp_path / "b"))
    assert "never overwrites" in bad(new, "restore", str(tmp_path / "b"))
    assert "whole" in good(new, "log", "verify")
    good(new, "export", str(tmp_path / "n.geojson"), "--as", "joc-duty-officer")
    assert "TOKEN-7141" in (tmp_path / "n.geojson").read_text(encoding="utf-8")


def test_help_names_every_verb_and_stdout_may_close(node: Path) -> None:
    out = good(node, "--help")
    for (
        verb
    ) in "demo serve import export rebuild backup restore log keys account organisation".split():
        assert verb in out
        good(node, verb, "--help")
    piped = subprocess.run(
        ["sh", "-c", f"{EIRENE} account list | head -1"],
        env=os.environ | {"EIRENE_DATA": str(node)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in piped.stderr


def test_texts_of_others_steer_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """Brackets in a file are no markup that falls away or breaks, and no sign is obeyed."""
    console.table([("asked", "[const] and [/red] \x1b[31m \u202ecod"), ("", "")])
    console.say("a [b] \x9b")
    with console.progress("reading {x} [/y]") as report:
        report(1, 2)
    out = capsys.readouterr().out
    assert out == "asked  [const] and [/red] \\x1b[31m \\x202ecod\n\na [b] \\x9b\n"
