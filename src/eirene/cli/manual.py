"""The manual of the command line, and what it says of wrong arguments, in the language of the terminal.

``argparse`` writes both in English by itself. What it is told (help, descriptions) and
what it says of its own (``OWN``) is put into other words here, by the sentence, as
everywhere; names of verbs and flags stay.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from typing import Any, NoReturn

from eirene.reports.sentences import say

OWN = (
    "usage: ",
    "options",
    "positional arguments",
    "show this help message and exit",
    "show program's version number and exit",
    "error: {}",
    "the following arguments are required: {}",
    "unrecognized arguments: {}",
    "argument {}: {}",
    "expected one argument",
    "expected at least one argument",
    "invalid choice: {} (choose from {})",
    "invalid int value: {}",
    "invalid Path value: {}",
)
"""What ``argparse`` says of its own, as it says it."""


class Manual(argparse.RawDescriptionHelpFormatter):
    """Help as it was written, line by line, in the language of the terminal."""

    def _get_help_string(self, action: argparse.Action) -> str | None:
        return say(action.help) if action.help else action.help

    def start_section(self, heading: str | None) -> None:
        """A heading over arguments."""
        super().start_section(say(heading) if heading else heading)

    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[Any],
        prefix: str | None = None,
    ) -> None:
        """How a verb is called."""
        told = say(OWN[0]) if prefix is None else prefix
        super().add_usage(usage, actions, groups, told)


class Arguments(argparse.ArgumentParser):
    """Arguments of a verb; made while the language of the terminal is spoken."""

    def __init__(self, *args: Any, about: str = "", more: str = "", **given: Any) -> None:
        if about:
            told = say(about)
            given["description"] = f"{told[0].upper()}{told[1:]}.\n\n{say(more)}".strip()
        given.setdefault("formatter_class", Manual)
        super().__init__(*args, **given)

    def add_argument(self, *args: Any, **given: Any) -> argparse.Action:
        """One argument; what stands for its value is a word of the terminal, too."""
        if isinstance(given.get("metavar"), str):
            given["metavar"] = say(given["metavar"])
        return super().add_argument(*args, **given)

    def error(self, message: str) -> NoReturn:
        """Wrong arguments: how the verb is called, and one sentence."""
        self.print_usage(sys.stderr)
        self.exit(2, f"{self.prog}: {say(f'error: {message}')}\n")
