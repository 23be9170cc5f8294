"""The two quiet weeks of the humanitarians: who does what where, notifications, answers."""

from __future__ import annotations

from typing import Any

from pen import Pen, Place

_ORGANISATIONS = (
    ("lark", "lantern", "Lantern Medical", "international-ngo", ("health", "nutrition")),
    ("thrush", "clearwell", "Clearwell", "international-ngo", ("water-sanitation",)),
    (
        "robin",
        "harbour-aid",
        "Harbour Aid",
        "international-ngo",
        ("food-security", "shelter", "logistics"),
    ),
    ("pipit", "river-schools", "River Schools Network", "national-ngo", ("education",)),
)
_WORK = (
    # organisation, sector, work, village, state, reached, what
    ("lantern", "health", "medical-care", "Bintune", "ongoing", 640, "Clinic, all days"),
    ("lantern", "health", "medical-care", "Sivune", "ongoing", 410, "Clinic, all days"),
    ("lantern", "nutrition", "nutrition-care", "Tornola", "ongoing", 150, "Children under five"),
    ("lantern", "health", "vaccination", "Forkune", "completed", 380, "Measles, two days"),
    ("lantern", "health", "vaccination", "Dunsove", "planned", None, "Measles, next month"),
    ("clearwell", "water-sanitation", "water-supply", "Hemdola", "ongoing", 270, "Spring capped"),
    ("clearwell", "water-sanitation", "water-supply", "Niskola", "ongoing", 420, "Well and pump"),
    ("clearwell", "water-sanitation", "sanitation", "Zushove", "ongoing", 1_840, "Meadow site"),
    ("clearwell", "water-sanitation", "water-supply", "Surdune", "planned", None, "Borehole"),
    ("clearwell", "health", "mobile-clinic", "Niskola", "ongoing", 90, "Tuesdays, with Lantern"),
    ("harbour-aid", "food-security", "distribution", "Zushove", "ongoing", 1_840, "Monthly ration"),
    ("harbour-aid", "food-security", "distribution", "Tornola", "ongoing", 980, "Monthly ration"),
    ("harbour-aid", "shelter", "distribution", "Movune", "completed", 82, "Tarpaulins, households"),
    ("harbour-aid", "food-security", "cash", "Dentune", "ongoing", 310, "Cash for road work"),
    ("harbour-aid", "logistics", "transport", "Telbisk", "ongoing", None, "Common store"),
    ("river-schools", "education", "teaching", "Movune", "ongoing", 260, "School, two shifts"),
    ("river-schools", "education", "teaching", "Bintune", "ongoing", 240, "School"),
    ("river-schools", "education", "construction", "Sivune", "suspended", None, "Roof of school"),
    ("river-schools", "education", "safe-spaces", "Zushove", "ongoing", 200, "Meadow site"),
)
_PARTIES = ("kelmory-army", "ridge-front")


def tell(pen: Pen) -> None:
    """All of it."""
    _presence(pen)
    _sites(pen)
    _the_wrong_position(pen)
    _movements(pen)
    _own_reports(pen)


def _presence(pen: Pen) -> None:
    names = {code: (by, name) for by, code, name, _, _ in _ORGANISATIONS}
    for by, code, name, class_, sectors in _ORGANISATIONS:
        pen.say(
            f"org-{code}",
            "D01 09:00",
            by,
            "organisation",
            f"org-{code}",
            name=name,
            organisation_code=code,
            type=class_,
            state="active",
            sectors=sectors,
            contact=f"office@{code}.example",
            where=pen.commune("Telbisk"),
            summary=f"{name} works in Kelmory",
        )
    for number, (code, sector, work, village, state, reached, what) in enumerate(_WORK, 1):
        by, name = names[code]
        told: dict[str, Any] = {"reached": reached, "counted": "people"} if reached else {}
        if "households" in what:
            told["counted"] = "households"
        pen.say(
            f"work-{number}",
            f"D{1 + number % 3:02} 11:{number:02}",
            by,
            "activity",
            f"org-{code}",
            organisation_name=name,
            organisation_code=code,
            sector=sector,
            work=(work,),
            activity=what,
            state=state,
            contact=f"office@{code}.example",
            last_confirmed="D01",
            occurred="D01",
            where=pen.commune(village),
            tlp="CLEAR" if number == 1 else "GREEN",
            summary=f"{name}, {village}: {what}",
            **told,
        )


def _sites(pen: Pen) -> None:
    """Sites that parties are told of, the desk's check, and the answers."""
    for number, (by, code, name, village, east_km, north_km, type_, what, people) in enumerate(
        (
            ("lark", "lantern", "Lantern Medical", "Bintune", 0.47, -0.24, "health-facility", "Bintune clinic", 24),
            ("lark", "lantern", "Lantern Medical", "Sivune", 0.39, -0.24, "health-facility", "Sivune clinic", 18),
            ("lark", "lantern", "Lantern Medical", "Tornola", -0.34, -0.24, "health-facility", "Tornola clinic", 12),
            ("robin", "harbour-aid", "Harbour Aid", "Zushove", 0.44, 0.67, "warehouse", "Forum warehouse Zushove", 9),
            ("pipit", "river-schools", "River Schools Network", "Movune", -0.44, 0.33, "displacement-site", "Movune school site", 410),
        ),
        1,
    ):  # fmt: skip
        serial = f"N-{number:04}"
        _site(
            pen,
            serial,
            by,
            code,
            name,
            pen.beside(village, east_km, north_km, 20),
            type_,
            what,
            people,
        )


def _site(
    pen: Pen,
    serial: str,
    by: str,
    code: str,
    name: str,
    where: Place,
    type_: str,
    what: str,
    people: int,
) -> None:
    number = int(serial[2:])
    pen.say(
        f"site-{serial}",
        f"D02 10:{number:02}",
        by,
        "notification",
        f"org-{code}",
        form="site",
        state="submitted",
        serial=serial,
        organisation_code=code,
        organisation_name=name,
        parties=_PARTIES,
        object_type=type_,
        object_name=what,
        function="in use day and night",
        marked=("roof", "flag"),
        footprint_m=35,
        people=people,
        owner_consents=True,
        confirmed="D01",
        valid_from="D03",
        valid_until="D45",
        contact=f"Duty phone of {name}, satellite",
        purpose="deconfliction",
        where=where,
        tlp="AMBER",
        summary=f"{what}: please spare",
    )
    transmitted(pen, serial, f"D02 14:{number:02}", f"site-{serial}")
    for party, by_party, answer, at in (
        ("ridge-front", "rook", "entered", f"D04 09:{number:02}"),
        ("kelmory-army", "jackdaw", "received", f"D05 17:{number:02}"),
    ):
        if (party, number) == ("kelmory-army", 1):
            _silence(pen, serial, code)
        else:
            _answered(pen, f"ack-{serial}-{party}", at, by_party, party, answer, code, serial)


def _silence(pen: Pen, serial: str, code: str) -> None:
    """The army never answered for the clinic at Bintune: no answer is recorded as one."""
    pen.say(
        f"silence-{serial}",
        "D07 09:00",
        "sparrow",
        "acknowledgement",
        "humanitarian",
        party="kelmory-army",
        answer="no-answer",
        organisation_code=code,
        serial=serial,
        raised_to="head-of-office",
        occurred="D07 09:00",
        purpose="deconfliction",
        tlp="AMBER",
        summary=f"{serial}: no answer after five days, raised to the head of office",
    )


def transmitted(pen: Pen, serial: str, at: str, of: str) -> None:
    """The desk's own notification, as it goes to the parties: a version travels no further."""
    pen.copied(f"tx-{serial}", at, "sparrow", of, "humanitarian", state="checked")


def _answered(
    pen: Pen,
    key: str,
    at: str,
    by: str,
    party: str,
    answer: str,
    code: str,
    serial: str,
) -> None:
    """A party's answer, and the desk's word of it to the organisation."""
    pen.say(
        key,
        at,
        by,
        "acknowledgement",
        f"party-{party}",
        party=party,
        answer=answer,
        organisation_code=code,
        serial=serial,
        answered=at,
        occurred=at,
        purpose="deconfliction",
        tlp="AMBER",
        summary=f"{serial}: {answer} by the contact of the party",
    )
    later = f"{at[:4]}{int(at[4:6]) + 1:02}:{at[7:]}"
    pen.copied(f"{key}-told", later, "sparrow", key, "humanitarian")


def _the_wrong_position(pen: Pen) -> None:
    """A clinic that was notified in the river; the read-back found it after a day."""
    right = pen.beside("Niskola", 0.31, -0.24, 20)
    wrong = right | {"latitude": round(right["latitude"] - 0.1, 5)}
    key = pen.say(
        "site-N-0006",
        "D03 16:40",
        "thrush",
        "notification",
        "org-clearwell",
        form="site",
        state="submitted",
        serial="N-0006",
        organisation_code="clearwell",
        organisation_name="Clearwell",
        parties=_PARTIES,
        object_type="health-facility",
        object_name="Niskola health point",
        function="mobile clinic on Tuesdays",
        marked=("flag",),
        people=6,
        owner_consents=True,
        valid_from="D04",
        valid_until="D34",
        contact="Duty phone of Clearwell",
        purpose="deconfliction",
        where={k: v for k, v in wrong.items() if k != "place"},
        tlp="AMBER",
        summary="Niskola health point",
    )
    pen.say(
        "desk-doubts-N-0006",
        "D04 10:15",
        "sparrow",
        "note",
        "humanitarian",
        type="request",
        occurred="D04 10:15",
        tlp="AMBER",
        summary="N-0006: the position lies 11 km south of Niskola, in another commune. Read back?",
        narrative=(
            "The name says Niskola, the point lies near the Nulbava in the commune of Sarnove, where "
            "nobody lives. One digit of the latitude is probably wrong. Not transmitted."
        ),
    )
    pen.amend(
        "site-N-0006-right",
        "D05 08:20",
        "thrush",
        key,
        where=right,
        state="amended",
        summary="Niskola health point: position read back by phone and corrected",
    )
    transmitted(pen, "N-0006", "D05 08:50", "site-N-0006-right")


def _movements(pen: Pen) -> None:
    """Convoys that parties are told of."""
    for serial, by, code, name, stops, day, cargo, vehicles in (
        ("N-0007", "robin", "harbour-aid", "Harbour Aid", ("Telbisk", "Darvove", "Zushove"), 4, "food", 6),
        ("N-0008", "robin", "harbour-aid", "Harbour Aid", ("Zushove", "Forkune", "Movune", "Tornola"), 8, "food", 5),
        ("N-0009", "lark", "lantern", "Lantern Medical", ("Zushove", "Forkune", "Bintune"), 11, "medical", 2),
        ("N-0010", "thrush", "clearwell", "Clearwell", ("Zushove", "Sivune"), 12, "equipment", 2),
    ):  # fmt: skip
        key = pen.say(
            f"move-{serial}",
            f"D{day - 2:02} 14:20",
            by,
            "notification",
            f"org-{code}",
            form="movement",
            state="submitted",
            serial=serial,
            organisation_code=code,
            organisation_name=name,
            parties=_PARTIES,
            departs=f"D{day:02} 07:30",
            arrives=f"D{day:02} 13:00",
            route=", ".join(stops),
            waypoints=pen.waypoints(*stops, kmh=35),
            mode="vehicle",
            vehicles=vehicles,
            people=vehicles * 2 + 1,
            cargo_classes=(cargo, "staff"),
            escort="none",
            marked=("vehicles", "flag"),
            call_sign=f"{code[:3].upper()}-{serial[-2:]}",
            contact=f"Radio room of {name}",
            progress="planned",
            purpose="deconfliction",
            where=pen.beside(stops[0], 0.2, 0.1),
            tlp="AMBER",
            summary=f"{name}: {vehicles} vehicles to {stops[-1]}",
        )
        transmitted(pen, serial, f"D{day - 2:02} 15:00", key)
        _answered(
            pen,
            f"ack-{serial}-front",
            f"D{day - 1:02} 09:40",
            "rook",
            "ridge-front",
            "entered",
            code,
            serial,
        )
        _answered(
            pen,
            f"ack-{serial}-army",
            f"D{day - 1:02} 18:05",
            "jackdaw",
            "kelmory-army",
            "received",
            code,
            serial,
        )
        pen.amend(
            f"move-{serial}-there",
            f"D{day:02} 13:30",
            by,
            key,
            progress="complete",
            state="expired",
            summary=f"{name}: arrived at {stops[-1]}",
        )
        pen.amend(
            f"tx-{serial}-there",
            f"D{day:02} 14:00",
            "sparrow",
            f"tx-{serial}",
            progress="complete",
            state="expired",
        )


def _own_reports(pen: Pen) -> None:
    """What organisations and the women's circle saw; theirs, until they tick an audience."""
    pen.say(
        "lantern-tax",
        "D06 17:10",
        "lark",
        "incident",
        "org-lantern",
        type="FM",
        state="reported",
        actors=[
            {"role": "alleged-perpetrator", "actor_class": "unknown", "name": "men at a rope"},
            {"role": "victim", "actor_class": "international-ngo"},
        ],
        groups=("health-workers",),
        weapons=("small-arms",),
        actions=("movement-stopped",),
        occurred="D06 14:20",
        where=pen.on_road("T32", 0.4),
        basis="seen",
        source="driver",
        tlp="AMBER",
        summary="Ambulance held at a rope across T32 for 40 minutes; cigarettes asked for and given",
    )
    pen.say(
        "weavers-strangers",
        "D09 19:30",
        "reedling",
        "incident",
        "org-weavers",
        type="AR",
        state="reported",
        actors=[{"role": "other", "actor_class": "unknown"}],
        groups=("women",),
        occurred="D09",
        where=pen.beside("Hemdola", 0.6, 0.9, 400),
        basis="seen",
        tlp="AMBER+STRICT",
        summary="Four men asked women at the spring on which day the market is, and who guards it",
    )
    pen.say(
        "schools-armed-men",
        "D12 12:45",
        "pipit",
        "incident",
        "org-river-schools",
        type="PR",
        state="reported",
        actors=[
            {"role": "alleged-perpetrator", "actor_class": "host-state-forces"},
            {"role": "victim", "actor_class": "national-ngo"},
        ],
        groups=("children", "teachers"),
        damaged=("school",),
        damage_level="light",
        occurred="D11",
        where=pen.beside("Forkune", 0.3, 0.2, 80),
        basis="told-first-hand",
        source="head teacher",
        tlp="AMBER",
        summary="Soldiers slept in two classrooms at Forkune; desks burned as firewood",
    )
    pen.say(
        "harbour-stock",
        "D13 10:00",
        "robin",
        "note",
        "partners",
        type="other",
        occurred="D13",
        summary="Forum warehouse Zushove: food for 1,900 people for a month, 240 tarpaulins",
    )
