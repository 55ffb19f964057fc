"""The middleware: where every order passes on its way into the app, and every cake on its way out.

A thin layer around the reader's app, which itself is not touched; `wsgi` and `asgi` have one of each kind. It asks
the guard who may come in, notes when the app was called, tells how long the app took in the standard
`Server-Timing` response header, keeps what went wrong, and makes the address behind a Jupyter proxy as right as the
plain one.
"""

import sys
from collections import deque
from collections.abc import Callable
from contextvars import ContextVar
from time import perf_counter
from typing import Any

from bakery.mishap import Mishap, quiet
from bakery.shop.guard import Guard

KEPT = 20
"""How many mishaps a shop remembers."""

SORRY = b"Internal Server Error"


class InFlight:
    """An order in flight, from the call of the app to the end of its answer."""

    __slots__ = ("answered", "middleware", "mishap", "start", "trusted")

    def __init__(self, middleware: "Middleware", trusted: bool = True) -> None:
        self.middleware = middleware
        self.trusted = trusted
        self.start = perf_counter()
        self.mishap: Mishap | None = None
        self.answered = False

    def fail(self, error: BaseException) -> None:
        """Keep what went wrong, once, however many layers report it."""
        if self.mishap is None or self.mishap.error is not error:
            self.mishap = Mishap(error)
            self.middleware.keep(error)

    def timing(self, reason: str = "") -> str:
        """The value of the `Server-Timing` header, were the response headers to leave now."""
        milliseconds = (perf_counter() - self.start) * 1000
        value = f'serve;dur={milliseconds:.3f};desc="{self.start:.6f}"'
        reason = reason or (self.mishap.reason if self.mishap and self.trusted else "")
        return f"{value}, error;desc={quoted(reason)}" if reason else value


CURRENT: ContextVar[InFlight | None] = ContextVar("CURRENT", default=None)
"""The order that the running code belongs to. Tasks and threads started by a handler inherit it."""


def _is_a_client_leaving(error: BaseException) -> bool:
    """Whether a framework says no more than that a client has left; its class depends on the framework's version."""
    if isinstance(error, BaseExceptionGroup):
        return all(_is_a_client_leaving(part) for part in error.exceptions)
    return type(error).__name__ in ("ClientDisconnectedError", "ClientDisconnect")


def refused(why: str) -> tuple[list[tuple[str, str]], bytes]:
    """The headers and the body for whoever is not let in: the reason, for a person and for `order`."""
    body = f"{why}\n".encode()
    headers = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", str(len(body))),
        ("X-Content-Type-Options", "nosniff"),
        ("Server-Timing", f"error;desc={quoted(why)}"),
    ]
    return headers, body


def quoted(text: str) -> str:
    """Text as the quoted string of an HTTP header.

    On one line, quotes and backslashes escaped by a backslash, and UTF-8 on the wire: the bytes are given as
    the latin-1 characters in which WSGI passes bytes.
    """
    line = "".join(letter if letter.isprintable() else " " for letter in text)
    escaped = line.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'.encode("utf-8", "replace").decode("latin-1")


class Middleware:
    """What the WSGI and the ASGI middleware share: the kept mishaps and the ear for the frameworks' signals."""

    def __init__(self, guard: Guard | None = None) -> None:
        self.guard = guard or Guard()
        self._kept: deque[str] = deque(maxlen=KEPT)
        self._ears: list[tuple[Any, Callable[..., Any]]] = []

    @property
    def errors(self) -> tuple[str, ...]:
        """The tracebacks of what went wrong, newest last."""
        return tuple(self._kept)

    def keep(self, error: BaseException) -> None:
        """Remember a mishap; frameworks log it no more. A client that leaves is none."""
        report = quiet(error)
        if not _is_a_client_leaving(error):
            self._kept.append(report)

    def note(self, sentence: str) -> None:
        """Remember something that went wrong, in words."""
        self._kept.append(f"{sentence}\n")

    def listen(self) -> None:
        """Hear of the errors that Flask and Quart turn into a response themselves.

        For any app, as an app may hide behind middleware: the order tells whose error it is.
        """
        if flask := sys.modules.get("flask.signals"):
            self._hear(flask.got_request_exception, self._heard)
        if quart := sys.modules.get("quart.signals"):
            # Quart runs a plain function in its thread pool, which may be full of bakers: a coroutine is
            # called where the error is.
            for name in ("request", "websocket", "background", "serving"):
                self._hear(getattr(quart, f"got_{name}_exception"), self._heard_while_awaiting)

    def leave(self) -> None:
        """Hear no more."""
        while self._ears:
            signal, ear = self._ears.pop()
            signal.disconnect(ear)

    def _hear(self, signal: Any, ear: Callable[..., Any]) -> None:  # noqa: ANN401  # blinker's, but not imported
        signal.connect(ear)
        self._ears.append((signal, ear))

    def _heard(self, _app: object, exception: BaseException, **_: object) -> None:
        order = CURRENT.get()
        if order is not None and order.middleware is self:
            order.fail(exception)

    async def _heard_while_awaiting(self, app: object, exception: BaseException, **_: object) -> None:
        self._heard(app, exception)
