"""Every error Eirene raises on purpose.

EireneError
├── InvalidReport            a report breaks the rules of its kind
│   ├── UnclearTime          a time that cannot be read one way only (times)
│   └── UnclearPlace         a place that cannot be read one way only (places)
├── InvalidQuery             a question that the picture cannot answer as put
├── InvalidRules             release rules that say what is not understood, or contradict
├── Unavailable              absent, or not released to this reader
├── DamagedFile              a sealed file of an attachment is missing or damaged
├── ContentConflict          a client_id that already stands for other content
├── NotAllowed               the account may not do this
├── SignInRequired           no account is known for this request
├── SignInFailed             user and password do not belong together
├── TooManyTries             sign-in is paused for this account and address
├── InvitationFailed         a code that opens no invitation, whatever the cause
├── NotVouchedFor            what a provider says of somebody opens nothing here
├── SignInOver               a sign-in at a provider that this browser did not begin, or is over
├── ProviderFailed           a provider does not answer, or not as it must
├── InvalidEntry             bytes that are no entry of ours, or are damaged
│   └── ForeignRealm         an entry of another mission or realm
├── FeedError
│   ├── NotThisFeed          bytes this source never sends: tell the operator
│   └── UnsupportedMessage   a message we know and do not carry: count it
└── NodeError                the node itself cannot go on
    ├── BadSettings          a setting that does not exist or does not fit
    ├── FolderInUse          another process works in this folder
    ├── NotANode             the folder holds no node, or holds one already
    ├── WrongLock            the passphrase or credential does not open the keys
    ├── DiskFull             no room: reading goes on, writing waits for room
    ├── DamagedLog           the log is not what was acknowledged
    ├── PortInUse            another program listens on the port
    └── BackupFailed         a backup could not be made or is not whole
"""

from __future__ import annotations


class EireneError(Exception):
    """Base of all: a stable ``code``, a sentence, a field and a remedy."""

    code = "error"

    def __init__(
        self, message: str, *, field: str | None = None, remedy: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.remedy = remedy
        self.index: int | None = None
        """Which report of a list is at fault; None where there is no list."""


class InvalidReport(EireneError):
    """A report breaks the rules of its kind; ``field`` is the path in the flat report."""

    code = "invalid-report"


class InvalidQuery(EireneError):
    """A query cannot be answered as put; ``field`` is the parameter."""

    code = "invalid-query"


class InvalidRules(EireneError):
    """The mission's configuration cannot be read, or asserts what its rules break.

    ``field`` is the path of the word that is wrong: ``rule 3.place``.
    """

    code = "invalid-rules"


class Unavailable(EireneError):
    """The report is absent, or is not released to this reader.

    One error for both on purpose: a second code, sentence or delay would
    tell the reader that a compartment holds something.
    """

    code = "unavailable"

    def __init__(self) -> None:
        super().__init__(
            "No such report is available to you.",
            remedy="Check the id, or ask its owner to release it.",
        )


class DamagedFile(EireneError):
    """The report is there, and this node has its file not, or not as it was sealed."""

    code = "damaged-file"

    def __init__(self) -> None:
        super().__init__(
            "The file of this attachment is missing on this node, or damaged.",
            remedy="Tell the administrator: it comes back from a backup, eirene restore.",
        )


class ContentConflict(EireneError):
    """This account has already filed other content under the same ``client_id``."""

    code = "client-id-conflict"


class NotAllowed(EireneError):
    """The account is known, and this act is not among its clearances."""

    code = "not-allowed"


class SignInRequired(EireneError):
    """The request carries no account that is in force."""

    code = "sign-in-required"

    def __init__(self) -> None:
        super().__init__("Sign in first.", remedy="Sign in, or send a valid access token.")


class SignInFailed(EireneError):
    """User and password do not belong together; which of the two is not said."""

    code = "sign-in-failed"

    def __init__(self) -> None:
        super().__init__(
            "User name or password is not right.",
            remedy="Try again, or ask the administrator of this node for a new password.",
        )


class TooManyTries(EireneError):
    """Sign-in waits for this account from this address."""

    code = "too-many-tries"

    def __init__(self, wait_s: int) -> None:
        super().__init__(
            f"Too many tries. Wait {wait_s} seconds.",
            remedy=f"Try again in {wait_s} seconds. Sessions and tokens keep working.",
        )
        self.wait_s = wait_s


class InvitationFailed(EireneError):
    """A code that was never given, is used, withdrawn or past its end; which, is not said."""

    code = "invitation-failed"

    def __init__(self, why: str = "") -> None:
        """``why`` is for the node's log."""
        self.why = why
        super().__init__(
            "This invitation opens nothing.",
            field="code",
            remedy="Ask whoever invited you for a new one; each works once, and not for long.",
        )


class NotVouchedFor(EireneError):
    """What a provider says of somebody opens nothing here; why, is not said.

    One error for no account, one that is suspended or has ended, an address that the
    provider has not verified, and a code that opens no invitation.
    """

    code = "not-vouched-for"

    def __init__(self) -> None:
        super().__init__(
            "That sign-in opens nothing here.",
            remedy="Sign in with your password and bind it to your account on People, Devices; "
            "or ask whoever invited you.",
        )


class SignInOver(EireneError):
    """This browser did not begin that sign-in at a provider, or it is over."""

    code = "sign-in-over"

    def __init__(self) -> None:
        super().__init__(
            "That sign-in was not begun in this browser, or it is over.",
            remedy="Begin again.",
        )


class ProviderFailed(EireneError):
    """A provider does not answer, or gives an answer that is not accepted."""

    code = "provider-failed"

    def __init__(self, title: str, *, silent: bool) -> None:
        super().__init__(
            f"{title} does not answer." if silent else f"The answer of {title} is not accepted.",
            remedy="Try again in a minute, or sign in with your password; if it stays so, tell the "
            "administrator of this node, whose log says why.",
        )


class InvalidEntry(EireneError):
    """Bytes that are no entry of ours, or that were damaged on the way."""

    code = "invalid-entry"


class ForeignRealm(InvalidEntry):
    """An entry of another mission, or of another realm of this mission."""

    code = "foreign-realm"


class FeedError(EireneError):
    """A payload of a feed was not turned into reports."""

    code = "feed-error"


class NotThisFeed(FeedError):
    """Bytes that this source never sends."""

    code = "not-this-feed"


class UnsupportedMessage(FeedError):
    """A message that is known and not carried."""

    code = "unsupported-message"


class NodeError(EireneError):
    """The node itself cannot go on with this."""

    code = "node-error"


class BadSettings(NodeError):
    """A setting that does not exist or does not fit."""

    code = "bad-settings"


class FolderInUse(NodeError):
    """Another process works in this folder."""

    code = "folder-in-use"


class NotANode(NodeError):
    """The folder holds no node, or holds one where none is expected."""

    code = "not-a-node"


class WrongLock(NodeError):
    """The passphrase or credential does not open the key store."""

    code = "wrong-lock"


class DiskFull(NodeError):
    """No room on the disk: reading goes on, writing resumes when there is room."""

    code = "disk-full"


class DamagedLog(NodeError):
    """The log is not what this node acknowledged."""

    code = "damaged-log"


class PortInUse(NodeError):
    """Another program listens on the port."""

    code = "port-in-use"


class BackupFailed(NodeError):
    """A backup could not be made, or what was read is not a whole backup."""

    code = "backup-failed"
