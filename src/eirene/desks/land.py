"""The mission's land, as coarsening asks for it (``release.coarsen.World``)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Protocol

from eirene.places import Place
from eirene.release.coarsen import Area, holds
from eirene.release.sources import Settlement


class Areas(Protocol):
    """Boundaries of a mission."""

    def at(self, lon: float, lat: float, level: int | None = None) -> str | None: ...
    def stands_for(self, code: str, level: int) -> tuple[float, float, float] | None: ...
    def level_of(self, code: str) -> int | None: ...
    def holding(self, code: str, level: int) -> str | None: ...


class Settled(Protocol):
    """A place where people live."""

    @property
    def place(self) -> Place: ...
    @property
    def people(self) -> int | None: ...


class Mission(Protocol):
    """What this module needs of ``missions.Mission``."""

    @property
    def areas(self) -> Areas: ...
    def road_near(
        self, lon: float, lat: float, /
    ) -> tuple[str, str, float, float, float] | None: ...
    @property
    def settled_all(self) -> bool: ...
    def settled(self) -> Sequence[Settled]: ...
    def find(self, text: str, /) -> list[Place]: ...


class NoLand:
    """A node without boundaries: nothing can be coarsened to an area, so no place passes."""

    def area_at(self, lon: float, lat: float, level: int) -> Area | None:
        """None."""
        return None

    def area_of_pcode(self, pcode: str, level: int) -> Area | None:
        """None."""
        return None

    def road_near(self, lon: float, lat: float) -> Area | None:
        """None."""
        return None

    def forget(self) -> None:
        """Nothing was kept."""

    complete = False

    def settlements(self, place: Place) -> list[Settlement]:
        """None: so a person decides wherever the source could be found out."""
        return []


class Land:
    """Areas by point and by P-code; what was looked up once is kept."""

    def __init__(self, mission: Mission) -> None:
        self._mission = mission
        self._area = lru_cache(maxsize=4_096)(self._area_once)
        self._at = lru_cache(maxsize=4_096)(self._mission.areas.at)
        self._in = lru_cache(maxsize=4_096)(self._once)

    @property
    def complete(self) -> bool:
        """Whether the mission's list has every place where people live."""
        return self._mission.settled_all

    def area_at(self, lon: float, lat: float, level: int) -> Area | None:
        """The area of a level around a point."""
        # each audience's version, and the threshold before it, asks for the same point
        code = self._at(lon, lat, level)
        return self._area(code, level) if code else None

    def area_of_pcode(self, pcode: str, level: int) -> Area | None:
        """The area of a level that is, or holds, the one with this P-code."""
        code = self._mission.areas.holding(pcode, level)
        return self._area(code, level) if code else None

    def road_near(self, lon: float, lat: float) -> Area | None:
        """The section of a road on which, or beside which, a point lies."""
        found = self._mission.road_near(lon, lat)
        return None if found is None else Area(*found)

    def settlements(self, place: Place) -> list[Settlement]:
        """Settlements of which the people are known, in the area that a version names."""
        return self._in(place)

    def forget(self) -> None:
        """Keep nothing of where it was asked: points and places of reports that were erased."""
        for kept in (self._area, self._at, self._in):
            kept.cache_clear()

    def _once(self, place: Place) -> list[Settlement]:
        if place.method == "pcode" and place.pcode:
            level = self._mission.areas.level_of(place.pcode)
            inside = [
                level is not None and self._mission.areas.holding(code, level) == place.pcode
                for _, code in self._settled()
            ]
        else:
            inside = [
                holds(place, one.place.lon or 0.0, one.place.lat or 0.0, self)
                for one, _ in self._settled()
            ]
        return [
            Settlement(id=str(at), people=one.people)
            for at, ((one, _), there) in enumerate(zip(self._settled(), inside, strict=True))
            if there
        ]

    @cache  # noqa: B019 - one land a node, for as long as the node lasts
    def _settled(self) -> list[tuple[Settled, str]]:
        """Settlements, each with the P-code of the finest area that it lies in."""
        areas = self._mission.areas
        pointed = [
            one
            for one in self._mission.settled()
            if one.place.lat is not None and one.place.lon is not None
        ]
        return [
            (one, areas.at(one.place.lon or 0.0, one.place.lat or 0.0) or "") for one in pointed
        ]

    def _area_once(self, code: str, level: int) -> Area | None:
        point = self._mission.areas.stands_for(code, level)
        if point is None:
            return None
        names = [place.name for place in self._mission.find(code) if place.pcode == code]
        return Area(code, names[0] if names else code, *point)
