"""Which waits of a run overlapped, and what most likely nobody waited for: sentences on what was seen."""

import ast
import re
from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import TypeGuard

from bakery.checking.starters import nodes_of
from bakery.counting import NUMBERS, in_words

ONE_THREAD = re.compile(r"\bThreadPoolExecutor\((?:max_workers=)?1\b")
"""A pool with a single thread."""

ONE_AT_A_TIME = "There is a pool with one thread in the cell, and one thread does one thing at a time."

SLEEP_IN_A_THREAD = re.compile(r"\b(to_thread|run_sync|run_in_executor)\((?:\w+, *)?asyncio\.sleep\b")
"""A coroutine function that is handed to a thread."""


def no_two(count: int, source: str) -> str:
    """A sentence on so many waits of which no two overlapped; `source` is the text of the cell."""
    said = f"The {in_words(count, 'wait')} came one after another: no two of them overlapped."
    return f"{said} {alone_because(source)}".rstrip()


def alone_because(source: str) -> str:
    """What most likely keeps waits from overlapping, by what stands in the cell; empty where nothing is seen."""
    if ONE_THREAD.search(source):
        return ONE_AT_A_TIME
    return made_when_asked(source) or awaited_in_a_list(source)


BEGINS = frozenset(
    {"create_task", "ensure_future", "run_in_executor", "submit", "wrap_future", "gather", "shield"}
)
"""What begins at once, and is awaited later: a task or a future, and no coroutine."""


def not_begun(source: str) -> str:
    """A sentence on a call that is kept under a name and awaited later, and begins no sooner; empty where there is none."""
    for function in nodes_of(source):
        if isinstance(function, ast.AsyncFunctionDef):
            for kept in (node for node in ast.walk(function) if isinstance(node, ast.Assign)):
                name = ast.unparse(kept.targets[0])
                if _is_coroutine(kept.value) and name in _awaited_in(function):
                    return (
                        f"Line {kept.lineno} begins nothing yet: a call such as `{_called(kept.value)}(…)` only makes a coroutine, "
                        f"which begins where `{name}` is awaited. `asyncio.create_task(…)` around it lets it begin."
                    )
    return ""


def made_when_asked(source: str) -> str:
    """A sentence on tasks that a generator makes one by one; empty where there is none."""
    nodes = nodes_of(source)
    # What a call is handed or a star unpacks, it most likely goes through at once.
    opened = [id(one) for node in nodes if isinstance(node, ast.Call) for one in node.args]
    opened += [id(node.value) for node in nodes if isinstance(node, ast.Starred)]
    for node in nodes:
        if id(node) not in opened and _makes_later(node):
            return (
                f"Line {node.lineno} begins nothing yet: a generator, and so does `map`, makes each task only when the next one is "
                "asked for, and by then the one before was awaited. A list, in square brackets, has all of them made at once."
            )
    return ""


def awaited_in_a_list(source: str) -> str:
    """A sentence on a comprehension, or a loop, that awaits each call before it makes the next; empty where there is none."""
    for node in nodes_of(source):
        if isinstance(node, ast.For) and (call := _awaited_by_the_loop(node)):
            return (
                f"Line {call.lineno} awaits `{_called(call)}(…)` in a loop, which makes the next one only after that. Make all of them first, "
                "and await them together."
            )
        if isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp):
            parts = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
            waits = (one for part in parts for one in ast.walk(part) if isinstance(one, ast.Await))
            if call := next((one.value for one in waits if isinstance(one.value, ast.Call)), None):
                return (
                    f"Line {call.lineno} awaits each `{_called(call)}(…)` before it makes the next one. Take the `await` out of there, "
                    "make all of them first, and await them together."
                )
    return ""


def _awaited_by_the_loop(loop: ast.For) -> ast.Call | None:
    """A call that a loop itself awaits, and no function in it; None where there is none."""
    inner = [
        one for one in ast.walk(loop) if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
    ]
    within = {id(node) for one in inner for node in ast.walk(one)}
    for node in ast.walk(loop):
        if isinstance(node, ast.Await) and isinstance(node.value, ast.Call) and id(node) not in within:
            return node.value
    return None


def _makes_later(node: ast.AST) -> TypeGuard[ast.expr]:
    """Whether it makes a task only when it is asked for one."""
    if isinstance(node, ast.Call) and _called(node) == "map" and node.args:
        return ast.unparse(node.args[0]).rpartition(".")[2] in BEGINS
    return isinstance(node, ast.GeneratorExp) and _called(node.elt).rpartition(".")[2] in BEGINS


def _is_coroutine(value: ast.expr) -> bool:
    """Whether what a call gives has to be a coroutine, if it is awaited later."""
    return isinstance(value, ast.Call) and _called(value).rpartition(".")[2] not in BEGINS


def _called(value: ast.expr) -> str:
    return ast.unparse(value.func) if isinstance(value, ast.Call) else ""


def _awaited_in(function: ast.AsyncFunctionDef) -> set[str]:
    return {ast.unparse(node.value) for node in ast.walk(function) if isinstance(node, ast.Await)}


def at_most(count: int, most: int, waits: Sequence[tuple[float, float]] = ()) -> str:
    """A sentence on so many waits, of which at most some overlapped, and on one of `waits` that was alone."""
    word = NUMBERS[most] if 0 < most < len(NUMBERS) else str(most)
    return f"Of the {in_words(count, 'wait')}, at most {word} overlapped.{_alone(waits)}"


def all_the_time(waits: Sequence[tuple[float, float]], seconds: float) -> str:
    """A sentence on a wait that took all these seconds, so that no other had to wait for it; empty where there is none."""
    if seconds > 0 and any(end - start >= seconds - 1e-9 for start, end in waits):
        return f"A single wait took all of these {seconds:g} s: nobody waited there for another."
    return ""


def _alone(waits: Sequence[tuple[float, float]]) -> str:
    """On a wait that was over before the others began, or began when they were over."""
    if len(waits) < 3:
        return ""
    if waits[0][1] <= waits[1][0]:
        return " The first of them was over before another began."
    if waits[-1][0] >= max(end for _, end in waits[:-1]):
        return " The last of them began when all the others were over."
    return ""


def not_awaited(source: str) -> tuple[str, ...]:
    """What most likely nobody waited for, by what stands in the cell."""
    if behind := unreached(source):
        return (behind,)
    if SLEEP_IN_A_THREAD.search(source):
        return (
            "A thread that calls `asyncio.sleep` only makes a coroutine, which nobody awaits. Threads are for plain "
            "functions: `await` the coroutine itself.",
        )
    for node in nodes_of(source):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and _is_gather(node.value):
            return (
                f"`gather` begins the waits (line {node.lineno}: {ast.unparse(node)}), and nobody waits for them: an `await` "
                "before it does.",
            )
    if _has(source, ("create_task(", "ensure_future(")):
        return ("A task goes on by itself, and nobody waits for it until it is awaited.",)
    if _has(source, ("run_in_executor(", "Thread(", ".submit(")):
        return (
            "A thread goes on by itself: nobody waits for it until it is joined, or what it gives is awaited.",
        )
    if _has(source, ("add_background_task(",)):
        return ("A background task goes on after the answer, and its customer does not wait for it.",)
    return ()


def unreached(source: str) -> str:
    """A sentence on a line behind a `return`; empty where there is none."""
    for node in nodes_of(source):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.If | ast.With | ast.AsyncWith):
            for before, after in pairwise(node.body):
                if isinstance(before, ast.Return):
                    return f"Line {after.lineno} stands behind the `return` of line {before.lineno}, and is never reached."
    return ""


def _is_gather(call: ast.Call) -> bool:
    return ast.unparse(call.func).rpartition(".")[2] == "gather"


def _has(source: str, words: Collection[str]) -> bool:
    return any(word in source for word in words)
