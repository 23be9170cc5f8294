"""Accounts and their passwords.

Invariants
  * A password exists only as its argon2id hash, in the key store's database.
  * User names differ by more than case. An ended name is never given again:
    reports of its first owner carry it.
"""

from __future__ import annotations

import re
from datetime import datetime

import argon2
import msgspec

from eirene.errors import InvalidQuery
from eirene.people.register import Register, folded
from eirene.people.rights import NOTHING, unspelt
from eirene.people.roles import role_named

_USER = re.compile(r"[^\W_][\w.@+-]{0,63}")
PASSWORD_LEAST = 10
PASSWORD_MOST = 1024
"""More than this is never hashed: a long password must not be a way to keep a node busy."""

# 3 passes over 32 MiB take about 65 ms on one core of a 2024 server; RFC 9106
# asks for more memory than a battalion's laptop can spare for several at once.
_hasher = argon2.PasswordHasher(time_cost=3, memory_cost=32_768, parallelism=1)

NO_PASSWORD = _hasher.hash("nobody has this account")
"""What a missing account is checked against, so that it takes as long as a real one."""


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """One person, device or service, with what it holds at the moment that was asked for."""

    user: str
    role: str
    organisation: str
    compartments: tuple[str, ...]
    """In force; none where the account is not."""
    may_file: tuple[str, ...]
    made: datetime
    demo: bool = False
    ended: datetime | None = None
    may_decide: tuple[str, ...] = ()
    """As it was given: ``org-*`` is not spelt out, since the names are others' business."""
    may_grant: tuple[str, ...] = ()
    invites: bool = False
    administers: bool = False
    by: str = ""
    """Who made it, or invited it; "" is the command line of the node."""
    until: datetime | None = None
    """When the first of what it holds ends."""
    suspended: datetime | None = None
    """Since when the account, or its organisation, is suspended."""
    reset: datetime | None = None
    """When somebody else set its password, where nobody has confirmed that yet."""

    @property
    def key(self) -> str:
        """How the account is found, however the name is written."""
        return folded(self.user)

    @property
    def title(self) -> str:
        """The role in words."""
        return role_named(self.role).title


def standing(stored: Account, register: Register, now: datetime) -> Account:
    """The account as it stands at a moment."""
    one = register.account(stored.user)
    if one is None:
        return msgspec.structs.replace(stored, compartments=(), may_file=())
    holds = register.in_force(one.user, now)
    rights = holds.rights if holds else NOTHING
    of = register.organisation(one.organisation)
    rest = one.suspended or (of.suspended if of else None)
    return Account(
        user=one.user,
        role=one.role,
        organisation=one.organisation,
        compartments=tuple(sorted(rights.read)),
        may_file=tuple(sorted(rights.file)),
        may_decide=tuple(sorted(unspelt(rights.decide))),
        may_grant=tuple(sorted(unspelt(rights.grant))),
        made=one.made,
        demo=one.demo,
        ended=one.ended,
        invites=one.invites,
        administers=one.administers,
        by=one.by,
        until=holds.until if holds else one.until,
        suspended=rest.at if rest else None,
        reset=one.reset.at if one.reset else None,
    )


class Stored(msgspec.Struct, frozen=True):
    """An account as it lies in the key store's database; what it holds now is in the register."""

    account: Account
    """As it was made."""
    password: str

    def __repr__(self) -> str:
        return f"Stored({self.account.user!r}, password=…)"


def check_user(user: str) -> str:
    """The name, or ``InvalidQuery``."""
    if not _USER.fullmatch(user):
        raise InvalidQuery(
            f"{user!r} cannot be a user name.",
            field="user",
            remedy="Use up to 64 letters, digits and . @ + - _, beginning with a letter or digit.",
        )
    return user


def hash_of(password: str) -> str:
    """Argon2id hash of a new password; ``InvalidQuery`` where it is too short or too long."""
    if not PASSWORD_LEAST <= len(password) <= PASSWORD_MOST:
        raise InvalidQuery(
            f"A password has {PASSWORD_LEAST} to {PASSWORD_MOST} characters.",
            field="password",
            remedy="Use a sentence, or leave it out and take the one that is made for you.",
        )
    return _hasher.hash(password)


def fits(stored_hash: str, password: str) -> bool:
    """Whether the password is the one of this hash. Takes as long for any hash."""
    try:
        return _hasher.verify(stored_hash, password[:PASSWORD_MOST])
    except argon2.exceptions.VerifyMismatchError:
        return False
