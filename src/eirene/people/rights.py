"""Rights of an account: four sets of names, and how they are compared.

Invariants
  * Nobody ever holds a compartment in which a node keeps its own acts.
  * A pattern such as ``org-*`` stands only among rights to decide and to grant.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

import msgspec

from eirene.release.reader import covers

PEOPLE = "people"
"""Compartment of the acts of this room."""
INTERNAL = frozenset({PEOPLE, "configuration"})
"""Compartments in which a node keeps its own acts; no reader ever holds one."""
READ, FILE, DECIDE, GRANT = "read", "file", "decide", "grant"
RIGHTS = (READ, FILE, DECIDE, GRANT)
PUBLIC = "public"

_none: frozenset[str] = frozenset()


class Rights(msgspec.Struct, frozen=True, kw_only=True):
    """What an account may read, where it may file, what it may decide and grant."""

    read: frozenset[str] = _none
    file: frozenset[str] = _none
    decide: frozenset[str] = _none
    grant: frozenset[str] = _none

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Each right with each name."""
        for right in RIGHTS:
            for name in sorted(getattr(self, right)):
                yield right, name

    @property
    def names(self) -> frozenset[str]:
        """All names, whatever for."""
        return self.read | self.file | self.decide | self.grant

    def within(self, other: Rights) -> bool:
        """Whether another one has all of these."""
        return (
            self.read <= other.read
            and self.file <= other.file
            and all(covers(other.decide, name) for name in self.decide)
            and all(covers(other.grant, name) for name in self.grant)
        )

    def also(self, other: Rights) -> Rights:
        """Both together."""
        return Rights(
            read=self.read | other.read,
            file=self.file | other.file,
            decide=self.decide | other.decide,
            grant=self.grant | other.grant,
        )

    def common(self, other: Rights) -> Rights:
        """What both have."""
        return Rights(
            read=self.read & other.read,
            file=self.file & other.file,
            decide=frozenset(name for name in self.decide if covers(other.decide, name)),
            grant=frozenset(name for name in self.grant if covers(other.grant, name)),
        )


NOTHING = Rights()


def rights_of(
    read: Iterable[str] = (),
    file: Iterable[str] = (),
    decide: Iterable[str] = (),
    grant: Iterable[str] = (),
) -> Rights:
    """From lists as an act holds them; what is the node's own is never among them."""
    return Rights(
        read=frozenset(read) - INTERNAL,
        file=frozenset(file) - INTERNAL,
        decide=frozenset(decide) - INTERNAL,
        grant=frozenset(grant) - INTERNAL,
    )


def sooner(*ends: datetime | None) -> datetime | None:
    """The first of several ends; None is never."""
    return min((end for end in ends if end is not None), default=None)


def later(one: datetime | None, other: datetime | None) -> datetime | None:
    """The later of two ends; None is never, so it is the latest."""
    return None if one is None or other is None else max(one, other)


def unspelt(names: frozenset[str]) -> frozenset[str]:
    """Names without those that a star among them holds anyway."""
    stars = {name.removesuffix("*") for name in names if name.endswith("-*")}
    return frozenset(
        name for name in names if name.endswith("-*") or name.partition("-")[0] + "-" not in stars
    )
