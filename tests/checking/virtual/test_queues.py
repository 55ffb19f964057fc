"""Whoever stands in line in an event loop is noted with their line and the time; outside of a run nothing is."""

import asyncio
from typing import Any

import pytest
from answering import WAYS, run_of

from bakery.checking.run import Run
from bakery.checking.virtual.queues import lock_acquire, loop_of, semaphore_acquire

LINE = """
till = {kind}
async def pay():
    async with till:
        await asyncio.sleep(1)
async def answer():
    await asyncio.gather(pay(), pay(), pay())
"""


@WAYS
@pytest.mark.parametrize("kind", ["asyncio.Lock()", "asyncio.Semaphore(1)", "asyncio.BoundedSemaphore(1)"])
def test_those_who_stand_in_line_are_noted_with_line_and_time(kind: str, threadless: bool) -> None:
    run: Run = run_of(LINE.format(kind=kind), threadless=threadless)
    assert sorted(one.nanoseconds for one in run.queued) == [1_000_000_000, 2_000_000_000]
    assert {one.line for one in run.queued} == {"line 4: async with till:"}


@WAYS
@pytest.mark.parametrize("kind", ["asyncio.Semaphore(3)", "asyncio.Semaphore(9)"])
def test_where_there_is_room_for_all_nobody_stood_in_line(kind: str, threadless: bool) -> None:
    run: Run = run_of(LINE.format(kind=kind), threadless=threadless)
    assert (run.queued, run.seconds) == ((), 1.0)


SHARED = """
made = {kind}
async def one():
    {use}
async def use():
    await asyncio.gather(one(), one())  # two, so that one of them waits: only then does it belong to a loop
asyncio.run(use())
async def answer():
    await use()
    return "used"
"""
ENTERED = "async with made: await asyncio.sleep(0)"
USES = {
    "asyncio.Lock()": ENTERED,
    "asyncio.Condition()": ENTERED,
    "asyncio.Queue(1)": "await made.put(1); await asyncio.sleep(0); await made.get()",
    "asyncio.Event()": "asyncio.get_running_loop().call_later(0.01, made.set); await made.wait(); made.clear()",
}


@WAYS
@pytest.mark.parametrize("kind", USES)
def test_what_a_cell_has_made_and_used_in_one_loop_serves_every_later_run(
    kind: str, threadless: bool
) -> None:
    assert run_of(SHARED.format(kind=kind, use=USES[kind]), threadless=threadless).result == "used"


def test_outside_of_a_run_a_lock_belongs_to_one_loop_as_ever() -> None:
    lock = asyncio.Lock()

    async def own() -> Any:  # noqa: ANN401
        return loop_of(lock)

    asyncio.run(own())
    with pytest.raises(RuntimeError, match="different event loop"):
        asyncio.run(own())


def test_outside_of_a_run_the_locks_take_and_give_as_ever() -> None:
    async def both() -> tuple[object, object, bool, bool]:
        lock, semaphore = asyncio.Lock(), asyncio.Semaphore(1)
        return await lock_acquire(lock), await semaphore_acquire(semaphore), lock.locked(), semaphore.locked()

    assert asyncio.run(both()) == (True, True, True, True)
