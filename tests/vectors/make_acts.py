"""Makes the golden vectors of the acts; a line that is there stays as it is.

``python tests/vectors/make_acts.py`` adds what is missing. Each line is the content of an
act as it stands in a body, in hex, and either what it says or that it is refused.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec

from eirene.errors import InvalidEntry
from eirene.reports.acts import Act, act_in, act_of, acts
from eirene.reports.envelope import Body

FOLDER = Path(__file__).parent / "acts"
NOW = datetime(2026, 11, 25, 15, 0, 0, 250_000, tzinfo=UTC)


def body_with(tag: str, content: bytes) -> Body:
    """A body that holds this content and says nothing else."""
    zero = bytes(16)
    return Body(
        id=zero,
        client_id=zero,
        owner="mission",
        compartment="people",
        entity=zero,
        kind=tag,
        account="somebody",
        filed=NOW,
        content=msgspec.Raw(content),
    )


def says(act: Any) -> Any:
    """An act as JSON has it: bytes in base64, times in ISO 8601."""
    return msgspec.to_builtins(act)


def result(tag: str, content: bytes) -> dict[str, Any]:
    """What a content becomes."""
    line: dict[str, Any] = {"kind": tag, "content": content.hex()}
    try:
        return line | {"says": says(act_in(body_with(tag, content)))}
    except InvalidEntry as error:
        return line | {"error": error.field}


def cases(act: Act) -> list[bytes]:
    """Every step with as little as it may say and with all it can; then what is not right."""
    pack = msgspec.msgpack.encode
    least = _values(act.content, whole=False)
    whole = _values(act.content, whole=True)
    made = [content for values in (least, whole) for content in _steps(act, values)]
    # a later version adds a field; a node that does not know it reads on
    made.append(
        pack({**msgspec.to_builtins(act.content(**whole), builtin_types=_KEPT), "later": 1})
    )
    first = next(iter(least))
    built = msgspec.to_builtins(act.content(**least), builtin_types=_KEPT)
    made += [pack(built | {first: 1.5}), pack({}), pack([]), b"", b"\xc1"]
    if "step" in least and get_origin(get_type_hints(act.content)["step"]) is Literal:
        made.append(pack(built | {"step": "never-was"}))
    return made


_KEPT = (bytes, datetime)
"""Types that MessagePack has itself."""


def _steps(act: Act, values: dict[str, Any]) -> Iterator[bytes]:
    hint = get_type_hints(act.content).get("step")
    for step in get_args(hint) or (None,):
        chosen = values if step is None else values | {"step": step}
        yield bytes(act_of(act.content(**chosen))[1])


def _values(of: type[msgspec.Struct], *, whole: bool) -> dict[str, Any]:
    """A value for each field, made from its name; of those that must be said, or of all."""
    hints = get_type_hints(of)
    fields = [one for one in msgspec.structs.fields(of) if whole or one.required]
    return {one.name: _value(one.name, hints[one.name], whole=whole) for one in fields}


def _value(name: str, hint: Any, *, whole: bool) -> Any:
    arguments = get_args(hint)
    if get_origin(hint) is tuple:
        return tuple(_value(f"{name}-{at}", arguments[0], whole=whole) for at in (1, 2))
    if get_origin(hint) is Literal:
        return arguments[0]
    for one in arguments:  # a union: what it is when it is said
        if one is not type(None):
            return _value(name, one, whole=whole)
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return hint(**_values(hint, whole=whole))
    size = 32 if name in ("original", "version") else 16
    return {
        str: f"{name} ü",
        bytes: hashlib.sha256(name.encode()).digest()[:size],
        datetime: NOW,
        int: 70_000,
        bool: True,
    }[hint]


def missing(act: Act) -> list[bytes]:
    """Cases of an act that no line has yet."""
    known = {line["content"] for line in lines_of(act.name)}
    return [content for content in cases(act) if content.hex() not in known]


def lines_of(name: str) -> list[dict[str, Any]]:
    """The vectors of an act."""
    file = FOLDER / f"{name}.jsonl"
    read = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return [json.loads(line) for line in read]


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for act in acts().values():
        file = FOLDER / f"{act.name}.jsonl"
        new = [json.dumps(result(act.tag, one), ensure_ascii=False) for one in missing(act)]
        before = file.read_text(encoding="utf-8") if file.exists() else ""
        file.write_text(before + "".join(f"{line}\n" for line in new), encoding="utf-8")
