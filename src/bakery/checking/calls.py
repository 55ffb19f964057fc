"""Which functions of the notebook were called: what a task says is to be used is seen to be used."""

import dis
import inspect
import re
import sys
import threading
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from types import CodeType, FrameType
from typing import Any, TypeVar

from bakery.checking.describing import short
from bakery.checking.mistakes import Wrong
from bakery.checking.virtual.players import player

T = TypeVar("T")

CLOSED_FOR_OTHERS = (
    "the client that was handed in is closed now, and whoever has handed it in still wants to ask with it. An `async with` closes "
    "at its end what it was given: that is for whoever has made the client."
)
"""What to say of a client that was lent, and closed."""


class Watched:
    """Functions by their code, so that a call is seen whatever name it is made by."""

    def __init__(self, codes: Mapping[CodeType, str]) -> None:
        self._codes = dict(codes)

    def and_also(self, several: Iterable[str | Callable[..., Any]], notebook: Mapping[str, Any]) -> "Watched":
        """The same, and these functions: of the notebook, by their names, or of a library."""
        more = {
            code: one if isinstance(one, str) else one.__name__
            for one in several
            if (code := getattr(notebook.get(one) if isinstance(one, str) else one, "__code__", None))
        }
        return Watched({**self._codes, **more})

    def as_well(self, code: CodeType | None, name: str) -> "Watched":
        """The same, and what runs for a while in the place of a function that is watched."""
        is_watched = code is not None and name in self._codes.values()
        return Watched({**self._codes, code: name}) if code and is_watched else self

    @contextmanager
    def counting(self) -> Iterator[list[str]]:
        """The names of what is called, in this thread and in those that are started meanwhile."""
        calls: list[str] = []
        if not self._codes:
            yield calls
            return

        begins = {code: _first_step(code) for code in self._codes}

        def note(frame: FrameType, event: str, _argument: object) -> None:
            name = self._codes.get(frame.f_code)
            # A coroutine comes by again each time it goes on: only its first step is a call.
            if name and event == "call" and frame.f_lasti == begins[frame.f_code] and player():
                calls.append(name)

        before = sys.getprofile()
        sys.setprofile(note)
        threading.setprofile(note)
        try:
            yield calls
        finally:
            sys.setprofile(before)
            threading.setprofile(None)


def must_take(
    subject: str, function: Callable[..., Any], args: tuple[Any, ...], named: dict[str, Any]
) -> None:
    """Expect that a function can be called so; raises `Wrong` otherwise."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return
    try:
        signature.bind(*args, **named)
    except TypeError as error:
        told = ", ".join([*map(_shown, args), *(f"{name}={_shown(value)}" for name, value in named.items())])
        raise Wrong(
            f"it is called as `{subject}({told})`, but it takes `{signature}`: {error}. "
            "Its arguments should be those of the task."
        ) from None


async def leaving_open(made: Awaitable[T], lent: Iterable[object]) -> T:
    """Wait for a call, and expect of every client of httpx that was lent to it to be open after it; raises `Wrong` otherwise."""
    came = await made
    if any(getattr(one, "is_closed", None) is True for one in lent):
        raise Wrong(CLOSED_FOR_OTHERS)
    return came


def _shown(value: object) -> str:
    """An argument, without what differs from one run to the next."""
    return re.sub(r" object at 0x[0-9a-f]+", "", short(value).strip("`"))


def _first_step(code: CodeType) -> int:
    return next(step.offset for step in dis.get_instructions(code) if step.opname == "RESUME")
