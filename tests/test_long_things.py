"""What takes long: it tells how far it is, ends when it is told to, and leaves nothing half done."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import socket
import threading
import time
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from eirene.app import Node
from eirene.config import Settings
from eirene.desks.runs import Stopped
from eirene.errors import InvalidQuery
from eirene.imports.patience import patience
from eirene.imports.readers import open_table
from eirene.log.log import utc_now
from eirene.nodes.whole import beside, whole_file
from eirene.picture import Query
from eirene.products import export
from eirene.web.control import make_control
from test_import_hostile import a_book, a_sheet, cell
from web_node import Served, WebNode, an_incident, wait_for

JOC = "joc-duty-officer"
MANY = 3_000


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebNode]:
    made = WebNode(tmp_path_factory.mktemp("long") / "node")
    for _ in range(MANY // 1000):
        made.file(*(an_incident(narrative="x" * 400) for _ in range(1000)))
    yield made
    made.close()


class Local(http.client.HTTPConnection):
    """The command line's way in."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost")
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(30)
        self.sock.connect(str(self._path))


@pytest.fixture(scope="module")
def control(web: WebNode, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The control socket of a node that runs."""
    path = tmp_path_factory.mktemp("c") / "s"
    config = uvicorn.Config(
        make_control(web.node),  # pyright: ignore[reportArgumentType]
        uds=str(path),
        log_config=None,
        lifespan="off",
        http="httptools",
    )
    server = uvicorn.Server(config)
    running = threading.Thread(target=lambda: asyncio.run(server.serve()), daemon=True)
    running.start()
    assert wait_for(lambda: server.started, 10)
    yield path
    server.should_exit = True
    running.join(10)


def at_work(verb: str) -> bool:
    return any(one.name == f"control-{verb}" for one in threading.enumerate())


@contextlib.contextmanager
def begun(control: Path, verb: str, given: dict[str, Any]) -> Generator[http.client.HTTPResponse]:
    """A verb that has told how far it is, and is not read any further."""
    connection = Local(control)
    connection.request("POST", f"/{verb}", json.dumps(given))
    answer = connection.getresponse()
    assert "progress" in json.loads(answer.readline())
    yield answer
    answer.close()
    connection.close()


@pytest.mark.parametrize("format_", ["csv", "xlsx", "geojson", "gpkg", "kml", "kmz", "hxl.csv"])
def test_an_export_whose_caller_goes_away_ends_at_once_and_leaves_no_file(
    control: Path, tmp_path: Path, format_: str
) -> None:
    file = tmp_path / f"all.{format_}"
    given = {"as": JOC, "format": format_, "file": str(file), "query": {}}
    with begun(control, "export", given):
        pass
    assert wait_for(lambda: not at_work("export"), 2.0), "the node works on for nobody"
    assert list(tmp_path.iterdir()) == []


def test_an_export_tells_how_many_reports_of_how_many_are_in(control: Path, tmp_path: Path) -> None:
    given = {"as": JOC, "format": "csv", "file": str(tmp_path / "all.csv"), "query": {}}
    with begun(control, "export", given) as answer:
        told = [json.loads(line) for line in answer.read().splitlines()]
    *steps, last = told
    assert last["manifest"]["count"] == MANY
    assert steps[-1] == {"progress": MANY, "of": MANY}
    assert [one["progress"] for one in steps] == sorted(one["progress"] for one in steps)
    assert len(steps) >= 2
    assert [path.name for path in tmp_path.iterdir()] == ["all.csv"]


def test_a_check_whose_caller_goes_away_ends(control: Path) -> None:
    with begun(control, "verify", {}):
        pass
    assert wait_for(lambda: not at_work("verify"), 2.0)


def test_a_file_has_its_name_only_when_it_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "a.csv"
    with contextlib.suppress(KeyboardInterrupt), whole_file(target) as out:
        out.write(b"half")
        assert not target.exists()
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []
    beside(target).write_bytes(b"longer than what comes: left by a power cut")
    with whole_file(target) as out:
        out.write(b"whole")
        with pytest.raises(InvalidQuery), whole_file(target):
            pass
        assert beside(target).exists(), "who is refused takes nothing away from who writes"
    assert target.read_bytes() == b"whole"
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]
    with pytest.raises(FileExistsError), whole_file(target):
        pass
    assert target.read_bytes() == b"whole"


@pytest.fixture(scope="module")
def served(web: WebNode) -> Iterator[Served]:
    made = Served(web)
    yield made
    made.close()


def asked_for(served: Served, path: str) -> socket.socket:
    """A question put by a client who has not read the answer yet."""
    link = socket.create_connection(("127.0.0.1", served.port), timeout=30)
    link.sendall(
        f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {served.web.token[JOC]}\r\n\r\n".encode()
    )
    return link


def at_hand(served: Served, ask: str, role: str = JOC) -> httpx.Response:
    headers = {"Authorization": f"Bearer {served.web.token[role]}"}
    return httpx.get(f"{served.url}/api/exports/{ask}", headers=headers, timeout=30)


@pytest.mark.parametrize("format_", ["xlsx", "gpkg", "kmz"])
def test_a_browser_that_closes_the_connection_ends_the_making_of_its_file(
    served: Served, format_: str
) -> None:
    ask = "11111111-1111-4111-8111-111111111111"
    with asked_for(served, f"/api/export.{format_}?ask={ask}"):
        assert wait_for(lambda: at_hand(served, ask).status_code == 200, 10)
        told = at_hand(served, ask)
        if told.status_code == 200:
            assert told.json()["done"] <= told.json()["of"] == MANY
            assert at_hand(served, ask, "ngo-focal-point").status_code == 404
    began = time.monotonic()
    assert wait_for(lambda: at_hand(served, ask).status_code == 404, 2.0), "it works on for nobody"
    assert time.monotonic() - began < 2.0
    headers = {"Authorization": f"Bearer {served.web.token[JOC]}"}
    again = httpx.get(f"{served.url}/api/export.{format_}?ask={ask}", headers=headers, timeout=60)
    assert again.status_code == 200, "after a broken link it can be asked for again"
    assert json.loads(again.headers["eirene-manifest"])["count"] == MANY


def test_a_workbook_can_be_ended_while_it_is_put_together(web: WebNode) -> None:
    told: list[int] = []

    def stop(done: int, _of: int) -> None:
        told.append(done)
        if told.count(MANY) > 2:
            raise Stopped

    reader = web.node.people.reader(JOC)
    with pytest.raises(Stopped):
        export(web.node.picture, reader, Query(), "xlsx", JOC, utc_now(), progress=stop)


def test_what_names_a_question_is_a_uuid(web: WebNode) -> None:
    answer = web.get(JOC, "/api/export.csv?ask=1")
    assert (answer.status_code, answer.json()["field"]) == (400, "ask")


def test_the_opening_of_a_large_workbook_ends_when_it_is_told_to(tmp_path: Path) -> None:
    path = tmp_path / "large.xlsx"
    rows = (
        f'<row r="{row}">{cell(f"name {row}", f"A{row}")}'
        + "".join(f'<c r="{letter}{row}"><v>{row}</v></c>' for letter in "BCDEFGHIJ")
        + "</row>"
        for row in range(1, 40_001)
    )
    a_book(path, a_sheet("".join(rows)))
    until = time.monotonic() + 0.5

    def stop() -> None:
        if time.monotonic() > until:
            raise Stopped

    with pytest.raises(Stopped), patience(stop):
        open_table(path)
    assert time.monotonic() < until + 1.0


def test_an_import_whose_caller_goes_away_before_it_files_files_nothing(
    web: WebNode, control: Path, tmp_path: Path
) -> None:
    path = tmp_path / "large.csv"
    lines = (f"Site {row},school,-0.4,-0.2,{row}" for row in range(60_000))
    path.write_text("\n".join(["name,type,latitude,longitude,code", *lines]), encoding="utf-8")
    before = web.node.log.last_lsn
    given = {"file": str(path), "kind": "site", "account": JOC, "compartment": "mission"}
    connection = Local(control)
    connection.request("POST", "/import", json.dumps(given | {"dry_run": True}))
    assert wait_for(lambda: at_work("import"))
    connection.close()
    assert wait_for(lambda: not at_work("import"), 2.0), "it reads on for nobody"
    assert web.node.log.last_lsn == before


def test_a_node_goes_on_with_a_rebuild_unless_something_had_to_go_since(tmp_path: Path) -> None:
    made = WebNode(tmp_path / "node")
    made.file(an_incident(), an_incident())
    told: list[int] = []

    def stop(done: int, _of: int) -> None:
        raise Stopped

    def unfinished() -> int:
        return len(list((tmp_path / "node" / "picture").glob("*.next")))

    with pytest.raises(Stopped):
        made.node.rebuild(stop)
    assert unfinished() == 1
    made.node.rebuild(lambda done, _of: told.append(done))
    assert told == [], "nothing was folded twice"
    assert unfinished() == 0
    assert made.get(JOC, "/api/search").json()["total"] == 2
    with pytest.raises(Stopped):
        made.node.rebuild(stop)
    assert made.node.keys.next_picture_key()
    made.node.log.drop_bodies([made.node.log.last_lsn])
    assert not made.node.keys.next_picture_key()
    made.close()
    Node(Settings(data=str(tmp_path / "node")), None).close()
    assert unfinished() == 0
