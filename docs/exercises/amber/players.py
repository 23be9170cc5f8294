"""The cast of AMBER RIVER: pseudonyms, each with a role and an organisation. All invented."""

from __future__ import annotations

from typing import NamedTuple


class Player(NamedTuple):
    """Somebody who reports."""

    account: str
    role: str
    organisation: str
    title: str


CAST = (
    Player("kestrel", "joc-duty-officer", "mission", "JOC, day watch"),
    Player("owl", "joc-duty-officer", "mission", "JOC, night watch"),
    Player("heron", "sector-operations-officer", "mission", "Sector East operations"),
    Player("ibis", "sector-operations-officer", "mission", "Sector North operations"),
    Player("stork", "sector-operations-officer", "mission", "Movune operating base"),
    Player("wren", "community-liaison-assistant", "mission", "Liaison assistant, Movune"),
    Player("finch", "community-liaison-assistant", "mission", "Liaison assistant, Forkune"),
    Player("crane", "liaison-cell-chief", "mission", "Chief of the liaison cell"),
    Player("linnet", "cimic-officer", "mission", "CIMIC, Sector East"),
    Player("shrike", "analyst", "mission", "JMAC analyst"),
    Player("plover", "police-officer", "mission", "UN police, Zushove"),
    Player("egret", "medical-officer", "mission", "Chief medical officer's watch"),
    Player("dove", "protection-specialist", "mission", "Protection section"),
    Player("tern", "mine-action-officer", "mission", "Mine action cell"),
    Player("swift", "release-officer", "mission", "Release officer"),
    Player("martin", "host-state-liaison-officer", "kelmory-government", "Government liaison"),
    Player("sparrow", "cmcoord-officer", "coordination-office", "Humanitarian notification desk"),
    Player("lark", "ngo-focal-point", "lantern", "Lantern Medical, focal point"),
    Player("thrush", "ngo-focal-point", "clearwell", "Clearwell, focal point"),
    Player("robin", "ngo-focal-point", "harbour-aid", "Harbour Aid, focal point"),
    Player("pipit", "ngo-focal-point", "river-schools", "River Schools Network, focal point"),
    Player("reedling", "civil-society-member", "weavers", "Weavers' Circle of Hemdola"),
    Player("rook", "party-focal-point", "ridge-front", "Ridge Front, contact for notifications"),
    Player("jackdaw", "party-focal-point", "kelmory-army", "Kelmory Army, liaison cell"),
)
"""No two people: nobody of this list exists, and nobody can sign in as one of them."""

HALDMARK, BRENNIA, CORVALE = "haldmark", "brennia", "corvale"
"""States that contribute to the mission; invented."""

ARMY, FRONT, ASHBAND = "2nd River Battalion, Kelmory Army", "Ridge Front", "Ashband"
"""Who is armed: the state, a group that signed, a group that did not. Invented."""


class Organisation(NamedTuple):
    """An organisation, and the form of the compartment that is its own."""

    code: str
    form: str
    title: str


ORGANISATIONS = (
    Organisation("lantern", "org", "Lantern Medical"),
    Organisation("clearwell", "org", "Clearwell"),
    Organisation("harbour-aid", "org", "Harbour Aid"),
    Organisation("river-schools", "org", "River Schools Network"),
    Organisation("weavers", "org", "Weavers' Circle of Hemdola"),
    Organisation("kelmory-army", "party", "Kelmory Army"),
    Organisation("ridge-front", "party", "Ridge Front"),
    Organisation(HALDMARK, "capital", "Haldmark"),
    Organisation(BRENNIA, "capital", "Brennia"),
    Organisation(CORVALE, "capital", "Corvale"),
    Organisation("kelmory-government", "", "Government of Kelmory"),
    Organisation("coordination-office", "", "Humanitarian coordination office"),
)


def actor(role: str, class_: str, name: str = "") -> dict[str, str]:
    """One side of an incident, as a report has it."""
    return {"role": role, "actor_class": class_} | ({"name": name} if name else {})
