"""The configurations that a mission has had: what the acts in the log come to.

A configuration that this version cannot read lets nothing pass.
"""

from __future__ import annotations

import logging
from datetime import datetime

import msgspec

from eirene.errors import InvalidRules
from eirene.release.configuration import Configuration, default, from_toml, to_toml
from eirene.reports.acts.configuration import APPLIED, APPROVED, PROPOSED, ConfigurationAct

_log = logging.getLogger("eirene.configuration")


class InForce(msgspec.Struct, frozen=True, kw_only=True):
    """A configuration that took effect."""

    version: int
    """0 is the shipped one; each change counts one up."""
    configuration: Configuration
    toml: str
    at: datetime | None = None
    by: tuple[str, ...] = ()
    """Accounts on whose word it took effect."""
    reason: str = ""


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """A change that waits for a second person."""

    id: bytes
    after: int
    configuration: Configuration
    toml: str
    by: str
    session: str
    at: datetime
    reason: str


class History:
    """The fold of the acts. Pure but for the log line; ``ConfigurationDesk`` holds the lock."""

    def __init__(self) -> None:
        shipped = default()
        self.all: list[InForce] = [InForce(version=0, configuration=shipped, toml=to_toml(shipped))]
        self.waiting: dict[bytes, Proposal] = {}

    @property
    def current(self) -> InForce:
        """What is in force."""
        return self.all[-1]

    def take(self, id_: bytes, by: str, at: datetime, act: ConfigurationAct) -> None:
        """Take one act in; what does not count leaves no trace."""
        if act.step == APPLIED:
            self._put(_read(act.toml), act.toml, at, (by,), act.reason)
        elif act.step == PROPOSED:
            self.waiting[id_] = Proposal(
                id=id_,
                after=act.after,
                configuration=_read(act.toml),
                toml=act.toml,
                by=by,
                session=act.session,
                at=at,
                reason=act.reason,
            )
        else:
            self._answer(by, at, act)

    def _answer(self, by: str, at: datetime, act: ConfigurationAct) -> None:
        proposal = self.waiting.get(act.proposal)
        if proposal is None:
            return
        if act.step == APPROVED:
            alone = by == proposal.by or act.session == proposal.session
            if alone or proposal.after != self.current.version:
                return
            reason = act.reason or proposal.reason
            self._put(proposal.configuration, proposal.toml, at, (proposal.by, by), reason)
        del self.waiting[act.proposal]

    def _put(
        self, made: Configuration, toml: str, at: datetime, by: tuple[str, ...], reason: str
    ) -> None:
        self.all.append(
            InForce(
                version=self.current.version + 1,
                configuration=made,
                toml=toml,
                at=at,
                by=by,
                reason=reason,
            )
        )


def _read(toml: str) -> Configuration:
    """A configuration of the log; where it cannot be read, one that lets nothing pass."""
    try:
        return from_toml(toml)
    except InvalidRules as error:
        _log.warning("a configuration in the log cannot be read: %s", error.field)
        return Configuration()
