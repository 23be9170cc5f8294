"""The process that opens a file which somebody attached, shut in; see ``files``.

It takes one request, a line of JSON, and then the bytes of the file on standard input, and
gives one answer, a line of JSON, and then the bytes of a picture on standard output. It
writes no file, never sees the name that the file had, and is started for one file.
"""

from __future__ import annotations

import sys
from typing import Literal

import msgspec

from eirene.imports.shut_in import shut_in

MEMORY = 420_000_000
SECONDS = 12
LARGEST_PIXELS = 50_000_000
"""Of a picture that is laid out whole; a JPEG is laid out smaller, and may have more."""
LARGEST_JPEG_PIXELS = 250_000_000


class Request(msgspec.Struct, frozen=True):
    """What to do with the bytes that follow."""

    type: str
    """Code of the file's type (``reports.attachment.FILE_TYPE``)."""
    act: Literal["look", "strip"] = "look"
    """look: what the file tells of itself, and a thumbnail. strip: the picture alone, anew."""
    edge: int = 320
    """Most pixels of the longer side of the picture that is given."""


class Answer(msgspec.Struct, frozen=True):
    """What was found, or why nothing was; the picture's bytes follow it."""

    error: str = ""
    width: int = 0
    height: int = 0
    tells: tuple[tuple[str, str, str], ...] = ()
    """What (``reports.attachment.FILE_TELLS``), where it stands, what it says."""
    picture: int = 0
    """Bytes of the picture that follows; 0: none."""
    held: bool = False
    """Whether the kernel kept the process off sockets and programs."""


def main() -> None:
    """Open one file and end."""
    line = sys.stdin.buffer.readline()
    request = msgspec.json.decode(line, type=Request)
    data = sys.stdin.buffer.read()
    held = shut_in(memory=MEMORY, seconds=SECONDS, written=0)
    picture = b""
    try:
        answer, picture = _opened(request, data)
    except Exception as error:  # noqa: BLE001 - whatever a hostile file does ends here, in words
        answer = Answer(error=type(error).__name__)
    answer = msgspec.structs.replace(answer, held=held, picture=len(picture))
    sys.stdout.buffer.write(msgspec.json.encode(answer) + b"\n" + picture)


def _opened(request: Request, data: bytes) -> tuple[Answer, bytes]:
    if request.type in ("jpeg", "png", "webp"):
        from eirene.imports.pictures import look, stripped

        if request.act == "strip":
            return Answer(), stripped(data, request.type, request.edge)
        found = look(data, request.type, request.edge)
        return Answer(width=found.width, height=found.height, tells=found.tells), found.thumbnail
    if request.act == "strip":
        return Answer(error="only pictures can be stripped"), b""
    from eirene.imports.documents import told_by

    return Answer(tells=told_by(data, request.type)), b""


if __name__ == "__main__":
    main()
