"""Mappings that are there: those that come with Eirene, and those that colleagues kept."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get, post

from eirene.errors import InvalidQuery
from eirene.imports.mapping import (
    Mapping,
    mapping_named,
    mapping_of,
    ready_mappings,
    used_columns,
)
from eirene.reports.sentences import say
from eirene.web.answers import UNMARKED, json_of
from eirene.web.asking import aside, beside, node_of, pass_of, reader_of
from eirene.web.bodies import json_map, text_in
from eirene.web.describe import described
from eirene.web.kept import Kept, as_report, keep, kept
from eirene.web.reports import marking_of_rows
from eirene.web.uploads import UPLOADS, Uploads

_AT = "/api/mappings"


@get(_AT, **described("Mappings of lists: kept by colleagues, and ready ones.", answer="Mappings"))
async def get_mappings(request: Request[Any, Any, Any]) -> Response[bytes]:
    """GET /api/mappings: kept ones that the asker reads, newest first; then those of Eirene."""
    node, reader = node_of(request), reader_of(request)
    found = await aside(kept, node, reader)
    ready = [_told(mapping_named(name)) | {"ready": True} for name in ready_mappings()]
    marking = marking_of_rows([one.row for one in found]) if found else UNMARKED
    return json_of({"mappings": [*map(_kept, found), *ready]}, marking)


@post(
    _AT,
    **described(
        "Keep the mapping of a table under a name, for colleagues too.",
        body="MappingToKeep",
        answer="Filed",
        statuses=(201,),
        problems=(400, 403, 404, 409, 422, 507),
    ),
)
async def post_mapping(request: Request[Any, Any, Any]) -> Response[bytes]:
    """POST /api/mappings: of the table with the id in ``import`` as it is planned, or as the TOML in
    ``rules``. One of the same name and compartment is amended.
    """
    node, reader = node_of(request), reader_of(request)
    given = await json_map(request)
    name = text_in(given, "name")
    mapping, compartment = _asked(request, given)
    before = await aside(keep, node, reader, name, mapping, compartment)
    [filed] = await node.filing.file(reader, [as_report(name, mapping, compartment, before)])
    return json_of({"id": filed.id.hex(), "entity": filed.entity.hex()}, UNMARKED, status=201)


def _asked(request: Request[Any, Any, Any], given: dict[str, Any]) -> tuple[Mapping, str]:
    """The mapping that is to be kept, and the compartment where it is to stand."""
    stated = text_in(given, "compartment", default="")
    if rules := text_in(given, "rules", default=""):
        return mapping_of(rules, "rules"), stated
    uploads: Uploads = beside(request, UPLOADS)
    upload = uploads.of(pass_of(request), text_in(given, "import"))
    proposal = upload.proposal
    found = upload.plan.mapping if upload.plan else proposal.mapping if proposal else None
    if found is None:
        raise InvalidQuery(
            "This table has no mapping yet.",
            field="import",
            remedy="Choose its kind and columns first.",
        )
    return found, stated or upload.choices.compartment


def _kept(one: Kept) -> dict[str, Any]:
    body = one.row.body
    of = _told(one.mapping) if one.mapping else {"makes": "", "source": "", "title": ""}
    return of | {
        "name": one.name,
        "ready": False,
        "id": body.id.hex(),
        "compartment": body.compartment,
        "organisation": body.owner,
        "filed_by": body.account,
        "filed": one.row.received,
        "problem": one.fault,
        "rules": one.text,
    }


def _told(mapping: Mapping) -> dict[str, Any]:
    return {
        "name": mapping.name,
        "title": say(mapping.title),
        "makes": mapping.kind,
        "source": mapping.source,
        "columns": sorted(used_columns(mapping)),
        "licence": mapping.licence,
        "attribution": mapping.attribution,
        "passing_on": mapping.passing_on,
    }


ROUTES = (get_mappings, post_mapping)
