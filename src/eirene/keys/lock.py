"""What opens the key store: a passphrase, a systemd credential, or a plain file.

The master key is random; the lock wraps it, so that changing the lock never
touches the store. The plain file is for demonstrations: whoever can read the
folder can read everything.
"""

from __future__ import annotations

import base64
import os
import secrets
from pathlib import Path
from typing import Any, Literal

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from eirene.errors import BadSettings, NotANode, WrongLock
from eirene.keys.seal import derive

_FILE = "lock.json"
_INFO = b"eirene/lock/1"
_MEMORY_KIB, _PASSES, _LANES = 65_536, 3, 1


class Lock(msgspec.Struct, frozen=True):
    """How the key store is opened. The secret never shows in ``repr``, logs or arguments."""

    mode: Literal["passphrase", "credential", "plain"]
    secret: bytes = b""

    def __repr__(self) -> str:
        return f"Lock({self.mode})"


class _LockFile(msgspec.Struct):
    mode: str
    salt: str
    wrapped: str
    memory_kib: int = _MEMORY_KIB
    passes: int = _PASSES
    note: str = ""


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def passphrase_key(secret: bytes, salt: bytes, memory_kib: int, passes: int) -> bytes:
    """32 bytes from words that people remember (Argon2id)."""
    kdf = Argon2id(salt=salt, length=32, iterations=passes, lanes=_LANES, memory_cost=memory_kib)
    return kdf.derive(secret)


def _wrapping_key(lock: Lock, folder: Path, file: _LockFile) -> bytes:
    salt = base64.b64decode(file.salt)
    if lock.mode == "passphrase":
        return passphrase_key(lock.secret, salt, file.memory_kib, file.passes)
    if lock.mode == "credential":
        return derive(lock.secret, salt, _INFO)
    try:
        return derive((folder / "plain.key").read_bytes(), salt, _INFO)
    except FileNotFoundError:
        raise WrongLock(
            f"The file plain.key is missing in {folder}.",
            remedy="Restore the key store from its backup: eirene keys restore.",
        ) from None


def private_write(path: Path, data: bytes) -> None:
    """Write a file that only its owner may read, synced, in one step."""
    beside = path.with_name(path.name + ".new")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    descriptor = os.open(beside, flags, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    beside.replace(path)


def make_lock(folder: Path, lock: Lock, master: bytes | None = None) -> bytes:
    """Write ``lock.json`` for a new or known master key, and give the master key."""
    if lock.mode != "plain" and len(lock.secret) < 8:
        raise BadSettings(
            f"The {lock.mode} is shorter than 8 characters.",
            field=lock.mode,
            remedy="Take several words.",
        )
    master = master or secrets.token_bytes(32)
    file = _LockFile(mode=lock.mode, salt=_b64(secrets.token_bytes(16)), wrapped="")
    if lock.mode == "plain":
        file.note = "Demonstration: whoever can read this folder can read every report."
        private_write(folder / "plain.key", secrets.token_bytes(32))
    nonce = secrets.token_bytes(12)
    sealed = AESGCM(_wrapping_key(lock, folder, file)).encrypt(nonce, master, _INFO)
    file.wrapped = _b64(nonce + sealed)
    private_write(folder / _FILE, msgspec.json.format(msgspec.json.encode(file)))
    return master


def lock_mode(folder: Path) -> str:
    """How this key store is locked."""
    return _read(folder).mode


def open_lock(folder: Path, lock: Lock | None) -> bytes:
    """The master key; ``WrongLock`` in one sentence where it does not open."""
    file = _read(folder)
    if file.mode == "plain":
        lock = Lock("plain")
    if lock is None or lock.mode != file.mode:
        raise WrongLock(
            f"The key store is locked by a {file.mode}.",
            field=file.mode,
            remedy="Give the passphrase when asked (or in a file: --passphrase-file)."
            if file.mode == "passphrase"
            else "Start through systemd with LoadCredential=eirene:FILE.",
        )
    wrapped = base64.b64decode(file.wrapped)
    try:
        return AESGCM(_wrapping_key(lock, folder, file)).decrypt(wrapped[:12], wrapped[12:], _INFO)
    except InvalidTag:
        raise WrongLock(
            f"The {file.mode} does not open this key store.",
            field=file.mode,
            remedy=f"Try again with the right {file.mode}; nothing was changed.",
        ) from None


def _read(folder: Path) -> _LockFile:
    try:
        data: Any = (folder / _FILE).read_bytes()
        return msgspec.json.decode(data, type=_LockFile)
    except FileNotFoundError:
        raise NotANode(
            f"There is no key store in {folder}.",
            field="data",
            remedy="Point EIRENE_DATA at a node's folder, or make a node: eirene serve --new.",
        ) from None
    except msgspec.MsgspecError as error:
        raise WrongLock(
            f"{folder / _FILE} is damaged: {error}",
            remedy="Restore the key store from its backup: eirene keys restore.",
        ) from None
