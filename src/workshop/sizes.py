"""How large things are: lines of code, which are neither empty nor a comment nor part of a docstring."""

import ast
import io
import tokenize
from collections.abc import Iterator
from pathlib import Path

from bakery.moving.costs import LAYOUT

FUNCTION = 35
"""Lines of code that a function may have, from its `def` to its end, with all that is defined inside it."""
MODULE = 400
"""Lines that a module may have, all of them counted."""


def functions(text: str) -> Iterator[tuple[str, int]]:
    """Every function of a module, and how many lines of code it has."""
    code = lines_of_code(text)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, len(code.intersection(range(node.lineno, (node.end_lineno or node.lineno) + 1)))


def lines_of_code(text: str) -> set[int]:
    """The numbers of the lines of a module that are code."""
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    written = {
        line
        for token in tokens
        if token.type not in LAYOUT
        for line in range(token.start[0], token.end[0] + 1)
    }
    return written - set(_lines_of_docstrings(ast.parse(text)))


def _lines_of_docstrings(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and (
            ast.get_docstring(node) is not None
        ):
            docstring = node.body[0]
            yield from range(docstring.lineno, (docstring.end_lineno or docstring.lineno) + 1)


def too_large(folder: Path) -> Iterator[str]:
    """What is over its limit in a folder, in words, the path first."""
    for path in sorted(folder.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        name = path.relative_to(folder).as_posix()
        if (lines := len(text.splitlines())) > MODULE:
            yield f"{name}: {lines} lines, and a module has at most {MODULE}"
        for function, lines in functions(text):
            if lines > FUNCTION:
                yield f"{name}: {function} has {lines} lines of code, and a function has at most {FUNCTION}"
