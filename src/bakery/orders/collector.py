"""The garbage collector, kept away while orders are measured."""

import gc
import threading


class Collector:
    """Keeps the garbage collector away while any run is measured, as `timeit` does.

    Looking through all objects of a kernel takes it some 50 ms; among a thousand orders it does so again and
    again, and adds half a second that no server has caused.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._runs = 0
        self._was_on = False

    def __enter__(self) -> None:
        with self._lock:
            if not self._runs:
                self._was_on = gc.isenabled()
                gc.disable()
            self._runs += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._runs -= 1
            if not self._runs and self._was_on:
                gc.enable()


COLLECTOR_AWAY = Collector()
"""All runs share one: the collector comes back when the last of them is over."""
