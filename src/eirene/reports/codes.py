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

HELP = Codes(
    "help-asked",
    {
        "presence": "Presence",
        "evacuation": "Evacuation",
        "medical": "Medical help",
        "none": "Nothing, warning only",
        "other": "Other",
    },
)
"""What people who are in danger ask for."""

AIM = Codes(
    "patrol-aim",
    {
        "presence": "Presence",
        "protection": "Protection of civilians",
        "observation": "Observation",
        "verification": "Verification",
        "engagement": "Meeting people",
        "escort": "Escort",
        "area-security": "Area security",
        "route-check": "Check of a route",
        "resupply": "Supply",
        "response": "Response to an alert",
        "other": "Other",
    },
)
"""What a patrol or another own movement is for."""

POPULATION = Codes(
    "population-group",
    {
        "civilians": "Civilians, not told apart",
        "residents": "Residents",
        "displaced": "Displaced people",
        "returnees": "Returnees",
        "refugees": "Refugees and asylum seekers",
        "women": "Women",
        "men": "Men",
        "children": "Children",
        "older-people": "Older people",
        "people-with-disabilities": "People with disabilities",
        "herders": "Herders",
        "farmers": "Farmers",
        "traders": "Traders",
        "miners": "Miners",
        "minority": "Ethnic or religious minority",
        "community-leaders": "Community or religious leaders",
        "local-authorities": "Local authorities",
        "aid-workers": "Aid workers",
        "health-workers": "Health workers",
        "teachers": "Teachers",
        "journalists": "Journalists",
        "rights-defenders": "Rights defenders",
        "detained": "Detained people",
        "un-personnel": "UN personnel",
        "security-forces": "Security forces",
        "fighters": "Fighters",
        "other": "Other",
    },
)
"""Groups of people as groups; a version shows these where it cannot show the words."""

WEAPON = Codes(
    "weapon",
    {
        "none": "None",
        "small-arms": "Small arms",
        "blade": "Blades",
        "blunt": "Sticks, stones and the like",
        "grenade": "Hand grenade",
        "rocket": "Rocket or rocket-propelled grenade",
        "indirect-fire": "Mortar or artillery",
        "heavy": "Heavy machine gun or cannon",
        "armoured-vehicle": "Armoured vehicle",
        "mine": "Mine",
        "improvised-device": "Improvised explosive device",
        "air-strike": "Air strike",
        "drone": "Unmanned aircraft",
        "fire": "Fire",
        "vehicle": "Vehicle",
        "less-lethal": "Tear gas, rubber bullets, batons",
        "chemical": "Chemical agent",
        "jamming": "Jamming or deception of signals",
        "other": "Other",
        "unknown": "Not known",
    },
)
"""Weapons and other means, as classes."""

DAMAGED = Codes(
    "damaged-object",
    {
        "homes": "Homes",
        "school": "School",
        "health-facility": "Health facility",
        "water-point": "Water point",
        "market": "Market or shop",
        "place-of-worship": "Place of worship",
        "heritage": "Cultural heritage",
        "displacement-site": "Displacement site",
        "warehouse": "Warehouse or stock",
        "office": "Office",
        "un-premises": "UN premises",
        "bridge": "Bridge or ford",
        "road": "Road",
        "airfield": "Airfield",
        "vehicle": "Vehicle",
        "boat": "Boat",
        "aircraft": "Aircraft",
        "crops": "Crops, fields and stores",
        "livestock": "Livestock",
        "power": "Power or communications",
        "other": "Other",
    },
)
"""What is damaged, as types of objects."""

DAMAGE_LEVEL = Codes(
    "damage-level",
    {
        "none": "None",
        "light": "Light, can be used",
        "heavy": "Heavy, cannot be used",
        "destroyed": "Destroyed",
        "looted": "Looted",
        "unknown": "Not known",
    },
)
"""How badly something is damaged; the worst counts."""

WORK = Codes(
    "aid-work",
    {
        "distribution": "Distribution of goods",
        "cash": "Cash or vouchers",
        "medical-care": "Medical care",
        "mobile-clinic": "Mobile clinic",
        "vaccination": "Vaccination",
        "nutrition-care": "Nutrition care",
        "water-supply": "Water supply",
        "sanitation": "Sanitation and hygiene",
        "teaching": "Teaching",
        "safe-spaces": "Safe spaces",
        "psychosocial": "Psychosocial support",
        "legal-aid": "Legal aid and documents",
        "registration": "Registration",
        "site-management": "Site management",
        "construction": "Construction and repair",
        "livelihoods": "Livelihoods and agriculture",
        "clearance": "Clearance and risk education",
        "transport": "Transport and storage",
        "monitoring": "Monitoring and assessment",
        "training": "Training",
        "coordination": "Coordination",
        "other": "Other",
    },
)
"""What an organisation does, as classes; not every detail of a project."""
