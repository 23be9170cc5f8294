"""Which characters the bytes of a file mean: proven, stated, or asked.

Only a byte-order mark or a file that is valid UTF-8 throughout proves an
encoding. One-byte encodings can never be proven: every byte is some letter in
each of them, so a guess would be right for one country and wrong in silence
for the next. Such a file is refused with a sample in two encodings.
"""

from __future__ import annotations

import codecs
import gzip
import io
import re
import zlib
from pathlib import Path
from typing import IO, Any, NamedTuple

from eirene.imports.faults import Choice, UnclearFile

_CHUNK = 1 << 18
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ASKED = ("cp1252", "cp1256", "cp1250", "cp1251", "cp850", "mac_roman")
_OF_NO_FILE = ("idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined")
_CHOICES = 4
"""One-byte encodings that lists come in, commonest first."""

_TWICE = re.compile("[ÃÂØÙÐ][\u0080-\u00bf†‡‰‹Œ‘’“”•–—™›œƒ„…ˆ˜š€]|â€")
_LONGEST = 4 << 20
"""Bytes without a line end after which a file is no table, unless it may be one JSON document."""
_LONGEST_JSON = 100 << 20
_SAMPLE = 200  # bytes around the first one that is not ASCII


class _Unpacked(io.RawIOBase):
    """The bytes inside a gzip file; damage is ``UnclearFile``."""

    def __init__(self, path: Path) -> None:
        self._name = path.name
        self._inner = gzip.GzipFile(path, "rb")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            data = self._inner.read(len(buffer))
        except (EOFError, OSError, zlib.error) as error:
            raise UnclearFile(
                f"{self._name} is a damaged gzip file: {error}.",
                field="file",
                remedy="Fetch it again.",
            ) from None
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._inner.close()
        super().close()


def open_bytes(path: Path) -> IO[bytes]:
    """The bytes of a file, unpacked where it is gzip."""
    try:
        with path.open("rb") as stream:
            packed = stream.read(2) == b"\x1f\x8b"
        return io.BufferedReader(_Unpacked(path), _CHUNK) if packed else path.open("rb")
    except OSError as error:
        raise UnclearFile(
            f"{path.name} cannot be read: {error.strerror or error}.",
            field="file",
            remedy="Check the name and the rights of the file.",
        ) from None


def text_encoding(stated: str) -> str | None:
    """Name of an encoding in which files are written; None where there is none of that name.

    Python has others that turn text into text, or are for names of hosts alone.
    """
    try:
        name = codecs.lookup(stated).name
        "".encode(name)
    except (LookupError, ValueError):
        return None
    return None if name in _OF_NO_FILE else name


class Encoding(NamedTuple):
    """Name of an encoding, what proves it, and what is odd all the same."""

    name: str
    proof: str
    doubt: str = ""


def encoding_of(path: Path, stated: str | None) -> Encoding:
    """The encoding of a file; raises ``UnclearFile`` where nothing proves or states it."""
    with open_bytes(path) as stream:
        start = stream.read(_CHUNK)
        marked = next((name for mark, name in _MARKS if start.startswith(mark)), None)
        if stated is not None:
            return _stated(path, stated, marked)
        if marked is not None:
            return Encoding(marked, "its byte-order mark")
        if b"\0" in start:
            raise UnclearFile(
                f"{path.name} holds zero bytes: UTF-16 without a byte-order mark, or no text.",
                field="encoding",
                remedy='State it in the mapping: [file] encoding = "utf-16-le".',
            )
        failed, doubt = _checked(path, start, stream)
    if failed is None:
        return Encoding("utf-8", "every byte of it is valid", doubt)
    raise _asked(path, failed)


def _stated(path: Path, stated: str, marked: str | None) -> Encoding:
    name = text_encoding(stated)
    if name is None:
        raise UnclearFile(
            f"There is no encoding {stated[:40]!r}.",
            field="encoding",
            remedy='Write for example "utf-8", "cp1252" or "cp1256".',
        )
    if marked is None:
        return Encoding(name, "stated")
    if marked.split("-")[:2] == name.split("-")[:2]:
        return Encoding(marked, "stated, and its byte-order mark")
    raise UnclearFile(
        f"{path.name} is stated as {name}, but its byte-order mark says {marked}.",
        field="encoding",
        remedy="Leave the encoding out: the mark is the proof.",
    )


def _checked(path: Path, start: bytes, stream: IO[bytes]) -> tuple[bytes | None, str]:
    """Bytes around the first place that is not UTF-8 (None), and a word encoded twice ("").

    Raises ``UnclearFile`` where no line ends, before all of the file is read.
    """
    longest = _LONGEST_JSON if start.lstrip()[:1] == b"{" else _LONGEST
    unbroken = 0
    decoder = codecs.getincrementaldecoder("utf-8")()
    chunk, doubt = start, ""
    while chunk:
        try:
            text = decoder.decode(chunk)
        except UnicodeDecodeError as error:
            at = error.start
            begin = error.object.rfind(b"\n", 0, at) + 1
            end = error.object.find(b"\n", at)
            end = len(error.object) if end < 0 else end
            return error.object[max(begin, at - _SAMPLE) : min(end, at + _SAMPLE)].strip(), ""
        unbroken = 0 if b"\n" in chunk or b"\r" in chunk else unbroken + len(chunk)
        if unbroken > longest:
            raise UnclearFile(
                f"{path.name} has a line that is longer than a million characters.",
                field="file",
                remedy="Check that it is a table with one row a line.",
            )
        doubt = doubt or _doubt(text)
        chunk = stream.read(_CHUNK)
    return decoder.getstate()[0] or None, doubt


def _doubt(text: str) -> str:
    """``Ndélou`` of ``NdÃ©lou``: UTF-8 that somebody read as Windows-1252 and saved again."""
    found = _TWICE.search(text)
    if found is None:
        return ""
    before = re.findall(r"\w*$", text[max(0, found.start() - 30) : found.start()])[0]
    after = re.findall(r"^\S*", text[found.end() : found.end() + 30])[0]
    word = before + found[0] + after.rstrip('",;')
    try:
        mended = word.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return ""
    return f"{word} may have been {mended}, encoded twice; it is taken as it stands"


def _readings(sample: bytes) -> list[tuple[str, str]]:
    """The sample in each encoding that makes letters of it, likeliest first, no two alike."""
    found: list[tuple[int, str, str]] = []
    for name in _ASKED:
        try:
            text = sample.decode(name)
        except UnicodeDecodeError:
            continue
        odd = sum(not (c.isalnum() or c.isascii() or c in "’‘“”«»–—…،؟°") for c in text)
        if all(text != other for _, _, other in found):
            found.append((odd, name, text))
    found.sort(key=lambda one: one[0])  # stable: the commoner of two equals stays first
    return [(name, text) for _, name, text in found]


def in_two_encodings(sample: bytes) -> tuple[str, str]:
    """A text in its two likeliest encodings, and how a mapping states each, for a question."""
    readings = _readings(sample)
    shown = "; ".join(f"in {name}: {text}" for name, text in readings[:2])
    return shown, " or ".join(f'encoding = "{name}"' for name, _ in readings[:2])


def encoding_choices(sample: bytes) -> tuple[Choice, ...]:
    """The encodings that make letters of a text, likeliest first, each with the text in it."""
    return tuple(Choice("encoding", name, (text,)) for name, text in _readings(sample)[:_CHOICES])


def _asked(path: Path, sample: bytes) -> UnclearFile:
    shown, names = in_two_encodings(sample)
    return UnclearFile(
        f"{path.name} is not UTF-8, and nothing in it says what it is. {shown}.",
        field="encoding",
        remedy=f"State the one that reads right in the mapping: [file] {names}.",
        choices=encoding_choices(sample),
    )


def open_text(path: Path, encoding: str) -> io.TextIOWrapper:
    """The file as text, undecodable bytes refused, line ends as they are."""
    return io.TextIOWrapper(open_bytes(path), encoding=encoding, errors="strict", newline="")
