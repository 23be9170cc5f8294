"""What goes out comes in again, and the guide tells truly what a format cannot carry."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyogrio
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eirene.imports.deciding import Known, Said
from eirene.imports.faults import UnclearFile
from eirene.imports.run import Plan, plan
from eirene.picture import Query, every
from eirene.products import FORMATS, export, gpkg, xlsx
from eirene.reports.draft import draft_of
from eirene.reports.envelope import Body
from eirene.reports.flat import flat_of, raw_content
from eirene.reports.kinds import kinds
from export_files import an_incident, told
from import_files import NOW
from outlets.layers import texts_of
from picture_world import COMPARTMENTS, HOUR, T0, World, a_reader, picture_of

GUIDE = Path(__file__).resolve().parent.parent / "docs" / "guides" / "what-each-format-carries.md"
EVERYBODY = a_reader(*COMPARTMENTS, "protected", "sources")
SHUT_IN = {"gpkg": 6, "kml": 6, "kmz": 2}
"""Formats that a process of its own reads, and how often it is worth its start."""

WORDS = st.text(
    st.characters(
        codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufffd\ufffe\uffff"
    ),
    max_size=20,
) | st.sampled_from(
    ["=1", "'=1", " x ", "NA", "0101", "9e42", 'a "b", c;d', "two\nlines", "a\r\nb"]
)
COUNTS = st.integers(0, 10**8)
ACTORS = st.fixed_dictionaries(
    {"role": st.sampled_from(["party", "victim"])},
    optional={"name": WORDS, "actor_class": st.sampled_from(["unknown", "armed-group"])},
)
COMMON = {
    "source": WORDS,
    "summary": WORDS,
    "narrative": WORDS,
    "grade": st.sampled_from(["B3", "F6"]),
    "tlp": st.sampled_from(["CLEAR", "AMBER", "RED"]),
    "classification": st.sampled_from(["unclassified", "confidential"]),
    "pcode": st.sampled_from(["CF711", "0101"]),
    "place": st.sampled_from(["Talvek", "0°29'30\"S 0°12'15\"W", "=x", "unknown"]),
    "observed": st.sampled_from(["2025-03-11T08:00Z", "2025-03-11T08:00:01.5Z"]),
}
TIMES = st.sampled_from(
    ["2025-03", "night of 24-25 March 2025", "2025-03-10T14:30:59.123Z", "2025", "101430ZMAR25"]
)
INCIDENTS = st.fixed_dictionaries(
    {"kind": st.just("incident"), "type": st.sampled_from(["AC", "VC"]), "occurred": TIMES},
    optional=COMMON
    | {
        "killed": COUNTS,
        "killed_best": COUNTS,
        "media_interest": st.booleans(),
        "also": st.lists(st.sampled_from(["EX", "CR", "HU"]), unique=True),
        "actors": st.lists(ACTORS, max_size=3),
        "damage": WORDS,
    },
)
NUMBERS = st.floats(-400, 8_000, allow_nan=False)
POINTS = st.tuples(st.floats(-89, 89), st.floats(-179, 179)).filter(lambda p: p != (0, 0))
SITES = st.builds(
    lambda flat, point: flat | ({"latitude": point[0], "longitude": point[1]} if point else {}),
    st.fixed_dictionaries(
        {"kind": st.just("site"), "type": st.just("market"), "name": WORDS.filter(str.strip)},
        optional={n: s for n, s in COMMON.items() if n != "place"}
        | {"people": COUNTS, "elevation_m": NUMBERS, "code": WORDS, "other_names": st.lists(WORDS)},
    ),
    st.none() | POINTS,
)
NOT_CONTENT = {"id", "entity", "filed", "filed_by", "organisation", "place_method", "mgrs"}


def content_of(body: Body) -> dict[str, Any]:
    """What must be the same after a way out and in: all but who filed it, when, and by which way."""
    return {name: value for name, value in flat_of(body).items() if name not in NOT_CONTENT}


def planned(path: Path, kind: str, **more: Any) -> Plan:
    compartment = (kinds()[kind].only_in or ("command",))[0]
    return plan(
        path,
        kind=kind,
        mapping=None,
        compartment=compartment,
        zone=None,
        now=NOW,
        find=None,
        **more,
    )


def read_again(made: Plan) -> Iterator[Body]:
    """The reports of an export, as another node would take them."""
    assert made.rejects == []
    for flat in made.flats():
        draft = draft_of(flat, now=NOW)
        yield Body(
            id=bytes(16),
            client_id=bytes(16),
            owner="other",
            compartment=draft.compartment,
            entity=bytes(16),
            kind=draft.kind.tag,
            account="importer",
            filed=NOW,
            occurred=draft.occurred,
            observed=draft.observed,
            place=draft.place,
            source=draft.source,
            basis=draft.basis,
            grade=draft.grade,
            classification=draft.classification,
            tlp=draft.tlp,
            purpose=draft.purpose,
            language=draft.language,
            content=raw_content(draft.content),
        )


class Trip:
    """Reports of one world in a file, and what was in the picture."""

    def __init__(
        self,
        folder: Path,
        format_: str,
        flats: list[dict[str, Any]],
        world: World | None = None,
        **last: Any,
    ) -> None:
        """``last``: how the last of them stands to what is in the world."""
        world = world or World()
        for at, flat in enumerate(flats, start=1):
            more = last if at == len(flats) else {}
            placed = {"compartment": flat.get("compartment", "command")}
            told(world, flat, filed=T0 + at * HOUR, **placed, **more)
        picture = picture_of(folder / "picture", world.entries)
        made = export(picture, EVERYBODY, Query(), format_, "duty", NOW)
        self.path = folder / f"all.{format_}"
        self.content = b"".join(made.chunks)
        self.path.write_bytes(self.content)
        rows = [row for page in every(picture, EVERYBODY, Query()) for row in page]
        self.before = [content_of(row.body) for row in rows]
        self.current = {
            row.entity: Known((row.id,), lambda body=row.body: flat_of(body), list[Said])
            for row in rows
        }
        self.manifest = made.manifest
        picture.close()

    def after(self, kind: str) -> list[dict[str, Any]]:
        """The same, read again."""
        return [content_of(body) for body in read_again(planned(self.path, kind))]


@pytest.mark.parametrize("format_", FORMATS)
def test_what_goes_out_comes_in_again(
    tmp_path_factory: pytest.TempPathFactory, format_: str
) -> None:
    @settings(
        max_examples=SHUT_IN.get(format_, 30),
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(st.lists(INCIDENTS, min_size=1, max_size=6) | st.lists(SITES, min_size=1, max_size=6))
    def there_and_back(flats: list[dict[str, Any]]) -> None:
        trip = Trip(tmp_path_factory.mktemp("round"), format_, flats)
        assert trip.after(flats[0]["kind"]) == trip.before

    there_and_back()


@pytest.mark.parametrize("kind", kinds())
def test_the_example_of_every_kind_comes_in_again(tmp_path: Path, kind: str) -> None:
    if kind == "withdrawal":
        return  # is no row of its own: what it withdraws says so
    of = kinds()[kind]
    flat = {name: value for name, value in of.example.items() if name != "links"}
    flat["compartment"] = (of.only_in or ("command",))[0]
    for format_ in ("csv", "xlsx", "geojson", "hxl.csv"):
        trip = Trip(tmp_path / format_, format_, [flat])
        assert trip.after(kind) == trip.before, format_


# --- the guide: what each format carries, measured


def table_of_the_guide() -> tuple[list[str], dict[str, list[str]]]:
    """Formats, and what is said of each in each line; the first table is that of reports."""
    reports, _, _ = GUIDE.read_text(encoding="utf-8").partition("## Counts by area")
    lines = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in reports.splitlines()
        if line.startswith("|") and not re.fullmatch(r"[|\s:-]+", line)
    ]
    (_, *formats), *rest = lines
    return formats, {line[0]: line[1:] for line in rest}


TEXT = " =a, \"b\"; 'c'\r\n<i>Ndélé</i> &amp; مرحبا\u200f "
FULL = an_incident(
    occurred="night of 24-25 March 2025",
    observed="2025-03-11T08:00:01.5Z",
    summary=TEXT,
    narrative=TEXT,
    killed=0,
    place="Talvek",
    latitude=-0.49171234567,
    longitude=1 / 3,
    accuracy_m=77.5,
    also=["EX", "CR"],
    actors=[{"role": "party", "name": "a;b"}, {"role": "victim", "actor_class": "unknown"}],
    grade="B3",
    classification="confidential",
    tlp="AMBER",
)
OLD = "Said otherwise before"
OTHER = an_incident(place="unknown", summary="")
PARTS = {
    "Every text to its last sign, blank and line end": ("summary", "narrative", "source"),
    "0, and what is not known": ("killed", "killed_best", "media_interest"),
    "Times with their precision, and in the words of the report": ("occurred", "observed"),
    "The point to its last digit, its accuracy, the place in words": (
        *("latitude", "longitude", "accuracy_m", "place"),
    ),
    "Lists of codes, and lists of entries": ("also", "actors"),
    "Source, grade, classification and TLP of each report": (
        *("source", "grade", "classification", "tlp"),
    ),
}


def measured(folder: Path, format_: str) -> dict[str, str]:
    """What a format carries, line by line of the guide."""
    world = World()
    told(world, FULL | {"summary": OLD})
    links = [("at", world.entries[0])]
    trip = Trip(
        folder / "one", format_, [OTHER, FULL], world, amends=world.entries[:1], links=links
    )
    after = trip.after("incident")
    found: dict[str, str] = {}

    def say(line: str, carried: bool) -> None:
        found[line] = "yes" if carried else "no"

    for line, names in PARTS.items():
        pairs = zip(trip.before, after, strict=True)
        say(line, all(one.get(n) == other.get(n) for one, other in pairs for n in names))
    again = planned(
        trip.path,
        "incident",
        current=lambda ids: {one: trip.current[one] for one in ids if one in trip.current},
    )
    say("Which report it is: a file that comes back unchanged changes nothing", again.repeats == 2)
    texts = "\n".join(texts_of(trip.content))
    say("The marking of each report", texts.count("TLP:AMBER") >= 1)
    say("The manifest, inside the file", trip.manifest["sha256"] in texts)
    say("A point that any map program shows", shown(trip.path) > 0)
    mixed = Trip(folder / "mixed", format_, [FULL, {**kinds()["site"].example}])
    say("Several kinds, imported in one go", not refused(mixed.path))
    flats = list(planned(trip.path, "incident").flats())
    say("Who filed it, and when, as if this node had seen it", any("filed" in one for one in flats))
    say("Links between reports", any("links" in one for one in flats))
    say("What a report said before it was amended", OLD in texts)
    most = {"xlsx": f"{xlsx.MOST_ROWS:,} reports", "gpkg": f"{gpkg.LARGEST >> 20} MB"}
    found["The most that a file may hold"] = most.get(format_, "no limit")
    return found


def shown(path: Path) -> int:
    """Points that GDAL finds without being told where."""
    try:
        return int(pyogrio.read_info(path, layer=0)["geometry_type"] in ("Point", "Unknown"))
    except (RuntimeError, TypeError):
        return 0


def refused(path: Path) -> bool:
    try:
        made = planned(path, "incident")
    except UnclearFile:
        return True
    return made.rejected > 0


@pytest.mark.parametrize("format_", FORMATS)
def test_the_guide_says_of_each_format_what_it_carries(tmp_path: Path, format_: str) -> None:
    formats, lines = table_of_the_guide()
    assert formats == [f"`.{one}`" for one in FORMATS]
    column = list(FORMATS).index(format_)
    assert {line: cells[column] for line, cells in lines.items()} == measured(tmp_path, format_)
