# what is served, and what is mistaken for an app, is of any type
"""Real servers give orders in flight a moment, and do not let anybody hold up the closing."""

import asyncio
import signal
import socket
import threading
import time
from typing import Any

import httpx
import pytest
from bakeries import (
    Bakers,
    Bakery,
    Order,
    both,
    get,
    hurry,
    interrupt_the_kernel,
    our_threads,
    quart_bakery,
    refused,
    stuck,
)
from flask import Flask
from quart import Quart

from bakery.shop.serving import Shop, serve


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
    hurry(monkeypatch, last_orders=0.05, clearing_up=0.4)
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


@pytest.mark.parametrize("kind", ["flask", "quart"])
def test_a_client_that_does_not_read_holds_up_the_closing_only_for_a_moment(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    hurry(monkeypatch, last_orders=0.05, clearing_up=0.4)
    app: Any = Flask(__name__) if kind == "flask" else Quart(__name__)
    baked = threading.Event()

    @app.get("/cake")  # type: ignore[untyped-decorator, unused-ignore]
    def cake() -> bytes:
        baked.set()
        return b"cake" * 10_000_000

    shop = serve(app)
    with socket.create_connection(("127.0.0.1", shop.port)) as client:
        client.sendall(b"GET /cake HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert client.recv(4) == b"HTTP"
        begin = time.monotonic()
        shop.close()
        assert time.monotonic() - begin < 5
        assert our_threads() == []


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


@both
def test_signals_are_left_alone(bakery: Bakery) -> None:
    def handlers() -> list[Any]:
        return [signal.getsignal(number) for number in signal.valid_signals()]

    before = handlers()
    with serve(bakery()) as shop:
        get(shop, "/cake")
        assert handlers() == before
    assert handlers() == before


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


@both
def test_a_shop_in_which_nobody_is_closes_at_once_however_patient_it_is(
    bakery: Bakery, monkeypatch: pytest.MonkeyPatch
) -> None:
    hurry(monkeypatch, last_orders=60, clearing_up=60)
    shop = serve(bakery())
    assert get(shop, "/cake").text == "cake"
    begin = time.monotonic()
    shop.close()
    assert time.monotonic() - begin < 20
    assert our_threads() == []
