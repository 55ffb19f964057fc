"""A database for checks: real `aiosqlite` on a real SQLite, where every call takes simulated time."""

import asyncio
import sqlite3
from collections.abc import Callable, Generator
from tempfile import TemporaryDirectory
from typing import Any, NoReturn, Self

import aiosqlite

from bakery.checking.virtual.clock import SECOND
from bakery.checking.virtual.players import player

STATEMENT = 0.1
"""Simulated seconds that every statement, fetch and commit takes."""

PATIENCE = 5.0
"""Simulated seconds that a connection waits for another one to let go of the file: what SQLite has by default."""

ASK_AGAIN = 0.01
"""Simulated seconds between two tries to have a database that somebody else has locked."""


class Connection(aiosqlite.Connection):
    """A connection of aiosqlite, with all of its face, that does one thing at a time, and needs no thread for it."""

    def __init__(
        self, connector: Callable[[], sqlite3.Connection], seconds: float, *, late: bool = False
    ) -> None:
        super().__init__(connector, iter_chunk_size=64)
        self._late = late
        self._connection = connector()
        self._seconds = seconds
        self._turns: dict[int, asyncio.Lock] = {}
        self.refusals = 0
        """How often a key has refused what was to be written on it."""

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if not self._running or not self._connection:
            raise ValueError("Connection closed")
        # A lock of asyncio's belongs to one loop, and every run has its own.
        turn = self._turns.setdefault(id(asyncio.get_running_loop()), asyncio.Lock())
        async with turn:
            if self._late:
                await asyncio.sleep(self._seconds)
            try:
                result = await self._in_its_turn(lambda: fn(*args, **kwargs))
            except sqlite3.IntegrityError:
                self.refusals += 1
                raise
            if not self._late:
                await asyncio.sleep(self._seconds)  # what was done is done; only the word of it is on its way
            return result

    @staticmethod
    async def _in_its_turn(call: Callable[[], Any]) -> Any:
        """SQLite itself would wait for a lock in real time, and nobody could free it meanwhile."""
        me = player()
        end = me.clock.now + round(PATIENCE * SECOND) if me else 0
        while True:
            try:
                return call()
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or me is None or me.clock.now >= end:
                    raise
            await asyncio.sleep(ASK_AGAIN)

    @property
    def is_open(self) -> bool:
        """Whether nobody has closed it."""
        return self._connection is not None

    def stop(self) -> None:
        """Let go of it. There is no thread to stop."""
        self._running = False

    def __await__(self) -> Generator[Any, None, NoReturn]:
        # As with aiosqlite: it was opened already, by whoever lends it.
        raise RuntimeError("threads can only be started once")
        yield

    def __del__(self) -> None:
        self._connection = None


class Database:
    """A database made by a script, that several connections share; `with` closes it, and it is gone.

    `seconds` is what every statement takes. It is a file: in memory, connections would lock out readers as well.
    """

    def __init__(self, script: str, *, seconds: float = STATEMENT) -> None:
        self._folder = TemporaryDirectory(ignore_cleanup_errors=True)
        self._seconds = seconds
        self._lent: list[Connection] = []
        self._own = self._open()
        self._own.executescript(script)

    def _open(self) -> sqlite3.Connection:
        opened = sqlite3.connect(f"{self._folder.name}/cakes.db", timeout=0, check_same_thread=False)
        opened.execute("PRAGMA synchronous = OFF")  # it need not outlive a power cut
        return opened

    def connect(self, seconds: float | None = None, *, late: bool = False) -> Connection:
        """One more connection, which is open already; its statements may take other `seconds`.

        Where it is `late`, a statement is on its way to the database for so long, else its word on the way back.
        """
        made = Connection(self._open, self._seconds if seconds is None else seconds, late=late)
        self._lent.append(made)
        return made

    def kept(self, sql: str) -> list[Any]:
        """What a query gives of everything that was committed. It takes no time."""
        return self._own.execute(sql).fetchall()

    def do(self, sql: str, *parameters: object) -> None:
        """Change something from outside, and commit. It takes no time."""
        self._own.execute(sql, parameters)
        self._own.commit()

    @property
    def is_locked(self) -> bool:
        """Whether some connection has a transaction open."""
        return any(one._connection is not None and one._connection.in_transaction for one in self._lent)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        for one in self._lent:
            if one._connection is not None:
                one._connection.close()
                one._connection = None
        self._own.close()
        self._folder.cleanup()
