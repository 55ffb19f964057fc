"""The calls of a database connection come one after the other, and wait for a lock as long as they would."""

import _thread
import asyncio
import sqlite3
from collections.abc import Awaitable
from pathlib import Path
from types import SimpleNamespace

import pytest

from bakery.browser import database_line
from bakery.browser.database_line import Line
from bakery.shop.threads import Threads


def never(awaitable: Awaitable[object]) -> None:
    raise AssertionError(f"{awaitable} was to be waited for, where that is not possible")


def test_the_calls_of_a_database_connection_come_one_after_the_other() -> None:
    async def run() -> list[object]:
        line, loop, done = Line(Threads(never, lambda _: None)), asyncio.get_running_loop(), []
        line.start()
        futures = [loop.create_future() for _ in range(2)]
        line.put_nowait((futures[0], lambda: done.append("first")))
        line.put_nowait((None, lambda: done.append("second")))
        line.put_nowait((futures[1], lambda: 1 / 0))
        await futures[0]
        with pytest.raises(ZeroDivisionError):
            await futures[1]
        return list(done)

    assert asyncio.run(run()) == ["first", "second"]


def test_a_connection_waits_for_a_locked_database_as_long_as_it_would(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, real_sleep = [0.0], asyncio.sleep
    monkeypatch.setattr(database_line, "time", SimpleNamespace(monotonic=lambda: now[0]))

    async def later(seconds: float) -> None:
        now[0] += seconds
        if now[0] > 0.05:
            ada.commit()
        await real_sleep(0)

    monkeypatch.setattr(asyncio, "sleep", later)
    file = tmp_path / "cakes.db"
    ada = sqlite3.connect(file)
    ada.execute("CREATE TABLE cakes (name TEXT)")
    insert = "INSERT INTO cakes VALUES ('plum')"

    async def bob(patience: float) -> None:
        line, loop = Line(Threads(never, lambda _: None)), asyncio.get_running_loop()
        opened, inserted = loop.create_future(), loop.create_future()
        line.put_nowait((opened, lambda: sqlite3.connect(file, timeout=patience)))
        db = await opened
        line.put_nowait((inserted, lambda: db.execute(insert)))
        try:
            await inserted
        finally:
            db.close()

    ada.execute(insert)
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        asyncio.run(bob(patience=0))
    asyncio.run(bob(patience=5))
    assert 0.05 < now[0] < 0.1
    ada.close()


def test_each_connection_has_a_thread_of_its_own() -> None:
    threads = Threads(never, lambda _: None)

    async def run() -> list[int]:
        lines, loop = [Line(threads), Line(threads)], asyncio.get_running_loop()
        futures = [loop.create_future() for _ in range(3)]
        for line, future in zip([*lines, lines[0]], futures, strict=True):
            line.put_nowait((future, threads.ident))
        return list(await asyncio.gather(*futures))

    first, second, again = asyncio.run(run())
    assert first == again != second
    assert threads.ident() == _thread.get_ident() not in (first, second)
