"""Steps of a reader's function: which of its lines ran, and where something was raised in it, also if that was caught."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

Look = Callable[[FrameType, Any, Any], Any]

ENDS = (StopIteration, StopAsyncIteration, GeneratorExit)
"""What is raised at every `await` and at the end of every loop, and is no error."""


@dataclass(slots=True)
class Steps:
    """What was seen of the code of one file, as long as somebody looked."""

    lines: set[int] = field(default_factory=set)
    raised: dict[int, type[BaseException]] = field(default_factory=dict)
    """The lines in which an error was raised, or through which it came, with its kind."""

    def note(self, frame: FrameType, event: str, argument: Any) -> None:  # as Python hands it over
        """Note one step."""
        if event == "line":
            self.lines.add(frame.f_lineno)
        elif event == "exception" and not issubclass(argument[0], ENDS):
            self.raised.setdefault(frame.f_lineno, argument[0])


@contextmanager
def steps_in(filename: str) -> Iterator[Steps]:
    """Look at the steps of this file's code in this thread. Whoever looked before goes on looking."""
    steps, before = Steps(), sys.gettrace()

    def called(frame: FrameType, event: Any, argument: Any) -> Any:  # as Python has it
        theirs = before(frame, event, argument) if before else None
        if frame.f_code.co_filename != filename:
            return theirs
        return _both(steps, theirs)

    sys.settrace(called)
    try:
        yield steps
    finally:
        sys.settrace(before)


def _both(steps: Steps, theirs: Look | None) -> Look:
    """What looks into one frame, for these steps and for somebody else."""
    other = theirs

    def look(frame: FrameType, event: Any, argument: Any) -> Any:  # as Python has it
        nonlocal other
        steps.note(frame, event, argument)
        other = other(frame, event, argument) if other else None
        return look

    return look
