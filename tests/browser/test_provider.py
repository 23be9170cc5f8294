"""Sign-in at a provider in a browser: there and back, by the keyboard, and nothing left behind."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from browser.conftest import seated
from eirene.config import Provider as Named
from provider import CLIENT, SECRET, Provider
from web_node import PASSWORD, Served, WebNode

JOC = "joc-duty-officer"


class Agency:
    """A node that trusts a provider; both on this machine."""

    def __init__(self, folder: Path) -> None:
        (folder / "secret").write_text(SECRET)
        self.provider = Provider()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        way = Named(
            name="agency",
            title="the agency",
            issuer=self.provider.issuer,
            client_id=CLIENT,
            client_secret_file=str(folder / "secret"),
        )
        self.web = WebNode(folder / "node", {JOC: "mission"}, address=self.url, providers=(way,))
        self.served = Served(self.web, port)
        self.accounts = {JOC: {"user": JOC, "password": PASSWORD}}

    def close(self) -> None:
        self.served.close()
        self.web.close()
        self.provider.close()


@pytest.fixture
def agency(tmp_path: Path) -> Iterator[Agency]:
    made = Agency(tmp_path)
    yield made
    made.close()


def test_one_binds_a_sign_in_and_comes_in_by_it(browser: Browser, agency: Agency) -> None:
    with seated(browser, agency) as make:
        one = make()
        one.ended = True  # a sign-in that opens nothing is answered with 401
        page = one.page
        page.goto(agency.url)
        at_agency = page.get_by_role("button", name="Sign in at the agency")
        expect(at_agency).to_be_visible()
        assert one.axe() == []
        at_agency.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_text("That sign-in opens nothing here.")).to_be_visible()
        assert page.url == f"{agency.url}/"

        page.get_by_label("Name").fill(JOC)
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.get_by_text("Live,").wait_for(timeout=15_000)
        page.keyboard.press("u")
        page.get_by_role("button", name="Devices").click()
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Bind to the agency").click()
        bound = "Your account is bound to your sign-in at the agency."
        expect(page.get_by_text(bound)).to_be_visible(timeout=15_000)
        assert page.url == f"{agency.url}/"
        assert one.axe() == []

        page.context.clear_cookies()
        page.evaluate("localStorage.clear()")
        page.goto(agency.url)
        at_agency.click()
        page.get_by_text("Live,").wait_for(timeout=15_000)
        assert page.url == f"{agency.url}/"
        # what the provider led back with is in no history that Back could open
        assert page.evaluate("performance.getEntriesByType('navigation')[0].type") == "navigate"
        page.keyboard.press("u")
        page.get_by_role("button", name="Devices").click()
        expect(page.get_by_text("by the agency")).to_be_visible()
        one.faults = [f for f in one.faults if agency.provider.issuer not in f]
