"""What a Quart app does before, while and after it is served: as often as it is served, and to the end."""

import asyncio
import gc
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from types import FunctionType
from typing import Any

from bakery.asking import takes

PATIENCE = "BACKGROUND_TASK_SHUTDOWN_TIMEOUT"
"""Quart's setting: seconds that background tasks have at the end, before they are cancelled."""


class Lifetime:
    """One time that an app is served. Apps of other frameworks are left as they are."""

    def __init__(self, app: object) -> None:
        self._app = app
        self._makers = [_maker(generator) for generator in self._generators]
        self.cut_off = 0
        """How many background tasks were still running when their time was over."""

    @property
    def _generators(self) -> list[Any]:
        generators = getattr(self._app, "while_serving_gens", None)
        return generators if isinstance(generators, list) else []

    def renew(self) -> None:
        """Let `while_serving` functions run again.

        Quart calls such a function when it is declared, and keeps what it gave; that runs once and no more.
        """
        for place, make in enumerate(self._makers):
            if make is not None and place < len(self._generators):
                self._generators[place] = make()

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


def _maker(generator: object) -> Callable[[], object] | None:
    """The function that made an asynchronous generator, while that has not ended: its frame holds the function."""
    code = getattr(generator, "ag_code", None)
    makers = (held for held in gc.get_referents(generator) if isinstance(held, FunctionType))
    return next((make for make in makers if make.__code__ is code and takes(make, 0)), None)
