"""What notebooks 09 and 10 say of Binder's proxy: it tells nobody that a reader has left, and it loses close codes."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import httpx
import pytest
from hypercorn.asyncio import serve
from hypercorn.config import Config
from quart import Quart, Response, websocket
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

from .lab import BASE, TOKEN, Lab, _free_port, running_lab

T = TypeVar("T")
PATIENT = 30.0
SIGNED = {"Authorization": f"token {TOKEN}"}


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A Jupyter server with its proxy, and no browser."""
    empty = tmp_path_factory.mktemp("empty")
    with running_lab(empty, tmp_path_factory.mktemp("proxy")) as opened:
        yield opened


def run(scenario: Coroutine[Any, Any, T]) -> T:
    """Run to the end, in a thread: the loop of a browser that other tests opened is in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, scenario).result()


class Shop:
    """An app that says what happened in it."""

    def __init__(self) -> None:
        self.app = Quart("proxied")
        self.left, self.go_on, self.whole = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.app.get("/stream/<kind>")(self.stream)
        self.app.websocket("/closing")(self.closing)

    async def stream(self, kind: str) -> Response:
        async def parts() -> AsyncGenerator[bytes, None]:
            try:
                yield b"data: mixed\n\n"
                await self.go_on.wait()
                yield b"data: baked\n\n"
                self.whole.set()
            except asyncio.CancelledError:
                self.left.set()
                raise

        return Response(parts(), content_type=f"text/{kind}")

    async def closing(self) -> None:
        await websocket.accept()
        await websocket.close(4001, "sold out")


@asynccontextmanager
async def shop() -> AsyncIterator[tuple[Shop, int]]:
    """The app on a port of its own."""
    opened, port, over = Shop(), _free_port(), asyncio.Event()
    config = Config()
    config.bind = [f"127.0.0.1:{port}"]
    config.errorlog = None
    serving = asyncio.create_task(serve(opened.app, config, shutdown_trigger=over.wait))
    async with asyncio.timeout(PATIENT):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                break
    try:
        yield opened, port
    finally:
        opened.go_on.set()
        over.set()
        await serving


def ways(lab: Lab, port: int) -> dict[str, str]:
    return {"plain": f"127.0.0.1:{port}", "proxied": f"127.0.0.1:{lab.port}{BASE}proxy/{port}"}


@pytest.mark.parametrize(("way", "noticed"), [("plain", True), ("proxied", False)])
def test_that_a_reader_has_left_reaches_the_handler_but_not_through_the_proxy(
    way: str, noticed: bool, lab: Lab
) -> None:
    async def test() -> tuple[bool, bool]:
        async with shop() as (opened, port), httpx.AsyncClient(headers=SIGNED, timeout=PATIENT) as client:
            address = f"http://{ways(lab, port)[way]}/stream/event-stream"
            async with client.stream("GET", address, headers={"Accept": "text/event-stream"}) as answer:
                assert await anext(answer.aiter_bytes()) == b"data: mixed\n\n"
            if noticed:
                await asyncio.wait_for(opened.left.wait(), PATIENT)
            else:
                await asyncio.sleep(1)  # the plain way needs a hundredth of that
                opened.go_on.set()
                await asyncio.wait_for(opened.whole.wait(), PATIENT)
            return opened.left.is_set(), opened.whole.is_set()

    assert run(test()) == (noticed, not noticed)


@pytest.mark.parametrize(("kind", "at_once"), [("event-stream", True), ("plain", False)])
def test_through_the_proxy_parts_come_one_by_one_only_as_events(kind: str, at_once: bool, lab: Lab) -> None:
    async def test() -> list[bytes]:
        async with shop() as (opened, port), httpx.AsyncClient(headers=SIGNED, timeout=PATIENT) as client:
            address = f"http://{ways(lab, port)['proxied']}/stream/{kind}"
            if not at_once:
                asyncio.get_running_loop().call_later(1, opened.go_on.set)
            async with client.stream("GET", address, headers={"Accept": f"text/{kind}"}) as answer:
                parts = answer.aiter_bytes()
                first = await anext(parts)
                opened.go_on.set()
                return [first, *[part async for part in parts]]

    parts = run(test())
    assert b"".join(parts) == b"data: mixed\n\ndata: baked\n\n"
    assert (parts[0] == b"data: mixed\n\n") is at_once


@pytest.mark.parametrize(("way", "code"), [("plain", 4001), ("proxied", None)])
def test_a_close_code_is_heard_but_not_through_the_proxy(way: str, code: int | None, lab: Lab) -> None:
    async def test() -> int | None:
        async with shop() as (_, port):
            request = HTTPRequest(f"ws://{ways(lab, port)[way]}/closing", headers=SIGNED)
            line = await asyncio.wait_for(websocket_connect(request), PATIENT)
            assert await asyncio.wait_for(line.read_message(), PATIENT) is None
            found: int | None = line.close_code
            line.close()
            return found

    heard = run(test())
    assert heard == code if code else heard != 4001
