"""Roles and what they are cleared for: ``clearances.csv`` and ``offices.csv``, read once.

The second says which roles administer accounts and which invite into their own
organisation: neither is a clearance.

Invariants
  * ``org-XXX``, ``party-XXX`` and ``capital-XXX`` stand for the compartment of
    the account's own organisation, party or contributor, and for no other.
  * A role is a starting set of clearances. Nothing tests a role by name later.
"""

from __future__ import annotations

import csv
import re
from functools import cache
from importlib import resources

import msgspec

from eirene.errors import InvalidQuery
from eirene.reports.words import table

OWN = "-XXX"
"""Ending of a compartment that each organisation has one of."""

FORMS = ("org", "party", "capital")
"""Forms of compartments that organisations have one of their own of."""

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,39}")


class Role(msgspec.Struct, frozen=True, kw_only=True):
    """One row of ``clearances.csv``."""

    name: str
    node: str
    """On which node the role has accounts: mission, humanitarian, or any."""
    compartments: tuple[str, ...]
    may_file: tuple[str, ...]
    may_decide_releases_to: tuple[str, ...]
    may_grant: tuple[str, ...]
    administers: bool
    invites: bool

    @property
    def title(self) -> str:
        """What people call it, in the language of whoever is served."""
        return table()[f"role.{self.name}"]


@cache
def roles() -> dict[str, Role]:
    """All roles by name, in the order of the file."""
    offices = {row["role"]: row for row in _rows("offices.csv")}
    nothing = {"administers": "", "invites": ""}
    found: dict[str, Role] = {}
    for row in _rows("clearances.csv"):
        office = offices.get(row["role"], nothing)
        found[row["role"]] = Role(
            name=row["role"],
            node=row["node"],
            compartments=tuple(row["compartments"].split()),
            may_file=tuple(row["may_file"].split()),
            may_decide_releases_to=tuple(row["may_decide_releases_to"].split()),
            may_grant=tuple(row["may_grant"].split()),
            administers=office["administers"] == "yes",
            invites=office["invites"] == "yes",
        )
    return found


def _rows(name: str) -> list[dict[str, str]]:
    text = resources.files("eirene.people").joinpath(name).read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


def role_named(name: str) -> Role:
    """The role of that name; ``InvalidQuery`` with the names there are."""
    role = roles().get(name)
    if role is None:
        raise InvalidQuery(
            f"There is no role {name!r}.",
            field="role",
            remedy="Use one of: " + ", ".join(roles()) + ".",
        )
    return role


def check_code(organisation: str) -> str:
    """The code of an organisation, or ``InvalidQuery``."""
    if not _CODE.fullmatch(organisation) or organisation == OWN[1:]:
        raise InvalidQuery(
            f"This needs the code of an organisation, and {organisation!r} is none.",
            field="organisation",
            remedy="Give a code of letters, digits and hyphens, for example amber-river.",
        )
    return organisation


@cache
def shared() -> frozenset[str]:
    """Compartments that no organisation owns: those that ``clearances.csv`` names as they are."""
    every = (name for role in roles().values() for name in (*role.compartments, *role.may_file))
    return frozenset(name for name in every if not name.endswith(OWN))


def own_form(role: Role) -> str:
    """Form of the compartment of its own organisation that a role reads; "" where it reads none."""
    return next((n.removesuffix(OWN) for n in role.compartments if n.endswith(OWN)), "")


def resolved(compartments: tuple[str, ...], organisation: str) -> tuple[str, ...]:
    """Compartments with the account's own organisation put in for ``XXX``."""
    found: list[str] = []
    for compartment in compartments:
        if not compartment.endswith(OWN):
            found.append(compartment)
            continue
        # An organisation's name becomes part of a compartment's name; two
        # spellings must never fall together, so nothing is bent into shape.
        check_code(organisation)
        found.append(compartment.removesuffix(OWN) + "-" + organisation)
    return tuple(found)
