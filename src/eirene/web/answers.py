"""Answers: no body leaves without a marking."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.types import Send

from eirene.reports.markings import Marking
from eirene.web.problems import PROBLEM, foreseen, headers_of, problem_bytes, status_of

UNMARKED = Marking(())
"""For answers that show no report: lists of kinds, the reader's own account."""

NO_STORE = "private, no-store"

_encode = msgspec.json.Encoder().encode


@lru_cache(maxsize=256)
def header_text(text: str) -> str:
    """Text that may stand in a header: nothing in it can begin another one."""
    return (
        "".join(c if c.isprintable() else " " for c in text)
        .encode("latin-1", "replace")
        .decode("latin-1")
    )


def json_of(
    value: object,
    marking: Marking,
    *,
    status: int = 200,
    media_type: str = "application/json",
    headers: Mapping[str, str] | None = None,
) -> Response[bytes]:
    """The value as JSON, with the marking of what it shows."""
    return bytes_of(_encode(value), marking, media_type, status=status, headers=headers)


def bytes_of(
    body: bytes,
    marking: Marking,
    media_type: str,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response[bytes]:
    """A body that is bytes already."""
    return Response(
        body,
        status_code=status,
        media_type=media_type,
        headers={"Eirene-Marking": header_text(str(marking)), **(headers or {})},
    )


async def send_json(send: Send, value: object, marking: Marking, *, status: int) -> None:
    """The same as ``json_of``, for a route that takes the request as it comes."""
    marked = header_text(str(marking)).encode("latin-1")
    headers = [(b"content-type", b"application/json"), (b"eirene-marking", marked)]
    await send_bytes(send, _encode(value), headers, status=status)


async def send_bytes(
    send: Send, body: bytes, headers: list[tuple[bytes, bytes]], *, status: int
) -> None:
    """A whole answer, past Litestar; the gate adds what every answer carries."""
    if status != 204:
        headers = [*headers, (b"content-length", str(len(body)).encode())]
    start: Any = {"type": "http.response.start", "status": status, "headers": headers}
    await send(start)
    end: Any = {"type": "http.response.body", "body": body, "more_body": False}
    await send(end)


def empty(headers: Mapping[str, str] | None = None) -> Response[bytes]:
    """204: done, nothing to say."""
    return Response(b"", status_code=204, headers=dict(headers or {}))


def problem(_request: Request[Any, Any, Any], raised: Exception) -> Response[bytes]:
    """Any error as problem JSON; for Litestar's table of error answers."""
    error = foreseen(raised)
    return bytes_of(
        problem_bytes(error),
        UNMARKED,
        PROBLEM,
        status=status_of(error),
        headers=headers_of(error),
    )
