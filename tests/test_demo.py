"""``eirene demo``: two nodes of one process, each with its own port, data and accounts."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from eirene.people import roles

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
EIRENE = Path(sys.executable).with_name("eirene")
NGO = "ngo-focal-point"


class Demo:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process = subprocess.Popen(
            [str(EIRENE), "demo"],
            env=os.environ | {"EIRENE_DATA": str(folder), "EIRENE_PORT": "0"},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self.process.stdout
        lines = (line.split() for line in self.process.stdout)
        ready = (words[1] for words in lines if words[:1] == ["READY"])
        self.urls = [next(ready)]
        self.told_at_first_ready = self.accounts()
        self.urls.append(next(ready))

    def accounts(self) -> list[dict[str, Any]]:
        return json.loads((self.folder / "demo-accounts.json").read_text(encoding="utf-8"))

    def ask(self, account: dict[str, Any], path: str, **more: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {account['token']}"}
        return httpx.get(account["url"] + path, headers=headers, timeout=30, **more)

    def stop(self, how: signal.Signals) -> int:
        self.process.send_signal(how)
        return self.process.wait(30)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    made = Demo(tmp_path_factory.mktemp("demo"))
    yield made
    if made.process.poll() is None:
        made.stop(signal.SIGKILL)


def test_each_node_has_an_account_for_every_role_before_the_first_says_ready(demo: Demo) -> None:
    listed = demo.told_at_first_ready
    assert [(one["node"], one["url"]) for one in listed if one["role"] == "anyone"] == [
        ("replay", demo.urls[0]),
        ("amber-river", demo.urls[1]),
    ]
    for node in ("replay", "amber-river"):
        own = [one for one in listed if one["node"] == node]
        assert [one["role"] for one in own] == list(roles())
        assert {one["data"] for one in own} == {str(demo.folder / node)}
    for one in listed:
        session = demo.ask(one, "/api/me").json()
        assert (session["user"], session["node"]) == (one["user"], one["node"])


def test_a_token_of_one_node_opens_nothing_on_the_other(demo: Demo) -> None:
    for one in demo.accounts():
        other = next(u for u in demo.urls if u != one["url"])
        assert demo.ask(one | {"url": other}, "/api/me").status_code == 401


def test_the_first_screen_of_each_node_says_what_it_is(demo: Demo) -> None:
    doors = [httpx.get(url + "/api/sign-in").json() for url in demo.urls]
    assert doors == [
        {"node": "replay", "realm": "replay", "providers": []},
        {"node": "amber-river", "realm": "exercise", "providers": []},
    ]


def test_both_stop_on_an_interrupt_and_start_again_with_the_same_accounts(demo: Demo) -> None:
    before = demo.accounts()
    assert demo.stop(signal.SIGINT) == 0
    for url in demo.urls:
        with pytest.raises(httpx.ConnectError):
            httpx.get(url + "/health/ready")
    again = Demo(demo.folder)
    try:
        kept = ("node", "role", "user", "password", "token")
        assert [[a[k] for k in kept] for a in again.accounts()] == [
            [b[k] for k in kept] for b in before
        ]
        for url in again.urls:
            assert httpx.get(url + "/health/ready").status_code == 200
    finally:
        assert again.stop(signal.SIGTERM) == 0


def test_an_organisation_that_has_left_does_not_come_back_with_the_next_start(
    demo: Demo, tmp_path: Path
) -> None:
    if demo.process.poll() is None:
        demo.stop(signal.SIGINT)
    once = Demo(demo.folder)
    focal = next(a for a in once.accounts() if (a["node"], a["role"]) == ("amber-river", NGO))
    (tmp_path / "password").write_text(focal["password"])
    by = ("--as", NGO, "--password-file", str(tmp_path / "password"), "--yes")
    try:
        done = subprocess.run(
            [str(EIRENE), "org", "erase", "lantern", *by],
            env=os.environ | {"EIRENE_DATA": focal["data"]},
            capture_output=True,
            text=True,
            check=False,
        )
        assert "Complete" in done.stdout, done.stderr
        assert once.ask(focal, "/api/me").status_code == 401
    finally:
        assert once.stop(signal.SIGTERM) == 0
    again = Demo(demo.folder)
    try:
        assert [a["node"] for a in again.accounts() if a["role"] == NGO] == ["replay"]
        assert len(again.accounts()) == 2 * len(roles()) - 1
    finally:
        assert again.stop(signal.SIGTERM) == 0
