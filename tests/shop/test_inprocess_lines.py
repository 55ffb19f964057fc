"""A client of a shop that is called has so many connections, keeps them, and waits for one as long as it says."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from bakery.shop.inprocess_lines import Lines

SOON = 0.01
"""A patience for what never comes: it may take longer, and nothing depends on how long."""


class Shop:
    """Answers when it is told to, and notes through which connections it was asked."""

    def __init__(self) -> None:
        self.numbers: list[int] = []
        self.at_once = 0
        self.now = 0
        self.open = asyncio.Event()

    async def answer(self, request: httpx.Request) -> httpx.Response:
        self.numbers.append(request.extensions["client_port"])
        self.now += 1
        self.at_once = max(self.at_once, self.now)
        try:
            await self.open.wait()
        finally:
            self.now -= 1
        return httpx.Response(200, content=self._parts(), request=request)

    async def _parts(self) -> AsyncIterator[bytes]:
        yield b"one "
        yield b"cake"


class Customer(httpx.AsyncBaseTransport):
    """The way of an httpx client to such a shop."""

    def __init__(self, shop: Shop, most: int) -> None:
        self._lines, self._shop = Lines(most), shop

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await self._lines.ask(request, self._shop.answer)


def client(shop: Shop, most: int = 100, **options: object) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=Customer(shop, most), base_url="http://shop", **options)  # type: ignore[arg-type]


def test_one_connection_serves_orders_one_after_another() -> None:
    async def script() -> None:
        shop = Shop()
        shop.open.set()
        async with client(shop) as asking:
            texts = [(await asking.get("/cake")).text for _ in range(5)]
        assert texts == ["one cake"] * 5
        assert len(set(shop.numbers)) == 1

    asyncio.run(script())


def test_orders_at_the_same_moment_have_a_connection_each_and_the_next_ones_use_them_again() -> None:
    async def script() -> None:
        shop = Shop()
        async with client(shop) as asking:
            orders = [asyncio.create_task(asking.get("/cake")) for _ in range(5)]
            while shop.now < 5:
                await asyncio.sleep(0)
            shop.open.set()
            await asyncio.gather(*orders)
            await asyncio.gather(*(asking.get("/cake") for _ in range(5)))
        assert len(set(shop.numbers[:5])) == 5
        assert set(shop.numbers[5:]) <= set(shop.numbers[:5])

    asyncio.run(script())


def test_no_more_orders_are_under_way_than_there_are_connections() -> None:
    async def script() -> None:
        shop = Shop()
        async with client(shop, most=2) as asking:
            orders = [asyncio.create_task(asking.get("/cake")) for _ in range(6)]
            while shop.now < 2:
                await asyncio.sleep(0)
            shop.open.set()
            await asyncio.gather(*orders)
        assert (shop.at_once, len(shop.numbers)) == (2, 6)

    asyncio.run(script())


def test_whoever_has_no_patience_for_a_connection_gives_up_and_the_others_go_on() -> None:
    async def script() -> None:
        shop = Shop()
        async with client(shop, most=2, timeout=httpx.Timeout(None, pool=SOON)) as asking:
            orders = [asyncio.create_task(asking.get("/cake")) for _ in range(6)]
            late = await asyncio.gather(*orders[2:], return_exceptions=True)
            shop.open.set()
            served = await asyncio.gather(*orders[:2])
            again = await asking.get("/cake")
        assert [type(one) for one in late] == [httpx.PoolTimeout] * 4
        assert [one.text for one in (*served, again)] == ["one cake"] * 3

    asyncio.run(script())


def test_a_stream_keeps_its_connection_until_it_is_closed_and_half_read_it_is_not_used_again() -> None:
    async def script() -> None:
        shop = Shop()
        shop.open.set()
        async with client(shop, most=1, timeout=httpx.Timeout(None, pool=SOON)) as asking:
            async with asking.stream("GET", "/cake") as half:
                assert await anext(half.aiter_raw()) == b"one "
                with pytest.raises(httpx.PoolTimeout):
                    await asking.get("/cake")
            assert (await asking.get("/cake")).text == "one cake"
        assert len(set(shop.numbers)) == 2

    asyncio.run(script())


def test_an_order_that_is_called_off_frees_its_connection() -> None:
    async def script() -> None:
        shop = Shop()
        async with client(shop, most=1) as asking:
            order = asyncio.create_task(asking.get("/cake"))
            while not shop.now:
                await asyncio.sleep(0)
            order.cancel()
            with pytest.raises(asyncio.CancelledError):
                await order
            shop.open.set()
            assert (await asking.get("/cake")).text == "one cake"

    asyncio.run(script())
