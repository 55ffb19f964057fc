"""What is said about a race."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bakery.lab.race import Setting
from bakery.lab.report import Outcome, complain, history, report, say
from bakery.picture.curve import curve
from bakery.trace import Span, Trace
from workshop.comparing import read_rules, sanitised

RULES = read_rules(Path(__file__).parents[1] / "sanitize.cfg")
TEN = Setting(orders=10, threads=4, latency=0.5)


def measured(name: str, lengths: list[float], *, bake: float = 0.5) -> Trace:
    """A trace of orders that were served for so many seconds, all from the start."""
    spans = tuple(Span(f"order {n}", "serve", 0.0, length) for n, length in enumerate(lengths, start=1))
    return Trace(spans, name, bake=bake)


def outcome(setting: Setting = TEN, flask: float = 1.51, quart: float = 0.51, **more: Any) -> Outcome:  # noqa: ANN401
    names, bake = setting.names, setting.latency
    traces = measured(names[0], [flask], bake=bake), measured(names[1], [quart], bake=bake)
    return Outcome(setting, traces, **more)


def test_theory_stands_beside_the_measurement() -> None:
    assert outcome().words == (
        "The race, 10 orders of 0.5 s.\n"
        "Flask, 4 threads: theory 1.5 s (three rounds of 0.5 s); measured 1.51 s, three bakes long.\n"
        "Quart: theory 0.5 s (one round for all); measured 0.51 s, one bake long."
    )


def test_the_words_are_the_same_on_a_busy_machine() -> None:
    assert sanitised(outcome().words, RULES) == sanitised(outcome(flask=1.84, quart=0.89).words, RULES)


def test_the_table_has_headings_for_rows_and_columns_and_no_markup_of_the_readers() -> None:
    table = report(replace(outcome(), setting=TEN))
    assert re.findall(r'<th scope="col"[^>]*>([^<]+)', table) == ["10 orders of 0.5 s", "theory", "measured"]
    assert re.findall(r'<th scope="row"[^>]*>([^<]+)', table) == ["Flask, 4 threads", "Quart"]


def test_mixing_is_named_as_the_reason() -> None:
    words = outcome(replace(TEN, mixing=0.02)).words
    assert "0.02 s of mixing" in words
    assert words.count("one bowl for all who mix") == 2


def test_an_oven_that_takes_no_time_has_nothing_to_wait_for() -> None:
    words = outcome(replace(TEN, latency=0.0)).words
    assert "theory 0 s" in words
    assert "what is left is computing" in words
    assert ", one bake long" not in words


@pytest.mark.parametrize(
    ("threads", "many"), [(1, "two threads (one baker and"), (4, "five threads (four bakers and")]
)
def test_without_an_oven_the_lab_says_why_quart_comes_later(threads: int, many: str) -> None:
    words = outcome(replace(TEN, latency=0.0, threads=threads)).words
    assert f"Flask's shop asks for it with {many} one that takes the orders), Quart's with one." in words
    assert "So Quart usually comes later here; alone, the two take about as long." in words


def test_a_turned_oven_is_told_and_not_compared() -> None:
    turned = outcome(turned=(1.0, 2.0))
    assert not turned.comparable
    assert "turned to 1 s, then to 2 s during the race" in turned.words


def test_failures_are_told_and_not_compared() -> None:
    traces = (measured("Flask", [0.5]), Trace((Span("order 1", "wait", 0.0, 1.0, error="refused"),), "Quart"))
    failed = Outcome(TEN, traces)
    assert not failed.comparable
    assert "Some orders failed" in failed.words
    assert history([failed]) == ()


def test_races_of_any_oven_are_points_on_the_same_curves() -> None:
    races = [outcome(), outcome(replace(TEN, latency=1.0, orders=4), 1.02, 1.01)]
    series = history(races)
    assert [(one.name, one.measured) for one in series] == [
        ("Flask, 4 threads", False),
        ("Quart", False),
        ("Flask, 4 threads", True),
        ("Quart", True),
    ]
    assert [(x, round(y, 6)) for x, y in series[2].points] == [(4, 1.02), (10, 3.02)]
    assert [(x, round(y, 6)) for x, y in series[3].points] == [(4, 1.01), (10, 1.02)]


def test_the_curves_have_a_corner_wherever_a_round_begins() -> None:
    line = history([outcome()])[0]
    assert line.points == ((1, 1), (4, 1), (5, 2), (8, 2), (9, 3), (10, 3))


@pytest.mark.parametrize(
    "left_out",
    [
        outcome(turned=(1.0,)),
        outcome(stopped=True),
        outcome(replace(TEN, latency=0.0)),
        outcome(replace(TEN, mixing=0.1)),
    ],
    ids=["turned", "stopped", "no oven", "mixing"],
)
def test_races_that_lie_on_other_curves_are_left_out(left_out: Outcome) -> None:
    assert history([left_out]) == ()


@pytest.mark.parametrize("orders", [1, 500])
def test_the_curve_can_be_drawn_for_the_least_and_for_the_most(orders: int) -> None:
    assert curve(*history([outcome(replace(TEN, orders=orders))]), y="bakes").svg


# Markup

HOSTILE = "<b onclick='x'>\"&'</b>"


def test_the_table_escapes_every_word_it_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Setting, "words", HOSTILE)
    monkeypatch.setattr(Outcome, "rows", ((HOSTILE,) * 4,))
    monkeypatch.setattr(Outcome, "note", HOSTILE)
    table = report(outcome())
    assert table.count("&lt;b onclick=") == 6
    assert not re.search(r"<b|onclick='", table)


@pytest.mark.parametrize("line", [say, complain])
def test_what_a_lab_says_is_escaped(line: Callable[[str], str]) -> None:
    assert "&lt;b onclick=&#x27;x&#x27;&gt;&quot;&amp;" in line(HOSTILE)
    assert not re.search(r"<b |onclick='", line(HOSTILE))


def test_a_lab_with_nothing_to_say_says_nothing() -> None:
    assert say("") == ""


def test_a_complaint_keeps_its_lines() -> None:
    assert "one.<br>two" in complain("one.\ntwo")
