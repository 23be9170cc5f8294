"""Versions of the divisions that a mission brought itself, beside those that ship with it.

They are public geography, as base maps are, and lie unsealed in the folder ``divisions`` of the
node: one folder for each, made under another name and renamed when it is whole.

Boundary files of the humanitarian datasets (COD-AB) name their columns in several ways
(``adm2_pcode``, ``ADM2_PCODE``, ``admin2Pcode``); what is kept has one.
"""

from __future__ import annotations

import csv
import gzip
import math
import re
import shutil
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import msgspec
import shapely

from eirene.errors import NodeError
from eirene.missions.areas import deg2
from eirene.missions.divisions import AreaFile, Code, Told

_TOLD = "division.json"
_CODE = re.compile(r"adm(?:in)?_?(\d)_?p?_?code", re.IGNORECASE)
_NAME = re.compile(
    r"adm(?:in)?_?(\d)_?(name\d?(?:_?[a-z]{2})?|ref(?:_?name)?|[a-z]{2})", re.IGNORECASE
)
_BEST = ("name", "name_fr", "name_en", "fr", "en")
_PCODE = re.compile(r"[A-Z0-9][A-Z0-9.-]{0,39}")
_LEVEL = re.compile(r"[0-9]")
_ID = re.compile(r"[a-z0-9][a-z0-9.-]{0,39}")
_HEADS = (
    "level",
    "pcode",
    "name",
    "ref_name",
    "parent_pcode",
    "area_sqkm",
    "center_lat",
    "center_lon",
)
_ALIASES = {
    "level": ("level", "admin level", "adminlevel", "admin_level"),
    "pcode": ("pcode", "p-code", "p_code", "code"),
    "name": ("name", "name_fr", "name_en"),
    "ref_name": ("ref_name", "other_names", "reference name"),
    "parent_pcode": ("parent_pcode", "parent p-code", "parent", "parent_code"),
}
KM2_PER_DEG2 = 111.2**2


class BadDivision(NodeError):
    """Boundaries or codes that cannot be a version of the divisions."""

    code = "bad-division"


class Shape(msgspec.Struct, frozen=True):
    """A feature of a boundary file."""

    properties: Mapping[str, Any]
    geometry: shapely.Geometry


def listed(node: Path) -> list[tuple[Told, Path]]:
    """The versions of a node's own, by id, each with its folder."""
    return [
        (msgspec.json.decode(path.read_bytes(), type=Told), path.parent)
        for path in sorted(_home(node).glob(f"[a-z0-9]*/{_TOLD}"))
    ]


def stamp(node: Path) -> int:
    """Changes whenever a version was added or removed."""
    try:
        return _home(node).stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def add(
    node: Path,
    told: Told,
    layers: Sequence[Sequence[Shape]],
    codes: Sequence[Mapping[str, str]],
    disputed: Sequence[shapely.Geometry] = (),
) -> Told:
    """Keep a version; raises ``BadDivision`` with the field.

    ``layers``: the features of each boundary file. ``codes``: rows of a P-code table; empty:
    codes and names are those of the boundary files.
    """
    _check(node, told)
    by_level: dict[int, Sequence[Shape]] = {}
    for features in layers:
        level, areas = _levelled(features)
        if level in by_level:
            raise BadDivision(
                f"Two boundary files are of level {level}.",
                field="file",
                remedy="Give one file a level, with all of its areas.",
            )
        by_level[level] = areas
    known = _table(codes) if codes else _of_shapes(by_level)
    if not known:
        raise BadDivision(
            "There are no P-codes in these files.",
            field="file",
            remedy="Give boundary files with columns like adm2_pcode, or a table with --pcodes.",
        )
    _check_codes(by_level, known, table=bool(codes))
    lines = _lines(disputed)
    home = _home(node)
    home.mkdir(mode=0o700, exist_ok=True)
    work = Path(mkdtemp(dir=home, prefix=".making-"))
    try:
        made = _written(work, told, by_level, known, lines)
        work.replace(home / told.id)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return made


def remove(node: Path, name: str) -> None:
    """Take a version away; raises ``BadDivision``."""
    there = [told.id for told, _ in listed(node)]
    if name not in there:
        raise BadDivision(
            f"There is no version {name!r} of this node's own.",
            field="version",
            remedy=f"There are: {', '.join(there)}." if there else "There are none.",
        )
    shutil.rmtree(_home(node) / name)


def _home(node: Path) -> Path:
    return node / "divisions"


def _check(node: Path, told: Told) -> None:
    if not _ID.fullmatch(told.id):
        raise BadDivision(
            f"{told.id!r} is no id.",
            field="version",
            remedy="Small letters, digits, - and .: 2020.",
        )
    if (_home(node) / told.id).exists():
        raise BadDivision(
            f"There is a version {told.id} already.",
            field="version",
            remedy=f"Remove it first (eirene divisions remove {told.id}), or give another id.",
        )
    for field, text in (("valid-from", told.valid_from), ("valid-to", told.valid_to)):
        if text and not _is_day(text):
            raise BadDivision(f"{text!r} is no day.", field=field, remedy="Write 2020-12-10.")
    if told.valid_from and told.valid_to and told.valid_to < told.valid_from:
        raise BadDivision(
            "It ends before it begins.", field="valid-to", remedy="Give the last day it is valid."
        )
    if not told.source:
        raise BadDivision(
            "Nobody is said to say so.",
            field="source",
            remedy='Say whose list it is: --source "OCHA COD-AB".',
        )


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _levelled(features: Sequence[Shape]) -> tuple[int, Sequence[Shape]]:
    """The level of a boundary file: the finest of which every feature has a code."""
    first: Mapping[str, Any] = features[0].properties if features else {}
    levels = [
        int(found[1])
        for name in first
        if (found := _CODE.fullmatch(name)) and all(one.properties.get(name) for one in features)
    ]
    if not levels:
        raise BadDivision(
            "A boundary file has no column with the P-codes of its areas.",
            field="file",
            remedy="Name it adm1_pcode, adm2_pcode or adm3_pcode, by its level.",
        )
    level = max(levels)
    return level, [_area(one, level) for one in features]


def _area(one: Shape, level: int) -> Shape:
    """A feature with nothing but what has an extent; ``BadDivision`` where it has none.

    What was mended of a shape that crosses itself may bear lines: those are no part of an area.
    """
    parts = [part for part in _parts(one.geometry) if _sort(part) == "POLYGON"]
    shape = shapely.unary_union(parts)
    if not deg2(shape):
        raise BadDivision(
            f"{_codes_in(one)[level]} is drawn as {_sort(one.geometry)}, which has no extent.",
            field="file",
            remedy="Give borders as polygons; lines that are not agreed belong to --disputed.",
        )
    return Shape(one.properties, shape if len(parts) > 1 else parts[0])


def _sort(shape: shapely.Geometry) -> str:
    """``POINT``, ``POLYGON`` and so on."""
    number = int(shapely.get_type_id(shape))  # pyright: ignore[reportUnknownMemberType]
    return shapely.GeometryType(number).name


def _parts(shape: shapely.Geometry) -> list[shapely.Geometry]:
    """What a shape is put together of, however deep."""
    if not hasattr(shape, "geoms"):
        return [shape]
    return [part for piece in shapely.get_parts(shape) for part in _parts(piece)]


def _lines(disputed: Sequence[shapely.Geometry]) -> list[shapely.Geometry]:
    """Lines that are not agreed; of an area that is not, its edge."""
    found: list[shapely.Geometry] = []
    for part in (part for shape in disputed for part in _parts(shape)):
        if _sort(part) not in ("LINESTRING", "LINEARRING", "POLYGON"):
            raise BadDivision(
                f"A line that is not agreed is drawn as {_sort(part)}.",
                field="disputed",
                remedy="Give lines, or the areas that are not agreed.",
            )
        found.append(shapely.boundary(part) if _sort(part) == "POLYGON" else part)
    return found


def _codes_in(one: Shape) -> dict[int, str]:
    found = {
        int(match[1]): _text_of(value)
        for name, value in one.properties.items()
        if value and (match := _CODE.fullmatch(name))
    }
    return dict(sorted(found.items()))


def _text_of(code: Any) -> str:
    """A P-code as it is written, where a program made a number of it."""
    whole = isinstance(code, float) and code.is_integer()
    return str(int(code) if whole else code).strip()


def _names_in(one: Shape, level: int) -> list[str]:
    """Names of the area of a level, the one that is shown first."""
    found = {
        match[2].lower(): str(value).strip()
        for name, value in one.properties.items()
        if value and (match := _NAME.fullmatch(name)) and int(match[1]) == level
    }
    order = sorted(found, key=lambda key: (_BEST.index(key) if key in _BEST else len(_BEST), key))
    return list(dict.fromkeys(found[key] for key in order))


def _of_shapes(by_level: Mapping[int, Sequence[Shape]]) -> dict[str, Code]:
    known: dict[str, Code] = {}
    for features in by_level.values():
        for one in features:
            parent = ""
            for level, code in _codes_in(one).items():
                names = _names_in(one, level) or [code]
                made = Code(code, names[0], level, parent, tuple(names[1:]))
                _check_code(made, known.setdefault(code, made), "file")
                parent = code
    return known


def _check_code(one: Code, other: Code, field: str) -> None:
    """``BadDivision`` for a code that cannot be one, or that two areas share."""
    if not _PCODE.fullmatch(one.pcode):
        raise BadDivision(
            f"{one.pcode[:40]!r} is no P-code.",
            field=field,
            remedy="P-codes are capital letters, digits, - and ., 40 at most, as CF711.",
        )
    if (one.level, one.parent) != (other.level, other.parent):
        raise BadDivision(
            f"Two areas have the P-code {one.pcode}: of level {other.level} in "
            f"{other.parent or 'none'}, and of level {one.level} in {one.parent or 'none'}.",
            field=field,
            remedy="Give each area one code of its own, and one area around it.",
        )


def _table(rows: Sequence[Mapping[str, str]]) -> dict[str, Code]:
    known: dict[str, Code] = {}
    heads = {head.strip().lower(): head for head in rows[0]}
    column = {
        ours: next((heads[alias] for alias in aliases if alias in heads), None)
        for ours, aliases in _ALIASES.items()
    }
    for wanted in ("level", "pcode", "name"):
        if column[wanted] is None:
            raise BadDivision(
                f"The table of P-codes has no column {wanted}.",
                field="pcodes",
                remedy="It needs level, pcode, name and parent_pcode.",
            )
    for number, row in enumerate(rows, start=2):
        said = {
            ours: (row.get(head) or "").strip() if head else "" for ours, head in column.items()
        }
        if said["pcode"].startswith("#"):
            continue  # a row of HXL tags
        if not _LEVEL.fullmatch(said["level"]) or not said["pcode"]:
            raise BadDivision(
                f"Row {number} of the table of P-codes has no level or no code.",
                field="pcodes",
                remedy="Give each row both.",
            )
        other = tuple(filter(None, said["ref_name"].split("|")))
        made = Code(
            pcode=said["pcode"],
            name=said["name"] or said["pcode"],
            level=int(said["level"]),
            parent=said["parent_pcode"],
            other_names=other,
        )
        _check_code(made, known.setdefault(made.pcode, made), "pcodes")
    for code in known.values():
        above = known.get(code.parent)
        if above is not None and above.level >= code.level:  # or who asks upwards never ends
            raise BadDivision(
                f"{code.pcode} lies in {above.pcode}, which is of no higher level.",
                field="pcodes",
                remedy="Name as parent an area of a lower level number, or leave it blank.",
            )
    return known


def _check_codes(
    by_level: Mapping[int, Sequence[Shape]], known: Mapping[str, Code], *, table: bool
) -> None:
    drawn = [(level, _codes_in(one)[level]) for level, them in by_level.items() for one in them]
    unknown = sorted({code for _, code in drawn if code not in known})
    if unknown:
        raise BadDivision(
            f"{len(unknown)} areas have borders and are in no table of P-codes: "
            f"{', '.join(unknown[:5])}.",
            field="pcodes",
            remedy="Give the table that belongs to these borders, or leave --pcodes out.",
        )
    for level, code in drawn:
        if known[code].level != level:  # or its file would have no code of its own level
            raise BadDivision(
                f"{code} is of level {known[code].level} by its P-code and of level {level} by its "
                "borders.",
                field="pcodes" if table else "file",
                remedy="Give each area one code of its own, and one level.",
            )
    seen: set[tuple[int, str]] = set()
    for one in drawn:
        if one in seen:
            raise BadDivision(
                f"Two areas of level {one[0]} have the P-code {one[1]}.",
                field="file",
                remedy="Join them to one feature, or mend the code.",
            )
        seen.add(one)


def _written(
    work: Path,
    told: Told,
    by_level: Mapping[int, Sequence[Shape]],
    known: Mapping[str, Code],
    disputed: Sequence[shapely.Geometry],
) -> Told:
    areas: list[AreaFile] = []
    middles: dict[str, shapely.Geometry] = {}
    for level, shapes in sorted(by_level.items()):
        middles |= {_codes_in(one)[level]: one.geometry for one in shapes}
        features = [_feature(one, level, known) for one in shapes]
        text = msgspec.json.encode({"type": "FeatureCollection", "features": features})
        (work / f"adm{level}.geojson.gz").write_bytes(gzip.compress(text, 6))
        areas.append(AreaFile(level, f"adm{level}.geojson.gz"))
    with (work / "pcodes.csv").open("w", encoding="utf-8", newline="") as stream:
        out = csv.writer(stream)
        out.writerow(_HEADS)
        for one in sorted(known.values(), key=lambda code: (code.level, code.pcode)):
            shape = middles.get(one.pcode)
            lon, lat, km2 = ("", "", "") if shape is None else _measured(shape)
            other = "|".join(one.other_names)
            out.writerow((one.level, one.pcode, one.name, other, one.parent, km2, lat, lon))
    lines = ""
    if disputed:
        lines = "disputed.geojson"
        drawn = shapely.unary_union(list(disputed))
        (work / lines).write_text(str(shapely.to_geojson(drawn)), encoding="utf-8")
    made = msgspec.structs.replace(told, pcodes="pcodes.csv", areas=tuple(areas), disputed=lines)
    (work / _TOLD).write_bytes(msgspec.json.format(msgspec.json.encode(made), indent=2))
    return made


def _measured(shape: shapely.Geometry) -> tuple[str, str, str]:
    """Longitude and latitude of a point inside a shape, and about how many square kilometres it has."""
    lon, lat = shapely.get_coordinates(shapely.point_on_surface(shape))[0].tolist()
    wide = math.cos(math.radians(lat))
    return f"{lon:.5f}", f"{lat:.5f}", f"{deg2(shape) * KM2_PER_DEG2 * wide:.1f}"


def _feature(one: Shape, level: int, known: Mapping[str, Code]) -> dict[str, Any]:
    """A feature with its own code and those of the areas around it, as the table nests them."""
    code: str = _codes_in(one)[level]
    says: dict[str, str] = {}
    while (found := known.get(code)) is not None:
        says[f"adm{found.level}_pcode"] = code
        code = found.parent
    for upper in range(level):
        says.setdefault(f"adm{upper}_pcode", "")
    geometry = msgspec.Raw(str(shapely.to_geojson(one.geometry)).encode())
    return {"type": "Feature", "properties": says, "geometry": geometry}
