"""The labs without a browser: dials, races by hand and from code, and what is said about them."""

import asyncio
import functools
import threading
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import pytest
from flask import Flask
from quart import Quart

from bakery.kitchen import simulate
from bakery.lab import race as room
from bakery.lab.labs import KitchenLab, RaceLab
from bakery.picture.live import WIDGET_VIEW
from bakery.shop.serving import Shop, serve
from bakery.trace import Trace


def on_a_loop(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """A test that awaits, run on a loop of its own."""

    @functools.wraps(test)
    def run(**given: object) -> None:
        asyncio.run(test(**given))

    return run


def test_every_dial_has_a_name_that_can_be_read() -> None:
    labs = RaceLab(Flask("f"), Quart("q"), {"seconds": 0.5, "mixing": 0.0}), KitchenLab()
    for dials in (lab._dials for lab in labs):
        names = [dial.field.description for dial in dials]
        assert all(names)
        assert len(set(names)) == len(names)


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


async def begun(lab: RaceLab) -> "asyncio.Task[tuple[Trace, Trace]]":
    """A race of two orders that is on, seen to grow."""
    race = asyncio.create_task(lab.run(orders=2))
    await until(lambda: lab._view.picture.get("growing"))
    return race


@on_a_loop
async def test_run_returns_both_traces_and_shows_them() -> None:
    lab = a_lab()
    flask, quart = await lab.run(orders=3, threads=2)
    assert (flask.title, flask.cakes, quart.title, quart.cakes) == ("Flask, 2 threads", 3, "Quart", 3)
    assert flask.lanes == ("order 1", "order 2", "order 3")
    assert lab._view.traces == (flask, quart)
    assert not lab.running


@on_a_loop
async def test_an_oven_that_takes_no_time_makes_no_bakes_to_count_in() -> None:
    lab = a_lab()
    for trace in await lab.run(orders=3, latency=0.0):
        assert "long" not in repr(trace)
    assert all("long" not in panel["summary"]["text"] for panel in lab._view.picture["panels"])


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
    race = await begun(lab)
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
    race = await begun(lab)
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
    race = await begun(lab)
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
    with pytest.raises(ValueError, match="a whole number of threads from 1 to 64"):
        await lab.run(orders=3, threads=65)
    assert [dial.value for dial in lab._dials] == [0.0, 10, 4]
    assert "a whole number of threads from 1 to 64" in lab._status.value
    assert not lab.running


@on_a_loop
async def test_an_oven_without_mixing_has_no_dial_for_it() -> None:
    with pytest.raises(ValueError, match="knows no mixing"):
        await a_lab().run(mixing=0.1)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((Quart("q"), Flask("f"), {"seconds": 1}), "takes the Flask app first"),
        ((Flask("f"), Flask("f"), {"seconds": 1}), "needs a Quart app, but got a Flask app"),
        ((None, Quart("q"), {"seconds": 1}), "needs a Flask app, but got None"),
        ((Flask, Quart("q"), {"seconds": 1}), "needs a Flask app, but got the class Flask"),
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
    words = r"a whole number of bowls from 1 to 20, but got 0.\nDid you mean:  KitchenLab\(bowls=1\)"
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
    with pytest.raises(ValueError, match="a whole number of cakes from 1 to 100"):
        await KitchenLab().run(cakes=101)


@on_a_loop
async def test_the_kitchen_at_both_ends_of_its_dials() -> None:
    kitchen = KitchenLab()
    for end in (0, 1):
        values: dict[str, Any] = {dial.name: dial.ends[end] for dial in kitchen._dials}
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
