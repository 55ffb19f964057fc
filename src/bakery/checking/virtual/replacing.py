"""What is replaced while somebody is on stage, for the threads of the stage only: everybody else has what was there.

Every replacement asks which thread is calling. All of it is put back after the last performance, also when two of them
overlap, and also when the answer has replaced something itself.
"""

import asyncio
import queue
import select
import sys
import threading
import time
import warnings
from _thread import allocate_lock
from asyncio import mixins
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import CoroutineType
from typing import Any

from bakery.checking.virtual import leftovers, limits, player_threads, pools, queues, times
from bakery.checking.virtual.keeping import Keeper
from bakery.checking.virtual.locks import VirtualLock, twin
from bakery.checking.virtual.loop import VirtualLoop
from bakery.checking.virtual.output import Output
from bakery.checking.virtual.places import places
from bakery.checking.virtual.players import player
from bakery.checking.virtual.stage import stage

_real_lock, _real_rlock, _real_simple_queue = threading.Lock, threading.RLock, queue.SimpleQueue
_real_new_loop = asyncio.new_event_loop


_making_twins = False
"""Whether locks are made for the players, although no player makes them."""


def _is_for_players() -> bool:
    return _making_twins or player() is not None


def _lock() -> Any:
    return VirtualLock() if _is_for_players() else _real_lock()


def _rlock() -> Any:
    return threading._PyRLock() if _is_for_players() else _real_rlock()  # type: ignore[attr-defined]


def _simple_queue() -> Any:
    return queue._PySimpleQueue() if _is_for_players() else _real_simple_queue()  # type: ignore[attr-defined]


def _new_loop() -> asyncio.AbstractEventLoop:
    me = player()
    return _real_new_loop() if me is None else VirtualLoop(me.clock)


def _never_awaited(coroutine: "CoroutineType[Any, Any, Any]") -> None:
    on = stage()
    if on is None or coroutine.cr_origin is None:
        return leftovers.real_never_awaited(coroutine)
    if found := leftovers.told_of(coroutine):
        on.forgotten.append(found)
    return None


@dataclass(frozen=True, slots=True)
class Replaced:
    """A name, what stands in its place, and why."""

    owner: Any
    name: str
    value: Any
    why: str


TIME = "it takes simulated time"
LOCKS = "the clock has to know who waits for whom"
THREADS = "a thread of the answer is a player of its clock"


def table() -> list[Replaced]:
    """Everything that is replaced, and why."""
    return [
        Replaced(time, "sleep", times.sleep, TIME),
        *(Replaced(time, name, reader, "it tells simulated time") for name, reader in times.READERS.items()),
        Replaced(threading, "_time", times.READERS["monotonic"], "time limits of locks are counted with it"),
        Replaced(queue, "time", times.READERS["monotonic"], "time limits of queues are counted with it"),
        Replaced(select, "select", times.select_nothing, "with nothing to watch, it is a way to sleep"),
        Replaced(threading, "Lock", _lock, LOCKS),
        Replaced(threading, "_allocate_lock", _lock, "events and conditions are made of it"),
        Replaced(threading, "RLock", _rlock, LOCKS),
        Replaced(queue, "SimpleQueue", _simple_queue, LOCKS),
        Replaced(threading.Thread, "start", player_threads.start, THREADS),
        Replaced(threading.Thread, "join", player_threads.join, TIME),
        Replaced(
            threading, "excepthook", player_threads.excepthook, "a thread that was told to stop is no news"
        ),
        Replaced(ThreadPoolExecutor, "__init__", pools.init, "a pool serves the run that made it"),
        Replaced(ThreadPoolExecutor, "submit", pools.submit, "a pool of an earlier cell has a twin"),
        Replaced(ThreadPoolExecutor, "shutdown", pools.shutdown, "the twin is shut down with it"),
        Replaced(
            ProcessPoolExecutor, "submit", pools.submit_to_processes, "a process knows nothing of the clock"
        ),
        Replaced(asyncio, "new_event_loop", _new_loop, "every loop of the answer is on its clock"),
        Replaced(asyncio.events, "new_event_loop", _new_loop, "asyncio itself looks here"),
        Replaced(mixins._LoopBoundMixin, "_get_loop", queues.loop_of, "what a cell made serves every run"),
        Replaced(asyncio.Lock, "acquire", queues.lock_acquire, "who waits for a lock is told"),
        Replaced(asyncio.Semaphore, "acquire", queues.semaphore_acquire, "who waits for a place is told"),
        Replaced(asyncio.Timeout, "reschedule", limits.reschedule, "a limit by another clock is told"),
        *_of_databases(),
        Replaced(warnings, "_warn_unawaited_coroutine", _never_awaited, "what nobody awaited is told"),
        Replaced(sys, "stdout", Output(sys.stdout, stage, kept=True), "what is printed is the verdict's"),
        Replaced(sys, "stderr", Output(sys.stderr, stage, kept=False), "a check has one voice"),
    ]


def _of_databases() -> list[Replaced]:
    core = sys.modules.get("aiosqlite.core")
    if getattr(core, "SimpleQueue", None) is not _real_simple_queue:  # a browser has one of its own
        return []
    return [
        Replaced(core, "SimpleQueue", _simple_queue, "a connection of aiosqlite's is a thread at a queue")
    ]


class _Replacements:
    """Puts everything in place for the first stage, and back after the last."""

    def __init__(self) -> None:
        self._lock = allocate_lock()
        self._stages = 0
        self._before: list[tuple[Any, str, Any]] = []
        self._put: list[tuple[Callable[[Any], None], Any]] = []
        self._keeper: Keeper | None = None

    def put(self) -> None:
        with self._lock:
            self._stages += 1
            if self._stages > 1:
                return
            try:
                self._put_all()
            except BaseException:
                self._stages = 0
                self._put_all_back()
                raise

    def _put_all(self) -> None:
        self._keeper = Keeper()
        self._before.append((asyncio.events, "_event_loop_policy", asyncio.events._event_loop_policy))  # type: ignore[attr-defined]
        for one in table():
            self._replace(one.owner, one.name, one.value)
        self._replace_names()

    def _replace(self, owner: Any, name: str, value: Any) -> None:
        self._before.append((owner, name, getattr(owner, name)))
        setattr(owner, name, value)

    def _replace_names(self) -> None:
        """Where the reader wrote `from time import sleep`, or made a lock, that name means the replacement, too."""
        main = sys.modules.get("__main__")
        originals = {
            id(_real_lock): _lock,
            id(_real_rlock): _rlock,
            id(_real_simple_queue): _simple_queue,
            **{
                id(times.REAL[name]): value for name, value in {"sleep": times.sleep, **times.READERS}.items()
            },
            id(times.real_select): times.select_nothing,
        }
        for name, value in list(vars(main).items()) if main else ():
            if id(value) in originals:
                self._replace(main, name, originals[id(value)])
        global _making_twins
        _making_twins = True
        try:
            for put, value in places(vars(main)) if main else ():
                if (fresh := twin(value)) is not None:
                    self._put.append((put, value))
                    put(fresh)
        finally:
            _making_twins = False

    def put_back(self) -> None:
        with self._lock:
            self._stages -= 1
            if not self._stages:
                self._put_all_back()

    def _put_all_back(self) -> None:
        for owner, name, value in reversed(self._before):
            with suppress(Exception):
                setattr(owner, name, value)
        for put, value in self._put:
            with suppress(Exception):
                put(value)
        self._before.clear()
        self._put.clear()
        if self._keeper:
            self._keeper.put_back()


_replacements = _Replacements()


@contextmanager
def replaced() -> Iterator[None]:
    """Have everything in place, and put it back at the end."""
    _replacements.put()
    try:
        yield
    finally:
        _replacements.put_back()
