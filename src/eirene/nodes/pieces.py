"""What a backup takes, piece by piece: entries of the log, then files, then maps and divisions.

Who goes on with a backup that was stopped asks of each piece that is in it already whether the node
still has it just so; what changed, or is gone from the node, is not kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any

from eirene.log.attachments import UNFINISHED
from eirene.log.log import Log
from eirene.nodes.ground import Ground

Raw = tuple[int, bytes, bytes, bytes, int]
"""Place, header, sealed body, signature, when it came (ms)."""
_PAGE = 2_000
_CHUNK = 1 << 20


class Pieces:
    """Of one node, up to one place of its log."""

    def __init__(self, log: Log, until: int, attachments: Path, public: Ground) -> None:
        self._entries: Iterable[Raw] = _raw(log, until)
        self._attachments, self._public = attachments, public
        self._done: dict[str, int] = {}
        """Bytes of each attachment that are in."""
        self.entries = self.files = 0
        """How many of each are in: entries, and pieces of files."""
        sizes = [path.stat().st_size for path in _attached(attachments)] + public.sizes
        self.of = until + sum(-(-size // _CHUNK) for size in sizes)

    def has(self, frame: list[Any]) -> bool:
        """Whether a frame holds what the node has next of its sort; if so, it is in."""
        sort, *held = frame
        if sort == "entries":
            (page,) = held
            mine = list(islice(self._entries, len(page)))
            if [tuple(one) for one in page] != mine:
                self._entries = chain(mine, self._entries)
                return False
            self.entries += len(mine)
            return True
        if sort not in ("file", "ground"):
            return False
        name, chunk = held
        same = self._has_file(name, chunk) if sort == "file" else self._public.has(name, chunk)
        self.files += same
        return same

    def _has_file(self, name: str, chunk: bytes) -> bool:
        at = self._done.get(name, 0)
        path = self._attachments / name
        if not path.is_file():
            return False
        with path.open("rb") as source:
            source.seek(at)
            same = source.read(len(chunk)) == chunk
        if same:
            self._done[name] = at + len(chunk)
        return same

    def rest(self) -> Iterator[list[Any]]:
        """Frames of all that is not in yet."""
        entries = iter(self._entries)
        while page := list(islice(entries, _PAGE)):
            self.entries += len(page)
            yield ["entries", page]
        for sort, held in (("file", self._files()), ("ground", self._public.chunks())):
            for name, chunk in held:
                self.files += 1
                yield [sort, name, chunk]

    def _files(self) -> Iterator[tuple[str, bytes]]:
        for path in _attached(self._attachments):
            name = str(path.relative_to(self._attachments))
            with path.open("rb") as source:
                source.seek(self._done.get(name, 0))
                while chunk := source.read(_CHUNK):
                    yield name, chunk


def _attached(folder: Path) -> list[Path]:
    found = sorted(folder.rglob("*")) if folder.exists() else []
    return [path for path in found if path.is_file() and path.suffix != UNFINISHED]


def _raw(log: Log, until: int) -> Iterator[Raw]:
    for lsn, entry, received in log.read_raw():
        if lsn > until:
            return
        yield lsn, entry.header, entry.sealed, entry.signature, received
