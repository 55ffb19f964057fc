"""Curves: theory beside measurement."""

import math
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from gallery import PICTURES, THEORY, elements, measured, texts

from bakery.picture.curve import Series, _Chart, _scale, curve
from bakery.picture.layout import EDGE
from bakery.picture.words import text_width
from workshop.comparing import read_rules, sanitised

RULES = read_rules(Path(__file__).parents[1] / "sanitize.cfg")


@pytest.mark.parametrize("noise", [0.0, 0.05, 0.19])
def test_a_curve_is_compared_by_its_theory(noise: float) -> None:
    quiet, busy = curve(*THEORY, *measured(0.01)), curve(*THEORY, *measured(noise))
    assert sanitised(quiet.svg, RULES) == sanitised(busy.svg, RULES)
    assert sanitised(quiet.words, RULES) == sanitised(busy.words, RULES)


def test_a_curve_is_told_by_its_shapes_and_points() -> None:
    words = curve(*THEORY, replace(measured(0.05)[0], points=((1, 0.21), (12, 2.52)))).words.splitlines()
    assert words == [
        "Seconds against orders.",
        "Flask, 1 thread, theory: a straight line, from 0.2 at 1 to 2.4 at 12.",
        "Flask, 4 threads, theory: in steps, from 0.2 at 1 to 0.6 at 12.",
        "Quart, theory: flat, from 0.2 at 1 to 0.2 at 12.",
        "Flask, 1 thread, measured: 0.21 s at 1, 2.52 s at 12.",
    ]


def test_of_many_measured_points_the_first_the_last_and_four_between_are_told() -> None:
    words = curve(Series("Quart", tuple((x, 1.0) for x in range(1, 22)), measured=True)).words
    assert re.findall(r"at (\d+)", words) == ["1", "5", "9", "13", "17", "21"]


@pytest.mark.parametrize(
    ("points", "shape"),
    [
        (((0, 1), (2, 3), (6, 7)), "a straight line"),
        (((1, 1), (2, 4), (3, 9)), "a curve"),
        (((1, 1), (2, 1), (3, 9)), "first flat, then rising"),
        (((1, 9), (2, 9), (3, 1)), "first flat, then falling"),
        (((1, 0.1), (2, 0.2), (3, 0.3)), "a straight line"),
        (((1, 0), (2, 0)), "flat"),
        (((5, 5),), "flat"),
    ],
)
def test_the_shape_of_a_theory_has_a_name(points: tuple[tuple[float, float], ...], shape: str) -> None:
    assert f"theory: {shape}, from" in curve(Series("it", points)).words


def test_names_beside_the_lines_never_cover_one_another() -> None:
    picture = curve(*(Series(f"{t} threads", ((1, 1), (40, 40 / t))) for t in (1, 2, 8, 16, 20, 39, 40)))
    heights = sorted(
        float(e.get("y", ""))
        for e in elements(picture)
        if (e.text or "").endswith("threads") and e.get("font-weight")
    )
    assert len(heights) == 7
    assert all(b - a >= 19 for a, b in pairwise(heights))


def test_theory_is_a_line_and_a_measurement_marks_and_each_has_its_own() -> None:
    picture = PICTURES["theory and measurement"]
    dashes = [e.get("stroke-dasharray") for e in elements(picture) if e.get("stroke-dasharray")]
    assert len(dashes) == len(set(dashes)) == 3
    shapes = {re.sub(r"M[\d. ]+", "", e.get("d", ""))[:9] for e in elements(picture) if "z" in e.get("d", "")}
    assert len(shapes) == 3


def test_points_far_apart_are_drawn_in_equal_factors() -> None:
    assert {"1", "10", "100", "1000", "seconds (each line is ten times as much)"} <= set(
        texts(PICTURES["far"])
    )


@pytest.mark.parametrize(
    ("values", "ends"), [((2.0, 5.0), (1.0, 10.0)), ((0.4, 2.0), (0.4, 10.0)), ((2.0, 40.0), (1.0, 40.0))]
)
def test_an_axis_of_factors_holds_all_its_marks_and_all_values(
    values: tuple[float, ...], ends: tuple[float, float]
) -> None:
    scale = _scale(0.0, 100.0, values, (2.0,), far=True)
    assert list(scale.ticks) == [1.0, 10.0]
    assert [scale(end) for end in ends] == pytest.approx([0.0, 100.0])


def test_points_may_come_in_any_order_and_as_any_sequence() -> None:
    assert Series("it", [(2, 4), [1, 3]]).points == ((1.0, 3.0), (2.0, 4.0))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("points", "error"),
    [
        ((), ValueError),
        (((1, math.nan),), ValueError),
        (((1, math.inf),), ValueError),
        (((-1, 2),), ValueError),
        ((1, 2), TypeError),
        (((1, "x"),), TypeError),
        (None, TypeError),
    ],
)
def test_points_that_cannot_be_drawn_are_refused(points: object, error: type[Exception]) -> None:
    with pytest.raises(error, match="'it'"):
        Series("it", points)  # type: ignore[arg-type]


def test_names_beside_the_lines_take_a_third_of_a_narrow_picture_at_most() -> None:
    assert _Chart([Series("a name without end " * 9, ((1, 1), (2, 2)))], "orders", "seconds", 300).room == 100


def test_the_name_of_the_upright_axis_stays_inside_of_the_picture() -> None:
    picture = curve(Series("it", ((1, 1), (2, 2))), y="seconds without end " * 30, width=480)
    (name,) = [text for text in texts(picture) if text.startswith("seconds without end")]
    assert 480 - 4 * EDGE < text_width(name) <= 480 - 2 * EDGE
