"""Documents: what they tell of themselves. They are given out as they are, and never shown.

Only in ``fileworker``. Of a PDF its own list and its traces of saving again; of an office
document, its properties, people who changed it, comments, and what was struck out.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from eirene.imports.archives import Archive, Held, opened, parse, parser_of

Line = tuple[str, str, str]
_LONGEST = 300
_PART = 24_000_000
"""Bytes that one part of an office document may unpack to."""
_MOST_PEOPLE = 12
_WHAT = {
    "person": re.compile(
        r"author|creator|modifiedby|manager|company|person|printed-?by", re.IGNORECASE
    ),
    "time": re.compile(r"date|time$|created|modified|printed", re.IGNORECASE),
    "program": re.compile(r"producer|application|generator|template|program", re.IGNORECASE),
    "history": re.compile(r"revision|editing|cycles|totaltime|version", re.IGNORECASE),
    "words": re.compile(r"title|subject|keyword|description|category|comment", re.IGNORECASE),
}
_ACTIVE = {
    b"/JavaScript": "script",
    b"/JS": "script",
    b"/Launch": "a program to start",
    b"/EmbeddedFile": "files inside",
    b"/RichMedia": "video or sound inside",
    b"/Annots": "notes or links on its pages",
}
_PROPERTIES = ("docProps/core.xml", "docProps/app.xml", "docProps/custom.xml", "meta.xml")
_COUNTED = ("Pages", "Words", "Characters", "Lines", "Paragraphs", "Slides", "Notes", "DocSecurity")
_STRUCK = ("ins", "del", "moveFrom", "moveTo", "changed-region", "comment", "annotation")


def told_by(data: bytes, kind: str) -> tuple[Line, ...]:
    """What a document tells of itself; nothing of plain text."""
    if kind == "pdf":
        return tuple(dict.fromkeys(_pdf(data)))
    if kind in ("docx", "xlsx", "odt"):
        return tuple(dict.fromkeys(_office(data)))
    return ()


def _pdf(data: bytes) -> Iterator[Line]:
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(data), strict=False)
    if reader.is_encrypted:
        yield "hidden", "Encryption", "locked with a password: what is in it was not looked at"
    else:
        found: Any = reader.metadata or {}
        for name, value in found.items():
            yield from _line(str(name).lstrip("/"), value)
        xmp: Any = reader.xmp_metadata
        for person in (xmp.dc_creator or ()) if xmp else ():
            yield from _line("Creator", person)
        yield "words", "Pages", str(len(reader.pages))
    saved = data.count(b"%%EOF")
    if saved > 1:
        yield "history", "Saved", f"{saved} times: earlier versions may still be in the file"
    for name, words in _ACTIVE.items():
        if re.search(re.escape(name) + rb"\b", data):
            yield "hidden", name.decode().lstrip("/"), words


def _office(data: bytes) -> Iterator[Line]:
    held = Held(data)
    path = cast(Path, held)  # only its name is asked for
    with opened(held) as archive:
        for name in _PROPERTIES:
            if name in archive.names:
                yield from _properties(path, archive, name)
        pictures = [n for n in archive.names if re.search(r"(media|Pictures)/[^/]+$", n)]
        if pictures:
            yield "hidden", "Pictures", f"{len(pictures)}, each with what it tells of itself"
        objects = [n for n in archive.names if re.search(r"embeddings/|ObjectReplacements/", n)]
        if objects:
            yield "hidden", "Objects", f"{len(objects)} files inside"
        for name in archive.names:
            if re.fullmatch(
                r"word/(document|comments|people)\.xml|content\.xml|xl/comments.*", name
            ):
                yield from _people(path, archive, name)


def _properties(path: Path, archive: Archive, name: str) -> Iterator[Line]:
    """Elements that hold text, each a line."""
    lines: list[Line] = []
    inside: list[str] = []
    said: list[str] = []

    def start(element: str, attributes: dict[str, str]) -> None:
        inside.append(attributes.get("name") or attributes.get("meta:name") or element)
        said.clear()

    def end(_: str) -> None:
        element = inside.pop().rpartition(":")[2]
        if element not in _COUNTED:
            lines.extend(_line(element, "".join(said)))
        said.clear()

    parser = parser_of(path)
    parser.StartElementHandler = start
    parser.CharacterDataHandler = said.append
    parser.EndElementHandler = end
    parse(path, parser, archive.chunks(name, _PART))
    yield from lines


def _people(path: Path, archive: Archive, name: str) -> Iterator[Line]:
    """Who changed or commented, and how often something was put in or struck out."""
    people: dict[str, None] = {}
    counts: dict[str, int] = {}

    def start(element: str, attributes: dict[str, str]) -> None:
        local = element.rpartition(":")[2]
        if local in _STRUCK:
            counts[local] = counts.get(local, 0) + 1
        for key, value in attributes.items():
            if key.rpartition(":")[2] in ("author", "initials") and value:
                people[value] = None

    parser = parser_of(path)
    parser.StartElementHandler = start
    parse(path, parser, archive.chunks(name, _PART))
    for person in list(people)[:_MOST_PEOPLE]:
        yield from _line("Person", person)
    for local, n in sorted(counts.items()):
        yield "history", local, f"{n} in {name}"


def _line(name: str, value: Any) -> Iterator[Line]:
    text = "".join(c if c.isprintable() else " " for c in str(value))
    text = " ".join(text.split())[:_LONGEST]
    if text:
        what = next((what for what, shape in _WHAT.items() if shape.search(name)), "hidden")
        yield what, name[:80], text
