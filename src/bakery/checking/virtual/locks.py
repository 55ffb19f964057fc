"""Locks that tell the clock who waits for them; everything in `threading` and `queue` can be built on them."""

import queue
import sys
import threading
import time
from _thread import LockType, get_ident
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Any

from bakery.checking.virtual.clock import SECOND, Clock
from bakery.checking.virtual.halts import Deadlock, Halt
from bakery.checking.virtual.lines import own_line
from bakery.checking.virtual.players import Player, Queued, Wait, player

_real_monotonic, _real_sleep = time.monotonic, time.sleep

POLL = 0.0005
"""Real seconds between two tries of a thread that takes no part in the check."""


class WouldWaitError(BaseException):
    """Somebody who may not wait would have to."""


_impatient: set[int] = set()
"""The threads in which nobody may wait."""


@contextmanager
def nobody_waits() -> Iterator[None]:
    """Let whoever would have to wait for a lock in this thread give up instead, with a `WouldWaitError`."""
    again: Any = threading._PyRLock  # type: ignore[attr-defined]
    acquire, me = again.acquire, get_ident()

    def acquire_for_the_first_time(lock: Any, *given: Any, **named: Any) -> Any:
        if (
            lock._owner is not None and get_ident() in _impatient
        ):  # whoever has it stands still, in this very thread
            raise WouldWaitError
        return acquire(lock, *given, **named)

    _impatient.add(me)
    again.acquire = again.__enter__ = acquire_for_the_first_time
    try:
        yield
    finally:
        _impatient.discard(me)
        again.acquire = again.__enter__ = acquire


class Lockable:
    """What is the same for every lock, however it is waited for."""

    _held = False

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        """Take the lock, as `threading.Lock.acquire`."""
        raise NotImplementedError

    def release(self) -> None:
        """Give the lock back."""
        raise NotImplementedError

    def locked(self) -> bool:
        """Whether somebody has it."""
        return self._held

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


class TakenInTurn(Lockable):
    """A lock that knows when it was held: without threads, players are played one after the other, each from its own moment."""

    def __init__(self) -> None:
        self._held = False
        self._since = 0
        self._taken: tuple[Clock | None, list[tuple[int, int]]] = (None, [])

    def _take(self, clock: Clock) -> bool:
        self._held, self._since = True, clock.now
        return True

    def _note_period(self, clock: Clock) -> None:
        """Remember from when until when it was held."""
        if clock.now > self._since:
            of, periods = self._taken
            self._taken = clock, [*(periods if of is clock else ()), (self._since, clock.now)]

    def _freed(self, clock: Clock) -> int:
        """The moment from which on it is free: without threads, they are played one after the other."""
        of, periods = self._taken
        moment = clock.now
        for start, end in sorted(periods) if of is clock else ():
            if start <= moment < end:
                moment = end
        return moment

    def _take_later(self, clock: Clock, freed: int, blocking: bool, until: int | None) -> bool:
        if not blocking:
            return False
        start = clock.now
        clock.now = freed if until is None else min(freed, until)
        self._held, self._since = clock.now == freed, clock.now
        if self._held:
            clock.queued.append(Queued(own_line(sys._getframe(2)), freed - start))
        else:
            clock.waits.append(Wait(start, clock.now))
        return self._held


class VirtualLock(TakenInTurn):
    """A `threading.Lock` whose waiting is known to the clock of whoever waits. It outlives any clock."""

    def __init__(self) -> None:
        super().__init__()
        self._waiting: deque[Player] = deque()
        self._given: set[int] = set()

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        """Take the lock; as `threading.Lock.acquire`, with simulated seconds for the players."""
        me = player()
        if me is None:
            return self._acquire_from_outside(blocking, timeout)
        me.clock.come_back(me)
        until = None if timeout < 0 else me.clock.now + round(timeout * SECOND)
        if not self._held and me.clock.threadless and (freed := self._freed(me.clock)) > me.clock.now:
            return self._take_later(me.clock, freed, blocking, until)
        if not self._held:
            return self._take(me.clock)
        return blocking and self._wait(me, until)

    def _wait(self, me: Player, until: int | None) -> bool:
        if get_ident() in _impatient:
            raise WouldWaitError
        start = me.clock.now
        self._waiting.append(me)
        try:
            while id(me) not in self._given:
                if not me.clock.park(until) and id(me) not in self._given:
                    me.clock.waits.append(Wait(start, me.clock.now))  # only time has ended it
                    return False
            if me.clock.now > start:
                me.clock.queued.append(Queued(own_line(sys._getframe(2)), me.clock.now - start))
            return True
        except Deadlock:
            me.clock.queued.append(Queued(own_line(sys._getframe(2)), 0))
            raise
        finally:
            self._given.discard(id(me))
            if me in self._waiting:
                self._waiting.remove(me)

    def _acquire_from_outside(self, blocking: bool, timeout: float) -> bool:
        end = _real_monotonic() + timeout
        while self._held:
            if not blocking or (timeout >= 0 and _real_monotonic() >= end):
                return False
            _real_sleep(POLL)
        self._held = True
        return True

    def release(self) -> None:
        """Give the lock to whoever has waited longest. Raises `RuntimeError` where nobody has it."""
        if not self._held:
            raise RuntimeError("release unlocked lock")
        if (me := player()) is not None:
            with suppress(Halt):  # it has to be given back all the same
                me.clock.come_back(me)
            if me.clock.threadless:
                self._note_period(me.clock)
        while self._waiting:
            following = self._waiting.popleft()
            if following.state != "gone":
                self._given.add(id(following))
                following.clock.wake(following)
                return
        self._held = False

    def _at_fork_reinit(self) -> None:
        self._held = False
        self._waiting.clear()


def twin(value: Any) -> Any:
    """A fresh lock, or something made of locks, in place of one that was made outside; None for anything else.

    A real lock that somebody has stays what it is. A queue's twin takes over what is in the queue.
    """
    kind = type(value)
    if kind is LockType or (issubclass(kind, Lockable) and kind is not VirtualLock):
        return None if value.locked() else threading.Lock()
    if kind in {threading.Event, threading.Condition}:
        fresh = kind()
        if kind is threading.Event and value.is_set():
            fresh.set()
        return fresh
    if kind in {threading.Semaphore, threading.BoundedSemaphore}:
        return kind(value._value)
    if kind in {queue.Queue, queue.LifoQueue, queue.PriorityQueue}:
        fresh = kind(value.maxsize)
        fresh.queue.extend(value.queue)
        fresh.unfinished_tasks = value.unfinished_tasks
        return fresh
    return threading.RLock() if kind is type(REAL_RLOCK) else None


REAL_RLOCK = threading.RLock()
