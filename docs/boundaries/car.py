"""Makes the version after 2020 of the divisions of mission ``car``.

    .venv/bin/python docs/boundaries/car.py divisions_after_2020_reform.csv

from the list of Open Admin Data (CC BY 4.0) and the boundaries of 2015 that ship with the
mission (OCHA COD-AB, CC BY IGO). Nobody publishes borders of the new prefectures, so they are put
together: a sub-prefecture of 2015 goes to the prefecture of the new sub-prefectures whose
points lie in it, and a new prefecture is all of its sub-prefectures. Where none lies in it, or
those of several, it stays where its own code is. New sub-prefectures that were cut out of old
ones have no borders: level 2 of this version has codes, names and middles alone.
"""

# pyright: reportUnknownMemberType=false

from __future__ import annotations

import csv
import gzip
import json
import sys
from pathlib import Path
from typing import Any

import shapely

MISSION = Path(__file__).resolve().parents[2] / "src" / "eirene" / "missions" / "car"
CODE = "CF"
LEFT_OUT = frozenset(("CF712", "CF713", "CF714"))
"""Parts of Bangui in this list; lists of presence of 2022 give the same codes to others."""


def rows_of(path: Path) -> dict[str, dict[str, str]]:
    """The list by its ids; the first line is a remark."""
    with path.open(encoding="utf-8", newline="") as stream:
        stream.readline()
        found = {row["id"]: row for row in csv.DictReader(stream)}
    return {code: row for code, row in found.items() if row["level"] in ("1", "2")}


def middle(row: dict[str, str]) -> shapely.Point:
    """Where the list puts an area."""
    return shapely.Point(float(row["geo.lon"]), float(row["geo.lat"]))


def prefectures(rows: dict[str, dict[str, str]]) -> dict[str, shapely.Geometry]:
    """Each new prefecture, of the sub-prefectures of 2015, of their communes."""
    packed = gzip.decompress((MISSION / "adm3.geojson.gz").read_bytes())
    communes: dict[str, list[shapely.Geometry]] = {}
    for one in json.loads(packed)["features"]:
        shape = shapely.from_geojson(json.dumps(one["geometry"]))
        communes.setdefault(one["properties"]["adm2_pcode"], []).append(shape)
    parts: dict[str, list[shapely.Geometry]] = {}
    for code, shapes in communes.items():
        whole = shapely.unary_union(shapes)
        inside = {
            row["parent.id"]
            for row in rows.values()
            if row["level"] == "2" and whole.contains(middle(row))
        }
        own = rows[code]["parent.id"] if code in rows else code[:4]
        parts.setdefault(inside.pop() if len(inside) == 1 else own, []).append(whole)
    return {code: shapely.unary_union(shapes) for code, shapes in sorted(parts.items())}


def written(rows: dict[str, dict[str, str]]) -> dict[str, bytes]:
    """The files of the version by name."""
    shapes = prefectures(rows)
    names = {code: row["name.local"].replace("pendé", "Pendé") for code, row in rows.items()}
    features: list[dict[str, Any]] = []
    for code, shape in shapes.items():
        exact = shapely.normalize(shapely.set_precision(shape, 1e-4, mode="valid_output"))
        says = {"adm1_pcode": code, "adm1_name": names[code], "adm0_pcode": CODE}
        geometry = json.loads(str(shapely.to_geojson(exact)))
        features.append({"type": "Feature", "properties": says, "geometry": geometry})
    text = json.dumps(
        {"type": "FeatureCollection", "features": features},
        separators=(",", ":"),
        ensure_ascii=False,
    )
    lines = ["level,pcode,name,ref_name,parent_pcode,area_sqkm,center_lat,center_lon"]
    lines.append(f"0,{CODE},République centrafricaine,Central African Republic,,,,")
    for code, row in sorted(rows.items()):
        if code in LEFT_OUT:
            continue
        at = middle(row)
        parent = row["parent.id"] or CODE
        lines.append(f"{row['level']},{code},{names[code]},,{parent},,{at.y:g},{at.x:g}")
    return {
        "adm1_2020.geojson.gz": gzip.compress(text.encode(), 9, mtime=0),
        "pcodes_2020.csv": ("\n".join(lines) + "\n").encode(),
    }


if __name__ == "__main__":
    for name, content in written(rows_of(Path(sys.argv[1]))).items():
        (MISSION / name).write_bytes(content)
        print(name, len(content))
