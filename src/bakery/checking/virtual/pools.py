"""Pools of threads: each run has its own, also of a pool that was made in an earlier cell, or by an earlier run.

A thread that idles from an earlier run knows nothing of this one's clock, and would never come back from it. So what is
handed to such a pool is handed to a twin of it, with as many threads. A pool of processes has a twin of threads.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary, ref

from bakery.checking.virtual.clock import BEGUN, SECOND, Clock
from bakery.checking.virtual.players import player

real_init = ThreadPoolExecutor.__init__
real_submit = ThreadPoolExecutor.submit
real_shutdown = ThreadPoolExecutor.shutdown
real_processes_submit = ProcessPoolExecutor.submit

_made_under: "WeakKeyDictionary[Executor, ref[Clock]]" = WeakKeyDictionary()
_twins: "WeakKeyDictionary[Executor, tuple[ref[Clock], ThreadPoolExecutor]]" = WeakKeyDictionary()
_busy: "WeakKeyDictionary[Executor, tuple[ref[Clock], list[int]]]" = WeakKeyDictionary()


def init(pool: ThreadPoolExecutor, *given: Any, **named: Any) -> None:
    """In place of `ThreadPoolExecutor.__init__`: remember under which clock it was made."""
    real_init(pool, *given, **named)
    if (me := player()) is not None:
        _made_under[pool] = ref(me.clock)


def submit(pool: ThreadPoolExecutor, function: Callable[..., Any], /, *args: Any, **named: Any) -> Any:
    """In place of `ThreadPoolExecutor.submit`."""
    me = player()
    if me is None or pool._shutdown:  # the latter raises
        return real_submit(pool, function, *args, **named)
    if me.clock.threadless:
        return do_aside(pool, me.clock, partial(function, *args, **named))
    return real_submit(_twin(pool, me.clock), function, *args, **named)


def submit_to_processes(
    pool: ProcessPoolExecutor, function: Callable[..., Any], /, *args: Any, **named: Any
) -> Any:
    """In place of `ProcessPoolExecutor.submit`: another process would know nothing of the clock."""
    me = player()
    if me is None:
        return real_processes_submit(pool, function, *args, **named)
    if me.clock.threadless:
        return do_aside(pool, me.clock, partial(function, *args, **named))
    return real_submit(_twin(pool, me.clock), function, *args, **named)


def shutdown(pool: ThreadPoolExecutor, wait: bool = True, *, cancel_futures: bool = False) -> None:
    """In place of `ThreadPoolExecutor.shutdown`."""
    me = player()
    if me is None or me.clock.threadless:
        return real_shutdown(pool, wait, cancel_futures=cancel_futures)
    twin = _twin(pool, me.clock)
    if twin is not pool:
        real_shutdown(twin, wait, cancel_futures=cancel_futures)
        wait = False  # its own threads belong to nobody here
    return real_shutdown(pool, wait, cancel_futures=cancel_futures)


def _twin(pool: Executor, clock: Clock) -> ThreadPoolExecutor:
    if isinstance(pool, ThreadPoolExecutor) and _made_under.get(pool, lambda: None)() is clock:
        return pool
    made, twin = _twins.get(pool, (None, None))
    if made is None or twin is None or made() is not clock:
        twin = ThreadPoolExecutor(
            pool._max_workers,  # type: ignore[attr-defined]
            thread_name_prefix=getattr(pool, "_thread_name_prefix", ""),
            initializer=getattr(pool, "_initializer", None),
            initargs=getattr(pool, "_initargs", ()),
        )
        _twins[pool] = (ref(clock), twin)
    return twin


class Later(Future[Any]):
    """What a thread of a pool gave, where there are no threads: done already, and there only at its moment."""

    def __init__(self, clock: Clock, until: int, outcome: Callable[[Future[Any]], None]) -> None:
        super().__init__()
        self._clock = clock
        self._until = until
        self._outcome = outcome
        loop = asyncio._get_running_loop()
        if loop is None:
            outcome(self)
        else:
            asyncio.BaseEventLoop.call_at(loop, BEGUN + until / SECOND, self._come)  # type: ignore[arg-type]

    def _come(self) -> None:
        if not self.done():
            self._outcome(self)

    def _wait(self, timeout: float | None) -> None:
        latest = self._until if timeout is None else self._clock.now + round(timeout * SECOND)
        if self._clock.now < min(self._until, latest):
            self._clock.park(min(self._until, latest))
        if self._clock.now >= self._until:
            self._come()
        elif not self.cancelled():
            raise TimeoutError

    def result(self, timeout: float | None = None) -> Any:
        """As any future's; the wait for it takes simulated time."""
        self._wait(timeout)
        return super().result(0)

    def exception(self, timeout: float | None = None) -> BaseException | None:
        """As any future's; the wait for it takes simulated time."""
        self._wait(timeout)
        return super().exception(0)


def do_aside(pool: Executor, clock: Clock, work: Callable[[], Any]) -> Later:
    """Do what a thread of the pool would do, when the first of them is free."""
    outcome: list[tuple[Any, BaseException | None]] = []

    def play() -> None:
        try:
            outcome.append((work(), None))
        except Exception as error:  # it belongs to whoever waits for it
            outcome.append((None, error))

    def tell(future: Future[Any]) -> None:
        if not future.set_running_or_notify_cancel():
            return
        value, error = outcome[0]
        if error is None:
            future.set_result(value)
        else:
            future.set_exception(error)

    size = pool._max_workers  # type: ignore[attr-defined]
    under, ends = _busy.get(pool, (None, []))
    busy = [end for end in ends if end > clock.now] if under is not None and under() is clock else []
    start = clock.now if len(busy) < size else sorted(busy)[-size]
    end = clock.aside(start, play)
    _busy[pool] = (ref(clock), [*busy, end])
    return Later(clock, end, tell)
