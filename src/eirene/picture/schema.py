"""The tables of the picture, and which number of a report stands in which column.

Invariants
  * A changed table, and a changed meaning of any column (which raises
    ``PROJECTION``), make pictures stale: nodes then rebuild.
  * ``rid`` = day of the report's time << 24 | place within that day. So ``rid``
    order is time order to the day, a stretch of time is one stretch of the
    table, and the numbers stay close together, which keeps the text index small.
  * ``report`` is slim, since whole stretches of it are scanned; what is only
    read for rows that are shown stands in ``body``, in order of arrival, which
    fills its pages to the brim. Bodies stay packed as in their seals.
"""

from __future__ import annotations

import hashlib
from functools import cache

from eirene.reports.kinds import count_fields, kinds

PROJECTION = 9
"""Raised with every changed meaning; a picture of another projection is rebuilt."""

DAY_MS = 86_400_000
DAY_ZERO = 719_163
"""Days from the year 1 to 1970: no time that Python can hold has a negative ``rid``."""
SEQUENCE_BITS = 24
"""16 million reports with a time on one and the same day."""
LONG_MS = 32 * DAY_MS
"""What lasts longer is ``odd``: a search by time looks for its start no further back."""

DEGREE = 10_000_000
"""Degrees are kept as whole numbers of 1e-7, a centimetre, as the R*Tree holds them."""
MINUTE_MS = 60_000
FAR_M = 100_000
"""Areas that reach further are few, and looked for everywhere: a country's may be a tile's whole."""
I32 = 2**31 - 1

CURRENT, WITHDRAWN = 1, 2
"""Values of ``lead``; 0 is history, or one of several statements that stand side by side."""

DAY_KNOWN, MONTH_KNOWN, YEAR_KNOWN, VAGUE = range(4)
"""Values of ``unit``: the finest calendar unit that holds the whole time of a report."""

TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE compartment (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE word (sort TEXT, id INTEGER, text TEXT, PRIMARY KEY (sort, id)) WITHOUT ROWID;
CREATE TABLE place (id INTEGER PRIMARY KEY, comp INTEGER, name TEXT, pcode TEXT, plain TEXT);
CREATE TABLE report (
  rid INTEGER PRIMARY KEY,
  -- first what every row of a scan is tested by: SQLite reads a row only as far as it must
  comp INTEGER,
  finer INTEGER, -- of a version: whose sight of a finer one hides it (finer_set); mostly null
  lead INTEGER, -- CURRENT, WITHDRAWN or 0: the one row that stands for its entity
  start INTEGER, -- ms since 1970; the time of filing where the event has none
  lasts INTEGER, -- ms; null where the event has no time
  lon INTEGER, lat INTEGER, pointed INTEGER,
  odd INTEGER, -- no time of its own, or a very long one
  kind INTEGER, type INTEGER, unit INTEGER, day INTEGER,
  adm1 INTEGER, adm2 INTEGER, adm3 INTEGER,
  id8 INTEGER, -- first 8 bytes of the report's id; so are the other two
  received INTEGER, touched INTEGER, -- ms; touched: the last report on the entity, if later
  many INTEGER, -- the entity has further reports
  conflict INTEGER, -- several statements stand side by side
  owner INTEGER, state INTEGER, source INTEGER, class INTEGER, tlp INTEGER, place INTEGER,
  entry8 INTEGER, entity8 INTEGER,
  lsn INTEGER, change INTEGER, -- its own, and that of the last report on the entity
  clock INTEGER, until INTEGER,
  spot INTEGER, -- the cell of the web's grid with the point (places_tiles); null near the poles
  reach INTEGER, -- of a version that gives an area or a cell: metres around the point that hold it
  actor INTEGER, -- who acts, of the kinds that say so
  stays INTEGER, -- 1: terms of its source forbid passing the entity on (release.terms); mostly null
  {counts}
);
CREATE TABLE body (lsn INTEGER PRIMARY KEY, entry BLOB, body BLOB);
CREATE TABLE amendment (by INTEGER, target BLOB, PRIMARY KEY (by, target)) WITHOUT ROWID;
CREATE TABLE replaces (target INTEGER, by INTEGER, PRIMARY KEY (target, by)) WITHOUT ROWID;
CREATE TABLE link (by INTEGER, at INTEGER, role TEXT, target8 INTEGER, target BLOB,
  PRIMARY KEY (by, at)) WITHOUT ROWID;
CREATE TABLE release_step (line BLOB, clock INTEGER, entry BLOB, at INTEGER, lsn INTEGER,
  step BLOB, PRIMARY KEY (line, clock, entry, at)) WITHOUT ROWID;
CREATE TABLE release_line (line BLOB PRIMARY KEY, comp INTEGER, owner TEXT, entity BLOB,
  entity8 INTEGER, audience TEXT, state TEXT, original BLOB, version BLOB, due INTEGER,
  until INTEGER, since INTEGER, lsn INTEGER) WITHOUT ROWID;
CREATE TABLE finer (coarse8 INTEGER, by INTEGER, comp INTEGER, owner INTEGER, entity8 INTEGER,
  PRIMARY KEY (coarse8, by, comp, owner, entity8)) WITHOUT ROWID;
CREATE TABLE finer_set (id INTEGER, comp INTEGER, PRIMARY KEY (id, comp)) WITHOUT ROWID;
CREATE TABLE taken_back (entry BLOB PRIMARY KEY, line BLOB, lsn INTEGER) WITHOUT ROWID;
CREATE TABLE receipt (line BLOB, entry BLOB, at INTEGER, comp INTEGER, fetch BLOB,
  PRIMARY KEY (line, entry, at)) WITHOUT ROWID;
CREATE TABLE import_part (lsn INTEGER PRIMARY KEY, clock INTEGER, comp INTEGER, import BLOB,
  owner TEXT, account TEXT, received INTEGER, told BLOB, reports BLOB); -- ids, 16 bytes each
CREATE TABLE name_said (lsn INTEGER PRIMARY KEY, clock INTEGER, comp INTEGER, owner TEXT,
  name TEXT, means TEXT); -- what a name in lists of others was decided to mean
CREATE TABLE site_name (comp INTEGER, plain TEXT, rid INTEGER, PRIMARY KEY (comp, plain, rid))
  WITHOUT ROWID; -- names of sites, from each of their words on: how somebody may begin to write one
CREATE TABLE gone (change INTEGER, comp INTEGER, key TEXT, PRIMARY KEY (change, comp, key))
  WITHOUT ROWID;
CREATE TABLE resight (change INTEGER, comp INTEGER, rid INTEGER,
  PRIMARY KEY (change, comp, rid)) WITHOUT ROWID; -- whose readers see a version anew, or no more
CREATE VIRTUAL TABLE box USING rtree_i32(rid, west, east, south, north, first, last,
  comp, same);
CREATE VIRTUAL TABLE words USING fts5(text, content='', columnsize=0, detail=none,
  tokenize='ascii');
CREATE VIRTUAL TABLE vocabulary USING fts5vocab('words', 'row');
"""

INDEXES = """
CREATE INDEX by_entry ON report (entry8);
CREATE INDEX by_id ON report (id8, comp, finer);
CREATE INDEX by_entity ON report (entity8, comp, finer);
CREATE INDEX by_change ON report (change) WHERE lead > 0;
CREATE INDEX by_place ON report (place) WHERE lead = 1 AND place IS NOT NULL;
CREATE INDEX by_odd ON report (odd, start, lasts) WHERE odd = 1;
CREATE INDEX by_day ON report
  (unit, day, adm1, adm2, adm3, kind, type, state, comp, finer, pointed, reach, stays)
  WHERE lead = 1;
CREATE INDEX by_spot ON report
  (comp, kind, spot, class, tlp, lead, finer, start, lasts, reach, stays)
  WHERE spot IS NOT NULL AND reach IS NULL;
CREATE INDEX by_area ON report (comp, kind, spot) WHERE spot IS NOT NULL AND reach IS NOT NULL;
CREATE INDEX by_far ON report (comp, kind, spot)
  WHERE spot IS NOT NULL AND reach IS NOT NULL AND reach >= 100000;
CREATE INDEX by_target ON link (target8);
CREATE INDEX line_by_entity ON release_line (entity8);
CREATE INDEX line_by_state ON release_line (state, due);
CREATE INDEX by_finer ON finer (entity8);
CREATE INDEX import_by_id ON import_part (import);
CREATE INDEX place_name ON place (comp, plain);
CREATE INDEX site_name_of ON site_name (rid);
"""


@cache
def count_slots() -> dict[str, int]:
    """Column number of each count field: one name, one column, whatever the kind.

    Kinds share columns, since no report is of two kinds: a name takes the first
    column that no name beside it in any kind has taken.
    """
    fields = [count_fields(kind) for kind in kinds().values()]
    slots: dict[str, int] = {}
    for name in dict.fromkeys(name for names in fields for name in names):
        beside = {slots.get(other) for names in fields if name in names for other in names}
        slots[name] = next(slot for slot in range(1, 1000) if slot not in beside)
    return slots


def count_columns() -> list[str]:
    """``n1``, ``n2``, ...: as many as the kind with the most counts needs."""
    return [f"n{slot}" for slot in range(1, max(count_slots().values(), default=0) + 1)]


REPORT_COLUMNS = (
    "rid comp finer lead start lasts lon lat pointed odd kind type unit day adm1 adm2 adm3 id8 received "
    "touched many conflict owner state source class tlp place entry8 entity8 lsn change clock until "
    "spot reach actor stays"
).split()


def report_columns() -> list[str]:
    """All columns of ``report``, in order."""
    return REPORT_COLUMNS + count_columns()


def tables() -> str:
    """The statements that make an empty picture, without its indexes."""
    counts = ", ".join(f"{name} INTEGER" for name in count_columns())
    return TABLES.format(counts=counts).replace(",\n  \n", "\n")


def fingerprint() -> str:
    """Projection and tables: a kind with a new count makes the old picture stale as well."""
    slots = ",".join(f"{name}={slot}" for name, slot in sorted(count_slots().items()))
    made = hashlib.sha256(f"{tables()}{INDEXES}{slots}".encode()).hexdigest()
    return f"{PROJECTION}:{made}"
