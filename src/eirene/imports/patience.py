"""Whether to go on: told by whoever waits for a reader, asked by readers that work for long.

Readers are called through several rooms that know nothing of a stop; a context carries it.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar


def _always() -> None:
    pass


_asked: ContextVar[Callable[[], None]] = ContextVar("patience", default=_always)


@contextmanager
def patience(check: Callable[[], None]) -> Generator[None]:
    """Readers that are called within ask this; what it raises ends them."""
    before = _asked.set(check)
    try:
        yield
    finally:
        _asked.reset(before)


def go_on() -> None:
    """Raises what whoever waits raises, where nobody wants it any more."""
    _asked.get()()


__all__ = ["go_on", "patience"]
