"""Makes the dictionary by which bodies are compressed, once; it is for ever.

Run by hand: ``python tests/vectors/make_dictionary.py NUMBER`` writes dictionary
NUMBER into the package. A file that is there is never written again: entries
that were sealed with it must open for ever.

It is trained on reports that nobody filed: every kind with its fields and codes,
what the ready mappings write, and the plain words in which incidents are told, in
English and French. No real report went into it, so that it tells nothing of any.
Dictionary 1 was made of the kinds of its day; with those that came since it would
be another one, and no better.
"""

from __future__ import annotations

import random
import sys
import tomllib
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import zstandard

from eirene.places import METHODS, Place
from eirene.reports import markings
from eirene.reports.envelope import Attachment, Body, Link, encode_body
from eirene.reports.kinds import Field, Kind, fields_of, kinds
from eirene.times import Span

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src/eirene/reports"
MAPPINGS = ROOT / "src/eirene/imports/mappings"
SIZE = 16_384
SAMPLES = 6_000
T0 = datetime(2026, 11, 25, tzinfo=UTC)

SENTENCES = """
Armed men attacked the village and looted houses and shops before they left towards {place}.
The market was attacked in the early morning; people fled into the bush.
Unidentified gunmen opened fire on a vehicle on the road between {place} and {place}.
Clashes between {group} and {group} were reported near {place}; at least {n} people were killed.
{group} fighters are reported to have burned {n} houses in the village of {place}.
Heavy fighting broke out between government forces and rebels in the town of {place}.
At least {n} civilians were killed and {n} injured, according to local authorities.
Local officials said that {n} people were killed and several others wounded in the attack.
Residents report shooting during the night; no casualties are known.
A patrol found {n} bodies beside the road {n} km north of {place}.
The patrol returned to its base without incident.
Women and children were among the dead, the United Nations said.
{n} families arrived at the displacement site and need shelter, food, water and medicine.
Humanitarian workers could not pass the checkpoint at {place}; the convoy turned back.
The road is blocked by a fallen bridge; trucks cannot pass until it is repaired.
An explosive device went off under a vehicle of the convoy, {n} km south-west of {place}.
Unexploded shell beside the school; the area was marked, children are near.
The health post is open but lacks medicine; the nurse asks for help.
Demonstration in front of the prefecture, about {n} people, peaceful, ended before dark.
{n} people were abducted by {group} and taken in the direction of the border.
Cattle were stolen from herders, and {n} herders were killed in reprisal by a militia.
The community leader asks for the presence of peacekeepers, as people fear an attack tonight.
The human rights division is investigating the reports of violence against civilians.
Source: a witness who spoke by telephone; not confirmed by others so far.
Information was received at second hand and is under verification.
Mission troops secured the area, and a medical evacuation by helicopter was asked for.
Government of the Republic: army, police and gendarmerie, ministry of defence.
Report of the Panel of Experts, Human Rights Watch, Amnesty International, Radio.
Reuters News, Agence France Presse, Associated Press, BBC Monitoring Africa, Xinhua News Agency.
Rebels kill {n} in attack on {place}; soldiers, police and peacekeepers among the dead.
The armed group withdrew; a ceasefire was agreed between the parties, and holds so far.
Citing reports from a local official, a military spokesman, residents and witnesses.
Des hommes armés ont attaqué le village et pillé les maisons avant de partir vers {place}.
Affrontements entre {group} et {group} près de {place} ; au moins {n} personnes ont été tuées.
La population a fui dans la brousse et demande une présence de la force dans la zone.
Un véhicule a été attaqué sur l'axe {place} - {place} par des éléments armés non identifiés.
Environ {n} personnes déplacées sont arrivées sur le site ; besoins en vivres, eau et abris.
La route est coupée, le pont est détruit, les camions ne peuvent pas passer.
Les autorités locales ont confirmé l'incident ; aucune victime n'est à déplorer.
""".strip().splitlines()
LINES = """
{place}: violence against civilians, allegedly by {group}
{place}: armed clash, {group} and {group}
{place} town: armed clash, {group} and {group}
{place} village: violence against civilians, allegedly by {group}
Attack on {place}, {n} people killed
Armed men seen on the road near {place}
Displaced families at {place} need water
Patrol from {place} to {place}
Bridge at {place} cannot be used
Health post in {place}, open
Attaque contre le village de {place}, {n} morts
""".strip().splitlines()
PLACES = """
{name}|{name} town|{name} village|{name} city|village of {name}|town of {name}|{name} area
{name} ({n} km north of {name})|{name} ({n} km west of {name})|{name} ({n} km south east of {name})
{n} km from {name}|near {name} village|{name} prefecture|{name} district|border with {name}|{name} road
""".strip().replace("\n", "|").split("|")  # fmt: skip
SYLLABLES = "ba bi bo bou da di do ga go gui ka ki ko kou la li ma mo n'd na ngo ra sa so ta to wa za".split()
GROUPS = (
    "Civilians|Government of {name}|armed group|{name} militia|self-defence group|rebels of {name}|"
    "unknown armed men|United Nations mission|{name} faction|Front of {name}|Union for Peace"
).split("|")
ACCOUNTS = (
    "import joc-duty-officer patrol-leader hotline ngo-desk civil-affairs police-desk".split()
)
OWNERS = "mission force police civil replay humanitarian org-01 org-12".split()
COMPARTMENTS = (
    "mission command police civil humanitarian public partners local org-04 org-23".split()
)


class Pen:
    """Writes reports, the same ones each time."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        mappings = [
            tomllib.loads(p.read_text(encoding="utf-8")) for p in sorted(MAPPINGS.glob("*.toml"))
        ]
        self.sources = [m["source"] for m in mappings if m.get("source")]

    def bytes(self, size: int) -> bytes:
        return self.draw.randbytes(size)

    def word(self) -> str:
        return "".join(self.draw.choices(SYLLABLES, k=self.draw.randint(2, 4))).capitalize()

    def number(self) -> int:
        return min(500, int(self.draw.expovariate(0.2)))

    def filled(self, text: str) -> str:
        while "{" in text:
            for slot, value in (
                ("{place}", self.draw.choice(PLACES)),
                ("{group}", self.draw.choice(GROUPS)),
                ("{name}", self.word()),
                ("{n}", str(self.number() + 1)),
            ):
                text = text.replace(slot, value, 1)
        return text

    def story(self) -> str:
        told = [self.filled(s) for s in self.draw.sample(SENTENCES, self.draw.randint(1, 4))]
        if self.draw.random() < 0.5:
            paper = self.draw.choice(SENTENCES[27:29]).split(", ")
            day = T0 - timedelta(days=self.draw.randrange(9_000))
            told.append(
                f'Said by: {told[0][:30]}\nPublished: "{self.draw.choice(paper)},{day:%Y-%m-%d}'
            )
        return self.draw.choice((" ", "\n")).join(told)

    def value(self, field: Field, kind: Kind) -> Any:
        """A value of a field, by its form."""
        codes = field.codes.open_codes() if field.codes else []
        form = field.held.form
        if codes:
            chosen = self.draw.choice(codes)
            return (chosen,) if form in ("many", "list") else chosen
        simple: dict[str, Any] = {
            "longtext": self.story, "text": lambda: self.filled(self.draw.choice(LINES)),
            "count": self.number, "number": lambda: self.draw.choice((0.5, 10, 120.0)),
            "yesno": lambda: self.draw.random() < 0.5, "label": self.word,
            "time": lambda: f"{T0 - timedelta(days=self.number()):%Y-%m-%dT%H:%MZ}",
            "grade": lambda: "B3", "place": lambda: self.filled(self.draw.choice(PLACES)),
        }  # fmt: skip
        if field.name == "actors":
            return self.actors(kind)
        if field.name == "reference":
            return f"{self.draw.randrange(10**6)}"
        return simple[form]() if form in simple else kind.example.get(field.name)

    def actors(self, kind: Kind) -> list[dict[str, str]]:
        """Sides of an incident, with the codes that the kind declares."""
        from eirene.reports.incident import ACTOR_CLASS, ACTOR_ROLE

        roles = self.draw.choice((("party", "party"), ("alleged-perpetrator", "victim")))
        assert all(role in ACTOR_ROLE for role in roles), kind.name
        return [
            {
                "role": role,
                "actor_class": self.draw.choice(ACTOR_CLASS.open_codes()),
                "name": self.filled(self.draw.choice(GROUPS)),
            }
            for role in roles
        ]

    def content(self, kind: Kind) -> bytes:
        fields, chosen = fields_of(kind.content), {}
        for name in kind.content.__struct_fields__:
            field = fields[name]
            usual = name in ("summary", "narrative", "type", "state", "actors", "killed")
            if field.required or usual or self.draw.random() < 0.4:
                value = self.value(field, kind)
                if value is not None:
                    chosen[name] = value
        return msgspec.msgpack.encode(chosen)

    def place(self) -> Place | None:
        name = self.filled(self.draw.choice(PLACES))
        point = self.draw.random() < 0.8
        return Place(
            lon=round(self.draw.uniform(-20, 50), 5) if point else None,
            lat=round(self.draw.uniform(-15, 35), 5) if point else None,
            accuracy_m=self.draw.choice((10.0, 100.0, 1e3, 2e3, 5e3, 25e3)) if point else None,
            method=self.draw.choice(METHODS),
            text=name,
            name=name if self.draw.random() < 0.7 else "",
            pcode=f"{self.draw.choice(('CF', 'CD', 'ML', 'SS'))}{self.draw.randrange(10**4):04}",
            pcode_from=self.draw.choice(("stated", "point")),
        )

    def maybe(self, chance: float, value: Any, otherwise: Any) -> Any:
        return value if self.draw.random() < chance else otherwise

    def span(self) -> Span:
        precision = self.draw.choice(("day", "day", "minute", "hour", "night", "span"))
        start = T0 - timedelta(days=self.draw.randrange(9_000))
        return Span(
            start, start + timedelta(days=1), precision, self.maybe(0.2, f"{start:%d%H%MZ}", "")
        )

    def body(self) -> bytes:
        """One report."""
        draw = self.draw
        weights = [4 if name == "incident" else 1 for name in kinds()]
        kind = draw.choices(list(kinds().values()), weights)[0]
        client_id = uuid.UUID(bytes=self.bytes(16), version=4).bytes
        body = Body(
            id=self.bytes(16),
            client_id=client_id,
            owner=draw.choice(OWNERS),
            compartment=draw.choice(COMPARTMENTS),
            entity=self.bytes(16),
            kind=kind.tag,
            account=draw.choice(ACCOUNTS),
            filed=T0 + timedelta(seconds=draw.randrange(10**8)),
            amends=self.maybe(0.1, (self.bytes(32),), ()),
            source=draw.choice(
                [*self.sources, "patrol 12", "radio", "visit", "hotline", "media", ""]
            ),
            basis=draw.choice([*markings.BASIS.open_codes(), ""]),
            occurred=self.maybe(0.85, self.span(), None),
            observed=self.maybe(0.1, T0, None),
            place=self.maybe(0.9, self.place(), None),
            grade=draw.choice(("", "", "B2", "B3", "C3", "F6", "A1")),
            classification=draw.choice(markings.CLASSIFICATION.open_codes()),
            tlp=draw.choice(markings.TLP.open_codes()),
            purpose=draw.choice([*markings.PURPOSE.open_codes(), ""]),
            links=self.maybe(
                0.1, (Link(draw.choice(markings.LINK_ROLE.open_codes()), self.bytes(32)),), ()
            ),
            language=draw.choice(("en", "en", "fr", "")),
            attachments=self.maybe(
                0.05,
                (Attachment(self.bytes(32), self.bytes(32), "image/jpeg", 48_000, "photo.jpg"),),
                (),
            ),
            content=msgspec.Raw(self.content(kind)),
        )
        return encode_body(body)


def made(number: int) -> bytes:
    """The dictionary of that number; its id in the frames of zstd is the same number."""
    pen = Pen(number)
    samples: list[Any] = [pen.body() for _ in range(SAMPLES)]
    trained = zstandard.train_dictionary(
        SIZE, samples, d=8, k=1024, dict_id=number, level=3, threads=1
    )
    return trained.as_bytes()


if __name__ == "__main__":
    for wanted in sys.argv[1:]:
        file = PACKAGE / f"bodies-{int(wanted)}.zdict"
        if file.exists():
            print(f"{file.name} is there already, and stays")
            continue
        file.write_bytes(made(int(wanted)))
        print(f"{file.name} written")
