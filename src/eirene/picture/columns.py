"""One report to the numbers by which it is found: what stands in ``report``, ``box`` and ``words``.

Pure but for the numbering of words. Everything is taken from the report's own
content, so that of a coarsened version nothing finer can be found.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from msgspec.structs import fields

from eirene.errors import InvalidReport
from eirene.picture import schema
from eirene.picture.names import Names
from eirene.picture.words import Texts, marked, plain_words, texts
from eirene.places import Place
from eirene.places_tiles import spot_of
from eirene.release.terms import may_leave
from eirene.reports.envelope import Body, Opened, content_of
from eirene.reports.flat import kind_and_version
from eirene.reports.kinds import Kind, count_fields, kinds
from eirene.reports.packing import packed
from eirene.times import Span, parse_interval

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HALF = 1 << 63
_MOST = _HALF - 1
_MOST_COUNTED = 1 << 40
_FARTHEST_M = 20_038_000
"""Half around the earth: nothing reaches further."""
_NO_AREA = (None, None, None)
_MS = timedelta(milliseconds=1)
_TO_START_DAY = frozenset(("second", "minute", "hour", "day", "night"))
_SORTS = ("owner", "kind", "type", "state", "source", "class", "tlp", "actor")
_MOST_CODED = 4_096
_SHORT = 64
"""Bytes of a content that is as good as a code: of many reports it is the same."""
INTERNAL = "author"
"""The kind that only keeps the log going: never in the picture."""
WITHDRAWAL = "withdrawal"


def ms_of(moment: datetime) -> int:
    """Whole milliseconds since 1970."""
    return (moment - EPOCH) // _MS


def moment_of(ms: int) -> datetime:
    """The moment of milliseconds since 1970, UTC."""
    return EPOCH + ms * _MS


def first8(value: bytes) -> int:
    """The first eight bytes as a number for SQLite, in the order of the bytes."""
    return int.from_bytes(value[:8]) - _HALF


def bytes_of(number: int) -> bytes:
    """The eight bytes that ``first8`` made this number of."""
    return (number + _HALF).to_bytes(8)


def row_key(compartment: str, owner: str, entity: bytes) -> str:
    """Stable name of one entity as one owner tells it in one compartment."""
    text = f"{compartment}\0{owner}\0".encode() + entity
    return hashlib.sha256(text).hexdigest()[:24]


def unit_of(span: Span) -> int:
    """The finest calendar unit, in UTC, that holds the whole of a time."""
    if span.precision in _TO_START_DAY:
        return schema.DAY_KNOWN
    start, last = span.start, span.end
    if last > start:
        last -= _MS  # the end is exclusive
    if start.year != last.year:
        return schema.VAGUE
    if start.month != last.month:
        return schema.YEAR_KNOWN
    return schema.MONTH_KNOWN if start.day != last.day else schema.DAY_KNOWN


class _KindPlan:
    """What is the same for all reports of one kind."""

    def __init__(self, kind: Kind | None, names: Mapping[str, Texts], name: str) -> None:
        slots = schema.count_slots()
        self.texts = names[name if kind else ""]
        self.counts = {n: slots[n] - 1 for n in count_fields(kind)} if kind else {}
        self.site = name == _SITE
        self.typed = kind.typed if kind else "type"
        self.actor = kind.actor if kind else ""
        self.defaults: dict[str, str] = {}
        if kind:
            for field in fields(kind.content):
                if field.name in (self.typed, "state") and isinstance(field.default, str):
                    self.defaults[field.name] = field.default


_SITE = "site"
_MOST_WORDS, _MOST_NAMES = 12, 40
"""Of one site: a list that gives it hundreds of names is no gazetteer."""


class Columns(msgspec.Struct, frozen=True):
    """One report, ready to be written."""

    report: tuple[Any, ...]
    """In the order of ``schema.report_columns()``."""
    lsn: int
    entry: bytes
    body: bytes
    words: str
    amends: tuple[bytes, ...]
    links: list[tuple[int, str, int, bytes]]
    box: tuple[int, ...] | None
    site_names: tuple[tuple[int, str, int], ...]
    """Rows of ``site_name``."""
    group: tuple[int, int, int]
    """Compartment, owner, entity: the key of the fold."""


class _Said(msgspec.Struct, frozen=True):
    """What follows from what a report says."""

    comp: int
    withdraws: bool
    numbers: tuple[int | None, ...]
    """As ``Clerk._numbers`` has them."""
    until: int | None
    counts: list[int | None]
    words: str
    names: list[str]
    """Of a site."""


class Clerk:
    """Turns reports into columns; holds the numbering of words and of places in a day."""

    def __init__(self, names: Names, areas: Mapping[str, str]) -> None:
        self.names = names
        self._areas = areas
        self._plans: dict[str, _KindPlan] = {}
        self._texts = texts()
        self._levels: dict[str, tuple[int | None, int | None, int | None]] = {}
        self._blank: list[int | None] = [None] * len(schema.count_columns())
        self._tags: dict[str, tuple[str, _KindPlan]] = {}
        self._coded: dict[tuple[str, ...], tuple[int | None, ...]] = {}
        self._short: dict[tuple[str | bytes, ...], _Said] = {}
        self._moment, self._moment_ms = EPOCH, 0

    def _plan(self, name: str) -> _KindPlan:
        plan = self._plans.get(name)
        if plan is None:
            plan = self._plans[name] = _KindPlan(kinds().get(name), self._texts, name)
        return plan

    def kind(self, tag: str) -> str:
        """The kind's name."""
        return self._of_tag(tag)[0]

    def _of_tag(self, tag: str) -> tuple[str, _KindPlan]:
        """The kind's name, and what is the same for all of its reports."""
        found = self._tags.get(tag)
        if found is None:
            kind, _ = kind_and_version(tag)
            found = self._tags[tag] = (kind, self._plan(kind))
        return found

    def _numbers(self, body: Body, content: Mapping[str, Any], plan: _KindPlan, kind: str) -> Any:
        """Numbers of owner, kind, type, state, source, classification, protocol and actor."""
        said = (
            *(body.owner, kind, _word(content, plan.typed, plan), _word(content, "state", plan)),
            *(body.source, body.classification, body.tlp),
            _word(content, plan.actor, plan) if plan.actor else "",
        )
        found = self._coded.get(said)
        if found is None:
            if len(self._coded) >= _MOST_CODED:
                self._coded.clear()
            number = self.names.number
            found = self._coded[said] = tuple(map(number, _SORTS, said))
        return found

    def _adm(self, pcode: str) -> tuple[int | None, int | None, int | None]:
        """Areas of level 1, 2 and 3 that a P-code lies in."""
        found = self._levels.get(pcode)
        if found is None:
            levels = area_levels(pcode, self._areas)
            number = self.names.number
            first, second, third = (number("area", code) for code in levels)
            found = self._levels[pcode] = (first, second, third)
        return found

    def words(self, body: Body) -> str:
        """What the text index holds of a report."""
        kind, _ = kind_and_version(body.kind)
        words = self._plan(kind).texts.of(body, content_of(body))
        return marked(words, self.names.compartment(body.compartment))

    def _said(self, body: Body) -> _Said:
        """What follows from what a report says, but for when and where and of what it says it."""
        said = None
        if body.place is None and len(body.content) <= _SHORT:  # withdrawals by the thousand
            said = (
                *(body.kind, body.compartment, body.owner, bytes(body.content)),
                *(body.source, body.classification, body.tlp),
            )
            found = self._short.get(said)
            if found is not None:
                return found
        kind, plan = self._of_tag(body.kind)
        content = content_of(body)
        comp = self.names.compartment(body.compartment)
        found = _Said(
            comp=comp,
            withdraws=kind == WITHDRAWAL,
            numbers=self._numbers(body, content, plan, kind),
            until=_until(content),
            counts=self._counts(plan, content),
            words=marked(plan.texts.of(body, content), comp),
            names=site_names(content) if plan.site else [],
        )
        if said is not None:
            if len(self._short) >= _MOST_CODED:
                self._short.clear()
            self._short[said] = found
        return found

    def columns(self, opened: Opened, rid: int, *, many: bool = False) -> Columns:
        """Columns of one report. ``rid`` was given to it for its ``day_of``; ``many``: its entity
        has further reports.
        """
        body = opened.body
        assert body is not None
        said = self._said(body)
        comp, numbers = said.comp, said.numbers
        owner, kind_number, type_, state, source, class_, tlp, actor = numbers
        owner = owner or 0
        entity8 = first8(body.entity)
        start, lasts, unit = _time(body)
        place = body.place
        lon, lat = _point(place)
        pcode = place.pcode if place is not None else ""
        named = self.names.place(comp, place.name, pcode) if place is not None else None
        adm1, adm2, adm3 = self._adm(pcode) if pcode else _NO_AREA
        report = (
            *(rid, comp, None, 0 if said.withdraws else schema.CURRENT, start, lasts, lon, lat),
            *(0 if lon is None else 1, 1 if lasts is None or lasts > schema.LONG_MS else 0),
            *(kind_number, type_, unit, start // schema.DAY_MS, adm1, adm2, adm3),
            *(first8(body.id), self._received(opened.received), None, int(many), 0, owner),
            *(state, source, class_, tlp, named, first8(opened.hash), entity8),
            *(opened.lsn, opened.lsn, min(opened.header.clock, _MOST), said.until),
            *(_spot(lon, lat), reach_of(body), actor, None if may_leave(body) else 1),
            *said.counts,
        )
        box = None
        if lon is not None and lat is not None:
            box = (rid, lon, lon, lat, lat, *_minutes(start, lasts), comp, comp)
        return Columns(
            report=report,
            lsn=opened.lsn,
            entry=opened.hash,
            body=opened.packed or packed(opened.raw),
            words=said.words,
            amends=tuple(dict.fromkeys(body.amends)) if body.amends else (),
            links=[(i, ln.role, first8(ln.entry), ln.entry) for i, ln in enumerate(body.links)],
            box=box,
            site_names=tuple((comp, name, rid) for name in said.names),
            group=(comp, owner, entity8),
        )

    def _counts(self, plan: _KindPlan, content: Mapping[str, Any]) -> list[int | None]:
        counts = self._blank.copy()
        for name in plan.counts.keys() & content.keys():
            value = content[name]
            # a node that did not check its reports may have sent anything
            if isinstance(value, int) and 0 <= value <= _MOST_COUNTED:
                counts[plan.counts[name]] = value
        return counts

    def _received(self, moment: datetime) -> int:
        """In milliseconds; those of a batch have one and the same moment."""
        if moment is not self._moment:
            self._moment, self._moment_ms = moment, ms_of(moment)
        return self._moment_ms


def site_names(content: Mapping[str, Any]) -> list[str]:
    """The names of a site as plain words, from the first word on, from the second, and so on."""
    told = [content.get("name"), *(content.get("other_names") or ())]
    found: dict[str, None] = {}
    for name in told:
        words = plain_words(name)[:_MOST_WORDS] if isinstance(name, str) else []
        found |= dict.fromkeys(" ".join(words[at:]) for at in range(len(words)))
    return list(found)[:_MOST_NAMES]


def _point(place: Place | None) -> tuple[int | None, int | None]:
    """Longitude and latitude as they are kept; no point where they are none on this earth."""
    if place is None or place.lon is None or place.lat is None:
        return None, None
    if not (-180 <= place.lon <= 180 and -90 <= place.lat <= 90):
        return None, None
    return round(place.lon * schema.DEGREE), round(place.lat * schema.DEGREE)


def _spot(lon: int | None, lat: int | None) -> int | None:
    return None if lon is None or lat is None else spot_of(lon / schema.DEGREE, lat / schema.DEGREE)


def reach_of(body: Body) -> int | None:
    """Metres around the point that hold the area of a version; None where the place is a point."""
    if body.coarse is None or body.coarse.place == "exact":
        return None
    accuracy = None if body.place is None else body.place.accuracy_m
    if accuracy is None:
        return None
    return max(0, math.ceil(accuracy)) if accuracy < _FARTHEST_M else _FARTHEST_M


def day_of(body: Body) -> int:
    """Day, since 1970, under which a report stands."""
    moment = body.filed if body.occurred is None else body.occurred.start
    return (moment - EPOCH).days


def _time(body: Body) -> tuple[int, int | None, int]:
    if body.occurred is None:
        return ms_of(body.filed), None, schema.VAGUE
    start = ms_of(body.occurred.start)
    return start, max(0, ms_of(body.occurred.end) - start), unit_of(body.occurred)


def minute(ms: int) -> int:
    """Minutes since 1970, as far as the R*Tree can count them."""
    return max(-schema.I32, min(schema.I32, ms // schema.MINUTE_MS))


def _minutes(start: int, lasts: int | None) -> tuple[int, int]:
    if lasts is None:  # no time of its own: found at every time
        return -schema.I32, schema.I32
    return minute(start), minute(start + lasts)


def _word(content: Mapping[str, Any], name: str, plan: _KindPlan) -> str:
    value = content.get(name)
    return value if isinstance(value, str) else plan.defaults.get(name, "")


def _until(content: Mapping[str, Any]) -> int | None:
    """End of what a report holds for, where its kind says so."""
    value = content.get("valid_until")
    if not isinstance(value, str) or not value:
        return None
    try:
        _, end = parse_interval(value)
    except (InvalidReport, ValueError, OverflowError):
        return None  # words, which a person reads
    return None if end is None else ms_of(end)


def area_levels(pcode: str, areas: Mapping[str, str]) -> tuple[str, str, str]:
    """P-codes of level 1, 2 and 3 that hold this one; "" where it is coarser than the level.

    The table of parents decides. For a code that it does not know, P-codes
    nest by prefix: a country's two letters, two digits, then one a level.
    """
    if pcode in areas:
        chain = [pcode]
        while (parent := areas.get(chain[-1], "")) and len(chain) < 8:
            chain.append(parent)
        chain.reverse()
        padded = [*chain[1:4], "", "", ""]
        return padded[0], padded[1], padded[2]
    lengths = (4, 5, 6)
    one, two, three = (pcode[:n] if len(pcode) >= n else "" for n in lengths)
    return one, two, three
