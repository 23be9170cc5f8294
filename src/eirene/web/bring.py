"""The verb ``import``: a file of other people's data, planned and filed in the node.

It runs where the picture is, so that repeats and amendments are known, and
files through the filing desk as the account that was named.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from eirene.errors import InvalidQuery, Unavailable
from eirene.imports.faults import BadMapping
from eirene.imports.mapping import Mapping
from eirene.imports.proposing import Proposal, known, named, propose
from eirene.imports.readers import open_table
from eirene.imports.run import Plan, plan
from eirene.imports.telling import lines
from eirene.imports.writing import mapping_toml
from eirene.picture import flat
from eirene.picture.queries import entity_by_id
from eirene.release.reader import Reader
from eirene.reports.kinds import kind_named
from eirene.web.bodies import text_in
from eirene.web.node import ControlledNode, Node

_PAGE = 500
Line = dict[str, Any]
Say = Callable[[Line], None]


def import_(node: ControlledNode, given: dict[str, Any], say: Say) -> Line:
    """Plan, and unless it is a dry run file, a file; answers the table and the sums.

    ``given``: file, kind, mapping, account, compartment, dry_run, yes, rejects. Without a
    mapping one is proposed; what was only guessed is filed only with ``yes``.
    """
    reader = node.people.reader(given["account"]) if given.get("account") else Reader(account="")
    mapping, found = _mapping(given)
    made = planned(
        node,
        reader,
        Path(text_in(given, "file")),
        mapping,
        say,
        kind=text_in(given, "kind", default=""),
        compartment=given.get("compartment") or _only(reader),
    )
    answer: Line = {
        "table": [list(line) for line in (*(lines(found) if found else ()), *made.table())],
        "guessed": found is not None and not found.ready,
        "mapping": mapping_toml(made.mapping),
        "rows": made.rows,
        "repeats": made.repeats,
        "rejects": made.rejected,
        "empty": made.empty,
        "filed": 0,
    }
    if made.rejected:
        target = Path(given["rejects"])
        made.rejects_file(target)
        answer["rejects_file"] = str(target)
    if given.get("dry_run"):
        return answer
    if not given.get("account"):
        raise InvalidQuery(
            "Somebody must file the reports.",
            field="account",
            remedy="Give --account NAME (eirene account list), or look only: --dry-run.",
        )
    if answer["guessed"] and not given.get("yes"):
        raise InvalidQuery(
            "The mapping was only guessed, and nobody has said yes to it.",
            field="mapping",
            remedy="Look at the table, then add --yes; or --save-mapping FILE, edit it, and "
            "give it back with --mapping FILE.",
        )
    answer["filed"] = filed(node, reader, made, say)
    return answer


def _mapping(given: dict[str, Any]) -> tuple[Mapping | str | None, Proposal | None]:
    """The mapping that was named, none where headings are fields, else one that is proposed."""
    if given.get("mapping"):
        return given["mapping"], None
    kind = text_in(given, "kind", default="")
    path = Path(text_in(given, "file"))
    table = open_table(path)
    if kind and named(table, kind_named(kind)):
        return None, None
    found = propose(known(table), kind)
    if found.mapping is None:
        raise BadMapping(
            f"Nothing in {path.name} says what its rows are.",
            field="kind",
            remedy="Say it with --as KIND, or give a mapping; eirene import --help.",
        )
    return found.mapping, found


def planned(
    node: Node,
    reader: Reader,
    path: Path,
    mapping: Mapping | str | None,
    say: Say,
    *,
    kind: str,
    compartment: str,
) -> Plan:
    """The plan of an import for an account."""

    def current(entity: bytes) -> tuple[bytes, dict[str, Any]] | None:
        try:
            view = entity_by_id(node.picture, reader, entity)
        except Unavailable:
            return None
        own = [row for row in view.current if row.owner == reader.organisation]
        return (own[0].id, flat(own[0])) if own else None

    mission = node.mission
    return plan(
        path,
        kind=kind,
        mapping=mapping,
        compartment=compartment,
        zone=node.zone,
        now=datetime.now(UTC),
        find=mission.find if mission else None,
        areas=mission.areas if mission else None,
        current=current,
        progress=lambda done: say({"progress": done, "of": 0}),
    )


def _only(reader: Reader) -> str:
    """The compartment to file to where an account has no choice."""
    if len(reader.may_file) == 1 or not reader.account:
        return next(iter(reader.may_file), "")
    raise InvalidQuery(
        "Say who shall have the reports.",
        field="compartment",
        remedy=f"--compartment, one of: {', '.join(sorted(reader.may_file))}.",
    )


def filed(node: Node, reader: Reader, made: Plan, say: Say) -> int:
    """File what a plan holds, page by page; gives the number of reports."""
    done = 0
    page: list[dict[str, Any]] = []
    for one in made.flats():
        page.append(one)
        if len(page) == _PAGE:
            done += len(node.filing.file_now(reader, page, zone=node.zone))
            page = []
            say({"progress": done, "of": made.reports + made.amendments})
    if page:
        done += len(node.filing.file_now(reader, page, zone=node.zone))
    return done
