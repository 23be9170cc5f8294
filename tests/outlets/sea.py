"""A mission of squares in the open sea, so that coarsening to areas has areas to give.

Three levels of squares in one another; nothing invented stands on land.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

WEST, SOUTH = -4.3, -2.5
SIDE_DEG = 1.4
"""Of a square of level 1; one of level 2 has half of it, one of level 3 a quarter."""
COLUMNS, ROWS = 3, 2


class Square(NamedTuple):
    """One area."""

    level: int
    pcode: str
    name: str
    parent: str
    west: float
    south: float
    side: float

    @property
    def middle(self) -> tuple[float, float]:
        """Latitude, longitude."""
        return self.south + self.side / 2, self.west + self.side / 2

    def holds(self, lat: float, lon: float) -> bool:
        """Whether a point lies in it."""
        inside = self.west <= lon <= self.west + self.side
        return inside and self.south <= lat <= self.south + self.side


def squares() -> Iterator[Square]:
    """All areas, coarsest first."""
    yield Square(0, "XA", "Open sea", "", WEST, SOUTH, SIDE_DEG * COLUMNS)
    first = [
        Square(
            1,
            f"XA{1 + column + row * COLUMNS:02}",
            f"Square {1 + column + row * COLUMNS}",
            "XA",
            WEST + column * SIDE_DEG,
            SOUTH + row * SIDE_DEG,
            SIDE_DEG,
        )
        for row in range(ROWS)
        for column in range(COLUMNS)
    ]
    yield from first
    second = [part for one in first for part in _quarters(one)]
    yield from second
    for one in second:
        yield from _quarters(one)


def _quarters(of: Square) -> Iterator[Square]:
    half = of.side / 2
    for at in range(4):
        yield Square(
            of.level + 1,
            f"{of.pcode}{at + 1:02}",
            f"{of.name}.{at + 1}",
            of.pcode,
            of.west + (at % 2) * half,
            of.south + (at // 2) * half,
            half,
        )


def make(folder: Path) -> Path:
    """Write the mission's folder."""
    folder.mkdir(parents=True)
    found = list(squares())
    for level in range(4):
        features = [_feature(one, found) for one in found if one.level == level]
        text = json.dumps({"type": "FeatureCollection", "features": features})
        (folder / f"adm{level}.geojson").write_text(text, encoding="utf-8")
    with (folder / "pcodes.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(("level", "pcode", "name", "ref_name", "parent_pcode", "area_sqkm"))
        for one in found:
            out.writerow((one.level, one.pcode, one.name, "", one.parent, ""))
    areas = ", ".join(f'{{ level = {n}, file = "adm{n}.geojson" }}' for n in range(4))
    (folder / "mission.toml").write_text(
        'name = "sea"\ntitle = "Open sea"\nbbox = [-4.3, -2.5, 0.0, 0.3]\nzone = "UTC"\n'
        'prefix = ["XA"]\ninvented = true\n[[divisions]]\nid = "sea"\ntitle = "Squares"\n'
        f'pcodes = "pcodes.csv"\nareas = [{areas}]\n',
        encoding="utf-8",
    )
    return folder


def _feature(one: Square, found: list[Square]) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    around: Square | None = one
    by_code = {square.pcode: square for square in found}
    while around is not None:
        properties[f"adm{around.level}_pcode"] = around.pcode
        properties[f"adm{around.level}_name"] = around.name
        around = by_code.get(around.parent)
    west, south, side = one.west, one.south, one.side
    height = SIDE_DEG * ROWS if one.level == 0 else side
    ring = [
        [west, south],
        [west + side, south],
        [west + side, south + height],
        [west, south + height],
        [west, south],
    ]
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
