"""Request bodies: bounded, and when they are no JSON, told where."""

from __future__ import annotations

import math
import re
from datetime import datetime
from typing import Any, cast

import msgspec
from litestar import Request
from litestar.types import Receive

from eirene.errors import InvalidQuery, InvalidReport
from eirene.times import instant
from eirene.web.problems import InvalidJson

BODY_MOST = 8 << 20
ATTACHED_AT = "/api/attachments"
FILE_MOST = 32 << 20
"""Of a table that somebody brings in the browser."""
MAPS_AT = "/api/maps"
MAP_MOST = 4 << 30
"""Of a base map that an administrator adds in the browser."""
NAMES_MOST = 400
"""Names in one list of a body."""

_decode = msgspec.json.Decoder().decode
_AT_BYTE = re.compile(r"\(byte (\d+)\)")
_HALF_PAIR = re.compile(
    rb"\\u[dD][89abAB]..(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB]..)\\u[dD][c-fC-F].."
)
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"?|[{}\[\]:,]|[^\s"{}\[\]:,]+')


def json_value(body: bytes) -> Any:
    """The value of a JSON body; ``InvalidJson`` names the field at fault."""
    try:
        return _decode(body)
    except msgspec.DecodeError as error:
        raise _told(body, str(error)) from None
    except UnicodeDecodeError:
        raise _told(body, "the text is not UTF-8") from None
    except RecursionError:
        raise InvalidJson(
            "The body is nested too deeply.", remedy="Send a report as one flat object."
        ) from None


async def body_of(receive: Receive) -> bytes:
    """The whole body of a request that is taken as it comes; the gate has bounded it."""
    parts: list[bytes] = []
    while True:
        message: Any = await receive()
        if message["type"] == "http.disconnect":
            raise InvalidJson("The body stopped before its end.", remedy="Send it again, whole.")
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)


async def json_map(request: Request[Any, Any, Any]) -> dict[str, Any]:
    """The body as a map; an empty body is an empty map."""
    body = await request.body()
    value: Any = json_value(body) if body.strip() else {}
    if not isinstance(value, dict):
        raise InvalidQuery("The body is not a JSON object.", remedy='Send {"name": value, ...}.')
    return cast(dict[str, Any], value)


def text_in(values: dict[str, Any], name: str, *, default: str | None = None) -> str:
    """A text of the body; ``InvalidQuery`` where it is missing or something else."""
    value = values.get(name, default)
    if not isinstance(value, str) or "\0" in value:
        raise InvalidQuery(
            f"{name} is missing, or is no text.", field=name, remedy=f'Send "{name}": "…".'
        )
    return value


def names_in(values: dict[str, Any], name: str) -> frozenset[str]:
    """Names of the body: a list of texts, or none."""
    found: Any = values.get(name) or []
    if not isinstance(found, list):
        raise _no_names(name)
    listed = cast(list[Any], found)
    if len(listed) > NAMES_MOST or not all(
        isinstance(one, str) and 0 < len(one) <= 80 for one in listed
    ):
        raise _no_names(name)
    return frozenset(listed)


def _no_names(name: str) -> InvalidQuery:
    return InvalidQuery(f"{name} is no list of names.", field=name, remedy=f'Send "{name}": ["…"].')


def yes_in(values: dict[str, Any], name: str) -> bool:
    """A yes or no of the body; no where it is missing."""
    value = values.get(name, False)
    if not isinstance(value, bool):
        raise InvalidQuery(
            f"{name} is neither true nor false.", field=name, remedy=f'Send "{name}": true.'
        )
    return value


def moment_in(values: dict[str, Any], name: str) -> datetime | None:
    """A time of the body; None where it is missing or empty."""
    text = text_in(values, name, default="")
    if not text:
        return None
    try:
        return instant(text)
    except InvalidReport as error:
        raise InvalidQuery(error.message, field=name, remedy=error.remedy) from None


def _told(body: bytes, said: str) -> InvalidJson:
    if not body.strip():
        return InvalidJson("The body is empty.", remedy="Send a report as JSON.")
    at = _fault_at(body, said)
    path = path_at(body, at)
    index = path[0] if path and isinstance(path[0], int) else None
    names = path[1:] if index is not None else path
    field = ".".join(str(part) for part in names) or None
    rule = _AT_BYTE.sub("", said.removeprefix("JSON is malformed: ")).partition(" - at ")[0].strip()
    error = InvalidJson(
        f"{field or 'The body'}: this is no JSON at byte {at} ({rule}).",
        field=field,
        remedy=(
            "Write a finite number, or leave the field out when it is not known."
            if field
            else "Send JSON: text in double quotes, no comma at the end, no NaN."
        ),
    )
    if index is not None:
        error.index = index  # type: ignore[attr-defined]
    return error


def _fault_at(body: bytes, said: str) -> int:
    """The byte at which the body stops being JSON that can be read."""
    found = _AT_BYTE.search(said)
    if found:
        return int(found[1])
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start
    if "out of range" in said:
        for token in _TOKEN.finditer(body):
            if token[0][:1] in b"-0123456789" and math.isinf(_float(token[0])):
                return token.start()
    half = _HALF_PAIR.search(body)  # half of a UTF-16 pair, which is no letter
    return half.start() if half else len(body)


def _float(text: bytes) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def path_at(body: bytes, at: int) -> list[str | int]:
    """Keys and positions that lead to a byte of a JSON text, as far as it is JSON."""
    open_: list[tuple[bytes, str | int]] = []
    last = b""
    for token in _TOKEN.finditer(body):
        if token.start() >= at:
            break
        text = token[0]
        if text in (b"{", b"["):
            open_.append((text, "" if text == b"{" else 0))
        elif text in (b"}", b"]"):
            if open_:
                open_.pop()
        elif text == b"," and open_ and isinstance(open_[-1][1], int):
            open_[-1] = (open_[-1][0], open_[-1][1] + 1)
        elif text == b"," and open_:
            open_[-1] = (b"{", "")
        elif text == b":" and open_ and open_[-1][0] == b"{":
            open_[-1] = (b"{", last.strip(b'"').decode("utf-8", "replace"))
        last = text
    return [part for _, part in open_ if part != ""]
