"""Locks, and what is made of them, tell the clock who waits."""

import queue
import threading

import pytest
from answering import WAYS, refused, run_of

from bakery.checking import Answer
from bakery.checking.run import Run
from bakery.checking.virtual import locks
from bakery.checking.virtual.clock import Clock
from bakery.checking.virtual.halts import Stopped
from bakery.checking.virtual.locks import Lockable, VirtualLock, WouldWaitError, nobody_waits, twin
from bakery.checking.virtual.players import player


def test_outside_of_a_run_it_is_a_lock_like_any_other() -> None:
    lock = VirtualLock()
    assert lock.acquire()
    assert lock.locked()
    assert not lock.acquire(blocking=False)
    lock.release()
    with pytest.raises(RuntimeError, match="release unlocked lock"):
        lock.release()


@pytest.mark.parametrize(("timeout", "tries"), [(0, 0), (1, 1), (2, 2)])
def test_who_waits_outside_of_a_run_tries_until_the_time_is_up(
    timeout: float, tries: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [5.0]

    def sleep(_: float) -> None:
        now[0] += 1
        assert now[0] < 9

    monkeypatch.setattr(locks, "_real_monotonic", lambda: now[0])
    monkeypatch.setattr(locks, "_real_sleep", sleep)
    lock = VirtualLock()
    assert lock.acquire()
    assert not lock.acquire(timeout=timeout)
    assert now == [5.0 + tries]


def test_where_nobody_may_wait_a_taken_lock_is_given_up_and_a_free_one_taken() -> None:
    clock, lock, free = Clock(), VirtualLock(), VirtualLock()
    again = threading.RLock()
    with clock.playing(), lock:
        with nobody_waits():
            assert free.acquire()
            assert not lock.acquire(blocking=False)
            for timeout in (-1, 1):
                with pytest.raises(WouldWaitError):
                    lock.acquire(timeout=timeout)
            with again:
                pass
        assert not lock.acquire(timeout=1)
        assert clock.seconds == 1


def test_a_lock_of_an_earlier_run_needs_no_twin_and_any_other_that_is_free_has_a_fresh_one() -> None:
    class Other(Lockable):
        """A lock that knows no clock."""

    other = Other()
    assert twin(VirtualLock()) is None
    assert type(twin(other)) is type(twin(threading.Lock())) is type(threading.Lock())
    assert twin(other) is not other
    other._held = True
    assert twin(other) is None


def test_a_twin_of_what_is_made_of_locks_begins_as_it_stood() -> None:
    happened, full = threading.Event(), queue.LifoQueue[str](2)
    happened.set()
    full.put("cake")
    full.put("bread")
    assert twin(happened).is_set()
    assert not twin(threading.Event()).is_set()
    assert twin(threading.Semaphore(3))._value == 3
    fresh = twin(full)
    assert (fresh.maxsize, fresh.unfinished_tasks, fresh.get(), fresh.get(), fresh.empty()) == (
        2,
        2,
        "bread",
        "cake",
        True,
    )
    assert full.qsize() == 2
    assert twin("cake") is None


def test_whoever_comes_back_from_astray_waits_for_the_baton_before_a_lock_is_taken_or_given_back() -> None:
    clock, lock = Clock(), VirtualLock()
    with clock.playing():
        me = player()
        assert me is not None
        clock.lead_astray(me)
        assert lock.acquire()
        assert me.state == "running"
        clock.lead_astray(me)
        lock.release()
        assert me.state == "running"


def test_a_lock_is_given_back_also_after_a_run_that_was_ended() -> None:
    clock, lock = Clock(), VirtualLock()
    with clock.playing():
        me = player()
        assert me is not None
        assert lock.acquire()
        clock.lead_astray(me)
        clock.halt(Stopped())
        lock.release()
        assert not lock.locked()


HELD = """
lock = threading.Lock()
def bake():
    with lock: time.sleep(1)
def answer():
    threads = [threading.Thread(target=bake) for _ in range(3)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
"""


@WAYS
@pytest.mark.parametrize("kind", ["Lock()", "RLock()", "Condition()"])
def test_a_lock_of_the_notebook_lets_one_in_at_a_time_and_it_is_known_who_stood_in_line(
    kind: str, threadless: bool
) -> None:
    run: Run = run_of(HELD.replace("Lock()", kind), Answer.call, threadless=threadless)
    assert run.seconds == 3
    assert max(one.nanoseconds for one in run.queued) == 2_000_000_000
    assert "with lock: time.sleep(1)" in run.queued[0].line


@WAYS
def test_a_lock_that_is_free_in_between_keeps_nobody(threadless: bool) -> None:
    text = HELD.replace("with lock: time.sleep(1)", "with lock: pass\n    time.sleep(1)\n    with lock: pass")
    run: Run = run_of(text, Answer.call, threadless=threadless)
    assert (run.seconds, run.queued) == (1, ())


@WAYS
@pytest.mark.parametrize("kind", ["queue.Queue", "queue.SimpleQueue"])
def test_a_queue_of_the_notebook_keeps_what_is_in_it(kind: str, threadless: bool) -> None:
    text = f"numbers = {kind}()\nfor n in (1, 2): numbers.put(n)\ndef answer(): return numbers.get(), numbers.get()"
    assert run_of(text, Answer.call, threadless=threadless).result == (1, 2)


def test_two_threads_that_wait_for_each_other_are_a_deadlock() -> None:
    text = """
def answer():
    one, two = threading.Lock(), threading.Lock()
    def cross(here, there):
        with here:
            time.sleep(1)
            with there: pass
    threads = [threading.Thread(target=cross, args=pair) for pair in ((one, two), (two, one))]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
"""
    assert "deadlock" in refused(text, Answer.call)
