"""Limits on time that an answer sets with asyncio: how far ahead each of them lay when it was set."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from bakery.checking.virtual.lines import own_frames

YEARS = 1e6
"""Seconds ahead from which on a limit was most likely told by another clock: no answer waits for days."""


@contextmanager
def noted_limits() -> Iterator[list[float]]:
    """How many seconds ahead each limit of `asyncio.timeout` and its like lay that the reader's own lines have set."""
    ahead: list[float] = []
    real = asyncio.Timeout.reschedule

    def reschedule(self: asyncio.Timeout, when: float | None) -> None:
        if when is not None and any(own_frames(sys._getframe(1))):
            ahead.append(when - asyncio.get_running_loop().time())
        real(self, when)

    with patch.object(asyncio.Timeout, "reschedule", reschedule):
        yield ahead


def on_limits(ahead: list[float]) -> str:
    """What to say of limits that lie where nobody would want them; empty where there are none such."""
    wanted = (
        "`timeout_at` wants a moment of the loop's clock, as in `asyncio.get_running_loop().time() + 2`; a number of seconds from "
        "now on is `asyncio.timeout`."
    )
    if any(one < 0 for one in ahead):
        return f"The limit lay in the past when it was set: {wanted}"
    if any(one > YEARS for one in ahead):
        return f"The limit was set, and lay {max(ahead):,.0f} s ahead, by another clock: {wanted}"
    return ""
