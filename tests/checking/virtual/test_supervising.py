"""A stage is looked after from outside: what is stuck is passed over, what computes too long is noted, what hangs is ended."""

import gc
import importlib
import io
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import thread as pools
from pathlib import Path
from types import FrameType

import pytest
from answering import PATIENT, asked, run_of

from bakery.checking import Answer
from bakery.checking.run import Run
from bakery.checking.virtual import supervising
from bakery.checking.virtual.clock import Clock
from bakery.checking.virtual.halts import TimeUp
from bakery.checking.virtual.players import Player, player
from bakery.checking.virtual.stage import Stage
from bakery.checking.virtual.supervising import (
    NOTICED,
    STUCK,
    Rest,
    Supervisor,
    _could_go_on,
    _cpu_of,
    _is_reading_a_module,
    frames_now,
    is_starting_a_thread,
)

BLOCKED = """
import os
def answer():
    reading, writing = os.pipe()
    def give():
        time.sleep(2)
        os.write(writing, b"cake")
    thread = threading.Thread(target=give)
    thread.start()
    got = os.read(reading, 4)
    thread.join()
    os.close(reading), os.close(writing)
    return got
"""


def test_whoever_is_blocked_where_the_clock_cannot_see_is_passed_over_and_comes_back() -> None:
    run: Run = run_of(BLOCKED, Answer.call)
    assert (run.result, run.seconds) == (b"cake", 2.0)


def test_it_comes_back_as_well_where_the_one_that_it_waits_for_ends_in_the_same_moment() -> None:
    """Threads change places as often as they can: once, a fifth of such runs were told as a deadlock."""
    often, before = 1e-6, sys.getswitchinterval()
    sys.setswitchinterval(often)
    try:
        for _ in range(10):
            run: Run = run_of(BLOCKED, Answer.call)
            assert run.seconds == 2.0
    finally:
        sys.setswitchinterval(before)


@pytest.mark.parametrize("collects", [True, False])
def test_nothing_is_collected_while_it_is_looked_where_all_threads_are(
    collects: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    collected: list[bool] = []
    real = sys._current_frames

    def look() -> dict[int, FrameType]:
        collected.append(gc.isenabled())
        return real()

    monkeypatch.setattr(sys, "_current_frames", look)
    before = gc.isenabled()
    (gc.enable if collects else gc.disable)()
    try:
        assert threading.get_ident() in frames_now()
        assert gc.isenabled() is collects
    finally:
        (gc.enable if before else gc.disable)()
    assert collected == [False]


@pytest.mark.skipif(not hasattr(time, "pthread_getcpuclockid"), reason="this system does not say")
def test_nobody_asks_how_much_a_thread_that_has_ended_has_used(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, asked_for = Clock(), list[int]()
    real = time.pthread_getcpuclockid

    def ask(ident: int) -> int:
        asked_for.append(ident)
        return real(ident)

    monkeypatch.setattr(time, "pthread_getcpuclockid", ask)
    with clock.playing():
        me = player()
        assert me is not None
        assert _cpu_of(me) is not None
    assert _cpu_of(me) is None
    assert asked_for == [threading.get_ident()]


SPINS = """
async def answer():
    end = time.thread_time() + {seconds}
    while time.thread_time() < end: pass
"""


def test_work_in_an_event_loop_is_noted_where_it_takes_long_and_not_where_it_is_short() -> None:
    assert "keeps the event loop busy" in str(asked(SPINS.format(seconds=0.6), Answer.run).error)
    assert asked(SPINS.format(seconds=0.02), Answer.run).error is None


def test_short_turns_of_an_event_loop_are_not_counted_together() -> None:
    one = SPINS.format(seconds=NOTICED / 2).split("\n", 2)[2]
    turn = "    await asyncio.sleep(0)\n"
    assert asked("async def answer():\n" + (one + turn) * 3, Answer.run).error is None


def test_work_outside_of_an_event_loop_holds_nobody_up() -> None:
    plain = SPINS.format(seconds=0.6).replace("async ", "")
    assert asked(plain, Answer.call).error is None


@pytest.mark.parametrize("loop", ["while True: pass", "time.sleep(0.1) or [0 for _ in iter(int, 1)]"])
def test_what_hangs_is_ended_when_its_time_is_up_with_the_line_it_was_at(loop: str) -> None:
    stage = asked(f"def answer():\n    {loop}", Answer.call, limit=0.3)
    assert stage.out_of_time
    assert loop in stage.last_line


def test_what_hangs_is_told_first_that_its_time_is_up_and_may_tidy_up() -> None:
    raised: list[type[BaseException]] = []

    def spin() -> None:
        try:
            while True:
                pass
        except BaseException as told:
            raised.append(type(told))
        stage.threads.clear()

    thread = threading.Thread(target=spin, daemon=True)
    stage: Stage[None] = Stage(limit=0.0)
    thread.start()
    stage.threads[thread.ident or 0] = "main"
    Supervisor(stage, thread, PATIENT).watch()
    assert raised == [TimeUp]
    assert (stage.out_of_time, stage.abandoned) == (True, False)


def test_what_is_told_to_end_gets_more_time_for_it_on_a_machine_that_has_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given: list[float] = []

    class Busy:
        """Not over: whoever is told to end has hardly been given a processor yet."""

        def __init__(self, limit: float) -> None:
            given.append(limit)
            self.is_over = iter([len(given) == 1, *[False] * 10_000]).__next__

    monkeypatch.setattr(supervising, "Deadline", Busy)
    told = 0

    def spin() -> None:
        nonlocal told
        while told < 5:
            try:
                while True:
                    pass
            except TimeUp:
                told += 1
        stage.threads.clear()

    thread = threading.Thread(target=spin, daemon=True)
    stage: Stage[None] = Stage(limit=0.0)
    thread.start()
    stage.threads[thread.ident or 0] = "main"
    Supervisor(stage, thread, 0.0).watch()
    assert (stage.abandoned, thread.is_alive()) == (False, False)
    assert given == [0.0, 0.0, 0.0]  # for the whole, for the ending, and for the last steps of the thread


def test_a_stage_that_is_over_in_time_is_left_as_it_is() -> None:
    thread = threading.Thread(target=time.sleep, args=(0.01,))
    stage: Stage[None] = Stage(limit=30.0)
    thread.start()
    Supervisor(stage, thread, 0.0).watch()
    assert not thread.is_alive()
    assert (stage.out_of_time, stage.abandoned, stage.last_line) == (False, False, "")


def test_what_cannot_be_ended_is_abandoned_and_told_to_end_at_its_next_step(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    raised: list[type[BaseException]] = []
    monkeypatch.setattr(threading, "excepthook", lambda told: raised.append(told.exc_type))
    gate = threading.Lock()
    gate.acquire()
    thread = threading.Thread(target=gate.acquire, daemon=True)  # inside of a lock no exception reaches it
    thread.start()
    stage: Stage[None] = Stage(limit=0.0, threads={thread.ident or 0: "main"})
    Supervisor(stage, thread, 0.0).watch()
    assert (stage.out_of_time, stage.abandoned) == (True, True)
    assert raised == []
    gate.release()
    thread.join()
    assert raised == [Rest]


def test_python_does_not_wait_at_its_end_for_a_thread_of_a_pool_that_was_abandoned() -> None:
    gate = threading.Event()
    with ThreadPoolExecutor(2) as executor:
        for _ in range(2):
            executor.submit(gate.wait, PATIENT)
        thread, another = executor._threads
        stage: Stage[None] = Stage(limit=0.0, threads={thread.ident or 0: "thread"})
        try:
            Supervisor(stage, thread, 0.0).watch()
            assert stage.abandoned
            assert thread not in pools._threads_queues
            assert another in pools._threads_queues
        finally:
            gate.set()


def test_a_thread_that_has_lain_down_is_not_thrown_at_again() -> None:
    stage: Stage[None] = Stage(threads={-1: "resting", -2: "at work"})
    supervisor = Supervisor(stage, threading.current_thread(), 0.0)
    before, Rest.threads = Rest.threads, frozenset({-1})
    try:
        assert supervisor._left(Rest) == [-2]
        assert supervisor._left(TimeUp) == [-1, -2]
    finally:
        Rest.threads = before


def test_a_thread_that_catches_everything_lies_down() -> None:
    seen: list[str] = []

    def spin() -> None:
        while True:
            try:
                while True:
                    seen.append("spinning")
                    del seen[:-1]
            except BaseException:
                seen.append("caught")

    thread = threading.Thread(target=spin, daemon=True)
    thread.start()
    stage: Stage[None] = Stage(threads={thread.ident or 0: "main"})
    supervisor = Supervisor(stage, thread, 0.0)
    for _ in range(100):
        supervisor._throw(Rest, 0.1)
        if thread.ident in Rest.threads or not thread.is_alive():
            break
    assert thread.ident in Rest.threads or not thread.is_alive()


@pytest.mark.parametrize(
    ("filename", "rests"), [("ipykernel_1/9.py", True), ("/lib/site-packages/flask/app.py", False)]
)
def test_only_in_the_readers_own_code_does_a_thread_lie_down(filename: str, rests: bool) -> None:
    """Elsewhere it may hold a lock that the kernel needs, and the error has to be raised."""
    made: list[BaseException] = []
    code = compile("made.append(Rest())", filename, "exec")
    thread = threading.Thread(target=exec, args=(code, {"made": made, "Rest": Rest}), daemon=True)
    thread.start()
    while thread.is_alive() and thread.ident not in Rest.threads:
        time.sleep(0.001)
    assert (thread.ident in Rest.threads) is rests
    assert bool(made) is not rests


def test_whoever_starts_a_thread_is_not_stuck(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[FrameType] = []

    def late(*_given: object, **_named: object) -> None:
        seen.append(sys._getframe(1))
        raise RuntimeError("no thread today")

    name = "_start_joinable_thread" if hasattr(threading, "_start_joinable_thread") else "_start_new_thread"
    monkeypatch.setattr(threading, name, late)
    with pytest.raises(RuntimeError, match="no thread today"):
        threading.Thread(target=print).start()
    assert is_starting_a_thread(seen[0])


def test_whoever_waits_for_anything_else_may_be_stuck() -> None:
    def start() -> bool:
        return is_starting_a_thread(sys._getframe())

    assert not start()
    assert not is_starting_a_thread(None)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what a thread lacks")
def test_a_thread_that_lacks_only_a_processor_could_go_on_and_one_that_waits_could_not() -> None:
    over, begun = threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        while not over.is_set():
            pass

    busy, waiting = threading.Thread(target=work), threading.Thread(target=over.wait)
    for thread in busy, waiting:
        thread.start()
    begun.wait()
    while _could_go_on(Player(Clock(), waiting.ident or 0)):
        pass  # it has not come to its wait yet
    states = {
        name: {_could_go_on(Player(Clock(), thread.ident or 0)) for _ in range(200)}
        for name, thread in (("busy", busy), ("waiting", waiting))
    }
    over.set()
    for thread in busy, waiting:
        thread.join()
    assert True in states["busy"]
    assert states["waiting"] == {False}


def test_of_a_thread_that_nobody_knows_it_is_not_said_that_it_could_go_on() -> None:
    assert not _could_go_on(Player(Clock(), -1))


@pytest.mark.parametrize("could_go_on", [True, False])
def test_whoever_lacks_only_a_processor_is_not_passed_over(
    could_go_on: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    astray: list[Player] = []
    clock = Clock()
    monkeypatch.setattr(clock, "lead_astray", astray.append)
    monkeypatch.setattr(supervising, "_cpu_of", lambda _: 1.0)
    monkeypatch.setattr(supervising, "_could_go_on", lambda _: could_go_on)
    who = Player(clock, threading.get_ident())
    supervisor = Supervisor(Stage(1), threading.current_thread(), 1)
    for _ in range(2 * STUCK + 1):
        supervisor._look(who)
    assert bool(astray) is not could_go_on


def test_whoever_reads_a_module_could_go_on_and_whoever_waits_for_its_importer_could_not(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    seen: list[FrameType] = []
    (tmp_path / "a_cake_of_its_own.py").write_text("import time, threading\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    really = io.open_code

    def opened(path: str) -> object:
        seen.append(sys._getframe(1))
        return really(path)

    monkeypatch.setattr("_io.open_code", opened)
    importlib.import_module("a_cake_of_its_own")
    assert seen
    assert _is_reading_a_module(seen[-1])
    lock = importlib._bootstrap._ModuleLock("a_cake_of_its_own")  # type: ignore[attr-defined]
    lock.acquire()
    waiting = threading.Thread(target=lock.acquire)
    waiting.start()
    while (frame := sys._current_frames()[waiting.ident or 0]).f_code.co_name != "acquire":
        pass
    assert not _is_reading_a_module(frame)
    lock.release()
    waiting.join()
