"""People: the accounts of one node, and what they hold to be let in.

What an account is cleared for stands in the log as acts (``acts.py``); its password,
sessions and tokens stand in the key store. This process is the only one that writes
to either, so what is in memory here is what is in force: a lookup costs no disk, and
an end, a suspension, a narrowing or a revocation holds for the next lookup, in streams
and exports that are under way too.
"""

from __future__ import annotations

import asyncio
import secrets as randomness
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import msgspec

from eirene.errors import InvalidQuery, SignInFailed
from eirene.people.accounts import (
    NO_PASSWORD,
    Account,
    Stored,
    check_user,
    fits,
    hash_of,
    standing,
)
from eirene.people.acts import Acts, Post
from eirene.people.bindings import Bindings
from eirene.people.devices import COMMAND_LINE, Device, Export
from eirene.people.founding import Founding
from eirene.people.holdings import Holdings
from eirene.people.leases import Leases
from eirene.people.leaving import forget, refuse_gone
from eirene.people.listing import Listing, listing_for
from eirene.people.passes import (
    Pass,
    Session,
    Token,
    Vault,
    key_of,
    new_token,
    opened,
    reader_of,
)
from eirene.people.register import Standing, folded
from eirene.people.tries import Tries
from eirene.people.vouching import sees
from eirene.release.reader import Reader
from eirene.reports.acts.account import AccountAct

_pack = msgspec.msgpack.encode


def _utc_now() -> datetime:
    return datetime.now(UTC)


class People:
    """Accounts, sessions and tokens of one node. Safe to use from several threads."""

    def __init__(
        self,
        vault: Vault,
        pepper: bytes,
        *,
        post: Post,
        owner: str = "mission",
        clock: Callable[[], datetime] = _utc_now,
    ) -> None:
        self._vault = vault
        self._pepper = pepper
        self.clock = clock
        self._lock = threading.RLock()
        self._admitting = threading.Lock()
        self.tries = Tries(vault, pepper, clock)
        self.bindings = Bindings(vault, pepper)
        self._watchers: list[Callable[[], None]] = []
        self._accounts = {
            key: msgspec.msgpack.decode(value, type=Stored) for key, value in vault.all("account")
        }
        self.holdings = Holdings(vault, pepper, clock)
        self._passes: dict[str, Pass] = {}
        self._turn = 0
        self._started = False
        self.acts = Acts(owner, clock, post=post, changed=self._changed)
        self.founding = Founding(self.acts, vault)
        self._leases = Leases(self._next_end, clock, self._changed)

    def start(self) -> None:
        """After the acts of the log were taken: accounts of older versions get theirs, and from
        here on leases are closed when they end.
        """
        self.founding.migrate([stored.account for stored in self._accounts.values()])
        self._started = True
        self._changed()
        self._leases.start()

    def close(self) -> None:
        """Stop the threads that check passwords and leases."""
        self._leases.close()
        self.tries.close()

    def watch(self, wake: Callable[[], None]) -> None:
        """Call ``wake`` whenever somebody loses what he held. It must return at once."""
        self._watchers.append(wake)

    def unwatch(self, wake: Callable[[], None]) -> None:
        """No longer call ``wake``."""
        if wake in self._watchers:
            self._watchers.remove(wake)

    def _changed(self) -> None:
        """Acts were folded, or something was revoked: everything is looked up anew."""
        self._sweep()
        with self._lock:
            self._turn += 1
            self._passes.clear()
        self._leases.changed()
        for wake in list(self._watchers):
            wake()

    def _sweep(self) -> None:
        """What belongs to an account that is not in force is gone for good: lifting a suspension
        revives no session and no token.
        """
        if not self._started:
            return
        now = self.clock()
        with self.acts.lock:
            register = self.acts.register
            alive = {key for key, one in register.accounts.items() if register.alive(one, now)}
        every = {**self.holdings.sessions, **self.holdings.tokens}
        self.holdings.drop(key for key, held in every.items() if folded(held.user) not in alive)

    def _next_end(self) -> datetime | None:
        with self.acts.lock:
            return self.acts.register.next_end(self.clock())

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
        by: str = "",
    ) -> tuple[Account, str]:
        """A new account, and its password: the given one, or one that is made here.

        Until the mission is founded it begins with the clearances of its role, or with those
        given; from then on with ``public`` alone, and two people give it more.
        """
        check_user(user)
        act = self.founding.account(
            user, role, organisation, demo=demo, read=compartments, file=may_file, by=by
        )
        password = password or randomness.token_urlsafe(15)
        self.admit(act, hash_of(password), by=by)
        return self.account(user), password

    def admit(self, act: AccountAct, password: str, *, by: str) -> None:
        """Keep the password of a new account, and append the act that makes it."""
        refuse_gone(act.user, self._vault, self._pepper)
        account = Account(
            user=act.user,
            role=act.role,
            organisation=act.organisation,
            compartments=act.read,
            may_file=act.file,
            made=self.clock(),
            demo=act.demo,
        )
        with self._admitting:
            if account.key in self._accounts and self._standing(act.user) is not None:
                raise InvalidQuery(
                    f"There is an account {act.user!r} already, or there was one.",
                    field="user",
                    remedy="Choose another name; ended names are not given again.",
                )
            with self._lock:
                self._keep(Stored(account, password))
            try:
                self.acts.act(act, by, about=act.user, owner=act.organisation)
            except BaseException:
                with self._lock:
                    self._accounts.pop(account.key, None)
                    self._vault.drop("account", account.key)
                raise

    def _keep(self, stored: Stored) -> None:
        self._vault.put("account", stored.account.key, _pack(stored))
        self._accounts[stored.account.key] = stored

    def _standing(self, user: str) -> Standing | None:
        with self.acts.lock:
            return self.acts.register.account(user)

    def accounts(self) -> list[Account]:
        """All accounts by name, ended ones too."""
        return [self.account(key) for key in sorted(self._accounts)]

    def account(self, user: str) -> Account:
        """The account of that name as it stands now; ``InvalidQuery`` where there is none."""
        stored = self._stored(user).account
        with self.acts.lock:
            return standing(stored, self.acts.register, self.clock())

    def _stored(self, user: str) -> Stored:
        stored = self._accounts.get(folded(user))
        if stored is None:
            raise InvalidQuery(
                f"There is no account {user!r}.",
                field="user",
                remedy="See the names with: eirene account list.",
            )
        return stored

    def known_to(self, by: str, user: str) -> Standing | None:
        """An account that somebody may know of: his own, or one that he answers for."""
        with self.acts.lock:
            register = self.acts.register
            one = register.account(user)
            return one if one is not None and sees(register, by, one, self.clock()) else None

    def listing(self, held: Pass) -> Listing:
        """What the holder of a pass may know of accounts and clearances."""
        by = held.reader.account
        with self.acts.lock:
            stored = [self._accounts[key].account for key in sorted(self._accounts)]
            return listing_for(self.acts.register, stored, by, held.id, self.clock())

    def holding(self, user: str) -> Reader | None:
        """What an account may at this moment; None where it is not in force. No use of it."""
        with self.acts.lock:
            holds = self.acts.register.in_force(user, self.clock())
        stored = self._accounts.get(folded(user))
        if holds is None or stored is None:
            return None
        return reader_of(stored.account, holds, may_file=True, until=None)

    def compartments(self) -> frozenset[str]:
        """Compartments of their own that organisations have."""
        with self.acts.lock:
            every = self.acts.register.organisations.values()
            return frozenset(one.compartment for one in every if one.compartment)

    @staticmethod
    def hashed(password: str) -> str:
        """The hash of a new password; ``InvalidQuery`` where it is too short or too long."""
        return hash_of(password)

    def founded_by(self, first: str, second: str, passwords: Sequence[str]) -> None:
        """The ceremony: two people who may grant, each with his password, found the mission."""
        two = [self._stored(user) for user in (first, second)]
        if folded(first) == folded(second) or len(passwords) != 2:
            raise InvalidQuery(
                "Two people found a mission, each with his own password.",
                field="second",
                remedy="Name two accounts.",
            )
        for stored, password in zip(two, passwords, strict=True):
            if not self.account(stored.account.user).may_grant:
                raise InvalidQuery(
                    f"{stored.account.user!r} may grant no clearances.",
                    field="user",
                    remedy="Name two whose roles may grant, as the head of mission's does.",
                )
            self.prove(stored.account.user, password)
        self.founding.found(two[0].account.user, two[1].account.user, "ceremony")

    def prove(self, user: str, password: str) -> None:
        """``SignInFailed`` where it is not the account's password, or the account has ended."""
        stored = self._accounts.get(folded(user))
        if stored is None or stored.account.ended or not fits(stored.password, password):
            raise SignInFailed

    def has_demo(self) -> bool:
        """Whether there are accounts whose passwords lie in a file."""
        return any(one.demo and one.ended is None for one in self.accounts())

    def reset(self, user: str, password: str | None = None, *, by: str = "") -> str:
        """A new password. Whoever was signed in with the old one, or by a provider, no longer is.

        Once the mission is founded the account's clearances rest until its focal point, or
        somebody who may grant, confirms: who sets a password could sign in with it.
        """
        account = self.account(user)
        self._refuse_ended(account)
        password = password or randomness.token_urlsafe(15)
        new = hash_of(password)
        if not account.demo and self.acts.register.founded is not None:
            act = AccountAct(step="reset", user=account.user)
            self.acts.act(act, by, about=account.user, owner=account.organisation)
        with self._lock:
            self._keep(Stored(self._stored(user).account, new))
            self.tries.forget(account.key)
        self.bindings.drop(account.user)
        self.drop(account.user)
        return password

    async def change(self, held: Pass, old: str, new: str, address: str) -> None:
        """My own new password; ``SignInFailed`` where the old one is wrong. Others of my sessions
        end, and what is bound to my account.
        """
        user = held.reader.account
        await self.shown(user, old, address)
        fresh = await self.tries.aside(hash_of, new)
        with self._lock:
            self._keep(Stored(self._stored(user).account, fresh))
        self.bindings.drop(user)
        self.holdings.drop(key for key in self.holdings.of(user) if key != held.key)
        self._changed()

    def end(self, user: str, *, by: str = "", reason: str = "") -> Account:
        """End an account: at once, for ever, with all that it holds."""
        account = self.account(user)
        self._refuse_ended(account)
        act = AccountAct(step="ended", user=account.user, reason=reason)
        self.acts.act(act, by, about=account.user, owner=account.organisation)
        with self._lock:
            self._keep(Stored(self._stored(user).account, NO_PASSWORD))
            self.tries.forget(account.key)
        self.bindings.drop(account.user)
        return self.account(user)

    def _refuse_ended(self, account: Account) -> None:
        if account.ended is not None:
            raise InvalidQuery(
                f"The account {account.user!r} has ended.",
                field="user",
                remedy="Make a new account under another name.",
            )

    def drop(self, user: str, *, device: str | None = None) -> int:
        """Take every session and token of an account away, or those of one device; how many."""
        dropped = self.holdings.drop(self.holdings.of(user, device=device))
        self._changed()
        return dropped

    def drop_from(self, user: str, origin: str, *, but: str) -> None:
        """Take the sessions of an account away for which one provider vouched, but that one."""
        sessions = self.holdings.sessions
        keys = [key for key in self.holdings.of(user) if key in sessions and key != but]
        self.holdings.drop(key for key in keys if sessions[key].origin == origin)
        self._changed()

    def reader(self, user: str) -> Reader:
        """The reader that an account stands for: for the command line, which has no token.

        The owner sees among his devices that the command line was used as him.
        """
        account = self.account(user)
        self._refuse_ended(account)
        found = self.holding(user)
        if found is None:
            raise InvalidQuery(
                f"The account {account.user!r} is not in force.",
                field="user",
                remedy="See eirene account list; two people lift a suspension.",
            )
        self.holdings.note(account.user, COMMAND_LINE, found.compartments)
        return found

    # -- signing in -------------------------------------------------------------

    async def sign_in(
        self, user: str, password: str, address: str, device: str = ""
    ) -> tuple[str, Pass]:
        """A new session: the cookie's value and the pass.

        ``SignInFailed`` where user and password do not belong together, whichever
        is wrong, and where the account is not in force; ``TooManyTries`` where a
        try from this address has to wait.
        """
        stored = await self.shown(user, password, address)
        return await self.begin(stored.account.user, address, device)

    async def shown(self, user: str, password: str, address: str) -> Stored:
        """The account, of somebody who knows its password; tried as at a sign-in."""
        return await self.tries.right(user, password, address, self._accounts.get)

    async def begin(
        self, user: str, address: str, device: str = "", origin: str = ""
    ) -> tuple[str, Pass]:
        """A new session for somebody who has shown who he is, by a password or ``origin``, a
        provider; ``SignInFailed`` where his account is not in force.
        """
        secret, key, session = self.holdings.begin(user, device, self.clock(), origin)
        held = self._pass_of(key, session, "session")
        if held is None:  # suspended, or its lease has ended: the same answer as for no account
            self.holdings.drop([key])
            raise SignInFailed
        account = folded(user)
        self.tries.succeeded(account, address)
        if self.founding.waits_for(account):
            await asyncio.get_running_loop().run_in_executor(None, self.founding.signed_in, account)
        return secret, held

    def sign_out(self, held: Pass) -> None:
        """End one session."""
        if held.by == "session" and self.holdings.drop([held.key]):
            self._changed()

    # -- who asks ---------------------------------------------------------------

    def pass_of_session(self, secret: str) -> Pass | None:
        """The pass behind a cookie; None where it is not in force. Counts as use."""
        return self._found(key_of(secret, self._pepper), "session")

    def pass_of_token(self, secret: str) -> Pass | None:
        """The pass behind an access token; None where it is not in force."""
        return self._found(key_of(secret, self._pepper), "token")

    def _found(self, key: str, by: str) -> Pass | None:
        of = self.holdings.used(key) if by == "session" else self.holdings.token(key)
        if of is None:
            return None
        held = self._passes.get(key)
        if held is not None and self.clock() < (held.reader.until or held.until):
            return held
        return self._pass_of(key, of, by)

    def _pass_of(self, key: str, of: Session | Token, by: str) -> Pass | None:
        """What a session or token opens at this moment; None where its account is not in force."""
        turn = self._turn
        account = self._stored(of.user).account
        with self.acts.lock:
            holds = self.acts.register.in_force(of.user, self.clock())
        if holds is None or not holds.rights.read:
            return None
        held = opened(key, of, by, account, holds)
        self.holdings.note(of.user, of.device, holds.rights.read)
        with self._lock:
            if turn == self._turn:
                self._passes[key] = held
        return held

    def current(self, held: Pass) -> Pass | None:
        """What a pass that was looked up before opens by now; None where nothing any more."""
        return self._found(held.key, held.by)

    def holds(self, held: Pass) -> bool:
        """Whether a pass still opens all that it did: asked again by whatever runs for long."""
        now = self.current(held)
        return (
            now is not None
            and now.viewing == held.viewing
            and held.reader.compartments <= now.reader.compartments
        )

    # -- tokens -----------------------------------------------------------------

    def make_token(
        self,
        user: str,
        scope: str,
        until: datetime,
        *,
        title: str = "",
        parent: Token | None = None,
        device: str = "",
    ) -> tuple[str, Token]:
        """A new access token: its secret, shown once, and what is kept of it."""
        account = self.account(user)
        self._refuse_ended(account)
        token = new_token(
            account.user, scope, self.clock(), until, title=title, parent=parent, device=device
        )
        return self.holdings.keep_token(token), token

    def tokens(self, user: str) -> list[Token]:
        """An account's tokens in force, newest first."""
        own = folded(user)
        now = self.clock()
        every = list(self.holdings.tokens.values())
        found = [t for t in every if folded(t.user) == own and t.until > now]
        return sorted(found, key=lambda token: token.made, reverse=True)

    def revoke(self, user: str, token_id: str) -> bool:
        """Take a session or token of this account away, with the tokens made by it.

        False: it has none such.
        """
        every = {**self.holdings.sessions, **self.holdings.tokens}
        keys = [key for key in self.holdings.of(user) if key in every and every[key].id == token_id]
        if self.holdings.drop(keys):
            self._changed()
            return True
        return False

    # -- devices, and looking as an audience ------------------------------------

    def sessions(self, user: str) -> list[Session]:
        """An account's sessions in force, the one used last first."""
        keys = self.holdings.of(user)
        found = [self.holdings.sessions[key] for key in keys if key in self.holdings.sessions]
        now = self.clock()
        return sorted((s for s in found if s.until > now), key=lambda s: s.seen, reverse=True)

    def devices(self, user: str) -> list[Device]:
        """An account's devices, the one used last first."""
        return self.holdings.devices(user)

    def note_export(self, held: Pass, format_: str, reports: int | None) -> None:
        """A file was fetched with this pass."""
        made = Export(self.clock(), format_, reports)
        self.holdings.note_export(held.reader.account, held.device, made)

    def look_as(self, held: Pass, audience: str) -> None:
        """Let this session or token look as an audience from now on; "" ends it."""
        self.holdings.look_as(held.key, audience)
        self._changed()

    def forget(self, organisation: str) -> None:
        """After an organisation was erased: of its accounts only their names stay, as taken."""
        with self._lock:
            gone = forget(organisation, self._accounts, self._vault, self.holdings, self._pepper)
            self.tries.erase(gone)
            for user in gone:
                self.bindings.drop(user)
        self.founding.forget(gone)
        self._changed()

    # -- shifts -----------------------------------------------------------------

    def last_shift(self, user: str) -> datetime | None:
        """When this account last said that its shift began."""
        value = self._vault.get("mark", folded(user))
        return msgspec.msgpack.decode(value, type=datetime) if value else None

    def begin_shift(self, user: str) -> datetime | None:
        """Mark now as the beginning of a shift; gives the mark before."""
        before = self.last_shift(user)
        self._vault.put("mark", folded(user), _pack(self.clock()))
        return before
