"""A picture in words."""

import pytest
from rounds import queue

from bakery.kitchen import simulate
from bakery.picture.words import fit, reasons, story, text_width, together
from bakery.trace import Span, Trace


def test_few_lanes_are_told_one_by_one_in_whole_bakes() -> None:
    for noise in (0.0, 0.01, 0.19):
        assert story(queue(3, 1, noise=noise)) == (
            "Order 1: served for one bake. "
            "Order 2: waiting for one bake, served for one bake. "
            "Order 3: waiting for two bakes, served for one bake."
        )
        assert story(queue(3, 3, noise=noise)) == "Order 1, order 2 and order 3: served for one bake."


@pytest.mark.parametrize(
    ("waited", "told"), [(0.7, ""), (0.81, "waiting for one bake, "), (1.7, "waiting for one bake, ")]
)
def test_a_wait_counts_as_a_bake_from_a_fifth_below_it(waited: float, told: str) -> None:
    late = (Span("order 2", "wait", 0.0, waited), Span("order 2", "serve", waited, waited + 1.0))
    assert story(Trace((Span("order 1", "serve", 0.0, 1.0), *late))).endswith(
        f"Order 2: {told}served for one bake." if told else "Order 1 and order 2: served for one bake."
    )


def test_simulated_lanes_are_told_in_exact_seconds() -> None:
    assert story(simulate(2, 0.1, 0.3)) == (
        "Cake 1: mixed for 0.1 s, baked for 0.3 s. Cake 2: waiting for 0.4 s, mixed for 0.1 s, baked for 0.3 s."
    )


def test_many_lanes_are_told_together() -> None:
    assert story(queue(30, 4)) == "The orders take turns: the longest wait is seven bakes."
    assert story(queue(30, 30)) == "No order waits as long as one bake."
    assert story(simulate(30, 1, 3, bakers=30)) == "No order waits."
    assert story(simulate(30, 1, 3)) == "The orders take turns: the longest wait is 116 s."


def test_a_failure_is_part_of_the_story() -> None:
    trace = Trace((Span("order 1", "wait", 0.0, 1.0), Span("order 1", "serve", 1.0, 2.0, error="500")))
    assert story(trace) == "Order 1: waiting for 1.00 s, served for 1.00 s, then it failed."


@pytest.mark.parametrize(
    ("count", "told"),
    [
        (1, ["reason 0"]),
        (3, ["reason 0", "reason 1", "reason 2"]),
        (4, ["reason 0", "reason 1", "and two other reasons"]),
        (9, ["reason 0", "reason 1", "and seven other reasons"]),
    ],
)
def test_three_reasons_are_told_and_of_more_the_rest_is_counted(count: int, told: list[str]) -> None:
    spans = tuple(Span(f"order {n}", "serve", 0.0, 1.0, error=f"reason {n}") for n in range(count))
    said = reasons(Trace(spans))
    assert len(said) == len(told)
    assert all(part in line for part, line in zip(told, said, strict=True))


def test_a_short_text_stays_and_a_long_one_ends_in_dots() -> None:
    assert fit("three cakes", 200) == "three cakes"
    cut = fit("three cakes " * 1000, 200)
    assert cut.endswith("…")
    assert 150 < text_width(cut) <= 200
    assert fit("", 0) == ""
    assert fit("line\nbreaks\tand \x00 worse", 500) == "line breaks and worse"


def test_names_are_joined_as_one_says_them() -> None:
    assert [together(list("abcde"[:n])) for n in (1, 2, 3, 5)] == [
        "a",
        "a and b",
        "a, b and c",
        "a and four others",
    ]
