"""Pictures: right in any place where a notebook is read, without colour, and in words."""

import asyncio
import math
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest

from bakery.kitchen import predict, simulate
from bakery.picture.canvas import FILLS, PAPER, THIN_FILLS, Picture
from bakery.picture.curve import Series, curve
from bakery.picture.timeline import timeline
from bakery.trace import Span, Trace
from workshop.editions import read_rules, sanitised

SVG = "{http://www.w3.org/2000/svg}"
RULES = read_rules(Path(__file__).parents[1] / "sanitize.cfg")


def queue(orders: int, bakers: int = 1, *, noise: float = 0.01, title: str = "Flask") -> Trace:
    """Measured: orders in rounds, each serving a little (`noise`) longer than a second."""
    spans: list[Span] = []
    for number in range(orders):
        lane, begun = f"order {number + 1}", number // bakers * (1 + noise)
        done = begun + 1 + noise
        spans += [
            Span(lane, "wait", 0.0, begun + noise / 9),
            Span(lane, "serve", begun + noise / 9, done),
            Span(lane, "wait", done, done + noise / 7),
        ]
    return Trace(tuple(spans), title=title)


def broken(reason: str) -> Trace:
    """One order is served, one fails while it is served, one while it waits."""
    return Trace(
        (
            Span("order 1", "serve", 0.0, 1.0),
            Span("order 2", "serve", 0.0, 0.5, error=reason),
            Span("order 3", "wait", 0.0, 2.0, error="timed out"),
        ),
        title="Trouble",
    )


THEORY = tuple(
    Series(name, [(n, predict(n, 0, 0.2, bakers=t)) for n in range(1, 13)])  # type: ignore[arg-type]
    for name, t in (("Flask, 1 thread", 1), ("Flask, 4 threads", 4), ("Quart", 12))
)


def measured(noise: float) -> tuple[Series, ...]:
    return tuple(
        Series(one.name, tuple((x, y * (1 + noise)) for x, y in one.points[::3]), measured=True)
        for one in THEORY
    )


PICTURES: dict[str, Picture] = {
    "three orders": timeline(queue(3), queue(3, 3, title="Quart")),
    "300 orders": timeline(queue(300, 32), queue(300, 300, title="Quart")),
    "simulated": timeline(simulate(), simulate(waits=False), simulate(bakers=3)),
    "failures": timeline(broken("500 <b>\"&\x00\n' too")),
    "nothing": timeline(Trace(())),
    "no time at all": timeline(Trace((Span("order 1", "serve", 0.0, 0.0),))),
    "markup in names": timeline(Trace((Span("<b>&\"'\x07\ud800", "bake", 0.0, 1.0),), title="<script>&")),
    "theory and measurement": curve(*THEORY, *measured(0.02)),
    "measurement only": curve(*measured(0.02)),
    "far": curve(
        Series("Quart", ((1, 1.0), (1000, 1.9))), Series("lab", ((3, 1.1), (900, 2.5)), measured=True)
    ),
    "one point": curve(Series("<Quart>", ((0, 0.0),)), x="<x>", y="<y>"),
}
every_picture = pytest.mark.parametrize("picture", PICTURES.values(), ids=PICTURES)


def elements(picture: Picture) -> list[Element]:
    return list(ElementTree.fromstring(picture.svg).iter())


def texts(picture: Picture) -> list[str]:
    return [element.text or "" for element in elements(picture) if element.tag == f"{SVG}text"]


def luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """As WCAG 2.2 defines it: 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@every_picture
def test_a_picture_is_drawn_with_attributes_only(picture: Picture) -> None:
    """No CSS, no script, no ids that could clash, nothing from elsewhere: GitHub would remove it."""
    assert {element.tag for element in elements(picture)} <= {
        f"{SVG}{t}" for t in ("svg", "title", "rect", "path", "text")
    }
    names = {name for element in elements(picture) for name in element.attrib}
    assert not names & {"style", "class", "id", "href"}
    assert not any(name.startswith("on") for name in names)
    assert re.findall(r"https?://[^\"]*", picture.svg) == ["http://www.w3.org/2000/svg"]


@every_picture
def test_a_picture_says_in_words_what_it_shows(picture: Picture) -> None:
    root = elements(picture)[0]
    assert root.get("role") == "img"
    assert len(root.get("aria-label", "")) > 8
    assert root.findtext(f"{SVG}title")
    assert repr(picture) == picture.words
    assert picture._repr_svg_() == picture.svg


@every_picture
def test_text_is_large_enough_and_has_contrast(picture: Picture) -> None:
    base = elements(picture)[0]
    for element in elements(picture):
        if element.tag == f"{SVG}text":
            assert float(element.get("font-size", base.get("font-size", "0"))) >= 12
            assert contrast(element.get("fill", base.get("fill", "")), PAPER) >= 4.5


@every_picture
def test_lines_and_marks_have_contrast(picture: Picture) -> None:
    """Each mark has a fill or an outline of 3 : 1 at least; the grid and the paper's edge carry no meaning."""
    grid_and_edge = contrast("#d9cdb9", PAPER)
    for element in elements(picture):
        if element.tag in (f"{SVG}path", f"{SVG}rect"):
            colours = [element.get(name, "none") for name in ("fill", "stroke")]
            best = max(contrast(colour, PAPER) for colour in colours if colour != "none")
            assert best >= 3 or best <= grid_and_edge


def test_kinds_that_touch_differ_in_more_than_colour() -> None:
    """Mixing and baking lie side by side: they differ in lightness, so also in print and to the colour-blind."""
    assert contrast(FILLS["mix"], FILLS["bake"]) >= 3
    assert contrast(THIN_FILLS["mix"], THIN_FILLS["bake"]) >= 3


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


@pytest.mark.parametrize("noise", [0.0, 0.05, 0.19])
def test_a_curve_is_compared_by_its_theory(noise: float) -> None:
    quiet, busy = curve(*THEORY, *measured(0.01)), curve(*THEORY, *measured(noise))
    assert sanitised(quiet.svg, RULES) == sanitised(busy.svg, RULES)
    assert sanitised(quiet.words, RULES) == sanitised(busy.words, RULES)


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


def test_a_curve_is_told_by_its_shapes_and_points() -> None:
    words = curve(*THEORY, replace(measured(0.05)[0], points=((1, 0.21), (12, 2.52)))).words.splitlines()
    assert words == [
        "Seconds against orders.",
        "Flask, 1 thread, theory: a straight line, from 0.2 at 1 to 2.4 at 12.",
        "Flask, 4 threads, theory: in steps, from 0.2 at 1 to 0.6 at 12.",
        "Quart, theory: flat, from 0.2 at 1 to 0.2 at 12.",
        "Flask, 1 thread, measured: 0.21 s at 1, 2.52 s at 12.",
    ]


@pytest.mark.parametrize(
    ("points", "shape"),
    [
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


def test_points_may_come_in_any_order_and_as_any_sequence() -> None:
    assert Series("it", [(2, 4), [1, 3]]).points == ((1.0, 3.0), (2.0, 4.0))  # type: ignore[arg-type]


async def bake() -> None:
    """Something that was called and not awaited."""


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ([simulate()], "got a list.\nDid you mean:  timeline(*traces)"),
        ("trace", "got a str.\nDid you mean:  timeline(trace)"),
        (None, "got a NoneType.\nDid you mean:  timeline(trace)"),
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
    with pytest.raises(error, match=r"timeline\(trace, width="):
        timeline(simulate(), width=width)
    with pytest.raises(error, match=r"curve\(series, width="):
        curve(*THEORY, width=width)


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
