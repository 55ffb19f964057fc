"""The lifetime of a Quart app during a check: opened and closed as a server would, as often as one likes."""

import gc
import inspect
import re
from collections.abc import Callable
from contextvars import Context, ContextVar, copy_context
from types import FunctionType
from typing import Any

from bakery import mishap
from bakery.checking.describing import described
from bakery.checking.mistakes import NotAttempted, Wrong, wrong_because
from bakery.checking.virtual.halts import Halt
from bakery.checking.virtual.lines import frames_of

heard: ContextVar[list[BaseException] | None] = ContextVar("heard", default=None)
"""Where the handler of the visitor being served puts what it raised."""


def note_error(error: BaseException) -> None:
    """Keep what a handler raised for whoever asked it."""
    raised = heard.get()
    if raised is not None:
        raised.append(error)
    mishap.quiet(error)  # told by the check, and not by the framework's log as well


class Opened:
    """A Quart app while it is open; `async with` opens and closes it, and hears what its handlers and tasks raise.

    Raises `Wrong` at the end where a background task has failed.
    """

    def __init__(self, app: Any) -> None:
        self._app = app
        self._background: list[BaseException] = []

    async def __aenter__(self) -> "Opened":
        from quart import signals

        async def note(_sender: Any, exception: BaseException, **_named: Any) -> None:
            note_error(exception)

        async def note_background(_sender: Any, exception: BaseException, **_named: Any) -> None:
            self._background.append(exception)
            mishap.quiet(exception)

        # Kept: signals hold their listeners only weakly.
        self._listeners = (
            (signals.got_request_exception, note),
            (signals.got_websocket_exception, note),
            (signals.got_background_exception, note_background),
        )
        self._app.add_background_task = _without_request(self._app.add_background_task)
        self._first = getattr(self._app, "_got_first_request", False)
        self._generators = list(self._app.while_serving_gens)
        self._app.while_serving_gens = [_again(one) for one in self._generators]
        self._fresh = list(self._app.while_serving_gens)
        for signal, listener in self._listeners:
            signal.connect(listener, sender=self._app)
        try:
            await self._app.startup()
        except Exception as error:
            await self._close()
            mishap.quiet(error)
            raise
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            await self._app.shutdown()
        finally:
            await self._close()
        if self._background and not (kind and issubclass(kind, Wrong | NotAttempted | Halt)):
            raise Wrong(_on_background(self._background[0]))

    async def _close(self) -> None:
        for signal, listener in self._listeners:
            signal.disconnect(listener, sender=self._app)
        vars(self._app).pop("add_background_task", None)
        self._app._got_first_request = self._first
        self._app.while_serving_gens = self._generators
        # The one that made trouble has ended already.
        for one, original in zip(self._fresh, self._generators, strict=True):
            if one is not original:
                await one.aclose()
            elif inspect.iscoroutine(one):  # of a function without a `yield`, which nobody will ever await
                one.close()


def _without_request(add: Callable[..., Any]) -> Callable[..., Any]:
    """`add_background_task` as in those versions of Quart in which a task that goes on has no request any more."""

    def adding(*args: Any, **named: Any) -> Any:
        fresh = Context()
        for variable, value in copy_context().items():
            if variable.name != "quart.request_ctx":
                fresh.run(variable.set, value)
        return fresh.run(add, *args, **named)

    return adding


def _on_background(error: BaseException) -> str:
    handed = next((frame.f_locals["func"] for frame in frames_of(error) if "func" in frame.f_locals), error)
    if handed is None:
        return (
            "`add_background_task` was handed `None`, which is what came of a call that was made, and waited for, first. Hand "
            "over the function, without brackets and without `await`: `add_background_task(wash)`."
        )
    if handed is not error and not callable(handed) and not inspect.iscoroutine(handed):
        return (
            f"`add_background_task` was handed {described(handed)}, and it wants a function, and then the arguments of its call: "
            "`add_background_task(wash, tin)`."
        )
    if isinstance(error, TypeError) and re.search(
        "coroutine' object is not callable|first argument must be callable", str(error)
    ):
        return (
            "`add_background_task` was handed a coroutine: the call of a function, and not the function. It makes the call "
            "itself, later: hand over the function, without brackets, `add_background_task(wash)`."
        )
    called = re.match(r"(\w+)\(\) (takes|missing|got an unexpected)", str(error))
    more = (
        f"\nWhat it is called with stands behind it, as in its call: `add_background_task({called[1]}, …)`."
        if isinstance(error, TypeError) and called
        else ""
    )
    return f"a background task failed, and nobody saw it: {wrong_because(error)}{more}"


def _again(generator: Any) -> Any:
    """A fresh generator of the same function: one that has run to its end cannot be opened again."""
    code = getattr(generator, "ag_code", None) or getattr(generator, "gi_code", None)
    for one in gc.get_referrers(code) if code else ():
        if isinstance(one, FunctionType) and one.__code__ is code:
            return one()
    return generator
