"""The pool of notebook 07 is one to copy: whatever happens, it ends, and hands out nothing of somebody else's."""

import ast
import asyncio
import contextlib
import sqlite3
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiosqlite
import pytest
from quart import Quart

from workshop.notebooks import read

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "07_databases.ipynb"
CELLS = ("borrow", "add-pool", "pooled-app", "take", "borrow-clean")
DEFINED = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.Assign)

Names = dict[str, Any]
Pool = asyncio.Queue[aiosqlite.Connection]


@pytest.fixture
def page(tmp_path: Path) -> Names:
    """The names that the notebook's cells about the pool define, on a database of our own."""
    names: Names = {
        "__name__": "__main__",
        "Quart": Quart,
        "aiosqlite": aiosqlite,
        "file": tmp_path / "bakery.db",
        "bake": lambda _: "one cake",
    }
    with contextlib.closing(sqlite3.connect(names["file"])) as db:
        db.execute("CREATE TABLE orders (customer)")
    texts = {cell.id: cell.source for cell in read(NOTEBOOK).cells}
    for cell in CELLS:
        tree = ast.parse(texts[cell])
        awaits = {
            node for node in tree.body if isinstance(node, ast.Assign) and isinstance(node.value, ast.Await)
        }
        tree.body = [node for node in tree.body if isinstance(node, DEFINED) and node not in awaits]
        exec(compile(tree, cell, "exec"), names)
    return names


def played(scene: Callable[[], Awaitable[None]]) -> None:
    """Play a scene, which ends by itself or fails."""

    async def limited() -> None:
        async with asyncio.timeout(20):
            await scene()

    asyncio.run(limited())


async def closed(db: aiosqlite.Connection) -> bool:
    try:
        await db.execute("SELECT 1")
    except ValueError:
        return True
    return False


def test_a_shop_whose_seventh_connection_does_not_open_closes_the_six_before_it(page: Names) -> None:
    opened: list[aiosqlite.Connection] = []

    class Limited:
        def connect(self, file: Path) -> aiosqlite.Connection:
            if len(opened) == 6:
                raise sqlite3.OperationalError("too many connections")
            opened.append(aiosqlite.connect(file))
            return opened[-1]

    page["aiosqlite"] = Limited()

    async def scene() -> None:
        with pytest.raises(sqlite3.OperationalError, match="too many"):
            await page["pooled"](size=10).startup()
        assert len(opened) == 6
        assert all([await closed(db) for db in opened])

    played(scene)


def test_a_shop_closes_although_a_connection_never_came_back(page: Names) -> None:
    async def scene() -> None:
        app = page["pooled"](size=3)
        await app.startup()
        missing = app.pool.get_nowait()
        await app.shutdown()
        assert await closed(missing)

    played(scene)


def test_a_full_pool_says_no_with_an_answer_and_serves_again_later(page: Names) -> None:
    page["PATIENCE"] = 0.01

    async def scene() -> None:
        app = page["pooled"](size=1)
        async with app.test_app() as running:
            client = running.test_client()
            taken = app.pool.get_nowait()
            refused = await client.get("/cake")
            app.pool.put_nowait(taken)
            served = await client.get("/cake")
        assert (refused.status_code, served.status_code) == (503, 200)

    played(scene)


@pytest.mark.parametrize("error", [ValueError, asyncio.CancelledError])
def test_an_order_that_fails_or_is_cancelled_leaves_nothing_on_its_connection(
    page: Names, error: type[BaseException]
) -> None:
    async def order(pool: Pool) -> None:
        async with page["borrow"](pool) as db:
            await db.execute("INSERT INTO orders VALUES ('Bob')")
            raise error

    async def scene() -> None:
        app = page["pooled"](size=1)
        async with app.test_app():
            with pytest.raises(error):
                await order(app.pool)
            async with page["borrow"](app.pool) as db:
                assert not db.in_transaction
                assert list(await db.execute_fetchall("SELECT * FROM orders")) == []

    played(scene)


def test_asking_aiosqlite_costs_two_hops_between_threads(page: Names) -> None:
    async def scene() -> None:
        with contextlib.closing(sqlite3.connect(page["file"])) as plain:
            async with aiosqlite.connect(page["file"]) as hopping:
                alone, hopped = [], []
                for _ in range(200):
                    start = time.perf_counter()
                    plain.execute("SELECT 1").fetchone()
                    between = time.perf_counter()
                    await hopping.execute_fetchall("SELECT 1")
                    alone.append(between - start)
                    hopped.append(time.perf_counter() - between)
        assert min(hopped) > 3 * min(alone)

    played(scene)
