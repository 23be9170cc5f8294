"""Makes exercise AMBER RIVER: its country, base map, cast and story.

    .venv/bin/python docs/exercises/amber/make.py

writes ``src/eirene/missions/amber/`` and ``src/eirene/basemap/amber.pmtiles``. The same
seed gives the same bytes; ``tests/test_amber.py`` makes all of it again and compares.
``--out FOLDER`` writes elsewhere.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import aid
import evening
import events
import morning
import reform
import routine
import rulings
import shapely
from country import COUNTRY, NEIGHBOUR, Area, Country
from pen import Pen
from players import CAST, ORGANISATIONS, Organisation, Player
from shapes import apart_deg
from sites import MISSION_SOURCE, PARTNERS_SOURCE, PUBLIC_SOURCE, Site, sites_of
from terrain import EAST, NORTH, SOUTH, WEST
from tiles import Feature, Layer, pmtiles

ROOT = Path(__file__).resolve().parents[3]
LAST_ZOOM = 11
_SOURCES = {"public": PUBLIC_SOURCE, "mission": MISSION_SOURCE, "partners": PARTNERS_SOURCE}


def written(country: Country) -> dict[str, bytes]:
    """Every file by its path below ``src/eirene``."""
    mission = "missions/amber"
    files = {f"{mission}/adm{level}.geojson": _areas(country.areas, level) for level in range(4)}
    then = reform.before(country)
    files |= {f"{mission}/adm{level}_before.geojson": _areas(then, level) for level in (1, 2)}
    files |= {
        f"{mission}/pcodes.csv": _codes(country.areas),
        f"{mission}/pcodes_before.csv": _codes(then),
        f"{mission}/disputed.geojson": _collection(
            (line, {"disputed": 1}) for line in reform.disputed(country)
        ),
        f"{mission}/places.csv": _places(country),
        f"{mission}/roads.geojson": _roads(country),
        f"{mission}/rivers.geojson": _rivers(country),
        f"{mission}/cast.csv": _table(Player._fields, CAST),
        f"{mission}/organisations.csv": _table(Organisation._fields, ORGANISATIONS),
        f"{mission}/story.jsonl": _story(country),
        "basemap/amber.pmtiles": _map(country),
    }
    for audience, sites in _by_audience(sites_of(country)).items():
        files[f"{mission}/sites_{audience}.csv"] = _sites(country, sites)
    return files


# -- lists


def _table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO(newline="")
    out = csv.writer(text, lineterminator="\n")
    out.writerow(heads)
    out.writerows(["" if cell is None else cell for cell in row] for row in rows)
    return text.getvalue().encode()


def _codes(areas: Sequence[Area]) -> bytes:
    heads = "level pcode name ref_name parent_pcode area_sqkm center_lat center_lon people".split()
    rows: list[Sequence[object]] = []
    for one in areas:
        at = shapely.point_on_surface(one.shape)
        row = (one.level, one.code, one.name, "", one.parent, one.km2)
        rows.append((*row, round(at.y, 5), round(at.x, 5), one.people or None))
    return _table(heads, rows)


def _places(country: Country) -> bytes:
    heads = "name class latitude longitude people pcode lies other_names".split()
    rows = [
        (
            one.name,
            one.size,
            round(one.at[1], 5),
            round(one.at[0], 5),
            one.people,
            country.code_at(one.at),
            one.lie,
            "|".join(one.other_names),
        )
        for one in country.settlements
    ]
    return _table(heads, rows)


def _by_audience(sites: Sequence[Site]) -> dict[str, list[Site]]:
    found: dict[str, list[Site]] = {}
    for one in sites:
        found.setdefault(one.audience, []).append(one)
    return found


def _sites(country: Country, sites: Sequence[Site]) -> bytes:
    heads = (
        "type name state function operator code people runway_m marked place latitude longitude "
        "accuracy_m source"
    ).split()
    rows: list[Sequence[object]] = []
    for one in sites:
        told = (one.type, one.name, one.state, one.function, one.operator, one.code, one.people)
        near = min(country.settlements, key=lambda s, at=one.at: apart_deg(s.at, at))
        where = (near.name, one.at[1], one.at[0], 25, _SOURCES[one.audience])
        rows.append((*told, one.runway_m, one.marked, *where))
    return _table(heads, rows)


def _story(country: Country) -> bytes:
    pen = Pen(country)
    for part in (routine, aid, events, morning, evening, rulings):
        part.tell(pen)
    return pen.written()


# -- shapes


def _collection(features: Iterable[tuple[shapely.Geometry, dict[str, Any]]]) -> bytes:
    """GeoJSON, one feature a line."""
    lines = [
        json.dumps(
            {"type": "Feature", "properties": says, "geometry": _coordinates(shape)},
            separators=(",", ":"),
            ensure_ascii=False,
        )
        for shape, says in features
    ]
    text = '{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n"
    return text.encode()


def _coordinates(shape: shapely.Geometry) -> dict[str, Any]:
    def rounded(value: Any) -> Any:
        if isinstance(value, float):
            return round(value, 5)
        return [rounded(one) for one in value]

    told: dict[str, Any] = json.loads(shapely.to_geojson(shape))
    return {"type": told["type"], "coordinates": rounded(told["coordinates"])}


def _areas(areas: Sequence[Area], level: int) -> bytes:
    by_code = {one.code: one for one in areas}
    features: list[tuple[shapely.Geometry, dict[str, Any]]] = []
    for one in areas:
        if one.level != level:
            continue
        says: dict[str, Any] = {}
        at = one
        for upper in range(level, -1, -1):
            says |= {f"adm{upper}_pcode": at.code, f"adm{upper}_name": at.name}
            at = by_code.get(at.parent, at)
        if one.people:  # 0: not known of then
            says["people"] = one.people
        features.append((one.shape.normalize(), says))
    return _collection(features)


def _roads(country: Country) -> bytes:
    return _collection(
        (
            one.line,
            {
                "ref": one.ref,
                "name": one.name,
                "class": one.grade,
                "km": one.km,
                "minutes_dry": one.minutes,
                "state": one.state,
            },
        )
        for one in country.sections
    )


def _rivers(country: Country) -> bytes:
    return _collection((one.line, {"name": one.name, "size": one.size}) for one in country.rivers)


# -- the base map


def _map(country: Country) -> bytes:
    borders = country.borders()
    disputed = {line.wkb for line in reform.disputed(country)}

    def lines(level: int) -> list[Feature]:
        return [
            Feature(line, {"level": level, "disputed": int(line.wkb in disputed)})
            for of, line in borders
            if of == level
        ]

    layers = [
        Layer("land", [Feature(country.land, {"kind": "island"})]),
        Layer("area", [Feature(country.own, {"kind": "mission"})]),
        Layer("boundary", [*lines(0), *lines(1)]),
        Layer("boundary2", lines(2), 5),
        Layer("boundary3", lines(3), 7),
        Layer("river", _drawn_rivers(country, "great", "river")),
        Layer("river", _drawn_rivers(country, "stream"), 8),
        Layer("road", _drawn_roads(country, "trunk", "road")),
        Layer("road", _drawn_roads(country, "track"), 8),
        Layer("place", _drawn_places(country)),
    ]
    box = (WEST, SOUTH, EAST, NORTH)
    return pmtiles(layers, LAST_ZOOM, box, f"Exercise AMBER RIVER: {COUNTRY}, an invented country")


def _drawn_rivers(country: Country, *sizes: str) -> list[Feature]:
    return [
        Feature(one.line, {"name": one.name, "size": one.size})
        for one in country.rivers
        if one.size in sizes
    ]


def _drawn_roads(country: Country, *grades: str) -> list[Feature]:
    return [
        Feature(one.line, {"ref": one.ref, "class": one.grade})
        for one in country.sections
        if one.grade in grades
    ]


def _drawn_places(country: Country) -> list[Feature]:
    found: list[Feature] = []
    for shape, name in ((country.own, COUNTRY), (country.beyond, NEIGHBOUR)):
        at = shapely.point_on_surface(shape)
        found.append(Feature(at, {"class": "country", "name": name, "people": 0}))
    for one in country.settlements:
        says = {"class": one.size, "name": one.name, "people": one.people}
        found.append(Feature(shapely.Point(one.at), says))
    for area in country.areas:
        if area.level in (1, 2):
            at = shapely.point_on_surface(area.shape)
            says = {"class": f"area{area.level}", "name": area.name, "people": area.people}
            found.append(Feature(at, says))
    return found


def main() -> None:
    """Write all files."""
    parser = argparse.ArgumentParser(description="Makes the country of exercise AMBER RIVER.")
    parser.add_argument("--out", type=Path, default=ROOT / "src" / "eirene")
    out: Path = parser.parse_args().out
    for name, content in written(Country()).items():
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        print(json.dumps({"file": name, "bytes": len(content)}))


if __name__ == "__main__":
    main()
