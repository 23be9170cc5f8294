"""Makes the golden vectors of the envelope, once; they are for ever.

Run by hand: ``python tests/vectors/make_envelope.py NAME`` writes one new
vector. An existing file is never written again: old vectors decode for ever.
All randomness comes from a counter, so that the bytes can be made again.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from eirene.errors import InvalidEntry
from eirene.keys.seal import open_body, seal_body
from eirene.places import Place
from eirene.reports import envelope as e
from eirene.reports.packing import packed
from eirene.times import Span

FOLDER = Path(__file__).parent / "envelope"
DICTIONARY = Path(__file__).resolve().parents[2] / "src/eirene/reports/bodies-1.zdict"
T0 = datetime(2026, 11, 25, 14, 30, tzinfo=UTC)


def noise(name: str, size: int = 32) -> bytes:
    """Bytes that look random and are the same each time."""
    return hashlib.shake_256(name.encode()).digest(size)


def padded_1(opener: bytes, body: bytes) -> bytes:
    """The plaintext of format 1 as it was written: its size classes were narrower."""
    plain = len(body).to_bytes(4, "big") + opener + body
    step = 128 if len(plain) <= 1024 else 1 << ((len(plain) - 1).bit_length() - 3)
    return plain.ljust(max(256, -(-len(plain) // step) * step), b"\0")


@dataclass
class Machine:
    """One author key in one compartment."""

    name: str
    owner: str = "mission"
    compartment: str = "command"
    realm: int = 1
    mission: bytes = noise("mission", 16)
    format: int = 1
    entries: list[e.Entry] = field(default_factory=list[e.Entry])
    sequence: int = 0
    previous: bytes = e.ZERO_HASH
    clock: int = 0

    def __post_init__(self) -> None:
        self.key = Ed25519PrivateKey.from_private_bytes(noise(f"author {self.name}"))
        self.public = self.key.public_key().public_bytes_raw()
        identity = Ed25519PrivateKey.from_private_bytes(noise(f"identity {self.name}"))
        author = e.Author(
            node=self.name,
            owner=self.owner,
            sign_key=identity.public_key().public_bytes_raw(),
            seal_key=noise(f"seal {self.name}"),
            signature=identity.sign(e.DOMAIN_SIGNATURE + b"author" + self.public),
        )
        self.file(kind="author/1", content=author, account="")

    def data_key(self) -> tuple[bytes, bytes]:
        where = f"{self.owner} {self.compartment} 2026-11"
        return noise(f"key id {where}", 16), noise(f"key {where}")

    def file(
        self,
        *,
        content: Any = None,
        sign: bool = True,
        raw: Callable[[bytes], bytes] = lambda raw: raw,
        pack: Callable[[bytes], bytes] = packed,
        **changes: Any,
    ) -> e.Entry:
        """One more entry."""
        tag = f"{self.name} {self.compartment} {self.sequence}"
        values: dict[str, Any] = {
            "client_id": noise(f"client {tag}", 16),
            "owner": self.owner,
            "compartment": self.compartment,
            "entity": noise(f"entity {tag}", 16),
            "kind": "incident/1",
            "account": "joc-duty-officer",
            "filed": T0 + timedelta(minutes=self.sequence),
        } | changes
        values["id"] = e.report_id(self.public, values["account"], values["client_id"])
        body = e.Body(**values, content=msgspec.Raw(msgspec.msgpack.encode(content or INCIDENT)))
        data = raw(e.encode_body(body))
        opener, salt = noise(f"opener {tag}"), noise(f"salt {tag}")
        key_id, key = self.data_key()
        first = self.format == 1
        plain = padded_1(opener, data) if first else e.pad(opener, pack(data))
        self.clock = max(self.clock + 1, int(values["filed"].timestamp() * 1000) << 16)
        header = e.Header(
            format=self.format, suite=1, mission=self.mission, realm=self.realm,
            compartment=noise(f"compartment {self.compartment}", 16), author=self.public,
            sequence=self.sequence, previous=self.previous, clock=self.clock, key_id=key_id,
            salt=salt, body_hash=e.ZERO_HASH, commitment=e.commitment_of(opener, data),
            size=len(plain),
        )  # fmt: skip
        sealed = seal_body(key, salt, e.encode_header(header), plain)
        final = msgspec.structs.replace(header, body_hash=hashlib.sha256(sealed).digest())
        data = e.encode_header(final)
        hash_ = e.entry_hash(data)
        entry = e.Entry(data, sealed, self.key.sign(e.DOMAIN_SIGNATURE + hash_) if sign else b"")
        self.sequence, self.previous = self.sequence + 1, hash_
        self.entries.append(entry)
        return entry


INCIDENT = {"type": "VC", "summary": "Market attacked", "killed": 1}


def hash_of(entry: e.Entry) -> bytes:
    return e.entry_hash(entry.header)


def one() -> tuple[list[Machine], list[e.Entry]]:
    """One report with every field of the body."""
    machine = Machine("n1")
    machine.file(
        source="patrol 12", basis="seen", observed=T0, grade="B3", classification="confidential",
        tlp="AMBER", purpose="protection", language="fr",
        occurred=Span(T0, T0 + timedelta(minutes=1), "minute", "251430ZNOV26"),
        place=Place(lat=-0.4917, lon=-0.2042, accuracy_m=15.0, method="text",
                    text="0 29 30 S 0 12 15 W", name="", pcode="XA0101", pcode_from="stated"),
        links=(e.Link("about", hash_of(machine.entries[0])),),
    )  # fmt: skip
    return [machine], machine.entries


def two_machines() -> tuple[list[Machine], list[e.Entry]]:
    """Two machines of one owner in one compartment: two chains, one data key."""
    a, b = Machine("n1"), Machine("n2")
    a.file()
    b.file()
    a.file()
    return [a, b], [a.entries[0], b.entries[0], a.entries[1], b.entries[1], a.entries[2]]


def gap() -> tuple[list[Machine], list[e.Entry]]:
    """The second report of a chain is not here yet."""
    machine = Machine("n1")
    for _ in range(3):
        machine.file()
    return [machine], [machine.entries[0], machine.entries[1], machine.entries[3]]


def fork() -> tuple[list[Machine], list[e.Entry]]:
    """Two entries at one sequence: both are kept, and somebody is told."""
    machine = Machine("n1")
    machine.file()
    sequence, previous = machine.sequence, machine.previous
    machine.file(content={"type": "AC", "summary": "one"})
    machine.sequence, machine.previous = sequence, previous
    machine.file(content={"type": "AC", "summary": "other"}, account="other")
    return [machine], machine.entries


def missing_body() -> tuple[list[Machine], list[e.Entry]]:
    """A header whose body has not come: the chain verifies all the same."""
    machine = Machine("n1")
    machine.file()
    machine.file()
    bare = e.Entry(machine.entries[1].header, b"", machine.entries[1].signature)
    return [machine], [machine.entries[0], bare, machine.entries[2]]


def erased() -> tuple[list[Machine], list[e.Entry]]:
    """Bodies of an owner who has left: the key is gone, the chain verifies."""
    machine = Machine("n1", owner="org-gone")
    machine.file()
    return [machine], machine.entries


def concurrent() -> tuple[list[Machine], list[e.Entry]]:
    """Two amendments that did not know of each other, and one that names both."""
    machine = Machine("n1")
    first = machine.file()
    entity = noise("entity n1 command 1", 16)
    a = machine.file(entity=entity, amends=(hash_of(first),), content=INCIDENT | {"killed": 0})
    b = machine.file(entity=entity, amends=(hash_of(first),), content=INCIDENT | {"killed": 2})
    machine.file(entity=entity, amends=(hash_of(a), hash_of(b)), content=INCIDENT | {"killed": 2})
    return [machine], machine.entries


def unknown_field() -> tuple[list[Machine], list[e.Entry]]:
    """Body and content with a field of a later version: kept byte for byte."""
    machine = Machine("n1")

    def later(raw: bytes) -> bytes:
        return msgspec.msgpack.encode(msgspec.msgpack.decode(raw) | {"later": {"x": 1}})

    machine.file(raw=later, content=INCIDENT | {"later": "value"})
    return [machine], machine.entries


def other_realm() -> tuple[list[Machine], list[e.Entry]]:
    """An entry of the realm live, given to a node of the realm exercise: refused."""
    machine = Machine("n1", realm=0)
    return [machine], machine.entries


def bulk() -> tuple[list[Machine], list[e.Entry]]:
    """A bulk batch: signed at every 256th and at its end."""
    machine = Machine("n1")
    for at in range(1, 301):
        machine.file(sign=at % 256 == 255 or at == 300)
    return [machine], machine.entries


def attachment() -> tuple[list[Machine], list[e.Entry]]:
    """A report that refers to a photo by address, with a key of its own."""
    machine = Machine("n1")
    photo = e.Attachment(noise("photo"), noise("photo key"), "image/jpeg", 48_213, "bridge.jpg")
    machine.file(attachments=(photo,))
    return [machine], machine.entries


def siblings() -> tuple[list[Machine], list[e.Entry]]:
    """A version for partners and a coarser one for local, with the link between them."""
    partners = Machine("n1p", compartment="partners")
    local = Machine("n1l", compartment="local")
    fine = partners.file(place=Place(pcode="XA0101", pcode_from="stated", method="pcode"))
    coarse = local.file(place=Place(pcode="XA01", pcode_from="stated", method="pcode"))
    partners.file(
        kind="note/1",
        content={"summary": "coarser version of mine"},
        links=(e.Link("part-of", hash_of(fine)), e.Link("coarser", hash_of(coarse))),
    )
    return [partners, local], [*partners.entries, *local.entries]


def filled(machine: Machine, **more: Any) -> None:
    """A report with every field of the body."""
    machine.file(
        source="patrol 12", basis="seen", observed=T0, grade="B3", classification="confidential",
        tlp="AMBER", purpose="protection", language="fr",
        occurred=Span(T0, T0 + timedelta(minutes=1), "minute", "251430ZNOV26"),
        place=Place(lat=-0.4917, lon=-0.2042, accuracy_m=15.0, method="text",
                    text="0 29 30 S 0 12 15 W", name="", pcode="XA0101", pcode_from="stated"),
        links=(e.Link("about", hash_of(machine.entries[0])),), **more,
    )  # fmt: skip


def packed_report() -> tuple[list[Machine], list[e.Entry]]:
    """Format 2: a report with every field, a long one, and one with a field of a later version."""
    machine = Machine("n1", format=2)
    filled(machine)
    story = " ".join(
        f"Paragraph {at}: people fled to {noise(str(at), 4).hex()}." for at in range(99)
    )
    filled(machine, content=INCIDENT | {"narrative": story})

    def later(raw: bytes) -> bytes:
        return msgspec.msgpack.encode(msgspec.msgpack.decode(raw) | {"later": {"x": 1}})

    machine.file(raw=later, content=INCIDENT | {"later": "value"})
    return [machine], machine.entries


def _by(**options: Any) -> Callable[[bytes], bytes]:
    """A frame as another program may write it."""
    dictionary = zstandard.ZstdCompressionDict(DICTIONARY.read_bytes())
    chosen: dict[str, Any] = {"dict_data": dictionary} | options
    by = zstandard.ZstdCompressor(**chosen)
    return lambda raw: b"\1" + by.compress(raw)


def packed_otherwise() -> tuple[list[Machine], list[e.Entry]]:
    """Format 2 as another author may pack: not at all; tightly, with checksum; without dictionary."""
    machine = Machine("n1", format=2)
    machine.file(pack=lambda raw: b"\0" + raw)
    machine.file(pack=_by(level=19, write_checksum=True, write_dict_id=True))
    machine.file(pack=_by(dict_data=None))
    return [machine], machine.entries


def packed_after_plain() -> tuple[list[Machine], list[e.Entry]]:
    """A chain that began in format 1 and goes on in format 2."""
    machine = Machine("n1")
    machine.file()
    machine.format = 2
    machine.file()
    return [machine], machine.entries


def packed_refused() -> tuple[list[Machine], list[e.Entry]]:
    """Format 2 that no reader may open, each after its author's report: see the page."""
    machine = Machine("n1", format=2)
    frame = _by(write_dict_id=False)
    hostile: dict[str, Callable[[bytes], bytes]] = {
        "expands past 1 MiB": lambda raw: frame(raw + bytes(1 << 20)),
        "is packed in another way": lambda raw: b"\2" + frame(raw)[1:],
        "is empty": lambda raw: b"",
        "does not say how long it is": _by(write_content_size=False),
        "says less than it holds": lambda raw: _relabelled(frame(raw), -1),
        "says more than it holds": lambda raw: _relabelled(frame(raw), +1),
        "has a frame too many": lambda raw: frame(raw) + frame(raw)[1:],
        "is cut short": lambda raw: frame(raw)[:-3],
    }
    for why, pack in hostile.items():
        machine.file(pack=pack, content=INCIDENT | {"narrative": f"Refused, since it {why}. " * 9})
    return [machine], machine.entries


def _relabelled(data: bytes, change: int) -> bytes:
    """A frame whose header lies about its content's size (2 bytes, 256 less, from the 7th on)."""
    assert data[5] >> 6 == 1, "the size stands in two bytes"
    said = int.from_bytes(data[6:8], "little") + change
    return data[:6] + said.to_bytes(2, "little") + data[8:]


VECTORS: dict[str, Callable[[], tuple[list[Machine], list[e.Entry]]]] = {
    "one-report": one,
    "two-machines-of-one-owner": two_machines,
    "gap": gap,
    "fork": fork,
    "missing-body": missing_body,
    "erased-entry": erased,
    "concurrent-amendments": concurrent,
    "unknown-field": unknown_field,
    "other-realm-refused": other_realm,
    "bulk-batch": bulk,
    "attachment-reference": attachment,
    "version-with-coarser-sibling": siblings,
    "packed-report": packed_report,
    "packed-otherwise": packed_otherwise,
    "packed-after-plain": packed_after_plain,
    "packed-refused": packed_refused,
}


def as_json(name: str) -> dict[str, Any]:
    """One vector: keys, entries, and what a reader must find."""
    machines, entries = VECTORS[name]()
    keys = dict(machine.data_key() for machine in machines)
    if name == "erased-entry":
        keys = {}
    return {
        "name": name,
        "about": VECTORS[name].__doc__,
        "mission": noise("mission", 16).hex(),
        "realm": "exercise",
        "data_keys": {key_id.hex(): key.hex() for key_id, key in keys.items()},
        "entries": [list(_row(entry, keys)) for entry in entries],
    }


def _row(entry: e.Entry, keys: dict[bytes, bytes]) -> Iterator[str | None]:
    """Header, sealed body, signature, then expected: entry hash and opened body."""
    yield from (entry.header.hex(), entry.sealed.hex(), entry.signature.hex())
    yield hash_of(entry).hex()
    header = e.decode_header(entry.header)
    key = keys.get(header.key_id)
    if key is None or not entry.sealed:
        yield None
        return
    associated = e.encode_header(msgspec.structs.replace(header, body_hash=e.ZERO_HASH))
    inner = e.unpad(open_body(key, header.salt, associated, entry.sealed))[1]
    try:
        yield e.body_of(header, inner).hex()
    except InvalidEntry:
        yield None


if __name__ == "__main__":
    for wanted in sys.argv[1:] or list(VECTORS):
        file = FOLDER / f"{wanted}.json"
        if file.exists():
            print(f"{file.name} is there already, and stays")
            continue
        file.write_text(json.dumps(as_json(wanted), indent=0) + "\n", encoding="utf-8")
        print(f"{file.name} written")
