"""Rows of a sheet's XML that are written plainly, measured without a call for each element.

Nearly every row of nearly every sheet is: cells one after another, each with its name, perhaps a
style, and a value. Such a row is read by one expression, and counted by its shape, which is that
of thousands beside it. Whatever else there is - an error, a formula without a value, a prefix, a
comment - is left to the XML parser, row by row: what is counted is the same, only slower.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

_TEXT = rb"[^<&]*+(?:&(?:amp|lt|gt|quot|apos);[^<&]*+)*+"
_FORMULA = rb'<f(?: [a-z]+="[^"<&]*+")*+(?:/>|>' + _TEXT + rb"</f>)(?=<v>[^<&\s])"
_VALUE = (
    rb"<v>" + _TEXT + rb"</v>|<v ?/>"
    rb'|<is><t(?: xml:space="preserve")?>' + _TEXT + rb"</t></is>"
)
_CELL = (
    rb'<c r="[A-Z]{1,3}\1"(?: s="\d{1,6}")?(?: t="(?:s|n|str|b|d|inlineStr)")?'
    rb"(?: ?/>|>(?:" + _FORMULA + rb")?(?:" + _VALUE + rb")?</c>)"
)
_ROW = re.compile(
    rb'\s*+<row r="([1-9]\d{0,6})"((?: [\w:.]+="[^"<&]*+")*+)'
    rb"(?: ?/>|>((?:" + _CELL + rb")*+)</row>)"
)
_CELLS = re.compile(rb'<c r="([A-Z]+)\d+"(?: s="(\d+)")?(?: t="([a-zA-Z]+)")?( ?/>|></)?')
_HIDDEN = re.compile(rb' hidden="(?:1|true|on)"')
_DECLARATION = re.compile(rb"(?:\xef\xbb\xbf)?(?:<\?xml [^<>?]*\?>)?")
_END = b"</row>"
_LONGEST = 1 << 20
"""Bytes of a row that are waited for."""
_MOST_SHAPES = 2_000
_NUMBERS = frozenset((b"", b"n"))


class Shape:
    """What rows that are written alike have in common; columns are counted from 0."""

    __slots__ = (
        "cells", "count", "filled", "last", "left", "numbers", "right", "styled", "texts", "worded",
    )  # fmt: skip

    def __init__(self, cells: Sequence[tuple[bytes, ...]], place: Callable[[str], int]) -> None:
        self.cells = len(cells)
        self.count = 0
        self.last = -1
        """The last such row, from 0."""
        said = [(place(ref.decode()), style, kind) for ref, style, kind, end in cells if not end]
        self.filled = [column for column, _, _ in said]
        self.numbers = [column for column, _, kind in said if kind in _NUMBERS]
        self.worded = [column for column, _, kind in said if kind not in _NUMBERS]
        self.texts = sum(kind == b"s" for _, _, kind in said)
        """Cells with a shared text."""
        self.styled = [(c, int(style)) for c, style, kind in said if style and kind in _NUMBERS]
        """Numbers with a style: column, and which."""
        self.left, self.right = min(self.filled, default=-1), max(self.filled, default=-1)


class Taker(Protocol):
    """Counts what rows hold."""

    def place(self, letters: str) -> int: ...

    def row(self, at: int, shape: Shape, *, hidden: bool) -> None:
        """A row, from 0; may raise."""

    def rows(self, shapes: Sequence[Shape]) -> None:
        """All rows of these shapes since they were last told."""


class PlainRows:
    """Between the chunks of a sheet and its parser; see the module."""

    def __init__(self, taker: Taker) -> None:
        self._taker = taker
        self._shapes: dict[tuple[tuple[bytes, ...], ...], Shape] = {}
        self._held = b""
        self._at_row = False
        """The next byte follows a row, or a part of one that ``_held`` begins with."""
        self._off = False
        self._last = b""

    def rest(self, chunks: Iterator[bytes], has_begun: Callable[[], bool]) -> Iterator[bytes]:
        """What of a sheet its parser has to see; ``has_begun``: whether it met the rows."""
        for chunk in chunks:
            if self._off:
                yield chunk
            elif self._at_row:
                yield from self._taken(self._held + chunk)
            elif not has_begun():
                yield self._passed(chunk)
            elif (end := chunk.find(_END) + len(_END)) >= len(_END):
                yield self._passed(chunk[:end])
                self._at_row = not self._off
                yield from self._taken(chunk[end:]) if self._at_row else (chunk[end:],)
            else:
                yield self._passed(chunk)
        yield self._held
        self.tell()

    def tell(self) -> None:
        """Count what was read until now."""
        self._taker.rows(list(self._shapes.values()))
        self._shapes.clear()

    def _passed(self, part: bytes) -> bytes:
        """Left to the parser. What is no element may hold anything: then all is."""
        begins = _DECLARATION.match(part) if not self._last else None
        seen = part[begins.end() :] if begins else self._last + part
        self._off = self._off or b"<!" in seen or b"<?" in seen
        self._last = part[-1:] or self._last
        return part

    def _taken(self, data: bytes) -> Iterator[bytes]:
        at = 0
        while True:
            while found := _ROW.match(data, at):
                self._row(found)
                at = found.end()
            end = data.find(_END, at) + len(_END)
            if end < len(_END):
                break
            yield self._passed(data[at:end])  # a row that is not plain
            at = end
            if self._off:
                break
        left = data[at:]
        if self._off or left.lstrip().startswith(b"</sheetData") or len(left) > _LONGEST:
            self._held, self._at_row = b"", False
            self._off = True
            yield left
        else:
            self._held = left

    def _row(self, found: re.Match[bytes]) -> None:
        number, attributes, told = found.groups(b"")
        cells = tuple(_CELLS.findall(told))
        shape = self._shapes.get(cells)
        if shape is None:
            if len(self._shapes) >= _MOST_SHAPES:
                self.tell()
            shape = self._shapes[cells] = Shape(cells, self._taker.place)
        at = int(number) - 1
        hidden = b"hidden" in attributes and _HIDDEN.search(attributes) is not None
        self._taker.row(at, shape, hidden=hidden)
        shape.count += 1
        shape.last = at
