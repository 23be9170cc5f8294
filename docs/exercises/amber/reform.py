"""How Kelmory was divided before its reform, and where its border is not agreed.

Until the end of 2023 there was a fifth region in the north-east. The reform gave its two
districts, under new codes, to Kolkemar, and half of a commune changed district with them: so
there is a commune that lies in two areas of the version before.
"""

# pyright: reportUnknownMemberType=false

from __future__ import annotations

import shapely
from country import CODE, Area, Country
from shapely import LineString, MultiPolygon, Polygon

BEFORE = {"QR0103": "QR0501", "QR0104": "QR0502"}
"""Districts of today that had another code in the region that is no more."""
REGION, REGION_NAME = "QR05", "Varkemar"
CUT = "QR0101"
"""Of this district a part of one commune belonged to ``QR0501``."""
DISPUTED_NORTH_OF = -0.95


def disputed(country: Country) -> list[LineString]:
    """Where the border with the neighbour is not agreed."""
    return [
        line
        for level, line in country.borders()
        if level == 0 and line.centroid.y > DISPUTED_NORTH_OF
    ]


def before(country: Country) -> list[Area]:
    """Country, five regions and eleven districts of then."""
    given = _given(country)
    districts: list[Area] = []
    for one in country.areas:
        if one.level != 2:
            continue
        code, shape = BEFORE.get(one.code, one.code), one.shape
        if code == "QR0501":
            shape = _whole(shape.union(given))
        elif code == CUT:
            shape = _whole(shape.difference(given))
        districts.append(Area(2, code, one.name, code[:4], shape, 0))
    names = {one.code: one.name for one in country.areas if one.level == 1} | {REGION: REGION_NAME}
    regions = [
        Area(1, code, name, CODE, _whole(shapely.unary_union(_inside(districts, code))), 0)
        for code, name in sorted(names.items())
    ]
    districts.sort(key=lambda one: one.code)
    return [country.areas[0], *regions, *districts]


def _inside(districts: list[Area], region: str) -> list[MultiPolygon]:
    return [one.shape for one in districts if one.parent == region]


def _given(country: Country) -> MultiPolygon:
    """The eastern half of the commune that was cut in two."""
    beside = next(one.shape for one in country.areas if one.code == "QR0103")
    communes = [one for one in country.areas if one.level == 3 and one.parent == CUT]
    one = max(communes, key=lambda c: (c.shape.intersection(beside).length, c.code))
    west, south, east, north = one.shape.bounds
    middle = round((west + east) / 2, 5)
    half = Polygon([(middle, south), (east, south), (east, north), (middle, north)])
    return _whole(one.shape.intersection(half))


def _whole(shape: shapely.Geometry) -> MultiPolygon:
    parts = [part for part in shapely.get_parts(shape) if isinstance(part, Polygon)]
    return MultiPolygon(parts)
