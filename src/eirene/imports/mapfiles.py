"""GeoPackage, shapefile, KML, KMZ and GPX as tables: each feature a row with its point.

GDAL reads them in a process of its own (``mapworker``) that is shut in: a
hostile file costs that process. What the file is gets decided here, by its
first bytes; GDAL gets a copy under a name of ours and one format to read.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import msgspec

from eirene.imports.archives import Archive, damaged, opened, parse, parser_of, too_large
from eirene.imports.dbf import encoding_of_dbf
from eirene.imports.encodings import open_bytes
from eirene.imports.faults import Choice, UnclearFile
from eirene.imports.geojson import LATITUDE, LONGITUDE, REACH
from eirene.imports.mapworker import Request, Summary
from eirene.imports.patience import go_on
from eirene.imports.tables import Broken, Options, Row, Table, named
from eirene.imports.workplace import Workplace, workplace

LARGEST_GPX = 24_000_000
LARGEST_KML = 8_000_000
"""Bytes of a document, some 90,000 placemarks: GDAL keeps it in memory, many times over."""
_WAIT_S = 60
_BREATH_S = 0.2
_CHUNK = 1 << 18
_SHAPEFILE = ("shp", "shx", "dbf", "prj", "cpg")
_NEEDED = ("shp", "dbf")
_LAYER = "layer"
_VISIBLE = "visibility"
_TECHNICAL = frozenset(("tessellate", "extrude", "drawOrder", "altitudeMode", "icon", _VISIBLE))
_HIDDEN = "is switched off by its author (visibility 0)"
_HIDDEN_REMEDY = 'Switch it on and save the file, or state [file] hidden = "read".'
_GEOMETRY = "Draw it again, or give the row a point."


class _Found(msgspec.Struct, frozen=True):
    """A map file under names of ours, with what was found out before GDAL reads it."""

    request: Request
    title: str
    facts: tuple[str, ...] = ()
    drops_blank: bool = False
    """Whether columns that no row fills are left out (KML, GPX: the format has them all)."""


def geopackage(path: Path, stated: Options) -> Table:
    """A layer of a GeoPackage; raises ``UnclearFile``."""
    with workplace(path) as work:
        request = Request("GPKG", _taken(path, work), layer=stated.sheet)
        return _table(path, work, _Found(request, "GeoPackage"), stated)


def _taken(path: Path, work: Workplace) -> str:
    """A GeoPackage as a part; gives its name for GDAL."""
    work.take(path, "layer.gpkg")
    # SQLite opens no file that lies in memory only; GDAL does, in its stead
    size = path.stat().st_size
    return f"/vsisubfile/0_{size},layer.gpkg" if work.in_memory else "layer.gpkg"


def drawn(path: Path, layer: str | None) -> list[tuple[dict[str, Any], bytes]]:
    """Fields and shape (WKB) of each feature of a GeoPackage's layer; raises ``UnclearFile``."""
    with workplace(path) as work, work.rows() as rows:
        request = Request("GPKG", _taken(path, work), layer=layer, drawn=True, written=work.most)
        summary = _work(work, request, rows)
        _settled(path, _Found(request, "GeoPackage"), summary)
        return [
            (dict(zip(summary.fields, line.cells, strict=False)), bytes.fromhex(line.point))
            for line in _lines(rows.fileno())
            if isinstance(line.point, str)
        ]


def shapefile(path: Path, stated: Options) -> Table:
    """A shapefile with the files that lie beside it; raises ``UnclearFile``."""
    with workplace(path) as work:
        beside = {"shp": path}
        if not work.in_memory:
            beside |= {
                one.suffix[1:].lower(): one
                for one in path.parent.iterdir()
                if one.stem == path.stem and one.suffix[1:].lower() in _SHAPEFILE
            }
        for part, where in beside.items():
            work.take(where, f"layer.{part}")
        return _shapefile(path, work, set(beside), stated)


def zipped(path: Path, stated: Options) -> Table | None:
    """The shapefile or KML document in an archive; None where it holds neither."""
    with opened(path) as archive, workplace(path) as work:
        shapes = [name for name in archive.names if name.lower().endswith(".shp")]
        stems = [Path(one).stem for one in shapes]
        if len(shapes) > 1 and stated.sheet:
            shapes = [one for one in shapes if Path(one).stem == stated.sheet]
        if len(shapes) == 1:
            parts = _extract(path, archive, shapes[0], work)
            table = _shapefile(path, work, parts, stated)
            return msgspec.structs.replace(table, sheet=Path(shapes[0]).stem, sheets=tuple(stems))
        if stems:
            raise UnclearFile(
                f"{path.name} holds {len(stems)} shapefiles: {', '.join(stems[:8])}.",
                field="file.sheet",
                remedy=f'State one in the mapping: [file] sheet = "{stems[0]}".',
                choices=tuple(Choice("sheet", one) for one in stems),
            )
        documents = [name for name in archive.names if name.lower().endswith(".kml")]
        if not documents:
            return None
        main = "doc.kml" if "doc.kml" in documents else documents[0]
        with work.new("layer.kml") as target:
            archive.copy(main, target, LARGEST_KML)
        others = [name for name in archive.names if name != main and not name.endswith("/")]
        unread = (f"other files in the archive are not read: {len(others)}",) if others else ()
        return _kml(path, work, stated, unread)


def kml(path: Path, stated: Options) -> Table:
    """A KML document; raises ``UnclearFile``."""
    with workplace(path) as work:
        _copy(path, work, "layer.kml", LARGEST_KML)
        return _kml(path, work, stated, ())


def gpx(path: Path, stated: Options) -> Table:
    """Waypoints, routes and tracks of a GPX file; raises ``UnclearFile``."""
    with workplace(path) as work:
        _copy(path, work, "layer.gpx", LARGEST_GPX)
        _counted(path, work.place("layer.gpx"))  # for what it refuses
        request = Request("GPX", "layer.gpx", layer=stated.sheet, joined=True)
        return _table(path, work, _Found(request, "GPX", drops_blank=True), stated)


# --- parts of ours ---------------------------------------------------------------


def _copy(path: Path, work: Workplace, name: str, limit: int) -> None:
    """Copy a file, unpacked where it is gzip, up to a size."""
    done = 0
    with open_bytes(path) as stream, work.new(name) as written:
        while chunk := stream.read(_CHUNK):
            done += len(chunk)
            if done > limit:
                raise too_large(path, "The document", done, limit)
            written.write(chunk)


def _extract(path: Path, archive: Archive, shape: str, work: Workplace) -> set[str]:
    stem = shape[:-4]
    found: set[str] = set()
    size = 0
    for name in archive.names:
        part = name[len(stem) + 1 :].lower()
        if name.startswith(stem) and name[len(stem) : len(stem) + 1] == "." and part in _SHAPEFILE:
            size += archive.size(name)
            if work.in_memory and size > work.most:  # of all parts together
                raise too_large(path, shape, size, work.most)
            with work.new(f"layer.{part}") as target:
                archive.copy(name, target, work.most)
            found.add(part)
    return found


def _shapefile(path: Path, work: Workplace, parts: set[str], stated: Options) -> Table:
    missing = [part for part in _NEEDED if part not in parts]
    if missing:
        raise UnclearFile(
            f"{path.name} is a shapefile without its .{' and .'.join(missing)}.",
            field="file",
            remedy="A shapefile is several files of one name: give all of them, best zipped.",
        )
    if "prj" not in parts:
        raise UnclearFile(
            f"{path.name} has no .prj: nothing says in which coordinate system it is.",
            field="crs",
            remedy="Add the .prj, or export the layer in WGS 84 as GeoPackage or GeoJSON.",
        )
    note = work.place("layer.cpg").read_text("ascii", "replace") if "cpg" in parts else ""
    table = encoding_of_dbf(path, work.place("layer.dbf"), note.strip(), stated.encoding)
    work.place("layer.cpg").unlink(missing_ok=True)
    request = Request("ESRI Shapefile", "layer.shp", encoding=table.encoding)
    return _table(path, work, _Found(request, "shapefile", table.facts), stated)


def _kml(path: Path, work: Workplace, stated: Options, facts: tuple[str, ...]) -> Table:
    counts = _counted(path, work.place("layer.kml"))
    for element, words in (
        ("NetworkLink", "links to other files are not followed"),
        ("GroundOverlay", "pictures laid over the map are not read"),
        ("hidden Folder", "folders are switched off by their author and read like the others"),
    ):
        if counts.get(element):
            facts = (*facts, f"{words}: {counts[element]}")
    request = Request("LIBKML", "layer.kml", layer=stated.sheet, joined=True)
    return _table(path, work, _Found(request, "KML", facts, drops_blank=True), stated)


def _counted(path: Path, document: Path) -> dict[str, int]:
    """Elements of an XML document by name, and folders that are switched off.

    Refuses entities and documents that are nested deeper than any map is.
    """
    counts: dict[str, int] = {}
    inside: list[str] = []
    said: list[str] = []

    def start(name: str, _: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        counts[local] = counts.get(local, 0) + 1
        inside.append(local)
        said.clear()
        if len(inside) > _DEEPEST:
            raise damaged(path, f"elements are nested {len(inside)} deep")

    def text(data: str) -> None:
        if inside and inside[-1] == _VISIBLE:
            said.append(data)

    def end(_: str) -> None:
        element = inside.pop()
        if element == _VISIBLE and inside and "".join(said).strip() == "0":
            key = f"hidden {inside[-1]}"
            counts[key] = counts.get(key, 0) + 1

    parser = parser_of(path)
    parser.StartElementHandler = start
    parser.CharacterDataHandler = text
    parser.EndElementHandler = end
    with document.open("rb") as stream:
        parse(path, parser, iter(lambda: stream.read(_CHUNK), b""))
    return counts


_DEEPEST = 60


# --- the table ---------------------------------------------------------------------


def _table(path: Path, work: Workplace, found: _Found, stated: Options) -> Table:
    rows = work.rows()
    request = msgspec.structs.replace(found.request, written=work.most)
    summary = _work(work, request, rows)
    _settled(path, found, summary)
    keep = [
        at
        for at, field in enumerate(summary.fields)
        if not found.drops_blank or (summary.filled[at] and field not in _TECHNICAL)
    ]
    # what a file says itself of how sure a point is; of a line or an area, its circle says it
    near = summary.fields.index(REACH) if REACH in summary.fields else -1
    keep = [at for at in keep if at != near]
    joined = len(summary.read) > 1
    names = [summary.fields[at] for at in keep] + ([_LAYER] if joined else [])
    ours = (LATITUDE, LONGITUDE, REACH)  # a field of the file with such a name comes second
    columns, renamed = named(path, [*ours, *names])
    columns = (*columns[len(ours) :], *ours)
    layers = ", ".join(repr(name) for name in summary.read if name != _LAYER)
    told = f"{found.title}, layer {layers[:300]}" if layers else found.title
    facts = [told, *found.facts, *renamed]
    if summary.crs:
        facts.append(f"coordinate system {_crs_name(summary.crs)}: turned into WGS 84")
    if summary.shapes:
        facts.append(
            f"{summary.shapes:,} features are lines or areas: the point is the middle, "
            "accuracy_m the circle that holds them"
        )
    others = [one for one in summary.layers if one.name not in summary.read]
    if others:
        facts.append(f"other layers are not read: {', '.join(one.name for one in others)[:200]}")
    veil = summary.fields.index(_VISIBLE) if _VISIBLE in summary.fields else -1
    shape = _Shape(tuple(keep), summary.read if joined else (), len(summary.fields), veil, near)
    veiled = 0
    if found.request.format == "LIBKML" and veil >= 0:
        lines = _lines(rows.fileno())
        veiled = sum(line.cells[veil] == 0 for line in lines if veil < len(line.cells))
    if veiled:
        what = "read, as stated" if stated.hidden else "rejects"
        facts.append(f"placemarks that their author switched off are {what}: {veiled:,}")

    sheet = summary.read[0] if len(summary.read) == 1 else ""
    layers = tuple(one.name for one in summary.layers)
    held = os.fstat(rows.fileno()).st_size if work.in_memory else 0
    return Table(
        path,
        columns,
        tuple(facts),
        _Rows(rows, shape, hidden=stated.hidden or not veiled),
        textual=False,
        sheet=sheet,
        sheets=layers,
        held=held,
        lent=rows.fileno(),
    )


def _settled(path: Path, found: _Found, summary: Summary) -> None:
    """Refuse what the worker could not read, or not in one way only."""
    if summary.error:
        if "coordinate system" in summary.error:
            raise UnclearFile(
                f"{path.name} does not say in which coordinate system it is.",
                field="crs",
                remedy="Export the layer in WGS 84 (EPSG:4326).",
            )
        raise UnclearFile(
            f"{path.name} cannot be read as {found.title}: {_ours(summary.error)}.",
            field="file",
            remedy="Export it anew, in smaller parts where it is large.",
        )
    if summary.read:
        return
    told = ", ".join(f"{one.name!r} ({one.features:,} features)" for one in summary.layers[:12])
    choices = tuple(
        Choice("sheet", one.name, (f"{one.features:,} features",)) for one in summary.layers
    )
    if found.request.layer is not None:
        raise UnclearFile(
            f"{path.name} has no layer {found.request.layer!r}.",
            field="file.sheet",
            remedy=f"There are: {told or 'none'}.",
            choices=choices,
        )
    if not summary.layers:
        raise UnclearFile(f"{path.name} holds no features.", field="file", remedy="Export it anew.")
    raise UnclearFile(
        f"{path.name} has {len(summary.layers)} layers that may be meant: {told}.",
        field="file.sheet",
        remedy=f'State one in the mapping: [file] sheet = "{summary.layers[0].name}".',
        choices=choices,
    )


def _ours(error: str) -> str:
    """An error of GDAL without the names of our own files."""
    for part in ("layer.gpkg", "layer.shp", "layer.kml", "layer.gpx", "warped.vrt"):
        error = error.replace(part, "the file")
    return " ".join(error.split()).rstrip(".")


def _crs_name(crs: str) -> str:
    """``EPSG:32634``, or the name that well-known text has for a system."""
    quoted = crs.split('"')
    return quoted[1] if "[" in crs and len(quoted) > 1 else crs[:60]


def _work(work: Workplace, request: Request, rows: IO[bytes]) -> Summary:
    """Have the worker read a file of ours; its rows lie in ``rows`` then."""
    kept = {"PATH": os.environ.get("PATH", ""), "OPENBLAS_NUM_THREADS": "1", "LC_ALL": "C.UTF-8"}
    with subprocess.Popen(
        [sys.executable, "-I", "-m", "eirene.imports.mapworker"],
        stdin=subprocess.PIPE,
        stdout=rows,
        stderr=subprocess.PIPE,
        cwd=work.folder,
        env=kept,
        pass_fds=work.descriptors,
    ) as process:
        try:
            told = _heard(process, msgspec.json.encode(request))
        finally:
            process.kill()  # harmless where it has ended
    if told is None:
        return Summary(error="it takes longer than it may")
    try:
        return msgspec.json.decode(told.strip().rpartition(b"\n")[2], type=Summary)
    except msgspec.DecodeError:
        return Summary(error="it takes more memory or time than it may, or is damaged")


def _heard(process: subprocess.Popen[bytes], request: bytes) -> bytes | None:
    """What the worker tells at its end; None where that does not come. Asks whether to go on."""
    until = time.monotonic() + _WAIT_S
    given: bytes | None = request
    while time.monotonic() < until:
        try:
            return process.communicate(given, timeout=_BREATH_S)[1]
        except subprocess.TimeoutExpired:
            given = None
            go_on()
    return None


class _Line(msgspec.Struct, frozen=True, array_like=True):
    layer: int
    cells: list[Any]
    point: tuple[float, float, float | None] | str | None


class _Shape(msgspec.Struct, frozen=True):
    keep: tuple[int, ...]
    layers: tuple[str, ...]
    width: int
    veil: int
    near: int = -1


class _Rows:
    """The rows that a worker wrote, as often as they are asked for; also in another process, which
    has the descriptor from this one.
    """

    def __init__(self, rows: IO[bytes] | int, shape: _Shape, *, hidden: bool) -> None:
        self._rows, self._shape, self._hidden = rows, shape, hidden

    @property
    def _descriptor(self) -> int:
        return self._rows if isinstance(self._rows, int) else self._rows.fileno()

    def __getstate__(self) -> tuple[int, _Shape, bool]:
        return self._descriptor, self._shape, self._hidden

    def __setstate__(self, state: tuple[int, _Shape, bool]) -> None:
        self._rows, self._shape, self._hidden = state

    def __call__(self) -> Iterator[Row | Broken]:
        for number, line in enumerate(_lines(self._descriptor), start=1):
            yield _row(number, line, self._shape, hidden=self._hidden)


def _lines(rows: int) -> Iterator[_Line]:
    """The rows that a worker wrote; each reading has a place of its own."""
    decode = msgspec.json.Decoder(_Line).decode
    at, rest = 0, b""
    while chunk := os.pread(rows, _CHUNK, at):
        at += len(chunk)
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            if line:
                yield decode(line)


def _row(number: int, line: _Line, shape: _Shape, *, hidden: bool) -> Row | Broken:
    told = line.cells + [None] * (shape.width - len(line.cells))
    if not hidden and told[shape.veil] == 0:
        name = next((str(one) for one in told if isinstance(one, str)), "")
        return Broken(number, _VISIBLE, name, _HIDDEN, _HIDDEN_REMEDY)
    if isinstance(line.point, str):
        rule = f"the geometry cannot be read: {line.point}"
        return Broken(number, "geometry", "", rule, _GEOMETRY)
    lon, lat, reach = line.point or (None, None, None)
    if lon is not None and lat is not None and (abs(lat) > 90 or abs(lon) > 180):
        rule = "lies beyond the ends of the earth: another coordinate system, or exchanged axes"
        return Broken(number, "geometry", f"{lat}, {lon}", rule, _GEOMETRY)
    if reach is None and shape.near >= 0 and lon is not None:
        reach = told[shape.near]
    cells = [told[at] for at in shape.keep]
    cells += [shape.layers[line.layer]] if shape.layers else []
    return Row(number, [*cells, lat, lon, reach])
