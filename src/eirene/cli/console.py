"""What the command line shows: sentences, tables, progress. Never a trace.

All of it passes here, and is said in the language of the terminal (``LC_ALL``, ``LANG``).
"""

from __future__ import annotations

import getpass
import re
import sys
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from eirene.errors import EireneError
from eirene.reports import words
from eirene.reports.sentences import say as in_words

_out = Console(highlight=False, soft_wrap=True)
_wide = Console(highlight=False, width=4_000)
_err = Console(stderr=True, highlight=False, soft_wrap=True)
_STEERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Control signs but tab and line break, and those that turn the direction of writing."""
Report = Callable[[int, int], None]


def say(text: str) -> None:
    """A sentence for people, on standard output."""
    _out.print(shown(in_words(text)), markup=False)


def note(text: str) -> None:
    """A remark, on standard error, so that output can be piped."""
    _err.print(shown(in_words(text)), markup=False)


def shown(text: str) -> str:
    """A text without signs that steer a terminal; each is shown as what it is."""
    return _STEERS.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


class _Stage:
    """What a long verb is at; told when it changes."""

    now = ""


def stage(what: str) -> None:
    """Say once what is being done."""
    if what != _Stage.now:
        _Stage.now = what
        note(f"  {in_words(what)}")


def fault(error: EireneError) -> None:
    """An error as one sentence with its field and remedy."""
    where = f" ({error.field})" if error.field else ""
    note(f"eirene: {in_words(error.message)}{where}")
    if error.remedy:
        note(f"        {in_words(error.remedy)}")


def table(rows: Sequence[Sequence[object]], *heads: str) -> None:
    """A plain table; folded to the width of a terminal, whole lines elsewhere."""
    strings = words.table()
    made = Table(box=None, pad_edge=False, show_header=any(heads))
    for head in heads:
        made.add_column(_plain(strings.get(f"head.{head}", head)), overflow="fold")
    for row in rows:
        made.add_row(*(_plain(str(cell)) for cell in row))
    if _out.is_terminal:
        _out.print(made)
        return
    with _wide.capture() as lines:
        _wide.print(made)
    for line in lines.get().splitlines():
        _out.print(line.rstrip(), markup=False)


def _plain(text: str) -> Text:
    """Words as they are: in a file of somebody else brackets are no markup, and no sign steers
    the terminal.
    """
    return Text(shown(in_words(text)))


@contextmanager
def progress(title: str) -> Generator[Report]:
    """A bar on a terminal; a line every two seconds elsewhere."""
    title = in_words(title)
    if not _err.is_terminal:
        yield _lines(title)
        return
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=_err, transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of or None)


def _lines(title: str) -> Report:
    last = time.monotonic()

    def report(done: int, of: int) -> None:
        nonlocal last
        if time.monotonic() - last > 2:
            last = time.monotonic()
            part = words.table()["progress.of"].format(done=f"{done:,}", of=f"{of:,}")
            note(f"{title} {part if of else f'{done:,}'}")

    return report


@contextmanager
def starts_anew() -> Generator[None]:
    """Says, where somebody stops it, that nothing of it is left and how to go on."""
    try:
        yield
    except KeyboardInterrupt:
        note("Stopped: nothing was written. The same command starts anew.")
        raise


def typed(question: str) -> str:
    """A line typed at the terminal in clear; "" where nobody typed one."""
    try:
        return _err.input(in_words(question), markup=False).strip()
    except EOFError:
        return ""


def asked(prompt: str, *, twice: bool = False) -> bytes:
    """A passphrase typed at the terminal; b"" where there is none."""
    if not sys.stdin.isatty():
        return b""
    prompt = in_words(prompt)
    words = getpass.getpass(f"{prompt}: ")
    if twice and getpass.getpass(in_words(f"{prompt}, again: ")) != words:
        note("The two are not the same; try again.")
        return asked(prompt, twice=True)
    return words.encode()
