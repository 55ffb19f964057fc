# what is served, and what is mistaken for an app, is of any type
"""waitress serves a crowd, and bakes for nobody who has left."""

import socket
import threading
from typing import Any

import httpx
import pytest
from bakeries import Bakers, Order, flask_bakery, get, hurry, our_threads, stuck
from flask import Flask

from bakery.shop.serving import serve
from bakery.shop.waitress import WaitressServer


def test_the_trigger_of_waitress_stays_open_while_somebody_pulls_it() -> None:
    """Its thread may do what it is asked to before the byte that wakes it is written, and must not end by then."""
    shop = serve(flask_bakery())
    server: Any = shop._running.server
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
        impatient.sendall(b"GET /impatient HTTP/1.1\r\nHost: localhost\r\n\r\n")
        server: Any = shop._running.server
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


def test_more_clients_than_waitress_allows_by_itself_are_let_in() -> None:
    with serve(flask_bakery()) as shop:
        clients = [socket.create_connection(("127.0.0.1", shop.port)) for _ in range(150)]
        assert get(shop, "/cake", timeout=10).text == "cake"
        for client in clients:
            client.close()


def test_a_server_that_cannot_be_made_is_told_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise OSError("no pipes left")

    monkeypatch.setattr("waitress.server.create_server", broken)
    with pytest.raises(RuntimeError, match="failed while it started: OSError: no pipes left"):
        serve(flask_bakery())
    assert our_threads() == []
    monkeypatch.undo()
    assert get(serve(flask_bakery()), "/cake").text == "cake"


def test_an_order_that_nobody_has_taken_yet_ends_with_the_shop(monkeypatch: pytest.MonkeyPatch) -> None:
    hurry(monkeypatch, last_orders=0.05)
    bakers = Bakers()
    shop = serve(stuck("flask", bakers), threads=1)
    taken, waiting = Order(shop), Order(shop)
    assert bakers.entered.acquire(timeout=10)
    shop.close()
    bakers.go.set()
    results = [order.result() for order in (taken, waiting)]
    assert None not in results
    assert not bakers.entered.acquire(timeout=0.05), "nobody bakes for the second one"
    assert our_threads() == []


def test_a_connection_that_is_kept_without_an_order_does_not_hold_up_the_closing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hurry(monkeypatch, clearing_up=60)
    shop = serve(flask_bakery())
    with httpx.Client(trust_env=False) as client:
        assert client.get(f"{shop.url}/cake").text == "cake"
        closing = threading.Thread(target=shop.close)
        closing.start()
        closing.join(20)
        assert not closing.is_alive()


def test_an_answer_that_is_on_its_way_when_the_shop_closes_arrives_as_a_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hurry(monkeypatch, clearing_up=20)
    app = Flask(__name__)

    @app.get("/cake")
    def cake() -> bytes:
        return b"cake" * 5_000_000

    shop = serve(app)
    with socket.create_connection(("127.0.0.1", shop.port), timeout=20) as client:
        client.sendall(b"GET /cake HTTP/1.1\r\nHost: localhost\r\n\r\n")
        received = len(client.recv(4))
        closing = threading.Thread(target=shop.close)
        closing.start()
        server: Any = shop._running.server
        assert server._sent_home.wait(20)
        while part := client.recv(1_000_000):
            received += len(part)
    closing.join(20)
    assert received > 20_000_000


@pytest.mark.parametrize(
    ("last_orders", "seconds"), [(0.0, 0.1), (0.09, 0.1), (0.11, 0.11), (7.0, 7.0), (None, 1.5)]
)
def test_bakers_have_the_time_for_last_orders_and_idle_ones_a_tenth_of_a_second_at_least(
    last_orders: float | None, seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[float] = []
    wait = WaitressServer._wait_for_bakers

    def noting(server: WaitressServer, seconds: float) -> None:
        given.append(seconds)
        wait(server, seconds)

    monkeypatch.setattr(WaitressServer, "_wait_for_bakers", noting)
    with serve(flask_bakery()) as shop:
        shop._running.stop(last_orders)
        assert given == [seconds]


def test_whoever_still_waits_for_a_baker_when_the_shop_closes_is_sent_away_without_a_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hurry(monkeypatch, last_orders=0.05)
    bakers = Bakers()
    shop = serve(stuck("flask", bakers), threads=1)
    dispatcher = shop._running.server._server.task_dispatcher  # type: ignore[attr-defined]
    shut_down, given = dispatcher.shutdown, []

    def noting(**options: float) -> None:
        given.append(options)
        shut_down(**options)

    monkeypatch.setattr(dispatcher, "shutdown", noting)
    orders = [Order(shop), Order(shop)]
    assert bakers.entered.acquire(timeout=10)
    while not dispatcher.queue:
        pass
    shop.close()
    assert given == [{"timeout": 0}]
    assert not dispatcher.queue
    bakers.go.set()
    assert all(order.result() is not None for order in orders)
    assert our_threads() == []


def test_ten_thousand_clients_may_be_inside_at_once() -> None:
    with serve(flask_bakery()) as shop:
        server: Any = shop._running.server
        assert server._server.adj.connection_limit == 10_000
