"""Only the log, the picture and the key store know that there is SQLite."""

from pathlib import Path

import pytest

from imports_of import imports_of

SOURCE = Path(__file__).resolve().parent.parent / "src" / "eirene"
MAY = ("log", "picture", "keys")
ENGINES = {"apsw", "sqlite3", "_sqlite3", "pysqlite3", "aiosqlite", "sqlalchemy", "sqlcipher3"}


def engines(source: str, where: str = "") -> list[str]:
    """Each import of an SQLite library."""
    found = [(line, name.split(".")[0]) for line, name in imports_of(source, where)]
    return [f"line {line}: {name}" for line, name in found if name in ENGINES]


def test_no_other_room_imports_sqlite():
    found = [
        f"{path.relative_to(SOURCE)}, {engine}"
        for path in sorted(SOURCE.rglob("*.py"))
        if path.relative_to(SOURCE).parts[0] not in MAY
        for engine in engines(path.read_text(), str(path))
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "source",
    [
        "import sqlite3",
        "import json, apsw.ext as e",
        "from apsw import Connection",
        "def f():\n    from sqlite3 import connect\n",
        "import importlib\nimportlib.import_module('apsw')",
        "__import__('sqlite3')",
    ],
)
def test_an_import_of_sqlite_is_found(source: str):
    assert engines(source)


@pytest.mark.parametrize("source", ["import apsword", "from eirene.log import apsw", "x = 'apsw'"])
def test_what_only_looks_like_it_is_let_through(source: str):
    assert not engines(source)
