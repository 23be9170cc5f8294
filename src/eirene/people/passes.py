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
import secrets as randomness
from datetime import datetime, timedelta
from typing import Protocol

import msgspec

from eirene.errors import InvalidQuery, NotAllowed
from eirene.people.accounts import Account
from eirene.people.register import InForce
from eirene.people.rights import PUBLIC
from eirene.release.reader import Reader, covers

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
    origin: str = ""
    """Issuer of the provider that vouched for it; "": a password."""


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


def new_token(
    user: str,
    scope: str,
    now: datetime,
    until: datetime,
    *,
    title: str,
    parent: Token | None,
    device: str,
) -> Token:
    """A token that may be made; ``InvalidQuery`` or ``NotAllowed`` where it may not."""
    if scope not in SCOPES:
        raise InvalidQuery(
            f"There is no scope {scope!r}.", field="scope", remedy="Use read or read+file."
        )
    if not now < until <= now + TOKEN_MOST:
        raise InvalidQuery(
            "A token ends within a year from now.",
            field="until",
            remedy=f"Give a time, for example {(now + timedelta(days=30)):%Y-%m-%dT%H:%MZ}.",
        )
    if parent is not None:
        if scope != "read" and "file" not in parent.scope:
            raise NotAllowed(
                "A token that only reads cannot make one that files.",
                field="scope",
                remedy="Sign in and make it there.",
            )
        until = min(until, parent.until)
    return Token(
        id=randomness.token_hex(8),
        user=user,
        title=title[:100],
        scope=scope,
        made=now,
        until=until,
        parent=parent.id if parent else "",
        device=device,
    )


def reader_of(
    account: Account, holds: InForce, *, may_file: bool, until: datetime | None
) -> Reader:
    """Who asks, when this account asks. A token that only reads decides and grants nothing."""
    rights = holds.rights
    ends = [end for end in (until, holds.until) if end is not None]
    return Reader(
        account=account.user,
        role=account.role,
        organisation=account.organisation,
        compartments=rights.read,
        may_file=rights.file if may_file else frozenset(),
        may_decide=rights.decide if may_file else frozenset(),
        may_grant=rights.grant if may_file else frozenset(),
        until=min(ends, default=None),
    )


def opened(key: str, of: Session | Token, by: str, account: Account, holds: InForce) -> Pass:
    """What a session or token opens, whose account holds this at the moment."""
    token = of if isinstance(of, Token) else None
    files = token is None or "file" in token.scope
    reader = reader_of(account, holds, may_file=files, until=of.until)
    reader = msgspec.structs.replace(reader, by=of.id)
    may_look = covers(holds.rights.decide, of.viewing)
    viewing = of.viewing if may_look and of.viewing in holds.rights.read | {PUBLIC} else ""
    return Pass(
        key=key,
        reader=as_audience(reader, viewing) if viewing else reader,
        by=by,
        until=of.until,
        token=token,
        id=of.id,
        device=of.device,
        viewing=viewing,
    )


def as_audience(reader: Reader, audience: str) -> Reader:
    """The same person, seeing what the audience sees, and doing nothing."""
    return msgspec.structs.replace(
        reader,
        organisation="",
        compartments=frozenset({audience, PUBLIC}),
        may_file=frozenset(),
        may_decide=frozenset(),
        may_grant=frozenset(),
    )


def key_of(secret: str, pepper: bytes) -> str:
    """Where a secret is found; of no use to whoever reads the database."""
    return hashlib.sha256(pepper + secret.encode("utf-8", "surrogatepass")).hexdigest()
