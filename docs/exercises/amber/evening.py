"""The fifteenth day from eight on: a convoy, a rumour, the people who flee, a second warning.

What is not decided at the end is left to whoever plays.
"""

from __future__ import annotations

from aid import transmitted
from pen import Pen
from players import ARMY, CORVALE, HALDMARK, actor


def tell(pen: Pen) -> None:
    """Until the evening."""
    _convoy(pen)
    _rumours_and_pressure(pen)
    _afternoon(pen)
    _second_warning(pen)
    _evening(pen)


def _convoy(pen: Pen) -> None:
    stops = ("Zushove", "Forkune", "Movune", "Tornola")
    notified = pen.say(
        "convoy-N-0021",
        "D13 15:00",
        "robin",
        "notification",
        "org-harbour-aid",
        form="movement",
        state="submitted",
        serial="N-0021",
        organisation_code="harbour-aid",
        organisation_name="Harbour Aid",
        parties=("kelmory-army", "ridge-front"),
        departs="D15 07:30",
        arrives="D15 13:00",
        route=", ".join(stops),
        waypoints=pen.waypoints(*stops, kmh=35),
        mode="vehicle",
        vehicles=5,
        people=11,
        cargo_classes=("food", "staff"),
        escort="none",
        marked=("vehicles", "flag"),
        call_sign="HAR-21",
        contact="Radio room of Harbour Aid",
        progress="planned",
        purpose="deconfliction",
        where=pen.beside("Zushove", 0.44, 0.67, 30),
        tlp="AMBER",
        summary="Harbour Aid: five trucks with food to Tornola",
    )
    transmitted(pen, "N-0021", "D13 15:40", notified)
    for by, party, at in (
        ("rook", "ridge-front", "D14 09:30"),
        ("jackdaw", "kelmory-army", "D14 17:45"),
    ):
        pen.say(
            f"ack-N-0021-{party}",
            at,
            by,
            "acknowledgement",
            f"party-{party}",
            party=party,
            answer="entered",
            organisation_code="harbour-aid",
            serial="N-0021",
            answered=at,
            occurred=at,
            purpose="deconfliction",
            tlp="AMBER",
            summary="N-0021: entered by the contact of the party",
        )
    pen.amend(
        "convoy-stopped",
        "D15 08:12",
        "robin",
        notified,
        state="active",
        progress="stopped",
        where=pen.beside("Forkune", 2.67, 0.44, 60),
        summary="HAR-21 held at the army checkpoint on R16 since 07:55",
    )
    pen.amend(
        "tx-N-0021-stopped",
        "D15 08:25",
        "sparrow",
        "tx-N-0021",
        progress="stopped",
        where=pen.beside("Forkune", 2.67, 0.44, 60),
        summary="HAR-21 held at the checkpoint on R16: please let it pass as notified",
    )
    pen.say(
        "convoy-shots",
        "D15 09:31",
        "robin",
        "incident",
        "org-harbour-aid",
        type="PR",
        state="reported",
        actors=[
            actor("alleged-perpetrator", "host-state-forces", "soldiers in a green truck"),
            actor("victim", "international-ngo"),
        ],
        groups=("aid-workers",),
        weapons=("small-arms",),
        killed=0,
        injured=1,
        damaged=("vehicle",),
        damage_level="light",
        occurred="D15 09:18",
        where=pen.on_road("R18", 0.72, 200),
        basis="seen",
        source="driver of the second truck",
        tlp="AMBER",
        help_asked=("medical", "presence"),
        summary="HAR-21 fired at on R18 after it had been let go; a driver hit in the arm",
    )
    pen.say(
        "convoy-joc",
        "D15 09:44",
        "kestrel",
        "incident",
        "command",
        type="PR",
        state="reported",
        actors=[
            actor("alleged-perpetrator", "host-state-forces", ARMY),
            actor("victim", "international-ngo"),
        ],
        groups=("aid-workers",),
        killed=0,
        injured=1,
        occurred="D15 09:20",
        where=pen.on_road("R18", 0.6, 2_000),
        basis="told-second-hand",
        source="radio of a trader",
        grade="D3",
        classification="confidential",
        tlp="AMBER",
        summary="Aid convoy fired at on R18; some say soldiers, some say men in soldiers' coats",
    )
    pen.amend(
        "convoy-turns",
        "D15 09:55",
        "robin",
        "convoy-stopped",
        progress="returned",
        where=pen.on_road("R18", 0.4, 200),
        summary="HAR-21 turns back to Zushove with one hurt",
    )
    pen.say(
        "route-R18",
        "D15 10:20",
        "heron",
        "movement",
        "command",
        type="patrol",
        state="planned",
        call_sign="C-R-91",
        unit="Corvale reserve platoon",
        unit_code="C-R",
        unit_contributor=CORVALE,
        mode="vehicle",
        route="Zushove, R16, R18, Dunsove junction",
        route_state="closed",
        departs="D15 11:00",
        aims=("route-check", "verification"),
        people=22,
        vehicles=5,
        occurred="D15 11:00",
        where=pen.on_road("R18", 0.7, 500),
        tlp="AMBER",
        summary="R18 closed to movement; reserve platoon goes to look",
    )
    pen.say(
        "ack-N-0021-front-denies",
        "D15 12:10",
        "rook",
        "acknowledgement",
        "party-ridge-front",
        party="ridge-front",
        answer="received",
        organisation_code="harbour-aid",
        serial="N-0021",
        answered="D15 12:10",
        occurred="D15 12:10",
        purpose="deconfliction",
        tlp="AMBER",
        summary="Our men were not on R18. We had let everybody know of N-0021.",
    )


def _rumours_and_pressure(pen: Pen) -> None:
    pen.say(
        "rumour-shot",
        "D15 07:40",
        "linnet",
        "incident",
        "mission",
        type="IN",
        state="reported",
        occurred="D15 07:00",
        where=pen.beside("Zushove", 0.2, -0.2, 1_500),
        basis="media",
        source="radio and market",
        grade="F5",
        media_interest=True,
        further_risk="Stones at patrols in Zushove; harm to staff with the same cars",
        summary="Rumour. The mission's soldiers shot at the people of Hemdola from the ford",
    )
    pen.say(
        "rumour-well",
        "D15 11:35",
        "linnet",
        "incident",
        "mission",
        type="IN",
        state="under-verification",
        occurred="D15 11:00",
        where=pen.beside("Movune", -0.44, 0.33, 600),
        basis="told-second-hand",
        source="displaced families",
        grade="E5",
        further_risk="Aid workers at the school site",
        summary="Rumour. The water that is trucked to the school site makes people ill",
    )
    pen.say(
        "government-asks",
        "D15 08:30",
        "martin",
        "note",
        "host-state",
        type="request",
        occurred="D15 08:30",
        summary="Who warned the mission of Hemdola, and when? The minister wants it by noon",
    )
    pen.say(
        "government-denies",
        "D15 13:20",
        "martin",
        "note",
        "host-state",
        type="other",
        occurred="D15 13:20",
        summary="No soldier entered a clinic. Fighters are treated there under a foreign flag",
    )
    pen.say(
        "demo-zushove",
        "D15 15:10",
        "plover",
        "incident",
        "mission",
        type="DM",
        state="verified",
        occurred={"start": "D15 14:20", "end": "D15 15:05", "precision": "span"},
        where=pen.beside("Zushove", -0.9, 0.7, 150),
        groups=("residents",),
        killed=0,
        injured=2,
        basis="seen",
        source="formed police",
        grade="A1",
        summary="Some 150 people before the sector headquarters; stones, two police hurt",
    )


def _afternoon(pen: Pen) -> None:
    pen.say(
        "hazard-grenade",
        "D15 10:15",
        "tern",
        "hazard",
        "mission",
        type="unexploded-ordnance",
        state="marked",
        priority="immediate",
        number=1,
        radius_m=50,
        threatens=("water-point", "people"),
        protection=("marked", "guarded"),
        delivery="thrown",
        appearance="Hand grenade without a pin, grey, lies against the wall of the spring",
        occurred="D15 10:00",
        where=pen.beside("Hemdola", 0.12, 0.16, 20),
        basis="seen",
        source="patrol H-A-90",
        summary="Grenade at the spring of Hemdola",
    )
    pen.say(
        "people-moving",
        "D15 11:00",
        "stork",
        "movement",
        "mission",
        type="people",
        state="departed",
        mode="foot",
        route="Hemdola, T33, T32, D19, Movune",
        destination="Movune school site",
        people=210,
        people_women=120,
        occurred="D15 10:30",
        where=pen.on_road("D19", 0.3, 400),
        basis="seen",
        source="patrol",
        summary="About 210 people on foot from Hemdola to Movune",
    )
    pen.say(
        "work-water",
        "D15 12:30",
        "thrush",
        "activity",
        "org-clearwell",
        organisation_name="Clearwell",
        organisation_code="clearwell",
        sector="water-sanitation",
        work=("water-supply",),
        activity="Water by truck to the school site, 8,000 litres a day",
        state="ongoing",
        reached=620,
        counted="people",
        contact="office@clearwell.example",
        last_confirmed="D15",
        occurred="D15",
        where=pen.commune("Movune"),
        summary="Clearwell, Movune: water by truck",
    )
    pen.say(
        "water-tested",
        "D15 15:30",
        "thrush",
        "note",
        "partners",
        type="answer",
        occurred="D15 15:20",
        summary="Water at the Movune school site tested at 14:00 and 15:00: clean. Please tell people",
    )
    pen.amend(
        "rumour-well-refuted",
        "D15 16:05",
        "linnet",
        "rumour-well",
        state="refuted",
        grade="A5",
        basis="seen",
        source="test by Clearwell",
    )
    pen.say(
        "referral-attack",
        "D15 12:15",
        "dove",
        "referral",
        "protected",
        type="sexual-violence",
        handed_to="women-protection",
        state="handed-over",
        urgency="immediate",
        handed_over="D15 12:10",
        classification="strictly-confidential",
        tlp="RED",
    )
    pen.say(
        "referral-taken",
        "D15 12:40",
        "dove",
        "referral",
        "protected",
        type="human-rights",
        handed_to="human-rights",
        state="open",
        urgency="immediate",
        classification="strictly-confidential",
        tlp="RED",
    )
    pen.amend(
        "unit-H-A-tasked",
        "D15 11:15",
        "stork",
        "unit-H-A",
        state="responding",
        occurred="D15 11:00",
        notice_min=240,
        summary="Haldmark Company A: one platoon at Hemdola, one at the base; no reserve left",
    )
    pen.say(
        "assessment-next",
        "D15 14:30",
        "shrike",
        "assessment",
        "analysis",
        type="threat",
        state="draft",
        judgement=(
            "Ashband has food for three weeks and will avoid the patrol. Reprisals of the army against "
            "villages that are said to have fed it are more likely than a second attack."
        ),
        likelihood="likely",
        confidence="moderate",
        trend="worse",
        horizon="day",
        valid_until="D17",
        rests_on="The attack; the search of the clinic; the shots at the convoy.",
        gaps="Who fired on R18. Where the two men are.",
        occurred="D15",
        where=pen.commune("Bintune"),
        grade="B2",
        classification="confidential",
        tlp="AMBER",
        summary="The army is the greater danger to Bintune tonight",
    )


def _second_warning(pen: Pen) -> None:
    """The informant again; and this time it is the army that is feared."""
    pen.say(
        "warning-bintune",
        "D15 17:40",
        "wren",
        "alert",
        "command",
        threat="possible",
        state="triaged",
        affected="patients and staff of the clinic, families of Bintune",
        groups=("residents", "health-workers"),
        threatened=150,
        direction="From Forkune by R18 and D19",
        alleged_actor="2nd River Battalion",
        alleged_class="host-state-forces",
        help_asked=("presence",),
        verification="not-yet",
        occurred="D15 17:30",
        where=pen.beside("Bintune", 0.2, 0.0, 300),
        grade="B3",
        basis="told-second-hand",
        classification="confidential",
        tlp="AMBER",
        mandate_task="protection",
        summary="Soldiers told a trader that they will come back to the clinic tonight",
    )
    pen.say(
        "warning-bintune-source",
        "D15 17:40",
        "wren",
        "source",
        "sources",
        pseudonym="ALDER-2",
        channel="visit",
        call_back=False,
        reliability="B",
        consent="The clinic may be told. Nobody in uniform may know that it came from the market.",
        links=(("source-of", "warning-bintune"),),
        classification="strictly-confidential",
        tlp="RED",
        summary="ALDER-2 came in person, by the back of the base",
    )
    pen.say(
        "cell-chief",
        "D15 18:05",
        "crane",
        "note",
        "sources",
        type="comment",
        occurred="D15 18:05",
        classification="strictly-confidential",
        tlp="RED",
        links=(("about", "warning-source"),),
        summary="SEDGE-4 is one of six people who could have counted fires. Take him to Movune?",
    )


def _evening(pen: Pen) -> None:
    pen.amend(
        "warning-feedback",
        "D15 18:20",
        "wren",
        "warning-outcome",
        state="feedback-given",
        feedback="The elders were told at the shrine why the patrol came late. They were angry.",
    )
    pen.say(
        "convoy-tomorrow",
        "D15 16:30",
        "robin",
        "notification",
        "org-harbour-aid",
        form="movement",
        state="submitted",
        serial="N-0022",
        organisation_code="harbour-aid",
        organisation_name="Harbour Aid",
        parties=("kelmory-army", "ridge-front"),
        departs="D16 06:30",
        arrives="D16 09:30",
        route="Zushove, Forkune, Movune",
        waypoints=pen.waypoints("Zushove", "Forkune", "Movune", kmh=35),
        mode="vehicle",
        vehicles=3,
        people=7,
        cargo_classes=("food", "shelter", "staff"),
        escort="none",
        marked=("vehicles", "flag"),
        call_sign="HAR-22",
        contact="Radio room of Harbour Aid",
        progress="planned",
        purpose="deconfliction",
        where=pen.beside("Zushove", 0.44, 0.67, 30),
        tlp="AMBER",
        summary="Harbour Aid: three trucks for the families from Hemdola, if R18 is open",
    )
    transmitted(pen, "N-0022", "D15 17:05", "convoy-tomorrow")
    pen.say(
        "patrol-bintune",
        "D15 19:10",
        "stork",
        "patrol",
        "command",
        type="night",
        unit="Haldmark Company A",
        unit_code="H-A",
        unit_contributor=HALDMARK,
        number="092",
        call_sign="H-A-92",
        form="plan",
        state="planned",
        departs="D15 20:30",
        returns="D16 05:00",
        route="Movune, D19, Bintune",
        waypoints=pen.waypoints("Movune", "Bintune"),
        aims=("protection", "presence"),
        people=12,
        people_women=1,
        interpreters=1,
        vehicles=3,
        occurred="D15 20:30",
        where=pen.beside("Movune", 0.8, -0.7),
        classification="confidential",
        tlp="AMBER",
        summary="H-A-92 may stand at Bintune tonight: the last section, to be decided",
    )
    pen.say(
        "handover",
        "D15 19:40",
        "kestrel",
        "note",
        "command",
        type="handover",
        occurred="D15 19:40",
        tlp="AMBER",
        summary="Handover of the day watch: what is to be decided tonight",
        narrative=(
            "1. Two counts stand for Hemdola, nine and eight dead: settle them before anything goes out.\n"
            "2. The minister asks who warned us. What does the host state get of the warning, and who "
            "signs for it?\n"
            "3. Clinic at Bintune: stand there with the last section, or move patients and staff?\n"
            "4. Clinic and convoy, soldiers alleged: what do partners get, what the public, what nobody?\n"
            "5. R18 is closed. Harbour Aid wants to drive at 06:30.\n"
            "6. The two who warned us: who may still know of them tomorrow?\n"
            "7. Rumour that we shot from the ford: answer it, through whom?"
        ),
    )
