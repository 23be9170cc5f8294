"""A mapping as a TOML file that a person can edit and give back."""

from __future__ import annotations

import json
import re
from typing import Any, cast

import msgspec

from eirene.imports.mapping import Mapping

_BARE = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_HEAD = "# A mapping of Eirene. docs/guides/bring-your-data.md says what can stand here.\n"


def mapping_toml(mapping: Mapping) -> str:
    """The mapping; ``mapping_named`` reads the same from it."""
    told: dict[str, Any] = msgspec.to_builtins(mapping)
    tables: dict[str, dict[str, Any]] = {
        name: value for name, value in told.items() if isinstance(value, dict)
    }
    lists = tables.pop("lists", {})
    lines = [f"{_key(n)} = {_value(v)}" for n, v in told.items() if not isinstance(v, dict)]
    for name, table in tables.items():
        lines += ["", f"[{name}]"]
        lines += [f"{_key(n)} = {_value(v)}" for n, v in table.items()]
    for name, entries in lists.items():
        for entry in entries:
            lines += ["", f"[[lists.{_key(name)}]]"]
            lines += [f"{_key(n)} = {_value(v)}" for n, v in entry.items()]
    return _HEAD + "\n".join(lines) + "\n"


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _text(name)


def _text(value: str) -> str:
    # JSON escapes as TOML does, but for DEL
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _value(value: Any) -> str:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        told = cast(dict[str, Any], value)
        inner = ", ".join(f"{_key(name)} = {_value(one)}" for name, one in told.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list | tuple):
        items = cast(list[Any], value)
        return f"[{', '.join(_value(one) for one in items)}]"
    return repr(value)
