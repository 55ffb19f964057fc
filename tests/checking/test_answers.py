"""What is wrong with nearly any answer is said by itself, whatever the exercise."""

import gc
from contextlib import suppress
from typing import Literal

import pytest
from answering import FIVE, FLASK, QUART, WAYS, asked, refused, run_of

from bakery.checking import Answer
from bakery.checking.mistakes import NotAttempted, Wrong
from bakery.checking.run import Served


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
        ("answer = int", "it got the class `int`, but a function is wanted: `async def …`."),
    ],
)
def test_a_common_mistake_has_its_own_words(text: str, words: str, threadless: bool) -> None:
    assert words in refused(text, threadless=threadless)


@WAYS
def test_an_async_function_where_a_plain_one_is_wanted_is_told_so(threadless: bool) -> None:
    said = refused("async def answer(): return 3", Answer.call, threadless=threadless)
    assert "write a plain `def answer`" in said


@WAYS
@pytest.mark.parametrize("app", [FLASK, QUART], ids=["flask", "quart"])
def test_a_failing_handler_is_told_with_its_line_and_a_missing_route_with_those_there_are(
    app: str, threadless: bool
) -> None:
    said = refused(app, lambda answer: answer.visit("/burnt"), threadless=threadless)
    assert "the handler of `/burnt` fails: it raised ZeroDivisionError" in said
    assert "return 1 / 0" in said
    assert "`/cake`" in refused(app, lambda answer: answer.visit("/bread"), threadless=threadless)


@pytest.mark.parametrize("app", [FLASK, QUART], ids=["flask", "quart"])
def test_a_route_that_takes_another_method_is_no_missing_route(app: str) -> None:
    said = refused(app, lambda answer: answer.visit("/cake", method="POST"))
    assert "there is such a route, but it takes only `GET`, and not `POST`" in said


@WAYS
@pytest.mark.parametrize("may_fail", [False, True])
def test_what_a_failing_handler_forgot_is_not_told_of_the_next_answer(
    may_fail: bool, threadless: bool
) -> None:
    text = f"""{QUART}
@answer.get("/both")
async def both():
    await asyncio.gather([asyncio.sleep(1), asyncio.sleep(1)])
"""

    def ask(answer: Answer) -> Served:
        return answer.visit("/both", may_fail=may_fail)

    with suppress(AssertionError):
        run_of(text, ask, threadless=threadless)
    gc.collect(0)
    gc.collect(1)
    stage = asked(FIVE, Answer.run, threadless=threadless)
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


def test_work_that_is_left_over_is_told_of_the_run_that_left_it() -> None:
    text = "async def answer():\n    asyncio.create_task(asyncio.sleep(1))\n    await asyncio.sleep(0)"
    said = refused(text, lambda answer: answer.run().takes(1.0))
    assert "it took 0 s, and 1 s is wanted" in said


def test_dots_that_come_back_are_not_attempted() -> None:
    assert isinstance(asked("async def answer(): return ...", Answer.run).error, NotAttempted)


def test_an_enormous_result_is_looked_at_in_no_time() -> None:
    said = refused("async def answer(): return [0] * 20_000_000", lambda answer: answer.run().gives([1]))
    assert said.startswith("`answer` gives `[0, 0, 0")


@pytest.mark.parametrize(
    ("text", "kinds", "right"),
    [("answer = 12 / 2", (int,), True), ("answer = 6.5", (int,), False), ("answer = True", (int,), False)],
)
def test_a_whole_number_may_be_written_as_a_float(text: str, kinds: tuple[type, ...], right: bool) -> None:
    stage = asked(text, lambda answer: answer.value(*kinds))
    assert (stage.value == 6) if right else isinstance(stage.error, Wrong)


@WAYS
def test_an_async_generator_that_is_left_in_the_middle_is_closed_and_so_are_those_it_reads_from(
    threadless: bool,
) -> None:
    text = """
diary = []
async def crumbs():
    try:
        while True:
            yield "crumb"
            await asyncio.sleep(1)
    finally:
        diary.append("swept")
async def plate():
    async for crumb in crumbs(): yield crumb
async def tray():
    async for crumb in plate(): yield crumb
async def answer():
    async for crumb in tray():
        return list(diary)
"""
    stage = asked(text, lambda answer: [answer.run().result for _ in range(2)], threadless=threadless)
    assert stage.value == [[], ["swept"]]


@pytest.mark.parametrize(("text", "kind", "other"), [(FLASK, "flask", "quart"), (QUART, "quart", "flask")])
def test_an_app_of_the_other_framework_is_told_which_one_is_wanted(
    text: str, kind: Literal["flask", "quart"], other: Literal["flask", "quart"]
) -> None:
    assert isinstance(asked(text, lambda answer: answer.must_be(kind)).value, Answer)
    error = asked(text, lambda answer: answer.must_be(other)).error
    assert isinstance(error, Wrong)
    wanted = other.capitalize()
    assert str(error) == (
        f"this is a {kind.capitalize()} app, and a {wanted} app is wanted: "
        f"`from {other} import {wanted}`, then `app = {wanted}(__name__)`."
    )


NO_APP = {
    "a number": ("answer = 3", "it got `3`, but an app is wanted: `check(app)`."),
    "a coroutine": (
        "async def made(): pass\nanswer = made()",
        "it got a coroutine (`made` was called, but not awaited), but an app is wanted: `check(app)`.",
    ),
    "a class": (
        "from quart import Quart as answer",
        "it got the class `Quart`; make an app of it: `app = Quart(__name__)`.",
    ),
}


@pytest.mark.parametrize("name", NO_APP)
def test_what_is_no_app_is_told_as_what_it_is(name: str) -> None:
    text, told = NO_APP[name]
    assert refused(text, lambda answer: answer.must_be("quart")) == told


def test_a_plain_function_among_calls_that_are_gathered_is_told() -> None:
    assert refused("def answer(cake): return cake", lambda answer: answer.together(("plum",), ("nut",))) == (
        "`answer` is a plain function that gives `'plum'`. Only a coroutine function can wait together with others: "
        "`async def answer`."
    )


@pytest.mark.parametrize(
    ("path", "words"), [("/nowhere", "404: the app has no such route"), ("/teapot", "400")]
)
def test_a_stream_that_was_refused_is_told_with_its_status(path: str, words: str) -> None:
    text = QUART + '\n@answer.get("/teapot")\nasync def teapot(): return "no", 400\n'
    assert words in refused(text, lambda answer: answer.listen(path))
    fine = text.replace("400", "399")
    assert run_of(fine, lambda answer: answer.listen("/teapot")).streams[0].status == 399


@pytest.mark.parametrize(
    ("text", "kinds", "told"),
    [
        ("answer = {'a': 1}.keys()", (list,), ["a"]),
        ("answer = {'a': 1}.values()", (list,), [1]),
        ("answer = {'a': 1}.values()", (dict,), None),
        ("answer = {1}", (list,), None),
    ],
)
def test_keys_and_values_are_a_list_where_a_list_is_wanted(
    text: str, kinds: tuple[type, ...], told: list[object] | None
) -> None:
    stage = asked(text, lambda answer: answer.value(*kinds))
    assert stage.value == told
    assert isinstance(stage.error, Wrong) is (told is None)


def test_nothing_in_the_place_of_a_value_is_told_where_it_comes_from() -> None:
    told = refused("answer = None", lambda answer: answer.value(float))
    assert told.startswith("a number is wanted, but it got `None`. That is what `print(…)` gives")
    assert "print" not in refused("answer = 'four'", lambda answer: answer.value(float))
