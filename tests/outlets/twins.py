"""Two nodes that differ in one report, and what must not differ in their answers.

Clocks stand still and salts are not drawn, so that two answers are the same
bytes where the nodes have the same to tell; nothing else is smoothed over.
"""

from __future__ import annotations

import secrets
import shutil
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from eirene.app import Node
from eirene.config import Settings
from eirene.web.app import make_app
from outlets.asking import Answer, Ask, Line
from outlets.ground import Ground
from outlets.probes import PROBES, Probe, Scene

STILL = datetime.now(UTC).replace(microsecond=0)
_DOOR = "door"
"""The probe that makes tokens and shifts: what it gets is new each time."""


class _Still(datetime):
    """The clock of the web room, stopped."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:
        return STILL.astimezone(tz) if tz else STILL.replace(tzinfo=None)


class _Salt:
    """``secrets`` for cursors and for the name of a table: all but these is as it is."""

    token_bytes = staticmethod(bytes)

    @staticmethod
    def token_hex(size: int) -> str:
        return "ab" * size

    def __getattr__(self, name: str) -> Any:
        return getattr(secrets, name)


class _AtOnce:
    """Threads that have done their work before anybody asks for it."""

    @staticmethod
    def submit(work: Callable[..., None], *given: Any) -> None:
        work(*given)


@contextmanager
def stopped() -> Generator[None]:
    """While this lasts, no answer tells the time, and no cursor is salted."""
    with pytest.MonkeyPatch.context() as patch:
        for name, module in list(sys.modules.items()):
            if name.startswith("eirene.web.") and getattr(module, "datetime", None) is datetime:
                patch.setattr(module, "datetime", _Still)
        patch.setattr("eirene.web.cursors.secrets", _Salt())
        patch.setattr("eirene.web.uploads.secrets", _Salt())
        patch.setattr("eirene.web.uploads._pool", _AtOnce())
        yield


class Twin:
    """A copy of a node's folder, opened as a node of its own."""

    def __init__(self, ground: Ground, folder: Path) -> None:
        shutil.copytree(ground.folder, folder)
        self.node = Node(Settings(data=str(folder)), None)
        self.node.releases._clock = lambda: ground.now
        # when a token was last used, too
        self.node.people.clock = self.node.people.holdings._clock = lambda: STILL
        self.line = Line(make_app(self.node))
        self._token = ground.web.token

    def ask(self, role: str | None, ask: Ask) -> Answer:
        """One request as a role."""
        return self.line.ask(None if role is None else self._token[role], ask)

    def close(self) -> None:
        """Let go of the folder."""
        self.line.close()
        self.node.close()


class Told(NamedTuple):
    """One request, and what each of the twins answered."""

    ask: Ask
    answers: tuple[Answer, ...]


def told_by(scene: Scene, *twins: Twin, probes: list[Probe] | None = None) -> Iterator[Told]:
    """Every request of the walk, put to each once; the first one leads through it."""
    for probe in probes or dict.fromkeys(PROBES.values()):
        if probe.__name__ == _DOOR:
            continue
        steps = probe(scene)
        try:
            ask = next(steps)
            while True:
                answers = tuple(twin.ask(scene.role, ask) for twin in twins)
                yield Told(ask, answers)
                ask = steps.send(answers[0])
        except StopIteration:
            continue
