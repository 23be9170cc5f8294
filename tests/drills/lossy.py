"""A file system below SQLite that keeps only what was synced.


Writes go to memory until ``xSync``; ``cut`` is the power cut.
"""

# ruff: noqa: N802 - the names are those of SQLite's interface

from __future__ import annotations

import apsw

NAME = "lossy"
_BLOCK = 4096


class LossyFile(apsw.VFSFile):
    """A file whose unsynced blocks are only in memory."""

    def __init__(self, inner: apsw.VFSFile, *, obey_sync: bool) -> None:
        self.inner = inner
        self.obey_sync = obey_sync
        self.blocks: dict[int, bytearray] = {}
        self.size = inner.xFileSize()

    def _block(self, at: int) -> bytearray:
        if at not in self.blocks:
            there = max(0, min(_BLOCK, self.inner.xFileSize() - at * _BLOCK))
            data = self.inner.xRead(there, at * _BLOCK) if there else b""
            self.blocks[at] = bytearray(data.ljust(_BLOCK, b"\0"))
        return self.blocks[at]

    def xRead(self, amount: int, offset: int) -> bytes:
        out = bytearray()
        end = min(offset + amount, self.size)
        while offset + len(out) < end:
            at, start = divmod(offset + len(out), _BLOCK)
            out += self._block(at)[start : start + end - offset - len(out)]
        return bytes(out)

    def xWrite(self, data: bytes, offset: int) -> None:
        done = 0
        while done < len(data):
            at, start = divmod(offset + done, _BLOCK)
            part = data[done : done + _BLOCK - start]
            self._block(at)[start : start + len(part)] = part
            done += len(part)
        self.size = max(self.size, offset + len(data))

    def xSync(self, flags: int) -> None:
        if self.obey_sync:
            self.flush()
            self.inner.xSync(flags)

    def flush(self) -> None:
        """What is in memory reaches the disk."""
        if self.inner.xFileSize() > self.size:
            self.inner.xTruncate(self.size)
        for at, block in sorted(self.blocks.items()):
            length = min(_BLOCK, self.size - at * _BLOCK)
            if length > 0:
                self.inner.xWrite(bytes(block[:length]), at * _BLOCK)
        self.blocks.clear()

    def xTruncate(self, newsize: int) -> None:
        self.size = newsize
        self.blocks = {at: b for at, b in self.blocks.items() if at * _BLOCK < newsize}

    def xFileSize(self) -> int:
        return self.size

    def xClose(self) -> None:
        self.inner.xClose()

    def xLock(self, level: int) -> None:
        """Nobody else has this file."""

    def xUnlock(self, level: int) -> None:
        """Nobody else has this file."""

    def xCheckReservedLock(self) -> bool:
        return False

    def xFileControl(self, op: int, ptr: int) -> bool:
        return False

    def xSectorSize(self) -> int:
        return _BLOCK

    def xDeviceCharacteristics(self) -> int:
        return 0


class LossyDisk(apsw.VFS):
    """``obey_sync=False`` is a disk that lies, or a node that does not sync."""

    def __init__(self, *, obey_sync: bool = True) -> None:
        super().__init__(NAME, "")
        self.obey_sync = obey_sync
        self.files: list[LossyFile] = []

    def xOpen(self, name: object, flags: list[int]) -> LossyFile:
        file = LossyFile(apsw.VFSFile("", name, flags), obey_sync=self.obey_sync)
        self.files.append(file)
        return file
