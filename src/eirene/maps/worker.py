"""The process that looks through a map file and writes it as PMTiles, shut in.

It takes one request as JSON on standard input and writes one answer as JSON to
standard output. A hostile file costs this process, which ends with its file.
"""

from __future__ import annotations

import sys

import msgspec

from eirene.imports.shut_in import shut_in

MEMORY = 1_500_000_000
SECONDS = 3_000
WRITTEN = 64 << 30


class Request(msgspec.Struct, frozen=True):
    """What to read, and where to write it."""

    file: str
    made: str
    layer: str = ""


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What the file is, or why it is none."""

    error: str = ""
    field: str = "file"
    remedy: str = ""
    title: str = ""
    attribution: str = ""
    licence: str = ""
    tiles: str = ""
    tile_size: int = 256
    layers: tuple[str, ...] = ()
    bbox: tuple[float, float, float, float] = (-180.0, -85.0, 180.0, 85.0)
    min_zoom: int = 0
    max_zoom: int = 0
    held: bool = False
    """Whether the kernel kept the process off sockets and programs."""


def main() -> None:
    """Look through one file and end."""
    request = msgspec.json.decode(sys.stdin.buffer.read(), type=Request)
    held = shut_in(memory=MEMORY, seconds=SECONDS, written=WRITTEN)
    from eirene.maps.faults import NoMap  # what follows reads a stranger's bytes
    from eirene.maps.turning import turned

    try:
        found = msgspec.structs.replace(turned(request), held=held)
    except NoMap as error:
        found = Found(error=str(error), field=error.field, remedy=error.remedy, held=held)
    except MemoryError:
        found = Found(error="it takes more memory than it may", held=held)
    except (ValueError, TypeError, OSError, EOFError, LookupError, OverflowError) as error:
        found = Found(error=f"it is damaged ({type(error).__name__})", held=held)
    sys.stdout.buffer.write(b"\n" + msgspec.json.encode(found) + b"\n")


if __name__ == "__main__":
    main()
