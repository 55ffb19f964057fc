"""An event loop on the clock is exact, and knows what was waited for, however the wait was made."""

import asyncio
from collections.abc import Callable
from itertools import count

import pytest
from answering import FIVE, WAYS, asked, refused, run_of

from bakery.checking import Answer
from bakery.checking.mistakes import Wrong
from bakery.checking.run import Run
from bakery.checking.virtual.clock import Clock
from bakery.checking.virtual.halts import Endless
from bakery.checking.virtual.loop import COLLECTING, COLLECTIONS, TURNS, VirtualLoop


@WAYS
@pytest.mark.parametrize(
    ("text", "seconds", "at_most"),
    [
        (FIVE, 1.0, 5),
        ("async def answer():\n    for _ in range(5): await asyncio.sleep(0.1)", 0.5, 1),
        ("async def answer():\n    async with asyncio.timeout(2): await asyncio.sleep(1)", 1.0, 1),
        ("async def answer():\n    await asyncio.gather(*(asyncio.to_thread(time.sleep, 1) for _ in range(5)))", 1.0, 5),
    ],
)  # fmt: skip
def test_simulated_seconds_are_exact(text: str, seconds: float, at_most: int, threadless: bool) -> None:
    run: Run = run_of(text, threadless=threadless)
    assert (run.seconds, run.at_most) == (seconds, at_most)


ONE_WAIT = {
    "a time limit around an event": """
    try:
        async with asyncio.timeout(1): await asyncio.Event().wait()
    except TimeoutError: pass""",
    "wait_for an event": """
    try: await asyncio.wait_for(asyncio.Event().wait(), 1)
    except TimeoutError: pass""",
    "a time limit that cuts a sleep short": """
    try: await asyncio.wait_for(asyncio.sleep(9), 1)
    except TimeoutError: pass""",
    "a future and call_later": """
    loop = asyncio.get_running_loop()
    done = loop.create_future()
    loop.call_later(1, done.set_result, None)
    await done""",
    "an event and call_later": """
    done = asyncio.Event()
    asyncio.get_running_loop().call_later(1, done.set)
    await done.wait()""",
    "a lock that a thread waits for in vain": """
    def patient():
        lock = threading.Lock()
        lock.acquire()
        lock.acquire(timeout=1)
    await asyncio.to_thread(patient)""",
    "an event in a thread": "\n    await asyncio.to_thread(threading.Event().wait, 1)",
    "select in a thread": "\n    await asyncio.to_thread(select.select, [], [], [], 1)",
}


@WAYS
@pytest.mark.parametrize("name", ONE_WAIT)
def test_a_wait_counts_however_it_is_made(name: str, threadless: bool) -> None:
    text = f"async def one():{ONE_WAIT[name]}\nasync def answer(): await asyncio.gather(one(), one(), one())"
    run: Run = run_of(text, threadless=threadless)
    assert (run.seconds, run.at_most) == (1.0, 3)


@WAYS
def test_a_time_limit_that_is_not_reached_is_no_wait(threadless: bool) -> None:
    text = "async def answer():\n    async with asyncio.timeout(5): await asyncio.sleep(1)"
    run: Run = run_of(text, threadless=threadless)
    assert len(run.trace.lanes) == 1


@WAYS
def test_timers_that_were_cancelled_are_not_kept_until_their_moment(threadless: bool) -> None:
    text = """
async def answer():
    loop = asyncio.get_running_loop()
    for _ in range(1000): loop.call_later(100, print).cancel()
    kept = loop.call_later(50, print)
    await asyncio.sleep(1)
    await asyncio.sleep(1)
    kept.cancel()
    return len(loop._scheduled)
"""
    assert run_of(text, threadless=threadless).result < 500


@WAYS
def test_what_a_thread_asks_of_the_loop_comes_at_the_moment_of_that_thread(threadless: bool) -> None:
    text = """
import threading
async def answer():
    loop, done = asyncio.get_running_loop(), asyncio.Event()
    def work():
        time.sleep(1)
        loop.call_soon_threadsafe(done.set)
    threading.Thread(target=work).start()
    await asyncio.gather(done.wait(), asyncio.sleep(0.5))
"""
    assert run_of(text, threadless=threadless).seconds == 1.0


@WAYS
def test_a_moment_of_the_loop_is_not_a_number_of_seconds(threadless: bool) -> None:
    text = """
async def answer():
    async with asyncio.timeout_at(2): await asyncio.sleep(1)
"""
    assert "TimeoutError" in refused(text, Answer.run, threadless=threadless)


@WAYS
def test_a_pool_has_a_size(threadless: bool) -> None:
    text = (
        "async def answer():\n    await asyncio.gather(*(asyncio.to_thread(time.sleep, 1) for _ in range(5)))"
    )
    run: Run = run_of(text, lambda answer: answer.run(pool=2), threadless=threadless)
    assert (run.seconds, run.at_most) == (3.0, 2)


@pytest.mark.parametrize(
    ("turns", "threadless", "ended"),
    [
        (TURNS - 10, False, False),
        (TURNS + 10, False, True),
        (TURNS // 10 - 10, True, False),
        (TURNS // 10 + 10, True, True),
    ],
)
def test_without_threads_a_tenth_of_the_turns_is_enough_to_call_it_round_and_round(
    turns: int, threadless: bool, ended: bool
) -> None:
    text = f"async def answer():\n    for _ in range({turns}): await asyncio.sleep(0)"
    assert isinstance(asked(text, Answer.run, threadless=threadless).error, Wrong | Endless) is ended


def test_what_nobody_holds_is_thrown_away_so_often_and_then_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    at: list[float] = []
    loop = VirtualLoop(Clock())
    moments = count()

    def call_at(_: object, when: float, callback: Callable[..., None], *left: int) -> None:
        at.append(when)
        callback(*left)

    monkeypatch.setattr(loop, "time", lambda: next(moments) * COLLECTING)
    monkeypatch.setattr(asyncio.BaseEventLoop, "call_at", call_at)
    loop.collect()
    loop.close()
    assert at == pytest.approx([(number + 1) * COLLECTING for number in range(COLLECTIONS)])


@WAYS
def test_a_loop_that_turns_and_turns_without_time_is_ended(threadless: bool) -> None:
    text = "async def answer():\n    while True: await asyncio.sleep(0)"
    assert "round and round" in refused(text, Answer.run, threadless=threadless)


LOST = """
async def forgotten():
    await asyncio.get_running_loop().create_future()

async def answer():
    KEPT asyncio.create_task(forgotten())
    await asyncio.sleep(1)
"""


@WAYS
def test_a_task_that_nobody_holds_is_thrown_away_and_told_by_its_line_or_name(threadless: bool) -> None:
    said = refused(
        LOST.replace("KEPT ", ""), lambda answer: answer.run(collecting=True).keeps(), threadless=threadless
    )
    assert "a task was thrown away before it was done (" in said
    assert "forgotten" in said or "create_future" in said
    run_of(
        LOST.replace("KEPT", "kept ="),
        lambda answer: answer.run(collecting=True).keeps(),
        threadless=threadless,
    )


OPEN = """
async def cakes():
    try:
        while True:
            yield "cake"
            await asyncio.sleep(1)
    finally: pass

async def answer():
    several = cakes()
    async for cake in several: break
    CLOSE
"""


@WAYS
def test_an_async_generator_that_is_left_open_is_told_with_its_line(threadless: bool) -> None:
    for text in (OPEN.replace("CLOSE", "await asyncio.sleep(1)"), OPEN.replace("CLOSE", "del several")):
        said = refused(text, lambda answer: answer.run().closes(), threadless=threadless)
        assert 'an async generator was left open (line 5: yield "cake")' in said
    run_of(
        OPEN.replace("CLOSE", "await several.aclose()"),
        lambda answer: answer.run().closes(),
        threadless=threadless,
    )


@WAYS
def test_a_script_may_play_with_a_generator_or_a_class(threadless: bool) -> None:
    async def first(given: object) -> list[str]:
        return [cake async for cake in given(3)]  # type: ignore[operator]

    text = "async def answer(number):\n    for cake in range(number):\n        await asyncio.sleep(1)\n        yield cake"
    run: Run = run_of(text, lambda answer: answer.play(first), threadless=threadless)
    assert (run.result, run.seconds) == ([0, 1, 2], 3.0)


SOCKET = """
import socket
async def answer():
    one, other = socket.socketpair()
    one.setblocking(False)
    thread = threading.Thread(target=other.sendall, args=(b"cake",))
    thread.start()
    said = await asyncio.get_running_loop().sock_recv(one, 4)
    thread.join()
    one.close()
    other.close()
    return said
"""


def test_whoever_waits_at_a_socket_lets_a_thread_write_to_it_first() -> None:
    run: Run = run_of(SOCKET)
    assert (run.result, run.seconds) == (b"cake", 0.0)
