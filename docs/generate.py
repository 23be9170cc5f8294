"""Writes the files that follow from the code; ``--check`` only compares.

Kinds, errors and settings are declared once, in the code, with their meaning; the
reference pages show them, and the client is built with the words of all kinds.
``tests/test_docs.py`` fails when one is behind.
"""

from __future__ import annotations

import importlib
import inspect
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import msgspec

from eirene import errors, places, times
from eirene.config import ENVIRONMENT, Provider, Settings
from eirene.errors import EireneError
from eirene.imports import faults
from eirene.imports.mapping import (
    Mapping,
    Rule,
    columns_of,
    mapping_named,
    read_by,
    ready_mappings,
    rules_of,
    used_columns,
)
from eirene.maps import faults as map_faults
from eirene.release import configuration
from eirene.release import rules as release_rules
from eirene.release.coarsen import band_of
from eirene.release.conditions import queryables
from eirene.release.rules import BANDS
from eirene.reports import acts as acts_package
from eirene.reports import markings
from eirene.reports.acts import acts
from eirene.reports.kinds import GROUPS, Codes, Kind, count_fields, field_docs, fields_of, kinds
from eirene.reports.vocabulary import vocabulary
from eirene.reports.words import speaking, table, title_of
from eirene.web import problems

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = ROOT / "docs" / "reference"
_MADE = "<!-- made by docs/generate.py: change the code, then run it -->\n"


def _cell(text: object) -> str:
    return str(text).replace("|", "\\|").replace("\n", " ")


def _rows(heads: str, rows: Iterator[tuple[object, ...]]) -> Iterator[str]:
    names = heads.split("|")
    yield "| " + " | ".join(names) + " |"
    yield "| " + " | ".join("---" for _ in names) + " |"
    for row in rows:
        yield "| " + " | ".join(_cell(cell) for cell in row) + " |"


def _list(codes: Codes) -> Iterator[str]:
    yield f"\n**{codes.name}**\n"
    yield from _rows("code|words", ((f"`{code}`", words) for code, words in codes.labels.items()))


def kinds_page() -> str:
    """One section a kind: fields with meaning, unit, group, letters; then its code lists."""
    lines = [
        "# Kinds of report\n",
        _MADE,
        (
            "Each kind is one module in `src/eirene/reports/`. *Group* is the release group, by which "
            "a field may pass a release. *Letters*: S can identify a source, P personal, L exact place, "
            "O own operations. A count that is not known is left out; it is never 0. A *short code* is "
            "letters, digits and `-`, at most 40: text that passes a release with its group.\n"
        ),
    ]
    shared: dict[str, Codes] = {}
    for kind in kinds().values():
        lines += _kind(kind, shared)
    lines.append("\n## Code lists\n")
    common = [markings.CLASSIFICATION, markings.TLP, markings.BASIS, markings.PURPOSE]
    for codes in [*common, markings.LINK_ROLE, *shared.values()]:
        lines += _list(codes)
    return "\n".join(lines) + "\n"


def _kind(kind: Kind, shared: dict[str, Codes]) -> Iterator[str]:
    yield f"\n## {kind.title} (`{kind.tag}`)\n"
    module = sys.modules[kind.content.__module__]
    yield (inspect.getdoc(module) or "") + "\n"
    if kind.states:
        yield "Life cycle: " + " -> ".join(f"`{state}`" for state in kind.states) + "\n"
    if kind.only_in:
        yield "Stands only in: " + ", ".join(f"`{name}`" for name in kind.only_in) + "\n"
    if kind.without:
        yield "Must not say: " + ", ".join(f"`{name}`" for name in kind.without) + "\n"
    if kind.requires:
        yield "Also required: " + ", ".join(f"`{name}`" for name in kind.requires) + "\n"
    counts = count_fields(kind)
    if counts:
        yield "Can be summed: " + ", ".join(f"`{name}`" for name in counts) + "\n"
    rows: list[tuple[object, ...]] = []
    for field in fields_of(kind.content).values():
        if field.name in kind.without:
            continue
        if field.codes is not None:
            shared[field.codes.name] = field.codes
        about = field.doc + (f" ({field.held.unit})" if field.held.unit else "")
        codes = f" List: {field.codes.name}." if field.codes else ""
        rows.append(
            (
                f"`{field.name}`" + (" *" if field.required else ""),
                title_of(kind.name, field.name),
                about + codes + (" A short code." if field.held.passes_as_is else ""),
                field.held.form,
                f"`{field.held.group}`",
                field.held.sensitivity,
                f"`{field.held.hxl}`" if field.held.hxl else "",
            )
        )
    yield from _rows("field|title|meaning|form|group|letters|HXL", iter(rows))
    example = msgspec.json.format(msgspec.json.encode(kind.example), indent=2).decode()
    yield f"\n```json\n{example}\n```\n"


_HOMES = tuple(module.__name__ for module in (errors, times, places, faults, map_faults, problems))


def _tree(error: type[EireneError], depth: int) -> Iterator[tuple[type[EireneError], int]]:
    yield error, depth
    for child in error.__subclasses__():
        if child.__module__ in _HOMES:
            yield from _tree(child, depth + 1)


def errors_page() -> str:
    """Every error that Eirene raises on purpose, with its code."""
    rows = (
        ("&nbsp;" * 4 * depth + f"`{error.code}`", (inspect.getdoc(error) or "").split("\n\n")[0])
        for error, depth in _tree(EireneError, 0)
    )
    lines = [
        "# Errors\n",
        _MADE,
        (
            "Over HTTP each comes as problem JSON: `status`, `code`, `field`, `message`, `remedy`, always "
            "all five (a list post adds `index`). On the command line: the sentence, the field, the "
            "remedy, and exit status 1.\n"
        ),
        *_rows("code|meaning", rows),
    ]
    return "\n".join(lines) + "\n"


def settings_page() -> str:
    """Every setting with its default and its place in the environment."""
    docs = field_docs(Settings)
    variables = {name: variable for variable, name in ENVIRONMENT.items()}
    rows = (
        (f"`{f.name}`", f"`{f.default!r}`", variables.get(f.name, ""), docs[f.name])
        for f in msgspec.structs.fields(Settings)
    )
    lines = [
        "# Settings\n",
        _MADE,
        (
            "A TOML file (`--config FILE`), then the environment, then the command line; the later one "
            "wins. A name that does not exist stops the node and names the nearest right one. Secrets "
            "are no settings: the key store is opened by a passphrase or a credential, and a provider's "
            "secret lies in a file.\n"
        ),
        *_rows("setting|default|environment|meaning", rows),
        "\n## [[providers]]\n",
        *_fields_of(Provider),
    ]
    return "\n".join(lines) + "\n"


def _fields_of(struct: type[msgspec.Struct]) -> Iterator[str]:
    docs = field_docs(struct)
    told = (
        (f"`{field.name}`", "yes" if field.required else "", docs.get(field.name, ""))
        for field in msgspec.structs.fields(struct)
    )
    yield from _rows("field|required|meaning", told)


def rules_page() -> str:
    """What a configuration may say, and the matrix that ships with Eirene."""
    parts = (
        ("[[rule]]", release_rules.Rule),
        ("[[agreement]]", configuration.Agreement),
        ("[[enforcement]]", configuration.Enforcement),
        ("[slots]", configuration.Slots),
    )
    lines = [
        "# Rules of release\n",
        _MADE,
        "What `eirene config` reads. How to change it: [the guide](../guides/rules.md).\n",
    ]
    for title, struct in parts:
        about = (struct.__doc__ or "").partition("\n")[0]
        lines += [f"## `{title}`\n", f"{about}\n", *_fields_of(struct), ""]
    top = ("title", "k", "own")
    docs = field_docs(configuration.Configuration)
    lines += ["Above them stand:\n", *_rows("name|meaning", ((f"`{n}`", docs[n]) for n in top)), ""]
    classes = ((f"`{name}`", table()[f"data.{name}"]) for name in release_rules.CLASSES)
    lines += ["## Classes of data\n", *_rows("class|what", classes), ""]
    bands = ", ".join(band_of(least) for least in release_rules.BANDS)
    lines += [
        "## Words\n",
        f"- modes: {_listed(release_rules.MODES)}",
        f"- bindings: {_listed(release_rules.BINDS)}",
        f"- blocks of time: {_listed(release_rules.TIMES)}",
        f"- counts: {_listed(release_rules.COUNTS)}; the bands are {bands}",
        f"- groups: {_listed(GROUPS)}",
        "",
        "## Conditions\n",
        "CQL2 text over one report. It may name:\n",
        *_rows("name|type", ((f"`{n}`", t) for n, t in sorted(queryables().items()))),
        "",
        "## The matrix that ships with Eirene\n",
        *_rows("class|from|to|mode|bound by|delay|place|time|counts|passes|onward", _matrix()),
    ]
    return "\n".join(lines) + "\n"


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _matrix() -> Iterator[tuple[str, ...]]:
    for rule in configuration.default().rules:
        gives = rule.counts if rule.gives else ""
        yield (
            *(rule.data, rule.origin.replace("*", "\\*"), rule.to.replace("*", "\\*"), rule.mode),
            *(rule.binding, rule.delay, rule.place, rule.time, gives),
            *(" ".join(rule.passes), rule.onward),
        )


def mappings_page() -> str:
    """The ready mappings, one line each; each has a page of its own."""
    lines = [
        "# Ready mappings\n",
        _MADE,
        (
            "Each is one file in `src/eirene/imports/mappings/`, and a model for your own: see "
            "[Bring your data](../guides/bring-your-data.md). A table is known by its columns; nothing has "
            "to be named. What may not be passed on is read where it is filed, and is in no release and no "
            "export, whatever mapping it is brought by.\n"
        ),
    ]
    told = map(mapping_named, ready_mappings())
    lines += _rows(
        "mapping|file|makes|licence|passed on",
        (
            (
                f"[{one.name}](mappings/{one.name}.md)",
                one.title,
                f"`{one.kind}`",
                one.licence,
                "yes, named as it wants" if one.passing_on else "**no**",
            )
            for one in told
        ),
    )
    return "\n".join(lines) + "\n"


def _mapping_page(name: str) -> Callable[[], str]:
    return lambda: "\n".join(_mapping(mapping_named(name))) + "\n"


def _mapping(mapping: Mapping) -> Iterator[str]:
    yield f"# {mapping.name}\n"
    yield _MADE
    yield f"{mapping.title}. {mapping.url}".rstrip() + "\n"
    used = used_columns(mapping)
    about: list[tuple[object, ...]] = [
        ("makes", f"`{mapping.kind}`"),
        ("source on every report", mapping.source),
        ("as of", mapping.as_of or "the edition that is brought"),
        (
            "compartment",
            f"`{mapping.compartment}`" if mapping.compartment else "chosen by who brings it",
        ),
        ("grade", mapping.const.get("grade", "none: who brings it may state one")),
        ("licence", mapping.licence),
        ("attribution", mapping.attribution),
        ("may be passed on", _passed_on(mapping)),
        (
            "rows are known again by",
            ", ".join(f"`{column}`" for column in mapping.row_id) or "all that they say",
        ),
        (
            "known by its columns",
            f"all {len(used)} that are read, below; others may be there as well",
        ),
    ]
    yield from _rows("|", iter(about))
    yield f"\n{mapping.notes.strip()}\n"
    yield "\n## Fields\n"
    yield from _rows("field|from|how", iter(_fields(mapping)))
    yield "\n## Columns\n"
    into = _columns_into(mapping)
    rows = [
        (f"`{name}`", ", ".join(f"`{field}`" for field in fields)) for name, fields in into.items()
    ]
    yield from _rows("column|goes to", iter(rows))
    if mapping.ignore:
        yield "\nNot read: " + ", ".join(f"`{name}`" for name in mapping.ignore) + ".\n"


def _passed_on(mapping: Mapping) -> str:
    if mapping.passing_on:
        return "yes, with the attribution, which exports carry"
    return "**no**: every report is marked, and is in no release and no export"


def _columns_into(mapping: Mapping) -> dict[str, list[str]]:
    """Columns in the order in which they are named, and the fields that each has a part in."""
    into: dict[str, list[str]] = {name: ["the row's own number"] for name in mapping.row_id}
    told = [(field, rules_of(rules)) for field, rules in mapping.fields.items()]
    for field, entries in mapping.lists.items():
        told += [(field, rules_of(rules)) for entry in entries for rules in entry.values()]
    for field, rules in told:
        for name in (name for rule in rules for name in columns_of(rule)):
            into.setdefault(name, [])
            if field not in into[name]:
                into[name].append(field)
    return into


def _fields(mapping: Mapping) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = [
        (f"`{field}`", "always", f"`{value}`") for field, value in mapping.const.items()
    ]
    for field, told in mapping.fields.items():
        rows += [(f"`{field}`", _read(rule), _how(rule)) for rule in rules_of(told)]
    for field, entries in mapping.lists.items():
        for at, entry in enumerate(entries, start=1):
            for part, told in entry.items():
                rows += [
                    (f"`{field}` {at}, `{part}`", _read(rule), _how(rule))
                    for rule in rules_of(told)
                ]
    return rows


def _read(rule: Rule) -> str:
    return ", ".join(f"`{name}`" for name in read_by(rule)) or "always"


def _how(rule: Rule) -> str:
    said = [f"where `{name}` is `{told}`" for name, told in rule.when.items()]
    if rule.value is not msgspec.UNSET:
        said.append(f"`{rule.value}`")
    if rule.text:
        said.append("“" + " / ".join(rule.text.strip().splitlines()) + "”")
    said += [f"`{a or 'blank'}` is `{b or 'left out'}`" for a, b in rule.codes.items()]
    said += [f"`{a}` is `{b or 'left out'}`" for a, b in rule.patterns]
    if rule.other is not msgspec.UNSET:
        said.append(f"else `{rule.other or 'left out'}`")
    if rule.split:
        said.append(f"a list, items between `{rule.split}`")
    if rule.scale != 1:
        said.append(f"times {rule.scale}")
    return "; ".join(said)


def acts_page() -> str:
    """Every act: where it stands, what it says, field by field."""
    parts = [
        "# Acts\n",
        _MADE,
        *(line.rstrip() + "\n" for line in [inspect.getdoc(acts_package) or ""]),
    ]
    for act in acts().values():
        module = importlib.import_module(act.content.__module__)
        parts.append(f"\n## `{act.tag}`\n\n{inspect.getdoc(module)}\n")
        structs = [
            one
            for one in vars(module).values()
            if inspect.isclass(one)
            and issubclass(one, msgspec.Struct)
            and one.__module__ == module.__name__
        ]
        for struct in structs:
            parts += _struct(struct)
    return "\n".join(parts) + "\n"


def _struct(struct: type[msgspec.Struct]) -> Iterator[str]:
    yield f"\n**{struct.__name__}**: {inspect.getdoc(struct)}\n"
    docs = field_docs(struct)
    rows = (
        (f"`{field.encode_name}`", f"`{_type(field.type)}`", docs.get(field.name, ""))
        for field in msgspec.structs.fields(struct)
    )
    yield from _rows("field|type|meaning", rows)


def _type(hint: object) -> str:
    text = hint if isinstance(hint, str) else getattr(hint, "__name__", "") or str(hint)
    if "[" in str(hint):
        text = str(hint)
    return text.replace("typing.", "").replace("eirene.reports.acts.", "").replace("datetime.", "")


def vocabulary_file(language: str = "en") -> str:
    """The words of all kinds and the bands of counts, laid out as the client's formatter has it."""
    with speaking(language):
        told = vocabulary() | {"bands": {str(least): band_of(least) for least in BANDS}}
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


FILES: dict[Path, Callable[[], str]] = {
    REFERENCE / "kinds.md": kinds_page,
    REFERENCE / "acts.md": acts_page,
    REFERENCE / "errors.md": errors_page,
    REFERENCE / "settings.md": settings_page,
    REFERENCE / "mappings.md": mappings_page,
    REFERENCE / "rules.md": rules_page,
    ROOT / "client" / "src" / "strings" / "vocabulary.json": vocabulary_file,
    ROOT / "client" / "src" / "strings" / "vocabulary.fr.json": lambda: vocabulary_file("fr"),
}
FILES.update(
    (REFERENCE / "mappings" / f"{name}.md", _mapping_page(name)) for name in ready_mappings()
)


def behind() -> list[Path]:
    """Files that are not what the code says."""
    return [
        path
        for path, made in FILES.items()
        if not path.exists() or path.read_text(encoding="utf-8") != made()
    ] + [one for one in (REFERENCE / "mappings").glob("*.md") if one not in FILES]


if __name__ == "__main__":
    stale = behind()
    if "--check" in sys.argv:
        names = ", ".join(str(path.relative_to(ROOT)) for path in stale)
        sys.exit(f"behind the code: {names}; run docs/generate.py" if stale else 0)
    (REFERENCE / "mappings").mkdir(exist_ok=True)
    for stale_path in stale:
        if stale_path not in FILES:
            stale_path.unlink()
            continue
        stale_path.write_text(FILES[stale_path](), encoding="utf-8")
