"""Builders that every test may use. What a test is not about is filled in here."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from eirene.keys.lock import Lock
from eirene.keys.store import KeyStore
from eirene.log.log import Log
from eirene.places import Place
from eirene.reports.envelope import Body
from eirene.times import Span

# how long one example takes says more of what else the machine does than of the code
settings.register_profile("house", deadline=None, max_examples=50)
# before a release: ./run test --hypothesis-profile long
settings.register_profile("long", deadline=None, max_examples=1_000)
settings.load_profile("house")


BROWSER = "tests/browser"
"""All of the browser's tests go to one process, and before any other: together they take longest."""
LONG = 50
"""A test that is marked as slow counts for so many others."""


class BrowserApart(LoadFileScheduling):
    """Files are shared out whole, in the order of the collection; the browser's go together.

    Two browsers on two cores starve each other; and files with few tests came last,
    so that by file alone the browser's, slow and few, would be what all end up waiting for.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return BROWSER if file.startswith(f"{BROWSER}/") else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> BrowserApart:
    """How ``pytest -n`` shares out the tests."""
    config.option.loadscopereorder = False
    return BrowserApart(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Between processes the longest files come first: what comes last leaves one of them idle."""
    if not hasattr(config, "workerinput"):
        return
    weights = Counter[Path]()
    for item in items:
        weights[item.path] += LONG if item.get_closest_marker("slow") else 1
    # stable: the tests of a file stay in their order
    items.sort(key=lambda item: (not item.nodeid.startswith(f"{BROWSER}/"), -weights[item.path]))


T0 = datetime(2026, 11, 25, 14, 30, tzinfo=UTC)


def a_body(**changes: Any) -> Body:
    """A body of an incident, with random ids."""
    content = {"type": "VC", "summary": "Market attacked", "killed": 1} | changes.pop("content", {})
    values: dict[str, Any] = {
        "id": os.urandom(16),
        "client_id": os.urandom(16),
        "owner": "mission",
        "compartment": "command",
        "entity": os.urandom(16),
        "kind": "incident/1",
        "account": "joc-duty-officer",
        "filed": T0,
        "occurred": Span(T0, T0 + timedelta(minutes=1), "minute"),
        "place": Place(lat=4.3612, lon=18.555, accuracy_m=50.0, method="text"),
    }
    return Body(**values | changes, content=msgspec.Raw(msgspec.msgpack.encode(content)))


class Bench:
    """A key store and a log in a folder of their own; ``reopen`` starts them again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.keys = KeyStore.create(
            folder / "keys", Lock("plain"), realm="exercise", node="test", owner="mission"
        )
        self.log = Log.open(folder / "log", self.keys)
        self.closed = False

    def reopen(self, **options: Any) -> Log:
        """Close, open again."""
        self.close()
        self.keys = KeyStore.open(self.folder / "keys", None)
        self.log = Log.open(self.folder / "log", self.keys, **options)
        self.closed = False
        return self.log

    def close(self) -> None:
        """Close both; again is harmless."""
        if not self.closed:
            self.log.close()
            self.keys.close()
        self.closed = True


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """An open key store and log."""
    made = Bench(tmp_path)
    yield made
    made.close()
