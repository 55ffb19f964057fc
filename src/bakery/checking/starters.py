"""The cell of an exercise as an author writes it: solved, with marks from which the reader's starter is made.

There is one mark, with three uses. It is a comment, so the same words in a string are left alone:

- `code  # starter: other`: the solution has `code`, the starter has `other` in its place;
- `code  # starter:`: the line is missing from the starter;
- `# starter: other` on a line of its own: the line is missing from the solution.
"""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

MARK = "# starter:"
NEARLY = re.compile(r"#.*#\s*starter\b|#\s*starter\b", re.IGNORECASE)
"""A comment that was probably meant as a mark."""


class Marks(NamedTuple):
    """What the marks of a text say: by its number from 1, the line's code and the starter's in its place."""

    lines: dict[int, tuple[str, str]]
    faults: list[tuple[int, str]]
    """A line and what is wrong there."""


def marks(text: str) -> Marks:
    """The marks of a solved cell."""
    found = Marks({}, [])
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT and NEARLY.match(token.string):
                number, column = token.start
                if token.string.startswith(MARK):
                    code, other = token.line[:column], token.string.removeprefix(MARK).strip()
                    indent = code[: len(code) - len(code.lstrip())]
                    found.lines[number] = (code.rstrip(), f"{indent}{other}" if other else "")
                else:
                    found.faults.append((number, f"the mark is `{MARK} …`, the only comment of its line"))
    except (tokenize.TokenError, SyntaxError):
        found.faults.append(not_python(text, "cell"))
    return found


GAP = re.compile(r"\n{4,}")
"""More than two empty lines."""


def starter(text: str) -> str:
    """What the reader starts from, with a newline at its end."""
    return _made(text, 1)


def solution(text: str) -> str:
    """The solved cell, with a newline at its end."""
    return _made(text, 0)


@cache
def _made(text: str, which: int) -> str:
    marked = marks(text).lines
    lines = (
        marked[number][which] if number in marked else line
        for number, line in enumerate(text.splitlines(), start=1)
    )
    kept = (line for number, line in enumerate(lines, start=1) if line or number not in marked)
    # Where lines are left out, the empty ones around them are more than a formatter leaves.
    return GAP.sub("\n\n\n", "\n".join(kept)).strip("\n") + "\n"


def faults(text: str, name: str) -> Iterator[tuple[int, str]]:
    """What is wrong with the solved cell of the exercise `name`: a line of it, from 1, and words."""
    bad = marks(text).faults
    yield from bad
    made = {"solution": parse(solution(text)), "starter": parse(starter(text))}
    for kind, tree in () if bad else made.items():
        if tree is None:
            yield not_python(solution(text) if kind == "solution" else starter(text), kind)
        elif not ends_in(tree, name, "check"):
            yield len(text.splitlines()), f"the {kind} ends in `ex.{name}.check(…)`"
    if not bad and all(made.values()) and same(starter(text), solution(text)):
        yield 1, f"the starter is solved already: mark a line with `{MARK} …`"


def not_python(text: str, kind: str) -> tuple[int, str]:
    """The line, from 1, of a text that is no Python, and what Python says to it."""
    try:
        compile(text, "<cell>", "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    except SyntaxError as error:
        return error.lineno or 1, f"the {kind} is not Python: {error.msg}"
    return 1, f"the {kind} is not Python"


def parse(text: str) -> ast.Module | None:
    """A cell's text as a syntax tree, or None where it is no Python; a cell may `await` at its top level."""
    try:
        tree = compile(text, "<cell>", "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return tree if isinstance(tree, ast.Module) else None


def nodes_of(text: str) -> list[ast.AST]:
    """All that is in a cell's text, the outer parts first; nothing where it is no Python, or empty."""
    tree = parse(text)
    return [node for node in ast.walk(tree) if node is not tree] if tree else []


def functions_of(text: str) -> "list[ast.FunctionDef | ast.AsyncFunctionDef]":
    """All the functions that are defined in a cell's text, the outer ones first."""
    return [node for node in nodes_of(text) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


@cache
def given(text: str, name: str, verb: str) -> tuple[str, ...]:
    """What a cell hands to `ex.NAME.VERB(…)` as its only argument, in each of such calls, as expressions."""
    calls = (node for node in nodes_of(text) if isinstance(node, ast.Call))
    wanted = f"ex.{name}.{verb}"
    return tuple(
        ast.unparse(call.args[0])
        for call in calls
        if ast.unparse(call.func) == wanted and len(call.args) == 1 and not call.keywords
    )


def ends_in(tree: ast.Module, name: str, verb: str) -> bool:
    """Whether the last line of a cell is `ex.NAME.VERB(…)`, with something in the brackets."""
    last = tree.body[-1] if tree.body else None
    return isinstance(last, ast.Expr) and len(given(ast.unparse(last), name, verb)) == 1


def same(one: str, other: str) -> bool:
    """Whether two cells say the same: spaces, comments and calls of the check itself do not count."""
    first, second = parse(one), parse(other)
    return first is not None and second is not None and _core(first) == _core(second)


def retouched(one: str, other: str) -> bool:
    """Whether two cells that say the same are written in other words: spaces, comments and calls of the check do not count.

    Of an answer whose text is not known, such as a lone `...`, nothing is said.
    """
    return same(one, other) and _words(one) != _words(other)


def _words(text: str) -> list[str]:
    tree = parse(text)
    kept = (
        [ast.get_source_segment(text, node) or "" for node in tree.body if not _is_verb(node)] if tree else []
    )
    return [word for part in kept for word in re.findall(r"\w+|[^\w\s]", re.sub(r"#.*", "", part))]


def _core(tree: ast.Module) -> str:
    return "\n".join(ast.dump(node) for node in tree.body if not _is_verb(node))


def _is_verb(node: ast.stmt) -> bool:
    """`ex.NAME.check(…)` and its like; `ex.NAME.say(…)` is an answer, not a verb."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Call)
        and bool(re.match(r"ex\.\w+\.(?!say$)\w+$", ast.unparse(node.value.func)))
    )
