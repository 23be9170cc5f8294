"""Coordinate reference systems, and the order of their axes.

CRS84 is longitude, latitude. EPSG:4326 is latitude, longitude: in ``bbox``
when ``bbox-crs`` says so, and in the answer when ``crs`` does.
"""

from __future__ import annotations

from eirene.errors import InvalidQuery
from eirene.picture.query import Box, parse_bbox

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
EPSG4326 = "http://www.opengis.net/def/crs/EPSG/0/4326"
KNOWN = (CRS84, EPSG4326)

_SPELLINGS = {
    CRS84: CRS84,
    CRS84.replace("/1.3/", "/0/"): CRS84,
    "[OGC:CRS84]": CRS84,
    "OGC:CRS84": CRS84,
    "urn:ogc:def:crs:OGC:1.3:CRS84": CRS84,
    EPSG4326: EPSG4326,
    "[EPSG:4326]": EPSG4326,
    "EPSG:4326": EPSG4326,
    "urn:ogc:def:crs:EPSG::4326": EPSG4326,
}


def crs_named(text: str, field: str) -> str:
    """One of ``KNOWN``; ``InvalidQuery`` names the parameter."""
    found = _SPELLINGS.get(text.replace("https://", "http://"))
    if found is None:
        raise InvalidQuery(
            f"{field} is no system that is known here.",
            field=field,
            remedy=f"Use {CRS84} or {EPSG4326}.",
        )
    return found


def box_in(text: str, crs: str) -> Box:
    """West, south, east, north from a box in the order of its system."""
    if crs == CRS84:
        return parse_bbox(text)
    edges = text.split(",")
    pairs = {4: ((0, 1), (2, 3)), 6: ((0, 1), (3, 4))}.get(len(edges))
    if pairs is not None:
        for lat, lon in pairs:
            edges[lat], edges[lon] = edges[lon], edges[lat]
    return parse_bbox(",".join(edges))


def position(lon: float, lat: float, crs: str) -> list[float]:
    """A position in the order of a system."""
    return [lon, lat] if crs == CRS84 else [lat, lon]
