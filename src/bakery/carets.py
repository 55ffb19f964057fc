"""The carets under a line of a traceback: on an early Python 3.11 only the main thread looks where they belong.

Before 3.11.8, two threads that parse at the same moment disturb each other, and one of them ends with "SystemError: AST
constructor recursion depth mismatch" (python/cpython#106905). To place its carets a traceback parses the line. So a shop
that logs an error in its thread could spoil the cell that runs, or a failing test, just then.
"""

import sys
import threading
import traceback
from collections.abc import Callable
from typing import Any

BROKEN = ((3, 11), (3, 11, 8))
"""The first Python that places carets, and the first one in which threads may parse at the same moment."""

PLACING = "_extract_caret_anchors_from_line_segment"
"""What `traceback` calls to place them; without an answer it underlines the whole expression."""


def draw_in_the_main_thread_only(version: tuple[Any, ...] = tuple(sys.version_info)) -> None:
    """Let no other thread parse a line for its traceback, where that could spoil what the main thread parses."""
    place: Callable[[str], Any] | None = getattr(traceback, PLACING, None)
    if not BROKEN[0] <= version < BROKEN[1] or place is None or hasattr(place, "__wrapped__"):
        return

    def place_if_alone(segment: str) -> Any:  # noqa: ANN401  # whatever a version of Python answers
        return place(segment) if threading.current_thread() is threading.main_thread() else None

    place_if_alone.__wrapped__ = place  # type: ignore[attr-defined]
    setattr(traceback, PLACING, place_if_alone)
