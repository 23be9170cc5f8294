"""What each verb of the command line does."""

from __future__ import annotations

import argparse
import fcntl
from pathlib import Path
from typing import Any

import msgspec

from eirene.cli.console import asked, note, progress, say, starts_anew, table
from eirene.cli.reach import Stop, call, from_file, new_lock, node_folder, the_lock
from eirene.config import Settings
from eirene.errors import DamagedLog, FolderInUse, InvalidQuery
from eirene.keys.store import KeyStore
from eirene.log.log import Log
from eirene.log.verify import verify as verify_log
from eirene.nodes.backup import Summary as BackupSummary
from eirene.nodes.backup import backup_keys, restore_keys
from eirene.nodes.backup import restore as restore_backup
from eirene.nodes.ground import LARGEST as LARGEST_MAP

# -- data in and out


def bring(args: argparse.Namespace, settings: Settings) -> None:
    """A file of other people's data."""
    if args.list or args.undo or args.stop:
        _earlier(args, settings)
        return
    if args.file is None:
        raise InvalidQuery(
            "Nobody said which file.", field="file", remedy="Name it: eirene import sites.csv."
        )
    given = {
        "file": str(args.file.resolve()),
        "kind": args.kind or "",
        "yes": args.yes,
        "mapping": _mapping(args.mapping),
        "keep": args.keep_mapping or "",
        "account": args.account,
        "compartment": args.compartment,
        "vanished": args.vanished,
        "places": dict(map(_decision, args.place)),
        "permitted": args.permitted_by or "",
        "rejects": str(
            (args.rejects or args.file.with_name(args.file.name + ".rejects.csv")).resolve()
        ),
    }
    given["dry_run"] = args.dry_run
    with progress("reading" if args.dry_run else "importing") as report:
        seen = call(settings, args.passphrase_file, "import", given, report, _stop(args))
    table(seen["table"], "", "")
    if args.save_mapping:
        _save(args.save_mapping, seen["mapping"])
    if seen["stopped"]:
        say(
            "Stopped. What was filed stays; import the same file again, and only the rest is added."
        )
    if not args.dry_run:
        empty = f" + {seen['empty']:,} empty" if seen["empty"] else ""
        say(
            f"{seen['rows']:,} rows = {seen['filed']:,} reports + {seen['repeats']:,} repeats "
            f"+ {seen['rejects']:,} rejects{empty}"
        )
        if seen["vanished"]:
            done = "withdrawn" if args.vanished == "withdraw" else "kept: --vanished withdraw"
            say(f"{seen['vanished']:,} reports of earlier editions are no longer in it ({done})")
    if seen["rejects"]:
        note(f"{seen['rejects']:,} rows were not taken; why stands in {seen['rejects_file']}")


def _stop(args: argparse.Namespace) -> Stop:
    """Asks the node to stop an import between two blocks."""
    return lambda id_: ("imports", {"account": args.account, "import": id_, "stop": True})


def _decision(told: str) -> tuple[str, str]:
    name, sign, place = told.partition("=")
    if not sign or not name.strip():
        raise InvalidQuery(
            f"{told!r} says no place.", field="place", remedy='Write --place "Bangi=Bangui".'
        )
    return name.strip(), place.strip()


def _earlier(args: argparse.Namespace, settings: Settings) -> None:
    """Show earlier imports, or take one back."""
    if not args.account:
        raise InvalidQuery(
            "Whose imports?", field="account", remedy="Give --account NAME (eirene account list)."
        )
    given = {
        "account": args.account,
        "import": args.stop or args.undo or "",
        "dry_run": args.dry_run,
        "stop": bool(args.stop),
    }
    with progress("taking back") as report:
        found = call(settings, args.passphrase_file, "imports", given, report, _stop(args))
    if args.stop:
        say(f"{found['stopping']} stops before its next block; --list tells when it has.")
        return
    if not args.undo:
        rows = [_import_row(one) for one in found["imports"]]
        table(rows, "id", "when", "file", "kind", "compartment", "by", "reports", "state")
        return
    stay = f"{found['kept']:,} were changed since and stay, {found['gone']:,} had gone."
    if args.dry_run:
        say(
            f"{found['withdrawn']:,} reports would be withdrawn, "
            f"{found['restored']:,} would be as they were before; {stay}"
        )
    else:
        say(
            f"{found['withdrawn']:,} reports withdrawn, "
            f"{found['restored']:,} as they were before; {stay}"
        )
    if found["stopped"]:
        say("Stopped. --undo once more takes back the rest.")
    for one in found["first_kept"]:
        note(f"  stays: {one['called']}")


def _import_row(one: dict[str, Any]) -> tuple[str, ...]:
    state = str(one["state"]).replace("-", " ")
    if one["at_work"] and one["at_work"]["act"] == "undo":
        state = "is being taken back"
    if one["undone"]:
        state = f"taken back {one['undone']['at'][:16]} by {one['undone']['account']}"
    return (
        one["id"][:12], one["began"][:16], one["file"], one["kind"], one["compartment"],
        one["account"], f"{one['filed']:,}", state,
    )  # fmt: skip


def _save(path: Path, text: str) -> None:
    try:
        with path.open("x", encoding="utf-8") as out:
            out.write(text)
    except OSError as error:
        raise InvalidQuery(
            f"{path}: {error.strerror}.",
            field="save-mapping",
            remedy="Choose a file that does not exist, in a folder that does.",
        ) from None
    note(f"The mapping stands in {path}; edit it and give it back with --mapping {path}.")


def _mapping(name: str | None) -> str | None:
    """A mapping by name, or by the path of its file."""
    return str(Path(name).resolve()) if name and name.endswith(".toml") else name


def export(args: argparse.Namespace, settings: Settings) -> None:
    """What one account may see, as a file."""
    from eirene.products import format_of  # with it come all writers: slow

    query = {
        name: getattr(args, name)
        for name in ("q", "kind", "bbox", "datetime", "filter")
        if getattr(args, name)
    }
    kind_of_file = format_of(args.file.name) or args.file.suffix.removeprefix(".")
    with starts_anew(), progress("exporting") as report:
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
    if manifest.get("left_out"):
        note(f"{manifest['left_out']:,} more that you read are left out: their source forbids it")


# -- keeping


def rebuild(args: argparse.Namespace, settings: Settings) -> None:
    """The picture anew."""
    try:
        with progress("building the picture") as report:
            answer = call(settings, args.passphrase_file, "rebuild", {}, report)
    except KeyboardInterrupt:
        note("Stopped: the picture in use stays. The same command goes on from where it stopped.")
        raise
    say(f"The picture was built anew from {answer['entries']:,} entries.")


def verify(args: argparse.Namespace, settings: Settings) -> None:
    """The log, checked whole; opens also a log that lost its end."""
    folder = node_folder(settings.data)
    keys = KeyStore.open(folder / "keys", the_lock(folder, args.passphrase_file))
    try:
        log = Log.open(folder / "log", keys, whole=False)
    except FolderInUse:
        keys.close()
        with starts_anew(), progress("checking") as report:
            answer = call(settings, args.passphrase_file, "verify", {}, report)
        _verdict(answer)
        return
    with starts_anew(), progress("checking") as report:
        files = Path(settings.data) / "attachments"
        found = verify_log(log, keys, files, progress=lambda at: report(at, log.last_lsn))
    log.close_unchanged()
    keys.close()
    said = {name: getattr(found, name) for name in _COUNTED}
    _verdict(said | {"faults": [str(fault) for fault in found.faults]})


_COUNTED = ("entries", "chains", "signatures", "erased", "files")


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
        f"{found['signatures']:,} signatures, {found['erased']:,} bodies erased, "
        f"{found['files']:,} files opened."
    )


def backup(args: argparse.Namespace, settings: Settings) -> None:
    """An encrypted, checked backup."""
    try:
        with progress("backing up") as report:
            answer = call(
                settings, args.passphrase_file, "backup", {"file": str(args.file.resolve())}, report
            )
    except KeyboardInterrupt:
        note(
            f"Stopped: what was copied stays beside its name, as {args.file}.part, and is no backup. "
            "The same command goes on with it."
        )
        raise
    if answer["kept"]:
        note(f"It went on behind {answer['kept']:,} bytes that were there already.")
    elif answer["left"]:
        note("What a backup that was stopped had left did not fit any more; it was made anew.")
    say(
        f"{args.file}: {answer['entries']:,} entries, {answer['bytes']:,} bytes, read back and "
        "checked. It opens only with the keys: keep a key backup apart (eirene keys backup)."
    )
    _say_ground(msgspec.convert(answer, BackupSummary), node_folder(settings.data))


def _say_ground(found: BackupSummary, folder: Path) -> None:
    """What a backup holds of maps and divisions, and what it has no room for."""
    if found.maps or found.divisions:
        say(
            f"{found.maps:,} maps and {found.divisions:,} versions of the divisions are in it: "
            f"{found.ground_bytes / 1e6:,.1f} MB."
        )
    for name in found.left_out:
        say(
            f"{name} is not in it: it is larger than {LARGEST_MAP >> 30} GiB. Copy it yourself: "
            f"cp {folder / name} ELSEWHERE; after a restore, put it back at {name}."
        )


def restore(args: argparse.Namespace, settings: Settings) -> None:
    """A folder filled from a backup."""
    folder = node_folder(settings.data)
    _not_running(folder)
    keys = KeyStore.open(folder / "keys", the_lock(folder, args.passphrase_file))
    try:
        with starts_anew(), progress("restoring") as report:
            found = restore_backup(keys, args.file, folder, lambda done: report(done, 0))
    finally:
        keys.close()
    say(f"{folder}: {found.entries:,} entries restored. New chains name the old ones' ends.")
    _say_ground(found, folder)


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
    restore_keys(args.file, folder / "keys", two, new_lock(args.lock, args.passphrase_file)).close()
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
