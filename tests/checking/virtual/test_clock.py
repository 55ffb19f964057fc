"""Time passes only when everybody waits, and then exactly as long as somebody waits for."""

import threading
import time

import pytest

from bakery.checking.virtual.clock import GLANCE, READS, SECOND, Clock
from bakery.checking.virtual.halts import Deadlock, Endless, Stopped
from bakery.checking.virtual.players import Player, player


def test_a_sleep_takes_exactly_its_time_and_is_noted_as_a_wait() -> None:
    clock = Clock()
    with clock.playing():
        clock.sleep(3 * SECOND // 10)
        assert clock.seconds == 0.3
    assert [(wait.start, wait.end) for wait in clock.waits] == [(0, 3 * SECOND // 10)]


def test_a_wait_that_nobody_ends_is_a_deadlock() -> None:
    clock = Clock()
    with clock.playing(), pytest.raises(Deadlock):
        clock.park(None)


def test_a_wait_beyond_the_horizon_is_endless_and_says_after_how_long() -> None:
    clock = Clock(horizon=60)
    with clock.playing(), pytest.raises(Endless, match="60"):
        clock.sleep(61 * SECOND)


def test_a_player_who_does_nothing_but_look_at_the_clock_makes_time_pass() -> None:
    clock = Clock()
    with clock.playing():
        for _ in range(READS):
            assert clock.look() == 0
        assert clock.look() == GLANCE


def test_two_players_sleep_side_by_side_and_in_the_order_of_their_waits() -> None:
    clock = Clock()
    order: list[str] = []

    def play(name: str, nanoseconds: int) -> None:
        clock.enter(hired[name])
        clock.sleep(nanoseconds)
        order.append(name)
        clock.leave(hired[name])

    with clock.playing():
        hired = {"slow": clock.hire(), "quick": clock.hire()}
        threads = [
            threading.Thread(target=play, args=("slow", 2 * SECOND)),
            threading.Thread(target=play, args=("quick", SECOND)),
        ]
        for thread in threads:
            thread.start()
        for one in hired.values():
            clock.wait_for(one, None)
        assert clock.seconds == 2
    for thread in threads:
        thread.join()
    assert order == ["quick", "slow"]


def test_whoever_gives_way_goes_on_after_everybody_who_is_ready_and_no_time_passes() -> None:
    clock = Clock()
    order: list[str] = []

    def play() -> None:
        clock.enter(other)
        order.append("other")
        clock.leave(other)

    with clock.playing():
        other = clock.hire()
        thread = threading.Thread(target=play)
        thread.start()
        clock.give_way()
        order.append("first")
        clock.give_way()  # nobody else is left
        assert clock.now == 0
    thread.join()
    assert order == ["other", "first"]


def test_whoever_is_left_at_the_end_of_a_run_is_stopped_at_its_next_wait() -> None:
    clock = Clock()
    with clock.playing():
        pass
    assert isinstance(clock.halted, Stopped)
    with pytest.raises(Stopped):
        clock.park(None)


def test_what_is_done_aside_takes_its_time_there_and_none_here() -> None:
    clock = Clock(threadless=True)
    with clock.playing():
        assert clock.aside(SECOND, lambda: clock.sleep(2 * SECOND)) == 3 * SECOND
        assert clock.now == 0


class _AsOneLeaves(list[Player]):
    """Who waits for a player that leaves in the very moment in which somebody begins to wait."""

    def __init__(self, clock: Clock, other: Player) -> None:
        super().__init__()
        self._clock = clock
        self._other = other

    def append(self, one: Player) -> None:
        self._clock.leave(self._other)
        super().append(one)


def test_nobody_waits_for_ever_for_another_who_is_just_leaving() -> None:
    clock = Clock()
    with clock.playing():
        other = clock.hire()
        other.joiners = _AsOneLeaves(clock, other)
        clock.dismiss(other)
        other.state = "astray"  # no thread of its own plays it, and it is not expected to come
        clock.wait_for(other, None)
        assert clock.now == 0


def test_a_player_whose_thread_never_started_is_none_of_the_others_any_more() -> None:
    clock = Clock()
    with clock.playing():
        other = clock.hire()
        assert clock.others == [player(), other]
        clock.dismiss(other)
        assert clock.others == [player()]


def test_who_was_woken_while_astray_does_not_wait_afterwards() -> None:
    clock = Clock()
    with clock.playing():
        me = player()
        assert me is not None
        clock.lead_astray(me)
        clock.wake(me)
        assert clock.park(None)
        assert me.state == "running"


def test_time_passes_over_players_astray_only_where_nobody_has_come_for_the_baton_in_three_looks() -> None:
    clock = Clock()
    asleep = threading.Event()

    def play() -> None:
        clock.enter(other)
        asleep.set()
        clock.sleep(5 * SECOND)
        clock.leave(other)

    with clock.playing():
        me = player()
        assert me is not None
        other = clock.hire()
        thread = threading.Thread(target=play)
        thread.start()
        clock.lead_astray(me)
        assert asleep.wait(20)
        while clock.current is other:
            time.sleep(0)
        for _ in range(2):
            clock.go_on()
        clock.come_back(me)
        clock.lead_astray(me)
        clock.go_on()
        assert clock.now == 0
        for _ in range(2):
            clock.go_on()
        thread.join(20)
        assert clock.now == 5 * SECOND
        clock.come_back(me)


def test_a_thread_does_not_end_while_somebody_makes_it_stay() -> None:
    clock = Clock()
    took: list[bool] = []
    with clock.playing():
        me = player()
        assert me is not None
        with clock.staying(me) as there:
            thread = threading.Thread(target=lambda: took.append(clock._mutex.acquire(blocking=False)))
            thread.start()
            thread.join()
        assert (there, took) == (True, [False])
    with clock.staying(me) as there:
        assert not there
