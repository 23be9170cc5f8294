"""Memory of the demo node at rest: started, one sign-in and its stream, then a minute of nothing."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

from benchmarks.figures import Figure, at_most, folder, say
from benchmarks.served import Served, demo_account, serving

RSS_MB = 250.0
READY_S = 60.0
REST_S, QUICK_REST_S = 60, 10


def run(*, quick: bool) -> Iterator[Figure]:
    """Resident memory; and how long the demo took to load its data and be ready."""
    with folder() as where, serving(where / "demo", "demo") as served:
        yield at_most(
            "demo: from start to READY, data loaded",
            READY_S,
            served.ready_s,
            "s",
            1,
            "empty folder, environment there",
        )
        fresh = served.resident_mb()
        _look(served)
        rest = QUICK_REST_S if quick else REST_S
        say(f"a rest of {rest} s")
        time.sleep(rest)
        yield at_most(
            "demo: resident memory at rest",
            RSS_MB,
            served.resident_mb(),
            "MiB",
            1,
            f"{rest} s after a sign-in, a list and an export; {fresh:,.0f} MiB when READY",
        )


def _look(served: Served) -> None:
    """Sign in with a password, and read what a screen reads."""
    account = demo_account(served)
    connection = http.client.HTTPConnection(urlsplit(served.url).netloc, timeout=30)
    body = json.dumps({"user": account["user"], "password": account["password"]})
    connection.request("POST", "/api/sign-in", body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    if answer.status != 200:
        raise RuntimeError(f"signing in was answered with {answer.status}")
    for path in ("/api/search?limit=500", "/api/counts?group=day,area", "/api/layers"):
        served.get(path, account["token"])
