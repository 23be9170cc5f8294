"""Export as HXL 1.1: the table of the CSV with a row of hashtags under its headings.

Invariants
  * Every column has a tag, and no two columns of a file have the same one.
  * A column of a kind has the tag that the kind declares; one without has a tag of its form,
    with the name of the field as attribute.
  * Only numbers stand under a tag that HXL keeps for numbers, only dates under ``#date``.

The manifest stands beside the file, as with CSV; the marking is a column.
"""

from __future__ import annotations

from collections.abc import Sequence

from eirene.products.csv import CsvDocument
from eirene.reports.kinds import Field, Kind, fields_of

ENVELOPE = {
    "id": "#meta+id",
    "entry": "#meta+id+entry",
    "entity": "#meta+id+entity",
    "kind": "#meta+kind",
    "compartment": "#meta+compartment",
    "organisation": "#meta+owner",
    "classification": "#meta+classification",
    "tlp": "#meta+tlp",
    "marking": "#meta+marking",
    "occurred": "#meta+occurred+text",
    "occurred_start": "#date+occurred+start",
    "occurred_end": "#date+occurred+end",
    "occurred_precision": "#meta+occurred+precision",
    "observed": "#date+observed",
    "filed": "#date+reported",
    "place": "#loc+place",
    "place_name": "#loc+place+name",
    "latitude": "#geo+lat",
    "longitude": "#geo+lon",
    "accuracy_m": "#geo+precision",
    "place_method": "#meta+place+method",
    "mgrs": "#geo+mgrs",
    "pcode": "#geo+code",
    "pcode_from": "#meta+code+from",
    "source": "#meta+source",
    "basis": "#meta+basis",
    "grade": "#meta+grade",
    "purpose": "#meta+purpose",
    "language": "#meta+lang",
    "filed_by": "#meta+reporter",
    "amends": "#meta+amends",
    "links": "#meta+links",
    "withdrawn": "#meta+withdrawn",
    "conflict": "#meta+conflict",
    "current": "#meta+current",
}
"""Tag of each column that every table has."""

NUMBERS = frozenset("#population #affected #inneed #targeted #reached #value".split())
"""What HXL keeps for numbers; ``#indicator`` and ``#output`` with ``+num``, too."""

_FORMS = {
    "count": "#indicator+num",
    "number": "#indicator+num",
    "time": "#date",
    "text": "#description",
    "longtext": "#description",
}


def tags_of(columns: Sequence[str], of: Sequence[Kind]) -> list[str]:
    """The tag of each column of a table with these kinds."""
    fields: dict[str, Field] = {}
    for kind in of:
        for name, field in fields_of(kind.content).items():
            fields.setdefault(name, field)
    tags: list[str] = []
    for name in columns:
        tag = ENVELOPE.get(name) or tag_of(name, fields[name])
        tags.append(tag if tag not in tags else f"{tag}+{name}")
    return tags


def tag_of(name: str, field: Field) -> str:
    """What a kind declares, else one of the form of the field."""
    held = field.held
    return held.hxl or f"{_FORMS.get(held.form, '#meta')}+{name}"


class HxlDocument(CsvDocument):
    """One table."""

    def __init__(self, of: Sequence[Kind], realm: str = "") -> None:
        super().__init__(of, realm)
        self._tags = tags_of(self._columns, of)

    def head(self) -> bytes:
        """The headings, and the tags under them."""
        return super().head() + self._lines([self._tags])
