"""A small made land for the tests of releases: areas on a grid of degrees, one road."""

from __future__ import annotations

import math

from eirene.release.coarsen import Area

_STEPS = {0: 90.0, 1: 10.0, 2: 2.0, 3: 0.5}


class MadeLand:
    """Areas of level N are squares; a P-code is XA and two digits a level, from the south-west."""

    def area_at(self, lon: float, lat: float, level: int) -> Area | None:
        if level not in _STEPS or not (-90 <= lon < 90 and -90 <= lat < 90):
            return None
        step = _STEPS[level]
        west, south = math.floor(lon / step) * step, math.floor(lat / step) * step
        pcode = self._pcode(west + step / 2, south + step / 2, level)
        radius = step * 0.75 * 111_320
        return Area(pcode, f"Area {pcode}", west + step / 2, south + step / 2, radius)

    def area_of_pcode(self, pcode: str, level: int) -> Area | None:
        digits = pcode.removeprefix("XA")
        if not pcode.startswith("XA") or not digits.isdecimal() or len(digits) < 4 * (level + 1):
            return None
        lon = lat = -90.0
        for at in range(level + 1):
            lon += int(digits[4 * at : 4 * at + 2]) * _STEPS[at]
            lat += int(digits[4 * at + 2 : 4 * at + 4]) * _STEPS[at]
        half = _STEPS[level] / 2
        return self.area_at(lon + half, lat + half, level)

    def road_near(self, lon: float, lat: float) -> Area | None:
        """The road runs along the equator, in sections of a tenth of a degree."""
        if abs(lat) > 0.05:
            return None
        west = math.floor(lon * 10) / 10
        return Area("R1", "Road 1", west + 0.05, 0.0, 6_000.0)

    def _pcode(self, lon: float, lat: float, level: int) -> str:
        digits, west, south = "", -90.0, -90.0
        for at in range(level + 1):
            step = _STEPS[at]
            x, y = int((lon - west) // step), int((lat - south) // step)
            west, south = west + x * step, south + y * step
            digits += f"{x:02}{y:02}"
        return f"XA{digits}"


LAND = MadeLand()
