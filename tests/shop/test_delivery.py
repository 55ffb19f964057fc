"""An answer reaches its client part by part, and whoever leaves sends the app home."""

import asyncio

import httpx
import pytest

from bakery.shop.delivery import MOST, Body, Delivery


def test_parts_arrive_in_order_and_an_empty_one_is_none() -> None:
    async def run() -> list[bytes]:
        delivery = Delivery()
        for part in (b"one", b"", b"two"):
            delivery.add(part)
        delivery.finish()
        task = asyncio.create_task(asyncio.sleep(0))
        return [part async for part in Body(delivery, task)]

    assert asyncio.run(run()) == [b"one", b"two"]


def test_an_answer_that_ends_without_being_whole_is_told() -> None:
    async def run() -> None:
        delivery = Delivery()
        task = asyncio.create_task(asyncio.sleep(0))
        task.add_done_callback(delivery.ended)
        delivery.begin(200, [])
        delivery.add(b"half")
        with pytest.raises(httpx.RemoteProtocolError, match="in the middle of its answer"):
            [part async for part in Body(delivery, task)]

    asyncio.run(run())


def test_an_app_that_ends_without_a_head_has_hung_up() -> None:
    async def run() -> None:
        delivery = Delivery()
        task = asyncio.create_task(asyncio.sleep(0))
        task.add_done_callback(delivery.ended)
        with pytest.raises(httpx.RemoteProtocolError, match="without an answer"):
            await delivery.head

    asyncio.run(run())


def test_who_is_refused_hears_why_unless_the_head_was_sent_or_nobody_waits_for_it() -> None:
    async def run() -> None:
        refused, answered, left = Delivery(), Delivery(), Delivery()
        answered.begin(200, [])
        left.leave(asyncio.create_task(asyncio.sleep(0)))
        for delivery in (refused, answered, left):
            delivery.refuse("the shop is closed")
        with pytest.raises(httpx.ConnectError, match=r"^the shop is closed$"):
            await refused.head
        assert await answered.head == (200, [])
        assert left.head.cancelled()

    asyncio.run(run())


def test_only_the_first_head_counts() -> None:
    async def run() -> tuple[int, list[tuple[bytes, bytes]]]:
        delivery = Delivery()
        delivery.begin(200, [])
        delivery.begin(500, [])
        return await delivery.head

    assert asyncio.run(run()) == (200, [])


def test_a_client_that_leaves_sends_an_app_home_that_is_not_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bakery.shop.delivery.NOTICING", 0)

    async def run(whole: bool) -> bool:
        delivery = Delivery()
        app = asyncio.create_task(asyncio.sleep(10))
        await asyncio.sleep(0)
        if whole:
            delivery.finish()
        delivery.leave(app)
        for _ in range(10):
            await asyncio.sleep(0)
        left, cancelled = delivery.left.is_set(), app.cancelled()
        app.cancel()
        assert left
        return cancelled

    assert asyncio.run(run(whole=False))
    assert not asyncio.run(run(whole=True))


def test_an_app_that_notices_by_itself_ends_in_its_own_way() -> None:
    async def run() -> list[str]:
        delivery, told = Delivery(), list[str]()

        async def serve() -> None:
            await delivery.left.wait()
            told.append("cleared up")

        app = asyncio.create_task(serve())
        await asyncio.sleep(0)
        delivery.leave(app)
        await app
        return told

    assert asyncio.run(run()) == ["cleared up"]


def test_an_app_waits_at_its_next_part_until_the_client_has_read_enough() -> None:
    async def test() -> list[str]:
        answer, told = Delivery(), list[str]()

        async def app() -> None:
            for number in range(3):
                answer.add(bytes(MOST))
                await answer.room()
                told.append(f"part {number} has room behind it")

        making = asyncio.create_task(app())
        body = aiter(Body(answer, making))
        await asyncio.sleep(0)
        told.append("nobody has read")
        await anext(body)
        await asyncio.sleep(0)
        before = list(told)
        answer.leave(making)
        return before

    assert asyncio.run(test()) == ["nobody has read", "part 0 has room behind it"]


def test_an_app_does_not_wait_for_a_client_who_has_left() -> None:
    async def test() -> None:
        answer = Delivery()
        answer.add(bytes(MOST))
        gone = asyncio.create_task(asyncio.sleep(0))
        answer.leave(gone)
        await answer.room()

    asyncio.run(test())


def test_patience_ends_with_the_error_of_httpx_and_another_time_out_is_let_through() -> None:
    async def test() -> None:
        delivery = Delivery(0.01)
        with pytest.raises(httpx.ReadTimeout):
            async with delivery.patience():
                await delivery.head
        with pytest.raises(TimeoutError):
            async with Delivery().patience():
                raise TimeoutError

    asyncio.run(test())
