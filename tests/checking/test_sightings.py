"""Whatever keeps an event loop from turning is called so, with its line, and with a repair that the task allows."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import pytest
import quart
from answering import BEFORE, WAYS, asked, asked_of, refused

from bakery.checking import Answer
from bakery.checking.mistakes import USE_ASYNC_CLIENT
from bakery.checking.sightings import on_coroutine, on_forgotten, on_halt, on_held, on_plain, on_time_up
from bakery.checking.virtual.clock import SECOND
from bakery.checking.virtual.halts import Deadlock, Endless, Enough, Halt, TimeUp
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


COMPREHENSIONS = {
    "a list": '[time.sleep(1) for _ in "ab"]',
    "a set": '{time.sleep(1) for _ in "ab"}',
    "a dictionary": '{one: time.sleep(1) for one in "ab"}',
    "a generator": 'list(time.sleep(1) for _ in "ab")',
}


@pytest.mark.parametrize("line", COMPREHENSIONS.values(), ids=COMPREHENSIONS)
def test_a_comprehension_is_a_part_of_the_function_it_stands_in(line: str) -> None:
    text = f"import time\nasync def answer():\n    {line}"
    assert "Write `await asyncio.sleep(…)`" in refused(text, lambda answer: answer.run())
    text = f"import time\ndef bake():\n    {line}\nasync def answer():\n    bake()"
    assert "Make `bake` an `async def`" in refused(text, lambda answer: answer.run())


def test_a_lambda_that_waits_is_told_that_it_cannot_await() -> None:
    text = "import time\nnap = lambda seconds: time.sleep(seconds)\nasync def answer():\n    nap(1)"
    said = refused(text, lambda answer: answer.run())
    assert "A `lambda` cannot await" in said
    assert "<lambda>" not in said


def test_a_method_is_handed_to_a_thread_without_its_self() -> None:
    text = "import time\nclass Oven:\n    def bake(self):\n        time.sleep(1)\nasync def answer():\n    Oven().bake()"
    assert "`await asyncio.to_thread(bake)`" in refused(text, lambda answer: answer.run())


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


HELD = Held(line="line 4: one.join()", caller="line 9: wash()", function="wash", nanoseconds=SECOND)
BARE = Held(line="line 4: one.join()", function="wash", nanoseconds=SECOND)

HALTS: dict[str, tuple[Halt, str, list[Held], str, str]] = {
    "enough": (Enough("it asks for ever."), "line 1", [HELD], "", "it asks for ever."),
    "a loop that waits for itself": (
        Deadlock(),
        "line 1",
        [BARE, HELD],
        "line 2: till.acquire()",
        "line 4: one.join(), called at line 9: wash(): waits without an `await`, so the event loop stands still; and what it "
        "waits for can never come, because only the loop could bring it. This is called a deadlock.",
    ),
    "a lock": (
        Deadlock(),
        "line 1",
        [],
        "line 2: with till:",
        "it waits for a lock that never comes free (line 2: with till:): whoever has it does not let it go. This is called a "
        "deadlock. After an `acquire` comes a `release`, and a `with` does both; whoever has a `Lock` already cannot take it "
        "once more.",
    ),
    "the end of a pool": (
        Deadlock(),
        "line 2",
        [],
        "line 2: with ThreadPoolExecutor() as pool:",
        "it waits for something that never comes (line 2): everybody waits, and nobody is left to wake anybody. This is called "
        "a deadlock.",
    ),
    "nobody knows where": (
        Deadlock(),
        "",
        [],
        "",
        "it waits for something that never comes: everybody waits, and nobody is left to wake anybody. This is called a "
        "deadlock.",
    ),
    "an hour": (
        Endless(3600),
        "line 3",
        [HELD],
        "line 2: with till:",
        "it was not done after an hour of simulated time (line 3). What is to end the waiting?",
    ),
    "no time at all": (
        Endless(),
        "",
        [HELD],
        "line 2: with till:",
        "it goes round and round without ever waiting, so no time passes. What is to end the loop?",
    ),
    "real time": (TimeUp(), "line 3", [HELD], "", "it did not come to an end (line 3)."),
}


@pytest.mark.parametrize("name", HALTS)
def test_a_run_that_had_to_be_stopped_is_told_by_what_stopped_it(name: str) -> None:
    halt, where, held, lock, told = HALTS[name]
    assert on_halt(halt, where, held, lock) == told


STANDS = " `time.sleep` steps aside for nobody: in an event loop nothing else happens meanwhile."
GOES_ON = " It could not even be stopped and goes on behind the scenes; restart the kernel if the notebook becomes slow."


@pytest.mark.parametrize(
    ("line", "abandoned", "told"),
    [
        ("", False, "it did not come to an end."),
        ("", True, f"it did not come to an end.{GOES_ON}"),
        ("line 3: bake()", False, "it did not come to an end (it was at line 3: bake())."),
        (
            "line 3: time.sleep(1)",
            True,
            f"it did not come to an end (it was at line 3: time.sleep(1)).{STANDS}{GOES_ON}",
        ),
        (
            "line 3: asyncio.sleep(1)",
            False,
            "it did not come to an end (it was at line 3: asyncio.sleep(1)).",
        ),
    ],
)
def test_a_check_that_was_stopped_after_real_seconds_is_told_by_where_it_was(
    line: str, abandoned: bool, told: str
) -> None:
    elsewhere = Held(line="line 4: time.sleep(1)", nanoseconds=SECOND)
    computing = Held(line="line 3: bake()", worked=True)
    stage: Stage[None] = Stage(last_line=line, abandoned=abandoned, held=(elsewhere, computing))
    assert on_time_up(stage) == told


async def plum() -> None:
    """Nothing."""


async def nut() -> None:
    """Nothing."""


AMONG = (
    "in what `bake` gives there is a coroutine among the results: `plum` was called there, and not awaited. An `await` is missing "
    "before that call."
)
INSTEAD = "`bake` gives back a coroutine instead of its result: an `await` is missing before the call."
IN_A_THREAD = (
    "`bake` gives back a coroutine instead of its result: a thread was given an `async def`, and calling that only makes a "
    "coroutine. Threads are for plain functions: hand over the plain one that blocks, or `await` this one, if it blocks nobody."
)


@pytest.mark.parametrize(
    ("make", "source", "told"),
    [
        (lambda one, two: [1, one, two], "await to_thread(bake)", AMONG),
        (lambda one, two: (one, two, 1), "", AMONG),
        (lambda one, _: {one, 1}, "", AMONG),
        (lambda one, two: {"size": 1, "one": one, "two": two}, "", AMONG),
        (lambda one, two: [one, two], "", INSTEAD),
        (lambda one, two: {"one": one, "two": two}, "", INSTEAD),
        (lambda one, _: one, "to_thread(bake)", INSTEAD),
        (lambda one, _: one, "await asyncio.to_thread(bake)", IN_A_THREAD),
        (lambda one, two: [one, two], "gather(*(to_thread(bake) for _ in range(2)))", IN_A_THREAD),
        (lambda one, _: one, "await loop.run_in_executor(None, bake)", IN_A_THREAD),
        (lambda one, _: one, "await run_sync(bake)()", IN_A_THREAD),
    ],
)
def test_a_coroutine_in_the_place_of_a_result_is_told_by_what_stands_beside_it(
    make: Callable[[object, object], object], source: str, told: str
) -> None:
    one, two = plum(), nut()
    assert on_coroutine("bake", source, make(one, two)) == told
    assert on_coroutine("the call of `bake`", source, make(one, two)) == told.replace(
        "`bake`", "the call of `bake`", 1
    )
    one.close()
    two.close()


def test_what_gives_no_coroutine_is_told_by_what_it_gives() -> None:
    async def cakes() -> AsyncIterator[int]:
        yield 1

    assert on_plain("bake", cakes()) == (
        "`bake` is an async generator, because there is a `yield` in it. `return` gives a result."
    )
    assert on_plain("bake", 3) == (
        "`bake` is a plain function that gives `3`. Only a coroutine function can wait together with others: "
        "`async def bake`."
    )


CALLED = {
    "to_thread(wash())": "`to_thread` wants the function itself: `to_thread(wash)`.",
    "run_sync(wash())": "`run_sync` wants the function itself: `run_sync(wash)()`.",
    "run_in_executor(None, wash())": "`run_in_executor` wants the function itself: `run_in_executor(None, wash)`.",
    "pool.submit(wash())": "`submit` wants the function itself: `submit(wash)`.",
}


@pytest.mark.parametrize("code", CALLED)
@pytest.mark.parametrize("caller", ["", "line 9: "])
def test_a_call_where_a_function_is_handed_over_is_told_by_its_brackets(code: str, caller: str) -> None:
    held = Held(
        line=f"line 3: {code}" if not caller else "line 3: time.sleep(1)", caller=caller and caller + code
    )
    assert on_held([held]) == (
        "the brackets after `wash` call it at once, here in the event loop, and everybody waits for it "
        f"({caller or 'line 3: '}{code}). {CALLED[code]}"
    )


@pytest.mark.parametrize("caller", ["", "line 9: create_task(wash())"])
def test_a_plain_function_in_a_task_is_told_what_its_brackets_do(caller: str) -> None:
    held = Held(line="line 3: create_task(wash())" if not caller else "line 3: time.sleep(1)", caller=caller)
    assert on_held([held]) == (
        "`wash` is a plain function: its brackets call it at once, here in the event loop, and everybody waits for it "
        f"({caller or held.line}). `create_task` is for coroutines; `asyncio.to_thread(wash)` runs it in a thread."
    )


THREAD = "`await asyncio.to_thread(wash)` lets a thread wait in its place, and the loop goes on."
AN_ASYNC_LOCK = "An `asyncio.Lock`, with `async with`, is waited for with an `await`."
REPAIRS = {
    "httpx.get('/')": USE_ASYNC_CLIENT,
    "requests.post('/')": USE_ASYNC_CLIENT,
    "urlopen('/')": USE_ASYNC_CLIENT,
    "with httpx.Client() as one:": USE_ASYNC_CLIENT,
    "one.result()": (
        "`await asyncio.wrap_future(…)`, with the future in its brackets and without `.result()`, waits for it in the loop."
    ),
    "one.join()": "`await asyncio.to_thread(…)` runs a function in a thread and awaits its end.",
    "one.get()": "An `asyncio.Queue` has a `get` that is awaited.",
    "with ThreadPoolExecutor() as one:": (
        "At the end of its block a pool waits for all its threads: keep the pool outside the function, or let "
        "`asyncio.to_thread(…)` have one of the loop's own."
    ),
    "till.acquire()": AN_ASYNC_LOCK,
    "with till:": AN_ASYNC_LOCK,
    "select([], [], [])": "Await a wait that the loop knows, or let `await asyncio.to_thread(…)` wait in a thread.",
}
STILL = "That stops the whole event loop, so nobody else can go on meanwhile."


@pytest.mark.parametrize("code", REPAIRS)
def test_what_waits_without_an_await_gets_the_repair_of_its_kind(code: str) -> None:
    shorter = Held(line="line 1: bake()", nanoseconds=SECOND // 2)
    held = Held(line=f"line 3: {code}", function="wash", nanoseconds=3 * SECOND // 2)
    told = f"line 3: {code} waits without an `await` for 1.5 s. {STILL} {REPAIRS[code]}"
    assert on_held([shorter, held]) == on_held([held, shorter]) == told
    assert on_held([Held(line=held.line)]) == told.replace(" for 1.5 s", "")


@pytest.mark.parametrize(
    ("held", "theirs", "told"),
    [
        (
            BARE,
            ["wash"],
            f"line 4: one.join() waits without an `await` for 1 s. {STILL} `wash` is somebody else's: leave it the plain `def` that it "
            f"was. Then {THREAD}",
        ),
        (
            HELD,
            [],
            f"line 4: one.join(), called at line 9: wash(): waits without an `await` for 1 s. {STILL} Make `wash` an `async def` "
            f"with a wait that is awaited; or {THREAD}",
        ),
        (
            HELD,
            ["wash"],
            f"line 4: one.join(), called at line 9: wash(): waits without an `await` for 1 s. {STILL} {THREAD}",
        ),
        (
            replace(HELD, line="line 4: time.sleep(1)", elsewhere=True),
            [],
            "`time.sleep` stops the whole event loop (line 4: time.sleep(1), called at line 9: wash()), so nobody else can go on "
            f"meanwhile. {THREAD}",
        ),
        (
            replace(BARE, line="line 4: time.sleep(1)"),
            [],
            "`time.sleep` stops the whole event loop (line 4: time.sleep(1)), so nobody else can go on meanwhile. Write `await "
            "asyncio.sleep(…)`: it waits and lets the others work.",
        ),
        (
            replace(BARE, worked=True),
            [],
            "line 4: one.join() keeps the event loop busy for 1 s, so nobody else can go on meanwhile. A wait has to be awaited.",
        ),
        (
            replace(BARE, worked=True, nanoseconds=0),
            [],
            "line 4: one.join() keeps the event loop busy, so nobody else can go on meanwhile. Long work belongs into a thread "
            "or a process.",
        ),
    ],
)
def test_a_held_loop_is_told_with_what_the_reader_may_change(
    held: Held, theirs: list[str], told: str
) -> None:
    assert on_held([held], theirs) == told
