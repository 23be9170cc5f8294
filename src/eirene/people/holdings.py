"""Sessions, tokens and devices of one node: kept in the key store, looked up in memory.

Invariants
  * What is dropped here is dropped on disk before the call returns.
  * A token belongs to the device on which it was made, or to that of the token it was
    made with; it goes with it.
"""

from __future__ import annotations

import secrets as randomness
import threading
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import TypeVar

import msgspec

from eirene.people.devices import EXPORTS_KEPT, Device, Export
from eirene.people.passes import IDLE, SESSION, Session, Token, Vault, key_of
from eirene.people.register import folded

_NOTE_SEEN = timedelta(minutes=5)
_pack = msgspec.msgpack.encode
_Held = TypeVar("_Held", Session, Token)


class Holdings:
    """See the module. Safe to use from several threads."""

    def __init__(self, vault: Vault, pepper: bytes, clock: Callable[[], datetime]) -> None:
        self._vault = vault
        self._pepper = pepper
        self._clock = clock
        self._lock = threading.RLock()
        self.sessions = self._read("session", Session)
        self.tokens = self._read("token", Token)
        self._devices = {
            key: msgspec.msgpack.decode(value, type=Device) for key, value in vault.all("device")
        }

    def _read(self, part: str, of: type[_Held]) -> dict[str, _Held]:
        found: dict[str, _Held] = {}
        for key, value in self._vault.all(part):
            held = msgspec.msgpack.decode(value, type=of)
            if held.until > self._clock():
                found[key] = held if held.id else msgspec.structs.replace(held, id=key[:16])
            else:
                self._vault.drop(part, key)
        return found

    # -- sessions

    def begin(
        self, user: str, device: str, now: datetime, origin: str = ""
    ) -> tuple[str, str, Session]:
        """A new session: its secret, its key, itself."""
        secret = randomness.token_urlsafe(32)
        key = key_of(secret, self._pepper)
        session = Session(
            id=randomness.token_hex(8),
            user=user,
            made=now,
            until=now + SESSION,
            seen=now,
            device=device,
            origin=origin,
        )
        self._keep_session(key, session)
        return secret, key, session

    def _keep_session(self, key: str, session: Session) -> None:
        with self._lock:
            self._vault.put("session", key, _pack(session))
            self.sessions[key] = session

    def used(self, key: str) -> Session | None:
        """The session in force under this key, marked as used just now."""
        session = self.sessions.get(key)
        if session is None:
            return None
        now = self._clock()
        if now >= session.until or now - session.seen >= IDLE:
            self.drop([key])
            return None
        if now - session.seen >= _NOTE_SEEN:
            session = msgspec.structs.replace(session, seen=now)
            with self._lock:
                if key in self.sessions:
                    self._keep_session(key, session)
        return session

    # -- tokens

    def keep_token(self, token: Token) -> str:
        """Keep a new token; gives its secret."""
        secret = "eir_" + randomness.token_urlsafe(32)
        key = key_of(secret, self._pepper)
        with self._lock:
            self._vault.put("token", key, _pack(token))
            self.tokens[key] = token
        return secret

    def token(self, key: str) -> Token | None:
        """The token in force under this key, marked as used just now."""
        token = self.tokens.get(key)
        if token is None:
            return None
        now = self._clock()
        if now >= token.until:
            return None
        if token.seen is None or now - token.seen >= _NOTE_SEEN:
            token = msgspec.structs.replace(token, seen=now)
            with self._lock:
                if key in self.tokens:
                    self._vault.put("token", key, _pack(token))
                    self.tokens[key] = token
        return token

    def look_as(self, key: str, audience: str) -> None:
        """Let a session or token look as an audience from now on; "" ends it."""
        with self._lock:
            if key in self.sessions:
                self._keep_session(
                    key, msgspec.structs.replace(self.sessions[key], viewing=audience)
                )
            elif key in self.tokens:
                token = msgspec.structs.replace(self.tokens[key], viewing=audience)
                self._vault.put("token", key, _pack(token))
                self.tokens[key] = token

    # -- losing them

    def drop(self, keys: Iterable[str]) -> int:
        """Take sessions and tokens away, tokens with those made by them; gives how many."""
        dropped = 0
        with self._lock:
            gone: set[str] = set()
            for key in list(keys):
                if self.sessions.pop(key, None) is not None:
                    self._vault.drop("session", key)
                    dropped += 1
                elif (token := self.tokens.pop(key, None)) is not None:
                    self._vault.drop("token", key)
                    gone.add(token.id)
                    dropped += 1
            children = [k for k, t in self.tokens.items() if t.parent and t.parent in gone]
            return dropped + (self.drop(children) if children else 0)

    def of(self, user: str, *, device: str | None = None) -> list[str]:
        """Keys of all that an account holds, or of what it holds on one device."""
        own = folded(user)
        with self._lock:
            every = [*self.sessions.items(), *self.tokens.items()]
        return [
            key
            for key, held in every
            if folded(held.user) == own and (device is None or held.device == device)
        ]

    # -- devices

    def note(self, user: str, device: str, compartments: Iterable[str]) -> None:
        """What can be read on a device from now on."""
        if not device:
            return
        key, now = f"{folded(user)}\0{device}", self._clock()
        with self._lock:
            known = self._devices.get(key) or Device(user=user, name=device, first=now, last=now)
            every = tuple(sorted({*known.compartments, *compartments}))
            if every != known.compartments or now - known.last >= _NOTE_SEEN or known.first == now:
                known = msgspec.structs.replace(known, last=now, compartments=every)
                self._vault.put("device", key, _pack(known))
                self._devices[key] = known

    def note_export(self, user: str, device: str, export: Export) -> None:
        """A file was fetched on a device."""
        key = f"{folded(user)}\0{device}"
        with self._lock:
            known = self._devices.get(key)
            if known is not None:
                exports = (*known.exports, export)[-EXPORTS_KEPT:]
                self._devices[key] = msgspec.structs.replace(known, exports=exports)
                self._vault.put("device", key, _pack(self._devices[key]))

    def devices(self, user: str) -> list[Device]:
        """An account's devices, the one used last first."""
        own = folded(user)
        found = [one for one in self._devices.values() if folded(one.user) == own]
        return sorted(found, key=lambda one: one.last, reverse=True)

    def forget(self, user: str, device: str) -> None:
        """The device is gone, and told of."""
        key = f"{folded(user)}\0{device}"
        with self._lock:
            if self._devices.pop(key, None) is not None:
                self._vault.drop("device", key)
