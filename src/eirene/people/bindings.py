"""Accounts bound to somebody at an identity provider: how he is found when it vouches for him.

Invariants
  * A binding is to issuer and subject, which a provider never gives to a second person.
    An address of mail binds nothing and finds nobody.
  * One issuer and subject belong to one account at most.
  * The subject is stored nowhere: only its keyed hash is.
"""

from __future__ import annotations

import secrets as randomness
import threading
from datetime import datetime

import msgspec

from eirene.people.passes import Vault, key_of
from eirene.people.register import folded

_PART = "binding"
_pack = msgspec.msgpack.encode


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a provider vouches for, as a token of its says that was verified."""

    provider: str
    """Its name in the settings."""
    issuer: str
    subject: str
    email: str = ""
    verified: bool = False
    """The provider says that it has verified the address. Anything but a plain yes is no."""


class Binding(msgspec.Struct, frozen=True, kw_only=True):
    """One account's way in by one provider."""

    id: str
    """Names it in lists; opens nothing."""
    user: str
    issuer: str
    made: datetime
    only: bool = False
    """The account was made by it, and nobody knows a password."""


class Bindings:
    """All bindings of one node: kept in the key store, looked up in memory. For several threads."""

    def __init__(self, vault: Vault, pepper: bytes) -> None:
        self._vault = vault
        self._pepper = pepper
        self._lock = threading.Lock()
        self._kept = {
            key: msgspec.msgpack.decode(value, type=Binding) for key, value in vault.all(_PART)
        }

    def key(self, who: Identity) -> str:
        """Where somebody at a provider is found; tells nothing of him to others."""
        return key_of(f"{who.issuer}\0{who.subject}", self._pepper)

    def find(self, who: Identity) -> Binding | None:
        """The account of somebody at a provider."""
        return self._kept.get(self.key(who))

    def bind(self, who: Identity, user: str, now: datetime, *, only: bool = False) -> bool:
        """Bind an account; False where that person is bound to another one. Again is harmless."""
        key = self.key(who)
        with self._lock:
            known = self._kept.get(key)
            if known is not None:
                return folded(known.user) == folded(user)
            made = Binding(
                id=randomness.token_hex(8), user=user, issuer=who.issuer, made=now, only=only
            )
            self._vault.put(_PART, key, _pack(made))
            self._kept[key] = made
            return True

    def of(self, user: str) -> list[Binding]:
        """An account's bindings, newest first."""
        own = folded(user)
        with self._lock:
            found = [one for one in self._kept.values() if folded(one.user) == own]
        return sorted(found, key=lambda one: one.made, reverse=True)

    def drop(self, user: str, binding: str = "") -> bool:
        """Take an account's bindings away, or the one of that id; False: it has none such."""
        own = folded(user)
        with self._lock:
            gone = [
                key
                for key, one in self._kept.items()
                if folded(one.user) == own and binding in ("", one.id)
            ]
            for key in gone:
                self._vault.drop(_PART, key)
                del self._kept[key]
            return bool(gone)
