"""Code lists that several kinds share. Codes are never reused; retired ones stay readable."""

from __future__ import annotations

from eirene.reports.kinds import Codes

CLUSTER = Codes(
    "sector",
    {
        "camp-coordination": "Camp coordination and camp management",
        "child-protection": "Child protection",
        "coordination": "Coordination",
        "early-recovery": "Early recovery and livelihoods",
        "education": "Education",
        "emergency-telecommunications": "Emergency telecommunications",
        "food-security": "Food security",
        "gender-based-violence": "Gender-based violence",
        "health": "Health",
        "housing-land-property": "Housing, land and property",
        "logistics": "Logistics",
        "mine-action": "Mine action",
        "multi-sector": "Several sectors",
        "nutrition": "Nutrition",
        "protection": "Protection",
        "refugees": "Refugee response",
        "shelter": "Shelter and household items",
        "water-sanitation": "Water, sanitation and hygiene",
        "other": "Other",
    },
)
"""Humanitarian coordination groups (OCHA)."""

RELIABILITY = Codes(
    "reliability",
    {
        "A": "Completely reliable",
        "B": "Usually reliable",
        "C": "Fairly reliable",
        "D": "Not usually reliable",
        "E": "Unreliable",
        "F": "Cannot be judged",
    },
)
"""History of a source; F is not known, neither bad nor average."""
