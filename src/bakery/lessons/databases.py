"""Notebook 07, Databases: who waits, how many at once, and what stays whole. Its database takes simulated time."""

import asyncio
import inspect
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from functools import wraps
from typing import Any, Self, TypeVar

from bakery.checking import Answer, Lesson, expect

T = TypeVar("T")

STATEMENT = 0.1
"""Simulated seconds that every statement, fetch and commit takes."""

ex = Lesson("07_databases", __file__)


# A database for the checks


class Rows:
    """What a statement gave: like a cursor of aiosqlite."""

    def __init__(self, cursor: sqlite3.Cursor) -> None:
        self._cursor = cursor
        self.rowcount = cursor.rowcount
        self.lastrowid = cursor.lastrowid

    async def fetchone(self) -> object:
        """The next row, or None."""
        await asyncio.sleep(STATEMENT)
        return self._cursor.fetchone()

    async def fetchall(self) -> list[object]:
        """All rows that are left."""
        await asyncio.sleep(STATEMENT)
        return self._cursor.fetchall()


class Database:
    """Like a connection of aiosqlite: a real SQLite, in memory, that does one thing at a time.

    Closed at the end of a `with`.
    """

    def __init__(self, script: str) -> None:
        self._sqlite = sqlite3.connect(":memory:", check_same_thread=False)
        self._sqlite.executescript(script)
        self._turn = asyncio.Lock()

    async def execute(self, sql: str, parameters: Sequence[object] = ()) -> Rows:
        """Run one statement. Raises `sqlite3.Error`."""
        return Rows(await self._do(lambda: self._sqlite.execute(sql, parameters)))

    async def execute_fetchall(self, sql: str, parameters: Sequence[object] = ()) -> list[object]:
        """Run one statement, and give all its rows. Raises `sqlite3.Error`."""
        return await self._do(lambda: self._sqlite.execute(sql, parameters).fetchall())

    async def commit(self) -> None:
        """Keep what was done since the last commit."""
        await self._do(self._sqlite.commit)

    async def rollback(self) -> None:
        """Undo what was done since the last commit."""
        await self._do(self._sqlite.rollback)

    async def _do(self, work: Callable[[], T]) -> T:
        async with self._turn:
            await asyncio.sleep(STATEMENT)
            return work()

    # For the check, which stands outside of time.

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._sqlite.close()

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        return self._sqlite.in_transaction

    def kept(self, sql: str) -> list[Any]:
        """What a query gives when everything that was not committed is gone."""
        self._sqlite.rollback()
        return self._sqlite.execute(sql).fetchall()


# Predictions


@ex.prediction
def who_waits(notes: Sequence[tuple[float, float, int]]) -> float:
    """How many threads waited in the database."""
    return len({thread for _, _, thread in notes})


def who(names: list[str]) -> str:
    """The letter for the customers in a table."""
    return {(): "d", ("Ada",): "a", ("Bob",): "b"}.get(tuple(names), "c")


@ex.prediction
def left_behind(names: list[str]) -> str:
    """Who is in the table when a failed order's connection is used again."""
    return who(names)


@ex.prediction
def shared_transaction(names: list[str]) -> str:
    """Who is in the table when two orders share a connection."""
    return who(names)


@ex.prediction
def second_kind(bobs: tuple[str, str]) -> str:
    """What a transaction gets that read before somebody else wrote: what was said, and when."""
    said, when = bobs
    return "a" if said == "written" else "c" if when == "at once" else "b"


# Exercises


@ex.exercise
def cake_names(answer: Answer) -> None:
    """A function written for `sqlite3`, moved."""
    with Database("CREATE TABLE cakes (name TEXT); INSERT INTO cakes VALUES ('apple'), ('lemon')") as db:
        answer.run(db).gives(["apple", "lemon"])
    with Database("CREATE TABLE cakes (name TEXT); INSERT INTO cakes VALUES ('plum')") as db:
        answer.run(db).gives(["plum"])


Query = Callable[[], Awaitable[int]]


def queries(*lengths: float) -> list[Query]:
    """Coroutine functions that take so many seconds and give their place in the list."""

    def query(place: int, seconds: float) -> Query:
        async def answer() -> int:
            await asyncio.sleep(seconds)
            return place

        return answer

    return [query(place, seconds) for place, seconds in enumerate(lengths)]


@ex.exercise
def ten_at_once(answer: Answer) -> None:
    """A limit without a box of connections."""
    run = answer.run(queries(*[0.5] * 30))
    run.gives(list(range(30)))
    expect(run.at_most <= 10, f"{run.at_most} queries went on at the same moment, and ten are allowed.")
    run.takes(1.5)
    answer.run(queries(1.0, *[0.1] * 19)).takes(
        1.0,
        "one slow query held up others: with nine places free, the next query waited for the whole group. "
        "Give a place to the next query as soon as one is free.",
    )


Work = Callable[[Database], Awaitable[object]]


def tolerant(function: Callable[..., object]) -> Callable[..., object]:
    """The same coroutine function; an error that the check itself has caused is its result."""

    async def outcome(made: Awaitable[object]) -> object:
        try:
            return await made
        except (ValueError, TimeoutError, asyncio.CancelledError) as error:
            return error

    @wraps(function)
    def told(*args: object) -> object:
        made = function(*args)
        return outcome(made) if inspect.isawaitable(made) else made

    return told


def box(*several: Database) -> "asyncio.Queue[Database]":
    """A pool with these connections in it."""
    pool: asyncio.Queue[Database] = asyncio.Queue()
    for db in several:
        pool.put_nowait(db)
    return pool


async def good(db: Database) -> str:
    """An order that ends well."""
    await db.execute("INSERT INTO orders VALUES ('Ada')")
    await db.commit()
    return "taken"


async def refused(db: Database) -> str:
    """An order that fails halfway."""
    await db.execute("INSERT INTO orders VALUES ('Bob')")
    raise ValueError("the card is refused")


async def left(db: Database) -> str:
    """An order whose customer hangs up halfway: the handler is cancelled."""
    await db.execute("INSERT INTO orders VALUES ('Bob')")
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - for the type checker
    task.cancel()
    await asyncio.sleep(1)
    return "taken"


async def slow(_db: Database) -> str:
    """An order that keeps its connection for longer than others would wait for one."""
    await asyncio.sleep(3)
    return "taken"


@ex.exercise
def lend(answer: Answer) -> None:
    """A connection that comes back whatever happens, with nothing open, and a limit for whoever waits for it."""
    if callable(answer.given):
        answer.given = tolerant(answer.given)
    for work, kind, how in (
        (good, str, "an order that ends well"),
        (refused, ValueError, "an order that fails"),
        (left, asyncio.CancelledError, "an order whose customer hangs up, so that it is cancelled,"),
    ):
        _lent(answer, work, kind, how)
    answer.together((box(), slow)).takes(
        1.0, "nobody brings a connection back, and the order should give up after one second."
    ).expect(
        isinstance(answer.run(box(), slow).result, TimeoutError),
        "whoever got no connection in time should get a `TimeoutError`.",
    )
    with Database("CREATE TABLE orders (customer TEXT)") as db:
        one_by_one = answer.together((box(db), slow)).result
        expect(
            one_by_one == ["taken"],
            "an order that had its connection in time was cut off while it worked. "
            "The limit is for the waiting alone.",
        )


def _lent(answer: Answer, work: Work, kind: type, how: str) -> None:
    """Expect that a connection comes back from such an order, with nothing open on it."""
    with Database("CREATE TABLE orders (customer TEXT)") as db:
        pool = box(db)
        result = answer.run(pool, work).result
        expect(
            pool.qsize() == 1,
            f"after {how} the connection is not in the pool: the next customer waits in vain.",
        )
        expect(
            not db.in_transaction,
            f"{how} brings its connection back with a transaction open: whoever commits next keeps what it wrote.",
        )
        rows = db.kept("SELECT customer FROM orders")
        expect(work is good or rows == [], f"{how} left its row in the table for good.")
        expect(work is not good or rows == [("Ada",)], f"{how} has lost its row.")
        expect(
            isinstance(result, kind),
            f"{how} should hand on what `work` gave or raised, and it gave `{result!r:.60}`.",
        )


@ex.exercise
def next_ticket(answer: Answer) -> None:
    """Read, await, write."""
    with Database("CREATE TABLE tickets (number INTEGER PRIMARY KEY, customer TEXT)") as db:
        customers = ["Ada", "Bob", "Cy"]
        run = answer.together(*((db, customer) for customer in customers))
        numbers = run.result
        expect(
            all(isinstance(number, int) for number in numbers),
            f"it should give numbers, and gives `{numbers}`.",
        )
        expect(
            len(set(numbers)) == len(numbers),
            f"three customers at the same moment got the tickets {', '.join(map(str, numbers))}. "
            "What was read before an `await` may be old after it.",
        )
        kept = dict(db.kept("SELECT customer, number FROM tickets"))
        expect(
            len(kept) == 3,
            f"of three tickets, {len(kept)} were kept. Is there a `commit`, and is it awaited?",
        )
        expect(
            kept == dict(zip(customers, numbers, strict=True)),
            "the number on somebody's ticket is not the one in the table.",
        )
