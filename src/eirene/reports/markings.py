"""Markings: how harmful (classification), may I pass it on (TLP), who has it (compartment).

Three separate things, never one ladder. ``highest`` gives the marking of a
screen or document that shows several reports.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from eirene.reports.kinds import Codes

CLASSIFICATION = Codes(
    "classification",
    {
        "unclassified": "Unclassified",
        "confidential": "Confidential",
        "strictly-confidential": "Strictly confidential",
    },
)
"""ST/SGB/2007/6. Unclassified is not public."""

TLP = Codes(
    "tlp",
    {
        "CLEAR": "TLP:CLEAR, no limit",
        "GREEN": "TLP:GREEN, the community, not public",
        "AMBER": "TLP:AMBER, own organisation and its clients",
        "AMBER+STRICT": "TLP:AMBER+STRICT, own organisation",
        "RED": "TLP:RED, named recipients only",
    },
)
"""Traffic Light Protocol 2.0: a promise about passing on, not a classification."""

BASIS = Codes(
    "basis",
    {
        "seen": "Seen",
        "heard": "Heard",
        "smelled": "Smelled",
        "sensor": "Sensor",
        "told-first-hand": "Told by somebody who was there",
        "told-second-hand": "Told at second hand",
        "media": "Media",
        "inferred": "Inferred",
    },
)
PURPOSE = Codes(
    "purpose",
    {
        "operations": "Operations",
        "protection": "Protection of civilians",
        "deconfliction": "Deconfliction only: feeds no analysis of the giver",
        "coordination": "Coordination",
        "public-record": "Public record",
    },
)
RELIABILITY = {
    "A": "completely reliable",
    "B": "usually reliable",
    "C": "fairly reliable",
    "D": "not usually reliable",
    "E": "unreliable",
    "F": "cannot be judged",
}
CREDIBILITY = {
    "1": "confirmed by independent sources",
    "2": "probably true",
    "3": "possibly true",
    "4": "doubtful",
    "5": "improbable",
    "6": "cannot be judged",
}
LINK_ROLE = Codes(
    "link-role",
    {
        "about": "Says something about",
        "source-of": "Source of",
        "duplicate-of": "Duplicate of",
        "part-of": "Part of",
        "corroborates": "Corroborates",
        "contradicts": "Contradicts",
        "caused-by": "Caused by",
        "response-to": "Response to",
        "at": "At this site",
        "by": "By this organisation or unit",
    },
)


def not_live(realm: str) -> str:
    """What a marking begins with where nothing is live: ``EXERCISE · ``, ``REPLAY · ``."""
    return f"{realm.upper()} · " if realm not in ("", "live") else ""


class Marking(msgspec.Struct, frozen=True):
    """Marking of a report, or of everything on a page."""

    compartments: tuple[str, ...]
    classification: str = "unclassified"
    tlp: str = "CLEAR"
    realm: str = ""
    """Realm of the node; it is said first where it is not live."""
    stays: bool = False
    """The terms of its source forbid passing it on."""

    def __str__(self) -> str:
        where = " + ".join(self.compartments) or "nothing shown"
        told = f"{where} · {self.classification.upper()} · TLP:{self.tlp}"
        return not_live(self.realm) + told + (" · NOT TO BE PASSED ON" if self.stays else "")


_CLASS_RANK = {code: rank for rank, code in enumerate(CLASSIFICATION.labels)}
_TLP_RANK = {code: rank for rank, code in enumerate(TLP.labels)}


def highest(rows: Iterable[tuple[str, str, str]], realm: str = "") -> Marking:
    """Marking of a whole from (compartment, classification, tlp) of its parts."""
    where: set[str] = set()
    classification, tlp = "unclassified", "CLEAR"
    for compartment, a_class, a_tlp in rows:
        where.add(compartment)
        if _CLASS_RANK[a_class] > _CLASS_RANK[classification]:
            classification = a_class
        if _TLP_RANK[a_tlp] > _TLP_RANK[tlp]:
            tlp = a_tlp
    return Marking(tuple(sorted(where)), classification, tlp, realm)
