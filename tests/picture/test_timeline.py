"""Timelines: what happened, drawn and told."""

import asyncio
import math
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from gallery import NOTES, PICTURES, THEORY, broken, elements, queue, streams, texts

from bakery.kitchen import simulate
from bakery.picture.curve import curve
from bakery.picture.layout import lay_out
from bakery.picture.timeline import timeline
from bakery.trace import Mark, Span, Trace
from workshop.comparing import read_rules, sanitised

RULES = read_rules(Path(__file__).parents[1] / "sanitize.cfg")


def test_the_same_traces_give_the_same_bytes() -> None:
    assert timeline(queue(3), simulate()).svg == timeline(queue(3), simulate()).svg
    assert curve(*THEORY) == curve(*THEORY)


@pytest.mark.parametrize("noise", [0.001, 0.05, 0.1, 0.17])
@pytest.mark.parametrize("orders", [1, 3, 6, 30, 300])
def test_a_busy_machine_draws_what_a_quiet_one_draws(orders: int, noise: float) -> None:
    """All that differs is what the comparison of stored outputs leaves out."""
    quiet, busy = (
        timeline(queue(orders, max(1, orders // 3), noise=n), queue(orders, orders, noise=n))
        for n in (0.005, noise)
    )
    assert sanitised(quiet.svg, RULES) == sanitised(busy.svg, RULES)
    assert sanitised(quiet.words, RULES) == sanitised(busy.words, RULES)
    assert quiet.svg != busy.svg


def test_what_was_computed_is_compared_exactly() -> None:
    picture = timeline(simulate(7, 0.17, 0.31, bakers=2))
    assert sanitised(picture.svg, RULES).count('"N"') == 0
    assert curve(*THEORY).svg == sanitised(curve(*THEORY).svg, RULES)


def test_the_legend_names_what_is_in_the_picture_and_nothing_else() -> None:
    kinds = {"waiting", "mixing", "baking", "being served", "failed"}
    assert kinds & set(texts(PICTURES["three orders"])) == {"waiting", "being served"}
    assert kinds & set(texts(timeline(simulate()))) == {"waiting", "mixing", "baking"}
    assert kinds & set(texts(timeline(simulate(1, 0, 1)))) == {"baking"}
    assert kinds & set(texts(PICTURES["failures"])) == {"waiting", "being served", "failed"}


def test_titles_summaries_and_the_seconds_beside_the_last_cake_can_be_read() -> None:
    read = texts(PICTURES["simulated"])
    for text in (
        "1 baker who waits at the oven",
        "3 cakes in 12 s, at most 1 at once",
        "12 s",
        "cake 3",
        "2 s",
    ):
        assert text in read


def test_a_failure_has_a_cross_and_its_reason() -> None:
    picture = timeline(broken("500 ZeroDivisionError"))
    assert "\N{MULTIPLICATION SIGN} order 2: 500 ZeroDivisionError" in texts(picture)
    assert "order 2: 500 ZeroDivisionError" in picture.words
    crosses = [e.get("d", "") for e in elements(picture) if e.get("stroke-linecap") == "round"]
    assert crosses[-2].count("M") == 2  # in the panel; the last one is the legend's


def test_one_order_one_line_of_words() -> None:
    assert timeline(queue(3), queue(3, 3, title="Quart")).words == (
        "Flask: 3 cakes in 3.03 s, three bakes long, at most 1 at once. Order 1: served for one bake. "
        "Order 2: waiting for one bake, served for one bake. "
        "Order 3: waiting for two bakes, served for one bake.\n"
        "Quart: 3 cakes in 1.01 s, one bake long, at most 3 at once. "
        "Order 1, order 2 and order 3: served for one bake."
    )


def test_three_hundred_orders_are_a_small_picture() -> None:
    assert len(PICTURES["300 orders"].svg) < 60_000


async def bake() -> None:
    """Something that was called and not awaited."""


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ([simulate()], "got a list.\nDid you mean:  timeline(*traces)"),
        ("trace", "got a str.\nDid you mean:  timeline(trace)"),
        (None, "got None.\nDid you mean:  timeline(trace)"),
        (bake, "got a function.\nDid you mean:  timeline(trace)"),
    ],
)
def test_anything_but_a_trace_is_refused_with_the_corrected_call(given: object, words: str) -> None:
    with pytest.raises(TypeError) as caught:
        timeline(given)  # type: ignore[arg-type]
    assert words in str(caught.value)


def test_a_forgotten_await_is_named_and_warns_no_more() -> None:
    with pytest.raises(TypeError, match=re.escape("timeline(await order(shop))")):
        timeline(bake())  # type: ignore[arg-type]


def test_what_was_refused_is_left_as_it_was() -> None:
    loop = asyncio.new_event_loop()
    try:
        with pytest.raises(TypeError):
            timeline(loop)  # type: ignore[arg-type]
        assert not loop.is_closed()
    finally:
        loop.close()


def test_nothing_to_draw_is_refused() -> None:
    with pytest.raises(ValueError, match="Did you mean:  timeline"):
        timeline()
    with pytest.raises(ValueError, match="Did you mean:  curve"):
        curve()
    with pytest.raises(TypeError, match="got a tuple"):
        curve((1, 2))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("width", "error"), [(0, ValueError), (10**6, ValueError), (7.5, TypeError), (True, TypeError)]
)
def test_a_width_that_cannot_be_is_refused(width: int, error: type[Exception]) -> None:
    usual = 720 if isinstance(width, bool) else ""
    with pytest.raises(error, match=rf"timeline\(trace, width={usual}"):
        timeline(simulate(), width=width)
    with pytest.raises(error, match=r"curve\(series, width="):
        curve(*THEORY, width=width)


# Streams


def test_a_part_that_came_is_a_tick_across_its_bar_and_is_named_in_the_legend() -> None:
    picture = PICTURES["streams"]
    ticks = [e.get("d", "").count("M") for e in elements(picture) if e.get("stroke-width") == "6"]
    assert ticks == [8]  # three parts, three listeners, one of which had left
    assert "a part came" in texts(picture)
    assert "a part came" not in texts(timeline(queue(3)))


def test_what_was_heard_is_told_above_the_bars_and_in_the_words() -> None:
    heard = "two customers heard mixed at once, in the oven after one bake, done after two bakes"
    assert any(text.startswith(heard[:60]) for text in texts(PICTURES["streams"]))
    assert f"{heard} (and one other heard something else)" in PICTURES["streams"].words


def test_a_customer_who_left_on_purpose_has_a_ring_and_no_cross() -> None:
    picture = PICTURES["streams"]
    rings = [e.get("d", "") for e in elements(picture) if "a6 6" in e.get("d", "")]
    assert [ring.count("M") for ring in rings] == [1]
    assert "left on purpose" in texts(picture)
    assert "failed" not in texts(picture)
    assert "Listener 3: served for two bakes, then the customer left." in picture.words


def test_a_part_without_a_lane_is_not_drawn() -> None:
    trace = Trace(queue(1).spans, heard=(Mark("nobody", 0.5, "mixed"),))
    assert "a part came" not in texts(timeline(trace))


def test_a_busy_machine_draws_the_same_ticks() -> None:
    calm = streams()
    busy = replace(calm, heard=tuple(mark._replace(at=mark.at + 0.03) for mark in calm.heard))
    assert sanitised(timeline(calm).svg, RULES) == sanitised(timeline(busy).svg, RULES)
    assert timeline(calm).words == timeline(busy).words


# Notes of an app


def test_notes_are_drawn_below_their_run_on_the_same_clock() -> None:
    run, notes = lay_out(
        [streams(), replace(streams(), spans=(Span("x", "mix", 0.5, 1.5),), noted=True)]
    ).panels
    assert notes.bars[0].x - run.bars[0].x == pytest.approx(
        0.5 * lay_out([streams()], seconds=1.5).second, rel=0.02
    )
    assert notes.finish is None


def test_a_note_from_before_the_orders_moves_their_start_to_the_right() -> None:
    early = PICTURES["notes"]
    assert "A bill: one bake before the start, for less than one bake." in early.words
    assert "Washing up: after one bake, for two bakes." in early.words
    assert "Noted by the app: two notes, until 1.50 s" in early.words


def test_notes_are_no_cakes() -> None:
    assert "2 cakes" not in timeline(streams(), NOTES).words.splitlines()[-1]
    assert timeline(streams(), []).words.endswith("Noted by the app: no notes.")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ((NOTES,), "below a run that was measured"),
        ((simulate(), NOTES), "below a run that was measured"),
        ((streams(), [Span("late", "mix", 9e9, 9e9)]), "in seconds of time.perf_counter()"),
        ((streams(), [Span("never", "mix", math.nan, math.nan)]), "in seconds of time.perf_counter()"),
    ],
)
def test_notes_that_belong_to_no_run_are_refused(given: tuple[Any, ...], words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        timeline(*given)


def test_a_list_of_anything_else_is_no_notes() -> None:
    with pytest.raises(TypeError, match=re.escape("timeline(*traces)")):
        timeline(streams(), [streams()])  # type: ignore[list-item]


def test_notes_are_taken_until_an_hour_before_and_after_their_run() -> None:
    for start in (100.0 - 3599, 100.0 + 3598):
        assert timeline(streams(), [Span("late", "mix", start, start + 1)]).words
    for start in (100.0 - 3600, 100.0 + 3600):
        with pytest.raises(ValueError, match="more than an hour away"):
            timeline(streams(), [Span("late", "mix", start, start + 1)])


def test_notes_belong_to_the_last_run_before_them() -> None:
    first, second = streams(), replace(streams(), began=200.0, title="Later")
    words = timeline(first, second, [Span("washing up", "mix", 200.5, 201.5)]).words
    assert words.endswith("Washing up: after one bake, for two bakes.")
    with pytest.raises(ValueError, match=re.escape("Did you mean:  timeline(await order(shop), notes)")):
        timeline([Span("washing up", "mix", 200.5, 201.5)], first)


def test_many_notes_are_counted_and_not_told_one_by_one() -> None:
    notes = [Span(f"note {n}", "mix", 100.0 + n, 101.0 + n) for n in range(7)]
    assert timeline(streams(), notes).words.endswith("Noted by the app: seven notes, until 7.00 s.")


def test_two_lists_of_notes_may_follow_one_run() -> None:
    words = timeline(streams(), NOTES, [Span("a letter", "mix", 100.5, 101.0)]).words
    assert "A letter: after one bake, for one bake." in words
