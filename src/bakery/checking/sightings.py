"""What was seen of a run that was not sound, in words: a loop that was held up, an `await` that was forgotten, no end."""

import inspect
import re
from collections.abc import Mapping, Sequence
from typing import Any

from bakery.checking.describing import described, plain_function_at
from bakery.checking.mistakes import USE_ASYNC_CLIENT
from bakery.checking.virtual.clock import SECOND
from bakery.checking.virtual.halts import Deadlock, Endless, Enough, Halt, TimeUp
from bakery.checking.virtual.leftovers import Forgotten
from bakery.checking.virtual.players import Held
from bakery.checking.virtual.stage import Stage

CALLED_FIRST = re.compile(
    r"\b(to_thread|run_sync|run_in_executor|submit|create_task)\((?:\w+, *)?(?P<name>[\w.]+)\("
)
"""A function that is called where it should only be handed over."""

HANDED_OVER = re.compile(r"\b(await|gather\().*\b(to_thread|run_in_executor|run_sync)\(")
"""A function that is handed to a thread, which is awaited."""

PLAIN_CLIENT = re.compile(r"\b(?:httpx|requests)\.\w+\(|\burlopen\(|\bhttpx\.Client\b")
"""A request of a client that waits without an `await`."""

ONE_OF_TWO = re.compile(r"(?<!await )\b[\w.]+\([^()]*\) and (?!await\b)[\w.]+\(")
"""An `and` of Python's between two calls of which nobody awaits the first."""

TAKES_A_LOCK = re.compile(r"\.acquire\(|\bwith (?!.*(?:Executor|Pool))")
"""A line that waits for a lock by itself; an event, a queue and the end of a thread have locks inside."""

SLEEPS = re.compile(r"\bsleep\(")


def on_halt(halt: Halt, where: str, held: Sequence[Held] = (), lock: str = "") -> str:
    """A sentence on a run that had to be stopped; `where` is the line where it waited or worked, and `lock` that of a lock."""
    at = f" ({where})" if where else ""
    if isinstance(halt, Enough):
        return str(halt)
    if isinstance(halt, Deadlock) and held:
        return (
            f"{_place(held[-1])} waits without an `await`, so the event loop stands still; and what it waits for can "
            "never come, because only the loop could bring it. This is called a deadlock."
        )
    if isinstance(halt, Deadlock) and TAKES_A_LOCK.search(lock):
        return (
            f"it waits for a lock that never comes free ({lock}): whoever has it does not let it go. This is called a deadlock. "
            "After an `acquire` comes a `release`, and a `with` does both; whoever has a `Lock` already cannot take it "
            "once more."
        )
    if isinstance(halt, Deadlock):
        return (
            f"it waits for something that never comes{at}: everybody waits, and nobody is left to wake anybody. "
            "This is called a deadlock."
        )
    if isinstance(halt, Endless) and halt.args:
        return f"it was not done after an hour of simulated time{at}. What is to end the waiting?"
    if isinstance(halt, Endless):
        return (
            f"it goes round and round without ever waiting{at}, so no time passes. What is to end the loop?"
        )
    return f"it did not come to an end{at}."


def on_endless_answer(parts: int, seconds: float, headers: Mapping[str, str]) -> str:
    """A sentence on who reads an answer for ever, and had asked for it with these headers so many seconds ago."""
    said = (
        f"it has read {parts:,} parts of an answer without end, in {seconds:g} s. What is to end the reading?"
    )
    if not seconds:
        said += " All of it came at once, and a limit on time would not end it."
    wanted = {name.lower(): value for name, value in headers.items()}.get("range")
    return f"{said} It asked for `Range: {wanted}`, and not every server keeps to that." if wanted else said


def on_time_up(stage: Stage[Any]) -> str:
    """A sentence on a check that had to be stopped after real seconds."""
    if any(one.line == stage.last_line and SLEEPS.search(one.line) for one in stage.held):
        return f"it did not come to an end. {on_held(stage.held)}"
    said = on_halt(TimeUp(), f"it was at {stage.last_line}" if stage.last_line else "")
    if SLEEPS.search(stage.last_line or "") and "asyncio" not in stage.last_line:
        said += " `time.sleep` steps aside for nobody: in an event loop nothing else happens meanwhile."
    if stage.abandoned:
        said += (
            " It could not even be stopped and goes on behind the scenes; "
            "restart the kernel if the notebook becomes slow."
        )
    return said


def on_forgotten(forgotten: Sequence[Forgotten], *, flask: bool = False) -> str:
    """A sentence on coroutines that were made and never awaited; `flask` where it was in an app of Flask's."""
    first = forgotten[0]
    plain = plain_function_at(*first.place)
    if "add_background_task(" in first.line and plain == "lambda":
        return (
            f"`add_background_task` was handed a `lambda` ({first.line}). That is a plain function: its call only makes the "
            f"coroutine of `{first.name}`, and nobody awaits it. Hand over `{first.name}` itself, and its arguments after it."
        )
    if "add_background_task(" in first.line:
        return (
            f"`add_background_task` was handed the call of `{first.name}` ({first.line}). It calls the function itself, "
            f"later: hand over the function, without brackets, `add_background_task({first.name})`."
        )
    if ONE_OF_TWO.search(first.line):
        return (
            f"Python's `and` stands between two coroutines ({first.line}): it gives only the second of them, and nobody awaits "
            f"`{first.name}`. `asyncio.gather(…)` takes both."
        )
    more = f", and {len(forgotten) - 1} more" if len(forgotten) > 1 else ""
    return (
        f"an `await` is missing: `{first.name}` was called and never awaited ({first.line}{more}). Calling a coroutine "
        f"function only makes a coroutine; `await` runs it.{_in_a_plain_def(plain, flask=flask)}"
    )


def _in_a_plain_def(name: str, *, flask: bool) -> str:
    if not name:
        return ""
    if name == "lambda":
        return " A `lambda` cannot await: write an `async def`."
    if flask:
        return f" In a plain `def` of Flask's, such as `{name}`, nothing can be awaited: `time.sleep` waits there."
    return f" `await` stands only in an `async def`, and `{name}` is a plain `def`: write `async def {name}`."


def on_coroutine(subject: str, source: str, result: object = None) -> str:
    """A sentence on an answer that gives a coroutine where its result is wanted, or several things with one among them."""
    told = subject if "`" in subject else f"`{subject}`"
    several = list(result.values()) if isinstance(result, dict) else result
    if isinstance(several, list | tuple | set) and not all(map(inspect.iscoroutine, several)):
        name = next(one.__name__ for one in several if inspect.iscoroutine(one))
        return (
            f"in what {told} gives there is a coroutine among the results: `{name}` was called there, and not awaited. An "
            "`await` is missing before that call."
        )
    if HANDED_OVER.search(source):
        return (
            f"{told} gives back a coroutine instead of its result: a thread was given an `async def`, and calling that "
            "only makes a coroutine. Threads are for plain functions: hand over the plain one that blocks, or `await` this one, "
            "if it blocks nobody."
        )
    return f"{told} gives back a coroutine instead of its result: an `await` is missing before the call."


def on_plain(subject: str, made: object) -> str:
    """A sentence on a function that gave something where a coroutine is wanted."""
    if inspect.isasyncgen(made):
        return (
            f"`{subject}` is an async generator, because there is a `yield` in it. `return` gives a result."
        )
    return (
        f"`{subject}` is a plain function that gives {described(made)}. "
        f"Only a coroutine function can wait together with others: `async def {subject}`."
    )


def on_held(several: Sequence[Held], theirs: Sequence[str] = ()) -> str:
    """A sentence on what kept an event loop from turning; `theirs` are functions that the reader is not to change."""
    held = max(several, key=lambda one: one.nanoseconds)
    called = CALLED_FIRST.search(held.caller or held.line)
    if called and not called["name"].startswith("asyncio."):  # its functions give coroutines
        verb, name = called[1], called["name"]
        if verb == "create_task":
            return (
                f"`{name}` is a plain function: its brackets call it at once, here in the event loop, and everybody waits for it "
                f"({held.caller or held.line}). `create_task` is for coroutines; `asyncio.to_thread({name})` runs it in a thread."
            )
        wanted = {"run_sync": f"run_sync({name})()", "run_in_executor": f"run_in_executor(None, {name})"}
        return (
            f"the brackets after `{name}` call it at once, here in the event loop, and everybody waits for it "
            f"({held.caller or held.line}). `{verb}` wants the function itself: `{wanted.get(verb, f'{verb}({name})')}`."
        )
    if held.worked:
        return (
            f"{_place(held)} keeps the event loop busy{_long(held)}, so nobody else can go on meanwhile. "
            + (
                "A wait has to be awaited."
                if held.nanoseconds
                else "Long work belongs into a thread or a process."
            )
        )
    if SLEEPS.search(held.line) and "asyncio" not in held.line:
        said = f"`time.sleep` stops the whole event loop ({held.line}{_called(held)}), so nobody else can go on meanwhile. "
    else:
        said = (
            f"{_place(held)} waits without an `await`{_long(held)}. That stops the whole event loop, "
            "so nobody else can go on meanwhile. "
        )
    return said + _repair(held, theirs)


def _place(held: Held) -> str:
    return f"{held.line}{_called(held)}:" if held.caller else held.line


def _called(held: Held) -> str:
    return f", called at {held.caller}" if held.caller else ""


def _long(held: Held) -> str:
    return f" for {held.nanoseconds / SECOND:g} s" if held.nanoseconds else ""


REPAIRS = (
    (
        ".result(",
        "`await asyncio.wrap_future(…)`, with the future in its brackets and without `.result()`, waits for it in the loop.",
    ),
    (".join(", "`await asyncio.to_thread(…)` runs a function in a thread and awaits its end."),
    (".get(", "An `asyncio.Queue` has a `get` that is awaited."),
    (
        "Executor(",
        "At the end of its block a pool waits for all its threads: keep the pool outside the function, or let "
        "`asyncio.to_thread(…)` have one of the loop's own.",
    ),
    ("acquire", "An `asyncio.Lock`, with `async with`, is waited for with an `await`."),
    ("with ", "An `asyncio.Lock`, with `async with`, is waited for with an `await`."),
)
"""What stands in a line that waits without an `await`, and how to await it."""


def _repair(held: Held, theirs: Sequence[str]) -> str:
    if PLAIN_CLIENT.search(held.line):
        return USE_ASYNC_CLIENT
    called = f"{held.function}, …" if held.parameters else held.function
    thread = f"`await asyncio.to_thread({called})` lets a thread wait in its place, and the loop goes on."
    if held.caller and (held.elsewhere or held.function in theirs):
        return thread
    if held.function in theirs:  # nobody of the reader's has called it: it is an `async def` now
        return f"`{held.function}` is somebody else's: leave it the plain `def` that it was. Then {thread}"
    if held.function == "<lambda>" and held.caller:
        return (
            "A `lambda` cannot await: write an `async def` with a wait that is awaited; or hand the function to "
            "`await asyncio.to_thread(…)`, which lets a thread wait in its place."
        )
    if held.caller:
        return f"Make `{held.function}` an `async def` with a wait that is awaited; or {thread}"
    if SLEEPS.search(held.line):
        return "Write `await asyncio.sleep(…)`: it waits and lets the others work."
    for word, says in REPAIRS:
        if word in held.line:
            return says
    return "Await a wait that the loop knows, or let `await asyncio.to_thread(…)` wait in a thread."
