"""Backups: of a node's log, attachments, maps and divisions, and - apart - of its key store.

A node backup is made while the node runs, is encrypted under a key that only
the key store holds, and is read back and checked before it gets its name. One that was stopped
stays beside its name, and the next one of that name goes on with it. A
key backup opens only with the passphrases of both custodians together.
"""

from __future__ import annotations

import os
import re
import secrets as random
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from io import BufferedReader
from pathlib import Path
from typing import IO, Any, Literal, NamedTuple

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from eirene.errors import BackupFailed, NotANode, WrongLock
from eirene.keys.erased import DATA, KEYS, NODE, Copy
from eirene.keys.lock import Lock, passphrase_key
from eirene.keys.seal import derive
from eirene.keys.store import KeyStore
from eirene.log.log import Log, utc_now
from eirene.log.refill import refill
from eirene.log.traces import drop, remove_files, traces
from eirene.nodes import ground
from eirene.nodes.frames import INFO, MAGIC, SALT, Frames
from eirene.nodes.pieces import Pieces
from eirene.nodes.whole import beside, held, named, whole_file
from eirene.reports.envelope import Entry, entry_hash

_KEY_MAGIC = b"EIRENE-KEYS-1\n"
_ATTACHED = "attachments.part"
Progress = Callable[[int, int], None]


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
    kept: int = 0
    """Bytes of it that were there already: a backup of that name had been stopped."""
    left: bool = False
    """Whether one had been."""
    left_out: list[str] = []
    """Maps that are larger than ``ground.LARGEST``, by their path in the node's folder."""

    def add_ground(self, names: Iterable[str], size: int) -> None:
        """Count maps and versions by the names of their files."""
        held = {ground.kept(name) for name in names} - {""}
        self.maps = sum(one.startswith(f"{ground.MAPS}/") for one in held)
        self.divisions = len(held) - self.maps
        self.ground_bytes = size


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

    ``progress`` is told steps that are done, and of how many; what it raises stops the work, and
    what was written stays for the next backup of that name.
    """
    if target.exists():
        raise BackupFailed(
            f"{target} exists already.", field="file", remedy="Choose another file name."
        )
    public, until = ground.Ground(node), log.last_lsn
    tell = progress or _nobody
    try:
        with os.fdopen(os.open(beside(target), os.O_RDWR | os.O_CREAT, 0o600), "r+b") as out:
            held(out, target)
            try:
                pieces = Pieces(log, until, attachments, public)
                begun = _begun(keys, out, target, pieces, tell)
                checked = _written(
                    keys, out, beside(target), begun, pieces, (until, public.left_out), tell
                )
                checked.last_lsn = until
                named(out, target)
            except (OSError, BackupFailed):
                beside(target).unlink(missing_ok=True)
                for copy in keys.erased.copies():
                    if copy.kind == DATA and copy.name == str(target.resolve()):
                        keys.erased.forget_copy(copy.id)
                raise
    except OSError as error:
        raise BackupFailed(
            f"The backup could not be written: {error.strerror}.",
            field="file",
            remedy="Make room, or choose another place.",
        ) from None
    finally:
        public.close()
    return checked


def _nobody(_done: int, _of: int) -> None:
    pass


class _Begun(NamedTuple):
    """What a backup is written on with."""

    frames: Frames
    kept: int
    """Bytes that a backup that was stopped has left, and that still hold."""
    left: bool
    """Whether one was stopped there."""


def _begun(keys: KeyStore, out: IO[bytes], target: Path, pieces: Pieces, tell: Progress) -> _Begun:
    """Go on behind what a backup that was stopped has left, as far as the node still has it just so;
    else begin.
    """
    start = out.read(len(MAGIC) + SALT + 16)
    salt = start[len(MAGIC) : -16]
    if start.startswith(MAGIC) and start.endswith(keys.mission) and len(salt) == SALT:
        frames = Frames(keys, salt)
        at, place = out.tell(), frames.place
        with suppress(BackupFailed):  # torn off there
            while pieces.has(frames.opened(out)):
                at, place = out.tell(), frames.place
                tell(pieces.entries + pieces.files, 2 * pieces.of)
        if pieces.entries or pieces.files:
            _noted(keys, target, DATA, salt)
            out.seek(at)
            out.truncate()
            frames = Frames(keys, *place)
            out.write(frames.again())
            return _Begun(frames, at, left=True)
        keys.erased.forget_copy(_id_of(salt))
    salt = random.token_bytes(SALT)
    _noted(keys, target, DATA, salt)
    out.seek(0)
    out.truncate()
    out.write(MAGIC + salt + keys.mission)
    return _Begun(Frames(keys, salt), 0, left=bool(start))


def _written(
    keys: KeyStore,
    out: IO[bytes],
    part: Path,
    begun: _Begun,
    pieces: Pieces,
    end: tuple[int, list[str]],
    tell: Progress,
) -> Summary:
    """Write what is not in yet, and read all of it back."""
    for frame in pieces.rest():
        out.write(begun.frames.sealed(frame))
        tell(pieces.entries + pieces.files, 2 * pieces.of)
    held = (pieces.entries, pieces.files)
    out.write(begun.frames.sealed(["end", *held, *end]))
    out.flush()
    os.fsync(out.fileno())
    size = out.tell()
    checked = check(keys, part, lambda done: tell(pieces.of + done, 2 * pieces.of))
    if (checked.entries, checked.files) != held:
        raise BackupFailed("The backup does not read back as it was written.")
    checked.bytes, checked.kept, checked.left = size, begun.kept, begun.left
    return checked


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
    for magic in (MAGIC, _KEY_MAGIC):
        if start.startswith(magic):
            return _id_of(start[len(magic) :])
    raise BackupFailed(
        f"{file} is no backup.", field="receipt", remedy="Name a backup's file, or its id."
    )


def _frames(keys: KeyStore, file: Path) -> Iterator[list[Any]]:
    """Frames of a backup; ends only with the end frame."""
    with _opened(file) as source:
        start = source.read(len(MAGIC) + 48)
        if not start.startswith(MAGIC) or len(start) < len(MAGIC) + 48:
            raise BackupFailed(f"{file} is no backup of a node.", field="file")
        salt, mission = start[len(MAGIC) : -16], start[-16:]
        if mission != keys.mission:
            raise BackupFailed(
                "This backup belongs to another mission.",
                field="file",
                remedy="Restore the key store that belongs to it first: eirene keys restore.",
            )
        frames = Frames(keys, salt)
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


def check(keys: KeyStore, file: Path, progress: Callable[[int], None] | None = None) -> Summary:
    """Read a backup through: every frame opens, every chain follows, nothing is missing."""
    summary = Summary()
    chains: dict[bytes, bytes] = {}
    names: set[str] = set()
    size = 0
    for frame in _frames(keys, file):
        if progress:
            progress(summary.entries + summary.files)
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


def restore(
    keys: KeyStore, file: Path, folder: Path, progress: Callable[[int], None] | None = None
) -> Summary:
    """Fill a node's empty folder from a backup; new chains name the ends of the old ones.

    What this key store has dropped or erased since is not brought back. Everything lies beside its
    place until all of it is there, and the log goes last: who was stopped restores again, from the
    beginning.
    """
    if (folder / "log" / "log.db").exists():
        raise NotANode(
            f"There is a log in {folder} already.",
            field="data",
            remedy="Restore into a folder without one; a backup never overwrites a log.",
        )
    summary = check(keys, file)
    attached = folder / _ATTACHED
    shutil.rmtree(attached, ignore_errors=True)
    done = 0

    def entries() -> Iterator[tuple[int, Entry, int]]:
        nonlocal done
        for frame in _frames(keys, file):
            if frame[0] == "file":
                _put_back(attached, frame[1], frame[2])
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
    unfinished = folder / "log.part"
    for leftover in unfinished.glob("*"):
        leftover.unlink()
    heads = refill(unfinished, keys, entries())
    _erase_again(unfinished, keys, attached)
    known = set(keys.compartments())
    ends = {h.compartment: (a, h) for a, h in _newest(heads) if h.compartment in known}
    keys.begin_new_chains(
        {name: (author, head.sequence, head.hash) for name, (author, head) in ends.items()}
    )
    _settle(attached, folder / "attachments")
    ground.settle(folder)
    (folder / "log").mkdir(mode=0o700, exist_ok=True)
    for part in unfinished.glob("*"):
        part.replace(folder / "log" / part.name)
    unfinished.rmdir()
    return summary


def _settle(attached: Path, folder: Path) -> None:
    """Move files to their place; of the same name is only the same file, or half of it."""
    for path in sorted(attached.rglob("*")):
        if path.is_file():
            target = folder / path.relative_to(attached)
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.replace(target)
    shutil.rmtree(attached, ignore_errors=True)


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
    return derive(parts[0] + parts[1], salt, INFO)


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
        with whole_file(target, 0o600) as out:
            out.write(_KEY_MAGIC + salt + nonce + sealed)
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
