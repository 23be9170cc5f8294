"""What a node has of the reports and entities that a post names, asked for all of it at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from eirene.errors import InvalidReport, NotAllowed
from eirene.picture import Picture, Row, many
from eirene.release.reader import Reader
from eirene.reports.draft import Draft
from eirene.reports.envelope import Attachment, Link


class Looked:
    """As one reader sees it, at one moment."""

    def __init__(
        self,
        picture: Picture,
        reader: Reader,
        drafts: Sequence[Draft],
        known: Mapping[bytes, Row],
        new: Collection[bytes] = (),
    ) -> None:
        """``known``: reports, by id, that were asked for already; ``new``: entities that were
        asked for, and are not there.
        """
        self._reader = reader
        named = {one for draft in drafts for one in draft.amends}
        named |= {one for draft in drafts for _, one in draft.links}
        entities = {d.entity for d in drafts if d.entity is not None and not d.amends}
        entities -= set(new)
        self._reports = {id_: known[id_] for id_ in named if id_ in known}
        named -= self._reports.keys()
        if named:
            self._reports |= many.reports(picture, reader, named)
        self._standing = many.told(picture, reader, entities) if entities else {}

    def amended(self, id_: bytes) -> Row:
        """The report that one is to replace; raises where this reader may not."""
        row = self._reports.get(id_)
        if row is None:
            raise InvalidReport(
                "No report with the id in amends is available to you.",
                field="amends",
                remedy="Take the id of the report that this one replaces.",
            )
        if row.body.coarse is not None:
            raise NotAllowed(
                "This is a released version; the node itself amends and withdraws it.",
                field="amends",
                remedy="Amend the original, or file your own report, linked to it.",
            )
        if row.owner != self._reader.organisation:
            raise NotAllowed(
                "Only the organisation that filed a report may amend or withdraw it.",
                field="amends",
                remedy="File your own report, linked to it.",
            )
        return row

    def links(self, draft: Draft) -> tuple[Link, ...]:
        """The links of a draft, by entry hash; raises where this reader sees no such report."""
        return tuple(
            Link(role, self._linked(id_, at)) for at, (role, id_) in enumerate(draft.links)
        )

    def _linked(self, id_: bytes, at: int) -> bytes:
        row = self._reports.get(id_)
        if row is None:
            raise InvalidReport(
                "No report with this id is available to you.",
                field=f"links.{at}.report",
                remedy="Take the id of a report that you can see.",
            )
        return row.entry

    def has(self, entity: bytes) -> bool:
        """Whether the reader's organisation tells of an entity already."""
        if entity not in self._standing:
            return False
        rows, _ = self._standing[entity]
        return any(row.owner == self._reader.organisation for row in rows)


def check_replaces(draft: Draft, amended: Sequence[Row]) -> None:
    """A report replaces reports of its kind, and beside one of them what withdrew it: so it is
    settled where one person withdrew what another amended.
    """
    if not amended or draft.kind.name == "withdrawal":
        return
    kinds = [row.kind for row in amended if row.kind != "withdrawal"]
    other = next((kind for kind in kinds or ["withdrawal"] if kind != draft.kind.name), None)
    if other is not None:
        raise InvalidReport(
            f"A {draft.kind.name} cannot replace a report of kind {other}.",
            field="kind" if kinds else "amends",
            remedy=f"File it as {other}." if kinds else "Name the report that was withdrawn, too.",
        )


def file_of(amended: Sequence[Row]) -> tuple[Attachment, ...]:
    """The file stays with what is said anew about it."""
    for row in amended:
        if row.body.attachments:
            return row.body.attachments
    raise InvalidReport(
        "An attachment comes with its file.",
        field="kind",
        remedy="Send the file's bytes to POST /api/attachments.",
    )
