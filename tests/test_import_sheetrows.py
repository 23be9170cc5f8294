"""What a sheet says beside its values is the same whether its rows are read fast or one by one."""

from array import array
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from eirene.imports import sheetrows, sheets
from eirene.imports.faults import UnclearFile

CELLS = (
    '<c r="{0}"/>',
    '<c r="{0}" s="1"></c>',
    '<c r="{0}"><v>12</v></c>',
    '<c r="{0}" s="1" t="n"><v>7</v></c>',
    '<c r="{0}" s="2"><v>0.5</v></c>',
    '<c r="{0}" t="s"><v>3</v></c>',
    '<c r="{0}" t="inlineStr"><is><t xml:space="preserve"> a &amp; b</t></is></c>',
    '<c r="{0}" t="str"><f t="shared" si="1">A1&lt;2</f><v>x</v></c>',
    '<c r="{0}"><f>A1+1</f></c>',
    '<c r="{0}"><f>A1+1</f><v></v></c>',
    '<c r="{0}" t="e"><v>#N/A</v></c>',
    '<c r="{0}"><v /></c>',
    '<c t="n"><v>1</v></c>',
    '<x:c xmlns:x="urn:x" r="{0}"><x:v>1</x:v></x:c>',
    '<c r="{0}" t="inlineStr"><is><r><t>rich</t></r></is></c>',
)
ROWS = (
    '<row r="{0}">',
    '<row r="{0}" spans="1:3" hidden="1">',
    '<row r="{0}" hidden="0" >',
    "<row>",
)
BETWEEN = ("", "", "", "\n  ", "<!-- </row><row r='9'> -->", "<?odd </row> ?>")


@st.composite
def sheet_xml(draw: st.DrawFn) -> bytes:
    told = '<?xml version="1.0"?>\n<worksheet><cols><col min="2" max="2" hidden="1"/></cols>'
    told += f"{draw(st.sampled_from(BETWEEN))}<sheetData>"
    number = 0
    for _ in range(draw(st.integers(0, 12))):
        number += draw(st.integers(1, 3))
        told += draw(st.sampled_from(ROWS)).format(number)
        for letter in draw(st.sets(st.sampled_from(("A", "B", "AC")))):
            told += draw(st.sampled_from(CELLS)).format(f"{letter}{number}")
        told += f"</row>{draw(st.sampled_from(BETWEEN))}"
    told += '</sheetData><mergeCells><mergeCell ref="A1:A2"/></mergeCells></worksheet>'
    return told.encode()


def found(data: bytes, size: int) -> dict[str, Any]:
    """What one pass over a sheet in pieces of a size found."""

    def chunks(_name: str, _limit: int) -> Iterator[bytes]:
        return (data[at : at + size] for at in range(0, len(data), size))

    book: Any = SimpleNamespace(
        path=Path("list.xlsx"), part=str, cells=0, padded={1: 4}, percent={2}, texts=array("I", [9])
    )
    archive: Any = SimpleNamespace(chunks=chunks)
    made = vars(sheets.Sheet(book, archive, "Sheet"))
    return {k: v for k, v in made.items() if k != "_book"} | {"cells": book.cells}


class _Nothing(sheetrows.PlainRows):
    def rest(self, chunks: Iterator[bytes], has_begun: Any) -> Iterator[bytes]:
        return chunks


@settings(deadline=None, max_examples=80)
@example(b'<worksheet><sheetData><row r="1"><c r="A1"/></row></sheetData></worksheet>', 3)
@given(sheet_xml(), st.sampled_from((7, 40, 200, 1 << 16)))
def test_rows_read_fast_say_what_the_parser_says_of_them(data: bytes, size: int) -> None:
    fast = found(data, size)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sheets, "PlainRows", _Nothing)
        assert fast == found(data, size)


def test_nearly_all_rows_are_read_fast(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = "".join(
        f'<row r="{n}"><c r="A{n}" t="s"><v>1</v></c><c r="B{n}"><v>{n}</v></c></row>'
        for n in range(1, 2001)
    )
    seen: list[bytes] = []

    class Watched(sheetrows.PlainRows):
        def rest(self, chunks: Iterator[bytes], has_begun: Any) -> Iterator[bytes]:
            for part in super().rest(chunks, has_begun):
                seen.append(part)
                yield part

    monkeypatch.setattr(sheets, "PlainRows", Watched)
    told = found(f"<worksheet><sheetData>{rows}</sheetData></worksheet>".encode(), 1 << 12)
    assert told["filled"] == {0: 2000, 1: 2000}
    assert told["numbers"] == {1: 2000}
    assert told["worded"] == {0: 1999}
    assert sum(part.count(b"<row") for part in seen) < 200


def test_a_row_far_away_is_refused_whoever_reads_it() -> None:
    near = '<row r="1"><c r="A1"><v>1</v></c></row>'
    for far in (
        '<row r="9999999"><c r="A9999999"><v>1</v></c></row>',
        '<row r="1048570"><c r="A1048570"><v>1</v></c><c r="XFD1048570"><v>1</v></c></row>',
        '<row r="5"><c r="ZZZ5"><v>1</v></c></row>',
    ):
        with pytest.raises(UnclearFile):
            found(f"<worksheet><sheetData>{near * 50}{far}</sheetData></worksheet>".encode(), 64)
