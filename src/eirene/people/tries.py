"""Passwords that are tried: how often, how many at once, and from which addresses before."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import ParamSpec, TypeVar

import msgspec

from eirene.errors import SignInFailed, TooManyTries
from eirene.people.accounts import NO_PASSWORD, Stored, fits
from eirene.people.passes import Vault, key_of
from eirene.people.register import folded
from eirene.people.throttle import Throttle

WAITING_MOST = 24
"""Passwords that wait to be checked at once; two are checked at a time."""
ADDRESSES = 5
"""Addresses of late good sign-ins that are remembered for an account."""
_PART = "throttle"
P = ParamSpec("P")
R = TypeVar("R")


class Tries:
    """See the module. From an event loop, but for ``forget`` and ``close``."""

    def __init__(self, vault: Vault, pepper: bytes, clock: Callable[[], datetime]) -> None:
        self._vault = vault
        self._pepper = pepper
        self._clock = clock
        self._throttle = Throttle()
        self._checkers = ThreadPoolExecutor(2, thread_name_prefix="password")
        self._waiting = 0
        self._known = {
            key: msgspec.msgpack.decode(value, type=list[str]) for key, value in vault.all(_PART)
        }

    def close(self) -> None:
        """Check no more passwords."""
        self._checkers.shutdown(wait=False, cancel_futures=True)

    def take(self, what: str, address: str, *, exists: bool = False) -> None:
        """``TooManyTries`` after a flood of something else than passwords from an address: of
        invitation codes, or of sign-ins of one person at a provider that open nothing.
        """
        place, now = key_of(address, self._pepper), self._clock().timestamp()
        wait_s = self._throttle.take(f"\0{what}", place, known=True, exists=exists, now=now)
        if wait_s:
            raise TooManyTries(wait_s)

    def forgive(self, what: str, address: str) -> None:
        """It was right: its budget at this address is whole again."""
        self._throttle.forgive(f"\0{what}", key_of(address, self._pepper))

    async def right(self, user: str, password: str, address: str, of: Find) -> Stored:
        """The account whose password it is; ``SignInFailed`` where it is not, ``TooManyTries``
        where a try from this address has to wait.
        """
        account = folded(user)[:256]
        stored = of(account)
        place = key_of(address, self._pepper)
        known = place in self._known.get(account, ())
        now = self._clock().timestamp()
        wait_s = self._throttle.take(
            account, place, known=known, exists=stored is not None, now=now
        )
        if wait_s == 0 and self._waiting >= WAITING_MOST and not known:
            wait_s = 3
        if wait_s:
            raise TooManyTries(wait_s)
        self._waiting += 1
        try:
            right = await self.aside(fits, stored.password if stored else NO_PASSWORD, password)
        finally:
            self._waiting -= 1
        # Asked again: the account may have ended while the password was checked.
        if not right or stored is None or of(account) is not stored:
            raise SignInFailed
        return stored

    async def aside(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Work of half a second, two at a time."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._checkers, lambda: work(*args, **kwargs))

    def succeeded(self, account: str, address: str) -> None:
        """A good sign-in: the budget is whole again, and the address is known for next time."""
        place = key_of(address, self._pepper)
        self._throttle.forgive(account, place)
        places = self._known.get(account, [])
        if places[:1] != [place]:
            places = [place, *(p for p in places if p != place)][:ADDRESSES]
            self._known[account] = places
            self._vault.put(_PART, account, msgspec.msgpack.encode(places))

    def forget(self, account: str) -> None:
        """The account's password was reset, or the account has ended."""
        self._throttle.forget(account)

    def erase(self, accounts: Iterable[str]) -> None:
        """These accounts were erased."""
        for account in accounts:
            self._known.pop(account, None)


Find = Callable[[str], Stored | None]
"""Finds what is kept of an account by its folded name."""
