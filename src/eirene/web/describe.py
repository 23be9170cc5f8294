"""What a route says of itself for ``/openapi.json``: it stands beside the route."""

from __future__ import annotations

from typing import Any

import msgspec


class Described(msgspec.Struct, frozen=True, kw_only=True):
    """One operation in words, and by name what it takes and gives (``openapi.py``)."""

    summary: str
    parameters: tuple[str, ...] = ()
    """Names of shared query parameters."""
    body: str = ""
    """Name of the schema of the request body."""
    body_type: str = "application/json"
    answer: str = ""
    """Name of the schema of the answer."""
    media_type: str = "application/json"
    statuses: tuple[int, ...] = (200,)
    problems: tuple[int, ...] = ()
    """Statuses of problems beyond those that every path may answer."""
    open_: bool = False
    """True: needs no account."""
    method: str = ""
    """The one method of a route that takes the request as it comes; others name theirs."""


def described(
    summary: str,
    *,
    parameters: tuple[str, ...] = (),
    body: str = "",
    body_type: str = "application/json",
    answer: str = "",
    media_type: str = "application/json",
    statuses: tuple[int, ...] = (200,),
    problems: tuple[int, ...] = (),
    open_: bool = False,
    method: str = "",
) -> dict[str, Any]:
    """Keyword arguments for a route."""
    of = Described(
        summary=summary,
        parameters=parameters,
        body=body,
        body_type=body_type,
        answer=answer,
        media_type=media_type,
        statuses=statuses,
        problems=problems,
        open_=open_,
        method=method,
    )
    # Litestar wants one status a route; the answer itself says which it is.
    return {"opt": {"described": of}, "status_code": 200}
