"""Cursors: opaque to whoever holds them, and of use to that reader alone.

A cursor holds a place in the log of changes or in a list. In clear it would
tell how much happens in compartments that the reader may not see, so it is
sealed, padded to one length, and bound to the account and its clearances: a
reader who gains or loses a compartment starts again with a fresh snapshot.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import struct

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from eirene.errors import InvalidQuery
from eirene.release.reader import Reader
from eirene.web.node import Node

_SALT = 16
_NONCE = 12
_CHANGE = struct.Struct(">Q16s")
_PAGE = 64
"""Bytes of every page cursor before sealing: one length for all."""


class Sealer:
    """Seals for one reader. Each has a salt of its own, so nonces may simply count."""

    def __init__(self, key: bytes, purpose: str, reader: Reader) -> None:
        self._salt = secrets.token_bytes(_SALT)
        self._aead = AESGCM(_subkey(key, self._salt))
        self._bound = _bound(purpose, reader)
        self._count = 0

    def seal(self, plain: bytes) -> bytes:
        """Salt, nonce, sealed text."""
        self._count += 1
        nonce = self._count.to_bytes(_NONCE, "big")
        return self._salt + nonce + self._aead.encrypt(nonce, plain, self._bound)


def _subkey(key: bytes, salt: bytes) -> bytes:
    return hmac.digest(key, b"eirene/cursor/1\0" + salt, "sha256")


def _bound(purpose: str, reader: Reader) -> bytes:
    clearances = "\0".join(sorted(reader.compartments))
    text = f"{purpose}\0{reader.account}\0{clearances}"
    return hashlib.sha256(text.encode()).digest()


def _opened(key: bytes, purpose: str, reader: Reader, sealed: bytes) -> bytes | None:
    salt, nonce, rest = sealed[:_SALT], sealed[_SALT : _SALT + _NONCE], sealed[_SALT + _NONCE :]
    if len(nonce) != _NONCE or len(rest) < 16:
        return None
    try:
        return AESGCM(_subkey(key, salt)).decrypt(nonce, rest, _bound(purpose, reader))
    except InvalidTag:
        return None


class StreamCursor:
    """Cursors of one live stream."""

    def __init__(self, node: Node, reader: Reader) -> None:
        self._node = node
        self._reader = reader
        self._sealer = Sealer(node.keys.cursor_key, "stream", reader)

    def seal(self, last: int, generation: bytes) -> bytes:
        """The place after change ``last`` of one generation of the picture."""
        return self._sealer.seal(_CHANGE.pack(last, generation))

    def open(self, sealed: bytes) -> tuple[int, bytes] | None:
        """Change and generation; None for a cursor that is not this reader's, or no cursor."""
        plain = _opened(self._node.keys.cursor_key, "stream", self._reader, sealed)
        if plain is None or len(plain) != _CHANGE.size:
            return None
        last, generation = _CHANGE.unpack(plain)
        return last, generation


def page_sealed(node: Node, reader: Reader, place: bytes | None) -> str | None:
    """Where the next page of a list begins, for the address of that page."""
    if place is None:
        return None
    plain = len(place).to_bytes(1, "big") + place
    sealed = Sealer(node.keys.cursor_key, "page", reader).seal(plain.ljust(_PAGE, b"\0"))
    return base64.urlsafe_b64encode(sealed).decode()


def page_of(node: Node, reader: Reader, text: str) -> bytes:
    """The place in a list; ``InvalidQuery`` for what is not this reader's cursor."""
    try:
        sealed = base64.b64decode(text, altchars=b"-_", validate=True)
    except ValueError:
        sealed = b""
    plain = _opened(node.keys.cursor_key, "page", reader, sealed)
    if not plain:
        raise InvalidQuery(
            "The cursor is not one that was given to you.",
            field="cursor",
            remedy="Start again without it.",
        )
    return plain[1 : 1 + plain[0]]
