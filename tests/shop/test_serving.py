# ruff: noqa: ANN401  # what is served, and what is mistaken for an app, is of any type
"""A shop is a real server that opens in milliseconds, tells the truth about its orders, and leaves nothing behind."""

import asyncio
import gc
import inspect
import json
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import flask
import httpx
import pytest
import quart
from flask import Flask
from quart import Quart

from bakery.proxy import Link
from bakery.shop import hypercorn, serving
from bakery.shop.serving import Shop, serve

SERVED = re.compile(r'serve;dur=([\d.]+);desc="([\d.]+)"')


@pytest.fixture(autouse=True)
def _nothing_stays_open(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Shops of one test do not reach the next, and none is behind a proxy unless the test says so."""
    monkeypatch.delenv("JUPYTERHUB_SERVICE_PREFIX", raising=False)
    monkeypatch.delenv("JPY_PARENT_PID", raising=False)
    yield
    serving._close_all()
    assert not serving._SHOPS


def flask_bakery() -> Flask:
    app = Flask(__name__)

    @app.get("/cake")
    def cake() -> str:
        return "cake"

    @app.get("/burnt")
    def burnt() -> str:
        return str(1 / 0)  # burnt

    @app.get("/where")
    def where() -> str:
        return flask.url_for("cake")

    @app.get("/sent-on")
    def sent_on() -> Any:
        return flask.redirect(flask.url_for("cake"))

    return app


def quart_bakery() -> Quart:
    app = Quart(__name__)

    @app.get("/cake")
    async def cake() -> str:
        return "cake"

    @app.get("/burnt")
    async def burnt() -> str:
        return str(1 / 0)  # burnt

    @app.get("/where")
    async def where() -> str:
        return quart.url_for("cake")

    @app.get("/sent-on")
    async def sent_on() -> Any:
        return quart.redirect(quart.url_for("cake"))

    return app


both = pytest.mark.parametrize("bakery", [flask_bakery, quart_bakery])
Bakery = Callable[[], Any]


def get(shop: Shop, path: str, **options: Any) -> httpx.Response:
    # Certificates have no say here, and reading them takes longer than the order.
    return httpx.get(f"{shop.url}{path}", trust_env=False, verify=False, **options)


def refused(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) != 0


def our_threads() -> list[str]:
    """The threads of shops that do not end."""
    ours = [thread for thread in threading.enumerate() if thread.name.startswith(("shop-", "waitress-"))]
    for thread in ours:
        thread.join(10)  # one that is on its way out has ended soon
    return [thread.name for thread in ours if thread.is_alive()]


# Opening and closing


@both
def test_a_served_app_answers(bakery: Bakery) -> None:
    with serve(bakery()) as shop:
        assert get(shop, "/cake").text == "cake"
        assert not shop.closed
    assert shop.closed
    assert refused(shop.port)
    assert our_threads() == []


@both
def test_closing_twice_is_fine(bakery: Bakery) -> None:
    shop = serve(bakery())
    shop.close()
    shop.close()
    assert shop.closed


def test_a_shop_says_what_it_is() -> None:
    one, four, loop = (
        serve(flask_bakery(), threads=1),
        serve(flask_bakery(), name="four"),
        serve(quart_bakery()),
    )
    assert repr(one) == f'Flask bakery "flask_test_serving", open at {one.url} with 1 thread'
    assert repr(four) == f'Flask bakery "four", open at {four.url} with 4 threads'
    assert repr(loop) == f'Quart bakery "quart_test_serving", open at {loop.url}'
    assert (one.threads, four.threads, loop.threads) == (1, 4, None)
    loop.close()
    assert repr(loop) == 'Quart bakery "quart_test_serving", closed'


def test_a_flask_and_a_quart_app_of_a_notebook_stay_apart() -> None:
    first, second = serve(Flask("__main__")), serve(Quart("__main__"))
    assert (first.name, second.name) == ("flask_bakery", "quart_bakery")
    assert not first.closed


@both
def test_serving_again_replaces_the_shop_and_keeps_its_port(bakery: Bakery) -> None:
    first = serve(bakery())
    second = serve(bakery())
    assert first.closed
    assert second.port == first.port
    assert get(second, "/cake").text == "cake"


def test_a_new_app_under_the_same_name_replaces_the_old_one_whatever_its_kind() -> None:
    first = serve(flask_bakery(), name="corner")
    second = serve(quart_bakery(), name="corner")
    assert first.closed
    assert second.port == first.port
    assert get(second, "/cake").headers["server"].startswith("hypercorn")


@both
def test_a_shop_that_was_closed_opens_again_where_it_was(bakery: Bakery) -> None:
    with serve(bakery()) as first:
        pass
    assert serve(bakery()).port == first.port


@both
def test_a_port_that_was_taken_meanwhile_is_given_up(bakery: Bakery) -> None:
    with serve(bakery()) as first:
        pass
    with socket.socket() as squatter:
        squatter.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        squatter.bind(("127.0.0.1", first.port))
        squatter.listen()
        assert serve(bakery()).port != first.port


@both
def test_a_port_may_be_asked_for(bakery: Bakery) -> None:
    with serve(bakery()) as first:
        pass
    with serve(bakery(), port=first.port) as second:
        assert second.port == first.port
        again = serve(bakery(), port=first.port)
        assert second.closed
        assert get(again, "/cake").text == "cake"


def test_a_mistake_leaves_the_open_shop_open() -> None:
    shop = serve(flask_bakery())
    with pytest.raises(ValueError, match="threads"):
        serve(flask_bakery(), threads=0)
    with socket.socket() as squatter:
        squatter.bind(("127.0.0.1", 0))
        squatter.listen()
        with pytest.raises(OSError, match="taken"):
            serve(flask_bakery(), port=squatter.getsockname()[1])
    assert get(shop, "/cake").text == "cake"


@both
def test_fifty_shops_leave_no_thread_and_no_socket(bakery: Bakery) -> None:
    app = bakery()
    serve(app).close()  # what is imported and made once is no leak
    gc.collect()
    threads, files = set(threading.enumerate()), open_files()
    for number in range(50):
        shop = serve(app)
        if number % 10 == 0:
            assert get(shop, "/cake").text == "cake"
    shop.close()
    gc.collect()
    assert our_threads() == []
    assert set(threading.enumerate()) == threads
    assert open_files() == files


def open_files() -> int:
    descriptors = Path("/proc/self/fd")
    return len(list(descriptors.iterdir())) if descriptors.exists() else 0


@both
def test_signals_are_left_alone(bakery: Bakery) -> None:
    def handlers() -> list[Any]:
        return [signal.getsignal(number) for number in signal.valid_signals()]

    before = handlers()
    with serve(bakery()) as shop:
        get(shop, "/cake")
        assert handlers() == before
    assert handlers() == before


@both
def test_nothing_is_printed(bakery: Bakery, capfd: pytest.CaptureFixture[str]) -> None:
    with serve(bakery()) as shop:
        get(shop, "/cake")
        get(shop, "/burnt")
        get(shop, "/nowhere")
    assert capfd.readouterr() == ("", "")


def test_the_end_of_the_interpreter_closes_every_shop() -> None:
    script = f"""
import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})
import socket
from test_serving import serve, stuck, Bakers
bakers = Bakers()
shops = [serve(stuck(kind, bakers), name=kind) for kind in ("flask", "quart")]
for shop in shops:
    client = socket.create_connection(("127.0.0.1", shop.port))
    client.sendall(b"GET /stuck HTTP/1.1\\r\\nHost: shop\\r\\n\\r\\n")
    client.detach()  # it stays open until the process ends
    assert bakers.entered.acquire(timeout=10)
print(*[shop.port for shop in shops])
"""
    # Two orders are still in flight when it ends.
    ended = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, timeout=30, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert all(refused(int(port)) for port in ended.stdout.split())


# Orders in flight


class Bakers:
    """How many handlers have been entered, and what holds them there."""

    def __init__(self) -> None:
        self.entered = threading.Semaphore(0)
        self.go = threading.Event()


def stuck(kind: str, bakers: Bakers) -> Any:
    """An app whose handlers do not end before they are told to."""
    if kind == "flask":
        app = Flask(__name__)

        @app.get("/stuck")
        def wait() -> str:
            bakers.entered.release()
            bakers.go.wait()
            return "cake"

        return app

    async_app = Quart(__name__)

    @async_app.get("/stuck")
    async def wait_async() -> str:
        bakers.entered.release()
        while not bakers.go.is_set():
            await asyncio.sleep(0.001)
        return "cake"

    @async_app.get("/blocked")
    async def block() -> str:
        bakers.entered.release()
        bakers.go.wait()
        return "cake"

    return async_app


class Order(threading.Thread):
    """One order, placed from a thread of its own."""

    def __init__(self, shop: Shop, path: str = "/stuck") -> None:
        super().__init__(daemon=True)
        self.url = f"{shop.url}{path}"
        self.answer: httpx.Response | httpx.HTTPError | None = None
        self.start()

    def run(self) -> None:
        try:
            self.answer = httpx.get(self.url, trust_env=False, verify=False, timeout=20)
        except httpx.HTTPError as error:
            self.answer = error

    def result(self) -> httpx.Response | httpx.HTTPError | None:
        self.join(10)
        return self.answer


@pytest.mark.parametrize("kind", ["flask", "quart"])
def test_an_order_in_flight_is_given_a_moment_when_the_shop_closes(kind: str) -> None:
    bakers = Bakers()
    shop = serve(stuck(kind, bakers))
    order = Order(shop)
    assert bakers.entered.acquire(timeout=10)
    closing = threading.Thread(target=shop.close)
    closing.start()
    while not shop.closed:
        pass
    bakers.go.set()
    answer = order.result()
    assert isinstance(answer, httpx.Response)
    assert answer.text == "cake"
    closing.join(10)
    assert our_threads() == []


@pytest.mark.parametrize(("kind", "path"), [("flask", "/stuck"), ("quart", "/stuck"), ("quart", "/blocked")])
def test_an_order_that_does_not_end_holds_up_the_closing_only_for_a_moment(
    kind: str, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hypercorn, "LAST_ORDERS", 0.05)
    monkeypatch.setattr(hypercorn, "CLEARING_UP", 0.4)
    bakers = Bakers()
    shop = serve(stuck(kind, bakers))
    order = Order(shop, path)
    assert bakers.entered.acquire(timeout=10)
    begin = time.monotonic()
    shop.close()
    assert time.monotonic() - begin < 5
    assert refused(shop.port)
    again = serve(stuck(kind, bakers))
    assert again.port == shop.port
    bakers.go.set()
    assert get(again, "/stuck").text == "cake"
    assert order.result() is not None
    again.close()
    assert our_threads() == []


def test_a_handler_that_nobody_remembers_is_cancelled_and_not_collected(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It waits for something that only it knows, and the collector comes in the middle of the closing."""
    monkeypatch.setattr(hypercorn, "LAST_ORDERS", 0.05)
    app, entered, ends = Quart(__name__), threading.Event(), []

    @app.get("/cake")
    async def cake() -> str:
        entered.set()
        try:
            await asyncio.Event().wait()
            return ""
        except BaseException as end:
            ends.append(type(end))
            raise

    class Collecting(hypercorn.Door):
        def hang_up(self) -> None:
            gc.collect()
            super().hang_up()

    monkeypatch.setattr(hypercorn, "Door", Collecting)
    shop = serve(app)
    order = Order(shop, "/cake")
    assert entered.wait(10)
    shop.close()
    assert ends == [asyncio.CancelledError]
    assert order.result() is not None


def test_an_open_websocket_holds_up_the_closing_only_for_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    import aiohttp

    monkeypatch.setattr(hypercorn, "LAST_ORDERS", 0.01)
    app = Quart(__name__)

    @app.websocket("/line")
    async def line() -> None:
        await quart.websocket.send("hello")
        await quart.websocket.receive()

    async def talk(shop: Shop) -> None:
        async with aiohttp.ClientSession() as client, client.ws_connect(f"{shop.url}/line") as connection:
            await connection.receive(timeout=10)
            begin = time.monotonic()
            await asyncio.to_thread(shop.close)
            assert time.monotonic() - begin < hypercorn.CLEARING_UP

    asyncio.run(talk(serve(app)))
    assert our_threads() == []


@pytest.mark.parametrize("kind", ["flask", "quart"])
def test_a_client_that_does_not_read_holds_up_the_closing_only_for_a_moment(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hypercorn, "LAST_ORDERS", 0.05)
    monkeypatch.setattr(hypercorn, "CLEARING_UP", 0.4)
    app: Any = Flask(__name__) if kind == "flask" else Quart(__name__)
    baked = threading.Event()

    @app.get("/cake")  # type: ignore[untyped-decorator, unused-ignore]
    def cake() -> bytes:
        baked.set()
        return b"cake" * 10_000_000

    shop = serve(app)
    with socket.create_connection(("127.0.0.1", shop.port)) as client:
        client.sendall(b"GET /cake HTTP/1.1\r\nHost: shop\r\n\r\n")
        assert client.recv(4) == b"HTTP"
        begin = time.monotonic()
        shop.close()
        assert time.monotonic() - begin < 5
        assert our_threads() == []


def test_a_baker_in_the_thread_pool_holds_up_the_closing_only_for_a_moment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hypercorn, "LAST_ORDERS", 0.05)
    bakers = Bakers()
    app = Quart(__name__)

    @app.get("/stuck")
    def wait() -> str:
        bakers.entered.release()
        bakers.go.wait()
        return "cake"

    shop = serve(app)
    order = Order(shop)
    assert bakers.entered.acquire(timeout=10)
    shop.close()
    names = [thread.name for thread in threading.enumerate()]
    assert "shop-hypercorn" not in names
    bakers.go.set()
    assert order.result() is not None
    assert our_threads() == []


def test_an_order_sent_home_is_told_that_the_shop_was_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hypercorn, "LAST_ORDERS", 0.01)
    bakers = Bakers()
    shop = serve(stuck("quart", bakers))
    order = Order(shop)
    assert bakers.entered.acquire(timeout=10)
    shop.close()
    answer = order.result()
    assert isinstance(answer, httpx.Response)
    assert answer.status_code == 503
    assert 'error;desc="the shop was closed"' in answer.headers["server-timing"]


def test_the_trigger_of_waitress_stays_open_while_somebody_pulls_it() -> None:
    """Its thread may do what it is asked to before the byte that wakes it is written, and must not end by then."""
    shop = serve(flask_bakery())
    server: Any = shop._server
    trigger = server._server.trigger
    pull = trigger._physical_pull

    def woken_by_another() -> None:
        pull()
        server._worker.wait(0.2)
        pull()

    trigger._physical_pull = woken_by_another
    shop.close()
    assert not server._worker.at_work


def test_nobody_bakes_for_a_client_that_left_the_queue() -> None:
    bakers = Bakers()
    baked: list[str] = []
    app = Flask(__name__)

    @app.get("/<name>")
    def wait(name: str) -> str:
        bakers.entered.release()
        bakers.go.wait()
        baked.append(name)
        return name

    shop = serve(app, threads=1)
    first = Order(shop, "/first")
    assert bakers.entered.acquire(timeout=10)
    with socket.create_connection(("127.0.0.1", shop.port)) as impatient:
        impatient.sendall(b"GET /impatient HTTP/1.1\r\nHost: shop\r\n\r\n")
        server: Any = shop._server
        while not server._server.task_dispatcher.queue:
            pass
    while len(server._server.active_channels) > 1:
        pass
    last = Order(shop, "/last")
    while len(server._server.task_dispatcher.queue) < 2:
        pass
    bakers.go.set()
    assert [order.result() is not None for order in (first, last)] == [True, True]
    assert baked == ["first", "last"]


def test_a_thousand_orders_at_once_are_all_served() -> None:
    import aiohttp

    app = Quart(__name__)
    inside = 0
    full = asyncio.Event()

    @app.get("/cake")
    async def cake() -> str:
        nonlocal inside
        inside += 1
        if inside == 1_000:
            full.set()
        await full.wait()  # nobody leaves before all are in
        return "cake"

    async def crowd(url: str) -> list[int]:
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(connector=connector) as client:

            async def one() -> int:
                async with client.get(url) as answer:
                    await answer.read()
                    return answer.status

            return await asyncio.gather(*(one() for _ in range(1_000)))

    with serve(app) as shop:
        assert asyncio.run(crowd(f"{shop.url}/cake")) == [200] * 1_000


def test_more_clients_than_waitress_allows_by_itself_are_let_in() -> None:
    with serve(flask_bakery()) as shop:
        clients = [socket.create_connection(("127.0.0.1", shop.port)) for _ in range(150)]
        assert get(shop, "/cake", timeout=10).text == "cake"
        for client in clients:
            client.close()


@both
def test_a_connection_serves_several_orders(bakery: Bakery) -> None:
    async def connections(shop: Shop) -> set[Any]:
        seen = set()
        async with shop.client() as client:
            for _ in range(3):
                answer = await client.get("/cake")
                seen.add(answer.extensions["network_stream"].get_extra_info("client_addr"))
        return seen

    with serve(bakery()) as shop:
        assert len(asyncio.run(connections(shop))) == 1


# Server-Timing


@both
def test_an_answer_tells_when_the_app_was_called_and_how_long_it_took(bakery: Bakery) -> None:
    with serve(bakery()) as shop:
        before = time.perf_counter()
        answer = get(shop, "/cake")
        after = time.perf_counter()
    found = SERVED.fullmatch(answer.headers["server-timing"])
    assert found
    milliseconds, start = float(found[1]), float(found[2])
    assert before <= start <= start + milliseconds / 1000 <= after + 0.001


def test_the_app_is_handed_back_as_it_was() -> None:
    app = flask_bakery()
    before = dict(vars(app))
    with serve(app) as shop:
        assert shop.app is app
        get(shop, "/cake")
    changed = {name for name, value in vars(app).items() if before.get(name) is not value}
    assert changed <= {"_got_first_request"}


@both
def test_a_server_timing_of_the_apps_own_is_kept(bakery: Bakery) -> None:
    app = bakery()

    @app.after_request  # type: ignore[untyped-decorator, unused-ignore]
    def time_the_oven(response: Any) -> Any:
        response.headers["Server-Timing"] = "oven;dur=3"
        return response

    with serve(app) as shop:
        answer = get(shop, "/cake")
    assert len(answer.headers.get_list("server-timing")) == 1
    assert re.match(r"oven;dur=3, serve;dur=", answer.headers["server-timing"])


def test_a_streamed_flask_cake_leaves_piece_by_piece() -> None:
    go = threading.Event()
    app = Flask(__name__)

    @app.get("/cake")
    def cake() -> Any:
        def pieces() -> Iterator[str]:
            yield "first"
            go.wait(10)
            yield "second"

        return flask.Response(pieces())

    with serve(app) as shop, httpx.stream("GET", f"{shop.url}/cake", trust_env=False) as answer:
        chunks = answer.iter_text()
        assert next(chunks) == "first"
        go.set()
        assert next(chunks) == "second"


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


# WSGI and ASGI without a framework


def plain_wsgi(environ: Any, start_response: Any) -> Any:
    path = environ["PATH_INFO"]
    if path == "/raises":
        raise ValueError('no "flour"\nleft \\ кекс')
    if path == "/quits":
        sys.exit("enough")
    if path == "/writes":
        write = start_response("200 OK", [("Content-Type", "text/plain")])
        write(b"written ")
        return [b"returned"]
    if path == "/breaks":
        return broken(start_response)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"cake"]


def broken(start_response: Any) -> Iterator[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    yield b"half a cake"
    raise ValueError("dropped")


def lazy_wsgi(environ: Any, start_response: Any) -> Iterator[bytes]:
    """Calls start_response only when its first chunk is asked for, as a generator does."""
    if environ["PATH_INFO"] == "/raises":
        raise ValueError("no flour")
    start_response("200 OK", [("Content-Type", "text/plain")])
    if environ["PATH_INFO"] != "/nothing":
        yield b"ca"
        yield b"ke"


async def plain_asgi(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        raise NotImplementedError("no startup here")
    if scope["path"] == "/raises":
        raise ValueError('no "flour"\nleft \\ кекс')
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
    if scope["path"] == "/breaks":
        await send({"type": "http.response.body", "body": b"half a cake", "more_body": True})
        raise ValueError("dropped")
    await send({"type": "http.response.body", "body": b"cake"})


class Layer:
    """ASGI middleware whose call is a plain function of three arguments."""

    def __init__(self, app: Any) -> None:
        self.app = app

    def __call__(self, scope: Any, receive: Any, send: Any) -> Any:
        return self.app(scope, receive, send)


@pytest.mark.parametrize(
    ("app", "name"),
    [
        (plain_wsgi, "wsgi_plain_wsgi"),
        (lazy_wsgi, "wsgi_lazy_wsgi"),
        (plain_asgi, "asgi_plain_asgi"),
        (Layer(plain_asgi), "layer_bakery"),
        (flask_bakery().wsgi_app, "wsgi_wsgi_app"),
    ],
)
def test_any_wsgi_or_asgi_app_is_served(app: Any, name: str) -> None:
    with serve(app) as shop:
        answer = get(shop, "/cake")
        assert (shop.name, answer.text) == (name, "cake")
        assert SERVED.fullmatch(answer.headers["server-timing"])


def test_a_body_that_is_written_comes_before_the_one_that_is_returned() -> None:
    with serve(plain_wsgi) as shop:
        assert get(shop, "/writes").text == "written returned"


def test_a_lazy_app_may_have_nothing_to_say() -> None:
    with serve(lazy_wsgi) as shop:
        assert (get(shop, "/nothing").status_code, get(shop, "/nothing").text) == (200, "")


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


# A handler that raises


@both
def test_a_handler_that_raises_answers_500_with_the_readers_own_line(
    bakery: Bakery, capfd: pytest.CaptureFixture[str]
) -> None:
    line = next(
        number
        for number, text in enumerate(
            inspect.getsource(bakery).splitlines(), inspect.getsourcelines(bakery)[1]
        )
        if "# burnt" in text
    )
    with serve(bakery()) as shop:
        answer = get(shop, "/burnt")
        assert answer.status_code == 500
        assert answer.headers["server-timing"].endswith(
            f', error;desc="ZeroDivisionError: division by zero, line {line}: return str(1 / 0)  # burnt"'
        )
        assert shop.errors == (
            "Traceback (most recent call last):\n"
            f'  File "{__file__}", line {line}, in burnt\n'
            "    return str(1 / 0)  # burnt\n"
            "ZeroDivisionError: division by zero\n",
        )
        assert repr(shop).endswith(", one error in shop.errors")
        assert get(shop, "/cake").text == "cake"
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("app", [plain_wsgi, plain_asgi])
def test_without_a_framework_an_error_is_a_500_too(app: Any) -> None:
    with serve(app) as shop:
        answer = get(shop, "/raises")
    assert (answer.status_code, answer.text) == (500, "Internal Server Error")
    reason = answer.headers["server-timing"].partition("error;desc=")[2]
    assert reason.startswith(r'"ValueError: no \"flour\" left \\ кекс, line ')
    assert len(shop.errors) == 1


def test_a_lazy_app_that_raises_is_a_500_too() -> None:
    with serve(lazy_wsgi) as shop:
        assert get(shop, "/raises").status_code == 500
    assert "ValueError: no flour" in shop.errors[0]


@pytest.mark.parametrize("app", [plain_wsgi, plain_asgi])
def test_an_answer_that_breaks_off_is_no_whole_cake(app: Any) -> None:
    with serve(app) as shop, pytest.raises(httpx.RemoteProtocolError):
        get(shop, "/breaks")
    assert "ValueError: dropped" in shop.errors[0]


def test_a_handler_that_quits_does_not_take_its_baker_along() -> None:
    with serve(plain_wsgi, threads=1) as shop:
        assert get(shop, "/quits").status_code == 500
        assert get(shop, "/cake").text == "cake"


def test_a_quart_handler_that_quits_does_not_take_the_loop_along(capfd: pytest.CaptureFixture[str]) -> None:
    app = quart_bakery()

    @app.get("/quits")
    async def quit_early() -> str:
        sys.exit("enough")

    with serve(app) as shop:
        assert get(shop, "/quits").status_code == 500
        assert get(shop, "/cake").text == "cake"
        assert [error.splitlines()[-1] for error in shop.errors] == ["SystemExit: enough"]
    assert capfd.readouterr() == ("", "")


@both
@pytest.mark.parametrize("setting", ["debug", "testing"])
def test_an_error_that_the_framework_passes_on_is_kept_once(bakery: Bakery, setting: str) -> None:
    app = bakery()
    setattr(app, setting, True)
    with serve(app) as shop:
        assert get(shop, "/burnt").status_code == 500
        assert len(shop.errors) == 1


@both
def test_the_last_twenty_errors_are_kept(bakery: Bakery) -> None:
    app = bakery()

    @app.get("/burnt/<int:number>")  # type: ignore[untyped-decorator, unused-ignore]
    def burnt_too(number: int) -> str:
        raise ValueError(f"cake {number}")

    with serve(app) as shop:
        for number in range(22):
            get(shop, f"/burnt/{number}")
    assert [error.splitlines()[-1] for error in shop.errors] == [
        f"ValueError: cake {number}" for number in range(2, 22)
    ]


@both
def test_an_error_that_the_app_handles_is_no_error(bakery: Bakery) -> None:
    app = bakery()
    app.register_error_handler(ZeroDivisionError, lambda _error: ("sorry", 200))
    with serve(app) as shop:
        assert get(shop, "/burnt").text == "sorry"
    assert shop.errors == ()


@both
def test_two_shops_of_one_app_keep_their_errors_apart(bakery: Bakery) -> None:
    app = bakery()
    with serve(app, name="left") as left, serve(app, name="right") as right:
        get(right, "/burnt")
        assert (len(left.errors), len(right.errors)) == (0, 1)


def test_the_cause_of_an_error_is_told_without_the_frameworks_lines() -> None:
    app = Flask(__name__)

    @app.get("/")
    def home() -> str:
        try:
            return flask.url_for("nowhere")
        except Exception as error:
            raise LookupError("no such place") from error

    with serve(app) as shop:
        get(shop, "/")
    assert "BuildError" in shop.errors[0]
    assert "direct cause" in shop.errors[0]
    assert "site-packages" not in shop.errors[0]


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
    done = threading.Event()

    @app.get("/")
    async def home() -> str:
        app.add_background_task(burn)
        return ""

    async def burn() -> None:
        try:
            raise ValueError("burnt behind the counter")
        finally:
            asyncio.get_running_loop().call_later(0.01, done.set)

    with serve(app) as shop:
        get(shop, "/")
        assert done.wait(10)
    assert "ValueError: burnt behind the counter" in shop.errors[0]
    assert capfd.readouterr().err == ""


def test_the_line_of_a_notebook_cell_is_told() -> None:
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    shell = InteractiveShell.instance(config=Config({"HistoryManager": {"enabled": False}}))
    try:
        cell = (
            "from quart import Quart\n"
            "app = Quart(__name__)\n"
            "@app.get('/')\n"
            "async def home():\n"
            "    return 1 / 0\n"
        )
        shell.run_cell(cell).raise_error()  # type: ignore[no-untyped-call]
        with serve(shell.user_ns["app"]) as shop:
            answer = get(shop, "/")
    finally:
        InteractiveShell.clear_instance()
    assert "line 5: return 1 / 0" in answer.headers["server-timing"]
    assert '  File "<cell>", line 5, in home\n    return 1 / 0\n' in shop.errors[0]


@both
def test_no_ear_stays_at_the_frameworks_signals(bakery: Bakery) -> None:
    signals: list[Any] = [
        flask.got_request_exception,
        *(
            getattr(quart.signals, f"got_{n}_exception")
            for n in ("request", "websocket", "background", "serving")
        ),
    ]
    before = [len(signal.receivers) for signal in signals]
    with serve(bakery()):
        assert [len(signal.receivers) for signal in signals] != before
    assert [len(signal.receivers) for signal in signals] == before


@both
def test_the_readers_own_log_lines_still_come(bakery: Bakery, capfd: pytest.CaptureFixture[str]) -> None:
    app = bakery()
    heard: list[str] = []

    @app.get("/log")  # type: ignore[untyped-decorator, unused-ignore]
    def log() -> str:
        app.logger.addFilter(lambda record: not heard.append(record.getMessage()))  # type: ignore[func-returns-value]
        app.logger.error("the oven is cold")
        return ""

    with serve(app) as shop:
        get(shop, "/log")
    assert heard == ["the oven is cold"]


# Startup


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


def test_a_startup_that_raises_is_told_in_the_cell(capfd: pytest.CaptureFixture[str]) -> None:
    app = Quart(__name__)

    @app.before_serving
    async def light_the_oven() -> None:
        raise OSError("no gas")

    with pytest.raises(
        RuntimeError,
        match=r'^The app "oven" failed while it started: OSError: no gas, line \d+: raise OSError',
    ) as caught:
        serve(app, name="oven")
    assert isinstance(caught.value.__cause__, OSError)
    assert our_threads() == []
    assert serving._SHOPS == {}
    assert capfd.readouterr().err == ""


def test_a_startup_that_quits_is_told_in_the_cell() -> None:
    app = Quart(__name__)

    @app.before_serving
    async def quit_early() -> None:
        sys.exit("no flour")

    with pytest.raises(RuntimeError, match="SystemExit: no flour"):
        serve(app)
    assert our_threads() == []


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


def test_a_startup_that_never_ends_is_given_up() -> None:
    app = Quart(__name__)
    left: list[str] = []

    @app.before_serving
    async def wait_for_the_miller() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            left.append("left")

    with pytest.raises(RuntimeError, match=r"still starting after 0.05 s.*\n.*serve\(app, startup=60\)"):
        serve(app, startup=0.05)
    assert left == ["left"]
    assert our_threads() == []
    assert serving._SHOPS == {}


def test_a_startup_that_blocks_the_loop_is_given_up_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hypercorn, "CLEARING_UP", 0.05)
    go = threading.Event()
    app = Quart(__name__)

    @app.before_serving
    async def block() -> None:
        go.wait(10)

    with pytest.raises(RuntimeError, match=r"blocks the event loop.\n.*time\.sleep"):
        serve(app, startup=0.05)
    go.set()
    assert our_threads() == []


def test_a_shutdown_that_raises_is_kept() -> None:
    app = Quart(__name__)

    @app.after_serving
    async def sweep() -> None:
        raise ValueError("no broom")

    shop = serve(app)
    shop.close()
    assert "ValueError: no broom" in shop.errors[0]


# Interrupts


def interrupt_the_kernel() -> None:
    """What the stop button of a notebook does; to the main thread, as the system would choose."""
    main = threading.main_thread().ident
    assert main is not None
    signal.pthread_kill(main, signal.SIGINT)


def test_an_interrupted_startup_leaves_nothing_and_the_next_one_works() -> None:
    app = Quart(__name__)
    interrupts = [True]

    @app.before_serving
    async def interrupt() -> None:
        if interrupts.pop():
            interrupt_the_kernel()
            await asyncio.Event().wait()

    with pytest.raises(KeyboardInterrupt):
        serve(app)
    assert our_threads() == []
    interrupts.append(False)
    assert not serve(app).closed


def test_an_interrupted_closing_goes_on_when_it_is_asked_again() -> None:
    app = Quart(__name__)
    go = threading.Event()

    @app.after_serving
    async def interrupt() -> None:
        interrupt_the_kernel()
        await asyncio.to_thread(go.wait, 10)

    shop = serve(app)
    with pytest.raises(KeyboardInterrupt):
        shop.close()
    assert shop.closed
    go.set()
    again = serve(quart_bakery(), name=shop.name)
    assert [thread.name for thread in threading.enumerate()].count("shop-hypercorn") == 1, (
        "the first has ended"
    )
    assert get(again, "/cake").text == "cake"
    again.close()
    assert our_threads() == []


def test_an_interrupted_closing_of_a_flask_shop_goes_on_too() -> None:
    bakers = Bakers()
    app = stuck("flask", bakers)
    shop = serve(app)
    order = Order(shop)
    assert bakers.entered.acquire(timeout=10)

    def interrupt_when_closing() -> None:
        while not shop.closed:
            pass
        interrupt_the_kernel()

    threading.Thread(target=interrupt_when_closing).start()
    with pytest.raises(KeyboardInterrupt):
        shop.close()
    bakers.go.set()
    order.result()
    shop.close()
    assert our_threads() == []


# Addresses


@both
def test_on_a_laptop_the_link_is_the_plain_address(bakery: Bakery) -> None:
    with serve(bakery()) as shop:
        assert shop.url == f"http://127.0.0.1:{shop.port}"
        assert shop.link == f"{shop.url}/"
        assert repr(shop.link) == repr(f"{shop.url}/")
        assert shop.link / "cake" == f"{shop.url}/cake" == shop.link / "/cake"


def test_a_link_is_shown_as_a_link_and_unfolds_into_the_page() -> None:
    shown = (Link("http://127.0.0.1:8000/") / "cake")._repr_html_()
    address = "http://127.0.0.1:8000/cake"
    assert f'<a href="{address}" target="_blank" rel="noopener">{address} (opens in a new tab)</a>' in shown
    assert f'<details><summary>Show the page here</summary><iframe src="{address}" title=' in shown


def test_a_link_that_leads_nowhere_says_why() -> None:
    link = Link("http://127.0.0.1:8001/", "No port < here.") / "cake"
    assert link == "http://127.0.0.1:8001/cake"
    assert link._repr_html_() == "<p>No port &lt; here.</p>"


def test_a_link_is_safe_to_show() -> None:
    assert '"<' not in Link('http://"<script>')._repr_html_()


@both
@pytest.mark.parametrize("base", ["/user/jo/", "/user/jo@x/", "/user/j%C3%B6/", "/hub"])
def test_behind_a_proxy_both_addresses_are_right_at_once(
    bakery: Bakery, base: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", base)
    with serve(bakery()) as shop:
        assert shop.link == f"{base.rstrip('/')}/proxy/absolute/{shop.port}/"
        assert get(shop, "/cake").text == "cake"
        assert get(shop, "/where").text == "/cake"
        assert get(shop, "/sent-on").headers["location"] == "/cake"
        link = shop.link.rstrip("/")
        for behind in (link, link.replace("%", "%25")):  # jupyter-server-proxy escapes once more
            assert get(shop, f"{behind}/cake").text == "cake"
            assert httpx.URL(get(shop, f"{behind}/where").text).path == unquote(f"{link}/cake")
            assert httpx.URL(get(shop, f"{behind}/sent-on").headers["location"]).path == unquote(
                f"{link}/cake"
            )
            assert get(shop, f"{behind}0/cake").status_code == 404
            assert get(shop, behind).status_code == get(shop, f"{behind}/").status_code == 404


@both
def test_the_door_of_the_proxied_address_opens_with_and_without_a_slash(
    bakery: Bakery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", "/user/jo/")
    app = bakery()
    app.add_url_rule("/", "home", lambda: "home")
    with serve(app) as shop:
        assert [get(shop, shop.link).text, get(shop, shop.link.rstrip("/")).text] == ["home", "home"]


def test_websockets_pass_the_proxy_too(monkeypatch: pytest.MonkeyPatch) -> None:
    import aiohttp

    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", "/user/jo/")
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


@pytest.mark.parametrize(
    ("base", "link"), [("/", "http://127.0.0.1:{port}/"), ("/lab7/", "/lab7/proxy/absolute/{port}/")]
)
def test_the_base_of_the_kernels_own_server_is_found(
    base: str, link: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("JPY_PARENT_PID", "4711")
    (tmp_path / "jpserver-4711.json").write_text(json.dumps({"base_url": base}))
    with serve(flask_bakery()) as shop:
        assert shop.link == link.format(port=shop.port)


@pytest.mark.parametrize("content", [None, "", "[]", "{}"])
def test_a_server_that_left_no_word_is_none(
    content: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("JPY_PARENT_PID", "4711")
    if content is not None:
        (tmp_path / "jpserver-4711.json").write_text(content)
    with serve(flask_bakery()) as shop:
        assert shop.link == f"{shop.url}/"


@both
def test_the_client_of_a_shop_knows_its_address(bakery: Bakery) -> None:
    async def cake(shop: Shop) -> str:
        async with shop.client(timeout=5, headers={"X-Hungry": "yes"}) as client:
            assert client.timeout.read == 5
            return (await client.get("/cake")).text

    shop = serve(bakery())
    assert asyncio.run(cake(shop)) == "cake"
    shop.close()
    with pytest.raises(RuntimeError, match=r"is closed.\nOpen it again:  shop = serve\(app\)"):
        shop.client()


# What is no app


async def create_app() -> Quart:
    return quart_bakery()


def make_app() -> Flask:
    return flask_bakery()


def make_app_from(config: str, debug: bool) -> Flask:
    return flask_bakery()


@pytest.mark.parametrize(
    ("mistake", "got", "repair"),
    [
        (create_app, "the function create_app", "serve(await create_app())"),
        (make_app, "the function make_app", "serve(make_app())"),
        (make_app_from, "the function make_app_from", "serve(make_app_from())"),
        (Flask, "the class Flask", "serve(Flask(__name__))"),
        (Quart, "the class Quart", "serve(Quart(__name__))"),
        ("shop:bakery", "the text 'shop:bakery'", "from shop import bakery; serve(bakery)"),
        ("app", "the text 'app'", "from app import app; serve(app)"),
        (flask, "the module flask", "serve(flask.app)"),
        (None, "None", "serve(app)"),
        (7, "an int", "serve(app)"),
        (flask.Blueprint("cakes", __name__), "a Blueprint", "serve(app)"),
        (lambda one: one, "a function", "serve(app)"),
    ],
)
def test_what_is_no_app_is_refused_with_the_call_that_was_meant(mistake: Any, got: str, repair: str) -> None:
    with pytest.raises(TypeError) as caught:
        serve(mistake)
    assert str(caught.value).startswith(f"serve() needs an app, but got {got}.\nDid you mean:  {repair}")


def test_a_coroutine_is_refused_and_closed() -> None:
    coroutine = create_app()
    with pytest.raises(TypeError) as caught:
        serve(coroutine)
    assert str(caught.value) == (
        "serve() needs an app, but got a coroutine from create_app().\nDid you mean:  serve(await create_app())"
    )
    assert inspect.getcoroutinestate(coroutine) == inspect.CORO_CLOSED


def test_a_task_is_refused() -> None:
    async def hand_over() -> None:
        task = asyncio.ensure_future(create_app())
        with pytest.raises(
            TypeError, match=r"got a Task that is still to be awaited.\nDid you mean:  serve\(await app\)"
        ):
            serve(task)
        await task

    asyncio.run(hand_over())


def test_a_shop_is_refused() -> None:
    with serve(flask_bakery(), name="corner") as shop:
        with pytest.raises(
            TypeError, match=r'got the shop "corner", which .*\nDid you mean:  serve\(shop.app\)'
        ):
            serve(shop)
        assert not shop.closed


def test_one_event_loop_takes_no_threads() -> None:
    with pytest.raises(TypeError, match=r"a Quart app has one event loop.*\nDid you mean:  serve\(app\)"):
        serve(quart_bakery(), threads=4)


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"threads": 0}, ValueError, "from 1 to 1,000, but got 0"),
        ({"threads": -1}, ValueError, "from 1 to 1,000, but got -1"),
        ({"threads": 1_001}, ValueError, "from 1 to 1,000, but got 1001"),
        ({"threads": 2.0}, TypeError, "but got 2.0"),
        ({"threads": "4"}, TypeError, "but got '4'"),
        ({"threads": True}, TypeError, "but got True"),
        ({"port": -1}, ValueError, "from 0 to 65535, but got -1"),
        ({"port": 65_536}, ValueError, "from 0 to 65535, but got 65536"),
        ({"port": "80"}, TypeError, "but got '80'"),
        ({"port": True}, TypeError, "but got True"),
        ({"name": ""}, TypeError, "but got ''"),
        ({"name": 7}, TypeError, "but got 7"),
        ({"startup": 0}, ValueError, "more than 0 seconds, but got 0"),
        ({"startup": float("nan")}, ValueError, "more than 0 seconds, but got nan"),
        ({"startup": float("inf")}, ValueError, "more than 0 seconds, but got inf"),
        ({"startup": "soon"}, TypeError, "but got 'soon'"),
    ],
)
def test_an_argument_that_cannot_be_is_refused_with_one_that_can(
    options: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=re.escape(words)) as caught:
        serve(flask_bakery(), **options)
    assert "serve(app" in str(caught.value).splitlines()[-1]


@both
def test_a_taken_port_is_named_with_the_repair(bakery: Bakery) -> None:
    with socket.socket() as squatter:
        squatter.bind(("127.0.0.1", 0))
        squatter.listen()
        port = squatter.getsockname()[1]
        with pytest.raises(OSError, match=rf"^Port {port} is taken.\nServe on a free port:  serve\(app\)$"):
            serve(bakery(), port=port)
    assert our_threads() == []


def test_a_port_taken_by_another_shop_says_by_which() -> None:
    shop = serve(flask_bakery(), name="corner")
    with pytest.raises(OSError, match=f'Port {shop.port} is taken by the shop "corner"'):
        serve(flask_bakery(), name="other", port=shop.port)


# Room for a crowd


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
@pytest.mark.parametrize(
    ("soft", "hard", "wanted"),
    [(256, 100_000, 8192), (1024, 4096, 4096), (256, -1, 8192), (20_000, -1, None), (-1, -1, None)],
)
def test_the_limit_of_open_files_is_raised_as_far_as_it_goes(
    soft: int, hard: int, wanted: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    import resource

    assert resource.RLIM_INFINITY == -1
    asked: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: (soft, hard))
    monkeypatch.setattr(resource, "setrlimit", lambda _, limits: asked.append(limits))
    hypercorn.make_room_for_a_crowd()
    assert asked == ([(wanted, hard)] if wanted else [])
