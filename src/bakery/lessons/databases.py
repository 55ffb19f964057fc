"""Notebook 07, Databases: who waits, how many at once, and what stays whole. Its database takes simulated time."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
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
def busy(kinds: list[str]) -> str:
    """Which of two slow queries computes."""
    letters = {("baking", "mixing"): "b", ("mixing", "baking"): "a", ("mixing", "mixing"): "c"}
    return letters.get((kinds[0], kinds[1]), "d")


@ex.prediction
def who_waits(notes: Sequence[tuple[float, float, int]]) -> float:
    """How many threads waited in the database."""
    return len({thread for _, _, thread in notes})


@ex.prediction
def shared_transaction(names: list[str]) -> str:
    """Who is in the table when two orders share a connection."""
    return {(): "d", ("Ada",): "a", ("Bob",): "b"}.get(tuple(names), "c")


@ex.prediction
def no_patience(error: object) -> str:
    """A second writer that does not wait."""
    return "b" if isinstance(error, sqlite3.OperationalError) else "c"


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


@ex.exercise
def both_or_neither(answer: Answer) -> None:
    """An error in the middle of a transaction."""
    with Database(
        "CREATE TABLE orders (customer TEXT);"
        "CREATE TABLE shelf (cakes INTEGER CHECK (cakes >= 0)); INSERT INTO shelf VALUES (1)"
    ) as db:
        first = answer.run(db, "Ada").result
        expect(first is True, f"there was a cake for Ada, and her order should give `True`, not `{first}`.")
        expect(
            db.kept("SELECT customer FROM orders") == [("Ada",)],
            "Ada's order was not kept. Is there a `commit`, and is it awaited?",
        )
        second = answer.run(db, "Bob").result
        expect(
            second is False, f"no cake was left for Bob, and his order should give `False`, not `{second}`."
        )
        expect(
            not db.in_transaction,
            "after Bob's order the transaction is still open, with his row in it: whoever commits next on this "
            "connection keeps it. Roll back.",
        )
        customers = db.kept("SELECT customer FROM orders")
        expect(customers == [("Ada",)], "Bob's order was kept although there was no cake for him.")
        expect(db.kept("SELECT cakes FROM shelf") == [(0,)], "one cake was sold, and the shelf should say 0.")


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
