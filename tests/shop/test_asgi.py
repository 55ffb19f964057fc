# ruff: noqa: ANN401  # what is served, and what is mistaken for an app, is of any type
"""An ASGI app is served, started and ended as it would be without the layer in front of it."""

import asyncio
import socket
import threading
import time
from collections.abc import AsyncGenerator, AsyncIterator, Coroutine
from typing import Any

import httpx
import pytest
import quart
from bakeries import (
    get,
    hurry,
    in_a_container_of_a_hub,
    our_threads,
    plain_asgi,
    quart_bakery,
)
from quart import Quart

from bakery.shop.asgi import ASGIMiddleware
from bakery.shop.middleware import CURRENT
from bakery.shop.serving import Shop, serve


def test_a_streamed_quart_cake_leaves_piece_by_piece() -> None:
    go = threading.Event()
    app = Quart(__name__)

    @app.get("/cake")
    async def cake() -> Any:
        async def pieces() -> AsyncIterator[bytes]:
            yield b"first"
            await asyncio.to_thread(go.wait, 10)
            yield b"second"

        return pieces()

    with serve(app) as shop, httpx.stream("GET", f"{shop.url}/cake", trust_env=False) as answer:
        chunks = answer.iter_text()
        assert next(chunks) == "first"
        go.set()
        assert next(chunks) == "second"


def test_websockets_pass() -> None:
    app = Quart(__name__)

    @app.websocket("/echo")
    async def echo() -> None:
        await quart.websocket.send(await quart.websocket.receive())

    @app.websocket("/burnt")
    async def burnt() -> None:
        await quart.websocket.accept()
        raise ValueError("burnt")

    async def talk(shop: Shop, path: str) -> Any:
        import aiohttp

        async with aiohttp.ClientSession() as client, client.ws_connect(f"{shop.url}{path}") as line:
            await line.send_str("hello")
            return (await line.receive(timeout=10)).data

    with serve(app) as shop:
        assert asyncio.run(talk(shop, "/echo")) == "hello"
        asyncio.run(talk(shop, "/burnt"))
        assert "ValueError: burnt" in shop.errors[-1]


def test_websockets_pass_the_proxy_too(monkeypatch: pytest.MonkeyPatch) -> None:
    import aiohttp

    in_a_container_of_a_hub(monkeypatch)
    app = Quart(__name__)

    @app.websocket("/where")
    async def where() -> None:
        await quart.websocket.send(quart.websocket.root_path)

    async def ask(url: str) -> Any:
        async with aiohttp.ClientSession() as client, client.ws_connect(url) as line:
            return (await line.receive(timeout=10)).data

    with serve(app) as shop:
        assert asyncio.run(ask(f"{shop.url}{shop.link}where")) == shop.link.rstrip("/")
        assert asyncio.run(ask(f"{shop.url}/where")) == ""


def test_startup_and_shutdown_of_the_app_are_run() -> None:
    app = Quart(__name__)
    seen: list[str] = []

    @app.before_serving
    async def before() -> None:
        seen.append("before")

    @app.after_serving
    async def after() -> None:
        seen.append("after")

    for _ in range(2):
        with serve(app):
            assert seen == ["before"]
        assert seen == ["before", "after"]
        seen.clear()


async def starlette_like(scope: Any, receive: Any, send: Any) -> None:
    """Tells of a failed startup in words, and raises what it was."""
    assert scope["type"] == "lifespan"
    await receive()
    try:
        raise LookupError("no recipe")
    except LookupError:
        await send({"type": "lifespan.startup.failed", "message": "a long traceback"})
        raise


async def wordy(scope: Any, receive: Any, send: Any) -> None:
    """Tells of a failed startup in words only."""
    await receive()
    await send({"type": "lifespan.startup.failed", "message": "no recipe"})


@pytest.mark.parametrize(("app", "cause"), [(starlette_like, LookupError), (wordy, RuntimeError)])
def test_a_startup_of_another_framework_that_fails_is_told_too(app: Any, cause: type[Exception]) -> None:
    with pytest.raises(RuntimeError, match="no recipe") as caught:
        serve(app)
    assert isinstance(caught.value.__cause__, cause)


def test_a_shutdown_that_raises_is_kept() -> None:
    app = Quart(__name__)

    @app.after_serving
    async def sweep() -> None:
        raise ValueError("no broom")

    shop = serve(app)
    shop.close()
    assert "ValueError: no broom" in shop.errors[0]


def test_an_error_in_a_group_of_tasks_is_told_as_itself() -> None:
    app = Quart(__name__)

    @app.get("/")
    async def home() -> str:
        async with asyncio.TaskGroup() as group:
            group.create_task(burn())
        return ""

    async def burn() -> None:
        raise ValueError("burnt")

    with serve(app) as shop:
        answer = get(shop, "/")
    assert 'error;desc="ValueError: burnt, line ' in answer.headers["server-timing"]
    assert shop.errors[0].count("ValueError: burnt") == 1


def test_an_error_in_the_background_is_kept(capfd: pytest.CaptureFixture[str]) -> None:
    app = Quart(__name__)

    @app.get("/")
    async def home() -> str:
        app.add_background_task(burn)
        return ""

    async def burn() -> None:
        raise ValueError("burnt behind the counter")

    with serve(app) as shop:
        get(shop, "/")
        until = time.monotonic() + 10
        while not shop.errors and time.monotonic() < until:
            time.sleep(0.001)
    assert "ValueError: burnt behind the counter" in shop.errors[0]
    assert capfd.readouterr().err == ""


def with_an_oven(app: Quart) -> tuple[Quart, list[str]]:
    """An app that lights its oven while it is served, and what it has noted about that."""
    seen: list[str] = []

    @app.while_serving
    async def oven() -> AsyncGenerator[None, None]:
        seen.append("lit")
        yield
        seen.append("out")

    return app, seen


def test_while_serving_runs_as_often_as_the_app_is_served() -> None:
    app, seen = with_an_oven(quart_bakery())

    for _ in range(3):
        with serve(app) as shop:
            assert get(shop, "/cake").text == "cake"
            assert seen == ["lit"]
        assert seen == ["lit", "out"]
        seen.clear()


def test_while_serving_runs_in_each_of_two_shops_of_one_app() -> None:
    app, seen = with_an_oven(quart_bakery())

    with serve(app, name="left"):
        with serve(app, name="right"):
            assert seen == ["lit", "lit"]
        assert seen == ["lit", "lit", "out"]
    assert seen == ["lit", "lit", "out", "out"]


def test_an_app_whose_second_while_serving_failed_can_be_served_again() -> None:
    app, seen = with_an_oven(Quart(__name__))
    broken = [True]

    @app.while_serving
    async def mill() -> AsyncGenerator[None, None]:
        if broken:
            raise ValueError("no flour")
        yield

    with pytest.raises(RuntimeError, match="ValueError: no flour"):
        serve(app)
    broken.clear()
    seen.clear()
    serve(app).close()
    assert seen == ["lit", "out"]


def test_after_serving_runs_though_a_background_task_never_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    hurry(monkeypatch, last_orders=0.05)
    app, seen = quart_bakery(), []

    @app.get("/begin")
    async def begin() -> str:
        app.add_background_task(asyncio.sleep, 3600)
        return ""

    @app.after_serving
    async def sweep() -> None:
        seen.append("swept")

    shop = serve(app)
    get(shop, "/begin")
    shop.close()
    assert our_threads() == []  # on a busy machine they may take longer than the closing waits
    assert seen == ["swept"]
    assert shop.errors == (
        "One background task still ran after the shop had closed, and the shop cancelled what it could.\n",
    )
    assert (
        app.config["BACKGROUND_TASK_SHUTDOWN_TIMEOUT"]
        == Quart("x").config["BACKGROUND_TASK_SHUTDOWN_TIMEOUT"]
    )
    assert our_threads() == []


def test_a_background_task_that_soon_ends_is_waited_for() -> None:
    app, seen = quart_bakery(), []
    go = threading.Event()

    @app.get("/begin")
    async def begin() -> str:
        async def wash() -> None:
            await asyncio.to_thread(go.wait, 10)
            seen.append("washed")

        app.add_background_task(wash)
        return ""

    shop = serve(app)
    get(shop, "/begin")
    threading.Thread(target=set_when_closing, args=(shop, go)).start()
    shop.close()
    assert (seen, shop.errors) == (["washed"], ())


def set_when_closing(shop: Shop, event: threading.Event) -> None:
    while not shop.closed:
        time.sleep(0.001)
    event.set()


def test_an_app_that_does_not_end_clearing_up_is_cut_off_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    hurry(monkeypatch, last_orders=0.01, clearing_up=0.4)
    app = Quart(__name__)

    @app.after_serving
    async def sweep() -> None:
        await asyncio.Event().wait()

    shop = serve(app)
    shop.close()
    assert our_threads() == []  # on a busy machine they may take longer than the closing waits
    assert shop.errors == (
        "The shop closed before the app had cleared up: what it does after serving took too long, and was cut off.\n",
    )


def test_an_opening_that_fails_in_a_way_that_nobody_expects_is_told(
    capfd: pytest.CaptureFixture[str],
) -> None:
    class Odd(BaseException):
        pass

    app = Quart(__name__)

    @app.before_serving
    async def light_the_oven() -> None:
        raise Odd("no gas")

    with pytest.raises(RuntimeError, match="failed while it started: Odd: no gas, line"):
        serve(app)
    assert our_threads() == []
    assert capfd.readouterr() == ("", "")


def test_an_endless_answer_ends_when_its_client_has_left_and_says_nothing(
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Its parts never wait once the connection is gone: nobody else in the loop would get a turn."""
    app, ended = Quart(__name__), threading.Event()

    @app.get("/cake")
    async def cake() -> Any:
        async def crumbs() -> AsyncIterator[bytes]:
            try:
                while True:
                    yield b"crumb" * 10_000
            finally:
                ended.set()

        return crumbs()

    with serve(app) as shop:
        with socket.create_connection(("127.0.0.1", shop.port)) as client:
            client.sendall(b"GET /cake HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert client.recv(4) == b"HTTP"
        assert ended.wait(10)
        assert shop.errors == ()
    assert capfd.readouterr().err.count("\n") < 20


CAKE = {"type": "http", "method": "GET", "path": "/cake", "headers": []}


async def never_heard() -> Any:
    raise AssertionError("nobody listens")


def held() -> tuple[ASGIMiddleware, Coroutine[Any, Any, None], list[Any]]:
    """A layer, its order that waits for what never comes, and what is sent to the client."""
    sent: list[Any] = []

    async def waiting(scope: Any, receive: Any, send: Any) -> None:
        await asyncio.Event().wait()

    async def send(message: Any) -> None:
        sent.append(message)

    layer = ASGIMiddleware(waiting)
    return layer, layer(CAKE, never_heard, send), sent


def test_whoever_is_sent_home_is_told_that_the_shop_was_closed() -> None:
    async def close() -> list[Any]:
        layer, call, sent = held()
        order = asyncio.create_task(call)
        await asyncio.sleep(0)
        layer.send_home()
        await asyncio.wait({order}, timeout=10)
        assert order.done()
        return sent

    sent = asyncio.run(close())
    assert sent[0]["status"] == 503


def test_when_the_app_has_answered_its_task_belongs_to_no_order() -> None:
    seen: list[object] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(CURRENT.get())

    async def ask() -> None:
        await ASGIMiddleware(app)(CAKE, never_heard, never_heard)  # type: ignore[arg-type]
        seen.append(CURRENT.get())

    asyncio.run(ask())
    assert seen[0] is not None
    assert seen[1:] == [None]


async def begun(scope: Any, receive: Any, send: Any) -> None:
    """Has sent the head of its answer, and is still at it."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await asyncio.Event().wait()


async def broken_off(scope: Any, receive: Any, send: Any) -> None:
    """Fails after the head of its answer."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    raise ValueError("burnt")


@pytest.mark.parametrize(
    ("app", "ends"), [(begun, asyncio.CancelledError), (broken_off, ValueError)], ids=["sent home", "fails"]
)
def test_an_answer_that_has_begun_is_broken_off_without_a_second_head(
    app: Any, ends: type[BaseException]
) -> None:
    async def close() -> list[Any]:
        layer = ASGIMiddleware(app)
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        order = asyncio.create_task(layer(CAKE, never_heard, send))
        await asyncio.sleep(0)
        layer.send_home()
        with pytest.raises(ends):
            await order
        return sent

    assert [(message["type"], message["status"]) for message in asyncio.run(close())] == [
        ("http.response.start", 200)
    ]


def test_an_order_that_the_collector_throws_away_is_neither_answered_nor_an_error() -> None:
    async def throw_away() -> None:
        layer, call, sent = held()
        call.send(None)
        with pytest.raises(GeneratorExit):
            call.throw(GeneratorExit())
        assert (sent, layer.errors) == ([], ())

    asyncio.run(throw_away())


class ClientDisconnectedError(Exception):
    """As Quart 0.23 has it."""


@pytest.mark.parametrize(
    "error", [ClientDisconnectedError(), BaseExceptionGroup("two", [ClientDisconnectedError()] * 2)]
)
def test_a_client_who_leaves_is_no_error_of_the_apps(error: BaseException) -> None:
    layer = ASGIMiddleware(plain_asgi)
    layer.keep(error)
    assert layer.errors == ()
    layer.keep(ExceptionGroup("one of them", [ClientDisconnectedError(), ValueError("burnt")]))
    assert len(layer.errors) == 1


def test_a_client_who_leaves_a_handler_that_does_not_notice_is_no_error(
    capfd: pytest.CaptureFixture[str],
) -> None:
    app, entered, left = quart_bakery(), threading.Event(), threading.Event()

    @app.get("/slow")
    async def slow() -> str:
        entered.set()
        try:
            await asyncio.sleep(10)
        except asyncio.CancelledError:
            await quart.request.get_data()  # goes on as if nothing had happened
        finally:
            left.set()
        return "cake"

    with serve(app) as shop:
        with socket.create_connection(("127.0.0.1", shop.port)) as client:
            client.sendall(b"GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert entered.wait(10)
        assert left.wait(10)
        get(shop, "/cake")
        assert shop.errors == ()
    assert capfd.readouterr().err == ""


def test_background_tasks_have_what_is_left_of_the_time_for_last_orders(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hurry(monkeypatch, last_orders=60)
    app, seen = Quart(__name__), []
    app.config["BACKGROUND_TASK_SHUTDOWN_TIMEOUT"] = None

    @app.after_serving
    async def sweep() -> None:
        seen.append(app.config["BACKGROUND_TASK_SHUTDOWN_TIMEOUT"])

    serve(app).close()
    assert 30 < seen[0] <= 60


async def untidy(scope: Any, receive: Any, send: Any) -> None:
    """Fails at the end, and only says so."""
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    try:
        raise LookupError("no broom")
    except LookupError:
        await send({"type": "lifespan.shutdown.failed", "message": "a long traceback"})


def test_a_shutdown_of_another_framework_that_fails_is_kept_too() -> None:
    shop = serve(untidy)
    shop.close()
    assert "LookupError: no broom" in shop.errors[0]


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ({}, ["websocket.close"]),
        ({"extensions": {}}, ["websocket.close"]),
        ({"extensions": {"tls": {}}}, ["websocket.close"]),
        (
            {"extensions": {"websocket.http.response": {}}},
            ["websocket.http.response.start", "websocket.http.response.body"],
        ),
    ],
)
def test_a_websocket_is_refused_in_words_where_the_server_can_pass_them_on_and_closed_elsewhere(
    known: dict[str, Any], said: list[str]
) -> None:
    sent: list[Any] = []

    async def nobody(*_: Any) -> Any:
        raise AssertionError("let in")

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "websocket", "path": "/", "headers": [(b"Host", b"evil.example")], **known}
    asyncio.run(ASGIMiddleware(nobody)(scope, nobody, send))
    assert [message["type"] for message in sent] == said
    if len(sent) > 1:
        head, body = sent
        assert head["status"] == 403
        assert all(name == name.lower() for name, _ in head["headers"])
        assert b"does not answer under the name" in body["body"]


def test_background_tasks_have_a_tenth_of_a_second_where_no_time_is_left_for_last_orders(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hurry(monkeypatch, last_orders=0.0, clearing_up=20)
    app, seen = Quart(__name__), []

    @app.after_serving
    async def sweep() -> None:
        seen.append(app.config["BACKGROUND_TASK_SHUTDOWN_TIMEOUT"])

    serve(app).close()
    assert seen == [0.1]
