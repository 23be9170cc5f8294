"""People of one node without a disk: a clock that goes when told, a log and a key store in memory."""

from __future__ import annotations

import asyncio
import atexit
import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from eirene.errors import EireneError
from eirene.people import People
from eirene.people.acts import body_of
from eirene.people.passes import Pass
from eirene.people.register import Done
from eirene.reports.acts.clearance import ClearanceAct
from eirene.reports.envelope import (
    Body,
    Header,
    Opened,
    decode_header,
    encode_header,
    entry_hash,
)

_LOOP = asyncio.Runner()
"""One for all tries: thousands of guesses are a test of the node, not of making loops."""
atexit.register(_LOOP.close)

RIGHT = "the right sentence"
HOME, ELSEWHERE = "10.0.0.1", "192.0.2.7"


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **much: float) -> None:
        self.now += timedelta(**much)


class Memory:
    """The key store's local secrets, without a disk."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], bytes] = {}

    def put(self, part: str, key: str, value: bytes, /) -> None:
        self.kept[part, key] = value

    def get(self, part: str, key: str, /) -> bytes | None:
        return self.kept.get((part, key))

    def all(self, part: str, /) -> list[tuple[str, bytes]]:
        return [(key, value) for (of, key), value in sorted(self.kept.items()) if of == part]

    def drop(self, part: str, key: str, /) -> None:
        self.kept.pop((part, key), None)


class Ledger:
    """The log, without a disk: bodies in, entries out, in order."""

    def __init__(self) -> None:
        self.entries: list[Opened] = []

    def __call__(self, bodies: Sequence[Body]) -> list[Opened]:
        header = decode_header(encode_header(A_HEADER))
        for body in bodies:
            at = len(self.entries) + 1
            clocked = msgspec.structs.replace(header, clock=at, sequence=at)
            hash_ = entry_hash(encode_header(clocked))
            self.entries.append(Opened(at, hash_, clocked, body, b"", body.filed))
        return self.entries[-len(bodies) :]


A_HEADER = Header(
    format=1,
    suite=1,
    mission=bytes(16),
    realm=1,
    compartment=bytes(16),
    author=bytes(32),
    sequence=0,
    previous=bytes(32),
    clock=0,
    key_id=bytes(16),
    salt=bytes(32),
    body_hash=bytes(32),
    commitment=bytes(32),
    size=256,
)


class Town:
    """People of one node, restarted at will, and a count of passwords that were really checked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.clock = Clock()
        self.vault = Memory()
        self.ledger = Ledger()
        self.checked = 0
        monkeypatch.setattr("eirene.people.tries.fits", self._fits)
        self.people = self.started()

    def _fits(self, stored: str, password: str) -> bool:
        self.checked += 1
        return stored == f"hash of {password}"

    def started(self, *, load: bool = True) -> People:
        people = People(self.vault, b"pepper", post=self.ledger, clock=self.clock)
        if load:
            people.acts.take(list(self.ledger.entries))
            people.start()
        return people

    def try_in(
        self, user: str, password: str = RIGHT, address: str = HOME
    ) -> type[Exception] | str:
        """The kind of refusal, or the session's secret."""
        try:
            secret, _ = _LOOP.run(self.people.sign_in(user, password, address))
        except EireneError as error:
            return type(error)
        return secret

    # -- acts

    def act(self, act: msgspec.Struct, by: str, *, about: str = "x") -> Done:
        """Do it, as somebody; it must count."""
        return self.people.acts.act(act, by, about=about, owner="mission")

    def bodies_of(self, act: msgspec.Struct, by: str) -> list[Body]:
        """The act as a body, whether or not it may be done."""
        done = Done(id=os.urandom(16), by=by, at=self.clock(), act=act)
        return [body_of(done, "x", "mission")]

    def refused(self, act: msgspec.Struct, by: str) -> str:
        """The field of the refusal; nothing must have been appended."""
        before = len(self.ledger.entries)
        with pytest.raises(EireneError) as caught:
            self.act(act, by)
        assert len(self.ledger.entries) == before
        assert caught.value.remedy
        return caught.value.field or ""

    def given(self, user: str, by: str, second: str, **rights: Any) -> None:
        """Clearances, proposed by one and confirmed by another, for 30 days."""
        until = rights.pop("until", self.clock() + timedelta(days=30))
        made = self.act(ClearanceAct(step="proposed", user=user, until=until, **rights), by)
        self.act(ClearanceAct(step="confirmed", proposal=made.id), second)

    def reads(self, user: str) -> set[str]:
        """What an account may read now."""
        return set(self.people.account(user).compartments)

    def token(self, user: str) -> Pass:
        """A pass of a token of a year."""
        until = self.clock() + timedelta(days=365)
        secret, _ = self.people.make_token(user, "read+file", until)
        held = self.people.pass_of_token(secret)
        assert held is not None
        return held
