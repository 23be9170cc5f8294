"""Query parameters to a question for the picture. A name that is not known is refused by name:
a filter that is misspelt must never answer as if it were not there.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from datetime import datetime
from urllib.parse import parse_qsl

from eirene.errors import InvalidQuery, InvalidReport
from eirene.picture import Query, parse_bbox, parse_datetime
from eirene.reports.kinds import kinds
from eirene.times import instant
from eirene.web.asking import Connection, node_of, reader_of
from eirene.web.cursors import page_of

FILTERS = (
    "q",
    "kind",
    "type",
    "bbox",
    "datetime",
    "at",
    "as_of",
    "changed_since",
    "filter",
    "withdrawn",
)
_TEXT_MOST = 4_000


def parameters_of(connection: Connection, allowed: Iterable[str]) -> dict[str, str]:
    """Query parameters by name, each at most once, none that is not known here."""
    allowed = tuple(allowed)
    found: dict[str, str] = {}
    # not Litestar's own, which remembers for everybody together what was asked lately
    query = connection.scope["query_string"].decode("latin-1")
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name not in allowed:
            raise _unknown(name, allowed)
        if name in found:
            raise InvalidQuery(f"{name} is given twice.", field=name, remedy="Give it once.")
        if len(value) > _TEXT_MOST or "\0" in value:
            raise InvalidQuery(
                f"{name} is longer than {_TEXT_MOST:,} characters, or holds a zero.",
                field=name,
                remedy="Ask for less at once.",
            )
        found[name] = value
    return found


def _unknown(name: str, allowed: tuple[str, ...]) -> InvalidQuery:
    shown = name[:40]
    near = difflib.get_close_matches(shown, allowed, n=1, cutoff=0.6)
    remedy = f"Did you mean {near[0]!r}?" if near else f"Known here: {', '.join(allowed)}."
    return InvalidQuery(f"There is no parameter {shown!r}.", field=shown, remedy=remedy)


def query_of(connection: Connection, given: dict[str, str]) -> Query:
    """The question in these parameters; those that it does not know are left to the route."""
    cursor = given.get("cursor")
    page = page_of(node_of(connection), reader_of(connection), cursor) if cursor else None
    return query_from(given, page=page)


def query_from(given: dict[str, str], *, page: bytes | None) -> Query:
    """The question in parameters that came by any way."""
    start, end = parse_datetime(given["datetime"]) if given.get("datetime") else (None, None)
    return Query(
        q=given.get("q", ""),
        kinds=_kinds(given.get("kind", "")),
        types=names_in(given.get("type", "")),
        bbox=parse_bbox(given["bbox"]) if given.get("bbox") else None,
        start=start,
        end=end,
        at=_moment(given, "at"),
        as_of=_moment(given, "as_of"),
        changed_since=_moment(given, "changed_since"),
        filter=given.get("filter", ""),
        withdrawn=yes_no(given, "withdrawn"),
        limit=number(given, "limit", 100),
        cursor=page,
    )


def names_in(text: str) -> tuple[str, ...]:
    """Names divided by commas."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _kinds(text: str) -> tuple[str, ...]:
    found = names_in(text)
    for name in found:
        if name not in kinds():
            raise InvalidQuery(
                f"There is no kind {name[:40]!r}.",
                field="kind",
                remedy="Use some of: " + ", ".join(kinds()) + ".",
            )
    return found


def _moment(given: dict[str, str], name: str) -> datetime | None:
    text = given.get(name)
    if not text:
        return None
    try:
        return instant(text)
    except InvalidReport as error:
        raise InvalidQuery(error.message, field=name, remedy=error.remedy) from None


def yes_no(given: dict[str, str], name: str) -> bool:
    """``true`` or ``false``; absent is false."""
    text = given.get(name, "false")
    if text not in ("true", "false"):
        raise InvalidQuery(f"{name} is true or false.", field=name, remedy=f"Write {name}=true.")
    return text == "true"


def number(given: dict[str, str], name: str, default: int, *, least: int = 0) -> int:
    """A whole number."""
    text = given.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 9) or int(text) < least:
        raise InvalidQuery(
            f"{name} is no whole number from {least}.",
            field=name,
            remedy=f"Write for example {name}={max(default, least)}.",
        )
    return int(text)
