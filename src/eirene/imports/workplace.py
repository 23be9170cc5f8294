"""Files under names of ours, for a process that reads what a stranger sent.

Invariants
  * What lies in memory only stays there: of a file whose path is an open
    descriptor, every part that is made lies in memory too, and the folder
    holds links and nothing else.
  * All of it is gone when the reading is over, and with the process.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from eirene.imports.archives import too_large

_DESCRIPTORS = Path("/proc/self/fd")
LARGEST = 400_000_000
LARGEST_IN_MEMORY = 128_000_000
"""Bytes of all parts of one file together, and of the rows that are made of it."""


class Workplace:
    """A folder for the parts of one file."""

    def __init__(self, path: Path, folder: Path) -> None:
        self.folder = folder
        self.in_memory = path.parent == _DESCRIPTORS
        self.most = LARGEST_IN_MEMORY if self.in_memory else LARGEST
        """Bytes of a part, and of the rows that are made of all of them."""
        self._path = path
        self._held: list[int] = []

    @property
    def descriptors(self) -> tuple[int, ...]:
        """What another process must be given to see the parts that lie in memory."""
        return tuple(self._held)

    def place(self, name: str) -> Path:
        """A part, by the name that we gave it."""
        return self.folder / name

    def new(self, name: str) -> IO[bytes]:
        """A new part, for writing."""
        if self.in_memory:
            self._link(os.memfd_create(name, os.MFD_CLOEXEC), name)
        return self.place(name).open("wb")

    def take(self, path: Path, name: str) -> None:
        """A file as a part: linked where it lies in memory, copied else."""
        size = path.stat().st_size
        if size > self.most:
            raise too_large(self._path, path.name, size, self.most)
        if self.in_memory:
            self._link(os.open(path, os.O_RDONLY | os.O_CLOEXEC), name)
        else:
            shutil.copyfile(path, self.place(name))

    def rows(self) -> IO[bytes]:
        """A file without a name, where the parts lie."""
        if self.in_memory:
            return os.fdopen(os.memfd_create("rows", os.MFD_CLOEXEC), "w+b")
        return tempfile.TemporaryFile()

    def _link(self, descriptor: int, name: str) -> None:
        self._held.append(descriptor)
        self.place(name).symlink_to(_DESCRIPTORS / str(descriptor))

    def close(self) -> None:
        """Let go of what lies in memory."""
        while self._held:
            os.close(self._held.pop())


@contextmanager
def workplace(path: Path) -> Generator[Workplace]:
    """A folder for the parts of a file, removed with all in it."""
    with tempfile.TemporaryDirectory(prefix="eirene-", ignore_cleanup_errors=True) as folder:
        made = Workplace(path, Path(folder))
        try:
            yield made
        finally:
            made.close()
