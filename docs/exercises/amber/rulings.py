"""What the cast decided about releases. What nobody decided waits for whoever plays."""

from __future__ import annotations

from pen import Pen

_PARTIES = ("party-kelmory-army", "party-ridge-front")


def tell(pen: Pen) -> None:
    """All of it."""
    _own_operations(pen)
    _incidents(pen)
    _alerts(pen)
    _the_army(pen)
    _analysis_and_medical(pen)
    _notifications(pen)
    _organisations(pen)
    _bad_day(pen)


def _own_operations(pen: Pen) -> None:
    """The release officer says no to what is routine, once a day."""
    no = "Own operations; nobody outside needs them"
    for key, at in pen.said("unit-", "patrol-", "convoy-", "flight-"):
        if key.startswith("patrol-") and not key.endswith("-back"):
            continue
        if at >= "D15":
            continue
        if key == "convoy-2-there":
            pen.rule(f"{at[:3]} 20:30", "swift", "approve", key, "host-state")
            pen.rule(f"{at[:3]} 20:30", "swift", "refuse", key, "humanitarian", reason=no)
        elif not (key.startswith("convoy-") and not key.endswith("-there")):
            pen.rule(
                f"{at[:3]} 20:30", "swift", "refuse", key, "humanitarian", "host-state", reason=no
            )


def _incidents(pen: Pen) -> None:
    told = {"cattle-zulbarn", "robbery-R9", "truck-ford", "demo-telbisk", "fire-market", "talks"}
    public = {"school-open": "School at Zuskarn opened again after two years"}
    public["talks"] = "Herders and farmers agreed on corridors for the dry season"
    for key, at in pen.said():
        if not key.endswith("-verified"):
            continue
        of = key.removesuffix("-verified")
        evening = f"{at[:3]} 21:30" if at[4:] < "21:30" else f"{at[:3]} 23:58"
        pen.rule(evening, "swift", "approve" if of in told else "refuse", key, "host-state")
        if of in public:
            pen.rule(evening, "swift", "edit", key, "public", text=public[of])


def _alerts(pen: Pen) -> None:
    for key in ("a1", "a2", "a3", "a4", "a5"):
        day = next(at[:3] for name, at in pen.said("alert-") if name == f"alert-{key}-decided")
        pen.rule(f"{day} 23:30", "swift", "refuse", f"alert-{key}-decided", "host-state")
        act = "approve" if key in ("a1", "a5") else "refuse"
        pen.rule(f"{day} 23:30", "kestrel", act, f"alert-{key}-decided", "humanitarian")


def _the_army(pen: Pen) -> None:
    """Host forces alleged: the police may know, the state is told of one case, by two people."""
    pen.rule("D04 18:10", "kestrel", "approve", "army-tax", "police", "mission")
    pen.rule("D04 18:20", "swift", "refuse", "army-tax", "host-state")
    pen.rule("D08 20:40", "kestrel", "approve", "army-beating", "police", "mission")
    pen.rule(
        "D08 21:00",
        "swift",
        "approve",
        "army-beating",
        "host-state",
        reason="Raised with the army's liaison cell; the Head of Mission has to agree",
    )
    pen.rule("D13 19:10", "kestrel", "approve", "army-search", "police")
    pen.rule("D13 19:30", "swift", "refuse", "army-search", "host-state")
    pen.rule("D13 19:40", "kestrel", "approve", "alert-a6-decided", "police")
    pen.rule("D13 19:40", "swift", "refuse", "alert-a6-decided", "host-state")


def _analysis_and_medical(pen: Pen) -> None:
    pen.rule("D08 17:20", "shrike", "approve", "assessment-east", "command", "mission")
    pen.rule("D14 16:40", "shrike", "approve", "assessment-market", "command")
    pen.rule("D09 15:30", "egret", "refuse", "casevac-truck-closed", "host-state")
    pen.rule("D11 07:30", "egret", "refuse", "casevac-fever", "host-state")


def _notifications(pen: Pen) -> None:
    """The desk transmits what it has checked."""
    for key, at in pen.said("tx-"):
        if at < "D15" or key.startswith("tx-N-0021"):
            pen.rule(f"{at[:4]}{int(at[4:6]) + 1:02}:30", "sparrow", "approve", key, *_PARTIES)


def _organisations(pen: Pen) -> None:
    """An organisation's own act: it ticks who may have its report."""
    pen.rule("D06 17:20", "lark", "approve", "lantern-tax", "partners", "command")
    pen.rule("D02 12:00", "lark", "approve", "work-1", "public")


def _bad_day(pen: Pen) -> None:
    pen.rule(
        "D15 02:38",
        "owl",
        "approve",
        "warning-decided",
        "humanitarian",
        "partners",
        reason="The clinic at Bintune must know before dawn",
    )
    pen.rule("D15 02:55", "reedling", "approve", "weavers-warning", "command", "humanitarian")
    pen.rule("D15 05:50", "lark", "approve", "clinic-wounded", "humanitarian", "command")
    pen.rule("D15 06:10", "lark", "approve", "clinic-wounded", "partners")
    pen.rule("D15 07:00", "egret", "approve", "casevac-hemdola", "host-state")
    pen.rule("D15 09:25", "kestrel", "approve", "clinic-army-joc", "police")
