"""The reader test with 300 compartments and versions: what showing only the finest costs.

As ``million``, with a quarter of the reports given to two or three of forty audiences, each
version naming those coarser than it. A reader of all sees of each the finest; the bare table
has them all, so that it finds a little more.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

import msgspec

from benchmarks.figures import Figure, at_most, folder, percentile, spread
from benchmarks.made import bodies, compartments
from benchmarks.million import BOX_MS, Cost, fill, kinds, rebuilt, timed, told_costs
from eirene.release.reader import Reader
from eirene.reports.acts import coarser as coarser_act
from eirene.reports.acts.coarser import Coarser
from eirene.reports.envelope import Body, Coarse

SIZE, QUICK_SIZE = 1_000_000, 50_000
NUMBER = 300
_AUDIENCES = 40
_SHARE = 0.25


def run(*, quick: bool) -> Iterator[Figure]:
    """The cost, in turn with the bare table, for the reader of all 300 compartments."""
    size = QUICK_SIZE if quick else SIZE
    with folder() as where:
        fill(where, families(size), size)
        picture, _ = rebuilt(where, size)
        try:
            everything = Reader(account="all", compartments=frozenset(compartments(NUMBER)))
            costs: list[Cost] = []
            for kind in kinds(picture, 40 if quick else 200):
                times, cost = timed(kind, everything, paired=True)
                if cost is not None:
                    costs.append((kind, cost, len(times)))
                if kind.title.startswith("box") and kind.title.endswith("10,000"):
                    yield at_most(
                        f"siblings: {kind.title}, p95, reader of {NUMBER} compartments",
                        BOX_MS,
                        percentile(times, 95),
                        "ms",
                        len(times),
                        spread(times, "ms"),
                    )
        finally:
            picture.close()
    yield from told_costs(
        f"siblings: the reader test, {NUMBER} compartments", costs, f"{size:,} reports; "
    )


def families(count: int, seed: int = 5) -> Iterator[Body]:
    """About so many reports and versions, with the acts that say which are coarser."""
    draw = random.Random(f"siblings {seed}")  # not the numbers that reports are made of
    names = compartments(NUMBER)
    made = 0
    for body in bodies(count, seed=seed, number=NUMBER):
        if made >= count:
            return
        yield body
        made += 1
        if draw.random() < _SHARE:
            audiences = draw.sample(names[-_AUDIENCES:], draw.choice((2, 3)))
            versions = [_version(body, name, draw) for name in audiences]
            yield from versions
            made += len(versions)
            for at, finer in enumerate(versions[:-1]):
                yield _act(finer, versions[at + 1 :], draw)


def _version(body: Body, compartment: str, draw: random.Random) -> Body:
    return msgspec.structs.replace(
        body,
        id=draw.randbytes(16),
        client_id=draw.randbytes(16),
        entity=draw.randbytes(16),
        compartment=compartment,
        account="",
        coarse=Coarse("admin-3", "6-hours", "banded"),
    )


def _act(finer: Body, coarser: list[Body], draw: random.Random) -> Body:
    content = Coarser(
        owner=finer.owner, finer=finer.entity, coarser=tuple(one.entity for one in coarser)
    )
    return Body(
        id=draw.randbytes(16),
        client_id=draw.randbytes(16),
        owner=finer.owner,
        compartment=finer.compartment,
        entity=draw.randbytes(16),
        kind=coarser_act.ACT.tag,
        account="",
        filed=finer.filed,
        content=msgspec.Raw(msgspec.msgpack.encode(content)),
    )
