"""Files made to hurt: one clear error each, in little memory and time, for the node's own process."""

import gzip
import json
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

MEMORY_KB = 200_000
SECONDS = 10
PROGRAM = """
import json, resource, sys, time
from pathlib import Path
from eirene.imports.faults import UnclearFile
from eirene.imports.readers import open_table
resource.setrlimit(resource.RLIMIT_DATA, (400_000_000, 400_000_000))
for name in sys.argv[1:]:
    began = time.perf_counter()
    try:
        told = sum(1 for _ in open_table(Path(name)).rows())
    except UnclearFile as error:
        told = error.message if error.remedy and error.field else ""
    own = int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])
    peak = max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
    print(json.dumps([Path(name).name, told, time.perf_counter() - began, peak]))
"""
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"


def a_book(path: Path, *parts: str, texts: str = "") -> None:
    """A workbook of one sheet from its raw XML."""
    relation = '<Relationship Id="r{0}" Type="{1}/{2}" Target="{3}"/>'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        main = relation.format(1, OFFICE, "officeDocument", "xl/workbook.xml")
        archive.writestr(
            "_rels/.rels", f'<Relationships xmlns="{RELATIONS}">{main}</Relationships>'
        )
        sheet = '<sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets>'
        archive.writestr(
            "xl/workbook.xml", f'<workbook {MAIN} xmlns:r="{OFFICE}">{sheet}</workbook>'
        )
        both = relation.format(1, OFFICE, "worksheet", "worksheets/sheet1.xml")
        both += relation.format(2, OFFICE, "sharedStrings", "sharedStrings.xml")
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{RELATIONS}">{both}</Relationships>',
        )
        if texts:
            archive.writestr("xl/sharedStrings.xml", f"<sst {MAIN}><si><t>{texts}</t></si></sst>")
        with archive.open("xl/worksheets/sheet1.xml", "w") as stream:
            for part in parts:
                stream.write(part.encode())


def a_sheet(rows: str) -> str:
    extent = '<dimension ref="A1:XFD1048576"/>'
    return f"<worksheet {MAIN}>{extent}<sheetData>{rows}</sheetData></worksheet>"


def cell(text: str, ref: str = "") -> str:
    place = f' r="{ref}"' if ref else ""
    return f'<c{place} t="inlineStr"><is><t>{text}</t></is></c>'


def a_list_of(entries: int) -> bytes:
    """An archive of nothing but the list of what it should hold: to count it takes memory."""
    first = struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, *[0] * 9)
    names = [b"%x" % number for number in range(entries)]
    listed = b"".join(
        struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 20, 20, *[0] * 7, len(name), *[0] * 6) + name
        for name in names
    )
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, entries, entries, len(listed), len(first), 0)
    return first + listed + end


def made(folder: Path) -> dict[str, str | int]:
    """The files, each with words of its error or the number of rows that it really has."""
    row = "<row>" + cell("A") + "<c><v>1</v></c></row>"
    head = "<row>" + cell("name") + cell("n") + "</row>"
    a_book(folder / "claims-a-million.xlsx", a_sheet(head + row * 3))
    far = f'<row r="1">{cell("a", "A1")}</row><row r="1048576">{cell("b", "XFD1048576")}</row>'
    a_book(folder / "far-apart.xlsx", a_sheet(far))
    blank = " " * 1_000_000
    a_book(folder / "bomb.xlsx", *[blank] * 100)
    entity = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
    a_book(folder / "entity.xlsx", entity + a_sheet(f"<row>{cell('&x;')}</row>"))
    a_book(folder / "wide.xlsx", a_sheet(("<row>" + cell("c") * 5_000 + "</row>") * 3))
    shared = '<c t="s"><v>0</v></c>'
    a_book(folder / "texts.xlsx", a_sheet(f"<row>{shared * 4}</row>" * 600), texts="x" * 32_000)
    (folder / "wide.csv").write_text(",".join("c" * 100_000) + "\n")
    with (folder / "line.csv").open("w") as stream:
        stream.write("a,b\n")
        stream.writelines("x" * 1_000_000 for _ in range(8))
    with gzip.open(folder / "line.csv.gz", "wb", 1) as packed:
        packed.write(b"a,b\n" + b"x" * 8_000_000)
    (folder / "deep.json").write_text('{"a":' + "[" * 50_000 + "]" * 50_000 + "}\n")
    features = '{"type":"FeatureCollection","features":'
    (folder / "deep.geojson").write_text(features + "[" * 50_000 + "]" * 50_000 + "}")
    (folder / "large.geojson").write_text(features + "[" + blank * 26)
    each = ",".join(
        f'{{"type":"Feature","properties":{{"a{n}":1}},"geometry":null}}' for n in range(20_000)
    )
    (folder / "names.geojson").write_text(features + "[" + each + "]}")
    nested = "".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    (folder / "laughs.kml").write_text(f'<!DOCTYPE kml [<!ENTITY a "ha">{nested}]><kml>&i;</kml>')
    with zipfile.ZipFile(folder / "bomb.kmz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("doc.kml", "<kml>" + blank * 10)
    with zipfile.ZipFile(folder / "many.zip", "w") as archive:
        for number in range(6_000):
            archive.writestr(str(number), b"")
    (folder / "list.xlsx").write_bytes(a_list_of(60_000))
    marks = "<Placemark><name>A</name></Placemark>" * 150_000
    (folder / "large.kml").write_text(f"<kml><Document>{marks}</Document></kml>")
    return {
        "claims-a-million.xlsx": 3,
        "far-apart.xlsx": "17,179,869,184 cells",
        "bomb.xlsx": "unpacks to",
        "entity.xlsx": "document type or entities",
        "wide.xlsx": "5,000 columns",
        "texts.xlsx": "text of sheet 'S'",
        "wide.csv": "100,000 columns",
        "line.csv": "longer than a million",
        "line.csv.gz": "longer than a million",
        "deep.json": "recursion",
        "deep.geojson": "recursion",
        "large.geojson": "more than 24,000,000",
        "names.geojson": "more than 2,000 names",
        "laughs.kml": "document type or entities",
        "bomb.kmz": "unpacks to",
        "many.zip": "6,000 entries",
        "list.xlsx": "its list of entries is too long",
    }


def test_each_is_one_clear_error_in_little_memory_and_time(tmp_path: Path) -> None:
    expected = made(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *(str(tmp_path / name) for name in expected)],
        capture_output=True,
        text=True,
        check=True,
    )
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [name for name, *_ in told] == list(expected)
    for name, outcome, seconds, peak in told:
        wanted = expected[name]
        assert outcome == wanted if isinstance(wanted, int) else wanted in outcome, (name, outcome)
        assert seconds < SECONDS, name
        assert peak < MEMORY_KB, name


@pytest.mark.slow
@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_memory_does_not_grow_with_a_table_of_lines(tmp_path: Path, form: str) -> None:
    path = tmp_path / f"list.{form}"
    line = '{"name": "Talvek", "n": 1, "words": "%s"}\n' if form == "jsonl" else "Talvek,1,%s\n"
    with path.open("w") as stream:
        stream.write("" if form == "jsonl" else "name,n,words\n")
        stream.writelines(line % ("x" * 200) for _ in range(150_000))
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(path)], capture_output=True, text=True, check=True
    )
    _, rows, _, peak = json.loads(done.stdout)
    assert rows == 150_000
    assert peak < 80_000  # kilobytes; the file has 33,000 and more
    assert path.stat().st_size > 30_000_000
