"""Notebook 07, Databases: who waits, how many at once, and what stays whole. Its database takes simulated time."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from functools import wraps
from typing import Any

from bakery.checking import Answer, Lesson, described, expect
from bakery.checking.database import Connection, Database
from bakery.checking.describing import listed
from bakery.checking.mistakes import is_about
from bakery.counting import counted

ex = Lesson("07_databases", __file__)


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


CAKES: tuple[list[str], ...] = (["apple", "lemon"], ["plum"], [], ["nut", "cherry", "nut", "almond", "fig"])


@ex.exercise
def cake_names(answer: Answer) -> None:
    """A function written for `sqlite3`, moved."""
    for names in CAKES:
        with Database("CREATE TABLE cakes (name TEXT)") as database:
            for name in names:
                database.do("INSERT INTO cakes VALUES (?)", name)
            run = answer.run(database.connect())
            # A table has no order of its own.
            if not isinstance(run.result, list) or sorted(map(str, run.result)) != sorted(names):
                run.gives(names)
            expect(
                len(database.kept("SELECT name FROM cakes")) == len(names),
                "afterwards the table has other rows.",
            )


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
    # In whatever order they are begun, this takes 1.4 s at most; in groups of ten, it takes 4 s.
    mixed = answer.run(queries(*[1.0, *[0.1] * 9] * 4))
    mixed.expect(
        mixed.seconds <= 1.5,
        f"four slow queries and 36 quick ones took {mixed.seconds:g} s: a slow one held up others. With nine places free, the "
        "next query waited for the whole group. Give a place to the next query as soon as one is free.",
    )
    # The slow ones first, so that they come back in another order than they were asked in.
    answer.run(queries(0.6, 0.5, 0.4, 0.3)).gives([0, 1, 2, 3]).takes(0.6)

    async def failing(ask: Callable[[list[Query]], Awaitable[object]]) -> object:
        try:
            return await ask([*queries(0.1), refused_query])
        except BaseException as error:
            if is_about(error, LookupError):
                return "an error"
            raise

    answer.play(failing).gives(
        "an error", "one of the queries failed, and nobody heard of it: the error should come out."
    )


async def refused_query() -> int:
    """A query that fails."""
    await asyncio.sleep(0.1)
    raise LookupError("no such cake")


Work = Callable[[Connection], Awaitable[object]]


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


class Box(asyncio.Queue[Connection]):
    """A pool that notes whether each connection was clean at the moment at which it came."""

    clean = True

    def _put(self, db: Connection) -> None:
        with suppress(ValueError):  # it is closed, which its next customer notices
            self.clean = self.clean and not db.in_transaction
        super()._put(db)


def box(*several: Connection) -> Box:
    """A pool with these connections in it."""
    pool = Box()
    for db in several:
        pool.put_nowait(db)
    return pool


async def good(db: Connection) -> str:
    """An order that ends well."""
    await db.execute("INSERT INTO orders VALUES ('Ada')")
    await db.commit()
    return "taken"


async def forgetful(db: Connection) -> str:
    """An order that ends well, and has committed nothing."""
    await db.execute("INSERT INTO orders VALUES ('Cy')")
    return "taken"


async def refused(db: Connection) -> str:
    """An order that fails halfway."""
    await db.execute("INSERT INTO orders VALUES ('Bob')")
    raise ValueError("the card is refused")


async def left(db: Connection) -> str:
    """An order whose customer hangs up halfway: the handler is cancelled."""
    await db.execute("INSERT INTO orders VALUES ('Bob')")
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - for the type checker
    task.cancel()
    await asyncio.sleep(1)
    return "taken"


async def slow(_db: Connection) -> str:
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
        (forgetful, str, "an order that writes, and forgets its `commit`,"),
    ):
        _lent(answer, work, kind, how)
    answer.together((box(), slow)).takes(
        1.0, "nobody brings a connection back, and the order should give up after one second."
    ).expect(
        isinstance(answer.run(box(), slow).result, TimeoutError),
        "whoever got no connection in time should get a `TimeoutError`.",
    )
    with Database("CREATE TABLE orders (customer TEXT)") as database:
        one_by_one = answer.together((box(database.connect()), slow)).result
        expect(
            one_by_one == ["taken"],
            "an order that had its connection in time was cut off while it worked. "
            "The limit is for the waiting alone.",
        )
    _lent_to_two(answer)


def _lent(answer: Answer, work: Work, kind: type, how: str) -> None:
    """Expect that a connection comes back from such an order, with nothing open on it."""
    with Database("CREATE TABLE orders (customer TEXT)") as database:
        db = database.connect()
        pool = box(db)
        result = answer.run(pool, work).result
        expect(
            pool.qsize() == 1,
            f"after {how} the connection is not in the pool: the next customer waits in vain.",
        )
        expect(
            pool.clean or database.is_locked,
            f"{how} brings its connection back before it is clean: whoever waits for one has it at that moment, with a "
            "transaction open. First the `rollback`, then the pool.",
        )
        expect(
            not database.is_locked,
            f"{how} brings its connection back with a transaction open: whoever commits next keeps what it wrote.",
        )
        rows = database.kept("SELECT customer FROM orders")
        expect(work in {good, forgetful} or rows == [], f"{how} left its row in the table for good.")
        expect(work is not good or rows == [("Ada",)], f"{how} has lost its row.")
        expect(
            isinstance(result, kind),
            f"{how} should hand on what `work` gave or raised, and it gave `{result!r:.60}`.",
        )
        following = answer.run(pool, good).result
        expect(
            following == "taken",
            f"after {how} the next customer cannot use the connection: it gave `{following!r:.60}`.",
        )


def _lent_to_two(answer: Answer) -> None:
    """Expect that of two orders at the same moment each brings back the connection that it had."""
    with Database("CREATE TABLE orders (customer TEXT)") as database:
        pool = box(database.connect(), database.connect())
        answer.together((pool, slow), (pool, slow))
        several = {pool.get_nowait() for _ in range(pool.qsize())}
        expect(
            len(several) == 2,
            "of two orders at the same moment, one brought back the connection of the other. At an `await` somebody "
            "else goes on: what belongs to one order has to be kept in names of its own function.",
        )


TICKETS = "CREATE TABLE tickets (number INTEGER PRIMARY KEY, customer TEXT);"


@ex.exercise
def next_ticket(answer: Answer) -> None:
    """Read, await, write: three customers at the same moment, each with a connection of their own."""
    for before, customers in (
        ((40,), ("Ada",)),
        ((), ("Bob", "Cy", "Dan")),
        ((1, 2, 5), ("Eve", "Flo", "Gus")),
    ):
        _drawn_tickets(answer, before, customers)


def _drawn_tickets(answer: Answer, before: Sequence[int], customers: Sequence[str]) -> None:
    with Database(TICKETS) as database:
        for number in before:
            database.do("INSERT INTO tickets VALUES (?, ?)", number, f"early {number}")
        # One connection is slow, and so a wait of its owner is long enough for whatever the others do.
        calls = [
            (database.connect(seconds=0.1 if place == 0 else 0.02), customer)
            for place, customer in enumerate(customers)
        ]
        run = answer.together(*calls)
        numbers = run.result
        _must_be_new(numbers, before)
        rows = database.kept("SELECT customer, number FROM tickets")
        _must_be_kept(rows, before, dict(zip(customers, numbers, strict=True)))
    _must_go_on(numbers, max(before, default=0))
    expect(len(rows) == len(before) + len(customers), "there are more rows in the table than tickets.")


def _must_be_new(numbers: Sequence[Any], before: Sequence[int]) -> None:
    for number in numbers:
        is_number = isinstance(number, int) and not isinstance(number, bool)
        expect(is_number, f"it should give a number, and gives {described(number)}.")
    told = ", ".join(map(str, numbers))
    expect(
        len(set(numbers)) == len(numbers),
        f"{counted(len(numbers), 'customer')} at the same moment got the tickets {told}. "
        "What was read before an `await` may be old after it.",
    )
    expect(
        not set(numbers) & set(before),
        f"the tickets {', '.join(map(str, before))} were drawn before, and now somebody got one of them again: {told}.",
    )


def _must_be_kept(rows: Sequence[tuple[str, int]], before: Sequence[int], numbers: Mapping[str, int]) -> None:
    """Expect the earlier tickets in the table, and beside them one for each customer, with the number they got."""
    kept = dict(rows)
    expect(
        all(kept.get(f"early {number}") == number for number in before),
        "a ticket that was drawn before is not in the table any more.",
    )
    more = len(rows) - len(before)
    expect(
        more >= len(numbers),
        f"of {counted(len(numbers), 'ticket')}, {counted(more, 'was', 'were')} kept. "
        "Is there a `commit`, and is it awaited?",
    )
    expect(
        set(numbers) <= set(kept),
        f"the tickets of {listed(list(numbers))} are in the table under other names: "
        f"{listed([str(name) for name, number in rows if number not in before])}.",
    )
    expect(
        all(kept[customer] == number for customer, number in numbers.items()),
        "the number on somebody's ticket is not the one in the table.",
    )


def _must_go_on(numbers: Sequence[int], last: int) -> None:
    wanted = list(range(last + 1, last + 1 + len(numbers)))
    expect(
        sorted(numbers) == wanted,
        f"after {last} the numbers go on with {', '.join(map(str, wanted))}, and it gave {', '.join(map(str, numbers))}. "
        "The table knows how far the numbers are.",
    )
