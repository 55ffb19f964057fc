"""What a Quart app does before, while and after it is served: in each shop of its own, and to the end."""

import asyncio
import gc
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import FunctionType
from typing import Any

from bakery.asking import takes

PATIENCE = "BACKGROUND_TASK_SHUTDOWN_TIMEOUT"
"""Quart's setting: seconds that background tasks have at the end, before they are cancelled."""


class Lifetime:
    """One time that an app is served. Apps of other frameworks are left as they are."""

    def __init__(self, app: object) -> None:
        self._app = app
        self._own: list[Any] | None = None
        self.cut_off = 0
        """How many background tasks were still running when their time was over."""

    @contextmanager
    def lived(self) -> Iterator[None]:
        """Let the app run `while_serving` functions of its own in here."""
        generators = getattr(self._app, "while_serving_gens", None)
        if type(generators) is list:
            self._app.while_serving_gens = WhileServing(generators)  # type: ignore[attr-defined]
        token = LIFETIME.set(self)
        try:
            yield
        finally:
            LIFETIME.reset(token)

    def own(self, declared: list[Any]) -> list[Any]:
        """The generators of this lifetime, made when they are first asked for."""
        if self._own is None:
            makers = [_maker(generator) for generator in declared]
            self._own = [make() if make else old for make, old in zip(makers, declared, strict=True)]
        return self._own

    @contextmanager
    def ending(self, seconds: float) -> Iterator[None]:
        """Let background tasks that go on have so many seconds; Quart would wait for five, and nobody waits so long."""
        config = getattr(self._app, "config", None)
        if not isinstance(config, MutableMapping) or PATIENCE not in config:
            yield
            return
        tasks: tuple[asyncio.Task[Any], ...] = tuple(getattr(self._app, "background_tasks", ()))
        usual = config[PATIENCE]
        config[PATIENCE] = seconds if usual is None else min(usual, seconds)
        try:
            yield
        finally:
            config[PATIENCE] = usual
            self.cut_off = sum(task.cancelled() for task in tasks)


LIFETIME: ContextVar[Lifetime | None] = ContextVar("LIFETIME", default=None)
"""The lifetime that the running code belongs to."""


class WhileServing(list[Any]):
    """The generators of an app's `while_serving` functions, in each lifetime its own.

    Quart calls such a function when it is declared, and keeps what it gave; that runs once, in one shop, and no more.
    """

    def __iter__(self) -> Iterator[Any]:
        return iter(self._current())

    def __reversed__(self) -> Iterator[Any]:
        return iter(self._current()[::-1])

    def _current(self) -> list[Any]:
        declared = list(super().__iter__())
        lifetime = LIFETIME.get()
        return lifetime.own(declared) if lifetime else declared


def _maker(generator: object) -> Callable[[], object] | None:
    """The function that made an asynchronous generator, while that has not ended: its frame holds the function."""
    code = getattr(generator, "ag_code", None)
    makers = (held for held in gc.get_referents(generator) if isinstance(held, FunctionType))
    return next((make for make in makers if make.__code__ is code and takes(make, 0)), None)
