"""The rooms of docs/architecture.md, held against what the code imports."""

import re
from pathlib import Path

import pytest

from imports_of import imports_of

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "eirene"
GROUND = ("errors", "config", "times", "places")
DATA = ("basemap", "strings")


def allowed_imports(page: str) -> dict[str, set[str]]:
    """The table under "## Rooms": each room with the rooms it may import."""
    section = page.split("## Rooms", 1)[1].split("\n## ", 1)[0]
    allowed: dict[str, set[str]] = {}
    for line in section.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        rooms = re.findall(r"`(\w+)`", cells[0])
        if not line.startswith("| `") or len(cells) != 3:
            continue
        if cells[2] == "the ground":
            reach = set(GROUND)
        elif cells[2] in ("all above", "everything"):
            reach = set(allowed)
        else:
            reach = set(re.findall(r"`(\w+)`", cells[2])) | set(GROUND)
        if cells[2] == "everything":
            reach |= set(rooms)
        unknown = reach - set(allowed) - set(rooms)
        assert not unknown, f"{rooms} may import {unknown}, which no row above it has"
        for room in rooms:
            allowed[room] = reach | {room}
    return allowed


def room_of(module: str) -> str:
    """``eirene.times_text`` stands in the room ``times``; the package itself in none."""
    first = module.removeprefix("eirene").removeprefix(".").split(".")[0]
    if first.startswith("__"):
        return ""
    return next((g for g in GROUND if first.startswith(f"{g}_")), first)


def faults(source: str, module: str, allowed: dict[str, set[str]]) -> list[str]:
    """Say what is wrong with one module's imports, a sentence each."""
    room = "cli" if module == "eirene.__main__" else room_of(module)
    if room and room not in allowed:
        return [f"{module}: docs/architecture.md has no room `{room}`"]
    reach = allowed.get(room, set()) | {""}
    return [
        f"{module}:{line}: `{room or 'eirene'}` may not import `{room_of(name)}`"
        for line, name in imports_of(source, module)
        if name.split(".")[0] == "eirene" and room_of(name) not in reach
    ]


def modules() -> dict[str, Path]:
    found: dict[str, Path] = {}
    for path in sorted(SOURCE.rglob("*.py")):
        parts = path.relative_to(SOURCE.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


ALLOWED = allowed_imports((ROOT / "docs" / "architecture.md").read_text())


def test_every_import_is_one_that_the_table_allows():
    found = [
        fault
        for name, path in modules().items()
        for fault in faults(path.read_text(), name, ALLOWED)
    ]
    assert not found, "\n".join(found)


def test_folders_of_data_hold_no_python():
    assert not [p for folder in DATA for p in (SOURCE / folder).rglob("*.py")]


def test_the_table_is_read_whole():
    assert len(ALLOWED) == 22
    assert ALLOWED["reports"] == {*GROUND, "reports"}
    assert "desks" in ALLOWED["web"]
    assert "app" not in ALLOWED["web"]
    assert ALLOWED["cli"] == set(ALLOWED)


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("eirene.reports.incident", "from eirene.log import append"),
        ("eirene.reports.incident", "import eirene.picture.store"),
        ("eirene.reports.incident", "def f():\n    from eirene import web\n"),
        ("eirene.reports.incident", "from ..keys import store"),
        ("eirene.reports.incident", "import importlib\nimportlib.import_module('eirene.web')"),
        ("eirene.feeds.ais.translate", "if True:\n    from eirene.picture.query import Query"),
        ("eirene.times_text", "from eirene.reports import envelope"),
        ("eirene.errors", "import eirene.web"),
        ("eirene", "from eirene.errors import EireneError"),
        ("eirene.web.routes", "from eirene.app import node"),
        ("eirene.lounge.sofa", "x = 1"),
    ],
)
def test_an_import_across_a_wall_is_found(module: str, source: str):
    assert faults(source, module, ALLOWED)


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("eirene.reports.incident", "from eirene.reports.kinds import Kind\nimport msgspec"),
        ("eirene.reports.incident", "from eirene import __version__"),
        ("eirene.times_text", "from eirene.errors import InvalidReport"),
        ("eirene.log.log", "from eirene.keys.store import KeyStore"),
        ("eirene.web.routes", "from eirene.desks.filing import file"),
        ("eirene.cli", "from eirene import app, web"),
        ("eirene.__main__", "from eirene.cli import main"),
    ],
)
def test_an_import_that_the_table_allows_is_let_through(module: str, source: str):
    assert not faults(source, module, ALLOWED)


def test_a_row_that_imports_downwards_is_refused():
    page = "## Rooms\n\n| `reports` | x | `log` |\n| `log` | x | `reports` |\n"
    with pytest.raises(AssertionError, match="no row above"):
        allowed_imports(
            "| `errors` `config` `times` `places` | x | the ground |\n".join([page, ""])
        )
