"""Words for people, in the language of whoever asks.

Two tables a language, both in ``eirene/strings``:

* ``fr.json``: titles of fields, kinds and lists, by key, as ``en.json`` has them;
  and the words of every code, ``code.LIST.CODE``, whose English stands in the
  declaration of the list.
* ``fr-sentences.json``: what stands as a sentence in the code, by that sentence,
  where ``{}`` is what is filled in. ``sentences.py`` finds it.

Whoever serves somebody says once in which language (``speaking``); what is told
within is in it. Codes, names of fields and whatever a person wrote stay as they are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from eirene.reports.kinds import Codes

LANGUAGES = ("en", "fr")
"""What the node speaks; the first is what the code is written in."""

_language: ContextVar[str] = ContextVar("language", default=LANGUAGES[0])


def language() -> str:
    """The language of whoever is served now."""
    return _language.get()


def speak(name: str) -> None:
    """Speak a language from now on, in this context."""
    _language.set(name)


@contextmanager
def speaking(name: str) -> Generator[None]:
    """Speak a language within."""
    before = _language.set(name)
    try:
        yield
    finally:
        _language.reset(before)


def first_spoken(wanted: str) -> str:
    """The language that a reader wants most of those we have: ``fr-CF, en;q=0.5`` is French."""
    ranked: list[tuple[float, str]] = []
    for one in wanted.split(",")[:20]:
        tag, _, rank = one.partition(";")
        name = re.split("[-_.@]", tag.strip().lower())[0]
        weight = rank.strip().lower().removeprefix("q=")
        try:
            ranked.append((float(weight or 1), name))
        except ValueError:
            continue
    fitting = [(rank, name) for rank, name in ranked if name in LANGUAGES and rank > 0]
    return max(fitting, key=lambda held: held[0])[1] if fitting else LANGUAGES[0]


def printed(text: str) -> str:
    """Text as French is printed: no line breaks before ``: ; ? !`` or inside quotes, curved
    apostrophes. The tables are written with the keys that everybody has.
    """
    text = re.sub(" ([:»])", "\u00a0\\1", text)
    text = re.sub(" ([;?!])", "\u202f\\1", text).replace("« ", "«\u00a0")
    return re.sub("(?<=[^\\W\\d_])'(?=[^\\W\\d_]|[«{])", "\u2019", text)


@cache
def written(name: str) -> Mapping[str, str]:
    """A table of the strings as it is written, without what belongs to another."""
    text = resources.files("eirene").joinpath("strings", f"{name}.json").read_text("utf-8")
    return MappingProxyType(json.loads(text))


@cache
def _table(name: str) -> Mapping[str, str]:
    if name == "en":
        return written(name)
    said = {key: printed(text) for key, text in written(name).items()}
    return MappingProxyType({**written("en"), **said})


def table(name: str = "") -> Mapping[str, str]:
    """All strings of a language by key; that of whoever is served where none is named."""
    return _table(name or language())


def title_of(kind: str, field: str) -> str:
    """Title of a field: that of the kind, else that of the envelope, else the bare name."""
    strings = table()
    for key in (f"field.{kind}.{field}", f"field.{field}"):
        if key in strings:
            return strings[key]
    return field


def kind_title(kind: str) -> str:
    """What people call a kind."""
    return table()[f"kind.{kind}"]


def kind_plural(kind: str) -> str:
    """What people call many of a kind."""
    return table()[f"kind.{kind}.plural"]


def label_of(codes: Codes, code: str) -> str:
    """The words of a code."""
    return table().get(f"code.{codes.name}.{code}", codes.labels[code])


def labels_of(codes: Codes) -> dict[str, str]:
    """Every code of a list and its words, in the order of the list."""
    return {code: label_of(codes, code) for code in codes.labels}
