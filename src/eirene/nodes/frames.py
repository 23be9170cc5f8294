"""Sealed frames in order: one that is missing, moved or changed does not open.

A file of frames that was cut off can be gone on with: behind what is kept stands ``AGAIN`` and a new
salt, and what follows is sealed under a key that hangs on all salts before. So no key and number are
ever used for two frames, also where the one that was torn off came to lie on a disk.
"""

from __future__ import annotations

import secrets as random
import struct
from io import BufferedReader
from typing import IO, Any

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from eirene.errors import BackupFailed
from eirene.keys.seal import derive
from eirene.keys.store import KeyStore

MAGIC = b"EIRENE-BACKUP-1\n"
INFO = b"eirene/backup/1"
SALT = 32
_AGAIN = b"\xff\xff\xff\xff"
"""No frame is as long."""

Place = tuple[bytes, int]
"""Salts so far, and how many frames: what the next one is sealed with."""


class Frames:
    """Seals and opens frames, one after the other."""

    def __init__(self, keys: KeyStore, salts: bytes, at: int = 0) -> None:
        self._keys, self._salts, self._at = keys, salts, at
        self._seal = AESGCM(derive(keys.backup_key, salts, INFO))

    @property
    def place(self) -> Place:
        """Where it stands, for who comes back to it."""
        return self._salts, self._at

    def _nonce(self) -> bytes:
        self._at += 1
        return self._at.to_bytes(12, "big")

    def _under(self, salt: bytes) -> None:
        self._salts += salt
        self._seal = AESGCM(derive(self._keys.backup_key, self._salts, INFO))

    def sealed(self, value: Any) -> bytes:
        """The next frame, with its length before it."""
        data = self._seal.encrypt(self._nonce(), msgspec.msgpack.encode(value), MAGIC)
        return struct.pack(">I", len(data)) + data

    def again(self) -> bytes:
        """What stands between frames that were kept and those that follow."""
        salt = random.token_bytes(SALT)
        self._under(salt)
        return _AGAIN + salt

    def opened(self, source: BufferedReader | IO[bytes]) -> Any:
        """What the next frame holds; ``BackupFailed`` where it does not open."""
        while (size := source.read(4)) == _AGAIN:
            self._under(source.read(SALT))
        data = source.read(struct.unpack(">I", size)[0]) if len(size) == 4 else b""
        try:
            return msgspec.msgpack.decode(self._seal.decrypt(self._nonce(), data, MAGIC))
        except InvalidTag:
            raise BackupFailed(
                "The backup is damaged, cut short, or of another key store.",
                remedy="Take another backup file, or the key store that belongs to it.",
            ) from None
