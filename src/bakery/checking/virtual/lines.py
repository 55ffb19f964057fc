"""Lines of the reader's own code, in words: `line 3: time.sleep(1)`."""

import asyncio
import inspect
import linecache
import traceback
from collections.abc import Iterator, Sequence
from types import CodeType, FrameType
from typing import Any

from bakery.mishap import _is_own as is_own_file

COMPREHENSIONS = frozenset({"<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>"})
"""Names of code that is a part of a function, and has a frame of its own: the first three up to Python 3.11."""


def is_own(code: CodeType) -> bool:
    """Whether the reader wrote it."""
    return is_own_file(code.co_filename)


def line_at(filename: str, number: int) -> str:
    """A line of the reader's with its number, in words."""
    text = linecache.getline(filename, number).strip()
    return f"line {number}: {text}" if text else f"line {number}"


def own_frames(frame: FrameType | None) -> Iterator[FrameType]:
    """The frames of the reader's own code in a stack, the innermost first."""
    while frame is not None:
        if is_own(frame.f_code):
            yield frame
        frame = frame.f_back


def own_line(frame: FrameType | None) -> str:
    """The innermost line of the reader's own code in a stack, in words; empty where there is none."""
    return next((line_of(own) for own in own_frames(frame)), "")


def line_of(frame: FrameType) -> str:
    """The line that a frame is at, in words."""
    return line_at(frame.f_code.co_filename, frame.f_lineno or _line_before(frame))


def _line_before(frame: FrameType) -> int:
    """The last line before a place that is of no line: the jump back of a loop, and what leaves an `except*`, may be of none."""
    code = frame.f_code
    before = [line for start, _, line in code.co_lines() if line and start <= frame.f_lasti]
    return before[-1] if before else code.co_firstlineno


def frames_of(error: BaseException) -> Iterator[FrameType]:
    """The frames that an error came through, the outermost first."""
    for frame, _ in traceback.walk_tb(error.__traceback__):
        yield frame


def own_frames_of(error: BaseException) -> list[FrameType]:
    """The frames of the reader's own code that an error came through, the outermost first."""
    return [frame for frame in frames_of(error) if is_own(frame.f_code)]


def own_text_of(error: BaseException) -> str:
    """The text of the reader's cell that an error came through last; empty where it came through none."""
    own = own_frames_of(error)
    return "".join(linecache.getlines(own[-1].f_code.co_filename)) if own else ""


def own_line_of(error: BaseException) -> str:
    """The innermost line of the reader's that an error came through, in words; empty where there is none."""
    # The line that it came through, and not the one at which the frame is by now, such as the `async with` of a group.
    own = [(frame.f_code, at) for frame, at in traceback.walk_tb(error.__traceback__) if is_own(frame.f_code)]
    return line_at(own[-1][0].co_filename, own[-1][1] or own[-1][0].co_firstlineno) if own else ""


def line_of_task(task: "asyncio.Task[Any]") -> str:
    """The innermost line of the reader's at which a task waits, in words; empty where there is none."""
    awaited: Any = task.get_coro()
    line = ""
    while awaited is not None:
        frame = getattr(awaited, "cr_frame", None) or getattr(awaited, "ag_frame", None)
        if frame is not None and is_own(frame.f_code):
            line = line_of(frame)
        awaited = getattr(awaited, "cr_await", None) or getattr(awaited, "ag_await", None)
    return line


def lines_waited_at() -> list[str]:
    """The reader's lines at which other tasks of the running loop wait, each once, in words."""
    lines = {line_of_task(task) for task in asyncio.all_tasks() - {asyncio.current_task()}}
    return sorted(lines - {""})


def is_in_coroutine(frame: FrameType) -> bool:
    """Whether a frame is that of an `async def`."""
    return bool(frame.f_code.co_flags & (inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR))


def function_of(frames: Sequence[FrameType]) -> FrameType:
    """The innermost of these frames that is a function's, and not that of a comprehension in it; else the first."""
    return next((one for one in frames if one.f_code.co_name not in COMPREHENSIONS), frames[0])


def has_parameters(frame: FrameType) -> bool:
    """Whether a frame's function is called with something, other than the `self` of a method."""
    code = frame.f_code
    return any(name != "self" for name in code.co_varnames[: code.co_argcount + code.co_kwonlyargcount])
