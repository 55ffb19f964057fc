"""The stage: what happened on it, and who is on it."""

import gc
import time
from _thread import get_ident
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from bakery.checking.virtual.clock import Clock
from bakery.checking.virtual.leftovers import Forgotten
from bakery.checking.virtual.players import Held

T = TypeVar("T")

LIMIT = 4.0
"""Real seconds that a performance may take. Simulated time costs none, so only a hopeless one needs them."""

MOST_PRINTED = 20_000
"""Characters kept of what is printed; the rest is only counted."""

SENDING_HOME = 0.2
"""Real seconds that the threads of a run get to wake up and end in."""

_real_monotonic, _real_sleep = time.monotonic, time.sleep


@dataclass
class Stage(Generic[T]):
    """One performance: what happened on it."""

    limit: float = LIMIT
    threadless: bool = False
    """Whether it plays in the very thread that asked for it."""
    clock: Clock | None = None
    threads: dict[int, str] = field(default_factory=dict)
    forgotten: list[Forgotten] = field(default_factory=list)
    troubles: list[BaseException] = field(default_factory=list)
    """What threads ended with."""
    value: T | None = None
    error: BaseException | None = None
    out_of_time: bool = False
    abandoned: bool = False
    """Whether something of it still runs, because it could not be stopped."""
    strange_limit: str = ""
    """What is to be said of a limit on time that was told by another clock."""
    last_line: str = ""
    """Where the reader's code was when the time was up."""
    afterwards: ExitStack = field(default_factory=ExitStack)
    """What is put back when the performance is over, also where it could not be stopped."""
    held: tuple[Held, ...] = ()
    """What kept an event loop from turning in the latest run."""
    _printed: list[str] = field(default_factory=list)
    _length: int = 0

    @property
    def printed(self) -> str:
        """What was printed on stage."""
        return "".join(self._printed)

    def write(self, text: str) -> None:
        """Keep what is printed, as far as anybody would read it."""
        if self._length < MOST_PRINTED:
            self._printed.append(text[: MOST_PRINTED - self._length])
        self._length += len(text)

    @contextmanager
    def run(self, clock: Clock) -> Iterator[None]:
        """Let the clock rule over what happens on stage."""
        self.clock = clock
        try:
            with clock.playing():
                yield
        finally:
            self.clock = None
            self.held = tuple(clock.held)
            self._send_home(clock)

    @staticmethod
    def _send_home(clock: Clock) -> None:
        """Wait for the threads that were told to stop; each has only to wake up."""
        end = _real_monotonic() + SENDING_HOME
        while any(other.ident for other in clock.others) and _real_monotonic() < end:
            _real_sleep(0.0005)

    def collect(self) -> None:
        """Find coroutines that nobody holds any more; they are young, so a quick collection finds them."""
        gc.collect(1)


stages: dict[int, "Stage[Any]"] = {}
"""Which stage a thread is on."""


def stage() -> "Stage[Any] | None":
    """The stage that the current thread is on, if any."""
    return stages.get(get_ident())
