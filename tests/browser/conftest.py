"""A demo node as a newcomer gets it, and real browsers to look at it with."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

import httpx
import pytest
from benchmarks.chromium import chromium
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    ViewportSize,
)

AXE = Path(__file__).parents[2] / "client" / "node_modules" / "axe-core" / "axe.min.js"


class Demo:
    """A running demo node and its accounts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        environment = os.environ | {"EIRENE_DATA": str(folder), "EIRENE_PORT": str(port)}
        eirene = Path(sys.executable).with_name("eirene")
        self.process = subprocess.Popen(
            [str(eirene), "demo"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self.process.stdout
        for line in self.process.stdout:
            if line.startswith("READY"):
                break
        accounts = json.loads((folder / "demo-accounts.json").read_text())
        self.accounts: dict[str, dict[str, str]] = {
            one["role"]: one for one in accounts if one["node"] == "replay"
        }
        self.url = self.accounts["joc-duty-officer"]["url"]

    def ask(self, role: str, method: str, path: str, **more: Any) -> httpx.Response:
        """One request with the token of a role."""
        headers = {"Authorization": f"Bearer {self.accounts[role]['token']}"}
        return httpx.request(method, self.url + path, headers=headers, **more)

    def file(self, role: str = "joc-duty-officer", **changes: Any) -> dict[str, str]:
        """File an incident through the API."""
        flat = {
            "kind": "incident",
            "compartment": "command",
            "type": "AC",
            "occurred": "2026-11-25T14:30Z",
            "place": "4.3612, 18.5550",
            "summary": "Shots heard",
        }
        response = self.ask(role, "POST", "/api/reports", json=flat | changes)
        assert response.status_code == 201, response.text
        return response.json()

    def close(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(20) == 0


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    made = Demo(tmp_path_factory.mktemp("demo"))
    yield made
    made.close()


# Playwright keeps a loop running while it is open; tests elsewhere start loops of their own.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as launch:
        made = launch()
        yield made
        made.close()


class Node(Protocol):
    """What a seat needs to know of the node it looks at."""

    url: str
    accounts: dict[str, dict[str, str]]


class Opens(Protocol):
    """A browser, or a profile that browsers are opened in."""

    def new_context(self, *, viewport: ViewportSize | None = None) -> BrowserContext:
        """What one person uses."""
        ...


class Seat:
    """One person at one browser. Every fault that the page tells of is kept."""

    def __init__(self, browser: Opens, demo: Node, width: int, height: int) -> None:
        self.demo = demo
        self.faults: list[str] = []
        self.ended = False
        """Its session ends on purpose: the browser then notes answers of 401, which are right,
        and the like for a base map of which it has a part."""
        self.refused = False
        """What it sends is wrong on purpose: answers of 400 and 422 are right."""
        self.context: BrowserContext = browser.new_context(
            viewport={"width": width, "height": height}
        )
        self.page: Page = self.context.new_page()
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        right = (
            self.ended and ("401" in message.text or "CACHE_AUTH_FAILURE" in message.text)
        ) or (self.refused and ("400" in message.text or "422" in message.text))
        if message.type == "error" and not right:
            self.faults.append(message.text)

    def _request(self, request: Any) -> None:
        if not request.url.startswith((self.demo.url, "data:", "blob:")):
            self.faults.append(f"a request left the node: {request.url}")

    def sign_in(self, role: str = "joc-duty-officer") -> Page:
        """Sign in and wait for the picture."""
        account = self.demo.accounts[role]
        self.page.goto(self.demo.url)
        self.page.get_by_label("Name").fill(account["user"])
        self.page.get_by_label("Password").fill(account["password"])
        self.page.get_by_role("button", name="Sign in").click()
        self.page.get_by_text("Live,").wait_for(timeout=15_000)
        return self.page

    def axe(self) -> list[str]:
        """Serious faults of accessibility on the page as it stands."""
        if not self.page.evaluate("() => 'axe' in window"):
            self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = self.page.evaluate(
            "() => axe.run(document, {resultTypes: ['violations']}).then(r => r.violations"
            ".filter(v => v.impact === 'serious' || v.impact === 'critical')"
            ".map(v => v.id + ': ' + v.nodes.map(n => n.target.join(' ')).slice(0, 3).join(', ')))"
        )
        return list(found)


@contextmanager
def seated(browser: Browser, demo: Node) -> Generator[Callable[..., Seat]]:
    """Makes seats at a node; none may have told of a fault at the end."""
    made: list[Seat] = []

    def make(width: int = 1440, height: int = 900) -> Seat:
        made.append(Seat(browser, demo, width, height))
        return made[-1]

    yield make
    faults = [fault for one in made for fault in one.faults]
    for one in made:
        # a window that is closed while its page starts anew, as after signing out, may never answer
        with suppress(Error):
            one.page.goto("about:blank")
        one.context.close()
    assert faults == []


@pytest.fixture
def seat(browser: Browser, demo: Demo) -> Iterator[Callable[..., Seat]]:
    """Makes seats at the demo."""
    with seated(browser, demo) as make:
        yield make
