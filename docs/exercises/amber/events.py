"""What happened in the two quiet weeks: incidents, alerts with their sources, hazards, rumours."""

from __future__ import annotations

from typing import Any

from pen import Pen, Place
from players import ARMY, ASHBAND, FRONT, HALDMARK, actor


def tell(pen: Pen) -> None:
    """All of it."""
    _verified(pen)
    _of_the_army(pen)
    _alerts(pen)
    _hazards(pen)
    _rumours(pen)
    _police_medical_protected(pen)
    _analysis(pen)
    _government(pen)


def _verified(pen: Pen) -> None:
    rows: tuple[tuple[str, str, str, str, dict[str, Any], dict[str, Any], str], ...] = (
        ("cattle-zulbarn", "D02 16:40", "CR", "D02 05:00", pen.beside("Zulbarn", 3.0, 1.0, 900), {"killed": 0, "injured": 2, "groups": ("herders",), "weapons": ("small-arms",)}, "Some forty cattle taken from herders; two herders beaten"),
        ("robbery-R9", "D03 12:05", "CR", "D03 09:50", pen.on_road("R9", 0.55), {"killed": 0, "injured": 1, "groups": ("traders",), "weapons": ("small-arms",), "damaged": ("vehicle",), "damage_level": "looted"}, "Two trucks of traders robbed on R9 by six men on motorcycles"),
        ("clash-kizove", "D05 18:20", "AC", "D05 14:00", pen.beside("Kizove", 2.2, 1.4, 700), {"killed": 3, "killed_civilians": 0, "injured": 4, "displaced": 60, "weapons": ("small-arms",)}, "Ridge Front and Ashband shot at each other north of Kizove for an hour"),
        ("fire-market", "D06 21:40", "AD", "D06 20:10", pen.beside("Foskove", 0.2, -0.2, 60), {"killed": 0, "injured": 3, "damaged": ("market",), "damage_level": "heavy"}, "Fire in the market of Foskove after a lamp fell; eleven stalls lost"),
        ("demo-telbisk", "D07 15:30", "DM", "D07 11:00", pen.beside("Telbisk", 0.4, 0.3, 150), {"killed": 0, "injured": 0, "groups": ("traders",)}, "Some 300 traders marched against checkpoint taxes; peaceful"),
        ("school-open", "D08 12:15", "PO", "D08 09:00", pen.beside("Zuskarn", 0.1, 0.1, 80), {"groups": ("children",)}, "School at Zuskarn opened again after two years"),
        ("truck-ford", "D09 13:50", "AD", "D09 11:30", pen.on_road("T36", 0.5), {"killed": 1, "injured": 5, "groups": ("civilians",), "damaged": ("vehicle",), "damage_level": "destroyed"}, "Truck with passengers overturned on T36; one dead, five hurt"),
        ("kidnap-girmola", "D10 19:10", "VC", "D10 17:00", pen.beside("Zirnola", 1.5, -2.0, 500), {"killed": 0, "abducted": 2, "groups": ("traders",), "weapons": ("small-arms",)}, "Two gold traders taken near Zirnola; ransom asked by phone"),
        ("talks", "D11 17:00", "PO", "D11 10:00", pen.beside("Luldola", 0.1, 0.0, 100), {"groups": ("herders", "farmers")}, "Herders and farmers agreed on corridors for the dry season"),
        ("looting-fendune", "D13 11:40", "CR", "D13 03:00", pen.beside("Fendune", 0.5, 0.2, 200), {"killed": 0, "injured": 0, "damaged": ("warehouse",), "damage_level": "looted"}, "Seed store at Fendune emptied at night"),
        ("house-burned", "D14 09:20", "VC", "D14 02:30", pen.beside("Surdune", 1.1, -0.8, 300), {"killed": 1, "killed_civilians": 1, "injured": 1, "displaced": 14, "groups": ("farmers",), "weapons": ("small-arms", "fire"), "damaged": ("homes",), "damage_level": "destroyed"}, "Two farms south of Surdune burned at night, a farmer shot"),
    )  # fmt: skip
    for key, at, type_, occurred, where, more, summary in rows:
        first = pen.say(
            key,
            at,
            "kestrel",
            "incident",
            "mission",
            type=type_,
            state="reported",
            occurred=occurred,
            where=where,
            source="sector",
            basis="told-first-hand",
            grade="B3",
            summary=summary,
            **more,
        )
        actors = {
            "clash-kizove": [
                actor("party", "armed-group-signatory", FRONT),
                actor("party", "armed-group", ASHBAND),
            ],
            "robbery-R9": [actor("alleged-perpetrator", "criminal-group")],
            "cattle-zulbarn": [actor("alleged-perpetrator", "armed-group", ASHBAND)],
            "kidnap-girmola": [actor("alleged-perpetrator", "criminal-group")],
            "house-burned": [actor("alleged-perpetrator", "armed-group", ASHBAND)],
        }.get(key, [])
        pen.amend(
            f"{key}-verified",
            f"{at[:4]}{min(23, int(at[4:6]) + 3):02}:55",
            "kestrel",
            first,
            state="verified",
            basis="seen",
            source="patrol",
            grade="A1" if type_ == "PO" else "B2",
            tlp="CLEAR" if type_ == "PO" else "GREEN",
            **_actors(actors),
        )


def _actors(actors: list[dict[str, str]]) -> dict[str, Any]:
    """The field, where anybody is known."""
    return {"actors": actors} if actors else {}


def _of_the_army(pen: Pen) -> None:
    """Host-state forces alleged: in command, and nobody's business by itself."""
    rows = (
        ("army-tax", "D04 17:30", "CR", "D04 08:00", pen.beside("Forkune", 2.67, 0.44, 60), (), 0, 0, "Soldiers at the checkpoint on R16 took a third of each load from traders"),
        ("army-beating", "D08 20:15", "VC", "D08 16:30", pen.beside("Darvove", 2.2, -1.3, 80), ("men",), 0, 3, "Three young men beaten at the checkpoint on R2; one has a broken arm"),
        ("army-search", "D13 18:40", "VC", "D13 05:30", pen.beside("Dunsove", 0.2, 0.1, 250), ("residents",), 0, 2, "House search at Dunsove: two men beaten, six taken along and let go at noon"),
    )  # fmt: skip
    for key, at, type_, occurred, where, groups, killed, injured, summary in rows:
        pen.say(
            key,
            at,
            "kestrel",
            "incident",
            "command",
            type=type_,
            state="under-verification",
            actors=[actor("alleged-perpetrator", "host-state-forces", ARMY)],
            groups=groups,
            killed=killed,
            injured=injured,
            occurred=occurred,
            where=where,
            basis="told-first-hand",
            source="liaison assistant",
            grade="C2",
            classification="confidential",
            tlp="AMBER",
            summary=summary,
        )


def _alerts(pen: Pen) -> None:
    rows = (
        ("a1", "D03 06:10", "wren", "possible", "Dunsove", 0.0, 0.0, "ALDER-2", "hotline", "B", 120, ("farmers",), "", "", "monitor", "Strangers counted houses at the edge of Dunsove"),
        ("a2", "D04 20:30", "finch", "imminent", "Forkune", 1.2, 0.4, "RUSH-9", "visit", "C", 60, ("traders",), "criminal-group", "", "respond-force", "Men wait on R16 for the traders who leave before dawn"),
        ("a3", "D07 05:20", "wren", "past", "Surdune", 0.4, 0.2, "SEDGE-4", "runner", "B", 40, ("farmers",), "armed-group", ASHBAND, "no-action", "Armed men took food at night and left to the south"),
        ("a4", "D09 22:05", "finch", "possible", "Sivune", 0.1, 0.0, "FERN-1", "sms", "D", 200, ("displaced",), "", "", "respond-police", "Quarrel over tents; the brothers of one family have sticks and call others"),
        ("a5", "D12 04:45", "wren", "possible", "Hemdola", 0.3, 0.3, "SEDGE-4", "hotline", "B", 280, ("residents", "women"), "armed-group", ASHBAND, "monitor", "Men of Ashband asked when the next market at Hemdola is"),
        ("a6", "D13 07:30", "finch", "possible", "Dunsove", 0.0, 0.2, "RUSH-9", "visit", "C", 90, ("men",), "host-state-forces", "2nd River Battalion", "monitor", "Young men hide in the fields: they fear that the army comes again"),
    )  # fmt: skip
    for (
        key,
        at,
        by,
        threat,
        place,
        east,
        north,
        source,
        channel,
        grade,
        many,
        groups,
        class_,
        who,
        decision,
        words,
    ) in rows:
        told: dict[str, Any] = {}
        if class_:
            told["alleged_class"] = class_
        if who:
            told["alleged_actor"] = who
        alert = pen.say(
            f"alert-{key}",
            at,
            by,
            "alert",
            "command",
            threat=threat,
            state="logged",
            affected=f"people of {place}",
            groups=groups,
            threatened=many,
            help_asked=("presence",),
            verification="not-yet",
            occurred=at,
            where=pen.beside(place, east, north, 500),
            grade=f"{grade}3",
            basis="told-first-hand",
            classification="confidential",
            tlp="AMBER",
            summary=words,
            **told,
        )
        pen.say(
            f"source-{key}",
            at,
            by,
            "source",
            "sources",
            pseudonym=source,
            channel=channel,
            call_back=channel != "visit",
            safe_hours="after dark",
            reliability=grade,
            consent="May be used for a patrol. Not for the government, not on paper.",
            links=(("source-of", alert),),
            classification="strictly-confidential",
            tlp="RED",
            summary=f"{source} by {channel}",
        )
        reason: dict[str, Any] = (
            {"decision_reason": "outside-reach"} if decision == "no-action" else {}
        )
        pen.amend(
            f"alert-{key}-decided",
            f"{at[:4]}{min(23, int(at[4:6]) + 1):02}:{at[7:]}",
            "kestrel",
            alert,
            state="decided",
            decision=decision,
            decided_by="JOC duty officer",
            **reason,
        )


def _hazards(pen: Pen) -> None:
    rows: tuple[tuple[str, str, str, str, Place, dict[str, Any], str], ...] = (
        ("bridge-R19", "D01 15:00", "road", "D01 12:00", pen.on_road("R19", 0.08), {"priority": "indirect", "threatens": ("bridge", "road"), "protection": ("marked",)}, "Bridge of R19 over the Balvava: two beams cracked, 12 t at most"),
        ("uxo-dunsove", "D05 11:20", "unexploded-ordnance", "D05 09:40", pen.beside("Dunsove", -0.7, 0.5, 30), {"priority": "immediate", "number": 2, "radius_m": 100, "threatens": ("people", "fields"), "protection": ("marked", "warned")}, "Two mortar bombs in a field at Dunsove"),
        ("mine-T32", "D06 13:00", "suspected-area", "D06 12:00", pen.on_road("T32", 0.5, 60), {"priority": "immediate", "radius_m": 250, "area_m2": 40_000, "threatens": ("road", "people"), "protection": ("warned",)}, "Verges of T32 suspected of mines: a goat was killed"),
        ("flood-T33", "D10 10:30", "flood", "D10 08:00", pen.beside("Hemdola", -0.23, -0.18, 40), {"priority": "indirect", "threatens": ("road",), "protection": ("warned",)}, "Ford of T33 below Hemdola 90 cm deep after rain; falling"),
        ("flood-meadow", "D12 16:00", "flood", "D12 14:00", pen.beside("Zushove", 1.22, -1.0, 80), {"priority": "minor", "threatens": ("displacement-site",), "protection": ("none",)}, "Amber River at the lower tents of the meadow site"),
    )  # fmt: skip
    for key, at, type_, occurred, where, more, summary in rows:
        pen.say(
            f"hazard-{key}",
            at,
            "tern",
            "hazard",
            "mission",
            type=type_,
            state="reported",
            occurred=occurred,
            where=where,
            basis="seen",
            source="mine action cell" if type_ != "flood" else "engineers",
            summary=summary,
            **more,
        )
    pen.amend(
        "hazard-uxo-cleared",
        "D09 15:45",
        "tern",
        "hazard-uxo-dunsove",
        state="cleared",
        occurred="D09 14:30",
        summary="Two mortar bombs at Dunsove destroyed",
    )
    pen.amend(
        "hazard-mine-surveyed",
        "D12 11:10",
        "tern",
        "hazard-mine-T32",
        state="surveyed-suspected",
        occurred="D12 09:00",
        protection=("marked", "warned"),
        summary="Verges of T32: surveyed and marked, not confirmed; keep to the track",
    )


def _rumours(pen: Pen) -> None:
    rows = (
        ("rumour-helicopter", "D05 18:00", "D05", "Bilkove", "refuted", "Radio Foskove: a helicopter of the mission brought rifles to the Ridge Front"),
        ("rumour-tax", "D09 12:00", "D08", "Telbisk", "partly-verified", "Traders: the mission takes a share of the checkpoint taxes"),
        ("rumour-salt", "D12 09:30", "D11", "Hemdola", "unverified", "The salt that is given out makes women barren"),
    )  # fmt: skip
    for key, at, occurred, place, state, words in rows:
        pen.say(
            key,
            at,
            "linnet",
            "incident",
            "mission",
            type="IN",
            state=state if state != "partly-verified" else "under-verification",
            occurred=occurred,
            where=pen.beside(place, 0, 0, 3_000),
            basis="media" if "Radio" in words else "told-second-hand",
            source="market and radio",
            grade="F5",
            further_risk="Harm to staff where the rumour is believed",
            summary=f"Rumour. {words}",
        )


def _police_medical_protected(pen: Pen) -> None:
    pen.say(
        "police-gang",
        "D06 16:20",
        "plover",
        "incident",
        "police",
        type="CR",
        state="under-verification",
        occurred="D03 09:50",
        where=pen.on_road("R9", 0.55, 2_000),
        basis="inferred",
        grade="B2",
        classification="confidential",
        tlp="AMBER",
        summary="The robbers of R9 sell fuel at Dirdove; same motorcycles as in two older cases",
    )
    pen.say(
        "police-ransom",
        "D12 18:30",
        "plover",
        "incident",
        "police",
        type="CR",
        state="under-verification",
        occurred="D12 15:00",
        where=pen.beside("Girmola", 0.5, -1.9, 500),
        basis="told-first-hand",
        grade="B3",
        classification="confidential",
        tlp="AMBER",
        summary="Ransom for the two traders to be left at the border post on the sixteenth day",
    )
    first = pen.say(
        "casevac-truck",
        "D09 12:05",
        "egret",
        "casevac",
        "medical",
        state="requested",
        security="no-threat",
        patients_urgent=1,
        patients_priority=2,
        patients_litter=2,
        patients_walking=1,
        patient_status=("civilian",),
        mechanism=("road",),
        obstacles=("trees",),
        injured_at="D09 11:30",
        first_aid_at="D09 11:45",
        requested_at="D09 11:58",
        means="ambulance",
        occurred="D09 11:30",
        where=pen.on_road("T36", 0.5),
        call_sign="H-A-17",
        classification="confidential",
        tlp="AMBER",
        summary="Three hurt after the truck accident on T36",
    )
    pen.amend(
        "casevac-truck-closed",
        "D09 15:10",
        "egret",
        first,
        state="closed",
        acknowledged_at="D09 12:04",
        launch_decided_at="D09 12:10",
        on_site_at="D09 12:41",
        off_site_at="D09 12:55",
        at_facility_at="D09 14:05",
        facility="Zushove Hospital",
    )
    pen.say(
        "casevac-fever",
        "D11 03:20",
        "egret",
        "casevac",
        "medical",
        state="closed",
        security="no-threat",
        patients_priority=1,
        patients_litter=1,
        patient_status=("un-military",),
        mechanism=("illness",),
        injured_at="D11 02:30",
        requested_at="D11 02:50",
        acknowledged_at="D11 02:55",
        launch_decided_at="D11 03:05",
        on_site_at="D11 05:50",
        at_facility_at="D11 07:05",
        means="ambulance",
        contributor=HALDMARK,
        occurred="D11 02:30",
        where=pen.beside("Girmola", -1.2, -0.6),
        facility="Sector East level 2 hospital",
        classification="confidential",
        tlp="AMBER",
        summary="High fever, one soldier",
    )
    for number, (at, type_, to, urgency) in enumerate(
        (
            ("D07 14:00", "child", "child-protection", "routine"),
            ("D13 20:10", "human-rights", "human-rights", "day"),
        ),
        1,
    ):
        pen.say(
            f"referral-{number}",
            at,
            "dove",
            "referral",
            "protected",
            type=type_,
            handed_to=to,
            state="handed-over",
            urgency=urgency,
            handed_over=at,
            classification="strictly-confidential",
            tlp="RED",
        )


def _analysis(pen: Pen) -> None:
    pen.say(
        "assessment-east",
        "D08 17:00",
        "shrike",
        "assessment",
        "analysis",
        type="pattern",
        state="issued",
        judgement=(
            "Ashband moves its camps from the hills to the spring villages between Surdune and "
            "Hemdola, because the gold streams are dry. It will take food and may test markets."
        ),
        likelihood="likely",
        confidence="moderate",
        trend="worse",
        horizon="week",
        valid_until="D15",
        rests_on="Two alerts, one patrol report, prices of millet. Against it: no camp was seen.",
        gaps="Who leads the southern part of the group.",
        occurred="D08",
        where=pen.commune("Movune"),
        grade="B2",
        classification="confidential",
        tlp="AMBER",
        summary="Ashband comes closer to the villages west of Movune",
    )
    pen.say(
        "assessment-market",
        "D14 16:30",
        "shrike",
        "assessment",
        "analysis",
        type="threat",
        state="reviewed",
        judgement="An attack on the market day at Hemdola, on the fifteenth day, is about even.",
        likelihood="even",
        confidence="low",
        trend="worse",
        horizon="day",
        valid_until="D16",
        rests_on="Alerts of the twelfth day; farms burned near Surdune. Both may be one source.",
        gaps="Nothing is known from the women of Hemdola themselves.",
        occurred="D14",
        where=pen.commune("Hemdola"),
        grade="C3",
        classification="confidential",
        tlp="AMBER",
        summary="Hemdola market at risk tomorrow",
    )


def _government(pen: Pen) -> None:
    for number, (at, words) in enumerate(
        (
            ("D02 12:00", "Flights need 24 hours' notice from today on"),
            ("D07 17:30", "The government asks for the names of those who led the traders' march"),
            ("D12 13:00", "The 2nd River Battalion will move by R16 and R18 on the fourteenth day"),
        ),
        1,
    ):
        pen.say(
            f"government-{number}",
            at,
            "martin",
            "note",
            "host-state",
            type="request" if number == 2 else "other",
            occurred=at,
            summary=words,
        )
