"""Parts out of a zip archive without trusting what the archive says of itself.

Nothing is ever unpacked to the place an entry names; entries are read one by
one, up to a limit, and their checksum is looked at.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast
from xml.parsers import expat

from eirene.imports.faults import UnclearFile
from eirene.imports.patience import go_on

MOST_ENTRIES = 5_000
_CHUNK = 1 << 16
_LIST = 2 << 20
"""Bytes of the list of entries: each that it names costs the reader half a kilobyte."""
_ENCRYPTED = 1


class Archive:
    """A zip archive that has been looked over."""

    def __init__(self, path: Path, inner: zipfile.ZipFile) -> None:
        self._path = path
        self._inner = inner
        self._entries = {info.filename: info for info in inner.infolist()}

    @property
    def names(self) -> list[str]:
        """Names of the entries, as the archive has them: never used as paths."""
        return list(self._entries)

    def size(self, name: str) -> int:
        """Bytes that an entry claims to unpack to; 0 where it is not there."""
        return self._entries[name].file_size if name in self._entries else 0

    def chunks(self, name: str, limit: int) -> Iterator[bytes]:
        """The bytes of an entry; raises ``UnclearFile`` above the limit, or where it is damaged."""
        info = self._entries.get(name)
        if info is None:
            raise damaged(self._path, f"it has no {name[:80]}")
        if info.file_size > limit:
            raise too_large(self._path, name, info.file_size, limit)
        if info.flag_bits & _ENCRYPTED:
            raise UnclearFile(
                f"{self._path.name} is locked with a password.",
                field="file",
                remedy="Save it without a password.",
            )
        try:
            with self._inner.open(info) as stream:
                while chunk := stream.read(_CHUNK):
                    yield chunk
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
            raise damaged(self._path, str(error)) from None
        except (RuntimeError, ValueError) as error:
            raise damaged(self._path, str(error)) from None

    def read(self, name: str, limit: int) -> bytes:
        """All bytes of an entry."""
        return b"".join(self.chunks(name, limit))

    def copy(self, name: str, target: IO[bytes], limit: int) -> None:
        """Write an entry into a file of ours."""
        for chunk in self.chunks(name, limit):
            target.write(chunk)


def too_large(path: Path, name: str, size: int, limit: int) -> UnclearFile:
    """The error for a part that unpacks to more than is read."""
    return UnclearFile(
        f"{name[:80]} in {path.name} unpacks to {size:,} bytes; {limit:,} are the most.",
        field="file",
        remedy="Save the table as CSV, or remove what is not needed.",
    )


def damaged(path: Path, why: str) -> UnclearFile:
    """The error for an archive that cannot be read."""
    return UnclearFile(
        f"{path.name} is damaged or not what it claims to be: {why[:200]}.",
        field="file",
        remedy="Fetch it again, or save it anew.",
    )


class Held(io.BytesIO):
    """Bytes in the place of a path, for ``opened`` and the errors that name it."""

    name = "The document"


class _Narrow(io.BufferedIOBase):
    """A file that is read in small pieces only. The one large piece that ``zipfile`` asks for is
    the list of entries, whole, before anybody can count them.
    """

    def __init__(self, inner: IO[bytes]) -> None:
        self._inner = inner

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > _LIST:
            raise zipfile.BadZipFile("its list of entries is too long")
        if size is None or size < 0:  # the end of the file, some twenty bytes
            size = _LIST
        return self._inner.read(size)

    def seek(self, offset: int, whence: int = 0, /) -> int:
        return self._inner.seek(offset, whence)

    def tell(self) -> int:
        return self._inner.tell()

    def seekable(self) -> bool:
        return True


@contextmanager
def opened(path: Path | Held) -> Generator[Archive]:
    """A zip archive for reading; raises ``UnclearFile``."""
    where = cast(Path, path)  # of bytes, only the name is asked for from here on
    with path if isinstance(path, Held) else path.open("rb") as stream:
        yield from _looked_over(where, stream)


def _looked_over(path: Path, stream: IO[bytes]) -> Generator[Archive]:
    try:
        inner = zipfile.ZipFile(cast("IO[bytes]", _Narrow(stream)))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError) as error:
        raise damaged(path, str(error)) from None
    with inner:
        names = [info.filename for info in inner.infolist()]
        if len(names) > MOST_ENTRIES:
            raise damaged(path, f"it has {len(names):,} entries")
        if len(set(names)) != len(names):
            raise damaged(path, "two entries have the same name")
        yield Archive(path, inner)


def parser_of(path: Path) -> expat.XMLParserType:
    """An XML parser that refuses document types, and so every entity, nested or external."""
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def refuse(*_: object) -> None:
        raise UnclearFile(
            f"{path.name} declares a document type or entities, which could read other files.",
            field="file",
            remedy="Save it anew with a program that writes none.",
        )

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    return parser


def parse(path: Path, parser: expat.XMLParserType, chunks: Iterator[bytes]) -> None:
    """Feed a parser; raises ``UnclearFile`` where the bytes are not XML. Asks whether to go on."""
    try:
        for chunk in chunks:
            go_on()
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise damaged(path, f"not XML, {error}") from None
