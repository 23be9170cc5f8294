"""Data classes: which rows of the release matrix speak of a report.

One pure function, asked in every compartment, of what was filed and of versions.

Invariants
  * *Host forces alleged* comes before all others, wherever the report was filed.
  * A report without a class passes nothing: what nobody thought of stays closed.
  * The class follows from kind, content and compartment; never from who asks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

HOST_FORCES = "incident-host-forces-alleged"
"""Comes before all others."""

_OWN_MOVEMENTS = frozenset(("patrol", "convoy", "flight", "vessel"))
"""Movements of the force; those of people, herds and armed groups have no class."""

_DRAFT = "draft"

_VERIFIED = frozenset(("verified", "partly-verified"))

_Content = Mapping[str, Any]


def data_class(kind: str, content: _Content, owner: str, compartment: str) -> str | None:
    """Class of a report; None: it has none, and nothing of it passes.

    ``kind`` is the bare name, ``incident``, or with its version, ``incident/1``.
    ``owner`` is the organisation whose report it is; no class asks it today.
    """
    name = kind.partition("/")[0]
    if _host_forces(name, content):
        return HOST_FORCES
    rule = _CLASSES.get(name)
    return rule(content, compartment) if rule else None


def _host_forces(kind: str, content: _Content) -> bool:
    """Whether host-state forces are alleged to have done harm, or to be about to."""
    if kind == "alert":
        return content.get("alleged_class") == "host-state-forces"
    if kind != "incident":
        return False
    return any(
        actor.get("role") == "alleged-perpetrator"
        and actor.get("actor_class") == "host-state-forces"
        for actor in _maps(content.get("actors"))
    )


def _maps(value: Any) -> Sequence[Mapping[str, Any]]:
    items = cast(Sequence[Any], value) if isinstance(value, list | tuple) else ()
    return [cast(Mapping[str, Any], item) for item in items if isinstance(item, dict)]


def _incident(content: _Content, compartment: str) -> str | None:
    if _of_organisation(compartment):
        return "report-from-organisation"
    return "incident-verified" if content.get("state") in _VERIFIED else None


def _alert(content: _Content, compartment: str) -> str | None:
    return "report-from-organisation" if _of_organisation(compartment) else "informant-alert"


def _organisation(content: _Content, compartment: str) -> str | None:
    if content.get("type") == "civil-society":
        return "civil-society-members"
    return "ngo-presence"


def _movement(content: _Content, compartment: str) -> str | None:
    return "patrol-plan-or-own-position" if content.get("type") in _OWN_MOVEMENTS else None


def _notification(content: _Content, compartment: str) -> str | None:
    if content.get("state") == _DRAFT:
        return None  # submitting it is the consent, and that has not happened yet
    if compartment.startswith("party-"):
        return "notification-acknowledgement"
    return "humanitarian-notification"


def _always(name: str) -> Callable[[_Content, str], str | None]:
    return lambda content, compartment: name


def _of_organisation(compartment: str) -> bool:
    return compartment.startswith("org-")


_CLASSES: dict[str, Callable[[_Content, str], str | None]] = {
    "source": _always("source-or-caller-identity"),
    "referral": _always("protected-referral"),
    "alert": _alert,
    "incident": _incident,
    "notification": _notification,
    "acknowledgement": _always("notification-acknowledgement"),
    "activity": _always("ngo-presence"),
    "organisation": _organisation,
    "patrol": _always("patrol-plan-or-own-position"),
    "movement": _movement,
    "unit": _always("patrol-plan-or-own-position"),
    "casevac": _always("casevac"),
    "hazard": _always("hazard"),
    "assessment": _always("assessment"),
    "readiness": _always("readiness"),
}
