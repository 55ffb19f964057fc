"""Orders are placed at the same moment, and each of them is accounted for."""

import asyncio
import contextlib
import gc
import io
import json
import socket
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import flask
import httpx
import pytest
import quart

from bakery.orders import ordering
from bakery.orders.customers import Answer, Connection
from bakery.orders.ordering import MOST_ORDERS, Progress, order
from bakery.shop.serving import serve
from bakery.trace import Kind, Span, Trace

T = TypeVar("T")
Loop = asyncio.BaseEventLoop
Factory = Callable[[], asyncio.Protocol]
Script = Callable[["Fake", asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

CAKE = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ncake"


def run(test: Coroutine[Any, Any, T]) -> T:
    """Run a test on a loop of its own, and let nothing go wrong behind its back."""
    problems: list[dict[str, Any]] = []

    async def watched() -> T:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: problems.append(context))
        return await asyncio.wait_for(test, 20)

    result = asyncio.run(watched())
    gc.collect()  # "exception was never retrieved" is said when the forgotten task is collected
    assert not problems
    return result


@dataclass
class Fake:
    """A shop that plays a script for every order."""

    url: str = ""
    closed: bool = False
    app: object = None
    requests: list[bytes] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    inside: int = 0
    all_gone: asyncio.Event = field(default_factory=asyncio.Event)


@contextlib.asynccontextmanager
async def playing(script: Script, app: object = None) -> AsyncIterator[Fake]:
    fake = Fake(app=app)

    async def customer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        fake.inside += 1
        fake.events.append("in")
        try:
            request = await reader.readuntil(b"\r\n\r\n")
            fake.requests.append(request)
            fake.events.append("order")
            await script(fake, reader, writer)
        except asyncio.IncompleteReadError:
            pass
        finally:
            writer.transport.abort()
            fake.inside -= 1
            if not fake.inside:
                fake.all_gone.set()

    server = await asyncio.start_server(customer, "127.0.0.1", 0, backlog=256)
    host, port = server.sockets[0].getsockname()
    fake.url = f"http://{host}:{port}"
    try:
        yield fake
        if fake.inside:
            await fake.all_gone.wait()
    finally:
        server.close()
        await server.wait_closed()


def saying(*answers: bytes) -> Script:
    """Give these answers, one to each order in its turn, and then wait until the customer leaves."""

    async def script(fake: Fake, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answers[(len(fake.requests) - 1) % len(answers)])
        await writer.drain()
        await reader.read()

    return script


def hanging_up(*answers: bytes) -> Script:
    """Give these answers, and leave at once, whether they are complete or not."""

    async def script(fake: Fake, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answers[(len(fake.requests) - 1) % len(answers)])
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    return script


async def one(script: Script, app: object = None, timeout: float = 30.0) -> Trace:
    async with playing(script, app) as fake:
        return await order(fake, 1, timeout=timeout)


def reason(trace: Trace) -> str:
    (failure,) = trace.failures
    return failure.error


# Together


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


def test_each_order_that_trickles_in_has_the_whole_time_limit_for_itself() -> None:
    async def test() -> Trace:
        async with playing(saying(CAKE)) as fake:
            return await order(fake, 60, every=0.02, timeout=1.0)

    assert run(test()).failures == ()


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


def test_the_collector_stays_away_until_the_last_run_is_over_and_comes_back() -> None:
    async def test() -> list[bool]:
        seen = []

        async def script(fake: Fake, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            seen.append(gc.isenabled())
            await saying(CAKE)(fake, reader, writer)

        async with playing(script) as fake:
            await order(fake, 1)
            seen.append(gc.isenabled())
        return seen

    assert run(test()) == [False, True]


def test_a_collector_that_the_reader_has_switched_off_stays_off() -> None:
    gc.disable()
    try:
        run(one(saying(CAKE)))
        assert not gc.isenabled()
    finally:
        gc.enable()


# What is ordered


def test_a_proxy_in_the_environment_is_for_other_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert run(one(saying(CAKE))).cakes == 1


def test_an_order_is_the_plain_request_that_httpx_would_send_for_a_single_visit() -> None:
    async def test() -> tuple[bytes, bytes]:
        async with playing(saying(CAKE)) as fake:
            await order(fake, 1)
            async with httpx.AsyncClient(trust_env=False, headers={"Connection": "close"}) as client:
                await client.get(fake.url + "/cake")
            return fake.requests[0], fake.requests[1]

    ours, plain = run(test())
    assert ours == plain


def test_an_address_will_do_for_a_shop() -> None:
    async def test() -> bytes:
        async with playing(saying(CAKE)) as fake:
            await order(fake.url + "/", 1, path="/bread")
            return fake.requests[0]

    assert run(test()).startswith(b"GET /bread HTTP/1.1")


def test_several_paths_are_ordered_in_turn_and_named() -> None:
    async def test() -> tuple[Trace, list[bytes]]:
        async with playing(saying(CAKE)) as fake:
            return await order(fake, 3, path=["/slow", "/fast"]), sorted(fake.requests)

    trace, requests = run(test())
    assert trace.lanes == ("order 1 /slow", "order 2 /fast", "order 3 /slow")
    assert [request.split()[1] for request in requests] == [b"/fast", b"/slow", b"/slow"]


def test_a_post_carries_its_json() -> None:
    bodies = []

    async def script(fake: Fake, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        bodies.append(json.loads(await reader.readexactly(15)))
        await saying(CAKE)(fake, reader, writer)

    async def test() -> bytes:
        async with playing(script) as fake:
            await order(fake, 1, method="POST", json={"cake": "plum"})
            return fake.requests[0]

    assert run(test()).startswith(b"POST /cake")
    assert bodies == [{"cake": "plum"}]


# Waiting and serving, told apart


def test_waiting_serving_and_the_way_back_follow_each_other_without_a_gap() -> None:
    async def script(fake: Fake, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        called = time.perf_counter()
        header = f'Server-Timing: serve;dur=0.020;desc="{called:.6f}"\r\n'.encode()
        await saying(CAKE.replace(b"\r\n", b"\r\n" + header, 1))(fake, reader, writer)

    wait, serve, back = run(one(script)).spans
    assert (wait.kind, serve.kind, back.kind) == ("wait", "serve", "wait")
    assert 0.0 == wait.start < wait.end == serve.start < serve.end == back.start < back.end
    assert serve.seconds == pytest.approx(20e-6, abs=1e-7)


def answer(timing: str, *, streamed: bool = False) -> Answer:
    headers = {"server-timing": timing} if timing else {}
    return Answer(200, headers if streamed else {**headers, "content-length": "4"})


@pytest.mark.parametrize(
    ("timing", "stretches"),
    [
        ('serve;dur=1000;desc="102"', [("wait", 0, 2), ("serve", 2, 3), ("wait", 3, 4)]),
        ('db;dur=7, serve;dur=1000;desc="102"', [("wait", 0, 2), ("serve", 2, 3), ("wait", 3, 4)]),
        ("", [("serve", 0, 4)]),
        ("cache;desc=hit;dur=2", [("serve", 0, 4)]),
        ('serve;dur=1000;desc="7"', [("serve", 0, 4)]),  # another machine's clock: before we asked
        ('serve;dur=9000;desc="102"', [("serve", 0, 4)]),  # and after we had the answer
        ('serve;dur=1000;desc="1.0.2"', [("serve", 0, 4)]),
        ('serve;dur=1.5;desc="99.9995"', [("wait", 0, 0), ("serve", 0, 0.001), ("wait", 0.001, 4)]),
    ],
)
def test_the_header_says_when_the_app_was_called_and_for_how_long(
    timing: str, stretches: list[tuple[Kind, float, float]]
) -> None:
    spans = ordering._spans("order 1", answer(timing), start=100.0, placed=0.0, received=4.0, error="")
    assert [span.kind for span in spans] == [kind for kind, _, _ in stretches]
    assert [span.start for span in spans] == pytest.approx([start for _, start, _ in stretches])
    assert [span.end for span in spans] == pytest.approx([end for _, _, end in stretches])
    Trace(spans)  # whatever the header says, it is a trace


def test_a_streamed_answer_is_served_until_its_end() -> None:
    spans = ordering._spans(
        "order 1",
        answer('serve;dur=1;desc="102"', streamed=True),
        start=100.0,
        placed=0.0,
        received=4.0,
        error="",
    )
    assert spans == (Span("order 1", "wait", 0.0, 2.0), Span("order 1", "serve", 2.0, 4.0))


# On real servers


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


# What can go wrong with an order


@pytest.mark.parametrize(
    ("script", "words"),
    [
        (
            saying(b"HTTP/1.1 500 INTERNAL SERVER ERROR\r\nContent-Length: 0\r\n\r\n"),
            "500 Internal Server Error",
        ),
        (
            saying(
                b"HTTP/1.1 500 X\r\nContent-Length: 0\r\nServer-Timing: "
                b'serve;dur=1;desc="1", error;desc="KeyError: \\"a, b\\", line 7: d[\\"a\\"]"\r\n\r\n'
            ),
            '500 KeyError: "a, b", line 7: d["a"]',
        ),
        (saying(b"HTTP/1.1 404 X\r\nContent-Length: 0\r\n\r\n"), "404 nothing is sold at /cake"),
        (
            saying(b"HTTP/1.1 308 X\r\nLocation: /cake/\r\nContent-Length: 0\r\n\r\n"),
            '308 sent on to /cake/. Did you mean:  await order(shop, path="/cake/")',
        ),
        (saying(b"HTTP/1.1 799 Odd\r\nContent-Length: 0\r\n\r\n"), "799"),
        (hanging_up(b""), "the shop hung up without an answer"),
        (hanging_up(CAKE[:-2]), "the shop hung up in the middle of its answer"),
        (hanging_up(CAKE[:20]), "the shop hung up in the middle of its answer"),
        (hanging_up(b"220 this is a mail server\r\n\r\n"), "the answer is not HTTP"),
    ],
)
def test_an_order_that_goes_wrong_tells_its_reason(script: Script, words: str) -> None:
    trace = run(one(script))
    assert reason(trace).startswith(words)
    assert (trace.cakes, trace.lanes) == (0, ("order 1",))


def test_one_bad_order_does_not_hide_the_others() -> None:
    async def test() -> Trace:
        async with playing(hanging_up(CAKE, b"", CAKE)) as fake:
            return await order(fake, 3)

    trace = run(test())
    assert (trace.cakes, len(trace.lanes), len(trace.failures)) == (2, 3, 1)


@pytest.mark.parametrize("framework", [flask.Flask, quart.Quart])
def test_a_path_that_does_not_exist_is_answered_with_the_nearest_one_that_does(
    framework: Callable[[str], Any],
) -> None:
    app = framework(__name__)
    for path in ("/", "/bread", "/cake/<name>"):
        app.add_url_rule(path, path, lambda: "")
    app.add_url_rule("/cakes", "only for others", lambda: "", methods=["POST"])
    trace = run(one(saying(b"HTTP/1.1 404 X\r\nContent-Length: 0\r\n\r\n"), app))
    assert reason(trace) == '404 nothing is sold at /cake. Did you mean:  await order(shop, path="/bread")'


def test_a_handler_that_itself_says_404_is_not_told_to_use_its_own_path() -> None:
    app = flask.Flask(__name__)
    app.add_url_rule("/cake", view_func=lambda: "")
    trace = run(one(saying(b"HTTP/1.1 404 X\r\nContent-Length: 0\r\n\r\n"), app))
    assert reason(trace) == "404 Not Found"


def test_an_order_without_an_answer_is_given_up_and_the_answered_ones_count() -> None:
    async def test() -> Trace:
        async with playing(saying(CAKE, b"")) as fake:
            return await order(fake, 2, timeout=0.5)

    trace = run(test())
    assert trace.cakes == 1
    assert reason(trace) == "no answer within 0.5 s"
    assert trace.failures[0].kind == "wait"
    assert trace.failures[0].end >= 0.5


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(
            hanging_up(b"HTTP/1.1 200 OK\r\n\r\n" + b"cake" * 100_000), id="ends with the connection"
        ),
        pytest.param(saying(b"HTTP/1.1 103 Early Hints\r\n\r\n" + CAKE), id="comes after a hint"),
        pytest.param(saying(CAKE + b"more"), id="is followed by more"),
        pytest.param(saying(CAKE.replace(b"OK", b"OK\r\nX: " + b"a" * 60_000)), id="has a long head"),
    ],
)
def test_an_answer_of_any_shape_is_a_cake(script: Script) -> None:
    assert run(one(script)).cakes == 1


def test_a_head_that_never_ends_is_no_answer() -> None:
    async def script(fake: Fake, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):  # the customer leaves in the middle of it
            await saying(b"HTTP/1.1 200 OK\r\nX: " + b"a" * 200_000)(fake, reader, writer)

    assert "not HTTP" in reason(run(one(script)))


def test_a_request_that_is_not_http_is_refused() -> None:
    with pytest.raises(ValueError, match=r"cannot send 'GET CAKE'.*\n.*method="):
        run(order("http://127.0.0.1:9", method="GET CAKE"))


def test_a_shop_that_hangs_up_or_talks_before_it_is_asked_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes while the others are still on their way in is not lost."""

    async def test(greeting: bytes) -> str:
        async def customer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(greeting)
            writer.close()

        async def once_it_has_gone(customers: list[Connection], seconds: float) -> None:
            await connections(customers, seconds)
            for each in customers:
                assert each._done
                await asyncio.wait_for(each._done, 5)

        connections = ordering._open
        monkeypatch.setattr(ordering, "_open", once_it_has_gone)
        server = await asyncio.start_server(customer, "127.0.0.1", 0)
        async with server:
            host, port = server.sockets[0].getsockname()
            return reason(await order(f"http://{host}:{port}", 1))

    assert run(test(b"")) == "the shop hung up without an answer"
    monkeypatch.undo()
    assert run(test(b"220 mail\r\n\r\n")).startswith("the answer is not HTTP")


def test_an_answer_that_never_ends_is_given_up_too() -> None:
    endless = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ncake\r\n"
    trace = run(one(saying(endless), timeout=0.5))
    assert reason(trace) == "no complete answer within 0.5 s"
    assert trace.failures[0].kind == "serve"


def test_where_nobody_listens_every_order_is_refused() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        trace = run(order(f"http://127.0.0.1:{port}", 2))
    assert [span.error for span in trace.failures] == [
        f"nobody answers at 127.0.0.1:{port} (connection refused); is the shop open?"
    ] * 2
    assert trace.makespan < 1


def test_a_machine_without_room_for_more_connections_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    connect, room = asyncio.BaseEventLoop.create_connection, [True, False]

    async def full(loop: Loop, customer: Factory, host: str, port: int, ssl: None) -> object:
        if room.pop(0):
            return await connect(loop, customer, host, port, ssl=ssl)
        raise OSError(24, "Too many open files")

    async def test() -> Trace:
        async with playing(saying(CAKE)) as fake:
            monkeypatch.setattr(asyncio.BaseEventLoop, "create_connection", full)
            return await order(fake, 2)

    trace = run(test())
    assert trace.cakes == 1
    assert "too many open files" in reason(trace)


def test_a_door_that_never_opens_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(*_: object, **__: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(asyncio.BaseEventLoop, "create_connection", never)
    monkeypatch.setattr(ordering, "AT_THE_DOOR", 1)
    start = time.perf_counter()
    trace = run(order("http://127.0.0.1:9", 200, timeout=0.05))
    assert {span.error for span in trace.failures} == {"no connection to 127.0.0.1:9 within 0.05 s"}
    assert len(trace.failures) == 200
    assert time.perf_counter() - start < 5  # one limit for all, not one after another


# Interrupted


def test_a_run_that_is_cancelled_leaves_nobody_in_the_shop_and_the_next_one_works() -> None:
    async def test() -> Trace:
        arrived = asyncio.Event()

        async def script(fake: Fake, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            if len(fake.requests) == 5:
                arrived.set()
            await saying(b"" if len(fake.requests) <= 5 else CAKE)(fake, reader, writer)

        async with playing(script) as fake:
            run = asyncio.create_task(order(fake, 5))
            await arrived.wait()
            run.cancel()
            with pytest.raises(asyncio.CancelledError):
                await run
            await asyncio.wait_for(fake.all_gone.wait(), 10)
            assert gc.isenabled()
            return await order(fake, 2)

    assert run(test()).cakes == 2


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
                patch.setattr(ordering, "AT_THE_DOOR", 2)
                patch.setattr(asyncio.BaseEventLoop, "create_connection", some)
                run = asyncio.create_task(order(fake, 3))
                await waiting.wait()
                run.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await run
            await asyncio.wait_for(fake.all_gone.wait(), 10)

    run(test())


def test_an_interrupt_in_the_middle_of_an_order_comes_through_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It may strike in any callback; here in the reader's own."""
    monkeypatch.setattr(ordering, "TICK", 60.0)

    def interrupt(spans: tuple[Span, ...]) -> None:
        if spans[-1].end:
            raise RuntimeError("stop")

    async def test() -> None:
        async with playing(saying(CAKE, b"")) as fake:
            with pytest.raises(RuntimeError, match="stop"):
                await order(fake, 2, watch=interrupt)
            await asyncio.wait_for(fake.all_gone.wait(), 10)

    run(test())
    assert gc.isenabled()


# While it runs


def test_a_watcher_sees_every_order_placed_and_then_done() -> None:
    seen: list[tuple[Span, ...]] = []

    async def test() -> Trace:
        async with playing(hanging_up(CAKE, b"")) as fake:
            return await order(fake, 2, watch=seen.append)

    trace = run(test())
    assert seen[:2] == [(Span(f"order {n}", "wait", 0.0, 0.0),) for n in (1, 2)]
    assert sorted((span for spans in seen[2:] for span in spans), key=lambda span: span.lane) == list(
        trace.spans
    )


def clock(*times: float) -> Callable[[], float]:
    remaining = iter(times)
    return lambda: next(remaining)


@pytest.fixture
def talkative(monkeypatch: pytest.MonkeyPatch) -> None:
    """Progress is shown, whatever the environment of these tests says."""
    monkeypatch.delenv("BAKERY_PROGRESS", raising=False)


def shown(stream: io.StringIO) -> list[str]:
    return stream.getvalue().split("\r")


@pytest.mark.usefixtures("talkative")
def test_a_short_run_says_nothing() -> None:
    stream = io.StringIO()
    progress = Progress(3, stream, clock(0, 1, 4.9))
    progress.show(served=1)
    progress.show(served=2)
    progress.erase()
    assert stream.getvalue() == ""


@pytest.mark.usefixtures("talkative")
def test_a_long_run_rewrites_one_line_and_leaves_nothing_behind() -> None:
    stream = io.StringIO()
    progress = Progress(1000, stream, clock(10, 16, 17))
    progress.show(served=37)
    progress.show(served=999)
    progress.erase()
    first = "37 of 1,000 cakes served, 963 orders in flight, 6 s"
    second = "999 of 1,000 cakes served, 1 order in flight, 7 s"
    assert shown(stream) == ["", first, second.ljust(len(first)), " " * len(second), ""]


def test_progress_can_be_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BAKERY_PROGRESS", "off")
    stream = io.StringIO()
    Progress(1, stream, clock(0, 60)).show(served=0)
    assert stream.getvalue() == ""


@pytest.mark.usefixtures("talkative")
def test_an_order_shows_its_progress(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def test() -> Trace:
        shown = asyncio.Event()

        def show(self: Progress, served: int) -> None:
            tell(self, served)
            shown.set()

        tell = Progress.show
        monkeypatch.setattr(Progress, "show", show)
        monkeypatch.setattr(ordering, "PATIENCE", 0.0)
        monkeypatch.setattr(ordering, "TICK", 0.01)

        async def script(fake: Fake, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await shown.wait()
            await saying(CAKE)(fake, reader, writer)

        async with playing(script) as fake:
            return await order(fake, 1)

    assert run(test()).cakes == 1
    error = capsys.readouterr().err
    assert error.startswith("\r0 of 1 cakes served, 1 order in flight, 0 s")
    assert error.endswith(" \r")


# What cannot be ordered


async def never_awaited() -> None:
    pass


class Shop:
    url = "http://127.0.0.1:9"
    closed = False


@pytest.mark.parametrize(
    ("call", "kind", "words"),
    [
        (
            {"cakes": 0},
            ValueError,
            "at least one cake, but got 0.\nDid you mean:  await order(shop, cakes=1)",
        ),
        ({"cakes": -2}, ValueError, "at least one cake, but got -2"),
        (
            {"cakes": 2.0},
            TypeError,
            "a whole number of cakes, but got 2.0.\nDid you mean:  await order(shop, cakes=2)",
        ),
        ({"cakes": float("nan")}, TypeError, "await order(shop, cakes=3)"),
        ({"cakes": True}, TypeError, "a whole number of cakes, but got True"),
        ({"cakes": "3"}, TypeError, "a whole number of cakes, but got '3'"),
        ({"cakes": None}, TypeError, "a whole number of cakes, but got None"),
        ({"cakes": 10**6}, ValueError, "at most 5,000 orders at once, but got 1,000,000"),
        ({"cakes": 10**6}, ValueError, "await order(shop, cakes=5000)"),
        (
            {"timeout": 0},
            ValueError,
            "more than 0, but got 0.\nDid you mean:  await order(shop, timeout=30.0)",
        ),
        ({"timeout": float("nan")}, ValueError, "got nan"),
        ({"timeout": float("inf")}, ValueError, "got inf"),
        ({"timeout": None}, TypeError, "a timeout in seconds, more than 0, but got None"),
        ({"timeout": True}, TypeError, "got True"),
        (
            {"every": -1},
            ValueError,
            "0 or more, but got every=-1.\nDid you mean:  await order(shop, every=0.1)",
        ),
        ({"every": "soon"}, TypeError, "got every='soon'"),
        (
            {"bake": -1},
            ValueError,
            "the seconds of one bake, 0 or more, but got bake=-1.\nDid you mean:  await order(shop, bake=0.1)",
        ),
        ({"path": "cake"}, ValueError, "got 'cake'.\nDid you mean:  await order(shop, path=\"/cake\")"),
        ({"path": ["/cake", "bread"]}, ValueError, "got 'bread'"),
        ({"path": []}, TypeError, "a path, or a list of them, but got []"),
        ({"path": 7}, TypeError, "got 7"),
        ({"path": "/ca\x00ke"}, ValueError, "cannot send to"),
        ({"shop": None}, TypeError, "a running shop, but got None"),
        ({"shop": 8000}, TypeError, "got an int"),
        ({"shop": Shop}, TypeError, "got the class Shop"),
        ({"shop": flask.Flask("x")}, TypeError, "got a Flask app: did you forget to serve it?"),
        ({"shop": quart.Quart("x")}, TypeError, "shop = serve(app)   and then   await order(shop)"),
        ({"shop": "127.0.0.1:5000"}, ValueError, 'await order("http://127.0.0.1:8000")'),
        ({"shop": "ftp://127.0.0.1"}, ValueError, "but got 'ftp://127.0.0.1'"),
        ({"shop": ""}, ValueError, "but got ''"),
        ({"shop": "http://127.0.0.1:port"}, ValueError, "needs an address"),
        ({"shop": Fake("http://127.0.0.1:9", closed=True)}, RuntimeError, "is closed.\nOpen it again:"),
    ],
)
def test_what_cannot_be_ordered_is_answered_with_the_corrected_call(
    call: dict[str, Any], kind: type[Exception], words: str
) -> None:
    with pytest.raises(kind) as caught:
        run(order(**{"shop": Shop(), **call}))
    assert words in str(caught.value)


def test_a_shop_still_to_be_awaited_is_no_shop() -> None:
    shop = never_awaited()
    try:
        with pytest.raises(TypeError, match=r"got a coroutine from never_awaited\(\): an await is missing"):
            run(order(shop))  # type: ignore[arg-type]
    finally:
        shop.close()


def test_as_many_orders_as_allowed_are_allowed() -> None:
    assert ordering._number(MOST_ORDERS) == MOST_ORDERS == 5000
