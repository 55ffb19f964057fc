# ruff: noqa: ANN401  # an app is of any type
"""Whoever answers before the request was read to its end says that the connection ends with the answer."""

import asyncio
import socket
from typing import Any

import pytest
from bakeries import head_of_an_answer
from quart import Quart

from bakery.shop import request_body
from bakery.shop.asgi_types import Message, Receive, Scope, Send
from bakery.shop.request_body import MOST, Reading
from bakery.shop.serving import Shop, serve

START = {"type": "http.response.start", "status": 200, "headers": [(b"x-cake", b"plum")]}
CLOSED = {**START, "headers": [(b"x-cake", b"plum"), (b"connection", b"close")]}
GONE = {"type": "http.disconnect"}


def quart_app() -> Quart:
    app = Quart(__name__)

    @app.post("/cake")
    async def cake() -> str:
        return "plum"

    @app.post("/burnt")
    async def burnt() -> str:
        raise ValueError("burnt")

    return app


async def plain_app(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        raise NotImplementedError("no startup here")
    if scope["path"] == "/burnt":
        raise ValueError("burnt")
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"4")]})
    await send({"type": "http.response.body", "body": b"plum"})


APPS = pytest.mark.parametrize("app", [quart_app(), plain_app], ids=["quart", "plain"])


def posted(shop: Shop, path: str, *parts: bytes, host: str = "127.0.0.1") -> tuple[list[bytes], bool]:
    """The lines of the answer's head, and whether the connection takes another request."""
    head = f"POST {path} HTTP/1.1\r\nHost: {host}:{shop.port}\r\nContent-Length: 4\r\n\r\n".encode()
    with (
        socket.create_connection(("127.0.0.1", shop.port), timeout=10) as client,
        client.makefile("rb") as answer,
    ):
        client.sendall(head)
        for part in parts:
            client.sendall(part)
        lines = head_of_an_answer(answer)
        try:
            client.sendall(head + b"plum")
            return lines, answer.readline() != b""
        except OSError:
            return lines, False


@pytest.mark.parametrize("path", ["/cake", "/burnt"])
@APPS
def test_a_client_is_told_that_the_connection_ends_where_its_request_is_not_all_there(
    app: Any, path: str
) -> None:
    with serve(app) as shop:
        lines, goes_on = posted(shop, path, b"pl")
    assert b"connection: close" in lines
    assert not goes_on


def test_whoever_is_refused_is_told_too() -> None:
    with serve(quart_app()) as shop:
        lines, goes_on = posted(shop, "/cake", host="elsewhere.example")
    assert b"403" in lines[0]
    assert b"connection: close" in lines
    assert not goes_on


@APPS
def test_a_request_that_comes_in_parts_leaves_its_connection_open(
    app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_body, "A_MOMENT", 10)
    with serve(app) as shop:
        lines, goes_on = posted(shop, "/cake", b"pl", b"um")
    assert b"connection: close" not in lines
    assert goes_on


def part(body: bytes, *, more: bool = True) -> Message:
    return {"type": "http.request", "body": body, "more_body": more}


def sent(
    *coming: Message,
    headers: tuple[tuple[bytes, bytes], ...] = ((b"content-length", b"4"),),
    kind: str = "http",
) -> tuple[list[Message], list[Message], int]:
    """What leaves when an app answers at once; what it reads afterwards; and what was taken before the head left."""
    left = list(coming)
    out: list[Message] = []
    taken: list[int] = []

    async def receive() -> Message:
        if not left:
            await asyncio.Event().wait()
        return left.pop(0)

    async def send(message: Message) -> None:
        taken.append(len(coming) - len(left))
        out.append(message)

    async def order() -> list[Message]:
        reading = Reading({"type": kind, "headers": headers}, receive, send)
        await reading.send(START)
        return [await reading.receive() for _ in coming]

    return out, asyncio.run(order()), taken[0]


def test_what_was_read_before_the_head_left_is_there_for_the_app_in_its_order() -> None:
    coming = part(b"pl"), part(b"u"), part(b"m", more=False)
    assert sent(*coming) == ([START], list(coming), 3)


def test_a_client_that_has_gone_is_waited_for_no_longer() -> None:
    assert sent(part(b"pl"), GONE) == ([START], [part(b"pl"), GONE], 2)


@pytest.mark.parametrize(
    ("kind", "headers"),
    [
        ("http", ()),
        ("http", ((b"content-length", b"0"),)),
        ("http", ((b"content-length", b" 0 "),)),
        ("http", ((b"content-type", b"text/plain"),)),
        ("websocket", ((b"content-length", b"4"),)),
    ],
)
def test_an_answer_to_a_request_without_a_body_leaves_at_once(
    kind: str, headers: tuple[tuple[bytes, bytes], ...]
) -> None:
    assert sent(part(b"", more=False), headers=headers, kind=kind) == ([START], [part(b"", more=False)], 0)


@pytest.mark.parametrize(
    "header",
    [(b"Content-Length", b"4"), (b"transfer-encoding", b"chunked"), (b"Transfer-Encoding", b"chunked")],
)
def test_a_body_is_told_of_in_two_ways_and_in_letters_of_any_size(header: tuple[bytes, bytes]) -> None:
    assert sent(part(b"pl"), headers=(header,)) == ([CLOSED], [part(b"pl")], 1)


def test_no_more_is_kept_than_fits() -> None:
    large = part(b"x" * (MOST - 1))
    out, after, taken = sent(large, part(b"x"), part(b"x", more=False))
    assert out == [CLOSED]
    assert taken == 2
    assert after == [large, part(b"x"), part(b"x", more=False)]


def test_where_the_framework_listens_beside_the_handler_it_hears_each_part_itself() -> None:
    async def order() -> tuple[list[Message], list[Message]]:
        coming: asyncio.Queue[Message] = asyncio.Queue()
        heard: list[Message] = []
        out: list[Message] = []

        async def send(message: Message) -> None:
            out.append(message)

        reading = Reading({"type": "http", "headers": [(b"content-length", b"4")]}, coming.get, send)

        async def listen() -> None:
            while True:
                heard.append(await reading.receive())

        listener = asyncio.create_task(listen())
        await asyncio.sleep(0)
        answering = asyncio.create_task(reading.send(START))
        for message in part(b"pl"), part(b"um", more=False):
            coming.put_nowait(message)
        await answering
        listener.cancel()
        return heard, out

    assert asyncio.run(order()) == ([part(b"pl"), part(b"um", more=False)], [START])


def test_an_answer_that_waits_for_its_request_can_be_called_off() -> None:
    async def order() -> list[Message]:
        out: list[Message] = []

        async def send(message: Message) -> None:
            out.append(message)

        never = asyncio.Event()

        async def receive() -> Message:
            await never.wait()
            return GONE

        reading = Reading({"type": "http", "headers": [(b"content-length", b"4")]}, receive, send)
        answering = asyncio.create_task(reading.send(START))
        await asyncio.sleep(0)
        answering.cancel()
        with pytest.raises(asyncio.CancelledError):
            await answering
        return out

    assert asyncio.run(order()) == []
