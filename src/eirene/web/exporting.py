"""Exports that are being made: how far each is, for whoever waits for it, and for nobody else."""

from __future__ import annotations

import threading
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from uuid import UUID
from weakref import WeakValueDictionary

from eirene.errors import InvalidQuery, Unavailable

EXPORTING = "eirene.exporting"


class AtHand:
    """One export; forgotten with whoever makes it."""

    def __init__(self) -> None:
        self.done, self.of = 0, 0
        """Reports that are in, and of how many."""
        self.gone = threading.Event()
        """Set when nobody waits for it any more."""
        self.ended = False
        """It was given up."""
        self.sending = False
        """Its beginning is on the way: who sends it asks whether it may go on."""


@asynccontextmanager
async def ended_by_a_fault(one: AtHand) -> AsyncGenerator[None]:
    """Whatever ends the making of it, it has ended then: a fault may hold on to it for long."""
    try:
        yield
    except BaseException:
        one.ended = True
        raise


class Exporting:
    """Of one node, by account and by the name that its browser gave to the question."""

    def __init__(self) -> None:
        self._known: WeakValueDictionary[tuple[str, str], AtHand] = WeakValueDictionary()

    def begin(self, account: str, ask: str) -> AtHand:
        """A new one; without a name, nobody asks how far it is. ``InvalidQuery`` for no UUID."""
        made = AtHand()
        if ask:
            try:
                name = str(UUID(ask))
            except ValueError:
                raise InvalidQuery(
                    "ask is no UUID.", field="ask", remedy="Make a new UUID for each question."
                ) from None
            self._known[account, name] = made
        return made

    def of(self, account: str, ask: str) -> AtHand:
        """``Unavailable`` where there is none of this account, or it has ended."""
        found = self._known.get((account, ask))
        if found is None or found.ended:
            raise Unavailable
        return found
