"""The two quiet weeks of the mission: units, patrols, convoys, returns, the watch."""

from __future__ import annotations

from chance import Chance
from country import SEED
from pen import Pen
from players import BRENNIA, CORVALE, HALDMARK

_UNITS = (
    # code, type, name, contributor, parent, place, strength, women, vehicles, notice
    ("HQ-E", "headquarters", "Headquarters Sector East", HALDMARK, "", "Zushove", 82, 21, 9, 0),
    ("HQ-N", "headquarters", "Headquarters Sector North", BRENNIA, "", "Dentune", 64, 15, 7, 0),
    ("H-A", "infantry", "Haldmark Company A", HALDMARK, "HQ-E", "Movune", 128, 11, 19, 20),
    ("H-B", "infantry", "Haldmark Company B", HALDMARK, "HQ-E", "Girmola", 116, 9, 17, 30),
    ("B-C", "infantry", "Brennia Company C", BRENNIA, "HQ-N", "Bilkove", 121, 14, 18, 30),
    ("C-R", "infantry", "Corvale reserve platoon", CORVALE, "HQ-E", "Zushove", 38, 5, 8, 15),
    ("C-T", "infantry", "Corvale detachment", CORVALE, "HQ-E", "Gondune", 38, 4, 6, 30),
    ("C-AV", "aviation", "Corvale aviation unit", CORVALE, "", "Telbisk", 74, 12, 4, 30),
    ("B-EN", "engineers", "Brennia engineer company", BRENNIA, "", "Zushove", 96, 10, 22, 120),
    ("H-M2", "medical", "Haldmark level 2 hospital", HALDMARK, "HQ-E", "Zushove", 54, 26, 6, 0),
    ("P-1", "formed-police", "Formed police unit 1", BRENNIA, "", "Telbisk", 140, 31, 21, 20),
    ("O-T", "observers", "Tornola team site", "", "HQ-E", "Tornola", 12, 3, 3, 30),
    ("O-F", "observers", "Foskove team site", "", "HQ-N", "Foskove", 11, 4, 3, 30),
)
_PATROLS = (
    # officer, unit code, unit, contributor, base, routes
    (
        "stork",
        "H-A",
        "Haldmark Company A",
        HALDMARK,
        "Movune",
        (
            ("Movune", "Bintune", "Hemdola", "Movune"),
            ("Movune", "Tolkisk", "Movune"),
            ("Movune", "Dunsove", "Movune"),
            ("Movune", "Bintune", "Fendune", "Movune"),
            ("Movune", "Bunsarn", "Movune"),
        ),
    ),
    (
        "heron",
        "C-R",
        "Corvale reserve platoon",
        CORVALE,
        "Zushove",
        (
            ("Zushove", "Sivune", "Zushove"),
            ("Zushove", "Forkune", "Zushove"),
            ("Zushove", "Dondune", "Zushove"),
            ("Zushove", "Luldola", "Zuskarn", "Zushove"),
        ),
    ),
    (
        "heron",
        "H-B",
        "Haldmark Company B",
        HALDMARK,
        "Girmola",
        (
            ("Girmola", "Zirnola", "Girmola"),
            ("Girmola", "Neskarn", "Zulbarn", "Girmola"),
        ),
    ),
    (
        "ibis",
        "B-C",
        "Brennia Company C",
        BRENNIA,
        "Bilkove",
        (
            ("Bilkove", "Silmove", "Fivisk", "Bilkove"),
            ("Bilkove", "Dentune", "Hendove", "Bilkove"),
            ("Bilkove", "Dentune", "Mensune", "Bilkove"),
        ),
    ),
)
_MOODS = (
    "Calm. Fields are being prepared; people greet and talk.",
    "Calm, but traders say that tax at the checkpoints has doubled.",
    "Wary. Women go for water in groups and before noon.",
    "Friendly. The school is full and the market well supplied.",
    "Tired of waiting for the bridge; they ask when engineers come.",
    "Some tension between herders and farmers over the lower fields.",
    "Quiet; many young men are away at the gold streams.",
    "Open. The women's group asks for a patrol on market days.",
)
_MET = (
    "village head, two teachers",
    "market committee, health worker",
    "elders, herders on the way to the river",
    "women's group, shop owners",
    "village head, youth group, priest of the shrine",
    "nobody in office; traders at the ford",
)
_WATCH = (
    "Quiet night. Generator at Gondune failed for an hour.",
    "Two calls on the hotline, both about the price of seed.",
    "Radio check with Girmola failed at 02:00, good at 02:30.",
    "Heavy rain in the east; fords of T33 and T43 to be checked.",
    "Fire in a shop in Telbisk, put out by neighbours.",
    "Flight of tomorrow moved to 10:00 for the visit of the delegation.",
    "Power cut in the operations room for nine minutes; the log ran on.",
)


def tell(pen: Pen) -> None:
    """All of it."""
    _units(pen)
    _returns(pen)
    _patrols(pen)
    _convoys_and_flights(pen)
    _watch(pen)


def _units(pen: Pen) -> None:
    for code, type_, name, contributor, parent, place, strength, women, vehicles, notice in _UNITS:
        pen.say(
            f"unit-{code}",
            "D01 06:30",
            "kestrel",
            "unit",
            "command",
            type=type_,
            name=name,
            unit_code=code,
            state="available",
            unit_contributor=contributor,
            parent=parent,
            strength=strength,
            strength_women=women,
            vehicles=vehicles,
            notice_min=notice,
            occurred="D01 06:00",
            where=pen.beside(place, 0.8, -0.5),
            classification="confidential",
            tlp="AMBER",
            summary=f"{name} at {place}",
        )


def _returns(pen: Pen) -> None:
    rows = (
        ("H-A", "infantry", "Haldmark Company A", HALDMARK, "Movune", 128, 11, "90", "75", "ready"),
        ("H-B", "infantry", "Haldmark Company B", HALDMARK, "Girmola", 116, 9, "75", "90", "ready"),
        ("B-C", "infantry", "Brennia Company C", BRENNIA, "Bilkove", 121, 14, "90", "90", "ready"),
        (
            "B-EN",
            "engineers",
            "Brennia engineers",
            BRENNIA,
            "Zushove",
            96,
            10,
            "75",
            "50",
            "limited",
        ),
        ("C-AV", "aviation", "Corvale aviation", CORVALE, "Telbisk", 74, 12, "90", "50", "limited"),
    )
    for code, type_, name, contributor, place, strength, women, people, things, state in rows:
        key = pen.say(
            f"return-{code}",
            "D02 09:00",
            "kestrel",
            "readiness",
            "command",
            contributor=contributor,
            type=type_,
            unit=name,
            unit_code=code,
            state=state,
            personnel=people,
            equipment=things,
            sustainment="75",
            training="90",
            strength=strength,
            strength_women=women,
            occurred="D02",
            where=pen.commune(place),
            classification="confidential",
            tlp="AMBER",
            summary=f"{name}: return of the week",
        )
        if code == "C-AV":
            pen.amend(
                "return-C-AV-2",
                "D09 09:00",
                "kestrel",
                key,
                occurred="D09",
                equipment="0",
                state="not-ready",
                helicopters=1,
                summary="Corvale aviation: one of three helicopters can fly; parts are in customs",
            )


def _patrols(pen: Pen) -> None:
    chance = Chance(SEED, 600)
    number = 0
    for day in range(1, 15):
        for officer, code, unit, contributor, base, routes in _PATROLS:
            if chance.unit() > (0.85 if base in ("Movune", "Zushove") else 0.45):
                continue
            number += 1
            stops = chance.one_of(routes)
            _patrol(pen, chance, day, number, officer, code, unit, contributor, stops)


def _patrol(
    pen: Pen,
    chance: Chance,
    day: int,
    number: int,
    officer: str,
    code: str,
    unit: str,
    contributor: str,
    stops: tuple[str, ...],
) -> None:
    call_sign = f"{code}-{number:02}"
    hour = chance.whole(6, 8)
    route = ", ".join(stops)
    before = f"D{day - 1:02} 18:{number % 60:02}" if day > 1 else f"D01 05:{number % 60:02}"
    key = pen.say(
        f"patrol-{number}",
        before,
        officer,
        "patrol",
        "command",
        type="vehicle",
        unit=unit,
        unit_code=code,
        unit_contributor=contributor,
        number=f"{number:03}",
        call_sign=call_sign,
        form="plan",
        state="planned",
        departs=f"D{day:02} {hour:02}:00",
        returns=f"D{day:02} {hour + 8:02}:00",
        route=route,
        waypoints=pen.waypoints(*stops),
        aims=chance.one_of(
            [("presence", "engagement"), ("presence",), ("route-check", "presence")]
        ),
        people=chance.whole(11, 18),
        people_women=chance.whole(0, 3),
        interpreters=1,
        vehicles=chance.whole(3, 4),
        occurred=f"D{day:02} {hour:02}:00",
        where=pen.beside(stops[0], 0.8, -0.5),
        classification="confidential",
        tlp="AMBER",
        summary=f"Patrol {call_sign}: {route}",
    )
    pen.amend(
        f"patrol-{number}-back",
        f"D{day:02} {hour + 9:02}:{number % 60:02}",
        officer,
        key,
        form="report",
        state="report-filed",
        route_state=chance.one_of(["open", "open", "open", "restricted"]),
        met=chance.one_of(_MET),
        mood=chance.one_of(_MOODS),
        summary=f"Patrol {call_sign} back: {route}",
    )


def _convoys_and_flights(pen: Pen) -> None:
    for number, (day, stops) in enumerate(
        (
            (3, ("Telbisk", "Darvove", "Zushove")),
            (6, ("Zushove", "Forkune", "Movune")),
            (10, ("Telbisk", "Darvove", "Dentune", "Bilkove")),
            (13, ("Zushove", "Girmola")),
        ),
        1,
    ):
        key = pen.say(
            f"convoy-{number}",
            f"D{day - 1:02} 15:10",
            "kestrel",
            "movement",
            "command",
            type="convoy",
            state="planned",
            call_sign=f"CARAVAN {number}",
            unit="Logistics base Telbisk",
            mode="vehicle",
            route=", ".join(stops),
            waypoints=pen.waypoints(*stops, kmh=40),
            destination=stops[-1],
            departs=f"D{day:02} 07:00",
            aims=("resupply",),
            people=16,
            vehicles=9,
            escort="un-military",
            occurred=f"D{day:02} 07:00",
            where=pen.beside(stops[0], 1.2, -0.9),
            tlp="AMBER",
            summary=f"Supply convoy CARAVAN {number} to {stops[-1]}",
        )
        pen.amend(
            f"convoy-{number}-there",
            f"D{day:02} 16:20",
            "kestrel",
            key,
            state="complete",
            route_state="open",
            occurred=f"D{day:02} 15:50",
            summary=f"CARAVAN {number} arrived at {stops[-1]}",
        )
    for number, (day, there) in enumerate(((2, "Zushove"), (5, "Hilbune"), (8, "Zushove")), 1):
        pen.say(
            f"flight-{number}",
            f"D{day - 1:02} 16:00",
            "kestrel",
            "movement",
            "command",
            type="flight",
            state="planned",
            call_sign=f"UN-71{number}",
            unit="Corvale aviation unit",
            unit_code="C-AV",
            unit_contributor=CORVALE,
            mode="air",
            route=f"Telbisk, {there}, Telbisk",
            destination=there,
            departs=f"D{day:02} 10:00",
            people=14,
            vehicles=1,
            occurred=f"D{day:02} 10:00",
            where=pen.beside("Telbisk", 3.4, 2.4, 400),
            tlp="AMBER",
            summary=f"Passenger flight UN-71{number} to {there}",
        )


def _watch(pen: Pen) -> None:
    pen.say(
        "release-note",
        "D01 10:00",
        "swift",
        "note",
        "mission",
        type="comment",
        occurred="D01 10:00",
        summary="Releases to the host state and the public come to me; I look at 08:00 and at 20:30",
    )
    chance = Chance(SEED, 610)
    for day in range(1, 15):
        pen.say(
            f"watch-{day}",
            f"D{day:02} 07:05",
            "owl",
            "note",
            "command",
            type="handover",
            occurred=f"D{day:02} 07:00",
            tlp="AMBER",
            summary=f"Handover of the night watch, day {day}",
            narrative=chance.one_of(_WATCH),
        )
