"""Writes the story: keeps what was said, so that later lines can amend and name it."""

# pyright: reportUnknownMemberType=false

from __future__ import annotations

import json
import re
from typing import Any, cast

import shapely
from country import Country
from players import CAST

_WHEN = re.compile(r"D\d\d \d\d:\d\d")
_KM_PER_DEG = 111.2
Place = dict[str, Any]


class Pen:
    """Lines of the story, by the clock of the exercise."""

    def __init__(self, country: Country) -> None:
        self.country = country
        self._lines: list[dict[str, Any]] = []
        self._said: dict[str, dict[str, Any]] = {}
        self._accounts = {one.account for one in CAST}

    def say(
        self,
        key: str,
        at: str,
        by: str,
        kind: str,
        compartment: str,
        *,
        links: tuple[tuple[str, str], ...] = (),
        **told: Any,
    ) -> str:
        """A new report; gives its key."""
        report = {"kind": kind, "compartment": compartment, **_plain(told)}
        self._keep(key, at, by, report, (), links)
        return key

    def amend(
        self,
        key: str,
        at: str,
        by: str,
        of: str,
        *,
        also: tuple[str, ...] = (),
        links: tuple[tuple[str, str], ...] = (),
        **changes: Any,
    ) -> str:
        """The report of an earlier line with changes; None takes a field away."""
        report = dict(self._said[of])
        for name, value in changes.items():
            report.pop(name, None)
            if value is not None:
                report |= _plain({name: value})
        self._keep(key, at, by, report, (of, *also), links)
        return key

    def withdraw(self, key: str, at: str, by: str, of: str, reason: str) -> None:
        """Take an earlier line back."""
        report = {"kind": "withdrawal", "compartment": self._said[of]["compartment"]}
        self._keep(key, at, by, report | {"reason": reason}, (of,), ())

    def copied(self, key: str, at: str, by: str, of: str, compartment: str, **changes: Any) -> str:
        """A report of one's own that says what another line says, in another compartment."""
        report = {name: value for name, value in self._said[of].items() if name != "kind"}
        report |= _plain(changes) | {"compartment": compartment}
        kind: str = self._said[of]["kind"]
        del report["compartment"]
        return self.say(key, at, by, kind, compartment, **report)

    def rule(
        self, at: str, by: str, act: str, of: str, *to: str, text: str = "", reason: str = ""
    ) -> None:
        """Somebody's decision about the release of a line to these audiences."""
        for audience in to:
            line = {"at": at, "by": by, "act": act, "of": of, "to": audience}
            self._lines.append(line | {k: v for k, v in (("text", text), ("reason", reason)) if v})

    def _keep(
        self,
        key: str,
        at: str,
        by: str,
        report: dict[str, Any],
        amends: tuple[str, ...],
        links: tuple[tuple[str, str], ...],
    ) -> None:
        if key in self._said or by not in self._accounts or not _WHEN.fullmatch(at):
            raise ValueError(f"{key}: said before, or by nobody, or at no time ({by}, {at})")
        line: dict[str, Any] = {"key": key, "at": at, "by": by, "report": report}
        if amends:
            line["amends"] = list(amends)
        if links:
            line["links"] = [list(link) for link in links]
        self._said[key] = report
        self._lines.append(line)

    def said(self, *beginnings: str) -> list[tuple[str, str]]:
        """Keys said so far that begin so, with the time of filing of each."""
        lines = [line for line in self._lines if "key" in line]
        return [
            (line["key"], line["at"])
            for line in lines
            if not beginnings or line["key"].startswith(beginnings)
        ]

    def written(self) -> bytes:
        """The story in the order of filing."""
        ordered = sorted(self._lines, key=lambda line: line["at"])
        known: set[str] = set()
        for line in ordered:
            named = [*line.get("amends", ()), *(key for _, key in line.get("links", ()))]
            named += [line["of"]] if "act" in line else []
            if missing := [key for key in named if key not in known]:
                raise ValueError(f"{line} names what is not filed yet: {missing}")
            known.add(line.get("key", ""))
        lines = (json.dumps(line, ensure_ascii=False, separators=(",", ":")) for line in ordered)
        return "".join(line + "\n" for line in lines).encode()

    # -- places

    def beside(
        self, place: str, east_km: float = 0.0, north_km: float = 0.0, within_m: float = 60
    ) -> Place:
        """A point near a settlement, called by its name."""
        lon, lat = self.country.settlement(place).at
        return {
            "place": place,
            "latitude": round(lat + north_km / _KM_PER_DEG, 5),
            "longitude": round(lon + east_km / _KM_PER_DEG, 5),
            "accuracy_m": within_m,
        }

    def on_road(self, ref: str, part: float, within_m: float = 150) -> Place:
        """A point on a section, part of the way from its first end; called by the road."""
        section = self.country.section(ref)
        at = shapely.line_interpolate_point(section.line, part, normalized=True)
        return {
            "place": f"{ref}, {section.name}",
            "latitude": round(float(shapely.get_y(at)), 5),
            "longitude": round(float(shapely.get_x(at)), 5),
            "accuracy_m": within_m,
        }

    def commune(self, place: str) -> Place:
        """Only the commune of a settlement, by its P-code."""
        return {"pcode": self.country.code_at(self.country.settlement(place).at)}

    def waypoints(self, *places: str, kmh: float = 28.0) -> list[dict[str, Any]]:
        """Way points at settlements, with minutes from departure on roads that wind."""
        found: list[dict[str, Any]] = []
        minutes = 0.0
        before: shapely.Point | None = None
        for name in places:
            here = shapely.Point(self.country.settlement(name).at)
            if before is not None:
                minutes += shapely.distance(before, here) * _KM_PER_DEG * 1.35 / kmh * 60
            lon, lat = self.country.settlement(name).at
            found.append(
                {
                    "latitude": round(lat, 5),
                    "longitude": round(lon, 5),
                    "after_min": round(minutes / 5) * 5,
                    "name": name,
                }
            )
            before = here
        return found


def _plain(told: dict[str, Any]) -> dict[str, Any]:
    """Tuples become lists, and a place stands as its fields."""
    found: dict[str, Any] = {}
    for name, value in told.items():
        if name == "where":
            found |= value
        else:
            found[name] = list(cast(tuple[Any, ...], value)) if isinstance(value, tuple) else value
    return found
