"""What is wrong with a report, as one clear error: field, rule, remedy."""

from __future__ import annotations

from typing import Any

from eirene.errors import InvalidReport
from eirene.reports.kinds import Codes

_SHOWN = 80
"""Characters of a wrong value that an error repeats."""


def short(text: str) -> str:
    """A value as an error may repeat it."""
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


def refused(field: str, rule: str, remedy: str) -> InvalidReport:
    """``rule`` goes on after the name of the field."""
    return InvalidReport(f"{short(field)} {rule}.", field=short(field), remedy=remedy)


def wrong(field: str, rule: str, example: str) -> InvalidReport:
    """``rule`` is a whole sentence; ``example`` is a right value."""
    return InvalidReport(rule, field=field, remedy=f"Write for example {example}.")


def not_listed(field: str, value: Any, codes: Codes) -> InvalidReport:
    """A code that the list does not have, or that is retired."""
    said = short(repr(value)) if isinstance(value, str | float) else "what was sent"
    return InvalidReport(f"{field}: {said} is not in the list.", field=field, remedy=one_of(codes))


def one_of(codes: Codes) -> str:
    """The remedy where a code is asked for."""
    return "Use one of: " + ", ".join(codes.open_codes()) + "."
