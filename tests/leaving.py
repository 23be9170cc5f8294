"""A node on which an organisation has left its words everywhere, and what can be read of them."""

from __future__ import annotations

import functools
import gc
import json
import re
import shutil
import types
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import apsw
import msgspec

from attached import a_photo
from eirene.app import Node
from eirene.config import Settings
from eirene.desks.clearing import Who
from eirene.keys.lock import open_lock
from eirene.log.log import utc_now
from eirene.people.rights import Rights
from eirene.picture import Query
from eirene.picture.ledger import Entity, lines_with
from eirene.products import export
from eirene.products.tile import ring_around
from eirene.release.reader import Reader
from eirene.reports.acts import is_act
from eirene.reports.envelope import Attachment, Body, entry_hash
from eirene.reports.kinds import kinds
from outlets.planting import Gardener, Plant
from web_node import WebNode

SIGN = "vqxjw"
"""How each word of the organisation begins, and no other."""
CODE, OWN = "lamp", "org-lamp"
FOCAL, MEMBER = f"{SIGN}focal", f"{SIGN}member"
ROLES = {
    "joc-duty-officer": "mission",
    "head-of-mission": "mission",
    "release-officer": "mission",
    "medical-officer": "mission",
    "cmcoord-officer": "ocha",
    "capital-focal-point": "wide-bay",
    "administrator": "mission",
    "anyone": "public",
}
AMBER = "amber-focal"
SHARED = ("partners", "humanitarian", "command", "mission", "medical")
ALONE = {
    "capital-focal-point": "capital-wide-bay",
    AMBER: "org-amber-river",
    "medical-officer": "medical",
}
"""Compartments in which there was nothing of it, each with somebody who reads there."""
FILE_HASH = bytes(range(32))
FILES = re.compile(
    r"(log/(\.lock|log\.db(-wal|-shm)?)|keys/(keys\.db(-wal|-shm|-journal)?|lock\.json|plain\.key)"
    r"|picture/picture-\d{6}\.(db|next)(-wal|-shm|-journal)?|attachments/.*|node\.toml)"
)
"""Every file that may appear while a node erases."""


def signed(value: Any) -> Any:
    """Planted words with the organisation's sign in place of that of the others."""
    text = json.dumps(value, default=str)
    return json.loads(re.sub(r"\bqz([a-z]{10})", SIGN + r"\1", text))


def words_in(text: str) -> set[str]:
    """The organisation's words."""
    return set(re.findall(SIGN + r"[a-z0-9]+", text.lower()))


class Leaving:
    """The world. ``grow`` fills it; everything that is planted of ``lamp`` bears its sign."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.web = WebNode(folder, ROLES, mission="car")
        self.node: Node = self.web.node
        self.desk = self.node.releases
        self.desk._clock = lambda: self.now  # pyright: ignore[reportPrivateUsage]
        self.now = utc_now()
        self.gardener = Gardener([OWN, "org-amber-river", "capital-wide-bay", *SHARED])
        self.planted: set[str] = set()
        self.its_files: set[str] = set()
        self.other_files: set[str] = set()
        self.closed = False
        people = self.node.people
        for user, organisation in ((FOCAL, CODE), (MEMBER, CODE), (AMBER, "amber-river")):
            people.make(user, "ngo-focal-point", organisation, password="a sentence of its own")

    def reader(self, user: str) -> Reader:
        return self.node.people.reader(user)

    def tick(self, slots: int = 3) -> None:
        """Let versions be made."""
        self.desk.tick()
        for _ in range(slots):
            self.now += timedelta(minutes=15)
            self.desk.tick()

    # -- what everybody writes

    def grow(self) -> None:
        """Reports of every kind, amended and withdrawn, released, recalled, waiting."""
        self.write("joc-duty-officer", "command")
        self.write("joc-duty-officer", "mission")
        self.write("medical-officer", "medical")
        self.write("cmcoord-officer", "humanitarian")
        self.write("capital-focal-point", "capital-wide-bay")
        self.write(AMBER, "partners")
        self.write(AMBER, "org-amber-river")
        mine = [*self.write(FOCAL, OWN), *self.write(MEMBER, "partners")]
        self.attach()
        self.tick()
        self.decide()
        self.tick()
        for plant in mine[::3]:
            self.again(plant, plant.kind)
        for plant in mine[1::3]:
            self.again(plant, "withdrawal")
        self.tick()
        self.meet()

    def write(self, user: str, compartment: str) -> list[Plant]:
        """One report of every kind that may stand there."""
        made = [
            self.gardener.plant(kind, compartment)
            for kind in kinds().values()
            if kind.name != "withdrawal" and (not kind.only_in or compartment in kind.only_in)
        ]
        for plant in made:
            self.file(user, plant)
        return made

    def file(self, user: str, plant: Plant) -> None:
        mine = user in (FOCAL, MEMBER)
        flat = signed(plant.flat) if mine else plant.flat
        if not mine and "organisation_code" in flat:
            flat |= {"organisation_code": CODE}  # its compartment is told of it
        reader = msgspec.structs.replace(
            self.reader(user), may_file=frozenset((plant.compartment,))
        )
        files = self.files_of(plant, mine=mine)
        plant.report = self.node.filing.file_now(reader, [flat], attached=[files])[0].id.hex()
        if mine:
            self.planted |= words_in(json.dumps(flat, default=str))

    def files_of(self, plant: Plant, *, mine: bool) -> tuple[Attachment, ...]:
        """Of an attachment: a photo that tells who took it, and its thumbnail."""
        if plant.kind != "attachment" or "amends" in plant.flat:
            return ()
        name = f"{SIGN}photo{plant.n}" if mine else f"photo{plant.n}"
        keep = self.node.attaching.files.keep
        photo = keep(plant.compartment, a_photo(name), "image/jpeg", f"{name}.jpg")
        small = keep(plant.compartment, a_photo(size=(9, 9)), "image/webp", "thumbnail")
        (self.its_files if mine else self.other_files).update((photo.hash.hex(), small.hash.hex()))
        self.planted |= {name} if mine else set()
        return photo, small

    def again(self, plant: Plant, kind: str) -> None:
        """Tell it anew, or take it back."""
        amends = {"amends": [plant.report]}
        made = self.gardener.plant(kinds()[kind], plant.compartment, **amends)
        self.file(FOCAL if plant.compartment == OWN else MEMBER, made)

    def attach(self) -> None:
        """A report with a file, as a later version will file it."""
        body = Body(
            id=b"a" * 16,
            client_id=b"a" * 16,
            owner=CODE,
            compartment=OWN,
            entity=b"a" * 16,
            kind="note/1",
            account=FOCAL,
            filed=self.now,
            attachments=(Attachment(FILE_HASH, b"k" * 32, "text/plain", 3, f"{SIGN}file"),),
            content=msgspec.Raw(msgspec.msgpack.encode({"summary": f"{SIGN}note"})),
        )
        self.node.filing.post([body])
        self.planted |= {f"{SIGN}file", f"{SIGN}note"}
        for name in (FILE_HASH, b"o" * 32):
            (self.folder / "attachments" / name.hex()).write_bytes(name)

    def lines(self) -> list[Any]:
        reader = self.desk.everywhere()
        return lines_with(self.node.picture, reader, {CODE}, "")

    def decide(self) -> None:
        """Words for an audience, agreed to; some recalled, some refused, some half agreed to."""
        reader = self.reader(FOCAL)
        for at, line in enumerate(one for one in self.lines() if one.state == "waits"):
            text = f"Told by {SIGN}text{at}"
            act = "refuse" if at % 4 == 3 and line.audience != "public" else "edit"
            text = text if act == "edit" else ""
            if self.node.decisions.may_decide(reader, line):
                reason = f"because {SIGN}reason{at}"
                self.node.decisions.decide(reader, f"s{at}", line.id, act, reason=reason, text=text)
                self.planted |= words_in(text) | words_in(reason)
        medical = self.reader("medical-officer")
        for at, waits in enumerate(self.node.decisions.waiting(medical)):
            if waits.line.audience == OWN:
                self.node.decisions.decide(medical, f"m{at}", waits.line.id, "approve")
        self.now += timedelta(days=1)  # the slot of the public
        self.tick()
        for at, line in enumerate(one for one in self.lines() if one.version):
            if (
                at % 3 == 0
                and line.audience != "public"
                and self.node.decisions.may_decide(reader, line)
            ):
                reason = f"again {SIGN}recall{at}"
                self.node.decisions.decide(reader, "s", line.id, "recall", reason=reason)
                self.planted |= words_in(reason)

    def meet(self) -> None:
        """What is kept of people: tokens, devices, invitations, loans, proposals, suspensions."""
        people, clearing = self.node.people, self.node.clearing
        until = utc_now() + timedelta(days=2)
        people.make_token(FOCAL, "read", until, title=f"{SIGN}title", device=f"{SIGN}device")
        people.holdings.note(FOCAL, f"{SIGN}device", ["public"])
        people.begin_shift(FOCAL)
        focal = Who(user=FOCAL, session="s")
        clearing.invite(focal, f"{SIGN}guest", "ngo-focal-point", CODE)
        clearing.lend(focal, MEMBER, Rights(read=frozenset({OWN})), until, f"{SIGN}loan")
        clearing.suspend(focal, account=MEMBER, reason=f"{SIGN}suspended")
        head = Who(user="head-of-mission", session="h")
        clearing.propose(
            head, MEMBER, Rights(read=frozenset({"mission"})), until, reason=f"{SIGN}proposal"
        )
        self.planted |= {FOCAL, MEMBER} | {
            f"{SIGN}{name}"
            for name in ("title", "device", "guest", "loan", "suspended", "proposal")
        }

    # -- what can be read

    def its_rows(self) -> set[str]:
        """Ids of its reports and of every version of them."""
        gone = set(self.node.erasing.plan(CODE).found.lsns)
        every = [one for one in self.node.log.read() if one.lsn in gone]
        return {one.body.id.hex() for one in every if one.body is not None}

    def its_sealed(self) -> dict[int, bytes]:
        """Sealed bodies, by place, of all that is to go."""
        gone = set(self.node.erasing.plan(CODE).found.lsns)
        return {lsn: entry.sealed for lsn, entry, _ in self.node.log.read_raw() if lsn in gone}

    def its_keys(self) -> list[bytes]:
        """Data keys of the organisation and of its compartment."""
        rows = self.node.keys.dump()["data_key"]
        return [row[4] for row in rows if CODE in (row[1], row[2].removeprefix("org-"))]

    def exports(self, users: Iterable[str]) -> dict[tuple[str, str], bytes]:
        return exports_of(self.node, users)

    def hashes(self) -> list[bytes]:
        """Entry hashes of the whole log."""
        return [entry_hash(entry.header) for _, entry, _ in self.node.log.read_raw()]

    def reopen(self) -> None:
        """The node again, after it was closed; its releases wait for nothing."""
        self.web.node = self.node = again(self.folder)
        self.desk, self.closed = self.node.releases, False

    def close(self) -> None:
        """Let go of the folder; again is harmless."""
        if not self.closed:
            self.closed = True
            self.web.close()


def exports_of(node: Node, users: Iterable[str]) -> dict[tuple[str, str], bytes]:
    """All that each of them may see, in every format, asked at one and the same moment; and what
    some of them have in a compartment in which it never was (``user in compartment``).
    """
    readers = {user: node.people.reader(user) for user in users}
    for user, where in ALONE.items():
        near = msgspec.structs.replace(readers[user], compartments=frozenset((where,)))
        readers[f"{user} in {where}"] = near
    return {
        (name, form): _export(node, reader, form)
        for name, reader in readers.items()
        for form in ("csv", "geojson", "kml")
    }


def _export(node: Node, reader: Reader, form: str) -> bytes:
    when = datetime(2026, 1, 1, tzinfo=UTC)
    query = Query(withdrawn=True)
    made = export(node.picture, reader, query, form, reader.account, when, node.realm, node.name)
    return b"".join(made.chunks)


def look_at_all(node: Node) -> None:
    """Let the node remember what it will: every decision asked for anew, every list read."""
    desk, now = node.releases, utc_now()
    exports_of(node, [*ROLES, AMBER])
    for opened in node.log.read():
        body = opened.body
        if body is not None and not is_act(body) and not body.kind.startswith("author/"):
            case = desk.case(Entity(body.compartment, body.owner, body.entity))
            if case is not None:
                desk.decided(case, now)
                if node.mission and body.place and body.place.lat and body.place.lon:
                    node.mission.areas.reach_m(body.place.lon, body.place.lat, 1)
                    ring_around(body.place.lon, body.place.lat, 5_000)  # as a tile does


def remembered(node: Node, points: set[float]) -> tuple[set[str], set[Entity], set[float]]:
    """What can be reached of the organisation from a node's objects and from what functions keep:
    its words, entities of it, and those of these points.
    """
    caches = [o for o in gc.get_objects() if isinstance(o, functools._lru_cache_wrapper)]
    # those of a land are reached from its node; the others stand in modules
    ours = [c for c in caches if c.__module__.startswith("eirene") and "." not in c.__qualname__]
    near: list[Any] = [node, *ours]
    met: set[int] = set()
    words: set[str] = set()
    entities: set[Entity] = set()
    numbers: set[float] = set()
    while near:
        one = near.pop()
        if id(one) in met or isinstance(one, type | types.ModuleType):
            continue
        met.add(id(one))
        match one:
            case str():
                words |= words_in(one)
            case bytes() | bytearray() | memoryview() | msgspec.Raw():
                words |= words_in(bytes(one).decode("latin-1"))
            case float():
                numbers |= {one} & points
            case types.FunctionType():
                near += [one.__closure__, one.__defaults__, one.__kwdefaults__]
            case _:
                if isinstance(one, Entity) and one.owner == CODE:
                    entities.add(one)
                near += gc.get_referents(one)
    return words, entities, numbers


def readable(node: Node) -> str:
    """Every body that the node's keys open, and every row of its key store, as text."""
    bodies = [one.raw.decode("latin-1") for one in node.log.read()]
    tables = node.keys.dump()
    rows = [cell for rows in tables.values() for row in rows for cell in row]
    cells = [c.decode("latin-1") if isinstance(c, bytes) else str(c) for c in rows]
    return "\n".join([*bodies, *cells])


def opened(folder: Path, beside: Path) -> bytes:
    """All bytes of a closed node, with picture and key store decrypted page by page, and with
    what lies in pages that are free.
    """
    shutil.copytree(folder, beside)
    master = open_lock(beside / "keys", None)
    picture_key = _decrypted(beside / "keys" / "keys.db", f"hexkey = '{master.hex()}'")
    for path in (beside / "picture").glob("*.db"):
        _decrypted(path, f"key = 'raw:{picture_key.hex()}'")
    return b"\n".join(path.read_bytes() for path in sorted(beside.rglob("*")) if path.is_file())


def _decrypted(path: Path, pragma: str) -> bytes:
    db = apsw.Connection(str(path))
    db.execute("PRAGMA cipher = 'aegis'").fetchall()
    db.execute(f"PRAGMA {pragma}").fetchall()
    found: Any = b""
    if db.table_exists(None, "meta"):
        found = db.execute("SELECT value FROM meta WHERE name = 'picture_key'").get
    db.execute("PRAGMA journal_mode = DELETE").fetchall()
    db.execute("PRAGMA rekey = ''").fetchall()
    db.close()
    return found or b""


def again(folder: Path) -> Node:
    """The node of a folder, opened again."""
    return Node(Settings(data=str(folder), mission="car"), None)
