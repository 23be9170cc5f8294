"""Imports that there were, and taking one back: for the command line and the browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from eirene.desks.importing import ImportDesk, Undoing
from eirene.desks.runs import Run
from eirene.errors import InvalidQuery, Unavailable
from eirene.picture.imports import Imported, state_of
from eirene.times import iso
from eirene.web.bodies import text_in
from eirene.web.bring import called
from eirene.web.node import ControlledNode
from eirene.web.reports import id_of

Line = dict[str, Any]
_SHOWN = 100


def undo_import(node: ControlledNode, given: dict[str, Any], say: Callable[[Line], None]) -> Line:
    """The verb: list the imports that an account may see, or take one back.

    ``given``: account, import (an id or how it begins; empty: list), dry_run, stop (stop what
    is at work on it instead).
    """
    reader = node.people.reader(text_in(given, "account"))
    begins = text_in(given, "import", default="")
    if given.get("stop"):
        running = node.importing.at_work(begins.lower())
        id_ = running[0] if len(running) == 1 else id_of(begins)
        return {"stopping": node.importing.stop(reader, id_)}
    found = node.importing.all(reader)
    if not begins:
        return {"imports": told(found, node.importing)}
    mine = [one for one in found if one.id.hex().startswith(begins.lower())]
    if len(mine) > 1:
        raise InvalidQuery(
            f"{len(mine)} imports begin with {begins[:40]}.",
            field="undo",
            remedy="Give more of it.",
        )
    if not mine:
        raise Unavailable
    if given.get("dry_run"):
        return undone(node.importing.would_undo(reader, mine[0].id))
    say({"import": mine[0].id.hex()})
    done = node.importing.undo(
        reader, mine[0].id, progress=lambda filed: say({"progress": filed, "of": mine[0].filed})
    )
    return undone(done)


def told(found: list[Imported], desk: ImportDesk) -> list[Line]:
    """Imports as they are answered, newest first; what took one back wholly stands with it."""
    back = {one.undoes: one for one in found if one.undoes and one.ended and not one.cut}
    return [_told(one, back.get(one.id), desk.run_of(one.id)) for one in found if not one.undoes]


def _told(one: Imported, back: Imported | None, run: Run | None) -> Line:
    return {
        "state": "at-work" if run and run.id == one.id else state_of(one),
        "at_work": _at_work(run) if run else None,
        "id": one.id.hex(),
        "file": one.file,
        "sha256": one.sha256.hex(),
        "kind": one.kind,
        "mapping": one.mapping,
        "source": one.source,
        "compartment": one.compartment,
        "organisation": one.owner,
        "account": one.account,
        "began": iso(one.began),
        "ended": iso(one.ended) if one.ended else None,
        "filed": one.filed,
        "sums": msgspec.structs.asdict(one.sums) if one.sums else None,
        "undone": {"account": back.account, "at": iso(back.began)} if back else None,
    }


def _at_work(run: Run) -> Line:
    return {"act": "undo" if run.told.undoes else "file", "done": run.rows, "of": run.of}


def undone(found: Undoing) -> Line:
    """What taking an import back does."""
    return {
        "withdrawn": found.withdrawn,
        "restored": found.restored,
        "kept": found.kept_all,
        "gone": found.gone,
        "stopped": found.stopped,
        "first_kept": [{"id": row.id.hex(), "called": called(row)} for row in found.kept[:_SHOWN]],
    }
