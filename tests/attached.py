"""Files to attach, made for tests: each with marks where files tell of themselves."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from PIL import Image
from pypdf import PdfWriter

CORE = "docProps/core.xml"


def a_photo(word: str = "", *, size: tuple[int, int] = (64, 48), kind: str = "JPEG") -> bytes:
    """A picture whose EXIF names its maker, its owner and where it was taken."""
    image = Image.linear_gradient("L").resize(size).convert("RGB")
    exif = Image.Exif()
    if word:
        exif[0x010F], exif[0x013B] = f"{word} make", f"{word} artist"
        exif[0x8769] = {0xA431: f"{word} serial", 0x9003: "2025:03:10 23:30:17"}
        exif[0x8825] = {1: "S", 2: (0.0, 29.0, 30.12), 3: "W", 4: (0.0, 12.0, 15.12)}
    out = io.BytesIO()
    image.save(out, kind, exif=exif)
    return out.getvalue()


def a_document(word: str = "Someone", *, more: dict[str, str] | None = None) -> bytes:
    """A DOCX with an author, and a second person who struck something out."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(
            "word/document.xml",
            f'<w:document xmlns:w="w"><w:del w:id="1" w:author="{word} second"/></w:document>',
        )
        archive.writestr(
            CORE, f'<c:core xmlns:c="c" xmlns:d="d"><d:creator>{word} first</d:creator></c:core>'
        )
        for name, text in (more or {}).items():
            archive.writestr(name, text)
    return out.getvalue()


def a_pdf(word: str) -> bytes:
    """A page with nothing on it, by an author, and saved a second time."""
    made = PdfWriter()
    made.add_blank_page(100, 100)
    made.add_metadata({"/Author": word})
    out = io.BytesIO()
    made.write(out)
    return out.getvalue() + b"%%EOF\n"


def a_bomb(width: int, height: int) -> bytes:
    """A PNG of some bytes that would be laid out as very many."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    lines = zlib.compress(bytes(1 << 20), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", lines) + chunk(b"IEND", b"")
