"""Tests as answers: pytest functions that have to pass on a right app, and to fail on each broken one."""

import ast
import asyncio
import inspect
import linecache
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bakery.checking.describing import cell_of
from bakery.checking.mistakes import Wrong, wrong_because
from bakery.checking.starters import functions_of, nodes_of
from bakery.checking.steps import Steps, steps_in

SKIPPED = "Skipped"


@dataclass(frozen=True, slots=True)
class Tested:
    """What came of one test on one app: None where it passed."""

    app: str
    error: BaseException | None
    gave: object = None
    """What it returned, which nobody looks at."""
    more: str = ""
    """What was seen of a test that passed, in words."""
    unseen: frozenset[str] = frozenset()
    """What to say of each `assert` that was not reached, in words."""


async def tried(test: Callable[..., Any], given: Mapping[str, Any], name: str) -> Tested:
    """Run a test function, plain or async, with the fixtures that it asks for by name.

    Raises `Wrong` where it asks for one that is not there.
    """
    wanted = [
        one
        for one, parameter in inspect.signature(test).parameters.items()
        if parameter.default is parameter.empty
    ]
    for one in wanted:
        if one not in given:
            there = ", ".join(f"`{known}`" for known in given)
            raise Wrong(f"the test asks for `{one}`, and there is only {there}.")
    made: Any = None
    try:
        with steps_in(_file_of(test)) as steps:
            made = test(**{one: given[one] for one in wanted})
            if inspect.isawaitable(made):
                made = await made
    except (Exception, asyncio.CancelledError) as error:
        return Tested(name, error)
    except BaseException as error:  # pytest's own way to fail or to skip is none of `Exception`'s
        if type(error).__name__ not in {"Failed", SKIPPED}:
            raise
        return Tested(name, error)
    return Tested(name, None, made, _always_true(test) or _caught(test, steps), _not_reached(test, steps))


def _file_of(test: Callable[..., Any]) -> str:
    code = getattr(test, "__code__", None)
    return code.co_filename if code else ""


def _caught(test: Callable[..., Any], steps: Steps) -> str:
    """What to say of an `assert` that did find something, of which nobody heard; empty where there was none."""
    lines = sorted(line for line, kind in steps.raised.items() if issubclass(kind, AssertionError))
    if not lines:
        return ""
    noticed = (
        f" Line {lines[0]} did notice (`{linecache.getline(_file_of(test), lines[0]).strip()}`), and what it raised, an "
        "`AssertionError`,"
    )
    if _gives_back(test):
        return (
            f"{noticed} stands among the results of `gather`: with `return_exceptions=True` no error comes out of it, and nobody "
            "looks at what it gives."
        )
    return f"{noticed} was caught before it came out of the test: it is an `Exception`, too."


def _gives_back(test: Callable[..., Any]) -> bool:
    """Whether a test gathers with `return_exceptions=True`, and has no `except` that could catch what an `assert` raises."""
    nodes = nodes_of(cell_of(test))
    caught = [
        ast.unparse(one.type) if one.type else "Exception"
        for one in nodes
        if isinstance(one, ast.ExceptHandler)
    ]
    if any(re.search(r"\b(AssertionError|Exception|BaseException)\b", one) for one in caught):
        return False
    given = [one for node in nodes if isinstance(node, ast.Call) for one in node.keywords]
    return any(one.arg == "return_exceptions" and getattr(one.value, "value", None) is True for one in given)


def _not_reached(test: Callable[..., Any], steps: Steps) -> frozenset[str]:
    """What to say of each `assert` of a test that was not reached; one that can only fail is not meant to be."""
    first = getattr(getattr(test, "__code__", None), "co_firstlineno", 0)
    said = set[str]()
    for whole in functions_of(cell_of(test)):
        if first not in {whole.lineno, *(one.lineno for one in whole.decorator_list)}:
            continue
        for node in ast.walk(whole):
            if not isinstance(node, ast.Assert) or isinstance(node.test, ast.Constant):
                continue
            if not steps.lines & set(range(node.lineno, (node.end_lineno or node.lineno) + 1)):
                said.add(
                    f" Line {node.lineno} was never reached: `{ast.unparse(node)}`.{_ended(whole, node, steps)}"
                )
    return frozenset(said)


def _ended(whole: ast.AST, node: ast.Assert, steps: Steps) -> str:
    """Which line above an `assert`, in the same block, has raised and so ended it; empty where none has."""
    for block in ast.walk(whole):
        if isinstance(block, ast.With | ast.AsyncWith | ast.Try) and node in block.body:
            above = [line for line in steps.raised if block.body[0].lineno <= line < node.lineno]
            return f" Line {max(above)} raises, and that ends the block." if above else ""
    return ""


def _always_true(test: Callable[..., Any]) -> str:
    """What to say of an `assert` that can find nothing, as it looks at a tuple or stands below an `if`; empty where there is none."""
    nodes = nodes_of(cell_of(test))
    for node in nodes:
        if isinstance(node, ast.Assert) and isinstance(node.test, ast.Tuple) and node.test.elts:
            return (
                f" Line {node.lineno} has brackets around all that stands behind `assert`: that is a tuple, which is always true. "
                "Take them away."
            )
    return f" {told}" if (told := _only_sometimes(nodes)) else ""


def _only_sometimes(nodes: Sequence[ast.AST]) -> str:
    """What to say of a test each `assert` of which stands below an `if` without an `else`; empty where one does not."""
    checks = [one for one in nodes if isinstance(one, ast.Assert | ast.Raise)]
    below = [
        one
        for node in nodes
        if isinstance(node, ast.If) and not node.orelse
        for part in node.body
        for one in ast.walk(part)
    ]
    if not checks or any(one not in below for one in checks):
        return ""
    return "Its `assert` stands below an `if`: where that is not so, nothing is looked at, and the test is green."


def why_green(source: str) -> str:
    """What in the text of a test most likely keeps it green; empty where nothing plain is seen."""
    nodes = nodes_of(source)
    checks = [node.test for node in nodes if isinstance(node, ast.Assert)]
    if nodes and not checks and not any(isinstance(node, ast.Raise) for node in nodes):
        return "There is no `assert` in it."
    if any(isinstance(check, ast.Tuple) and check.elts for check in checks):
        return "`assert (…, …)` asks whether a tuple is true, and it always is: leave its brackets out."
    if any(
        isinstance(check, ast.BoolOp)
        and any(isinstance(one, ast.Constant) and one.value for one in check.values)
        for check in checks
    ):
        return "A text alone, behind `or`, is always true: `a in text or b in text`."
    if said := _only_sometimes(nodes):
        return said
    for node in nodes:
        if isinstance(node, ast.Try) and any(
            isinstance(one, ast.Assert) for part in node.body for one in ast.walk(part)
        ):
            caught = " ".join(ast.unparse(one.type) if one.type else "Exception" for one in node.handlers)
            if re.search(r"\b(AssertionError|Exception|BaseException)\b", caught):
                return "An `except` catches what its `assert` raises, so nobody hears of it."
    return ""


def must_tell_apart(right: Tested, broken: list[Tested], what: str = "app") -> None:
    """Expect that a test passes on the right app and fails on each broken one; raises `Wrong` otherwise.

    `what` is tried, in a word.
    """
    if right.error is not None and type(right.error).__name__ == SKIPPED:
        raise Wrong("the test is skipped, so it finds nothing.")
    if isinstance(right.error, AssertionError):
        raise Wrong(f"the test fails although the {what} is right: {wrong_because(right.error)}")
    if right.error is not None:
        raise Wrong(f"the test ends with an error, and the {what} is right: {wrong_because(right.error)}")
    for one in broken:
        if one.error is None:
            returned = (
                "" if one.gave is None else " It returns something, and nobody looks at that: `assert` it."
            )
            seen = one.more or min(right.unseen & one.unseen, default="") or returned
            raise Wrong(f"the test passes although {one.app}.{seen or ' What should it look at?'}")
