"""The maps of a node: a folder with one PMTiles file for each, and a list of what they are.

Invariants
  * A file in the folder is whole: it is made under another name and renamed at the end.
  * The list names only files that are there; it is replaced in one step.
  * Ids begin with ``own-``, so that none is mistaken for a map that ships with Eirene.
"""

from __future__ import annotations

import fcntl
import hashlib
import html
import os
import re
import shutil
import subprocess
import sys
import time
import unicodedata
from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from eirene.errors import DiskFull
from eirene.imports.patience import go_on
from eirene.maps.faults import BadMap
from eirene.maps.worker import Found, Request
from eirene.times import iso

ORDER = 10
"""Above the maps that ship with Eirene."""
LARGEST = 64 << 30
_LONGEST = 200
_WAIT_S = 3_600
_BREATH_S = 0.3
_CHUNK = 1 << 20
_LIST = "maps.json"
_ARRIVING, _MAKING = ".arriving-", ".making-"
_STALE_S = 86_400
"""What was begun so long ago is of a process that was killed: none may work a day on a map."""
_ROOM = 1 << 30


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What the administrator says of a map; what he leaves out, the file may say."""

    title: str = ""
    attribution: str = ""
    licence: str = ""
    as_of: str = ""
    """Day, month or year of which the map is, ISO 8601."""
    order: int = ORDER
    layer: str = ""
    """Which of several tile tables of a GeoPackage."""


class OwnMap(msgspec.Struct, frozen=True, kw_only=True):
    """One map of the mission's own."""

    id: str
    title: str
    attribution: str
    licence: str = ""
    as_of: str | None = None
    """None: nobody knows of when it is."""
    order: int = ORDER
    """Higher ones are drawn over lower ones."""
    added: str = ""
    """When it was added here, UTC."""
    tiles: str = "vector"
    """``vector`` or ``raster``."""
    tile_size: int = 256
    layers: tuple[str, ...] = ()
    """Of a vector map, the names of its tile layers."""
    bbox: tuple[float, float, float, float] = (-180.0, -85.0, 180.0, 85.0)
    min_zoom: int = 0
    max_zoom: int = 0
    size: int = 0
    """Bytes."""
    sha256: str = ""


def listed(node: Path) -> list[OwnMap]:
    """The maps of a node whose files are there, in the order of drawing."""
    path = _folder(node) / _LIST
    try:
        maps = msgspec.json.decode(path.read_bytes(), type=list[OwnMap])
    except FileNotFoundError:
        return []
    there = [one for one in maps if file_of(node, one.id).is_file()]
    return sorted(there, key=lambda one: (one.order, one.id))


def file_of(node: Path, map_id: str) -> Path:
    """Where a map lies."""
    return _folder(node) / f"{map_id}.pmtiles"


def add(node: Path, path: Path, asked: Asked, when: datetime) -> OwnMap:
    """Check a file and keep it as a map of the node's; raises ``BadMap``.

    Looking at the file may take an hour: nobody else waits for that, only for the move.
    """
    if not path.is_file():
        raise BadMap(
            f"There is no file {path}.",
            field="file",
            remedy="Check the path, and that the node's own user may read it.",
        )
    as_of = _day(asked.as_of)
    folder = _folder(node)
    folder.mkdir(mode=0o700, exist_ok=True)
    if asked.title:
        _free(node, _id(_words(asked.title)))  # said before an hour is spent
    with TemporaryDirectory(dir=folder, prefix=_MAKING) as work:
        made = Path(work) / "map.pmtiles"
        found = _checked(path, made, asked.layer)
        one = _described(path, asked, as_of, found, made, when)
        made.chmod(0o600)
        with _alone(folder):
            _free(node, one.id)
            made.replace(file_of(node, one.id))
            _write(folder, [*listed(node), one])
    return one


def _free(node: Path, map_id: str) -> None:
    """``BadMap`` where there is a map of that id."""
    if file_of(node, map_id).exists():
        raise BadMap(
            f"There is a map {map_id} already.",
            field="name",
            remedy=f"Remove it first (eirene maps remove {map_id}), or give another --name.",
        )


def remove(node: Path, map_id: str) -> OwnMap:
    """Take a map away; raises ``BadMap``."""
    folder = _folder(node)
    folder.mkdir(mode=0o700, exist_ok=True)
    with _alone(folder):
        there = {one.id: one for one in listed(node)}
        if map_id not in there:
            raise BadMap(
                f"There is no map {map_id[:80]!r} of this node's own.",
                field="map",
                remedy=f"There are: {', '.join(there)}." if there else "There are none.",
            )
        _write(folder, [one for one in there.values() if one.id != map_id])
        file_of(node, map_id).unlink(missing_ok=True)
    return there[map_id]


def reorder(node: Path, ids: list[str]) -> list[OwnMap]:
    """Put all maps into an order of drawing, the lowest first; raises ``BadMap``."""
    folder = _folder(node)
    folder.mkdir(mode=0o700, exist_ok=True)
    with _alone(folder):
        there = {one.id: one for one in listed(node)}
        if sorted(ids) != sorted(there):
            raise BadMap(
                "An order names every map of this node's own once.",
                field="maps",
                remedy=f"There are: {', '.join(there)}." if there else "There are none.",
            )
        placed = [
            msgspec.structs.replace(there[id_], order=ORDER + at) for at, id_ in enumerate(ids)
        ]
        _write(folder, placed)
    return placed


@contextmanager
def arriving(node: Path, name: str, size: int) -> Generator[Path]:
    """Where a file of so many bytes lies that is on its way, until ``add`` has looked at it; then
    it is removed. Raises ``DiskFull``: the node's log needs room more than a map does.
    """
    folder = _folder(node)
    folder.mkdir(mode=0o700, exist_ok=True)
    free = shutil.disk_usage(folder).free
    if free < 2 * size + _ROOM:  # it lies there twice while it is turned
        raise DiskFull(
            f"There is no room for a map of {size >> 20:,} MiB: {free >> 20:,} MiB are free.",
            remedy=f"A map needs twice its size, and {_ROOM >> 30} GiB stay free for reports.",
        )
    with TemporaryDirectory(dir=folder, prefix=_ARRIVING) as work:
        yield Path(work) / (Path(name).name or "map")


def tidy(node: Path) -> None:
    """Remove what was on its way when the node was stopped, and what the command line left half
    made when it was killed; it may be at work on another now.
    """
    for one in _folder(node).glob(f"{_ARRIVING}*"):
        shutil.rmtree(one, ignore_errors=True)
    for one in _folder(node).glob(f"{_MAKING}*"):
        if time.time() - one.stat().st_mtime > _STALE_S:
            shutil.rmtree(one, ignore_errors=True)


def _folder(node: Path) -> Path:
    return node / "maps"


@contextmanager
def _alone(folder: Path) -> Generator[None]:
    """One process at a time changes the list."""
    with (folder / ".lock").open("ab") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _write(folder: Path, maps: list[OwnMap]) -> None:
    beside = folder / f".{_LIST}"
    text = msgspec.json.format(msgspec.json.encode(maps), indent=2)
    with beside.open("wb") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    beside.replace(folder / _LIST)


def _checked(path: Path, made: Path, layer: str) -> Found:
    """What a process that is shut in found in the file, and made of it."""
    if path.stat().st_size > LARGEST:
        raise BadMap(
            f"{path.name} is larger than {LARGEST >> 30} GiB.",
            field="file",
            remedy="Cut the region of the mission out of it.",
        )
    request = Request(file=str(path.resolve()), made=str(made), layer=layer)
    kept = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "TMPDIR": str(made.parent)}
    with subprocess.Popen(
        [sys.executable, "-I", "-m", "eirene.maps.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=kept,
    ) as process:
        try:
            told = _heard(process, msgspec.json.encode(request))
        finally:
            process.kill()  # harmless where it has ended
    try:
        found = msgspec.json.decode(told.strip().rpartition(b"\n")[2], type=Found)
    except msgspec.DecodeError:
        found = Found(error="it takes more memory or time than it may, or is damaged")
    if found.error:
        raise BadMap(
            f"{path.name} is no map that Eirene can show: {found.error}.",
            field=found.field,
            remedy=found.remedy or "Give PMTiles 3, MBTiles, or a GeoPackage with tiles.",
        )
    return found


def _heard(process: subprocess.Popen[bytes], request: bytes) -> bytes:
    """What the process tells at its end. Asks whether to go on, which may raise to end it."""
    until = time.monotonic() + _WAIT_S
    given: bytes | None = request
    while time.monotonic() < until:
        try:
            return process.communicate(given, timeout=min(_BREATH_S, _WAIT_S))[0]
        except subprocess.TimeoutExpired:
            given = None
            go_on()
    return msgspec.json.encode(Found(error="it takes longer than it may"))


def _described(
    path: Path, asked: Asked, as_of: str | None, found: Found, made: Path, when: datetime
) -> OwnMap:
    title = _words(asked.title) or _words(found.title) or _words(path.stem)
    attribution = _words(asked.attribution) or _words(found.attribution)
    if not attribution:
        raise BadMap(
            f"Neither you nor {path.name} say whose map this is.",
            field="attribution",
            remedy='Say it: --attribution "Survey department, 2024". It stands beside the map.',
        )
    return OwnMap(
        id=_id(title),
        title=title,
        attribution=attribution,
        licence=_words(asked.licence) or _words(found.licence),
        as_of=as_of,
        order=asked.order,
        added=iso(when),
        tiles=found.tiles,
        tile_size=found.tile_size,
        layers=found.layers,
        bbox=found.bbox,
        min_zoom=found.min_zoom,
        max_zoom=found.max_zoom,
        size=made.stat().st_size,
        sha256=_hash(made),
    )


def _id(title: str) -> str:
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40].strip("-")
    return f"own-{slug or hashlib.sha256(title.encode()).hexdigest()[:8]}"


def _words(text: str) -> str:
    """One line of plain words: map files say them in HTML as often as not."""
    plain = re.sub(r"<[^<>]*>", " ", html.unescape(text))  # what was written as text is none either
    kept = "".join(c if c.isprintable() else " " for c in plain)
    return " ".join(kept.split())[:_LONGEST]


_DAY = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")


def _day(text: str) -> str | None:
    if text and not _DAY.fullmatch(text):
        raise BadMap(
            f"{text!r} is no year, month or day.",
            field="as-of",
            remedy="Write 2024, or 2024-03-31.",
        )
    return text or None


def _hash(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
