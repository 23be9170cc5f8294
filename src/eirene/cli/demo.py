"""``eirene demo``: a replay of public data, an exercise beside it, an account for every role.

Two nodes of one process, each with a folder and a port of its own. Their keys lie in
plain files, so that they start by themselves; ``serve`` refuses nodes with demo accounts.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec

from eirene.app import Node
from eirene.cli.console import Report, note, progress
from eirene.cli.play import play
from eirene.config import Settings, write_own
from eirene.keys.lock import Lock, private_write
from eirene.keys.store import KeyStore
from eirene.log.log import utc_now
from eirene.missions import Batch, mission_named
from eirene.people import roles
from eirene.release.reader import Reader
from eirene.web.bring import filed, planned


class Shown(msgspec.Struct, frozen=True):
    """One node of the demo."""

    name: str
    realm: str
    mission: str
    says: str


SHOWN = (
    Shown("replay", "replay", "car", "REPLAY of public data, not live"),
    Shown("amber-river", "exercise", "amber", "EXERCISE AMBER RIVER, an invented country"),
)
"""The first takes the port that was asked for."""


class DemoAccount(msgspec.Struct):
    """One line of ``demo-accounts.json``."""

    node: str
    url: str
    data: str
    role: str
    user: str
    password: str
    token: str


def make_or_open(settings: Settings, shown: Shown) -> Node:
    """One node of the demo: made and filled the first time."""
    folder = Path(settings.data) / shown.name
    if not (folder / "keys" / "lock.json").exists():
        KeyStore.create(
            folder / "keys", Lock("plain"), realm=shown.realm, node=shown.name, owner="mission"
        ).close()
    zone = mission_named(shown.mission).zone
    write_own(folder, {"mission": shown.mission, "zone": zone})
    mine = msgspec.structs.replace(settings, data=str(folder), mission=shown.mission, zone=zone)
    with progress("building the picture") as report:
        node = Node(mine, Lock("plain"), progress=report)
    try:
        if node.keys.secrets.get("mark", "loaded") is None:
            _load(node)
    except BaseException:
        node.close()
        raise
    return node


def _load(node: Node) -> None:
    """What ships with the mission, through the filing desk; doing it again changes nothing."""
    assert node.mission is not None
    for batch in node.mission.batches(_beside()):
        reader = _filer(batch)
        with progress(f"loading {batch.title}") as report:

            def say(line: dict[str, Any], report: Report = report) -> None:
                if "progress" in line:  # an import says its id, too
                    report(line["progress"], line["of"])

            made = planned(
                node,
                reader,
                batch.path,
                batch.mapping or None,
                say,
                kind=batch.kind,
                compartment=batch.compartment,
                look=False,
            )
            count, _ = filed(node, reader, made, say)
        note(f"loaded {count:,} reports: {batch.title}")
        if made.rejected:
            note(f"       {made.rejected:,} rows were not taken")
    play(node)
    node.releases.settle()  # else an audience would see nothing for a slot, and the public for a day
    node.keys.secrets.put("mark", "loaded", b"1")


def _filer(batch: Batch) -> Reader:
    """Who files what ships with a mission: nobody can sign in as this."""
    only = frozenset({batch.compartment})
    return Reader(
        account=batch.organisation,
        role="",
        organisation=batch.organisation,
        compartments=only,
        may_file=only,
    )


def _beside() -> Path | None:
    """Data under the Open Database Licence, in a checkout only; the package has none."""
    folder = Path(__file__).parents[3] / "odbl"
    return folder if folder.is_dir() else None


def accounts(nodes: list[Node], urls: list[str], file: Path) -> list[DemoAccount]:
    """An account for each role on each node, kept over restarts with the file that tells them.

    Nodes side by side: most of the time goes into hashing passwords, outside of Python.
    """
    known = {(one.node, one.role): one for one in _read(file)}
    with ThreadPoolExecutor(len(nodes)) as pool:
        made_on = [
            pool.submit(_accounts_on, node, url, known)
            for node, url in zip(nodes, urls, strict=True)
        ]
        made = [one for own in made_on for one in own.result()]
    private_write(file, msgspec.json.format(msgspec.json.encode(made)))
    return made


def _accounts_on(
    node: Node, url: str, known: Mapping[tuple[str, str], DemoAccount]
) -> list[DemoAccount]:
    existing = {one.user for one in node.people.accounts()}
    made: list[DemoAccount] = []
    for role in roles():
        if node.keys.erased.of(_organisation_of(node, role)) is not None:
            continue  # its organisation has left, and does not come back
        old = known.get((node.name, role))
        if old is None or old.user not in existing or not _works(node, old):
            old = _make(node, role, existing)
        old.url, old.data = url, str(node.folder)
        made.append(old)
    node.people.founding.found("", "", "demo")
    return made


def _organisation_of(node: Node, role: str) -> str:
    assert node.mission is not None
    return node.mission.declaration.organisations.get(role, "mission")


def _works(node: Node, account: DemoAccount) -> bool:
    return node.people.pass_of_token(account.token) is not None


def _make(node: Node, role: str, existing: set[str]) -> DemoAccount:
    if role in existing:
        password = node.people.reset(role)
    else:
        _, password = node.people.make(role, role, _organisation_of(node, role), demo=True)
    token, _ = node.people.make_token(role, "read+file", utc_now() + timedelta(days=365))
    return DemoAccount(
        node=node.name, url="", data="", role=role, user=role, password=password, token=token
    )


def _read(file: Path) -> list[DemoAccount]:
    try:
        return msgspec.json.decode(file.read_bytes(), type=list[DemoAccount])
    except (FileNotFoundError, msgspec.MsgspecError):
        return []
