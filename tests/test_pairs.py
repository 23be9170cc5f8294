"""Two nodes that differ in one withheld report answer everybody else alike: every request, every byte."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eirene.reports.kinds import kinds
from outlets import probes
from outlets.asking import Answer, Ask, Watch
from outlets.ground import Ground, chosen, compartments_of
from outlets.planting import Plant
from outlets.probes import Scene
from outlets.twins import Twin, stopped, told_by

UNCLEARED = {
    "command": ("ngo-focal-point", "host-state-liaison-officer", "police-officer"),
    "sources": ("analyst", "anyone"),
    "humanitarian": ("joc-duty-officer", "civil-society-member"),
}
"""Compartment of the one report, and roles that do not read there."""
KIND = {"command": "alert", "sources": "source", "humanitarian": "notification"}


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    """A node with a few reports everywhere, closed, to be copied."""
    made = Ground(tmp_path_factory.mktemp("pairs") / "node")
    for compartment in made.compartments:
        made.file([made.gardener.plant(kinds()[kind], compartment) for kind in ("alert", "site")])
    made.web.node.releases.tick()  # decided before it is copied: each twin would draw other ids
    made.close()
    return made


def scene(ground: Ground, role: str, extra: list[Plant]) -> Scene:
    mine = ground.visible(compartments_of(role))
    hidden = [*extra, *chosen(ground.hidden(compartments_of(role)), 6, role)]
    return Scene(ground, role, chosen(mine, 4, role), hidden)


@pytest.fixture(scope="module")
def pair(ground: Ground, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Twins for each compartment: one as it was, one with a report more."""
    base = tmp_path_factory.mktemp("twins")
    made: dict[str, tuple[Twin, Twin, Plant]] = {}
    for compartment, kind in KIND.items():
        one, other = (Twin(ground, base / f"{compartment}-{n}") for n in (1, 2))
        plant = ground.gardener.plant(kinds()[kind], compartment)
        [filed] = other.node.filing.file_now(ground.filer(compartment), [plant.flat])
        plant.report, plant.entity, plant.entry = filed.id.hex(), filed.entity.hex(), "0" * 64
        made[compartment] = one, other, plant
    yield made
    for one, other, _ in made.values():
        one.close()
        other.close()


CASES = [(compartment, role) for compartment, roles in UNCLEARED.items() for role in roles]


@pytest.mark.slow
@pytest.mark.parametrize(("compartment", "role"), CASES)
def test_every_request_of_the_uncleared_is_answered_alike(
    ground: Ground, pair: Any, compartment: str, role: str
) -> None:
    one, other, plant = pair[compartment]
    assert compartment not in compartments_of(role)
    asked = 0
    with stopped():
        for ask, (told, also) in told_by(scene(ground, role, [plant]), one, other):
            assert told.but_date() == also.but_date(), f"{ask.method} {ask.path}"
            asked += 1
    assert asked > 150


def test_whoever_is_cleared_is_answered_otherwise(ground: Ground, pair: Any) -> None:
    """The same comparison, shown to be able to fail: the officer sees the one report more."""
    one, other, plant = pair["command"]
    with stopped():
        different = [
            ask.path
            for ask, (told, also) in told_by(scene(ground, "joc-duty-officer", [plant]), one, other)
            if told != also
        ]
    parts = ("search", "counts", "export.csv", "items", "suggest", "layers", "entities")
    for part in parts:
        assert [path for path in different if part in path], part


# -- one node, before and after


VISIBLE = "partners"
"""Where the reader of the property does read."""
ROLE = "ngo-focal-point"
LOOKS = [
    probes.plain,
    probes.typing,
    probes.searching,
    probes.counting,
    probes.exporting,
    probes.collections,
    probes.items,
]


PARTS = 3


class Watched:
    """A node, what it answered before, and a stream that is open."""

    def __init__(self, ground: Ground, folder: Path) -> None:
        self.twin = Twin(ground, folder)
        self.watch = Watch(self.twin.line, ground.web.token[ROLE])
        self.scene = scene(ground, ROLE, [])
        with stopped():
            self.asks = [told.ask for told in told_by(self.scene, self.twin, probes=LOOKS)]
            self.before = self.answers()

    def answers(self, part: int = 0, parts: int = 1) -> list[tuple[int, Any, bytes]]:
        """Answers to one part of the requests: each example asks another one."""
        return [self.twin.ask(ROLE, ask).but_date() for ask in self.asks[part::parts]]


@pytest.fixture(scope="module")
def watched(ground: Ground, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    made = Watched(ground, tmp_path_factory.mktemp("watched") / "node")
    yield made
    made.watch.close()
    made.twin.close()


@st.composite
def withheld(draw: st.DrawFn) -> dict[str, Any]:
    """What a hidden report may have in common with those that are seen: everything."""
    common = ("place", "source", "occurred", "pcode", "latitude", "summary", "entity", "links")
    return {
        "kind": draw(st.sampled_from(["incident", "alert", "site", "hazard", "note", "activity"])),
        "compartment": draw(st.sampled_from(["command", "mission", "sources", "org-elsewhere"])),
        "same": draw(st.sets(st.sampled_from(common))),
        "count": draw(st.integers(0, 100_000_000)),
        "part": draw(st.integers(0, PARTS - 1)),
    }


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(given_=withheld())
def test_nothing_that_is_filed_elsewhere_changes_any_answer(
    ground: Ground, watched: Watched, given_: dict[str, Any]
) -> None:
    [seen, *_] = ground.visible([VISIBLE])
    compartment = given_["compartment"]
    plant = ground.gardener.plant(kinds()[given_["kind"]], compartment)
    flat = plant.flat | {"client_id": str(uuid.uuid4())}
    for name in given_["same"] & seen.flat.keys():
        flat[name] = seen.flat[name]
    if "latitude" in given_["same"]:
        flat["longitude"] = seen.flat["longitude"]
    if "entity" in given_["same"]:
        flat["entity"] = seen.entity
    if "links" in given_["same"]:
        flat["links"] = [{"role": "about", "report": seen.report}]
    if given_["kind"] == "incident":
        flat |= {"killed": given_["count"], "killed_best": 10**8, "killed_most": 10**8}
    reader = msgspec.structs.replace(
        ground.filer(compartment), account="hand", organisation=f"elsewhere-{uuid.uuid4().hex[:8]}"
    )
    frames = len(watched.watch.frames_of("delta"))
    watched.twin.node.filing.file_now(reader, [flat])
    part = given_["part"]
    asks, known = watched.asks[part::PARTS], watched.before[part::PARTS]
    with stopped():
        for ask, before, now in zip(asks, known, watched.answers(part, PARTS), strict=True):
            assert now == before, f"{ask.method} {ask.path}"
    assert len(watched.watch.frames_of("delta")) == frames


def test_the_property_asks_enough_and_sees_what_is_filed_for_its_reader(
    ground: Ground, watched: Watched
) -> None:
    assert len(watched.asks) > 80
    fresh = ground.gardener.plant(kinds()["site"], VISIBLE)
    watched.twin.node.filing.file_now(ground.filer(VISIBLE), [fresh.flat])
    with stopped():
        assert watched.answers() != watched.before
    answer: Answer = watched.twin.ask(ROLE, Ask("GET", f"/api/search?q={fresh.flat['place']}"))
    assert answer.json()["total"] == 1
