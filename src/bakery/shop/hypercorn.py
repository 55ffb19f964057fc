"""Hypercorn: an ASGI app on a port, in one thread with an event loop of its own."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from bakery.mishap import is_the_readers
from bakery.shop.asgi import ASGIMiddleware
from bakery.shop.premises import Patience, StartupError
from bakery.shop.sockets import BACKLOG, Door
from bakery.shop.worker import Worker


class HypercornServer:
    """An ASGI app on Hypercorn. Takes a socket that already listens, and closes it."""

    def __init__(self, middleware: ASGIMiddleware, door: Door, patience: Patience) -> None:
        self._middleware = middleware
        self._patience = patience
        self._door = door
        self._loop = asyncio.new_event_loop()
        self._stopping = asyncio.Event()
        self._stopped = False
        self._sent_home: set[asyncio.Task[Any]] = set()
        self._last_orders = patience.last_orders
        self._worker = Worker(self._run, "shop-hypercorn")

    @property
    def running(self) -> bool:
        """Whether it takes orders."""
        return self._worker.at_work and not self._stopped

    @property
    def busy(self) -> bool:
        """Whether a handler that cannot be interrupted keeps it from ending."""
        return self._stopped and self._worker.at_work

    def start(self, startup: float) -> None:
        """Take orders; raises `StartupError` when the app is not ready within `startup` seconds."""
        self._worker.start()
        try:
            error = self._middleware.opened.result(timeout=startup)
        except TimeoutError:
            raise StartupError from None
        if error is not None:
            raise StartupError from error

    def stop(self, last_orders: float | None = None) -> None:
        """Take no more orders, give those in flight a moment, and end."""
        if last_orders is not None:
            self._last_orders = last_orders
        self._middleware.closing(self._last_orders)
        self._stopped = True
        if self._worker.call_off():
            self._loop.close()
        if not self._worker.at_work:
            self._door.close()
            return
        with suppress(RuntimeError):  # the loop has just closed
            self._loop.call_soon_threadsafe(self._stopping.set)
        self._worker.wait(self._last_orders + self._patience.clearing_up)
        # Where a handler blocks the loop, the thread ends when it is done. The door is shut at once.
        self._door.close()

    def _run(self) -> None:
        # A pool of our own: closing the loop would wait for every thread of its default one.
        pool = ThreadPoolExecutor(thread_name_prefix="shop-pool")
        self._loop.set_default_executor(pool)
        self._loop.set_exception_handler(self._missed)
        serving = self._loop.create_task(self._serve())
        try:
            while not serving.done():
                # A sys.exit() in a handler ends the run of the loop, not the shop: the middleware makes it a 500.
                with suppress(SystemExit, KeyboardInterrupt):
                    self._loop.run_until_complete(serving)
        except BaseException as error:
            # Before the opening it is the opening that failed. After it, the middleware has heard of it.
            if not self._middleware.opened.done():
                self._middleware.opened.set_result(error)
        finally:
            try:
                self._clear_up()
            finally:
                pool.shutdown(wait=False, cancel_futures=True)
                self._loop.close()
                self._door.close()

    async def _serve(self) -> None:
        from hypercorn.asyncio import serve

        config = _config(self._door, self._patience)
        # With a trigger given, Hypercorn leaves the signals of the process alone.
        serving = asyncio.create_task(
            serve(self._middleware, config, shutdown_trigger=self._stopping.wait, mode="asgi")  # type: ignore[arg-type]
        )
        stopping = asyncio.create_task(self._stopping.wait())
        await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if self._middleware.opened.done():  # otherwise it has not opened yet, and there is nobody to wait for
            await asyncio.wait({serving}, timeout=self._last_orders)
            # Quart's task for a request forgets that of the handler when it is cancelled. A handler that waits for
            # something only it knows would be thrown away by the garbage collector before we can end it.
            self._sent_home = asyncio.all_tasks()
            self._middleware.send_home()
            await asyncio.wait({serving}, timeout=self._patience.clearing_up / 2)
            self._door.hang_up()
            await asyncio.wait({serving}, timeout=self._patience.clearing_up / 8)
        serving.cancel()
        await asyncio.wait({serving}, timeout=self._patience.clearing_up / 8)
        if serving.done() and not serving.cancelled() and (error := serving.exception()):
            raise error

    def _clear_up(self) -> None:
        self._door.hang_up()
        left = asyncio.all_tasks(self._loop)
        self._sent_home.clear()
        for task in left:
            task.cancel()
        if left:
            self._loop.run_until_complete(asyncio.wait(left, timeout=self._patience.clearing_up / 8))
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())

    def _missed(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """What nobody awaited: the reader's own errors are kept, the rest is the end of connections."""
        error = context.get("exception")
        if error is not None and not self._stopped and is_the_readers(error):
            self._middleware.keep(error)


def _config(door: Door, patience: Patience) -> Any:  # noqa: ANN401  # Hypercorn's Config, which is imported late
    from hypercorn.config import Config, Sockets

    class Configured(Config):
        def create_sockets(self) -> Sockets:
            return Sockets([], [door], [])

    config = Configured()
    config.errorlog = config.accesslog = None
    config.backlog = BACKLOG
    config.keep_alive_timeout = 75.0  # as long as browsers keep a connection
    config.startup_timeout = config.shutdown_timeout = 86_400.0  # whoever starts a server keeps the time
    config.graceful_timeout = patience.last_orders + patience.clearing_up / 2
    return config
