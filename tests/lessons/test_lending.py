"""The pool of a check notes what comes back, and in which state; and each way of lending that loses something is told."""

import asyncio

import pytest
from answering import asked

from bakery.checking.database import Database
from bakery.checking.mistakes import Wrong
from bakery.lessons._lending import Box, box, good, must_lend, refused

LEND = """
async def answer(pool, work):
    async with asyncio.timeout({limit}):
        db = await pool.get()
    try:
        return await work(db)
    finally:
        {end}
        pool.put_nowait(db)
"""


@pytest.mark.parametrize(
    ("limit", "end", "words"),
    [
        ("1", "await db.rollback()", ""),
        ("1", "pass", "with a transaction open"),
        ("1", "await db.commit()", "left its row in the table for good"),
        ("1", "await db.rollback(); pool.put_nowait(db)", "in the pool twice"),
        (
            "1",
            "await db.rollback(); pool.put_nowait(db); return None",
            "A `return` in a `finally` throws away",
        ),
        ("2", "await db.rollback()", "gives up after 2 s"),
        ("None", "await db.rollback()", "waits for ever"),
    ],
)
def test_what_is_lost_in_lending_is_told(limit: str, end: str, words: str) -> None:
    error = asked(LEND.format(limit=limit, end=end), must_lend).error
    assert words in str(error) if words else error is None
    assert error is None or isinstance(error, Wrong)


def test_a_pool_notes_a_connection_that_comes_back_with_something_open() -> None:
    async def lent() -> list[bool]:
        with Database("CREATE TABLE orders (customer TEXT)") as database:
            db = database.connect(0)
            pool = box(db)
            seen = [pool.clean]
            await good(db)
            pool.put_nowait(db)
            seen.append(pool.clean)
            with pytest.raises(ValueError, match="refused"):
                await refused(db)
            pool.put_nowait(db)
            seen.append(pool.clean)
            assert isinstance(pool, Box)
            return seen

    assert asyncio.run(lent()) == [True, True, False]
