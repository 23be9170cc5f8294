"""Words for people: titles of fields, kinds and lists, from the string table of a language."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources


@cache
def table(language: str = "en") -> dict[str, str]:
    """All strings of a language by key."""
    text = resources.files("eirene").joinpath("strings", f"{language}.json").read_text("utf-8")
    return json.loads(text)


def title_of(kind: str, field: str, language: str = "en") -> str:
    """Title of a field: that of the kind, else that of the envelope, else the bare name."""
    strings = table(language)
    for key in (f"field.{kind}.{field}", f"field.{field}"):
        if key in strings:
            return strings[key]
    return field
