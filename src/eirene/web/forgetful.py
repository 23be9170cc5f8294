"""Routing without memory: what one person asked for must not make another's request quicker.

Litestar remembers the last thousand paths, and the values in them, for everybody
together. A path that somebody else has asked for lately is then routed some ten
microseconds sooner, so that whoever may not see a report could still find out,
by its id, that others look at it.
"""

from __future__ import annotations

from typing import Any, cast

from litestar import Litestar
from litestar._asgi.routing_trie import traversal


def forget(app: Litestar) -> None:
    """Route every request of this app anew."""
    router = cast(Any, app.asgi_router)
    router.handle_routing = router._handle_routing  # noqa: SLF001 - there is no setting for it
    parse = cast(Any, traversal.parse_path_params)
    # the same function for all apps of this process: it is bare after the first one
    traversal.parse_path_params = getattr(parse, "__wrapped__", parse)
