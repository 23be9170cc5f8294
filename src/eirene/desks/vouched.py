"""What is open to somebody for whom an identity provider vouches.

He signs in where an account is bound to him; whoever is signed in binds his own; and an
invitation is accepted, once. All else opens nothing and changes nothing: one line for the
administrator says why, and the answer does not.
"""

from __future__ import annotations

import logging
import threading
import unicodedata

from eirene.desks.clearing import ClearingDesk
from eirene.errors import EireneError, InvalidQuery, InvitationFailed, NotVouchedFor, SignInFailed
from eirene.people import Pass, People
from eirene.people.bindings import Binding, Identity

_log = logging.getLogger("eirene.desks.vouched")


class Vouched:
    """See the module."""

    def __init__(self, people: People, clearing: ClearingDesk) -> None:
        self._people = people
        self._clearing = clearing
        self._lock = threading.Lock()

    async def enter(self, who: Identity, address: str, device: str) -> tuple[str, Pass]:
        """A new session of the account that is bound to him; ``NotVouchedFor`` where none is, or
        it is not in force; ``TooManyTries`` where that was asked too often.
        """
        what = f"vouched\0{self._people.bindings.key(who)}"
        bound = self._people.bindings.find(who)
        self._people.tries.take(what, address, exists=bound is not None)
        if bound is None:
            raise self._nothing(who, "no account is bound to them")
        try:
            secret, held = await self._people.begin(bound.user, address, device, who.issuer)
        except (SignInFailed, InvalidQuery):
            raise self._nothing(who, "their account is not in force") from None
        self._people.tries.forgive(what, address)
        return secret, held

    def bind(self, who: Identity, user: str) -> Binding:
        """Bind an account to him, who is signed in to it; ``NotVouchedFor`` where he is bound to
        another one. Appends nothing.
        """
        bindings = self._people.bindings
        with self._lock:
            if self._people.holding(user) is None:
                raise self._nothing(who, "the account that wants them is not in force")
            if not bindings.bind(who, user, self._people.clock()):
                raise self._nothing(who, "they are bound to another account than wants them")
        bound = bindings.find(who)
        assert bound is not None
        return bound

    def accept(self, code: str, who: Identity) -> None:
        """Make the invited account, bound to him; ``NotVouchedFor`` for any code that opens
        nothing for him, whatever the cause. Appends to the log: not from an event loop.
        """
        with self._lock:
            if self._people.bindings.find(who) is not None:
                raise self._nothing(who, "an account is bound to them, and they were invited")
            try:
                user = self._clearing.accept_vouched(code, lambda want: fits_address(want, who))
            except InvitationFailed as error:
                raise self._nothing(who, error.why or "their code opens no invitation") from None
            self._people.bindings.bind(who, user, self._people.clock(), only=True)

    def unbind(self, user: str, binding: str, held: Pass) -> bool:
        """Take a binding away, with the sessions that it opened but the one that asks; False: the
        account has none such. ``InvalidQuery`` where it would have no way in any more.
        """
        found = [one for one in self._people.bindings.of(user) if one.id == binding]
        if any(one.only for one in found):
            raise InvalidQuery(
                "This sign-in is the only way into the account, which has no password.",
                field="binding",
                remedy="Ask the administrator for a password; setting it takes the sign-in away.",
            )
        if not found or not self._people.bindings.drop(user, binding):
            return False
        self._people.drop_from(user, found[0].issuer, but=held.key)
        return True

    def _nothing(self, who: Identity, why: str) -> EireneError:
        mark = self._people.bindings.key(who)[:12]
        _log.warning("a sign-in at %s opens nothing, person %s: %s", who.provider, mark, why)
        return NotVouchedFor()


def fits_address(wanted: str, who: Identity) -> str:
    """Why an invitation that names an address is not for somebody; "": it is."""
    if not wanted:
        return ""
    if not who.verified:
        return "the invitation names an address, and theirs is not verified"
    if _folded(wanted) != _folded(who.email):
        return "the invitation names another address"
    return ""


def _folded(address: str) -> str:
    return unicodedata.normalize("NFC", address.strip()).casefold()
