"""Orders are followed until each of them is over, well or badly, and a run that is ended leaves nobody behind."""

import asyncio
import gc
import time
from collections.abc import Coroutine
from typing import Any

import httpx
import pytest
from fake_shops import CAKE, Factory, Fake, Loop, hanging_up, one, playing, reason, run, saying

from bakery.orders import progress_line
from bakery.orders import run as run_room
from bakery.orders.customers import Connection
from bakery.orders.ordering import order
from bakery.orders.requests import Slip
from bakery.orders.run import Limits, _Run
from bakery.trace import Span, Trace


def test_one_bad_order_does_not_hide_the_others() -> None:
    async def test() -> Trace:
        async with playing(hanging_up(CAKE, b"", CAKE)) as fake:
            return await order(fake, 3)

    trace = run(test())
    assert (trace.cakes, len(trace.lanes), len(trace.failures)) == (2, 3, 1)


def test_an_order_without_an_answer_is_given_up_and_the_answered_ones_count() -> None:
    async def test() -> Trace:
        async with playing(saying(CAKE, b"")) as fake:
            return await order(fake, 2, timeout=2)

    trace = run(test())
    assert trace.cakes == 1
    assert reason(trace) == "no answer within 2 s"
    assert trace.failures[0].kind == "wait"
    assert trace.failures[0].end >= 2


def test_an_answer_that_never_ends_is_given_up_too() -> None:
    endless = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ncake\r\n"
    trace = run(one(saying(endless), timeout=2))
    assert reason(trace) == "no complete answer within 2 s"
    assert trace.failures[0].kind == "serve"


def test_an_order_that_came_to_nothing_while_the_notebook_stood_still_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(run_room, "ASLEEP", 1.0)

    async def test() -> Trace:
        async with playing(saying(b"")) as fake:
            asyncio.get_running_loop().call_later(0.1, time.sleep, 1.5)  # as a laptop that is shut
            return await order(fake, 1, timeout=1)

    said = reason(run(test()))
    assert said.startswith("no answer within 1 s; the notebook itself stood still for ")
    assert said.endswith("as on a laptop that sleeps. Run the cell again")


async def cancelled(ordering: Coroutine[Any, Any, Trace], moment: asyncio.Event) -> None:
    run = asyncio.create_task(ordering)
    await moment.wait()
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run


def test_a_run_that_is_cancelled_leaves_nobody_in_the_shop_and_the_next_one_works() -> None:
    async def test() -> Trace:
        arrived = asyncio.Event()

        async def script(fake: Fake, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            if len(fake.requests) == 5:
                arrived.set()
            await saying(b"" if len(fake.requests) <= 5 else CAKE)(fake, reader, writer)

        async with playing(script) as fake:
            await cancelled(order(fake, 5), arrived)
            await asyncio.wait_for(fake.all_gone.wait(), 10)
            assert gc.isenabled()
            return await order(fake, 2)

    assert run(test()).cakes == 2


def test_a_run_that_is_cancelled_has_given_its_connections_back_when_it_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    connections, sockets = run_room._open, []

    async def noted(customers: list[Connection], seconds: float) -> None:
        await connections(customers, seconds)
        for each in customers:
            assert each._transport
            sockets.append(each._transport.get_extra_info("socket"))

    monkeypatch.setattr(run_room, "_open", noted)

    async def test() -> None:
        ordering = asyncio.current_task()
        assert ordering

        async def script(fake: Fake, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            if len(fake.requests) == 2:
                ordering.cancel()
            await saying(b"")(fake, reader, writer)

        async with playing(script) as fake:
            with pytest.raises(asyncio.CancelledError):
                await order(fake, 2)
            assert [each.fileno() for each in sockets] == [-1, -1]
            ordering.uncancel()

    run(test())


def test_an_order_that_comes_later_has_its_whole_time_from_its_own_moment_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ends, timeout_at = [], asyncio.timeout_at

    def noted(when: float) -> asyncio.Timeout:
        ends.append(when)
        return timeout_at(when)

    async def test() -> Trace:
        async with playing(saying(CAKE)) as fake:
            monkeypatch.setattr(asyncio, "timeout_at", noted)
            return await order(fake, 3, every=0.01)

    assert run(test()).cakes == 3
    first, second, third = ends[-3:]
    assert (second - first, third - first) == pytest.approx((0.01, 0.02), abs=0.001)


def test_a_run_that_is_cancelled_at_the_door_leaves_nobody_there() -> None:
    async def test() -> None:
        connect, waiting = asyncio.BaseEventLoop.create_connection, asyncio.Event()

        async def some(loop: Loop, customer: Factory, host: str, port: int, ssl: None) -> object:
            if len(fake.events) >= 2:
                waiting.set()
                await asyncio.Event().wait()
            connected = await connect(loop, customer, host, port, ssl=ssl)
            while len(fake.events) < 2:
                await asyncio.sleep(0)
            return connected

        async with playing(saying(CAKE)) as fake:
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(run_room, "AT_THE_DOOR", 2)
                patch.setattr(asyncio.BaseEventLoop, "create_connection", some)
                await cancelled(order(fake, 3), waiting)
            await asyncio.wait_for(fake.all_gone.wait(), 10)

    run(test())


class Follower:
    """Notes what it is told."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, object]] = []

    def ticket(self, lane: str) -> str:
        return f"mine, {lane}"

    def placed(self, lane: str, moment: float) -> None:
        self.seen.append((lane, moment))

    def done(self, lane: str, spans: tuple[Span, ...]) -> None:
        self.seen.append((lane, spans))


def test_an_interrupt_in_the_middle_of_an_order_comes_through_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It may strike in any callback; here in the reader's own."""
    monkeypatch.setattr(progress_line, "TICK", 60.0)

    class Interrupting(Follower):
        def done(self, lane: str, spans: tuple[Span, ...]) -> None:
            raise RuntimeError("stop")

    async def test() -> None:
        async with playing(saying(CAKE, b"")) as fake:
            with pytest.raises(RuntimeError, match="stop"):
                await order(fake, 2, watch=Interrupting())
            await asyncio.wait_for(fake.all_gone.wait(), 10)

    run(test())
    assert gc.isenabled()


def test_a_watcher_sees_every_order_placed_and_then_done() -> None:
    follower = Follower()

    async def test() -> Trace:
        async with playing(hanging_up(CAKE, b"")) as fake:
            return await order(fake, 2, watch=follower)

    trace = run(test())
    assert follower.seen[:2] == [("order 1", 0.0), ("order 2", 0.0)]
    assert sorted(follower.seen[2:]) == [
        (lane, tuple(span for span in trace.spans if span.lane == lane)) for lane in ("order 1", "order 2")
    ]


def test_an_order_carries_the_ticket_of_whoever_watches_it_and_the_address_stays_as_it_is() -> None:
    async def test() -> list[bytes]:
        async with playing(saying(CAKE)) as fake:
            await order(fake, 2, watch=Follower())
            return sorted(fake.requests)

    for number, request in enumerate(run(test()), 1):
        assert request.startswith(b"GET /cake HTTP/1.1\r\n")
        assert f"order-ticket: mine, order {number}\r\n" in request.decode().lower()


class OfTheLoop(Connection):
    """Comes to a shop that runs in the customers' own loop."""

    shares_the_loop = True


@pytest.mark.parametrize(
    ("customer", "late", "moment"),
    [(OfTheLoop, 50.0, 2.0), (OfTheLoop, -50.0, -50.0), (Connection, 50.0, 50.0)],
)
def test_who_was_held_up_by_a_shop_in_the_loop_came_in_time_and_a_watcher_is_told_so(
    customer: type[Connection], late: float, moment: float
) -> None:
    follower = Follower()

    async def test() -> float:
        slip = Slip("order 3", "/cake", customer(httpx.Request("GET", "http://127.0.0.1:9/cake")))
        placing = _Run([slip], Limits(gap=1.0, seconds=30.0), follower)
        placing._opening -= 2.0  # its moment is now
        placing.began -= late
        return await placing._place(slip, 2.0)

    placed = run(test())
    assert follower.seen == [("order 3", placed)]
    assert placed == pytest.approx(moment, abs=20)
    if moment == 2.0:
        assert placed == moment


def test_a_watcher_sees_orders_that_come_one_after_the_other_placed_each_at_its_own_time() -> None:
    follower = Follower()

    async def test() -> Trace:
        async with playing(saying(CAKE)) as fake:
            return await order(fake, 2, every=0.001, watch=follower)

    trace = run(test())
    placed = {lane: seen for lane, seen in follower.seen if isinstance(seen, float)}
    assert placed == {
        lane: min(span.start for span in trace.spans if span.lane == lane) for lane in trace.lanes
    }
    assert len(placed) == 2
    assert placed["order 2"] > 0


@pytest.mark.parametrize(
    ("stood", "words"),
    [
        (4.99, ""),
        (5.0, "; the notebook itself stood still for 5 s"),
        (61.6, "; the notebook itself stood still for 62 s"),
    ],
)
def test_a_notebook_that_stood_still_for_five_seconds_is_said_to_have_done_so(
    stood: float, words: str
) -> None:
    async def test() -> str:
        waiting = _Run([], Limits(gap=0.0, seconds=30.0), None)
        waiting._stood, waiting._seen = stood, waiting._loop.time() + 1
        return waiting._why_so_late()

    assert run(test()).partition(" meanwhile")[0] == words
