"""Interrupting a handler: another customer is served in the middle of it, at every moment where a thread may stop.

Threads change places wherever they like, and hardly ever where it hurts: an unguarded `sold += 1` goes well a thousand
times. So here the other customer comes exactly between a read and a write, once for each read of the handler.
"""

import contextvars
import sys
from collections.abc import Callable
from dataclasses import dataclass
from dis import get_instructions
from itertools import pairwise
from types import CodeType, FrameType
from typing import Any

from bakery.checking.run import Reply
from bakery.checking.virtual import locks
from bakery.checking.virtual.lines import is_own, line_of

READS = ("LOAD_GLOBAL", "LOAD_ATTR", "LOAD_DEREF", "BINARY_SUBSCR", "BINARY_OP")
"""Steps after which what was read may already be old."""

MOST = 30
"""Moments of one handler that are tried."""


@dataclass(frozen=True, slots=True)
class Interrupted:
    """What two customers got, where the second came in the middle of the first; `line` is where that was."""

    first: Reply
    second: Reply
    line: str


def interruptions(ask: Callable[[], Reply]) -> list[Interrupted]:
    """Serve a customer again and again, each time with another one in between at a later moment.

    Where the other one would have to wait for the first, nobody comes in between.
    """
    found: list[Interrupted] = []
    _Meeting(ask, -1).serve()  # Python 3.13 takes its steps in a function only from the second call on
    for moment in range(MOST):
        meeting = _Meeting(ask, moment)
        first = meeting.serve()
        if not meeting.came:
            break
        if meeting.second is not None:
            found.append(Interrupted(first, meeting.second, meeting.line))
    return found


class _Meeting:
    def __init__(self, ask: Callable[[], Reply], moment: int) -> None:
        self._ask = ask
        self._left = moment
        self._steps: dict[CodeType, set[int]] = {}
        self.came = False
        self.second: Reply | None = None
        self.line = ""

    def serve(self) -> Reply:
        before = sys.gettrace()
        sys.settrace(self._look)
        try:
            return self._ask()
        finally:
            sys.settrace(before)

    def _look(self, frame: FrameType, event: str, _argument: object) -> Any:
        if event == "call":
            if not is_own(frame.f_code):
                return None
            frame.f_trace_opcodes = True
            sys.settrace(self._look)  # Python 3.13 looks only then whether steps are wanted
        elif event == "opcode" and not self.came and self._is_after_a_read(frame):
            if self._left == 0:
                self._come(frame)
            self._left -= 1
        return self._look

    def _is_after_a_read(self, frame: FrameType) -> bool:
        code = frame.f_code
        if code not in self._steps:
            steps = list(get_instructions(code))
            self._steps[code] = {after.offset for step, after in pairwise(steps) if step.opname in READS}
        return frame.f_lasti in self._steps[code]

    def _come(self, frame: FrameType) -> None:
        self.came = True
        self.line = line_of(frame)
        sys.settrace(None)
        try:
            with locks.nobody_waits():
                self.second = contextvars.copy_context().run(self._ask)
        except locks.WouldWaitError:
            self.second = None
        finally:
            sys.settrace(self._look)
