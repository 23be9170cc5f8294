"""What an administrator does with the mission's own maps, as the verb and the socket put it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from eirene.errors import InvalidQuery
from eirene.maps.shelf import Asked, add, listed, remove, reorder

Line = dict[str, Any]


class _Given(msgspec.Struct, frozen=True, kw_only=True):
    """``act``, and what it is about."""

    act: str
    file: str = ""
    asked: Asked = Asked()
    map: str = ""
    maps: list[str] = []


def carried_out(node: Path, given: Line) -> Line:
    """List, add, remove or order the maps in a node's folder; raises ``BadMap``."""
    said = msgspec.convert(given, _Given)
    if said.act == "list":
        return {"maps": msgspec.to_builtins(listed(node))}
    if said.act == "add":
        made = add(node, Path(said.file), said.asked, datetime.now(UTC))
        return {"map": msgspec.to_builtins(made)}
    if said.act == "remove":
        return {"map": msgspec.to_builtins(remove(node, said.map))}
    if said.act == "order":
        return {"maps": msgspec.to_builtins(reorder(node, said.maps))}
    raise InvalidQuery(
        f"There is no act {said.act[:40]!r}.", field="act", remedy="Use list, add, remove or order."
    )
