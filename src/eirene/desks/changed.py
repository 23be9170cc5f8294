"""The bell that rings when the picture has changed."""

from __future__ import annotations

import asyncio
import threading


class Wake:
    """One listener's bell. It holds no changes: whoever hears it looks for himself.

    So a slow listener costs nothing, however much happens meanwhile.
    """

    def __init__(self, bell: Changed) -> None:
        self._bell = bell
        self._event = asyncio.Event()
        self.loop = asyncio.get_running_loop()

    async def wait(self, timeout_s: float) -> bool:
        """True when something changed since the last call, False after the timeout."""
        try:
            await asyncio.wait_for(self._event.wait(), timeout_s)
        except TimeoutError:
            return False
        self._event.clear()
        return True

    def ring(self) -> None:
        """Called in the listener's own loop."""
        self._event.set()

    def close(self) -> None:
        """Listen no more."""
        self._bell.leave(self)


class Changed:
    """Rings every listener, from any thread; many rings before a listener wakes are one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: set[Wake] = set()
        self._pending: set[asyncio.AbstractEventLoop] = set()

    def subscribe(self) -> Wake:
        """A bell for the running loop; close it when done."""
        wake = Wake(self)
        with self._lock:
            self._listeners.add(wake)
        return wake

    def leave(self, wake: Wake) -> None:
        """Forget a listener."""
        with self._lock:
            self._listeners.discard(wake)

    def ring(self) -> None:
        """Something changed."""
        with self._lock:
            loops = {wake.loop for wake in self._listeners} - self._pending
            self._pending |= loops
        for loop in loops:
            try:
                loop.call_soon_threadsafe(self._ring_in, loop)
            except RuntimeError:  # that loop has ended; its listeners went with it
                with self._lock:
                    self._pending.discard(loop)

    def _ring_in(self, loop: asyncio.AbstractEventLoop) -> None:
        with self._lock:
            self._pending.discard(loop)
            listeners = [wake for wake in self._listeners if wake.loop is loop]
        for wake in listeners:
            wake.ring()
