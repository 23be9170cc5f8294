"""A release desk on a real log and picture, with a clock that tests set."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from conftest import Bench
from eirene.desks.decide import DecisionDesk
from eirene.desks.filing import FilingDesk
from eirene.desks.glass import Glass
from eirene.desks.land import Land
from eirene.desks.release import ReleaseDesk
from eirene.missions import mission_named
from eirene.picture import Picture, Query, Row, search
from eirene.release.configuration import Configuration, default
from eirene.release.reader import Reader

NOW = datetime(2026, 11, 25, 15, 0, 10, tzinfo=UTC)
SLOT = timedelta(minutes=15)
MISSION = mission_named("car")
INSIDE = ("command", "mission", "police", "analysis", "humanitarian", "org-lamp", "medical")


def a_reader(
    *compartments: str,
    decides: tuple[str, ...] = (),
    grants: tuple[str, ...] = (),
    account: str = "r",
) -> Reader:
    return Reader(
        account=account,
        organisation="mission",
        compartments=frozenset(compartments),
        may_file=frozenset(compartments),
        may_decide=frozenset(decides),
        may_grant=frozenset(grants),
    )


DUTY = a_reader(*INSIDE, account="duty")


def an_alert(**changes: Any) -> dict[str, Any]:
    return {
        "kind": "alert",
        "compartment": "command",
        "threat": "possible",
        "occurred": "2026-11-25T14:30Z",
        "place": "4.3612, 18.5550",
        "threatened": 200,
        "affected": "families at the Talvek market",
        "summary": "Armed men near Talvek",
    } | changes


def an_incident(**changes: Any) -> dict[str, Any]:
    return {
        "kind": "incident",
        "compartment": "mission",
        "type": "VC",
        "state": "verified",
        "occurred": "2026-11-25T14:30Z",
        "place": "4.3612, 18.5550",
        "summary": "Talvek market attacked",
        "killed": 7,
    } | changes


HOST_FORCES = {"role": "alleged-perpetrator", "actor_class": "host-state-forces", "name": "3rd"}


class Office:
    """Filing desk, release desk and picture of one node."""

    def __init__(self, bench: Bench, folder: Path) -> None:
        self.now = NOW
        self.configuration: Configuration = default()
        self.keys, self.log = bench.keys, bench.log
        self.picture = Picture.open(folder / "picture", bench.keys.picture_key)
        self.filing = FilingDesk(
            bench.keys,
            bench.log,
            lambda: self.picture,
            changed=lambda: None,
            areas=MISSION.areas.at_each,
            clock=lambda: self.now,
        )
        self.desk = self.started()
        self.standing: dict[str, Reader] = {}
        """What accounts hold at this moment, by name, for who asks after it later."""
        self.one_hand = False
        self.glass = Glass(
            self.desk,
            lambda: self.picture,
            lambda: self.now,
            standing=self.standing.get,
            one_say=lambda _one, _other, _says: self.one_hand,
        )
        self.people = DecisionDesk(
            self.desk, lambda: self.picture, self.filing.prepared, lambda: self.now
        )

    def started(self) -> ReleaseDesk:
        """A release desk, as after a start of the node; its thread does not run."""
        return ReleaseDesk(
            self.keys,
            self.log,
            lambda: self.picture,
            self.filing.post,
            lambda: self.configuration,
            world=Land(MISSION),
            present=lambda: frozenset(
                c for c in self.keys.compartments() if c.startswith(("org-", "party-", "capital-"))
            ),
            clock=lambda: self.now,
            start=False,
        )

    def file(self, *flats: dict[str, Any], reader: Reader = DUTY) -> list[str]:
        return [filed.id.hex() for filed in self.filing.file_now(reader, flats)]

    def pass_slots(self, slots: int = 1) -> None:
        """Look, then let the time of so many slots go by."""
        self.desk.tick()
        for _ in range(slots):
            self.now += SLOT
            self.desk.tick()

    def seen(self, *compartments: str, withdrawn: bool = False) -> list[Row]:
        query = Query(withdrawn=withdrawn)
        return search(self.picture, a_reader(*compartments), query).rows

    def close(self) -> None:
        self.desk.close()
        self.filing.close()
        self.picture.close()
