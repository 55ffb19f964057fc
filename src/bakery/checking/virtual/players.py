"""Who takes part in a run, and what was seen of them: waits, holds, queues. Moments are in nanoseconds since its start."""

import threading
from _thread import allocate_lock, get_ident
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bakery.checking.virtual.clock import Clock


@dataclass(eq=False, slots=True)
class Player:
    """One thread that takes part; all fields belong to the clock."""

    clock: "Clock"
    ident: int = 0
    state: str = "ready"
    """`running` (has the baton), `ready`, `parked`, `astray` (blocked where the clock cannot see), `gone`."""
    until: int | None = None
    woken: bool = False
    turn: int = 0
    reads: int = 0
    working: int = 0
    """The turn of the event loop that this thread is working at; 0 where it runs no loop, or the loop waits."""
    gate: "threading.Lock" = field(default_factory=allocate_lock)
    joiners: list["Player"] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.gate.acquire()


@dataclass(frozen=True, slots=True)
class Wait:
    """One wait for time to pass."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Held:
    """An event loop was kept from turning: by a wait that was not awaited, or by work."""

    line: str
    """The reader's innermost line."""
    caller: str = ""
    """The line of the `async def` that it was called from, where that is another one."""
    function: str = ""
    """The innermost function of the reader's."""
    nanoseconds: int = 0
    """Simulated; 0 where real time went by."""
    worked: bool = False
    """Whether it computed, and did not wait."""
    elsewhere: bool = False
    """Whether the innermost function stands in another cell than its caller."""
    parameters: bool = False
    """Whether the innermost function is called with something."""


@dataclass(frozen=True, slots=True)
class Queued:
    """Somebody waited for a lock, a semaphore or the like."""

    line: str
    nanoseconds: int


players: dict[int, Player] = {}
"""Who takes part in a run, by thread."""


def player() -> Player | None:
    """The player that the current thread is, if any."""
    return players.get(get_ident())
