"""Locks that tell the clock who waits for them; everything in `threading` and `queue` can be built on them."""

import time
from collections import deque
from types import TracebackType

from bakery.checking.virtual.clock import SECOND, Clock, Player, player, real_sleep

_real_monotonic = time.monotonic

POLL = 0.0005
"""Real seconds between two tries of a thread that takes no part in the check."""


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


class VirtualLock(Lockable):
    """A `threading.Lock` whose waiting is known to the clock. It goes on working when the clock has stopped."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._held = False
        self._waiting: deque[Player] = deque()
        self._given: set[int] = set()
        self._freed = 0

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        """Take the lock; as `threading.Lock.acquire`, with simulated seconds for the players."""
        me = player()
        if me is None or me.clock is not self._clock:
            return self._acquire_from_outside(blocking, timeout)
        until = None if timeout < 0 else self._clock.now + round(timeout * SECOND)
        if not self._held and self._clock.alone and self._freed > self._clock.now:
            return self._take_later(blocking, until)
        if not self._held:
            self._held = True
            return True
        if not blocking:
            return False
        self._waiting.append(me)
        try:
            while id(me) not in self._given:
                if not self._clock.park(until) and id(me) not in self._given:
                    return False
            return True
        finally:
            self._given.discard(id(me))
            if me in self._waiting:
                self._waiting.remove(me)

    def _take_later(self, blocking: bool, until: int | None) -> bool:
        """Take a lock that is free only because, alone, threads are played one after the other."""
        if not blocking:
            return False
        self._clock.now = self._freed if until is None else min(self._freed, until)
        self._held = self._clock.now == self._freed
        return self._held

    def _acquire_from_outside(self, blocking: bool, timeout: float) -> bool:
        end = _real_monotonic() + timeout
        while self._held:
            if not blocking or (timeout >= 0 and _real_monotonic() >= end):
                return False
            real_sleep(POLL)
        self._held = True
        return True

    def release(self) -> None:
        """Give the lock to whoever has waited longest."""
        if not self._held:
            raise RuntimeError("release unlocked lock")
        self._freed = self._clock.now
        while self._waiting:
            following = self._waiting.popleft()
            if following.state != "gone":
                self._given.add(id(following))
                self._clock.wake(following)
                return
        self._held = False

    def _at_fork_reinit(self) -> None:
        self._held = False
        self._waiting.clear()
