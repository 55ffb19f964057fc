"""Notebook 07's pool: whether a connection comes back whatever happens, clean, and who waits for one how long."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import wraps

from bakery.checking import Answer, expect
from bakery.checking.database import Connection, Database
from bakery.checking.describing import RETURN_IN_FINALLY, returns_in_finally
from bakery.checking.mistakes import wrong_because
from bakery.lessons._outcomes import CANCELLED

NO_EXCEPTION = f" After an error it came back as it should; but {CANCELLED}"
"""What to say where only the order that was cancelled has not brought its connection back clean; it comes after the one that fails."""

NEVER = 2000.0
"""Simulated seconds that nobody waits for a connection."""

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


def must_lend(answer: Answer) -> None:
    """Expect a connection that comes back whatever happens, with nothing open, and a limit for whoever waits for it."""
    if callable(answer.given):
        answer.given = tolerant(answer.given)
    for work, kind, how in (
        (good, str, "an order that ends well"),
        (refused, ValueError, "an order that fails"),
        (left, asyncio.CancelledError, "an order whose customer hangs up, so that it is cancelled,"),
        (forgetful, str, "an order that writes, and forgets its `commit`,"),
    ):
        _lent(answer, work, kind, how)
    _must_give_up(answer)
    with Database("CREATE TABLE orders (customer TEXT)") as database:
        one_by_one = answer.together((box(database.connect()), slow)).result
        expect(
            one_by_one == ["taken"],
            "an order that had its connection in time was cut off while it worked. "
            "The limit is for the waiting alone.",
        )
    _lent_to_two(answer)
    _lent_to_who_leaves(answer)


Lend = Callable[[Box, Work], Awaitable[object]]


def _must_give_up(answer: Answer) -> None:
    """Expect that whoever waits in vain gives up after a second, with a `TimeoutError`."""

    async def script(lend: Lend) -> tuple[float, object]:
        loop = asyncio.get_running_loop()
        start = loop.time()
        waiting = asyncio.ensure_future(_outcome(lend(box(), slow)))
        await asyncio.wait({waiting}, timeout=NEVER)
        return loop.time() - start, waiting.result() if waiting.done() else None

    run = answer.play(script)
    seconds, came = round(run.result[0], 6), run.result[1]
    lone = "nobody brings a connection back, and the order"
    expect(
        came is not None or seconds < NEVER,
        f"{lone} waits for ever: the wait for one needs a limit, of one second.",
    )
    told = f"after {seconds:g} s" if seconds else "at once"
    run.takes(1.0, f"{lone} gives up {told}; it should wait for one second.")
    more = f", and this came: {wrong_because(came)}" if isinstance(came, Exception) else "."
    expect(
        isinstance(came, TimeoutError),
        f"whoever got no connection in time should get a `TimeoutError`{more}",
    )
    _must_have_it_at_once(answer)


def _must_have_it_at_once(answer: Answer) -> None:
    """Expect that whoever waits has a connection at the moment at which one comes back."""
    began: list[float] = []
    start: list[float] = []

    async def note(_db: Connection) -> str:
        began.append(round(asyncio.get_running_loop().time() - start[0], 6))
        return "taken"

    async def comes_back(lend: Lend) -> object:
        with Database("CREATE TABLE orders (customer TEXT)") as database:
            pool = box()
            start.append(asyncio.get_running_loop().time())
            asyncio.get_running_loop().call_later(0.5, pool.put_nowait, database.connect())
            return await _outcome(lend(pool, note))

    answer.play(comes_back)
    expect(
        began == [0.5],
        "a connection came back after half a second, and whoever waited for it "
        + (f"had it after {began[0]:g} s. `await pool.get()` has it at once." if began else "never got it."),
    )


async def _outcome(made: Awaitable[object]) -> object:
    """What comes of it, or the error that it ends with."""
    try:
        return await made
    except Exception as error:
        return error


def _lent_to_who_leaves(answer: Answer) -> None:
    """Expect that nobody works on with a connection that is in the pool again."""
    with Database("CREATE TABLE orders (customer TEXT)") as database:
        pool = box(database.connect())
        at_work: list[bool] = []

        async def work(_db: Connection) -> None:
            at_work.append(True)
            try:
                await asyncio.sleep(3)
            finally:
                at_work.clear()

        async def script(lend: Lend) -> bool:
            order = asyncio.ensure_future(_outcome(lend(pool, work)))
            await asyncio.sleep(0.5)
            order.cancel()
            await asyncio.wait({order})
            return bool(at_work)

        expect(
            not answer.play(script).result,
            "a customer hung up, and `work` goes on, with a connection that is in the pool again: whoever borrows it next shares "
            "it. Await `work(db)` itself.",
        )


def _must_be_back(pool: Box, how: str, why: str) -> None:
    """Expect one connection in a pool from which one was taken by such an order."""
    expect(
        pool.qsize() < 2,
        f"after {how} the connection is in the pool twice: two customers will have it at the same moment.",
    )
    expect(
        pool.qsize() == 1,
        f"after {how} the connection is not in the pool: the next customer waits in vain.{why}",
    )


def _lent(answer: Answer, work: Work, kind: type, how: str) -> None:
    """Expect that a connection comes back from such an order, with nothing open on it."""
    with Database("CREATE TABLE orders (customer TEXT)") as database:
        db = database.connect()
        pool = box(db)
        result = answer.run(pool, work).result
        why = NO_EXCEPTION if work is left else ""
        _must_be_back(pool, how, why)
        expect(
            pool.clean or database.is_locked,
            f"{how} brings its connection back before it is clean: whoever waits for one has it at that moment, with a "
            "transaction open. First the `rollback`, then the pool.",
        )
        expect(
            not database.is_locked,
            f"{how} brings its connection back with a transaction open: whoever commits next keeps what it wrote.{why}",
        )
        rows = database.kept("SELECT customer FROM orders")
        expect(work in {good, forgetful} or rows == [], f"{how} left its row in the table for good.")
        expect(work is not good or rows == [("Ada",)], f"{how} has lost its row.")
        expect(
            isinstance(result, kind),
            f"{how} should hand on what `work` gave or raised, and it gave `{result!r:.60}`."
            + (f" {RETURN_IN_FINALLY}" if returns_in_finally(answer.source) else ""),
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
