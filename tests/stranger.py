"""A reader of entries, written from docs/reference/envelope.md alone.

It imports nothing of Eirene. Where it and Eirene disagree, the page is wrong.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import msgspec  # only as a MessagePack codec
import zstandard
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

DICTIONARY = (
    Path(__file__).resolve().parents[1] / "src/eirene/reports/bodies-1.zdict"
).read_bytes()
DICTIONARY_SHA256 = "49829356d1abc39ac16a1dec2687079e8190c7f61875b23bebfdf38131ae0598"
MOST = 1_048_576

NAMES = (
    "format suite mission realm compartment author sequence previous clock key_id salt "
    "body_hash commitment size"
).split()


def header_of(data: bytes) -> dict[str, Any]:
    return dict(zip(NAMES, msgspec.msgpack.decode(data), strict=True))


def entry_hash(data: bytes) -> bytes:
    return hashlib.sha256(b"eirene/entry/1\x00" + data).digest()


def signed(header: bytes, signature: bytes) -> None:
    """Raises where the signature is not the author's."""
    author = Ed25519PublicKey.from_public_bytes(header_of(header)["author"])
    author.verify(signature, b"eirene/signature/1\x00" + entry_hash(header))


def unpacked(data: bytes) -> bytes:
    """The body of a packed body."""
    assert hashlib.sha256(DICTIONARY).hexdigest() == DICTIONARY_SHA256
    way, rest = data[0], data[1:]
    assert way in (0, 1)
    if way == 0:
        assert len(rest) <= MOST
        return rest
    assert zstandard.get_frame_parameters(rest).content_size <= MOST
    dictionary = zstandard.ZstdCompressionDict(DICTIONARY)
    return zstandard.ZstdDecompressor(dictionary).decompress(rest, allow_extra_data=False)


def opened(header: bytes, sealed: bytes, data_key: bytes) -> bytes:
    """The body's bytes, with every check that the page asks for."""
    head = header_of(header)
    assert hashlib.sha256(sealed).digest() == head["body_hash"]
    associated = msgspec.msgpack.encode([*(head | {"body_hash": bytes(32)}).values()])
    key = HKDF(hashes.SHA256(), 32, head["salt"], b"eirene/body/1").derive(data_key)
    plain = AESGCM(key).decrypt(bytes(12), sealed, associated)
    assert len(plain) == head["size"]
    length = int.from_bytes(plain[:4], "big")
    opener, inner = plain[4:36], plain[36 : 36 + length]
    assert not any(plain[36 + length :])
    assert head["format"] in (1, 2)
    body = inner if head["format"] == 1 else unpacked(inner)
    commitment = hashlib.sha256(b"eirene/commitment/1\x00" + opener + body).digest()
    assert commitment == head["commitment"]
    return body
