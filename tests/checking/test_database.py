"""The database of the checks is aiosqlite with all of its face, and its waits are simulated."""

import asyncio
import sqlite3
from collections.abc import Callable
from typing import Any

import aiosqlite
import pytest
from answering import WAYS, asked, refused

from bakery.checking import Answer, Run
from bakery.checking.database import STATEMENT, Connection, Database
from bakery.checking.mistakes import Wrong

SCRIPT = "CREATE TABLE cakes (number INTEGER PRIMARY KEY, name TEXT); INSERT INTO cakes (name) VALUES ('plum'), ('lemon')"


def run_on(text: str, *, connections: int = 1, threadless: bool = False) -> Run:
    """What came of `answer(db)`, or of several at the same moment, each with a connection of its own."""
    with Database(SCRIPT) as database:
        several = [(database.connect(),) for _ in range(connections)]

        def ask(answer: Answer) -> Run:
            return answer.run(*several[0]) if connections == 1 else answer.together(*several)

        stage = asked(f"import sqlite3, aiosqlite\nasync def answer(db):\n{text}", ask, threadless=threadless)
        assert isinstance(stage.value, Run), stage.error
        return stage.value


FACE = {
    "execute and fetchall": ("    rows = await db.execute('SELECT name FROM cakes')\n    return await rows.fetchall()", 2),
    "execute as a context": ("    async with db.execute('SELECT name FROM cakes') as cursor:\n        return [row async for row in cursor]", 4),
    "fetchmany": ("    rows = await db.execute('SELECT name FROM cakes')\n    return await rows.fetchmany(2)", 2),
    "a cursor": ("    cursor = await db.cursor()\n    await cursor.execute('SELECT name FROM cakes')\n    found = await cursor.fetchall()\n    await cursor.close()\n    return found", 4),
    "a cursor as a context": ("    async with db.cursor() as cursor:\n        await cursor.execute('SELECT name FROM cakes')\n        return await cursor.fetchall()", 4),
    "execute_fetchall": ("    return await db.execute_fetchall('SELECT name FROM cakes')", 1),
}  # fmt: skip


@WAYS
@pytest.mark.parametrize("name", FACE)
def test_every_call_of_aiosqlite_is_there_and_takes_simulated_time(name: str, threadless: bool) -> None:
    text, calls = FACE[name]
    run = run_on(text, threadless=threadless)
    assert list(run.result) == [("plum",), ("lemon",)]
    assert run.seconds == pytest.approx(calls * STATEMENT)


def test_nothing_of_aiosqlites_face_is_missing() -> None:
    assert {name for name in dir(aiosqlite.Connection) if not name.startswith("_")} <= set(dir(Connection))


@WAYS
def test_a_statement_that_returns_its_row_and_a_number_that_the_table_gave(threadless: bool) -> None:
    text = """
    async with db.execute("INSERT INTO cakes (name) VALUES ('apple') RETURNING number") as cursor:
        [number] = await cursor.fetchone()
    await db.commit()
    return number, cursor.lastrowid"""
    assert run_on(text, threadless=threadless).result == (3, 3)


@WAYS
def test_a_connection_does_one_thing_at_a_time_and_two_connections_two(threadless: bool) -> None:
    text = "    await asyncio.gather(*(db.execute('SELECT 1') for _ in range(3)))"
    assert run_on(text, threadless=threadless).seconds == pytest.approx(3 * STATEMENT)
    both = run_on("    await db.execute('SELECT 1')", connections=2, threadless=threadless)
    assert both.seconds == pytest.approx(STATEMENT)


@WAYS
def test_a_writer_waits_for_another_ones_transaction_in_simulated_time(threadless: bool) -> None:
    text = """
    await db.execute("BEGIN IMMEDIATE")
    rows = await db.execute("INSERT INTO cakes (name) VALUES ('apple')")
    await db.commit()
    return rows.lastrowid"""
    run = run_on(text, connections=3, threadless=threadless)
    assert sorted(run.result) == [3, 4, 5]
    assert 0.7 <= run.seconds < 1.1


@WAYS
def test_patience_ends_after_five_simulated_seconds(threadless: bool) -> None:
    text = """
    try:
        await db.execute("BEGIN IMMEDIATE")
        await asyncio.sleep(9)
    except sqlite3.OperationalError as error:
        return str(error)"""
    run = run_on(text, connections=2, threadless=threadless)
    assert run.result[1] == "database is locked"
    assert run.seconds == pytest.approx(9.1)


@pytest.mark.parametrize(
    ("text", "kept"),
    [("", 2), ("    await db.commit()", 3), ("    await db.rollback()", 2)],
    ids=["left open", "committed", "rolled back"],
)
def test_only_what_was_committed_is_kept(text: str, kept: int) -> None:
    with Database(SCRIPT) as database:
        db = database.connect()
        cell = (
            f"async def answer(db):\n    await db.execute(\"INSERT INTO cakes (name) VALUES ('a')\")\n{text}"
        )
        asked(cell, lambda answer: answer.run(db))
        assert len(database.kept("SELECT * FROM cakes")) == kept
        assert database.is_locked is (text == "")


def test_a_lent_connection_cannot_be_opened_again() -> None:
    with Database(SCRIPT) as database:
        stage = asked(
            "async def answer(db):\n    async with db: pass", lambda answer: answer.run(database.connect())
        )
        assert isinstance(stage.error, Wrong)
        assert "threads can only be started once" in str(stage.error)


@pytest.mark.parametrize("path", [":memory:"])
def test_an_answer_may_open_connections_of_its_own(path: str) -> None:
    text = f"""
import aiosqlite
async def answer():
    async with aiosqlite.connect({path!r}) as db:
        rows = await db.execute("SELECT 1")
        await asyncio.sleep(1)
        return await rows.fetchall()
"""
    for _ in range(2):
        stage = asked(text, Answer.run)
        assert isinstance(stage.value, Run), stage.error
        assert (stage.value.result, stage.value.seconds) == ([(1,)], 1.0)


def answers(call: Callable[[], Any]) -> object:
    try:
        return call()
    except sqlite3.Error as error:
        return type(error)


def test_two_connections_lock_each_other_out_as_they_do_with_a_file(tmp_path: Any) -> None:  # noqa: ANN401
    seen = []
    with Database("CREATE TABLE cakes (name TEXT)") as database:
        file = tmp_path / "cakes.db"
        made = sqlite3.connect(file)
        made.executescript("CREATE TABLE cakes (name TEXT)")
        made.close()
        for one, other in (
            (database._open(), database._open()),
            (sqlite3.connect(file, timeout=0), sqlite3.connect(file, timeout=0)),
        ):
            one.execute("BEGIN IMMEDIATE")
            one.execute("INSERT INTO cakes VALUES ('plum')")
            steps = [answers(lambda: other.execute("SELECT * FROM cakes").fetchall())]  # noqa: B023
            steps.append(answers(lambda: other.execute("BEGIN IMMEDIATE").fetchall()))  # noqa: B023
            one.commit()
            steps.append(answers(lambda: other.execute("SELECT * FROM cakes").fetchall()))  # noqa: B023
            seen.append(steps)
            one.close()
            other.close()
    assert seen[0] == seen[1] == [[], sqlite3.OperationalError, [("plum",)]]


LENT = """
import asyncio
async def answer(db):
    {line}
"""


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("await db.fetchall()", "a connection has no `fetchall`"),
        ("await db", "this one is open"),
        ("\n    async with db: pass", "this one is open"),
        ("db.execute('BEGIN')\n    1 / 0", "`execute` was called and never awaited"),
        ("await db.execute('INSERT INTO cakes VALUES (1)')", "refuses a value that is there already"),
        ("await db.execute(\"INSERT INTO cakes VALUES ('plum')\")", "in the place of another column"),
        (
            "rows = await db.execute('INSERT INTO cakes VALUES (2) RETURNING *'); await db.commit()",
            "its rows are",
        ),
    ],
)
def test_what_a_driver_says_is_told_as_what_it_means(line: str, words: str) -> None:
    script = "CREATE TABLE cakes (number INTEGER PRIMARY KEY); INSERT INTO cakes VALUES (1)"
    with Database(script) as database:
        assert words in refused(LENT.format(line=line), lambda answer: answer.run(database.connect()))


def test_a_late_statement_is_done_at_the_end_of_its_way() -> None:
    text = """
import asyncio
async def answer(early, late):
    other = asyncio.create_task(late.execute("INSERT INTO cakes VALUES (2)"))
    await early.execute("DELETE FROM cakes")
    await early.commit()
    await other
    await late.commit()
"""
    with Database("CREATE TABLE cakes (number INTEGER); INSERT INTO cakes VALUES (1)") as database:
        early, late = database.connect(0.1), database.connect(0.15, late=True)
        asked(text, lambda answer: answer.run(early, late))
        assert database.kept("SELECT number FROM cakes") == [(2,)]
        assert early.is_open


def test_what_is_done_from_outside_is_kept_and_a_connection_that_was_stopped_or_closed_does_no_more() -> None:
    with Database(SCRIPT) as database:
        database.do("INSERT INTO cakes (name) VALUES (?), (?)", "apple", "nut")
        assert database.kept("SELECT name FROM cakes") == [("plum",), ("lemon",), ("apple",), ("nut",)]
        assert not database._own.in_transaction
        stopped, closed, left = database.connect(0), database.connect(0), database.connect(0)
        assert asyncio.run(counted(left)) == 4
        stopped.stop()
        asyncio.run(closed.close())
        for one, said in ((stopped, "Connection closed"), (closed, "no active connection")):
            with pytest.raises(ValueError, match=f"^{said}$"):
                asyncio.run(counted(one))
        assert [stopped.is_open, closed.is_open, left.is_open] == [True, False, True]
    assert [stopped.is_open, left.is_open] == [False, False]


async def counted(db: Connection) -> int:
    """How many cakes a connection sees."""
    rows = await db.execute("SELECT number FROM cakes")
    return len(list(await rows.fetchall()))


TRIES = """    for again in range({tries}):
        try:
            return await db.execute("INSERT INTO cakes VALUES (1, 'nut')")
        except sqlite3.IntegrityError:
            await db.rollback()
    return await db.execute("INSERT INTO cakes VALUES (1, 'nut')")"""


@pytest.mark.parametrize(
    ("tries", "told"),
    [
        (0, "is free. Reading and writing have to be one step"),
        (2, "is free. It was refused three times: whoever"),
    ],
)
def test_a_connection_counts_what_a_key_refuses_and_whoever_tried_again_is_told_how_often(
    tries: int, told: str
) -> None:
    with Database(SCRIPT) as database:
        db, other = database.connect(), database.connect()
        text = f"import sqlite3\nasync def answer(db):\n{TRIES.format(tries=tries)}"
        assert told in refused(text, lambda answer: answer.run(db))
        assert (db.refusals, other.refusals) == (tries + 1, 0)


@pytest.mark.parametrize(
    ("own", "told"),
    [
        (
            "async with aiosqlite.connect(':memory:') as db:\n        await db.execute(SQL)",
            "`db` is a connection",
        ),
        (
            "with closing(sqlite3.connect(':memory:')) as own:\n        own.execute(SQL)",
            "`own` is a connection",
        ),
        ("await db.execute(SQL)", "it raised OperationalError: no such table: breads"),
    ],
)
def test_a_connection_that_a_function_has_opened_itself_is_told_where_its_table_is_missing(
    own: str, told: str
) -> None:
    text = f"import sqlite3, aiosqlite\nfrom contextlib import closing\nSQL = 'SELECT * FROM breads'\nasync def answer(db):\n    {own}"
    with Database(SCRIPT) as database:
        db = database.connect()
        assert told in refused(text, lambda answer: answer.run(db))
