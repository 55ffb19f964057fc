"""Who takes part in a run is known by their thread, and cannot go before the clock lets them."""

import threading

from bakery.checking.virtual.clock import Clock
from bakery.checking.virtual.players import Player, player, players


def test_nobody_is_a_player_outside_of_a_run() -> None:
    assert player() is None
    assert players == {}


def test_during_a_run_its_thread_is_a_player_and_other_threads_are_not() -> None:
    clock, others = Clock(), []
    with clock.playing():
        me = player()
        assert me is not None
        assert (me.clock, me.ident, me.state) == (clock, threading.get_ident(), "running")
        stranger = threading.Thread(target=lambda: others.append(player()))
        stranger.start()
        stranger.join()
    assert others == [None]
    assert me.state == "gone"
    assert player() is None


def test_a_run_that_fails_leaves_no_player_behind() -> None:
    try:
        with Clock().playing():
            raise ValueError("burnt")
    except ValueError:
        pass
    assert players == {}


def test_a_new_player_stands_before_a_closed_gate_of_their_own() -> None:
    clock = Clock()
    one, other = Player(clock), Player(clock)
    assert one.gate is not other.gate
    assert one.gate.locked()
    assert other.gate.locked()
    assert (one.state, one.joiners, one.woken, one.until) == ("ready", [], False, None)


def test_two_players_are_never_the_same_although_all_of_theirs_is() -> None:
    clock = Clock()
    assert Player(clock) != Player(clock)
