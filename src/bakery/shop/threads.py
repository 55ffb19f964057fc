"""Threads, as a model, where there is only one: a handler that sleeps gives way to the others while it does.

While a handler computes, nobody else gets a turn, and that is how threads are on one core anyway. Every other
`time.sleep` stops everybody, as it should: Pyodide's own one lets the event loop go on, so that a blocked loop
could not be shown.
"""

import _thread
import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar

Pause = Callable[[Awaitable[Any]], Any]
"""Waits for an awaitable from plain code, while the event loop goes on."""

P = ParamSpec("P")
T = TypeVar("T")


class Threads:
    """Threads, as a model: one call after the other, except that whoever sleeps gives way.

    `pause` waits from plain code; where that is not `possible`, a call that sleeps stops everybody. `block` is the
    true `time.sleep`.
    """

    def __init__(
        self, pause: Pause, block: Callable[[float], None], possible: Callable[[], bool] = lambda: True
    ) -> None:
        self._pause = pause
        self._block = block
        self._possible = possible
        self._inside = False
        self._number = 0
        self._idle = 0.0

    @property
    def overlap(self) -> bool:
        """Whether one call can sleep while another one runs."""
        return self._possible()

    @property
    def gives_way(self) -> bool:
        """Whether the running code is a thread of the model, and may wait while another one runs."""
        return self._inside and self.overlap

    def worked(self) -> float:
        """What `time.thread_time` is: seconds, without those that the running thread slept."""
        return time.perf_counter() - self._idle

    def ident(self) -> int:
        """What `threading.get_ident` is: of the thread of the model that `numbered` told, or the true one."""
        return self._number or _thread.get_ident()

    @contextmanager
    def numbered(self, number: int) -> Iterator[None]:
        """Let what is called here run in the thread of this number."""
        before, self._number = self._number, number
        try:
            yield
        finally:
            self._number = before

    def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a function as a thread of the model would."""
        before, self._inside = self._inside, True
        try:
            return function(*args, **kwargs)
        finally:
            self._inside = before

    def sleep(self, seconds: float) -> None:
        """What `time.sleep` is: other threads get a turn, but only where a thread sleeps."""
        if not self.gives_way:
            before = self.worked()
            self._block(seconds)
            self._idle = time.perf_counter() - before
            return
        if seconds < 0:
            raise ValueError("sleep length must be non-negative")
        self.wait(asyncio.sleep(seconds))

    def wait(self, awaitable: Awaitable[T]) -> T:
        """Wait for an awaitable from plain code. Raises `RuntimeError` where nothing can."""
        if not self.overlap:
            if asyncio.iscoroutine(awaitable):
                awaitable.close()
            raise RuntimeError("This browser cannot wait in plain code. In a cell, write `await` instead.")
        # Others run meanwhile, and theirs may be the loop's own code, which has no threads to give way to.
        before, self._inside = self._inside, False
        number, self._number = self._number, 0
        worked = self.worked()
        try:
            result: T = self._pause(awaitable)
            return result
        finally:
            self._inside, self._number = before, number
            self._idle = time.perf_counter() - worked  # what others did meanwhile is not this thread's work
