"""A pool of threads of the model is as large as the one it stands for."""

import asyncio
from collections.abc import Awaitable

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
