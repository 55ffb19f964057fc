"""Whoever asks for what cannot be gets one sentence, and the call that was meant."""

import re
from fractions import Fraction
from math import inf, nan
from typing import Any

import flask
import pytest

from bakery.asking import Call, Range, a, kind_of, refusal, takes

ORDER = Call("await order(shop, {})")
SOME = Range(1, 5_000)


def test_a_refusal_ends_with_the_corrected_call() -> None:
    error = refusal(ValueError, "timeline() needs a trace", "timeline(trace)")
    assert isinstance(error, ValueError)
    assert str(error) == "timeline() needs a trace.\nDid you mean:  timeline(trace)"


def test_a_call_is_named_after_what_is_called() -> None:
    assert [Call(text).verb for text in ("simulate({})", "await lab.run({})")] == ["simulate()", "lab.run()"]


@pytest.mark.parametrize("number", [1, 3, 5_000])
def test_a_whole_number_that_can_be_is_handed_back(number: int) -> None:
    assert ORDER.whole("cakes", number, "a whole number of cakes", SOME, usual=3) == number


@pytest.mark.parametrize(
    ("given", "kind", "got", "near"),
    [
        (0, ValueError, "0", 1),
        (-3, ValueError, "-3", 3),
        (10**9, ValueError, "1,000,000,000: it runs out", 5000),
        (2.5, TypeError, "2.5", 2),
        ("4", TypeError, "'4'", 4),
        ("four", TypeError, "'four'", 3),
        (None, TypeError, "None", 3),
        (True, TypeError, "True", 3),
        (nan, TypeError, "nan", 3),
        (inf, TypeError, "inf", 5000),
    ],
)
def test_a_whole_number_that_cannot_be_is_answered_with_the_nearest(
    given: Any,  # noqa: ANN401
    kind: type[Exception],
    got: str,
    near: int,
) -> None:
    told = f"a whole number of cakes from 1 to 5,000, but got {got}.\nDid you mean:  await order(shop, cakes={near})"
    with pytest.raises(kind, match=f"^{re.escape(f'order() needs {told}')}$"):
        ORDER.whole("cakes", given, "a whole number of cakes", SOME, usual=3, why="it runs out")


@pytest.mark.parametrize("number", [0.001, 30, Fraction(1, 2)])
def test_a_number_that_can_be_is_handed_back(number: Any) -> None:  # noqa: ANN401
    assert ORDER.number("timeout", number, "seconds", Range(above=True), usual=30) == number


@pytest.mark.parametrize(
    ("given", "kind", "got", "near"),
    [
        (0, ValueError, "0", "30"),
        (-2, ValueError, "-2", "2"),
        (inf, ValueError, "inf", "30"),
        (-inf, ValueError, "-inf", "30"),
        (nan, ValueError, "nan", "30"),
        (10**400, ValueError, "inf", "30"),
        ("soon", TypeError, "'soon'", "30"),
        ("0.5", TypeError, "'0.5'", "0.5"),
        (True, TypeError, "True", "30"),
        (None, TypeError, "None", "30"),
    ],
)
def test_a_number_that_cannot_be_is_answered_with_one_that_can(
    given: Any,  # noqa: ANN401
    kind: type[Exception],
    got: str,
    near: str,
) -> None:
    with pytest.raises(kind) as caught:
        ORDER.number("timeout", given, "a time limit in seconds", Range(above=True), usual=30)
    assert str(caught.value) == (
        f"order() needs a time limit in seconds, more than 0, but got {got}.\n"
        f"Did you mean:  await order(shop, timeout={near})"
    )


@pytest.mark.parametrize(
    ("allowed", "words"),
    [
        (Range(), ", 0 or more"),
        (Range(1, 1_000), " from 1 to 1,000"),
        (Range(above=True), ", more than 0"),
        (Range(0, 60, above=True), ", more than 0 and at most 60"),
    ],
)
def test_a_range_says_what_can_be(allowed: Range, words: str) -> None:
    assert str(allowed) == words


def test_an_end_of_a_range_belongs_to_it_unless_it_is_above() -> None:
    assert 0 in Range()
    assert 0 not in Range(above=True)
    assert 60 in Range(0, 60)
    assert 61 not in Range(0, 60)


@pytest.mark.parametrize(("given", "near"), [(9, 5), (-9, 1), ("x", 2), (0.5, 1)])
def test_beyond_both_ends_the_end_is_nearest(given: object, near: float) -> None:
    assert Range(1, 5).nearest(given, 2) == near


def test_what_stands_for_true_is_not_true() -> None:
    kitchen = Call("simulate({})")
    assert kitchen.flag("waits", True, "waits") is True
    with pytest.raises(
        TypeError, match=r"needs waits: True or False, but got 0\.\n.*simulate\(waits=False\)"
    ):
        kitchen.flag("waits", 0, "waits")  # type: ignore[arg-type]


@pytest.mark.parametrize(("given", "kind"), [("", ValueError), (None, TypeError), (7, TypeError)])
def test_a_text_that_cannot_be_is_answered_with_one_that_can(given: Any, kind: type[Exception]) -> None:  # noqa: ANN401
    with pytest.raises(kind, match=r'needs a name, but got .*\n.*order\(shop, title="corner"\)'):
        ORDER.text("title", given, "a name", usual="corner")
    assert ORDER.text("title", "mine", "a name", usual="corner") == "mine"


@pytest.mark.parametrize(
    ("thing", "name"),
    [
        (None, "None"),
        (7, "an int"),
        ([], "a list"),
        (int, "the class int"),
        (flask.Flask("x"), "a Flask app"),
    ],
)
def test_a_thing_is_named_after_its_type(thing: object, name: str) -> None:
    assert kind_of(thing) == name


def test_a_noun_has_the_article_that_it_sounds_like() -> None:
    assert (a("cake"), a("order"), a("ASGI app")) == ("a cake", "an order", "an ASGI app")


def test_a_function_takes_the_arguments_that_it_can_be_called_with() -> None:
    def two(one: object, other: object = None) -> None: ...

    assert [takes(two, number) for number in (0, 1, 2, 3)] == [False, True, True, False]
    assert not takes(type, 7)
