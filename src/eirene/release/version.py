"""Versions: what another compartment may have of one report, by one rule.

Invariants
  * A field passes only when its group is listed. Of those only codes, yes or no, counts
    and times pass by themselves, and numbers where place and counts are exact.
  * Words that people wrote pass only with their group, and only where place, time and
    counts are given exactly: then nothing that they say is finer than the rest. Where
    anything is coarsened no word passes, also inside lists and structs.
  * Words of the group ``text`` - summary, narrative and their like - never pass by
    themselves, not even where the group is listed: a person puts in edited text, at the desk.
  * A field that this version of Eirene does not know is removed.
  * Parts of a total that passes in bands are removed: two bands would give a finer one.
  * Markings are kept: whoever receives may not mark lower, and a purpose binds on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache, lru_cache
from typing import Any, cast

import msgspec

from eirene.places import Place
from eirene.release.coarsen import World, coarse_count, coarse_moment, coarse_place, coarse_span
from eirene.release.rules import Rule
from eirene.reports.contents import coded, struct_in
from eirene.reports.envelope import Body, Coarse
from eirene.reports.kinds import SHORT_CODE, Codes, Field, fields_of, kinds
from eirene.times import Span

_ENVELOPE = ("source", "basis", "observed", "language", "links", "attachments")
"""Parts of the envelope that no version has."""

_SHORT_CODE = re.compile(SHORT_CODE)
_PLACE_WORDS = {"text": "place", "name": "place_name"}


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """What a version says, and the names of what was removed for it."""

    place: Place | None
    occurred: Span | None
    content: dict[str, Any]
    grade: str
    classification: str
    tlp: str
    purpose: str
    """A handling mark: what was given for deconfliction stays so."""
    coarse: Coarse
    removed: tuple[str, ...]
    """Names of fields that the report has and the version has not, in the order of the form."""


def version_of(report: Body, content: Mapping[str, Any], rule: Rule, world: World) -> Version:
    """The version that a rule makes of a report; ``content`` in the present version of its kind.

    Pure: the same report, rule and land give the same version.
    """
    place = coarse_place(report.place, rule.place, world)
    occurred = coarse_span(report.occurred, rule.time)
    passed = dict(_passed(report.kind, content, rule))
    grade = report.grade if "grade" in rule.passes else ""
    return Version(
        place=place,
        occurred=occurred,
        content=passed,
        grade=grade,
        classification=report.classification,
        tlp=report.tlp,
        purpose=report.purpose,
        coarse=Coarse(rule.place if place else "none", rule.time or "none", rule.counts),
        removed=tuple(_removed(report, content, passed, place, grade)),
    )


def _removed(
    report: Body,
    content: Mapping[str, Any],
    passed: Mapping[str, Any],
    place: Place | None,
    grade: str,
) -> Iterator[str]:
    if report.place is not None:
        if report.place.lat is not None and (place is None or place.lat is None):
            yield "place"
        for part, name in _PLACE_WORDS.items():
            said = getattr(report.place, part)
            if said and (place is None or getattr(place, part) != said):
                yield name
    for name in _ENVELOPE:
        if getattr(report, name):
            yield name
    if report.grade and not grade:
        yield "grade"
    yield "filed_by"
    for name, value in content.items():
        if name not in passed or _less(value, passed[name]):
            yield name


def _less(value: Any, passed: Any) -> bool:
    """Whether something inside a list of statements is missing."""
    if not isinstance(value, list | tuple) or not isinstance(passed, list | tuple):
        return False
    before, after = cast("list[Any]", value), cast("list[Any]", passed)
    return list(before) != list(after)


def _passed(kind: str, content: Mapping[str, Any], rule: Rule) -> Iterator[tuple[str, Any]]:
    for name, keep, totals in _plan(kind.partition("/")[0], rule):
        if name not in content or any(total in content for total in totals):
            continue
        kept = keep(content[name])
        if kept is not None:
            yield name, kept


Keep = Callable[[Any], Any]
"""A value as it passes; None: it does not."""


@lru_cache(maxsize=4096)
def _plan(name: str, rule: Rule) -> tuple[tuple[str, Keep, tuple[str, ...]], ...]:
    """Fields of a kind that a rule lets pass, each with how, and with the totals beside which
    it does not.
    """
    known = kinds().get(name)
    fields = fields_of(known.content).values() if known else ()
    counted = [field.name for field in fields if field.held.form == "count"]
    return tuple(
        (field.name, _keep(field, rule), _totals(field.name, counted, rule))
        for field in fields
        if field.held.group in rule.passes
    )


def _totals(name: str, counted: list[str], rule: Rule) -> tuple[str, ...]:
    """Counts of which this is a part, or another estimate: two bands would give a finer one."""
    if rule.counts != "banded" or name not in counted:
        return ()
    return tuple(total for total in counted if name.startswith(f"{total}_"))


def _keep(field: Field, rule: Rule) -> Keep:
    struct = struct_in(field.type)
    form, codes = field.held.form, field.codes
    if struct is not None:
        return lambda value: _items(struct, value, rule)
    if form == "count":
        return lambda value: coarse_count(value, rule.counts) if type(value) is int else None
    if form == "time":
        return lambda value: coarse_moment(value, rule.time) if isinstance(value, str) else None
    if field.held.passes_as_is:
        return _short_codes
    if field.held.group == "text" and codes is None:
        return lambda _value: None
    return lambda value: _plain(value, codes, rule)


def _items(struct: type[msgspec.Struct], value: Any, rule: Rule) -> list[dict[str, Any]] | None:
    items = cast("list[Any]", value) if isinstance(value, list | tuple) else []
    told = [cast("dict[str, Any]", item) for item in items if isinstance(item, dict)]
    return [_inner(struct, item, rule) for item in told] or None


def _short_codes(value: Any) -> Any:
    """Short codes of organisations, parties and contributors: no sentence fits in one."""
    if isinstance(value, str):
        return value if _SHORT_CODE.fullmatch(value) else None
    items = cast("list[Any]", value) if isinstance(value, list | tuple) else []
    return [i for i in items if isinstance(i, str) and _SHORT_CODE.fullmatch(i)] or None


def _plain(value: Any, codes: Codes | None, rule: Rule) -> Any:
    """Codes, yes or no, and numbers; words where nothing is coarsened."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        # an area of 13,482.5 m² would name a place as well as its coordinates do
        return value if _is_exact(rule) else None
    if codes is None:
        return _words(value) if _is_whole(rule) else None
    if isinstance(value, str):
        return value if value in codes.labels else None
    if isinstance(value, list | tuple):
        items = cast("list[Any]", value)
        return [i for i in items if isinstance(i, str) and i in codes.labels] or None
    return None


def _words(value: Any) -> Any:
    """A text, or a list of texts."""
    if isinstance(value, str):
        return value
    items = cast("list[Any]", value) if isinstance(value, list | tuple) else []
    return [item for item in items if isinstance(item, str)] or None


def _is_whole(rule: Rule) -> bool:
    """Whether a rule coarsens nothing of what it lets pass."""
    return _is_exact(rule) and rule.time == "minute"


def _is_exact(rule: Rule) -> bool:
    return rule.place == "exact" and rule.counts == "exact"


def _inner(struct: type[msgspec.Struct], item: Mapping[str, Any], rule: Rule) -> dict[str, Any]:
    """The codes, yes or no and numbers of one statement in a list.

    Numbers only where times are exact as well: minutes after a departure are times.
    """
    if rule.time != "minute":
        rule = msgspec.structs.replace(rule, counts="none")
    codes = _codes_in(struct)
    kept = ((name, _plain(value, codes.get(name), rule)) for name, value in item.items())
    return {name: value for name, value in kept if value is not None}


@cache
def _codes_in(struct: type[msgspec.Struct]) -> dict[str, Codes]:
    return {name: codes for name, codes, _ in coded(struct) if codes is not None}


__all__ = ["Version", "version_of"]
