"""The stage: a thread of its own, with a real time limit, on which an answer may do what it likes.

What the answer sees of time, threads, locks and output is replaced while somebody is on stage, for the
threads of the stage only: every replacement asks which thread is calling. All of it is put back afterwards,
also when two checks overlap, and also when the answer has replaced something itself.
"""

import asyncio
import concurrent.futures.thread as pools
import gc
import logging
import queue
import sys
import threading
import time
import traceback
import warnings
from _thread import allocate_lock
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from types import CodeType, CoroutineType, FrameType
from typing import Any, Generic, TypeVar

from bakery.checking.virtual.clock import SECOND, Clock, Halt, Player, TimeUp, player, players, real_sleep
from bakery.checking.virtual.locks import VirtualLock
from bakery.checking.virtual.loop import VirtualLoop
from bakery.checking.virtual.single_thread import alarm, stepped_out
from bakery.doctor import IN_A_BROWSER
from bakery.mishap import _is_own as is_own_file

T = TypeVar("T")

LIMIT = 4.0
"""Real seconds that a check may take. Simulated time costs none, so only a hopeless answer needs them."""

GRACE = 0.8
"""Real seconds to end an answer that was told to stop."""

TICK = 0.02
"""Real seconds from one look at the stage to the next."""

STUCK = 6
"""Looks in a row that found a thread at the same place without having used the CPU."""

MOST_PRINTED = 20_000
"""Characters kept of what an answer prints; the rest is only counted."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """A coroutine that was made and never awaited, and the reader's line that made it."""

    name: str
    line: str


@dataclass
class Stage(Generic[T]):
    """One performance: what happened on it."""

    limit: float = LIMIT
    alone: bool = False
    """Whether it plays in the very thread that asked for it."""
    clock: Clock | None = None
    threads: dict[int, str] = field(default_factory=dict)
    forgotten: list[Forgotten] = field(default_factory=list)
    troubles: list[BaseException] = field(default_factory=list)
    """What threads ended with."""
    value: T | None = None
    error: BaseException | None = None
    finished: bool = False
    out_of_time: bool = False
    abandoned: bool = False
    """Whether something of it still runs, because it could not be stopped."""
    last_line: str = ""
    """Where the reader's code was when the time was up."""
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
            self._send_home(clock)

    @staticmethod
    def _send_home(clock: Clock) -> None:
        """Wait for the threads that were told to stop; each has only to wake up."""
        end = _real["monotonic"]() + 0.2
        while any(other.ident for other in clock.others) and _real["monotonic"]() < end:
            real_sleep(0.0005)

    def collect(self) -> None:
        """Find coroutines that nobody holds any more; they are young, so a quick collection finds them."""
        gc.collect(1)


stages: dict[int, "Stage[Any]"] = {}
"""Which stage a thread is on."""


def stage() -> "Stage[Any] | None":
    """The stage that the current thread is on, if any."""
    return stages.get(threading.get_ident())


def perform(
    work: Callable[["Stage[T]"], T], *, limit: float = LIMIT, grace: float = GRACE, alone: bool = IN_A_BROWSER
) -> "Stage[T]":
    """Do the work on a stage of its own, for at most so many real seconds; it cannot do any harm there.

    `os._exit`, a crash of the interpreter or memory running out cannot be caught: they end the kernel. `alone`, in
    the thread of the cell, the time limit holds only where the reader's own lines are running.
    """
    performance: Stage[T] = Stage(limit, alone)
    with _replaced(performance):
        if alone:
            with stepped_out(), alarm(is_own, _watch(performance)):
                _play(performance, work)
            return performance
        thread = _begin(performance, work)
        try:
            _supervise(performance, thread, grace)
        except BaseException:  # the reader presses Stop: nothing may be left running
            performance.limit = 0.0
            _end(performance, thread, grace)
            raise
    return performance


def _play(performance: Stage[T], work: Callable[[Stage[T]], T]) -> None:
    ident = threading.get_ident()
    stages[ident] = performance
    performance.threads[ident] = "main"
    depth = sys.get_coroutine_origin_tracking_depth()
    sys.set_coroutine_origin_tracking_depth(1)
    try:
        performance.value = work(performance)
    except BaseException as error:  # anything may be raised here, also an order to exit
        performance.error = error
        _let_go(performance, error)
    else:
        performance.finished = True
    finally:
        sys.set_coroutine_origin_tracking_depth(depth)
        performance.threads.pop(ident, None)
        stages.pop(ident, None)


def _watch(performance: Stage[Any]) -> Callable[[FrameType], BaseException | None]:
    """Whether the time of a stage is up, asked from within."""
    end = _real["monotonic"]() + performance.limit

    def is_over(frame: FrameType) -> BaseException | None:
        if _real["monotonic"]() < end:
            return None
        performance.out_of_time = True
        performance.last_line = own_line(frame)
        return TimeUp()

    return is_over


def _begin(performance: Stage[T], work: Callable[[Stage[T]], T]) -> threading.Thread:
    thread = threading.Thread(target=_play, args=(performance, work), name="check", daemon=True)
    before = 0
    with suppress(ValueError, RuntimeError):
        before = threading.stack_size(64 * 2**20)  # deep recursion has to end in an error, not in a crash
    try:
        thread.start()
    finally:
        with suppress(ValueError, RuntimeError):
            threading.stack_size(before)
    return thread


def _let_go(performance: "Stage[Any]", error: BaseException) -> None:
    """Free what the frames of an error hold, while it can still be told whose it was.

    Else a coroutine in them would warn, much later and in some other cell, that it was never awaited.
    """
    several: list[BaseException | None] = [error]
    seen: set[int] = set()
    while several:
        one = several.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        traceback.clear_frames(one.__traceback__)
        several += [one.__context__, one.__cause__]
    performance.collect()


def _supervise(performance: Stage[Any], thread: threading.Thread, grace: float) -> None:
    end = _real["monotonic"]() + performance.limit
    seen: tuple[object, ...] = ()
    looks = 0
    thread.join(TICK)
    while thread.is_alive():
        if _real["monotonic"]() > end:
            return _end(performance, thread, grace)
        if clock := performance.clock:
            clock.go_on()
            now = _place(clock.current)
            looks = looks + 1 if now and now == seen else 0
            seen = now
            if looks >= STUCK and (stuck := clock.current):
                clock.lead_astray(stuck)
        thread.join(TICK)
    return None


def _place(who: Player | None) -> tuple[object, ...]:
    """Where a player is, and how much CPU it has used: twice the same means that it is blocked."""
    frame = sys._current_frames().get(who.ident) if who and who.ident else None
    if who is None or frame is None:
        return ()
    used: object = None
    if hasattr(time, "pthread_getcpuclockid"):
        with suppress(OSError):
            used = time.clock_gettime_ns(time.pthread_getcpuclockid(who.ident))
    return (who.ident, id(frame.f_code), frame.f_lasti, used)


def _end(performance: Stage[Any], thread: threading.Thread, grace: float) -> None:
    """Stop whatever is still going on."""
    import ctypes  # here, because a browser has no use for it

    performance.out_of_time = True
    performance.last_line = _line_of(performance)
    end = _real["monotonic"]() + grace
    while performance.threads and _real["monotonic"]() < end:
        if performance.clock:
            performance.clock.halt(TimeUp())
        for ident in list(performance.threads):
            # The only way to end a loop that never waits: an exception from outside.
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(ident), ctypes.py_object(TimeUp))
        real_sleep(TICK / 2)
    for ident in list(performance.threads):
        players.pop(ident, None)  # from now on it waits in real time, which costs the kernel less
    performance.abandoned = bool(performance.threads)
    if performance.abandoned:
        # Python waits at its end for the threads of pools, even if they never end.
        for left in list(getattr(pools, "_threads_queues", {})):
            if left.ident in performance.threads:
                pools._threads_queues.pop(left, None)  # type: ignore[attr-defined]
    else:
        thread.join(grace)


def _line_of(performance: Stage[Any]) -> str:
    """The reader's line that the stage's first thread is at."""
    frames = sys._current_frames()
    return next((line for ident in performance.threads if (line := own_line(frames.get(ident)))), "")


def own_line(frame: FrameType | None) -> str:
    """The innermost line of the reader's own code in a stack: `line 3: time.sleep(1)`."""
    while frame is not None:
        if is_own(frame.f_code):
            return line_at(frame.f_code.co_filename, frame.f_lineno)
        frame = frame.f_back
    return ""


def line_at(filename: str, number: int) -> str:
    """A line of the reader's with its number, in words."""
    import linecache

    text = linecache.getline(filename, number).strip()
    return f"line {number}: {text}" if text else f"line {number}"


def is_own(code: CodeType) -> bool:
    """Whether the reader wrote it."""
    return is_own_file(code.co_filename)


# What is replaced while somebody is on stage.

_real: dict[str, Callable[..., Any]] = {
    name: getattr(time, name)
    for name in ("sleep", "time", "monotonic", "perf_counter", "time_ns", "monotonic_ns", "perf_counter_ns")
}
_EPOCH = 1_700_000_000 * SECOND
"""What `time.time` starts from on stage: any date will do, as long as it is always the same."""


def _sleep(seconds: float) -> None:
    me = player()
    if me is None or not isinstance(seconds, int | float) or not 0 <= seconds <= 1e9:
        return _real["sleep"](seconds)  # type: ignore[no-any-return]
    if asyncio._get_running_loop() is not None:
        me.clock.blocked.append(own_line(sys._getframe(1)))
    return me.clock.sleep(round(seconds * SECOND))


def _clock_reader(name: str) -> Callable[[], float]:
    real = _real[name]
    whole = name.endswith("_ns")
    start = _EPOCH if name.startswith("time") else 0

    def read() -> float:
        me = player()
        if me is None:
            return real()  # type: ignore[no-any-return]
        now = me.clock.look() + start
        return now if whole else now / SECOND

    return read


_monotonic = _clock_reader("monotonic")
_RealLock, _RealRLock, _RealQueue = threading.Lock, threading.RLock, queue.SimpleQueue
_real_start, _real_join = threading.Thread.start, threading.Thread.join
_real_new_loop = asyncio.new_event_loop
_real_never_awaited: Callable[[Any], None] = warnings._warn_unawaited_coroutine  # type: ignore[attr-defined]


_real_excepthook = threading.excepthook


def _lock() -> Any:
    me = player()
    return _RealLock() if me is None else VirtualLock(me.clock)


def _rlock() -> Any:
    return _RealRLock() if player() is None else threading._PyRLock()  # type: ignore[attr-defined]


def _simple_queue() -> Any:
    return _RealQueue() if player() is None else queue._PySimpleQueue()  # type: ignore[attr-defined]


def _new_loop() -> asyncio.AbstractEventLoop:
    me = player()
    return _real_new_loop() if me is None else VirtualLoop(me.clock)


def _start(thread: threading.Thread) -> None:
    me, on = player(), stage()
    if me is None or on is None or thread.ident is not None:
        return _real_start(thread)
    if on.alone:
        thread.__dict__["_until"] = me.clock.aside(me.clock.now, _noting(thread.run, on))
        return None
    # The starter waits for this in real time, with the baton: it may hold a lock that the new thread needs.
    del players[me.ident]
    thread._started = threading.Event()  # type: ignore[attr-defined]
    players[me.ident] = me
    new = me.clock.hire()
    thread.daemon = True
    thread.__dict__["_player"] = new
    thread.run = _played(thread.run, new, on)  # type: ignore[method-assign]
    try:
        return _real_start(thread)
    except BaseException:
        me.clock.dismiss(new)
        raise


def _played(run: Callable[[], None], me: Player, on: "Stage[Any]") -> Callable[[], None]:
    def play() -> None:
        ident = threading.get_ident()
        stages[ident] = on
        on.threads[ident] = "thread"
        sys.set_coroutine_origin_tracking_depth(1)
        try:
            me.clock.enter(me)
            run()
        except Halt:
            pass
        except Exception as error:
            on.troubles.append(error)
        finally:
            on.threads.pop(ident, None)
            stages.pop(ident, None)
            me.clock.leave(me)

    return play


def _noting(run: Callable[[], None], on: "Stage[Any]") -> Callable[[], None]:
    """What a thread does with an error: it ends, and the others go on."""

    def play() -> None:
        try:
            run()
        except Exception as error:
            on.troubles.append(error)

    return play


def _join(thread: threading.Thread, timeout: float | None = None) -> None:
    me, other = player(), thread.__dict__.get("_player")
    if me is not None and (until := thread.__dict__.get("_until")) is not None:
        latest = until if timeout is None else me.clock.now + round(timeout * SECOND)
        me.clock.now = max(me.clock.now, min(until, latest))
        return
    if me is not None and isinstance(other, Player) and other is not me and other.clock is me.clock:
        me.clock.wait_for(other, None if timeout is None else me.clock.now + round(timeout * SECOND))
        if other.state != "gone":
            return
    _real_join(thread, timeout)


def _never_awaited(coroutine: "CoroutineType[Any, Any, Any]") -> None:
    on = stage()
    if on is None or coroutine.cr_origin is None:
        return _real_never_awaited(coroutine)
    filename, number, _ = coroutine.cr_origin[0]
    if is_own_file(filename):
        on.forgotten.append(Forgotten(coroutine.__name__, line_at(filename, number)))
    return None


def _excepthook(told: Any) -> None:
    if told.exc_type is None or not issubclass(told.exc_type, Halt):
        _real_excepthook(told)


class _Output:
    """What takes the place of `sys.stdout`: the stage's threads print to their stage."""

    def __init__(self, real: Any, kept: bool) -> None:
        self._real = real
        self._kept = kept

    def write(self, text: str) -> int:
        on = stage()
        if on is None:
            return self._real.write(text)  # type: ignore[no-any-return]
        if self._kept:
            on.write(str(text))
        return len(text)

    def flush(self) -> None:
        if stage() is None:
            self._real.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


class _Replacements:
    """Puts everything in place for the first stage, and back after the last."""

    def __init__(self) -> None:
        self._lock = allocate_lock()
        self._stages = 0
        self._before: list[tuple[Any, str, Any]] = []

    def put(self) -> None:
        with self._lock:
            self._stages += 1
            if self._stages > 1:
                return
            readers = {name: _clock_reader(name) for name in _real if name != "sleep"}
            for where, name, value in (
                (time, "sleep", _sleep),
                *((time, name, reader) for name, reader in readers.items()),
                (threading, "_time", _monotonic),
                (queue, "time", _monotonic),
                (threading, "Lock", _lock),
                (threading, "_allocate_lock", _lock),
                (threading, "RLock", _rlock),
                (queue, "SimpleQueue", _simple_queue),
                (threading.Thread, "start", _start),
                (threading.Thread, "join", _join),
                (asyncio, "new_event_loop", _new_loop),
                (asyncio.events, "new_event_loop", _new_loop),
                (warnings, "_warn_unawaited_coroutine", _never_awaited),
                (threading, "excepthook", _excepthook),
                (sys, "stdout", _Output(sys.stdout, kept=True)),
                (sys, "stderr", _Output(sys.stderr, kept=False)),
            ):
                self._replace(where, name, value)
            # Kept as they are, so that they can be put back.
            for where, name in ((asyncio.events, "_event_loop_policy"), (warnings, "filters")):
                self._before.append((where, name, getattr(where, name, None)))
            self._filters = list(warnings.filters)
            self._recursion = sys.getrecursionlimit()
            self._replace_names({"sleep": _sleep, **readers, "Lock": _lock, "RLock": _rlock})

    def _replace(self, where: Any, name: str, value: Any) -> None:
        self._before.append((where, name, getattr(where, name)))
        setattr(where, name, value)

    def _replace_names(self, replacements: dict[str, Callable[..., Any]]) -> None:
        """Where the reader wrote `from time import sleep`, that name means the replacement, too."""
        main = sys.modules.get("__main__")
        originals = {
            id(original): replacements[name]
            for name, original in (*_real.items(), ("Lock", _RealLock), ("RLock", _RealRLock))
        }
        for name, value in list(vars(main).items()) if main else ():
            if id(value) in originals:
                self._replace(main, name, originals[id(value)])

    def put_back(self, keep_muted: bool) -> None:
        with self._lock:
            self._stages -= 1
            if self._stages:
                return
            for where, name, value in reversed(self._before):
                if keep_muted and where is sys:
                    continue
                with suppress(Exception):
                    setattr(where, name, value)
            self._before.clear()
            with suppress(Exception):
                if warnings.filters != self._filters:
                    warnings.filters[:] = self._filters  # type: ignore[index]
                    warnings._filters_mutated()  # type: ignore[attr-defined]
                sys.setrecursionlimit(self._recursion)


_replacements = _Replacements()


@contextmanager
def _replaced(performance: "Stage[Any]") -> Iterator[None]:
    _replacements.put()
    try:
        yield
    finally:
        # What could not be stopped has to be silent from now on.
        _replacements.put_back(keep_muted=performance.abandoned)


def _is_news(record: logging.LogRecord) -> bool:
    """A pool reports a thread that was told to stop; that is no news."""
    return not (record.exc_info and isinstance(record.exc_info[1], Halt))


logging.getLogger("concurrent.futures").addFilter(_is_news)
