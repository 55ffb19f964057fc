"""A check is exact, in time, and unharmed by whatever an answer does, with threads and without."""

import asyncio
import gc
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from cells import Cells

from bakery.checking import Answer
from bakery.checking.mistakes import NotAttempted, Wrong
from bakery.checking.run import Run, Visit
from bakery.checking.virtual.single_thread import stepped_out
from bakery.checking.virtual.stage import Stage, perform

SOON = 5.0
"""Real seconds within which any verdict has to come."""

BEFORE = """
import asyncio, sys, threading, time
from concurrent.futures import ThreadPoolExecutor
"""

FIVE = """
async def answer():
    return await asyncio.gather(*(asyncio.sleep(1, cake) for cake in range(5)))
"""

WAYS = pytest.mark.parametrize("alone", [False, True], ids=["in a thread", "alone"])


def asked(text: str, ask: Callable[[Answer], Any], *, alone: bool = False, limit: float = 2.0) -> Stage[Any]:
    """What came of a question to the `answer` that a cell defines."""
    cells = Cells(BEFORE, text)
    with cells.at_work():
        return perform(lambda stage: ask(Answer(cells.value("answer"), stage)), alone=alone, limit=limit)


def run_of(text: str, ask: Callable[[Answer], Any] = Answer.run, *, alone: bool = False) -> Any:  # noqa: ANN401
    stage = asked(text, ask, alone=alone)
    assert stage.error is None, stage.error
    return stage.value


def refused(text: str, ask: Callable[[Answer], Any] = Answer.run, *, alone: bool = False) -> str:
    stage = asked(text, ask, alone=alone)
    assert isinstance(stage.error, Wrong), stage
    return str(stage.error)


# Exact


@WAYS
@pytest.mark.parametrize(
    ("text", "seconds", "at_most"),
    [
        (FIVE, 1.0, 5),
        ("async def answer():\n    for _ in range(5): await asyncio.sleep(0.1)", 0.5, 1),
        ("async def answer():\n    async with asyncio.timeout(2): await asyncio.sleep(1)", 1.0, 1),
        ("async def answer():\n    await asyncio.gather(*(asyncio.to_thread(time.sleep, 1) for _ in range(5)))", 1.0, 5),
    ],
)  # fmt: skip
def test_simulated_seconds_are_exact(text: str, seconds: float, at_most: int, alone: bool) -> None:
    run: Run = run_of(text, alone=alone)
    assert (run.seconds, run.at_most) == (seconds, at_most)


@WAYS
def test_a_pool_has_a_size(alone: bool) -> None:
    text = (
        "async def answer():\n    await asyncio.gather(*(asyncio.to_thread(time.sleep, 1) for _ in range(5)))"
    )
    run: Run = run_of(text, lambda answer: answer.run(pool=2), alone=alone)
    assert (run.seconds, run.at_most) == (3.0, 2)


@WAYS
def test_threads_of_the_answer_wait_side_by_side(alone: bool) -> None:
    text = """
def answer():
    threads = [threading.Thread(target=time.sleep, args=(1,)) for _ in range(3)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
"""
    run: Run = run_of(text, Answer.call, alone=alone)
    assert (run.seconds, run.at_most) == (1.0, 3)


FLASK = """
from flask import Flask
answer = Flask("bakery")

@answer.get("/cake")
def cake():
    time.sleep(1)
    return "cake"

@answer.get("/burnt")
def burnt():
    return 1 / 0
"""
QUART = (
    FLASK.replace("flask", "quart")
    .replace("Flask", "Quart")
    .replace("def ", "async def ")
    .replace("time.sleep", "await asyncio.sleep")
    + """
@answer.websocket("/ws")
async def ws():
    from quart import websocket
    while True:
        await websocket.send("cake " + await websocket.receive())
"""
)


@WAYS
@pytest.mark.parametrize(
    ("orders", "threads", "seconds"), [(3, 1, 3), (4, 4, 1), (5, 4, 2), (10, 4, 3), (1, 9, 1)]
)
def test_flask_takes_the_rounds_that_its_threads_need(
    orders: int, threads: int, seconds: int, alone: bool
) -> None:
    visit: Visit = run_of(
        FLASK, lambda answer: answer.visit("/cake", visitors=orders, threads=threads), alone=alone
    )
    assert visit.seconds == seconds
    assert visit.at_most == min(orders, threads)
    assert visit.texts == ["cake"] * orders


@WAYS
def test_quart_serves_them_all_at_once(alone: bool) -> None:
    visit: Visit = run_of(QUART, lambda answer: answer.visit("/cake", visitors=5), alone=alone)
    assert (visit.seconds, visit.at_most, visit.texts) == (1.0, 5, ["cake"] * 5)


@WAYS
def test_a_websocket_is_talked_to(alone: bool) -> None:
    run: Run = run_of(QUART, lambda answer: answer.talk("/ws", "one", "two"), alone=alone)
    assert run.result == ["cake one", "cake two"]


CLOSES = QUART.replace("while True:", "if True:")


@WAYS
def test_a_websocket_that_the_app_closes_too_early_is_told_and_one_closed_after_the_last_reply_is_right(
    alone: bool,
) -> None:
    run: Run = run_of(CLOSES, lambda answer: answer.talk("/ws", "one"), alone=alone)
    assert run.result == ["cake one"]
    said = refused(CLOSES, lambda answer: answer.talk("/ws", "one", "two"), alone=alone)
    assert "closed the WebSocket after 1 reply." in said


# What is said by itself


@WAYS
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("async def answer(): time.sleep(1)", "`time.sleep` stops the whole event loop (line 1"),
        ("async def answer(): asyncio.sleep(1)", "`sleep` was called and never awaited"),
        ("async def bake(): pass\nasync def answer(): return bake()", "gives back a coroutine"),
        ("async def answer(): await asyncio.gather([1])", "A star unpacks the list"),
        ("async def answer(): await asyncio.Event().wait()", "deadlock"),
        ("async def answer(): await asyncio.sleep(1e6)", "after an hour of simulated time"),
        ("async def answer():\n    while True: await asyncio.sleep(0)", "round and round"),
        ("async def made(): pass\nanswer = made()", "without brackets"),
        ("async def answer(): return 1 / 0", "ZeroDivisionError: division by zero, line 1"),
        ("async def answer(): asyncio.run(asyncio.sleep(1))", "event loop inside an event loop"),
        ("lock = asyncio.Queue()\nanswer = None", "the function itself is wanted"),
        ("def answer(): return 5", "Only a coroutine function can wait together"),
        ("async def answer(cake): return cake", "it takes `(cake)`"),
        ("answer = int", "it got the class `int`"),
    ],
)
def test_a_common_mistake_has_its_own_words(text: str, words: str, alone: bool) -> None:
    assert words in refused(text, alone=alone)


@WAYS
@pytest.mark.parametrize("app", [FLASK, QUART], ids=["flask", "quart"])
def test_a_failing_handler_is_told_with_its_line_and_a_missing_route_with_those_there_are(
    app: str, alone: bool
) -> None:
    said = refused(app, lambda answer: answer.visit("/burnt"), alone=alone)
    assert "the handler of `/burnt` fails: it raised ZeroDivisionError" in said
    assert "return 1 / 0" in said
    assert "`/cake`" in refused(app, lambda answer: answer.visit("/bread"), alone=alone)


@WAYS
@pytest.mark.parametrize("may_fail", [False, True])
def test_what_a_failing_handler_forgot_is_not_told_of_the_next_answer(may_fail: bool, alone: bool) -> None:
    text = f"""{QUART}
@answer.get("/both")
async def both():
    await asyncio.gather([asyncio.sleep(1), asyncio.sleep(1)])
"""

    def ask(answer: Answer) -> Visit:
        return answer.visit("/both", may_fail=may_fail)

    with suppress(AssertionError):
        run_of(text, ask, alone=alone)
    gc.collect(0)
    gc.collect(1)
    stage = asked(FIVE, Answer.run, alone=alone)
    assert stage.error is None
    assert stage.forgotten == []


def test_two_tasks_that_wait_for_each_other_are_a_deadlock() -> None:
    text = """
async def answer():
    one, two = asyncio.Lock(), asyncio.Lock()
    async def first():
        async with one:
            await asyncio.sleep(1)
            async with two: pass
    async def second():
        async with two:
            await asyncio.sleep(1)
            async with one: pass
    await asyncio.gather(first(), second())
"""
    assert "deadlock" in refused(text)


def test_two_threads_that_wait_for_each_other_are_a_deadlock() -> None:
    text = """
def answer():
    one, two = threading.Lock(), threading.Lock()
    def cross(here, there):
        with here:
            time.sleep(1)
            with there: pass
    threads = [threading.Thread(target=cross, args=pair) for pair in ((one, two), (two, one))]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
"""
    assert "deadlock" in refused(text, Answer.call)


def test_work_that_is_left_over_is_told_of_the_run_that_left_it() -> None:
    text = "async def answer():\n    asyncio.create_task(asyncio.sleep(1))\n    await asyncio.sleep(0)"
    said = refused(text, lambda answer: answer.run().takes(1.0))
    assert "it took 0 s, and 1 s is wanted" in said


def test_dots_that_come_back_are_not_attempted() -> None:
    assert isinstance(asked("async def answer(): return ...", Answer.run).error, NotAttempted)


# Hostile or broken


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
        "    for _ in range(3): threading.Thread(target=spin).start()"
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
    start = time.monotonic()
    stage = asked(text, Answer.run if "async def answer" in text else Answer.call, limit=0.5)
    assert time.monotonic() - start < SOON
    assert stage.out_of_time or isinstance(stage.error, Wrong), stage
    assert len(stage.printed) <= 20_000


@pytest.mark.usefixtures("unspoiled")
@pytest.mark.parametrize("name", ["an endless loop", "an exit", "a closed loop", "cancelling everything"])
def test_alone_a_hostile_answer_gets_its_verdict_too(name: str) -> None:
    text = HOSTILE[name]
    stage = asked(text, Answer.run if "async def answer" in text else Answer.call, alone=True, limit=0.3)
    assert stage.out_of_time or isinstance(stage.error, Wrong), stage


# In the middle of a running loop, as in a cell


@WAYS
def test_a_check_runs_inside_a_running_loop_and_leaves_it_as_it_was(alone: bool) -> None:
    async def cell() -> tuple[object, ...]:
        before = (asyncio.get_running_loop(), asyncio.current_task())
        run: Run = run_of(FIVE, alone=alone)
        assert run.seconds == 1.0
        await asyncio.sleep(0)
        assert before == (asyncio.get_running_loop(), asyncio.current_task())
        return before

    asyncio.run(cell())


def test_stepping_out_of_a_loop_ends_with_stepping_in_again_after_an_error_too() -> None:
    async def cell() -> None:
        task = asyncio.current_task()
        with stepped_out():
            assert asyncio._get_running_loop() is None
        with suppress(KeyError), stepped_out():
            raise KeyError
        assert asyncio.current_task() is task

    asyncio.run(cell())
