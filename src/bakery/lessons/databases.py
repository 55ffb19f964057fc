"""Notebook 07, Databases: who waits, how many at once, and what stays whole. Its database takes simulated time."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from bakery.checking import Answer, Lesson, described, expect
from bakery.checking.database import Database
from bakery.checking.describing import listed
from bakery.checking.mistakes import is_about
from bakery.checking.run import Run
from bakery.checking.semaphores import let_in, must_give_back, places, watch_places
from bakery.checking.sql import on_refusals
from bakery.counting import counted, form, in_words
from bakery.lessons._lending import must_lend

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
            db = database.connect()
            run = answer.run(db)
            # A table has no order of its own.
            if not isinstance(run.result, list) or sorted(map(str, run.result)) != sorted(names):
                run.gives(names)
            expect(
                len(database.kept("SELECT name FROM cakes")) == len(names),
                "afterwards the table has other rows.",
            )
            expect(
                db.is_open,
                "the connection is closed afterwards. It was lent: whoever has opened it goes on with it, and closes it.",
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
    watch_places(answer)
    must_give_back(answer.run(queries(*[0.5] * 10)))
    run = answer.run(queries(*[0.5] * 30))
    run.gives(list(range(30)))
    expect(
        run.at_most <= 10,
        f"{run.at_most} queries went on at the same moment, and ten are allowed. {let_in(run, 'query', 'queries')}".rstrip(),
    )
    run.takes(1.5)
    # In whatever order they are begun, this takes 1.4 s at most. In groups of ten, the slow ones of the first row make it
    # 4 s; and so do those of the second, where each place has a share of its own.
    for lengths in ([1.0, *[0.1] * 9] * 4, [*[1.0] * 4, *[0.1] * 36]):
        mixed = answer.run(queries(*lengths))
        mixed.expect(
            mixed.seconds <= 1.5,
            f"four slow queries and 36 quick ones took {mixed.seconds:g} s: a slow one held up others. {_held_up(mixed)} Give "
            "a place to the next query as soon as one is free.",
        )
    # The slow ones first, so that they come back in another order than they were asked in.
    answer.run(queries(0.6, 0.5, 0.4, 0.3)).gives([0, 1, 2, 3]).takes(0.6)

    _must_tell_failures(answer)


def _held_up(run: Run) -> str:
    """What queries waited for: for a whole group, or for the one that had the same place before them."""
    begin, end = next((start, end) for start, end in run.waits if end - start > 0.5)
    if any(begin < start < end for start, _ in run.waits):
        return (
            "While it went on, others had their turn, and some waited for just this one, with places free: which query comes "
            "after which had been settled beforehand."
        )
    return "With nine places free, the next query waited for the whole group."


def _must_tell_failures(answer: Answer) -> None:
    """Expect the error of a query that fails, and its place back."""

    async def failing(ask: Callable[[list[Query]], Awaitable[object]]) -> object:
        try:
            return await ask([*queries(0.1), refused_query])
        except BaseException as error:
            if is_about(error, LookupError):
                return "an error"
            raise

    failed = answer.play(failing).gives(
        "an error", "one of the queries failed, and nobody heard of it: the error should come out."
    )
    taken, back = places(failed)
    expect(
        back >= taken,
        "a query failed, and its place was not given back: from then on there is one place less. `async with places:` gives it "
        "back in any case, and so does a `finally`.",
    )


async def refused_query() -> int:
    """A query that fails."""
    await asyncio.sleep(0.1)
    raise LookupError("no such cake")


@ex.exercise
def lend(answer: Answer) -> None:
    """A connection that comes back whatever happens, with nothing open, and a limit for whoever waits for it."""
    must_lend(answer)


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
    # All as fast as one another, and with statements that take their time on the way to the database.
    _drawn_tickets(answer, (), ("Hal", "Ida", "Jo"), first=0.02)
    _drawn_tickets(answer, (7,), ("Kim", "Lou", "Mia"), late=True)


def _drawn_tickets(
    answer: Answer, before: Sequence[int], customers: Sequence[str], *, first: float = 0.1, late: bool = False
) -> None:
    with Database(TICKETS) as database:
        for number in before:
            database.do("INSERT INTO tickets VALUES (?, ?)", number, f"early {number}")
        # One connection is slow, and so a wait of its owner is long enough for whatever the others do.
        calls = [
            (database.connect(seconds=first if place == 0 else 0.02, late=late), customer)
            for place, customer in enumerate(customers)
        ]
        run = answer.together(*calls)
        numbers = run.result
        rows = database.kept("SELECT customer, number FROM tickets")
        for (db, customer), number in zip(calls, numbers, strict=True):
            _must_be_a_number(number, customer, db.refusals)
        _must_be_new(numbers, before, [number for _, number in rows])
        _must_be_kept(rows, before, dict(zip(customers, numbers, strict=True)))
    _must_go_on(numbers, max(before, default=0))
    expect(len(rows) == len(before) + len(customers), "there are more rows in the table than tickets.")


def _must_be_a_number(number: object, customer: str, refusals: int) -> None:
    """Expect that a customer got a number; `refusals` is how often the key of the table had refused one."""
    tried = f"The key of the table had refused {customer}'s ticket." if refusals else ""
    more = on_refusals(refusals) if refusals > 1 else ""
    expect(
        isinstance(number, int) and not isinstance(number, bool),
        " ".join(filter(None, (f"it should give a number, and gives {described(number)}.", tried, more))),
    )


def _must_be_new(numbers: Sequence[Any], before: Sequence[int], kept: Sequence[int]) -> None:
    """Expect a number for each customer that nobody else has got; `kept` are those in the table."""
    told = ", ".join(map(str, numbers))
    expect(
        len(set(numbers)) == len(numbers),
        f"{counted(len(numbers), 'customer')} at the same moment got the tickets {told}. "
        f"{_on_twins(numbers, [one for one in kept if one not in before])}",
    )
    expect(
        not set(numbers) & set(before),
        f"the tickets {', '.join(map(str, before))} were drawn before, and now somebody got one of them again: {told}.",
    )


def _on_twins(numbers: Sequence[int], kept: Sequence[int]) -> str:
    """Why two customers got the same number, by the new ones that are in the table."""
    if len(kept) == len(numbers) and set(numbers) <= set(kept):
        return (
            "In the table each of them has a number of their own, and somebody was told another's: it was looked up after the "
            "writing, and others wrote in between. What is told has to come from the statement that wrote it."
        )
    old = "What was read before an `await` may be old after it."
    if 0 < len(kept) < len(numbers):
        there = f"In the table there {form(len(kept), 'is', 'are')} only {in_words(len(kept), 'new ticket')}"
        return f"{there}: what the others wrote was refused or written over, and no error came out. {old}"
    return old


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
