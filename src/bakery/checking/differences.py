"""How a result differs from the one that is wanted, in a sentence: another order, only a part of it, a word left as it was."""

import ast
import asyncio
import re
from collections.abc import Sequence
from typing import Any

from bakery.checking.describing import MANY
from bakery.checking.starters import nodes_of
from bakery.counting import NUMBERS

IN_A_THREAD = re.compile(r"\b(to_thread|run_in_executor|run_sync)\(")
"""A function that is handed to a thread."""

PLACEHOLDER = re.compile(r"\{\w+\}")
"""What an f-string puts a value in the place of."""


def equal(one: object, other: object) -> bool:
    """Whether two results are the same: floats nearly, and a tuple where a list is wanted."""
    try:
        if isinstance(other, float) and isinstance(one, int | float):
            return abs(one - other) <= 1e-9 * max(1.0, abs(other))
        # gather gives a list, a generator may give a tuple
        if isinstance(one, tuple) and isinstance(other, list) and len(one) == len(other):
            one = list(one)
        return bool(one == other)
    except Exception:  # a comparison of the reader's own that fails is no equality
        return False


def difference(given: Any, wanted: Any) -> str:
    """What can be seen at a result that is not the wanted one; empty where nothing plain can be said."""
    if isinstance(given, str) and isinstance(wanted, str):
        return _of_texts(given, wanted)
    if isinstance(given, asyncio.Future):
        return "An `await` before what makes it is missing: it waits, and gives the result."
    if isinstance(wanted, list) and len(wanted) < MANY:
        return _of_lists(given, wanted)
    return ""


def seen(given: Any, wanted: Any, source: str) -> str:
    """What can be seen at a result that is not the wanted one, and, where it is a text, at the cell that it comes from."""
    if isinstance(given, str) and isinstance(wanted, str):
        return on_text(given, wanted, source)
    return _in_its_order(difference(given, wanted), source)


def on_text(given: str, wanted: str, source: str) -> str:
    """What can be seen at a text that is not the wanted one, and at the cell that it comes from."""
    if "<coroutine object" in given and IN_A_THREAD.search(source):
        return (
            "A coroutine stands in it: a thread that calls an `async def` only makes a coroutine. Threads are for plain "
            "functions; `await` this one."
        )
    if wanted.endswith(f" and {given}") and _gives_one_of_two(source):
        return (
            "Python's `and` between two texts gives only the second of them. An f-string puts both into one: "
            '`f"{one} and {other}"`.'
        )
    if "None" in given and "None" not in wanted:
        return " ".join(filter(None, (difference(given, wanted), _of_a_sleep(source))))
    return _in_its_order(difference(given, wanted), source)


def _in_its_order(said: str, source: str) -> str:
    """What was said, and why it most likely came in another order, if it did."""
    if said.endswith("in another order.") and "as_completed(" in source:
        return f"{said} `as_completed` gives whatever is done first."
    return said


def _of_a_sleep(source: str) -> str:
    """Where the `None` most likely comes from, if what is gathered in the cell has a sleep among it."""
    calls = [ast.unparse(node) for node in nodes_of(source) if isinstance(node, ast.Call)]
    if any(re.match(r"(asyncio\.)?gather\(.*\bsleep\(", call) for call in calls):
        return "A sleep gives `None`, and `gather` gives the results in the order of what stands in its brackets."
    return ""


def on_one_for_all(given: Sequence[str], wanted: Sequence[str]) -> str:
    """What it means that several customers got the same text, who asked for different things at the same moment."""
    if len(set(wanted)) == 1 or len(set(given)) > 1 or len(given) == 1:
        return ""
    said = f" All {_word(len(given))} customers got the same, although they asked for different things at the same moment."
    if given[-1] == wanted[-1]:
        return (
            f"{said} It is what the last of them asked for: most likely a name outside of the handler holds it for all of them, "
            "and while one waits, the next one writes over it. What belongs to one order has to be kept in names of its own "
            "handler."
        )
    return said


def _gives_one_of_two(source: str) -> bool:
    """Whether a `return` of the cell has an `and` of Python's in it."""
    several = [node.value for node in nodes_of(source) if isinstance(node, ast.Return)]
    return any(
        isinstance(part, ast.BoolOp) and isinstance(part.op, ast.And)
        for one in several
        if one is not None
        for part in ast.walk(one)
    )


def _of_texts(given: str, wanted: str) -> str:
    there, missing = _middles(given, wanted)
    if sorted(given.split()) == sorted(wanted.split()):
        return "It is the same words in another order."
    if wanted and given.startswith(wanted):
        return f"Behind it stands {given.removeprefix(wanted)!r:.20} as well."
    if PLACEHOLDER.search(given) and not PLACEHOLDER.search(wanted):
        return "Its curly brackets are still there: only with an `f` before its quotation marks does a text put values into them."
    if "<Task " in given:
        return "A task stands in it, and not what came of it: `await` the task, or ask it for its `result()`."
    if "<coroutine object" in given:
        return "A coroutine stands in it, and not what comes of it: an `await` is missing."
    if there == "None" and missing:
        return f"`None` stands there in place of “{missing}”: it is what is read where there is no such thing, or no result."
    if there.startswith("ImmutableMultiDict("):
        return "The whole form stands there, and one field of it is wanted."
    value = _read(there)
    if isinstance(value, tuple) and len(value) == 1:
        return "A tuple with one value stands there: a comma at the end of a line makes one."
    if isinstance(value, list | tuple | set | dict):
        return f"A whole {type(value).__name__} stands there, and one value of it is wanted."
    return ""


def _middles(given: str, wanted: str) -> tuple[str, str]:
    """What differs of two texts, without what is the same at their beginnings and at their ends."""
    start = _same(given, wanted)
    one, other = given[start:], wanted[start:]
    end = _same(one[::-1], other[::-1])
    return one[: len(one) - end], other[: len(other) - end]


def _same(one: str, other: str) -> int:
    """How many characters are the same at the beginnings."""
    pairs = zip(one, other, strict=False)
    return next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _read(text: str) -> Any:
    """A text as a value of Python's; None where it is none."""
    try:
        return ast.literal_eval(text) if text[:1] in {"[", "(", "{"} else None
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return None


def _of_lists(given: Any, wanted: list[Any]) -> str:
    if isinstance(given, set | frozenset):
        return "A set has no order, and nothing twice: a list is wanted." if given == _as_set(wanted) else ""
    if isinstance(given, dict):
        return "A list of its values is wanted." if list(given.values()) == wanted else ""
    if not isinstance(given, list | tuple) or not given or len(given) >= MANY:
        return ""
    if all(one is None for one in given):
        return "Each of them is `None`: is there a `return` in what gives them?"
    if len(given) < len(wanted) and list(given) == wanted[: len(given)]:
        are = "is" if len(given) == 1 else f"{_word(len(given))} are"
        return f"Only the first {are} there, of {_word(len(wanted))}."
    if _are_rows(given, wanted):
        return (
            "Each of them is a row, a tuple with one value in it: `for [name] in rows` takes the value out."
        )
    if sorted(map(repr, given)) == sorted(map(repr, wanted)):
        return "All of them are there, in another order."
    return ""


def _word(number: int) -> str:
    return NUMBERS[number] if number < len(NUMBERS) else str(number)


def _as_set(several: list[Any]) -> Any:
    try:
        return set(several)
    except TypeError:  # of things that go into no set
        return None


def _are_rows(given: Sequence[Any], wanted: list[Any]) -> bool:
    return all(isinstance(one, tuple) and len(one) == 1 for one in given) and sorted(
        repr(one[0]) for one in given
    ) == sorted(map(repr, wanted))
