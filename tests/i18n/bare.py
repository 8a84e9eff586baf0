"""Finds Chinese sentences that the catalogue does not know: in templates, and in Python code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment
from jinja2.lexer import Lexer

CHINESE = re.compile(r"[\u3400-\u9fff]")  # punctuation alone is no text
MARKS = frozenset({"_", "N_", "P_", "gettext", "ngettext", "lazy_gettext", "lazy_ngettext"})
TRANSLATES = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)


def bare_in_template(text: str) -> Iterator[tuple[int, str]]:
    """Yield (line, text) for everything Chinese outside `_()`, `ngettext()` and `{% trans %}`."""
    open_calls: list[bool] = []  # for each parenthesis that is open: does it belong to a call that translates
    inside_trans = False
    tokens = [t for t in Lexer(TRANSLATES).tokeniter(text, None) if t[1] != "whitespace"]
    for position, (line, kind, value) in enumerate(tokens):
        before = tokens[position - 1][2] if position else ""
        if kind == "block_begin":
            inside_trans = _opens_trans(tokens, position, inside_trans)
        elif kind == "operator" and value == "(":
            open_calls.append(before in MARKS)
        elif kind == "operator" and value == ")":
            open_calls.pop()
        elif kind == "data" and not inside_trans and CHINESE.search(value):
            yield line, " ".join(value.split())
        elif kind == "string" and CHINESE.search(value) and not (open_calls and open_calls[-1]):
            yield line, value


def _opens_trans(tokens: list[tuple[int, str, str]], position: int, inside: bool) -> bool:
    name = tokens[position + 1][2] if position + 1 < len(tokens) else ""
    return {"trans": True, "pluralize": True, "endtrans": False}.get(name, inside)


def bare_in_code(path: Path, exempt: frozenset[str]) -> Iterator[tuple[int, str]]:
    """Yield (line, text) for every Chinese text constant that no call marks.

    Docstrings are not shown to anybody; `exempt` names module constants that are data.
    """
    tree = ast.parse(path.read_text("utf-8"))
    yield from _Finder(exempt).found(tree)


class _Finder:
    def __init__(self, exempt: frozenset[str]) -> None:
        self.exempt = exempt

    def found(self, node: ast.AST) -> Iterator[tuple[int, str]]:
        if self._is_data(node):
            return
        if isinstance(node, ast.Constant):
            if isinstance(node.value, str) and CHINESE.search(node.value):
                yield node.lineno, node.value
            return
        for child in _shown(node):
            yield from self.found(child)

    def _is_data(self, node: ast.AST) -> bool:
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, ast.AnnAssign):
            targets = [node.target]
        return any(isinstance(t, ast.Name) and t.id in self.exempt for t in targets)


def _shown(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the parts of a node that may hold a bare text: not docstrings, not what a mark encloses."""
    children = list(ast.iter_child_nodes(node))
    if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        children = [c for c in children if not _is_docstring(c)]
    if isinstance(node, ast.Call) and _name(node.func) in MARKS:
        children = [c for c in children if not _is_text(c)]
    yield from children


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and _is_text(node.value)


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _name(function: ast.expr) -> str:
    match function:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""
