"""A node with releases, and people who decide them, for browsers to look at.

Its slots pass when a test says so: a quarter of an hour is long for a test.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from eirene.log.log import utc_now
from web_node import PASSWORD, Served, WebNode, wait_for

JOC, NGO, OFFICER = "joc-duty-officer", "ngo-focal-point", "release-officer"
HEAD, LIAISON, CIVIL = "head-of-mission", "host-state-liaison-officer", "civil-society-member"
MORE = {OFFICER: "mission", HEAD: "mission", LIAISON: "host-state", CIVIL: "amber-civil"}
SLOT = timedelta(minutes=15)


class Office:
    """What a ``Seat`` needs of a node, and the hand on the clock of its release desk."""

    def __init__(self, folder: Path) -> None:
        self.web = WebNode(folder, mission="car")
        until = datetime.now(UTC) + timedelta(days=1)
        people = self.web.node.people
        for role, organisation in MORE.items():
            people.make(role, role, organisation, password=PASSWORD)
            self.web.token[role], _ = people.make_token(role, "read+file", until)
        self.served = Served(self.web)
        self.url = f"http://localhost:{self.served.port}"
        self.accounts = {
            role: {"user": role, "password": PASSWORD, "token": token}
            for role, token in self.web.token.items()
        }
        self._slots = 0

    def ask(self, role: str, method: str, path: str, **more: Any) -> httpx.Response:
        """One request with the token of a role."""
        headers = {"Authorization": f"Bearer {self.web.token[role]}"}
        return httpx.request(method, self.url + path, headers=headers, **more)

    def file(self, role: str = JOC, **changes: Any) -> dict[str, str]:
        """File a verified incident in ``mission``; wait until the desk has looked at it."""
        answer = self.ask(role, "POST", "/api/reports", json=a_verified_incident(**changes))
        assert answer.status_code == 201, answer.text
        filed: dict[str, str] = answer.json()
        assert wait_for(lambda: bool(self.ledger(filed["id"])))
        return filed

    def file_hidden(self, **changes: Any) -> dict[str, str]:
        """File an incident in ``command`` that nobody else gets anything of."""
        flat = a_verified_incident(compartment="command", state="reported", **changes)
        answer = self.ask(JOC, "POST", "/api/reports", json=flat)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def ledger(self, report: str, role: str = JOC) -> list[dict[str, Any]]:
        """Who has what of a report."""
        answer = self.ask(role, "GET", f"/api/reports/{report}/releases")
        assert answer.status_code == 200, answer.text
        return answer.json()["releases"]

    def let_slot_pass(self) -> None:
        """Half an hour goes by, for the desk and for who decides there."""
        self._slots += 2
        now = lambda: utc_now() + self._slots * SLOT  # noqa: E731
        desk = self.web.node.releases
        with desk.lock:
            desk._clock = now  # pyright: ignore[reportPrivateUsage]
            self.web.node.decisions._clock = now  # pyright: ignore[reportPrivateUsage]
        desk.tick()

    def wait_for(self, true: Callable[[], bool]) -> None:
        """Fail where it does not become true in time."""
        assert wait_for(true)

    def close(self) -> None:
        """Stop serving, and let go of the folder."""
        self.served.close()
        self.web.close()


def a_verified_incident(**changes: Any) -> dict[str, Any]:
    """An attack near a market, as a duty officer files it."""
    return {
        "kind": "incident",
        "compartment": "mission",
        "type": "VC",
        "state": "verified",
        "occurred": "2026-11-25T14:30Z",
        "place": "4.3612, 18.5550",
        "summary": "Market at Talvek attacked",
        "killed": 7,
        "source": "patrol",
        "basis": "seen",
    } | changes
