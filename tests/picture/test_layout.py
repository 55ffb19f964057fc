"""Where things go in a timeline, before anything is drawn."""

import json
from dataclasses import asdict
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rounds import queue

from bakery.kitchen import simulate
from bakery.picture.layout import (
    DENSE,
    EDGE,
    LINE,
    ROW,
    TALL,
    TIGHT,
    Layout,
    _labels,
    _thick,
    bake_steps,
    lay_out,
    round_steps,
)
from bakery.picture.words import text_width
from bakery.trace import Span, Trace


def ticks(layout: Layout) -> list[str]:
    return [tick.text for tick in layout.ticks]


def test_all_panels_share_one_time_axis() -> None:
    flask, quart = lay_out([queue(3, 1), queue(3, 3)]).panels
    assert flask.done - quart.done == pytest.approx(2 * lay_out([queue(3, 1), queue(3, 3)]).second, rel=0.01)
    assert [bar.x for bar in flask.bars if bar.lane == "order 1"] == [
        bar.x for bar in quart.bars if bar.lane == "order 1"
    ]


def test_panels_stand_under_one_another_in_the_order_given() -> None:
    first, second = lay_out([queue(3, title="Flask"), queue(3, 3, title="Quart")]).panels
    assert first.title is not None
    assert second.title is not None
    assert (first.title.text, second.title.text) == ("Flask", "Quart")
    assert first.title.y < first.summary.y < first.top < first.bottom < second.title.y


def test_waiting_is_thin_and_being_served_is_thick_at_any_number_of_orders() -> None:
    for orders in (1, 3, 30, 300):
        (panel,) = lay_out([queue(orders, 4)]).panels
        thin = max(bar.height for bar in panel.bars if bar.kind == "wait")
        thick = min(bar.height for bar in panel.bars if bar.kind == "serve")
        assert thin < thick or panel.row < DENSE


def test_the_row_of_a_lonely_order_is_as_high_as_any_however_many_panels_there_are() -> None:
    panels = lay_out([queue(1)] * 10).panels
    assert {panel.row for panel in (*panels, *lay_out([queue(3)]).panels)} == {ROW}


def test_every_serving_is_drawn_and_nothing_that_happened_is_too_narrow_to_see() -> None:
    trace = Trace((Span("order 1", "serve", 0.0, 0.0), Span("order 2", "serve", 0.0, 100.0)))
    assert [bar.width >= 1.5 for bar in lay_out([trace]).panels[0].bars] == [True, True]
    served = [bar for bar in lay_out([queue(300, 32)]).panels[0].bars if bar.kind == "serve"]
    assert len(served) == 300


@pytest.mark.parametrize(("row", "gap"), [(DENSE - 0.01, False), (DENSE, True), (DENSE + 0.01, True)])
def test_bars_touch_only_where_their_rows_are_less_high_than_dense_ones(row: float, gap: bool) -> None:
    assert (_thick(row) < row) is gap


def test_rows_that_touch_show_only_some_of_the_waiting_but_every_failure() -> None:
    trace = queue(300, 1)
    bars = lay_out([trace]).panels[0].bars
    assert len([bar for bar in bars if bar.kind == "wait"]) < 300
    failed = Trace(tuple(span._replace(error="refused") for span in trace.spans if span.kind == "wait"))
    assert len(lay_out([failed]).panels[0].bars) == len(failed.spans)


@pytest.mark.parametrize("lanes", [1, 3, 6, 7, 12, 30, 100, 300, 1000, 10_000])
@pytest.mark.parametrize("panels", [1, 2, 3])
def test_a_picture_stays_low_and_labels_keep_apart(lanes: int, panels: int) -> None:
    layout = lay_out([queue(lanes, 4, title="Flask")] * panels)
    assert layout.height <= TALL + 1
    for panel in layout.panels:
        heights = [label.y for label in panel.labels]
        assert panel.labels[0].text == "order 1"
        assert all(below - above >= 14 for above, below in pairwise(heights))


@pytest.mark.parametrize(
    ("lanes", "labels"),
    [(3, [1, 2, 3]), (30, [1, 5, 10, 15, 20, 25, 30]), (300, [1, 50, 100, 150, 200, 250, 300])],
)
def test_labels_thin_out_to_round_numbers(lanes: int, labels: list[int]) -> None:
    (panel,) = lay_out([queue(lanes)]).panels
    assert [label.text for label in panel.labels] == [f"order {number}" for number in labels]


@pytest.mark.parametrize("width", [480, 720, 1600])
def test_everything_is_inside_the_picture(width: int) -> None:
    odd = Trace(
        (Span("a lane with a name that is far too long for it", "wait", 0.0, 12.0, error="late " * 99),)
    )
    layout = lay_out([simulate(3, bakers=2), queue(40, 4, 123.4, title="A title " * 50), odd], width)
    for panel in layout.panels:
        assert all(bar.x >= EDGE and bar.x + bar.width <= layout.right + 2 for bar in panel.bars)
        assert all(panel.top <= bar.y and bar.y + bar.height <= panel.bottom for bar in panel.bars)
        for mark in (panel.title, panel.summary, *panel.reasons):
            assert mark is None or mark.x + text_width(mark.text) <= width
        assert panel.finish is not None
        assert panel.finish.x + text_width(panel.finish.text, 18) <= width
        assert all(label.x - text_width(label.text) >= EDGE - 1 for label in panel.labels)


@pytest.mark.parametrize("planned", [0.2, 0.3, 0.6, 1.0, 2.0, 3.0, 4.0, 6.0, 10.0])
def test_measured_ticks_are_the_same_up_to_a_fifth_more_than_planned(planned: float) -> None:
    exact = round_steps(planned, measured=True)
    for noise in (1.0001, 1.01, 1.05, 1.1, 1.19):
        assert round_steps(planned * noise, measured=True) == exact
    assert 2 <= len(exact) <= 5


def test_ticks_are_round_numbers_without_a_tail() -> None:
    assert round_steps(1.01, measured=True) == round_steps(1.35, measured=True) == (0.0, 0.5, 1.0)
    assert round_steps(12.0, measured=False) == (0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0)
    assert round_steps(0.6, measured=False) == (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6)


@settings(deadline=None, database=None)
@given(st.floats(1e-6, 1e12), st.booleans())
def test_an_axis_of_any_length_has_a_few_ticks_and_all_of_them_on_it(length: float, measured: bool) -> None:
    marks = round_steps(length, measured)
    assert 2 <= len(marks) <= 7
    assert marks[0] == 0.0
    assert marks[-1] <= length * (1.25 if measured else 1.0 + 1e-6)


def test_the_layout_of_a_busy_run_differs_only_in_what_depends_on_the_times() -> None:
    quiet, busy = (lay_out([queue(3, 1, noise=noise), queue(3, 3, noise=noise)]) for noise in (0.005, 0.15))
    assert (quiet.width, quiet.height, quiet.left, ticks(quiet)) == (
        busy.width,
        busy.height,
        busy.left,
        ticks(busy),
    )
    for one, other in zip(quiet.panels, busy.panels, strict=True):
        assert one.labels == other.labels
        assert [(b.lane, b.kind, b.y, b.height) for b in one.bars] == [
            (b.lane, b.kind, b.y, b.height) for b in other.bars
        ]


def test_a_live_view_can_hold_the_axis_still_while_a_trace_grows() -> None:
    growing = lay_out([queue(1)], seconds=5.0)
    assert ticks(growing) == ["0 s", "2 s", "4 s"]
    assert growing.panels[0].done < growing.right / 2


def test_a_layout_is_plain_data_for_other_painters() -> None:
    assert json.loads(json.dumps(asdict(lay_out([queue(3)]))))["panels"][0]["bars"][1]["kind"] == "serve"


def test_an_empty_trace_has_its_place() -> None:
    (panel,) = lay_out([Trace((), title="Nothing")]).panels
    assert (panel.summary.text, panel.bars, panel.finish) == ("no orders", (), None)


def test_a_trace_that_starts_late_starts_at_the_left() -> None:
    late = lay_out([Trace((Span("order 1", "serve", 5.0, 6.0),))])
    assert late.panels[0].bars[0].x == late.left


def test_each_reason_is_told_once_with_who_it_happened_to() -> None:
    spans = [
        Span(f"order {n}", "wait", 0.0, 1.0, error="refused" if n % 2 else "late\n  again") for n in range(9)
    ]
    (panel,) = lay_out([Trace(tuple(spans))]).panels
    assert [mark.text[2:] for mark in panel.reasons] == [
        "order 0 and four others: late again",
        "order 1 and three others: refused",
    ]


def test_many_reasons_are_counted() -> None:
    spans = (Span(f"order {n}", "wait", 0.0, 1.0, error=f"reason {n}") for n in range(9))
    (panel,) = lay_out([Trace(tuple(spans))]).panels
    assert [mark.text[2:] for mark in panel.reasons] == [
        "order 0: reason 0",
        "order 1: reason 1",
        "and seven other reasons",
    ]


@pytest.mark.parametrize("planned", [0.3, 0.5, 1.0, 2.0])
@pytest.mark.parametrize("bakes", [1, 2, 3, 6])
def test_a_busy_machine_shows_the_same_marks_in_bakes(planned: float, bakes: int) -> None:
    """Bakes up to a tenth longer, and an order that comes up to three tenths of a bake late."""
    calm = bake_steps(bakes * planned * 1.005, planned * 1.002)
    for noise in (1.01, 1.05, 1.09):
        assert bake_steps(bakes * planned + 0.3 * planned, planned * noise) == calm


@pytest.mark.parametrize("bakes", range(1, 13))
@pytest.mark.parametrize("early_or_late", [-0.19, -0.12, 0.25, 0.45, 0.79])
def test_the_marks_hold_as_long_as_the_words_do(bakes: int, early_or_late: float) -> None:
    """A wait that began late is shorter, and on a busy machine it is longer: it is told as that many bakes all the same."""
    length = 0.5 * (bakes + early_or_late)
    assert Trace((Span("order 1", "wait", 0.0, length),), bake=0.5).bakes_long == bakes
    assert bake_steps(length, 0.5) == bake_steps(0.5 * bakes, 0.5)


def test_measured_marks_are_bakes_halves_or_several() -> None:
    assert bake_steps(0.52, 0.51) == (0.0, 0.25, 0.5)
    assert bake_steps(1.51, 0.5) == (0.0, 0.5, 1.0, 1.5)
    assert bake_steps(3.66, 0.501) == (0.0, 1.0, 2.0, 3.0)
    assert bake_steps(1.004, 0.0012) == (0.0, 0.5, 1.0)
    assert bake_steps(0.31, 0.305) == (0.0, 0.15, 0.3)


@pytest.mark.parametrize(
    ("length", "marks"),
    [
        (0.91, (0.0, 0.25, 0.5, 0.75, 1.0)),  # by halves
        (0.89, (0.0, 0.25, 0.5)),
        (0.3, (0.0, 0.25)),
        (1.91, (0.0, 0.5, 1.0, 1.5, 2.0)),
        (1.89, (0.0, 0.5, 1.0, 1.5)),
        (3.91, (0.0, 1.0, 2.0, 3.0, 4.0)),  # every second
        (3.89, (0.0, 1.0, 2.0, 3.0)),
    ],
)
def test_a_bake_counts_as_reached_from_a_fifth_of_it_below_whatever_the_step_of_the_marks(
    length: float, marks: tuple[float, ...]
) -> None:
    assert bake_steps(length, 0.5) == marks


@pytest.mark.parametrize("row", [0.1, 0.7, 1, 2, 3.3, 4, 5, 6, 9, 14, 15, 40])
def test_names_of_lanes_never_touch_however_low_their_rows_are(row: float) -> None:
    labels = list(_labels([f"order {number}" for number in range(1, 1001)], 0.0, row, 100.0))
    assert labels[0].text == "order 1"
    assert all(other.y - one.y >= min(row if row >= TIGHT else LINE, LINE) for one, other in pairwise(labels))


@pytest.mark.parametrize(("row", "all_named"), [(15, True), (14.9, False)])
def test_every_lane_has_its_name_where_rows_are_at_least_as_high_as_a_line_of_small_text(
    row: float, all_named: bool
) -> None:
    names = [f"order {number}" for number in range(1, 101)]
    assert (len(list(_labels(names, 0.0, row, 100.0))) == len(names)) is all_named
