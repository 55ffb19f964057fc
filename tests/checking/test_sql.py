"""What a database refuses is told with what most likely led to it."""

import sqlite3

import pytest

from bakery.checking.sql import known_of_databases, on_refusals
from workshop.cells import Cells


def first_of(error: BaseException, line: str = "") -> str:
    """What is told of it first; empty where nothing is."""
    return next(iter(known_of_databases(error, str(error), line)), "")


def raised_in(line: str, error: str) -> Exception:
    """An error out of a cell with this line."""
    cells = Cells(f"import sqlite3\nwhat = {error}\ndef answer():\n    raise what  # {line}\n")
    with pytest.raises(Exception) as caught:  # noqa: PT011 - whatever it is
        cells.value("answer")()
    return caught.value


BOTH_WRITE = (
    "two customers have read in transactions of their own, and now both want to write: only one of them may. `BEGIN IMMEDIATE` "
    "asks for the right to write before anything is read."
)
KEPT = (
    "somebody else has a transaction open that writes, and keeps it open for longer than others wait. A write that was refused "
    "leaves its transaction open as well: `commit` ends one, and `rollback`."
)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('db.execute("BEGIN")', BOTH_WRITE),
        ("db.execute('begin deferred')", BOTH_WRITE),
        ('db.execute("BEGINNING")', KEPT),
        ("BEGIN", KEPT),
        ('db.execute("INSERT")', KEPT),
    ],
)
def test_a_locked_database_is_told_by_whether_the_cell_begins_its_transactions_itself(
    line: str, told: str
) -> None:
    assert first_of(raised_in(line, "sqlite3.OperationalError('database is locked')")) == told


def test_a_locked_database_without_a_line_of_the_readers_is_told_too_and_no_other_error_is_one() -> None:
    assert first_of(sqlite3.OperationalError("database is locked")) == KEPT
    assert first_of(sqlite3.DatabaseError("database is locked")) == ""
    assert first_of(sqlite3.OperationalError("no such table: cakes")) == ""


LATE = """
async def answer(db):
    rows = await db.execute({first})
    await db.execute({second})
"""


@pytest.mark.parametrize(
    ("first", "second", "late"),
    [
        ("'SELECT max(number) FROM tickets'", '"BEGIN IMMEDIATE"', True),
        ("'select 1'", "' begin'", True),
        ('"BEGIN IMMEDIATE"', "'SELECT max(number) FROM tickets'", False),
        ("'SELECT 1'", "'SELECT 2'", False),
        ("'SELECT 1'", "'INSERT INTO tickets VALUES (1)'", False),
    ],
)
def test_a_transaction_that_begins_behind_the_reading_is_told(first: str, second: str, late: bool) -> None:
    said = on_refusals(1, LATE.format(first=first, second=second))
    assert said.startswith(
        "The `BEGIN` stands behind the `SELECT`" if late else "Reading and writing have to be"
    )


def test_a_lock_of_each_customers_own_is_told_with_who_makes_it() -> None:
    own = "async def answer(db):\n    async with asyncio.Lock():\n        pass\n"
    assert on_refusals(1, own).startswith("`answer` makes a lock of its own each time it is called")
    assert on_refusals(1, "lock = asyncio.Lock()\n").startswith("Reading and writing have to be")


def test_a_key_that_has_refused_several_times_is_told_so_whatever_else_there_is() -> None:
    assert on_refusals(3, "def answer():\n    Lock()").startswith("It was refused three times")


@pytest.mark.parametrize("words", ["FOR UPDATE", "for  update"])
def test_a_statement_of_another_database_is_told_as_that(words: str) -> None:
    error = sqlite3.OperationalError('near "UPDATE": syntax error')
    assert first_of(error, f"db.execute('SELECT 1 {words}')").startswith("SQLite has no `FOR UPDATE`")
    assert first_of(error, "db.execute('UPDATE UPDATE')") == ""
    assert first_of(sqlite3.OperationalError("no such column: a"), f"'SELECT a {words}'") == ""
