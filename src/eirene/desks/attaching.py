"""The desk for attachments: a file is sealed first, then the report that names it is filed.

Invariants
  * An attachment stands in the compartment of the report that it belongs to, with that
    report's marking: whoever may read the one may read the other, and nobody else.
  * It is acknowledged when file and report are durable. Where the report is not filed,
    the file goes; where the node ends between the two, what is left opens with nothing.
  * A file that is withheld, and one that does not exist, are one answer.
"""

from __future__ import annotations

import hmac
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from eirene.desks.filing import Filed, FilingDesk
from eirene.errors import ContentConflict, DamagedFile, InvalidReport, NotAllowed, Unavailable
from eirene.keys.store import KeyStore
from eirene.log.attachments import Attachments
from eirene.picture import Picture, Row, report_by_id
from eirene.release.reader import Reader
from eirene.reports.attachment import MEDIA_TYPES
from eirene.reports.envelope import Attachment, report_id
from eirene.reports.kinds import kinds

LINK = "part-of"
"""Role of the link from an attachment to the report that it belongs to."""
PUBLIC = "public"
"""Where an original would be read by everybody, with all that it tells."""
THUMBNAIL = "thumbnail"
"""Name of the second file of an attachment that is a picture."""
THUMBNAIL_TYPE = "image/webp"
_ALIKE = ("classification", "tlp", "purpose", "terms")


class Found(msgspec.Struct, frozen=True):
    """A file as it is given out, and the report that it comes with."""

    row: Row
    data: bytes
    media_type: str
    name: str


class AttachmentDesk:
    """Takes files and gives them out; see the module."""

    def __init__(
        self,
        files: Attachments,
        filing: FilingDesk,
        keys: KeyStore,
        picture: Callable[[], Picture],
    ) -> None:
        self.files = files
        self._filing = filing
        self._keys = keys
        self._picture = picture

    def flat(self, reader: Reader, of: bytes, told: Mapping[str, Any]) -> dict[str, Any]:
        """The attachment as it would be filed to a report; raises what would stand in the way.

        ``told`` are fields of the kind, and a ``client_id``. Nothing is written.
        """
        row = self._belongs_to(reader, of)
        flat = {
            "kind": "attachment",
            "compartment": row.compartment,
            "links": [{"role": LINK, "report": of.hex()}],
            **{name: getattr(row.body, name) for name in _ALIKE if getattr(row.body, name)},
            **told,
        }
        self._filing.prepared(reader, flat, attached=(_NOTHING,))
        return flat

    def attach(
        self, reader: Reader, of: bytes, told: Mapping[str, Any], data: bytes, thumbnail: bytes
    ) -> Filed:
        """Seal and file; durable and visible on return. The same ``client_id``, the same answer.

        Raises what ``FilingDesk.file`` raises. Not from an event loop.
        """
        flat = self.flat(reader, of, told)
        known = self._known(reader, flat, data)
        if known is not None:
            return known
        where = flat["compartment"]
        kept = [
            self.files.keep(where, data, MEDIA_TYPES[flat["file_type"]], flat.get("file_name", ""))
        ]
        try:
            if thumbnail:
                kept.append(self.files.keep(where, thumbnail, THUMBNAIL_TYPE, THUMBNAIL))
            return self._filing.file_now(reader, [flat], attached=[tuple(kept)])[0]
        except BaseException:
            for one in kept:
                self.files.forget(one)
            raise

    def file(self, reader: Reader, id_: bytes, n: int = 0) -> Found:
        """The original, or the n-th picture of a version; ``Unavailable``, whatever the cause, or
        ``DamagedFile``.
        """
        row, files = self._pairs(reader, id_, n)
        return self._given(row, files[n][0])

    def thumbnail(self, reader: Reader, id_: bytes, n: int = 0) -> Found:
        """The small picture of it; ``Unavailable`` also where a document has none."""
        row, files = self._pairs(reader, id_, n)
        small = files[n][1]
        if small is None:
            raise Unavailable
        return self._given(row, small)

    def _pairs(
        self, reader: Reader, id_: bytes, n: int
    ) -> tuple[Row, list[tuple[Attachment, Attachment | None]]]:
        row = report_by_id(self._picture(), reader, id_)
        files = pairs(row.body.attachments)
        if not 0 <= n < len(files):
            raise Unavailable
        return row, files

    def _given(self, row: Row, held: Attachment) -> Found:
        return Found(row, self.files.read(held), held.type, held.name)

    def _belongs_to(self, reader: Reader, of: bytes) -> Row:
        try:
            row = report_by_id(self._picture(), reader, of)
        except Unavailable:
            raise InvalidReport(
                "No report with this id is available to you.",
                field="report",
                remedy="Take the id of a report that you can see.",
            ) from None
        kind = kinds().get(row.kind)
        if kind is None or kind.by_upload or "summary" in kind.without or row.kind == "withdrawal":
            raise NotAllowed(
                f"Nothing is attached to a report of kind {row.kind}.",
                field="report",
                remedy="Attach it to the report that it belongs to.",
            )
        if row.compartment == PUBLIC:
            raise NotAllowed(
                "Nothing is attached in public: everybody would read what the file tells of itself.",
                field="report",
                remedy="Attach it to the original, and pass the picture at the release desk.",
            )
        return row

    def _known(self, reader: Reader, flat: Mapping[str, Any], data: bytes) -> Filed | None:
        """What the same post was answered before; ``ContentConflict`` for another file."""
        if "client_id" not in flat:
            return None
        author = self._keys.author(flat["compartment"]).public
        id_ = report_id(author, reader.account, uuid.UUID(flat["client_id"]).bytes)
        _, body = self._picture().seen([id_]).get(id_, (None, None))
        if body is None:
            return None
        try:
            same = bool(body.attachments) and hmac.compare_digest(
                self.files.read(body.attachments[0]), data
            )
        except DamagedFile:
            same = body.attachments[0].size == len(data)
        if not same:
            raise ContentConflict(
                "You have filed other content under this client_id.",
                field="client_id",
                remedy="Use a new client_id for a new file.",
            )
        return Filed(body.id, body.entity)


def pairs(files: Sequence[Attachment]) -> list[tuple[Attachment, Attachment | None]]:
    """Files, each with its thumbnail where it has one."""
    found: list[tuple[Attachment, Attachment | None]] = []
    for one in files:
        if one.name == THUMBNAIL and found:
            found[-1] = found[-1][0], one
        else:
            found.append((one, None))
    return found


_NOTHING = Attachment(bytes(32), bytes(32), "application/octet-stream", 0)
"""Stands for the file while it is only asked whether it may be filed."""
