"""Entries made in order: each chained to the one before, sealed, and signed where it must be."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence

import msgspec

from eirene.keys.seal import seal_body
from eirene.keys.store import AuthorKey, KeyStore
from eirene.log.clock import moment, tick
from eirene.reports.envelope import (
    DOMAIN_SIGNATURE,
    FORMAT,
    SIGN_EVERY,
    SUITE,
    ZERO_HASH,
    Body,
    Header,
    Opened,
    commitment_of,
    encode_body,
    encode_header,
    entry_hash,
    pad,
    report_id,
)
from eirene.reports.packing import packed, packed_all

_AT_ONCE = 8
"""Random values that are fetched together where nobody said how many there will be."""

_encode_content = msgspec.msgpack.Encoder().encode


class Head(msgspec.Struct):
    """End of one chain."""

    sequence: int
    hash: bytes
    compartment: str
    clock: int


class Batch:
    """Entries of one transaction, made in order; the log's memory is not touched."""

    def __init__(
        self,
        keys: KeyStore,
        heads: dict[bytes, Head],
        clocks: dict[str, int],
        lsn: int,
        now_ms: int,
    ) -> None:
        self.keys = keys
        self.known = heads
        self.heads: dict[bytes, Head] = {}
        self.clocks = dict(clocks)
        self.lsn = lsn
        self.now_ms = self.clock_ms = now_ms
        self.received = moment(now_ms)
        self.month = f"{self.received:%Y-%m}"
        self.rows: list[tuple[int, bytes, bytes, bytes, int]] = []
        self.opened: list[Opened] = []
        """All of them, what introduces a chain as well."""
        self._noise: list[bytes] = []

    def _random(self) -> bytes:
        """32 random bytes."""
        if not self._noise:
            self._fetch(_AT_ONCE)
        return self._noise.pop()

    def _fetch(self, times: int) -> None:
        """Random bytes from the system for many entries at once: each call lets go of the
        interpreter, and waits to get it back.
        """
        noise = os.urandom(32 * times)
        self._noise += [noise[at : at + 32] for at in range(0, len(noise), 32)]

    def add_all(self, bodies: Sequence[tuple[Body, bytes]]) -> list[Opened]:
        """Entries of one caller; the last in each chain is signed."""
        last = {body.compartment: at for at, (body, _) in enumerate(bodies)}
        inners = packed_all([raw for _, raw in bodies])
        self._fetch(2 * len(bodies))
        opened: list[Opened] = []
        for at, (body, raw) in enumerate(bodies):
            author = self.keys.author(body.compartment)
            if author.public not in self.heads and author.public not in self.known:
                self._introduce(body, author)
            signed = last[body.compartment] == at
            opened.append(self._add(body, raw, inners[at], author, sign=signed))
        return opened

    def _introduce(self, first: Body, author: AuthorKey) -> None:
        content = self.keys.author_content(author)
        client_id = author.public[:16]
        body = Body(
            id=report_id(author.public, "", client_id),
            client_id=client_id,
            owner=self.keys.owner,
            compartment=first.compartment,
            entity=author.public[:16],
            kind="author/1",
            account="",
            filed=self.received,
            content=msgspec.Raw(_encode_content(content)),
        )
        raw = encode_body(body)
        self._add(body, raw, packed(raw), author, sign=True)

    def _add(
        self, body: Body, raw: bytes, inner: bytes, author: AuthorKey, *, sign: bool
    ) -> Opened:
        keys, compartment = self.keys, body.compartment
        head = self.heads.get(author.public) or self.known.get(author.public)
        sequence, previous = (head.sequence + 1, head.hash) if head else (0, ZERO_HASH)
        clock = tick(self.clocks.get(compartment, 0), self.clock_ms)
        key = keys.data_key(body.owner, compartment, self.month)
        salt, opener = self._random(), self._random()
        plain = pad(opener, inner)
        # in the order of the header's fields: names would take as long as the hashes
        first = (
            *(FORMAT, SUITE, keys.mission, keys.realm, keys.compartment_id(compartment)),
            *(author.public, sequence, previous, clock, key.id, salt),
        )
        commitment, size = commitment_of(opener, raw), len(plain)
        associated = encode_header(Header(*first, ZERO_HASH, commitment, size))
        sealed = seal_body(key.key, salt, associated, plain)
        header = Header(*first, hashlib.sha256(sealed).digest(), commitment, size)
        header_bytes = encode_header(header)
        hash_ = entry_hash(header_bytes)
        signature = b""
        if sign or sequence % SIGN_EVERY == SIGN_EVERY - 1:
            signature = author.private.sign(DOMAIN_SIGNATURE + hash_)
        self.lsn += 1
        self.rows.append((self.lsn, header_bytes, sealed, signature, self.now_ms))
        self.heads[author.public] = Head(sequence, hash_, compartment, clock)
        self.clocks[compartment] = clock
        opened = Opened(self.lsn, hash_, header, body, raw, self.received, inner)
        self.opened.append(opened)
        return opened
