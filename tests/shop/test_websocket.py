"""A guest on a WebSocket is let in or refused in words, says and hears, and is told how it ended, with or without ports."""

import asyncio
import json
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, NoReturn

import pytest
from flask import Flask
from quart import Quart, abort, websocket

from bakery.shop import serving
from bakery.shop.asgi_types import Receive, Scope, Send
from bakery.shop.inprocess import InProcess
from bakery.shop.serving import Shop, serve
from bakery.shop.threads import Threads
from bakery.shop.websocket import LONGEST, LOST, TOO_LONG, SocketClosedError, SocketRefusedError

PATIENCE = 20.0
"""Seconds that anything here may take on a busy machine."""


def no_pause(_awaitable: object) -> NoReturn:
    raise AssertionError("nothing here waits in plain code")


@pytest.fixture(params=["on a machine", "in process"], autouse=True)
def _premises(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    if request.param == "in process":
        threads = Threads(no_pause, lambda _: None, possible=lambda: False)
        monkeypatch.setattr(serving, "PREMISES", InProcess(threads))
    yield
    serving._close_all()


class Counter:
    """An app with a WebSocket of every kind, and what its handlers noted."""

    def __init__(self) -> None:
        self.noted: list[str] = []
        self.guests: set[asyncio.Queue[str]] = set()
        self.app = app = Quart(__name__)
        for path, handler in {
            "/echo": self.echo,
            "/three": self.three,
            "/sold-out": self.sold_out,
            "/closed": self.closed,
            "/refused": self.refused,
            "/burnt": self.burnt,
            "/burnt-later": self.burnt_later,
            "/never": self.never,
            "/huge": self.huge,
            "/news": self.news,
        }.items():
            app.add_websocket(path, path[1:], handler)

        @app.post("/tell")
        async def tell() -> dict[str, int]:
            for guest in self.guests:
                guest.put_nowait("bread")
            return {"told": len(self.guests)}

        @app.get("/plain")
        async def plain() -> str:
            return "cake"

    async def echo(self) -> None:
        try:
            while True:
                said = await websocket.receive()
                await websocket.send(f"you said {said}" if isinstance(said, str) else said[::-1])
        finally:
            self.noted.append("left")

    async def three(self) -> None:
        for number in range(3):
            await websocket.send(str(number))

    async def sold_out(self) -> None:
        await websocket.accept()
        await websocket.close(4001, "sold out")

    async def closed(self) -> None:
        await websocket.send("last words")
        await websocket.close(4002, "")

    async def refused(self) -> None:
        abort(403)

    async def burnt(self) -> None:
        raise ValueError("burnt")

    async def burnt_later(self) -> None:
        await websocket.send("mixed")
        raise ValueError("burnt")

    async def never(self) -> None:
        await asyncio.sleep(PATIENCE)

    async def huge(self) -> None:
        await websocket.send("x" * (LONGEST + 1))

    async def news(self) -> None:
        queue: asyncio.Queue[str] = asyncio.Queue()
        self.guests.add(queue)
        try:
            await websocket.accept()
            while True:
                await websocket.send(await queue.get())
        finally:
            self.guests.discard(queue)


def at(visit: Callable[[Shop], Coroutine[Any, Any, None]], counter: Counter | None = None) -> Counter:
    """Open the counter, visit it, close it."""
    counter = counter or Counter()

    async def whole() -> None:
        shop = serve(counter.app)
        try:
            async with asyncio.timeout(PATIENCE):
                await visit(shop)
        finally:
            shop.close()
        await asyncio.sleep(0)

    asyncio.run(whole())
    return counter


def test_a_guest_says_and_hears_text_and_bytes() -> None:
    async def visit(shop: Shop) -> None:
        async with shop.socket("/echo") as socket:
            await socket.send("two plum")
            assert await socket.receive() == "you said two plum"
            await socket.send(b"abc")
            assert await socket.receive() == b"cba"
            assert repr(socket) == "WebSocket /echo, open"
        assert repr(socket) == "WebSocket /echo, closed with code 1000"

    assert at(visit).noted == ["left"]


def test_a_guest_says_and_hears_json() -> None:
    async def visit(shop: Shop) -> None:
        async with shop.socket("/echo") as socket:
            await socket.send_json({"cakes": 2})
            said = await socket.receive()
            assert isinstance(said, str)
            assert json.loads(said.removeprefix("you said ")) == {"cakes": 2}
        async with shop.socket("/three") as socket:
            assert [await socket.receive_json() for _ in range(3)] == [0, 1, 2]

    at(visit)


def test_messages_can_be_read_in_a_loop_that_ends_with_the_socket() -> None:
    async def visit(shop: Shop) -> None:
        async with shop.socket("/three") as socket:
            assert [message async for message in socket] == ["0", "1", "2"]
            assert socket.closed is not None
            assert socket.closed.code == 1000

    at(visit)


@pytest.mark.parametrize(("path", "code", "reason"), [("/sold-out", 4001, "sold out"), ("/closed", 4002, "")])
def test_the_close_code_and_the_reason_of_the_app_arrive(path: str, code: int, reason: str) -> None:
    async def visit(shop: Shop) -> None:
        async with shop.socket(path) as socket:
            heard = [message async for message in socket]
            assert heard == ([] if path == "/sold-out" else ["last words"])
            assert socket.closed is not None
            assert (socket.closed.code, socket.closed.reason) == (code, reason)
            for again in (socket.receive(), socket.send("hello")):
                with pytest.raises(SocketClosedError, match=f"closed with code {code}"):
                    await again

    at(visit)


def test_a_handler_that_fails_after_a_message_looks_like_an_ordinary_end_and_stands_in_the_errors() -> None:
    async def visit(shop: Shop) -> None:
        async with shop.socket("/burnt-later") as socket:
            assert [message async for message in socket] == ["mixed"]
            assert socket.closed is not None
            assert socket.closed.code == 1000
        assert "ValueError: burnt" in shop.errors[-1]

    at(visit)


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/refused", 403, "refused with 403"),
        ("/burnt", 500, "its handler failed, or ended, before it accepted; shop.errors may know more"),
        ("/nowhere", 404, "there is no such route"),
        ("/plain", 400, "it is an ordinary route, and a WebSocket's is made with @app.websocket"),
    ],
)
def test_a_refusal_says_its_status_and_what_that_most_likely_means(path: str, status: int, says: str) -> None:
    async def visit(shop: Shop) -> None:
        with pytest.raises(SocketRefusedError, match=says) as refused:
            async with shop.socket(path):
                raise AssertionError("let in")
        assert refused.value.status == status

    at(visit)


def test_an_app_that_closes_before_it_accepts_has_refused_with_403() -> None:
    async def closing(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        if scope["type"] == "websocket":
            await send({"type": "websocket.close"})

    async def visit(shop: Shop) -> None:
        with pytest.raises(SocketRefusedError) as refused:
            async with shop.socket("/"):
                raise AssertionError("let in")
        assert refused.value.status == 403

    counter = Counter()
    counter.app = closing  # type: ignore[assignment]
    at(visit, counter)


def test_a_refusal_in_parts_is_heard_when_all_of_it_is_there() -> None:
    said: list[bytes] = []

    async def refusing(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        if scope["type"] == "websocket":
            await send({"type": "websocket.http.response.start", "status": 418, "headers": []})
            for part in (b"sold ", b"out"):
                for _ in range(50):
                    await asyncio.sleep(0)
                said.append(part)
                more = part != b"out"
                await send({"type": "websocket.http.response.body", "body": part, "more_body": more})

    async def visit(shop: Shop) -> None:
        with pytest.raises(SocketRefusedError) as refused:
            async with shop.socket("/"):
                raise AssertionError("let in")
        assert (refused.value.status, said) == (418, [b"sold ", b"out"])

    counter = Counter()
    counter.app = refusing  # type: ignore[assignment]
    at(visit, counter)


def test_a_handler_that_never_accepts_is_told_after_the_timeout() -> None:
    async def visit(shop: Shop) -> None:
        with pytest.raises(SocketRefusedError, match=r"did not accept the WebSocket within 0\.1 s"):
            async with shop.socket("/never", timeout=0.1):
                raise AssertionError("let in")

    at(visit)


def test_a_message_beyond_all_measure_ends_the_talk() -> None:
    async def visit(shop: Shop) -> None:
        async with shop.socket("/huge") as socket:
            with pytest.raises(SocketClosedError, match="a message of more than 16,777,216 bytes"):
                await socket.receive()
            assert socket.closed is not None
            assert socket.closed.code == TOO_LONG

    at(visit)


def test_an_error_in_the_block_leaves_at_once_and_the_handler_notices() -> None:
    counter = Counter()

    async def fails(shop: Shop) -> None:
        async with shop.socket("/echo") as socket:
            await socket.send("hello")
            raise KeyError

    async def visit(shop: Shop) -> None:
        with pytest.raises(KeyError):
            await fails(shop)
        while not counter.noted:
            await asyncio.sleep(0.01)

    assert at(visit, counter).noted == ["left"]


def test_a_socket_can_be_closed_while_somebody_still_listens_and_both_hear_of_it() -> None:
    async def visit(shop: Shop) -> None:
        async with shop.socket("/echo") as socket:
            listening = asyncio.create_task(socket.receive())
            await asyncio.sleep(0)
            await socket.close(4000)
            with pytest.raises(SocketClosedError):
                await listening

    assert at(visit).noted == ["left"]


def test_fifty_guests_are_all_told_and_none_is_left_over() -> None:
    async def visit(shop: Shop) -> None:
        async def guest(inside: asyncio.Semaphore) -> object:
            async with shop.socket("/news", timeout=PATIENCE) as socket:
                inside.release()
                return await socket.receive()

        inside = asyncio.Semaphore(0)
        guests = [asyncio.create_task(guest(inside)) for _ in range(50)]
        for _ in guests:
            await inside.acquire()
        async with shop.client() as client:
            assert (await client.post("/tell")).json() == {"told": 50}
        assert await asyncio.gather(*guests) == ["bread"] * 50

    assert at(visit).guests == set()


@pytest.mark.parametrize("code", [1000, 1001, 3000, 4999])
def test_a_guest_may_leave_with_each_code_that_is_for_guests(code: int) -> None:
    async def visit(shop: Shop) -> None:
        async with shop.socket("/echo") as socket:
            await socket.close(code)
            assert socket.closed is not None
            assert socket.closed.code == code

    at(visit)


def test_a_guest_may_leave_with_a_code_of_its_own_and_with_no_other() -> None:
    async def visit(shop: Shop) -> None:
        async with shop.socket("/echo") as socket:
            for code in (LOST, 999, 1002, 2999, 5000):
                with pytest.raises(ValueError, match=rf"a close code is 1000, .* but got {code}"):
                    await socket.close(code)
            await socket.close(4000, "home")
            await socket.close()
            assert socket.closed is not None
            assert (socket.closed.code, socket.closed.reason) == (4000, "home")

    assert at(visit).noted == ["left"]


def test_what_is_neither_text_nor_bytes_is_refused_with_the_call_that_sends_it() -> None:
    async def visit(shop: Shop) -> None:
        async with shop.socket("/echo") as socket:
            with pytest.raises(TypeError, match=r"Did you mean:  await socket\.send_json\(3\)"):
                await socket.send(3)  # type: ignore[arg-type]

    at(visit)


def test_a_socket_that_cannot_be_says_so_before_anything_is_opened() -> None:
    async def visit(shop: Shop) -> None:
        with pytest.raises(ValueError, match=r'Did you mean:  shop\.socket\("/echo"\)'):
            shop.socket("echo")
        with pytest.raises(TypeError, match="a path"):
            shop.socket(None)  # type: ignore[arg-type]
        with pytest.raises(ValueError, match=r"a timeout in seconds, more than 0.*\n.*timeout=5"):
            shop.socket("/echo", timeout=0)
        shop.close()
        with pytest.raises(RuntimeError, match="is closed"):
            shop.socket("/echo")
        flask = serve(Flask(__name__))
        with pytest.raises(TypeError, match="serves a Flask app, and WSGI has no WebSockets"):
            flask.socket("/echo")

    at(visit)


@pytest.mark.parametrize(
    ("code", "reason", "words"),
    [
        (1000, "", "closed with code 1000"),
        (4002, "sold out", "closed with code 4002 (sold out)"),
        (LOST, "", "closed with code 1006, which means that the line broke"),
    ],
)
def test_how_a_socket_was_closed_is_told_with_its_code_its_reason_and_what_a_lost_line_means(
    code: int, reason: str, words: str
) -> None:
    assert str(SocketClosedError(code, reason)) == f"the WebSocket is {words}"
