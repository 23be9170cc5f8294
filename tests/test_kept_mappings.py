"""Mappings that somebody keeps: colleagues of the compartment find them, and nobody else."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from eirene.imports import shared
from eirene.imports.faults import BadMapping
from eirene.imports.mapping import mapping_named, ready_mappings
from eirene.imports.shared import expressions, fault_of, is_calm, shared_mapping
from eirene.release.reader import Reader
from eirene.web import kept as kept_mappings
from eirene.web.control import lines
from eirene.web.kept import mapping_for
from web_node import WebNode

JOC, COLLEAGUE, NGO = "joc-duty-officer", "sector-operations-officer", "ngo-focal-point"
LIST = "Dorf,Sorte,Menschen\nTalvek,Brunnen,120\nOrrin,Schule,\n"
FIELDS = {"Dorf": "name", "Sorte": "type", "Menschen": "people"}
CODES = {"Sorte": {"Brunnen": "water-point", "Schule": "school"}}
MINE = 'kind = "site"\nsource = "A list"\nname = "x"\n\n[fields]\nname = "Dorf"\n'


LISTS = Reader(
    account="list",
    organisation="public-record",
    compartments=frozenset(("public",)),
    may_file=frozenset(("public",)),
)


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebNode]:
    made = WebNode(tmp_path_factory.mktemp("kept") / "node")
    yield made
    made.close()


def settled(web: WebNode, upload: str, role: str) -> dict[str, Any]:
    for _ in range(400):
        one = web.get(role, f"/api/imports/{upload}").json()
        if one["state"] not in ("reading", "filing"):
            return one
        time.sleep(0.02)
    raise AssertionError("it never came to rest")


def brought(web: WebNode, role: str = JOC, text: str = LIST, **said: Any) -> dict[str, Any]:
    made = web.post(role, "/api/imports?name=dorf.csv", text.encode()).json()
    settled(web, made["id"], role)
    given = {"act": "plan", "compartment": "mission"} | said
    assert web.post(role, f"/api/imports/{made['id']}", given).status_code == 200
    return settled(web, made["id"], role)


def kept(web: WebNode, role: str = JOC) -> list[dict[str, Any]]:
    answer = web.get(role, "/api/mappings")
    assert answer.status_code == 200
    return [one for one in answer.json()["mappings"] if not one["ready"]]


@pytest.fixture(scope="module")
def villages(web: WebNode) -> dict[str, Any]:
    """A mapping made by hand for a list whose headings no word list has, kept as ``villages``."""
    one = brought(web, kind="site", fields=FIELDS, codes=CODES)
    assert one["plan"]["reports"] == 2, one
    answer = web.post(JOC, "/api/mappings", {"name": "villages", "import": one["id"]})
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_a_colleague_finds_it_and_nobody_else_does(web: WebNode, villages: dict[str, Any]) -> None:
    [one] = [one for one in kept(web, COLLEAGUE) if one["name"] == "villages"]
    assert (one["makes"], one["compartment"], one["filed_by"]) == ("site", "mission", JOC)
    assert one["columns"] == ["Dorf", "Menschen", "Sorte"]
    assert kept(web, NGO) == []
    assert web.get(NGO, f"/api/reports/{villages['id']}").status_code == 404


def test_the_next_table_of_that_shape_is_proposed_by_it(
    web: WebNode, villages: dict[str, Any]
) -> None:
    newer = LIST + "Far,Schule,7\n"
    one = brought(web, COLLEAGUE, newer)
    assert one["proposal"]["ready"] == "villages"
    assert (one["plan"]["reports"], one["plan"]["rejected"]) == (3, 0)
    more = brought(web, COLLEAGUE, newer + "Lim,Markt,1\n")
    assert more["plan"]["rejected"] == 1, "a word that it does not translate"
    codes = {"Sorte": {"Markt": "market"}}
    more = brought(web, COLLEAGUE, newer + "Lim,Markt,1\n", codes=codes)
    assert more["plan"]["rejected"] == 0


def test_it_can_be_named(web: WebNode, villages: dict[str, Any]) -> None:
    one = brought(web, mapping="villages")
    assert one["proposal"]["ready"] == "villages"
    other = brought(web, text="a,b\n1,2\n", mapping="villages")
    assert other["problem"]["code"] == "bad-mapping" and "Dorf" in other["problem"]["message"]
    for name in ("nothing", "/etc/hostname", "../x.toml"):
        assert brought(web, mapping=name)["problem"]["message"].startswith("There is no mapping")


def test_the_command_line_takes_it_by_its_name_and_keeps_one(
    web: WebNode, villages: dict[str, Any], tmp_path: Path
) -> None:
    path = tmp_path / "dorf.csv"
    path.write_text(LIST + "Nord,Schule,3\n")
    given = {"file": str(path), "kind": "", "mapping": "villages", "account": JOC}
    given |= {"compartment": "mission", "keep": "villages-too"}
    [*_, told] = lines(web.node, "import", given)  # pyright: ignore[reportArgumentType]
    assert told["filed"] == 3
    assert "villages-too" in [one["name"] for one in kept(web)]


def test_many_mappings_of_one_organisation_hold_up_nobody(
    web: WebNode, villages: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def once(text: str, name: str) -> Any:
        read.append(name)
        return shared_mapping(text, name)

    monkeypatch.setattr(kept_mappings, "MOST", 3)
    monkeypatch.setattr(shared, "shared_mapping", once)
    rules = 'name = "n"\nkind = "site"\nsource = "NGO"\n[fields]\nname = "n"\n# {}\n'
    for at in range(5):
        answer = web.post(
            NGO,
            "/api/mappings",
            {"name": f"ngo-{at}", "rules": rules.format(at), "compartment": "partners"},
        )
        assert answer.status_code == 201, answer.text
    names = [one["name"] for one in kept(web, JOC)]
    assert [one for one in names if one.startswith("ngo-")] == ["ngo-4", "ngo-3", "ngo-2"]
    assert "villages" in names, "those of others are looked at all the same"
    read.clear()
    kept(web, JOC)
    assert read == [], "a text is read once"


def test_what_somebody_else_kept_is_asked_about_and_takes_no_compartment_along(
    web: WebNode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its name, and where it is proposed for its shape; in a terminal and in the browser."""
    rules = 'kind = "site"\nsource = "Hers"\nname = "x"\ncompartment = "mission"\n'
    rules += '[const]\ntype = "other"\n[fields]\nname = "Ville"\npeople = "Gens"\n'
    web.file({"kind": "mapping", "compartment": "mission", "name": "hers", "rules": rules})
    path = tmp_path / "ville.csv"
    path.write_text("Ville,Gens\nOutlying,3\n")
    given = {"file": str(path), "account": COLLEAGUE, "compartment": "mission"}
    for mapping in ("hers", ""):
        said = given | {"mapping": mapping}
        [*_, told] = lines(web.node, "import", said)  # pyright: ignore[reportArgumentType]
        assert told["error"]["field"] == "mapping", mapping
        assert f"'hers' was kept by {JOC}" in told["error"]["message"]
    mine = mapping_for(web.node, web.node.people.reader(JOC), "hers", files=False)
    theirs = mapping_for(web.node, web.node.people.reader(COLLEAGUE), "hers", files=False)
    assert (mine.compartment, theirs.compartment) == ("mission", "")
    [*_, told] = lines(web.node, "import", given | {"mapping": "hers", "yes": True})  # pyright: ignore[reportArgumentType]
    assert told["filed"] == 1
    monkeypatch.chdir(tmp_path)
    odd = Path("hers.toml")
    odd.write_text(MINE)
    web.file({"kind": "mapping", "compartment": "mission", "name": str(odd), "rules": rules})
    own = mapping_for(web.node, web.node.people.reader(COLLEAGUE), str(odd), files=True)
    assert "Dorf" in str(own.fields), "nobody stands before a file of mine"


def test_an_export_names_a_list_as_its_kept_mapping_says(web: WebNode) -> None:
    """A 3W that no ready mapping knows, too: by tags or by hand."""
    rules = MINE.replace("A list", "3W of the cluster")
    rules = rules.replace("\n\n", '\nattribution = "The cluster, CC BY IGO."\n\n', 1)
    web.file({"kind": "mapping", "compartment": "mission", "name": "cluster", "rules": rules})
    site = {"kind": "site", "type": "other", "name": "Credit", "compartment": "mission"}
    web.file(site | {"source": "3W of the cluster"})
    told = web.get(JOC, "/api/export.geojson?kind=site&q=Credit").json()["manifest"]
    assert told["attribution"] == ["The cluster, CC BY IGO."]


def test_the_same_name_again_is_an_amendment(web: WebNode) -> None:
    for source in ("First", "Second"):
        rules = MINE.replace("A list", source)
        said = {"name": "again", "rules": rules, "compartment": "mission"}
        answer = web.post(JOC, "/api/mappings", said)
        assert answer.status_code == 201, answer.text
    [one] = [one for one in kept(web) if one["name"] == "again"]
    assert one["source"] == "Second"
    history = web.get(JOC, f"/api/entities/{answer.json()['entity']}").json()
    assert "First" in str(history)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"name": "ucdp-ged"}, "name"),
        ({"name": "x.toml"}, "name"),
        ({"name": " "}, "name"),
        ({"rules": "kind = 3"}, "kind"),
        ({"rules": "not toml"}, "mapping"),
        ({"rules": MINE + 'place = { column = "a", patterns = [["(a+)+$", "b"]] }'}, "patterns"),
        ({"compartment": "public"}, "compartment"),
    ],
    ids=["ready", "file", "blank", "mapping", "toml", "expression", "compartment"],
)
def test_what_cannot_be_kept_is_one_clear_error(
    web: WebNode, said: dict[str, str], field: str
) -> None:
    whole = {"name": "mine", "rules": MINE, "compartment": "mission"} | said
    answer = web.post(JOC, "/api/mappings", whole)
    assert answer.status_code in (400, 403, 422), answer.text
    assert answer.json()["field"] == field
    assert answer.json()["remedy"]


def test_one_that_does_not_fit_is_shown_with_its_fault_and_is_never_used(web: WebNode) -> None:
    """Anybody may file a report of this kind with whatever words."""
    bad = MINE + 'people = { column = "Menschen", patterns = [["(a|a)*x", "1"]] }'
    flat = {"kind": "mapping", "compartment": "mission", "name": "bad", "rules": bad}
    web.file(flat)
    [one] = [one for one in kept(web) if one["name"] == "bad"]
    assert "(a|a)*x" in one["problem"]
    assert brought(web, mapping="bad")["problem"]["code"] == "bad-mapping"
    assert brought(web)["proposal"]["ready"] != "bad"


@pytest.mark.parametrize(
    "expression",
    [
        *("(a+)+$", "(.|.)*x", "(aa?)*b", "a*a*a*", "a?" * 13 + "a" * 13, "(a?){30}", "(("),
        *("x" * 201, "(?:(?=)){2000000}", "(?:(?:a{40}){40}){40}"),
    ],
)
def test_an_expression_that_may_cost_hours_is_refused(expression: str) -> None:
    assert fault_of(expression)


def test_what_ready_mappings_ask_is_asked_of_those_that_are_kept() -> None:
    for name in ready_mappings():
        for expression, whole in expressions(mapping_named(name)):
            assert fault_of(expression, whole=whole) == "", (name, expression)
        assert is_calm(mapping_named(name)), "and costs no process of its own for a short table"


@pytest.mark.parametrize(
    "rules",
    ["a = " + "[" * 5_000, "a = " + "1" * 5_000, MINE + 'name = { text = "{x" }'],
    ids=["deep", "long number", "open bracket"],
)
def test_whatever_is_filed_as_one_stops_no_other_import(web: WebNode, rules: str) -> None:
    flat = {"kind": "mapping", "compartment": "mission", "name": "odd", "rules": rules}
    said = web.file(flat)
    [one] = [one for one in kept(web) if one["name"] == "odd"]
    assert one["problem"]
    assert brought(web)["proposal"]["ready"] != "odd"
    act = {"kind": "withdrawal", "compartment": "mission", "amends": [said[0]["id"]]}
    web.file(act | {"reason": "error"})


def test_another_column_leaves_a_list_under_its_terms(web: WebNode) -> None:
    """A person corrects one column; the list is still the one that may not be passed on."""
    rules = MINE.replace("\n\n[fields]", '\npassing_on = false\nlicence = "ours alone"\n[fields]')
    rules = rules.replace("A list", "Our list")
    flat = {"kind": "mapping", "compartment": "mission", "name": "ours", "rules": rules}
    web.file(flat)
    const = {"type": "other"}
    made = brought(web, mapping="ours", fields={"Dorf": "name", "Menschen": "people"}, const=const)
    upload = web.post(
        JOC, f"/api/imports/{made['id']}", {"act": "file", "plan": made["plan"]["number"]}
    )
    assert upload.status_code == 200, upload.text
    assert settled(web, made["id"], JOC)["state"] == "filed", made
    found = web.get(JOC, "/api/search?kind=site&q=Talvek").json()
    terms = [one.get("terms") for one in found["reports"] if one["source"] == "Our list"]
    assert terms and all(terms), terms


def test_a_kept_text_that_is_no_mapping_is_refused() -> None:
    with pytest.raises(BadMapping, match="Expected `str`"):
        shared_mapping("kind = 3", "x")


def test_a_layer_says_the_licence_that_its_kept_mapping_says(web: WebNode) -> None:
    """To those who may see the mapping; of a list that nobody tells of, nothing is said."""
    rules = MINE.replace('"A list"', '"Licensed list"')
    rules = rules.replace("\n\n", '\nlicence = "CC BY 9"\nattribution = "Them"\nas_of = "2026"\n\n')
    mapping = {"kind": "mapping", "name": "licensed", "makes": "site", "said_by": "Licensed list"}
    web.file(mapping | {"rules": rules, "summary": "x", "compartment": "mission", "source": "x"})
    site = {"kind": "site", "type": "school", "name": "S", "source": "Licensed list"}
    web.file(site | {"compartment": "mission"})
    web.node.filing.file_now(LISTS, [site | {"compartment": "public", "name": "T"}])

    def told(role: str) -> dict[str, Any]:
        answer = web.get(role, "/api/layers").json()
        [one] = [one for one in answer if one["source"] == "Licensed list"]
        return one

    mine = told(JOC)
    assert (mine["licence"], mine["attribution"], mine["as_of"]) == ("CC BY 9", "Them", "2026")
    assert "licence" not in told("anyone")
