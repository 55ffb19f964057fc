"""The thread that a server runs in."""

import threading
from collections.abc import Callable


class Worker:
    """The thread of a server: it may be waited for, and the waiting interrupted.

    Not `Thread.join` for that: interrupted, it leaves Python 3.11 and 3.12 in the belief that the thread has ended.
    """

    def __init__(self, work: Callable[[], None], name: str) -> None:
        self._work = work
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._begun = self._called_off = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @property
    def at_work(self) -> bool:
        """Whether it has begun and not ended."""
        return self._begun and not self._over.is_set()

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def call_off(self) -> bool:
        """Let it never begin; whether that is so, as it had not begun yet.

        Where starting it was interrupted, its thread may still be on its way.
        """
        with self._lock:
            self._called_off = not self._begun
            return self._called_off

    def wait(self, seconds: float) -> None:
        """Wait until it has ended, for so many seconds at most."""
        if self._over.wait(seconds):
            self._thread.join()

    def _run(self) -> None:
        with self._lock:
            if self._called_off:
                return
            self._begun = True
        try:
            self._work()
        finally:
            self._over.set()
