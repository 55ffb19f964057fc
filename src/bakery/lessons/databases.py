"""Notebook 07, Databases: who waits, how many at once, and what stays whole. Its database takes simulated time."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Self, TypeVar

from bakery.checking import Answer, Lesson, expect
from bakery.trace import Trace

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


@ex.prediction(
    choices={"a": "while it bakes", "b": "while it counts", "c": "during both", "d": "during neither"},
    because={"c": "A query that takes long need not compute: `bake` sleeps."},
)
def busy(kinds: list[str]) -> str:
    """Which of two slow queries computes."""
    letters = {("baking", "mixing"): "b", ("mixing", "baking"): "a", ("mixing", "mixing"): "c"}
    return letters.get((kinds[0], kinds[1]), "d")


@ex.prediction(
    unit="bake", because={1: "That would need three threads: a thread that waits does nothing else."}
)
def one_thread(trace: Trace) -> float:
    """Flask and `sqlite3`, one thread."""
    return trace.bakes_long


@ex.prediction(unit="bake", because={1: "`async def` alone does not make a wait one that can be shared."})
def half_moved(trace: Trace) -> float:
    """Quart and `sqlite3`."""
    return trace.bakes_long


@ex.prediction(unit="bake", because={3: "Now every call to the database is awaited."})
def all_moved(trace: Trace) -> float:
    """Quart and `aiosqlite`, a connection for each order."""
    return trace.bakes_long


@ex.prediction(
    unit="thread",
    because={
        0: "Somebody has to stand there: SQLite gives the loop nothing to wait for.",
        1: "One thread cannot stand in three queries at the same moment.",
    },
)
def who_waits(notes: Sequence[tuple[float, float, int]]) -> float:
    """How many threads waited in the database."""
    return len({thread for _, _, thread in notes})


@ex.prediction(unit="bake", because={1: "The loop is free, but the connection is not."})
def one_connection(trace: Trace) -> float:
    """Quart and `aiosqlite`, one connection for all."""
    return trace.bakes_long


@ex.prediction(
    unit="bake",
    because={1: "That would need thirty connections.", 30: "Ten queries can go on at the same moment."},
)
def ten_connections(trace: Trace) -> float:
    """Thirty orders and a pool of ten."""
    return trace.bakes_long


@ex.prediction(
    choices={"a": "Ada", "b": "Bob", "c": "both", "d": "nobody"},
    because={"a": "So it should be, but they share a connection, and with it the transaction."},
)
def shared_transaction(names: list[str]) -> str:
    """Who is in the table when two orders share a connection."""
    return {(): "d", ("Ada",): "a", ("Bob",): "b"}.get(tuple(names), "c")


@ex.prediction(
    unit="half second", because={2: "Their waits for the card could overlap, but both want to write first."}
)
def own_transaction(halves: int) -> float:
    """How long two orders take that each hold a transaction while they wait."""
    return halves


@ex.prediction(
    choices={"a": "it waits all the same", "b": "an error", "c": "both rows are written"},
    because={"a": "A `timeout` of 0 is no patience at all."},
)
def no_patience(error: object) -> str:
    """A second writer that does not wait."""
    return "b" if isinstance(error, sqlite3.OperationalError) else "c"


@ex.prediction(unit="cake", because={3: "Nobody looks at the shelf again between reading and writing."})
def sold(number: int) -> float:
    """How many of three cakes are sold to five customers."""
    return number


@ex.prediction(
    unit="row", because={100: "The number on the slip is the key, so the second post finds it there."}
)
def two_presses(rows: int) -> float:
    """How many rows a hundred posts of fifty slips make."""
    return rows


# Exercises


@ex.exercise(
    hints=(
        "With `aiosqlite`, `execute` gives a coroutine. What runs a coroutine?",
        "`fetchall` is a coroutine function as well.",
        "`rows = await db.execute(…)`, then `await rows.fetchall()`.",
    )
)
def cake_names(answer: Answer) -> str:
    """A function written for `sqlite3`, moved."""
    with Database("CREATE TABLE cakes (name TEXT); INSERT INTO cakes VALUES ('apple'), ('lemon')") as db:
        answer.run(db).gives(["apple", "lemon"])
    with Database("CREATE TABLE cakes (name TEXT); INSERT INTO cakes VALUES ('plum')") as db:
        answer.run(db).gives(["plum"])
    return "Two calls wait for the database, so two calls have an `await`. The SQL and the loop stayed as they were."


Query = Callable[[], Awaitable[int]]


def queries(*lengths: float) -> list[Query]:
    """Coroutine functions that take so many seconds and give their place in the list."""

    def query(place: int, seconds: float) -> Query:
        async def answer() -> int:
            await asyncio.sleep(seconds)
            return place

        return answer

    return [query(place, seconds) for place, seconds in enumerate(lengths)]


@ex.exercise(
    hints=(
        "A semaphore with ten places lets ten in, and the eleventh waits. All have to share the same one.",
        "`asyncio.Semaphore(10)` has ten places. It is made once, in `ten_at_once`.",
        "In `in_turn`, a query takes a place first: `async with places:`.",
    )
)
def ten_at_once(answer: Answer) -> str:
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
    return "Thirty queries, ten at once, three rounds. A place is free again when its query is done, not its group."


@ex.exercise(
    hints=(
        "An error leaves the transaction open. What belongs to it, although the second statement failed?",
        "Catch `sqlite3.IntegrityError`, undo with `await db.rollback()`, and return `False`.",
        "`commit` comes after both statements, inside the `try`; `return True` at the end.",
    )
)
def both_or_neither(answer: Answer) -> str:
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
    return "Ada has both, Bob has neither, and the connection goes back to the pool with nothing open in it."


@ex.exercise(
    hints=(
        "What another order reads between your read and your write is the same number.",
        "`number` is the table's `INTEGER PRIMARY KEY`: leave it out of the `INSERT`, and SQLite chooses it.",
        "The statement itself knows the number it gave: `rows = await db.execute(…)`, then `rows.lastrowid`.",
    )
)
def next_ticket(answer: Answer) -> str:
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
    return "Three tickets, three numbers. The database counts in one step, and no `await` fits in between."
