"""Export as KMZ: the KML, packed. The hash of the manifest is that of the KML before it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

from eirene.products.kml import KmlDocument
from eirene.reports.kinds import Kind

_MADE = (1980, 1, 1, 0, 0, 0)
"""No time of the node: the same content gives the same bytes."""


class KmzDocument(KmlDocument):
    """One archive; it is sent when it is whole."""

    media_type = "application/vnd.google-earth.kmz"
    packed = True

    def __init__(self, of: Sequence[Kind], realm: str = "") -> None:
        super().__init__(of, realm)
        self._pieces: list[bytes] = []

    def head(self) -> bytes:
        """The document, open."""
        return self._kept(super().head())

    def body(self, flats: list[dict[str, Any]]) -> bytes:
        """Some placemarks."""
        return self._kept(super().body(flats))

    def manifest(self, manifest: Mapping[str, Any]) -> bytes:
        """The archive, whole."""
        self._pieces.append(super().manifest(manifest))
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(
                zipfile.ZipInfo("doc.kml", _MADE), b"".join(self._pieces), zipfile.ZIP_DEFLATED
            )
        return file.getvalue()

    def _kept(self, piece: bytes) -> bytes:
        self._pieces.append(piece)
        return piece
