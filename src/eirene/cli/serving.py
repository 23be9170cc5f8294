"""Verbs that are a node themselves: ``demo`` and ``serve``.

Only they load the whole of it; other verbs ask the node that runs.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import sys
from pathlib import Path

import msgspec

from eirene.app import Node, log_to_stderr
from eirene.cli import demo as demo_node
from eirene.cli.console import note, progress, say
from eirene.cli.reach import new_lock, the_lock
from eirene.config import Settings, default_data, write_own
from eirene.errors import BadSettings, NotANode
from eirene.keys.store import KeyStore
from eirene.web import serve as serve_http
from eirene.web.serve import Door, bound, serve_all

_PROBED = 32_768
"""From here on systems hand ports out to whoever asks for any."""


def demo(args: argparse.Namespace, settings: Settings) -> None:
    """A replay of public data, and an exercise beside it."""
    log_to_stderr(settings.log_level)
    if args.data is None and settings.data == default_data():
        settings = msgspec.structs.replace(settings, data=settings.data + "-demo")
    file = Path(settings.data) / "demo-accounts.json"
    if not file.exists():
        bound(settings.host, settings.port).close()  # said now, not after a minute of loading
    with contextlib.ExitStack() as open_:
        nodes: list[Node] = []
        for shown in demo_node.SHOWN:
            node = demo_node.make_or_open(settings, shown)
            open_.callback(node.close)
            nodes.append(node)

        def ready(urls: list[str]) -> None:
            made = demo_node.accounts(nodes, urls, file)
            _tell_of_demo(made, urls, file)

        serve_all(_doors(nodes, settings), ready)


def _doors(nodes: list[Node], settings: Settings) -> list[Door]:
    """The first node on the port that was asked for, others on the next ones that are free.

    A port that somebody probed for says nothing of the one after it, so any will do then.
    """
    after = settings.port if 0 < settings.port < _PROBED else 0
    return [
        Door(node, settings.host, settings.port if not at else after and after + at, at > 0)
        for at, node in enumerate(nodes)
    ]


def _tell_of_demo(made: list[demo_node.DemoAccount], urls: list[str], file: Path) -> None:
    say("")
    for shown, url in zip(demo_node.SHOWN, urls, strict=True):
        duty = next(
            one for one in made if one.node == shown.name and one.role == "joc-duty-officer"
        )
        say(f"{shown.says}:")
        say(f"  open {url} and sign in as {duty.user} with the password {duty.password}")
    say("The keys lie in plain files: put nothing real in.")
    say(f"Accounts of all roles on each node: {file}")
    for url in urls:
        say(f"READY {url}")
    sys.stdout.flush()


def serve(args: argparse.Namespace, settings: Settings) -> None:
    """The node in the folder."""
    folder = Path(settings.data)
    log_to_stderr(settings.log_level)
    if not (folder / "keys" / "lock.json").exists():
        _make_node(args, folder)
    lock = the_lock(folder, args.passphrase_file)
    with progress("building the picture") as report:
        node = Node(settings, lock, progress=report)
    try:
        if node.people.has_demo():
            raise BadSettings(
                f"{folder} has demo accounts, whose passwords lie in a file.",
                field="data",
                remedy="Use eirene demo for it, and another folder for a node that serves.",
            )
        if not any(not one.ended for one in node.people.accounts()):
            note("There is no account yet: eirene account make NAME --role head-of-mission")
        elif node.people.founding.open:
            note("The mission is not founded yet: eirene account found --help")
        if node.clock_warning:
            note(node.clock_warning)
        _collect_seldom()
        serve_http(node, settings.host, settings.port, _ready)
    finally:
        node.close()


_OBJECTS = 20_000
"""New ones until Python looks for rings of them; reports make none, and thousands at once."""


def _collect_seldom() -> None:
    """What a node has loaded stays as long as it: looking through it again and again takes a tenth
    of an import.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_OBJECTS)


def _ready(url: str) -> None:
    say(f"READY {url}")
    sys.stdout.flush()


def _make_node(args: argparse.Namespace, folder: Path) -> None:
    if not args.new:
        raise NotANode(
            f"There is no node in {folder}.",
            field="data",
            remedy="Make one with --new, or point EIRENE_DATA at a node's folder.",
        )
    KeyStore.create(
        folder / "keys",
        new_lock(args.lock, args.passphrase_file),
        realm=args.realm,
        node=args.name,
        owner=args.owner,
    ).close()
    write_own(folder, {"mission": args.mission or "", "zone": args.zone or ""})
    note(f"Made node {args.name} ({args.realm}) in {folder}.")
