"""Export as GeoPackage 1.3: one layer a kind, its reports as points, the manifest as metadata.

Text is text, numbers are numbers, what is not known is NULL; times are UTC. The point is
the geometry, and a report without one has none. Each layer tells its marking where programs
show what a layer is, each row in a column. The file is made in memory, since a file in the
making would lie on the disk without a seal. The hash of the manifest is that of the same
reports as CSV.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from eirene.errors import InvalidQuery
from eirene.picture.loose import LooseFile, LooseFull
from eirene.products.csv import CsvDocument
from eirene.reports.kinds import Field, Kind, fields_of
from eirene.reports.markings import not_live
from eirene.reports.table import cell, columns_of
from eirene.reports.words import kind_plural
from eirene.reports.words import table as words

LARGEST = 256 << 20
"""Bytes of a file, which is held in memory twice when it is given out."""
_GEOMETRY = "geom"
_POINT = ("latitude", "longitude")
_NOTHING = "reports"
"""The layer of an answer with nothing in it: programs open no file without one."""
_ENVELOPE = {
    **dict.fromkeys(("occurred_start", "occurred_end", "observed", "filed"), "DATETIME"),
    **dict.fromkeys(("withdrawn", "conflict", "current"), "BOOLEAN"),
    "accuracy_m": "DOUBLE",
}
_TYPES = {"count": "INTEGER", "number": "DOUBLE", "yesno": "BOOLEAN"}
_EARTH = 4326
_WGS84 = (
    'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563]],'
    'PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433],AUTHORITY["EPSG","4326"]]'
)
_SCHEMA = """
CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY,
  organization TEXT NOT NULL, organization_coordsys_id INTEGER NOT NULL,
  definition TEXT NOT NULL, description TEXT);
CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL,
  identifier TEXT UNIQUE, description TEXT DEFAULT '', last_change DATETIME NOT NULL,
  min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,
  CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id));
CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL,
  geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL, z TINYINT NOT NULL,
  m TINYINT NOT NULL, CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
  CONSTRAINT uk_gc_table_name UNIQUE (table_name),
  CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents (table_name),
  CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id));
CREATE TABLE gpkg_extensions (table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL,
  definition TEXT NOT NULL, scope TEXT NOT NULL,
  CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name));
CREATE TABLE gpkg_metadata (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  md_scope TEXT NOT NULL DEFAULT 'dataset', md_standard_uri TEXT NOT NULL,
  mime_type TEXT NOT NULL DEFAULT 'text/xml', metadata TEXT NOT NULL DEFAULT '');
CREATE TABLE gpkg_metadata_reference (reference_scope TEXT NOT NULL, table_name TEXT,
  column_name TEXT, row_id_value INTEGER, timestamp DATETIME NOT NULL,
  md_file_id INTEGER NOT NULL, md_parent_id INTEGER,
  CONSTRAINT crmr_mfi_fk FOREIGN KEY (md_file_id) REFERENCES gpkg_metadata (id),
  CONSTRAINT crmr_mpi_fk FOREIGN KEY (md_parent_id) REFERENCES gpkg_metadata (id));
"""
_METADATA = "http://www.geopackage.org/spec130/#extension_metadata"


class _Layer:
    """One kind: how its table is called, which columns it has, how far its points reach."""

    def __init__(self, kind: Kind | None) -> None:
        self.name = kind.name if kind else _NOTHING
        self.title = kind_plural(kind.name) if kind else words()["export.reports"]
        self.fields = fields_of(kind.content) if kind else {}
        columns = columns_of([kind] if kind else [])
        self.columns = tuple(name for name in columns if name not in _POINT)
        self.types = [_type(name, self.fields.get(name)) for name in self.columns]
        names = ["fid", _GEOMETRY, *self.columns]
        marks = ", ".join("?" * len(names))
        listed = ", ".join(f'"{name}"' for name in names)
        self.insert = f'INSERT INTO "{self.name}" ({listed}) VALUES ({marks})'
        self.box: tuple[float, float, float, float] | None = None

    def create(self) -> str:
        """The table, in SQL."""
        pairs = zip(self.columns, self.types, strict=True)
        columns = ", ".join(f'"{name}" {sort}' for name, sort in pairs)
        return (
            f'CREATE TABLE "{self.name}" ("fid" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, '
            f'"{_GEOMETRY}" POINT, {columns})'
        )

    def point(self, flat: Mapping[str, Any]) -> bytes | None:
        """The geometry of a report; None without a point, never 0, 0."""
        if "latitude" not in flat:
            return None
        lon, lat = float(flat["longitude"]), float(flat["latitude"])
        west, south, east, north = self.box or (lon, lat, lon, lat)
        self.box = (min(west, lon), min(south, lat), max(east, lon), max(north, lat))
        # a header without an envelope, then well-known binary; both little-endian
        return struct.pack("<2sBBiBIdd", b"GP", 0, 1, _EARTH, 1, 1, lon, lat)

    def values(self, flat: Mapping[str, Any]) -> list[Any]:
        """The cells of a report, as the types of the columns have them."""
        said = _said(flat)
        pairs = zip(self.columns, self.types, strict=True)
        return [_value(sort, said.get(name), self.fields.get(name)) for name, sort in pairs]


class GpkgDocument(CsvDocument):
    """One file; what ``head``, ``body`` and ``foot`` give is only hashed."""

    media_type = "application/geopackage+sqlite3"
    packed = True

    def __init__(self, of: Sequence[Kind], realm: str = "") -> None:
        super().__init__(of, realm)
        self._realm = realm
        layers = [_Layer(kind) for kind in of] or [_Layer(None)]
        self._layers = {layer.name: layer for layer in layers}
        self._rows = 0
        self._file = LooseFile(LARGEST)
        self._do("PRAGMA application_id = 1196444487; PRAGMA user_version = 10300; BEGIN")
        self._do(_SCHEMA)
        systems = (
            ("Undefined Cartesian SRS", -1, "NONE", -1, "undefined", None),
            ("Undefined geographic SRS", 0, "NONE", 0, "undefined", None),
            ("WGS 84", _EARTH, "EPSG", _EARTH, _WGS84, "longitude, latitude in degrees"),
        )
        for one in systems:
            self._do("INSERT INTO gpkg_spatial_ref_sys VALUES (?, ?, ?, ?, ?, ?)", one)
        for layer in self._layers.values():
            self._do(layer.create())

    def body(self, flats: list[dict[str, Any]]) -> bytes:
        """Some rows."""
        for flat in flats:
            if (layer := self._layers.get(flat["kind"])) is not None:
                self._rows += 1
                self._do(layer.insert, (self._rows, layer.point(flat), *layer.values(flat)))
        return super().body(flats)

    def manifest(self, manifest: Mapping[str, Any]) -> bytes:
        """The file, whole."""
        when = _whole_ms(str(manifest["when"]))
        for layer in self._layers.values():
            name, box = layer.name, layer.box or (None,) * 4
            title = f"{not_live(self._realm)}{layer.title}"
            about = (name, "features", title, str(manifest["marking"]), when, *box, _EARTH)
            self._do("INSERT INTO gpkg_contents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", about)
            self._do(
                "INSERT INTO gpkg_geometry_columns VALUES (?, ?, 'POINT', ?, 0, 0)",
                (name, _GEOMETRY, _EARTH),
            )
        for table in ("gpkg_metadata", "gpkg_metadata_reference"):
            self._do(
                "INSERT INTO gpkg_extensions VALUES (?, NULL, 'gpkg_metadata', ?, 'read-write')",
                (table, _METADATA),
            )
        self._do(
            "INSERT INTO gpkg_metadata VALUES (1, 'dataset', ?, 'application/json', ?)",
            ("urn:eirene:manifest", msgspec.json.encode(manifest).decode()),
        )
        self._do(
            "INSERT INTO gpkg_metadata_reference "
            "VALUES ('geopackage', NULL, NULL, NULL, ?, 1, NULL)",
            (when,),
        )
        self._do("COMMIT")
        return self._file.whole()

    def _do(self, sql: str, values: Sequence[Any] = ()) -> None:
        try:
            self._file.do(sql, values)
        except LooseFull:
            raise InvalidQuery(
                f"A GeoPackage of more than {LARGEST >> 20} MB is not made.",
                field="format",
                remedy="Narrow the question, or take csv.",
            ) from None


def _type(name: str, field: Field | None) -> str:
    if name in _ENVELOPE:
        return _ENVELOPE[name]
    return _TYPES.get(field.held.form, "TEXT") if field is not None else "TEXT"


def _said(flat: Mapping[str, Any]) -> dict[str, Any]:
    """What a report says, by column."""
    said = dict(flat)
    if (span := said.pop("occurred", None)) is not None:
        said |= {f"occurred_{part}": span[part] for part in ("start", "end", "precision")}
        said["occurred"] = span.get("text", "")
    return said


def _value(sort: str, value: Any, field: Field | None) -> Any:
    """One cell; no program takes a text of a database for a formula: it stands as it was filed."""
    if value is None or value == "":
        return None
    if sort == "DATETIME":
        return _whole_ms(value)
    if isinstance(value, str) or sort != "TEXT":
        return value
    return cell(value, field) or None


def _whole_ms(time: str) -> str:
    """A time as the format wants it, always with milliseconds."""
    return time if "." in time else f"{time[:-1]}.000Z"
