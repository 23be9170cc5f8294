"""The reference follows the code, and links in the documentation lead somewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


def test_the_generated_pages_are_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "docs" / "generate.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        if not re.match(r"[a-z]+:", target):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_file_names_in_the_documentation_exist(page: Path) -> None:
    for name in re.findall(r"`((?:src|tests|docs|client)/[\w./-]+\.\w+)`", page.read_text("utf-8")):
        assert (ROOT / name).exists(), f"{page.name} names {name}"


_NAMED = re.compile(r"`((?:browser/|drills/)?(?:test_\w+|run)(?:::test_\w+)?)`")


def rows_with_tests(page: str) -> list[list[str]]:
    """Cells of the rows of a page's tables; every test that the page names is there."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    for name in _NAMED.findall(text):
        file, _, test = name.partition("::")
        source = (ROOT / "tests" / f"{file}.py").read_text(encoding="utf-8")
        assert not test or re.search(rf"^(?:async )?def {test}\(", source, re.MULTILINE), name
    lines = [line for line in text.splitlines() if line.startswith("| ") and "| --- |" not in line]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_the_threat_model_names_tests_that_exist() -> None:
    """And each threat has a test, or says that nothing answers it."""
    rows = rows_with_tests("threat-model.md")
    assert len(rows) > 40
    for threat, answer, held in rows:
        answered = held == "held by" or _NAMED.search(held)
        assert answered or re.search(r"\*(not answered|partly)\*", answer, re.IGNORECASE), threat


def test_each_fault_of_another_tool_is_held_by_tests_that_exist() -> None:
    """Or it is said what is not there yet; and a fault that a test is named after is in the table."""
    head, *rows = rows_with_tests("pitfalls.md")
    assert head == ["number", "what went wrong elsewhere", "held by"]
    for number, _, held in rows:
        assert _NAMED.search(held) or held.startswith("*not there yet*: "), number
    numbers = [number for number, _, _ in rows]
    assert len(numbers) == len(set(numbers))
    for path in (ROOT / "tests").glob("test_*pitfalls.py"):
        named = re.findall(r"^def test_([a-z]\d\d)_", path.read_text("utf-8"), re.MULTILINE)
        assert named
        assert {one.upper() for one in named} <= set(numbers)
