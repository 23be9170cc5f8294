"""``eirene org erase``, as somebody at the machine types it."""

from __future__ import annotations

import os
import pty
import re
import subprocess
from pathlib import Path

import pytest

from test_cli import EIRENE, bad, good, run, serving
from web_node import PASSWORD, WebNode, an_incident

CODE, FOCAL = "amber-river", "ngo-focal-point"
HEADS = ("head-of-mission", "cmcoord-officer")
ROLES = {
    "joc-duty-officer": "mission",
    "administrator": "mission",
    FOCAL: CODE,
    HEADS[0]: "mission",
    HEADS[1]: "ocha",
}


@pytest.fixture
def node(tmp_path: Path) -> Path:
    """A closed node with reports of two organisations, and a file with the password of all."""
    made = WebNode(tmp_path / "node", ROLES)
    made.file(an_incident(summary="TOKEN-7141"))
    made.file(
        an_incident(summary="TOKEN-AMBER", compartment="org-amber-river"),
        an_incident(summary="TOKEN-GIVEN", compartment="partners"),
        role=FOCAL,
    )
    made.close()
    (tmp_path / "password").write_text(f"{PASSWORD}\n")
    (tmp_path / "wrong").write_text("not this one, certainly\n")
    return tmp_path / "node"


def asks(node: Path, user: str, file: str = "password") -> tuple[str, ...]:
    """The arguments by which an account asks."""
    password = str(node.parent / file)
    return ("org", "erase", CODE, "--as", user, "--password-file", password, "--yes")


def custodians(folder: Path) -> list[str]:
    for number in (1, 2):
        (folder / f"c{number}").write_text(f"words of custodian {number}\n")
    return [f"--custodian-file={folder / f'c{number}'}" for number in (1, 2)]


def test_its_focal_point_erases_it_and_every_copy_is_listed_until_receipted(
    node: Path, tmp_path: Path
) -> None:
    good(node, "backup", str(tmp_path / "data"))
    good(node, "keys", "backup", str(tmp_path / "keys"), *custodians(tmp_path))
    with serving(node):
        before = good(node, "org", "erase", CODE, "--dry-run")
        assert re.search(r"reports +2\b", before)
        assert re.search(r"accounts +1\b", before)
        assert str(tmp_path / "keys") in before
        done = run(node, *asks(node, FOCAL), "--reason", "we leave")
        assert done.returncode == 0, done.stderr
        for stage in ("recalling versions", "dropping bodies", "building the picture"):
            assert stage in done.stderr
        assert "erased on" in done.stdout
        assert "Not complete: 2 copies" in done.stdout
        assert str(tmp_path / "data") in done.stdout
    assert "whole" in good(node, "log", "verify")
    assert CODE not in good(node, "organisation", "list")
    assert "account" in bad(node, "export", str(tmp_path / "f.csv"), "--as", FOCAL)
    good(node, "export", str(tmp_path / "j.csv"), "--as", "joc-duty-officer")
    text = (tmp_path / "j.csv").read_text(encoding="utf-8")
    assert "TOKEN-7141" in text
    assert "TOKEN-GIVEN" not in text
    again = good(node, "org", "erase", CODE)
    assert "Not complete: 2 copies" in again
    one = good(node, "org", "erase", CODE, "--receipt", str(tmp_path / "keys"), "--reason", "burnt")
    assert "Not complete: 1 copies" in one
    [left] = re.findall(r"^([0-9a-f]{8}) ", one, re.MULTILINE)
    both = run(node, "org", "erase", CODE, "--receipt", left, "--reason", "burnt too")
    assert "Complete" in both.stdout
    assert "burnt too" in both.stderr


def test_two_who_answer_for_it_ask_one_after_the_other(node: Path) -> None:
    assert "second person" in good(node, *asks(node, HEADS[0]))
    assert "second person" in bad(node, *asks(node, HEADS[0]))
    assert CODE in good(node, "organisation", "list")
    assert "erased on" in good(node, *asks(node, HEADS[1]))
    assert CODE not in good(node, "organisation", "list")


def test_who_may_not_changes_nothing(node: Path) -> None:
    for arguments, field in REFUSED:
        named = [str(node.parent / a) if a in ("wrong", "password") else a for a in arguments]
        assert field in bad(node, "org", "erase", CODE, *named), arguments
    assert re.search(r"reports +2\b", good(node, "org", "erase", CODE, "--dry-run"))


REFUSED = [
    (("--yes",), "(as)"),
    (("--as", FOCAL), "(yes)"),
    (("--as", FOCAL, "--yes"), "password"),
    (("--as", FOCAL, "--yes", "--password-file", "wrong"), "right"),
    (("--as", "nobody", "--yes", "--password-file", "password"), "right"),
    (("--as", "administrator", "--yes", "--password-file", "password"), "(as)"),
    (("--as", "joc-duty-officer", "--yes", "--password-file", "password"), "(as)"),
    (("--receipt", "3f9ac210"), "(organisation)"),
]


def test_an_organisation_that_is_not_there_and_that_of_the_node_are_named(node: Path) -> None:
    assert "(organisation)" in bad(node, "org", "erase", "nobody", "--dry-run")
    password = str(node.parent / "password")
    by = ("--as", HEADS[0], "--yes", "--password-file", password)
    assert "(organisation)" in bad(node, "org", "erase", "mission", *by)


_QUESTIONS = (b"to erase it: ", b"Type erase: ", b"Password of ")


def at_a_terminal(node: Path, *answers: str) -> str:
    """What it says to somebody who types these lines."""
    ours, its = pty.openpty()
    process = subprocess.Popen(
        [str(EIRENE), "org", "erase", CODE, "--as", FOCAL],
        env=os.environ | {"EIRENE_DATA": str(node), "TERM": "dumb"},
        stdin=its,
        stdout=its,
        stderr=its,
        start_new_session=True,
    )
    os.close(its)
    said = b""
    try:
        for answer, question in zip(answers, _QUESTIONS, strict=False):
            while question not in said:  # what is typed before it would be thrown away
                said += os.read(ours, 1_000)
            os.write(ours, f"{answer}\n".encode())
        while chunk := os.read(ours, 1_000):
            said += chunk
    except OSError:  # the other end is closed
        pass
    finally:
        assert process.wait(60) == 0, said.decode()
        os.close(ours)
    return said.decode()


@pytest.mark.slow
def test_at_a_terminal_it_asks_for_the_code_a_word_and_the_password(node: Path) -> None:
    for answers in (("amber",), (CODE, "yes")):
        assert "Nothing was changed" in at_a_terminal(node, *answers)
    assert CODE in good(node, "organisation", "list")
    said = at_a_terminal(node, CODE, "erase", PASSWORD)
    assert "It cannot be undone" in said
    assert PASSWORD not in said
    assert "Complete" in said
    assert CODE not in good(node, "organisation", "list")
