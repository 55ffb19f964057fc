"""What ran of a function is seen line by line, with what was raised in it, and whoever looked before goes on looking."""

import asyncio
import sys
from types import FrameType
from typing import Any

from bakery.checking.steps import Steps, steps_in
from workshop.cells import Cells

CATCHES = """
import asyncio
async def answer():
    await asyncio.sleep(0)
    try:
        assert False
    except Exception:
        pass
    return 1
    print("never")
"""


def seen_of(text: str) -> tuple[int, Steps]:
    """The first line of a cell's `answer`, and what was seen of it while it ran."""
    answer = Cells(text).value("answer")
    with steps_in(answer.__code__.co_filename) as steps:
        asyncio.run(answer())
    return answer.__code__.co_firstlineno, steps


def test_the_lines_that_ran_are_seen_and_others_are_not() -> None:
    first, steps = seen_of(CATCHES)
    assert first + 6 in steps.lines
    assert first + 7 not in steps.lines


def test_an_error_is_seen_that_was_caught_in_the_function() -> None:
    first, steps = seen_of(CATCHES)
    assert steps.raised == {first + 3: AssertionError}


def test_nothing_is_seen_of_another_files_code() -> None:
    answer = Cells(CATCHES).value("answer")
    with steps_in("another") as steps:
        asyncio.run(answer())
    assert not steps.lines
    assert not steps.raised


def test_whoever_looked_before_sees_every_step_and_looks_again_afterwards() -> None:
    events: list[str] = []
    answer = Cells(CATCHES).value("answer")

    def look(frame: FrameType, event: str, _argument: Any) -> Any:  # noqa: ANN401  # as Python has it
        if frame.f_code is answer.__code__:
            events.append(event)
        return look

    before = sys.gettrace()
    sys.settrace(look)
    try:
        with steps_in(answer.__code__.co_filename):
            asyncio.run(answer())
        assert sys.gettrace() is look
    finally:
        sys.settrace(before)
    assert {"call", "line", "exception", "return"} <= set(events)
