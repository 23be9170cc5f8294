"""``eirene log verify``: is the log what this node acknowledged.

Every header hash, chain position, body hash, commitment and signature is
checked, and the ends of chains against the key store's high-water marks; and
each file that a report came with is opened. The
first entry that was altered, removed, inserted or lost at the end is named.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Literal

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from eirene.errors import DamagedFile, DamagedLog, InvalidEntry
from eirene.keys.store import KeyStore
from eirene.log.attachments import opened as open_file
from eirene.log.log import Log
from eirene.reports.envelope import (
    DOMAIN_SIGNATURE,
    ZERO_HASH,
    Attachment,
    Author,
    Entry,
    Header,
    content_of,
    decode_header,
    entry_hash,
)


class Fault(msgspec.Struct, frozen=True):
    """One thing that is wrong, and where."""

    what: Literal["altered", "removed", "inserted", "lost at the end", "damaged", "file"]
    lsn: int
    """Place in the log; for removed entries, where they should stand."""
    detail: str

    def __str__(self) -> str:
        return f"entry {self.lsn}: {self.what}: {self.detail}"


class Verdict(msgspec.Struct):
    """What a check found."""

    entries: int = 0
    chains: int = 0
    signatures: int = 0
    unopened: int = 0
    """Entries whose body this node cannot open (erased, or no key)."""
    erased: int = 0
    """Of these, entries whose body was dropped here: recalled, expired or erased."""
    files: int = 0
    """Files of attachments that were opened, and are whole."""
    faults: list[Fault] = []

    @property
    def good(self) -> bool:
        """Nothing is wrong."""
        return not self.faults


class _Chain(msgspec.Struct):
    sequence: int
    hash: bytes
    lsn: int
    signed_lsn: int
    """Where the last good signature stands: everything before it is proved."""
    own: bool
    """Introduced by this node, or by a node whose identity signed it."""


class _Check:
    """The state of one run."""

    def __init__(self, log: Log, keys: KeyStore, files: Path | None, most: int) -> None:
        self.log = log
        self.files = files
        self.keys = keys
        self.most = most
        self.chains: dict[bytes, _Chain] = {}
        self.verdict = Verdict(faults=[])
        self.next_lsn = 1
        self.marks = keys.high_water()
        self.dropped = keys.drops.all()

    def fault(self, what: str, lsn: int, detail: str) -> None:
        self.verdict.faults.append(
            msgspec.convert({"what": what, "lsn": lsn, "detail": detail}, Fault)
        )

    def entry(self, lsn: int, entry: Entry, received: int) -> None:
        if lsn > self.next_lsn:
            gone = f"{self.next_lsn}" if lsn == self.next_lsn + 1 else f"{self.next_lsn}-{lsn - 1}"
            self.fault("removed", self.next_lsn, f"entries {gone} of the log are missing")
        self.next_lsn = lsn + 1
        self.verdict.entries += 1
        try:
            header = decode_header(entry.header)
        except InvalidEntry as error:
            self.fault("altered", lsn, error.message)
            return
        hash_ = entry_hash(entry.header)
        self._signature(lsn, entry, header, hash_)
        self._place(lsn, header, hash_, bool(entry.signature))
        self._body(lsn, entry, received, hash_)

    def _signature(self, lsn: int, entry: Entry, header: Header, hash_: bytes) -> None:
        if not entry.signature:
            return
        self.verdict.signatures += 1
        try:
            key = Ed25519PublicKey.from_public_bytes(header.author)
            key.verify(entry.signature, DOMAIN_SIGNATURE + hash_)
        except InvalidSignature:
            self.fault("altered", lsn, "the signature does not fit the header")

    def _place(self, lsn: int, header: Header, hash_: bytes, signed: bool) -> None:
        """Sequence and previous hash, against what stood before in this chain."""
        before = self.chains.get(header.author)
        if before is None:
            if header.sequence != 0 or header.previous != ZERO_HASH:
                self.fault("removed", lsn, f"a chain begins at {header.sequence}, not at 0")
            self.verdict.chains += 1
        elif header.sequence > before.sequence + 1:
            missing = f"{before.sequence + 1} to {header.sequence - 1}"
            self.fault("removed", lsn, f"entries {missing} of this chain are missing before it")
        elif header.sequence <= before.sequence:
            self.fault(
                "inserted",
                before.lsn if signed and before.signed_lsn < before.lsn else lsn,
                f"two entries stand at {header.sequence} of one chain",
            )
        elif header.previous != before.hash:
            self.fault("altered", before.lsn, f"entry {lsn} names another header as the one before")
        self.chains[header.author] = _Chain(
            sequence=header.sequence,
            hash=hash_,
            lsn=lsn,
            signed_lsn=lsn if signed else (before.signed_lsn if before else 0),
            own=before.own if before else False,
        )
        mark = self.marks.get(header.author)
        if mark and mark[0] == header.sequence and mark[1] != hash_:
            self.fault("altered", lsn, "it is not the entry that was acknowledged here")

    def _body(self, lsn: int, entry: Entry, received: int, hash_: bytes) -> None:
        header = decode_header(entry.header)
        self.verdict.erased += not entry.sealed
        if bool(entry.sealed) == (hash_ in self.dropped):
            what = "was erased here, and is back" if entry.sealed else "is gone, and was not erased"
            self.fault("altered", lsn, f"its body {what}")
            return
        if entry.sealed and hashlib.sha256(entry.sealed).digest() != header.body_hash:
            self.fault("altered", lsn, "the sealed body is not the one that the header names")
            return
        try:
            opened = self.log.opened(lsn, entry, received, hash_)
        except InvalidEntry as error:
            self.fault("altered", lsn, error.message)
            return
        if opened.body is None:
            self.verdict.unopened += 1
        elif self.files is not None:
            self._files(lsn, opened.body.attachments, self.files)
        if header.sequence == 0:
            self._introduction(lsn, header, opened.body and content_of(opened.body))

    def _files(self, lsn: int, held: Sequence[Attachment], folder: Path) -> None:
        """Its files, by their own seals; what they are called is nobody's business here."""
        for one in held:
            try:
                open_file(folder, one)
            except DamagedFile:
                self.fault("file", lsn, "a file that came with it is missing, or not whole")
            else:
                self.verdict.files += 1

    def _introduction(self, lsn: int, header: Header, content: object) -> None:
        chain = self.chains[header.author]
        if content is None:  # erased: the chain itself still proves that nothing changed
            chain.own = True
            return
        try:
            author = msgspec.convert(content, Author)
            Ed25519PublicKey.from_public_bytes(author.sign_key).verify(
                author.signature, DOMAIN_SIGNATURE + b"author" + header.author
            )
            chain.own = True
        except (msgspec.ValidationError, InvalidSignature):
            self.fault("inserted", lsn, "no node stands behind this chain")

    def ends(self) -> None:
        """Ends of chains: signed, and not before what was acknowledged."""
        for author, chain in self.chains.items():
            if chain.signed_lsn != chain.lsn:
                self.fault("inserted", chain.lsn, "the end of the chain is not signed")
            mark = self.marks.get(author)
            if mark and chain.sequence < mark[0]:
                self.fault(
                    "lost at the end",
                    self.next_lsn,
                    f"chain {author.hex()[:8]} ends at {chain.sequence}, "
                    f"and {mark[0]} was acknowledged",
                )
        for author, (sequence, _) in self.marks.items():
            if author not in self.chains:
                self.fault(
                    "lost at the end",
                    self.next_lsn,
                    f"chain {author.hex()[:8]} is gone, and {sequence} was acknowledged",
                )


def verify(
    log: Log,
    keys: KeyStore,
    files: Path | None = None,
    *,
    most: int = 20,
    progress: Callable[[int], None] | None = None,
) -> Verdict:
    """Check the whole log, and the files of its attachments where their folder is given.

    Stops after ``most`` faults. Never changes anything.
    """
    check = _Check(log, keys, files, most)
    try:
        for lsn, entry, received in _ahead(log):
            check.entry(lsn, entry, received)
            if progress and lsn % 1000 == 0:
                progress(lsn)
            if len(check.verdict.faults) >= most:
                return _sorted(check.verdict)
    except DamagedLog as error:
        check.fault("damaged", check.next_lsn, error.message)
        return _sorted(check.verdict)
    check.ends()
    return _sorted(check.verdict)


def _ahead(log: Log) -> Iterator[tuple[int, Entry, int]]:
    """Entries, read one page ahead in a thread."""
    pages = log.read_raw()
    with ThreadPoolExecutor(1) as pool:

        def page() -> list[tuple[int, Entry, int]]:
            return list(islice(pages, 2000))

        coming = pool.submit(page)
        while found := coming.result():
            coming = pool.submit(page)
            yield from found


def _sorted(verdict: Verdict) -> Verdict:
    verdict.faults.sort(key=lambda fault: fault.lsn)
    return verdict
