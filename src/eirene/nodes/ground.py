"""Base maps and divisions of a node's own, as a backup takes them along.

They are public and lie unsealed in the node's folder; in a backup they are sealed as all else.
What is being made has a name that begins with a dot, and is not taken.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from io import BufferedReader
from pathlib import Path

from eirene.errors import BackupFailed

MAPS, DIVISIONS = "maps", "divisions"
LARGEST = 4 << 30
"""Bytes of one map: a larger one is left out and named, or every backup would be as large."""
_CHUNK = 1 << 20
_PART = "ground.part"


class Ground:
    """The files, all open: what is removed meanwhile is still read to its end."""

    def __init__(self, node: Path | None) -> None:
        self._open = ExitStack()
        self._files: list[tuple[str, BufferedReader]] = []
        self.left_out: list[str] = []
        """Maps that are too large, by their path in the node's folder."""
        if node is not None:
            self._take_maps(node)
            for version in sorted((node / DIVISIONS).glob("[!.]*/division.json")):
                self._take_version(node, version.parent)

    def _take_maps(self, node: Path) -> None:
        folder = node / MAPS
        if not folder.is_dir():
            return
        with (folder / ".lock").open("ab") as held:
            fcntl.flock(held, fcntl.LOCK_SH)  # so that the list names what is there
            for path in sorted(folder.glob("[!.]*")):
                name = str(path.relative_to(node))
                if path.stat().st_size > LARGEST:
                    self.left_out.append(name)
                elif path.is_file():
                    self._files.append((name, self._open.enter_context(path.open("rb"))))

    def _take_version(self, node: Path, folder: Path) -> None:
        """All files of a version, or none: it may be taken away meanwhile."""
        with ExitStack() as opened:
            try:
                files = [
                    (str(path.relative_to(node)), opened.enter_context(path.open("rb")))
                    for path in sorted(folder.iterdir())
                ]
            except FileNotFoundError:
                return
            self._files += files
            self._open.push(opened.pop_all())

    @property
    def sizes(self) -> list[int]:
        """Bytes of each file."""
        return [os.fstat(file.fileno()).st_size for _, file in self._files]

    def has(self, name: str, chunk: bytes) -> bool:
        """Whether these bytes are what comes next of a file; if so, they are not given out any more."""
        for own, file in self._files:
            if own == name:
                at = file.tell()
                same = file.read(len(chunk)) == chunk
                file.seek(at + len(chunk) if same else at)
                return same
        return False

    def chunks(self) -> Iterator[tuple[str, bytes]]:
        """Name and bytes, in order; of an empty file none."""
        for name, file in self._files:
            while chunk := file.read(_CHUNK):
                yield name, chunk

    def close(self) -> None:
        """Let go of the files."""
        self._open.close()


def kept(name: str) -> str:
    """The map, or the version of the divisions, that a file belongs to; "" of the list of maps."""
    home, _, rest = name.partition("/")
    if home == MAPS:
        return name if rest.endswith(".pmtiles") else ""
    return f"{home}/{rest.partition('/')[0]}"


def put_back(folder: Path, name: str, chunk: bytes) -> None:
    """Write the next bytes of a file beside the node's folders; raises ``BackupFailed``."""
    parts = Path(name).parts
    sound = len(parts) == (2 if parts[:1] == (MAPS,) else 3) and parts[0] in (MAPS, DIVISIONS)
    if not sound or any(part.startswith(".") for part in parts):
        raise BackupFailed("The backup names a file outside the node.", field="file")
    path = folder / _PART / name
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.open("ab") as out:
        out.write(chunk)


def clear(folder: Path) -> None:
    """Remove what a restore that was cut off left behind."""
    shutil.rmtree(folder / _PART, ignore_errors=True)


def settle(folder: Path) -> None:
    """Move what was put back to its place; what is there already stays as it is."""
    for home in (MAPS, DIVISIONS):
        for path in sorted((folder / _PART / home).glob("*")):
            target = folder / home / path.name
            target.parent.mkdir(mode=0o700, exist_ok=True)
            if not target.exists():
                path.replace(target)
    clear(folder)
