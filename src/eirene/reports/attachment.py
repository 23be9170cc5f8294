"""Attachment: a photo or a document that belongs to a report, joined to it by a link.

Invariants
  * It comes with its file, which the envelope names by address and key; the file itself is
    sealed beside the log. What is said here of the file, the node found in it.
  * What the file tells of its maker, place and time is shown to whoever may read the
    original, and is in no version.
  * It has no data class: nothing of it passes a release by itself.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from eirene.reports.kinds import Codes, Content, Held, Kind

FILE_TYPE = Codes(
    "file-type",
    {
        "jpeg": "Photo (JPEG)",
        "png": "Picture (PNG)",
        "webp": "Picture (WebP)",
        "pdf": "PDF document",
        "text": "Plain text",
        "csv": "Table (CSV)",
        "docx": "Text document (DOCX)",
        "xlsx": "Workbook (XLSX)",
        "odt": "Text document (ODT)",
    },
)
FILE_TELLS = Codes(
    "file-tells",
    {
        "position": "Position",
        "time": "Time",
        "person": "Person",
        "device": "Device",
        "program": "Program",
        "words": "Words",
        "history": "Edit history",
        "hidden": "Hidden part",
    },
)
PICTURES = ("jpeg", "png", "webp")
"""Types that can be drawn anew; of the others only a person makes a version."""
MEDIA_TYPES = {
    "jpeg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "pdf": "application/pdf",
    "text": "text/plain",
    "csv": "text/csv",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "odt": "application/vnd.oasis.opendocument.text",
}
"""Media type under which a file of each type is given out."""


class Told(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing that a file tells of itself: what it is, where it stands, what it says."""

    what: Annotated[str, FILE_TELLS]
    name: Annotated[str, Meta(max_length=80)] = ""
    value: Annotated[str, Meta(max_length=300)] = ""


class Attached(Content, frozen=True, kw_only=True):
    """One file, as somebody attached it."""

    file_type: Annotated[str, FILE_TYPE, Held("attachments", "", "choice")]
    """What the file is, by its content."""

    file_name: Annotated[str, Meta(max_length=200), Held("attachments", "SPL", "text")] = ""
    """Name that the file had where it came from."""

    file_bytes: Annotated[
        Annotated[float, Meta(ge=0)] | UnsetType, Held("attachments", "", "number", unit="bytes")
    ] = UNSET
    """Size of the file in bytes."""

    width_px: Annotated[
        Annotated[float, Meta(ge=0)] | UnsetType, Held("attachments", "", "number", unit="px")
    ] = UNSET
    """Width of the picture in pixels, as it is looked at."""

    height_px: Annotated[
        Annotated[float, Meta(ge=0)] | UnsetType, Held("attachments", "", "number", unit="px")
    ] = UNSET
    """Height of the picture in pixels, as it is looked at."""

    tells: Annotated[
        tuple[Told, ...], Meta(max_length=60), Held("attachments", "SPLO", "list")
    ] = ()
    """What the file tells of itself: where, when, by whom, with what, and how it was changed."""


KIND = Kind(
    name="attachment",
    version=1,
    content=Attached,
    title="Attachment",
    plural="Attachments",
    by_upload=True,
    symbol="none",
    example={
        "kind": "attachment",
        "file_type": "jpeg",
        "file_name": "market.jpg",
        "summary": "The market after the fire, from the north",
    },
)
