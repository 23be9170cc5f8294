"""Sealing and opening with ``cryptography``; no algorithm of our own.

The body key is used once (its salt is random), so the nonce may be zero.
"""

from __future__ import annotations

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from eirene.errors import InvalidEntry
from eirene.reports.envelope import BODY_INFO

_SHA = hashes.SHA256()
_ZERO_NONCE = bytes(12)


def derive(secret: bytes, salt: bytes, info: bytes) -> bytes:
    """32 bytes from a 32-byte secret (HKDF-SHA-256)."""
    return HKDF(_SHA, 32, salt, info).derive(secret)


def seal_body(data_key: bytes, salt: bytes, associated: bytes, plain: bytes) -> bytes:
    """Sealed body: ciphertext and 16-byte tag."""
    return AESGCM(derive(data_key, salt, BODY_INFO)).encrypt(_ZERO_NONCE, plain, associated)


def open_body(data_key: bytes, salt: bytes, associated: bytes, sealed: bytes) -> bytes:
    """Plaintext; ``InvalidEntry`` where key, header or body do not belong together."""
    try:
        return AESGCM(derive(data_key, salt, BODY_INFO)).decrypt(_ZERO_NONCE, sealed, associated)
    except InvalidTag:
        raise InvalidEntry("The body does not open under its key.", field="body") from None
