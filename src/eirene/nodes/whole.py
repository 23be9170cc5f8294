"""Files that are there whole or not at all.

What is being written stands beside its name, with ``.part`` after it, and gets the name once all of it
is on the disk. Whoever stops half way leaves nothing that looks whole; after a power cut or ``kill -9``
the piece that is left is written over by the next one who takes that name.
"""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from eirene.errors import InvalidQuery

PART = ".part"


def beside(target: Path) -> Path:
    """Where a file lies until it is whole."""
    return target.with_name(target.name + PART)


def refuse_taken(target: Path) -> None:
    """Raises ``FileExistsError`` where the name is taken: nothing is ever written over."""
    if target.exists():
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))


@contextmanager
def whole_file(target: Path, mode: int = 0o666) -> Generator[IO[bytes]]:
    """A file to write into, which has its name once the block ended well, and is gone else.

    Raises ``FileExistsError`` where the name is taken, ``InvalidQuery`` where somebody else is
    writing it just now, ``OSError`` where the disk has no room.
    """
    refuse_taken(target)
    part = beside(target)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT, mode), "wb") as out:
        held(out, target)
        try:
            out.truncate()
            yield out
            named(out, target)
        except BaseException:
            part.unlink(missing_ok=True)
            raise


def held(out: IO[bytes], target: Path) -> None:
    """Take a part for oneself as long as it is open; ``InvalidQuery`` where somebody has it."""
    if not _is_ours(out, beside(target)):
        raise InvalidQuery(
            f"{target} is being written just now.",
            field="file",
            remedy="Wait until it is there, or choose another file.",
        )


def _is_ours(out: IO[bytes], part: Path) -> bool:
    try:
        fcntl.flock(out, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # who had it may just have given it its name: then this would be the whole file
        return os.path.samestat(os.fstat(out.fileno()), part.stat())
    except (BlockingIOError, FileNotFoundError):
        return False


def named(out: IO[bytes], target: Path) -> None:
    """Give a part its name, once all of it, and then the name, is on the disk."""
    out.flush()
    os.fsync(out.fileno())
    refuse_taken(target)
    beside(target).replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
