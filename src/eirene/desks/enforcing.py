"""Marking an operation as enforcement, and taking the mark away: a change of the rules' text.

Whoever gave something to the force because it protected them may not want it in the hands of
a party to a fight. A mark closes the layers that it names; the rules say which those are.

Invariants
  * The text in force stays as somebody wrote it, but for the mark.
  * Marking narrows, so one person does it; taking it away widens, and so takes two.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from eirene.desks.history import InForce
from eirene.errors import InvalidQuery, InvalidRules
from eirene.release.configuration import Configuration, Enforcement, from_toml, to_toml
from eirene.release.reader import Reader
from eirene.release.rules import matches

NAME_MOST, NOTE_MOST = 60, 300

_TABLE = re.compile(r"(?m)^[ \t]*\[")
_MARK = re.compile(r"(?m)^[ \t]*\[\[[ \t]*enforcement[ \t]*\]\]")


class Way(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """From where to where something goes that a layer holds."""

    layer: str
    origin: str
    to: str


def ways(configuration: Configuration) -> list[Way]:
    """What each layer closes: the ways of its rules, each once."""
    found = {
        Way(layer=rule.layer, origin=rule.origin, to=rule.to)
        for rule in configuration.rules
        if rule.layer and rule.gives
    }
    return sorted(found)


def closed_for(reader: Reader, configuration: Configuration) -> list[tuple[str, str]]:
    """From where to where marks close what concerns a reader: what his own give, what he would get.

    Of others who give or get the same he is told no more than the rule says: ``org-*``.
    """
    layers = {layer for mark in configuration.enforcement for layer in mark.layers}
    found: set[tuple[str, str]] = set()
    for way in ways(configuration):
        if way.layer not in layers:
            continue
        for name in reader.compartments:
            if matches(way.origin, name):
                found.add((name, way.to))
            if matches(way.to, name):
                found.add((way.origin, name))
    return sorted(found)


def marked(held: InForce, name: str, layers: Sequence[str], note: str = "") -> str:
    """The text in force with one mark more. Raises ``InvalidQuery``."""
    name = name.strip()
    if not 1 <= len(name) <= NAME_MOST:
        raise InvalidQuery(
            f"The name of the operation has 1 to {NAME_MOST} characters.",
            field="operation",
            remedy="Give the name that the order uses.",
        )
    if any(one.id == name for one in held.configuration.enforcement):
        raise InvalidQuery(
            f"{name!r} is marked already.",
            field="operation",
            remedy="Give another name for another operation.",
        )
    known = sorted({way.layer for way in ways(held.configuration)})
    strange = [layer for layer in layers if layer not in known]
    if strange or not layers:
        said = f"No rule names the layer {strange[0]!r}." if strange else "No layer is named."
        raise InvalidQuery(said, field="layers", remedy=f"Use: {', '.join(known) or 'none yet'}.")
    mark = Enforcement(id=name, layers=tuple(dict.fromkeys(layers)), note=note.strip()[:NOTE_MOST])
    made = msgspec.structs.replace(
        held.configuration, enforcement=(*held.configuration.enforcement, mark)
    )
    only = to_toml(Configuration(enforcement=(mark,)))
    return _kept(f"{held.toml.rstrip()}\n\n{_tables(only)[0]}\n", made)


def reopened(held: InForce, name: str) -> str:
    """The text in force without a mark. Raises ``InvalidQuery``."""
    left = tuple(one for one in held.configuration.enforcement if one.id != name)
    if len(left) == len(held.configuration.enforcement):
        names = ", ".join(one.id for one in held.configuration.enforcement)
        raise InvalidQuery(
            f"{name[:NAME_MOST]!r} is not marked.",
            field="operation",
            remedy=f"Marked are: {names}." if names else "No operation is marked.",
        )
    made = msgspec.structs.replace(held.configuration, enforcement=left)
    place = [one.id for one in held.configuration.enforcement].index(name)
    tables = _tables(held.toml)
    text = held.toml.replace(tables[place], "", 1) if place < len(tables) else ""
    return _kept(text, made)


def _kept(text: str, made: Configuration) -> str:
    """The edited text where it says what is meant; else the same written anew."""
    try:
        if from_toml(text) == made:
            return text
    except InvalidRules:
        pass
    return to_toml(made)


def _tables(toml: str) -> list[str]:
    """Each ``[[enforcement]]`` of a text, from its heading up to the next one."""
    found: list[str] = []
    for head in _MARK.finditer(toml):
        after = _TABLE.search(toml, head.end())
        found.append(toml[head.start() : after.start() if after else len(toml)])
    return found


__all__ = ["Way", "closed_for", "marked", "reopened", "ways"]
