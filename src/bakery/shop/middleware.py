"""The counter: where every order passes on its way into the app, and every cake on its way out.

A thin layer of WSGI or ASGI around the reader's app, which itself is not touched. It notes when the app was
called, tells how long the app took in the standard `Server-Timing` response header, keeps what went wrong,
and makes the address behind a Jupyter proxy as right as the plain one.
"""

import asyncio
import sys
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Iterator, MutableMapping
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from contextvars import ContextVar
from time import perf_counter
from types import TracebackType
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from bakery.mishap import Mishap, quiet

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApplication = Callable[[Scope, Receive, Send], Awaitable[None]]

KEPT = 20
"""How many mishaps a counter remembers."""

SORRY = b"Internal Server Error"
CLOSED = "the shop was closed"


class Visit:
    """One order at the counter, from the call of the app to the end of its answer."""

    __slots__ = ("answered", "counter", "mishap", "start")

    def __init__(self, counter: "Counter") -> None:
        self.counter = counter
        self.start = perf_counter()
        self.mishap: Mishap | None = None
        self.answered = False

    def fail(self, error: BaseException) -> None:
        """Keep what went wrong, once, however many layers report it."""
        if self.mishap is None or self.mishap.error is not error:
            self.mishap = Mishap(error)
            self.counter.keep(error)

    def timing(self, reason: str = "") -> str:
        """The value of the `Server-Timing` header, were the response headers to leave now."""
        milliseconds = (perf_counter() - self.start) * 1000
        value = f'serve;dur={milliseconds:.3f};desc="{self.start:.6f}"'
        reason = reason or (self.mishap.reason if self.mishap else "")
        return f"{value}, error;desc={quoted(reason)}" if reason else value


VISIT: ContextVar[Visit | None] = ContextVar("VISIT", default=None)
"""The visit that the running code belongs to. Tasks and threads started by a handler inherit it."""


def quoted(text: str) -> str:
    """Text as the quoted string of an HTTP header.

    On one line, quotes and backslashes escaped by a backslash, and UTF-8 on the wire: the bytes are given as
    the latin-1 characters in which WSGI passes bytes.
    """
    line = "".join(letter if letter.isprintable() else " " for letter in text)
    escaped = line.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'.encode("utf-8", "replace").decode("latin-1")


class Counter:
    """What the WSGI and the ASGI counter share: the kept mishaps and the ear for the frameworks' signals."""

    def __init__(self, prefix: str = "") -> None:
        # Servers hand over decoded paths. The proxy, however, escapes once more what was escaped already.
        self._prefixes = tuple({prefix, unquote(prefix)} - {""})
        self._kept: deque[str] = deque(maxlen=KEPT)
        self._ears: list[tuple[Any, Callable[..., Any]]] = []

    @property
    def errors(self) -> tuple[str, ...]:
        """The tracebacks of what went wrong, newest last."""
        return tuple(self._kept)

    def moved(self, path: str) -> str:
        """What of a path the proxy has put before it, or ""."""
        return next((prefix for prefix in self._prefixes if f"{path}/".startswith(f"{prefix}/")), "")

    def keep(self, error: BaseException) -> None:
        """Remember a mishap; frameworks log it no more."""
        self._kept.append(quiet(error))

    def listen(self) -> None:
        """Hear of the errors that Flask and Quart turn into a response themselves.

        For any app, as an app may hide behind middleware: the visit tells whose error it is.
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
        visit = VISIT.get()
        if visit is not None and visit.counter is self:
            visit.fail(exception)

    async def _heard_while_awaiting(self, app: object, exception: BaseException, **_: object) -> None:
        self._heard(app, exception)


class WSGICounter(Counter):
    """The counter in front of a WSGI app."""

    def __init__(self, app: "WSGIApplication", prefix: str = "") -> None:
        super().__init__(prefix)
        self._app = app

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer one order."""
        self._move(environ)
        visit = Visit(self)
        token = VISIT.set(visit)
        answer = _Answer(visit, start_response)
        try:
            body = self._app(environ, answer.start)
            return answer.stamp(body)
        except BaseException as error:  # a sys.exit() in a handler is the reader's mishap too
            visit.fail(error)
            if visit.answered:
                raise
            return answer.sorry()
        finally:
            VISIT.reset(token)

    def _move(self, environ: "WSGIEnvironment") -> None:
        # WSGI passes the bytes of a path as latin-1 characters.
        path = environ.get("PATH_INFO", "").encode("latin-1").decode("utf-8", "replace")
        if moved := self.moved(path):
            script = moved.encode().decode("latin-1")
            environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + script
            environ["PATH_INFO"] = environ["PATH_INFO"][len(script) :] or "/"


ExcInfo = tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None]


class _Answer:
    """The answer to one WSGI order; its headers are held back until the app is done with them."""

    def __init__(self, visit: Visit, start_response: "StartResponse") -> None:
        self._visit = visit
        self._start_response = start_response
        self._held: tuple[str, list[tuple[str, str]]] | None = None
        self._exc_info: ExcInfo | None = None
        self._write: Callable[[bytes], object] | None = None

    def start(
        self, status: str, headers: list[tuple[str, str]], exc_info: ExcInfo | None = None, /
    ) -> Callable[[bytes], object]:
        """Hold status and headers back; the `start_response` that the app is given."""
        if self._visit.answered:  # the app changes its mind: only the server can say whether it is too late
            return self._start_response(status, headers, exc_info)
        self._held, self._exc_info = (status, list(headers)), exc_info
        return self._write_at_once

    def stamp(self, body: Iterable[bytes]) -> Iterable[bytes]:
        """The body, once the headers are known and on their way."""
        if self._held is not None or self._visit.answered:
            self._let_go()
            # A list cannot fail on its way out, and a file is for the server to send in its own manner.
            plain = isinstance(body, list | tuple) or hasattr(body, "prepare")
            return body if plain else _Body(body, self._visit)
        # A generator calls start_response when it is asked for its first chunk.
        chunks = _Body(body, self._visit)
        try:
            first = next(chunks, b"")
        except BaseException:
            chunks.close()
            raise
        self._let_go()
        chunks.put_back(first)
        return chunks

    def sorry(self) -> Iterable[bytes]:
        """The answer to an order that the app failed."""
        plain = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(SORRY)))]
        self._held = ("500 Internal Server Error", plain)
        self._let_go()
        return [SORRY]

    def _let_go(self) -> None:
        if self._visit.answered or self._held is None:
            return
        status, headers = self._held
        own = [value for name, value in headers if name.lower() == "server-timing"]
        rest = [(name, value) for name, value in headers if name.lower() != "server-timing"]
        timing = ", ".join([*own, self._visit.timing()])
        self._visit.answered = True
        self._write = self._start_response(status, [*rest, ("Server-Timing", timing)], self._exc_info)

    def _write_at_once(self, data: bytes) -> object:
        self._let_go()
        assert self._write is not None  # noqa: S101  # for the type checker: _let_go has set it
        return self._write(data)


class _Body(Iterator[bytes]):
    """A body on its way out, chunk by chunk; what fails on the way is kept."""

    def __init__(self, body: Iterable[bytes], visit: Visit) -> None:
        self._body = body
        self._chunks = iter(body)
        self._visit = visit
        self._first = b""

    def put_back(self, chunk: bytes) -> None:
        self._first = chunk

    def __next__(self) -> bytes:
        if self._first:
            first, self._first = self._first, b""
            return first
        try:
            return next(self._chunks)
        except StopIteration:
            raise
        except BaseException as error:
            self._visit.fail(error)
            raise

    def close(self) -> None:
        if close := getattr(self._body, "close", None):
            close()


class ASGICounter(Counter):
    """The counter in front of an ASGI app; `opened` holds the error of a failed startup, or None."""

    def __init__(self, app: ASGIApplication, prefix: str = "") -> None:
        super().__init__(prefix)
        self._app = app
        self._visits: set[asyncio.Task[Any]] = set()
        self.opened: Future[BaseException | None] = Future()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one order, hold one websocket, or live through startup and shutdown."""
        visit = Visit(self)
        token = VISIT.set(visit)
        try:
            if scope["type"] == "lifespan":
                await self._live(visit, scope, receive, send)
            else:
                await self._attend(visit, scope, receive, send)
        finally:
            VISIT.reset(token)

    def send_home(self) -> None:
        """End the orders and websockets that are still open."""
        for task in self._visits:
            task.cancel()

    async def _attend(self, visit: Visit, scope: Scope, receive: Receive, send: Send) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  # for the type checker: a server awaits in a task

        async def stamped(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": _timed(message.get("headers", ()), visit)}
                visit.answered = True
            await send(message)

        self._visits.add(task)
        try:
            await self._app(self._move(scope), receive, stamped)
        except asyncio.CancelledError:
            if scope["type"] == "http" and not visit.answered:
                await _apologise(send, 503, visit, CLOSED)
            raise
        except (Exception, SystemExit, KeyboardInterrupt) as error:
            visit.fail(error)
            if scope["type"] == "http" and not visit.answered:
                await _apologise(send, 500, visit)
            elif isinstance(error, Exception):
                raise
        finally:
            self._visits.discard(task)

    def _move(self, scope: Scope) -> Scope:
        path = scope["path"]
        moved = self.moved(path)
        if not moved:
            return scope
        # In ASGI the path keeps what the root path says.
        return {**scope, "root_path": moved, "path": path if path != moved else f"{path}/"}

    async def _live(self, visit: Visit, scope: Scope, receive: Receive, send: Send) -> None:
        async def told(message: Message) -> None:
            if message["type"] == "lifespan.startup.complete":
                self._open(None)
            elif message["type"] == "lifespan.startup.failed":
                # Frameworks tell of the failure while they handle it, and pass on no more than its text.
                self._open(sys.exc_info()[1] or RuntimeError(message.get("message", "")))
            elif message["type"] == "lifespan.shutdown.failed" and (error := sys.exc_info()[1]):
                visit.fail(error)
            await send(message)

        try:
            await self._app(scope, receive, told)
        except (SystemExit, KeyboardInterrupt, asyncio.CancelledError) as error:
            self._open(error)
            raise
        finally:
            # An app that knows nothing of startup says so by raising, or returns at once: it is open.
            self._open(None)

    def _open(self, error: BaseException | None) -> None:
        with suppress(InvalidStateError):
            self.opened.set_result(error)


def _timed(
    headers: Iterable[tuple[bytes, bytes]], visit: Visit, reason: str = ""
) -> list[tuple[bytes, bytes]]:
    pairs = list(headers)
    own = [value.decode("latin-1") for name, value in pairs if name.lower() == b"server-timing"]
    rest = [(name, value) for name, value in pairs if name.lower() != b"server-timing"]
    return [*rest, (b"server-timing", ", ".join([*own, visit.timing(reason)]).encode("latin-1"))]


async def _apologise(send: Send, status: int, visit: Visit, reason: str = "") -> None:
    body = reason.encode() or SORRY
    plain = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"%d" % len(body))]
    visit.answered = True
    await send({"type": "http.response.start", "status": status, "headers": _timed(plain, visit, reason)})
    await send({"type": "http.response.body", "body": body})
