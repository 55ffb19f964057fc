"""Looking after a stage from outside: what is stuck is passed over, what holds its loop up is noted, what hangs is ended."""

import concurrent.futures.thread as pools
import gc
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any

from bakery.checking.virtual.deadline import Deadline
from bakery.checking.virtual.halts import Halt, TimeUp
from bakery.checking.virtual.lines import is_own, own_line
from bakery.checking.virtual.players import Player, players
from bakery.checking.virtual.stage import Stage

TICK = 0.02
"""Real seconds from one look at the stage to the next."""

STUCK = 6
"""Looks in a row that found a thread at the same place without having used the CPU."""

NOTICED = 0.25
"""Seconds of computing in one turn of an event loop after which the others have noticed."""

RESTING = 0.3
"""Real seconds that a thread which catches everything gets to lie down in."""

RUNNABLE = "RD"
"""The states of threads that lack a processor, and of those that wait for a disk."""

_real_monotonic, _real_sleep = time.monotonic, time.sleep


class Supervisor:
    """Looks at the threads of one performance from time to time; `grace` in real seconds to end what was told to stop."""

    def __init__(self, performance: Stage[Any], thread: threading.Thread, grace: float) -> None:
        self._stage = performance
        self._thread = thread
        self._grace = grace
        self._seen: tuple[object, ...] = ()
        self._looks = 0
        self._turn: tuple[int, int] = (0, 0)
        self._used = 0.0
        self._since = 0.0
        self._told: tuple[int, int] = (0, 0)

    def watch(self) -> None:
        """Look until the performance is over, and end it when its time is up."""
        deadline = Deadline(self._stage.limit)
        self._thread.join(TICK)
        while self._thread.is_alive():
            if deadline.is_over():
                return self.end()
            if clock := self._stage.clock:
                clock.go_on()
                if who := clock.current:
                    self._look(who)
            self._thread.join(TICK)
        return None

    def _look(self, who: Player) -> None:
        frame = frames_now().get(who.ident) if who.ident else None
        used = _cpu_of(who)
        place = (who.ident, id(frame.f_code), frame.f_lasti, used) if frame else ()
        still = bool(place) and place == self._seen and not is_starting_a_thread(frame)
        self._looks = self._looks + 1 if still else 0
        self._seen = place
        self._look_at_work(who, frame, used)
        if self._looks < STUCK:
            return
        if _is_reading_a_module(frame) or _could_go_on(who):
            self._looks = 0
            return
        if who.working:
            who.clock.note_hold(frame, 0)
        who.clock.lead_astray(who)

    def _look_at_work(self, who: Player, frame: FrameType | None, used: float | None) -> None:
        """Note a turn of an event loop in which the reader's code computes for too long."""
        turn = (who.ident, who.working)
        now = _real_monotonic() if used is None else used
        if not who.working or turn != self._turn or not _is_at_own_work(frame):
            self._turn, self._since = turn, now
        elif now - self._since > NOTICED and turn != self._told:
            self._told = turn
            who.clock.note_hold(frame, 0, worked=True)

    def end(self) -> None:
        """Stop whatever is still going on."""
        stage = self._stage
        stage.out_of_time = True
        stage.last_line = self._line()
        self._throw(TimeUp, self._grace)
        for ident in list(stage.threads):
            players.pop(ident, None)  # from now on it waits in real time, which costs the kernel less
        if stage.threads:
            self._throw(Rest, RESTING)
        stage.abandoned = bool(stage.threads)
        if not stage.abandoned:
            deadline = Deadline(self._grace)
            while self._thread.is_alive() and not deadline.is_over():
                self._thread.join(TICK)
            return
        # Python waits at its end for the threads of pools, even if they never end.
        for left in list(getattr(pools, "_threads_queues", {})):
            if left.ident in stage.threads:
                pools._threads_queues.pop(left, None)  # type: ignore[attr-defined]

    def _throw(self, kind: type[Halt], seconds: float) -> None:
        """The only way to end a loop that never waits: an exception from outside, again and again."""
        import ctypes  # here, because a browser has no use for it

        deadline = Deadline(seconds)
        while (left := self._left(kind)) and not deadline.is_over():
            if clock := self._stage.clock:
                clock.halt(TimeUp())
            for ident in left:
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(ident), ctypes.py_object(kind))
            _real_sleep(TICK / 2)

    def _left(self, kind: type[Halt]) -> list[int]:
        resting = Rest.threads if kind is Rest else frozenset()
        return [ident for ident in self._stage.threads if ident not in resting]

    def _line(self) -> str:
        """The reader's line that the stage's first thread is at."""
        frames = frames_now()
        return next((line for ident in self._stage.threads if (line := own_line(frames.get(ident)))), "")


class Rest(Halt):
    """Thrown at a thread that catches everything: where it makes this error, it lies down, for good.

    So it computes and prints no more. A loop inside of C never comes to make it, and goes on.
    """

    threads: frozenset[int] = frozenset()
    """Who has lain down."""

    def __init__(self, *given: object) -> None:
        super().__init__(*given)
        frame: FrameType | None = sys._getframe(1)
        # Elsewhere it may hold a lock that the kernel needs.
        if frame is not None and is_own(frame.f_code):
            Rest.threads |= {threading.get_ident()}
            _endless.acquire()


_endless = threading.Lock()
_endless.acquire()


def frames_now() -> dict[int, FrameType]:
    """Where each thread is, without a collection in the meantime.

    Before Python 3.12, `sys._current_frames` makes its dictionary with a lock in hand that every new thread needs. A
    collection there may run somebody's code, which lets another thread go on, and where that one starts a thread, all
    stand still for good (CPython issue 106883).
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        return sys._current_frames()
    finally:
        if collects:
            gc.enable()


def _cpu_of(who: Player) -> float | None:
    """Seconds of CPU that a player's thread has used; None where nobody can tell."""
    if hasattr(time, "pthread_getcpuclockid"):
        # To ask for a thread that has ended is an error which takes the whole kernel along.
        with who.clock.staying(who) as there, suppress(OSError):
            return time.clock_gettime(time.pthread_getcpuclockid(who.ident)) if there else None
    return None


def _could_go_on(who: Player) -> bool:
    """Whether a player's thread lacks only a processor, or a file that is being read, as on a busy machine.

    Linux says so, in proc_pid_stat(5); elsewhere nobody can tell, and the answer is no.
    """
    thread = threading._active.get(who.ident)  # type: ignore[attr-defined]  # asks for no lock, which may be held
    with suppress(OSError, AttributeError):
        about = Path(f"/proc/self/task/{thread.native_id}/stat").read_text(encoding="utf-8", errors="replace")
        return about.rpartition(")")[2].split()[0] in RUNNABLE
    return False


def _is_reading_a_module(frame: FrameType | None) -> bool:
    """Whether a file is looked for or read that is imported, which takes its time where it was never read before.

    Whoever waits until somebody else has imported a module is in another part of `importlib`.
    """
    return frame is not None and frame.f_globals.get("__name__") == "importlib._bootstrap_external"


def _is_at_own_work(frame: FrameType | None) -> bool:
    """Whether the reader's code works, or something that it called; importing is nobody's fault."""
    modules = [one.f_globals.get("__name__", "") for one in _stack(frame)]
    return bool(own_line(frame)) and not any(str(name).startswith("importlib") for name in modules)


def is_starting_a_thread(frame: FrameType | None) -> bool:
    """Whether somebody waits until a thread of theirs is there, which may take its time on a busy machine."""
    return any(
        one.f_code.co_name == "start" and one.f_globals.get("__name__") == "threading"
        for one in _stack(frame)
    )


def _stack(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back
