"""Kinds of report that the asker may file, with schema and example."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath

from eirene.errors import Unavailable
from eirene.picture import Picture, Query, Row, search
from eirene.release.reader import Reader
from eirene.reports.kinds import Kind, kinds
from eirene.reports.schema import example_of, schema_of
from eirene.reports.words import kind_title
from eirene.web.answers import UNMARKED, json_of
from eirene.web.asking import aside, node_of, reader_of
from eirene.web.describe import described


def compartments_for(reader: Reader, kind: Kind) -> list[str]:
    """Where this reader may file this kind, never ``public`` first: what is filed there is out."""
    found = [c for c in reader.may_file if not kind.only_in or c in kind.only_in]
    return sorted(found, key=lambda name: (name == "public", name))


def may_be_filed(reader: Reader) -> list[Kind]:
    """Kinds that this reader may file somewhere; what comes with a file is no form to fill."""
    filed = (kind for kind in kinds().values() if not kind.by_upload)
    return [kind for kind in filed if compartments_for(reader, kind)]


def newest_own(picture: Picture, reader: Reader) -> Row | None:
    """What this account would most likely take back: among the newest 200 reports that stand, the
    first of its own.
    """
    found = search(picture, reader, Query(limit=200, count_to=1)).rows
    mine = (row for row in found if row.body.account == reader.account and not row.body.coarse)
    return next((row for row in mine if row.compartment in reader.may_file), None)


@get("/api/kinds", **described("Kinds of report that I may file.", answer="Kinds"))
async def get_kinds(request: Request[Any, Any, Any]) -> Response[bytes]:
    """GET /api/kinds: those that this account may file."""
    found = may_be_filed(reader_of(request))
    return json_of(
        [{"kind": kind.name, "title": kind_title(kind.name)} for kind in found], UNMARKED
    )


@get(
    "/api/kinds/{name:str}",
    **described("One kind: schema, example, states.", answer="Kind", problems=(404,)),
)
async def get_kind(request: Request[Any, Any, Any], name: FromPath[str]) -> Response[bytes]:
    """GET /api/kinds/{kind}: a flat schema, and an example that can be posted as it is.

    The example of a withdrawal takes back the newest report of this account; where it has filed
    none, it has nothing to take back, and the example names an id of zeros.
    """
    reader = reader_of(request)
    kind = kinds().get(name)
    where = compartments_for(reader, kind) if kind else []
    if kind is None or not where:
        raise Unavailable
    example = example_of(kind, where)
    if "amends" in kind.requires:
        own = await aside(newest_own, node_of(request).picture, reader)
        if own is not None:
            example = example_of(kind, [own.compartment], own.body.id.hex())
    return json_of(
        {
            "kind": kind.name,
            "title": kind_title(kind.name),
            "schema": schema_of(kind, where),
            "example": example,
            "states": list(kind.states),
            "requires": list(kind.requires),
        },
        UNMARKED,
    )


ROUTES = (get_kinds, get_kind)
