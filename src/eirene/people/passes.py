"""What somebody holds to be let in: a session of a browser, or an access token.

Invariants
  * The secret itself is shown once and stored nowhere: only its keyed SHA-256 is.
  * A session ends 12 hours after sign-in (a shift), and 2 hours after it was
    last used; an open live stream is use.
  * A token that was made with a token reaches no further than that one, and
    ends with it.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Protocol

import msgspec

from eirene.release.reader import Reader

SESSION = timedelta(hours=12)
IDLE = timedelta(hours=2)
TOKEN_MOST = timedelta(days=366)
SCOPES = ("read", "read+file")


class Vault(Protocol):
    """Local secrets on disk (``keys/store.py``); each call is durable when it returns."""

    def put(self, part: str, key: str, value: bytes, /) -> None: ...
    def get(self, part: str, key: str, /) -> bytes | None: ...
    def all(self, part: str, /) -> list[tuple[str, bytes]]: ...
    def drop(self, part: str, key: str, /) -> None: ...


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A signed-in browser."""

    user: str
    made: datetime
    until: datetime
    seen: datetime
    """Last use as far as it was written down; at most five minutes behind."""
    id: str = ""
    """Names it in lists; opens nothing."""
    device: str = ""
    viewing: str = ""
    """Audience through whose eyes it looks; "": its own."""


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """An access token for a program."""

    id: str
    """Names it in lists; opens nothing."""
    user: str
    title: str
    scope: str
    made: datetime
    until: datetime
    parent: str = ""
    """Id of the token with which this one was made."""
    device: str = ""
    """Device on which it was made."""
    seen: datetime | None = None
    """Last use, as with a session."""
    viewing: str = ""


class Pass(msgspec.Struct, frozen=True, kw_only=True):
    """A session or token that is in force, and the reader it stands for."""

    key: str
    """Keyed hash of the secret: how it is found again."""
    reader: Reader
    by: str
    """``session`` or ``token``."""
    until: datetime
    token: Token | None = None
    id: str = ""
    """Id of the session or token."""
    device: str = ""
    viewing: str = ""
    """Audience as which ``reader`` looks; "": the account itself."""


def key_of(secret: str, pepper: bytes) -> str:
    """Where a secret is found; of no use to whoever reads the database."""
    return hashlib.sha256(pepper + secret.encode("utf-8", "surrogatepass")).hexdigest()
