"""The labs under a reader's hands: the live picture, dials in mid-race, Stop, replay, themes, widths, a lost kernel."""

import re
from collections.abc import Iterator
from inspect import getsource
from textwrap import dedent
from typing import TYPE_CHECKING, Any

import pytest

from bakery.picture.timeline import timeline
from bakery.trace import Trace

from . import axe
from .draft import FIRST_WIDGET, write_notebook
from .window import OpenNotebook, Theme, Window

if TYPE_CHECKING:
    from playwright.sync_api import Locator

PATIENT = 30_000
"""Milliseconds that anything may take here on a busy machine."""

APPS = """
    import asyncio
    import time

    from flask import Flask
    from quart import Quart

    from bakery import RaceLab

    oven = {"seconds": 0.5}
    flask_app, quart_app = Flask("labs"), Quart("labs")

    @flask_app.get("/cake")
    def flask_cake():
        time.sleep(oven["seconds"])
        return "cake"

    @quart_app.get("/cake")
    async def quart_cake():
        await asyncio.sleep(oven["seconds"])
        return "cake"
"""

# What a picture says where, and where its bars are: the same for the live picture and for the static one.
# Every element with all its attributes, whoever painted it; colours as they come out.
READ = """svg => ({
    elements: [...svg.querySelectorAll('text, path, rect')].map(element => ({
        tag: element.tagName,
        text: element.textContent,
        ...Object.fromEntries([...element.attributes].map(({name, value}) => [name, value])),
        ...Object.fromEntries(['fill', 'stroke'].filter(name => element.hasAttribute(name)).map(name =>
            [name, getComputedStyle(element)[name]])),
    })),
    words: svg.getAttribute('aria-label'),
    font: [svg.getAttribute('font-family'), svg.getAttribute('font-size'), getComputedStyle(svg).fill],
    wide: svg.viewBox.baseVal.width,
})"""

# How far the bars reach, in pixels of the picture, from the path's own numbers.
REACH = """svg => Math.max(0, ...[...svg.querySelectorAll('path[class^=bakery]')].flatMap(path =>
    [...path.getAttribute('d').matchAll(/M([\\d.]+) [\\d.]+h([\\d.]+)/g)].map(box => Number(box[1]) + Number(box[2]))))"""


# What is there for a second only may be gone when it is looked for.
NOTE_BARS = """output => {
    window.barsWhilePlaying = null;
    new MutationObserver((_, watching) => {
        if (!output.textContent.includes('Playing, at its own speed')) return;
        window.barsWhilePlaying = output.querySelectorAll('.bakery-live > div > svg svg').length;
        if (window.barsWhilePlaying) watching.disconnect();
    }).observe(output, {subtree: true, childList: true, characterData: true});
}"""


def shown() -> "list[Trace]":
    """Traces of every kind, for both painters: exact and measured, in high rows and in low ones, with failures."""
    from bakery import Mark, Span, Trace, simulate

    few = [Span(f"order {n}", "serve", 0.1 * n, 1.0, "late" if n == 2 else "") for n in range(4)]
    many = [Span(f"order {n}", "bake", 0.1, 1.0, "late" if n % 9 == 2 else "") for n in range(70)]
    lanes = [f"listener {n}" for n in range(3)]
    streams = [Span(lane, "serve", 0.0, 1.0, left=lane == lanes[2]) for lane in lanes]
    heard = [Mark(lane, at, f"<part {at}>") for lane in lanes for at in (0.01, 0.4)]
    waits = [Span("order 1", "wait", 0.0, 0.4), Span("order 2", "wait", 0.0, 0.9, "refused")]
    return [
        simulate(cakes=4),
        simulate(cakes=40, waits=False),
        Trace((*few, *waits), "Few"),
        Trace(tuple(many), "<Many> & more"),
        Trace(tuple(streams), "Streams", heard=tuple(heard), bake=0.4),
    ]


class Reader:
    """Somebody in front of one lab on the page."""

    def __init__(self, opened: OpenNotebook, cell: int) -> None:
        self.opened, self.page = opened, opened.page
        self.output = opened.page.locator(".jp-CodeCell").nth(cell).locator(".jp-OutputArea-output")

    @property
    def svg(self) -> "Locator":
        return self.output.locator(".bakery-live > div > svg")

    def dial(self, label: str) -> "Locator":
        return self.output.get_by_label(label, exact=True)

    def slider(self, label: str) -> "Locator":
        return self.output.locator(".widget-hbox", has_text=label).locator(".noUi-handle")

    def press(self, button: str) -> None:
        self.output.get_by_role("button", name=button).click()

    def sees(self, text: str) -> None:
        self.output.get_by_text(text).first.wait_for(timeout=PATIENT)

    def reach(self) -> float:
        reach: float = self.svg.evaluate(REACH)
        return reach

    def set(self, label: str, value: str) -> None:
        """Type a number, as one does, and leave the field."""
        self.dial(label).fill(value)
        self.dial(label).press("Enter")

    def growing(self) -> bool:
        """Whether the bars are longer a little later, with no word from the kernel needed."""
        before = self.reach()
        self.page.wait_for_timeout(150)
        return self.reach() > before


@pytest.fixture(scope="module")
def opened(window: Window) -> Iterator[OpenNotebook]:
    """Two race labs and a kitchen on one page."""
    name = write_notebook(
        window.lab.root / "labs.ipynb",
        apps=f"{dedent(APPS)}\n{FIRST_WIDGET}",
        race="lab = RaceLab(flask_app, quart_app, oven)\nlab",
        second="RaceLab(flask_app, quart_app, {'seconds': 0.5, 'mixing': 0.0})",
        kitchen="from bakery import KitchenLab\nKitchenLab()",
        picture=f"from bakery import LiveTimeline\n\n{getsource(shown)}\nLiveTimeline(*shown())",
    )
    with window.notebook(name, height=1400) as opened:
        opened.run("apps")
        assert opened.run_all(), opened.errors
        yield opened
        assert opened.complaints == []


@pytest.fixture
def lab(opened: OpenNotebook) -> Reader:
    """A reader of the first lab, with its dials where they were at first."""
    reader = Reader(opened, 1)
    for label, value in {"oven (s)": "0.5", "orders": "10", "Flask threads": "4"}.items():
        reader.set(label, value)
    return reader


NUMBER = re.compile(r"-?\d+\.?\d*")


def comparable(element: dict[str, str]) -> tuple[dict[str, str], list[float]]:
    """An element's attributes without their numbers, and those numbers; what only one painter writes is left out."""
    shown = {name: value for name, value in element.items() if name != "class" and (name, value) != START}
    numbers = [float(number) for name in sorted(shown) for number in NUMBER.findall(shown[name])]
    return {name: NUMBER.sub("N", value) for name, value in shown.items()}, numbers


START = ("text-anchor", "start")


def test_the_two_painters_make_the_same_picture(opened: OpenNotebook) -> None:
    """Element by element, with every attribute: places, sizes, lines, colours and words."""

    reader = Reader(opened, 4)
    reader.svg.wait_for(timeout=PATIENT)
    opened.settle()
    live: dict[str, Any] = reader.svg.evaluate(READ)
    picture = timeline(*shown(), width=int(live["wide"]))
    static: dict[str, Any] = opened.page.evaluate(
        f"""svg => {{
            const frame = document.createElement("div");
            frame.innerHTML = svg;
            document.body.append(frame);
            const read = ({READ})(frame.firstChild);
            frame.remove();
            return read;
        }}""",
        picture.svg,
    )
    assert live["font"] == static["font"]
    for here, there in zip(live["elements"], static["elements"], strict=True):
        (shape, numbers), (wanted, places) = comparable(here), comparable(there)
        assert shape == wanted
        assert numbers == pytest.approx(places, abs=0.02)
    assert live["words"].startswith("1 baker who waits at the oven: 4 cakes")


def test_bars_grow_while_the_orders_are_served_and_the_words_stand_beside_theory(lab: Reader) -> None:
    lab.set("oven (s)", "1")
    lab.press("Order")
    lab.sees("The race is on")
    lab.output.get_by_text(re.compile(r"0 of 10 cakes after")).first.wait_for(timeout=PATIENT)
    assert lab.growing()
    lab.sees("The race is over")
    assert not lab.growing()
    lab.sees("3 s (three rounds of 1 s)")
    lab.sees("1 s (one round for all)")
    assert "at most 4 at once" in str(lab.svg.get_attribute("aria-label"))
    curve = lab.output.locator("img")
    assert "Flask, 4 threads, theory: in steps" in str(curve.get_attribute("alt"))


def test_the_oven_is_turned_by_keyboard_in_mid_race_and_later_cakes_take_longer(lab: Reader) -> None:
    """While a cell awaits the very race: the kernel is busy, and still hears the slider."""
    lab.opened.do(
        """panel => {
            window.raced = panel.sessionContext.session.kernel.requestExecute(
                {code: 'asked = await lab.run(orders=4, threads=1, latency=0.5)'}).done;
        }"""
    )
    lab.output.get_by_text(re.compile("0 of 4 cakes")).first.wait_for(timeout=PATIENT)
    lab.slider("oven (s)").press("End")
    lab.sees("now takes 3 s")
    lab.press("Stop")
    lab.page.evaluate("() => window.raced")
    lab.sees("Stopped.")
    lab.sees("stopped")


def test_a_slider_is_dragged_with_the_mouse(lab: Reader) -> None:
    handle = lab.slider("orders")
    box = handle.bounding_box()
    assert box
    lab.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    lab.page.mouse.down()
    lab.page.mouse.move(box["x"] + 60, box["y"] + box["height"] / 2, steps=5)
    lab.page.mouse.up()
    # The kernel tells the field, a little later, and the next test must not be overtaken by that.
    lab.page.wait_for_function(
        "([field, handle]) => Number(field.value) > 10 && Number(field.value) === Number(handle.ariaValueNow)",
        arg=[lab.dial("orders").element_handle(), lab.slider("orders").element_handle()],
        timeout=PATIENT,
    )


def test_a_second_click_says_that_a_race_is_on_and_stop_ends_it(lab: Reader) -> None:
    lab.set("oven (s)", "3")
    lab.press("Order")
    lab.output.get_by_text(re.compile("0 of 10 cakes")).first.wait_for(timeout=PATIENT)
    lab.press("Order")
    lab.sees("A race is on already")
    lab.press("Stop")
    lab.sees("Stopped.")
    assert not lab.growing()


def test_two_labs_on_a_page_race_at_the_same_time(lab: Reader) -> None:
    other = Reader(lab.opened, 2)
    for reader in (lab, other):
        reader.press("Order")
    for reader in (lab, other):
        reader.sees("The race is over")


def test_a_run_is_replayed_without_the_kernel(lab: Reader) -> None:
    lab.set("orders", "2")
    lab.press("Order")
    lab.output.get_by_text(re.compile("2 orders of 0.5 s")).first.wait_for(timeout=PATIENT)
    lab.output.evaluate(NOTE_BARS)
    lab.press("Replay")
    lab.page.wait_for_function("() => window.barsWhilePlaying !== null", timeout=PATIENT)
    assert lab.page.evaluate("() => window.barsWhilePlaying") == 2, (
        "no bars are cut off: nothing is left to come"
    )
    lab.page.wait_for_function(
        "svg => !svg.isConnected || !svg.querySelector('svg')", arg=lab.svg.element_handle()
    )
    lab.output.get_by_text("Playing").wait_for(state="detached", timeout=PATIENT)


def test_the_kitchen_answers_the_keyboard_and_plays(opened: OpenNotebook) -> None:
    kitchen = Reader(opened, 3)
    kitchen.sees("done at the same moment, after 6 s.")
    kitchen.slider("bowls").press("ArrowRight")
    kitchen.sees("Three bakers who wait are done first, by 1.5 s.")
    kitchen.slider("bakers").press("ArrowLeft")
    kitchen.sees("The one who does not wait is done first, by 2 s.")
    kitchen.press("Play")
    kitchen.sees("1.3 times as fast as it was")


def test_motion_can_be_refused(lab: Reader) -> None:
    """Bars then move only when the kernel says something new."""
    lab.page.emulate_media(reduced_motion="reduce")
    try:
        lab.set("oven (s)", "3")
        lab.press("Order")
        lab.output.get_by_text(re.compile("0 of 10 cakes")).first.wait_for(timeout=PATIENT)
        # The picture may be replaced at any time, its frame stays.
        frames = lab.svg.locator("..").evaluate(
            """frame => new Promise(done => {
                const seen = new Set(), begun = performance.now();
                const look = () => {
                    seen.add(frame.firstChild);
                    if (performance.now() - begun < 1000) requestAnimationFrame(look); else done(seen.size);
                };
                look();
            })"""
        )
        assert 1 <= frames <= 12, "more pictures than the kernel has sent"
        lab.press("Stop")
        lab.sees("Stopped.")
    finally:
        lab.page.emulate_media(reduced_motion="no-preference")


@pytest.mark.parametrize("wide", [600, 1600])
def test_the_picture_is_laid_out_for_the_width_there_is(lab: Reader, wide: int) -> None:
    lab.page.set_viewport_size({"width": wide, "height": 1400})
    try:
        lab.page.wait_for_function(
            """frame => {
                const svg = frame.querySelector('svg');
                const least = Math.max(480, frame.clientWidth);
                return Math.abs(svg.viewBox.baseVal.width - least) < 2;
            }""",
            arg=lab.output.locator(".bakery-live").element_handle(),
            timeout=PATIENT,
        )
        over = lab.output.first.evaluate("output => output.scrollWidth - output.clientWidth")
        assert over <= 1, "it is wider than the page"
    finally:
        lab.page.set_viewport_size({"width": 1280, "height": 1400})


def test_both_themes_have_their_paper_and_axe_finds_nothing_in_either(opened: OpenNotebook) -> None:
    papers: dict[Theme, str] = {"dark": "rgb(30, 24, 17)", "light": "rgb(255, 253, 248)"}
    for theme, paper in papers.items():
        opened.wear(theme)
        # Asked in one breath: a picture that is drawn anew in between would have no colour any more.
        opened.page.wait_for_function(
            """paper => [...document.querySelectorAll('.bakery-live svg > rect:first-of-type')]
                .every(rect => getComputedStyle(rect).fill === paper)""",
            arg=paper,
            timeout=PATIENT,
        )
        assert axe.findings(opened.page) == []


def test_a_lab_on_the_page_outlives_its_kernel_and_says_what_to_do(lab: Reader) -> None:
    lab.set("oven (s)", "3")
    lab.press("Order")
    lab.output.get_by_text(re.compile("0 of 10 cakes")).first.wait_for(timeout=PATIENT)
    lab.opened.do("async panel => { await panel.sessionContext.session.kernel.restart(); }")
    lab.sees("Run this cell to use it")
    assert not lab.growing()
    assert lab.opened.run_all(), lab.opened.errors
    lab.press("Order")
    lab.sees("The race is over")
