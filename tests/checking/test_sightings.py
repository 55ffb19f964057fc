"""Whatever keeps an event loop from turning is called so, with its line, and with a repair that the task allows."""

import asyncio
from dataclasses import replace

import pytest
import quart
from answering import BEFORE, WAYS, asked, asked_of, refused

from bakery.checking import Answer
from bakery.checking.sightings import on_forgotten, on_held, on_time_up
from bakery.checking.virtual.clock import SECOND
from bakery.checking.virtual.leftovers import Forgotten
from bakery.checking.virtual.players import Held
from bakery.checking.virtual.stage import Stage
from bakery.shop.serving import serve
from workshop.cells import Cells

SIMULATED = {
    "time.sleep": ("time.sleep(0.5)", "`time.sleep` stops the whole event loop"),
    "a joined thread": (
        "\n    one = threading.Thread(target=time.sleep, args=(0.5,))\n    one.start()\n    one.join()",
        "line 4: one.join() waits without an `await` for 0.5 s",
    ),
    "a lock": (
        "\n    lock = threading.Lock()\n    lock.acquire()\n    lock.acquire(timeout=0.5)",
        "lock.acquire(timeout=0.5) waits without an `await` for 0.5 s",
    ),
    "a queue": (
        "\n    try: queue.Queue().get(timeout=0.5)\n    except queue.Empty: pass",
        "get(timeout=0.5) waits without an `await` for 0.5 s",
    ),
    "the result of a future": (
        "\n    with ThreadPoolExecutor() as pool: pool.submit(time.sleep, 0.5).result()",
        "result() waits without an `await` for 0.5 s",
    ),
    "select": ("select.select([], [], [], 0.5)", "waits without an `await` for 0.5 s"),
    "a loop that looks at the clock": (
        "\n    end = time.monotonic() + 0.5\n    while time.monotonic() < end: pass",
        "keeps the event loop busy for 0.5 s",
    ),
}


@WAYS
@pytest.mark.parametrize("name", SIMULATED)
def test_whatever_keeps_the_loop_from_turning_is_called_so_with_its_line(name: str, threadless: bool) -> None:
    code, words = SIMULATED[name]
    assert words in refused(f"async def answer(): {code}", threadless=threadless)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("async def answer(): subprocess.run(['sleep', '0.6'])", "waits without an `await`"),
        (
            "async def answer():\n    end = time.thread_time() + 0.6\n    while time.thread_time() < end: pass",
            "keeps the event loop busy",
        ),
    ],
    ids=["a process", "computing"],
)
def test_what_holds_the_loop_in_real_time_is_called_so_as_well(text: str, words: str) -> None:
    stage = asked(text, Answer.run, limit=20)
    assert words in str(stage.error)
    assert "line " in str(stage.error)


def test_a_plain_client_that_waits_for_a_live_shop_is_told_of_the_async_one() -> None:
    oven = quart.Quart("oven")

    @oven.get("/cake")
    async def cake() -> str:
        await asyncio.sleep(0.6)
        return "cake"

    with serve(oven) as shop:
        text = f"import httpx\nasync def answer(): return httpx.get('{shop.url}/cake', trust_env=False).text"
        said = str(asked(text, Answer.run, limit=20).error)
    assert "httpx.get(" in said
    assert "waits without an `await`" in said
    assert "Take an `httpx.AsyncClient`" in said
    assert "asyncio.Queue" not in said


def test_a_wait_that_takes_no_time_is_no_blocking() -> None:
    text = "lock = threading.Lock()\nasync def answer():\n    with lock: pass\n    await asyncio.sleep(1)"
    cells = Cells(BEFORE, text)
    assert asked_of(cells, Answer.run).error is None


def test_brackets_inside_of_to_thread_are_told_as_brackets() -> None:
    text = "def bake(): time.sleep(1)\nasync def answer(): await asyncio.to_thread(bake())"
    said = refused(text)
    assert "without brackets" in said
    assert "asyncio.sleep" not in said


def test_somebody_elses_function_is_not_to_be_rewritten() -> None:
    cells = Cells(BEFORE, "def bake(): time.sleep(1)", "async def answer(): bake()")
    said = str(asked_of(cells, Answer.run).error)
    assert "called at line 1: async def answer(): bake()" in said
    assert "await asyncio.to_thread(bake)" in said
    assert "await asyncio.sleep" not in said


def test_a_loop_that_waits_for_what_only_it_could_bring_is_a_deadlock_of_its_own_making() -> None:
    text = """
async def bake(): return "cake"
async def answer():
    return asyncio.run_coroutine_threadsafe(bake(), asyncio.get_running_loop()).result()
"""
    said = refused(text)
    assert "waits without an `await`, so the event loop stands still" in said


def test_a_background_task_that_is_called_is_told_to_be_handed_over() -> None:
    text = """
from quart import Quart
answer = Quart("x")
async def wash(): pass
@answer.get("/")
async def index():
    answer.add_background_task(wash())
    return "ok"
"""
    said = refused(text, lambda answer: answer.visit("/"))
    assert "hand over the function, without brackets, `add_background_task(wash)`" in said


def test_a_call_for_the_background_that_nobody_awaited_is_told_to_be_handed_over() -> None:
    said = on_forgotten([Forgotten("wash", "line 3: app.add_background_task(wash())")])
    assert said.startswith("`add_background_task` was handed the call of `wash` (line 3: ")
    assert said.endswith("`add_background_task(wash)`.")


def test_a_background_task_in_a_lambda_is_told_what_the_lambda_makes() -> None:
    text = """
from quart import Quart
answer = Quart("x")
async def wash(): pass
@answer.get("/")
async def index():
    answer.add_background_task(lambda: wash())
    await asyncio.sleep(1)
    return "ok"
"""
    said = refused(text, lambda answer: answer.visit("/"))
    assert "`add_background_task` was handed a `lambda`" in said
    assert "Hand over `wash` itself, and its arguments after it." in said


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("async def bake(): pass\nasync def answer():\n    bake(); bake()", ", and 1 more)"),
        (
            "async def bake(): pass\none = lambda: bake()\nasync def answer():\n    one()",
            "A `lambda` cannot await",
        ),
        (
            "async def bake(): pass\ndef one(): bake()\nasync def answer():\n    one()",
            "`one` is a plain `def`",
        ),
    ],
)
def test_a_forgotten_await_is_told_with_where_it_could_stand(text: str, words: str) -> None:
    said = refused(text)
    assert "an `await` is missing: `bake` was called and never awaited" in said
    assert words in said


def test_an_and_of_pythons_between_two_coroutines_is_named() -> None:
    said = refused("async def bake(): return 1\nasync def answer(): return await (bake() and bake())")
    assert said.startswith("Python's `and` stands between two coroutines")


def test_an_and_beside_a_forgotten_await_is_not_blamed() -> None:
    said = refused(
        "async def bake(): return 1\nasync def answer():\n    bake()\n    return 1 and await bake()"
    )
    assert said.startswith("an `await` is missing: `bake` was called and never awaited")


FLASK_APP = """
from flask import Flask
answer = Flask("bakery")
till, bell = threading.Lock(), threading.Event()
@answer.get("/cake")
def cake():
    {line}
    return "cake"
"""


@pytest.mark.parametrize(
    "line", ["till.acquire()", "till.acquire(); till.acquire()", "with till: till.acquire()"]
)
@WAYS
def test_a_lock_that_nobody_lets_go_is_told_with_its_line(line: str, *, threadless: bool) -> None:
    stage = asked(
        FLASK_APP.format(line=line), lambda one: one.visit("/cake", visitors=3), threadless=threadless
    )
    assert str(stage.error).startswith(f"it waits for a lock that never comes free (line 7: {line})")


@pytest.mark.parametrize("line", ["bell.wait()", "queue.Queue().get()"])
@WAYS
def test_what_has_a_lock_inside_is_not_told_as_a_lock(line: str, *, threadless: bool) -> None:
    stage = asked(
        FLASK_APP.format(line=line), lambda one: one.visit("/cake", visitors=3), threadless=threadless
    )
    assert str(stage.error).startswith("it waits for something that never comes")


def test_a_function_of_asyncios_is_not_called_a_plain_one() -> None:
    line = "line 3: one = asyncio.create_task(asyncio.sleep(0, bake()))"
    said = on_held([Held(line="line 9: time.sleep(1)", caller=line, function="bake", nanoseconds=SECOND)])
    assert "`asyncio.sleep` is a plain function" not in said
    assert said.startswith("`time.sleep` stops the whole event loop")


def test_a_thread_is_handed_what_the_function_is_called_with() -> None:
    held = Held("line 2: time.sleep(1)", "line 5: fetch('plum')", "fetch", nanoseconds=SECOND)
    assert "`await asyncio.to_thread(fetch)`" in on_held([held])
    assert "`await asyncio.to_thread(fetch, …)`" in on_held([replace(held, parameters=True)])


def test_somebody_elses_function_that_was_made_async_is_told_to_be_left_plain() -> None:
    held = Held("line 2: time.sleep(1)", function="bake", nanoseconds=SECOND)
    assert "leave it the plain `def` that it was" in on_held([held], theirs=["bake"])
    assert "asyncio.sleep" not in on_held([held], theirs=["bake"])


def test_a_check_that_runs_out_of_time_in_a_sleep_of_the_loop_says_so() -> None:
    held = Held(line="line 9: time.sleep(1)", nanoseconds=SECOND)
    stage: Stage[None] = Stage(last_line="line 9: time.sleep(1)", held=(held,))
    assert "`time.sleep` stops the whole event loop" in on_time_up(stage)
    assert on_time_up(Stage(last_line="line 9: time.sleep(1)")).startswith(
        "it did not come to an end (it was"
    )
