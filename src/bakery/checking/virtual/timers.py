"""Timers of the virtual loop: which of them somebody waits for, and which only limit another wait."""

import asyncio
from collections.abc import Callable
from contextvars import Context
from typing import Any

from bakery.checking.virtual.clock import BEGUN
from bakery.checking.virtual.players import Wait

SLEEPING = "_set_result_unless_cancelled"
"""What `asyncio.sleep` has called at its end."""

LIMITS = {"_on_timeout", "_release_waiter"}
"""What `asyncio.timeout`, `wait_for` and `wait` have called when the time is up."""


class Noted:
    """The waits that the timers of one loop have ended.

    A timer that comes due and wakes somebody was waited for, whoever set it. A time limit was waited for only where it
    did not cut another wait short: that one counts by itself.
    """

    def __init__(self, waits: list[Wait]) -> None:
        self._waits = waits
        self._limits: list[Wait] = []

    def came(self, wait: Wait, *, is_limit: bool) -> None:
        """A timer was due, and somebody went on."""
        self._waits.append(wait)
        if is_limit:
            self._limits.append(wait)

    def cut(self, wait: Wait) -> None:
        """A sleep was cancelled."""
        if wait.end > wait.start:
            self._waits.append(wait)
        for limit in self._limits:
            if limit.end == wait.end and limit in self._waits:
                self._waits.remove(limit)
                self._limits.remove(limit)
                return


class Timer(asyncio.TimerHandle):
    """A timer that says whether anybody waited for it; `now` gives the moment in nanoseconds."""

    def __init__(
        self,
        when: float,
        callback: Callable[..., object],
        args: tuple[Any, ...],
        loop: Any,
        context: Context | None,
        now: Callable[[], int],
        noted: Noted,
    ) -> None:
        super().__init__(when, callback, args, loop, context)
        name = getattr(callback, "__name__", "")
        self._sleeps = name == SLEEPING
        self._limits = name in LIMITS
        self._now = now
        self._noted = noted
        self._start = now()

    def _run(self) -> None:
        ready = len(self._loop._ready)  # type: ignore[attr-defined]
        super()._run()
        if len(self._loop._ready) > ready:  # type: ignore[attr-defined]
            self._noted.came(Wait(self._start, self._now()), is_limit=self._limits)

    def cancel(self) -> None:
        """As any timer does; a sleep that ends early was a wait all the same."""
        if self._sleeps and not self.cancelled() and self.when() - BEGUN >= self._now() / 1e9 + 1e-9:
            self._noted.cut(Wait(self._start, self._now()))
        super().cancel()
