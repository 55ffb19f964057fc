"""Locks among threads of the model, of which no thread of the model waits in vain."""

import asyncio
import time
from collections import deque
from typing import Any

from bakery.browser.telling import REAL, NoMachineError
from bakery.checking.virtual.clock import SECOND
from bakery.checking.virtual.locks import TakenInTurn
from bakery.checking.virtual.players import Wait, player


class Lock(TakenInTurn):
    """A `threading.Lock` among threads of the model: whoever waits for it gives way.

    Whoever cannot give way would wait for ever, and is told so.
    """

    def __init__(self, threads: Any) -> None:  # noqa: ANN401  # threads of the model
        super().__init__()
        self._threads = threads
        self._waiting: deque[asyncio.Future[None]] = deque()

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        """Take the lock, as `threading.Lock.acquire`. Raises `NoMachineError` where nobody could give it back."""
        me = player()
        if me is not None:
            return self._acquire_in_a_check(me, blocking, timeout)
        if not self._held:
            self._held = True
            return True
        if not blocking:
            return False
        if not self._threads.gives_way:
            if timeout >= 0:
                time.sleep(timeout)
                return False
            raise NoMachineError(
                f"This waits for another thread, and a browser gives Python only this one. {REAL}"
            )
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            self._threads.wait(asyncio.wait_for(turn, None if timeout < 0 else timeout))
        except TimeoutError:
            return False
        return True

    def _acquire_in_a_check(self, me: Any, blocking: bool, timeout: float) -> bool:  # noqa: ANN401  # a player
        until = None if timeout < 0 else me.clock.now + round(timeout * SECOND)
        start = me.clock.now
        if self._held:
            if blocking:
                me.clock.park(until)  # nobody else is playing: a deadlock, or the time runs out
                me.clock.waits.append(Wait(start, me.clock.now))
            return False
        if (freed := self._freed(me.clock)) > start:
            return self._take_later(me.clock, freed, blocking, until)
        return self._take(me.clock)

    def release(self) -> None:
        """Give the lock to whoever has waited longest. Raises `RuntimeError` where nobody has it."""
        if not self._held:
            raise RuntimeError("release unlocked lock")
        if (me := player()) is not None:
            self._note_period(me.clock)
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._held = False

    def _at_fork_reinit(self) -> None:
        self._held = False


def lent(threads: Any) -> type[Lock]:  # noqa: ANN401  # threads of the model
    """The class of these threads' locks. Some keep `threading.Lock` as an attribute of theirs, and call it there."""

    class Lent(Lock):
        def __init__(self) -> None:
            super().__init__(threads)

    return Lent
