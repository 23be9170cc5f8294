"""The outlets of a node, found by looking: nobody lists them.

Routes come from the app, verbs from the command line's parser and from the
control socket, files from the node's folder after the walk, and whatever writes
lines or opens sockets from the source itself.
"""

from __future__ import annotations

import argparse
import ast
from collections.abc import Iterator
from pathlib import Path

from litestar import Litestar
from litestar.routes import HTTPRoute, WebSocketRoute

import eirene
from eirene.cli.main import parser
from eirene.web.app import routes_of
from eirene.web.control import VERBS
from eirene.web.describe import Described

SOURCE = Path(eirene.__file__).parent


def routes(app: Litestar | None = None) -> set[tuple[str, str]]:
    """Method and path of every route; a WebSocket's method is ``WS``."""
    found: set[tuple[str, str]] = set()
    for route in (app or routes_of()).routes:
        if isinstance(route, HTTPRoute):
            found |= {(method, route.path) for method in route.methods if method != "OPTIONS"}
        elif isinstance(route, WebSocketRoute):
            found.add(("WS", route.path))
        else:  # a route that takes the request as it comes
            told = route.route_handler.opt.get("described")
            found.add((told.method if isinstance(told, Described) else "ASGI", route.path))
    return found


def command_verbs() -> set[str]:
    """Every verb of the command line, of one word or of two."""
    return set(_verbs(parser(), ()))


def _verbs(one: argparse.ArgumentParser, before: tuple[str, ...]) -> Iterator[str]:
    inner = [action for action in one._actions if isinstance(action, argparse._SubParsersAction)]
    if not inner:
        yield " ".join(before)
    for action in inner:
        once: dict[int, str] = {}
        for name, sub in action.choices.items():  # another name of the same verb comes later
            if once.setdefault(id(sub), name) == name:
                yield from _verbs(sub, (*before, name))


def control_verbs() -> set[str]:
    """Every verb of the control socket."""
    return set(VERBS)


_WRITES = frozenset(("print", "input"))
_SINKS = frozenset(
    (
        "FileHandler",
        "SocketHandler",
        "SysLogHandler",
        "DatagramHandler",
        "HTTPHandler",
        "SMTPHandler",
        "RotatingFileHandler",
        "TimedRotatingFileHandler",
        "StreamHandler",
        "QueueHandler",
        "Console",
        "create_connection",
        "open_connection",
        "urlopen",
        "AsyncClient",
        "Client",
        "OAuth2Client",
        "sendto",
    )
)
_STREAMS = frozenset(("stdout", "stderr"))


def line_writers() -> set[str]:
    """``module:what`` for everything in the source that writes lines or reaches out."""
    found: set[str] = set()
    for path in sorted(SOURCE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        name = path.relative_to(SOURCE).as_posix()
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and node.id in _WRITES | _SINKS:
                found.add(f"{name}:{node.id}")
            elif (isinstance(node, ast.Attribute) and node.attr in _SINKS) or (
                isinstance(node, ast.Attribute)
                and node.attr in _STREAMS
                and isinstance(node.value, ast.Name)
                and node.value.id == "sys"
            ):
                found.add(f"{name}:{node.attr}")
            elif isinstance(node, ast.ClassDef) and any(
                isinstance(base, ast.Attribute) and base.attr == "Handler" for base in node.bases
            ):
                found.add(f"{name}:{node.name}")
    return found


def files_in(folder: Path) -> dict[str, Path]:
    """Every file below a folder, by its path in it."""
    return {
        path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob("*"))
        if not path.is_dir()
    }
