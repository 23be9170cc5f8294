"""A node for the drills, with syncing switched off: to show that a drill can fail.

``python tests/drills/node.py FOLDER PORT``: what ``eirene serve`` does, without the one
promise that the drill looks for.
"""

from __future__ import annotations

import sys

from eirene.app import Node
from eirene.config import Settings
from eirene.keys.lock import Lock
from eirene.web import serve

if __name__ == "__main__":
    settings = Settings(data=sys.argv[1], port=int(sys.argv[2]))
    serve(
        Node(settings, Lock("plain"), sync=False),
        settings.host,
        settings.port,
        lambda url: print(f"READY {url}", flush=True),
    )
