"""What lessons about clients have in common: what came of a call, and how that is told."""
# ruff: noqa: ANN401  # whatever comes of a reader's call

import inspect
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any

from bakery.checking import Answer
from bakery.checking.describing import short
from bakery.checking.mistakes import Wrong
from bakery.checking.soundness import told_of
from bakery.counting import how_often


@dataclass(frozen=True, slots=True)
class Came:
    """What came of a call: a value, or an error."""

    value: Any = None
    error: Exception | None = None

    def good(self) -> Any:
        """The value. Raises `Wrong`, with what was raised instead."""
        if self.error is not None:
            raise Wrong(told_of(self.error))
        return self.value


async def came(call: Awaitable[Any]) -> Came:
    """Wait for a call, whatever comes of it."""
    try:
        return Came(await call)
    except Exception as error:
        return Came(error=error)


def often(number: int) -> str:
    """How many times, in words."""
    return how_often(number) if number else "not at all"


OVER_AT_ONCE = " Its limit was over at once: is it so many seconds from now, or a moment of the clock?"
"""What to say of a deadline that has let nobody wait."""


CANCELLED = "a cancellation is a `CancelledError`, which is no `Exception`. What stands in a `finally` is done in any case."
"""What to say of whoever tidies up after an error and not after a cancellation; it comes after a "but"."""


def must_be_class(answer: Answer) -> type[Any]:
    """The class that the answer has to be. Raises `Wrong`."""
    if not inspect.isclass(answer.given):
        kind = type(answer.given)
        more = (
            f": `check({kind.__name__})`, and not a thing of that class."
            if kind.__module__ == "__main__"
            else "."
        )
        raise Wrong(f"a class is wanted, without brackets{more}")
    given: type[Any] = answer.given
    return given


def named(one: Came) -> str:
    """The name of the error, as code."""
    return f"`{type(one.error).__name__}`"


def what(one: Came) -> str:
    """What a button did, in words."""
    return f"it gives {short(one.value)}" if one.error is None else f"it raises {named(one)}"
