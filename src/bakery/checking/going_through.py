"""What goes wrong while somebody goes through something, with `for` or with `async for`."""

import re
from collections.abc import Iterable

GENERATOR = (
    "an async generator is neither awaited nor put into a plain `for`: hand it on as it is where a stream is wanted, and elsewhere "
    "it is gone through with `async for`."
)
"""The repair of an async generator that is awaited, or put into a plain `for`."""


def known_of_for(said: str) -> Iterable[str]:
    """What cannot be gone through in this way; the first sentence is told."""
    if "'async for' requires an object with __aiter__" in said:
        coroutine = "coroutine" in said
        if re.search(r"got Result\b", said):
            yield (
                "`async for` goes through a cursor, and `execute` has to be awaited before there is one: "
                "`async with db.execute(…) as rows:`, then `async for row in rows`."
            )
        yield (
            "`async for` got a coroutine: await the call first, or leave out the `await` where a generator is called."
            if coroutine
            else "`async for` goes through an async generator; for a list, plain `for` is enough."
        )
    if "'Cursor' object is not iterable" in said:
        yield (
            "a plain `for` cannot go through a cursor of aiosqlite, because its rows are waited for: "
            "`async for row in rows`, or `await rows.fetchall()`."
        )
    if "'async_generator' object is not iterable" in said:
        yield GENERATOR


def known_of_changes(said: str) -> Iterable[str]:
    """What becomes another while it is gone through; the first sentence is told."""
    if "asynchronous generator is already running" in said:
        yield (
            "two of them go through the same async generator at the same moment. Each call of its function makes a new one: call "
            "it anew for each of them, in the handler."
        )
    if "ignored GeneratorExit" in said:
        yield (
            "an async generator was closed, and came to another `yield` after that, such as one in a `finally`. When its "
            "listener has left, nothing can be sent any more."
        )
    if found := re.search(r"(Set|dictionary) changed size during iteration", said):
        yield (
            f"a `for` goes through a {found[1].lower()} that grows or shrinks meanwhile. Go through a copy of it, such as "
            "`list(…)`."
        )
