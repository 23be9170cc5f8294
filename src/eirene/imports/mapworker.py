"""The process that reads map files with GDAL, shut in; see ``mapfiles``.

It takes one request as JSON on standard input, writes rows as lines of JSON
into the file that is its standard output, and one summary as JSON to standard
error. It never sees the name that the file had, and is started for one file.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

import msgspec

from eirene.imports.shut_in import shut_in

MEMORY = 176_000_000
SECONDS = 9
MOST_ROWS = 500_000
BATCH = 10_000
"""Features that are read at a time; of lines and areas in large files a fiftieth."""
LARGEST_SHAPE = 4_000_000
"""Bytes of one geometry; a larger one is a row that cannot be read."""

FORMATS = ("ESRI Shapefile", "GPKG", "GPX", "LIBKML")
OTHERS = [
    "MapInfo File",
    *"ADBC AIVector AVCBin AVCE00 AmigoCloud CSV CSW Carto DGN DXF EDIGEO EEDA ESRIJSON "
    "Elasticsearch FlatGeobuf GDALG GML GPSBabel GTFS GeoJSON GeoJSONSeq GeoRSS HTTP Idrisi JML "
    "JSONFG KML LVBAG MBTiles MEM MVT MapML MiraMonVector NGW OAPIF ODS OGCAPI OGR_GMT "
    "OGR_PDS OSM OpenFileGDB PCIDSK PDF PDS4 PGDUMP PLSCENES PMTiles S57 SQLite SXF Selafin "
    "TopoJSON VDV VFK VICAR WAsP WFS XLSX".split(),
]
"""Formats of GDAL that are switched off, whatever a file looks like."""
WARPER = "OGR_VRT"
"""Turns coordinate systems; on only where the file is binary and cannot pass for one of it."""


class Request(msgspec.Struct, frozen=True):
    """What to read: a file of ours, in the folder where the process starts."""

    format: str
    file: str
    layer: str | None = None
    encoding: str | None = None
    drawn: bool = False
    """Give each shape as it is, in hexadecimal WKB, where else its circle stands."""
    joined: bool = False
    """Read all layers, one after the other (KML, GPX); else the one that holds anything."""
    written: int = 400_000_000
    """Most bytes of the rows."""


class Layer(msgspec.Struct, frozen=True):
    """A layer of a file."""

    name: str
    features: int


class Summary(msgspec.Struct, frozen=True):
    """What was read, or why nothing was."""

    error: str = ""
    layers: tuple[Layer, ...] = ()
    """All layers that hold anything."""
    read: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    filled: tuple[int, ...] = ()
    """Of each field, the number of rows that have it."""
    crs: str = ""
    """The coordinate system of the file, where it is another than WGS 84."""
    shapes: int = 0
    """Rows that are lines or areas."""
    held: bool = False
    """Whether the kernel kept the process off sockets and programs."""


def main() -> None:
    """Read one file and end."""
    request = msgspec.json.decode(sys.stdin.buffer.read(), type=Request)
    kept = [request.format, *([WARPER] if request.format in ("ESRI Shapefile", "GPKG") else [])]
    skipped = [name for name in (*FORMATS, *OTHERS, WARPER) if name not in kept]
    os.environ.update(
        GDAL_SKIP=",".join(skipped),
        CPL_VSIL_CURL_ALLOWED_EXTENSIONS="{none}",
        PROJ_NETWORK="OFF",
        GDAL_NUM_THREADS="1",
        OGR_SQLITE_JOURNAL="OFF",
        OGR_SQLITE_ALLOW_EXTERNAL_ACCESS="NO",
        LIBKML_RESOLVE_STYLE="NO",
        OGR_SHAPE_LOCK="NO",
    )
    held = shut_in(memory=MEMORY, seconds=SECONDS, written=request.written)
    try:
        summary = msgspec.structs.replace(_read(request), held=held)
    except (ValueError, RuntimeError, OSError, MemoryError, KeyError, TypeError) as error:
        summary = Summary(error=str(error)[:300] or type(error).__name__, held=held)
    sys.stderr.buffer.write(b"\n" + msgspec.json.encode(summary) + b"\n")


def _read(request: Request) -> Summary:
    import pyogrio  # only now, when GDAL has been told what to leave out

    names = [str(name) for name, _ in pyogrio.list_layers(request.file)]
    layers = [Layer(name, _count(request, name)) for name in names]
    full = tuple(layer for layer in layers if layer.features)
    if request.layer is not None:
        wanted = [request.layer] if request.layer in names else []
    elif request.joined:
        wanted = [one.name for one in full if not one.name.endswith("_points")]
    else:
        wanted = [one.name for one in full] if len(full) == 1 else []
    if not wanted:
        return Summary(layers=tuple(layers) if request.layer else full)
    writer = _Writer()
    for name in wanted:
        writer.layer(request, name)
    return Summary(
        layers=full,
        read=tuple(wanted),
        fields=tuple(writer.fields),
        filled=tuple(writer.fields.values()),
        crs=writer.crs,
        shapes=writer.shapes,
    )


def _count(request: Request, layer: str) -> int:
    import pyogrio

    told = pyogrio.read_info(
        request.file, layer=layer, encoding=request.encoding, force_feature_count=True
    )
    return int(told["features"])


def _same(crs: str) -> bool:
    """Whether a coordinate system is WGS 84 in degrees."""
    return crs.upper() in ("EPSG:4326", "OGC:CRS84", "EPSG:4979", "OGC:CRS84H") or (
        crs.startswith("GEOGCS") and "CRS84" in crs[:60]
    )


class _Writer:
    """Rows of layers as lines on standard output: number of the layer, cells, point, reach."""

    def __init__(self) -> None:
        self.fields: dict[str, int] = {}
        self.crs = ""
        self.shapes = 0
        self._rows = 0
        self._layers = 0

    def layer(self, request: Request, name: str) -> None:
        """Write all rows of a layer."""
        import pyogrio

        told = pyogrio.read_info(request.file, layer=name, encoding=request.encoding)
        source, encoding = request.file, request.encoding
        crs = str(told["crs"] or "")
        if told["geometry_type"] is not None and not crs:
            raise ValueError("it does not say in which coordinate system it is")
        if crs and not _same(crs):
            self.crs = crs
            source, encoding = _warped(request, name), None
        names = _apart([str(field) for field in told["fields"]])
        places = [self._place(field) for field in names]
        whole = [str(kind).startswith(("int", "uint")) for kind in told["dtypes"]]
        logical = ["Boolean" in str(kind) for kind in told["ogr_subtypes"]]
        light = request.joined or told["geometry_type"] in (None, "Point", "Point Z")
        size = BATCH if light else BATCH // 50
        for fields, points in _batches(source, name, encoding, size, drawn=request.drawn):
            columns = [_plain(values, whole[at], logical[at]) for at, values in enumerate(fields)]
            self._write(places, columns, points)
        self._layers += 1

    def _place(self, field: str) -> int:
        self.fields.setdefault(field, 0)
        return list(self.fields).index(field)

    def _write(self, places: list[int], columns: list[list[Any]], points: list[Any]) -> None:
        names = list(self.fields)
        lines: list[bytes] = []
        for at, point in enumerate(points):
            cells: list[Any] = [None] * len(names)
            for place, column in zip(places, columns, strict=True):
                value = column[at]
                if value is not None:
                    cells[place] = value
                    self.fields[names[place]] += 1
            if isinstance(point, list) and point[2] is not None:
                self.shapes += 1
            lines.append(msgspec.json.encode([self._layers, cells, point]))
        self._rows += len(lines)
        if self._rows > MOST_ROWS:
            raise ValueError(f"it has more than {MOST_ROWS:,} features")
        sys.stdout.buffer.write(b"\n".join(lines) + b"\n")


def _apart(names: list[str]) -> list[str]:
    """Names of fields, equal ones kept apart by number: shapefiles cut them at ten letters."""
    seen: dict[str, int] = {}
    told: list[str] = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        told.append(name if seen[name] == 1 else f"{name} [{seen[name]}]")
    return told


def _warped(request: Request, layer: str) -> str:
    """A file that has GDAL turn a layer into WGS 84, longitude first."""
    opened = ""
    if request.encoding:
        opened = f'<OpenOptions><OOI key="ENCODING">{request.encoding}</OOI></OpenOptions>'
    name = quoteattr(layer)
    text = (
        f"<OGRVRTDataSource><OGRVRTWarpedLayer><OGRVRTLayer name={name}>"
        f"<SrcDataSource>{request.file}</SrcDataSource>{opened}"
        f"<SrcLayer>{quoteattr(layer, {chr(39): '&apos;'})[1:-1]}</SrcLayer></OGRVRTLayer>"
        "<TargetSRS>OGC:CRS84</TargetSRS></OGRVRTWarpedLayer></OGRVRTDataSource>"
    )
    warped = Path("warped.vrt")
    warped.unlink(missing_ok=True)
    if hasattr(os, "memfd_create"):  # it has the layer's name, and the file may lie in memory only
        warped.symlink_to(f"/proc/self/fd/{os.memfd_create('warped')}")
    warped.write_text(text, "utf-8")
    return warped.name


def _batches(
    source: str, layer: str, encoding: str | None, size: int, *, drawn: bool = False
) -> Iterator[tuple[list[Any], list[Any]]]:
    """Values by field, and points, of some rows at a time."""
    from pyogrio import raw

    skip = 0
    while True:
        _, _, shapes, fields = raw.read(
            source,
            layer=layer,
            encoding=encoding,
            skip_features=skip,
            max_features=size,
            datetime_as_string=True,
            force_2d=True,
        )
        count = len(shapes) if shapes is not None else len(fields[0]) if fields else 0
        if count:
            told = _points if not drawn else _hexadecimal
            yield fields, told(shapes) if shapes is not None else [None] * count
        if count < size:
            return
        skip += count


def _hexadecimal(shapes: Any) -> list[Any]:
    """Shapes as they are; None without, or where one is too large."""
    return [
        None if shape is None or len(shape) > LARGEST_SHAPE else bytes(shape).hex()
        for shape in shapes
    ]


def _points(shapes: Any) -> list[Any]:
    """Longitude, latitude and radius in metres of each geometry; None without, text where bad."""
    from eirene.imports.shapes import circle_of_wkb

    told: list[Any] = []
    for shape in shapes:
        if shape is None:
            told.append(None)
        elif len(shape) > LARGEST_SHAPE:
            told.append(f"it has {len(shape):,} bytes")
        else:
            try:
                told.append(list(circle_of_wkb(shape)))
            except ValueError as error:
                told.append(str(error)[:200])
    return told


def _plain(values: Any, whole: bool, logical: bool) -> list[Any]:
    """Values of a field as JSON has them; times as ISO 8601, what is missing as None."""
    kind = values.dtype.kind
    listed: list[Any] = values.tolist()
    if kind == "f":
        kept = [None if one != one or one in (_INF, -_INF) else one for one in listed]
        return [int(one) if whole and one is not None else one for one in kept]
    if logical:
        return [None if one is None else bool(one) for one in listed]
    if kind == "O":
        return [None if isinstance(one, bytes) else one for one in listed]
    return listed


_INF = float("inf")

if __name__ == "__main__":
    main()
