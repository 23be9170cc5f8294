"""The envelope: exact bytes of an entry.

An entry is a clear header and a sealed body. The header is what a relay sees;
its hash is what the next entry of the chain names, so a chain verifies where
bodies are erased or not yet here. Bytes are kept as received and never
encoded again. ``docs/reference/envelope.md`` says the same for a stranger.

Invariants
  * Entry hash = SHA-256(DOMAIN_ENTRY, header bytes).
  * Associated data of the seal = the header with 32 zero bytes in the place of
    ``body_hash``: the hash of the sealed body cannot be known before sealing.
  * Plaintext = length (4 bytes, big endian), opener (32 random bytes), so many
    bytes, zeros up to the size class. In format 1 the bytes are the body, in
    format 2 the packed body (``packing``). Format 1 is read for ever, 2 is written.
  * Commitment = SHA-256(DOMAIN_COMMITMENT, opener, body); the body as it is, never packed.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

import msgspec

from eirene.errors import ForeignRealm, InvalidEntry
from eirene.places import Place
from eirene.reports.packing import MAX_BODY, unpacked
from eirene.times import Span

FORMAT = 2
"""What is written."""
FORMATS = (1, 2)
"""What is read."""
SUITE = 1
"""SHA-256, HKDF-SHA-256, AES-256-GCM, Ed25519, X25519."""

REALMS = ("live", "exercise", "replay")
DOMAIN_ENTRY = b"eirene/entry/1\0"
DOMAIN_COMMITMENT = b"eirene/commitment/1\0"
DOMAIN_SIGNATURE = b"eirene/signature/1\0"
DOMAIN_REPORT_ID = b"eirene/report-id/1\0"
BODY_INFO = b"eirene/body/1"
ZERO_HASH = bytes(32)
SIGN_EVERY = 256
"""In a bulk batch at least every 256th entry and the last are signed."""
FAR_AHEAD_MS = 10 * 60_000
"""An entry this far ahead of the local clock is kept, marked, and does not pull the clock."""


class Header(msgspec.Struct, frozen=True, array_like=True):
    """What everyone sees who holds the entry: ids without meaning, chain, clock, sizes."""

    format: int
    suite: int
    mission: bytes
    """16 random bytes."""
    realm: int
    """Index in ``REALMS``."""
    compartment: bytes
    """16 random bytes; the name is known only inside the body."""
    author: bytes
    """Ed25519 public key of one machine in one compartment."""
    sequence: int
    """From 0, without gaps, in this author's chain."""
    previous: bytes
    """Entry hash of the one before; 32 zero bytes for the first."""
    clock: int
    """Hybrid logical clock of the compartment: milliseconds since 1970 << 16 | counter."""
    key_id: bytes
    """16 random bytes: which data key sealed the body."""
    salt: bytes
    """32 random bytes: body key = HKDF(data key, salt)."""
    body_hash: bytes
    """SHA-256 of the sealed body."""
    commitment: bytes
    size: int
    """Bytes of the padded plaintext."""


class Link(msgspec.Struct, frozen=True, array_like=True):
    """A link to another report, by entry hash."""

    role: str
    entry: bytes


class Attachment(msgspec.Struct, frozen=True, array_like=True):
    """A file that belongs to a report: address, own random key, type, size in bytes."""

    hash: bytes
    key: bytes
    type: str
    size: int
    name: str = ""


class Coarse(msgspec.Struct, frozen=True, array_like=True):
    """How exactly a version gives what it gives, in the words of the release matrix."""

    place: str
    """``exact``, ``corridor``, ``road-section``, ``admin-N``, ``cell-Nkm`` or ``none``."""
    time: str
    """``minute``, ``hour``, ``6-hours``, ``day``, ``week`` or ``month``."""
    counts: str
    """``exact``; ``banded``: the least of the band stands in the field; ``none``."""


class Body(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything else. Unknown fields of a later version stay in the kept bytes."""

    id: bytes
    client_id: bytes
    owner: str
    """Owning organisation."""
    compartment: str
    entity: bytes
    kind: str
    """Kind and version: ``incident/1``."""
    account: str
    filed: datetime
    amends: tuple[bytes, ...] = ()
    """Entry hashes of what this replaces."""
    source: str = ""
    basis: str = ""
    occurred: Span | None = None
    observed: datetime | None = None
    place: Place | None = None
    grade: str = ""
    classification: str = "unclassified"
    tlp: str = "GREEN"
    purpose: str = ""
    links: tuple[Link, ...] = ()
    language: str = ""
    attachments: tuple[Attachment, ...] = ()
    content: msgspec.Raw = msgspec.Raw(b"\x80")
    """Content of the kind, MessagePack map."""
    coarse: Coarse | None = None
    """Set on a version: how exactly it was released. None on what somebody filed."""
    terms: str = ""
    """Terms of the source that forbid passing it on; "" where nothing does (``release.terms``)."""


class Entry(msgspec.Struct, frozen=True, array_like=True):
    """An entry as it is stored and passed on."""

    header: bytes
    sealed: bytes
    """Empty where the body is erased or not here."""
    signature: bytes = b""
    """Ed25519 by the author key, or empty inside a batch."""


class Opened(msgspec.Struct, frozen=True):
    """An entry as this node knows it."""

    lsn: int
    """Place in this node's log, from 1."""
    hash: bytes
    header: Header
    body: Body | None
    """None: erased, no key, not here, or of a version not understood."""
    raw: bytes
    """The body's bytes as received; empty where ``body`` is None and nothing was opened."""
    received: datetime
    packed: bytes = b""
    """The body as it stands packed in its seal; empty where there is none, and in format 1."""


class Author(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Content of the first report of each chain (kind ``author/1``)."""

    node: str
    owner: str
    sign_key: bytes
    """The node's identity key, Ed25519."""
    seal_key: bytes
    """The node's identity key, X25519."""
    signature: bytes
    """Of the node's identity key over DOMAIN_SIGNATURE, b"author", the author key."""
    continues: tuple[bytes, int, bytes] | None = None
    """After a restore: author key, sequence and entry hash of the end of the old chain."""


_pack = msgspec.msgpack.Encoder()
_header = msgspec.msgpack.Decoder(Header)
_body = msgspec.msgpack.Decoder(Body)


def encode_header(header: Header) -> bytes:
    """Bytes of a header; made once, by its author."""
    return _pack.encode(header)


def encode_body(body: Body) -> bytes:
    """Bytes of a body; made once, by its author."""
    return _pack.encode(body)


def decode_header(data: bytes) -> Header:
    """A header from its bytes; ``InvalidEntry`` names what does not fit."""
    try:
        header = _header.decode(data)
    except msgspec.MsgspecError as error:
        raise InvalidEntry(f"Not a header: {error}", field="header") from error
    if header.format not in FORMATS or header.suite != SUITE:
        raise InvalidEntry(
            f"Format {header.format}, suite {header.suite} is not known here.",
            field="header",
            remedy="Update this node; the entry is kept as it is.",
        )
    lengths = (
        ("mission", header.mission, 16),
        ("compartment", header.compartment, 16),
        ("author", header.author, 32),
        ("previous", header.previous, 32),
        ("key_id", header.key_id, 16),
        ("salt", header.salt, 32),
        ("body_hash", header.body_hash, 32),
        ("commitment", header.commitment, 32),
    )
    for name, value, length in lengths:
        if len(value) != length:
            raise InvalidEntry(f"{name} is {len(value)} bytes, not {length}.", field=name)
    if header.sequence < 0 or header.clock < 0 or not 0 <= header.realm < len(REALMS):
        raise InvalidEntry("Sequence, clock or realm is out of range.", field="header")
    return header


def decode_body(data: bytes) -> Body:
    """A body from its bytes; ``InvalidEntry`` where this version cannot read it."""
    try:
        return _body.decode(data)
    except (msgspec.MsgspecError, ValueError, OverflowError) as error:
        raise InvalidEntry(f"Not a body that this version reads: {error}", field="body") from error


def admit(header: Header, mission: bytes, realm: int) -> None:
    """Refuse an entry of another mission or realm."""
    if header.mission != mission or header.realm != realm:
        raise ForeignRealm(
            f"This entry belongs to another mission or realm ({REALMS[header.realm]}).",
            field="realm",
            remedy="Give it to the node of that mission; live, exercise and replay never mix.",
        )


def entry_hash(header: bytes) -> bytes:
    """What the next entry of the chain names, and what is signed."""
    return hashlib.sha256(DOMAIN_ENTRY + header).digest()


def commitment_of(opener: bytes, body: bytes) -> bytes:
    """Lets a holder of the body prove it, and nobody confirm a guess after erasure."""
    return hashlib.sha256(DOMAIN_COMMITMENT + opener + body).digest()


def report_id(author: bytes, account: str, client_id: bytes) -> bytes:
    """The same words by the same account on the same machine are the same report."""
    tail = account.encode() + b"\0" + client_id
    return hashlib.sha256(DOMAIN_REPORT_ID + author + tail).digest()[:16]


def size_class(length: int) -> int:
    """Padded size for a plaintext of ``length`` bytes.

    At least 512, in steps of 256 up to 2 KiB, then in steps of an eighth of
    the next power of two. Compressing lets the length depend on the words, so
    the classes are wide: nine of ten real incidents have the same size.
    """
    if length <= 512:  # nine of ten
        return 512
    step = max(256, 1 << max(0, (length - 1).bit_length() - 3))
    return -(-length // step) * step


def check_length(body: bytes) -> None:
    """``InvalidEntry`` for a body of more than ``MAX_BODY`` bytes."""
    if len(body) > MAX_BODY:
        raise InvalidEntry(
            f"The report is {len(body):,} bytes; the most is {MAX_BODY:,}.",
            field="narrative",
            remedy="Shorten the text, or attach it as a file.",
        )


def pad(opener: bytes, inner: bytes) -> bytes:
    """Plaintext of the seal, around a body (format 1) or a packed one (format 2)."""
    plain = len(inner).to_bytes(4, "big") + opener + inner
    return plain + bytes(size_class(len(plain)) - len(plain))


def unpad(plain: bytes) -> tuple[bytes, bytes]:
    """Opener, and body or packed body, of a plaintext."""
    length = int.from_bytes(plain[:4], "big")
    if len(plain) < 36 + length:
        raise InvalidEntry("The body is shorter than it says.", field="body")
    return plain[4:36], plain[36 : 36 + length]


def body_of(header: Header, inner: bytes) -> bytes:
    """The body within a plaintext; ``InvalidEntry`` where it does not unpack."""
    return inner if header.format == 1 else unpacked(inner)


def content_of(body: Body) -> dict[str, Any]:
    """Content as plain values, whatever its version."""
    found = msgspec.msgpack.decode(body.content)
    if not isinstance(found, dict):
        raise InvalidEntry("The content is not a map.", field="content")
    return found  # pyright: ignore[reportUnknownVariableType]
