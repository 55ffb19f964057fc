"""Customers: one order each, on a connection of its own that is opened ahead.

httpx has written the request; h11, the engine that httpx and Hypercorn have below them, puts it on the wire and
reads the answer. Everything that can be done before the clock starts is done before: the request is bytes by then.
"""

import asyncio
import errno
import functools
import os
import socket
import ssl
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import NamedTuple, Protocol

import h11
import httpx

LONGEST_HEAD = 100 * 1024
"""Bytes that the head of an answer may have, as in httpx."""


LONGEST_PART = 1024 * 1024
"""Bytes of a part that are kept until it is whole; a longer one is heard in pieces."""

KEPT_FREE = 16
"""Descriptors that a crowd leaves to others: a server wants some for itself, and so does whoever opens a file."""

DESK = 8 * 1024
"""Bytes that are read at a time: most answers, whole."""


class Head(Protocol):
    """The head of an answer; the names of its headers are in lower case."""

    @property
    def status_code(self) -> int:
        """Like 200."""

    @property
    def headers(self) -> Mapping[str, str]:
        """One value for each name; several of one name are joined by commas."""


class ReceivedHead(NamedTuple):
    """A head as it came over a connection."""

    status_code: int
    headers: dict[str, str]


Ear = Callable[[bytes], bool]
"""Hears each part of an answer when it has come; True says that it is enough."""


class Customer(Protocol):
    """Somebody with one order."""

    @property
    def refusal(self) -> str:
        """Why nobody could let this one in; empty otherwise."""

    @property
    def answer(self) -> Head | None:
        """What has been answered so far."""

    @property
    def shares_the_loop(self) -> bool:
        """Whether the shop runs in the customers' own event loop, and may hold it up."""

    async def open(self, deadline: float, seconds: float) -> None:
        """Come to the counter, by the loop's time `deadline`, which is `seconds` away."""

    async def ask(self) -> bool:
        """Order, and wait for the whole answer (True), or until an ear has heard enough of it (False).

        Raises any exception where there is none.
        """

    def listen(self, ear: Ear) -> None:
        """Let an ear hear the parts of the answer to come."""

    def leave(self) -> None:
        """Go at once; safe to call twice."""

    def why(self, problem: Exception) -> str:
        """Why there was no answer, or only a part of one."""


class Connection(asyncio.BufferedProtocol):
    """A customer at the counter of a real server."""

    shares_the_loop = False

    def __init__(self, request: httpx.Request) -> None:
        self.refusal = ""
        self.answer: ReceivedHead | None = None
        self._url = request.url
        self._engine = h11.Connection(h11.CLIENT, max_incomplete_event_size=LONGEST_HEAD)
        self._letter = _letter(self._engine, request)
        self._transport: asyncio.Transport | None = None
        self._desk = bytearray(DESK)
        self._done: asyncio.Future[None] | None = None
        self._problem: Exception | None = None
        self._heard = self._hung_up = self._enough = False
        self._ear: Ear | None = None
        self._part = bytearray()

    async def open(self, deadline: float, seconds: float) -> None:
        """Connect; a refusal is kept, to be told as this order's fate."""
        url = self._url
        secure = _certificates() if url.scheme == "https" else None
        port = url.port or (443 if secure else 80)
        loop = asyncio.get_running_loop()
        self._done = loop.create_future()
        try:
            async with asyncio.timeout_at(deadline):
                await loop.create_connection(lambda: self, url.host, port, ssl=secure)
        except TimeoutError:
            self.refusal = f"no connection to {url.host}:{port} within {seconds:g} s"
        except ssl.SSLError:
            plain = str(url.copy_with(scheme="http", raw_path=b"/")).rstrip("/")
            self.refusal = f"{url.host}:{port} speaks http, not https. Did you mean:  {plain}"
        except socket.gaierror:
            self.refusal = f"no machine is called {url.host}, as far as this one knows"
        except OSError as problem:
            self.refusal = f"nobody answers at {url.host}:{port} ({_words(problem)}); is the shop open?"

    async def ask(self) -> bool:
        """Send the request and wait for the answer. Raises `ConnectionError`, `OSError` or h11's errors."""
        if self._transport is None or self._done is None:
            raise ConnectionError(self.refusal)
        self._transport.write(self._letter)
        await self._done
        if self._problem:
            raise self._problem
        return not self._enough

    def listen(self, ear: Ear) -> None:
        """Let an ear hear the parts of the answer to come."""
        self._ear = ear

    def leave(self) -> None:
        """Close at once; safe to call twice."""
        if self._transport:
            self._transport.abort()

    def why(self, problem: Exception) -> str:
        """Why there was no answer, or only a part of one."""
        if self._hung_up:
            return "the shop hung up " + (
                "in the middle of its answer" if self._heard else "without an answer"
            )
        if isinstance(problem, h11.RemoteProtocolError):
            return f"the answer is not HTTP ({problem})"
        if isinstance(problem, OSError):
            return f"the connection broke ({_words(problem)})"
        return f"{type(problem).__name__}: {problem}"

    # What the event loop calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The way is open."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101  # for the type checker: it is a stream
        self._transport = transport

    def get_buffer(self, sizehint: int) -> bytearray:  # noqa: ARG002  # the loop suggests, we have what we have
        """Where the next part of the answer goes."""
        return self._desk

    def buffer_updated(self, nbytes: int) -> None:
        """A part of the answer is here."""
        self._heard = True
        self._read(bytes(self._desk[:nbytes]))

    def eof_received(self) -> None:
        """Nothing more comes; that is the end of an answer which does not tell its length."""
        if self._done and not self._done.done():
            self._hung_up = True
            self._read(b"")

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone, by whoever's doing."""
        self._end(exc or ConnectionError("the connection was closed"))

    def _read(self, data: bytes) -> None:
        try:
            self._engine.receive_data(data)
            while (event := self._engine.next_event()) is not h11.NEED_DATA:
                if isinstance(event, h11.Response):
                    self.answer = _answer(event)
                elif isinstance(event, h11.Data) and self._ear:
                    self._hear(event, self._ear)
                elif isinstance(event, h11.EndOfMessage):
                    self._end(None)
                    return
                elif event is h11.PAUSED or isinstance(event, h11.ConnectionClosed):
                    return
        except h11.RemoteProtocolError as problem:
            self._end(problem)

    def _hear(self, event: h11.Data, ear: Ear) -> None:
        """A part is a chunk, where the app sends chunks: a network may cut one in two."""
        chunked = self.answer is not None and "transfer-encoding" in self.answer.headers
        self._part += event.data
        if chunked and not event.chunk_end and len(self._part) < LONGEST_PART:
            return
        part, self._part = bytes(self._part), bytearray()
        if ear(part):
            self._enough = True
            self._end(None)

    def _end(self, problem: Exception | None) -> None:
        if self._done and not self._done.done():
            self._problem = problem
            self._done.set_result(None)


def _letter(engine: h11.Connection, request: httpx.Request) -> bytes:
    """The request as it goes over the wire; the engine knows from then on that an answer may come."""
    head = h11.Request(method=request.method, target=request.url.raw_path, headers=request.headers.raw)
    parts = [engine.send(head), engine.send(h11.Data(request.read())), engine.send(h11.EndOfMessage())]
    return b"".join(part for part in parts if part)


def _answer(event: h11.Response) -> ReceivedHead:
    headers: dict[str, str] = {}
    for name, value in event.headers:
        key, text = name.decode("ascii"), _text(value)
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return ReceivedHead(event.status_code, headers)


def _text(octets: bytes) -> str:
    """Headers are ASCII by the book, and UTF-8 or latin-1 in life; every sequence of octets is latin-1."""
    try:
        return octets.decode()
    except UnicodeDecodeError:
        return octets.decode("latin-1")


@functools.cache
def _certificates() -> ssl.SSLContext:
    return ssl.create_default_context()


@contextmanager
def some_files_kept_free() -> Iterator[None]:
    """Leave a few descriptors to whoever serves: a crowd may take all others that this process is allowed to have."""
    kept: list[int] = []
    try:
        with suppress(OSError):
            kept += (os.open(os.devnull, os.O_RDONLY) for _ in range(KEPT_FREE))
        yield
    finally:
        for descriptor in kept:
            os.close(descriptor)


def _words(problem: OSError) -> str:
    """An operating system's reason in plain words: "connection refused", "too many open files"."""
    if problem.errno == errno.EMFILE and sys.platform != "win32":
        import resource

        most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        return f"too many open files: this process may have {most:,}, and an order at a shop of its own takes two"
    return os.strerror(problem.errno).lower() if problem.errno else str(problem) or type(problem).__name__
