"""``./run bench [NAME ...] [--quick]``: measures, prints a table, writes ``bench.json``.

Each benchmark runs in a process of its own, so that none warms or fills the
memory of the next. A missed figure is a row and a sentence, not a failure of
the run: the exit status is 0 unless a benchmark itself breaks.
"""

from __future__ import annotations

import argparse
import importlib
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from benchmarks.figures import Figure, say  # noqa: E402 - needs the path above

NAMES = {
    "log_append": "append in bulk, and one by one",
    "million": "a million reports: rebuild, size, questions",
    "siblings": "what showing only the finest version costs, 300 compartments",
    "postgis": "the same million in PostgreSQL with PostGIS, side by side",
    "http_posts": "32 writers over HTTP",
    "browser": "from one browser to the other; first picture",
    "symbols": "10,000 symbols, 1,000 moves a second",
    "idle": "memory of the demo node at rest",
    "imports": "import and backup",
    "matching": "200,000 places against 33,000 P-codes and 20,000 names",
    "hostile": "files made to hurt: time and memory",
    "rules": "release rules: their graph, decisions and versions",
    "release": "rules and versions, preview, the end of an agreement",
    "source_game": "how often attackers name the source of a release",
    "setup": "from a fresh clone to READY",
}


def main() -> int:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(
        prog="./run bench",
        description="Measure what Eirene promises; writes bench.json into the current folder.",
        epilog="names: " + "; ".join(f"{name} ({what})" for name, what in NAMES.items()),
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="benchmarks (default: all)")
    parser.add_argument("--quick", action="store_true", help="smaller, and not comparable")
    parser.add_argument("--one", metavar="FILE", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    unknown = [name for name in args.names if name not in NAMES]
    if unknown:
        parser.error(f"there is no benchmark {unknown[0]!r}; there are: {', '.join(NAMES)}")
    if args.one is not None:
        return _one(args.names[0], args.one, quick=args.quick)
    return _all(args.names or list(NAMES), quick=args.quick)


def _one(name: str, out: Path, *, quick: bool) -> int:
    """In the process of its own: one benchmark, its figures into a file as they come."""
    figures: list[Figure] = []
    for figure in importlib.import_module(f"benchmarks.{name}").run(quick=quick):
        figure.quick = quick
        figures.append(figure)
        say(_line(figure))
        out.write_bytes(msgspec.json.encode(figures))
    return 0


def _all(names: list[str], *, quick: bool) -> int:
    began = time.monotonic()
    figures: list[Figure] = []
    broken: list[str] = []
    for at, name in enumerate(names, start=1):
        print(f"[{at}/{len(names)}] {name}: {NAMES[name]}", file=sys.stderr, flush=True)
        found, good = _in_process(name, quick=quick)
        figures += found
        if not good:
            broken.append(name)
        _write(figures)
    _table(figures)
    counted = [f for f in figures if f.passed is not None]
    missed = sum(not f.passed for f in counted)
    paces = [f.pace for f in figures if f.pace] or [0.0]
    print(
        f"Pace of the machine: {min(paces):g} to {max(paces):g} million steps of Python a second."
    )
    print(
        f"{len(figures)} figures in {(time.monotonic() - began) / 60:.1f} minutes, "
        f"{missed} of {len(counted)} missed; bench.json is written."
    )
    if broken:
        print(f"Broke before its end: {', '.join(broken)}.", file=sys.stderr)
    return 1 if broken else 0


def _in_process(name: str, *, quick: bool) -> tuple[list[Figure], bool]:
    with tempfile.TemporaryDirectory(prefix="eirene-bench-") as place:
        out = Path(place) / "figures.json"
        command = [sys.executable, str(Path(__file__).resolve()), name, "--one", str(out)]
        done = subprocess.run(
            [*command, *(["--quick"] if quick else [])],
            check=False,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )
        found = msgspec.json.decode(out.read_bytes(), type=list[Figure]) if out.exists() else []
        return found, done.returncode == 0


def _write(figures: list[Figure]) -> None:
    path = Path("bench.json")
    path.write_bytes(msgspec.json.format(msgspec.json.encode(figures), indent=2) + b"\n")


def _line(figure: Figure) -> str:
    sign = {True: "pass", False: "MISS", None: "    "}[figure.passed]
    return f"{sign}  {figure.name}: {_value(figure)} {figure.note}".rstrip()


def _value(figure: Figure) -> str:
    measured = "not measured" if figure.measured is None else f"{figure.measured:,g}"
    return f"{measured} {figure.unit}"


def _table(figures: list[Figure]) -> None:
    rows = [("", "figure", "target", "measured", "n")]
    for f in figures:
        sign = {True: "pass", False: "MISS", None: ""}[f.passed]
        bound = "" if f.target is None else f"{'>=' if f.better == 'more' else '<='} {f.target:,g}"
        rows.append((sign, f.name + (" (quick)" if f.quick else ""), bound, _value(f), f"{f.n:,}"))
    widths = [max(len(row[at]) for row in rows) for at in range(5)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        print("  ".join(cells).rstrip())
    for f in figures:
        if f.passed is False:
            print(f"  {f.name}: {f.note}")


if __name__ == "__main__":
    sys.exit(main())
