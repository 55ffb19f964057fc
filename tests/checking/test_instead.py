"""A function of the notebook's that does something else for a while: everywhere, for the check alone, and put back."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from answering import WAYS, asked_of

from bakery.checking import Answer, Run
from bakery.checking.instead import exchange
from bakery.checking.mistakes import Wrong
from workshop.cells import Cells

BEFORE = """
import asyncio, functools, time

async def bake(cake="plum", *, seconds=1):
    await asyncio.sleep(seconds)
    return f"one {cake} cake"

def mix(what="flour"):
    time.sleep(1)
    return what

other, nut = bake, functools.partial(bake, "nut")
decorated = functools.lru_cache(mix)

def closed(place):
    def fetch():
        time.sleep(1)
        return place
    return fetch

fetch = closed("shelf")
"""

WHOEVER = {
    "by its name": "await bake()",
    "by another name": "await other()",
    "through a partial": "await nut()",
    "with arguments": "await bake('lemon', seconds=1)",
    "in a task": "await asyncio.create_task(bake())",
}


async def slow(bake: Callable[..., Awaitable[str]], *args: object, **named: object) -> str:
    await asyncio.sleep(2)
    return f"slowly {await bake(*args, **named)}"


def stale(_mix: Callable[..., str], what: str = "") -> str:
    return f"old {what}"


@WAYS
@pytest.mark.parametrize("how", WHOEVER)
def test_whoever_calls_it_calls_the_other_one(how: str, threadless: bool) -> None:
    def ask(answer: Answer) -> tuple[Run, Run]:
        with answer.watch("bake").instead("bake", slow):
            first = answer.run()
        return first, answer.run()

    cells = Cells(BEFORE, f"async def answer(): return {WHOEVER[how]}")
    stage = asked_of(cells, ask, threadless=threadless)
    assert stage.value is not None, stage.error
    changed, after = stage.value
    assert changed.result.startswith("slowly one ")
    assert changed.seconds == 3
    assert dict(changed.calls) == {"bake": 1}
    assert not after.result.startswith("slowly")
    assert after.seconds == 1


@WAYS
@pytest.mark.parametrize("name", ["mix", "decorated", "fetch"])
def test_plain_functions_and_other_callables_are_exchanged_as_well(name: str, threadless: bool) -> None:
    def ask(answer: Answer) -> Run:
        with answer.instead(name, lambda theirs, *args: f"not {theirs(*args)}"):
            return answer.run()

    cells = Cells(BEFORE, f"async def answer(): return await asyncio.to_thread(lambda: {name}())")
    before = cells.value(name)
    run = asked_of(cells, ask, threadless=threadless).value
    assert isinstance(run, Run)
    assert run.result in {"not flour", "not shelf"}
    assert cells.value(name) is before
    assert cells.value(f"{name}()") in {"flour", "shelf"}


ERRORS = {
    "of the answer": "async def answer(): raise ValueError",
    "that asks Python to exit": "async def answer(): raise SystemExit",
    "of time": "async def answer():\n    while True: pass",
    "that cannot be stopped": "async def answer():\n    while True:\n        try:\n            while True: pass\n"
    "        except BaseException: pass",
}


@pytest.mark.parametrize("how", ERRORS)
def test_it_is_put_back_after_an_error(how: str) -> None:
    cells = Cells(BEFORE, ERRORS[how])
    function = cells.value("bake")
    before = function.__code__, function.__defaults__, function.__kwdefaults__

    def ask(answer: Answer) -> None:
        with answer.instead("bake", slow):
            answer.run()

    stage = asked_of(cells, ask, limit=0.3)
    assert stage.error is not None or stage.out_of_time
    assert (function.__code__, function.__defaults__, function.__kwdefaults__) == before


def test_nobody_but_the_check_meets_the_other_one() -> None:
    cells = Cells(BEFORE)
    one = exchange(vars(cells.module), "mix", stale)
    try:
        assert cells.value("mix.__name__") == "mix"
        assert cells.value("asyncio.iscoroutinefunction(mix)") is False
        assert cells.value("mix('rye')") == "rye"
    finally:
        one.put_back()
        one.put_back()


def test_a_function_that_is_gone_is_told() -> None:
    def ask(answer: Answer) -> None:
        with answer.instead("bake", slow):
            pass

    stage = asked_of(Cells("async def answer(): pass"), ask)
    assert isinstance(stage.error, Wrong)
    assert "there is no `bake` any more" in str(stage.error)


@WAYS
def test_a_callable_that_has_to_be_awaited_is_exchanged_for_one_that_has_to_be_too(threadless: bool) -> None:
    def ask(answer: Answer) -> tuple[Run, Run]:
        with answer.instead("nut", slow):
            first = answer.run()
        return first, answer.run()

    text = "async def answer(): return asyncio.iscoroutinefunction(nut), await nut(seconds=2)"
    stage = asked_of(Cells(BEFORE, text), ask, threadless=threadless)
    assert stage.value is not None, stage.error
    assert [(one.result, one.seconds) for one in stage.value] == [
        ((True, "slowly one nut cake"), 4),
        ((True, "one nut cake"), 2),
    ]
