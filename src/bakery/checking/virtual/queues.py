"""Who waits in an event loop for somebody else: at which line, and for how long."""

import asyncio
import sys
from asyncio import mixins
from typing import Any

from bakery.checking.virtual.lines import own_line
from bakery.checking.virtual.players import Queued, player

real_loop_of: Any = mixins._LoopBoundMixin._get_loop  # type: ignore[attr-defined]
real_lock_acquire = asyncio.Lock.acquire
real_semaphore_acquire = asyncio.Semaphore.acquire


def loop_of(_primitive: object) -> asyncio.AbstractEventLoop:
    """In place of the check of asyncio's locks, queues and events that they belong to the loop that runs.

    Every run has a loop of its own, and what a cell has made serves them all, as it serves the one loop of a kernel.
    """
    me = player()
    if me is None:
        return real_loop_of(_primitive)  # type: ignore[no-any-return]
    return asyncio.get_running_loop()


async def lock_acquire(lock: asyncio.Lock) -> Any:
    """In place of `asyncio.Lock.acquire`."""
    return await _noted(real_lock_acquire(lock))


async def semaphore_acquire(semaphore: asyncio.Semaphore) -> Any:
    """In place of `asyncio.Semaphore.acquire`."""
    return await _noted(real_semaphore_acquire(semaphore))


lock_acquire.__name__ = semaphore_acquire.__name__ = "acquire"
"""What the reader has called."""


async def _noted(taking: Any) -> Any:
    me = player()
    if me is None:
        return await taking
    start, line = me.clock.now, own_line(sys._getframe(1))
    result = await taking
    if me.clock.now > start:
        me.clock.queued.append(Queued(line, me.clock.now - start))
    return result
