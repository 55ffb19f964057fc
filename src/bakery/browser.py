"""A kernel in the reader's browser: what is different there, in one place.

Python runs as WebAssembly, in one thread, without sockets or processes. `move_in` makes the series feel at home:
shops are called in process, `time.sleep` and `asyncio.run` are as true as on a machine, and what cannot be there
says so in a sentence, instead of a traceback, and the cells after it go on.
"""

import ast
import asyncio
import asyncio.runners
import os
import queue
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from types import TracebackType
from typing import Any, NoReturn
from weakref import WeakKeyDictionary

from bakery.checking.virtual.clock import SECOND, player
from bakery.checking.virtual.locks import Lockable
from bakery.shop.middleware import CURRENT, Middleware

REAL = "Run this notebook on Binder or on your own machine to see it."

NOTICED = 0.25
"""Seconds of work in a lent thread after which the others have noticed."""

ASK_AGAIN = 0.01
"""Seconds between two tries to have a database that somebody has locked."""


class NoMachineError(RuntimeError):
    """Something that needs a real machine; its text says what, and what to do instead."""


def move_in(shell: Any = None) -> None:  # noqa: ANN401  # an IPython shell, which we do not import
    """Make a browser's kernel ready for the series. Called once, when the package is imported there."""
    from pyodide.ffi import can_run_sync, run_sync  # type: ignore[import-not-found]

    from bakery.orders import requests
    from bakery.shop import serving
    from bakery.shop.inprocess import Caller, InProcess
    from bakery.shop.threads import Threads

    # Pyodide wraps the true sleep in one that lets the loop go on.
    threads = Threads(run_sync, getattr(time.sleep, "__wrapped__", time.sleep), possible=can_run_sync)
    time.sleep = threads.sleep  # type: ignore[assignment]  # typeshed allows for `__index__` as well
    # Pyodide's own asyncio.run is lenient: it would run in a cell, where a machine says that it cannot.
    asyncio.run = asyncio.runners.run
    serving.PREMISES = InProcess(threads)
    requests.CUSTOMER = Caller
    lend_threads(asyncio.get_event_loop(), threads)
    time.thread_time = threads.worked  # Python has none there
    threading.get_ident = threads.ident
    refuse(threads)
    lend_locks(threads)
    put_in_line(threads)
    if shell is not None:
        shell.set_custom_exc((NoMachineError, NameError), tell)
        go_on(shell)


def lend_threads(loop: Any, threads: Any) -> None:  # noqa: ANN401  # any loop, and threads of the model
    """Give a loop an executor: `asyncio.to_thread` and Quart's plain handlers wait side by side, as in a pool.

    The pool has as many places as `concurrent.futures` would give it, which by default depends on the cores.
    """
    # On a machine every shop has a loop, and so a default pool, of its own: here the middleware tells them apart.
    defaults: WeakKeyDictionary[Any, asyncio.Semaphore] = WeakKeyDictionary()
    pools: WeakKeyDictionary[Any, asyncio.Semaphore] = WeakKeyDictionary()
    cells = Middleware()
    told = False

    def shop() -> Middleware:
        order = CURRENT.get()
        return order.middleware if order else cells

    def set_default_executor(executor: Any) -> None:  # noqa: ANN401  # as the loop has it
        defaults[shop()] = asyncio.Semaphore(executor._max_workers)

    def run_in_executor(
        executor: Any,  # noqa: ANN401  # as the loop has it
        function: Callable[..., Any],
        *args: Any,  # noqa: ANN401
    ) -> asyncio.Task[Any]:
        size = getattr(executor, "_max_workers", 0)
        usual = asyncio.Semaphore(min(32, (os.cpu_count() or 1) + 4))
        pool = (
            pools.setdefault(executor, asyncio.Semaphore(size))
            if size
            else defaults.setdefault(shop(), usual)
        )

        async def work() -> Any:  # noqa: ANN401  # what the function returns
            nonlocal told
            async with pool:
                before = threads.worked()
                try:
                    return threads.call(function, *args)
                finally:
                    if threads.worked() - before > NOTICED and not told:
                        told = True
                        print(f"In the browser, a thread that computes holds up all others. {REAL}")  # noqa: T201  # a cell's output

        task: asyncio.Task[Any] = loop.create_task(work())
        return task

    loop.run_in_executor = run_in_executor
    loop.set_default_executor = set_default_executor


class Lock(Lockable):
    """A `threading.Lock` among threads of the model: whoever waits for it gives way.

    Whoever cannot give way would wait for ever, and is told so.
    """

    def __init__(self, threads: Any) -> None:  # noqa: ANN401  # threads of the model
        self._threads = threads
        self._held = False
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._freed: tuple[Any, int] = (None, 0)

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        """Take the lock, as `threading.Lock.acquire`. Raises `NoMachineError` where nobody could give it back."""
        me = player()
        if me is not None:
            return self._acquire_in_a_check(me, blocking, timeout)
        if not self._held:
            self._held = True
            return True
        if not blocking:
            return False
        if not self._threads.gives_way:
            if timeout >= 0:
                time.sleep(timeout)
                return False
            raise NoMachineError(
                f"This waits for another thread, and a browser gives Python only this one. {REAL}"
            )
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            self._threads.wait(asyncio.wait_for(turn, None if timeout < 0 else timeout))
        except TimeoutError:
            return False
        return True

    def _acquire_in_a_check(self, me: Any, blocking: bool, timeout: float) -> bool:  # noqa: ANN401  # a player
        until = None if timeout < 0 else me.clock.now + round(timeout * SECOND)
        if self._held:
            if blocking:
                me.clock.park(until)  # nobody else is playing: a deadlock, or the time runs out
            return False
        # Threads of a check play one after the other, each from the moment at which it began.
        clock, freed = self._freed
        if clock is me.clock and freed > me.clock.now:
            if not blocking:
                return False
            me.clock.now = freed if until is None else min(freed, until)
            if me.clock.now < freed:
                return False
        self._held = True
        return True

    def release(self) -> None:
        """Give the lock to whoever has waited longest. Raises `RuntimeError` where nobody has it."""
        if not self._held:
            raise RuntimeError("release unlocked lock")
        if (me := player()) is not None:
            self._freed = me.clock, me.clock.now
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._held = False

    def _at_fork_reinit(self) -> None:
        self._held = False


def lend_locks(threads: Any) -> None:  # noqa: ANN401  # threads of the model
    """Give `threading` and `queue` locks that no thread of the model waits for in vain.

    Events, conditions and queues are built on them.
    """

    class Lent(Lock):  # a class: some keep `threading.Lock` as an attribute of theirs, and call it there
        def __init__(self) -> None:
            super().__init__(threads)

    module: Any = threading
    module.Lock = module._allocate_lock = Lent
    queue.SimpleQueue = queue._PySimpleQueue  # type: ignore[attr-defined, misc]


class Line:
    """What `aiosqlite` has instead of a queue and a thread: each connection's calls one after the other.

    SQLite itself would wait for a lock without giving way, and nobody could free it: the line asks again instead.
    """

    def __init__(self, threads: Any) -> None:  # noqa: ANN401  # threads of the model
        self._threads = threads
        self._turn = asyncio.Lock()
        self._calls: set[asyncio.Task[None]] = set()
        self._patience = 0.0

    def start(self) -> None:
        """Be the thread: there is none to start."""

    def put_nowait(self, call: tuple[asyncio.Future[Any] | None, Callable[[], Any]]) -> None:
        """Be the queue: call a function once it is its turn, and give its result to the future."""
        task = asyncio.get_running_loop().create_task(self._call(*call))
        self._calls.add(task)
        task.add_done_callback(self._calls.discard)

    async def _call(self, future: asyncio.Future[Any] | None, function: Callable[[], Any]) -> None:
        async with self._turn:
            try:
                result = await self._result(function)
                if isinstance(result, sqlite3.Connection):
                    [milliseconds] = result.execute("PRAGMA busy_timeout").fetchone()
                    result.execute("PRAGMA busy_timeout = 0")
                    self._patience = milliseconds / 1000
            except Exception as error:
                if future and not future.done():
                    future.set_exception(error)
            else:
                if future and not future.done():
                    future.set_result(result)

    async def _result(self, function: Callable[[], Any]) -> Any:  # noqa: ANN401  # what the function returns
        end = time.monotonic() + self._patience
        while True:
            try:
                with self._threads.numbered(id(self)):
                    return self._threads.call(function)
            except sqlite3.OperationalError as error:
                code = getattr(error, "sqlite_errorcode", None)
                if code != sqlite3.SQLITE_BUSY or time.monotonic() >= end:
                    raise
            await asyncio.sleep(ASK_AGAIN)


def put_in_line(threads: Any) -> None:  # noqa: ANN401  # threads of the model
    """Give the connections of `aiosqlite` a line each in place of their threads."""
    import aiosqlite.core

    core: Any = aiosqlite.core
    core.SimpleQueue = lambda: Line(threads)
    core.Thread = lambda **_: Line(threads)


def refuse(threads: Any) -> None:  # noqa: ANN401  # threads of the model
    """Let what cannot be here say so, in a sentence and at once: threads, processes, servers and far addresses."""
    import httpx

    from bakery.shop.inprocess import Transport

    def no_thread(*_: object, **__: object) -> NoReturn:
        raise NoMachineError(f"A browser gives Python one thread, so this cell cannot start another. {REAL}")

    def no_process(*_: object, **__: object) -> NoReturn:
        raise NoMachineError(f"A browser starts no second Python, so this cell has nowhere to run. {REAL}")

    def no_port(*_: object, **__: object) -> NoReturn:
        raise NoMachineError(
            "A browser lets Python open no port. Serve the app in this notebook instead:  shop = serve(app)"
        )

    ways = Transport()

    def no_look() -> NoReturn:
        raise NoMachineError(
            f"A browser gives Python one thread, and nobody can look at it while it is held. {REAL}"
        )

    def no_debug(on: bool) -> None:
        if on:
            print(f"The event loop of a browser has no debug mode, so it reports nothing. {REAL}")  # noqa: T201

    put: list[tuple[Any, str, Callable[..., Any]]] = [
        (sys, "_current_frames", no_look),
        (asyncio.get_event_loop(), "set_debug", no_debug),
        (threading.Thread, "start", no_thread),
        (ProcessPoolExecutor, "__init__", no_process),
        (ThreadPoolExecutor, "submit", no_thread),  # before it puts the work into a queue that nobody empties
        (subprocess.Popen, "__init__", no_process),
        # Below Flask's app.run() and every other server: without this they wait for ever.
        (socket.socket, "bind", no_port),
        (httpx.AsyncHTTPTransport, "handle_async_request", lambda _, order: ways.handle_async_request(order)),
        (httpx.HTTPTransport, "handle_request", lambda _, order: threads.wait(_whole(ways, order))),
    ]
    for owner, name, instead in put:
        setattr(owner, name, instead)


async def _whole(ways: Any, request: Any) -> Any:  # noqa: ANN401  # httpx's, which are imported late
    """An answer as a plain client reads it: with all of its body."""
    import httpx

    answer = await ways.handle_async_request(request)
    body = await answer.aread()
    return httpx.Response(answer.status_code, headers=answer.headers, content=body, request=request)


MISSING: set[str] = set()
"""The names that cells which needed a machine would have made."""


def tell(
    shell: Any,  # noqa: ANN401  # an IPython shell, as all arguments are IPython's
    kind: type[BaseException],
    error: BaseException,
    trace: TracebackType | None,
    tb_offset: int | None = None,
) -> None:
    """Say the sentence of a `NoMachineError` in the cell, which then counts as done.

    A later cell that misses what the first one would have made says that, too. Other errors are shown as ever.
    """
    if isinstance(error, NoMachineError):
        history = getattr(shell, "user_ns", {}).get("In", [])
        MISSING.update(made(history[-1] if history else ""))
        print(error)  # noqa: T201  # a cell's output
    elif isinstance(error, NameError) and error.name in MISSING:
        print(f"This needs `{error.name}` from the cell that had no machine to run on. {REAL}")  # noqa: T201
    else:
        shown = shell.InteractiveTB.structured_traceback(kind, error, trace, tb_offset=tb_offset)
        shell._showtraceback(kind, error, shown)


def made(code: str) -> set[str]:
    """The names that some code assigns."""
    try:
        tree = ast.parse(code)
    except SyntaxError:  # a cell with magics
        return set()
    return {
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }


def go_on(shell: Any) -> None:  # noqa: ANN401  # an IPython shell
    """Let Run All go on after a cell that is meant to fail, as it does with a kernel on a machine.

    JupyterLab asks for that with `stop_on_error`; this kernel's reply would stop it all the same. So the cell
    shows its traceback and counts as done.
    """
    stop = shell._showtraceback

    def show(kind: type[BaseException], error: BaseException, lines: list[str]) -> None:
        request = getattr(shell.kernel, "_parent_header", None) or {}
        if request.get("content", {}).get("stop_on_error", True):
            stop(kind, error, lines)
        else:
            print(shell.InteractiveTB.stb2text(lines), file=sys.stderr)  # noqa: T201  # a cell's output

    shell._showtraceback = show
