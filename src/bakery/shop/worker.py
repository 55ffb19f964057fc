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
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @property
    def at_work(self) -> bool:
        """Whether it has begun and not ended."""
        return self._thread.ident is not None and not self._over.is_set()

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def wait(self, seconds: float) -> None:
        """Wait until it has ended, for so many seconds at most."""
        if self._over.wait(seconds):
            self._thread.join()

    def _run(self) -> None:
        try:
            self._work()
        finally:
            self._over.set()
