"""What the key store keeps of people, when their organisation is erased."""

from __future__ import annotations

from eirene.errors import InvalidQuery
from eirene.people.accounts import Stored
from eirene.people.holdings import Holdings
from eirene.people.passes import Vault, key_of
from eirene.people.register import folded

_GONE = "gone"
_BY_USER = ("account", "throttle", "mark")
"""Parts of the key store whose keys are user names."""


def forget(
    organisation: str,
    accounts: dict[str, Stored],
    vault: Vault,
    holdings: Holdings,
    pepper: bytes,
) -> list[str]:
    """Passwords, sessions, tokens, devices, marks: all of it; gives the keys of its accounts.

    The names stay taken, unreadably: acts of others may carry them.
    """
    key = folded(organisation)
    users = [k for k, one in accounts.items() if folded(one.account.organisation) == key]
    for user in users:
        del accounts[user]
        holdings.drop(holdings.of(user))
        for device in holdings.devices(user):
            holdings.forget(user, device.name)
        for part in _BY_USER:
            vault.drop(part, folded(user))
        vault.put(_GONE, key_of(folded(user), pepper), b"1")
    return users


def refuse_gone(user: str, vault: Vault, pepper: bytes) -> None:
    """``InvalidQuery`` where the name was that of somebody who was erased."""
    if vault.get(_GONE, key_of(folded(user), pepper)) is not None:
        raise InvalidQuery(
            f"There is an account {user!r} already, or there was one.",
            field="user",
            remedy="Choose another name; ended names are not given again.",
        )
