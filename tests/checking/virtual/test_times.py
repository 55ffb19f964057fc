"""Whoever is on stage sleeps in simulated time and reads simulated clocks; everybody else has the real ones."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from bakery.checking.virtual import times
from bakery.checking.virtual.clock import BEGUN, GLANCE, READS, SECOND, Clock
from bakery.checking.virtual.halts import Endless
from bakery.checking.virtual.times import EPOCH, READERS, select_nothing, sleep


def in_a_run(work: Callable[[Clock], Any]) -> Any:  # noqa: ANN401
    clock = Clock()
    with clock.playing():
        return work(clock)


@pytest.mark.parametrize("seconds", [0, 0.3, 1, 3000])
def test_a_sleep_in_a_run_takes_exactly_its_simulated_seconds_and_no_real_ones(
    seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(times.REAL, "sleep", lambda _: pytest.fail("a real sleep"))

    def work(clock: Clock) -> int:
        sleep(seconds)
        return clock.now

    assert in_a_run(work) == round(seconds * SECOND)


@pytest.mark.parametrize("seconds", [3601, 1e9])
def test_a_sleep_beyond_the_longest_run_ends_it_at_once(
    seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(times.REAL, "sleep", lambda _: pytest.fail("a real sleep"))
    with pytest.raises(Endless):
        in_a_run(lambda _: sleep(seconds))


@pytest.mark.parametrize("bad", [-1, "1", None])
def test_a_sleep_that_cannot_be_fails_in_pythons_own_words(bad: Any) -> None:  # noqa: ANN401
    with pytest.raises((TypeError, ValueError)) as real:
        time.sleep(bad)
    with pytest.raises(type(real.value)) as caught:
        in_a_run(lambda _: sleep(bad))
    assert str(caught.value) == str(real.value)


@pytest.mark.parametrize("name", READERS)
def test_each_clock_of_python_tells_simulated_time_in_its_own_unit(name: str) -> None:
    def work(clock: Clock) -> tuple[float, float]:
        before = READERS[name]()
        clock.sleep(3 * SECOND // 2)
        return before, READERS[name]()

    before, after = in_a_run(work)
    unit = SECOND if name.endswith("_ns") else 1
    assert after - before == 1.5 * unit
    assert isinstance(after, int) is name.endswith("_ns")
    assert before == (EPOCH // SECOND if name.startswith("time") else BEGUN) * unit


@pytest.mark.parametrize("name", READERS)
def test_outside_of_a_run_the_clocks_are_the_real_ones(name: str) -> None:
    real = getattr(time, name)
    before, read, after = real(), READERS[name](), real()
    assert before <= read <= after


def test_whoever_does_nothing_but_look_at_the_clock_makes_it_go_on() -> None:
    def work(clock: Clock) -> int:
        for _ in range(READS):
            READERS["monotonic"]()
        assert clock.now == 0
        READERS["monotonic"]()
        return clock.now

    assert in_a_run(work) == GLANCE


def test_a_select_of_nothing_is_a_sleep_and_any_other_is_the_real_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[tuple[Any, ...]] = []

    def real(*given: Any) -> tuple[list[Any], list[Any], list[Any]]:  # noqa: ANN401
        asked.append(given)
        return [], [], []

    monkeypatch.setattr(times, "real_select", real)

    def work(clock: Clock) -> int:
        assert select_nothing([], [], [], 2) == ([], [], [])
        select_nothing([1], [], [], 2)
        select_nothing([], [1], [], 2)
        select_nothing([], [], [1], 2)
        for timeout in (0, None, -1):
            select_nothing([], [], [], timeout)
        return clock.now

    assert in_a_run(work) == 2 * SECOND
    assert [given[3] for given in asked] == [2, 2, 2, 0, None, -1]
    select_nothing([], [], [], 2)
    assert asked[-1] == ([], [], [], 2)
