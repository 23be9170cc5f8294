"""Files that somebody attaches: what they are, by their content, and what they tell of themselves.

Which type a file has is decided here, by its bytes, never by its name. What is
inside is looked at in a process of its own (``fileworker``) that is shut in, and
gets the bytes by a pipe: no plain byte of a file touches the disk.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys

import msgspec

from eirene.errors import InvalidReport
from eirene.imports.archives import Held, opened
from eirene.imports.faults import UnclearFile
from eirene.imports.fileworker import Answer, Request
from eirene.reports.attachment import FILE_TYPE

THUMBNAIL_EDGE = 320
STRIPPED_EDGE = 2_048
"""Pixels of the longer side."""
MOST_TELLS = 60
"""Lines of what a file tells that are kept; the first are the most telling."""
_WAIT_S = 60
_TAKEN = "JPEG, PNG, WebP, PDF, plain text, CSV, DOCX, XLSX and ODT"
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_LONGEST_NAME = 200
_LONGEST_TAG = 1_000
"""Bytes in which an archive says what it is."""
_ORDER = ("position", "person", "time", "device", "history", "program", "words", "hidden")


class Looked(msgspec.Struct, frozen=True):
    """A file that was looked at."""

    type: str
    """Code of ``FILE_TYPE``."""
    width: int = 0
    height: int = 0
    """Pixels, as the picture is looked at; 0 for documents."""
    tells: tuple[tuple[str, str, str], ...] = ()
    """What, where it stands, what it says."""
    thumbnail: bytes = b""
    """WebP; empty for documents."""


def looked_at(data: bytes, name: str) -> Looked:
    """Type, size, what the file tells, and a thumbnail; ``InvalidReport`` in words."""
    kind = type_of(data, name)
    if kind in ("text", "csv"):
        return Looked(kind)
    answer, picture = _worked(Request(kind, edge=THUMBNAIL_EDGE), data)
    tells = sorted(answer.tells, key=lambda line: _ORDER.index(line[0]))
    return Looked(kind, answer.width, answer.height, tuple(tells[:MOST_TELLS]), picture)


def stripped(data: bytes, kind: str) -> bytes:
    """A picture drawn anew from its points, as JPEG: nothing else of the file is in it."""
    return _worked(Request(kind, "strip", STRIPPED_EDGE), data)[1]


def plain_name(name: str) -> str:
    """A file's name without folders and without signs that no list shows."""
    last = re.split(r"[/\\]", name)[-1]
    shown = "".join(c for c in last if c.isprintable()).strip()
    return shown[-_LONGEST_NAME:]


def type_of(data: bytes, name: str) -> str:
    """What a file is, by its content; its name only says whether text is a table."""
    if not data:
        raise _refused("The file is empty.", "Choose another file.")
    if data.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "webp"
    if data.startswith(b"%PDF-"):
        return "pdf"
    if data.startswith(b"PK\x03\x04"):
        return _office(data)
    if _is_text(data):
        return "csv" if name.lower().endswith((".csv", ".tsv")) else "text"
    raise _refused("The file is of a type that is not taken.", f"Taken are {_TAKEN}.")


def _office(data: bytes) -> str:
    try:
        with opened(Held(data)) as archive:  # here, in the node: so no part of it is unpacked whole
            names = set(archive.names)
            tag = archive.read("mimetype", _LONGEST_TAG) if "mimetype" in names else b""
    except UnclearFile:
        raise _damaged("zip") from None
    if any("vbaproject" in one.lower() or one.startswith("Basic/") for one in names):
        raise _refused(
            "The document holds programs (macros).", "Save it without macros, or as PDF."
        )
    if tag == b"application/vnd.oasis.opendocument.text":
        return "odt"
    if "word/document.xml" in names:
        return "docx"
    if "xl/workbook.xml" in names:
        return "xlsx"
    raise _refused("The file is an archive that is not taken.", f"Taken are {_TAKEN}.")


def _is_text(data: bytes) -> bool:
    """Words and nothing else: no control signs, and no page or drawing that a browser would act on."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            data = data.decode("utf-16").encode()
        except UnicodeDecodeError:
            return False
    begins = data[:400].removeprefix(b"\xef\xbb\xbf").lstrip()
    return not _CONTROL.search(data) and not begins.startswith(b"<")


def _worked(request: Request, data: bytes) -> tuple[Answer, bytes]:
    """Have the worker open a file; ``InvalidReport`` where it cannot."""
    kept = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"}
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-B", "-m", "eirene.imports.fileworker"],
            input=msgspec.json.encode(request) + b"\n" + data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=kept,
            timeout=_WAIT_S,
            check=False,
        )
        line, _, picture = done.stdout.partition(b"\n")
        answer = msgspec.json.decode(line, type=Answer)
    except (subprocess.TimeoutExpired, msgspec.DecodeError):
        raise _damaged(request.type) from None
    if answer.error or len(picture) != answer.picture:
        raise _damaged(request.type)
    return answer, picture


def _damaged(kind: str) -> InvalidReport:
    return _refused(
        f"The file cannot be opened as {FILE_TYPE.labels.get(kind, 'an archive')}: it is damaged, "
        "or takes more memory or time than it may.",
        "Save it anew, smaller where it is large, and attach that.",
    )


def _refused(message: str, remedy: str) -> InvalidReport:
    return InvalidReport(message, field="file", remedy=remedy)
