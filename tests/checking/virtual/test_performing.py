"""Code on a stage may do what it likes: it ends in time, and spoils nothing."""

import asyncio
import sys
import threading
import time
from collections.abc import Iterator

import pytest
from answering import FIVE, WAYS, asked, run_of

from bakery.checking import Answer
from bakery.checking.mistakes import Wrong
from bakery.checking.run import Run
from bakery.checking.virtual import supervising
from bakery.checking.virtual.performing import perform
from bakery.checking.virtual.stage import LIMIT
from bakery.checking.virtual.supervising import Rest, Supervisor

SOON = 15.0
"""Real seconds within which any verdict has to come, also on a busy machine; on a quiet one it is a third of them."""

HOSTILE = {
    "an endless loop": "def answer():\n    while True: pass",
    "an endless loop that catches everything": (
        "def answer():\n    while True:\n        try:\n            while True: pass\n        except BaseException: pass"
    ),
    "an exit": "def answer(): sys.exit()",
    "a huge recursion": "def answer(): return answer()",
    "a flood": "def answer():\n    while True: print('cake' * 1000)",
    "a closed loop": "async def answer():\n    asyncio.get_running_loop().close()",
    "a stopped loop": "async def answer():\n    asyncio.get_running_loop().stop()\n    await asyncio.sleep(1)",
    "cancelling everything": "async def answer():\n    for task in asyncio.all_tasks(): task.cancel()\n    await asyncio.sleep(1)",
    "a task that will not be cancelled": (
        "async def answer():\n    async def stay():\n        while True:\n"
        "            try: await asyncio.sleep(1)\n            except asyncio.CancelledError: pass\n"
        "    task = asyncio.create_task(stay())\n    await asyncio.sleep(2)\n    return 1 / 0"
    ),
    "a replaced sleep": "def answer():\n    time.sleep = None\n    sys.stdout = None\n    raise KeyError",
    "an interrupt": "def answer(): raise KeyboardInterrupt",
    "threads without end": (
        "def answer():\n    def spin():\n        while True: pass\n"
        "    threads = [threading.Thread(target=spin) for _ in range(3)]\n"
        "    for thread in threads: thread.start()\n    for thread in threads: thread.join()"
    ),
}  # fmt: skip


@pytest.fixture
def unspoiled() -> Iterator[None]:
    """Afterwards everything is as it was, and the next check is right."""
    before = (time.sleep, sys.stdout, sys.getrecursionlimit(), asyncio.new_event_loop, sys.gettrace())
    yield
    assert before[0] is time.sleep
    assert before[2:] == (sys.getrecursionlimit(), asyncio.new_event_loop, sys.gettrace())
    run: Run = run_of(FIVE)
    assert (run.seconds, run.at_most) == (1.0, 5)


@pytest.mark.usefixtures("unspoiled")
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_answer_gets_its_verdict_in_time_and_spoils_nothing(name: str) -> None:
    text = HOSTILE[name]
    # What ends by itself has all the time of a busy machine; what does not spins for half a second.
    limit = 0.5 if "while True" in text else LIMIT
    start = time.monotonic()
    stage = asked(text, Answer.run if "async def answer" in text else Answer.call, limit=limit)
    assert time.monotonic() - start < SOON
    assert stage.out_of_time or isinstance(stage.error, Wrong), stage
    assert len(stage.printed) <= 20_000


@pytest.mark.usefixtures("unspoiled")
@pytest.mark.parametrize("name", ["an endless loop", "an exit", "a closed loop", "cancelling everything"])
def test_without_threads_a_hostile_answer_gets_its_verdict_too(name: str) -> None:
    text = HOSTILE[name]
    stage = asked(text, Answer.run if "async def answer" in text else Answer.call, threadless=True, limit=0.3)
    assert stage.out_of_time or isinstance(stage.error, Wrong), stage


@pytest.mark.usefixtures("unspoiled")
def test_after_a_thread_that_cannot_be_stopped_the_streams_are_the_kernels_own_and_it_prints_no_more(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervising, "RESTING", 30.0)  # on a busy machine it takes longer until it lies down
    out, error = sys.stdout, sys.stderr
    text = HOSTILE["an endless loop that catches everything"].replace(
        "while True: pass", "while True: print(1)"
    )
    stage = asked(text, Answer.call, limit=0.3)
    assert stage.out_of_time
    assert (sys.stdout, sys.stderr) == (out, error)
    rests = not stage.abandoned or set(stage.threads) <= Rest.threads
    assert rests  # said without the stage, which a thread that goes on is changing
    capsys.readouterr()
    time.sleep(0.05)
    assert capsys.readouterr().out == ""


@WAYS
def test_a_check_runs_inside_a_running_loop_and_leaves_it_as_it_was(threadless: bool) -> None:
    async def cell() -> tuple[object, ...]:
        before = (asyncio.get_running_loop(), asyncio.current_task())
        run: Run = run_of(FIVE, threadless=threadless)
        assert run.seconds == 1.0
        await asyncio.sleep(0)
        assert before == (asyncio.get_running_loop(), asyncio.current_task())
        return before

    asyncio.run(cell())


def test_the_threads_of_the_kernel_have_the_stack_that_they_had_before_a_check() -> None:
    before = threading.stack_size(0)
    try:
        assert run_of(FIVE).seconds == 1.0
        assert threading.stack_size() == 0
    finally:
        threading.stack_size(before)


def test_whoever_presses_stop_leaves_nothing_running(monkeypatch: pytest.MonkeyPatch) -> None:
    begun = threading.Event()

    def stopped(_: object) -> None:
        assert begun.wait(SOON)
        raise KeyboardInterrupt

    def spin(_: object) -> None:
        begun.set()
        end = time.monotonic() + SOON
        while time.monotonic() < end:
            pass

    monkeypatch.setattr(Supervisor, "watch", stopped)
    before = set(threading.enumerate())  # with those that earlier tests have made lie down
    with pytest.raises(KeyboardInterrupt):
        perform(spin)
    assert set(threading.enumerate()) <= before
