"""The command line. ``main`` is the ``eirene`` command; exit status 0 only on success."""

from eirene.cli.main import main

__all__ = ["main"]
