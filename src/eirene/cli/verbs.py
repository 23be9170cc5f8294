"""What each verb of the command line does."""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import sys
from pathlib import Path
from typing import Any

import msgspec

from eirene.app import Node, log_to_stderr
from eirene.cli import demo as demo_node
from eirene.cli.console import asked, note, progress, say, table
from eirene.cli.reach import call, credential, from_file, node_folder, the_lock
from eirene.config import Settings, default_data, write_own
from eirene.errors import BadSettings, DamagedLog, FolderInUse, NotANode
from eirene.keys.lock import Lock
from eirene.keys.store import KeyStore
from eirene.log.log import Log
from eirene.log.verify import verify as verify_log
from eirene.nodes.backup import backup_keys, restore_keys
from eirene.nodes.backup import restore as restore_backup
from eirene.web import serve as serve_http
from eirene.web.serve import Door, serve_all

_PROBED = 32_768
"""From here on systems hand ports out to whoever asks for any."""

# -- serving


def demo(args: argparse.Namespace, settings: Settings) -> None:
    """A replay of public data, and an exercise beside it."""
    log_to_stderr(settings.log_level)
    if args.data is None and settings.data == default_data():
        settings = msgspec.structs.replace(settings, data=settings.data + "-demo")
    file = Path(settings.data) / "demo-accounts.json"
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
        serve_http(node, settings.host, settings.port, _ready)
    finally:
        node.close()


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
        _new_lock(args.lock, args.passphrase_file),
        realm=args.realm,
        node=args.name,
        owner=args.owner,
    ).close()
    write_own(folder, {"mission": args.mission or "", "zone": args.zone or ""})
    note(f"Made node {args.name} ({args.realm}) in {folder}.")


def _new_lock(mode: str | None, passphrase_file: str | None) -> Lock:
    """The lock of new keys: as asked, else what is at hand."""
    if mode == "plain":
        note("The keys lie in a plain file: whoever can read the folder can read every report.")
        return Lock("plain")
    found = credential()
    if found and mode != "passphrase":
        return found
    if mode == "credential":
        raise BadSettings(
            "There is no systemd credential named eirene.",
            field="lock",
            remedy="Start through systemd with LoadCredential=eirene:FILE.",
        )
    words = from_file(passphrase_file) if passphrase_file else asked("New passphrase", twice=True)
    if not words:
        raise BadSettings(
            "The keys of a new node need a lock.",
            field="lock",
            remedy="Give --passphrase-file FILE, a systemd credential, or --lock plain.",
        )
    return Lock("passphrase", words)


# -- data in and out


def bring(args: argparse.Namespace, settings: Settings) -> None:
    """A file of other people's data."""
    given = {
        "file": str(args.file.resolve()),
        "kind": args.kind,
        "mapping": _mapping(args.mapping),
        "account": args.account,
        "compartment": args.compartment,
        "rejects": str(
            (args.rejects or args.file.with_name(args.file.name + ".rejects.csv")).resolve()
        ),
    }
    with progress("reading") as report:
        seen = call(settings, args.passphrase_file, "import", given | {"dry_run": True}, report)
    table(seen["table"], "", "")
    if not args.dry_run:
        with progress("importing") as report:
            seen = call(settings, args.passphrase_file, "import", given, report)
        empty = f" + {seen['empty']:,} empty" if seen["empty"] else ""
        say(
            f"{seen['rows']:,} rows = {seen['filed']:,} reports + {seen['repeats']:,} repeats "
            f"+ {seen['rejects']:,} rejects{empty}"
        )
    if seen["rejects"]:
        note(f"{seen['rejects']:,} rows were not taken; why stands in {seen['rejects_file']}")


def _mapping(name: str | None) -> str | None:
    """A mapping by name, or by the path of its file."""
    return str(Path(name).resolve()) if name and name.endswith(".toml") else name


def export(args: argparse.Namespace, settings: Settings) -> None:
    """What one account may see, as a file."""
    query = {
        name: getattr(args, name)
        for name in ("q", "kind", "bbox", "datetime", "filter")
        if getattr(args, name)
    }
    kind_of_file = args.file.suffix.removeprefix(".")
    with progress("exporting") as report:
        answer = call(
            settings,
            args.passphrase_file,
            "export",
            {
                "as": args.account,
                "format": kind_of_file,
                "file": str(args.file.resolve()),
                "query": query,
            },
            report,
        )
    manifest = answer.get("manifest", {})
    say(f"{args.file}: {manifest.get('count', 0):,} reports, {manifest.get('marking', '')}")


# -- keeping


def rebuild(args: argparse.Namespace, settings: Settings) -> None:
    """The picture anew."""
    with progress("building the picture") as report:
        answer = call(settings, args.passphrase_file, "rebuild", {}, report)
    say(f"The picture was built anew from {answer['entries']:,} entries.")


def verify(args: argparse.Namespace, settings: Settings) -> None:
    """The log, checked whole; opens also a log that lost its end."""
    folder = node_folder(settings.data)
    keys = KeyStore.open(folder / "keys", the_lock(folder, args.passphrase_file))
    try:
        log = Log.open(folder / "log", keys, whole=False)
    except FolderInUse:
        keys.close()
        with progress("checking") as report:
            answer = call(settings, args.passphrase_file, "verify", {}, report)
        _verdict(answer)
        return
    with progress("checking") as report:
        found = verify_log(log, keys, progress=lambda at: report(at, log.last_lsn))
    log.close_unchanged()
    keys.close()
    said = {name: getattr(found, name) for name in ("entries", "chains", "signatures", "erased")}
    _verdict(said | {"faults": [str(fault) for fault in found.faults]})


def _verdict(found: dict[str, Any]) -> None:
    faults: list[str] = found["faults"]
    if faults:
        for fault in faults:
            note(fault)
        raise DamagedLog(
            f"The log is not what this node acknowledged; the first fault is at {faults[0]}.",
            remedy="Keep the folder as it is, and restore the last backup elsewhere.",
        )
    say(
        f"The log is whole: {found['entries']:,} entries in {found['chains']:,} chains, "
        f"{found['signatures']:,} signatures, {found['erased']:,} bodies erased."
    )


def backup(args: argparse.Namespace, settings: Settings) -> None:
    """An encrypted, checked backup."""
    with progress("backing up") as report:
        answer = call(
            settings, args.passphrase_file, "backup", {"file": str(args.file.resolve())}, report
        )
    say(
        f"{args.file}: {answer['entries']:,} entries, {answer['bytes']:,} bytes, read back and "
        "checked. It opens only with the keys: keep a key backup apart (eirene keys backup)."
    )


def restore(args: argparse.Namespace, settings: Settings) -> None:
    """A folder filled from a backup."""
    folder = node_folder(settings.data)
    _not_running(folder)
    keys = KeyStore.open(folder / "keys", the_lock(folder, args.passphrase_file))
    try:
        with progress("restoring") as report:
            found = restore_backup(keys, args.file, folder, lambda done: report(done, 0))
    finally:
        keys.close()
    say(f"{folder}: {found.entries:,} entries restored. New chains name the old ones' ends.")


def _not_running(folder: Path) -> None:
    lock = folder / "log" / ".lock"
    if not lock.exists():
        return
    with lock.open("a+b") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FolderInUse(
                f"A node works in {folder}.", field="data", remedy="Stop it first."
            ) from None


def _custodians(args: argparse.Namespace) -> list[bytes]:
    if args.custodian_file:
        return [from_file(name) for name in args.custodian_file]
    return [asked(f"Passphrase of custodian {number}", twice=True) for number in (1, 2)]


def keys_backup(args: argparse.Namespace, settings: Settings) -> None:
    """The key store, sealed to two custodians."""
    folder = node_folder(settings.data)
    keys = KeyStore.open(folder / "keys", the_lock(folder, args.passphrase_file))
    try:
        count = backup_keys(keys, args.file, _custodians(args))
    finally:
        keys.close()
    say(f"{args.file}: {count:,} data keys. It opens only with both custodians' passphrases.")


def keys_restore(args: argparse.Namespace, settings: Settings) -> None:
    """A key store from its backup."""
    folder = Path(settings.data)
    two = _custodians(args)
    restore_keys(
        args.file, folder / "keys", two, _new_lock(args.lock, args.passphrase_file)
    ).close()
    say(f"{folder / 'keys'}: restored. Now restore the data: eirene restore FILE.")


# -- accounts


def account(args: argparse.Namespace, settings: Settings) -> None:
    """Make, list, reset, suspend, end; found the mission; devices."""
    wanted: dict[str, Any] = {"act": args.act}
    for name in ("user", "role", "organisation", "reason", "second", "device"):
        if getattr(args, name, None):
            wanted[name] = getattr(args, name)
    if args.act == "found":
        wanted["passwords"] = _two_passwords(args)
    _TELL[args.act](args, call(settings, args.passphrase_file, "account", wanted))


def _two_passwords(args: argparse.Namespace) -> list[str]:
    if args.password_file:
        return [from_file(name).decode() for name in args.password_file]
    return [asked(f"Password of {user}").decode() for user in (args.user, args.second)]


def _tell_list(_args: argparse.Namespace, answer: dict[str, Any]) -> None:
    heads = ("user", "role", "organisation", "reads", "files to", "state")
    rows = [
        (
            one["user"],
            one["role"],
            one["organisation"],
            " ".join(one["compartments"]),
            " ".join(one["may_file"]),
            _state(one),
        )
        for one in answer["accounts"]
    ]
    table(rows, *heads)
    if not answer["founded"]:
        note("The mission is not founded yet: eirene account found --help")


def _state(one: dict[str, Any]) -> str:
    if one["ended"]:
        return "ended"
    if one["suspended"]:
        return "suspended"
    if one["reset"]:
        return "waits: its new password is to be confirmed"
    return "in force" if one["compartments"] else "lapsed"


def _tell_made(args: argparse.Namespace, answer: dict[str, Any]) -> None:
    say(f"{args.user}: the password is {answer['password']}")
    if answer["founded"]:
        note("It reads public alone; two people who may grant clearances give it more.")


def _tell_reset(args: argparse.Namespace, answer: dict[str, Any]) -> None:
    say(f"{args.user}: the password is {answer['password']}")
    if answer["waits"]:
        note("It reads public alone until its focal point, or somebody who may grant, confirms.")


def _tell_ended(args: argparse.Namespace, _answer: dict[str, Any]) -> None:
    say(f"{args.user}: ended, with all sessions and tokens.")


def _tell_suspended(args: argparse.Namespace, _answer: dict[str, Any]) -> None:
    say(
        f"{args.user}: suspended, with all sessions and tokens. Two people lift it, in the browser."
    )


def _tell_founded(args: argparse.Namespace, _answer: dict[str, Any]) -> None:
    say(f"Founded by {args.user} and {args.second}: two people now give each clearance.")


def _tell_devices(_args: argparse.Namespace, answer: dict[str, Any]) -> None:
    rows = [(one["device"], one["first"], one["last"]) for one in answer["devices"]]
    table(rows, "device", "first", "last")


def _tell_lost(args: argparse.Namespace, answer: dict[str, Any]) -> None:
    say(f"{args.device}: {answer['sessions']} sessions and {answer['tokens']} tokens revoked.")
    say(f"It could have held at most {answer['reports']:,} reports of these compartments:")
    say("  " + (" ".join(answer["compartments"]) or "none"))
    for export in answer["exports"]:
        say(f"  fetched {export}")


_TELL = {
    "list": _tell_list,
    "make": _tell_made,
    "reset": _tell_reset,
    "end": _tell_ended,
    "suspend": _tell_suspended,
    "found": _tell_founded,
    "devices": _tell_devices,
    "lost": _tell_lost,
}


def organisation(args: argparse.Namespace, settings: Settings) -> None:
    """Make, list, suspend."""
    wanted: dict[str, Any] = {"act": args.act}
    for name in ("code", "form", "title", "reason"):
        if getattr(args, name, None) is not None:
            wanted[name] = getattr(args, name)
    answer = call(settings, args.passphrase_file, "organisation", wanted)
    if args.act == "list":
        rows = [
            (one["code"], one["title"], one["compartment"], "suspended" if one["suspended"] else "")
            for one in answer["organisations"]
        ]
        table(rows, "code", "title", "compartment", "state")
    elif args.act == "make":
        say(f"{args.code}: made.")
    else:
        say(f"{args.code}: suspended, with all its accounts. Two people lift it, in the browser.")
