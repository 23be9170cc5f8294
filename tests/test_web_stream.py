"""The live stream, as a client outside has it."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import time
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ParamSpec

import msgspec
import pytest
import websockets
from websockets.asyncio.client import ClientConnection

from eirene.web import stream
from eirene.web.pages import Page, Pages
from web_node import PASSWORD, Served, WebNode, an_incident, wait_for

JOC, SECTOR, NGO = "joc-duty-officer", "sector-operations-officer", "ngo-focal-point"
P = ParamSpec("P")
pack, unpack = msgspec.msgpack.encode, msgspec.msgpack.decode


def in_a_loop(test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """A test that is a coroutine, run to its end."""

    @functools.wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        asyncio.run(test(*args, **kwargs))

    return run


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    web = WebNode(tmp_path)
    made = Served(web)
    yield made
    made.close()
    web.close()


class Client:
    """One open stream."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.rows: dict[str, dict[str, Any]] = {}
        self.cursor: bytes | None = None

    async def next(self, *, within: float = 5.0) -> dict[str, Any]:
        async with asyncio.timeout(within):
            frame = unpack(await self.socket.recv(decode=False))
        for row in frame.get("rows", frame.get("upserts", [])):
            shown = dict(zip(frame["columns"], row, strict=True))
            self.rows[shown["key"]] = shown
        self.cursor = frame.get("cursor") or self.cursor
        return frame

    async def until(self, t: str, *, within: float = 8.0) -> dict[str, Any]:
        """The next frame of a sort; ticks and others before it are read over."""
        async with asyncio.timeout(within):
            while (frame := await self.next(within=within))["t"] != t:
                pass
        return frame

    def summaries(self) -> list[str]:
        return sorted(row["summary"] for row in self.rows.values())


@asynccontextmanager
async def opened(
    served: Served,
    role: str = JOC,
    cursor: bytes | None = None,
    headers: dict[str, str] | None = None,
    **word: Any,
) -> AsyncGenerator[Client, None]:
    headers = headers or {"Authorization": f"Bearer {served.web.token[role]}"}
    url = f"ws://127.0.0.1:{served.port}/api/stream"
    async with websockets.connect(url, additional_headers=headers) as socket:
        await socket.send(pack({"cursor": cursor, **word}))
        client = Client(socket)
        hello = await client.next()
        assert hello["t"] == "hello"
        yield client


async def file(served: Served, *flats: dict[str, Any], role: str = JOC) -> list[dict[str, str]]:
    return await asyncio.to_thread(served.web.file, *flats, role=role)


@in_a_loop
async def test_ticks_come_on_time_while_it_is_looked_for_what_changed(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a tick that comes late tells that something was filed, whatever it was."""
    monkeypatch.setattr(stream, "TICK_S", 0.25)
    changes = Pages.changes

    async def slowly(self: Pages, picture: Any, reader: Any, after: int) -> Page:
        await asyncio.sleep(1.0)
        return await changes(self, picture, reader, after)

    async with opened(served, NGO) as client:
        await client.until("tick")
        monkeypatch.setattr(Pages, "changes", slowly)
        await file(served, an_incident(compartment="command"))
        began = time.monotonic()
        for _ in range(6):
            assert (await client.next())["t"] == "tick"
        assert time.monotonic() - began < 2.1


@in_a_loop
async def test_a_snapshot_then_what_changes(served: Served) -> None:
    [first] = await file(served, an_incident(summary="before", killed=2))
    async with opened(served) as client:
        frame = await client.next()
        assert (frame["t"], frame["more"]) == ("snapshot", False)
        assert client.summaries() == ["before"]
        began = time.perf_counter()
        await file(served, an_incident(summary="after"))
        assert (await client.until("delta"))["t"] == "delta"
        assert time.perf_counter() - began < 1.0
        await file(served, an_incident(summary="before", killed=3, amends=[first["id"]]))
        await client.until("delta")
        assert client.summaries() == ["after", "before"]
        assert [r["killed"] for r in client.rows.values() if r["summary"] == "before"] == [3]
        assert (await client.until("tick"))["now"] > 0


@in_a_loop
async def test_an_earlier_moment_is_shown_as_it_was_known_then(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "TICK_S", 0.2)
    [first] = await file(
        served, an_incident(compartment="partners", summary="as told first", killed=1), role=NGO
    )
    await file(served, an_incident(summary="hidden", compartment="command"))
    await asyncio.sleep(0.02)
    then = int(time.time() * 1000)
    await asyncio.sleep(0.02)
    await file(
        served,
        an_incident(compartment="partners", summary="amended", amends=[first["id"]]),
        role=NGO,
    )
    await file(served, an_incident(compartment="partners", summary="came later"), role=NGO)
    async with opened(served, NGO, as_of=then) as client:
        frame = await client.until("snapshot")
        assert (frame["more"], frame["cursor"]) == (False, None)
        [row] = client.rows.values()
        assert (row["summary"], row["killed"], row["withdrawn"]) == ("as told first", 1, False)
        assert row["received"] <= then
        await file(served, an_incident(compartment="partners", summary="later still"), role=NGO)
        told = [await client.next() for _ in range(3)]
        assert {one["t"] for one in told} == {"tick"}
        assert [one["cursor"] for one in told] == [None] * 3
    async with opened(served, NGO, as_of=0) as client:
        await client.until("snapshot")
        assert client.rows == {}
    moment = datetime.fromtimestamp(then / 1000, UTC).isoformat()
    await asyncio.to_thread(known_then, served.web, f"/api/entities/{first['entity']}", moment)


def known_then(web: WebNode, entity: str, moment: str) -> None:
    """One entity at that moment, now, and before there was any."""
    old = web.get(NGO, entity, params={"as_of": moment}).json()
    assert [one["summary"] for one in old["current"]] == ["as told first"]
    assert [one["summary"] for one in old["history"]] == ["as told first"]
    assert (old["current"][0]["current"], old["current"][0]["withdrawn"]) == (True, False)
    assert old["may"] == {"amend": False, "withdraw": False}
    new = web.get(NGO, entity).json()
    assert [one["summary"] for one in new["history"]] == ["amended", "as told first"]
    assert new["may"]["amend"]
    early = web.get(NGO, entity, params={"as_of": "2001-01-01T00:00:00Z"})
    assert (early.status_code, early.json()["code"]) == (404, "unavailable")


@in_a_loop
async def test_what_goes_from_sight_is_looked_at_anew_at_an_earlier_moment_too(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes, gone = Pages.changes, ["key"]

    async def once(self: Pages, picture: Any, reader: Any, after: int) -> Page:
        page = await changes(self, picture, reader, after)
        removals = [gone.pop()] if gone and not page.empty else []
        return msgspec.structs.replace(page, removals=removals, gone=bool(removals))

    await file(served, an_incident(summary="known then"))
    async with opened(served, as_of=int(time.time() * 1000) + 1) as client:
        await client.until("snapshot")
        monkeypatch.setattr(Pages, "changes", once)
        await file(served, an_incident(summary="came later"))
        again = await client.until("snapshot")
        assert len(again["rows"]) == 1
        assert client.summaries() == ["known then"]


@in_a_loop
async def test_a_withdrawn_entity_comes_struck_through(served: Served) -> None:
    [first] = await file(served, an_incident())
    async with opened(served) as client:
        await client.next()
        await file(served, {"kind": "withdrawal", "amends": [first["id"]], "reason": "error"})
        await client.until("delta")
        assert [row["withdrawn"] for row in client.rows.values()] == [True]


@in_a_loop
async def test_a_large_snapshot_comes_in_bounded_frames(served: Served) -> None:
    for at in range(5):
        await file(served, *(an_incident(summary=f"{at}-{n}") for n in range(1000)))
    async with opened(served) as client:
        sizes: list[int] = []
        while True:
            frame = await client.next()
            sizes.append(len(frame["rows"]))
            assert (frame["cursor"] is None) == frame["more"]
            if not frame["more"]:
                break
        assert max(sizes) <= 2000
        assert len(client.rows) == sum(sizes) == 5000


@in_a_loop
async def test_a_gap_is_made_up_without_loss_or_repeat(served: Served) -> None:
    async with opened(served) as client:
        await client.next()
        await file(served, an_incident(summary="seen"))
        await client.until("delta")
    await file(served, an_incident(summary="missed 1"), an_incident(summary="missed 2"))
    async with opened(served, cursor=client.cursor) as again:
        assert (await again.next())["t"] == "resume"
        await again.until("delta")
        assert again.summaries() == ["missed 1", "missed 2"]


@pytest.mark.parametrize("whose", ["another's", "changed", "nonsense"])
@in_a_loop
async def test_a_cursor_that_is_not_mine_gets_a_fresh_snapshot(served: Served, whose: str) -> None:
    await file(served, an_incident(compartment="command", summary="hidden"))
    await file(served, an_incident(compartment="partners", summary="shared"), role=NGO)
    async with opened(served) as client:
        await client.until("snapshot")
    cursor = client.cursor
    assert cursor is not None
    given = {"another's": cursor, "changed": cursor[:-1] + b"x", "nonsense": b"x"}[whose]
    async with opened(served, role=NGO, cursor=given) as other:
        assert (await other.next())["t"] == "snapshot"
        assert other.summaries() == ["shared"]


@in_a_loop
async def test_what_is_hidden_makes_no_frame(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "TICK_S", 0.5)
    async with opened(served, role=NGO) as client:
        await client.until("snapshot")
        sizes: set[int] = set()
        for n in range(3):
            await file(served, an_incident(compartment="command", summary=f"hidden {n}"))
            frame = await client.next()
            assert frame["t"] == "tick"
            sizes.add(len(frame["cursor"]))
        assert len(sizes) == 1
        assert client.rows == {}


@in_a_loop
async def test_a_token_that_is_revoked_closes_the_stream_at_once(served: Served) -> None:
    people = served.web.node.people
    async with opened(served) as client:
        await client.until("snapshot")
        began = time.perf_counter()
        people.end(JOC)
        frame = await client.until("bye")
        assert time.perf_counter() - began < 1.0
        assert frame["reason"] == "revoked"
        with pytest.raises(websockets.ConnectionClosed):
            await client.next()


@in_a_loop
async def test_nothing_filed_after_the_end_reaches_the_stream(served: Served) -> None:
    async with opened(served) as client:
        await client.until("snapshot")
        served.web.node.people.end(JOC)
        await file(served, an_incident(summary="later"), role=SECTOR)
        assert (await client.until("bye"))["reason"] == "revoked"
        with pytest.raises(websockets.ConnectionClosed):
            await client.next()
        assert client.rows == {}


@in_a_loop
async def test_signing_out_closes_the_stream_of_that_browser_alone(served: Served) -> None:
    people = served.web.node.people
    secrets = [(await people.sign_in(JOC, PASSWORD, "10.0.0.1")) for _ in range(2)]
    cookies = [{"Cookie": f"eirene-test={secret}"} for secret, _ in secrets]
    async with (
        opened(served, headers=cookies[0]) as one,
        opened(served, headers=cookies[1]) as other,
    ):
        await one.until("snapshot")
        await other.until("snapshot")
        people.sign_out(secrets[0][1])
        assert (await one.until("bye"))["reason"] == "signed out"
        await file(served, an_incident(), role=SECTOR)
        await other.until("delta")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Cookie": "eirene-test=nonsense"}, 401),
        ({"Authorization": "Bearer eir_nonsense"}, 401),
        ({"X": "nothing"}, 401),
    ],
)
@in_a_loop
async def test_without_an_account_there_is_no_stream(
    served: Served, headers: dict[str, str], status: int
) -> None:
    with pytest.raises(websockets.InvalidStatus) as caught:
        async with opened(served, headers=headers):
            pass
    assert caught.value.response.status_code == status
    assert caught.value.response.headers["www-authenticate"].startswith("Bearer")


@in_a_loop
async def test_another_site_cannot_listen_with_this_session(served: Served) -> None:
    secret, _ = await served.web.node.people.sign_in(JOC, PASSWORD, "10.0.0.1")
    cookie = {"Cookie": f"eirene-test={secret}"}
    with pytest.raises(websockets.InvalidStatus) as caught:
        async with opened(served, headers=cookie | {"Origin": "http://evil.example"}):
            pass
    assert caught.value.response.status_code == 403
    async with opened(served, headers=cookie | {"Origin": served.url}) as client:
        assert (await client.next())["t"] == "snapshot"


@in_a_loop
async def test_there_is_a_most(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "MOST_STREAMS", 1)
    async with opened(served) as client:
        await client.until("snapshot")
        with pytest.raises(websockets.InvalidStatus) as caught:
            async with opened(served):
                pass
        assert caught.value.response.status_code == 503


@pytest.mark.parametrize(
    "word", [b"\xc1", pack([1]), pack("x"), b"", pack({"as_of": "x"}), pack({"as_of": 1 << 60})]
)
@in_a_loop
async def test_a_first_word_that_is_not_understood_ends_it(served: Served, word: bytes) -> None:
    url = f"ws://127.0.0.1:{served.port}/api/stream"
    headers = {"Authorization": f"Bearer {served.web.token[JOC]}"}
    async with websockets.connect(url, additional_headers=headers) as socket:
        await socket.send(word)
        assert unpack(await socket.recv(decode=False))["t"] == "bye"
        with pytest.raises(websockets.ConnectionClosed):
            await socket.recv()


@in_a_loop
async def test_a_rebuilt_picture_sends_everything_anew(served: Served) -> None:
    await file(served, an_incident(summary="kept"))
    async with opened(served) as client:
        await client.until("snapshot")
        await asyncio.to_thread(served.web.node.rebuild)
        frame = await client.until("snapshot")
        assert len(frame["rows"]) == 1
        await file(served, an_incident(summary="new"))
        await client.until("delta")
        assert client.summaries() == ["kept", "new"]


@in_a_loop
async def test_a_client_that_does_not_read_costs_nothing(served: Served) -> None:
    """Two thousand changes while nobody reads: what waits is bounded, and all of it arrives."""
    async with opened(served) as client:
        await client.until("snapshot")
        client.socket.transport.pause_reading()
        for at in range(4):
            await file(served, *(an_incident(summary=f"{at}-{n}") for n in range(500)))
        client.socket.transport.resume_reading()
        while len(client.rows) < 2000:
            await client.until("delta")


@in_a_loop
async def test_goodbye_is_said_before_the_node_stops(served: Served) -> None:
    async with opened(served) as client:
        await client.until("snapshot")
        stopping = asyncio.create_task(asyncio.to_thread(served.close))
        assert (await client.until("bye"))["reason"] == "restarting"
        await stopping


@in_a_loop
async def test_many_screens_abreast_all_get_everything(served: Served) -> None:
    """They share pages; none may miss what came while a page was being made for another."""
    async with contextlib.AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(opened(served)) for _ in range(6)]
        clients += [await stack.enter_async_context(opened(served, role=NGO)) for _ in range(2)]
        for client in clients:
            await client.until("snapshot")

        def write(n: int) -> None:
            for at in range(20):
                served.web.file(an_incident(summary=f"{n}-{at}"))

        await asyncio.gather(*(asyncio.to_thread(write, n) for n in range(4)))
        await file(served, an_incident(compartment="partners", summary="last"), role=NGO)
        for client in clients:
            while "last" not in client.summaries():
                await client.until("delta", within=3.0)
        assert [len(client.rows) for client in clients] == [81] * 6 + [1] * 2


@in_a_loop
async def test_what_was_erased_is_in_no_page_that_is_kept(served: Served) -> None:
    node = served.web.node

    def kept() -> set[str]:
        made = [task.result() for task in served.pages._asked.values() if task.done()]
        return {
            word
            for word in ("ours", "theirs")
            if any(word.encode() in bytes(one.rows) for one in made)
        }

    await file(served, an_incident(compartment="partners", summary="theirs"), role=NGO)
    await file(served, an_incident(summary="ours"), role=JOC)
    async with opened(served) as client:
        await client.until("snapshot")
        assert client.summaries() == ["ours", "theirs"]
        assert kept() == {"ours", "theirs"}
        assert node.erasing.ask("amber-river", NGO)
        await asyncio.to_thread(node.erasing.erase, "amber-river")
        client.rows.clear()
        await client.until("snapshot")
        assert client.summaries() == ["ours"]
        assert kept() == {"ours"}
    assert await asyncio.to_thread(wait_for, lambda: not kept())


@in_a_loop
async def test_a_stream_without_news_rests(served: Served) -> None:
    """A page without rows must not be asked for again and again."""
    asked = 0
    pages = served.pages
    make = pages.changes

    async def counted(*args: Any) -> Any:
        nonlocal asked
        asked += 1
        return await make(*args)

    pages.changes = counted  # type: ignore[method-assign]
    async with opened(served, role=NGO) as client:
        await client.until("snapshot")
        await file(served, an_incident(compartment="command"))
        await file(served, an_incident(compartment="partners"), role=NGO)
        await client.until("delta")
        await asyncio.sleep(0.5)
        assert 0 < asked < 10


@in_a_loop
async def test_a_row_without_a_summary_says_what_it_is_best_called_by(served: Served) -> None:
    await file(served, an_incident(summary="in words"), an_incident(summary=...))
    async with opened(served) as client:
        await client.next()
        told = {row["summary"]: (row["coarse"], row["what"]) for row in client.rows.values()}
        assert told == {"in words": (None, None), "": (None, ["type", "VC"])}
