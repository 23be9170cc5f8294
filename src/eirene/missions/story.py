"""The story of an exercise: who reports what, and when by the clock of the exercise.

A story is a file of JSON lines, in the order of filing. Times in it are days of the
exercise and local times of day, ``D15 05:40``; a day alone is ``D15``. The clock says
which days those are, so that the same story can be played at any time.

Invariants
  * A line names only keys of lines before it.
  * Every time keeps its time of day: what happens at night stays at night.
"""

from __future__ import annotations

import csv
import re
import uuid
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from pathlib import Path
from typing import Any, cast

import msgspec

LAST_DAY = 15
"""The bad day, with which the story ends."""
ENDS_AT = time(20, 0)
"""Local time on the last day at which the story has been told."""

_WHEN = re.compile(r"D(\d\d)(?: (\d\d):(\d\d))?")
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:eirene:exercise:amber-river")


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One report of the story."""

    key: str
    """Names the line in others."""
    at: str
    """When it is filed."""
    by: str
    """Account that files it."""
    report: dict[str, Any]
    """Flat report; times as in the module."""
    amends: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    """Role of each link, and the key of the line that it names."""

    @property
    def client_id(self) -> str:
        """The same line is the same report, however often it is filed."""
        return str(uuid.uuid5(_NAMESPACE, self.key))


class Ruling(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What somebody of the cast decides about the release of a line."""

    at: str
    by: str
    act: str
    """``approve``, ``refuse``, ``recall`` or ``edit``."""
    of: str
    """Key of the line."""
    to: str
    """Audience."""
    text: str = ""
    """What the audience may read, as this person wrote it."""
    reason: str = ""


class Player(msgspec.Struct, frozen=True):
    """One account of the cast: a pseudonym with a role. Nobody can sign in as it."""

    account: str
    role: str
    organisation: str
    title: str


def read_story(path: Path) -> Iterator[Line | Ruling]:
    """What is reported and decided, in order."""
    with path.open("rb") as stream:
        for row in stream:
            told: dict[str, Any] = msgspec.json.decode(row)
            yield msgspec.convert(told, Ruling if "act" in told else Line)


def read_cast(path: Path) -> dict[str, Player]:
    """The cast by account."""
    with path.open(encoding="utf-8", newline="") as stream:
        return {row["account"]: Player(**row) for row in csv.DictReader(stream)}


class Member(msgspec.Struct, frozen=True):
    """One organisation of an exercise."""

    code: str
    form: str
    """``org``, ``party`` or ``capital``: its own compartment is form-code; empty: it has none."""
    title: str


def read_members(path: Path) -> list[Member]:
    """The organisations of an exercise."""
    with path.open(encoding="utf-8", newline="") as stream:
        return [Member(**row) for row in csv.DictReader(stream)]


class ExerciseClock:
    """Which moments the days of an exercise are."""

    def __init__(self, last_day: date, zone: tzinfo) -> None:
        self.last_day = last_day
        self._zone = zone

    @classmethod
    def ending_before(cls, now: datetime, zone: tzinfo) -> ExerciseClock:
        """The clock by which the story ended last, at the latest now."""
        local = now.astimezone(zone)
        told_today = local.time() >= ENDS_AT
        return cls(local.date() - timedelta(days=0 if told_today else 1), zone)

    def moment(self, text: str) -> datetime:
        """``D15 05:40`` as a moment; ``D15`` is the beginning of the day."""
        found = _WHEN.fullmatch(text)
        if found is None:
            raise ValueError(f"{text!r} is no time of the exercise, such as D15 05:40")
        hour, minute = int(found[2] or 0), int(found[3] or 0)
        local = datetime.combine(self._day(int(found[1])), time(hour, minute), self._zone)
        return local.astimezone(UTC)

    def flat(self, report: Mapping[str, Any]) -> dict[str, Any]:
        """A flat report with its times resolved, however deep they stand."""
        return {name: self._resolved(value) for name, value in report.items()}

    def _day(self, number: int) -> date:
        return self.last_day + timedelta(days=number - LAST_DAY)

    def _resolved(self, value: Any) -> Any:
        if isinstance(value, str):
            found = _WHEN.fullmatch(value)
            if found is None:
                return value
            if found[2] is None:
                return self._day(int(found[1])).isoformat()
            return f"{self.moment(value):%Y-%m-%dT%H:%MZ}"
        if isinstance(value, dict):
            return self.flat(cast(dict[str, Any], value))
        if isinstance(value, list):
            return [self._resolved(one) for one in cast(list[Any], value)]
        return value
