"""A pool of threads of the model is as large as the one it stands for."""

import asyncio
from collections.abc import Awaitable

import pytest

from bakery.browser.pool import Pool
from bakery.shop.threads import Threads


def never(awaitable: Awaitable[object]) -> None:
    raise AssertionError(f"{awaitable} was to be waited for, where that is not possible")


def test_the_lent_pool_is_as_large_as_its_executor() -> None:
    class Executor:
        _max_workers = 2

    async def run() -> list[int]:
        loop = asyncio.get_running_loop()
        threads = Threads(never, lambda _: None)
        pool = Pool(loop, threads)
        executor = Executor()
        return list(await asyncio.gather(*(pool.run_in_executor(executor, abs, -n) for n in range(5))))

    assert asyncio.run(run()) == [0, 1, 2, 3, 4]


class One:
    _max_workers = 1


def test_whoever_stops_waiting_stops_at_once_and_the_thread_goes_on() -> None:
    async def run() -> list[object]:
        told: list[object] = []
        pool = Pool(asyncio.get_running_loop(), Threads(never, lambda _: None))

        def bake() -> None:
            waiting.cancel()
            told.append(waiting.cancelled())
            told.append("baked")

        waiting = pool.run_in_executor(One(), bake)
        await asyncio.wait({waiting})
        return told

    assert asyncio.run(run()) == [True, "baked"]


def test_a_call_that_nobody_waits_for_any_more_never_begins() -> None:
    async def run() -> list[str]:
        told: list[str] = []
        pool, one = Pool(asyncio.get_running_loop(), Threads(never, lambda _: None)), One()
        first, second = (pool.run_in_executor(one, told.append, name) for name in ("first", "second"))
        second.cancel()
        await first
        await pool.run_in_executor(one, told.append, "third")
        return told

    assert asyncio.run(run()) == ["first", "third"]


def test_what_a_thread_raises_comes_out_where_it_is_waited_for() -> None:
    async def run() -> None:
        pool = Pool(asyncio.get_running_loop(), Threads(never, lambda _: None))
        await pool.run_in_executor(One(), int, "burnt")

    with pytest.raises(ValueError, match="burnt"):
        asyncio.run(run())
