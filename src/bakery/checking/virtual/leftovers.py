"""Coroutines that nobody awaited: told of the run that made them, and of no other."""

import gc
import inspect
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from types import CoroutineType
from typing import Any

from bakery.checking.virtual.lines import line_at
from bakery.mishap import _is_own as is_own_file

real_never_awaited: Callable[[Any], None] = warnings._warn_unawaited_coroutine  # type: ignore[attr-defined]


WRAPPERS = ("aiosqlite/context.py", "aiosqlite\\context.py")
"""Files that make a coroutine for whoever calls what they wrap."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """A coroutine that was made and never awaited, and the reader's line that made it."""

    name: str
    line: str
    place: tuple[str, int] = ("", 0)
    """The file and the number of that line."""


def told_of(coroutine: "CoroutineType[Any, Any, Any]") -> Forgotten | None:
    """What to say of a coroutine that was thrown away; None where the reader's code did not make it."""
    assert coroutine.cr_origin is not None  # noqa: S101 - asked before
    origin = list(coroutine.cr_origin)
    if origin[0][0].endswith(WRAPPERS) and len(origin) > 1:
        del origin[0]
    filename, number, _ = origin[0]
    if not is_own_file(filename):
        return None
    return Forgotten(coroutine.__name__, line_at(filename, number), (filename, number))


def close_all() -> None:
    """Close what was made on a stage and never begun, wherever it is held.

    Else it would be found, and told of, when a later run throws it away. Only a stage notes where a coroutine was made,
    so what the reader's other cells made is left alone.
    """
    for one in gc.get_objects():
        if (
            type(one) is CoroutineType
            and one.cr_origin is not None
            and inspect.getcoroutinestate(one) == inspect.CORO_CREATED
        ):
            one.close()
