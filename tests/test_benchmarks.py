"""Benchmarks are run seldom: what breaks them has to be seen before."""

import importlib

import pytest
from benchmarks import million
from benchmarks.figures import folder
from benchmarks.run import NAMES

from eirene.picture import Query
from eirene.release.reader import Reader


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_benchmark_can_be_loaded(name: str):
    assert callable(importlib.import_module(f"benchmarks.{name}").run)


def test_a_small_million_answers_with_the_reader_test_and_without_it():
    nobody = Reader(account="nobody", compartments=frozenset())
    with folder() as where:
        million._fill(where, 1_000)
        picture, _ = million._rebuilt(where, 1_000)
        try:
            times, cost = million._timed(
                million._kinds(picture, 3)[-1], million._readers().popitem()[1], paired=True
            )
            ask = million._kinds(picture, 3)[-1].ask
            seen = ask(nobody, Query())
            with million._without_test():
                bare = ask(nobody, Query())
        finally:
            picture.close()
    assert len(times) == 20
    assert cost is not None
    assert (seen, bare) == (0, Query().limit)
