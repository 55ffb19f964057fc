"""Threads of the model give way while they sleep, and nowhere else."""

import asyncio
import contextlib
import threading
from typing import Any

import pytest
from bakeries import Clock, never

from bakery.shop.threads import Threads


def test_a_sleep_gives_way_only_inside_a_thread_of_the_model() -> None:
    waited: list[str] = []
    clock = Clock()

    def pause(awaitable: Any) -> None:  # noqa: ANN401 - a coroutine
        awaitable.close()
        waited.append("gave way")
        model.sleep(0.5)  # the loop's own code, which runs meanwhile

    model = Threads(pause, clock.block)
    model.sleep(1.0)
    assert (waited, clock.slept) == ([], [1.0])
    model.call(model.sleep, 2.0)
    assert (waited, clock.slept) == (["gave way"], [1.0, 0.5])
    model.sleep(3.0)
    assert clock.slept == [1.0, 0.5, 3.0]


def test_a_negative_sleep_is_refused_as_ever_and_a_short_one_is_not() -> None:
    slept: list[Any] = []
    threads = Threads(slept.append, lambda _: None)
    for seconds in (0, 0.5):
        threads.call(threads.sleep, seconds)
    assert len(slept) == 2
    for sleep in slept:
        sleep.close()
    with pytest.raises(ValueError, match="non-negative"):
        threads.call(threads.sleep, -1.0)


def test_plain_code_that_cannot_wait_is_told_to_await() -> None:
    threads = Threads(never, lambda _: None, possible=lambda: False)
    with pytest.raises(RuntimeError, match="write `await` instead"):
        threads.wait(asyncio.sleep(1))


def test_a_thread_works_while_it_does_not_sleep(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr("time.perf_counter", lambda: now[0])

    def block(seconds: float) -> None:
        now[0] += seconds

    def pause(awaitable: Any) -> None:  # noqa: ANN401
        awaitable.close()
        now[0] += 5

    threads = Threads(pause, block)
    now[0] += 1
    threads.sleep(2)
    threads.call(threads.sleep, 3)
    now[0] += 1
    assert threads.worked() == 2


def test_a_thread_of_the_model_has_the_number_it_was_given_and_the_loops_own_code_has_not() -> None:
    numbers: list[int] = []

    def pause(awaitable: Any) -> None:  # noqa: ANN401 - a coroutine
        awaitable.close()
        numbers.append(model.ident())

    model = Threads(pause, lambda _: None)
    true = threading.get_ident()
    assert model.ident() == true
    with model.numbered(7):
        numbers.append(model.ident())
        with model.numbered(8), contextlib.suppress(LookupError):
            numbers.append(model.ident())
            raise LookupError
        model.wait(asyncio.sleep(0))
        numbers.append(model.ident())
    assert numbers == [7, 8, true, 7]
    assert model.ident() == true
