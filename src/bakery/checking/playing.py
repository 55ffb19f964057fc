"""Playing an answer on the virtual clock: in an event loop or plainly; and everything that was seen of it."""

import asyncio
import contextvars
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from bakery.checking.virtual.clock import Clock
from bakery.checking.virtual.halts import Halt, TimeUp
from bakery.checking.virtual.leftovers import Forgotten
from bakery.checking.virtual.lines import line_of_task
from bakery.checking.virtual.loop import POOL, VirtualLoop
from bakery.checking.virtual.players import Held, Queued, Wait
from bakery.checking.virtual.stage import Stage

ENDING = 60.0
"""Simulated seconds that a task has from being cancelled, once, to its end: its `finally` may await."""

TIDYING = 50
"""How often a task is cancelled at most that does not end by itself."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What the answer gave, or raised, and what it left behind."""

    result: Any = None
    error: BaseException | None = None
    left: tuple[str, ...] = ()
    """The reader's lines at which tasks still waited."""
    where: str = ""
    """The line at which everybody waited, where it had to be stopped."""
    end: int
    """The moment at which it was done, in nanoseconds."""
    held: tuple[Held, ...] = ()
    """What kept an event loop from turning until then."""
    lost: tuple[str, ...] = ()
    """The lines at which tasks waited that were thrown away before they were done."""
    unclosed: tuple[str, ...] = ()
    """The lines at which async generators stood that nobody has closed."""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """An outcome, and what the clock and the stage have seen. Moments in nanoseconds."""

    outcome: Outcome
    halt: Halt | None
    waits: list[Wait]
    queued: list[Queued]
    forgotten: list[Forgotten]
    troubles: list[BaseException]


Script = Callable[[Clock, "Stage[Any]"], Outcome]
"""How something is played."""


def play(script: Script, stage: "Stage[Any]") -> Seen:
    """Play it on a clock of its own, which begins at 0 s."""
    clock = Clock(threadless=stage.threadless)
    stage.collect()
    stage.forgotten.clear()
    stage.troubles.clear()
    with stage.run(clock):
        outcome = script(clock, stage)
        halt = clock.halted
        stage.collect()
        forgotten = list(stage.forgotten)
        troubles = list(stage.troubles)
    return Seen(
        outcome=outcome,
        halt=halt,
        waits=clock.waits,
        queued=list(clock.queued),
        forgotten=forgotten,
        troubles=troubles,
    )


def plainly(work: Callable[[Clock], Any]) -> Script:
    """A call that needs no event loop."""

    def script(clock: Clock, _stage: "Stage[Any]") -> Outcome:
        try:
            result, error = work(clock), None
        except BaseException as raised:  # whatever a reader's code may raise
            result, error = None, raised
        return Outcome(result=result, error=error, end=clock.now, held=tuple(clock.held))

    return script


def on_a_loop(
    main: Callable[[Clock], Coroutine[Any, Any, Any]], pool: int = POOL, *, collecting: bool = False
) -> Script:
    """A coroutine, awaited to its end; `pool` is the number of threads of the loop's own pool.

    With `collecting`, whatever nobody holds is thrown away meanwhile, as it would be sooner or later.
    Raises `TimeUp` where the real time limit has passed.
    """

    def script(clock: Clock, stage: "Stage[Any]") -> Outcome:
        loop = VirtualLoop(clock, pool)
        if collecting:
            loop.call_soon(loop.collect)
        return _looped(main, loop, clock, stage)

    return script


def _looped(
    main: Callable[[Clock], Coroutine[Any, Any, Any]],
    loop: VirtualLoop,
    clock: Clock,
    stage: "Stage[Any]",
) -> Outcome:
    if not clock.threadless:  # the thread is the check's own
        asyncio.set_event_loop(loop)
    result, error = None, None
    # In a context of its own: what an answer sets there is gone with it.
    task = loop.create_task(main(clock), context=contextvars.copy_context())
    try:
        result = loop.run_until_complete(task)
    except BaseException as raised:  # whatever a reader's code may raise
        error = raised
    running = [other for other in _tasks(loop) if other is not task]
    where = next((line for other in (task, *running) if (line := line_of_task(other))), "")
    left = tuple(line for other in running if (line := line_of_task(other)))
    # What was never awaited has to be found before the tidying makes more of it.
    stage.collect()
    found = list(stage.forgotten)
    end, held = clock.now, tuple(clock.held)
    lost, unclosed = tuple(loop.lost), tuple(loop.open_generators)
    stage.troubles.extend(loop.troubles)
    _let_end(loop, clock)
    _tidy(loop)
    stage.forgotten[:] = found
    if isinstance(error, TimeUp):
        raise error
    return Outcome(
        result=result, error=error, left=left, where=where, end=end, held=held, lost=lost, unclosed=unclosed
    )


def _tasks(loop: asyncio.AbstractEventLoop) -> list["asyncio.Task[Any]"]:
    try:
        return [task for task in asyncio.all_tasks(loop) if not task.done()]
    except RuntimeError:
        return []


def _let_end(loop: VirtualLoop, clock: Clock) -> None:
    """Cancel what is left once, as `asyncio.run` does, and let it end; what is awaited there is no wait of the answer's."""
    tasks = _tasks(loop)
    if not tasks or clock.halted:
        return
    try:
        for task in tasks:
            task.cancel()
        loop.call_soon(loop.stop)
        loop.run_forever()  # now each has been cut short, and that is still told of the answer
        waited, queued = len(clock.waits), len(clock.queued)
        try:
            loop.run_until_complete(asyncio.wait(tasks, timeout=ENDING))
        finally:
            del clock.waits[waited:], clock.queued[queued:]
    except TimeUp:
        raise
    except BaseException:  # noqa: S110 - whatever a reader's code may raise; the rest is tidied up
        pass


def _tidy(loop: VirtualLoop) -> None:
    """Cancel whoever would not end, and close the loop; what resists is closed where it is."""
    loop.hurry()
    try:
        for _ in range(1, TIDYING):
            tasks = _tasks(loop)
            for task in tasks:
                task.cancel()
            loop.call_soon(loop.stop)
            loop.run_forever()
            # An async generator that somebody left is closed in a task that the loop has yet to make.
            if not tasks and not loop.has_work:
                break
        for task in _tasks(loop):  # whoever will not be cancelled would make noise when it is thrown away
            with suppress(Exception):
                task.get_coro().close()
        loop.close()
    except TimeUp:
        raise
    except BaseException:  # noqa: S110 - the reader's code may have closed or broken the loop
        pass
