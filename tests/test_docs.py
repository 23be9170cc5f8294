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


def test_the_threat_model_names_tests_that_exist() -> None:
    """And each threat has a test, or says that nothing answers it."""
    text = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")
    named = _NAMED.findall(text)
    assert len(named) > 80
    for name in named:
        file, _, test = name.partition("::")
        source = (ROOT / "tests" / f"{file}.py").read_text(encoding="utf-8")
        assert not test or re.search(rf"^def {test}\(", source, re.MULTILINE), name
    rows = [line for line in text.splitlines() if line.startswith("| ") and "| --- |" not in line]
    for row in rows:
        threat, answer, held = (cell.strip() for cell in row.strip("|").split("|"))
        answered = held == "held by" or _NAMED.search(held)
        assert answered or re.search(r"\*(not answered|partly)\*", answer, re.IGNORECASE), threat
