"""``eirene demo``: a replay of public data, and an account for every role.

The demo's keys lie in a plain file, so that it starts by itself; a node with
demo accounts is refused by ``serve``.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec

from eirene.app import Node
from eirene.cli.console import Report, note, progress
from eirene.config import Settings, write_own
from eirene.keys.lock import Lock, private_write
from eirene.keys.store import KeyStore
from eirene.log.log import utc_now
from eirene.missions import mission_named
from eirene.people import roles
from eirene.release.reader import Reader
from eirene.web.bring import filed, planned

MISSION = "car"
NODE = "replay"
_OWN = {
    "capital-focal-point": "demo-contributor",
    "party-focal-point": "demo-party",
    "ngo-focal-point": "demo-ngo",
    "civil-society-member": "demo-civil",
}
"""Organisations of the roles that have a compartment of their own; invented names stay off the map."""
_RECORD = Reader(
    account="public-record",
    role="",
    organisation="public-record",
    compartments=frozenset({"public"}),
    may_file=frozenset({"public"}),
)
"""Who files what is public record already: nobody can sign in as this."""


class DemoAccount(msgspec.Struct):
    """One line of ``demo-accounts.json``."""

    node: str
    url: str
    data: str
    role: str
    user: str
    password: str
    token: str


def make_or_open(settings: Settings) -> Node:
    """The replay node: made and filled the first time."""
    base = Path(settings.data)
    folder = base / NODE
    if not (folder / "keys" / "lock.json").exists():
        KeyStore.create(
            folder / "keys", Lock("plain"), realm="replay", node=NODE, owner="mission"
        ).close()
    zone = mission_named(MISSION).zone
    write_own(folder, {"mission": MISSION, "zone": zone})
    mine = msgspec.structs.replace(settings, data=str(folder), mission=MISSION, zone=zone)
    with progress("building the picture") as report:
        node = Node(mine, Lock("plain"), progress=report)
    if node.keys.secrets.get("mark", "loaded") is None:
        _load(node)
    return node


def _load(node: Node) -> None:
    """Public data through the filing desk; doing it again changes nothing."""
    assert node.mission is not None
    for batch in node.mission.batches(_beside()):
        given = {
            "file": str(batch.path),
            "kind": batch.kind,
            "mapping": batch.mapping,
            "compartment": batch.compartment,
        }
        with progress(f"loading {batch.title}") as report:

            def say(line: dict[str, Any], report: Report = report) -> None:
                report(line["progress"], line["of"])

            made = planned(node, _RECORD, given, say)
            count = filed(node, _RECORD, made, say)
        note(f"loaded {count:,} reports: {batch.title}")
        if made.rejected:
            note(f"       {made.rejected:,} rows were not taken")
    node.keys.secrets.put("mark", "loaded", b"1")


def _beside() -> Path | None:
    """Data under the Open Database Licence, in a checkout only; the package has none."""
    folder = Path(__file__).parents[3] / "odbl"
    return folder if folder.is_dir() else None


def accounts(node: Node, url: str, file: Path) -> list[DemoAccount]:
    """An account for each role, kept over restarts together with the file that tells them."""
    known = {one.role: one for one in _read(file)}
    made: list[DemoAccount] = []
    existing = {one.user for one in node.people.accounts()}
    for role in roles():
        old = known.get(role)
        if old is None or old.user not in existing or not _works(node, old):
            old = _make(node, role, existing)
        old.url, old.data = url, str(node.folder)
        made.append(old)
    private_write(file, msgspec.json.format(msgspec.json.encode(made)))
    return made


def _works(node: Node, account: DemoAccount) -> bool:
    return node.people.pass_of_token(account.token) is not None


def _make(node: Node, role: str, existing: set[str]) -> DemoAccount:
    if role in existing:
        password = node.people.reset(role)
    else:
        organisation = _OWN.get(role, "mission")
        _, password = node.people.make(role, role, organisation, demo=True)
    token, _ = node.people.make_token(role, "read+file", utc_now() + timedelta(days=365))
    return DemoAccount(
        node=node.name, url="", data="", role=role, user=role, password=password, token=token
    )


def _read(file: Path) -> list[DemoAccount]:
    try:
        return msgspec.json.decode(file.read_bytes(), type=list[DemoAccount])
    except (FileNotFoundError, msgspec.MsgspecError):
        return []
