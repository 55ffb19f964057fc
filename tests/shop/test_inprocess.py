"""Shops that are called in process: what a browser has, tried here on a clock that nobody waits for."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from functools import partial
from typing import Any
from weakref import WeakValueDictionary

import httpx
import pytest
from bakeries import Clock, flask_that, never
from flask import Flask, request
from quart import Quart
from quart import request as quart_request

import bakery.shop.delivery
import bakery.shop.serving
from bakery.orders.ordering import order
from bakery.shop.asgi_types import ASGIApplication, Receive, Scope, Send
from bakery.shop.inprocess import MODEL, NO_MODEL, Caller, Hatch, InProcess, at
from bakery.shop.premises import Patience, StartupError
from bakery.shop.serving import Shop, serve
from bakery.shop.threads import Threads
from bakery.shop.websocket import LOST, SocketClosedError, SocketRefusedError
from bakery.shop.wsgi import WSGIMiddleware
from bakery.trace import Trace


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def threads(clock: Clock) -> Threads:
    """Threads where plain code cannot wait."""
    return Threads(never, clock.block, possible=lambda: False)


@pytest.fixture(autouse=True)
def premises(monkeypatch: pytest.MonkeyPatch, threads: Threads) -> Iterator[None]:
    monkeypatch.setattr(bakery.shop.serving, "PREMISES", InProcess(threads))
    yield
    for shop in tuple(bakery.shop.serving._SHOPS.values()):
        shop.close()


def quart_app() -> Quart:
    app = Quart("bakery")

    @app.get("/cake")
    async def cake() -> str:
        await asyncio.sleep(0)
        return "one cake"

    return app


async def orders(app: object, cakes: int = 3, **options: int) -> tuple[Shop, Trace]:
    shop = serve(app, threads=options.get("threads"))
    return shop, await order(shop, cakes=cakes)


def test_an_order_is_a_call_and_the_trace_is_as_always() -> None:
    for app, options in ((flask_that(int), {"threads": 1}), (quart_app(), {})):
        _, trace = asyncio.run(orders(app, **options))
        assert trace.cakes == 3
        assert [span.error for span in trace.spans if span.error] == []
        assert {span.kind for span in trace.spans} == {"wait", "serve"}


def test_one_thread_serves_one_at_a_time(clock: Clock, threads: Threads) -> None:
    _, trace = asyncio.run(orders(flask_that(lambda: threads.sleep(1.0)), threads=1))
    assert clock.slept == [1.0, 1.0, 1.0]
    assert trace.most_at_once == 1


def test_orders_of_a_quart_app_are_under_way_together() -> None:
    inside: list[int] = []
    app = Quart("bakery")
    everybody = asyncio.Event()

    @app.get("/cake")
    async def cake() -> str:
        inside.append(1)
        if len(inside) == 3:
            everybody.set()
        await everybody.wait()
        return "one cake"

    _, trace = asyncio.run(orders(app))
    assert trace.most_at_once == 3


def test_a_handler_that_raises_costs_one_order_and_is_kept() -> None:
    shop, trace = asyncio.run(orders(flask_that(lambda: 1 / 0), 1, threads=1))
    assert any("ZeroDivisionError" in span.error for span in trace.spans)
    assert "1 / 0" in shop.errors[-1]


def test_a_closed_shop_is_refused_and_another_address_is_told_why_not() -> None:
    async def ask() -> tuple[str, str]:
        shop = serve(quart_app())
        client = shop.client()
        shop.close()
        with pytest.raises(httpx.ConnectError) as closed:
            await client.get("/cake")
        with pytest.raises(httpx.ConnectError) as far:
            await client.get("https://example.com/")
        return str(closed.value), str(far.value)

    closed, far = asyncio.run(ask())
    assert "is the shop open?" in closed
    assert "no other machine such as example.com" in far


def test_an_order_to_a_shop_that_has_closed_is_told_that_nobody_answers_there() -> None:
    caller = Caller(httpx.Request("GET", "http://127.0.0.1:9/cake"))
    with pytest.raises(ConnectionError, match=r"nobody answers at 127\.0\.0\.1:9; is the shop open\?"):
        asyncio.run(caller.ask())


def test_an_async_view_of_a_flask_app_is_waited_for_as_its_thread_would() -> None:
    def pause(view: Any) -> str:  # noqa: ANN401  # a coroutine
        view.close()
        return "what it gave"

    app = Flask("bakery")

    @app.get("/cake")
    async def cake() -> str:
        raise AssertionError("on a loop of its own")

    ours = InProcess(Threads(pause, lambda _: None))
    ours.wsgi(WSGIMiddleware(app), ours.listen(0), 1)
    assert app.test_client().get("/cake").text == "what it gave"


def test_a_client_sends_and_receives_what_http_carries() -> None:
    flask, quart = Flask("echo"), Quart("echo")

    @flask.post("/ä/<name>")
    def echo(name: str) -> tuple[str, int, dict[str, str]]:
        return f"{name} {request.args['n']} {request.get_json()['cake']}", 201, {"X-Cake": "yes"}

    @quart.post("/ä/<name>")
    async def echo_too(name: str) -> tuple[str, int, dict[str, str]]:
        body = await quart_request.get_json()
        return f"{name} {quart_request.args['n']} {body['cake']}", 201, {"X-Cake": "yes"}

    async def ask(app: object) -> httpx.Response:
        async with serve(app).client() as client:
            return await client.post("/ä/ö?n=3", json={"cake": "ü"})

    for app in (flask, quart):
        answer = asyncio.run(ask(app))
        assert (answer.status_code, answer.text, answer.headers["x-cake"]) == (201, "ö 3 ü", "yes")
        assert "serve;dur=" in answer.headers["server-timing"]


def test_a_stream_arrives_part_by_part() -> None:
    gate = asyncio.Event()
    app = Quart("bakery")

    @app.get("/cake")
    async def cake() -> AsyncIterator[bytes]:
        async def parts() -> AsyncIterator[bytes]:
            yield b"first"
            await gate.wait()
            yield b"second"

        return parts()

    async def read() -> list[bytes]:
        got = []
        async with serve(app).client() as client, client.stream("GET", "/cake") as answer:
            async for part in answer.aiter_raw():
                got.append(part)
                gate.set()  # the second part is made only once the first one is here
        return got

    assert asyncio.run(asyncio.wait_for(read(), 10)) == [b"first", b"second"]


def test_a_stream_of_a_flask_app_arrives_part_by_part() -> None:
    got: list[bytes] = []
    app = Flask("bakery")

    @app.get("/cake")
    def cake() -> Iterator[bytes]:
        def parts() -> Iterator[bytes]:
            yield b"first"
            yield str(len(got)).encode()  # how many parts the client has by now

        return parts()

    async def read() -> None:
        async with serve(app, threads=1).client() as client, client.stream("GET", "/cake") as answer:
            async for part in answer.aiter_raw():
                got.append(part)  # noqa: PERF401 - while the app looks

    asyncio.run(read())
    assert got == [b"first", b"1"]


def test_a_client_that_leaves_frees_its_place() -> None:
    app = quart_app()

    ended = list[str]()

    @app.get("/never")
    async def never_done() -> str:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            ended.append("cancelled")
            raise
        return "never"

    async def leave() -> int:
        shop = serve(app)
        server = at(shop.url)
        async with shop.client(timeout=None) as client:
            asking = asyncio.create_task(client.get("/never"))
            for _ in range(20):
                await asyncio.sleep(0)
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
            for _ in range(20):
                await asyncio.sleep(0)
        return len(server._inside) if server else -1

    assert asyncio.run(leave()) == 0
    assert ended == ["cancelled"]


def test_a_read_time_out_ends_the_wait_for_a_head_and_for_each_part_as_on_a_connection() -> None:
    app, ended = Quart("bakery"), list[str]()

    @app.get("/head")
    async def head() -> str:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("head")
        return "never"

    @app.get("/part")
    async def part() -> AsyncIterator[bytes]:
        async def parts() -> AsyncIterator[bytes]:
            yield b"mixed"
            try:
                await asyncio.Event().wait()
            finally:
                ended.append("part")

        return parts()

    async def ask() -> list[bytes]:
        heard = list[bytes]()
        # Time enough, also on a busy machine, for the handler to begin and for the head of the stream to come.
        async with serve(app).client(timeout=0.5) as client:
            with pytest.raises(httpx.ReadTimeout) as late:
                await client.get("/head")
            assert (late.value.request.url.path, str(late.value)) == ("/head", "")
            async with client.stream("GET", "/part") as answer:
                parts = answer.aiter_raw()
                heard.append(await anext(parts))
                with pytest.raises(httpx.ReadTimeout):
                    await anext(parts)
        while len(ended) < 2:
            await asyncio.sleep(0)
        return heard

    assert asyncio.run(ask()) == [b"mixed"]
    assert sorted(ended) == ["head", "part"]


def test_an_app_starts_before_its_first_order_and_ends_when_the_shop_closes() -> None:
    app, said = quart_app(), []

    @app.before_serving
    async def start() -> None:
        await asyncio.sleep(0)
        said.append("start")

    @app.after_serving
    async def end() -> None:
        said.append("end")

    async def run() -> None:
        shop = serve(app)
        await order(shop, cakes=1)
        assert said == ["start"]
        shop.close()
        for _ in range(50):
            await asyncio.sleep(0)

    asyncio.run(run())
    assert said == ["start", "end"]


def test_an_app_that_fails_to_start_says_so_in_the_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    def pause(awaitable: Any) -> None:  # noqa: ANN401 - a coroutine
        awaitable.close()
        raise StartupError from ValueError("no oven")

    monkeypatch.setattr(bakery.shop.serving, "PREMISES", InProcess(Threads(pause, lambda _: None)))

    async def run() -> None:
        with pytest.raises(RuntimeError, match="failed while it started: ValueError: no oven"):
            serve(quart_app())

    asyncio.run(run())


def test_shops_have_numbers_of_their_own_and_give_them_back() -> None:
    async def run() -> None:
        first, second = serve(quart_app(), name="a"), serve(quart_app(), name="b")
        assert first.port != second.port
        with pytest.raises(OSError, match=f"Port {first.port} is taken by the shop"):
            serve(quart_app(), name="c", port=first.port)
        first.close()
        assert at(first.url) is None
        assert serve(quart_app(), name="c", port=first.port).port == first.port

    asyncio.run(run())


def test_a_number_belongs_to_one_hatch() -> None:
    hatch = Hatch(8123)
    with pytest.raises(OSError, match="in use"):
        Hatch(8123)
    hatch.close()
    hatch.close()
    Hatch(8123).close()


def test_several_threads_say_once_that_they_are_a_model(capsys: pytest.CaptureFixture[str]) -> None:
    async def run() -> None:
        for answers, words in ((True, MODEL), (False, NO_MODEL)):
            premises = InProcess(Threads(never, lambda _: None, possible=partial(bool, answers)))
            for places in (1, 4, 4):
                premises.wsgi(WSGIMiddleware(flask_that(int)), Hatch(0), places)
            assert capsys.readouterr().out == f"{words}\n"

    asyncio.run(run())


def test_who_orders_while_the_loop_is_held_came_in_time_all_the_same() -> None:
    app = Quart("bakery")

    @app.get("/big")
    async def big() -> str:
        end = time.perf_counter() + 0.03
        while time.perf_counter() < end:
            pass
        return "big"

    @app.get("/water")
    async def water() -> str:
        return "water"

    async def run() -> Trace:
        return await order(serve(app), cakes=2, path=["/big", "/water"], every=0.01)

    trace = asyncio.run(run())
    first = min(span.start for span in trace.spans if "/water" in span.lane)
    assert first == 0.01


def test_customers_who_are_still_inside_when_a_shop_has_closed_are_sent_home(
    monkeypatch: pytest.MonkeyPatch, threads: Threads
) -> None:
    monkeypatch.setattr(bakery.shop.serving, "PREMISES", InProcess(threads, Patience(last_orders=0.0)))
    app, ends = quart_app(), []

    @app.get("/never")
    async def never_done() -> str:
        try:
            await asyncio.Event().wait()
        finally:
            ends.append("sent home")
        return "never"

    async def run() -> Trace:
        shop = serve(app)
        ordering = asyncio.create_task(order(shop, 1, path="/never"))
        for _ in range(20):
            await asyncio.sleep(0)
        shop.close()
        return await asyncio.wait_for(ordering, 10)

    trace = asyncio.run(run())
    assert [span.error for span in trace.failures] == ["503 the shop was closed"]
    assert ends == ["sent home"]


def test_a_flask_answer_that_never_ends_is_cut_off_when_the_shop_closes(
    monkeypatch: pytest.MonkeyPatch, threads: Threads
) -> None:
    monkeypatch.setattr(bakery.shop.serving, "PREMISES", InProcess(threads, Patience(last_orders=0.0)))
    app = Flask("bakery")

    @app.get("/cake")
    def cake() -> Iterator[bytes]:
        return itertools.repeat(b"crumb")

    async def run() -> Trace:
        shop = serve(app, threads=1)
        ordering = asyncio.create_task(order(shop, 1))
        for _ in range(20):
            await asyncio.sleep(0)
        shop.close()
        return await asyncio.wait_for(ordering, 10)

    trace = asyncio.run(run())
    assert [span.error for span in trace.failures] == ["the shop hung up in the middle of its answer"]


def test_a_background_task_has_as_long_as_an_order_when_its_shop_closes(
    monkeypatch: pytest.MonkeyPatch, threads: Threads
) -> None:
    monkeypatch.setattr(bakery.shop.serving, "PREMISES", InProcess(threads, Patience(last_orders=3.0)))
    app, seen = quart_app(), []

    @app.after_serving
    async def sweep() -> None:
        seen.append(app.config["BACKGROUND_TASK_SHUTDOWN_TIMEOUT"])

    async def run() -> None:
        shop = serve(app)
        await order(shop, 1)
        shop.close()
        for _ in range(50):
            await asyncio.sleep(0)

    asyncio.run(run())
    assert 2 < seen[0] <= 3


def test_a_shop_that_is_called_is_never_too_busy_to_end() -> None:
    async def run() -> bool:
        server = at(serve(quart_app()).url)
        assert server
        return server.busy

    assert asyncio.run(run()) is False


def test_a_wsgi_body_that_wants_to_be_closed_is_closed() -> None:
    class Body:
        closed = False

        def __iter__(self) -> Iterator[bytes]:
            return iter([b"cake"])

        def close(self) -> None:
            self.closed = True

    body = Body()

    def app(environ: object, start_response: Callable[..., object]) -> Body:
        start_response("200 OK", [("Content-Type", "text/plain")])
        return body

    async def ask() -> str:
        async with serve(app, threads=1).client() as client:
            return (await client.get("/cake")).text

    assert asyncio.run(ask()) == "cake"
    assert body.closed


def test_a_server_that_has_closed_answers_nobody_who_still_holds_it() -> None:
    async def ask() -> None:
        shop = serve(quart_app())
        server = at(shop.url)
        assert server
        shop.close()
        with pytest.raises(httpx.ConnectError, match=r"^the shop is closed$"):
            await server.handle(httpx.Request("GET", f"{shop.url}/cake"))

    asyncio.run(ask())


@pytest.mark.parametrize(("enough", "heard"), [(1, 1), (2, 2), (3, 3), (4, 3), (None, 0)])
def test_an_ear_hears_each_part_until_it_has_heard_enough(enough: int | None, heard: int) -> None:
    app, parts = Quart("bakery"), list[bytes]()

    @app.get("/cake")
    async def cake() -> AsyncIterator[bytes]:
        async def crumbs() -> AsyncIterator[bytes]:
            for crumb in (b"one", b"two", b"three"):
                yield crumb

        return crumbs()

    def ear(part: bytes) -> bool:
        parts.append(part)
        return len(parts) == enough

    async def ask() -> tuple[bool, int]:
        caller = Caller(httpx.Request("GET", f"{serve(app).url}/cake"))
        if enough:
            caller.listen(ear)
        whole = await caller.ask()
        assert caller.answer
        return whole, caller.answer.status_code

    assert asyncio.run(ask()) == (heard != enough, 200)
    assert parts == [b"one", b"two", b"three"][:heard]


async def starts(_: asyncio.Event) -> None:
    """Nothing to do."""


async def fails(_: asyncio.Event) -> None:
    raise ValueError("no oven")


async def waits(gas: asyncio.Event) -> None:
    await gas.wait()


async def waits_whatever_it_is_told(gas: asyncio.Event) -> None:
    try:
        await gas.wait()
    except asyncio.CancelledError:
        await gas.wait()


Start = Callable[[asyncio.Event], Coroutine[Any, Any, None]]


def opening(start: Start) -> tuple[Quart, asyncio.Event, list[str]]:
    """An app with such a startup, the gas that it may wait for, and what its handler noted."""
    app, gas, baked = Quart("bakery"), asyncio.Event(), list[str]()

    @app.before_serving
    async def light_the_oven() -> None:
        await start(gas)

    @app.get("/cake")
    async def cake() -> str:
        baked.append("cake")
        return "one cake"

    return app, gas, baked


@pytest.mark.parametrize(
    ("start", "seconds", "failure", "cause"),
    [
        (starts, 10.0, None, None),
        (fails, 10.0, StartupError, "no oven"),
        (waits, 0.01, StartupError, None),
    ],
)
def test_plain_code_that_can_wait_is_told_how_the_startup_went(
    start: Start,
    seconds: float,
    failure: type[Exception] | None,
    cause: str | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waiting: list[Any] = []  # what plain code waits for: here the test does it
    monkeypatch.setattr(bakery.shop.serving, "PREMISES", InProcess(Threads(waiting.append, lambda _: None)))

    async def told() -> BaseException | None:
        app, _, _ = opening(start)
        serve(app, startup=seconds)
        (opened,) = waiting
        try:
            await asyncio.wait_for(opened, 10)
        except StartupError as error:
            return error
        return None

    error = asyncio.run(told())
    assert type(error) is (failure or type(None))
    if error is not None:
        assert (str(error.__cause__) if error.__cause__ else None) == cause
        assert error.__suppress_context__


def test_an_order_that_comes_before_its_app_has_started_waits_for_that() -> None:
    async def run() -> tuple[list[str], Trace]:
        app, gas, baked = opening(waits)
        shop = serve(app)
        ordering = asyncio.create_task(order(shop, 1))
        for _ in range(50):
            await asyncio.sleep(0)
        early = list(baked)
        gas.set()
        return early, await asyncio.wait_for(ordering, 10)

    early, trace = asyncio.run(run())
    assert (early, trace.cakes) == ([], 1)


def ordered_before_it_closes(start: Start, *, starts_at_last: bool) -> tuple[list[str], Trace]:
    """What was baked, and what came of an order that waits for the startup of an app when its shop closes."""

    async def run() -> tuple[list[str], Trace]:
        app, gas, baked = opening(start)
        shop = serve(app)
        ordering = asyncio.create_task(order(shop, 1))
        for _ in range(50):
            await asyncio.sleep(0)
        shop.close()
        if starts_at_last:
            await asyncio.sleep(0)
            gas.set()
        return baked, await asyncio.wait_for(ordering, 10)

    return asyncio.run(run())


@pytest.mark.parametrize("start", [waits, waits_whatever_it_is_told])
def test_an_order_that_waits_for_a_startup_is_sent_home_when_the_shop_closes(
    start: Start, monkeypatch: pytest.MonkeyPatch, threads: Threads
) -> None:
    monkeypatch.setattr(bakery.shop.serving, "PREMISES", InProcess(threads, Patience(last_orders=0.0)))
    baked, trace = ordered_before_it_closes(start, starts_at_last=False)
    assert [span.error for span in trace.failures] == ["the shop hung up without an answer"]
    assert baked == []


@pytest.mark.parametrize("start", [waits, waits_whatever_it_is_told])
def test_an_order_that_waits_for_a_startup_is_refused_when_the_shop_closes_and_the_app_never_sees_it(
    start: Start,
) -> None:
    baked, trace = ordered_before_it_closes(start, starts_at_last=True)
    assert [span.error for span in trace.failures] == ["the shop is closed"]
    assert baked == []


def guests_at_the_counter(gas: asyncio.Event) -> ASGIApplication:
    """An app that lets its guests in, once it has started."""

    async def counter(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        if scope["type"] == "lifespan":
            await gas.wait()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            return
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "text": f"welcome, {'warm' if gas.is_set() else 'cold'}"})
        await receive()

    return counter


async def visit_early(then: Callable[[Shop, asyncio.Event], None]) -> str:
    """What a guest hears who comes before the app has started, and what then happens."""
    gas = asyncio.Event()
    shop = serve(guests_at_the_counter(gas))

    async def visit() -> str:
        async with shop.socket("/counter") as guest:
            return str(await guest.receive())

    visiting = asyncio.create_task(visit())
    for _ in range(20):
        await asyncio.sleep(0)
    then(shop, gas)
    return await asyncio.wait_for(visiting, 10)


def test_a_guest_who_comes_before_the_app_has_started_waits_for_that() -> None:
    assert asyncio.run(visit_early(lambda _shop, gas: gas.set())) == "welcome, warm"


def test_a_guest_who_waits_for_a_startup_is_refused_when_the_shop_closes() -> None:
    with pytest.raises(SocketRefusedError, match=r"^the shop is closed$"):
        asyncio.run(visit_early(lambda shop, _gas: shop.close()))


def test_a_customer_who_does_not_wait_for_the_startup_lets_nobody_else_in_before_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bakery.shop.delivery, "NOTICING", 0.0)

    async def run() -> tuple[list[str], Trace]:
        app, gas, baked = opening(waits)
        shop = serve(app)
        async with shop.client(timeout=0.001) as client:
            with pytest.raises(httpx.ReadTimeout):
                await client.get("/cake")
        while (
            len(asyncio.all_tasks()) > 2
        ):  # besides this test and the app's life: the order, until it is sent home
            await asyncio.sleep(0)
        ordering = asyncio.create_task(order(shop, 1))
        for _ in range(50):
            await asyncio.sleep(0)
        early = list(baked)
        gas.set()
        return early, await asyncio.wait_for(ordering, 10)

    early, trace = asyncio.run(run())
    assert (early, trace.cakes) == ([], 1)


def test_shops_that_are_called_are_counted_from_8001(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Hatch, "_taken", WeakValueDictionary())
    first, second, asked = Hatch(0), Hatch(0), Hatch(8004)
    third, fourth = Hatch(0), Hatch(0)
    first.close()
    assert [hatch.number for hatch in (second, asked, third, fourth, Hatch(0))] == [
        8002,
        8004,
        8003,
        8005,
        8001,
    ]


@pytest.mark.parametrize("orders", [0, 1])
def test_a_guest_on_a_websocket_is_sent_home_when_a_called_shop_closes_alone_and_together_with_orders(
    orders: int, monkeypatch: pytest.MonkeyPatch, threads: Threads
) -> None:
    monkeypatch.setattr(bakery.shop.serving, "PREMISES", InProcess(threads, Patience(last_orders=0.0)))

    async def counter(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        if scope["type"] == "lifespan":
            return
        if scope["type"] == "websocket":
            await send({"type": "websocket.accept"})
        await asyncio.Event().wait()

    async def visit() -> tuple[int, str]:
        shop = serve(counter)
        async with shop.socket("/counter") as guest:
            ordering = [asyncio.create_task(order(shop, 1)) for _ in range(orders)]
            for _ in range(20):
                await asyncio.sleep(0)
            shop.close()
            with pytest.raises(SocketClosedError) as end:
                await asyncio.wait_for(guest.receive(), 10)
            await asyncio.gather(*ordering)
        return end.value.code, end.value.reason

    assert asyncio.run(visit()) == (LOST, "")
