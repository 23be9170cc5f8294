"""A list of places matched by the importer against many P-codes and names, all of them made."""

from __future__ import annotations

import csv
import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.figures import Figure, at_least, folder
from eirene.imports.run import plan
from eirene.missions.divisions import Division, Told
from eirene.missions.gazetteer import Gazetteer, Named
from eirene.places import Place

RATE = 5_000.0
_PLACES, _QUICK_PLACES = 200_000, 5_000
_LEVELS = ((1, 16), (2, 320), (3, 3_200), (4, 29_464))
"""Levels, and areas in each: 33,000 together."""
_NAMES = 20_000
_SYLLABLES = (
    "ba bé bi bo bou da dé di do dou ga gué gui go gou ka ké ki ko kou la lé li lo lou ma mé mi mo "
    "mou na né ni no nou nga ngo sa sé si so sou ta té ti to tou ya yé yo za zé zi zo zou"
).split()


def run(*, quick: bool) -> Iterator[Figure]:
    """One list, a third of it each by P-code, by name, and by name with the area around it."""
    dice = random.Random(4)
    with folder() as where:
        codes = _codes(dice)
        known = _gazetteer(where, codes, dice)
        size = _QUICK_PLACES if quick else _PLACES
        path = where / "places.csv"
        _write(path, size, codes, known[1], dice)
        began = time.perf_counter()
        made = plan(
            path, kind="site", mapping=None, compartment="mission", zone="UTC",
            now=datetime.now(UTC), find=known[0].find,
        )  # fmt: skip
        took = time.perf_counter() - began
        unclear = sum("place" in one.field for one in made.rejects)
    note = (
        f"{took:.1f} s, reading and checking the rows included; {made.reports:,} placed, "
        f"{made.rejected:,} rejects, of the first {len(made.rejects):,} of them {unclear:,} because "
        "two places bear the name"
    )
    name = "import: places matched against 33,000 P-codes and 20,000 names"
    yield at_least(name, RATE, made.rows / took, "rows/s", made.rows, note)


def _codes(dice: random.Random) -> list[tuple[int, str, str, str]]:
    """Level, P-code, name and parent of each area."""
    found: list[tuple[int, str, str, str]] = [(0, "XA", "Country", "")]
    above = ["XA"]
    for level, count in _LEVELS:
        here: list[str] = []
        for at in range(count):
            parent = above[at % len(above)]
            code = f"{parent}{at // len(above) + 1:02}"
            found.append((level, code, _name(dice), parent))
            here.append(code)
        above = here
    return found


def _name(dice: random.Random) -> str:
    return "".join(dice.choices(_SYLLABLES, k=4)).capitalize()


def _gazetteer(
    where: Path, codes: list[tuple[int, str, str, str]], dice: random.Random
) -> tuple[Gazetteer, list[str]]:
    with (where / "pcodes.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(("level", "pcode", "name", "parent_pcode"))
        writer.writerows(codes)
    division = Division(Told(id="made", title="made", pcodes="pcodes.csv"), where)
    names = [_name(dice) for _ in range(_NAMES)]
    named = [
        Named(Place(name=name, pcode=code, pcode_from="stated"), "made", 1.0, level)
        for level, code, name, _ in codes
    ]
    named += [
        Named(
            Place(
                name=name,
                lat=dice.uniform(2, 11),
                lon=dice.uniform(14, 27),
                accuracy_m=1_000.0,
                method="named",
            ),
            "made",
            dice.random(),
        )
        for name in names
    ]
    return Gazetteer(named, [division], ("XA", "XAF")), names


def _write(
    path: Path,
    size: int,
    codes: list[tuple[int, str, str, str]],
    names: list[str],
    dice: random.Random,
) -> None:
    by_code = {code: name for _, code, name, _ in codes}
    below = [one for one in codes if one[0] > 2]
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(("name", "type", "place"))
        for at in range(size):
            _, code, name, parent = dice.choice(below)
            told = (
                dice.choice((code, code.replace("XA", "XAF"), code.lower())),
                dice.choice(names).upper(),
                f"{name}, {by_code[parent]}",
            )[at % 3]
            writer.writerow((f"Site {at}", "market", told))
