"""In a browser, clients of httpx ask the shops of the notebook, with connections and patience as on a machine."""

import asyncio
from collections.abc import Awaitable, Iterator
from typing import Any

import httpx
import pytest
from quart import Quart, request

import bakery.shop.serving
from bakery.browser.ways import Ways, nothing_to_close
from bakery.shop.inprocess import InProcess
from bakery.shop.serving import Shop, serve
from bakery.shop.threads import Threads


class Model(Threads):
    """Threads whose plain code waits while the loop goes on: each call in a thread, where Pyodide switches stacks."""

    def __init__(self) -> None:
        self.loop: asyncio.AbstractEventLoop | None = None
        super().__init__(self._in_the_loop, lambda _: None, possible=lambda: self.loop is not None)

    def _in_the_loop(self, awaitable: Awaitable[Any]) -> object:
        async def whole() -> object:
            return await awaitable

        assert self.loop
        return asyncio.run_coroutine_threadsafe(whole(), self.loop).result(10)


@pytest.fixture
def threads(monkeypatch: pytest.MonkeyPatch) -> Iterator[Model]:
    threads = Model()
    monkeypatch.setattr(bakery.shop.serving, "PREMISES", InProcess(threads))
    ways = Ways(threads)
    monkeypatch.setattr(
        httpx.AsyncHTTPTransport,
        "handle_async_request",
        lambda transport, request: ways.handle(transport, request),
    )
    monkeypatch.setattr(httpx.AsyncHTTPTransport, "__aexit__", nothing_to_close)
    monkeypatch.setattr(httpx.AsyncHTTPTransport, "aclose", nothing_to_close)
    monkeypatch.setattr(
        httpx.HTTPTransport,
        "handle_request",
        lambda transport, request: ways.handle_plainly(transport, request),
    )
    yield threads
    for shop in tuple(bakery.shop.serving._SHOPS.values()):
        shop.close()


class Mill:
    """A shop that counts, and grinds until it is told to stop."""

    def __init__(self) -> None:
        self.done = asyncio.Event()
        self.now = self.at_once = 0
        app = Quart("mill")

        @app.get("/flour")
        async def flour() -> str:
            self.now += 1
            self.at_once = max(self.at_once, self.now)
            await self.done.wait()
            self.now -= 1
            assert request.scope["client"]
            return str(request.scope["client"][1])

        self.shop: Shop = serve(app, name="mill")


def test_a_client_has_the_connections_that_its_limits_say(threads: Model) -> None:
    async def script() -> None:
        mill = Mill()
        limits = httpx.Limits(max_connections=2)
        async with httpx.AsyncClient(limits=limits, trust_env=False) as client:
            orders = [asyncio.create_task(client.get(f"{mill.shop.url}/flour")) for _ in range(6)]
            while mill.now < 2:
                await asyncio.sleep(0)
            mill.done.set()
            doors = [answer.text for answer in await asyncio.gather(*orders)]
        assert (mill.at_once, len(set(doors))) == (2, 2)

    asyncio.run(script())


def test_two_clients_have_connections_of_their_own(threads: Model) -> None:
    async def script() -> None:
        mill = Mill()
        mill.done.set()
        doors = set()
        for _ in range(2):
            async with httpx.AsyncClient(trust_env=False) as client:
                doors |= {(await client.get(f"{mill.shop.url}/flour")).text for _ in range(3)}
        assert len(doors) == 2

    asyncio.run(script())


def test_a_client_that_has_opened_nothing_is_closed_without_a_word(threads: Model) -> None:
    async def script() -> None:
        mill = Mill()
        mill.done.set()
        client = httpx.AsyncClient(trust_env=False)
        await client.get(f"{mill.shop.url}/flour")
        await client.aclose()
        with pytest.raises(RuntimeError, match="closed"):
            await client.get(f"{mill.shop.url}/flour")

    asyncio.run(script())


async def asked_plainly(threads: Model, *, as_threads: bool) -> int:
    """How many of three plain requests the mill had at once at most."""
    mill = Mill()
    threads.loop = asyncio.get_running_loop()
    client = httpx.Client(trust_env=False)
    waiting = 0

    def ask() -> str:
        nonlocal waiting
        waiting += 1
        return client.get(f"{mill.shop.url}/flour").text

    orders = [
        asyncio.create_task(asyncio.to_thread(threads.call, ask) if as_threads else asyncio.to_thread(ask))
        for _ in range(3)
    ]
    while waiting < 3 or mill.now < (3 if as_threads else 1):
        await asyncio.sleep(0.001)
    mill.done.set()
    await asyncio.gather(*orders)
    return mill.at_once


def test_plain_clients_keep_one_another_waiting_as_they_keep_the_loop_on_a_machine(threads: Model) -> None:
    assert asyncio.run(asked_plainly(threads, as_threads=False)) == 1


def test_in_threads_of_the_model_plain_clients_wait_side_by_side(threads: Model) -> None:
    assert asyncio.run(asked_plainly(threads, as_threads=True)) == 3


def test_who_answers_a_plain_request_may_ask_plainly_too(threads: Model) -> None:
    async def script() -> None:
        mill = Mill()
        mill.done.set()
        bakery_app = Quart("bakery")
        client = httpx.Client(trust_env=False)

        @bakery_app.get("/cake")
        async def cake() -> str:
            # In a browser this stands in the handler itself: there is one thread, which switches stacks.
            return await asyncio.to_thread(lambda: client.get(f"{mill.shop.url}/flour").text)

        shop = serve(bakery_app, name="bakery")
        threads.loop = asyncio.get_running_loop()
        answer = await asyncio.wait_for(asyncio.to_thread(lambda: client.get(f"{shop.url}/cake")), 10)
        assert answer.status_code == 200
        assert answer.text.isdigit()

    asyncio.run(script())
