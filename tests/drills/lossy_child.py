"""The child of the forgetful file system drill: appends, and prints each id once it is durable."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import msgspec
from lossy import NAME, LossyDisk

from eirene.keys.store import KeyStore
from eirene.log.log import Log, utc_now
from eirene.reports.envelope import Body

if __name__ == "__main__":
    folder, obey = Path(sys.argv[1]), sys.argv[2] == "1"
    disk = LossyDisk(obey_sync=obey)
    keys = KeyStore.open(folder / "keys", None)
    log = Log.open(folder / "log", keys, vfs=NAME)
    content = msgspec.Raw(msgspec.msgpack.encode({"type": "AC", "summary": "drill"}))
    while True:
        body = Body(
            id=os.urandom(16), client_id=os.urandom(16), owner="mission", compartment="command",
            entity=os.urandom(16), kind="incident/1", account="joc", filed=utc_now(),
            content=content,
        )  # fmt: skip
        log.append([body])
        os.write(1, body.id.hex().encode() + b"\n")
