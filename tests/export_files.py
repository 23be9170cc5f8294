"""Reports as a node holds them, and the files that it makes of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from eirene.picture import Query
from eirene.products import Export, export
from eirene.release.reader import Reader
from eirene.reports.draft import draft_of
from eirene.reports.envelope import Body
from eirene.reports.flat import raw_content
from import_files import NOW
from picture_world import ALL, World, picture_of


def told(world: World, flat: dict[str, Any], **changed: Any) -> Body:
    """A report as the filing desk would store it."""
    draft = draft_of(flat, now=NOW)
    names = "occurred observed place source basis grade classification tlp purpose language".split()
    opened = world.tell(
        draft.kind.tag,
        content=msgspec.msgpack.decode(raw_content(draft.content)),
        **({name: getattr(draft, name) for name in names} | changed),
    )
    assert opened.body is not None
    return opened.body


def an_incident(**changed: Any) -> dict[str, Any]:
    return {
        "kind": "incident",
        "type": "VC",
        "occurred": "2025-03-10T14:30Z",
        "place": "4.3612, 18.5550",
        "summary": "Market attacked",
        "source": "patrol",
    } | changed


def exported(
    folder: Path, world: World, format_: str, reader: Reader = ALL, **asked: Any
) -> tuple[Export, bytes]:
    picture = picture_of(folder, world.entries)
    try:
        made = export(
            picture, reader, Query(**asked), format_, "duty", NOW, realm="replay", node="car"
        )
        return made, b"".join(made.chunks)
    finally:
        picture.close()
