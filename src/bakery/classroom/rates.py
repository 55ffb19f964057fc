"""How often somebody may ask: a bucket of drops for each, which fills up again by itself."""

from collections.abc import Callable
from time import monotonic

MOST = 2_000
"""Buckets that are remembered; beyond that the fullest are forgotten, since whoever has a full one has not asked lately."""


class Rate:
    """Each key may ask `burst` times at once, and then `each_second` times a second."""

    def __init__(self, burst: float, each_second: float, clock: Callable[[], float] = monotonic) -> None:
        self._burst = burst
        self._each_second = each_second
        self._clock = clock
        self._buckets: dict[str, tuple[float, float]] = {}
        """Drops that were left, and when."""

    def allows(self, key: str) -> bool:
        """Whether this one may ask now; it costs a drop."""
        left = self.left(key)
        if left < 1:
            return False
        self._buckets[key] = (left - 1, self._clock())
        if len(self._buckets) > MOST:
            self._forget()
        return True

    def left(self, key: str) -> float:
        """How many times this one may ask at this moment."""
        left, then = self._buckets.get(key, (self._burst, 0.0))
        return min(self._burst, left + (self._clock() - then) * self._each_second)

    def _forget(self) -> None:
        fullest = sorted(self._buckets, key=self.left, reverse=True)
        for key in fullest[: MOST // 2]:
            del self._buckets[key]
