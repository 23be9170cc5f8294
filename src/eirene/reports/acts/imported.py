"""An import, or its undoing: which file brought which reports.

It is told in parts, each beside the reports it names and as durable as they
are: an import that was cut off in the middle is known as far as it came. All
parts stand in the compartment of the reports.
"""

from __future__ import annotations

import hashlib
import uuid

import msgspec

from eirene.reports.acts import Act

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:eirene:import").bytes
_VERSION = 5
"""Of the ids that imports give; who types or posts a report takes a random one."""


def made_id(*words: str) -> bytes:
    """The ``client_id`` that an import, or its undoing, gives: the same words, the same id."""
    # as ``uuid.uuid5`` does, which takes four times as long for each of a million rows
    made = hashlib.sha1(_NAMESPACE + "\0".join(words).encode(), usedforsecurity=False).digest()
    sixth, eighth = made[6] & 0x0F | _VERSION << 4, made[8] & 0x3F | 0x80
    return b"%b%c%c%c%b" % (made[:6], sixth, made[7], eighth, made[9:16])


def is_made(client_id: bytes) -> bool:
    """Whether an import, or its undoing, gave this id."""
    return client_id[6] >> 4 == _VERSION


class Sums(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the rows: ``rows`` = reports + repeats + rejects + empty."""

    rows: int
    reports: int
    """New ones and amendments."""
    amendments: int
    repeats: int
    rejects: int
    empty: int
    vanished: int = 0
    """Reports of earlier editions that this one no longer has."""


class Import(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One part."""

    id: bytes
    """16 random bytes, the same in all parts."""
    file: str
    sha256: bytes
    """Of the file, as it was read."""
    kind: str
    mapping: str
    """Name of the mapping; empty where headings were fields."""
    source: str
    """Who says so, as the mapping has it: editions of one list have the same."""
    undoes: bytes = b""
    """The import that this takes back."""
    reports: tuple[bytes, ...] = ()
    """Ids of the reports beside this part."""
    sums: Sums | None = None
    """In the last part alone; of one that was stopped, of the rows that it came to."""
    permitted: str = ""
    """Who permits passing it on, as the importer said of what looked like a list whose terms
    forbid that; "" where nothing did, or nobody."""
    cut: str = ""
    """In the last part, why it ended before its end: ``stopped`` by a person, or ``failed``."""


ACT = Act(name="act.import", version=1, content=Import, title="Import")
