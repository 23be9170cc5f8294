"""What is decided about whole columns is the same for many cells at once as for one after another."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eirene.imports.dates import Orders
from eirene.imports.headings import is_total
from eirene.imports.numbers import Signs
from eirene.imports.seen import Seen

NUMBERS = st.lists(
    st.sampled_from(
        [
            "",
            " ",
            "12",
            "-3",
            "1.5",
            "4.36123",
            "1.250",
            "1,250",
            "1 250,5",
            "٣",
            "1\x1f2",
            "NA",
            "1.2.3",
            "12345678901234567890",
            ".5",
            "5.",
            "1e5",
            "-",
        ]
    ),
    max_size=8,
)
DATES = st.lists(
    st.tuples(
        st.integers(1, 9),
        st.sampled_from(["01/02/2025", "13/02/2025", "02/13/2025", "2025-01-01 10:00", "", "x"]),
    ),
    max_size=8,
)


@settings(max_examples=60, deadline=None)
@given(first=NUMBERS, then=NUMBERS, coordinate=st.booleans())
def test_signs_of_many_cells(first: list[str], then: list[str], coordinate: bool) -> None:
    one, many = (Signs("c", coordinate=coordinate) for _ in range(2))
    for cells in (first, then):
        many.see_all(cells)
        for cell in cells:
            one.see(cell)
    assert (many.proofs, many.example, many.open) == (one.proofs, one.example, one.open)


@settings(max_examples=60, deadline=None)
@given(cells=DATES)
def test_orders_of_many_cells(cells: list[tuple[int, str]]) -> None:
    one, many = Orders("c"), Orders("c")
    told = sorted(cells, key=lambda cell: cell[0])
    many.see_all([number for number, _ in told], [text for _, text in told])
    for number, text in told:
        one.see(number, text)
    assert (many.proof, many.open, many.midnights) == (one.proof, one.open, one.midnights)


@pytest.mark.parametrize(
    ("first", "sums"),
    [
        ("Total", True),
        (" TOTAL:", True),
        ("\x0b", True),
        ("", True),
        (None, True),
        ("Somme", True),
        ("Town", False),
        ("7", False),
        ("Été", False),
    ],
)
def test_a_row_of_totals_is_known_by_its_first_word(first: str | None, sums: bool) -> None:
    cells = [first, "3", "4"] if first and first.strip() else [first, "Total", "4"]
    assert is_total(cells) is sums


def test_entities_are_known_again_and_go_over_in_pieces() -> None:
    here, there = Seen(), Seen()
    entities = [hashlib.sha256(bytes([at // 256, at % 256])).digest()[:16] for at in range(3_000)]
    assert [here.note(one, b"a" * 8) for one in entities] == [None] * 3_000
    assert here.note(entities[7], b"a" * 8) is True
    assert here.note(entities[7], b"b" * 8) is False
    pieces = list(here.pieces())
    assert max(map(len, pieces)) < 1_000 and sum(map(len, pieces)) == 8 * 3_000
    for piece in pieces:
        there.take(piece)
    assert all(one in here and one in there for one in entities)
    assert bytes(16) not in here and bytes(16) not in there
