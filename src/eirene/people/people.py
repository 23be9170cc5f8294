"""People: the accounts of one node, and what they hold to be let in.

This process is the only one that writes to the key store, so what is in
memory here is what is in force: a lookup costs no disk, and an end, a reset or
a revocation holds for the next lookup, in streams and exports that are under
way too.
"""

from __future__ import annotations

import asyncio
import secrets as randomness
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Protocol, TypeVar

import msgspec

from eirene.errors import InvalidQuery, NotAllowed, SignInFailed, SignInRequired, TooManyTries
from eirene.people.accounts import (
    NO_PASSWORD,
    Account,
    Stored,
    check_user,
    fits,
    folded,
    hash_of,
)
from eirene.people.passes import IDLE, SCOPES, SESSION, TOKEN_MOST, Pass, Session, Token, key_of
from eirene.people.roles import resolved, role_named
from eirene.people.throttle import Throttle
from eirene.release.reader import Reader

WAITING_MOST = 24
"""Passwords that wait to be checked at once; two are checked at a time."""
ADDRESSES = 5
"""Addresses of late good sign-ins that are remembered for an account."""
_NOTE_SEEN = timedelta(minutes=5)

_pack = msgspec.msgpack.encode
_Held = TypeVar("_Held", Session, Token)


class Vault(Protocol):
    """Local secrets on disk (``keys/store.py``); each call is durable when it returns."""

    def put(self, part: str, key: str, value: bytes, /) -> None: ...
    def get(self, part: str, key: str, /) -> bytes | None: ...
    def all(self, part: str, /) -> list[tuple[str, bytes]]: ...
    def drop(self, part: str, key: str, /) -> None: ...


def _utc_now() -> datetime:
    return datetime.now(UTC)


class People:
    """Accounts, sessions and tokens of one node. Safe to use from several threads."""

    def __init__(
        self, vault: Vault, pepper: bytes, *, clock: Callable[[], datetime] = _utc_now
    ) -> None:
        self._vault = vault
        self._pepper = pepper
        self._clock = clock
        self._lock = threading.RLock()
        self._throttle = Throttle()
        self._checkers = ThreadPoolExecutor(2, thread_name_prefix="password")
        self._waiting = 0
        self._watchers: list[Callable[[], None]] = []
        self._accounts = {
            key: msgspec.msgpack.decode(value, type=Stored) for key, value in vault.all("account")
        }
        self._sessions = self._read("session", Session)
        self._tokens = self._read("token", Token)
        self._known = {
            key: msgspec.msgpack.decode(value, type=list[str])
            for key, value in vault.all("throttle")
        }
        self._passes: dict[str, Pass] = {}

    def _read(self, table: str, of: type[_Held]) -> dict[str, _Held]:
        found: dict[str, _Held] = {}
        for key, value in self._vault.all(table):
            held = msgspec.msgpack.decode(value, type=of)
            if held.until > self._clock():
                found[key] = held
            else:
                self._vault.drop(table, key)
        return found

    def close(self) -> None:
        """Stop the threads that check passwords."""
        self._checkers.shutdown(wait=False, cancel_futures=True)

    def watch(self, wake: Callable[[], None]) -> None:
        """Call ``wake`` whenever somebody loses what he held. It must return at once."""
        self._watchers.append(wake)

    def unwatch(self, wake: Callable[[], None]) -> None:
        """No longer call ``wake``."""
        if wake in self._watchers:
            self._watchers.remove(wake)

    def _changed(self) -> None:
        self._passes.clear()
        for wake in list(self._watchers):
            wake()

    # -- accounts ---------------------------------------------------------------

    def make(
        self,
        user: str,
        role: str,
        organisation: str,
        *,
        password: str | None = None,
        demo: bool = False,
        compartments: tuple[str, ...] | None = None,
        may_file: tuple[str, ...] | None = None,
    ) -> tuple[Account, str]:
        """A new account, and its password: the given one, or one that is made here.

        Clearances are those of the role unless they are given.
        """
        check_user(user)
        of_role = role_named(role)
        read = of_role.compartments if compartments is None else compartments
        files = of_role.may_file if may_file is None else may_file
        account = Account(
            user=user,
            role=role,
            organisation=organisation,
            compartments=resolved(read, organisation),
            may_file=resolved(files, organisation),
            made=self._clock(),
            demo=demo,
        )
        password = password or randomness.token_urlsafe(15)
        stored = Stored(account, hash_of(password))
        with self._lock:
            if account.key in self._accounts:
                raise InvalidQuery(
                    f"There is an account {user!r} already, or there was one.",
                    field="user",
                    remedy="Choose another name; ended names are not given again.",
                )
            self._keep(stored)
        return account, password

    def _keep(self, stored: Stored) -> None:
        self._vault.put("account", stored.account.key, _pack(stored))
        self._accounts[stored.account.key] = stored

    def accounts(self) -> list[Account]:
        """All accounts by name, ended ones too."""
        return [self._accounts[key].account for key in sorted(self._accounts)]

    def account(self, user: str) -> Account:
        """The account of that name; ``InvalidQuery`` where there is none."""
        return self._stored(user).account

    def _stored(self, user: str) -> Stored:
        stored = self._accounts.get(folded(user))
        if stored is None:
            raise InvalidQuery(
                f"There is no account {user!r}.",
                field="user",
                remedy="See the names with: eirene account list.",
            )
        return stored

    def has_demo(self) -> bool:
        """Whether there are accounts whose passwords lie in a file."""
        return any(s.account.demo and s.account.ended is None for s in self._accounts.values())

    def reset(self, user: str, password: str | None = None) -> str:
        """A new password. Whoever was signed in with the old one no longer is."""
        password = password or randomness.token_urlsafe(15)
        new = hash_of(password)
        with self._lock:
            stored = self._stored(user)
            self._refuse_ended(stored.account)
            self._keep(Stored(stored.account, new))
            self._throttle.forget(stored.account.key)
            self._drop(stored.account.key)
        return password

    def end(self, user: str) -> Account:
        """End an account: at once, for ever, with all that it holds."""
        with self._lock:
            stored = self._stored(user)
            self._refuse_ended(stored.account)
            ended = msgspec.structs.replace(stored.account, ended=self._clock())
            self._keep(Stored(ended, NO_PASSWORD))
            self._throttle.forget(ended.key)
            self._drop(ended.key)
        return ended

    def _refuse_ended(self, account: Account) -> None:
        if account.ended is not None:
            raise InvalidQuery(
                f"The account {account.user!r} has ended.",
                field="user",
                remedy="Make a new account under another name.",
            )

    def _drop(self, account: str) -> None:
        """Take every session and token of an account away."""
        for key in [k for k, s in self._sessions.items() if folded(s.user) == account]:
            del self._sessions[key]
            self._vault.drop("session", key)
        for key in [k for k, t in self._tokens.items() if folded(t.user) == account]:
            del self._tokens[key]
            self._vault.drop("token", key)
        self._changed()

    def reader(self, user: str) -> Reader:
        """The reader that an account stands for: for the command line, which has no token."""
        account = self.account(user)
        self._refuse_ended(account)
        return account.reader(may_file=True, until=None)

    # -- signing in -------------------------------------------------------------

    async def sign_in(self, user: str, password: str, address: str) -> tuple[str, Pass]:
        """A new session: the cookie's value and the pass.

        ``SignInFailed`` where user and password do not belong together, whichever
        is wrong; ``TooManyTries`` where a try from this address has to wait.
        """
        account = folded(user)[:256]
        stored = self._accounts.get(account)
        place = key_of(address, self._pepper)
        known = place in self._known.get(account, ())
        now = self._clock()
        wait_s = self._throttle.take(
            account, place, known=known, exists=stored is not None, now=now.timestamp()
        )
        if wait_s == 0 and self._waiting >= WAITING_MOST and not known:
            wait_s = 3
        if wait_s:
            raise TooManyTries(wait_s)
        self._waiting += 1
        try:
            right = await asyncio.get_running_loop().run_in_executor(
                self._checkers, fits, stored.password if stored else NO_PASSWORD, password
            )
        finally:
            self._waiting -= 1
        # Asked again: the account may have ended while the password was checked.
        if not right or stored is None or self._accounts.get(account) is not stored:
            raise SignInFailed
        self._throttle.forgive(account, place)
        self._remember(account, place)
        return self._new_session(stored.account, now)

    def _remember(self, account: str, place: str) -> None:
        places = self._known.get(account, [])
        if places[:1] != [place]:
            places = [place, *(p for p in places if p != place)][:ADDRESSES]
            self._known[account] = places
            self._vault.put("throttle", account, _pack(places))

    def _new_session(self, account: Account, now: datetime) -> tuple[str, Pass]:
        secret = randomness.token_urlsafe(32)
        key = key_of(secret, self._pepper)
        session = Session(user=account.user, made=now, until=now + SESSION, seen=now)
        with self._lock:
            self._vault.put("session", key, _pack(session))
            self._sessions[key] = session
        return secret, self._pass_of_session(key, session, account)

    def _pass_of_session(self, key: str, session: Session, account: Account) -> Pass:
        reader = account.reader(may_file=True, until=session.until)
        return Pass(key=key, reader=reader, by="session", until=session.until)

    def sign_out(self, held: Pass) -> None:
        """End one session."""
        with self._lock:
            if self._sessions.pop(held.key, None) is not None:
                self._vault.drop("session", held.key)
                self._changed()

    # -- who asks ---------------------------------------------------------------

    def pass_of_session(self, secret: str) -> Pass | None:
        """The pass behind a cookie; None where it is not in force. Counts as use."""
        key = key_of(secret, self._pepper)
        session = self._used(key)
        if session is None:
            return None
        held = self._passes.get(key)
        if held is None:
            account = self._stored(session.user).account
            held = self._passes[key] = self._pass_of_session(key, session, account)
        return held

    def _used(self, key: str) -> Session | None:
        """The session in force under this key, marked as used just now."""
        session = self._sessions.get(key)
        if session is None:
            return None
        now = self._clock()
        if now >= session.until or now - session.seen >= IDLE:
            with self._lock:
                self._sessions.pop(key, None)
                self._vault.drop("session", key)
            return None
        if now - session.seen >= _NOTE_SEEN:
            session = msgspec.structs.replace(session, seen=now)
            with self._lock:
                if key in self._sessions:
                    self._sessions[key] = session
                    self._vault.put("session", key, _pack(session))
        return session

    def pass_of_token(self, secret: str) -> Pass | None:
        """The pass behind an access token; None where it is not in force."""
        key = key_of(secret, self._pepper)
        held = self._passes.get(key)
        if held is None:
            token = self._tokens.get(key)
            if token is None:
                return None
            account = self._stored(token.user).account
            reader = account.reader(may_file="file" in token.scope, until=token.until)
            held = Pass(key=key, reader=reader, by="token", until=token.until, token=token)
            self._passes[key] = held
        return held if self._clock() < held.until else None

    def holds(self, held: Pass) -> bool:
        """Whether a pass is still in force: asked again by whatever runs for long."""
        if held.by == "session":
            return self._used(held.key) is not None
        return held.key in self._tokens and self._clock() < held.until

    # -- tokens -----------------------------------------------------------------

    def make_token(
        self,
        user: str,
        scope: str,
        until: datetime,
        *,
        title: str = "",
        parent: Token | None = None,
    ) -> tuple[str, Token]:
        """A new access token: its secret, shown once, and what is kept of it."""
        now = self._clock()
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
        account = self.account(user)
        self._refuse_ended(account)
        secret = "eir_" + randomness.token_urlsafe(32)
        token = Token(
            id=randomness.token_hex(8),
            user=account.user,
            title=title[:100],
            scope=scope,
            made=now,
            until=until,
            parent=parent.id if parent else "",
        )
        with self._lock:
            key = key_of(secret, self._pepper)
            self._vault.put("token", key, _pack(token))
            self._tokens[key] = token
        return secret, token

    def tokens(self, user: str) -> list[Token]:
        """An account's tokens in force, newest first."""
        own = folded(user)
        now = self._clock()
        found = [t for t in self._tokens.values() if folded(t.user) == own and t.until > now]
        return sorted(found, key=lambda token: token.made, reverse=True)

    def revoke(self, user: str, token_id: str) -> bool:
        """Take a token of this account away, with those made by it. False: it has none such."""
        own = folded(user)
        with self._lock:
            gone = {token_id}
            found = False
            while True:
                keys = [
                    key
                    for key, token in self._tokens.items()
                    if folded(token.user) == own
                    and (token.id in gone or (token.parent and token.parent in gone))
                ]
                if not keys:
                    break
                for key in keys:
                    gone.add(self._tokens.pop(key).id)
                    self._vault.drop("token", key)
                found = True
            if found:
                self._changed()
        return found

    # -- shifts -----------------------------------------------------------------

    def last_shift(self, user: str) -> datetime | None:
        """When this account last said that its shift began."""
        value = self._vault.get("mark", folded(user))
        return msgspec.msgpack.decode(value, type=datetime) if value else None

    def begin_shift(self, user: str) -> datetime | None:
        """Mark now as the beginning of a shift; gives the mark before."""
        before = self.last_shift(user)
        self._vault.put("mark", folded(user), _pack(self._clock()))
        return before


def required(held: Pass | None) -> Pass:
    """The pass, or ``SignInRequired``."""
    if held is None:
        raise SignInRequired
    return held
