"""A trace says who waited, who was served, and what went wrong."""

import dataclasses
import math

import pytest

from bakery.trace import Kind, Mark, Span, Trace, moment


def queue(bakes: int, seconds: float = 1.0) -> Trace:
    """One order after another: each waits for all those before it."""
    spans: list[Span] = []
    for number in range(bakes):
        lane = f"order {number + 1}"
        spans.append(Span(lane, "wait", 0.0, number * seconds))
        spans.append(Span(lane, "serve", number * seconds, (number + 1) * seconds))
    return Trace(tuple(spans))


def together(bakes: int, seconds: float = 1.0) -> Trace:
    return Trace(tuple(Span(f"order {number + 1}", "serve", 0.0, seconds) for number in range(bakes)))


def test_three_in_a_queue_take_three_bakes_one_at_a_time() -> None:
    trace = queue(3)
    assert (trace.makespan, trace.most_at_once, trace.waited, trace.speed_up) == (3.0, 1, 3.0, 1.0)
    assert repr(trace) == "3 cakes in 3.00 s, three bakes long, at most 1 at once"


def test_three_together_take_one_bake() -> None:
    trace = together(3)
    assert (trace.makespan, trace.most_at_once, trace.waited, trace.speed_up) == (1.0, 3, 0.0, 3.0)
    assert repr(trace) == "3 cakes in 1.00 s, one bake long, at most 3 at once"


def test_a_cake_that_goes_from_the_bowl_to_the_oven_counts_once() -> None:
    trace = Trace((Span("cake 1", "mix", 0.0, 1.0), Span("cake 1", "bake", 1.0, 4.0)))
    assert trace.most_at_once == 1


def test_a_simulated_trace_gives_exact_seconds_and_no_rounded_multiples() -> None:
    trace = Trace((Span("cake 1", "mix", 0.0, 1.0), Span("cake 1", "bake", 1.0, 3.5)), simulated=True)
    assert repr(trace) == "1 cake in 3.5 s, at most 1 at once"


def test_a_title_comes_before_the_words() -> None:
    assert repr(dataclasses.replace(together(1), title="Quart")) == (
        "Quart: 1 cake in 1.00 s, one bake long, at most 1 at once"
    )


def test_a_failed_order_is_no_cake_and_its_reason_is_told() -> None:
    trace = Trace((*together(2).spans, Span("order 3", "serve", 0.0, 0.5, error="500 ZeroDivisionError")))
    assert (trace.cakes, len(trace.lanes)) == (2, 3)
    assert repr(trace).endswith("; failed: order 3: 500 ZeroDivisionError")


def test_of_many_failures_the_first_is_told_and_the_others_are_counted() -> None:
    trace = Trace(tuple(Span(f"order {n}", "wait", 0.0, 1.0, error="refused") for n in range(5)))
    assert repr(trace) == "0 cakes in 1.00 s, at most 0 at once; failed: order 0: refused (and 4 more)"


def test_a_stay_runs_from_the_order_to_the_cake_whatever_happens_in_between() -> None:
    assert queue(3).stays == (1.0, 2.0, 3.0)
    assert Trace((Span("late", "wait", 2.0, 2.5), Span("late", "serve", 2.5, 4.0))).stays == (2.0,)


def test_an_empty_trace_has_an_answer_to_every_question() -> None:
    trace = Trace(())
    assert (trace.makespan, trace.most_at_once, trace.waited, trace.speed_up, trace.bakes_long) == (
        0,
        0,
        0,
        1,
        0,
    )
    assert repr(trace) == "no orders"


def test_time_runs_from_the_first_start_even_when_that_is_not_zero() -> None:
    assert Trace((Span("order 1", "serve", 5.0, 6.5),)).makespan == 1.5


@pytest.mark.parametrize(
    ("measured", "multiple"), [(1.0, 1), (1.35, 1), (1.79, 1), (1.81, 2), (2.98, 3), (3.02, 3), (3.7, 3)]
)
def test_a_multiple_is_reached_from_a_fifth_below_it(measured: float, multiple: int) -> None:
    trace = Trace((*together(3).spans, Span("late", "wait", 0.0, measured)))
    assert trace.bakes_long == multiple


def test_where_a_bake_is_known_stretched_servings_do_not_count_as_bakes() -> None:
    """On a blocked loop all orders are taken at once, and each is served for as long as all before it."""
    stretched = tuple(Span(f"order {n}", "serve", 0.0, 0.5 * n) for n in (1, 2, 3))
    assert (Trace(stretched).bakes_long, Trace(stretched, bake=0.5).bakes_long) == (1, 3)


def test_a_bake_of_less_than_no_time_is_refused() -> None:
    with pytest.raises(ValueError, match="from 0 on: got -1"):
        Trace((), bake=-1)


def test_spans_and_traces_are_values() -> None:
    assert together(2) == together(2)
    assert hash(together(2)) == hash(together(2))
    with pytest.raises(AttributeError):
        together(1).spans[0].start = 2.0  # type: ignore[misc]


@pytest.mark.parametrize("times", [(2.0, 1.0), (math.nan, 1.0), (0.0, math.inf), (0.0, math.nan)])
def test_a_span_that_ends_before_it_starts_is_refused(times: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="start <= end"):
        Trace((Span("order 1", "serve", *times),))


def test_a_span_of_no_known_kind_is_refused() -> None:
    kind: Kind = "dance"  # type: ignore[assignment]
    with pytest.raises(ValueError, match="wait, mix, bake, serve: got 'dance'"):
        Trace((Span("order 1", kind, 0.0, 1.0),))


def stream(lane: str, *parts: str, left: bool = False) -> tuple[Span, tuple[Mark, ...]]:
    """A stream with a part for each half second."""
    marks = tuple(Mark(lane, number * 0.5 + 0.02, part) for number, part in enumerate(parts))
    return Span(lane, "serve", 0.0, len(parts) * 0.5, left=left), marks


def streams(*heard: tuple[Span, tuple[Mark, ...]], bake: float = 0.5) -> Trace:
    spans = tuple(span for span, _ in heard)
    return Trace(spans, bake=bake, heard=tuple(mark for _, marks in heard for mark in marks))


def test_what_all_heard_is_told_once_and_in_bakes() -> None:
    trace = streams(stream("a", "mixed", "in the oven"), stream("b", "mixed", "in the oven"))
    assert repr(trace).endswith("at most 2 at once; heard mixed at once, in the oven after one bake")


def test_without_a_bake_the_moments_are_told_in_seconds() -> None:
    assert repr(streams(stream("a", "mixed", "done"), bake=0)).endswith(
        "; heard mixed after 0.02 s, done after 0.52 s"
    )


def test_who_heard_something_else_is_not_passed_over() -> None:
    trace = streams(stream("a", "mixed"), stream("b", "burnt"), stream("c", "burnt"))
    assert repr(trace).endswith("; a heard mixed at once (and two others heard something else)")
    silent = Trace((*trace.spans, Span("d", "serve", 0.0, 1.0)), bake=0.5, heard=trace.heard[1:])
    assert repr(silent).endswith("; two customers heard burnt at once")


def test_of_many_parts_the_first_and_the_last_are_told() -> None:
    trace = streams(stream("a", *(f"part {number}" for number in range(20))))
    assert repr(trace).endswith("; heard 20 parts: part 0 at once, …, part 19 after 19 bakes")


def test_a_long_part_or_one_of_several_lines_is_told_in_one_short_line() -> None:
    assert repr(streams(stream("a", "x\ny " + "z" * 100))).endswith(f"; heard x y {'z' * 35}… at once")


def test_who_leaves_has_no_cake_and_is_no_failure() -> None:
    trace = streams(stream("a", "mixed", "done"), stream("b", "mixed", left=True))
    assert (trace.cakes, trace.left, trace.failures) == (1, ("b",), ())
    assert "; one customer left before the end; " in repr(trace)


def test_who_leaves_says_nothing_of_how_long_a_bake_is() -> None:
    trace = Trace((Span("a", "serve", 0.0, 1.0), Span("b", "serve", 0.0, 0.1, left=True)))
    assert trace.typical == 1.0


@pytest.mark.parametrize(
    ("at", "bake", "told"),
    [
        (0.0, 0.5, "at once"),
        (0.39, 0.5, "at once"),
        (0.41, 0.5, "after one bake"),
        (-0.3, 0.5, "at once"),
        (-0.6, 0.5, "one bake before the start"),
        (0.25, 0.0, "after 0.25 s"),
        (-0.25, 0.0, "0.25 s before the start"),
    ],
)
def test_a_moment_is_told_in_bakes_where_one_is_known(at: float, bake: float, told: str) -> None:
    assert moment(at, bake) == told


def test_what_an_app_noted_is_neither_orders_nor_cakes() -> None:
    notes = Trace((Span("washing up", "mix", 0.5, 1.5),), "Noted", noted=True)
    assert repr(notes) == "Noted: one note, until 1.50 s"
    assert Trace((), noted=True).words == "no notes"


def test_where_nothing_bakes_no_length_is_told_in_bakes() -> None:
    trace = Trace(tuple(Span(f"order {n}", "serve", 0.0, 0.02 * n) for n in (1, 2, 3)), bake=math.inf)
    assert (trace.typical, trace.bakes_long) == (0.0, 0)
    assert repr(trace) == "3 cakes in 0.06 s, at most 3 at once"


@pytest.mark.parametrize("bake", [0.0, 0.5, math.inf])
def test_traces_of_the_same_spans_are_equal_on_every_python(bake: float) -> None:
    """Whatever is not known of them: Python 3.13 compares field by field, and "not a number" equals nothing."""
    one, other = (Trace((Span("order 1", "serve", 0.0, 1.0),), bake=bake) for _ in range(2))
    assert (one, hash(one)) == (other, hash(other))


def test_a_bake_that_is_not_a_number_is_refused() -> None:
    with pytest.raises(ValueError, match="from 0 on: got nan"):
        Trace((), bake=math.nan)
