"""How the walk looks into each route: what it asks there, and what it does with the answer.

A probe is found by method and path as the app has them. It yields requests and
gets each answer back, so that it can follow cursors. A route without a probe
fails the walk: whoever adds the route says here how to look into it.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

import msgspec

from eirene.places_tiles import tile_at, world_of
from eirene.products import COUNT_FORMATS, FORMATS
from eirene.release.configuration import default, to_toml
from eirene.release.rules import CLASSES, COMPARTMENTS, Rule
from eirene.reports.kinds import kinds
from outlets import marks
from outlets.asking import Answer, Ask
from outlets.ground import Ground, absent_id, chosen
from outlets.planting import Plant

NOWHERE = marks.word("nowhere")
"""A word that was never filed. Only this one is put in paths, which the node's log shows."""


class Scene(NamedTuple):
    """Who walks, and what he looks at."""

    ground: Ground
    role: str
    mine: list[Plant]
    """Plants that this role may see: all that have a history, and some others."""
    hidden: list[Plant]
    """Some of the others."""

    @property
    def words(self) -> list[str]:
        """Words of plants that are hidden, one of each field as they come, and one that is nowhere."""
        found: list[str] = []
        for at, plant in enumerate(self.hidden):
            held = [str(mark.value) for mark in plant.marks if mark.sort == "word"]
            found.append(held[at % len(held)])
        return [*found[:6], NOWHERE]

    @property
    def placed(self) -> list[Plant]:
        """Hidden plants that say where and when."""
        return [plant for plant in self.hidden if {"latitude", "occurred"} <= plant.flat.keys()]


Steps = Generator[Ask, Answer, None]
Probe = Callable[[Scene], Steps]
PROBES: dict[tuple[str, str], Probe] = {}
TAKEN_ALONG = tuple(f"export.{format_}" for format_ in FORMATS)
"""Outlets that make a file, which may leave the node: nothing is in it whose source forbids that."""
FETCHED = ("/ogc/", "/tiles/", "/api/counts.")
"""Where outlets stand that programs of others fetch from, or that make a file of numbers: nothing
of that is in them either."""
WHOLE = "search", *TAKEN_ALONG
"""Outlets of which each alone must show a role everything that it may see."""


def probe(*routes: str) -> Callable[[Probe], Probe]:
    """Register how to look into ``GET /path``, as the app spells it."""

    def registered(made: Probe) -> Probe:
        for route in routes:
            method, _, path = route.partition(" ")
            PROBES[method, path] = made
        return made

    return registered


def scene_of(ground: Ground, role: str) -> Scene:
    """A role's scene: over all roles every hidden plant comes up."""
    mine = ground.reads(role)
    gone = {plant.replaces for plant in ground.plants} - {None}
    seen = [p for p in ground.visible(mine) if p.replaces is not None or p.n in gone]
    seen += chosen(ground.visible(mine), 4, role)
    return Scene(ground, role, seen, chosen(ground.hidden(mine), 14, role))


def _get(path: str, **query: Any) -> Ask:
    return Ask("GET", f"{path}?{urlencode(query)}" if query else path)


def _post(path: str, value: Any) -> Ask:
    return Ask("POST", path, msgspec.json.encode(value))


def _asked(*asks: Ask) -> Steps:
    for ask in asks:  # noqa: UP028 - a tuple takes no answers
        yield ask


# -- the door


@probe("GET /")
def client(_scene: Scene) -> Steps:
    """The client's first page, and addresses that only look like its files."""
    yield from _asked(
        *(_get(path) for path in ("/", "/index.html", "/assets/", "/..%2f..%2fnode.toml"))
    )


@probe("GET /health/ready", "GET /ogc/conformance", "GET /ogc/api", "GET /openapi.json")
@probe("GET /api/map", "GET /ogc", "GET /ogc/collections", "GET /api/layers", "GET /api/kinds")
@probe("GET /api/me", "GET /api/tokens", "GET /api/sign-in", "GET /api/stream")
@probe("GET /api/session", "GET /api/people", "GET /api/devices", "GET /api/bindings")
def plain(scene: Scene) -> Steps:
    """Paths without parameters: those that this function is registered for."""
    paths = [path for (method, path), one in PROBES.items() if one is plain and method == "GET"]
    yield from _asked(*(_get(path) for path in paths))
    yield from _asked(*(_get(path, q=scene.words[0]) for path in paths[:3]))


@probe("POST /api/sign-in", "POST /api/sign-out", "POST /api/shift", "POST /api/tokens")
@probe("DELETE /api/tokens/{token_id:str}")
def door(scene: Scene) -> Steps:
    """Signing in with what is planted; making a token and taking it away."""
    yield _post("/api/sign-in", {"user": scene.words[0], "password": scene.words[1]})
    yield _post("/api/sign-out", {})
    yield _post("/api/shift", {})
    made = yield _post("/api/tokens", {"title": "walk"})
    yield _get("/api/tokens")
    yield Ask("DELETE", f"/api/tokens/{made.json().get('id', 'none')}")
    yield Ask("DELETE", f"/api/tokens/{absent_id()}")


@probe("POST /api/password", "POST /api/devices", "DELETE /api/sessions/{session:str}")
@probe("POST /api/organisations", "POST /api/organisations/{code:str}")
@probe("POST /api/accounts", "POST /api/accounts/{user:str}")
@probe("POST /api/invitations", "DELETE /api/invitations/{invitation:str}")
@probe("POST /api/invitations/accept", "POST /api/clearances")
@probe("POST /api/clearances/{proposal:str}", "POST /api/delegations")
@probe("DELETE /api/delegations/{loan:str}")
def people(scene: Scene) -> Steps:
    """Everything about people, with names that are planted or absent; each is refused."""
    for word in scene.words[:2]:
        yield _post("/api/password", {"old": word, "new": word})
        yield _post("/api/devices", {"device": word})
        yield _get("/api/devices", account=word)
        yield _post("/api/organisations", {"code": f"{word} {word}"})
        yield _post("/api/accounts", {"user": f"{word} {word}", "role": word})
        yield _post("/api/invitations", {"user": word, "role": word})
        yield _post("/api/invitations/accept", {"code": word, "password": word})
        yield _post("/api/clearances", {"user": word, "compartments": [word]})
        yield _post("/api/delegations", {"user": word, "compartments": [word]})
    for act in ("suspend", "lift", "narrow", "confirm", "end", "reset"):
        yield _post(f"/api/accounts/{NOWHERE}", {"act": act})
        yield _post(f"/api/organisations/{NOWHERE}", {"act": act})
    for text in (absent_id(), NOWHERE):
        yield _post(f"/api/clearances/{text}", {"act": "confirm"})
        yield Ask("DELETE", f"/api/delegations/{text}")
        yield Ask("DELETE", f"/api/invitations/{text}")
        yield Ask("DELETE", f"/api/sessions/{text}")


@probe("POST /api/sign-in/provider", "POST /api/sign-in/provider/back")
@probe("POST /api/bindings", "DELETE /api/bindings/{binding:str}")
def provider(scene: Scene) -> Steps:
    """Sign-in at a provider, of which this node has none; and what is bound to whose account."""
    for word in scene.words[:2]:
        yield _post("/api/sign-in/provider", {"provider": word, "code": word})
        yield _post("/api/sign-in/provider/back", {"provider": word, "code": word, "state": word})
        yield _post("/api/bindings", {"provider": word, "password": word})
        yield _get("/api/bindings", account=word)
    yield _get("/from/" + NOWHERE, code=NOWHERE)
    for text in (absent_id(), NOWHERE):
        yield Ask("DELETE", f"/api/bindings/{text}")


@probe("POST /api/view-as", "DELETE /api/view-as")
def eyes(scene: Scene) -> Steps:
    """Through the eyes of every audience there is: nobody sees more by it than before."""
    every = {plant.compartment for plant in (*scene.mine, *scene.hidden)}
    for audience in (*sorted(every), "people", NOWHERE):
        said = yield _post("/api/view-as", {"audience": audience})
        if said.status == 200:
            yield _get("/api/search", limit=100, withdrawn="true")
            yield _get("/api/export.csv")
            yield _post("/api/shift", {})
        yield Ask("DELETE", "/api/view-as")


# -- what the client asks while somebody types


@probe("GET /api/suggest", "GET /api/understand/place", "GET /api/understand/time")
def typing(scene: Scene) -> Steps:
    """Beginnings of everything that is hidden, letter by letter."""
    for begun in ("qz", "xq", "0.2", *(word[:at] for word in scene.words[:3] for at in (3, 12))):
        yield _get("/api/suggest", q=begun)
    for plant in scene.placed[:1]:
        for name in ("place", "pcode", "latitude"):
            text = str(plant.flat[name])
            yield _get("/api/suggest", q=text)
            yield _get("/api/understand/place", text=text)
        yield _get("/api/understand/time", text=plant.flat["occurred"])


@probe("GET /api/map/areas/{level:int}")
def areas(_scene: Scene) -> Steps:
    """Every level there may be, and one that is none."""
    yield from _asked(*(_get(f"/api/map/areas/{level}") for level in (0, 1, 2, 3, 9)))


@probe("GET /api/map/borders/{level:int}")
def borders(_scene: Scene) -> Steps:
    """Of a version that there is, and of one that is none."""
    for basis in ("sea", NOWHERE):
        yield from _asked(
            *(_get(f"/api/map/borders/{level}?basis={basis}") for level in (0, 1, 2, 3, 9))
        )


@probe("GET /api/kinds/{name:str}")
def kinds_(_scene: Scene) -> Steps:
    """Every kind, and one that does not exist."""
    yield from _asked(*(_get(f"/api/kinds/{name}") for name in [*kinds(), NOWHERE]))


# -- reports


@probe("GET /api/reports/{report_id:str}", "GET /api/entities/{entity_id:str}")
def by_id(scene: Scene) -> Steps:
    """What may be seen, what is hidden, what is absent, what is no id."""
    for plant in (*scene.mine, *scene.hidden):
        yield _get(f"/api/reports/{plant.report}")
        yield _get(f"/api/entities/{plant.entity}")
    for plant in scene.hidden[:2]:
        yield _get(f"/api/entities/{plant.report}")
        yield _get(f"/api/reports/{plant.entry}")
    for text in (absent_id(), "0" * 32, "x", NOWHERE):
        yield _get(f"/api/reports/{quote(text)}")
        yield _get(f"/api/entities/{quote(text)}")


@probe("POST /api/reports")
def filing(scene: Scene) -> Steps:
    """Posts that name what is hidden: amend it, link to it, tell of the same entity, repeat it.

    Each is refused for a reason of its own, so that the walk files nothing.
    """
    compartment = min(scene.ground.reads(scene.role))
    for plant in scene.hidden[:2]:
        known = {"kind": plant.kind, "compartment": compartment}
        yield _post("/api/reports", known | {"amends": [plant.report]})
        yield _post(
            "/api/reports", plant.flat | {"links": [{"role": "at", "report": plant.report}]}
        )
        yield _post("/api/reports", known | {"entity": plant.entity, "no_such_field": 1})
        yield _post("/api/reports", plant.flat | {"compartment": "nowhere"})
    yield Ask("POST", "/api/reports", b'[{"kind": "incident", "latitude": NaN}]')


@probe("POST /api/attachments", "GET /api/attachments/{report_id:str}")
@probe("GET /api/attachments/{report_id:str}/thumbnail")
def attachments(scene: Scene) -> Steps:
    """Every file that may be had, some that are hidden, what has none, and files for what is hidden."""
    seen = scene.ground.visible(scene.ground.reads(scene.role))
    files = [plant for plant in seen if plant.kind == "attachment"]
    hidden = scene.ground.hidden(scene.ground.reads(scene.role))
    files += chosen([plant for plant in hidden if plant.kind == "attachment"], 6, scene.role)
    for plant in (*files, *scene.hidden[:3], *scene.mine[:2]):
        yield _get(f"/api/attachments/{plant.report}")
        yield _get(f"/api/attachments/{plant.report}/thumbnail")
        yield _get(f"/api/attachments/{plant.entry}")
    for text in (absent_id(), NOWHERE):
        yield _get(f"/api/attachments/{text}")
        yield Ask("POST", f"/api/attachments?report={text}", b"words")
    for plant in scene.hidden[:2]:
        yield Ask("POST", f"/api/attachments?report={plant.report}", b"words")


@probe("GET /api/maps", "POST /api/maps", "POST /api/maps/order")
@probe("DELETE /api/maps/{map_id:str}")
def maps(scene: Scene) -> Steps:
    """The mission's own maps, which an administrator keeps; nobody is told of a report there."""
    yield _get("/api/maps")
    yield Ask("POST", "/api/maps?name=walk.pmtiles", b"no map")
    for word in scene.words[:2]:
        yield _post("/api/maps/order", {"maps": [word]})
    yield Ask("DELETE", f"/api/maps/{NOWHERE}")


@probe("POST /api/imports", "GET /api/imports", "GET /api/imports/{upload_id:str}")
@probe("POST /api/imports/{upload_id:str}", "DELETE /api/imports/{upload_id:str}")
@probe("GET /api/imports/{upload_id:str}/rejects.csv")
@probe("GET /api/imports/{upload_id:str}/mapping.toml")
def tables(scene: Scene) -> Steps:
    """Tables that name hidden entities as an export does: a plan must not say that they are there.

    The words in them are nowhere, and no plan is filed. Who brought a table is shown his own
    cells again, so each later question says them, too.
    """
    head = "entity,kind,marking,type,name,latitude,longitude"
    ids = [*(plant.entity for plant in scene.hidden[:3]), absent_id()]
    body = "\n".join([head, *(f"{one},site,x,market,{NOWHERE},0.1,0.1" for one in ids)])
    mine = ((b"x-brought", " ".join(ids).encode()),)
    made = yield Ask("POST", "/api/imports?name=walk.csv", body.encode())
    at = f"/api/imports/{made.json().get('id', absent_id())}"
    compartment = min(scene.ground.reads(scene.role), default="mission")
    plan = msgspec.json.encode({"act": "plan", "compartment": compartment})
    for _ in range(3):
        yield Ask("POST", at, plan, mine)
        yield Ask("GET", at, b"", mine)
    yield Ask("POST", at, b'{"act": "stop"}', mine)
    yield Ask("GET", f"{at}/rejects.csv", b"", mine)
    yield Ask("GET", f"{at}/mapping.toml", b"", mine)
    yield Ask("GET", "/api/imports", b"", mine)
    yield Ask("DELETE", at, b"", mine)
    yield _get("/api/imports")
    for text in (absent_id(), NOWHERE):
        yield _get(f"/api/imports/{text}")
        yield _post(f"/api/imports/{text}", {"act": "file", "plan": 1})


@probe("GET /api/mappings", "POST /api/mappings")
def kept_mappings(scene: Scene) -> Steps:
    """Mappings of colleagues; names of hidden ones are no more taken than a name that is nowhere."""
    yield _get("/api/mappings")
    hidden = [p.flat["name"] for p in scene.hidden if p.kind == "mapping"]
    for name in (*hidden[:2], NOWHERE):
        yield _post("/api/mappings", {"name": name, "rules": "kind = 3", "compartment": "mission"})
        yield _post("/api/mappings", {"name": name, "import": absent_id()})


@probe("GET /api/imported", "GET /api/imported/{import_id:str}")
@probe("POST /api/imported/{import_id:str}")
def imported(scene: Scene) -> Steps:
    """Imports that there were; ids of what is hidden are no more of an import than those of nothing."""
    yield _get("/api/imported")
    for text in (*(plant.entity for plant in scene.hidden[:2]), absent_id(), NOWHERE):
        yield _get(f"/api/imported/{text}")
        yield _post(f"/api/imported/{text}", {"act": "undo"})
        yield _post(f"/api/imported/{text}", {"act": "stop"})


# -- releases


@probe("POST /api/preview", "GET /api/reports/{report_id:str}/releases")
@probe("GET /api/desk/releases", "POST /api/desk/releases/{line_id:str}")
@probe("GET /api/break-glass", "POST /api/break-glass")
def releases(scene: Scene) -> Steps:
    """Who has what of reports that are seen, hidden or absent; and what waits at the desk."""
    for plant in (*scene.mine[-4:], *scene.hidden[:4]):
        yield _get(f"/api/reports/{plant.report}/releases")
        yield _post("/api/preview", {"report": plant.report})
    for plant in scene.hidden[:2]:
        yield _post("/api/preview", plant.flat)
        yield _post(f"/api/desk/releases/{plant.report}", {"act": "recall"})
        yield _post(f"/api/desk/releases/{plant.entity}", {"act": "edit", "text": NOWHERE})
        glass = {"reason": NOWHERE, "until": "2030-01-01T00:00Z", "audience": "public"}
        yield _post("/api/break-glass", {"report": plant.report, **glass})
    yield _post("/api/preview", {"report": absent_id()})
    yield _get("/api/desk/releases")
    yield _get("/api/break-glass")


@probe("GET /api/configuration", "GET /api/configuration/{version:str}")
@probe("POST /api/configuration", "POST /api/configuration/check")
@probe("GET /api/enforcement", "POST /api/enforcement")
def rules(_scene: Scene) -> Steps:
    """The mission's rules, and whom a change would newly reach, for who has a say and who has not.

    Nothing is put in force: what is sent to be applied breaks its own rules.
    """
    one_more, in_place, wide_open = configurations()
    yield _get("/api/configuration")
    yield from _asked(*(_get(f"/api/configuration/{version}") for version in (0, 99, NOWHERE)))
    yield _post("/api/configuration/check", {"toml": in_place})
    yield _post("/api/configuration/check", {"toml": one_more})
    for path in ("/api/configuration/check", "/api/configuration"):
        yield _post(path, {"toml": wide_open})
    yield _post("/api/configuration", {"act": "approve", "proposal": absent_id()})
    yield _get("/api/enforcement")
    yield _post("/api/enforcement", {"act": "mark", "operation": NOWHERE, "layers": [NOWHERE]})
    yield _post("/api/enforcement", {"act": "reopen", "operation": NOWHERE})


@cache
def configurations() -> tuple[str, str, str]:
    """One rule more; rules that let everything pass, instead of those shipped and beside them.

    Those instead begin in two compartments, of which nobody who may change rules reads both:
    a check of them looks at every report there, and tells of those that he may see.
    """
    shipped = default()
    everything = tuple(
        Rule(
            data=name,
            origin="*",
            to=audience,
            mode="automatic",
            place="exact",
            time="minute",
            counts="exact",
            passes=("code",),
        )
        for name in CLASSES
        for audience in COMPARTMENTS
    )
    one_more = Rule(
        data="assessment",
        origin="analysis",
        to="partners",
        mode="one-person",
        place="admin-1",
        time="day",
        counts="banded",
        passes=("code",),
    )
    in_place = [
        msgspec.structs.replace(rule, origin=origin)
        for rule in everything
        for origin in ("command", "humanitarian")
        if rule.to != origin
    ]
    sets = (*shipped.rules, one_more), tuple(in_place), (*shipped.rules, *everything)
    one, two, three = (to_toml(msgspec.structs.replace(shipped, rules=rules)) for rules in sets)
    return one, two, three


# -- lists


@probe("GET /api/search")
def searching(scene: Scene) -> Steps:
    """Everything, page by page; then words, boxes, times and filters that hit what is hidden."""
    cursor: str | None = ""
    while cursor is not None:
        more = {"cursor": cursor} if cursor else {}
        page = yield _get("/api/search", limit=40, withdrawn="true", **more)
        cursor = page.json().get("next") if page.status == 200 else None
    for word in scene.words:
        yield _get("/api/search", q=word)
    yield from _asked(*(_get("/api/search", **query) for query in _narrowed(scene)))
    yield _get("/api/search", cursor="A" * 96)


@probe("GET /api/counts")
def counting(scene: Scene) -> Steps:
    """Every group at every level, every sum, and counts of what is hidden."""
    for group in ("day", "month", "year", "kind", "type", "state", "area,kind", "day,type"):
        yield _get("/api/counts", group=group, sum="killed,injured,reached,people")
    for level in (1, 2, 3):
        yield _get("/api/counts", group="area", level=level, sum="killed")
        yield _get("/api/counts", group="area", level=level, basis="sea")
    yield from _asked(*(_get("/api/counts", **query) for query in _narrowed(scene)))
    yield _get("/api/counts", group="source")


@probe(*(f"GET /api/counts.{format_}" for format_ in COUNT_FORMATS))
def counted_files(scene: Scene) -> Steps:
    """Counts by area as files, at every level, by borders and by codes, and of what is hidden."""
    for format_ in COUNT_FORMATS:
        for level in (1, 2, 3):
            yield _get(f"/api/counts.{format_}", level=level)
        yield _get(f"/api/counts.{format_}", level=1, basis="sea")
        for query in _narrowed(scene)[: 9 if format_ == "csv" else 1]:
            yield _get(f"/api/counts.{format_}", **query)


def _narrowed(scene: Scene) -> list[dict[str, Any]]:
    """Queries that match a hidden plant and, as a rule, nothing else."""
    found: list[dict[str, Any]] = []
    for plant in scene.placed[:1]:
        lat, lon = plant.flat["latitude"], plant.flat["longitude"]
        source, occurred = plant.flat["source"], plant.flat["occurred"]
        found += [
            {"q": plant.flat["place"], "kind": plant.kind},
            {"bbox": f"{lon - 0.001},{lat - 0.001},{lon + 0.001},{lat + 0.001}"},
            {"datetime": occurred},
            {"at": occurred},
            {"filter": f"source = '{source}'"},
            {"filter": f"source LIKE '{source[:6]}%'"},
            {"filter": f"pcode = '{plant.flat['pcode']}'"},
        ]
    return [*found, {"changed_since": "2024-01-01T00:00:00Z"}, {"as_of": "2025-01-01T00:00:00Z"}]


# -- documents


@probe(*(f"GET /api/export.{format_}" for format_ in FORMATS))
def exporting(scene: Scene) -> Steps:
    """Each format whole, and narrowed to what is hidden."""
    for format_ in FORMATS:
        yield _get(f"/api/export.{format_}")
        yield _get(f"/api/export.{format_}", withdrawn="true", kind="incident,alert")
        # what narrows is the question, which is the same for all of them
        for query in _narrowed(scene)[: 4 if format_ in ("csv", "geojson", "kml") else 1]:
            yield _get(f"/api/export.{format_}", **query)


@probe("GET /api/exports/{ask:str}")
def export_at(_scene: Scene) -> Steps:
    """Of an export of somebody else, and of none: nothing is told."""
    yield _get(f"/api/exports/{absent_id()}")


# -- OGC API


@probe("GET /ogc/collections/{name:str}", "GET /ogc/collections/{name:str}/queryables")
def collections(_scene: Scene) -> Steps:
    """Every collection: its extent, its queryables."""
    for kind in kinds():
        yield _get(f"/ogc/collections/{kind}")
        yield _get(f"/ogc/collections/{kind}/queryables")
    yield _get("/ogc/collections/nothing")


@probe("GET /ogc/collections/{name:str}/items")
def items(scene: Scene) -> Steps:
    """Every collection page by page, then filters on what is hidden."""
    for kind in kinds():
        path: str | None = f"/ogc/collections/{kind}/items?limit=25"
        while path:
            page = yield Ask("GET", path)
            links = page.json().get("links", []) if page.status == 200 else []
            hrefs = [link["href"] for link in links if link["rel"] == "next"]
            path = "/" + hrefs[0].split("/", 3)[3] if hrefs else None
    for plant in scene.placed[:2]:
        base = f"/ogc/collections/{plant.kind}/items"
        lat, lon = plant.flat["latitude"], plant.flat["longitude"]
        crs = "http://www.opengis.net/def/crs/EPSG/0/4326"
        yield _get(base, source=plant.flat["source"])
        yield _get(base, filter=f"S_INTERSECTS(geometry, POINT({lon} {lat}))")
        yield _get(base, bbox=f"{lat},{lon},{lat},{lon}", **{"bbox-crs": crs, "crs": crs})
        yield _get(base, datetime=plant.flat["occurred"], offset=0)
        yield _get(base, filter=f"filed_by = '{plant.flat['source']}'")


@probe("GET /ogc/collections/{name:str}/items/{feature_id:str}")
def item(scene: Scene) -> Steps:
    """Features one by one, also under a kind that is not theirs."""
    for plant in (*scene.mine[-4:], *scene.hidden[:6]):
        yield _get(f"/ogc/collections/{plant.kind}/items/{plant.report}")
        yield _get(f"/ogc/collections/note/items/{plant.report}")
    yield _get(f"/ogc/collections/note/items/{absent_id()}")


@probe("GET /tiles/{layer:str}/{z:str}/{x:str}/{y:str}")
def tiles(scene: Scene) -> Steps:
    """Every layer from afar; then, to the finest tiles, where something hidden lies, and filters on it.

    The plants lie in the sea of one tile of zoom 5.
    """
    yield from _asked(*(_get(f"/tiles/{kind}/5/15/16.mvt") for kind in kinds()))
    seen = [one for one in scene.mine if "latitude" in one.flat][-1:]
    for plant in (*scene.placed[:1], *seen):
        at = world_of(plant.flat["longitude"], plant.flat["latitude"])
        assert at is not None
        for zoom in (9, 14):
            one = tile_at(*at, zoom)
            yield _get(f"/tiles/{plant.kind}/{zoom}/{one.x}/{one.y}.mvt")
    for plant in scene.placed[:1]:
        for query in _narrowed(scene):
            if query.keys().isdisjoint(("bbox", "kind")):
                yield _get(f"/tiles/{plant.kind}/5/15/16.mvt", **query)
    yield from _asked(_get("/tiles/nothing/0/0/0.mvt"), _get("/tiles/note/99/0/0.mvt"))


@probe("GET /tiles/{layer:str}/tiles.json")
def tilejson(scene: Scene) -> Steps:
    """Where the tiles of every layer lie, with filters on what is hidden."""
    yield from _asked(*(_get(f"/tiles/{kind}/tiles.json") for kind in kinds()))
    for plant in scene.placed[:1]:
        for query in _narrowed(scene):
            if query.keys().isdisjoint(("bbox", "kind")):
                yield _get(f"/tiles/{plant.kind}/tiles.json", **query)
    yield from _asked(_get("/tiles/nothing/tiles.json"), _get("/tiles/withdrawal/tiles.json"))


@probe("GET /basemap/{name:str}")
def basemap(_scene: Scene) -> Steps:
    """Names of maps that are none: what is planted, and ways out of the folder."""
    wrong = "..%2fmaps.json", "own-..%2f..%2fnode.toml.pmtiles"
    for name in (NOWHERE, "none.pmtiles", "..%2f..%2fnode.toml", "%2e%2e", *wrong):
        yield Ask("GET", f"/basemap/{name}", headers=((b"range", b"bytes=0-64"),))
