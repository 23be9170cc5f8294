"""Backups: of a node's log, attachments, maps and divisions, and - apart - of its key store.

A node backup is made while the node runs, is encrypted under a key that only
the key store holds, and is read back and checked before it gets its name. A
key backup opens only with the passphrases of both custodians together.
"""

from __future__ import annotations

import os
import re
import secrets as random
import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from io import BufferedReader
from pathlib import Path
from typing import IO, Any, Literal

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from eirene.errors import BackupFailed, NotANode, WrongLock
from eirene.keys.erased import DATA, KEYS, NODE, Copy
from eirene.keys.lock import Lock, passphrase_key
from eirene.keys.seal import derive
from eirene.keys.store import KeyStore
from eirene.log.attachments import UNFINISHED
from eirene.log.log import Log, utc_now
from eirene.log.refill import refill
from eirene.log.traces import drop, remove_files, traces
from eirene.nodes import ground
from eirene.reports.envelope import Entry, entry_hash

_MAGIC = b"EIRENE-BACKUP-1\n"
_KEY_MAGIC = b"EIRENE-KEYS-1\n"
_INFO = b"eirene/backup/1"
_PAGE = 2_000
_CHUNK = 1 << 20
Progress = Callable[[int], None]


class Summary(msgspec.Struct):
    """What a backup holds."""

    entries: int = 0
    files: int = 0
    bytes: int = 0
    last_lsn: int = 0
    maps: int = 0
    divisions: int = 0
    """Versions of the divisions that the mission brought itself."""
    ground_bytes: int = 0
    """Of maps and divisions."""
    left_out: list[str] = []
    """Maps that are larger than ``ground.LARGEST``, by their path in the node's folder."""

    def add_ground(self, names: Iterable[str], size: int) -> None:
        """Count maps and versions by the names of their files."""
        held = {ground.kept(name) for name in names} - {""}
        self.maps = sum(one.startswith(f"{ground.MAPS}/") for one in held)
        self.divisions = len(held) - self.maps
        self.ground_bytes = size


class _Frames:
    """Sealed frames in order: a frame that is missing, moved or changed does not open."""

    def __init__(self, keys: KeyStore, salt: bytes) -> None:
        self._seal = AESGCM(derive(keys.backup_key, salt, _INFO))
        self._at = 0

    def _nonce(self) -> bytes:
        self._at += 1
        return self._at.to_bytes(12, "big")

    def sealed(self, value: Any) -> bytes:
        data = self._seal.encrypt(self._nonce(), msgspec.msgpack.encode(value), _MAGIC)
        return struct.pack(">I", len(data)) + data

    def opened(self, source: BufferedReader) -> Any:
        size = source.read(4)
        data = source.read(struct.unpack(">I", size)[0]) if len(size) == 4 else b""
        try:
            return msgspec.msgpack.decode(self._seal.decrypt(self._nonce(), data, _MAGIC))
        except InvalidTag:
            raise BackupFailed(
                "The backup is damaged, cut short, or of another key store.",
                remedy="Take another backup file, or the key store that belongs to it.",
            ) from None


def backup(
    log: Log,
    keys: KeyStore,
    attachments: Path,
    target: Path,
    progress: Progress | None = None,
    *,
    node: Path | None = None,
) -> Summary:
    """Write, read back and name a backup; holds all that was acknowledged before the call, and the
    maps and divisions of the folder ``node``, where it is given.
    """
    if target.exists():
        raise BackupFailed(
            f"{target} exists already.", field="file", remedy="Choose another file name."
        )
    until = log.last_lsn
    beside = target.with_name(target.name + ".part")
    salt = random.token_bytes(32)
    public = ground.Ground(node)
    copy = _noted(keys, target, DATA, salt)
    frames = _Frames(keys, salt)
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            out.write(_MAGIC + salt + keys.mission)
            held = _filled(out, frames, _pages(log, until), _files(attachments), public, progress)
            out.write(frames.sealed(["end", *held, until, public.left_out]))
            out.flush()
            os.fsync(out.fileno())
        checked = check(keys, beside)
        if (checked.entries, checked.files) != held:
            raise BackupFailed("The backup does not read back as it was written.")
        checked.last_lsn, checked.bytes = until, beside.stat().st_size
        beside.replace(target)
    except OSError as error:
        raise BackupFailed(
            f"The backup could not be written: {error.strerror}.",
            field="file",
            remedy="Make room, or choose another place.",
        ) from None
    finally:
        public.close()
        beside.unlink(missing_ok=True)
        if not target.exists():
            keys.erased.forget_copy(copy.id)
    return checked


def _filled(
    out: IO[bytes],
    frames: _Frames,
    pages: Iterable[list[tuple[int, bytes, bytes, bytes, int]]],
    files: Iterable[tuple[str, bytes]],
    public: ground.Ground,
    progress: Progress | None,
) -> tuple[int, int]:
    """Writes entries, then pieces of files; gives how many of each."""
    entries = pieces = 0
    for page in pages:
        out.write(frames.sealed(["entries", page]))
        entries += len(page)
        if progress:
            progress(entries)
    for sort, held in (("file", files), ("ground", public.chunks())):
        for name, chunk in held:
            out.write(frames.sealed([sort, name, chunk]))
            pieces += 1
    return entries, pieces


def _noted(keys: KeyStore, target: Path, kind: Literal["keys", "data"], salt: bytes) -> Copy:
    """The list of copies knows of a backup before its first byte is written."""
    copy = Copy(id=_id_of(salt), kind=kind, name=str(target.resolve()), made=utc_now())
    keys.erased.note_copy(copy)
    return copy


def _id_of(salt: bytes) -> str:
    return salt[:4].hex()


def copy_id(file: Path) -> str:
    """Id under which the node that made a backup has listed it, whatever the file is called now."""
    with _opened(file) as source:
        start = source.read(64)
    for magic in (_MAGIC, _KEY_MAGIC):
        if start.startswith(magic):
            return _id_of(start[len(magic) :])
    raise BackupFailed(
        f"{file} is no backup.", field="receipt", remedy="Name a backup's file, or its id."
    )


def _pages(log: Log, until: int) -> Iterator[list[tuple[int, bytes, bytes, bytes, int]]]:
    page: list[tuple[int, bytes, bytes, bytes, int]] = []
    for lsn, entry, received in log.read_raw():
        if lsn > until:
            break
        page.append((lsn, entry.header, entry.sealed, entry.signature, received))
        if len(page) == _PAGE:
            yield page
            page = []
    if page:
        yield page


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")) if folder.exists() else []:
        if path.is_file() and path.suffix != UNFINISHED:
            with path.open("rb") as source:
                while chunk := source.read(_CHUNK):
                    yield str(path.relative_to(folder)), chunk


def _frames(keys: KeyStore, file: Path) -> Iterator[list[Any]]:
    """Frames of a backup; ends only with the end frame."""
    with _opened(file) as source:
        start = source.read(len(_MAGIC) + 48)
        if not start.startswith(_MAGIC) or len(start) < len(_MAGIC) + 48:
            raise BackupFailed(f"{file} is no backup of a node.", field="file")
        salt, mission = start[len(_MAGIC) : -16], start[-16:]
        if mission != keys.mission:
            raise BackupFailed(
                "This backup belongs to another mission.",
                field="file",
                remedy="Restore the key store that belongs to it first: eirene keys restore.",
            )
        frames = _Frames(keys, salt)
        while True:
            frame = frames.opened(source)
            yield frame
            if frame[0] == "end":
                return


def _opened(file: Path) -> BufferedReader:
    try:
        return file.open("rb")
    except OSError as error:
        raise BackupFailed(
            f"{file} cannot be read: {error.strerror}.", field="file", remedy="Check the path."
        ) from None


def check(keys: KeyStore, file: Path) -> Summary:
    """Read a backup through: every frame opens, every chain follows, nothing is missing."""
    summary = Summary()
    chains: dict[bytes, bytes] = {}
    names: set[str] = set()
    size = 0
    for frame in _frames(keys, file):
        if frame[0] == "entries":
            for lsn, header, *_ in frame[1]:
                chains[entry_hash(header)] = b""
                summary.entries += 1
                summary.last_lsn = lsn
        elif frame[0] == "file":
            summary.files += 1
        elif frame[0] == "ground":
            summary.files += 1
            names.add(frame[1])
            size += len(frame[2])
        elif frame[1:3] != [summary.entries, summary.files]:
            raise BackupFailed("The backup holds less than it says.", field="file")
        else:
            summary.left_out = list(frame[4]) if len(frame) > 4 else []
    summary.add_ground(names, size)
    if len(chains) != summary.entries:
        raise BackupFailed("The backup holds an entry twice.", field="file")
    return summary


def restore(keys: KeyStore, file: Path, folder: Path, progress: Progress | None = None) -> Summary:
    """Fill a node's empty folder from a backup; new chains name the ends of the old ones.

    What this key store has dropped or erased since is not brought back.
    """
    if (folder / "log" / "log.db").exists():
        raise NotANode(
            f"There is a log in {folder} already.",
            field="data",
            remedy="Restore into a folder without one; a backup never overwrites a log.",
        )
    summary = check(keys, file)
    done = 0

    def entries() -> Iterator[tuple[int, Entry, int]]:
        nonlocal done
        for frame in _frames(keys, file):
            if frame[0] == "file":
                _put_back(folder / "attachments", frame[1], frame[2])
            if frame[0] == "ground":
                ground.put_back(folder, frame[1], frame[2])
            if frame[0] != "entries":
                continue
            for lsn, header, sealed, signature, received in frame[1]:
                yield lsn, Entry(header, sealed, signature), received
            done += len(frame[1])
            if progress:
                progress(done)

    ground.clear(folder)
    beside = folder / "log.part"
    for leftover in beside.glob("*"):
        leftover.unlink()
    heads = refill(beside, keys, entries())
    _erase_again(beside, keys, folder / "attachments")
    known = set(keys.compartments())
    ends = {h.compartment: (a, h) for a, h in _newest(heads) if h.compartment in known}
    keys.begin_new_chains(
        {name: (author, head.sequence, head.hash) for name, (author, head) in ends.items()}
    )
    (folder / "log").mkdir(mode=0o700, exist_ok=True)
    for part in beside.glob("*"):
        part.replace(folder / "log" / part.name)
    beside.rmdir()
    ground.settle(folder)
    return summary


def _erase_again(folder: Path, keys: KeyStore, attachments: Path) -> None:
    """Of organisations erased since, also what their keys did not seal: versions and the ledger."""
    for erasure in keys.erased.all():
        log = Log.open(folder, keys, whole=False)
        try:
            found = traces(log, keys.owner, erasure.organisation, erasure.compartment)
            drop(log, found)
        finally:
            log.close_unchanged()
        remove_files(attachments, found.files)
    remove_files(attachments, keys.drops.among(_names(attachments)))


def _names(folder: Path) -> list[bytes]:
    """Hashes by which the files of a folder are called."""
    names = ["".join(path.relative_to(folder).parts) for path in folder.rglob("*")]
    return [bytes.fromhex(name) for name in names if re.fullmatch("[0-9a-f]{64}", name)]


def _newest(heads: dict[bytes, Any]) -> list[tuple[bytes, Any]]:
    return sorted(heads.items(), key=lambda item: item[1].clock)


def _put_back(folder: Path, name: str, chunk: bytes) -> None:
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise BackupFailed("The backup names a file outside the node.", field="file")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as out:
        out.write(chunk)


# -- the key store, apart


def _custodian_key(passphrases: Sequence[bytes], salt: bytes) -> bytes:
    if len(passphrases) != 2 or any(len(words) < 8 for words in passphrases):
        raise WrongLock(
            "A key backup takes the passphrases of two custodians, 8 characters at least.",
            field="custodian",
            remedy="Each custodian types his own: --custodian-file twice, or at the prompt.",
        )
    parts = [passphrase_key(words, salt, 65_536, 3) for words in passphrases]
    return derive(parts[0] + parts[1], salt, _INFO)


def backup_keys(keys: KeyStore, target: Path, passphrases: Sequence[bytes]) -> int:
    """Seal the key store to two custodians; gives the number of data keys."""
    if target.exists():
        raise BackupFailed(
            f"{target} exists already.", field="file", remedy="Choose another file name."
        )
    salt, nonce = random.token_bytes(32), random.token_bytes(12)
    key = _custodian_key(passphrases, salt)
    copy = _noted(keys, target, KEYS, salt)
    try:
        tables = keys.dump()
        sealed = AESGCM(key).encrypt(nonce, msgspec.msgpack.encode(tables), _KEY_MAGIC)
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            out.write(_KEY_MAGIC + salt + nonce + sealed)
            out.flush()
            os.fsync(out.fileno())
    finally:
        if not target.exists():
            keys.erased.forget_copy(copy.id)
    return sum(1 for row in tables["data_key"] if row[4])


def restore_keys(file: Path, folder: Path, passphrases: Sequence[bytes], lock: Lock) -> KeyStore:
    """A key store from its backup, under a new lock, in a folder that has none."""
    with _opened(file) as source:
        data = source.read()
    if not data.startswith(_KEY_MAGIC):
        raise BackupFailed(f"{file} is no backup of a key store.", field="file")
    at = len(_KEY_MAGIC)
    salt, nonce, sealed = data[at : at + 32], data[at + 32 : at + 44], data[at + 44 :]
    key = _custodian_key(passphrases, salt)
    try:
        tables = msgspec.msgpack.decode(AESGCM(key).decrypt(nonce, sealed, _KEY_MAGIC))
    except InvalidTag:
        raise WrongLock(
            "The two passphrases do not open this key backup.",
            field="custodian",
            remedy="Both are needed, in the same order as when it was made.",
        ) from None
    keys = KeyStore.load(folder, lock, tables)
    words = f"the node {keys.node} itself, whose keys were restored here from {file.name}"
    now = utc_now()
    keys.erased.note_copy(Copy(id=f"node-{now:%Y%m%d-%H%M%S}", kind=NODE, name=words, made=now))
    return keys
