"""One line about a long run, while it runs."""

import os
import sys
import time
from collections.abc import Callable
from typing import TextIO

from bakery.counting import counted

PATIENCE = 5.0
"""Seconds after which a run begins to show its progress."""

TICK = 1.0
"""Seconds from one line of progress to the next."""

VARIABLE = "BAKERY_ORDERS_IN_FLIGHT"
"""Set this environment variable to "off" where outputs are compared: how much there is to tell depends on the machine."""


class ProgressLine:
    """One line about a long run, rewritten in place, on the error stream; gone when the run is over."""

    def __init__(
        self, orders: int, stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._orders = orders
        self._stream = stream
        self._clock = clock
        self._start = clock()
        self._width = 0

    def show(self, served: int) -> None:
        """Tell how far the run is, if it is a long one."""
        seconds = self._clock() - self._start
        if seconds < PATIENCE or os.environ.get(VARIABLE) == "off":
            return
        waiting = self._orders - served
        flight = f"{counted(waiting, 'order')} in flight"
        self._write(f"{served:,} of {counted(self._orders, 'cake')} served, {flight}, {seconds:.0f} s")

    def erase(self) -> None:
        """Leave nothing behind."""
        if self._width:
            self._write("")
            self._write("")

    def _write(self, line: str) -> None:
        stream = self._stream or sys.stderr
        stream.write("\r" + line.ljust(self._width))
        stream.flush()
        self._width = len(line)
