"""Hooks of the apps of notebook 10: which of them runs at another moment than was meant."""
# ruff: noqa: ANN401  # apps and views of a framework that is imported late

import asyncio
import inspect
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

from bakery.checking import Answer

ENDS = {
    "teardown_appcontext_funcs": (
        "teardown_appcontext",
        "whenever a context of the app ends: already when the shop has been opened, and after each order",
    ),
    "teardown_request_funcs": ("teardown_request", "at the end of each order"),
    "after_request_funcs": ("after_request", "at the end of each order"),
}
"""Where an app keeps the hooks whose names sound like an end: their names, and when they run."""


def on_yields(app: Any) -> str:
    """What to say of a hook with a `yield` in it, which does nothing; empty where there is none."""
    hooks = (*app.before_serving_funcs, *app.after_serving_funcs)
    if not any(inspect.isasyncgenfunction(one) for one in hooks):
        return ""
    return (
        " A function of `before_serving` has no `yield`: one with a `yield` in it belongs to `while_serving`."
    )


def on_ends(app: Any) -> str:
    """What to say of a hook that runs at another end than that of the shop; empty where there is none."""
    told = (
        f" A function of `{name}` runs {when}, and not when the shop is closed."
        for kept, (name, when) in ENDS.items()
        if any(getattr(app, kept).values() if isinstance(getattr(app, kept), dict) else getattr(app, kept))
    )
    return next(told, "")


def handler_takes(answer: Answer, path: str) -> float:
    """How many seconds the handler itself takes for a customer of that path, without what comes before and after it."""
    app, took = answer.given, list[float]()

    def timed(view: Callable[..., Any]) -> Callable[..., Any]:
        async def one(*args: Any, **named: Any) -> Any:
            clock = asyncio.get_running_loop()
            start = clock.time()
            try:
                return await app.ensure_async(view)(*args, **named)
            finally:
                took.append(round(clock.time() - start, 6))

        return one

    with patch.dict(app.view_functions, {name: timed(view) for name, view in app.view_functions.items()}):
        answer.visit(path, may_fail=True)
    return max(took, default=0.0)
