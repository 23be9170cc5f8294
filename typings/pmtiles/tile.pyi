from collections.abc import Mapping
from enum import Enum
from typing import Any

class Entry:
    tile_id: int
    offset: int
    length: int
    run_length: int

class Compression(Enum):
    UNKNOWN = 0
    NONE = 1
    GZIP = 2
    BROTLI = 3
    ZSTD = 4

class TileType(Enum):
    UNKNOWN = 0
    MVT = 1
    PNG = 2
    JPEG = 3
    WEBP = 4
    AVIF = 5
    MLT = 6

def zxy_to_tileid(z: int, x: int, y: int) -> int: ...
def deserialize_directory(buf: bytes) -> list[Entry]: ...
def deserialize_header(buf: bytes) -> Mapping[str, Any]: ...
