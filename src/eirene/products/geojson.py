"""Export as GeoJSON (RFC 7946), the manifest as last member of the collection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from eirene.reports.kinds import Kind

_POINT = ("latitude", "longitude")
_encode = msgspec.json.Encoder().encode


class GeoJsonDocument:
    """One feature collection."""

    media_type = "application/geo+json"
    packed = False

    def __init__(self, of: Sequence[Kind], realm: str = "") -> None:
        self._begun = False

    def head(self) -> bytes:
        """The collection, open."""
        return b'{"type":"FeatureCollection","features":[\n'

    def body(self, flats: list[dict[str, Any]]) -> bytes:
        """Some features, one a line."""
        text = b",\n".join(_encode(feature(flat)) for flat in flats)
        if self._begun and text:
            text = b",\n" + text
        self._begun = self._begun or bool(text)
        return text

    def foot(self) -> bytes:
        """The end of the features."""
        return b"\n]"

    def manifest(self, manifest: Mapping[str, Any]) -> bytes:
        """The manifest, and the end."""
        return b',\n"manifest":' + _encode(manifest) + b"}\n"


def feature(flat: Mapping[str, Any]) -> dict[str, Any]:
    """One report; without a point its geometry is null, never 0, 0."""
    geometry = None
    if "latitude" in flat:
        geometry = {"type": "Point", "coordinates": [flat["longitude"], flat["latitude"]]}
    properties = {name: value for name, value in flat.items() if name not in ("id", *_POINT)}
    span = properties.pop("occurred", None)
    if span is not None:
        properties |= {
            "occurred": span.get("text", ""),
            "occurred_start": span["start"],
            "occurred_end": span["end"],
            "occurred_precision": span["precision"],
        }
    return {
        "type": "Feature",
        "id": flat["id"],
        "geometry": geometry,
        "properties": properties,
    }
