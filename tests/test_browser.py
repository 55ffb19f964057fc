"""In a reader's browser, what cannot be there says so, and the rest is as on a machine."""

import _thread
import asyncio
import sqlite3
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask

import bakery.browser
import bakery.shop.serving
from bakery.browser import Line, Lock, NoMachineError, go_on, lend_threads, tell
from bakery.checking.answers import Answer
from bakery.checking.virtual.stage import perform
from bakery.shop.threads import Threads


def never(awaitable: Awaitable[object]) -> None:
    raise AssertionError(f"{awaitable} was to be waited for, where that is not possible")


@pytest.fixture
def threads() -> Threads:
    """Threads where plain code cannot wait, and nobody really sleeps."""
    return Threads(never, lambda _: None, possible=lambda: False)


def flask_app(bake: Callable[[], object]) -> Flask:
    app = Flask("bakery")

    @app.get("/cake")
    def cake() -> str:
        bake()
        return "one cake"

    return app


def test_the_lent_pool_is_as_large_as_its_executor() -> None:
    class Executor:
        _max_workers = 2

    async def run() -> list[int]:
        loop = asyncio.get_running_loop()
        threads = Threads(never, lambda _: None)
        lend_threads(loop, threads)
        executor = Executor()
        return list(await asyncio.gather(*(loop.run_in_executor(executor, abs, -n) for n in range(5))))  # type: ignore[arg-type]

    assert asyncio.run(run()) == [0, 1, 2, 3, 4]


def test_a_lock_is_handed_on_to_whoever_gives_way_for_it() -> None:
    given: list[Awaitable[object]] = []
    threads = Threads(given.append, lambda _: None)
    lock = Lock(threads)

    async def run() -> None:
        assert lock.acquire()
        assert not lock.acquire(blocking=False)
        threads.call(lock.acquire)
        lock.release()
        await given[0]  # the second one has it now
        assert lock.locked()
        lock.release()
        assert not lock.locked()
        with pytest.raises(RuntimeError, match="unlocked"):
            lock.release()

    asyncio.run(run())


def test_waiting_in_vain_for_the_only_thread_is_refused_instead(threads: Threads) -> None:
    lock = Lock(threads)
    with lock, pytest.raises(NoMachineError, match="only this one"):
        lock.acquire()
    assert lock.acquire(timeout=1)
    lock.release()


def test_in_a_check_a_lock_that_is_held_while_a_cake_bakes_makes_a_queue(threads: Threads) -> None:
    lock = Lock(threads)

    def bake() -> None:
        with lock:
            time.sleep(1)

    stage = perform(
        lambda stage: Answer(flask_app(bake), stage).visit("/cake", visitors=3, threads=3), alone=True
    )
    assert stage.error is None
    assert stage.value is not None
    assert stage.value.seconds == 3
    with lock:
        stage = perform(lambda stage: Answer(flask_app(bake), stage).visit("/cake"), alone=True)
    assert stage.error is not None
    assert not stage.out_of_time


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
    monkeypatch.setattr(bakery.browser, "time", SimpleNamespace(monotonic=lambda: now[0]))

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


def test_what_needs_a_machine_says_so_in_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    tell(None, NoMachineError, NoMachineError("No threads here."), None, tb_offset=1)
    assert capsys.readouterr().out == "No threads here.\n"


def test_a_cell_that_misses_what_another_would_have_made_says_so(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bakery.browser, "MISSING", set())
    shell = SimpleNamespace(user_ns={"In": ["", "printed = run_file(program)"]})
    tell(shell, NoMachineError, NoMachineError("No second Python."), None)
    tell(shell, NameError, NameError(name="printed"), None)
    assert "needs `printed`" in capsys.readouterr().out


def test_any_other_name_error_is_shown_as_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bakery.browser, "MISSING", {"printed"})
    shown: list[object] = []
    shell = SimpleNamespace(
        user_ns={},
        InteractiveTB=SimpleNamespace(structured_traceback=lambda *_, **__: ["the traceback"]),
        _showtraceback=lambda *what: shown.append(what[2]),
    )
    tell(shell, NameError, NameError(name="other"), None)
    assert shown == [["the traceback"]]


def test_a_cell_that_is_meant_to_fail_stops_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    stopped: list[BaseException] = []
    shell = SimpleNamespace(
        kernel=SimpleNamespace(_parent_header={}),
        InteractiveTB=SimpleNamespace(stb2text="\n".join),
        _showtraceback=lambda _kind, error, _lines: stopped.append(error),
    )
    go_on(shell)
    error = ValueError("meant")
    for stops in (False, True):
        shell.kernel._parent_header = {"content": {"stop_on_error": stops}}
        shell._showtraceback(ValueError, error, ["the", "traceback"])
        assert stopped == [error] * stops
    assert capsys.readouterr().err == "the\ntraceback\n"


def test_this_machine_is_no_browser() -> None:
    assert sys.platform != "emscripten"
    assert asyncio.run.__module__ == "asyncio.runners"
