"""What the time is, and how it passes, for the players of a run."""

import select
import time
from collections.abc import Callable
from typing import Any

from bakery.checking.virtual.clock import BEGUN, SECOND
from bakery.checking.virtual.players import player

REAL: dict[str, Callable[..., Any]] = {
    name: getattr(time, name)
    for name in ("sleep", "time", "monotonic", "perf_counter", "time_ns", "monotonic_ns", "perf_counter_ns")
}

EPOCH = 1_700_000_000 * SECOND
"""What `time.time` starts from on stage: any date will do, as long as it is always the same."""

real_select = select.select


def sleep(seconds: float) -> None:
    """In place of `time.sleep`."""
    me = player()
    if me is None or not isinstance(seconds, int | float) or not 0 <= seconds <= 1e9:
        return REAL["sleep"](seconds)  # type: ignore[no-any-return]
    return me.clock.sleep(round(seconds * SECOND))


def select_nothing(reads: Any, writes: Any, errors: Any, timeout: float | None = None) -> Any:
    """In place of `select.select`: with nothing to watch, it is a way to sleep."""
    if player() is None or reads or writes or errors or not timeout or timeout < 0:
        return real_select(reads, writes, errors, timeout)
    sleep(timeout)
    return [], [], []


def _reader(name: str) -> Callable[[], float]:
    real = REAL[name]
    whole = name.endswith("_ns")
    start = EPOCH if name.startswith("time") else BEGUN * SECOND

    def read() -> float:
        me = player()
        if me is None:
            return real()  # type: ignore[no-any-return]
        now = me.clock.look() + start
        return now if whole else now / SECOND

    return read


READERS = {name: _reader(name) for name in REAL if name != "sleep"}
"""In place of the clocks of `time`."""
