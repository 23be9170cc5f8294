"""The live stream, now and as of an earlier moment: whatever happens, it shows what a fresh one shows."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from eirene.picture import STREAM_COLUMNS, Picture
from eirene.release.reader import Reader
from eirene.reports.acts.release import RECALLED
from eirene.reports.envelope import Opened
from eirene.web import pages
from eirene.web.stream import Stream, Streams
from picture_world import COMPARTMENTS, HOUR, RECEIVED, World, a_reader, picture_of, readers
from test_ledger import few, finer_than, released, stepped

KEY = STREAM_COLUMNS.index("key")


class Screen:
    """What a client makes of the frames of one stream, whose socket and account are made up."""

    def __init__(self, picture: Picture, reader: Reader, as_of: int | None) -> None:
        self.rows: dict[str, list[Any]] = {}
        self.snapshots = 0
        self._coming: dict[str, list[Any]] = {}
        held = SimpleNamespace(reader=reader, viewing="", by="token")
        node = SimpleNamespace(
            picture=picture,
            keys=SimpleNamespace(cursor_key=b"c" * 32),
            changed=SimpleNamespace(subscribe=lambda: None),
            people=SimpleNamespace(current=lambda held: held),
            receipts=SimpleNamespace(fetched=lambda reader, versions: None),
        )
        self.stream: Any = Stream(node, held, self, Streams())  # pyright: ignore[reportArgumentType]
        if as_of is not None:
            self.stream._as_of = RECEIVED + as_of * HOUR + HOUR / 2

    async def send_data(self, data: bytes, mode: str) -> None:
        """One frame."""
        frame = msgspec.msgpack.decode(data)
        if frame["t"] == "snapshot":
            self._coming |= {row[KEY]: row for row in frame["rows"]}
            if not frame["more"]:
                self.rows, self._coming = self._coming, {}
                self.snapshots += 1
        for key in frame.get("removals", []):
            self.rows.pop(key, None)
        self.rows |= {row[KEY]: row for row in frame.get("upserts", [])}

    async def looked(self) -> Screen:
        """After a look for changes."""
        await self.stream._deltas()
        return self

    async def opened(self) -> Screen:
        """After the first snapshot."""
        await self.stream._snapshot()
        return self


@contextmanager
def a_picture(entries: list[Opened]) -> Generator[Picture]:
    with tempfile.TemporaryDirectory() as folder:
        picture = picture_of(Path(folder), entries)
        with closing(picture), pytest.MonkeyPatch.context() as patch:
            patch.setattr(pages, "ROWS", 3)  # several pages at once
            yield picture


def test_a_version_that_takes_the_place_of_a_recalled_one_is_not_known_then() -> None:
    world = World()
    original = world.tell(compartment="command")
    first = released(world, original, "org-a")

    async def looking() -> None:
        with a_picture(world.entries) as picture:
            then = await Screen(picture, a_reader("org-a"), len(world.entries)).opened()
            assert len(then.rows) == 1
            at = len(world.entries)
            stepped(world, original, "org-a", RECALLED, version=first.hash)
            released(world, original, "org-a")
            picture.fold(world.entries[at:])
            assert (await then.looked()).rows == {}

    asyncio.run(looking())


def test_many_removals_on_many_pages_send_the_whole_once() -> None:
    world = World()
    originals = [world.tell(compartment="command") for _ in range(9)]
    versions = [released(world, one, "org-a") for one in originals]

    async def looking() -> None:
        with a_picture(world.entries) as picture:
            then = await Screen(picture, a_reader("org-a"), len(world.entries)).opened()
            at = len(world.entries)
            for original, version in zip(originals[:8], versions, strict=False):
                stepped(world, original, "org-a", RECALLED, version=version.hash)
                released(world, original, "org-a")
            picture.fold(world.entries[at:])
            await then.looked()
            assert (len(then.rows), then.snapshots) == (1, 2)
            await then.looked()
            assert then.snapshots == 2

    asyncio.run(looking())


class Story:
    """Reports and what becomes of them, one step after the other."""

    def __init__(self) -> None:
        self.world = World()
        self.originals = [self.world.tell(compartment="command") for _ in range(2)]
        self.given: dict[tuple[int, str], Opened] = {}

    def go_on(self, what: str, which: int, audience: str) -> None:
        """One step; one that has nothing to act on tells of something new."""
        original, standing = self.originals[which], self.given.get((which, audience))
        if what == "recall" and standing:
            stepped(self.world, original, audience, RECALLED, version=standing.hash)
            del self.given[which, audience]
        elif what == "withdraw":
            self.originals[which] = self.world.withdraw(original)
        elif what == "amend" and standing:
            amends = (standing,)
            self.given[which, audience] = released(self.world, original, audience, amends=amends)
        elif what == "finer" and standing:
            others = [one for (at, to), one in self.given.items() if at == which and to != audience]
            finer_than(self.world, standing, *others)
        elif what == "release" and original.body and original.body.kind == "incident/1":
            self.given[which, audience] = released(self.world, original, audience)
        else:
            self.world.tell(compartment=audience)


steps = st.lists(
    st.tuples(
        st.sampled_from(("release", "recall", "amend", "finer", "withdraw", "tell")),
        st.integers(0, 1),
        st.sampled_from([name for name in COMPARTMENTS if name != "command"]),
    ),
    min_size=4,
    max_size=14,
)


RELEASED_ANEW = [(what, 0, "org-a") for what in ("release", "recall", "release", "tell")]


@few
@example(RELEASED_ANEW, 1, 2, a_reader("org-a"))
@given(steps, st.integers(1, 4), st.integers(1, 4), readers)
def test_a_stream_shows_at_every_moment_what_a_fresh_one_shows(
    told: list[tuple[str, int, str]], before: int, batch: int, reader: Reader
) -> None:
    async def looking() -> None:
        story = Story()
        for step in told[:before]:
            story.go_on(*step)
        entries = story.world.entries
        with a_picture(entries) as picture:
            as_of = len(entries)
            screens = [await Screen(picture, reader, at).opened() for at in (None, as_of)]
            for at in range(before, len(told), batch):
                folded = len(entries)
                for step in told[at : at + batch]:
                    story.go_on(*step)
                picture.fold(entries[folded:])
                for screen, then in zip(screens, (None, as_of), strict=True):
                    fresh = await Screen(picture, reader, then).opened()
                    shown = screen.snapshots
                    assert (await screen.looked()).rows == fresh.rows
                    assert screen.snapshots <= shown + 1

    asyncio.run(looking())


def test_what_was_on_its_way_at_that_moment_is_known_as_of_it() -> None:
    """Received by then, folded after the snapshot."""
    world = World()
    world.tell(compartment="command")
    late = world.tell(compartment="command")

    async def looking() -> None:
        with a_picture(world.entries[:1]) as picture:
            then = Screen(picture, a_reader("command"), None)
            then.stream._as_of = late.received
            await then.opened()
            assert len(then.rows) == 1
            then.stream._settled = False  # as if it had been looked at that same second
            picture.fold([late])
            assert len((await then.looked()).rows) == 2

    asyncio.run(looking())
