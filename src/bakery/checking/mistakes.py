"""What a mistake means: the commonest errors of a beginner in async code, each with a sentence and its repair."""

import asyncio
import inspect
import re
from collections.abc import Iterable

from bakery import disk
from bakery.checking.connections import known_of_clients
from bakery.checking.coroutines import known_of_names, on_coroutine
from bakery.checking.describing import names_around
from bakery.checking.everyday import known_of_caches, known_of_values
from bakery.checking.frameworks import known_of_contexts, known_of_frameworks
from bakery.checking.going_through import GENERATOR, known_of_changes, known_of_for
from bakery.checking.out_of_threads import known_of_async_in_threads
from bakery.checking.virtual.lines import (
    frames_of,
    is_in_coroutine,
    is_own,
    line_of,
    own_frames_of,
    own_line_of,
    own_text_of,
)
from bakery.counting import in_words
from bakery.mishap import reason

USE_ASYNC_CLIENT = "Take an `httpx.AsyncClient`, one for all, and `await client.get(…)`."
"""The repair of a plain client in an `async def`."""

PLAIN_CLIENTS = {"requests.sessions", "urllib.request", "http.client"}
"""Modules whose requests wait without an `await`; and so does `httpx.Client`, which shares its module with the other."""

THREADS = {"concurrent.futures.thread", "bakery.checking.virtual.pools"}
"""Modules in whose frames a call goes over to a thread, where it may wait."""


class Wrong(Exception):
    """The answer is wrong, because …: raised inside a check, with the sentence that says why."""


class NotAttempted(Exception):
    """The answer is still the starter."""


class NotChecked(Exception):
    """The answer could not be tried, and that is no fault of its own: the text says why."""


def wrong_because(error: BaseException) -> str:
    """A sentence on what an answer raised, with the reader's own line. Raises `NotChecked` where a disk is full."""
    told = reason(error)
    several = _all_of(error)
    if said := disk.why(several[0]):
        raise NotChecked(said) from error
    group, error = error, several[0]
    for sentence in _known(error, str(error)):
        return f"{sentence}\nPython says: {told}"
    if len(several) > 1:
        return f"it raised {told}. {_others(several)}"
    if group is not error:
        kind = type(error).__name__
        if isinstance(error, TypeError | NameError | AttributeError):  # a slip, and nothing to be caught
            return f"it raised {told}"
        return (
            f"it raised {told}. It came out in an exception group, which `except {kind}` does not catch; "
            f"`except* {kind}` opens the group."
        )
    return f"it raised {told}"


def _all_of(error: BaseException) -> list[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        return [one for part in error.exceptions for one in _all_of(part)]
    return [error]


def _others(several: list[BaseException]) -> str:
    kinds = ", ".join(f"`{type(one).__name__}`" for one in several)
    return f"They came together in an exception group, with {len(several)} errors in it: {kinds}."


def _known(error: BaseException, said: str) -> Iterable[str]:
    """Sentences that fit; the first one is told."""
    kind = type(error)
    if came_through_plain_client(error):
        yield (
            f"a plain client is asked in an `async def` ({own_line_of(error)}). It waits without an `await`, and keeps the "
            f"whole event loop until the answer is there. {USE_ASYNC_CLIENT}"
        )
    yield from known_of_frameworks(error, said)
    if kind is TypeError:
        yield from _known_of_gather(error)
        yield from _known_of_await(said, own_line_of(error))
        yield from _known_of_threads(error, said)
        yield from _known_of_with(said, own_line_of(error))
        yield from known_of_for(said)
    yield from _known_of_missing_awaits(error, said)
    yield from known_of_clients(error, said)
    yield from known_of_values(error, said)
    if kind in {RuntimeError, AttributeError}:
        yield from known_of_contexts(error, said)
    if kind is RuntimeError:
        yield from known_of_caches(error, said)
        yield from _known_of_loops(said, own_line_of(error))
    if isinstance(error, UnboundLocalError) and (name := re.search(r"variable '(\w+)'", said)):
        yield _on_unbound(error, name[1])
    yield from _known_of_ends(error)


def _on_unbound(error: BaseException, name: str) -> str:
    """A sentence on a name of a function's own that has no value where it is used."""
    own = f"`{name}` is assigned in the function, so it is a name of the function's own there, and has no value yet."
    if (before := error.__context__) is not None:
        return (
            f"`{name}` has no value there: what should give it one failed before it did, with a "
            f"`{type(before).__name__}`, and a `finally` or an `except` runs all the same. What gives `{name}` its value "
            "belongs above the `try`."
        )
    word = _outside(error, name)
    if word == "global" and name not in [*frames_of(error)][-1].f_globals:
        return f"{own} The line that gives it one did not run."
    return f"{own} With `{word} {name}` it would be the one outside, which all who call it share."


def _outside(error: BaseException, name: str) -> str:
    """The word for a name from outside: of a function around this one, or of the cell."""
    code = [*frames_of(error)][-1].f_code
    return "nonlocal" if name in names_around(code.co_filename, code.co_firstlineno) else "global"


def _known_of_missing_awaits(error: BaseException, said: str) -> Iterable[str]:
    """What stands where its result is wanted."""
    kind = type(error)
    if kind in {TypeError, AttributeError, ValueError}:
        yield from known_of_names(error)
        if "coroutine" in said:
            yield on_coroutine(error, said)
    if isinstance(error, AttributeError) and inspect.isawaitable(error.obj):
        yield from known_of_async_in_threads(error, error.obj)
    if (
        isinstance(error, AttributeError)
        and inspect.isawaitable(error.obj)
        and not inspect.iscoroutine(error.obj)
    ):
        yield (
            f"an `await` is missing: what stands before `.{error.name}` has to be awaited first, in brackets of its own, as in "
            f"`(await db.execute(…)).{error.name}`."
        )
    if isinstance(error, AttributeError) and error.name == "close" and hasattr(error.obj, "aclose"):
        yield (
            "it has no `close`, since closing it may have to wait: `await` its `aclose()`, or let `async with aclosing(…):` do "
            "that at the end of a block."
        )
    if isinstance(error, asyncio.InvalidStateError) and "not set" in said:
        yield (
            "it asks a task or a future for its `result()` before it is done. `await` waits for it, and gives the result."
        )


def _asks_a_cancelled(error: BaseException) -> str:
    """The reader's line, the outermost one, if it asks for a result."""
    line = next(map(line_of, own_frames_of(error)), "")
    return line if ".result()" in line else ""


def _awaits_a_cancelled(error: BaseException) -> str:
    """The reader's line in which a name that is awaited stands for a task that was called off; empty where none does."""
    for frame in own_frames_of(error):
        for name in re.findall(r"\bawait (\w+)", line := line_of(frame)):
            future = frame.f_locals.get(name)
            if isinstance(future, asyncio.Future) and future.cancelled():
                return line
    return ""


def _known_of_ends(error: BaseException) -> Iterable[str]:
    """What never comes to an end, and what ends more than the answer."""
    if isinstance(error, RecursionError):
        yield "it calls itself again and again, and never comes to an end."
    if isinstance(error, SystemExit):
        yield "it asks Python to exit. That would end your whole notebook; `return` is enough to leave a function."
    if isinstance(error, KeyboardInterrupt):
        yield "it raises `KeyboardInterrupt`, which is how a person stops a program."
    if isinstance(error, TimeoutError) and (
        found := re.search(r".*\b(timeout|timeout_at|wait_for)\(.*", own_line_of(error))
    ):
        yield f"a limit on time has ended it before it was done ({found[0]}), and nobody has caught the `TimeoutError`."
    if isinstance(error, asyncio.CancelledError) and (line := _asks_a_cancelled(error)):
        yield (
            f"it asks for the result of a task that was called off before it was done ({line}): what comes out is a "
            "`CancelledError`."
        )
    if isinstance(error, asyncio.QueueFull):
        yield (
            f"there is no room in the queue{_room_of(error)}: `put_nowait` does not wait, and raises where a queue is full."
        )
    if isinstance(error, asyncio.QueueEmpty):
        yield (
            f"there is nothing in the queue{_room_of(error)}: `get_nowait` does not wait, and raises where a queue is empty."
        )
    if isinstance(error, asyncio.CancelledError) and (line := _awaits_a_cancelled(error)):
        yield (
            f"it waits for a task that was called off ({line}), so that task's `CancelledError` comes out there. Catch it, or wait "
            "by `asyncio.gather(…, return_exceptions=True)`."
        )
    if isinstance(error, asyncio.CancelledError):
        yield "it cancels the very task that runs it, so nothing was left to give an answer."


def _room_of(error: asyncio.QueueFull | asyncio.QueueEmpty) -> str:
    """How much room the queue has that raised it, as a part of a sentence."""
    queue = [*frames_of(error)][-1].f_locals.get("self")
    if not isinstance(queue, asyncio.Queue):
        return ""
    if queue.maxsize > 0:
        return f", which has room for {in_words(queue.maxsize, 'thing')}"
    return ", which has no size (its `maxsize` is 0, and it is never full)"


def _known_of_gather(error: BaseException) -> Iterable[str]:
    """What `gather` was given, read from its own frame."""
    given = next(
        (
            frame.f_locals["coros_or_futures"]
            for frame in frames_of(error)
            if frame.f_code.co_name == "gather" and "coros_or_futures" in frame.f_locals
        ),
        (),
    )
    for one in given:
        if inspect.isawaitable(one):
            continue
        if "await" in (line := own_line_of(error)).partition("gather(")[2]:
            yield (
                f"an `await` inside the brackets of `gather` ({line}) waits to its end before `gather` begins, so gather "
                "was given what came of it. Take the inner `await` away: gather takes the coroutines themselves."
            )
        elif _is_plain_box(one) or inspect.isgenerator(one):
            what = "generator" if inspect.isgenerator(one) else type(one).__name__
            yield (
                f"`asyncio.gather` was given one {what}, but it takes the coroutines one by one. "
                f"A star unpacks the {what}: `await asyncio.gather(*cakes)`."
            )
        elif inspect.isroutine(one):
            name = getattr(one, "__name__", "bake")
            yield f"`asyncio.gather` was given the function `{name}`. It takes coroutines: `{name}()`, with brackets."
        else:
            yield _on_nothing_to_await(one, line)
        return


def _is_plain_box(one: object) -> bool:
    """Whether a star would unpack it into what was meant; a named tuple is one thing, and no box."""
    return isinstance(one, list | tuple | set) and not hasattr(one, "_fields")


def _on_nothing_to_await(one: object, line: str) -> str:
    """A sentence on something that `gather` was given, and that is neither a coroutine nor a box of them."""
    shown = f"`{one!r:.40}`" if isinstance(one, int | float | str | None) else f"{_a(type(one).__name__)}"
    said = f"`asyncio.gather` was given {shown}, which is nothing to await."
    if found := re.search(r"gather\(\*(\w+)\)", line):
        return (
            f"{said} The star hands over what is in `{found[1]}`, as it is: gather takes coroutines, which come from calls "
            f"of an `async def`, one for each, as in `gather(*(bake(one) for one in {found[1]}))`."
        )
    return (
        f"{said} A plain function gives its result at once, before `gather` begins; gather takes coroutines, which come from "
        "calls of an `async def`."
    )


def came_through_plain_client(error: BaseException) -> bool:
    """Whether it came up in a request of a plain client that an `async def` of the reader's has made in the loop."""
    in_the_loop = False
    for frame in frames_of(error):
        module = str(frame.f_globals.get("__name__", ""))
        if is_own(frame.f_code):
            in_the_loop = in_the_loop or is_in_coroutine(frame)
        elif module in THREADS:
            in_the_loop = False
        elif in_the_loop and (
            module in PLAIN_CLIENTS
            or (module == "httpx._client" and frame.f_code.co_qualname.startswith("Client."))
        ):
            return True
    return False


def _known_of_await(said: str, line: str) -> Iterable[str]:
    """What cannot be awaited, or made a task of; `line` is the reader's own."""
    if "async_generator" in said and "can't be" in said:
        yield GENERATOR
    if re.search(r"(function|method|type)'? (object )?can't be (used in 'await'|awaited)", said):
        made = re.search(r"\b(?P<maker>run_sync|partial|ensure_async)\((?P<of>.*?)\)", line)
        named = re.search(r"\bawait ([\w.]+)", line)
        name = named[1] if named else "bake"
        called = f"`await {made[0]}()`" if made else f"`await {name}(…)`, and not `await {name}`"
        yield f"`await` stands before a function that nobody has called. Call it with brackets: {called}."
    if re.search(r"(?<!ContextManager) can't be used in 'await'|can't be awaited", said):
        what = re.search(r"object (?P<kind>\S+) can't|'(?P<named>\S+)' object can't", said)
        kind = f", {_a(what['kind'] or what['named'])}" if what else ""
        yield (
            f"`await` stands before something that cannot be awaited{kind}. Only a coroutine, a task or a future can: "
            "what stands behind that `await` is here already, and needs none."
        )
    if re.search(r"a coroutine was expected, got <function|coroutine .*required", said):
        yield "a coroutine is wanted there. Call the function, so that it gives one: `create_task(bake())`."


def _a(kind: str) -> str:
    """A kind of thing with its article."""
    return "`None`" if kind == "NoneType" else f"{'an' if kind[0] in 'aeioAEIO' else 'a'} {kind}"


def _known_of_threads(error: BaseException, said: str) -> Iterable[str]:
    line = own_line_of(error)
    if "is not callable" in said and passed(error, "to_thread"):
        called = re.compile(r"to_thread\(\s*([\w.]+)\((\)?)")
        named = called.search(line) or called.search(own_text_of(error))
        function = f"{named[1]}{'' if named[2] else ', …'}" if named else "bake"
        yield (
            f"`asyncio.to_thread` wants the function itself, without brackets: `asyncio.to_thread({function})`. "
            "With brackets the call is made first, here in the loop, and everybody waits for it."
        )
    if "create_task() takes" in said and (found := re.search(r"create_task\(([\w.]+), *(.+?)\)", line)):
        yield (
            f"`create_task` wants one coroutine, and not a function with its arguments: `create_task({found[1]}({found[2]}))`."
        )


def _known_of_with(said: str, line: str) -> Iterable[str]:
    if "'coroutine' object does not support the" in said:
        asks = re.search(r"\b(\w+)\.(get|post|request)\(", line)
        yield "a coroutine stands after `with`, and nobody has awaited it." + (
            f" `{asks[1]}.{asks[2]}(…)` is awaited, and gives the whole answer; a block that has an answer in pieces is "
            f"`async with {asks[1]}.stream(…)`."
            if asks
            else " `async with await …` enters what comes of it."
        )
    if called := re.search(r"'(function|method)' object does not support the (asynchronous )?context", said):
        yield f"a {called[1]} stands after `with`, and nobody has called it: the brackets are missing."
    elif "does not support the asynchronous context manager protocol" in said:
        yield "it has no `__aenter__`: write plain `with` there, without `async`."
    elif "does not support the context manager protocol" in said:
        yield "what stands after `with` is entered with an `await`: write `async with`."


def _known_of_loops(said: str, line: str) -> Iterable[str]:
    if "Task got bad yield" in said:  # Python 3.11 takes a generator for a coroutine
        yield (
            "`asyncio.gather` was given one generator, but it takes the coroutines one by one. "
            "A star unpacks the generator: `await asyncio.gather(*cakes)`."
        )
    yield from known_of_changes(said)
    if "await wasn't used with future" in said:
        yield (
            "an `await` is missing: a task, a future or `gather(…)` is used where its result is wanted. "
            "`await` gives the result."
        )
    if "different" in said and "loop" in said:
        yield (
            "it waits on something that belongs to another event loop, such as a future, a lock or a task made in an "
            "earlier cell. Make it inside the function, where the running loop is."
        )
    if "asyncio.run() cannot be called" in said or "already running" in said:
        found = "run_until_complete(" in line
        yield (
            "it starts an event loop inside an event loop. There is one running already: write "
            + (
                f"`await` in place of `run_until_complete` ({line})."
                if found
                else "`await main()` instead of `asyncio.run(main())`."
            )
        )
    if "no running event loop" in said:
        yield (
            "it needs an event loop, and none is running there. Tasks are made inside an `async def` that is awaited."
        )
    if "loop is closed" in said or "loop stopped" in said or "close a running event loop" in said:
        yield "it stops or closes the event loop that runs it. The loop is not yours to stop: just `return`."
    if "cannot reuse already awaited" in said or "is being awaited already" in said:
        yield "it awaits the same coroutine twice. Call the coroutine function again for a second run: `bake()`."


def passed(error: BaseException, name: str) -> bool:
    """Whether an error came through a function of asyncio's."""
    return any(
        frame.f_code.co_name == name and str(frame.f_globals.get("__name__", "")).startswith("asyncio")
        for frame in frames_of(error)
    )


def is_about(error: BaseException, *kinds: type[BaseException]) -> bool:
    """Whether an error, or one of a group, is of one of these kinds."""
    return any(isinstance(one, kinds) for one in _all_of(error))
