"""What the code says to people, found in its source: errors, the terminal, the manual, the facts of an import.

A sentence is a text with ``{}`` for what is filled in. ``written`` is every text that
stands in the source; ``said`` those that reach a person, each with the place where it is
said: what an error of our tree is made with, what the console prints, what ``argparse``
shows, and what is put into ``facts``. A function that passes one of its arguments on to
one of these says it too.
"""

from __future__ import annotations

import ast
import itertools
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import eirene

HOLE = "{}"
SOURCE = Path(eirene.__file__).parent
_CONSOLE = {"say", "note", "stage", "progress", "typed", "asked", "in_words"}
_MANUAL = {"add_parser", "add_argument", "Arguments", "verb", "act"}
_RETURNED = {"clock_warning"}
"""Functions whose answer is shown as it is."""
_REJECTS: dict[str, set[str | int]] = {
    "BadCell": {2, 3, "rule", "remedy"},
    "Broken": {3, 4, "rule", "remedy"},
    "NotANumber": {0},
    "ValueError": {0},
}
"""What makes a row of an import a reject, with the arguments that say why."""
_NAMED = re.compile(r"\{\w+\}")
_WORD = re.compile("[a-z]{2}")
_SENTENCE = re.compile("[a-z]{2}.*[ .:]", re.DOTALL)
"""A name may stand for a word of a command too, which is no sentence."""
_DEFINED = (ast.FunctionDef, ast.AsyncFunctionDef)
_Function = ast.FunctionDef | ast.AsyncFunctionDef
_SPEAKING = (
    ast.Call,
    ast.Assign,
    ast.AugAssign,
    ast.Return,
    ast.Constant,
    ast.JoinedStr,
    ast.BinOp,
)
_DEEP = 3


class Place(NamedTuple):
    """An expression in the source, and the function around it."""

    file: Path
    within: _Function | None
    node: ast.expr


@cache
def trees() -> dict[Path, ast.Module]:
    """Every module of the node."""
    return {file: ast.parse(file.read_text("utf-8")) for file in sorted(SOURCE.rglob("*.py"))}


@cache
def _nodes() -> dict[Path, list[tuple[ast.AST, _Function | None]]]:
    """All nodes of a module that may say something, with the function around each."""
    found: dict[Path, list[tuple[ast.AST, _Function | None]]] = {}
    for file, tree in trees().items():
        here = found.setdefault(file, [])
        left: list[tuple[ast.AST, _Function | None]] = [(tree, None)]
        while left:
            node, within = left.pop()
            within = node if isinstance(node, _DEFINED) else within
            left += [(child, within) for child in ast.iter_child_nodes(node)]
            if isinstance(node, _SPEAKING):
                here.append((node, within))
    return found


def forms(node: ast.AST, within: _Function | None = None, deep: int = _DEEP) -> set[str]:
    """The texts that an expression can be; a hole for what only a run knows."""
    match node:
        case ast.Constant(value=str(text)):
            return {text}
        case ast.JoinedStr(values=parts):
            each = [_part(part, within, deep) for part in parts]
            return {"".join(one) for one in itertools.product(*each)}
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            each = [forms(left, within, deep), forms(right, within, deep)]
            return {"".join(one) for one in itertools.product(*each)}
        case ast.IfExp(body=body, orelse=other):
            return forms(body, within, deep) | forms(other, within, deep)
        case ast.BoolOp(values=values):
            return set[str]().union(*(forms(one, within, deep) for one in values))
        case ast.Name(id=name) if within is not None and deep:
            given = _given(within).get(name) or _constants().get(name, [])
            return set[str]().union(*(forms(one, within, deep - 1) for one in given)) or {HOLE}
        case _:
            return {HOLE}


def _bare(node: ast.expr) -> str:
    """A text with a hole for everything that is filled in."""
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    texts = (part.value if isinstance(part, ast.Constant) else HOLE for part in parts)
    return "".join(text if isinstance(text, str) else HOLE for text in texts)


def _part(part: ast.expr, within: _Function | None, deep: int) -> set[str]:
    if not isinstance(part, ast.FormattedValue):
        return forms(part, within, deep)
    bare = part.conversion == -1 and part.format_spec is None
    return forms(part.value, within, deep) if bare else {HOLE}


@cache
def _given(within: _Function) -> dict[str, list[ast.expr]]:
    """What the names of a function are given: by ``=``, or by a loop over texts that stand there."""
    found: dict[str, list[ast.expr]] = {}
    for node in ast.walk(within):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                found.setdefault(name, []).append(value)
            case ast.For(target=ast.Tuple(elts=targets), iter=ast.Call(args=over)) if len(
                targets
            ) == len(over):
                for target, one in zip(targets, over, strict=True):
                    _loop(found, target, one)
            case ast.For(target=ast.Tuple(elts=targets), iter=ast.Tuple(elts=rows)):
                for row in rows:
                    each = row.elts if isinstance(row, ast.Tuple) else [row]
                    for target, one in zip(targets, each, strict=False):
                        _loop(found, target, one)
            case ast.For(target=target, iter=over):
                _loop(found, target, over)
            case _:
                pass
    return found


def _loop(found: dict[str, list[ast.expr]], target: ast.expr, over: ast.expr) -> None:
    for name in _names(target):
        found.setdefault(name, []).extend(
            one for one in ast.walk(over) if isinstance(one, ast.Constant)
        )


@cache
def _constants() -> dict[str, list[ast.expr]]:
    """Texts that stand at the top of a module under a name in capitals, by that name."""
    found: dict[str, list[ast.expr]] = {}
    for tree in trees().values():
        for node in tree.body:
            match node:
                case ast.Assign(targets=[ast.Name(id=name)], value=value) if name.isupper():
                    found.setdefault(name, []).append(value)
                case _:
                    pass
    return found


def _names(node: ast.AST) -> set[str]:
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}


@cache
def written() -> frozenset[str]:
    """Every text in the source, spaces made one as in the help of a field."""
    found: set[str] = set()
    for node, within in itertools.chain(*_nodes().values()):
        if isinstance(node, ast.Constant | ast.JoinedStr | ast.BinOp):
            found |= forms(node, within) | forms(node) | {_bare(node)}
    rules = tomllib.loads(SOURCE.joinpath("release", "default.toml").read_text("utf-8"))
    found |= {one["note"] for one in rules["rule"] if "note" in one}
    for file in SOURCE.glob("missions/*/mission.toml"):
        found |= shown_of(tomllib.loads(file.read_text("utf-8")))
    found |= titles()
    found |= {" ".join(text.split()) for text in found}
    return frozenset(found | {_NAMED.sub(HOLE, text) for text in found})


def shown_of(mission: dict[str, Any]) -> set[str]:
    """What a mission's file says that people read in the page: its title, its divisions."""
    divisions = mission.get("divisions", [])
    notes = {one["note"] for one in divisions if "note" in one}
    return {mission["title"], *notes, *(one["title"] for one in divisions)}


@cache
def titles() -> frozenset[str]:
    """Titles of the mappings that ship."""
    files = SOURCE.glob("imports/mappings/*.toml")
    return frozenset(tomllib.loads(file.read_text("utf-8"))["title"] for file in files)


@cache
def errors() -> frozenset[str]:
    """Names of the classes of our error tree."""
    bases = {
        node.name: {base.id for base in node.bases if isinstance(base, ast.Name)}
        for tree in trees().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    found = {"EireneError"}
    while more := {name for name, of in bases.items() if of & found} - found:
        found |= more
    return frozenset(found)


class _Speech:
    """Follows what is said back to the texts, through the functions that pass it on."""

    def __init__(self) -> None:
        self._passed: dict[tuple[Path | None, str], set[str | int]] = {}
        """Arguments of a function that are said; the file for those of one module."""
        self._found: dict[str, Place] = {}
        self._more = True

    def found(self) -> dict[str, Place]:
        while self._more:
            self._more = False
            for file, nodes in _nodes().items():
                for node, within in nodes:
                    for said in self._said(file, node, within):
                        self._take(Place(file, within, said))
        return self._found

    def _said(self, file: Path, node: ast.AST, within: _Function | None) -> Iterator[ast.expr]:
        match node:
            case ast.Call():
                told = self._told(file, node, within)
                yield from (one for at, one in enumerate(node.args) if at in told)
                yield from (one.value for one in node.keywords if one.arg in told)
                if _name(node) == "append" and _is_facts(node.func):
                    yield from node.args
            case ast.Assign(targets=[ast.Name(id="facts")], value=value):
                yield from _elements(value)
            case ast.AugAssign(target=ast.Name(id="facts"), value=value):
                yield from _elements(value)
            case ast.Return(value=ast.expr() as value) if within and within.name in _RETURNED:
                yield value
            case _:
                pass

    def _told(self, file: Path, call: ast.Call, within: _Function | None) -> set[str | int]:
        name = _name(call)
        at_terminal = file.parent.name == "cli"
        if name in errors() or (name == "__init__" and within and _of_an_error(within)):
            return {0, "message", "remedy"}
        if at_terminal and name in _CONSOLE:
            return {0}
        if at_terminal and name in _MANUAL:
            return {"help", "description", "epilog", "about", "more"}
        if file.parent.name == "imports" and name in _REJECTS:
            return _REJECTS[name]
        return self._passed.get((file, name), set()) | self._passed.get((None, name), set())

    def _take(self, said: Place) -> None:
        whole = isinstance(said.node, ast.IfExp | ast.BoolOp)
        for node in ast.walk(said.node) if whole else [said.node]:
            if isinstance(node, ast.Name) and said.within:
                self._pass_on(said.file, said.within, node.id)
        for text in forms(said.node, said.within):
            if _SENTENCE.search(text) if isinstance(said.node, ast.Name) else _WORD.search(text):
                self._found.setdefault(text, said)

    def _pass_on(self, file: Path, within: _Function, name: str) -> None:
        named = [one.arg for one in (*within.args.posonlyargs, *within.args.args)]
        if name not in {*named, *(one.arg for one in within.args.kwonlyargs)}:
            return
        own = bool(named) and named[0] in ("self", "cls")
        private = within.name.startswith("_")
        told = self._passed.setdefault((file if private else None, within.name), set())
        before = len(told)
        told |= {name, *([named.index(name) - own] if name in named else [])}
        self._more = self._more or len(told) != before


def _name(call: ast.Call) -> str:
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def _is_facts(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and _names(node.value) == {"facts"}


def _elements(node: ast.expr) -> list[ast.expr]:
    held = [one for one in ast.walk(node) if isinstance(one, ast.List | ast.Tuple)]
    return [item for one in held for item in one.elts if not isinstance(item, ast.Starred)]


@cache
def _of_errors() -> frozenset[_Function]:
    return frozenset(
        inner
        for tree in trees().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and node.name in errors()
        for inner in node.body
        if isinstance(inner, _DEFINED)
    )


def _of_an_error(within: _Function) -> bool:
    return within in _of_errors()


@cache
def said() -> dict[str, str]:
    """Every sentence that reaches a person, and ``file:line`` where it is said."""
    return {
        text: f"{place.file.relative_to(SOURCE)}:{place.node.lineno}"
        for text, place in _Speech().found().items()
    }


def stands(sentence: str, deep: int = 2) -> bool:
    """Whether a sentence is in the source as it is, or as sentences within another."""
    if sentence == HOLE or sentence in written():
        return True
    return bool(deep) and any(_filled(one, sentence, deep) for one in _templates())


@cache
def _templates() -> dict[re.Pattern[str], int]:
    """Sentences with holes, as they are looked for, and how long they are without them."""
    held = [text for text in written() if HOLE in text and re.search(r"\w|: |->", text)]
    return {
        re.compile("(.+?)".join(map(re.escape, one.split(HOLE))), re.DOTALL): len(one)
        for one in held
    }


def _filled(template: re.Pattern[str], sentence: str, deep: int) -> bool:
    found = template.fullmatch(sentence)
    return bool(found) and all(stands(one, deep - 1) for one in found.groups() if one != sentence)
