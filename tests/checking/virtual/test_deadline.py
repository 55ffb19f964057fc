"""The real time limit of a performance, on watches that the tests put forward."""

from dataclasses import dataclass

import pytest

from bakery.checking.virtual.deadline import ENOUGH, LATEST, Deadline

LIMIT = 4.0


@dataclass
class Machine:
    """A watch, and the seconds of CPU that the work has been given; each second it gets `share` of one."""

    share: float
    now: float = 1000.0
    used: float = 7.0

    def ended_after(self, limit: float = LIMIT) -> float:
        """Seconds until the time was up, to a tenth."""
        deadline = Deadline(limit, lambda: self.used, lambda: self.now)
        began = self.now
        while not deadline.is_over():
            self.now += 0.1
            self.used += 0.1 * self.share
            assert self.now < began + 1000
        return round(self.now - began, 1)


def test_what_has_a_processor_for_itself_is_stopped_at_its_limit() -> None:
    assert LIMIT <= Machine(share=1.0).ended_after() < LIMIT + 0.5


def test_what_computes_nothing_is_stopped_at_its_limit_since_more_time_would_bring_nothing() -> None:
    assert LIMIT <= Machine(share=0.0).ended_after() < LIMIT + 0.5


def test_what_got_a_tenth_of_a_processor_goes_on_after_its_limit() -> None:
    assert Machine(share=0.1).ended_after() > LATEST * LIMIT - 0.5


@pytest.mark.parametrize("share", [0.2, 0.25, 0.4])
def test_a_busy_machine_is_given_time_until_enough_has_been_computed(share: float) -> None:
    enough = ENOUGH * LIMIT / share
    assert enough <= Machine(share).ended_after() < enough + 1.2


def test_it_never_lasts_longer_than_so_many_limits() -> None:
    assert Machine(share=0.02).ended_after() <= LATEST * LIMIT + 1.2


def test_who_computed_before_and_waits_now_is_asleep() -> None:
    machine = Machine(share=0.3)
    deadline = Deadline(LIMIT, lambda: machine.used, lambda: machine.now)
    for _ in range(60):
        machine.now += 0.1
        machine.used += 0.03
        assert not deadline.is_over()
    for _ in range(25):
        machine.now += 0.1
        if deadline.is_over():
            return
    pytest.fail("it waited for something, and was given more time for it")


def test_no_time_at_all_is_over_at_once() -> None:
    assert Machine(share=0.0).ended_after(limit=0.0) == 0.0


def test_a_watch_that_cannot_tell_computing_from_waiting_stops_at_the_limit() -> None:
    """As in a browser, where only one watch is to be had."""
    machine = Machine(share=1.0)
    deadline = Deadline(LIMIT, lambda: machine.now, lambda: machine.now)
    machine.now += LIMIT
    assert deadline.is_over()
