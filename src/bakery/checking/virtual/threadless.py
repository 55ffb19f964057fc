"""Without threads: a browser has one for everything, so what is played there is played in the thread of the cell.

The kernel's event loop is running there, and asyncio allows one at a time. Leaving it for a while takes names that
asyncio keeps for itself; all of them are here.
"""

import asyncio
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import CodeType, FrameType
from typing import Any


@contextmanager
def stepped_out() -> Iterator[None]:
    """Be outside of the running event loop and its task, and step back in afterwards."""
    loop = asyncio._get_running_loop()
    task = asyncio.current_task(loop) if loop else None
    if loop and task:
        asyncio.tasks._leave_task(loop, task)
    asyncio._set_running_loop(None)
    try:
        yield
    finally:
        asyncio._set_running_loop(loop)
        if loop and task:
            asyncio.tasks._enter_task(loop, task)


@contextmanager
def alarm(
    is_own: Callable[[CodeType], bool], is_over: Callable[[FrameType], BaseException | None]
) -> Iterator[None]:
    """Ask at every step of the reader's own code whether the time is over, and raise what comes back.

    The only way without a second thread; it cannot end a loop inside of a library, nor one that catches everything.
    """

    def look(frame: FrameType, event: str, _argument: object) -> Any:
        if event == "call":
            if not is_own(frame.f_code):
                return None
            frame.f_trace_opcodes = True  # a loop on a single line has no line events
        error = is_over(frame)
        if error is not None:
            raise error
        return look

    before = sys.gettrace()
    sys.settrace(look)
    try:
        yield
    finally:
        sys.settrace(before)
