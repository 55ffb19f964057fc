"""Coroutines that stand where what comes of them is wanted: which one it is, and what made it."""

import ast
import inspect
import re
from collections.abc import Iterable
from types import CoroutineType, FrameType
from typing import Any

from bakery.checking.describing import plain_function_at
from bakery.checking.out_of_threads import known_of_async_in_threads
from bakery.checking.starters import nodes_of
from bakery.checking.virtual.leftovers import told_of
from bakery.checking.virtual.lines import frames_of, is_own, line_of, own_frames_of, own_line_of, own_text_of


def on_coroutine(error: BaseException, said: str) -> str:
    """A sentence on a coroutine in the place of what comes of it."""
    line = own_line_of(error)
    if found := re.search(r"a coroutine was expected, got (.+)", said):
        verb = re.search(r"\b(asyncio\.run|create_task|run_until_complete)\(", line)
        return f"`{verb[1] if verb else 'it'}` wants a coroutine, and what it got is none: it is {found[1]}, of a plain function."
    if "Passing coroutines is forbidden" in said:
        return (
            f"`asyncio.wait` wants tasks, and there is a coroutine among them ({line}): `asyncio.create_task(…)` around the call "
            "makes a task of it. Who waits for a single one, or wants its result, writes `await` before the call."
        )
    if re.search(r"(list|iterable) of (awaitables|futures), not coroutine", said):
        return f"one coroutine was handed over where several are wanted in a list ({line}). For a single one, `await` alone is enough."
    if "'coroutine' object is not callable" in said:
        return (
            f"brackets stand behind a coroutine ({line}), as if it were a function. It was called already, or never "
            "wants brackets, as `request.form`: take them away, and `await` it."
        )
    if found := re.search(r"\bawait \(?(\w+(?:\.\w+)+(?:\([^()]*\))?)\)?(?=\[|\.\w+[()])", line):
        return (
            f"`await` comes too late there: the look into `{found[1]}` comes first, and it is still a coroutine. "
            f"Round brackets end the `await` before the look into it: `(await {found[1]})`."
        )
    if let_go := _let_go(error, line):
        return let_go
    return (
        f"there is a coroutine where its result is wanted: an `await` is missing{_made_at(error)}. Calling a coroutine function "
        "does not run it; `await` does."
    )


def _let_go(error: BaseException, line: str) -> str:
    """A sentence on what is awaited on a line of its own, and asked for once more in this one; empty where that is not so."""
    own = own_frames_of(error)
    for node in nodes_of(own_text_of(error)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Await):
            asked = ast.unparse(node.value.value)
            if own[-1].f_code.co_firstlineno <= node.lineno < (own[-1].f_lineno or 0) and asked in line:
                again = (
                    f"The name still stands for the coroutine there ({line}), which is used up"
                    if isinstance(node.value.value, ast.Name)
                    else f"Asked for once more ({line}), it gives another coroutine"
                )
                return (
                    f"`{asked}` was awaited in line {node.lineno}, and what came of it was not kept. {again}. Keep what came of "
                    f"it under a name: `… = await {asked}`."
                )
    return ""


def known_of_names(error: BaseException) -> Iterable[str]:
    """A name in the reader's line that stands for a coroutine which nobody has awaited."""
    own = own_frames_of(error)
    if not own:
        return
    words = set(re.findall(r"\w+", line_of(own[-1])))
    for name, value in own[-1].f_locals.items():
        if (
            name in words
            and inspect.iscoroutine(value)
            and inspect.getcoroutinestate(value) == "CORO_CREATED"
        ):
            yield from known_of_async_in_threads(error, value)
            yield _on_handed_over(own, name) or (
                f"`{name}` is a coroutine there, and not yet its result: an `await` is missing where it gets its value."
            )


def _on_handed_over(own: list[FrameType], name: str) -> str:
    """A sentence on a coroutine that a function was called with; empty where no line of the reader's has called it so."""
    code = own[-1].f_code
    caller = own[-2] if len(own) > 1 else None
    if name not in code.co_varnames[: code.co_argcount] or caller is None:
        return ""
    plain = plain_function_at(caller.f_code.co_filename, caller.f_lineno)
    return (
        f"`{code.co_name}` was handed a coroutine as `{name}`, and not yet its result ({line_of(caller)}): an `await` is missing "
        "before the call that makes it."
        + (f" `{plain}` is a plain `def`, in which nothing can be awaited." if plain else "")
    )


def handed_back(error: BaseException) -> "CoroutineType[Any, Any, Any] | None":
    """The coroutine that a framework refuses as an answer; None where it is something else that it refuses."""
    value = refused_of(error)
    return value if isinstance(value, CoroutineType) else None


def refused_of(error: BaseException) -> object:
    """What a framework refuses as an answer; None where it refuses none."""
    values = [
        frame.f_locals.get("value") for frame in frames_of(error) if frame.f_code.co_name == "make_response"
    ]
    return values[-1] if values else None


def wrapper_of(coroutine: "CoroutineType[Any, Any, Any]") -> str:
    """The decorator, none of the reader's, that made it in place of the function below it; empty where none did."""
    name, _, inner = coroutine.cr_code.co_qualname.partition(".<locals>.")
    return name if inner and not is_own(coroutine.cr_code) else ""


def _made_at(error: BaseException) -> str:
    """The reader's line that made the coroutine which a framework refuses, in brackets; empty where none is known."""
    made = handed_back(error)
    told = told_of(made) if made is not None and made.cr_origin else None
    return f" ({told.line})" if told else ""
