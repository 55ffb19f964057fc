"""What an answer is, is said in words, briefly, whatever it is."""

import asyncio
import linecache
from collections.abc import AsyncIterator
from decimal import Decimal
from fractions import Fraction

import pytest
from flask import Flask
from quart import Quart

from bakery.checking.describing import (
    MANY,
    as_number,
    cell_of,
    close_coroutines,
    described,
    dots_in,
    framework_of,
    listed,
    made_in,
    names_around,
    returns_in_finally,
    short,
    shown,
    uncalled_in,
)
from workshop.cells import Cells


async def bake() -> None:
    """Nothing."""


async def cakes() -> AsyncIterator[int]:
    """One cake."""
    yield 1


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (None, "`None`"),
        (3, "`3`"),
        ("a" * 99, "a str"),
        ([1, 2], "a list (`[1, 2]`)"),
        ((1,), "a tuple (`(1,)`)"),
        (int, "the class `int`"),
        (print, "the function `print` (call it to have its result)"),
        (Flask, "the class `Flask`"),
        (cakes(), "an async generator"),
        ((cake for cake in [1]), "a generator"),
        ([0] * (MANY + 1), "a list"),
        (asyncio.Lock(), "a Lock"),
    ],
)
def test_an_answer_is_described_in_words(given: object, words: str) -> None:
    assert described(given) == words


def test_a_task_is_no_result() -> None:
    async def main() -> tuple[str, str]:
        task = asyncio.ensure_future(bake())
        told = described(task), described(asyncio.gather(task))
        await task
        return told

    assert asyncio.run(main()) == ("a task, and not its result", "a future, and not its result")


def test_what_wait_gives_is_two_sets_of_tasks() -> None:
    async def main() -> tuple[str, str, str, str]:
        task = asyncio.ensure_future(bake())
        both = await asyncio.wait([task])
        return described(both), shown(both), described([*both, 3]), described(both[:1])

    told = "what `asyncio.wait` gives: a set of the tasks that are done, and one of those that are not. The results are in the tasks"
    one, other, more, half = asyncio.run(main())
    assert one == other == told
    assert more == f"a list with {told}"
    assert half.startswith("a tuple (")
    assert described(({1}, {2})) == "a tuple (`({1}, {2})`)"
    assert described((set(), set())) == "a tuple (`(set(), set())`)"


def test_tasks_are_shown_in_words_and_other_values_as_code() -> None:
    async def main() -> tuple[str, str]:
        task = asyncio.ensure_future(bake())
        await task
        return shown(task), shown([task, task])

    assert asyncio.run(main()) == (
        "a task, and not its result",
        "a list of tasks, and not of their results",
    )
    assert shown(one for one in "cake") == "a generator"
    assert shown(cakes()) == "an async generator"
    assert shown(len) == "the function `len` (call it to have its result)"
    assert shown([1, "cake"]) == "`[1, 'cake']`"
    assert shown([]) == "`[]`"


def test_a_long_value_is_cut_and_an_enormous_one_is_not_written_out() -> None:
    assert len(short("a" * 500)) < 100
    assert short([0] * 10_000_000).startswith("`[0, 0, 0")


def test_coroutines_in_a_result_are_found_and_closed() -> None:
    assert close_coroutines([1, bake()])
    assert close_coroutines({"cake": bake()})
    assert not close_coroutines([1, 2])
    assert not close_coroutines([0] * 10_000_000)


def test_an_app_is_known_by_its_framework() -> None:
    assert framework_of(Flask("a")) == "flask"
    assert framework_of(Quart("a")) == "quart"
    assert framework_of("Flask") is None


def test_dots_that_are_left_are_found_with_their_line() -> None:
    assert dots_in("a = 1\nb = ...") == "line 2"
    assert dots_in("a = 1") == ""
    assert dots_in("no python (") == ""


A_CLASS = """
from contextlib import asynccontextmanager

class Remote:
    size = 3

    def __init__(self): pass

    @classmethod
    @asynccontextmanager
    async def open(cls): yield cls()
"""


def test_a_class_and_several_have_the_cell_that_they_were_written_in() -> None:
    cells = Cells(A_CLASS)
    assert cell_of(cells.value("Remote")) == A_CLASS
    assert cell_of(cells.value("(Remote, Remote.open)")) == A_CLASS
    cells.run("class Other(Remote):\n    def close(self): pass\n")
    assert cell_of(cells.value("Other")) == "class Other(Remote):\n    def close(self): pass\n"
    assert cell_of(cells.value("(Remote, Other)")) == ""


def test_a_class_of_somebody_else_has_no_cell() -> None:
    assert cell_of(dict) == cell_of(Flask) == cell_of((1, 2)) == ""


def test_the_names_around_a_function_are_those_of_the_functions_outside_of_it_and_not_its_own() -> None:
    text = "asked = []\ndef make(most):\n    count = 0\n    def say(request):\n        mine = request\n    return say\n"
    linecache.cache["around.py"] = (len(text), None, text.splitlines(keepends=True), "around.py")
    assert names_around("around.py", 4) == {"most", "count"}
    assert names_around("around.py", 2) == set()
    assert names_around("not there", 1) == set()


IN_FINALLY = {
    "try:\n    pass\nfinally:\n    if late:\n        return 1": True,
    "try:\n    return 1\nfinally:\n    pass": False,
    "try:\n    pass\nexcept OSError:\n    return 1": False,
    "return 1": False,
    "no python (": False,
}


@pytest.mark.parametrize("body", IN_FINALLY)
def test_a_return_in_a_finally_is_seen_and_none_anywhere_else(body: str) -> None:
    source = "def bake():\n" + "\n".join(f"    {line}" for line in body.splitlines())
    assert returns_in_finally(source) is IN_FINALLY[body]


def test_what_is_made_is_found_in_the_innermost_function_of_each_call() -> None:
    source = """
lock = Lock()
def outer():
    first = threading.Lock()
    async def inner():
        return asyncio.Lock(), Event(), "Lock()"
    return Lock
def other():
    return Event()
"""
    assert made_in(source, {"Lock"}) == ["outer", "inner"]
    assert made_in(source, ["Lock", "Event"]) == ["outer", "inner", "inner", "other"]
    assert made_in(source, ["Queue"]) == []
    assert made_in("no python (", ["Lock"]) == []


class Unkind:
    """Whatever is asked of it, it has no answer."""

    def __getattr__(self, name: str) -> object:
        raise RuntimeError(name)


def test_a_partial_has_the_cell_of_its_function_and_what_answers_nothing_has_none() -> None:
    cells = Cells("import functools\ndef bake(cake, size): pass\nnut = functools.partial(bake, 'nut')")
    assert cell_of(cells.value("functools.partial(nut, 3)")) == cell_of(cells.value("bake")) != ""
    assert cell_of(Unkind()) == ""


@pytest.mark.parametrize(
    ("given", "number"),
    [(Fraction(1, 4), 0.25), (Decimal("0.5"), 0.5), (3, 3), ("a half", "a half"), (None, None)],
)
def test_a_fraction_and_a_decimal_number_are_read_as_a_number_and_all_else_as_it_is(
    given: object, number: object
) -> None:
    assert (as_number(given), type(as_number(given))) == (number, type(number))


@pytest.mark.parametrize(
    ("words", "said"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_several_words_are_a_list_in_a_sentence(words: list[str], said: str) -> None:
    assert listed(iter(words)) == said
    assert listed(words, "or") == said.replace(" and ", " or ")


UNCALLED = {
    "async def a():\n    pool.close": "line 2: pool.close",
    "class A:\n    def b(self):\n        try: pass\n        finally:\n            self.lock.release": "line 5: self.lock.release",
    "def a():\n    pool.close()": "",
    "async def a():\n    await pool.closed": "",
    "def a():\n    'What it does.'\n    ...\n    return pool.close": "",
    "oven.places": "",  # which a cell shows
    "no python (": "",
}


@pytest.mark.parametrize("source", UNCALLED)
def test_a_line_of_a_function_that_only_names_a_method_is_found(source: str) -> None:
    assert uncalled_in(source) == UNCALLED[source]
