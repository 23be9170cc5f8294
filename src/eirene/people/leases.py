"""What ends by itself: whoever holds a lease that has ended loses it within a second."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime

_LOOK_S = 0.25
"""Between two looks whether a lease has ended: well within the second that is promised."""


class Leases:
    """A thread that calls ``ended`` whenever the next end has come."""

    def __init__(
        self,
        next_end: Callable[[], datetime | None],
        clock: Callable[[], datetime],
        ended: Callable[[], None],
    ) -> None:
        self._next_end = next_end
        self._clock = clock
        self._ended = ended
        self._changed = threading.Event()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to look."""
        self._thread = threading.Thread(target=self._keep, name="leases", daemon=True)
        self._thread.start()

    def changed(self) -> None:
        """Another end may be the next one now."""
        self._changed.set()

    def close(self) -> None:
        """Stop the thread."""
        self._closing.set()
        if self._thread is not None:
            self._thread.join()

    def _keep(self) -> None:
        end = self._next_end()
        while not self._closing.wait(_LOOK_S):
            if end is not None and self._clock() >= end:
                self._ended()
            if self._changed.is_set():
                self._changed.clear()
                end = self._next_end()
