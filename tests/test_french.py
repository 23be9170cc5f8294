"""What the node tells people, in French: the same tables, the same fields, no code changed."""

import argparse
import io
import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import spoken
from eirene.cli.main import main, parser
from eirene.log.clock import clock_warning
from eirene.products.xlsx import XlsxDocument
from eirene.release.deciding import sentence_of
from eirene.reports.kinds import fields_of, kinds
from eirene.reports.schema import ABOUT, schema_of
from eirene.reports.sentences import say
from eirene.reports.vocabulary import vocabulary
from eirene.reports.words import first_spoken, printed, speaking, table, title_of, written

HOLES = re.compile(r"\{\w*\}")


def test_the_french_table_has_every_key_of_the_english_one_and_the_words_of_every_code():
    codes = {
        f"code.{name}.{code}" for name, listed in vocabulary()["lists"].items() for code in listed
    }
    found = set(written("fr"))
    assert set(written("en")) | codes <= found
    others = {key for key in found - set(written("en")) - codes if "code.link-role." not in key}
    assert not others


def test_a_french_text_fills_in_what_the_english_one_does():
    for key, text in written("en").items():
        assert sorted(HOLES.findall(written("fr")[key])) == sorted(HOLES.findall(text)), key
    for english, text in written("fr-sentences").items():
        assert english.count("{}") == len(HOLES.findall(text)), english


def test_the_help_of_every_field_of_a_form_is_told_in_french():
    told = written("fr-sentences")
    missing = [
        f"{kind.name}.{field.name}: {field.doc}"
        for kind in kinds().values()
        for field in fields_of(kind.content).values()
        if field.held.form and field.name not in kind.without and field.doc not in told
    ]
    missing += [about for about in ABOUT.values() if about not in told]
    assert not missing, "add to strings/fr-sentences.json:\n" + "\n".join(missing)


NOT_FOR_PEOPLE = {
    "eirene: {}": "the name of the program before a sentence that is said already",
    "eirene: {} ({})": "the same, with a field",
    "eirene: {}: {}": "the same, of the system, which speaks its own language",
    "mission of {}": "what an act is about, as it stands in the log",
}


def test_every_french_sentence_answers_one_that_still_stands_in_the_code():
    gone = [english for english in written("fr-sentences") if not spoken.stands(english)]
    assert not gone, "no code says this any more; change or leave out:\n" + "\n".join(gone)


def test_whatever_the_code_says_to_people_it_says_in_french():
    said, told = spoken.said(), written("fr-sentences")
    with speaking("fr"):
        filled = {text: text.replace("{}", "\u2042") for text in said}
        missing = [
            f"{said[text]}: {text}"
            for text, full in filled.items()
            if text not in NOT_FOR_PEOPLE and text not in told and say(full) == full
        ]
    assert len(said) > 1000
    assert not missing, "add to strings/fr-sentences.json:\n" + "\n".join(sorted(missing))


def test_titles_of_mappings_and_of_divisions_are_in_french_too():
    told = written("fr-sentences")
    files = spoken.SOURCE.glob("missions/*/mission.toml")
    missions = [tomllib.loads(file.read_text("utf-8")) for file in files]
    shown = set(spoken.titles()).union(*map(spoken.shown_of, missions))
    assert len(shown) > 30
    assert shown <= set(told)


def test_a_sentence_that_changes_in_the_code_no_longer_has_its_french():
    for english in ("Sign in first.", "{} is no latitude.", "{}: it is empty"):
        assert spoken.stands(english)
        assert not spoken.stands(english[:-1] + "y" + english[-1])
        assert not spoken.stands(english.replace(" ", " not ", 1))


def manuals(of: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    yield of
    for action in of._actions:
        if isinstance(action, argparse._SubParsersAction):
            for verb in action.choices.values():
                yield from manuals(verb)


def test_the_manual_of_every_verb_is_in_french_but_for_names():
    with speaking("fr"):
        told = [verb.format_help() for verb in manuals(parser())]
    assert len(told) > 30
    for text in told:
        assert text.startswith("utilisation\u00a0: ")
        assert not re.search(r"usage:|\b(the|with|which|its|and)\b", text), text


@pytest.mark.parametrize(
    ("argv", "told"),
    [
        (["maps", "ad"], "'ad' ne convient pas (au choix"),
        (["maps", "add"], "il manque"),
        (["serve", "--port", "x"], "'x' n\u2019est pas un nombre entier"),
        (["maps", "list", "--no"], "arguments inconnus"),
        (["import", "--as"], "il y faut une valeur"),
    ],
    ids=["verb", "missing", "number", "flag", "value"],
)
def test_wrong_arguments_are_told_in_french(
    argv: list[str],
    told: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")
    with pytest.raises(SystemExit) as ended:
        main(argv)
    assert ended.value.code == 2
    assert told in capsys.readouterr().err


def plain(schema: Any) -> Any:
    """A schema without its words."""
    if isinstance(schema, dict):
        words = ("title", "description", "label")
        return {k: plain(v) for k, v in schema.items() if k not in words or not isinstance(v, str)}
    return [plain(one) for one in schema] if isinstance(schema, list) else schema


@pytest.mark.parametrize("name", ["incident", "patrol", "withdrawal"])
def test_a_form_in_french_is_the_same_form(name: str):
    english = schema_of(kinds()[name], ["mission"])
    with speaking("fr"):
        french = schema_of(kinds()[name], ["mission"])
    assert plain(french) == plain(english)
    assert french["properties"]["occurred"]["title"] == "Quand"
    assert english["properties"]["occurred"]["title"] == "When"


def test_a_sentence_is_said_in_french_with_what_stands_in_it():
    with speaking("fr"):
        assert say("Sign in first.") == "Connectez-vous d\u2019abord."
        assert say("You may not file to mission.") == (
            "Vous ne pouvez pas rendre compte dans mission."
        )
        assert say("Nobody has translated this.") == "Nobody has translated this."
    assert say("Sign in first.") == "Sign in first."


def test_what_a_person_wrote_is_no_sentence_to_search_for_long():
    with speaking("fr"):
        assert say("In " + "a/" * 20_000 + " the year is not clear.").startswith("Dans a/a/")


def test_french_is_printed_without_a_lonely_sign():
    assert printed("L'un : « jamais » ?") == "L\u2019un\u00a0: «\u00a0jamais\u00a0»\u202f?"


@pytest.mark.parametrize(
    ("wanted", "spoken"),
    [
        ("", "en"),
        ("fr-CF,fr;q=0.9,en;q=0.8", "fr"),
        ("en-GB,en;q=0.9,fr;q=0.8", "en"),
        ("sg, fr;q=0.3", "fr"),
        ("fr;q=0, en", "en"),
        ("fr_CF.UTF-8", "fr"),
        ("fr;q=x", "en"),
        ("*", "en"),
    ],
)
def test_a_reader_is_told_in_the_language_he_wants_most(wanted: str, spoken: str):
    assert first_spoken(wanted) == spoken


def test_a_language_ends_where_it_was_begun():
    with speaking("fr"):
        assert title_of("incident", "state") == "État"
        assert table()["nothing"] == "rien"
    assert title_of("incident", "state") == "State"


def test_the_command_line_speaks_the_language_of_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("EIRENE_DATA", str(tmp_path))
    monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")
    assert main(["account", "list"]) == 1
    assert "Il n\u2019y a pas de nœud" in capsys.readouterr().err
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("LANG", "fr_FR.UTF-8")
    assert main(["account", "list"]) == 1
    assert "There is no node" in capsys.readouterr().err


def test_why_is_told_to_each_in_his_own_language():
    english = sentence_of("no-rule", None, "hazard", "hazard", "mission", "ngo", 5, "", "", "en")
    french = sentence_of("no-rule", None, "hazard", "hazard", "mission", "ngo", 5, "", "", "fr")
    assert english == "No rule gives hazards from mission to ngo."
    assert french == "Aucune règle ne donne «\u00a0dangers\u00a0» de mission à ngo."


def test_a_workbook_in_french_has_the_same_columns_under_french_sheets():
    def made() -> openpyxl.Workbook:
        document = XlsxDocument([kinds()["site"]])
        document.head()
        told = {"marking": "mission", "when": "2026-11-25T14:30:00Z"}
        return openpyxl.load_workbook(io.BytesIO(document.manifest(told)))

    english = made()
    with speaking("fr"):
        french = made()
    assert english.sheetnames == ["Reports", "About"]
    assert french.sheetnames == ["Comptes rendus", "À propos"]
    rows = [next(book.worksheets[0].values) for book in (english, french)]
    assert rows[0] == rows[1]


def test_a_wrong_clock_is_told_in_french():
    late = clock_warning(1_764_100_000_000, datetime(2025, 11, 25, 12, 0, tzinfo=UTC))
    assert late is not None
    with speaking("fr"):
        assert say(late).startswith("L\u2019horloge de cette machine retarde de 8 heures")
