"""Errors as problem JSON: the one table from errors to status numbers.

Invariants
  * Every error class of the tree has a row; a test walks the tree.
  * A problem always has ``status``, ``code``, ``field``, ``message``, ``remedy``.
  * No trace and no text of a library leaves the node: what nobody foresaw is a
    500 with a reference that stands in the node's own log beside the trace.
"""

from __future__ import annotations

import logging
import secrets
from typing import Any

import msgspec

from eirene import errors
from eirene.errors import EireneError
from eirene.imports.faults import BadMapping, UnclearFile
from eirene.maps import BadMap
from eirene.reports.sentences import say

_log = logging.getLogger("eirene.web")

PROBLEM = "application/problem+json"


class UnknownPath(EireneError):
    """No such path on this node."""

    code = "unknown-path"

    def __init__(self) -> None:
        super().__init__("There is nothing at this path.", remedy="See /openapi.json.")


class MethodRefused(EireneError):
    """The path exists, for other methods."""

    code = "method-refused"

    def __init__(self, allowed: list[str]) -> None:
        words = ", ".join(allowed)
        super().__init__("This path does not take this method.", remedy=f"Use {words}.")
        self.allowed = words


class BodyTooLarge(EireneError):
    """The request body is larger than the node takes."""

    code = "body-too-large"


class InvalidJson(EireneError):
    """The request body is no JSON; ``field`` is where it stops being so."""

    code = "invalid-json"


class WrongRange(EireneError):
    """The file has no such bytes."""

    code = "wrong-range"

    def __init__(self, size: int, tag: str) -> None:
        super().__init__(
            f"The file has {size:,} bytes, and not those.",
            field="Range",
            remedy="Ask for bytes that are there, or for the whole file.",
        )
        self.size = size
        self.tag = tag


class WrongOrigin(EireneError):
    """A page of another site sent the request with this browser's session."""

    code = "wrong-origin"

    def __init__(self) -> None:
        super().__init__(
            "This request came from a page of another address.",
            remedy="Use the address under which you signed in, or an access token.",
        )


class TooManyStreams(EireneError):
    """The node serves as many live streams as it can."""

    code = "too-many-streams"


class AtWork(EireneError):
    """The table that is being brought is in another state than the act needs."""

    code = "at-work"

    def __init__(self, message: str, field: str, remedy: str = "") -> None:
        remedy = remedy or "Ask for its state, then say it again."
        super().__init__(message, field=field, remedy=remedy)


class UpgradeRequired(EireneError):
    """The path speaks WebSocket only."""

    code = "upgrade-required"

    def __init__(self) -> None:
        super().__init__("This path is a WebSocket.", remedy="Open it with a WebSocket client.")


class Interrupted(EireneError):
    """The account ended while its answer was on the way, or whoever asked went away: it is cut."""

    code = "interrupted"

    def __init__(self) -> None:
        super().__init__("The answer was stopped before its end.", remedy="Sign in, and ask again.")


class Unexpected(EireneError):
    """Something that nobody foresaw; the trace is in the node's log."""

    code = "unexpected"

    def __init__(self, reference: str) -> None:
        super().__init__(
            "The node could not answer.",
            remedy=f"Tell the administrator the reference {reference}; it is in the node's log.",
        )


STATUS: dict[type[EireneError], int] = {
    EireneError: 500,
    errors.InvalidReport: 422,
    errors.InvalidQuery: 400,
    errors.InvalidRules: 422,
    errors.Unavailable: 404,
    errors.DamagedFile: 410,
    errors.ContentConflict: 409,
    errors.NotAllowed: 403,
    errors.SignInRequired: 401,
    errors.SignInFailed: 401,
    errors.TooManyTries: 429,
    errors.InvitationFailed: 401,
    errors.NotVouchedFor: 401,
    errors.SignInOver: 401,
    errors.ProviderFailed: 503,
    errors.InvalidEntry: 422,
    errors.ForeignRealm: 422,
    errors.FeedError: 422,
    errors.NotThisFeed: 422,
    errors.UnsupportedMessage: 422,
    errors.NodeError: 503,
    errors.BadSettings: 503,
    errors.FolderInUse: 503,
    errors.NotANode: 503,
    errors.WrongLock: 503,
    errors.DiskFull: 507,
    errors.DamagedLog: 503,
    errors.PortInUse: 503,
    errors.BackupFailed: 503,
    UnclearFile: 422,
    BadMapping: 422,
    BadMap: 422,
    UnknownPath: 404,
    MethodRefused: 405,
    BodyTooLarge: 413,
    InvalidJson: 400,
    AtWork: 409,
    WrongRange: 416,
    WrongOrigin: 403,
    TooManyStreams: 503,
    UpgradeRequired: 426,
    Interrupted: 401,
    Unexpected: 500,
}


def status_of(error: EireneError) -> int:
    """Status number of an error: its own row, or that of the nearest class above."""
    return next(STATUS[cls] for cls in type(error).__mro__ if cls in STATUS)


def problem_of(error: EireneError) -> dict[str, Any]:
    """The problem as it is sent: message and remedy in the language of whoever asked."""
    found: dict[str, Any] = {
        "status": status_of(error),
        "code": error.code,
        "field": error.field,
        "message": say(error.message),
        "remedy": say(error.remedy) if error.remedy else error.remedy,
    }
    index = getattr(error, "index", None)
    if isinstance(index, int):
        found["index"] = index
    if isinstance(error, UnclearFile) and error.choices:
        found["choices"] = [msgspec.structs.asdict(one) for one in error.choices]
    return found


def said(problem: dict[str, Any]) -> dict[str, Any]:
    """A problem that was kept, in the language of whoever asks now."""
    return {**problem, "message": say(problem["message"]), "remedy": say(problem["remedy"] or "")}


def headers_of(error: EireneError) -> dict[str, str]:
    """Headers that belong to an error."""
    if isinstance(error, errors.SignInRequired):
        return {"WWW-Authenticate": 'Bearer realm="eirene"'}
    if isinstance(error, errors.TooManyTries):
        return {"Retry-After": str(error.wait_s)}
    if isinstance(error, WrongRange):
        return {"Content-Range": f"bytes */{error.size}", "ETag": error.tag}
    if isinstance(error, MethodRefused):
        return {"Allow": error.allowed}
    if isinstance(error, UpgradeRequired):
        return {"Upgrade": "websocket", "Connection": "Upgrade"}
    return {}


def foreseen(error: Exception) -> EireneError:
    """The error itself, or ``Unexpected`` with the trace in the node's log."""
    if isinstance(error, EireneError):
        return error
    reference = secrets.token_hex(4)
    # Only the trace: the values of the request are report content.
    _log.error("unexpected error, reference %s", reference, exc_info=error)
    return Unexpected(reference)


def problem_bytes(error: EireneError) -> bytes:
    """The problem as JSON."""
    return msgspec.json.encode(problem_of(error))
