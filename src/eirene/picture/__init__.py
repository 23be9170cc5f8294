"""The picture: a fold of the log into one encrypted SQLite file, asked for a reader.

Disposable: delete it and it is rebuilt the same from the log. ``store`` opens
and folds; ``queries``, ``counts``, ``overview`` and ``changes`` ask.
``docs/decisions/011-picture.md`` has the figures behind the shape.
"""

from eirene.picture.changes import Changes, Snapshot, changes, snapshot
from eirene.picture.counts import Counts, counts
from eirene.picture.coverage import Coverage
from eirene.picture.overview import (
    Extent,
    Layer,
    PlaceHit,
    SiteHit,
    Suggestions,
    extent,
    layers,
    marking_of,
    sites_named,
    suggest,
)
from eirene.picture.queries import (
    EntityView,
    Found,
    Linked,
    entity_by_id,
    entry_of,
    every,
    links_to,
    report_by_id,
    search,
)
from eirene.picture.query import Query, parse_bbox, parse_datetime
from eirene.picture.rebuild import begun, forget, rebuild
from eirene.picture.rows import STREAM_COLUMNS, Row, flat
from eirene.picture.store import Picture, PictureDamaged

__all__ = [
    "STREAM_COLUMNS",
    "Changes",
    "Counts",
    "Coverage",
    "EntityView",
    "Extent",
    "Found",
    "Layer",
    "Linked",
    "Picture",
    "PictureDamaged",
    "PlaceHit",
    "Query",
    "Row",
    "SiteHit",
    "Snapshot",
    "Suggestions",
    "begun",
    "changes",
    "counts",
    "entity_by_id",
    "entry_of",
    "every",
    "extent",
    "flat",
    "forget",
    "layers",
    "links_to",
    "marking_of",
    "parse_bbox",
    "parse_datetime",
    "rebuild",
    "report_by_id",
    "search",
    "sites_named",
    "snapshot",
    "suggest",
]
