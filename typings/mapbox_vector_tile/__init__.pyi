"""What is used of mapbox-vector-tile, which has no types of its own."""

from collections.abc import Mapping, Sequence
from typing import Any

def encode(
    layers: Sequence[Mapping[str, Any]], *, default_options: Mapping[str, Any] | None = None
) -> bytes: ...
def decode(
    tile: bytes, *, default_options: Mapping[str, Any] | None = None
) -> dict[str, dict[str, Any]]: ...
