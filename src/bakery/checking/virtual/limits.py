"""Limits on time that were told by another clock: a length of time for a moment, or a moment for a length."""

import asyncio

from bakery.checking.virtual.clock import BEGUN
from bakery.checking.virtual.stage import stage

real_reschedule = asyncio.Timeout.reschedule

DAYS = 1e6
"""Seconds ahead from which on a limit is one of another clock: no answer waits for days."""

A_RUN = 60
"""Seconds that a run takes at most in which somebody reads the loop's clock, and takes what it says for a length."""


def reschedule(self: asyncio.Timeout, when: float | None) -> None:
    """In place of the method that says when a limit of `asyncio.timeout` or `timeout_at` is reached."""
    on = stage()
    if on is not None and when is not None and not on.strange_limit:
        on.strange_limit = told_of(when, asyncio.get_running_loop().time())
    real_reschedule(self, when)


def told_of(when: float, now: float) -> str:
    """What to say of a limit that lies where nobody would want it; empty where somebody may."""
    ahead = when - now
    use = "`timeout_at` wants a moment of the loop's clock, as in `asyncio.get_running_loop().time() + 2`, and `timeout` a number of seconds."
    if when < BEGUN / 2 < now:
        return f"A limit lay {-ahead:,.0f} s in the past when it was set. {use}"
    if DAYS < ahead < float("inf"):
        return f"A limit lay {ahead:,.0f} s ahead when it was set, so it was told by another clock. {use}"
    if BEGUN < ahead < BEGUN + A_RUN:
        return (
            f"A limit lay {ahead:,.0f} s ahead when it was set: most likely a moment stands where a number of seconds is wanted. "
            f"{use}"
        )
    return ""
