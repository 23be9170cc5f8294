"""How often a password may be tried, by account and address together.

The faults this must avoid, all three met in the field: one guest's mistakes
lock out everybody behind the camp's router; a stranger locks the owner out; a
forged header gets round the limit.

Invariants
  * Every budget belongs to one account. Nothing that is tried at one account
    costs another one anything, whatever the address.
  * Addresses from which an account never signed in share one budget at it:
    a burst of ten, then one each six minutes, so at most twenty in any first
    hour and ten in each further one.
  * An address of a late good sign-in has a budget of its own: a burst of ten,
    then one each thirty seconds. The owner at his own desk waits half a minute
    at most, whatever strangers do elsewhere.
  * Accounts that do not exist are counted in the same way as those that do.
"""

from __future__ import annotations

import math
from collections import OrderedDict

import msgspec

BURST = 10.0
STRANGER_S = 360.0
"""Seconds for one more try from addresses that the account never used."""
KNOWN_S = 30.0
"""Seconds for one more try from an address of a late good sign-in."""
MISSING_MOST = 50_000
"""Names without an account that are remembered; the longest unused is forgotten first."""


class Budget(msgspec.Struct):
    """Tries that are left, and when that was so (seconds)."""

    left: float
    at: float

    def take(self, now: float, each_s: float) -> int:
        """0 and one try less, or the seconds to wait."""
        self.left = min(BURST, self.left + max(0.0, now - self.at) / each_s)
        self.at = now
        if self.left >= 1.0:
            self.left -= 1.0
            return 0
        return max(1, math.ceil((1.0 - self.left) * each_s))


class Throttle:
    """Budgets of all accounts. Time is an argument; nothing here reads a clock."""

    def __init__(self) -> None:
        # Of real accounts nothing is ever forgotten: else a flood of invented
        # names would give a guesser a fresh budget at a real one.
        self._real: dict[tuple[str, str], Budget] = {}
        self._missing: OrderedDict[tuple[str, str], Budget] = OrderedDict()

    def take(self, account: str, address: str, *, known: bool, exists: bool, now: float) -> int:
        """Seconds to wait before this account may be tried from this address; 0: go on."""
        key = (account, address if known else "")
        each_s = KNOWN_S if known else STRANGER_S
        return self._budget(key, exists, now).take(now, each_s)

    def forgive(self, account: str, address: str) -> None:
        """A good sign-in: the budget of this account at this address is whole again."""
        self._real.pop((account, address), None)

    def forget(self, account: str) -> None:
        """The account's password was reset, or the account has ended."""
        for key in [key for key in self._real if key[0] == account]:
            del self._real[key]

    def _budget(self, key: tuple[str, str], exists: bool, now: float) -> Budget:
        if exists:
            return self._real.setdefault(key, Budget(BURST, now))
        found = self._missing.setdefault(key, Budget(BURST, now))
        self._missing.move_to_end(key)
        if len(self._missing) > MISSING_MOST:
            self._missing.popitem(last=False)
        return found
