"""The control socket: what the command line asks of a node that is running."""

from __future__ import annotations

import http.client
import json
import socket
import stat
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from eirene.errors import PortInUse
from eirene.web.control import VERBS, lines
from eirene.web.serve import bound
from web_node import WebNode, an_incident

JOC = "joc-duty-officer"
ALWAYS = {"status", "code", "field", "message", "remedy"}


@pytest.fixture
def web(tmp_path: Path) -> Iterator[WebNode]:
    made = WebNode(tmp_path / "node")
    yield made
    made.close()


def told(web: WebNode, verb: str, **given: Any) -> dict[str, Any]:
    """The last line of an answer."""
    return list(lines(web.node, verb, given))[-1]  # pyright: ignore[reportArgumentType]


def test_each_verb_ends_in_done_or_in_a_problem(web: WebNode) -> None:
    for verb in [*VERBS, "no-such-verb"]:
        last = told(web, verb)
        assert last.get("done") is True or set(last["error"]) >= ALWAYS, (verb, last)
        if "error" in last:
            assert last["error"]["code"] != "unexpected", (verb, last)


def test_status_says_where_the_node_stands(web: WebNode) -> None:
    web.file(an_incident())
    status = told(web, "status")
    assert status["entries"] == status["folded"] > 0
    assert status["node"] == "test"


def test_accounts_are_made_listed_reset_and_ended(web: WebNode) -> None:
    made = told(web, "account", act="make", user="eve", role="analyst", organisation="mission")
    assert made["done"]
    assert len(made["password"]) >= 10
    listed = told(web, "account", act="list")["accounts"]
    assert "eve" in [one["user"] for one in listed]
    assert told(web, "account", act="reset", user="eve")["password"] != made["password"]
    assert told(web, "account", act="end", user="eve")["account"]["ended"]
    again = told(web, "account", act="end", user="eve")["error"]
    assert again["field"] == "user"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "act"),
        ({"act": "nix"}, "user"),
        ({"act": "nix", "user": "x"}, "act"),
        ({"act": "make", "user": "x"}, "role"),
        ({"act": "make", "user": "x", "role": "nix"}, "role"),
        ({"act": "make", "user": "a b", "role": "analyst"}, "user"),
        ({"act": "reset", "user": "nobody"}, "user"),
        ({"act": "make", "user": "x", "role": "ngo-focal-point"}, "organisation"),
    ],
)
def test_what_is_missing_is_named(web: WebNode, given: dict[str, Any], field: str) -> None:
    assert told(web, "account", **given)["error"]["field"] == field


def test_a_page_is_filed_once(web: WebNode) -> None:
    flats = [an_incident(client_id=f"6f1c1b9e-3c1f-4f6e-8a53-{n:012d}") for n in range(3)]
    first = told(web, "file", **{"as": JOC}, flats=flats)
    assert (first["filed"], first["repeats"]) == (3, 0)
    again = told(web, "file", **{"as": JOC}, flats=flats)
    assert (again["filed"], again["repeats"]) == (0, 3)
    assert again["ids"] == first["ids"]


def test_an_export_is_the_account_s_own(web: WebNode, tmp_path: Path) -> None:
    web.file(an_incident(compartment="command", summary="token-7141"))
    given = {"format": "geojson", "query": {"kind": "incident"}}
    for user, count in ((JOC, 1), ("ngo-focal-point", 0)):
        file = tmp_path / f"{user}.geojson"
        last = told(web, "export", **{"as": user}, file=str(file), **given)
        assert last["manifest"]["count"] == count
        assert ("token-7141" in file.read_text()) == bool(count)
    over = told(web, "export", **{"as": JOC}, file=str(file), **given)
    assert over["error"]["field"] == "file"


def test_rebuild_verify_and_backup_tell_how_far_they_are(web: WebNode, tmp_path: Path) -> None:
    web.file(*(an_incident(summary=f"n {n}") for n in range(20)))
    assert told(web, "rebuild")["entries"] >= 20
    assert web.get(JOC, "/api/search").json()["total"] == 20
    assert told(web, "verify")["good"] is True
    file = tmp_path / "backup"
    assert told(web, "backup", file=str(file))["entries"] >= 20
    assert file.exists()
    assert told(web, "backup", file=str(file))["error"]["code"] == "backup-failed"


def test_a_port_in_use_is_one_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(PortInUse) as caught:
            bound("127.0.0.1", taken.getsockname()[1])
    assert str(taken) not in caught.value.message
    assert caught.value.remedy


def test_a_body_does_not_wait_for_the_acknowledgement_of_its_header() -> None:
    # asyncio switches Nagle's delay off only where the socket names its protocol
    with bound("127.0.0.1", 0) as listening:
        assert listening.proto == socket.IPPROTO_TCP


SERVE = """
    import sys
    from pathlib import Path
    from eirene.app import Node
    from eirene.config import Settings
    from eirene.web import serve
    node = Node(Settings(data=sys.argv[1]), None)
    serve(node, "127.0.0.1", 0, lambda url: print(url, flush=True))
    node.close()
    print("closed", flush=True)
"""


class _Local(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost")
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(str(self._path))


def test_a_served_node_answers_its_own_user_alone_and_stops_when_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / ("a-long-name-" * 8) / "node"  # longer than a socket's path may be
    WebNode(folder).close()
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(SERVE), str(folder)],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        port = int(url.rpartition(":")[2])
        assert stat.S_IMODE((folder / "control.sock").stat().st_mode) == 0o600
        monkeypatch.chdir(folder)
        local = _Local(Path("control.sock"))
        local.request("POST", "/status", json.dumps({}))
        answer = [json.loads(line) for line in local.getresponse().read().splitlines()]
        assert answer[-1]["done"] is True
        outside = http.client.HTTPConnection("127.0.0.1", port)
        outside.request("GET", "/health/ready")
        response = outside.getresponse()
        assert response.read() == b'{"ready":true}'
        assert response.getheader("server") is None
        process.terminate()
        assert process.stdout.readline().strip() == "closed"
        assert process.wait(5) == 0
    assert not (folder / "control.sock").exists()
