"""Benchmarks are run seldom: what breaks them has to be seen before."""

import importlib

import pytest
from benchmarks import million, siblings
from benchmarks.figures import folder
from benchmarks.made import bodies, compartments
from benchmarks.run import NAMES

from eirene.picture import Query, counts
from eirene.release.reader import Reader


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_benchmark_can_be_loaded(name: str):
    assert callable(importlib.import_module(f"benchmarks.{name}").run)


def test_a_small_million_answers_with_the_reader_test_and_without_it():
    nobody = Reader(account="nobody", compartments=frozenset())
    with folder() as where:
        million.fill(where, bodies(1_000), 1_000)
        picture, _ = million.rebuilt(where, 1_000)
        try:
            times, cost = million.timed(
                million.kinds(picture, 3)[-1], million.readers().popitem()[1], paired=True
            )
            ask = million.kinds(picture, 3)[-1].ask
            seen = ask(nobody, Query())
            with million.without_test():
                bare = ask(nobody, Query())
        finally:
            picture.close()
    assert len(times) == 20
    assert cost is not None
    assert (seen, bare) == (0, Query().limit)


@pytest.mark.slow
def test_of_a_family_a_reader_of_all_sees_the_finest_and_the_bare_table_has_all():
    with folder() as where:
        million.fill(where, siblings.families(600), 600)
        picture, _ = million.rebuilt(where, 600)
        try:
            everything = Reader(
                account="all", compartments=frozenset(compartments(siblings.NUMBER))
            )
            seen = counts(picture, everything, Query(), group=("kind",)).total
            with million.without_test():
                bare = counts(picture, everything, Query(), group=("kind",)).total
        finally:
            picture.close()
    acts = [body for body in siblings.families(600) if body.kind == "act.coarser/1"]
    assert acts
    assert bare - seen == len(acts)
