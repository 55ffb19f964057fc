"""Threads on a stage: each is a player of its clock, and its errors are the stage's."""

import sys
import threading
from collections.abc import Callable
from typing import Any

from bakery.checking.virtual.clock import SECOND
from bakery.checking.virtual.halts import Halt
from bakery.checking.virtual.players import Player, player, players
from bakery.checking.virtual.stage import Stage, stage, stages

real_start, real_join = threading.Thread.start, threading.Thread.join
real_excepthook = threading.excepthook


def start(thread: threading.Thread) -> None:
    """In place of `Thread.start`."""
    me, on = player(), stage()
    if me is None or on is None or thread.ident is not None:
        return real_start(thread)
    if on.threadless:
        thread.__dict__["_until"] = me.clock.aside(me.clock.now, _noting(thread.run, on))
        return None
    new = me.clock.hire()
    thread.daemon = True
    thread.__dict__["_player"] = new
    thread.run = _played(thread.run, new, on)  # type: ignore[method-assign]
    # The starter keeps the baton until the thread is there, and waits for it in real time: it may hold a lock that
    # every start needs.
    del players[me.ident]
    try:
        thread._started = threading.Event()  # type: ignore[attr-defined]
        return real_start(thread)
    except BaseException:
        me.clock.dismiss(new)
        raise
    finally:
        players[me.ident] = me


def _played(run: Callable[[], None], me: Player, on: "Stage[Any]") -> Callable[[], None]:
    def play() -> None:
        ident = threading.get_ident()
        stages[ident] = on
        on.threads[ident] = "thread"
        sys.set_coroutine_origin_tracking_depth(1)
        try:
            me.clock.enter(me)
            run()
        except Halt:
            pass
        except Exception as error:
            on.troubles.append(error)
        finally:
            on.threads.pop(ident, None)
            stages.pop(ident, None)
            me.clock.leave(me)

    return play


def _noting(run: Callable[[], None], on: "Stage[Any]") -> Callable[[], None]:
    """What a thread does with an error: it ends, and the others go on."""

    def play() -> None:
        try:
            run()
        except Exception as error:
            on.troubles.append(error)

    return play


def join(thread: threading.Thread, timeout: float | None = None) -> None:
    """In place of `Thread.join`."""
    me, other = player(), thread.__dict__.get("_player")
    if me is not None and (until := thread.__dict__.get("_until")) is not None:
        latest = until if timeout is None else me.clock.now + round(timeout * SECOND)
        if me.clock.now < min(until, latest):
            me.clock.park(min(until, latest))
        return
    if me is not None and isinstance(other, Player) and other is not me and other.clock is me.clock:
        me.clock.wait_for(other, None if timeout is None else me.clock.now + round(timeout * SECOND))
        if other.state != "gone":
            return
    real_join(thread, timeout)


def excepthook(told: Any) -> None:
    """In place of `threading.excepthook`: a thread that was told to stop is no news."""
    if told.exc_type is None or not issubclass(told.exc_type, Halt):
        real_excepthook(told)
