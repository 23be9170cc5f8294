"""Towns and villages: where people live, how many, and what their places are called.

Names follow one language that nobody speaks: a stem, and an ending that says what the
place is. So a reader who knows the endings can doubt a position: nothing that ends in
``-isk`` lies inland.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from areas import Areas
from chance import Chance
from shapes import RIVER, STREAM, Point, apart_deg
from terrain import COLUMNS, ROWS, Cell, Terrain, cell_at, middle

VILLAGES = 60
ENDINGS = {
    "landing": "isk",
    "ford": "ove",
    "spring": "ola",
    "hill": "arn",
    "field": "une",
}
_ONSETS = "b d f g h k l m n r s t v z".split()
_VOWELS = "aeiou"
_CODAS = "lb ld lk lm lt lv mb md nd ns nt rd rk rm rn rv sh sk v z".split()
_LEFT_OUT = frozenset(
    # words and names that somebody could take amiss, and places that there are
    """bald band bash best bind bold bomb dash dumb fand fash fish fond fuld gand gash gold gunt
    hand hash hind hold hunt kind kunt land lash lend lunt lush mash mind mold mush musk must nazi
    rash rand rind risk rush sand sash send sind sold tash task tend tent tusk vest vind wand
    zand zend dusk disk bulk sulk silk milk hulk folk kurd turk serb berk nerd bush""".split()
)
CAPITAL_AT, TOWN_AT = (-10.385, -1.165), (-9.875, -0.995)
_LIES = "ford ford ford landing landing spring spring field field field hill hill".split()
_NEAR = 0.047
"""Degrees that two villages are at least apart."""


@dataclass
class Settlement:
    """A town or village."""

    name: str
    at: Point
    size: str
    """``capital``, ``town`` or ``village``."""
    lie: str
    """``landing``, ``ford``, ``spring``, ``hill`` or ``field``."""
    people: int
    commune: int
    other_names: list[str] = field(default_factory=list[str])

    @property
    def cell(self) -> Cell:
        """Where it lies on the grid."""
        return cell_at(*self.at)


class Names:
    """Words of the language, each used once."""

    def __init__(self, seed: int) -> None:
        self._chance = Chance(seed, 300)
        self._used: set[str] = set()

    def stem(self) -> str:
        """A stem that no other place has."""
        while True:
            made = self._chance.one_of(_ONSETS) + self._chance.one_of(_VOWELS)
            made += self._chance.one_of(_CODAS)
            if made not in self._used and made not in _LEFT_OUT:
                self._used.add(made)
                return made.capitalize()

    def place(self, lie: str) -> str:
        """A name of a village that lies so."""
        return self.stem() + ENDINGS[lie]


class Ground:
    """What of a cell matters to who would live there."""

    def __init__(self, terrain: Terrain, areas: Areas) -> None:
        self._terrain = terrain
        self._areas = areas
        self._lies: dict[Cell, str] = {}

    def near(self, cell: Cell, reach: int) -> list[Cell]:
        """Cells at most so many steps away."""
        x, y = cell
        across = range(-reach, reach + 1)
        beside = [(x + dx, y + dy) for dx in across for dy in across]
        return [(a, b) for a, b in beside if 0 <= a < COLUMNS and 0 <= b < ROWS]

    def lie(self, cell: Cell) -> str:
        """What kind of place a cell is."""
        if cell not in self._lies:
            self._lies[cell] = self._looked_at(cell)
        return self._lies[cell]

    def _looked_at(self, cell: Cell) -> str:
        beside = self.near(cell, 1)
        if any(one in self._terrain.sea for one in self.near(cell, 2)):
            return "landing"
        if any(self._terrain.flow.get(one, 0) >= RIVER for one in beside):
            return "ford"
        if any(self._terrain.flow.get(one, 0) >= STREAM for one in beside):
            return "spring"
        return "hill" if self._terrain.height[cell[0]][cell[1]] > 240 else "field"

    def worth(self, cell: Cell) -> float:
        """How good it is to live there, before chance."""
        if self._terrain.flow.get(cell, RIVER) >= STREAM:
            return -1.0  # in the water
        high = self._terrain.height[cell[0]][cell[1]]
        worth = {"landing": 0.75, "ford": 1.0, "spring": 0.8, "hill": 0.25, "field": 0.45}
        return worth[self.lie(cell)] - max(0.0, high - 420) / 200

    def commune(self, cell: Cell) -> int:
        """The commune of a cell; below 0 beyond the border."""
        return self._areas.labels[cell]


def settlements_of(terrain: Terrain, areas: Areas, names: Names) -> list[Settlement]:
    """Capital, inland town, then the villages: first one in each commune, then where room is."""
    ground = Ground(terrain, areas)
    chance = Chance(terrain.seed, 310)
    found = [_town(ground, terrain, place, names) for place in (CAPITAL_AT, TOWN_AT)]
    found[0].size, found[0].people = "capital", 64_000
    found[1].people = 21_500
    ranked = _ranked(ground, terrain, chance)
    for commune in range(len(areas.seeds)):
        if all(one.commune != commune for one in found):
            own = [cell for cell in ranked if ground.commune(cell) == commune]
            found.append(_next_village(ground, own, found, names, chance, seat=True))
    while len(found) < VILLAGES + 2:
        found.append(_next_village(ground, ranked, found, names, chance, seat=False))
    return found


def _next_village(
    ground: Ground,
    ranked: list[Cell],
    found: list[Settlement],
    names: Names,
    chance: Chance,
    *,
    seat: bool,
) -> Settlement:
    """The next village: of a lie that chance wants, where there is such ground, else anywhere."""
    wanted = chance.one_of(_LIES)
    best = None
    for cell in ranked:
        if not _is_free(cell, found):
            continue
        best = best or cell
        if ground.lie(cell) == wanted:
            best = cell
            break
    assert best is not None
    return _village(ground, best, names, chance, seat=seat)


def _ranked(ground: Ground, terrain: Terrain, chance: Chance) -> list[Cell]:
    """Cells of the country, best first."""
    worth: dict[Cell, float] = {}
    for cell in terrain.flow:
        if ground.commune(cell) >= 0 and (worthy := ground.worth(cell)) > 0:
            worth[cell] = worthy + 0.9 * chance.unit()
    return sorted(worth, key=lambda cell: (-worth[cell], cell))


def _is_free(cell: Cell, found: list[Settlement]) -> bool:
    x, y = middle(cell)
    for one in found:
        least = _NEAR if one.size == "village" else 1.6 * _NEAR
        if math.hypot(x - one.at[0], y - one.at[1]) <= least:
            return False
    return True


def _town(ground: Ground, terrain: Terrain, wished: Point, names: Names) -> Settlement:
    """A town on dry ground nearest to where it should be."""
    near = ground.near(cell_at(*wished), 8)
    dry = [cell for cell in near if 0 < terrain.flow.get(cell, 0) < STREAM]
    cell = min(dry, key=lambda c: (apart_deg(middle(c), wished), c))
    lie = ground.lie(cell)
    return Settlement(names.place(lie), middle(cell), "town", lie, 0, ground.commune(cell))


def _village(ground: Ground, cell: Cell, names: Names, chance: Chance, *, seat: bool) -> Settlement:
    lie = ground.lie(cell)
    lon, lat = middle(cell)
    at = (lon + chance.between(-0.0015, 0.0015), lat + chance.between(-0.0015, 0.0015))
    most = 2_900 if seat else 1_350
    people = round(chance.between(260, most) / 10) * 10
    name = names.place(lie)
    return Settlement(name, at, "village", lie, people, ground.commune(cell), _spellings(name))


def _spellings(name: str) -> list[str]:
    """Other ways to write a name that reports use: with h, doubled, or without the last letter."""
    return [name.replace("k", "c", 1)] if "k" in name.lower() and not name.endswith("isk") else []
