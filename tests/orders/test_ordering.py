"""Orders are placed at the same moment, and each of them is accounted for."""

import asyncio
import gc
import inspect
import threading
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import flask
import pytest
import quart
from fake_shops import CAKE, Fake, one, playing, reason, run, saying

from bakery.orders.listening import listen
from bakery.orders.ordering import order
from bakery.shop.serving import serve
from bakery.trace import Trace


def test_no_order_waits_for_another_ones_answer() -> None:
    async def test() -> Trace:
        together = asyncio.Barrier(40)

        async def script(fake: Fake, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await together.wait()
            await saying(CAKE)(fake, reader, writer)

        async with playing(script) as fake:
            return await order(fake, 40)

    trace = run(test())
    assert (trace.cakes, trace.failures) == (40, ())
    assert trace.lanes == tuple(f"order {number}" for number in range(1, 41))
    assert {span.start for span in trace.spans} == {0.0}


def test_all_connections_are_open_before_the_first_order_is_sent() -> None:
    """Also when there are more of them than are opened at a time."""

    async def test() -> list[str]:
        async with playing(saying(CAKE)) as fake:
            await order(fake, 120)
            return fake.events

    events = run(test())
    assert events == ["in"] * 120 + ["order"] * 120


def test_orders_that_trickle_in_are_placed_one_by_one_and_never_early() -> None:
    async def test() -> Trace:
        async with playing(saying(CAKE)) as fake:
            return await order(fake, 4, every=0.01)

    trace = run(test())
    placed = [span.start for span in trace.spans]
    assert trace.cakes == 4
    assert placed == sorted(placed)
    assert all(moment >= turn * 0.01 - 0.001 for turn, moment in enumerate(placed))


def test_each_order_that_trickles_in_has_the_whole_time_limit_for_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    limit, deadlines = asyncio.timeout_at, []

    def noted(when: float | None) -> asyncio.Timeout:
        deadlines.append(when or 0.0)
        return limit(when)

    async def test() -> Trace:
        async with playing(saying(CAKE)) as fake:
            return await order(fake, 4, every=0.01)

    monkeypatch.setattr(asyncio, "timeout_at", noted)
    assert run(test()).failures == ()
    first, *others = sorted(deadlines[-4:])
    assert [round(deadline - first, 6) for deadline in others] == [0.01, 0.02, 0.03]


def test_every_order_has_left_when_the_trace_is_there() -> None:
    async def test() -> None:
        async with playing(saying(CAKE)) as fake:
            await order(fake, 5)
            await asyncio.wait_for(fake.all_gone.wait(), 10)

    run(test())


def test_a_customer_who_has_the_cake_makes_room_at_once() -> None:
    """A shop with few places could serve nobody else if all stayed until the last one is done."""

    async def test() -> Trace:
        first_left = asyncio.Event()

        async def script(fake: Fake, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            if len(fake.requests) == 1:
                await saying(CAKE)(fake, reader, writer)
                first_left.set()
            else:
                await first_left.wait()
                await saying(CAKE)(fake, reader, writer)

        async with playing(script) as fake:
            return await order(fake, 2)

    assert run(test()).cakes == 2


def test_several_runs_at_once_do_not_disturb_each_other() -> None:
    async def test() -> tuple[Trace, Trace]:
        async with playing(saying(CAKE)) as fake, playing(saying(CAKE)) as other:
            return await asyncio.gather(order(fake, 2, title="Flask"), order(other, 3, title="Quart"))

    flask_trace, quart_trace = run(test())
    assert (flask_trace.title, flask_trace.cakes) == ("Flask", 2)
    assert (quart_trace.title, quart_trace.cakes) == ("Quart", 3)
    assert gc.isenabled()


def test_quart_serves_all_orders_at_once() -> None:
    app = quart.Quart(__name__)
    together = asyncio.Barrier(20)

    @app.get("/cake")
    async def cake() -> str:
        await together.wait()
        return "cake"

    with serve(app) as shop:
        trace = run(order(shop, 20))
    assert (trace.cakes, trace.most_at_once) == (20, 20)
    assert [span.kind for span in trace.spans] == ["wait", "serve", "wait"] * 20


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts descriptors where Linux lists them")
@pytest.mark.parametrize("framework", [flask.Flask, quart.Quart])
def test_crowd_after_crowd_leaves_no_descriptors_behind(framework: Callable[[str], Any]) -> None:
    """On neither side: the server has to know that nobody stays."""
    app = framework(__name__)
    app.add_url_rule("/cake", "cake", lambda: "cake")

    def descriptors() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    with serve(app) as shop:
        run(order(shop, 1))
        before = descriptors()
        assert run(order(shop, 60)).cakes == 60
        patience = time.monotonic() + 3
        while descriptors() > before + 10 and time.monotonic() < patience:
            run(order(shop, 1))
        assert descriptors() <= before + 10


@pytest.mark.parametrize("threads", [1, 2])
def test_flask_serves_as_many_orders_at_once_as_it_has_threads(threads: int) -> None:
    app = flask.Flask(__name__)
    together = threading.Barrier(threads)

    @app.get("/cake")
    def cake() -> str:
        together.wait(10)
        return "cake"

    with serve(app, threads=threads) as shop:
        trace = run(order(shop, 6))
    assert (trace.cakes, trace.most_at_once) == (6, threads)


@pytest.mark.parametrize("framework", [flask.Flask, quart.Quart])
def test_a_handler_that_raises_fails_its_own_order_with_the_line_that_did_it(
    framework: Callable[[str], Any],
) -> None:
    app = framework(__name__)
    app.add_url_rule("/cake", "cake", lambda: "cake")
    app.add_url_rule("/burnt", "burnt", lambda: str(1 / 0))
    with serve(app) as shop:
        trace = run(order(shop, 3, path=["/cake", "/burnt"]))
    assert (trace.cakes, trace.failures[0].lane) == (2, "order 2 /burnt")
    assert reason(trace).startswith("500 ZeroDivisionError: division by zero, line ")
    assert '"burnt", lambda: str(1 / 0)' in reason(trace)


def test_a_streamed_cake_is_served_until_the_last_slice() -> None:
    app = quart.Quart(__name__)

    @app.get("/cake")
    async def cake() -> tuple[AsyncIterator[str], int]:
        async def slices() -> AsyncIterator[str]:
            for letter in "cake":
                yield letter

        return slices(), 200

    with serve(app) as shop:
        trace = run(order(shop, 1))
    assert [span.kind for span in trace.spans] == ["wait", "serve"]


def test_a_shop_that_is_closed_takes_no_orders() -> None:
    with serve(flask.Flask(__name__)) as shop:
        pass
    with pytest.raises(RuntimeError, match="is closed"):
        run(order(shop))


def test_a_shop_that_closes_in_the_middle_loses_no_order() -> None:
    async def test() -> Trace:
        app = quart.Quart(__name__)
        loop, inside = asyncio.get_running_loop(), asyncio.Event()

        @app.get("/cake")
        async def cake() -> str:
            loop.call_soon_threadsafe(inside.set)
            await asyncio.Event().wait()
            return ""

        with serve(app) as shop:
            run = asyncio.create_task(order(shop, 3))
            await inside.wait()
            await asyncio.to_thread(shop.close)
            return await run

    trace = run(test())
    assert (trace.cakes, len(trace.failures)) == (0, 3)


def test_an_order_is_given_thirty_seconds_unless_told_otherwise() -> None:
    assert inspect.signature(order).parameters["timeout"].default == 30.0


def test_how_long_a_bake_takes_is_unknown_until_somebody_says_it() -> None:
    assert run(one(saying(CAKE))).bake == 0.0


def test_three_cakes_are_ordered_where_nobody_says_how_many() -> None:
    async def test() -> Trace:
        async with playing(saying(CAKE)) as fake:
            return await order(fake)

    assert run(test()).cakes == 3


def test_a_listener_waits_as_long_as_an_order_where_nobody_says_how_long() -> None:
    for place in (order, listen):
        assert inspect.signature(place).parameters["timeout"].default == 30.0


def test_no_proxy_of_the_readers_is_asked_to_carry_an_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "nonsense://nowhere")
    assert run(one(saying(CAKE))).cakes == 1
