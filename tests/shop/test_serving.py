# what is served, and what is mistaken for an app, is of any type
"""A shop is a real server that opens in milliseconds, tells the truth about its orders, and leaves nothing behind."""

import asyncio
import gc
import inspect
import re
import socket
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from bakeries import (
    Bakery,
    both,
    flask_bakery,
    get,
    interrupt_the_kernel,
    open_files,
    our_threads,
    quart_bakery,
    refused,
)
from flask import Flask
from quart import Quart

from bakery.shop import serving
from bakery.shop.serving import Shop, serve


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
    assert repr(one) == f'Flask bakery "flask_bakeries", open at {one.url} with 1 thread'
    assert repr(four) == f'Flask bakery "four", open at {four.url} with 4 threads'
    assert repr(loop) == f'Quart bakery "quart_bakeries", open at {loop.url}'
    assert (one.threads, four.threads, loop.threads) == (1, 4, None)
    loop.close()
    assert repr(loop) == 'Quart bakery "quart_bakeries", closed'


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


@both
def test_nothing_is_printed(bakery: Bakery, capfd: pytest.CaptureFixture[str]) -> None:
    with serve(bakery()) as shop:
        get(shop, "/cake")
        get(shop, "/burnt")
        get(shop, "/nowhere")
    assert capfd.readouterr() == ("", "")


def test_the_end_of_the_interpreter_closes_every_shop() -> None:
    script = f"""
import sys; sys.path.insert(0, {str(Path(__file__).parents[1])!r})
import socket
from bakeries import stuck, Bakers; from bakery.shop.serving import serve
bakers = Bakers()
shops = [serve(stuck(kind, bakers), name=kind) for kind in ("flask", "quart")]
for shop in shops:
    client = socket.create_connection(("127.0.0.1", shop.port))
    client.sendall(b"GET /stuck HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n")
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


def test_a_startup_that_never_ends_is_given_up() -> None:
    app = Quart(__name__)
    left: list[str] = []

    @app.before_serving
    async def wait_for_the_miller() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            left.append("left")

    serve(quart_bakery()).close()  # what is imported once takes its time
    with pytest.raises(RuntimeError, match=r"still starting after 1 s.*\n.*serve\(app, startup=60\)"):
        serve(app, startup=1)
    assert left == ["left"]
    assert our_threads() == []
    assert serving._SHOPS == {}


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


def test_one_event_loop_takes_no_threads() -> None:
    with pytest.raises(TypeError, match=r"a Quart app has one event loop.*\nDid you mean:  serve\(app\)"):
        serve(quart_bakery(), threads=4)


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"threads": 0}, ValueError, "from 1 to 1,000, but got 0"),
        ({"threads": -1}, ValueError, "from 1 to 1,000, but got -1"),
        ({"threads": 1_001}, ValueError, "from 1 to 1,000, but got 1,001"),
        ({"threads": 2.0}, TypeError, "but got 2.0"),
        ({"threads": "4"}, TypeError, "but got '4'"),
        ({"threads": True}, TypeError, "but got True"),
        ({"port": -1}, ValueError, "from 0 to 65,535, but got -1"),
        ({"port": 65_536}, ValueError, "from 0 to 65,535, but got 65,536"),
        ({"port": "80"}, TypeError, "but got '80'"),
        ({"port": True}, TypeError, "but got True"),
        ({"name": ""}, ValueError, "but got ''"),
        ({"name": 7}, TypeError, "but got 7"),
        ({"startup": 0}, ValueError, "more than 0, but got 0"),
        ({"startup": float("nan")}, ValueError, "more than 0, but got nan"),
        ({"startup": float("inf")}, ValueError, "more than 0, but got inf"),
        ({"startup": "soon"}, TypeError, "but got 'soon'"),
    ],
)
def test_an_argument_that_cannot_be_is_refused_with_one_that_can(
    options: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=re.escape(words)) as caught:
        serve(flask_bakery(), **options)
    assert "serve(app" in str(caught.value).splitlines()[-1]


@pytest.mark.parametrize(
    ("options", "offered"),
    [
        ({"port": "any"}, "port=0"),
        ({"startup": "soon"}, "startup=10"),
        ({"threads": "some"}, "threads=4"),
        ({"name": 7}, 'name="corner shop"'),
    ],
)
def test_where_nothing_tells_what_was_meant_the_usual_is_offered(
    options: dict[str, Any], offered: str
) -> None:
    with pytest.raises(TypeError) as caught:
        serve(flask_bakery(), **options)
    assert str(caught.value).endswith(f"serve(app, {offered})")


def test_when_python_ends_nobody_waits_for_orders_that_are_still_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waits: list[float] = []
    shop: Any = SimpleNamespace(name="late", _running=SimpleNamespace(stop=waits.append))
    monkeypatch.setitem(serving._SHOPS, "late", shop)
    serving._close_all()
    assert waits == [0.0]


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


@both
def test_the_new_door_is_shut_again_when_the_old_shop_cannot_be_closed(
    bakery: Bakery, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = serve(bakery())
    with serve(bakery(), name="elsewhere") as other:
        port = other.port

    def jammed() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(old, "close", jammed)
    with pytest.raises(KeyboardInterrupt):
        serve(bakery(), port=port)
    assert refused(port)
    assert not old.closed


def test_the_default_limits_are_those_that_the_notebooks_speak_of() -> None:
    assert inspect.signature(serve).parameters["startup"].default == 10.0
    assert serving.THREADS == 4


def test_a_client_of_a_shop_goes_through_no_proxy_of_the_readers(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    async def ask(shop: Shop) -> str:
        async with shop.client() as client:
            return (await client.get("/cake")).text

    with serve(flask_bakery()) as shop:
        assert asyncio.run(ask(shop)) == "cake"


def test_an_app_that_needs_longer_is_given_six_times_as_long_in_the_corrected_call() -> None:
    with serve(flask_bakery()) as shop:
        why = serving._why("oven", shop._running.server, None, 20.0)
    assert why.endswith("serve(app, startup=120)")


@pytest.mark.parametrize("jammed", [False, True])
def test_a_shop_that_was_overtaken_while_it_opened_closes_the_other_or_does_not_open(
    jammed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another thread may serve under the same name meanwhile."""
    app, others, ports = quart_bakery(), [], []

    def stays() -> None:
        raise KeyboardInterrupt

    @app.before_serving
    async def overtaken() -> None:
        ports.append(serving._LAST_PORTS.get("corner", 0))
        other = serve(flask_bakery(), name="corner")
        others.append(other)
        if jammed:
            monkeypatch.setattr(other, "close", stays)

    if not jammed:
        shop = serve(app, name="corner")
        assert others[0].closed
        assert list(serving._SHOPS.items()) == [("corner", shop)]
        assert serving._LAST_PORTS["corner"] == shop.port
        assert get(shop, "/cake").text == "cake"
        return
    with pytest.raises(KeyboardInterrupt):
        serve(app, name="corner")
    assert list(serving._SHOPS.values()) == others
    assert refused(serving._LAST_PORTS["corner"])
    monkeypatch.undo()
    assert not others[0].closed
    others[0].close()
    assert our_threads() == []
