# ruff: noqa: ANN401  # a view may answer anything
"""Listeners hear each part of a stream when it is made, and leave when they have heard enough."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from typing import Any, NoReturn

import pytest
from flask import Flask
from quart import Quart

from bakery.orders.listening import listen
from bakery.orders.ordering import order
from bakery.shop import serving
from bakery.shop.inprocess import InProcess
from bakery.shop.serving import Shop, serve
from bakery.shop.threads import Threads
from bakery.trace import Mark, Span, Trace

STEP = 0.5
"""Seconds between two parts: enough for a busy machine to keep them apart."""

SLACK = 0.05
"""Seconds that one clock may show less than another."""


HUGE = 100_000_000
"""Bytes of one part."""


async def iter_of(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


def no_pause(_awaitable: object) -> NoReturn:
    raise AssertionError("nothing here waits in plain code")


@pytest.fixture(params=["on a machine", "in process"])
def premises(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "in process":
        threads = Threads(no_pause, lambda _: None, possible=lambda: False)
        monkeypatch.setattr(serving, "PREMISES", InProcess(threads))


@pytest.fixture(autouse=True)
def _nothing_stays_open() -> Iterator[None]:
    yield
    serving._close_all()


class Kitchen:
    """An app with streams of several kinds, and what happened in their generators."""

    def __init__(self) -> None:
        self.noted: list[str] = []
        self.app = app = Quart(__name__)
        events = {"Content-Type": "text/event-stream"}

        @app.get("/cake")
        async def cake() -> Any:
            return self.steps("data: {}\n\n"), events

        @app.get("/plain")
        async def plain() -> Any:
            return self.steps("{} ")

        @app.get("/whole")
        async def whole() -> str:
            return "a whole cake"

        @app.get("/huge")
        async def huge() -> Any:
            return iter_of(bytes(HUGE)), {"Content-Type": "application/octet-stream"}

        @app.get("/endless")
        async def endless() -> Any:
            return self.ticks(0.01), events

        @app.get("/burnt")
        async def burnt() -> Any:
            return self.fails(), events

    async def steps(self, form: str) -> AsyncIterator[str]:
        for step in ("mixed", "in the oven", "done"):
            yield form.format(step)
            await asyncio.sleep(STEP)

    async def ticks(self, seconds: float) -> AsyncIterator[str]:
        try:
            while True:
                yield "data: tick\n\n"
                await asyncio.sleep(seconds)
        finally:
            self.noted.append("left")

    async def fails(self) -> AsyncIterator[str]:
        yield "data: mixed\n\n"
        await asyncio.sleep(0.01)
        raise ValueError("burnt")


def at(visit: Callable[[Shop, Kitchen], Coroutine[Any, Any, Trace]]) -> Trace:
    async def whole() -> Trace:
        kitchen = Kitchen()
        with serve(kitchen.app) as shop:
            async with asyncio.timeout(30):
                return await visit(shop, kitchen)

    return asyncio.run(whole())


def texts(trace: Trace, lane: str = "listener 1") -> list[str]:
    return [mark.text for mark in trace.heard if mark.lane == lane]


@pytest.mark.usefixtures("premises")
@pytest.mark.parametrize(
    ("path", "parts"),
    [("/cake", ["mixed", "in the oven", "done"]), ("/plain", ["mixed ", "in the oven ", "done "])],
)
def test_each_part_is_heard_when_it_is_made_and_all_listeners_wait_together(
    path: str, parts: list[str]
) -> None:
    trace = at(lambda shop, _: listen(shop, path, listeners=3, bake=STEP))
    assert (trace.cakes, trace.most_at_once) == (3, 3)
    for lane in ("listener 1", "listener 2", "listener 3"):
        assert texts(trace, lane) == parts
        first, second, third = [mark.at for mark in trace.heard if mark.lane == lane]
        assert first < 2 * STEP < third + SLACK  # it is heard while the last one is still to be made
        assert second > STEP - SLACK
    assert 3 * STEP - SLACK < trace.makespan < 6 * STEP  # one after another, they take nine
    assert "; heard mixed " in trace.words


@pytest.mark.usefixtures("premises")
def test_a_listener_leaves_after_so_many_parts_and_that_is_no_failure() -> None:
    trace = at(lambda shop, _: listen(shop, "/cake", listeners=2, parts=2))
    assert (trace.cakes, trace.failures, trace.left) == (0, (), ("listener 1", "listener 2"))
    assert texts(trace) == ["mixed", "in the oven"]


def test_of_several_parts_that_come_at_once_no_more_are_heard_than_were_wanted() -> None:
    async def visit() -> Trace:
        app = Quart(__name__)

        @app.get("/cake")
        async def cake() -> Any:
            parts = iter_of(b"data: one\n\n", b"data: two\n\ndata: three\n\ndata: four\n\n")
            return parts, {"Content-Type": "text/event-stream"}

        return await listen(serve(app), "/cake", listeners=1, parts=2)

    assert texts(asyncio.run(visit())) == ["one", "two"]


def test_a_stream_that_never_ends_can_be_left_and_its_generator_notices() -> None:
    async def visit(shop: Shop, kitchen: Kitchen) -> Trace:
        trace = await listen(shop, "/endless", listeners=1, parts=3)
        while not kitchen.noted:
            await asyncio.sleep(0.01)
        return trace

    assert texts(at(visit)) == ["tick"] * 3


def test_a_stream_that_has_not_ended_in_time_is_a_failure_with_what_was_heard() -> None:
    trace = at(lambda shop, _: listen(shop, "/endless", listeners=1, timeout=0.3))
    assert [span.error for span in trace.failures] == ["no complete answer within 0.3 s"]
    assert "tick" in texts(trace)


def test_a_stream_that_breaks_keeps_what_was_heard() -> None:
    trace = at(lambda shop, _: listen(shop, "/burnt", listeners=1))
    assert texts(trace) == ["mixed"]
    assert "hung up in the middle" in trace.failures[0].error


@pytest.mark.usefixtures("premises")
def test_an_answer_that_is_no_stream_is_heard_in_one_part() -> None:
    assert texts(at(lambda shop, _: listen(shop, "/whole", listeners=1))) == ["a whole cake"]


def test_of_a_huge_part_the_beginning_is_kept_and_the_rest_is_heard_all_the_same() -> None:
    trace = at(lambda shop, _: listen(shop, "/huge", listeners=1))
    assert (trace.cakes, trace.failures) == (1, ())
    assert sum(len(mark.text) for mark in trace.heard) < HUGE / 10


def test_a_flask_app_streams_too() -> None:
    app = Flask(__name__)

    @app.get("/cake")
    def cake() -> Any:
        return iter(["mixed", "done"])

    async def both() -> Trace:
        with serve(app, threads=2) as shop:
            return await listen(shop, listeners=2)

    trace = asyncio.run(both())
    assert "".join(texts(trace)) == "mixeddone"
    assert trace.cakes == 2


def test_who_watches_is_told_of_each_part_as_it_comes() -> None:
    class Watch:
        def __init__(self) -> None:
            self.told: list[tuple[str, str]] = []

        def ticket(self, lane: str) -> str:
            return lane

        def placed(self, lane: str, moment: float) -> None:
            self.told.append((lane, "placed"))

        def heard(self, lane: str, moment: float, text: str) -> None:
            assert moment >= 0
            self.told.append((lane, text))

        def done(self, lane: str, spans: tuple[Span, ...]) -> None:
            self.told.append((lane, "over"))

    watch = Watch()
    at(lambda shop, _: listen(shop, listeners=1, watch=watch))
    assert [what for _, what in watch.told] == ["placed", "mixed", "in the oven", "done", "over"]


def test_a_trace_knows_when_it_began() -> None:
    async def visit(shop: Shop, _: Kitchen) -> Trace:
        before = asyncio.get_running_loop().time()
        trace = await listen(shop, "/whole", listeners=1)
        assert trace.began is not None
        assert before <= trace.began <= asyncio.get_running_loop().time()
        return trace

    at(visit)


@pytest.mark.parametrize(
    ("call", "kind", "says"),
    [
        ({"listeners": 0}, ValueError, "a whole number of listeners"),
        ({"parts": 0}, ValueError, r"Did you mean:  await listen\(shop, parts=1\)"),
        ({"parts": 1.5}, TypeError, "a whole number of parts"),
        ({"parts": "some"}, TypeError, r"listen\(shop, parts=2\)"),
        ({"path": "cake"}, ValueError, r'Did you mean:  await listen\(shop, path="/cake"\)'),
        ({"timeout": -1}, ValueError, "a timeout in seconds, more than 0"),
        ({"bake": "x"}, TypeError, "bake in seconds"),
    ],
)
def test_what_cannot_be_listened_to_is_refused_with_the_corrected_call(
    call: dict[str, Any], kind: type[Exception], says: str
) -> None:
    with pytest.raises(kind, match=says):
        at(lambda shop, _: listen(shop, **call))


def test_what_is_no_shop_is_told_in_the_words_of_listen() -> None:
    with pytest.raises(TypeError, match=r"listen\(\) needs a running shop, .*\n.* await listen\(shop\)"):
        asyncio.run(listen(Quart(__name__)))  # type: ignore[arg-type]


@pytest.mark.usefixtures("premises")
def test_customers_who_leave_on_purpose_are_no_failures_and_have_no_cakes() -> None:
    trace = at(lambda shop, _: order(shop, cakes=2, leave=STEP * 0.5))
    assert (trace.cakes, trace.failures, trace.left) == (0, (), ("order 1", "order 2"))
    assert "; two customers left before the end" in trace.words


def test_who_would_leave_later_than_the_cake_comes_has_it() -> None:
    trace = at(lambda shop, _: order(shop, cakes=2, path="/whole", leave=20))
    assert (trace.cakes, trace.left) == (2, ())


def test_a_time_to_leave_that_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match=r"Did you mean:  await order\(shop, leave=0\.3\)"):
        at(lambda shop, _: order(shop, leave=0))


def test_marks_are_plain_tuples() -> None:
    assert Mark("listener 1", 0.5, "mixed") == ("listener 1", 0.5, "mixed")
