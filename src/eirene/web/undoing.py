"""Imports that there were, and taking one back: for the command line and the browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from eirene.desks.importing import Undoing
from eirene.errors import InvalidQuery, Unavailable
from eirene.picture.imports import Imported
from eirene.times import iso
from eirene.web.bodies import text_in
from eirene.web.bring import called
from eirene.web.node import ControlledNode

Line = dict[str, Any]
_SHOWN = 100


def undo_import(node: ControlledNode, given: dict[str, Any], say: Callable[[Line], None]) -> Line:
    """The verb: list the imports that an account may see, or take one back.

    ``given``: account, import (an id or how it begins; empty: list), dry_run.
    """
    reader = node.people.reader(text_in(given, "account"))
    begins = text_in(given, "import", default="")
    found = node.importing.all(reader)
    if not begins:
        return {"imports": told(found)}
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
    done = node.importing.undo(
        reader, mine[0].id, progress=lambda filed: say({"progress": filed, "of": mine[0].filed})
    )
    return undone(done)


def told(found: list[Imported]) -> list[Line]:
    """Imports as they are answered, newest first; what takes one back stands with it."""
    back = {one.undoes: one for one in found if one.undoes}
    return [_told(one, back.get(one.id)) for one in found if not one.undoes]


def _told(one: Imported, back: Imported | None) -> Line:
    return {
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


def undone(found: Undoing) -> Line:
    """What taking an import back does."""
    return {
        "withdrawn": found.withdrawn,
        "restored": found.restored,
        "kept": found.kept_all,
        "gone": found.gone,
        "first_kept": [{"id": row.id.hex(), "called": called(row)} for row in found.kept[:_SHOWN]],
    }
