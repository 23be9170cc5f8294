"""What stands in the country: hospitals, schools, wells, markets, airfields, bridges, bases.

Each row becomes a report of kind site. Public ones are filed in ``public``; where the
mission and its partners keep something, in ``mission`` and ``partners``.
"""

from __future__ import annotations

from dataclasses import dataclass

from chance import Chance
from country import SEED, Country
from shapes import Point

PUBLIC_SOURCE = "Kelmory atlas (exercise)"
MISSION_SOURCE = "MINKEL site list (exercise)"
PARTNERS_SOURCE = "Kelmory NGO forum (exercise)"


@dataclass(frozen=True)
class Site:
    """One row of a list of sites."""

    audience: str
    """Compartment in which it is filed."""
    type: str
    name: str
    at: Point
    state: str = "open"
    function: str = ""
    operator: str = ""
    code: str = ""
    people: int | None = None
    runway_m: int | None = None
    marked: str = ""


_HOSPITALS = {"Telbisk": ("Telbisk General Hospital", 240), "Zushove": ("Zushove Hospital", 90)}
_POSTS = "Temdisk Foskove Dentune Hilbune Bilkove Girmola Raldove Gimbove Fendune Surdune".split()
_CLOSED_POSTS = frozenset({"Gimbove", "Surdune"})
_MARKETS = "Telbisk Zushove Movune Dentune Temdisk Foskove Hilbune Tornola".split()
_AIRFIELDS = {
    "Telbisk": ("Telbisk International", 2_400, "QRTB", (0.031, 0.022)),
    "Zushove": ("Zushove airstrip", 1_450, "QRZU", (-0.021, 0.017)),
    "Hilbune": ("Hilbune airstrip", 900, "QRHI", (0.012, -0.015)),
    "Raldove": ("Raldove airstrip", 760, "QRRA", (-0.013, 0.011)),
}
_LANDING = "Movune Forkune Girmola Bilkove Gimbove Tornola Gondune Foskove Lombola".split()
_BASES = {
    "Telbisk": ("Mission headquarters", "mission headquarters", (0.018, -0.008), 640),
    "Zushove": ("Sector East headquarters", "sector headquarters", (-0.012, 0.009), 410),
    "Dentune": ("Sector North headquarters", "sector headquarters", (0.009, 0.006), 260),
    "Movune": ("Movune operating base", "company base", (0.007, -0.006), 128),
    "Girmola": ("Girmola operating base", "company base", (-0.011, -0.005), 116),
    "Gondune": ("Gondune temporary base", "temporary operating base", (0.006, 0.007), 38),
    "Bilkove": ("Bilkove operating base", "company base", (0.008, -0.007), 121),
    "Tornola": ("Tornola team site", "observer team site", (-0.004, 0.005), 12),
    "Foskove": ("Foskove team site", "observer team site", (0.005, 0.004), 11),
}
_CLINICS = {
    "Bintune": ("Bintune clinic", "Lantern Medical", "primary care and deliveries", 0.0042),
    "Sivune": ("Sivune clinic", "Lantern Medical", "primary care", 0.0035),
    "Tornola": ("Tornola clinic", "Lantern Medical", "primary care and nutrition", -0.0031),
    "Niskola": ("Niskola health point", "Clearwell", "mobile clinic, Tuesdays", 0.0028),
    "Saskove": ("Saskove clinic", "Harbour Aid", "primary care", 0.0036),
}


def sites_of(country: Country) -> list[Site]:
    """All sites of the country, public ones first."""
    return [
        *_services(country),
        *_schools_and_wells(country),
        *_crossings(country),
        *_bases(country),
        *_of_partners(country),
    ]


def _beside(country: Country, name: str, east: float, north: float) -> Point:
    lon, lat = country.settlement(name).at
    return round(lon + east, 5), round(lat + north, 5)


def _public(type_: str, name: str, at: Point, **more: str | int) -> Site:
    return Site("public", type_, name, at, **more)  # pyright: ignore[reportArgumentType]


def _services(country: Country) -> list[Site]:
    def at(place: str, east: float, north: float) -> Point:
        return _beside(country, place, east, north)

    hospitals = [
        _public(
            "health-facility",
            name,
            at(place, 0.006, 0.004),
            function=f"hospital, {beds} beds",
            people=beds,
        )
        for place, (name, beds) in _HOSPITALS.items()
    ]
    posts = [
        _public(
            "health-facility",
            f"{place} health post",
            at(place, -0.003, 0.002),
            state="closed" if place in _CLOSED_POSTS else "open",
            function="nurse",
        )
        for place in _POSTS
    ]
    markets = [_public("market", f"{place} market", at(place, 0.002, -0.002)) for place in _MARKETS]
    airfields = [
        _public("airfield", name, at(place, *beside), code=code, runway_m=runway_m)
        for place, (name, runway_m, code, beside) in _AIRFIELDS.items()
    ]
    port = at("Telbisk", -0.004, -0.006)
    others = [
        _public("other", "Port of Telbisk", port, function="quay, 6 m of water, two cranes"),
        _public("border-post", "Girmola border post", at("Girmola", 0.006, -0.02)),
        _public("border-post", "Dimdune border post", at("Dimdune", 0.012, 0.008)),
    ]
    shrines = [
        _public("place-of-worship", f"{place} old shrine", at(place, -0.0015, 0))
        for place in ("Telbisk", "Zushove", "Hemdola", "Foskove")
    ]
    return [*hospitals, *posts, *markets, *airfields, *others, *shrines]


def _schools_and_wells(country: Country) -> list[Site]:
    chance = Chance(SEED, 500)
    found: list[Site] = []
    for one in country.settlements:
        lon, lat = one.at
        if one.people > 700:
            at = (lon + chance.between(-0.004, 0.004), lat + chance.between(-0.004, 0.004))
            state = chance.one_of(["open", "open", "open", "open", "partly", "closed"])
            pupils = round(one.people * chance.between(0.16, 0.24))
            near = (round(at[0], 5), round(at[1], 5))
            found.append(_public("school", f"{one.name} school", near, state=state, people=pupils))
        if chance.unit() < 0.45:
            at = (lon + chance.between(-0.003, 0.003), lat + chance.between(-0.003, 0.003))
            state = chance.one_of(["open", "open", "open", "partly", "damaged"])
            near = (round(at[0], 5), round(at[1], 5))
            found.append(_public("water-point", f"{one.name} well", near, state=state))
    return found


def _crossings(country: Country) -> list[Site]:
    """Bridges, fords and ferries; each name says road and water."""
    found: list[Site] = []
    for one in country.crossings:
        river = country.rivers[one.river].name or "a stream"
        at = (round(one.at[0], 5), round(one.at[1], 5))
        title = f"{one.means.capitalize()} of {one.section.ref} over {river}"
        if any(other.name == title for other in found):
            title += f", {one.section.name}"
        function = f"{one.means}, road {one.section.ref} ({one.section.name})"
        found.append(_public("bridge", title[:200], at, function=function))
    return found


def _bases(country: Country) -> list[Site]:
    found: list[Site] = []
    for place, (name, function, (east, north), people) in _BASES.items():
        at = _beside(country, place, east, north)
        found.append(
            Site("mission", "un-presence", name, at, "open", function, "MINKEL", people=people)
        )
    for place in _LANDING:
        at = _beside(country, place, -0.008, -0.009)
        name = f"Landing site {place}"
        found.append(
            Site("mission", "helicopter-landing-site", name, at, function="one Mi-8, dry ground")
        )
    level2 = _beside(country, "Zushove", -0.014, 0.011)
    depot = _beside(country, "Telbisk", 0.020, -0.011)
    found += [
        Site(
            "mission",
            "health-facility",
            "Sector East level 2 hospital",
            level2,
            function="surgery, 20 beds",
            operator="MINKEL",
        ),
        Site("mission", "warehouse", "Logistics base Telbisk", depot, operator="MINKEL"),
        Site(
            "mission",
            "checkpoint",
            "Army checkpoint Forkune",
            _beside(country, "Forkune", 0.024, 0.004),
            function="checkpoint of the 2nd River Battalion on R16",
            operator="Kelmory Army",
        ),
        Site(
            "mission",
            "checkpoint",
            "Army checkpoint Darvove",
            _beside(country, "Darvove", 0.02, -0.012),
            function="checkpoint on R2",
            operator="Kelmory Army",
        ),
    ]
    return found


def _of_partners(country: Country) -> list[Site]:
    found: list[Site] = []
    for place, (name, operator, function, east) in _CLINICS.items():
        at = _beside(country, place, east, -0.0022)
        marked = "white roof with a blue lantern" if operator == "Lantern Medical" else ""
        found.append(
            Site("partners", "health-facility", name, at, "open", function, operator, marked=marked)
        )
    found += [
        Site(
            "partners",
            "displacement-site",
            "Zushove river meadow site",
            _beside(country, "Zushove", 0.011, -0.009),
            function="tents, two wells",
            operator="Harbour Aid",
            people=1_840,
        ),
        Site(
            "partners",
            "displacement-site",
            "Movune school site",
            _beside(country, "Movune", -0.004, 0.003),
            function="families in classrooms",
            operator="River Schools Network",
            people=410,
        ),
        Site(
            "partners",
            "warehouse",
            "Forum warehouse Zushove",
            _beside(country, "Zushove", 0.004, 0.006),
            function="food and household items",
            operator="Harbour Aid",
        ),
        Site(
            "partners",
            "office",
            "NGO forum office",
            _beside(country, "Telbisk", 0.004, 0.007),
            operator="Kelmory NGO forum",
        ),
        Site(
            "partners",
            "distribution-point",
            "Tornola distribution point",
            _beside(country, "Tornola", 0.003, 0.003),
            operator="Harbour Aid",
        ),
    ]
    return found
