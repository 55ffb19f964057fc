"""An app is opened and closed as a server would, as often as one likes, and afterwards it is as it was."""

import asyncio
import contextvars
import inspect
import logging
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from answering import WAYS, refused, run_of
from quart import Quart

from bakery.checking import Answer
from bakery.checking.lifetimes import Opened, heard, note_error
from bakery.checking.mistakes import NotAttempted, Wrong
from bakery.checking.virtual.halts import Deadlock

LIFE = """
from quart import Quart
answer = Quart("bakery")
diary = []

@answer.before_serving
async def light(): diary.append("light")

@answer.while_serving
async def oven():
    await asyncio.sleep(1)
    diary.append("warm")
    yield
    await asyncio.sleep(1)
    diary.append("cold")

@answer.after_serving
async def lock(): diary.append("lock")

@answer.get("/")
async def index(): return " ".join(diary)
"""


@WAYS
def test_an_app_is_opened_and_closed_as_often_as_one_likes_and_the_order_is_known(threadless: bool) -> None:
    async def ask(client: object) -> str:
        return str(await (await client.get("/")).get_data(as_text=True))  # type: ignore[attr-defined]

    def twice(answer: Answer) -> object:
        return answer.watch("light", "lock").live(ask, times=2)

    run = run_of(LIFE, twice, threadless=threadless)
    assert run.result == ["light warm", "light warm cold lock light warm"]
    assert run.order == ("light", "lock", "light", "lock")
    assert run.seconds == 4


def test_an_app_lives_once_where_nobody_says_how_often() -> None:
    run = run_of(LIFE, lambda answer: answer.watch("light", "lock").live())
    assert (run.result, run.order) == ([None], ("light", "lock"))


BACKGROUND = """
from quart import Quart
answer = Quart("bakery")
async def wash():
    await asyncio.sleep(1)
    WORK
@answer.get("/")
async def index():
    answer.add_background_task(wash)
    return "ok"
"""


@WAYS
def test_a_background_task_goes_on_after_the_answer_and_one_that_fails_counts_as_wrong(
    threadless: bool,
) -> None:
    served = run_of(
        BACKGROUND.replace("WORK", "pass"), lambda answer: answer.visit("/"), threadless=threadless
    )
    assert (served.replies[0].end, served.seconds, served.closed) == (0.0, 0.0, 1.0)
    said = refused(
        BACKGROUND.replace("WORK", "1 / 0"), lambda answer: answer.visit("/"), threadless=threadless
    )
    assert "a background task failed, and nobody saw it: it raised ZeroDivisionError" in said


def app_with_an_oven(diary: list[str]) -> Quart:
    made = Quart("bakery")

    @made.while_serving
    async def oven() -> AsyncGenerator[None, None]:
        diary.append("warm")
        yield
        diary.append("cold")

    @made.get("/burnt")
    async def burnt() -> str:
        raise ZeroDivisionError("burnt")

    return made


def test_after_it_is_closed_an_app_is_as_it_was_and_may_be_opened_again() -> None:
    diary: list[str] = []
    made = app_with_an_oven(diary)
    generators = list(made.while_serving_gens)

    async def open_twice() -> None:
        for _ in range(2):
            async with Opened(made):
                assert made.while_serving_gens != generators
            assert made.while_serving_gens == generators
            assert made._got_first_request is False

    asyncio.run(open_twice())
    assert diary == ["warm", "cold", "warm", "cold"]


def test_an_app_that_fails_to_open_raises_its_own_error_and_is_as_it_was() -> None:
    made = Quart("bakery")

    @made.before_serving
    async def light() -> None:
        raise KeyError("no gas")

    async def opened() -> None:
        async with Opened(made):
            raise AssertionError("it is open")

    generators = list(made.while_serving_gens)
    with pytest.raises(KeyError, match="no gas"):
        asyncio.run(opened())
    assert made.while_serving_gens == generators


def test_what_a_function_without_a_yield_has_made_is_closed_and_the_app_fails_to_open_as_often_as_one_likes() -> (
    None
):
    made = Quart("bakery")

    async def oven() -> None:
        raise AssertionError("nobody runs it")

    made.while_serving(oven)  # type: ignore[type-var]
    [left] = made.while_serving_gens

    async def open_it() -> None:
        async with Opened(made):
            raise AssertionError("it is open")

    for _ in range(2):
        with pytest.raises(AttributeError, match="'coroutine' object has no attribute '__anext__'"):
            asyncio.run(open_it())
    assert inspect.getcoroutinestate(left) == inspect.CORO_CLOSED  # type: ignore[arg-type]


def test_what_a_handler_raises_is_kept_for_whoever_asked_and_nobody_listens_any_more_afterwards(
    caplog: pytest.LogCaptureFixture,
) -> None:
    made = app_with_an_oven([])

    async def ask() -> tuple[list[BaseException], list[BaseException]]:
        during: list[BaseException] = []
        after: list[BaseException] = []
        async with Opened(made):
            heard.set(during)
            assert (await made.test_client().get("/burnt")).status_code == 500
        heard.set(after)
        with caplog.at_level(logging.CRITICAL, made.name):
            await made.test_client().get("/burnt")
        return during, after

    during, after = asyncio.run(ask())
    assert [repr(one) for one in during] == ["ZeroDivisionError('burnt')"]
    assert after == []


def test_an_error_without_anybody_who_asked_is_noted_nowhere() -> None:
    def outside() -> None:
        note_error(ValueError("burnt"))
        assert heard.get() is None

    contextvars.Context().run(outside)


async def _closed_with(error: BaseException | None, failing: Any) -> None:  # noqa: ANN401
    made = Quart("bakery")
    async with Opened(made):
        async with made.app_context():
            made.add_background_task(failing)
        await asyncio.sleep(0)
        if error is not None:
            raise error


async def fails() -> None:
    raise KeyError("sponge")


def test_a_background_task_that_failed_is_wrong_when_the_app_closes() -> None:
    with pytest.raises(Wrong, match="a background task failed, and nobody saw it: it raised KeyError"):
        asyncio.run(_closed_with(None, fails))


@pytest.mark.parametrize("error", [Wrong("it is cold."), NotAttempted(), Deadlock()])
def test_a_verdict_that_is_there_already_is_not_replaced_by_a_background_task(error: BaseException) -> None:
    with pytest.raises(type(error)) as caught:
        asyncio.run(_closed_with(error, fails))
    assert caught.value is error


def test_a_background_task_that_explains_an_error_of_somebody_elses_is_told_first() -> None:
    with pytest.raises(Wrong, match="a background task failed"):
        asyncio.run(_closed_with(ValueError("no reply"), fails))


@WAYS
def test_a_call_in_the_place_of_a_background_task_is_told_to_be_handed_over(threadless: bool) -> None:
    said = refused(
        BACKGROUND.replace("WORK", "pass").replace(
            "add_background_task(wash)", "add_background_task(wash())"
        ),
        lambda answer: answer.visit("/"),
        threadless=threadless,
    )
    assert "hand over the function, without brackets, `add_background_task(wash)`" in said


def test_a_background_task_has_no_request_and_has_what_else_was_there() -> None:
    text = """
from contextvars import ContextVar
from quart import Quart, current_app, request
answer = Quart("bakery")
baker = ContextVar("baker", default="nobody")
told = []
@answer.get("/cake")
async def cake():
    baker.set("Ada")
    answer.add_background_task(wash, request.path)
    return request.path
async def wash(path):
    told.append((path, baker.get(), current_app.name))
    {line}
"""
    assert run_of(text.format(line="return None"), lambda answer: answer.visit("/cake").gets("/cake"))
    said = refused(text.format(line="return request.path"), lambda answer: answer.visit("/cake"))
    assert "where there is no request any more" in said


def test_an_app_adds_its_tasks_itself_again_when_it_is_closed() -> None:
    app = Quart("bakery")

    async def opened() -> bool:
        async with Opened(app):
            return "add_background_task" in vars(app)

    assert asyncio.run(opened())
    assert "add_background_task" not in vars(app)


@pytest.mark.parametrize(
    ("handed", "told"),
    [
        (
            "3",
            "`add_background_task` was handed `3`, and it wants a function, and then the arguments of its call: "
            "`add_background_task(wash, tin)`.",
        ),
        (
            "None",
            "`add_background_task` was handed `None`, which is what came of a call that was made, and waited for, first. Hand over the "
            "function, without brackets and without `await`: `add_background_task(wash)`.",
        ),
        (
            "wash, 1",
            "What it is called with stands behind it, as in its call: `add_background_task(wash, …)`.",
        ),
    ],
)
def test_what_is_no_function_or_lacks_its_arguments_in_the_background_is_told(handed: str, told: str) -> None:
    text = BACKGROUND.replace("WORK", "pass").replace("task(wash)", f"task({handed})")
    assert refused(text, lambda answer: answer.visit("/")).endswith(told)


def test_an_error_of_another_kind_that_sounds_like_a_call_gets_no_advice_on_calls() -> None:
    said = refused(
        BACKGROUND.replace("WORK", 'raise OSError("wash() takes long")'), lambda answer: answer.visit("/")
    )
    assert said == (
        'a background task failed, and nobody saw it: it raised OSError: wash() takes long, line 6: raise OSError("wash() takes '
        'long")'
    )
