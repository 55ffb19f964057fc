"""Whatever the reader's notebook keeps is found, and can be replaced there; what is not the reader's is left alone."""

from collections.abc import Callable
from typing import Any

import pytest
from answering import BEFORE

from bakery.checking.virtual.places import MANY, places
from workshop.cells import Cells


class Marked:
    """What is looked for."""


def replaced(text: str, show: str) -> Any:  # noqa: ANN401
    """What an expression shows after each `mark` in these cells was replaced by "new"."""
    cells = Cells(BEFORE)
    cells.module.__dict__["mark"] = Marked()
    cells.run(text)
    with cells.at_work():
        for put, value in places(vars(cells.module)):
            if isinstance(value, Marked):
                put("new")
    return cells.value(show)


FOUND = {
    "a name": ("a = mark", "a"),
    "a dictionary": ("a = {'x': mark}", "a['x']"),
    "a list": ("a = [1, mark]", "a[1]"),
    "an object of the reader's": ("class A: pass\na = A()\na.x = mark", "a.x"),
    "a class of the reader's": ("class A:\n    x = mark", "A.x"),
    "what a function has closed over": (
        "def make(x):\n    def f(): return x\n    return f\na = make(mark)",
        "a()",
    ),
    "an app": ("from flask import Flask\na = Flask('a')\na.shelf = mark", "a.shelf"),
    "a Quart app": ("from quart import Quart\na = Quart('a')\na.shelf = mark", "a.shelf"),
    "three steps down": ("a = {'x': [{'y': mark}]}", "a['x'][0]['y']"),
}


@pytest.mark.parametrize("name", FOUND)
def test_what_stands_in_the_notebook_is_found_and_replaced_where_it_stands(name: str) -> None:
    text, show = FOUND[name]
    assert replaced(text, show) == "new"


LEFT = {
    "four steps down": ("a = {'x': [{'y': [mark]}]}", "a['x'][0]['y'][0]"),
    "a name with two underlines": ("__a = mark", "__a"),
    "a tuple, which cannot be changed": ("a = (mark,)", "a[0]"),
    "an object of somebody else's": ("from types import SimpleNamespace\na = SimpleNamespace(x=mark)", "a.x"),
    "a list of very many": (f"a = [mark] * {MANY + 1}", "a[0]"),
    "a dictionary of very many": (f"a = {{n: mark for n in range({MANY + 1})}}", "a[0]"),
}


@pytest.mark.parametrize("name", LEFT)
def test_what_is_too_deep_too_large_or_not_the_readers_is_left_alone(name: str) -> None:
    text, show = LEFT[name]
    assert isinstance(replaced(text, show), Marked)


def test_a_list_or_dictionary_of_exactly_as_many_is_looked_at() -> None:
    assert replaced(f"a = [mark] * {MANY}", f"a[{MANY - 1}]") == "new"
    assert replaced(f"a = {{n: mark for n in range({MANY})}}", f"a[{MANY - 1}]") == "new"


@pytest.mark.parametrize(
    "text",
    [
        "a = []\na.append(a)",
        "a = {}\na['x'] = a",
        "class A: pass\na = A()\na.x = a",
        "def make():\n    def f(): return f\n    return f\na = make()",
    ],
)
def test_what_has_itself_in_it_comes_to_an_end(text: str) -> None:
    cells = Cells(text)
    assert len(list(places(vars(cells.module)))) < 50


@pytest.mark.parametrize(
    "text",
    [
        "class A:\n    def __getattribute__(self, name): raise KeyError(name)\na = A()",
        "class A:\n    __slots__ = ('x',)\na = A()",
        "def make():\n    def f(): return later\n    if False: later = 1\n    return f\na = make()",
        "class Proxy:\n    @property\n    def __class__(self): raise RuntimeError('outside of a request')\na = Proxy()",
    ],
)
def test_what_answers_oddly_is_not_asked(text: str) -> None:
    cells = Cells(text)
    values = [value for _, value in places(vars(cells.module))]
    assert any(value is cells.module.__dict__["a"] for value in values)


def test_places_may_be_changed_while_they_are_gone_through() -> None:
    names: dict[str, Any] = {"a": [1, 2], "b": {"x": 3}}
    put: Callable[[Any], None]
    for put, value in places(names):
        if isinstance(value, int):
            put(value + 10)
            names[f"new {value}"] = value
    assert (names["a"], names["b"]) == ([11, 12], {"x": 13})
