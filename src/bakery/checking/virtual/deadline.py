"""The real time limit of a performance: seconds on a watch, and more of them on a machine that has no time for it."""

import time
from collections.abc import Callable

ENOUGH = 0.5
"""How much of its limit a performance may compute at least, before it is called hopeless."""

LATEST = 5.0
"""How many times its limit a performance gets at most, however busy the machine is."""

LOOK = 0.25
"""The part of the limit over which it is looked whether anything is computed at all."""

ASLEEP = 0.01
"""The part of such a look; who has computed less waits for something, and not for a processor."""

_monotonic = time.monotonic
_process_time = time.process_time
_thread_time = getattr(time, "thread_time", time.monotonic)  # a browser has none


def _computed_by_others() -> float:
    """Seconds of CPU that this process has used, but for the thread that asks."""
    return _process_time() - _thread_time()


class Deadline:
    """Over when `limit` seconds have passed; on a busy machine only when enough has been computed as well.

    A right answer that shares a processor with twenty others is late and not hopeless. `computed` tells the seconds of
    CPU so far, from whatever moment. Where nothing is computed, more time would bring nothing.
    """

    def __init__(
        self,
        limit: float,
        computed: Callable[[], float] = _computed_by_others,
        now: Callable[[], float] = _monotonic,
    ) -> None:
        self._limit = limit
        self._computed = computed
        self._now = now
        self._began = self._looked = now()
        self._at_first = self._at_look = computed()

    @classmethod
    def of_this_thread(cls, limit: float) -> "Deadline":
        """For what plays in the very thread that asks."""
        return cls(limit, _thread_time)

    def is_over(self) -> bool:
        """Whether the time is up; asked again and again from the beginning on, as it looks at what went on since."""
        now = self._now()
        if now - self._looked < LOOK * self._limit:
            return False
        computed = self._computed()
        asleep = computed - self._at_look < ASLEEP * (now - self._looked)
        self._looked, self._at_look = now, computed
        passed = now - self._began
        if passed < self._limit:
            return False
        enough = computed - self._at_first >= ENOUGH * self._limit
        return enough or asleep or passed >= LATEST * self._limit
