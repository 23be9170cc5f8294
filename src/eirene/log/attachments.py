"""Files of attachments: sealed beside the log, each under a key of its own.

Invariants
  * A file's key stands in the body of its report and nowhere else: with the body dropped,
    or its data key destroyed, the file opens with nothing any more.
  * Its address is the keyed hash of the sealed bytes under the key of its compartment. Each
    sealing is another one, so the same bytes brought twice lie twice: nobody learns from
    an address, from a size or from an answer that a file was there before.
  * A file is on the disk, and its name too, before the report that names it is filed.
  * Whether a file is whole is told by its own seal, also where a key store that was put
    back has no longer the key of its address.
  * Written is sealed only: no plain byte of it ever touches the disk.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import hmac
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from eirene.errors import DamagedFile, DiskFull
from eirene.keys.store import KeyStore
from eirene.reports.envelope import Attachment, size_class

_ASSOCIATED = b"eirene/attachment/1"
_NONCE = bytes(12)
"""A key seals one file once."""
UNFINISHED = ".part"
"""How the name of a file ends for as long as it is written; of no report yet."""


class Attachments:
    """The folder of one node's sealed files."""

    def __init__(self, folder: Path, keys: KeyStore) -> None:
        self._folder = folder
        self._keys = keys
        folder.mkdir(exist_ok=True, mode=0o700)
        for left in folder.glob(f"*{UNFINISHED}"):  # the node ended while it wrote
            left.unlink()

    def keep(self, compartment: str, data: bytes, media_type: str, name: str = "") -> Attachment:
        """Seal a file for a compartment; durable on return. Raises ``DiskFull``."""
        key = secrets.token_bytes(32)
        sealed = AESGCM(key).encrypt(_NONCE, _padded(data), _ASSOCIATED)
        address = self._address(compartment, sealed)
        path = self._path(address)
        beside = path.with_name(path.name + UNFINISHED)
        try:
            _write(beside, sealed)
            beside.replace(path)
            _sync_folder(self._folder)
        except OSError as error:
            for one in (beside, path):
                with contextlib.suppress(OSError):
                    one.unlink(missing_ok=True)
            if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
                raise
            raise DiskFull(
                "No room on the disk for the file.",
                remedy="Make room; what was filed before is safe.",
            ) from None
        return Attachment(address, key, media_type, len(data), name)

    def read(self, held: Attachment) -> bytes:
        """The file as it was brought; ``DamagedFile`` where it is not here, or not whole."""
        return opened(self._folder, held)

    def forget(self, held: Attachment) -> None:
        """Remove a file whose report was not filed after all."""
        self.remove([held.hash])

    def remove(self, addresses: Iterable[bytes]) -> None:
        """Remove files, as far as they are here."""
        for address in addresses:
            self._path(address).unlink(missing_ok=True)

    def _path(self, address: bytes) -> Path:
        return self._folder / address.hex()

    def _address(self, compartment: str, sealed: bytes) -> bytes:
        return hmac.digest(self._keys.address_key(compartment), sealed, hashlib.sha256)


def opened(folder: Path, held: Attachment) -> bytes:
    """A file of a folder as it was brought; ``DamagedFile`` where it is not there, or not whole."""
    try:
        sealed = (folder / held.hash.hex()).read_bytes()
    except FileNotFoundError:
        raise DamagedFile from None
    try:
        padded = AESGCM(held.key).decrypt(_NONCE, sealed, _ASSOCIATED)
    except (InvalidTag, ValueError):
        raise DamagedFile from None
    return padded[8 : 8 + int.from_bytes(padded[:8], "big")]


def _padded(data: bytes) -> bytes:
    """Length and bytes, with zeros up to a size that many files have."""
    plain = len(data).to_bytes(8, "big") + data
    return plain + bytes(size_class(len(plain)) - len(plain))


def _write(path: Path, sealed: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(sealed)
        out.flush()
        os.fsync(out.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
