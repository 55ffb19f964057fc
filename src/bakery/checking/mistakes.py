"""What a mistake means: the commonest errors of a beginner in async code, each with a sentence and its repair."""

import asyncio
import re
import traceback
from collections.abc import Iterable
from typing import Any

from bakery.checking.virtual.clock import Deadlock, Endless, Halt, TimeUp
from bakery.checking.virtual.stage import Forgotten, Stage
from bakery.mishap import reason


class Wrong(Exception):
    """The answer is wrong, because …: raised inside a check, with the sentence that says why."""


class NotAttempted(Exception):
    """The answer is still the starter."""


def wrong_because(error: BaseException) -> str:
    """A sentence on what an answer raised, with the reader's own line."""
    error = _innermost(error)
    told = reason(error)
    for sentence in _known(error, str(error)):
        return f"{sentence}\nPython says: {told}"
    return f"it raised {told}"


def _innermost(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _known(error: BaseException, said: str) -> Iterable[str]:
    """Sentences that fit; the first one is told."""
    kind = type(error)
    if kind is TypeError and _passed(error, "gather"):
        yield (
            "`asyncio.gather` was given one list, but it takes the coroutines one by one. "
            "A star unpacks the list: `await asyncio.gather(*cakes)`."
        )
    if kind is TypeError and re.search(r"can't be used in 'await'|can't be awaited", said):
        yield (
            "`await` stands before something that cannot be awaited. Await a coroutine, a task or a future, such as "
            "`await asyncio.sleep(1)`; `time.sleep` and other plain functions do not wait together."
        )
    if kind is TypeError and re.search(r"a coroutine was expected, got <function|coroutine .*required", said):
        yield "a coroutine is wanted there. Call the function, so that it gives one: `create_task(bake())`."
    if kind is TypeError and "is not callable" in said and _passed(error, "to_thread"):
        yield (
            "`asyncio.to_thread` wants the function itself, without brackets: `asyncio.to_thread(bake)`. With brackets "
            "the call is made first, here in the loop, and everybody waits for it."
        )
    if kind in {TypeError, AttributeError, ValueError} and "coroutine" in said:
        yield (
            "there is a coroutine where its result is wanted: an `await` is missing. Calling a coroutine function does "
            "not run it; `await` does."
        )
    if kind is RuntimeError:
        yield from _known_of_loops(said)
    if isinstance(error, RecursionError):
        yield "it calls itself again and again, and never comes to an end."
    if isinstance(error, SystemExit):
        yield "it asks Python to exit. That would end your whole notebook; `return` is enough to leave a function."
    if isinstance(error, KeyboardInterrupt):
        yield "it raises `KeyboardInterrupt`, which is how a person stops a program."
    if isinstance(error, asyncio.CancelledError):
        yield "it cancels the very task that runs it, so nothing was left to give an answer."


def _known_of_loops(said: str) -> Iterable[str]:
    if "different" in said and "loop" in said:
        yield (
            "it waits on something that belongs to another event loop, such as a future, a lock or a task made in an "
            "earlier cell. Make it inside the function, where the running loop is."
        )
    if "asyncio.run() cannot be called" in said or "already running" in said:
        yield (
            "it starts an event loop inside an event loop. There is one running already: "
            "write `await main()` instead of `asyncio.run(main())`."
        )
    if "no running event loop" in said:
        yield (
            "it needs an event loop, and none is running there. Tasks are made inside an `async def` that is awaited."
        )
    if "loop is closed" in said or "loop stopped" in said or "close a running event loop" in said:
        yield "it stops or closes the event loop that runs it. The loop is not yours to stop: just `return`."
    if "cannot reuse already awaited" in said:
        yield "it awaits the same coroutine twice. Call the coroutine function again for a second run: `bake()`."


def _passed(error: BaseException, name: str) -> bool:
    return any(
        frame.name == name and "asyncio" in frame.filename
        for frame in traceback.extract_tb(error.__traceback__)
    )


def on_halt(halt: Halt, lines: str) -> str:
    """A sentence on a run that had to be stopped; `lines` is where it waited or worked."""
    where = f" ({lines})" if lines else ""
    if isinstance(halt, Deadlock):
        return (
            f"it waits for something that never comes{where}: everybody waits, and nobody is left to wake anybody. "
            "This is called a deadlock."
        )
    if isinstance(halt, Endless) and halt.args:
        return f"it was not done after an hour of simulated time{where}. What is to end the waiting?"
    if isinstance(halt, Endless):
        return f"it goes round and round without ever waiting{where}, so no time passes. What is to end the loop?"
    return f"it did not come to an end{where}."


def on_time_up(stage: Stage[Any]) -> str:
    """A sentence on a check that had to be stopped after real seconds."""
    said = on_halt(TimeUp(), f"it was at {stage.last_line}" if stage.last_line else "")
    if stage.abandoned:
        said += (
            " It could not even be stopped and goes on behind the scenes; "
            "restart the kernel if the notebook becomes slow."
        )
    return said


def on_forgotten(forgotten: list[Forgotten]) -> str:
    """A sentence on coroutines that were made and never awaited."""
    first = forgotten[0]
    more = f", and {len(forgotten) - 1} more" if len(forgotten) > 1 else ""
    return (
        f"an `await` is missing: `{first.name}` was called and never awaited ({first.line}{more}). Calling a coroutine "
        f"function only makes a coroutine; `await` runs it."
    )


def on_blocking(lines: list[str]) -> str:
    """A sentence on `time.sleep` where an event loop should have run."""
    return (
        f"`time.sleep` stops the whole event loop ({lines[0]}), so nobody else can go on meanwhile. "
        "Write `await asyncio.sleep(…)`: it waits and lets the others work."
    )
