"""The reader's own lines are told from those of Python, of libraries, and of this package."""

import asyncio
import sys
from types import SimpleNamespace
from typing import Any

from bakery.checking.virtual.lines import (
    is_own,
    line_at,
    line_of,
    line_of_task,
    lines_waited_at,
    own_frames,
    own_frames_of,
    own_line,
    own_text_of,
)
from workshop.cells import Cells


def test_a_line_has_its_number_and_its_text() -> None:
    cells = Cells("def where():\n    import sys\n    return sys._getframe()")
    frame = cells.value("where")()
    assert own_line(frame) == "line 3: return sys._getframe()"
    assert line_at("nowhere.py", 7) == "line 7"


def test_an_error_leads_to_the_readers_frames_and_to_the_text_of_the_last_one_wherever_it_was_raised() -> (
    None
):
    text = "import json\ndef outer():\n    return inner()\ndef inner():\n    return json.loads('cake')\n"
    error: ValueError | None = None
    try:
        Cells(text).value("outer")()
    except ValueError as raised:
        error = raised
    assert error is not None
    assert [frame.f_code.co_name for frame in own_frames_of(error)][-2:] == ["outer", "inner"]
    assert own_text_of(error) == text
    assert (own_frames_of(ValueError()), own_text_of(ValueError())) == ([], "")


def test_a_frame_at_a_place_of_no_line_such_as_a_jump_back_is_told_by_the_line_before_it() -> None:
    text = "def wait(todo):\n    while todo:\n        for one in todo:\n            if one:\n                todo.append(one)\n"
    code = Cells(text).value("wait").__code__
    last = max(start for start, _, line in code.co_lines() if line == 5)

    def at(place: int) -> str:
        frame: Any = SimpleNamespace(f_code=code, f_lineno=None, f_lasti=place)
        return line_of(frame)

    assert at(last) == "line 5: todo.append(one)"
    assert at(-1) == "line 1: def wait(todo):"


def test_a_library_is_not_the_readers_own() -> None:
    assert not is_own(asyncio.sleep.__code__)
    assert not is_own(own_line.__code__)
    assert is_own(Cells("def bake(): pass").value("bake").__code__)


def test_own_frames_come_the_innermost_first() -> None:
    names = [frame.f_code.co_name for frame in own_frames(sys._getframe())]
    assert names[0] == "test_own_frames_come_the_innermost_first"


def test_the_lines_at_which_tasks_wait_are_told_each_once() -> None:
    cells = Cells("import asyncio\nasync def bake(done):\n    await done.wait()")

    async def main() -> list[str]:
        done = asyncio.Event()
        tasks = [asyncio.ensure_future(cells.value("bake")(done)) for _ in range(2)]
        await asyncio.sleep(0)
        lines = lines_waited_at()
        done.set()
        await asyncio.gather(*tasks)
        return [*lines, *lines_waited_at()]

    assert asyncio.run(main()) == ["line 3: await done.wait()"]


def test_a_task_is_found_at_its_innermost_line() -> None:
    cells = Cells(
        "import asyncio\nasync def inner():\n    await asyncio.sleep(0)\nasync def outer():\n    await inner()"
    )

    async def main() -> str:
        task = asyncio.ensure_future(cells.value("outer")())
        await asyncio.sleep(0)
        line = line_of_task(task)
        await task
        return line

    assert asyncio.run(main()) == "line 3: await asyncio.sleep(0)"
