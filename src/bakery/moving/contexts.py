"""`with` to `async with`, and `for` to `async for`."""

import ast
import re

from bakery.moving.needs import Need, is_async_context
from bakery.moving.plan import Plan
from bakery.moving.reading import Source
from bakery.moving.scopes import Names
from bakery.moving.spreading import Spread

HEAD = re.compile(r"\s+(\(\s*)?")
BETWEEN = re.compile(r"\s*,\s*")
TAIL = re.compile(r"\s*,?\s*\)?\s*:")


def write_with(need: Need, spread: Spread, plan: Plan) -> str:
    """Make a `with` async; a mixed one becomes several, one in the other. What stands against it, or ""."""
    node = need.node
    assert isinstance(node, ast.With)  # noqa: S101 - the form says so
    source = need.scope.source
    ours = [_is_async(item, need, spread) for item in node.items]
    if all(ours):
        plan.edits[source.path].insert(source.span(node)[0], "async ")
        return ""
    return _split(node, ours, source, plan)


def write_for(need: Need, names: Names, plan: Plan) -> str:
    """Make a loop async. What stands against it, or ""."""
    source, node = names.source, need.node
    edits = plan.edits[source.path]
    if isinstance(node, ast.For):
        edits.insert(source.span(node)[0], "async ")
        return ""
    if isinstance(node, ast.expr):
        edits.wrap(source.span(node), "[each async for each in ", "]")
        return ""
    assert isinstance(node, ast.comprehension)  # noqa: S101 - the form says so
    if isinstance(names.parents.get(node), ast.GeneratorExp):
        return "gives an async generator here: make it a list"
    before = source.text[: source.span(node.target)[0]]
    found = before.rstrip().removesuffix("(").rstrip()
    if not found.endswith("for"):
        return "is looped over in a form that was not recognized"
    edits.insert(len(found) - 3, "async ")
    return ""


def write_context_makers(spread: Spread, plan: Plan) -> None:
    """`@contextmanager` becomes `@asynccontextmanager` above what became async."""
    for function in spread.asynced:
        for node in function.decorators:
            kinds = spread.knowledge.of(node, function.outer)
            if any(kind.name == "contextlib.contextmanager" for kind in kinds):
                name = node.attr if isinstance(node, ast.Attribute) else ast.unparse(node)
                end = function.source.span(node)[1]
                plan.edits[function.source.path].replace((end - len(name), end), "asynccontextmanager")
                if not isinstance(node, ast.Attribute):
                    plan.needs_import(function.source, "from contextlib import asynccontextmanager")


def _is_async(item: ast.withitem, need: Need, spread: Spread) -> bool:
    kinds = spread.knowledge.of(item.context_expr, need.scope)
    return any(
        is_async_context(kind) or (kind.sort == "context" and kind.function in spread.asynced)
        for kind in kinds
    )


def _split(node: ast.With, ours: list[bool], source: Source, plan: Plan) -> str:
    """Each context gets a line of its own, deeper by one step, and the block moves to the right."""
    text, edits = source.text, plan.edits[source.path]
    start = source.span(node)[0]
    indent = text[source.at(node.lineno, 0) : start]
    inside = text[source.at(node.body[0].lineno, 0) : source.span(node.body[0])[0]]
    spans = [
        (source.span(item.context_expr)[0], source.span(item.optional_vars or item.context_expr)[1])
        for item in node.items
    ]
    gaps = list(zip([end for _, end in spans], [begin for begin, _ in spans[1:]], strict=False))
    tail = TAIL.match(text, spans[-1][1])
    plain = HEAD.fullmatch(text, start + len("with"), spans[0][0]) and tail
    if not plain or not all(BETWEEN.fullmatch(text, *gap) for gap in gaps):
        return "is one of several contexts, which were not told apart"
    if indent.strip() or inside.strip() or not inside.startswith(indent):
        return "is one of several contexts whose block stands in the same line"
    step = inside.removeprefix(indent)
    words = ["async with " if is_async else "with " for is_async in ours]
    edits.replace((start, spans[0][0]), words[0])
    for depth, gap in enumerate(gaps, start=1):
        edits.replace(gap, f":{source.newline}{indent}{step * depth}{words[depth]}")
    assert tail is not None  # noqa: S101 - asked above
    edits.replace((spans[-1][1], tail.end()), ":")
    _shift(node, step * len(gaps), source, plan)
    return ""


def _shift(node: ast.With, by: str, source: Source, plan: Plan) -> None:
    """Move a block to the right, but not what stands inside of a string of several lines."""
    head = node.items[-1].optional_vars or node.items[-1].context_expr
    inside_strings = {
        line
        for one in ast.walk(node)
        if isinstance(one, (ast.Constant, ast.JoinedStr))
        for line in range(one.lineno + 1, (one.end_lineno or one.lineno) + 1)
    }
    for line in range((head.end_lineno or head.lineno) + 1, (node.end_lineno or node.lineno) + 1):
        at = source.at(line, 0)
        end = source.starts[line] if line < len(source.starts) else len(source.text)
        if line not in inside_strings and source.text[at:end].strip():
            plan.edits[source.path].insert(at, by)
