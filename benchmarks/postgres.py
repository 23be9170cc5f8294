"""A PostgreSQL of a benchmark's own: begun in a folder, ended with the block.

It listens on a socket in a folder that only its user may enter, and on no network. What a
crash would lose is not made cheaper: syncing and full pages stand as PostgreSQL has them.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import psycopg

VERSION = "15"
_BIN = Path(f"/usr/lib/postgresql/{VERSION}/bin")
_EXTENSION = Path(f"/usr/share/postgresql/{VERSION}/extension/postgis.control")
INSTALL = (
    f"PostgreSQL {VERSION} with PostGIS is not here; install it with: "
    f"sudo apt-get install postgresql-{VERSION} postgresql-{VERSION}-postgis-3"
)

_PATIENCE_S = 120.0

Connection = psycopg.Connection[tuple[Any, ...]]


class _Account(msgspec.Struct, frozen=True):
    """Whom the server runs as; None: as who runs the benchmark."""

    user: int | None = None
    group: int | None = None


def missing() -> str:
    """What to install, in one sentence; "" where all is here."""
    return "" if (_BIN / "pg_ctl").exists() and _EXTENSION.exists() else INSTALL


@contextmanager
def server() -> Generator[Connection]:
    """A running server with PostGIS, and a connection to it for as long as the block lasts."""
    account = _unprivileged()
    where = Path(tempfile.mkdtemp(prefix="eirene-postgis-"))
    try:
        if account.user is not None and account.group is not None:
            os.chown(where, account.user, account.group)
        _do(account, where, "initdb", "--pgdata=data", "--username=bench", "--auth=trust",
            "--encoding=UTF8", "--locale=C.UTF-8")  # fmt: skip
        with (where / "data/postgresql.conf").open("a") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in settings(where).items())
        _do(account, where, "pg_ctl", "--pgdata=data", "--log=server.log", "--wait", "start")
        try:
            with psycopg.connect(host=str(where), user="bench", dbname="postgres") as db:
                db.autocommit = True
                db.execute("CREATE EXTENSION postgis")
                yield db
        finally:
            _do(account, where, "pg_ctl", "--pgdata=data", "--mode=immediate", "--wait", "stop")
    finally:
        shutil.rmtree(where, ignore_errors=True)


def settings(where: Path) -> dict[str, str]:
    """What whoever runs a PostgreSQL sets for such a machine; all else is as it comes."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20
    return {
        "listen_addresses": "",
        "unix_socket_directories": str(where),
        "shared_buffers": f"{min(memory // 4, 4_096)}MB",
        "effective_cache_size": f"{memory * 3 // 4}MB",
        "work_mem": "64MB",
        "maintenance_work_mem": "512MB",
        "max_wal_size": "4GB",
        "random_page_cost": "1.1",  # no disk that turns
        "jit": "off",  # compiling takes longer than such a question
        "plan_cache_mode": "force_custom_plan",  # one plan does not fit all boxes
    }


def version(db: Connection) -> str:
    """Of server and PostGIS, for a note."""
    found = db.execute("SELECT current_setting('server_version'), PostGIS_Lib_Version()").fetchall()
    postgres, postgis = found[0]
    return f"PostgreSQL {postgres.split()[0]}, PostGIS {postgis}"


def _unprivileged() -> _Account:
    """The server refuses to run as root: then Debian's own account for it, or nobody."""
    if os.geteuid() != 0:
        return _Account()
    for name in ("postgres", "nobody"):
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return _Account(found.pw_uid, found.pw_gid)
    raise RuntimeError("PostgreSQL may not run as root, and there is no account postgres or nobody")


def _do(account: _Account, where: Path, program: str, *words: str) -> None:
    """Run one of PostgreSQL's programs in its folder; what it says is told where it fails."""
    done = subprocess.run(
        [str(_BIN / program), *words],
        cwd=where,
        check=False,
        capture_output=True,
        text=True,
        timeout=_PATIENCE_S,
        user=account.user,
        group=account.group,
        extra_groups=None if account.user is None else [],
    )
    if done.returncode:
        raise RuntimeError(f"{program} failed: {(done.stderr or done.stdout).strip()}")
