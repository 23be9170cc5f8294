"""What the picture holds, as a table of PostGIS: its columns, its indexes, its rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from eirene.picture import Picture, schema
from eirene.picture.columns import moment_of
from eirene.picture.names import Names
from eirene.picture.words import Texts, texts
from eirene.reports.envelope import Body, content_of, decode_body
from eirene.reports.flat import kind_and_version
from eirene.reports.packing import unpacked

TABLE = """
CREATE TABLE report (
  id uuid NOT NULL,
  entity uuid NOT NULL,
  owner text NOT NULL,
  compartment smallint NOT NULL,
  hidden_by smallint[],     -- of a version: where a finer one stands
  current boolean NOT NULL, -- stands for its entity
  kind text NOT NULL, type text, state text, source text, classification text, tlp text,
  starts timestamptz NOT NULL,
  ends timestamptz,
  during tstzrange NOT NULL, -- all times where it has none of its own
  day date,                  -- where it is known to the day
  adm1 text,
  geom geometry(Point, 4326),
  pointed boolean NOT NULL,
  received timestamptz NOT NULL,
  words tsvector NOT NULL,
  body bytea NOT NULL        -- packed, as in our file
)"""

INDEXES = """
ALTER TABLE report ADD PRIMARY KEY (id);
CREATE INDEX ON report (entity);
CREATE INDEX ON report USING gist (geom, during) WHERE current;
CREATE INDEX ON report (starts DESC, id DESC) WHERE current;
CREATE INDEX ON report USING gin (words);
CREATE INDEX ON report USING gist (during) INCLUDE (day, adm1, compartment, hidden_by, pointed)
  WHERE current;
CREATE INDEX ON report (day, adm1) INCLUDE (compartment, hidden_by, pointed) WHERE current;
"""

_ROWS = """
SELECT b.body, r.comp, (SELECT json_group_array(comp) FROM finer_set WHERE id = r.finer),
  r.lead, r.type, r.state, r.start, r.lasts, r.unit, r.day, r.adm1, r.lon, r.lat, r.received
FROM body AS b JOIN report AS r ON r.lsn = b.lsn WHERE b.lsn > :after ORDER BY b.lsn
"""
_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_NULL = "\\N"


def lines(picture: Picture, after: int = 0) -> Iterator[str]:
    """Rows of the picture behind a place in the log, each as a line of COPY."""
    words = _Words()
    with picture.reading() as db:
        for row in db.rows(_ROWS, {"after": after}):
            yield _line(row, db.names, words)


def _line(row: tuple[Any, ...], names: Names, words: _Words) -> str:
    packed, comp, hidden, lead, type_, state, start, lasts, unit, day, adm1, lon, lat, seen = row
    body = decode_body(unpacked(packed))
    ends = None if lasts is None else start + lasts
    texts = (
        body.id.hex(),
        body.entity.hex(),
        body.owner.translate(_ESCAPED),
        str(comp),
        _NULL if hidden == "[]" else f"{{{hidden[1:-1]}}}",
        "t" if lead == schema.CURRENT else "f",
        kind_and_version(body.kind)[0],
        names.text("type", type_) or _NULL,
        names.text("state", state) or _NULL,
        body.source.translate(_ESCAPED) or _NULL,
        body.classification or _NULL,
        body.tlp or _NULL,
        _moment(start),
        _NULL if ends is None else _moment(ends),
        _range(start, ends),
        _moment(day * schema.DAY_MS)[:10] if unit == schema.DAY_KNOWN else _NULL,
        names.text("area", adm1) or _NULL,
        _NULL if lon is None else f"SRID=4326;POINT({lon / schema.DEGREE} {lat / schema.DEGREE})",
        "f" if lon is None else "t",
        _moment(seen),
        words.of(body),
        f"\\\\x{packed.hex()}",
    )
    return "\t".join(texts) + "\n"


def _moment(ms: int) -> str:
    return moment_of(ms).isoformat()


def _range(start: int, ends: int | None) -> str:
    """As our times meet: the end is not in it, but of a moment; no time meets all."""
    if ends is None:
        return "(,)"
    return f"[{_moment(start)},{_moment(ends)}{']' if ends == start else ')'}"


class _Words:
    """What is searched of a report, made once for all that say the same."""

    def __init__(self) -> None:
        self._texts = texts()
        self._known: dict[tuple[Any, ...], str] = {}

    def of(self, body: Body) -> str:
        place = body.place
        where = None if place is None else (place.text, place.name, place.pcode)
        key = (body.kind, body.owner, body.source, where, bytes(body.content))
        found = self._known.get(key)
        if found is None:
            kind, _ = kind_and_version(body.kind)
            of_kind: Texts = self._texts.get(kind) or self._texts[""]
            found = self._known[key] = " ".join(of_kind.of(body, content_of(body)))
        return found
