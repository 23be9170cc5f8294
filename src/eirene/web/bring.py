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
from eirene.imports.run import Plan, plan
from eirene.picture import flat
from eirene.picture.queries import entity_by_id
from eirene.release.reader import Reader
from eirene.web.bodies import text_in
from eirene.web.node import ControlledNode

_PAGE = 500
Line = dict[str, Any]
Say = Callable[[Line], None]


def import_(node: ControlledNode, given: dict[str, Any], say: Say) -> Line:
    """Plan, and unless it is a dry run file, a file; answers the table and the sums.

    ``given``: file, kind, mapping, account, compartment, dry_run, rejects.
    """
    reader = node.people.reader(given["account"]) if given.get("account") else Reader(account="")
    made = planned(node, reader, given, say)
    answer: Line = {
        "table": [list(line) for line in made.table()],
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
    answer["filed"] = filed(node, reader, made, say)
    return answer


def planned(node: ControlledNode, reader: Reader, given: dict[str, Any], say: Say) -> Plan:
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
        Path(text_in(given, "file")),
        kind=text_in(given, "kind"),
        mapping=given.get("mapping"),
        compartment=given.get("compartment") or _only(reader),
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


def filed(node: ControlledNode, reader: Reader, made: Plan, say: Say) -> int:
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
