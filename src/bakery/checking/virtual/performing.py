"""A performance: code that may do what it likes, in a thread of its own, with a real time limit."""

import logging
import sys
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Any, TypeVar

from bakery.checking.virtual.deadline import Deadline
from bakery.checking.virtual.halts import Halt, TimeUp
from bakery.checking.virtual.leftovers import close_all
from bakery.checking.virtual.lines import is_own, own_line
from bakery.checking.virtual.players import player
from bakery.checking.virtual.replacing import replaced
from bakery.checking.virtual.stage import LIMIT, Stage, stages
from bakery.checking.virtual.supervising import Supervisor
from bakery.checking.virtual.threadless import alarm, stepped_out
from bakery.doctor import IN_A_BROWSER

T = TypeVar("T")

GRACE = 0.8
"""Real seconds to end a performance that was told to stop."""

DEPTH = 2
"""Frames that a coroutine remembers of those that made it: a call of a database driver's is made by the driver."""

NOTICED_WATCHED = 2.0
"""As `supervising.NOTICED`, where every step of the reader's code is watched, and takes ten times as long."""

_real_thread_time = getattr(time, "thread_time", time.monotonic)


def perform(
    work: Callable[["Stage[T]"], T],
    *,
    limit: float = LIMIT,
    grace: float = GRACE,
    threadless: bool = IN_A_BROWSER,
) -> "Stage[T]":
    """Do the work on a stage of its own, for at most so many real seconds; it cannot do any harm there.

    On a machine with no time for it the work gets up to `deadline.LATEST` times as long, until it has computed enough.

    `os._exit`, a crash of the interpreter or memory running out cannot be caught: they end the kernel. A loop inside of
    C cannot be stopped, and one that keeps the interpreter to itself, such as `sum(range(10**12))`, keeps everybody waiting.
    `threadless`, in the very thread that asks, the time limit holds only where the reader's own lines are running.
    """
    performance: Stage[T] = Stage(limit, threadless)
    with replaced(), performance.afterwards:
        if threadless:
            with stepped_out(), alarm(is_own, _watch(performance)):
                _play(performance, work)
            return performance
        thread = _begin(performance, work)
        supervisor = Supervisor(performance, thread, grace)
        try:
            supervisor.watch()
        except BaseException:  # the reader presses Stop: nothing may be left running
            supervisor.end()
            raise
    return performance


def _play(performance: Stage[T], work: Callable[[Stage[T]], T]) -> None:
    ident = threading.get_ident()
    stages[ident] = performance
    performance.threads[ident] = "main"
    depth = sys.get_coroutine_origin_tracking_depth()
    sys.set_coroutine_origin_tracking_depth(DEPTH)
    try:
        performance.value = work(performance)
    except BaseException as error:  # anything may be raised here, also an order to exit
        performance.error = error
        let_go(performance, error)
        close_all()
    finally:
        sys.set_coroutine_origin_tracking_depth(depth)
        performance.threads.pop(ident, None)
        stages.pop(ident, None)


def _watch(performance: Stage[Any]) -> Callable[[FrameType], BaseException | None]:
    """Whether the time of a stage is up, asked from within; on the way, what computes too long is noted."""
    deadline = Deadline.of_this_thread(performance.limit)
    work = _Work()

    def is_over(frame: FrameType) -> BaseException | None:
        if not deadline.is_over():
            work.look(frame)
            return None
        performance.out_of_time = True
        performance.last_line = own_line(frame)
        return TimeUp()

    return is_over


class _Work:
    """How long the reader's code has computed in this turn of an event loop."""

    def __init__(self) -> None:
        self._turn = 0
        self._began = 0.0
        self._told = 0

    def look(self, frame: FrameType) -> None:
        me = player()
        now = _real_thread_time()
        if me is None or not me.working or me.working != self._turn:
            self._turn, self._began = (me.working if me else 0), now
        elif now - self._began > NOTICED_WATCHED and self._told != self._turn:
            self._told = self._turn
            me.clock.note_hold(frame, 0, worked=True)


def _begin(performance: Stage[T], work: Callable[[Stage[T]], T]) -> threading.Thread:
    thread = threading.Thread(target=_play, args=(performance, work), name="check", daemon=True)
    before = 0
    with suppress(ValueError, RuntimeError):
        before = threading.stack_size(64 * 2**20)  # deep recursion has to end in an error, not in a crash
    try:
        thread.start()
    finally:
        with suppress(ValueError, RuntimeError):
            threading.stack_size(before)
    return thread


def let_go(performance: "Stage[Any]", *errors: BaseException) -> None:
    """Free what the frames of errors hold, while it can still be told whose it was.

    Else a coroutine in them would warn, much later and in some other cell, that it was never awaited.
    """
    several: list[BaseException | None] = list(errors)
    seen: set[int] = set()
    while several:
        one = several.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        traceback.clear_frames(one.__traceback__)
        for frame, _ in traceback.walk_tb(one.__traceback__):
            len(frame.f_locals)  # asked again, so that it forgets what somebody has seen there before
        several += [one.__context__, one.__cause__]
    performance.collect()


def _is_news(record: logging.LogRecord) -> bool:
    """A pool reports a thread that was told to stop; that is no news."""
    return not (record.exc_info and isinstance(record.exc_info[1], Halt))


logging.getLogger("concurrent.futures").addFilter(_is_news)
