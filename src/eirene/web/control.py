"""The command line's way into a node that is running: a Unix socket, this user's alone.

``POST /{verb}`` with a JSON body answers newline-delimited JSON: any number of
``{"progress": n, "of": n}``, then one last line, ``{"done": true, ...}`` or
``{"error": {problem}}``. Who reaches the socket is the node's own user and
could read the folder as well, so nothing else is asked.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import msgspec
from litestar.types import ASGIApp, Receive, Scope, Send

from eirene.desks.clearing import COMMAND_LINE
from eirene.errors import EireneError, InvalidQuery, Unavailable
from eirene.imports.patience import patience
from eirene.maps import carried_out
from eirene.nodes.backup import backup
from eirene.nodes.whole import refuse_taken, whole_file
from eirene.people import Account
from eirene.picture import report_by_id
from eirene.products import export
from eirene.release.reader import Reader
from eirene.times import iso
from eirene.web.asking import gone_when_closed
from eirene.web.bodies import json_value
from eirene.web.bring import import_
from eirene.web.configuration import checked_of, outcome_of, told
from eirene.web.erasing import erase
from eirene.web.kept import credited
from eirene.web.node import ControlledNode
from eirene.web.parameters import query_from
from eirene.web.problems import Interrupted, UnknownPath, foreseen, problem_of
from eirene.web.reports import id_of
from eirene.web.undoing import undo_import

_BODY_MOST = 256 << 20
"""An import sends its reports in pages; this is far above one."""

Line = dict[str, Any]
Progress = Callable[[Line], None]
Verb = Callable[[ControlledNode, dict[str, Any], Progress], Line]


def _at(progress: Progress, done: int, of: int) -> None:
    progress({"progress": done, "of": of})


def _text(given: dict[str, Any], name: str) -> str:
    value = given.get(name)
    if not isinstance(value, str) or not value:
        raise InvalidQuery(f"{name} is missing.", field=name, remedy=f'Send "{name}": "…".')
    return value


def status(node: ControlledNode, _given: dict[str, Any], _progress: Progress) -> Line:
    """What the node is and where it stands."""
    lsn, _ = node.picture.position()
    return {
        "node": node.name,
        "realm": node.realm,
        "entries": node.log.last_lsn,
        "folded": lsn,
        "accounts": sum(account.ended is None for account in node.people.accounts()),
        "clock_warning": node.clock_warning,
    }


def shown(account: Account) -> Line:
    """An account as the administrator sees it."""
    return {
        "user": account.user,
        "role": account.role,
        "organisation": account.organisation,
        "compartments": list(account.compartments),
        "may_file": list(account.may_file),
        "demo": account.demo,
        "made": iso(account.made),
        "ended": iso(account.ended) if account.ended else None,
        "suspended": iso(account.suspended) if account.suspended else None,
        "reset": iso(account.reset) if account.reset else None,
        "until": iso(account.until) if account.until else None,
    }


def account(node: ControlledNode, given: dict[str, Any], _progress: Progress) -> Line:
    """Make, list, reset, suspend and end accounts; found the mission; see and lose devices.

    The command line is the administrator's: it gives nothing that opens a report.
    """
    act = _ACCOUNT.get(_text(given, "act"))
    if given["act"] == "list":
        return {
            "accounts": [shown(one) for one in node.people.accounts()],
            "founded": not node.people.founding.open,
        }
    user = _text(given, "user")
    if act is None:
        raise InvalidQuery(
            f"There is no act {given['act']!r}.",
            field="act",
            remedy="Use one of: list, " + ", ".join(_ACCOUNT) + ".",
        )
    return act(node, user, given)


def _make(node: ControlledNode, user: str, given: Line) -> Line:
    made, password = node.people.make(
        user,
        _text(given, "role"),
        given.get("organisation", ""),
        password=given.get("password"),
        compartments=_names(given, "compartments"),
        may_file=_names(given, "may_file"),
    )
    return {
        "account": shown(made),
        "password": password,
        "founded": not node.people.founding.open,
    }


def _reset(node: ControlledNode, user: str, given: Line) -> Line:
    password = node.people.reset(user, given.get("password"))
    waits = node.people.account(user).reset is not None
    return {"user": user, "password": password, "waits": waits}


def _end(node: ControlledNode, user: str, _given: Line) -> Line:
    return {"account": shown(node.people.end(user))}


def _suspend(node: ControlledNode, user: str, given: Line) -> Line:
    node.people.account(user)
    node.clearing.suspend(COMMAND_LINE, account=user, reason=str(given.get("reason", "")))
    return {"account": shown(node.people.account(user))}


def _devices(node: ControlledNode, user: str, _given: Line) -> Line:
    node.people.account(user)
    found = [
        {"device": one.name, "first": iso(one.first), "last": iso(one.last)}
        for one in node.people.devices(user)
    ]
    return {"devices": found}


def _lost(node: ControlledNode, user: str, given: Line) -> Line:
    try:
        act = node.clearing.lost(COMMAND_LINE, user, _text(given, "device"))
    except Unavailable:
        raise InvalidQuery(
            "There is no such device.",
            field="device",
            remedy=f"See the names with: eirene account devices {user}.",
        ) from None
    return {
        "sessions": act.sessions,
        "tokens": act.tokens,
        "compartments": list(act.compartments),
        "reports": act.reports,
        "exports": list(act.exports),
    }


def _found(node: ControlledNode, user: str, given: Line) -> Line:
    second = _text(given, "second")
    passwords = msgspec.convert(given.get("passwords", []), list[str])
    node.people.founded_by(user, second, passwords)
    return {"first": user, "second": second}


_ACCOUNT: dict[str, Callable[[ControlledNode, str, Line], Line]] = {
    "make": _make,
    "reset": _reset,
    "suspend": _suspend,
    "end": _end,
    "found": _found,
    "devices": _devices,
    "lost": _lost,
}


def organisation(node: ControlledNode, given: dict[str, Any], _progress: Progress) -> Line:
    """Make, list and suspend organisations."""
    act = _text(given, "act")
    if act == "list":
        with node.people.acts.lock:
            every = list(node.people.acts.register.organisations.values())
        found = [
            {
                "code": one.code,
                "title": one.title,
                "compartment": one.compartment,
                "suspended": one.suspended is not None,
            }
            for one in every
        ]
        return {"organisations": found}
    code = _text(given, "code")
    if act == "make":
        form, title = str(given.get("form", "org")), str(given.get("title", ""))
        node.clearing.organisation(COMMAND_LINE, code, form, title)
    elif act == "suspend":
        node.clearing.suspend(COMMAND_LINE, organisation=code, reason=str(given.get("reason", "")))
    else:
        raise InvalidQuery(
            f"There is no act {act!r}.", field="act", remedy="Use make, list or suspend."
        )
    return {"code": code}


def _names(given: dict[str, Any], name: str) -> tuple[str, ...] | None:
    value = given.get(name)
    return None if value is None else msgspec.convert(value, tuple[str, ...])


def file(node: ControlledNode, given: dict[str, Any], _progress: Progress) -> Line:
    """File a page of flat reports as an account: for imports. Says how many were here already."""
    reader = node.people.reader(_text(given, "as"))
    flats = msgspec.convert(given.get("flats"), list[dict[str, Any]])
    began = datetime.now(UTC)
    filed = node.filing.file_now(reader, flats, zone=node.zone)
    repeats = sum(_was_here(node, reader, one.id, began) for one in filed)
    return {
        "filed": len(filed) - repeats,
        "repeats": repeats,
        "ids": [one.id.hex() for one in filed],
    }


def _was_here(node: ControlledNode, reader: Reader, report: bytes, began: datetime) -> bool:
    try:
        return report_by_id(node.picture, reader, report).received < began
    except Unavailable:  # filed where this account may not read
        return False


def export_(node: ControlledNode, given: dict[str, Any], progress: Progress) -> Line:
    """Write an export for an account to a file of the caller's choice: whole, or not at all."""
    reader = node.people.reader(_text(given, "as"))
    query = query_from(msgspec.convert(given.get("query", {}), dict[str, str]), page=None)
    target = Path(_text(given, "file"))
    refuse_taken(target)  # said now, not after a minute of work
    made = export(
        node.picture,
        reader,
        query,
        _text(given, "format"),
        reader.account,
        datetime.now(UTC),
        node.realm,
        node.name,
        credits=credited(node, reader),
        progress=lambda done, of: _at(progress, done, of),
    )
    size = 0
    with whole_file(target) as out:
        for chunk in made.chunks:
            size += out.write(chunk)
    return {"file": str(target), "bytes": size, "manifest": made.manifest}


def rebuild(node: ControlledNode, _given: dict[str, Any], progress: Progress) -> Line:
    """Build the picture anew beside the old one, which answers meanwhile."""
    return {"entries": node.rebuild(lambda done, of: _at(progress, done, of))}


def verify_(node: ControlledNode, _given: dict[str, Any], progress: Progress) -> Line:
    """Check the whole log."""
    verdict = node.verify(lambda done, of: _at(progress, done, of))
    return {
        "good": verdict.good,
        "entries": verdict.entries,
        "chains": verdict.chains,
        "signatures": verdict.signatures,
        "unopened": verdict.unopened,
        "erased": verdict.erased,
        "files": verdict.files,
        "faults": [str(fault) for fault in verdict.faults],
    }


def backup_(node: ControlledNode, given: dict[str, Any], progress: Progress) -> Line:
    """Back the node up to a file, read it back and check it."""
    summary = backup(
        node.log,
        node.keys,
        node.folder / "attachments",
        Path(_text(given, "file")),
        lambda done, of: _at(progress, done, of),
        node=node.folder,
    )
    return {"file": given["file"]} | msgspec.structs.asdict(summary)


def configuration(node: ControlledNode, given: dict[str, Any], _progress: Progress) -> Line:
    """Show, check and change the mission's rules. Whoever reaches the socket is the node's own
    user; an account is named for who answers for a change.
    """
    desk, act = node.configuring, _text(given, "act")
    if act == "show":
        version = msgspec.convert(given.get("version"), int | None)
        return told(desk, desk.in_force(version))
    if act == "check":
        checked = desk.check(_text(given, "toml"))
        asks = given.get("as")
        shows = desk.shows(node.people.reader(asks), node.picture, checked) if asks else []
        return checked_of(checked, shows)
    reader = node.people.reader(_text(given, "as"))
    session, reason = f"command line as {reader.account}", str(given.get("reason") or "")
    if act == "apply":
        return outcome_of(desk.apply(reader, session, _text(given, "toml"), reason))
    if act in ("approve", "refuse"):
        answer = desk.approve if act == "approve" else desk.refuse
        return outcome_of(answer(reader, session, id_of(_text(given, "proposal")), reason))
    raise InvalidQuery(
        f"There is no act {act!r}.",
        field="act",
        remedy="Use show, check, apply, approve or refuse.",
    )


def maps(node: ControlledNode, given: dict[str, Any], progress: Progress) -> Line:
    """List, add, remove and order the mission's own base maps."""
    if given.get("act") == "add":
        progress({"stage": "The node looks at the file."})
    return carried_out(node.folder, given)


VERBS: dict[str, Verb] = {
    "status": status,
    "account": account,
    "configuration": configuration,
    "organisation": organisation,
    "erase": erase,
    "file": file,
    "import": import_,
    "imports": undo_import,
    "export": export_,
    "maps": maps,
    "rebuild": rebuild,
    "verify": verify_,
    "backup": backup_,
}


_FOR_THE_CALLER = frozenset({"export", "backup", "rebuild", "verify", "import", "maps"})
"""Verbs whose work is of use to the caller alone, and ends when he goes; others file what others
rely on, and go on. So does an import once it files, as it has said then.
"""


def lines(
    node: ControlledNode,
    verb: str,
    given: dict[str, Any],
    gone: threading.Event | None = None,
) -> Iterator[Line]:
    """What a verb says while it works, and at the end; ``gone`` is set when nobody hears it."""
    said: queue.Queue[Line] = queue.Queue()
    files = verb not in _FOR_THE_CALLER

    def check() -> None:
        if gone is not None and gone.is_set() and not files:
            raise Interrupted

    def tell(line: Line) -> None:
        nonlocal files
        check()
        files = files or "import" in line
        said.put(line)

    def work() -> None:
        act = VERBS.get(verb)
        if act is None:
            said.put({"error": problem_of(UnknownPath())})
            return
        try:
            with patience(check):
                result = act(node, given, tell)
            said.put({"done": True, **result})
        except msgspec.ValidationError as error:
            said.put({"error": problem_of(InvalidQuery(f"Not understood: {error}."))})
        except OSError as error:
            said.put({"error": problem_of(_no_file(error))})
        except Exception as error:  # noqa: BLE001 - foreseen() logs what nobody foresaw
            said.put({"error": problem_of(foreseen(error))})

    threading.Thread(target=work, name=f"control-{verb}", daemon=True).start()
    while True:
        line = said.get()
        yield line
        if "done" in line or "error" in line:
            return


def _no_file(error: OSError) -> EireneError:
    return InvalidQuery(
        f"{error.filename}: {error.strerror}.",
        field="file",
        remedy="Choose a file that does not exist, in a folder that does.",
    )


def make_control(node: ControlledNode) -> ASGIApp:
    """The ASGI app of the control socket."""

    async def control(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        headers = [(b"content-type", b"application/x-ndjson")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        gone = threading.Event()
        try:
            given = json_value(await _body(receive) or b"{}")
            if not isinstance(given, dict):
                raise InvalidQuery("The body is not a JSON object.")
            said = lines(node, scope["path"].strip("/"), cast(dict[str, Any], given), gone)
        except EireneError as error:
            said = iter([{"error": problem_of(error)}])
        async with gone_when_closed(receive, gone):
            async for line in _in_thread(said):
                body = msgspec.json.encode(line) + b"\n"
                await send({"type": "http.response.body", "body": body, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    return control


async def _in_thread(said: Iterator[Line]) -> AsyncIterator[Line]:
    while True:
        line = await asyncio.to_thread(next, said, None)
        if line is None:
            return
        yield line


async def _body(receive: Receive) -> bytes:
    body = b""
    while True:
        message: Any = await receive()
        body += message.get("body", b"")
        if len(body) > _BODY_MOST:
            raise InvalidQuery("The body is too large.", remedy="Send the reports in pages.")
        if not message.get("more_body", False):
            return body
