"""What a kind of report declares, once, and how the kinds are found.

A kind is a module of this package with a ``KIND``. From that one declaration
come validation, JSON Schema, forms, import and export columns, the search
index, the reference page, and what stays closed at release.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import sys
import typing
from collections.abc import Callable, Mapping
from functools import cache
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from eirene.errors import InvalidReport

GROUPS = (
    "code actor affected harm damage action unit schedule route object purpose organisation "
    "sector reached contact contact-personal donor clock patient hazard technical grade text "
    "source filed-by attachments"
).split()
"""Release groups (release-matrix); a field passes a release only by its group."""

FORMS = (
    "text longtext choice many count number yesno time place grade label link list attachment"
).split()
"""How a field is entered; the client knows exactly these."""


class Held(msgspec.Struct, frozen=True):
    """How a field is held: release group, sensitivity letters, entry form, HXL tag.

    Letters: S source, P personal, L exact place, O own operations, "" harmless.
    """

    group: str
    sensitivity: str = ""
    form: str = "text"
    hxl: str = ""
    unit: str = ""
    passes_as_is: bool = False
    """True for a ``ShortCode``: text that passes a release with its group, as a code does.
    All other text without a code list stays behind, whatever its group."""

    def __post_init__(self) -> None:
        if self.group not in GROUPS or self.form not in FORMS:
            raise ValueError(f"no such release group or form: {self.group}, {self.form}")


class Codes:
    """A code list: code -> words. Codes are never reused; retired ones stay readable."""

    def __init__(self, name: str, labels: Mapping[str, str], retired: tuple[str, ...] = ()) -> None:
        self.name = name
        self.labels = dict(labels)
        self.retired = retired

    def __contains__(self, code: object) -> bool:
        return isinstance(code, str) and code in self.labels and code not in self.retired

    def open_codes(self) -> list[str]:
        """Codes that may still be filed."""
        return [code for code in self.labels if code not in self.retired]


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """What all kinds say: one line and a story. Both are where names leak."""

    summary: Annotated[str, Meta(max_length=300), Held("text", "SP", "text", "#description")] = ""
    """One line that says what happened or what this is."""

    narrative: Annotated[str, Meta(max_length=20_000), Held("text", "SP", "longtext")] = ""
    """The whole story, as told. Facts first, comment apart."""

    def fault(self) -> tuple[str, str, str] | None:
        """Field, rule and remedy where fields do not go together; asked once, when it is filed."""
        return None


Count = Annotated[int, Meta(ge=0, le=100_000_000)]
"""A count of people or things. Unknown is ``UNSET``, never 0."""

SHORT_CODE = r"^[A-Za-z0-9][A-Za-z0-9-]{0,39}$(?!\n)"
"""What a short code looks like: no blank, so that no sentence can stand in it.

To Python ``$`` is also before a line end, which the last part refuses.
"""
ShortCode = Annotated[str, Meta(pattern=SHORT_CODE)]
"""Short code of an organisation, party, contributor or unit: ``north`` is told in ``party-north``."""


class Field(msgspec.Struct, frozen=True):
    """One field of a kind, as everything that is derived from it needs it."""

    name: str
    held: Held
    codes: Codes | None
    doc: str
    required: bool
    type: Any


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of report."""

    name: str
    version: int
    content: type[Content]
    title: str
    """What people call it."""
    plural: str
    requires: tuple[str, ...] = ()
    """Envelope fields without which a report of this kind is refused: occurred, place."""
    states: tuple[str, ...] = ()
    """Life cycle, first state first; empty when the kind has none."""
    lasting: bool = False
    """True: it is the case until another report says otherwise (a site). False: it happened."""
    symbol: str
    typed: str = "type"
    """Field whose code tells reports of the kind apart: in layers, filters, counts."""
    actor: str = ""
    """Field that says who acts, by which the kind can be looked at; empty: it has none."""
    only_in: tuple[str, ...] = ()
    """Compartments to which this kind is bound; empty: any."""
    by_upload: bool = False
    """True: it comes with a file, which cannot be said in words (``POST /api/attachments``)."""
    without: tuple[str, ...] = ()
    """Fields of every other kind that must not be said here, such as the place of a survivor."""
    example: dict[str, Any]
    """A flat report, without compartment, that is right."""
    up: Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]] = msgspec.field(
        default_factory=dict[int, Callable[[dict[str, Any]], dict[str, Any]]]
    )
    """From version n to n + 1; a changed meaning is a new version, and old ones climb."""

    @property
    def tag(self) -> str:
        """Kind and version as they stand in the body: ``incident/1``."""
        return f"{self.name}/{self.version}"


@cache
def _classes(module: str) -> dict[str, ast.ClassDef]:
    """The classes of a module as written, by name; each module is read once."""
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    return {node.name: node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}


def field_docs(content: type) -> dict[str, str]:
    """The string under each field, from the source: one place for meaning and unit."""
    docs: dict[str, str] = {}
    for owner in reversed(content.__mro__):
        if not issubclass(owner, msgspec.Struct) or owner is msgspec.Struct:
            continue
        body = _classes(owner.__module__)[owner.__name__].body
        for at, node in enumerate(body[:-1]):
            after = body[at + 1]
            if (
                isinstance(node, ast.AnnAssign)
                and isinstance(node.target, ast.Name)
                and isinstance(after, ast.Expr)
                and isinstance(after.value, ast.Constant)
            ):
                docs[node.target.id] = " ".join(str(after.value.value).split())
    return docs


@cache
def fields_of(content: type[Content]) -> dict[str, Field]:
    """Every field of a content struct by name, in the order of the declaration."""
    docs = field_docs(content)
    hints = typing.get_type_hints(content, include_extras=True)
    own = list(msgspec.structs.fields(content))
    base = {field.name for field in msgspec.structs.fields(Content)}
    own.sort(key=lambda f: f.name in base)  # stable: summary and narrative go last
    found: dict[str, Field] = {}
    for field in own:
        marks = getattr(hints[field.name], "__metadata__", ())
        held = next((m for m in marks if isinstance(m, Held)), None)
        if held is None:
            raise TypeError(f"{content.__name__}.{field.name} declares no release group")
        codes = next((m for m in marks if isinstance(m, Codes)), None)
        found[field.name] = Field(
            name=field.name,
            held=held,
            codes=codes,
            doc=docs.get(field.name, ""),
            required=field.required,
            type=hints[field.name],
        )
    return found


def count_fields(kind: Kind) -> tuple[str, ...]:
    """Names of the counts of a kind, in order of declaration: these can be summed."""
    # a kind holds a dict and cannot be a cache's key; fields_of is cached
    return tuple(f.name for f in fields_of(kind.content).values() if f.held.form == "count")


@cache
def kinds() -> dict[str, Kind]:
    """All kinds by name: each module of this package that has a ``KIND``."""
    package = importlib.import_module("eirene.reports")
    found: dict[str, Kind] = {}
    for module in pkgutil.iter_modules(package.__path__):
        kind = getattr(importlib.import_module(f"eirene.reports.{module.name}"), "KIND", None)
        if isinstance(kind, Kind):
            found[kind.name] = kind
    return dict(sorted(found.items()))


def kind_named(name: str) -> Kind:
    """The kind of that name; ``InvalidReport`` with the names there are."""
    kind = kinds().get(name)
    if kind is None:
        raise InvalidReport(
            f"There is no kind {name!r}.",
            field="kind",
            remedy="Use one of: " + ", ".join(kinds()) + ".",
        )
    return kind


def climbed(kind: Kind, version: int, content: dict[str, Any]) -> dict[str, Any]:
    """Old content, brought to the version that this node knows."""
    for step in range(version, kind.version):
        content = kind.up[step](content)
    return content


__all__ = [
    "FORMS",
    "GROUPS",
    "SHORT_CODE",
    "UNSET",
    "Codes",
    "Content",
    "Count",
    "Field",
    "Held",
    "Kind",
    "ShortCode",
    "UnsetType",
    "climbed",
    "count_fields",
    "fields_of",
    "kind_named",
    "kinds",
]
