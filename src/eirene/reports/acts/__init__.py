"""Acts: reports that say what was done with reports and accounts, not what happened outside.

A release, a clearance, a change of the mission's configuration: each is a report
like any other in the log - signed, sealed, in a compartment, never changed. It is not
filed through a form, stands in no list, search or count, and folds into tables of its
own (``picture.ledger``), which desks ask. One module an act, with an ``ACT``.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import Any

import msgspec

from eirene.errors import InvalidEntry
from eirene.reports.envelope import Body

MARK = "act."
"""Names of acts begin so: also a node that does not know one keeps it out of its lists."""


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of act."""

    name: str
    version: int
    content: type[msgspec.Struct]
    title: str

    @property
    def tag(self) -> str:
        """Kind and version as they stand in the body: ``act.release/1``."""
        return f"{self.name}/{self.version}"


@cache
def acts() -> dict[str, Act]:
    """All acts by name: each module of this package that has an ``ACT``."""
    found: dict[str, Act] = {}
    for module in pkgutil.iter_modules(__path__):
        act = getattr(importlib.import_module(f"{__name__}.{module.name}"), "ACT", None)
        if isinstance(act, Act):
            if not act.name.startswith(MARK):
                raise TypeError(f"{act.name} is no name of an act")
            found[act.name] = act
    return dict(sorted(found.items()))


def act_of(content: msgspec.Struct) -> tuple[str, msgspec.Raw]:
    """Kind and content of an act as they stand in a body; the same act, the same bytes."""
    act = next(act for act in acts().values() if isinstance(content, act.content))
    return act.tag, msgspec.Raw(msgspec.msgpack.encode(content))


def is_act(body: Body) -> bool:
    """Whether a report is an act, of this or a later version."""
    return body.kind.startswith(MARK)


def act_in(body: Body) -> Any:
    """The content of an act; None where the report is no act that this version knows.

    ``InvalidEntry`` where the content does not fit its declaration.
    """
    name, _, version = body.kind.partition("/")
    act = acts().get(name)
    if act is None or version != str(act.version):
        return None
    try:
        return msgspec.msgpack.decode(body.content, type=act.content)
    except msgspec.MsgspecError as error:
        raise InvalidEntry(f"Not an act of kind {name}: {error}", field="content") from error
