"""Whether to go on: told by whoever waits for a reader, asked by readers that work for long.

Readers are called through several rooms that know nothing of a stop; a context carries it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from concurrent.futures import Future, wait
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

T = TypeVar("T")
_BREATH_S = 0.2


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


def patiently(work: Callable[[], T]) -> T:
    """What one call gives that takes seconds, cannot be ended, and lets go of the interpreter.

    Where nobody wants it any more, nobody waits for it either: it ends by itself, beside.
    """
    made: Future[T] = Future()

    def run() -> None:
        try:
            made.set_result(work())
        except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
            made.set_exception(error)

    threading.Thread(target=run, name="patient", daemon=True).start()
    while not wait([made], _BREATH_S).done:
        go_on()
    return made.result()


__all__ = ["go_on", "patience", "patiently"]
