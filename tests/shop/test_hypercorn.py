# what is served, and what is mistaken for an app, is of any type
"""Hypercorn serves a crowd in one thread, and leaves nothing running when it ends."""

import asyncio
import contextlib
import gc
import socket
import sys
import threading
import time

import httpx
import pytest
import quart
from bakeries import (
    Bakers,
    Order,
    get,
    hurry,
    our_threads,
    plain_asgi,
    quart_bakery,
    stuck,
)
from quart import Quart

from bakery.shop import sockets
from bakery.shop.asgi import ASGIMiddleware
from bakery.shop.hypercorn import HypercornServer
from bakery.shop.premises import Patience, StartupError
from bakery.shop.serving import Shop, serve


def test_a_handler_that_nobody_remembers_is_cancelled_and_not_collected(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It waits for something that only it knows, and the collector comes in the middle of the closing."""
    hurry(monkeypatch, last_orders=0.05)
    app, entered, ended, ends = Quart(__name__), threading.Event(), threading.Event(), []

    @app.get("/cake")
    async def cake() -> str:
        entered.set()
        try:
            await asyncio.Event().wait()
            return ""
        except BaseException as end:
            ends.append(type(end))
            ended.set()
            raise

    class Collecting(sockets.Door):
        def hang_up(self) -> None:
            gc.collect()
            super().hang_up()

    monkeypatch.setattr(sockets, "Door", Collecting)
    shop = serve(app)
    order = Order(shop, "/cake")
    assert entered.wait(10)
    shop.close()
    assert ended.wait(10)
    assert ends == [asyncio.CancelledError]
    assert order.result() is not None


def test_an_open_websocket_holds_up_the_closing_only_for_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    import aiohttp

    hurry(monkeypatch, last_orders=0.01)
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
            assert time.monotonic() - begin < 5

    asyncio.run(talk(serve(app)))
    assert our_threads() == []


def test_a_baker_in_the_thread_pool_holds_up_the_closing_only_for_a_moment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hurry(monkeypatch, last_orders=0.05)
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
    hurry(monkeypatch, last_orders=0.01)
    bakers = Bakers()
    shop = serve(stuck("quart", bakers))
    order = Order(shop)
    assert bakers.entered.acquire(timeout=10)
    shop.close()
    answer = order.result()
    assert isinstance(answer, httpx.Response)
    assert answer.status_code == 503
    assert 'error;desc="the shop was closed"' in answer.headers["server-timing"]


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


def test_a_startup_that_blocks_the_loop_is_given_up_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    hurry(monkeypatch, clearing_up=0.05)
    go = threading.Event()
    app = Quart(__name__)

    @app.before_serving
    async def block() -> None:
        go.wait(10)

    with pytest.raises(RuntimeError, match=r"blocks the event loop.\n.*time\.sleep"):
        serve(app, startup=0.05)
    go.set()
    assert our_threads() == []


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


def test_a_connection_that_is_still_open_at_the_end_is_hung_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where Hypercorn itself has died before it was open, and left it."""
    guests: list[socket.socket] = []

    async def dies(*_: object, **__: object) -> None:
        door.setblocking(False)
        while not guests:
            with contextlib.suppress(BlockingIOError):
                guests.append(door.accept()[0])
            await asyncio.sleep(0.001)
        raise RuntimeError("Hypercorn died")

    monkeypatch.setattr("hypercorn.asyncio.serve", dies)
    door = sockets.listen(0)
    server = HypercornServer(ASGIMiddleware(plain_asgi), door, Patience())
    with socket.create_connection(door.getsockname(), timeout=10) as client:
        with pytest.raises(StartupError):
            server.start(10)
        server.stop(0.0)
        assert client.recv(1) == b""
    for guest in guests:
        guest.close()


def test_small_answers_on_a_kept_connection_do_not_wait_for_each_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nagle's algorithm holds a small packet back until the one before it is confirmed: 40 ms, each time."""
    delays: list[int] = []
    accepted = sockets.Door.accept

    def accept(door: sockets.Door) -> tuple[socket.socket, object]:
        guest, address = accepted(door)
        guests.append(guest)
        return guest, address

    guests: list[socket.socket] = []
    monkeypatch.setattr(sockets.Door, "accept", accept)
    app = quart_bakery()

    @app.get("/delay")
    async def delay() -> str:
        delays.append(guests[-1].getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        return ""

    with serve(app) as shop:
        get(shop, "/delay")
    assert delays
    assert all(delays)


def test_a_server_that_is_stopped_before_it_began_leaves_neither_a_loop_nor_a_door() -> None:
    door = sockets.listen(0)
    server = HypercornServer(ASGIMiddleware(plain_asgi), door, Patience())
    server.stop()
    assert server._loop.is_closed()
    assert door.fileno() == -1
    assert not server.running


def test_an_error_that_nobody_awaited_is_kept_while_the_shop_is_open_and_where_it_is_the_readers() -> None:
    app = Quart(__name__)

    def burn(what: str) -> None:
        raise ValueError(what)

    def tell(**context: object) -> None:
        asyncio.get_running_loop().call_exception_handler({"message": "nobody awaited it", **context})

    def burnt() -> ValueError:
        try:
            burn("burnt at the end")
        except ValueError as error:
            return error
        raise AssertionError("it burns")

    @app.get("/cake")
    async def cake() -> str:
        tell()
        tell(exception=ConnectionResetError("of the server's own"))
        asyncio.get_running_loop().call_soon(burn, "burnt in the open")
        await asyncio.sleep(0)  # it burns before the answer is on its way
        return "cake"

    @app.after_serving
    async def sweep() -> None:
        tell(exception=burnt())

    with serve(app) as shop:
        assert get(shop, "/cake").text == "cake"
        assert get(shop, "/cake").text == "cake"
    assert [error.splitlines()[-1] for error in shop.errors] == ["ValueError: burnt in the open"] * 2
