"""Waitress: a WSGI app on a port, with a thread for the connections and a number of bakers for the app."""

import logging
import threading
from time import monotonic, sleep
from typing import Any

from bakery.shop.premises import Patience, StartupError
from bakery.shop.sockets import BACKLOG, Door
from bakery.shop.worker import Worker
from bakery.shop.wsgi import WSGIMiddleware

CONNECTIONS = 10_000
"""Open connections of one shop; waitress's own limit of 100 would let a crowd queue at the door."""

A_MOMENT = 0.1
"""Seconds that idle bakers are given to take off their aprons, at the very least."""


class WaitressServer:
    """A WSGI app on waitress. Takes a socket that already listens, and closes it."""

    def __init__(self, middleware: WSGIMiddleware, door: Door, threads: int, patience: Patience) -> None:
        self._middleware = middleware
        self._patience = patience
        self._door = door
        self._threads = threads
        self._connections: dict[int, Any] = {}
        self._ready = threading.Event()
        self._stopping = threading.Event()
        self._door_shut = threading.Event()
        self._sent_home = threading.Event()
        self._let_go = threading.Event()
        self._server: Any = None
        self._broken: Exception | None = None
        self._worker = Worker(self._run, "shop-waitress")
        self._deadline = 0.0

    @property
    def running(self) -> bool:
        """Whether it takes orders."""
        return self._worker.at_work and not self._stopping.is_set()

    @property
    def busy(self) -> bool:
        """Whether a handler that cannot be interrupted keeps it from ending."""
        return self._stopping.is_set() and bool(self._bakers)

    @property
    def _bakers(self) -> set[int]:
        return self._server.task_dispatcher.threads if self._server else set()

    def start(self, startup: float) -> None:  # noqa: ARG002  # a WSGI app has no startup of its own
        """Take orders. Raises `StartupError` where waitress cannot."""
        # An interrupt strikes the main thread, at any moment. So everything that would be left behind half done is
        # made, and ended, in the worker's.
        self._worker.start()
        self._ready.wait()
        if self._broken:
            raise StartupError from self._broken

    def stop(self, last_orders: float | None = None) -> None:
        """Take no more orders, give those in flight a moment, and end."""
        if last_orders is None:
            last_orders = self._patience.last_orders
        self._stopping.set()
        if not self._worker.call_off():
            self._ready.wait(self._patience.clearing_up)
        if self._server is None:
            self._door.close()
            return
        if not self._door_shut.is_set():
            self._server.trigger.pull_trigger(self._shut_door)
            self._door_shut.wait(self._patience.clearing_up)
            self._door.close()
        self._wait_for_bakers(max(last_orders, A_MOMENT))
        if not self._sent_home.is_set():
            self._deadline = monotonic() + self._patience.clearing_up / 2
            try:
                self._server.trigger.pull_trigger(self._send_home)
            finally:
                self._let_go.set()
            self._sent_home.wait(self._patience.clearing_up)
        # A thread cannot be ended from outside. Where a baker still stands at the oven, its thread and this one
        # end when it is done.
        self._worker.wait(0.0 if self._bakers else self._patience.clearing_up)

    def _wait_for_bakers(self, seconds: float) -> None:
        deadline, pause = monotonic() + seconds, 0.0001
        while self._bakers and monotonic() < deadline:
            sleep(pause)
            pause = min(2 * pause, 0.01)

    def _run(self) -> None:
        from waitress import wasyncore  # type: ignore[import-untyped]

        try:
            self._server = self._made()
        except Exception as error:
            self._broken = error
            return
        finally:
            self._ready.set()
        # The trigger stays open as long as anybody may pull it: pulling writes a byte to its descriptor, whoever
        # that number belongs to by then.
        while not self._sent_home.is_set() or self._bakers or self._sending():
            wasyncore.loop(timeout=1.0, use_poll=True, map=self._connections, count=1)
        # A baker who pulled just before may have sent us home while `stop` has still to write its own byte.
        self._let_go.wait(self._patience.clearing_up)
        for channel in list(self._server.active_channels.values()):
            channel.handle_close()  # large answers wait in files
        wasyncore.close_all(self._connections)

    def _made(self) -> Any:  # noqa: ANN401  # a server of waitress's
        from waitress.server import create_server  # type: ignore[import-untyped]

        # What waitress has to say about queues and clients that left belongs in no cell.
        logging.getLogger("waitress").addHandler(_UNHEARD)
        return create_server(
            self._middleware,
            map=self._connections,
            sockets=[self._door],
            threads=self._threads,
            backlog=BACKLOG,
            connection_limit=CONNECTIONS,
            asyncore_use_poll=True,  # select() ends at 1,024 descriptors
            # Notice clients that leave: nobody bakes what nobody waits for any more.
            channel_request_lookahead=1,
        )

    def _sending(self) -> bool:
        return bool(self._server.active_channels) and monotonic() < self._deadline

    def _shut_door(self) -> None:
        self._server.del_channel()
        self._server.accepting = False
        self._door.close()
        self._server.task_dispatcher.set_thread_count(0)
        self._door_shut.set()

    def _send_home(self) -> None:
        self._server.task_dispatcher.shutdown(timeout=0)  # whoever still waits for a baker waits in vain
        for channel in list(self._server.active_channels.values()):
            channel.close_when_flushed = True
        self._sent_home.set()


_UNHEARD = logging.NullHandler()
