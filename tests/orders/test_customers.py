"""A customer comes to the counter, asks once, and says in words why there was no answer."""

import asyncio
import contextlib
import errno
import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import h11
import httpx
import pytest
from fake_shops import CAKE, Factory, Fake, Loop, Script, hanging_up, one, playing, reason, run, saying

from bakery.orders import run as run_room
from bakery.orders.customers import KEPT_FREE, Connection, some_files_kept_free
from bakery.orders.ordering import order
from bakery.trace import Trace


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

        connections = run_room._open
        monkeypatch.setattr(run_room, "_open", once_it_has_gone)
        server = await asyncio.start_server(customer, "127.0.0.1", 0)
        async with server:
            host, port = server.sockets[0].getsockname()
            return reason(await order(f"http://{host}:{port}", 1))

    assert run(test(b"")) == "the shop hung up without an answer"
    monkeypatch.undo()
    assert run(test(b"220 mail\r\n\r\n")).startswith("the answer is not HTTP")


def test_where_nobody_listens_every_order_is_refused() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        trace = run(order(f"http://127.0.0.1:{port}", 2))
    assert [span.error for span in trace.failures] == [
        f"nobody answers at 127.0.0.1:{port} (connection refused); is the shop open?"
    ] * 2
    assert trace.makespan < 10  # at once, and not when its time is over


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
    assert "too many open files: this process may have" in reason(trace)


def test_a_door_that_never_opens_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(*_: object, **__: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(asyncio.BaseEventLoop, "create_connection", never)
    monkeypatch.setattr(run_room, "AT_THE_DOOR", 1)
    start = time.perf_counter()
    trace = run(order("http://127.0.0.1:9", 200, timeout=0.05))
    assert {span.error for span in trace.failures} == {"no connection to 127.0.0.1:9 within 0.05 s"}
    assert len(trace.failures) == 200
    assert time.perf_counter() - start < 5  # one limit for all, not one after another


def test_who_was_refused_at_the_door_says_so_when_asked_for_the_cake() -> None:
    refused = Connection(httpx.Request("GET", "http://127.0.0.1:9/cake"))
    refused.refusal = "nobody is there"
    with pytest.raises(ConnectionError, match="nobody is there"):
        asyncio.run(refused.ask())


def test_what_nobody_foresaw_is_told_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(_: Connection) -> bool:
        raise LookupError("no oven")

    monkeypatch.setattr(Connection, "ask", broken)
    assert reason(run(one(saying(CAKE)))) == "LookupError: no oven"


def test_who_asks_a_plain_shop_for_a_secret_talk_is_told_to_ask_plainly() -> None:
    async def test() -> tuple[Trace, int]:
        async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read(1)
            writer.write(b"HTTP/1.1 400 X\r\nContent-Length: 0\r\n\r\n")
            writer.close()

        server = await asyncio.start_server(plain, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            return await order(f"https://127.0.0.1:{port}", 1), port

    trace, port = run(test())
    address = f"127.0.0.1:{port}"
    assert reason(trace) == f"{address} speaks http, not https. Did you mean:  http://{address}"


FEW_FILES = """
import asyncio, json, resource
resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))
import {module}
from bakery import order, serve

app = {module}.{name}("bakery")
app.add_url_rule("/cake", "cake", lambda: "cake")
with serve(app) as shop:
    crowd, few = (asyncio.run(order(shop, cakes)) for cakes in (200, 3))
    print(json.dumps([crowd.cakes, [span.error for span in crowd.failures], few.cakes, shop.errors]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
@pytest.mark.parametrize(("module", "name"), [("flask", "Flask"), ("quart", "Quart")])
def test_where_few_files_may_be_open_the_orders_that_fit_are_served_and_the_others_say_why(
    module: str, name: str
) -> None:
    script = FEW_FILES.format(module=module, name=name)
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True
    )
    cakes, errors, few, kept = json.loads(ran.stdout)
    assert cakes >= 80
    assert len(errors) == 200 - cakes
    assert all("too many open files: this process may have 256, and an order" in error for error in errors)
    assert (few, kept) == (3, [])


def test_the_files_that_are_kept_free_are_given_back() -> None:
    def next_free() -> int:
        with Path(os.devnull).open() as file:
            return file.fileno()

    before = next_free()
    with some_files_kept_free():
        assert next_free() >= before + KEPT_FREE
    assert next_free() == before


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (
            ConnectionResetError(errno.ECONNRESET, "as it says"),
            "the connection broke (connection reset by peer)",
        ),
        (OSError("in the middle of the night"), "the connection broke (in the middle of the night)"),
        (TimeoutError(), "the connection broke (TimeoutError)"),
        (h11.RemoteProtocolError("no head"), "the answer is not HTTP (no head)"),
        (LookupError("no oven"), "LookupError: no oven"),
    ],
)
def test_why_there_was_no_answer_is_told_by_what_broke(problem: Exception, words: str) -> None:
    assert Connection(httpx.Request("GET", "http://127.0.0.1:9/cake")).why(problem) == words


def received(*parts: bytes) -> Connection:
    """A customer to whom this has come."""
    customer = Connection(httpx.Request("GET", "http://127.0.0.1:9/cake"))
    for part in parts:
        customer.get_buffer(-1)[: len(part)] = part
        customer.buffer_updated(len(part))
    return customer


@pytest.mark.parametrize("more", [[], [b"more"], [b"HTTP/1.1 500 Burnt\r\nContent-Length: 0\r\n\r\n"]])
def test_what_comes_after_a_whole_answer_is_overlooked(more: list[bytes]) -> None:
    answer = received(CAKE, *more, *more).answer
    assert answer is not None
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("octets", "text"),
    [(b"cake", "cake"), ("Käse".encode(), "Käse"), ("Käse".encode("latin-1"), "Käse"), (b"\xff\xfe", "ÿþ")],
)
def test_a_header_is_read_as_utf_8_or_as_latin_1(octets: bytes, text: str) -> None:
    answer = received(CAKE.replace(b"\r\n", b"\r\nX-Cake: " + octets + b"\r\n", 1)).answer
    assert answer is not None
    assert answer.headers["x-cake"] == text
