"""What `aiosqlite` has instead of a thread: a line, in which each connection's calls come one after the other."""

import asyncio
import sqlite3
import time
from collections.abc import Callable
from typing import Any

ASK_AGAIN = 0.01
"""Seconds between two tries to have a database that somebody has locked."""


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
