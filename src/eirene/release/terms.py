"""Terms of a source that forbid passing on: the one rule of what never leaves.

A report may say that its source's terms forbid passing it on (``Body.terms``, set at import
for the whole file). Its own compartment reads it as ever; nobody else gets a version, by no
rule, no decision and no break-glass; and no file that is made to be taken along has it, not
even for those who read it here.

Invariants
  * The mark rides with the report: whatever amends a marked report is marked (``kept``).
    Taking it away is not possible. Also what says again what it said before its import was
    taken back stays marked: two people may have seen the list meanwhile, and nobody can tell; a
    mark too many harms nobody. Where it was a mistake, bring the table under another source.
  * A mark that comes later ends what was given before, by a rule or through broken glass. The
    picture keeps it for the whole entity: what was said before the terms were known stays, too,
    when somebody looks back.
  * Whatever makes something for taking along asks ``may_leave`` of each report, or puts
    ``LEAVES`` into its question: a file, and just so what the programs of others fetch - features
    and tiles of the map - since it is in their folders from then on. What the node's own screen
    and its own interface show to somebody who reads it here stays as it is, with its terms.
"""

from __future__ import annotations

from collections.abc import Iterable

from eirene.errors import NotAllowed
from eirene.reports.envelope import Body

LEAVES = "v.stays IS NULL"
"""``may_leave`` of a row ``v`` of the picture, which keeps 1 there where it is False."""


def may_leave(body: Body) -> bool:
    """Whether a report may go into an export, or become a version for somebody else."""
    return not body.terms


def check_may_leave(body: Body, *, stays: bool = False) -> None:
    """Raises ``NotAllowed`` where the terms of its source forbid passing a report on.

    ``stays``: the picture knows of such terms, also if the report itself does not state them.
    """
    if stays or not may_leave(body):
        raise NotAllowed(
            f"It may not be passed on: {body.terms or 'terms of its source'}.",
            field=None,
            remedy="Ask the source itself, or tell them where to find it.",
        )


def kept(stated: str, amended: Iterable[Body]) -> str:
    """The terms of a report that states these itself, and amends those reports."""
    return stated or next((body.terms for body in amended if body.terms), "")


__all__ = ["LEAVES", "check_may_leave", "kept", "may_leave"]
