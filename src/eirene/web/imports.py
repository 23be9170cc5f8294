"""Tables of others, brought in the browser: proposed, planned, filed. Each account sees its own alone."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Generator
from typing import Any

import msgspec
from litestar import Request, Response, delete, get, post
from litestar.params import FromPath
from litestar.response import Stream

from eirene.desks.importing import Vanished
from eirene.desks.runs import Stopped
from eirene.errors import InvalidQuery
from eirene.imports.mapping import terms_of
from eirene.imports.proposing import GUESSED, Proposal, targets
from eirene.imports.readers import Table
from eirene.imports.rejects import written
from eirene.imports.run import Plan
from eirene.imports.uses import uses_of
from eirene.imports.writing import mapping_toml
from eirene.picture import Row
from eirene.picture.imports import state_of
from eirene.places import Place
from eirene.reports.draft import Draft
from eirene.reports.kinds import kind_named, kinds
from eirene.reports.sentences import say
from eirene.times import iso
from eirene.web.answers import UNMARKED, bytes_of, empty, header_text, json_of
from eirene.web.asking import at_length, beside, pass_of
from eirene.web.bodies import json_map, text_in, yes_in
from eirene.web.bring import words_of
from eirene.web.describe import described
from eirene.web.parameters import parameters_of
from eirene.web.problems import AtWork, Interrupted, said
from eirene.web.reports import marking_of_rows
from eirene.web.uploads import UPLOADED_AT, UPLOADS, Choices, Upload, Uploads

_LONGEST_NAME = 200
_NO_CONTENT = ("withdrawal", "acknowledgement", "source", "attachment", "mapping")
"""Kinds that are filed about other reports, and are no rows of a list."""
SHOWN_REJECTS = 100
SHOWN_UNPLACED = 200
SHOWN_VANISHED = 100


def _uploads(request: Request[Any, Any, Any]) -> Uploads:
    found: Uploads = beside(request, UPLOADS)
    return found


def _upload(request: Request[Any, Any, Any], upload_id: str) -> Upload:
    return _uploads(request).of(pass_of(request), upload_id)


@post(
    UPLOADED_AT,
    **described(
        "Bring a table: what it is, and what would become of it.",
        parameters=("name",),
        body="Table",
        body_type="application/octet-stream",
        answer="Import",
        statuses=(201,),
        problems=(400, 403, 409, 413, 422),
    ),
)
async def post_import(request: Request[Any, Any, Any]) -> Response[bytes]:
    """POST /api/imports: the bytes of the file as the body. They are held in memory alone, for half
    an hour from the last question, and only for this account.
    """
    held = pass_of(request)
    name = parameters_of(request, ("name",)).get("name", "").strip()
    if not name or len(name) > _LONGEST_NAME or not name.isprintable() or "/" in name:
        raise InvalidQuery(
            "The file has no name, or one that cannot be shown.",
            field="name",
            remedy="Say it with its ending: ?name=sites.csv.",
        )
    uploads = _uploads(request)
    made = uploads.add(held, name)
    try:
        async for part in request.stream():
            made.memory.write([part])
    except BaseException:
        uploads.drop(made)
        raise
    if not made.memory.size:
        uploads.drop(made)
        raise InvalidQuery("The file is empty.", field="file", remedy="Choose another file.")
    made.look(Choices())
    return _answer(made, status=201)


@get(UPLOADED_AT, **described("Tables that are being brought.", answer="Imports"))
async def get_imports(request: Request[Any, Any, Any]) -> Response[bytes]:
    """GET /api/imports: those of the asker alone, so that a page opened anew finds its table."""
    mine = _uploads(request).all(pass_of(request))
    rows = [row for one in mine for row in _named(one)]
    marking = marking_of_rows(rows) if rows else UNMARKED
    return json_of({"imports": [told(one) for one in mine]}, marking)


@get(
    "/api/imports/{upload_id:str}",
    **described("A table that is being brought.", answer="Import", problems=(404,)),
)
async def get_import(request: Request[Any, Any, Any], upload_id: FromPath[str]) -> Response[bytes]:
    """GET /api/imports/{id}: its state; 404 ``unavailable`` for everybody else."""
    return _answer(_upload(request, upload_id))


@post(
    "/api/imports/{upload_id:str}",
    **described(
        "Plan a table again, file what was planned, or stop.",
        body="ImportAct",
        answer="Import",
        problems=(400, 403, 404, 409, 413),
    ),
)
async def act_on_import(
    request: Request[Any, Any, Any], upload_id: FromPath[str]
) -> Response[bytes]:
    """POST /api/imports/{id}: ``plan`` with choices, ``file`` with the number of the plan that was
    looked at, or ``stop``. The work goes on after the answer. After a stop, ``file`` with the same
    number brings the rest.
    """
    upload = _upload(request, upload_id)
    given = await json_map(request)
    act = text_in(given, "act")
    if act == "plan":
        upload.look(_choices({name: one for name, one in given.items() if name != "act"}))
    elif act == "file":
        number = given.get("plan")
        whole = number if isinstance(number, int) else -1
        upload.bring(whole, withdraw=yes_in(given, "withdraw"))
    elif act == "stop":
        upload.stop()
    else:
        raise InvalidQuery(
            f"There is no act {act[:40]!r}.", field="act", remedy="Use plan, file or stop."
        )
    return _answer(upload)


def _choices(given: dict[str, Any]) -> Choices:
    try:
        return msgspec.convert(given, Choices)
    except msgspec.ValidationError as error:
        rule, _, where = str(error).partition(" - at `$")
        raise InvalidQuery(
            f"{rule}.", field=where.strip("`.") or None, remedy="See /openapi.json, ImportAct."
        ) from None


@delete(
    "/api/imports/{upload_id:str}",
    **described("Forget a table.", statuses=(204,), problems=(403, 404)),
)
async def forget_import(
    request: Request[Any, Any, Any], upload_id: FromPath[str]
) -> Response[bytes]:
    """DELETE /api/imports/{id}: what was filed of it stays filed."""
    uploads = _uploads(request)
    uploads.drop(uploads.of(pass_of(request), upload_id))
    return empty()


@get(
    "/api/imports/{upload_id:str}/rejects.csv",
    **described("Rows that were not taken.", media_type="text/csv", problems=(404, 409)),
)
async def get_rejects(request: Request[Any, Any, Any], upload_id: FromPath[str]) -> Stream:
    """GET /api/imports/{id}/rejects.csv: row, column, value, rule and remedy of each."""
    upload = _upload(request, upload_id)
    plan = _planned(upload)
    lines = written(upload.rejects(plan), plan.columns)
    first = await at_length(next, lines, b"")  # what cannot be read says so as an error
    return Stream(
        _pieces(first, lines),
        media_type="text/csv",
        headers=_attached("rejects.csv") | {"Eirene-Marking": header_text(str(UNMARKED))},
    )


async def _pieces(first: bytes, lines: Generator[bytes]) -> AsyncIterator[bytes]:
    """A text piece by piece; who goes away before its end ends what it is made of."""
    piece: bytes | None = first
    try:
        while piece is not None:
            yield piece
            piece = await at_length(next, lines, None)
    except Stopped:
        raise Interrupted from None
    finally:
        with contextlib.suppress(ValueError):  # a thread is in it: it is closed when that leaves it
            lines.close()


@get(
    "/api/imports/{upload_id:str}/mapping.toml",
    **described(
        "The mapping, to keep and to edit.", media_type="application/toml", problems=(404, 409)
    ),
)
async def get_mapping(request: Request[Any, Any, Any], upload_id: FromPath[str]) -> Response[bytes]:
    """GET /api/imports/{id}/mapping.toml: what eirene import --mapping takes."""
    plan = _planned(_upload(request, upload_id))
    text = mapping_toml(plan.mapping).encode()
    return bytes_of(text, UNMARKED, "application/toml", headers=_attached("mapping.toml"))


def _planned(upload: Upload) -> Plan:
    if upload.plan is None:
        raise AtWork("This table is not planned yet.", "act")
    return upload.plan


def _attached(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}


# -- an upload in words


def _named(upload: Upload) -> list[Row]:
    """The reports that the answer names."""
    gone = upload.vanished
    return gone.rows[:SHOWN_VANISHED] if gone else []


def _answer(upload: Upload, *, status: int = 200) -> Response[bytes]:
    rows = _named(upload)
    marking = marking_of_rows(rows) if rows else UNMARKED
    return json_of(told(upload), marking, status=status)


def told(upload: Upload) -> dict[str, Any]:
    """An upload as it is answered."""
    proposal, plan = upload.proposal, upload.plan
    kind = proposal.kind if proposal else ""
    return {
        "id": upload.id,
        "name": upload.name,
        "bytes": upload.memory.size,
        "state": upload.state,
        "progress": {"done": upload.done, "of": upload.of},
        "problem": said(upload.problem) if upload.problem else None,
        "compartment": upload.compartment(),
        "source": plan.mapping.source if plan else upload.choices.source,
        "choices": msgspec.to_builtins(upload.choices),
        "file": _file(upload.table),
        "kinds": [*GUESSED, *(k for k in kinds() if k not in (*GUESSED, *_NO_CONTENT))],
        "targets": targets(kind_named(kind)) if kind else [],
        "proposal": _proposal(proposal) if proposal else None,
        "plan": _plan(upload, plan) if plan else None,
        "filed": upload.filed,
        "withdrawn": upload.withdrawn,
        "import": upload.run.id.hex() if upload.run else None,
        "unfinished": [
            {
                "id": one.id.hex(),
                "account": one.account,
                "began": iso(one.began),
                "filed": one.filed,
                "state": state_of(one),
            }
            for one in upload.unfinished
        ],
    }


def _file(table: Table | None) -> dict[str, Any] | None:
    """Where in the file the table was found, and where else one may be."""
    if table is None:
        return None
    return {"sheet": table.sheet, "sheets": list(table.sheets), "heading": table.heading}


def _proposal(found: Proposal) -> dict[str, Any]:
    uses = uses_of(found.mapping) if found.mapping else {}
    return {
        "kind": found.kind,
        "ready": found.ready,
        "used": found.used,
        "columns": [
            msgspec.structs.asdict(one) | {"uses": msgspec.to_builtins(uses.get(one.name, []))}
            for one in found.columns
        ],
        "asks": [msgspec.structs.asdict(ask) for ask in found.asks],
        "untranslated": {name: list(values)[:50] for name, values in found.untranslated.items()},
        "const": found.mapping.const if found.mapping else {},
        "source": found.mapping.source if found.mapping else "",
    }


def _vanished(gone: Vanished | None, plan: Plan) -> dict[str, Any] | None:
    if gone is None:
        return None
    first = gone.rows[:SHOWN_VANISHED]
    return {
        "rows": len(gone.rows),
        "first": [{"id": row.id.hex(), "called": words_of(row)} for row in first],
        "kept": len(gone.kept),
        "unnumbered": plan.tally.unnumbered,
    }


def _unplaced(upload: Upload, plan: Plan) -> list[dict[str, Any]]:
    """Names and P-codes that no list has; of a code, the area that its first digits are of."""
    told: list[dict[str, Any]] = []
    for name, (rows, first) in list(plan.tally.unplaced.items())[:SHOWN_UNPLACED]:
        area = upload.begun_by(name)
        begun = {"pcode": area.pcode, "name": area.name} if area else None
        told.append({"name": name, "rows": rows, "first": first, "begun_by": begun})
    return told


def _plan(upload: Upload, plan: Plan) -> dict[str, Any]:
    return {
        "number": upload.number,
        "rows": plan.rows,
        "reports": plan.reports,
        "amendments": plan.amendments,
        "repeats": plan.repeats,
        "rejected": plan.rejected,
        "empty": plan.empty,
        "facts": [say(fact) for fact in plan.facts],
        "odd": [
            {"what": say(what), "rows": times, "first": row} for what, times, row in plan.odd[:20]
        ],
        "unplaced": _unplaced(upload, plan),
        "unclear": [
            {
                "name": name,
                "rows": one.rows,
                "first": one.first,
                "means": msgspec.to_builtins(one.means),
            }
            for name, one in plan.tally.unclear.items()
        ],
        "terms": _terms(plan),
        "vanished": _vanished(upload.vanished, plan),
        "box": plan.box,
        "first": [_first(*one) for one in plan.first],
        "rejects": [
            {
                "row": one.row,
                "column": one.column,
                "field": one.field,
                "value": one.value[:200],
                "rule": say(one.rule),
                "remedy": say(one.remedy),
            }
            for one in plan.rejects[:SHOWN_REJECTS]
        ],
    }


def _terms(plan: Plan) -> dict[str, Any] | None:
    """Under which terms its reports are, or might be."""
    one, marked = plan.whose, terms_of(plan.mapping)
    if one is None:
        return {"marked": marked, "source": "", "sure": True, "why": []} if marked else None
    return {"marked": marked, "source": one.source, "sure": one.sure, "why": list(one.why)}


def _first(row: int, flat: dict[str, Any], draft: Draft) -> dict[str, Any]:
    """A row as a report, its place as it was understood."""
    place = draft.place or Place()
    report = {name: value for name, value in flat.items() if name not in ("entity", "client_id")}
    if place.lat is not None:
        report |= {"latitude": place.lat, "longitude": place.lon}
    if place.accuracy_m is not None:
        report["accuracy_m"] = place.accuracy_m
    if place.pcode:
        report["pcode"] = place.pcode
    return {"row": row, "report": report, "place_name": place.name}


ROUTES = (
    post_import,
    get_imports,
    get_import,
    act_on_import,
    forget_import,
    get_rejects,
    get_mapping,
)
