"""The servers: an app on a port, in threads of its own.

`WaitressServer` gives a WSGI app a number of threads, `HypercornServer` gives an ASGI app one thread with an
event loop of its own. A server takes a socket that already listens, and closes it. Where there are neither
sockets nor threads, `inprocess` has a third one, which calls the app in process.
"""

import asyncio
import errno
import logging
import socket
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, Any, Protocol
from weakref import WeakSet

from bakery.mishap import is_the_readers
from bakery.shop.middleware import ASGICounter, WSGICounter

if TYPE_CHECKING:
    import httpx

HOST = "127.0.0.1"
TAKEN = (errno.EADDRINUSE, getattr(errno, "WSAEADDRINUSE", errno.EADDRINUSE))

BACKLOG = 2048
"""Connections that may wait to be accepted; the operating system may allow fewer."""

CONNECTIONS = 10_000
"""Open connections of one shop; waitress's own limit of 100 would let a crowd queue at the door."""

LAST_ORDERS = 1.5
"""Seconds that orders in flight are given when a shop closes: a bake of one second still comes out."""

A_MOMENT = 0.1
"""Seconds that idle bakers are given to take off their aprons, at the very least."""

CLEARING_UP = 2.0
"""Seconds after the last orders for the app's own clearing up."""


class StartupError(Exception):
    """The app failed while it started, or never ended starting; the cause, if any, is the app's error."""


class Server(Protocol):
    """What a shop needs of a server."""

    @property
    def running(self) -> bool:
        """Whether it takes orders."""

    @property
    def busy(self) -> bool:
        """Whether a handler that cannot be interrupted keeps it from ending."""

    def start(self, startup: float) -> None:
        """Take orders; raises `StartupError` when the app is not ready within `startup` seconds."""

    def stop(self, last_orders: float = LAST_ORDERS) -> None:
        """Take no more orders and end; may be called again, also where a call was interrupted."""


class Place(Protocol):
    """Where an address comes from: a door, or whatever stands for one."""

    def getsockname(self) -> Any:  # noqa: ANN401  # as sockets have it
        """The host and the port."""

    def close(self) -> None:
        """Give the address back."""


class Premises(Protocol):
    """What there is to serve with: the ports and threads of a machine, or a browser's single thread."""

    @property
    def nowhere(self) -> str:
        """Why no browser tab gets to these shops; empty where one does."""

    def listen(self, port: int) -> Place:
        """An address; port 0 is any free one. Raises `OSError`."""

    def wsgi(self, counter: WSGICounter, door: Any, threads: int) -> Server:  # noqa: ANN401  # of these premises
        """A server for a WSGI app."""

    def asgi(self, counter: ASGICounter, door: Any) -> Server:  # noqa: ANN401  # of these premises
        """A server for an ASGI app."""

    def transport(self) -> "httpx.AsyncBaseTransport | None":
        """The way from a client to the shops, where it is not the usual one."""


class Door(socket.socket):
    """A socket that listens on the loopback address, and remembers whom it let in."""

    def __init__(self) -> None:
        super().__init__(socket.AF_INET, socket.SOCK_STREAM)
        self._inside: WeakSet[socket.socket] = WeakSet()

    def accept(self) -> tuple[socket.socket, Any]:
        """Let a client in."""
        client, address = super().accept()
        self._inside.add(client)
        return client, address

    def hang_up(self) -> None:
        """End the connections that are still open, also those whose client has stopped reading."""
        for client in tuple(self._inside):
            with suppress(OSError):  # it has just ended by itself
                client.shutdown(socket.SHUT_RDWR)


def listen(port: int) -> Door:
    """A door on a port of the loopback address; port 0 is any free one. Raises `OSError`."""
    door = Door()
    try:
        # On Windows the second option would let two shops share a port; elsewhere it lets a shop open on the
        # port of one that has just closed.
        exclusive = getattr(socket, "SO_EXCLUSIVEADDRUSE", None)
        door.setsockopt(socket.SOL_SOCKET, exclusive or socket.SO_REUSEADDR, 1)
        door.bind((HOST, port))
        door.listen(BACKLOG)
    except BaseException:
        door.close()
        raise
    return door


class Worker:
    """The thread of a server: it may be waited for, and the waiting interrupted.

    Not `Thread.join` for that: interrupted, it leaves Python 3.11 and 3.12 in the belief that the thread has ended.
    """

    def __init__(self, work: Callable[[], None], name: str) -> None:
        self._work = work
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @property
    def at_work(self) -> bool:
        """Whether it has begun and not ended."""
        return self._thread.ident is not None and not self._over.is_set()

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def wait(self, seconds: float) -> None:
        """Wait until it has ended, for so many seconds at most."""
        if self._over.wait(seconds):
            self._thread.join()

    def _run(self) -> None:
        try:
            self._work()
        finally:
            self._over.set()


class WaitressServer:
    """A WSGI app on waitress: one thread for the connections, `threads` bakers for the app."""

    def __init__(self, counter: WSGICounter, door: Door, threads: int) -> None:
        self.counter = counter
        self._door = door
        self._threads = threads
        self._connections: dict[int, Any] = {}
        self._stopping = threading.Event()
        self._door_shut = threading.Event()
        self._sent_home = threading.Event()
        self._let_go = threading.Event()
        self._server: Any = None
        self._worker = Worker(self._run, "shop-waitress")
        self._deadline = 0.0

    @property
    def running(self) -> bool:
        """Whether it takes orders."""
        return self._worker.at_work and not self._stopping.is_set()

    @property
    def busy(self) -> bool:
        """Whether a handler that cannot be interrupted keeps it from ending."""
        return self._stopping.is_set() and bool(self._server.task_dispatcher.threads)

    def start(self, startup: float) -> None:  # noqa: ARG002  # a WSGI app has no startup of its own
        """Take orders."""
        from waitress.server import create_server  # type: ignore[import-untyped]

        # What waitress has to say about queues and clients that left belongs in no cell.
        logging.getLogger("waitress").addHandler(_UNHEARD)
        self._server = create_server(
            self.counter,
            map=self._connections,
            sockets=[self._door],
            threads=self._threads,
            backlog=BACKLOG,
            connection_limit=CONNECTIONS,
            asyncore_use_poll=True,  # select() ends at 1,024 descriptors
            # Notice clients that leave: nobody bakes what nobody waits for any more.
            channel_request_lookahead=1,
        )
        self._worker.start()

    def stop(self, last_orders: float = LAST_ORDERS) -> None:
        """Take no more orders, give those in flight a moment, and end."""
        if self._server is None:
            self._door.close()
            return
        bakers = self._server.task_dispatcher
        self._stopping.set()
        if not self._door_shut.is_set():
            self._server.trigger.pull_trigger(self._shut_door)
            self._door_shut.wait(CLEARING_UP)
            self._door.close()
        bakers.shutdown(timeout=max(last_orders, A_MOMENT))
        if not self._sent_home.is_set():
            self._deadline = monotonic() + CLEARING_UP / 2
            try:
                self._server.trigger.pull_trigger(self._send_home)
            finally:
                self._let_go.set()
            self._sent_home.wait(CLEARING_UP)
        # A thread cannot be ended from outside. Where a baker still stands at the oven, its thread and this one
        # end when it is done.
        self._worker.wait(0.0 if bakers.threads else CLEARING_UP)

    def _run(self) -> None:
        from waitress import wasyncore  # type: ignore[import-untyped]

        # The trigger stays open as long as anybody may pull it: pulling writes a byte to its descriptor, whoever
        # that number belongs to by then.
        bakers = self._server.task_dispatcher
        while not self._sent_home.is_set() or bakers.threads or self._sending():
            wasyncore.loop(timeout=1.0, use_poll=True, map=self._connections, count=1)
        # A baker who pulled just before may have sent us home while `stop` has still to write its own byte.
        self._let_go.wait(CLEARING_UP)
        for channel in list(self._server.active_channels.values()):
            channel.handle_close()  # large answers wait in files
        wasyncore.close_all(self._connections)

    def _sending(self) -> bool:
        return bool(self._server.active_channels) and monotonic() < self._deadline

    def _shut_door(self) -> None:
        self._server.del_channel()
        self._server.accepting = False
        self._door.close()
        self._door_shut.set()

    def _send_home(self) -> None:
        for channel in list(self._server.active_channels.values()):
            channel.close_when_flushed = True
        self._sent_home.set()


_UNHEARD = logging.NullHandler()


class HypercornServer:
    """An ASGI app on Hypercorn: one thread with an event loop of its own."""

    def __init__(self, counter: ASGICounter, door: Door) -> None:
        self.counter = counter
        self._door = door
        self._loop = asyncio.new_event_loop()
        self._stopping = asyncio.Event()
        self._stopped = False
        self._sent_home: set[asyncio.Task[Any]] = set()
        self._last_orders = LAST_ORDERS
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
            error = self.counter.opened.result(timeout=startup)
        except TimeoutError:
            raise StartupError from None
        if error is not None:
            raise StartupError from error

    def stop(self, last_orders: float = LAST_ORDERS) -> None:
        """Take no more orders, give those in flight a moment, and end."""
        self._last_orders = last_orders
        self._stopped = True
        if not self._worker.at_work:
            self._door.close()
            if not self._loop.is_running():
                self._loop.close()
            return
        with suppress(RuntimeError):  # the loop has just closed
            self._loop.call_soon_threadsafe(self._stopping.set)
        self._worker.wait(last_orders + CLEARING_UP)
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
                # A sys.exit() in a handler ends the run of the loop, not the shop: the counter makes it a 500.
                with suppress(SystemExit, KeyboardInterrupt):
                    self._loop.run_until_complete(serving)
        except Exception as error:
            # Before the opening it is the opening that failed. After it, the counter has heard of it.
            if not self.counter.opened.done():
                self.counter.opened.set_result(error)
        finally:
            try:
                self._clear_up()
            finally:
                pool.shutdown(wait=False, cancel_futures=True)
                self._loop.close()
                self._door.close()

    async def _serve(self) -> None:
        from hypercorn.asyncio import serve

        config = _config(self._door)
        # With a trigger given, Hypercorn leaves the signals of the process alone.
        serving = asyncio.create_task(
            serve(self.counter, config, shutdown_trigger=self._stopping.wait, mode="asgi")  # type: ignore[arg-type]
        )
        stopping = asyncio.create_task(self._stopping.wait())
        await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if self.counter.opened.done():  # otherwise it has not opened yet, and there is nobody to wait for
            await asyncio.wait({serving}, timeout=self._last_orders)
            # Quart's task for a request forgets that of the handler when it is cancelled. A handler that waits for
            # something only it knows would be thrown away by the garbage collector before we can end it.
            self._sent_home = asyncio.all_tasks()
            self.counter.send_home()
            await asyncio.wait({serving}, timeout=CLEARING_UP / 2)
            self._door.hang_up()
            await asyncio.wait({serving}, timeout=CLEARING_UP / 8)
        serving.cancel()
        await asyncio.wait({serving}, timeout=CLEARING_UP / 8)
        if serving.done() and not serving.cancelled() and (error := serving.exception()):
            raise error

    def _clear_up(self) -> None:
        self._door.hang_up()
        left = asyncio.all_tasks(self._loop)
        self._sent_home.clear()
        for task in left:
            task.cancel()
        if left:
            self._loop.run_until_complete(asyncio.wait(left, timeout=CLEARING_UP / 8))
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())

    def _missed(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """What nobody awaited: the reader's own errors are kept, the rest is the end of connections."""
        error = context.get("exception")
        if error is not None and not self._stopped and is_the_readers(error):
            self.counter.keep(error)


def _config(door: Door) -> Any:  # noqa: ANN401  # Hypercorn's Config, which is imported late
    from hypercorn.config import Config, Sockets

    class Configured(Config):
        def create_sockets(self) -> Sockets:
            return Sockets([], [door], [])

    config = Configured()
    config.errorlog = config.accesslog = None
    config.backlog = BACKLOG
    config.keep_alive_timeout = 75.0  # as long as browsers keep a connection
    config.startup_timeout = config.shutdown_timeout = 86_400.0  # whoever starts a server keeps the time
    config.graceful_timeout = LAST_ORDERS + CLEARING_UP / 2
    return config


class Machine:
    """The premises of a real machine: real ports and real threads."""

    nowhere = ""

    def listen(self, port: int) -> Door:
        """A door on a port of the loopback address. Raises `OSError`."""
        make_room_for_a_crowd()
        return listen(port)

    def wsgi(self, counter: WSGICounter, door: Door, threads: int) -> Server:
        """Waitress."""
        return WaitressServer(counter, door, threads)

    def asgi(self, counter: ASGICounter, door: Door) -> Server:
        """Hypercorn."""
        return HypercornServer(counter, door)

    def transport(self) -> None:
        """Clients connect as usual."""


def make_room_for_a_crowd(descriptors: int = 8192) -> None:
    """Raise the soft limit of open files: a connection takes two where both of its ends are in one process."""
    if sys.platform == "win32":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = descriptors if hard == resource.RLIM_INFINITY else min(descriptors, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(ValueError, OSError):  # macOS has a lower limit of its own
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
