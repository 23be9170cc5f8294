"""What SQLite is taught: the summary of a body, and whether a point lies in a shape."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import apsw
import msgspec
import shapely

from eirene.picture import schema
from eirene.reports.packing import unpacked


class _Summary(msgspec.Struct):
    summary: str = ""


class _Glance(msgspec.Struct):
    content: _Summary = msgspec.field(default_factory=_Summary)


_glance = msgspec.msgpack.Decoder(_Glance)


def summary_of(body: bytes | None) -> str:
    """Summary in a kept body, without reading the rest of it."""
    return "" if body is None else _glance.decode(unpacked(body)).content.summary


@lru_cache(maxsize=16)
def _shape(wkb: bytes) -> Any:
    shape = shapely.from_wkb(wkb)
    shapely.prepare(shape)
    return shape


def in_shape(wkb: bytes, lon: int | None, lat: int | None) -> int:
    """1 where a point of ``report`` lies in a shape or on its edge."""
    if lon is None or lat is None:
        return 0
    point = shapely.Point(lon / schema.DEGREE, lat / schema.DEGREE)
    return 1 if shapely.intersects(_shape(wkb), point) else 0


def register(db: apsw.Connection) -> None:
    """Teach a connection."""
    db.create_scalar_function("summary_of", summary_of, 1, deterministic=True)
    db.create_scalar_function("in_shape", in_shape, 3, deterministic=True)
