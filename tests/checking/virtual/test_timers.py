"""A timer is a wait where it wakes somebody; a time limit is one only where it cut no other wait short."""

import asyncio
from collections.abc import Callable
from typing import Any

from bakery.checking.virtual.clock import BEGUN
from bakery.checking.virtual.players import Wait
from bakery.checking.virtual.timers import Noted, Timer


def test_what_came_due_and_woke_somebody_is_a_wait() -> None:
    waits: list[Wait] = []
    noted = Noted(waits)
    noted.came(Wait(0, 1), is_limit=False)
    noted.came(Wait(0, 2), is_limit=True)
    assert waits == [Wait(0, 1), Wait(0, 2)]


def test_a_limit_gives_way_to_the_wait_that_it_cut_short() -> None:
    waits: list[Wait] = []
    noted = Noted(waits)
    noted.came(Wait(0, 3), is_limit=True)
    noted.cut(Wait(1, 3))
    assert waits == [Wait(1, 3)]


def test_a_limit_gives_way_once_and_only_to_what_ended_with_it() -> None:
    waits: list[Wait] = []
    noted = Noted(waits)
    noted.came(Wait(0, 3), is_limit=True)
    noted.cut(Wait(0, 2))
    assert waits == [Wait(0, 3), Wait(0, 2)]
    noted.cut(Wait(2, 3))
    noted.cut(Wait(1, 3))
    assert waits == [Wait(0, 2), Wait(2, 3), Wait(1, 3)]


def test_a_wait_that_is_no_limit_never_gives_way() -> None:
    waits: list[Wait] = []
    noted = Noted(waits)
    noted.came(Wait(0, 3), is_limit=False)
    noted.cut(Wait(1, 3))
    assert waits == [Wait(0, 3), Wait(1, 3)]


def test_a_sleep_that_is_cancelled_in_the_moment_of_its_start_is_no_wait() -> None:
    waits: list[Wait] = []
    Noted(waits).cut(Wait(2, 2))
    assert waits == []


def timed(callback: Callable[..., object], *given: object, at: int = 2, then: int = 0) -> list[Wait]:
    """The waits of a timer that was set at 0 s, for second `at`, and ended at second `then` (cancelled), or came due."""
    moment = 0

    def work(loop: asyncio.AbstractEventLoop) -> list[Wait]:
        nonlocal moment
        waits: list[Wait] = []
        timer = Timer(BEGUN + at, callback, given, loop, None, lambda: moment * 1_000_000_000, Noted(waits))
        moment = then or at
        if then:
            timer.cancel()
            timer.cancel()
            assert timer.cancelled()
        else:
            timer._run()
        return waits

    loop = asyncio.new_event_loop()
    try:
        return work(loop)
    finally:
        loop.close()


SECOND = 1_000_000_000


def test_a_timer_that_wakes_nobody_is_no_wait() -> None:
    assert timed(lambda: None) == []


def test_a_timer_whose_callback_makes_somebody_ready_is_a_wait_however_it_does_so() -> None:
    loop = asyncio.new_event_loop()
    moment = 0
    waits: list[Wait] = []
    timer = Timer(BEGUN + 2, loop.call_soon, (print,), loop, None, lambda: moment * SECOND, Noted(waits))
    moment = 2
    timer._run()
    loop.close()
    assert waits == [Wait(0, 2 * SECOND)]


def _set_result_unless_cancelled(*_given: Any) -> None:  # noqa: ANN401
    """As what `asyncio.sleep` has called at its end."""


def test_a_sleep_that_is_cancelled_early_was_a_wait_until_then_and_only_once() -> None:
    assert timed(_set_result_unless_cancelled, then=1) == [Wait(0, SECOND)]


def test_a_sleep_that_is_cancelled_when_it_is_over_is_not_counted_twice() -> None:
    assert timed(_set_result_unless_cancelled, then=2) == []
    assert timed(_set_result_unless_cancelled, then=3) == []


def test_any_other_timer_that_is_cancelled_is_no_wait() -> None:
    assert timed(print, then=1) == []
