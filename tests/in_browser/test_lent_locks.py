"""A lock among threads of the model is handed on to whoever can give way, and refused to whoever cannot."""

import asyncio
import time
from collections.abc import Awaitable
from itertools import count

import pytest
from bakeries import flask_that, never

from bakery.browser.lent_locks import Lock
from bakery.browser.telling import NoMachineError
from bakery.checking.answers import Answer
from bakery.checking.virtual.clock import SECOND
from bakery.checking.virtual.performing import perform
from bakery.shop.threads import Threads


@pytest.fixture
def threads() -> Threads:
    """Threads where plain code cannot wait, and nobody really sleeps."""
    return Threads(never, lambda _: None, possible=lambda: False)


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
        lambda stage: Answer(flask_that(bake), stage).visit("/cake", visitors=3, threads=3), threadless=True
    )
    assert stage.error is None
    assert stage.value is not None
    assert stage.value.seconds == 3
    assert [one.nanoseconds for one in stage.value.queued] == [SECOND, 2 * SECOND]
    with lock:
        stage = perform(lambda stage: Answer(flask_that(bake), stage).visit("/cake"), threadless=True)
    assert stage.error is not None
    assert not stage.out_of_time


def test_in_a_check_nobody_waits_for_a_lock_that_is_taken_only_later(threads: Threads) -> None:
    lock, customers = Lock(threads), count(1)

    def bake() -> None:
        time.sleep(5 if next(customers) == 1 else 0)
        with lock:
            time.sleep(1)

    stage = perform(
        lambda stage: Answer(flask_that(bake), stage).visit("/cake", visitors=2, threads=2), threadless=True
    )
    assert stage.error is None
    assert stage.value is not None
    assert [reply.end for reply in stage.value.replies] == [6, 1]
    assert stage.value.queued == ()


def test_in_a_check_whoever_gives_up_has_waited_for_nothing_but_time(threads: Threads) -> None:
    lock = Lock(threads)

    def bake() -> None:
        if lock.acquire(timeout=0.5):
            time.sleep(1)
            lock.release()

    stage = perform(
        lambda stage: Answer(flask_that(bake), stage).visit("/cake", visitors=2, threads=2), threadless=True
    )
    assert stage.error is None
    assert stage.value is not None
    assert [reply.end for reply in stage.value.replies] == [1, 0.5]
    assert stage.value.queued == ()
    assert (0, 0.5) in stage.value.waits
