"""A file that lies in memory only, under a path that everything can open.

Readers want a path, and a table that somebody is about to bring is no report
yet: nothing has sealed it. So it never touches the disk. It is gone when it is
closed, and with the process.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from eirene.errors import NodeError
from eirene.imports.tables import Shown


class MemoryFile:
    """Bytes in memory with a path; ``close`` lets go of them."""

    _fd = -1

    def __init__(self, name: str) -> None:
        if not hasattr(os, "memfd_create"):  # Linux has it
            raise NodeError(
                "This node's system has no files that lie in memory only.",
                remedy="Bring the file with eirene import, on the node's machine.",
            )
        self._fd = os.memfd_create("eirene-import", os.MFD_CLOEXEC)
        self.size = 0
        self.path: Path = Shown(f"/proc/self/fd/{self._fd}")
        self.path.shown = name  # pyright: ignore[reportAttributeAccessIssue]

    def write(self, parts: Iterable[bytes]) -> None:
        """Add to its end."""
        for part in parts:
            left = memoryview(part)
            while left:
                done = os.write(self._fd, left)
                left = left[done:]
                self.size += done

    def close(self) -> None:
        """Let the bytes go; again is harmless."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def __del__(self) -> None:
        self.close()
