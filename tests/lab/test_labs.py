"""The labs without a browser: dials, races by hand and from code, and what is said about them."""

import asyncio
import functools
import itertools
import re
import threading
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from quart import Quart

from bakery.kitchen import simulate
from bakery.lab import labs as room
from bakery.lab.labs import Dial, KitchenLab, Outcome, RaceLab, Setting, Side, history, report
from bakery.picture.curve import curve
from bakery.picture.live import WIDGET_VIEW, LiveTimeline
from bakery.shop.serving import Shop, serve
from bakery.trace import Span, Trace
from workshop.comparing import read_rules, sanitised

RULES = read_rules(Path(__file__).parents[1] / "sanitize.cfg")
TEN = Setting(orders=10, threads=4, latency=0.5)


def on_a_loop(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """A test that awaits, run on a loop of its own."""

    @functools.wraps(test)
    def run(**given: object) -> None:
        asyncio.run(test(**given))

    return run


def measured(name: str, lengths: list[float], *, bake: float = 0.5) -> Trace:
    """A trace of orders that were served for so many seconds, all from the start."""
    spans = tuple(Span(f"order {n}", "serve", 0.0, length) for n, length in enumerate(lengths, start=1))
    return Trace(spans, name, bake=bake)


def outcome(setting: Setting = TEN, flask: float = 1.51, quart: float = 0.51, **more: Any) -> Outcome:  # noqa: ANN401
    names, bake = setting.names, setting.latency
    traces = measured(names[0], [flask], bake=bake), measured(names[1], [quart], bake=bake)
    return Outcome(setting, traces, **more)


# Dials


def test_the_number_and_the_slider_always_say_the_same() -> None:
    dial = Dial("latency", "oven (s)", 0.5, 0.0, 3.0, 0.05)
    dial.slider.value = 1.0
    assert dial.field.value == 1.0
    dial.field.value = 2.25
    assert (dial.slider.value, dial.value) == (2.25, 2.25)


def test_every_dial_has_a_name_that_can_be_read() -> None:
    labs = RaceLab(Flask("f"), Quart("q"), {"seconds": 0.5, "mixing": 0.0}), KitchenLab()
    for dials in (lab._dials for lab in labs):
        names = [dial.field.description for dial in dials]
        assert all(names)
        assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("value", "error", "words"),
    [
        (
            501,
            ValueError,
            r"orders goes from 1 to 500, but got 501.\nDid you mean:  await lab.run\(orders=500\)",
        ),
        (0, ValueError, r"Did you mean:  await lab.run\(orders=1\)"),
        (2.5, TypeError, r"orders is a whole number from 1 to 500, but got 2.5"),
        ("ten", TypeError, r"but got 'ten'.\nDid you mean:  await lab.run\(orders=10\)"),
        (True, TypeError, "whole number"),
    ],
)
def test_what_is_not_on_a_dial_is_refused_with_the_corrected_call(
    value: object, error: type[Exception], words: str
) -> None:
    dial = Dial("orders", "orders", 10, 1, 500, 1)
    with pytest.raises(error, match=words):
        dial.turn(value)
    assert dial.value == 10


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -0.1])
def test_no_number_of_seconds_is_refused_too(value: float) -> None:
    with pytest.raises(ValueError, match="latency goes from 0 to 3"):
        Dial("latency", "oven (s)", 0.5, 0.0, 3.0, 0.05).turn(value)


# What is said about a race


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
    assert "long" not in words


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


# The history


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


# One side of a race


def test_a_side_takes_no_tickets_of_another_race() -> None:
    clock = itertools.chain([0.0], itertools.repeat(0.1)).__next__
    mine, other = Side("Flask", TEN, "/cake", clock), Side("Flask", TEN, "/cake", clock)
    mine.placed("order 1", 0.0)
    for ticket in (
        other.ticket("order 1"),
        "order 1",
        "",
        None,
        " ",
        f"{mine._number}",
        mine.ticket("order 99"),
        mine.ticket("order 1"),
    ):
        mine.called(ticket)
    assert mine.growth.changes == 2  # placed, and called once
    assert mine.growth.trace(0.1).spans[-1] == Span("order 1", "serve", 0.1, 0.1)


# Races on live servers: the oven takes no time, so nobody waits


def apps(oven: dict[str, float]) -> tuple[Flask, Quart]:
    flask_app, quart_app = Flask("lab_test"), Quart("lab_test")

    @flask_app.get("/cake")
    def flask_cake() -> str:
        return f"{oven['seconds']}"

    @quart_app.get("/cake")
    async def quart_cake() -> str:
        await asyncio.sleep(oven["seconds"])
        return "cake"

    return flask_app, quart_app


def a_lab(oven: dict[str, float] | None = None) -> RaceLab:
    oven = {"seconds": 0.0} if oven is None else oven
    return RaceLab(*apps(oven), oven)


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(30):
        while not condition():
            await asyncio.sleep(0.01)


@on_a_loop
async def test_run_returns_both_traces_and_shows_them() -> None:
    lab = a_lab()
    flask, quart = await lab.run(orders=3, threads=2)
    assert (flask.title, flask.cakes, quart.title, quart.cakes) == ("Flask, 2 threads", 3, "Quart", 3)
    assert flask.lanes == ("order 1", "order 2", "order 3")
    assert lab._view.traces == (flask, quart)
    assert not lab.running


@on_a_loop
async def test_the_shops_are_closed_after_the_race() -> None:
    await a_lab().run(orders=1)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("shop-")]


@on_a_loop
async def test_a_handler_that_is_called_is_seen_before_its_cake_is_done() -> None:
    """This is what lets the bars change from waiting to being served while a race is on."""
    oven = {"seconds": 3.0}
    lab = RaceLab(Flask("empty"), apps(oven)[1], oven)
    race = asyncio.create_task(lab.run(orders=2))
    await until(
        lambda: any("serve" in [s.kind for s in t.spans if not s.error] for t in lab._view.traces[1:])
    )
    assert lab._view.picture["growing"]
    lab.stop()
    _, quart = await race
    assert {span.error for span in quart.spans if span.kind == "serve"} == {"stopped"}


@on_a_loop
async def test_stop_ends_a_race_and_the_next_one_runs_as_usual() -> None:
    oven = {"seconds": 3.0}
    lab = a_lab(oven)
    race = asyncio.create_task(lab.run(orders=2))
    await until(lambda: lab._view.picture.get("growing"))
    lab.stop()
    await race
    assert lab.outcomes[-1].stopped
    assert "Stopped" in repr(lab)
    _, quart = await lab.run(orders=2, latency=0.0)
    assert not quart.failures


@on_a_loop
async def test_stop_without_a_race_does_nothing() -> None:
    lab = a_lab()
    lab.stop()
    assert (await lab.run(orders=1))[1].cakes == 1


@on_a_loop
async def test_the_oven_turned_during_a_race_is_the_apps_oven_at_once() -> None:
    oven = {"seconds": 3.0}
    lab = a_lab(oven)
    race = asyncio.create_task(lab.run(orders=2))
    await until(lambda: lab._view.picture.get("growing"))
    lab._dials[0].field.value = 1.0
    assert oven["seconds"] == 1.0
    assert "now takes 1 s" in lab._status.value
    lab.stop()
    await race
    assert lab.outcomes[-1].turned == (1.0,)


@on_a_loop
async def test_a_second_click_during_a_race_says_that_one_is_on() -> None:
    oven = {"seconds": 3.0}
    lab = a_lab(oven)
    lab._loop = asyncio.get_running_loop()
    lab._start_button.click()
    await until(lambda: lab.running and lab._view.picture.get("growing"))
    lab._start_button.click()
    assert "A race is on already" in lab._status.value
    with pytest.raises(RuntimeError, match="A race is on in this lab"):
        await lab.run()
    assert lab.running
    lab._stop_button.click()
    await until(lambda: lab.outcomes and not lab.running)
    assert len(lab.outcomes) == 1


@on_a_loop
async def test_a_click_from_another_thread_races_on_the_loop_of_the_cells() -> None:
    """On some kernels callbacks run in a thread with another loop."""
    lab = a_lab()
    await asyncio.to_thread(lab._start_button.click)
    await until(lambda: lab.outcomes and not lab.running)
    assert lab.outcomes[-1].traces[1].cakes == 10


@on_a_loop
async def test_a_click_without_a_loop_is_answered_on_the_page() -> None:
    lab = a_lab()
    lab._loop = None
    lab._start_button.click()
    assert "Show it in a cell of a notebook" in lab._status.value


@on_a_loop
async def test_errors_appear_in_the_lab() -> None:
    oven = {"seconds": 0.0}
    quart_app = apps(oven)[1]

    @quart_app.before_serving
    async def burn() -> None:
        raise OSError("no flour")

    lab = RaceLab(apps(oven)[0], quart_app, oven)
    lab._start_button.click()
    await until(lambda: "This went wrong" in lab._status.value and not lab.running)
    assert "no flour" in lab._status.value
    assert 'role="alert"' in lab._status.value


@on_a_loop
async def test_orders_that_fail_are_told_and_the_lab_goes_on() -> None:
    oven = {"seconds": 0.0}
    flask_app, quart_app = apps(oven)

    @quart_app.before_request
    async def burn() -> None:
        raise ValueError("burnt <b>black</b>")

    lab = RaceLab(flask_app, quart_app, oven)
    flask, quart = await lab.run(orders=2)
    assert (flask.cakes, quart.cakes) == (2, 0)
    assert "burnt" in quart.failures[0].error
    assert "<b>black" not in lab._table.value


@on_a_loop
async def test_a_server_that_dies_in_mid_race_costs_its_orders_and_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shops: list[Shop] = []

    def kept(app: object, **options: Any) -> Shop:  # noqa: ANN401
        shops.append(serve(app, **options))
        return shops[-1]

    monkeypatch.setattr(room, "serve", kept)
    oven = {"seconds": 3.0}
    lab = a_lab(oven)
    race = asyncio.create_task(lab.run(orders=3))
    await until(lambda: len(shops) == 2 and lab._view.picture.get("growing"))
    await asyncio.to_thread(shops[1]._running.stop, 0.0)
    flask, quart = await race
    assert (flask.cakes, quart.cakes, len(quart.failures)) == (3, 0, 3)
    assert "Some orders failed" in repr(lab)


@on_a_loop
async def test_a_race_that_is_interrupted_leaves_nothing_running() -> None:
    lab = a_lab({"seconds": 3.0})
    race = asyncio.create_task(lab.run(orders=2))
    await until(lambda: lab._view.picture.get("growing"))
    race.cancel()
    with pytest.raises(asyncio.CancelledError):
        await race
    assert not lab.running
    assert "interrupted" in lab._status.value
    assert not lab._view.picture["growing"]


@on_a_loop
async def test_two_labs_with_the_same_apps_race_side_by_side() -> None:
    oven = {"seconds": 0.0}
    both = apps(oven)
    one, two = RaceLab(*both, oven), RaceLab(*both, oven)
    races: list[Awaitable[tuple[Trace, Trace]]] = [one.run(orders=5), two.run(orders=7)]
    first, second = await asyncio.gather(*races)
    assert [trace.cakes for trace in (*first, *second)] == [5, 5, 7, 7]


@on_a_loop
async def test_a_wrong_number_turns_no_dial() -> None:
    lab = a_lab()
    with pytest.raises(ValueError, match="threads goes from 1 to 64"):
        await lab.run(orders=3, threads=65)
    assert [dial.value for dial in lab._dials] == [0.0, 10, 4]
    assert "threads goes from 1 to 64" in lab._status.value
    assert not lab.running


@on_a_loop
async def test_an_oven_without_mixing_has_no_dial_for_it() -> None:
    with pytest.raises(ValueError, match="this oven knows no mixing"):
        await a_lab().run(mixing=0.1)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((Quart("q"), Flask("f"), {"seconds": 1}), "takes the Flask app first"),
        ((Flask("f"), Flask("f"), {"seconds": 1}), "needs a Quart app, but got Flask"),
        ((None, Quart("q"), {"seconds": 1}), "needs a Flask app, but got NoneType"),
        ((Flask, Quart("q"), {"seconds": 1}), "needs a Flask app, but got type"),
        ((Flask("f"), Quart("q"), 0.5), "needs the oven"),
        ((Flask("f"), Quart("q"), {}), "needs the oven"),
    ],
)
def test_what_is_no_pair_of_apps_with_an_oven_is_refused(arguments: tuple[Any, ...], words: str) -> None:
    with pytest.raises(TypeError, match=f"(?s){words}.*Did you mean:  RaceLab"):
        RaceLab(*arguments)


@on_a_loop
async def test_the_stored_page_has_the_picture_and_the_words() -> None:
    lab = a_lab()
    before, _ = lab._repr_mimebundle_()
    assert set(before) == {"text/plain", WIDGET_VIEW}
    assert before["text/plain"].startswith("A race lab, before the first race.")
    await lab.run(orders=2)
    after, _ = lab._repr_mimebundle_()
    assert set(after) == {"text/plain", "text/html", "image/svg+xml", WIDGET_VIEW}
    assert after["text/plain"] == repr(lab) == lab.outcomes[-1].words


# How often it draws


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


class SlowView(LiveTimeline):
    """Takes half a second for a picture."""

    clock: Clock
    drawn = 0

    def grow(self, *_: object, **__: object) -> None:
        self.drawn += 1
        self.clock.now += 0.5


def test_drawing_leaves_most_of_the_time_to_the_orders() -> None:
    view, side = SlowView(), Side("Flask", TEN, "/cake")
    view.clock = clock = Clock()
    painter = room._Painter(view, [side], 1.0, clock)
    painter.paint()
    for _ in range(100):
        side.growth.place("order 1", 0.0)
        clock.now += 0.05
        painter.paint()
    # The first picture, and one more after nine times as long as it took.
    assert view.drawn == 2


def test_where_nothing_happens_it_draws_once_a_beat() -> None:
    view, clock = LiveTimeline(), Clock()
    shown: list[object] = []
    view.observe(shown.append, "picture")
    side = Side("Flask", TEN, "/cake", clock)
    side.placed("order 1", 0.0)
    painter = room._Painter(view, [side], 1.0, clock)
    for _ in range(20):
        clock.now += room.BEAT / 4
        painter.paint()
    assert len(shown) == 5


# The kitchen


@on_a_loop
async def test_the_kitchen_answers_a_turned_dial_at_once() -> None:
    kitchen = KitchenLab()
    kitchen._dials[0].slider.value = 5
    assert kitchen._view.traces == (simulate(5, bakers=3), simulate(5, waits=False))
    assert "The one who does not wait is done first, by 3 s." in kitchen._status.value


@on_a_loop
async def test_the_dials_of_the_kitchen_begin_at_the_numbers_that_are_given() -> None:
    waiting, free = await KitchenLab(cakes=4, mixing=2, baking=1, bakers=2, bowls=2).run()
    assert (waiting, free) == (simulate(4, 2, 1, bakers=2, bowls=2), simulate(4, 2, 1, waits=False))
    words = r"bowls goes from 1 to 20, but got 0.\nDid you mean:  KitchenLab\(bowls=1\)"
    with pytest.raises(ValueError, match=words):
        KitchenLab(bowls=0)


@on_a_loop
async def test_threads_have_one_bowl_and_processes_have_one_each() -> None:
    threads, free = await KitchenLab().run()
    processes, _ = await KitchenLab().run(bowls=3)
    assert (threads.makespan, free.makespan, processes.makespan) == (6.0, 6.0, 4.0)


@on_a_loop
async def test_the_kitchen_can_be_driven_from_code() -> None:
    waiting, free = await KitchenLab().run(cakes=3, mixing=1, baking=3, bakers=1)
    assert (waiting.makespan, free.makespan) == (12.0, 6.0)
    with pytest.raises(ValueError, match="cakes goes from 1 to 100"):
        await KitchenLab().run(cakes=101)


@on_a_loop
async def test_the_kitchen_at_both_ends_of_its_dials() -> None:
    kitchen = KitchenLab()
    for end in ("least", "most"):
        values = {dial.name: getattr(dial, end) for dial in kitchen._dials}
        waiting, free = await kitchen.run(**values)
        assert waiting.cakes == free.cakes == values["cakes"]


@pytest.mark.parametrize(
    ("bakers", "bowls", "verdict"),
    [
        (1, 1, "The one who does not wait is done first, by 6 s."),
        (2, 2, "The one who does not wait is done first, by 2 s."),
        (3, 1, "The one who does not wait and three bakers who wait are done at the same moment, after 6 s."),
        (3, 2, "Three bakers who wait are done first, by 1.5 s."),
        (3, 3, "Three bakers who wait are done first, by 2 s."),
    ],
)
@on_a_loop
async def test_the_kitchen_says_who_is_first(bakers: int, bowls: int, verdict: str) -> None:
    kitchen = KitchenLab()
    await kitchen.run(bakers=bakers, bowls=bowls)
    assert verdict in kitchen._status.value


@on_a_loop
async def test_kitchens_that_are_done_together_are_told_so() -> None:
    kitchen = KitchenLab()
    await kitchen.run(cakes=1)
    assert "done at the same moment, after 4 s" in kitchen._status.value


def test_the_kitchen_stores_well() -> None:
    data, _ = KitchenLab()._repr_mimebundle_()
    assert set(data) == {"text/plain", "text/html", "image/svg+xml", WIDGET_VIEW}
    assert data["text/plain"].startswith(
        "A kitchen with dials: cakes 3, mixing 1, baking 3, bakers 3, bowls 1.\n3 bakers with one bowl"
    )
