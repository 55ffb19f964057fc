"""What notebooks say in passing, without a cell that shows it, is true."""

import asyncio
import gc
import hashlib
import sys
import threading
import weakref
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import suppress
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from bakery.kitchen import predict

# 01, Three cakes


def three(cakes: int, bowls: int) -> float:
    """Seconds of three bakers who wait, with the recipe of the notebook."""
    return predict(cakes, 1, 3, bakers=3, bowls=bowls)


def one(cakes: int) -> float:
    """Seconds of the baker who does not wait."""
    return predict(cakes, 1, 3, waits=False)


def test_three_processes_are_ahead_at_three_cakes_and_at_six_and_from_ten_on_never_again() -> None:
    assert three(3, bowls=3) < one(3)
    assert one(4) < three(4, bowls=3)
    assert three(6, bowls=3) < one(6)
    assert all(one(cakes) < three(cakes, bowls=3) for cakes in range(10, 200))


def test_three_threads_are_never_ahead_of_one_baker_who_does_not_wait() -> None:
    assert all(one(cakes) <= three(cakes, bowls=1) for cakes in range(1, 200))


@pytest.fixture
def nobody_is_asked_to_let_go() -> Iterator[None]:
    """Whoever has the interpreter lock keeps it, until they let go of it by themselves."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(60)
    yield
    sys.setswitchinterval(before)


def mix() -> None:
    sum(n * n for n in range(3_000_000))


def scramble() -> None:
    hashlib.pbkdf2_hmac("sha256", b"cake", b"salt", 500_000)


@pytest.mark.skipif(
    not getattr(sys, "_is_gil_enabled", lambda: True)(), reason="this Python has no interpreter lock"
)
@pytest.mark.parametrize(("work", "first"), [(mix, "the worker"), (scramble, "the other")])
@pytest.mark.usefixtures("nobody_is_asked_to_let_go")
def test_hashing_a_password_lets_go_of_the_interpreter_lock_and_a_loop_in_python_does_not(
    work: Callable[[], None], first: str
) -> None:
    done: list[str] = []
    begun = threading.Lock()
    begun.acquire()

    def worker() -> None:
        begun.release()  # and keep the interpreter lock
        work()
        done.append("the worker")

    thread = threading.Thread(target=worker)
    thread.start()
    begun.acquire()
    done.append("the other")
    thread.join()
    assert done[0] == first


# 02, Waiting


async def forever() -> None:
    await asyncio.get_running_loop().create_future()


def test_a_task_that_nobody_keeps_may_vanish(caplog: pytest.LogCaptureFixture) -> None:
    async def forget_one() -> None:
        forgotten = weakref.ref(asyncio.create_task(forever()))
        kept = asyncio.create_task(forever())
        await asyncio.sleep(0)
        gc.collect()
        assert forgotten() is None
        assert not kept.done()

    asyncio.run(forget_one())
    assert "Task was destroyed but it is pending!" in caplog.text


def test_an_await_with_nothing_to_wait_for_does_not_step_aside() -> None:
    turns: list[str] = []

    async def at_once() -> None:
        pass

    async def other() -> None:
        turns.append("other")

    async def many() -> None:
        task = asyncio.create_task(other())
        for _ in range(1000):
            await at_once()
        assert turns == []
        await task

    asyncio.run(many())
    assert turns == ["other"]


def test_a_plain_function_may_not_await() -> None:
    with pytest.raises(SyntaxError, match="'await' outside async function"):
        compile("def stand():\n    await bake(1)", "cell", "exec")


@pytest.mark.parametrize(
    ("before", "cell"),
    [("", "%%time\nimport asyncio\nawait asyncio.sleep(0)"), ("%autoawait off", "await asyncio.sleep(0)")],
)
def test_neither_a_timed_cell_nor_one_without_autoawait_may_await(before: str, cell: str) -> None:
    new_shell: Any = InteractiveShell  # which has no types
    shell = new_shell()
    shell.run_cell("import asyncio")
    if before:
        shell.run_cell(before)
    ran = shell.run_cell(cell)
    error = ran.error_before_exec or ran.error_in_exec
    assert isinstance(error, SyntaxError)
    assert "'await' outside function" in str(error)


# 17, Pagination


async def book(diary: list[str]) -> AsyncIterator[int]:
    try:
        for order in (3, 2, 1):
            yield order
    finally:
        diary.append("put back")


async def left_by_break(orders: AsyncIterator[int]) -> None:
    async for _ in orders:
        break


async def left_by_return(orders: AsyncIterator[int]) -> int:
    async for order in orders:
        return order
    return 0


async def left_by_an_error(orders: AsyncIterator[int]) -> None:
    with suppress(ValueError):
        async for _ in orders:
            raise ValueError


@pytest.mark.parametrize("leave", [left_by_break, left_by_return, left_by_an_error])
def test_a_generator_that_was_left_is_closed_by_aclose_or_when_nobody_holds_it(
    leave: Callable[[AsyncIterator[int]], Coroutine[Any, Any, Any]],
) -> None:
    async def read() -> None:
        diary: list[str] = []
        held: Any = book(diary)
        await leave(held)
        gc.collect()
        await asyncio.sleep(0.01)
        assert diary == []
        await held.aclose()
        assert diary == ["put back"]
        await leave(book(diary))
        gc.collect()
        await asyncio.sleep(0.01)
        assert diary == ["put back"] * 2

    asyncio.run(read())
