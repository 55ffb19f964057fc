"""The pool of threads of an event loop: `asyncio.to_thread` and Quart's plain handlers wait side by side in it."""

import asyncio
import os
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from bakery.browser.telling import REAL
from bakery.shop.middleware import CURRENT, Middleware

NOTICED = 0.25
"""Seconds of work in a lent thread after which the others have noticed."""


class Pool:
    """An executor of threads of the model, lent to a loop.

    It has as many places as `concurrent.futures` would give it, which by default depends on the cores.
    """

    def __init__(self, loop: Any, threads: Any) -> None:  # noqa: ANN401  # any loop, and threads of the model
        self._loop = loop
        self._threads = threads
        # On a machine every shop has a loop, and so a default pool, of its own: here the middleware tells them apart.
        self._defaults: WeakKeyDictionary[Any, asyncio.Semaphore] = WeakKeyDictionary()
        self._others: WeakKeyDictionary[Any, asyncio.Semaphore] = WeakKeyDictionary()
        self._cells = Middleware()
        self._told = False

    def set_default_executor(self, executor: Any) -> None:  # noqa: ANN401  # as the loop has it
        """Give the shop that asks, or the cells, a default pool of another size."""
        self._defaults[self._shop()] = asyncio.Semaphore(executor._max_workers)

    def run_in_executor(
        self,
        executor: Any,  # noqa: ANN401  # as the loop has it
        function: Callable[..., Any],
        *args: Any,  # noqa: ANN401
    ) -> asyncio.Future[Any]:
        """Call the function in a thread of the model, once there is a place for it.

        Whoever stops waiting stops at once, as on a machine: the thread goes on, and a call that has not begun never begins.
        """
        places = self._places(executor)

        async def work() -> Any:  # noqa: ANN401  # what the function returns
            async with places:
                return None if waiting.cancelled() else self._work(function, *args)

        waiting: asyncio.Future[Any] = asyncio.shield(self._loop.create_task(work()))
        return waiting

    def _places(self, executor: Any) -> asyncio.Semaphore:  # noqa: ANN401
        size = getattr(executor, "_max_workers", 0)
        if size:
            return self._others.setdefault(executor, asyncio.Semaphore(size))
        usual = asyncio.Semaphore(min(32, (os.cpu_count() or 1) + 4))
        return self._defaults.setdefault(self._shop(), usual)

    def _shop(self) -> Middleware:
        order = CURRENT.get()
        return order.middleware if order else self._cells

    def _work(self, function: Callable[..., Any], *args: Any) -> Any:  # noqa: ANN401  # what the function returns
        before = self._threads.worked()
        try:
            return self._threads.call(function, *args)
        finally:
            if self._threads.worked() - before > NOTICED and not self._told:
                self._told = True
                print(f"In the browser, a thread that computes holds up all others. {REAL}")  # noqa: T201  # a cell's output
