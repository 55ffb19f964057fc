"""An event loop on the virtual clock: `asyncio.sleep(10)` takes exactly ten simulated seconds, at once."""

import asyncio
import selectors
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context
from typing import Any

from bakery.checking.virtual.clock import SECOND, Clock, Endless, Player, Wait, player

TURNS = 10_000
"""How many turns of the loop may go by without any time passing: few enough for a busy machine and a slow Python."""

POOL = 32
"""Threads of the loop's own pool: asyncio's largest, so that answers are judged alike on every machine."""

GRACE = 0.05
"""Real seconds that the loop waits for a real socket before simulated time goes on."""


class _Selector(selectors.BaseSelector):
    """Where an event loop waits. Here it gives the baton away instead."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._real = selectors.DefaultSelector()
        self._turns = 0
        self._seen = -1
        self.waiting: Player | None = None
        self.hurried = False

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        me = player()
        if self.hurried or me is None or me.clock is not self._clock:
            return self._real.select(0)
        self.waiting = me
        self._turns = self._turns + 1 if self._clock.now == self._seen else 0
        self._seen = self._clock.now
        if self._turns > (TURNS // 10 if self._clock.alone else TURNS):  # alone, every step is watched
            raise Endless
        if timeout is not None and timeout <= 0:
            self._clock.give_way()
        elif not (found := self._look_outside()):
            self._clock.park(None if timeout is None else self._clock.now + round(timeout * SECOND))
        else:
            return found
        return self._real.select(0) if self._has_sockets() else []

    def _has_sockets(self) -> bool:
        return bool(self._real.get_map())

    def _look_outside(self) -> list[tuple[selectors.SelectorKey, int]]:
        if not self._has_sockets():
            return []
        self._clock.give_way()
        return self._real.select(GRACE)

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._real.register(fileobj, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._real.unregister(fileobj)

    def modify(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._real.modify(fileobj, events, data)

    def close(self) -> None:
        self._real.close()

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._real.get_map()


class VirtualLoop(asyncio.SelectorEventLoop):
    """A selector event loop whose time is the clock's; `pool` is the size of its own thread pool."""

    def __init__(self, clock: Clock, pool: int = POOL) -> None:
        self._virtual = _Selector(clock)
        self._clock = clock
        self._pool = pool
        self._busy: list[int] = []
        self.troubles: list[BaseException] = []
        """What tasks raised that nobody waited for."""
        super().__init__(self._virtual)
        # Timers are due within half a nanosecond of the moment that the clock jumped to.
        self._clock_resolution = 1e-9
        self.set_exception_handler(self._note)

    def time(self) -> float:
        """Simulated seconds."""
        return self._clock.seconds

    def call_later(  # type: ignore[override]
        self, delay: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        """As any loop does; waits of a coroutine are noted."""
        # This is what asyncio.sleep hands over; other timers are time limits, and nobody's waiting.
        if getattr(callback, "__name__", "") == "_set_result_unless_cancelled":
            now = self._clock.now
            self._clock.waits.append(Wait(now, now + max(0, round(min(delay, 1e9) * SECOND))))
        return super().call_later(delay, callback, *args, context=context)

    def run_in_executor(self, executor: Any, func: Any, *args: Any) -> Any:  # type: ignore[override]
        """As any loop does, with a pool of the size that was asked for."""
        if executor is None and self._clock.alone:
            return self._done_aside(func, args)
        if executor is None and getattr(self, "_default_executor", None) is None:
            self.set_default_executor(ThreadPoolExecutor(self._pool, thread_name_prefix="asyncio"))
        return super().run_in_executor(executor, func, *args)

    def _done_aside(self, func: Callable[..., Any], args: tuple[Any, ...]) -> "asyncio.Future[Any]":
        """What a thread of the pool would do, where there are no threads."""
        future: asyncio.Future[Any] = self.create_future()
        outcome: list[Any] = []
        errors: list[Exception] = []

        def work() -> None:
            try:
                outcome.append(func(*args))
            except Exception as error:  # it belongs to whoever waits for it
                errors.append(error)

        def deliver() -> None:
            if future.cancelled():
                return
            if errors:
                future.set_exception(errors[0])
            else:
                future.set_result(outcome[0])

        now = self._clock.now
        busy = [end for end in self._busy if end > now]
        start = now if len(busy) < self._pool else sorted(busy)[-self._pool]
        end = self._clock.aside(start, work)
        self._busy = [*busy, end]
        self.call_later((end - now) / SECOND, deliver)
        return future

    def hurry(self) -> None:
        """From now on the loop never waits: the run is over, and it only tidies up."""
        self._virtual.hurried = True

    # Other threads wake the loop through the clock, so it needs no socket to itself; a browser has none.

    def _make_self_pipe(self) -> None:
        pass

    def _close_self_pipe(self) -> None:
        pass

    def _write_to_self(self) -> None:
        """Somebody called from another thread."""
        if self._virtual.waiting is not None:
            self._clock.wake(self._virtual.waiting)

    def _note(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, BaseException):
            self.troubles.append(error)
