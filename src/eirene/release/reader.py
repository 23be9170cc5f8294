"""A reader: a person, device or service, with the compartments it is cleared for."""

from __future__ import annotations

from datetime import datetime

import msgspec


class Reader(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks. Every question to the picture is put for one of these.

    Clearances are resolved before this is made: a reader holds what is in
    force now, by name, and nothing that has ended.
    """

    account: str
    """User name of the account, or of the service; "" for nobody in particular."""

    role: str = ""
    """Role of ``clearances.csv``; shown, never tested: only compartments decide."""

    organisation: str = ""
    """Whose reports this account may amend."""

    compartments: frozenset[str] = frozenset()
    """Handling communities whose reports it may read."""

    may_file: frozenset[str] = frozenset()
    """Compartments into which it may file."""

    may_decide: frozenset[str] = frozenset()
    """Audiences to which it may decide releases; ``org-*`` holds all of that form (``covers``)."""

    may_grant: frozenset[str] = frozenset()
    """Compartments whose clearances it may give, together with a second person."""

    by: str = ""
    """Id of the sign-in or token with which it asks; "" for a service."""

    until: datetime | None = None
    """When the first of its clearances ends; None when none does."""


def covers(rights: frozenset[str], name: str) -> bool:
    """Whether rights to decide or to grant hold for a compartment or audience by name.

    ``org-*`` holds for ``org-amber`` and for ``org-*`` itself, never for ``org-``.
    """
    if name in rights:
        return True
    form, dash, code = name.partition("-")
    return bool(code) and f"{form}{dash}*" in rights


NOBODY = Reader(account="")
"""Sees nothing at all."""
