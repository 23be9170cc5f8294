from collections.abc import Mapping
from typing import Any, BinaryIO

from pmtiles.tile import Entry

class Writer:
    tile_entries: list[Entry]
    def __init__(self, f: BinaryIO) -> None: ...
    def write_tile(self, tileid: int, data: bytes) -> None: ...
    def finalize(self, header: Mapping[str, Any], metadata: Mapping[str, Any]) -> None: ...
