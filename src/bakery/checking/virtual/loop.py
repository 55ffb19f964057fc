"""An event loop on the virtual clock: `asyncio.sleep(10)` takes exactly ten simulated seconds, at once."""

import asyncio
import gc
import selectors
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context
from heapq import heappush
from typing import Any

from bakery.checking.virtual.clock import BEGUN, SECOND, Clock
from bakery.checking.virtual.halts import Endless
from bakery.checking.virtual.lines import is_own, line_of, line_of_task
from bakery.checking.virtual.players import Player, player
from bakery.checking.virtual.timers import Noted, Timer

TURNS = 10_000
"""How many turns of the loop may go by without any time passing: few enough for a busy machine and a slow Python."""

POOL = 32
"""Threads of the loop's own pool: asyncio's largest, so that answers are judged alike on every machine."""

COLLECTING = 0.1
"""Simulated seconds between two collections of garbage, where they are asked for."""

COLLECTIONS = 20
"""How many of them there are: a wait for garbage has to end."""

GRACE = 0.05
"""Real seconds that the loop waits for a real socket before simulated time goes on."""


class _Selector(selectors.BaseSelector):
    """Where an event loop waits. Here it gives the baton away instead."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._real = selectors.DefaultSelector()
        self._turns = 0
        self._turn = 0
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
        # Without threads every step is watched, and takes longer.
        if self._turns > (TURNS // 10 if self._clock.threadless else TURNS):
            raise Endless
        me.working = 0
        try:
            return self._wait(timeout)
        finally:
            self._turn += 1
            me.working = self._turn

    def _wait(self, timeout: float | None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is not None and timeout <= 0:
            self._clock.give_way()
        elif not (found := self._look_outside()):
            until = None if timeout is None else self._clock.now + round(timeout * SECOND)
            self._clock.park(until, turning=True)
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
        self._noted = Noted(clock.waits)
        self.troubles: list[BaseException] = []
        """What tasks raised that nobody waited for."""
        self.lost: list[str] = []
        """Where tasks waited that were thrown away before they were done."""
        self.unclosed: list[str] = []
        """Where async generators stood that were thrown away before they were closed."""
        super().__init__(self._virtual)
        # Timers are due within half a nanosecond of the moment that the clock jumped to.
        self._clock_resolution = 1e-9
        self.set_exception_handler(self._note)

    def time(self) -> float:
        """Simulated seconds, as `time.monotonic` has them."""
        return BEGUN + self._clock.seconds

    def call_at(  # type: ignore[override]
        self, when: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        """As any loop does; the timer notes who waited for it."""
        self._check_closed()  # type: ignore[attr-defined]
        timer = Timer(when, callback, args, self, context, lambda: self._clock.now, self._noted)
        heappush(self._scheduled, timer)  # type: ignore[attr-defined]
        timer._scheduled = True  # type: ignore[attr-defined]
        return timer

    def call_soon_threadsafe(  # type: ignore[override]
        self, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        """As any loop does. What a thread asks for that is played aside comes at that thread's moment, and not before it."""
        if self._clock.threadless and asyncio._get_running_loop() is None:
            return asyncio.BaseEventLoop.call_at(self, self.time(), callback, *args, context=context)
        return super().call_soon_threadsafe(callback, *args, context=context)

    def run_in_executor(self, executor: Any, func: Any, *args: Any) -> Any:  # type: ignore[override]
        """As any loop does, with a pool of the size that was asked for."""
        if executor is None and getattr(self, "_default_executor", None) is None:
            self.set_default_executor(ThreadPoolExecutor(self._pool, thread_name_prefix="asyncio"))
        return super().run_in_executor(executor, func, *args)

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
        error, task = context.get("exception"), context.get("task")
        if isinstance(error, BaseException):
            self.troubles.append(error)
        elif isinstance(task, asyncio.Task) and "destroyed" in context.get("message", ""):
            # Its coroutine may have been thrown away first, and then only the name is left.
            self.lost.append(line_of_task(task) or f"`{getattr(task.get_coro(), '__name__', '?')}`")

    def _asyncgen_finalizer_hook(self, agen: Any) -> None:
        if agen.ag_frame is not None and is_own(agen.ag_code):
            self.unclosed.append(line_of(agen.ag_frame))
        super()._asyncgen_finalizer_hook(agen)  # type: ignore[misc]

    @property
    def has_work(self) -> bool:
        """Whether something is to be done at its next turn."""
        return bool(getattr(self, "_ready", ()))

    @property
    def open_generators(self) -> list[str]:
        """Where async generators stand, or stood, that nobody has closed."""
        there: list[Any] = list(getattr(self, "_asyncgens", ()))
        still = [line_of(one.ag_frame) for one in there if one.ag_frame is not None and is_own(one.ag_code)]
        return [*self.unclosed, *still]

    def collect(self, left: int = COLLECTIONS) -> None:
        """Throw away, from time to time, whatever nobody holds."""
        gc.collect(1)
        if left:
            asyncio.BaseEventLoop.call_at(self, self.time() + COLLECTING, self.collect, left - 1)
