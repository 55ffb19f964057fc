"""What an answer may change of Python and of the process, put back after it."""

import asyncio
import builtins
import gc
import logging
import os
import random
import socket
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from types import ModuleType
from typing import Any

PACKAGES = frozenset(
    (
        *(
            "asyncio",
            "builtins",
            "collections",
            "concurrent",
            "contextlib",
            "contextvars",
            "functools",
            "itertools",
        ),
        *("json", "logging", "math", "os", "queue", "random", "select", "socket", "sqlite3", "subprocess"),
        *("threading", "time", "aiosqlite", "flask", "httpx", "quart"),
    )
)
"""Packages and modules of which a changed name is put back; one that was added stays."""

KEPT = (asyncio, builtins, gc, logging, os, random, socket, sys, threading, time, warnings)
"""Loaded here, so that the first stage finds them."""


def _modules() -> Iterator[ModuleType]:
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in PACKAGES and isinstance(module, ModuleType):
            yield module


def _classes() -> Iterator[type]:
    yield from (threading.Thread, asyncio.Event, asyncio.Lock, asyncio.Queue, asyncio.Semaphore)


class Keeper:
    """Remembers how things are when it is made; `put_back` makes them so again."""

    def __init__(self) -> None:
        self._names = [(module, dict(vars(module))) for module in _modules()]
        self._names += [(kind, dict(vars(kind))) for kind in _classes()]  # type: ignore[misc]
        self._folder = self._told(os.getcwd)
        self._environment = dict(os.environ)
        self._path = list(sys.path)
        self._filters = list(warnings.filters)
        self._recursion = sys.getrecursionlimit()
        self._collects = (gc.isenabled(), gc.get_threshold())
        self._timeout = socket.getdefaulttimeout()
        self._disabled = logging.root.manager.disable
        self._loggers = {name: self._of(name) for name in (None, *logging.root.manager.loggerDict)}

    @staticmethod
    def _told(ask: Callable[[], str]) -> str:
        with suppress(OSError):
            return ask()
        return ""

    @staticmethod
    def _of(name: str | None) -> tuple[int, list[logging.Handler], list[Any], bool, bool]:
        one = logging.getLogger(name)
        return one.level, list(one.handlers), list(one.filters), one.propagate, one.disabled

    def put_back(self) -> None:
        """Make everything as it was. Never raises: what cannot be put back is left."""
        for step in (
            self._put_names,
            self._put_process,
            self._put_warnings,
            self._put_logging,
            lambda: sys.setrecursionlimit(self._recursion),
        ):
            with suppress(Exception):
                step()

    def _put_names(self) -> None:
        for owner, names in self._names:
            now = vars(owner)
            for name, value in names.items():
                if now.get(name, self) is not value:
                    with suppress(Exception):
                        setattr(owner, name, value)

    def _put_process(self) -> None:
        if self._folder and self._told(os.getcwd) != self._folder:
            with suppress(OSError):
                os.chdir(self._folder)
        if dict(os.environ) != self._environment:
            for name in set(os.environ) - set(self._environment):
                del os.environ[name]
            os.environ.update(self._environment)
        sys.path[:] = self._path
        if gc.isenabled() != self._collects[0]:
            (gc.enable if self._collects[0] else gc.disable)()
        gc.set_threshold(*self._collects[1])
        socket.setdefaulttimeout(self._timeout)

    def _put_warnings(self) -> None:
        warnings.filters[:] = self._filters  # type: ignore[index]
        warnings._filters_mutated()  # type: ignore[attr-defined]

    def _put_logging(self) -> None:
        logging.disable(self._disabled)
        for name, (level, handlers, filters, propagates, disabled) in self._loggers.items():
            one = logging.getLogger(name)
            if one.level != level:
                one.setLevel(level)
            one.handlers[:] = handlers
            one.filters[:] = filters
            one.propagate, one.disabled = propagates, disabled
