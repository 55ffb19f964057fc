"""The third server: an app called in process, where there are neither sockets nor threads, as in a browser.

An order is a call. An ASGI app is awaited in the loop that also runs the cells. A WSGI app has `threads` places,
and a handler that sleeps gives way to the others while it does: a fair model of threads that wait, and of one
thread as well, which is a single place. While a handler computes, nobody else gets a turn, and that is how threads
are on one core anyway.

Every other `time.sleep` stops everybody, as it should: Pyodide's own one lets the event loop go on, so that a
blocked loop could not be shown.
"""

import _thread
import asyncio
import errno
import io
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from functools import wraps
from typing import TYPE_CHECKING, Any, ClassVar, ParamSpec, TypeVar
from urllib.parse import unquote
from weakref import WeakValueDictionary

import httpx

from bakery.shop.hypercorn import HOST, LAST_ORDERS, Server, StartupError
from bakery.shop.middleware import ASGICounter, WSGICounter

if TYPE_CHECKING:
    from bakery.shop.middleware import Message

FIRST_NUMBER = 8001
"""Where shops without a port begin to count: an address is a name here, and the number tells shops apart."""

MODEL = "In the browser, threads are a model: a handler that sleeps gives way to the others."
"""What the first shop with several threads says."""

NO_TAB = (
    "No link here: this shop lives inside the Python of this page, so no browser tab gets there. "
    'Order from a cell instead:  (await shop.client().get("/cake")).text'
)
"""What a link says where there are no ports."""

NO_MODEL = (
    "This browser cannot pause a handler, so all threads of a shop bake one after the other. "
    "A newer Chrome, Edge or Firefox can."
)
"""What it says where threads cannot be modelled."""

Pause = Callable[[Awaitable[Any]], Any]
"""Waits for an awaitable from plain code, while the event loop goes on."""

P = ParamSpec("P")
T = TypeVar("T")


class Threads:
    """Threads, as a model: one call after the other, except that whoever sleeps gives way.

    `pause` waits from plain code; where that is not `possible`, a call that sleeps stops everybody. `block` is the
    true `time.sleep`.
    """

    def __init__(
        self, pause: Pause, block: Callable[[float], None], possible: Callable[[], bool] = lambda: True
    ) -> None:
        self._pause = pause
        self._block = block
        self._possible = possible
        self._inside = False
        self._number = 0
        self._idle = 0.0

    @property
    def overlap(self) -> bool:
        """Whether one call can sleep while another one runs."""
        return self._possible()

    @property
    def gives_way(self) -> bool:
        """Whether the running code is a thread of the model, and may wait while another one runs."""
        return self._inside and self.overlap

    def worked(self) -> float:
        """What `time.thread_time` is: seconds, without those that the running thread slept."""
        return time.perf_counter() - self._idle

    def ident(self) -> int:
        """What `threading.get_ident` is: of the thread of the model that `numbered` told, or the true one."""
        return self._number or _thread.get_ident()

    @contextmanager
    def numbered(self, number: int) -> Iterator[None]:
        """Let what is called here run in the thread of this number."""
        before, self._number = self._number, number
        try:
            yield
        finally:
            self._number = before

    def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a function as a thread of the model would."""
        before, self._inside = self._inside, True
        try:
            return function(*args, **kwargs)
        finally:
            self._inside = before

    def sleep(self, seconds: float) -> None:
        """What `time.sleep` is: other threads get a turn, but only where a thread sleeps."""
        if not self.gives_way:
            before = self.worked()
            self._block(seconds)
            self._idle = time.perf_counter() - before
            return
        if seconds < 0:
            raise ValueError("sleep length must be non-negative")
        self.wait(asyncio.sleep(seconds))

    def wait(self, awaitable: Awaitable[T]) -> T:
        """Wait for an awaitable from plain code. Raises `RuntimeError` where nothing can."""
        if not self.overlap:
            if asyncio.iscoroutine(awaitable):
                awaitable.close()
            raise RuntimeError("This browser cannot wait in plain code. In a cell, write `await` instead.")
        # Others run meanwhile, and theirs may be the loop's own code, which has no threads to give way to.
        before, self._inside = self._inside, False
        number, self._number = self._number, 0
        worked = self.worked()
        try:
            result: T = self._pause(awaitable)
            return result
        finally:
            self._inside, self._number = before, number
            self._idle = time.perf_counter() - worked  # what others did meanwhile is not this thread's work


class Hatch:
    """What a door is where there are no sockets: a number that no other open shop has."""

    _taken: ClassVar[WeakValueDictionary[int, "Hatch"]] = WeakValueDictionary()

    def __init__(self, port: int) -> None:
        """Take a number, any free one for 0. Raises `OSError` for one that is taken."""
        if port in self._taken:
            raise OSError(errno.EADDRINUSE, "number in use")
        self.number = port or next(
            number for number in range(FIRST_NUMBER, 65_536) if number not in self._taken
        )
        self._taken[self.number] = self
        self.server: _InProcess | None = None

    def getsockname(self) -> tuple[str, int]:
        """The address, as a socket tells it."""
        return HOST, self.number

    def close(self) -> None:
        """Give the number back."""
        if self._taken.get(self.number) is self:
            del self._taken[self.number]


def at(url: httpx.URL | str) -> "_InProcess | None":
    """The server of the shop with this address, if it is one of ours and open."""
    url = httpx.URL(url)
    hatch = Hatch._taken.get(url.port or 80) if url.host in (HOST, "localhost") else None
    return hatch.server if hatch and hatch.server and hatch.server.running else None


class _InProcess:
    """What both kinds of app have in common: being open, closed, and the orders in flight."""

    def __init__(self, hatch: Hatch) -> None:
        self._hatch = hatch
        self._open = False
        self._inside: set[asyncio.Task[None]] = set()
        hatch.server = self

    @property
    def running(self) -> bool:
        """Whether it takes orders."""
        return self._open

    @property
    def busy(self) -> bool:
        """Never: whoever asks holds the only thread."""
        return False

    def start(self, startup: float) -> None:  # noqa: ARG002  # a WSGI app has no startup of its own
        """Take orders."""
        self._open = True

    def stop(self, last_orders: float = LAST_ORDERS) -> None:
        """Take no more orders; those in flight end by themselves, or after `last_orders` seconds."""
        self._open = False
        self._hatch.close()
        if not self._inside:
            return
        loop = next(iter(self._inside)).get_loop()
        if not loop.is_closed():
            loop.call_later(last_orders, self._send_home)

    async def handle(self, request: httpx.Request) -> httpx.Response:
        """Answer one request; raises `httpx.ConnectError` when the shop is closed."""
        if not self._open:
            raise httpx.ConnectError("the shop is closed", request=request)
        answer = _Answer()
        body = await request.aread()
        task = asyncio.create_task(self._serve(request, body, answer))
        self._inside.add(task)
        task.add_done_callback(self._inside.discard)
        task.add_done_callback(answer.ended)
        try:
            status, headers = await answer.head
        except BaseException:
            answer.leave(task)
            raise
        return httpx.Response(status, headers=headers, stream=_Stream(answer, task), request=request)

    async def _serve(self, request: httpx.Request, body: bytes, answer: "_Answer") -> None:
        raise NotImplementedError

    def _send_home(self) -> None:
        for task in self._inside:
            task.cancel()


class _Answer:
    """An answer on its way from the app to the client: the head, then one part after the other."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.head: asyncio.Future[tuple[int, list[tuple[bytes, bytes]]]] = loop.create_future()
        self.parts: asyncio.Queue[bytes | None] = asyncio.Queue()
        self.left = asyncio.Event()
        self.complete = False

    def begin(self, status: int, headers: list[tuple[bytes, bytes]]) -> None:
        """Send the head."""
        if not self.head.done():
            self.head.set_result((status, headers))

    def add(self, part: bytes) -> None:
        """Send a part."""
        if part:
            self.parts.put_nowait(part)

    def finish(self) -> None:
        """Say that this was all."""
        self.complete = True
        self.parts.put_nowait(None)

    def ended(self, task: asyncio.Task[None]) -> None:
        """Note that the app has returned, raised or was sent home; an answer may be missing or half."""
        if not task.cancelled():
            task.exception()  # the counter has kept it
        if not self.complete:
            self.parts.put_nowait(None)
        if not self.head.done():
            self.head.set_exception(httpx.RemoteProtocolError("the shop hung up without an answer"))

    def leave(self, task: asyncio.Task[None]) -> None:
        """Note that the client has left; an app that does not notice is sent home as a server would."""
        self.left.set()
        if self.head.done() and not self.head.cancelled():
            self.head.exception()
        else:
            self.head.cancel()
        if not self.complete:
            task.cancel()


class _Stream(httpx.AsyncByteStream):
    """The body, each part as soon as the app has sent it."""

    def __init__(self, answer: _Answer, task: asyncio.Task[None]) -> None:
        self._answer = answer
        self._task = task

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while (part := await self._answer.parts.get()) is not None:
            yield part
        if not self._answer.complete:
            raise httpx.RemoteProtocolError("the shop hung up in the middle of its answer")

    async def aclose(self) -> None:
        self._answer.leave(self._task)


class InProcessWSGI(_InProcess):
    """A WSGI app with a number of places: one order each, at most."""

    def __init__(self, counter: WSGICounter, hatch: Hatch, places: int, threads: Threads) -> None:
        super().__init__(hatch)
        self.counter = counter
        self._places = asyncio.Semaphore(places)
        self._threads = threads

    async def _serve(self, request: httpx.Request, body: bytes, answer: _Answer) -> None:
        async with self._places:
            environ = _environ(request, body)

            def start_response(status: str, headers: list[tuple[str, str]], _: object = None) -> Any:  # noqa: ANN401  # a writer, as WSGI has it
                pairs = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
                answer.begin(int(status.split(" ", 1)[0]), pairs)
                return answer.add

            chunks = self._threads.call(self.counter, environ, start_response)
            try:
                rest: Iterator[bytes] = iter(chunks)
                while (part := self._threads.call(next, rest, None)) is not None:
                    answer.add(part)
                    if not isinstance(chunks, list | tuple):
                        await asyncio.sleep(0)  # who waits for this part gets it before the next one is made
                answer.finish()
            finally:
                if hasattr(chunks, "close"):
                    self._threads.call(chunks.close)


class InProcessASGI(_InProcess):
    """An ASGI app, awaited in the loop that runs the cells."""

    def __init__(self, counter: ASGICounter, hatch: Hatch, threads: Threads) -> None:
        super().__init__(hatch)
        self.counter = counter
        self._threads = threads
        self._life: asyncio.Task[None] | None = None
        self._told: asyncio.Queue[Message] = asyncio.Queue()

    def start(self, startup: float) -> None:
        """Take orders; raises `StartupError` when the app is not ready within `startup` seconds.

        Where plain code cannot wait, the app starts together with its first order.
        """
        self._open = True
        self._told.put_nowait({"type": "lifespan.startup"})
        self._life = asyncio.get_running_loop().create_task(self._live())
        if self._threads.overlap:
            try:
                self._threads.wait(self._opened(startup))
            except BaseException:
                self._open = False
                raise

    def stop(self, last_orders: float = LAST_ORDERS) -> None:
        """Take no more orders, and let the app clear up."""
        super().stop(last_orders)
        self._told.put_nowait({"type": "lifespan.shutdown"})
        if self._life is not None and not self.counter.opened.done():
            self._life.cancel()

    async def _opened(self, startup: float) -> None:
        try:
            async with asyncio.timeout(startup):
                error = await asyncio.wrap_future(self.counter.opened)
        except TimeoutError:
            raise StartupError from None
        if error is not None:
            raise StartupError from error

    async def _live(self) -> None:
        async def send(_message: "Message") -> None:
            return

        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": {}}
        with suppress(Exception, SystemExit, KeyboardInterrupt):  # the counter has kept what went wrong
            await self.counter(scope, self._told.get, send)

    async def _serve(self, request: httpx.Request, body: bytes, answer: _Answer) -> None:
        if not self.counter.opened.done():
            await asyncio.wrap_future(self.counter.opened)
        asked = False

        async def receive() -> "Message":
            nonlocal asked
            if not asked:
                asked = True
                return {"type": "http.request", "body": body, "more_body": False}
            await answer.left.wait()
            return {"type": "http.disconnect"}

        async def send(message: "Message") -> None:
            if message["type"] == "http.response.start":
                answer.begin(
                    message["status"], [(bytes(name), bytes(value)) for name, value in message["headers"]]
                )
            elif message["type"] == "http.response.body":
                answer.add(bytes(message.get("body", b"")))
                if not message.get("more_body", False):
                    answer.finish()

        await self.counter(_scope(request), receive, send)

    def _send_home(self) -> None:
        self.counter.send_home()
        super()._send_home()


def _scope(request: httpx.Request) -> dict[str, Any]:
    raw, _, query = request.url.raw_path.partition(b"?")
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": request.url.scheme,
        "path": unquote(raw.decode("ascii")),
        "raw_path": raw,
        "query_string": query,
        "root_path": "",
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "client": (HOST, 0),
        "server": (HOST, request.url.port or 80),
        "state": {},
        "extensions": {},
    }


def _environ(request: httpx.Request, body: bytes) -> dict[str, Any]:
    raw, _, query = request.url.raw_path.partition(b"?")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote(raw.decode("ascii")).encode("utf-8").decode("latin-1"),
        "QUERY_STRING": query.decode("ascii"),
        "SERVER_NAME": HOST,
        "SERVER_PORT": str(request.url.port or 80),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": HOST,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": request.url.scheme,
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in request.headers.multi_items():
        key = name.upper().replace("-", "_")
        key = key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"
        environ[key] = f"{environ[key]}, {value}" if key in environ else value
    return environ


class Transport(httpx.AsyncBaseTransport):
    """Carries the requests of an `httpx.AsyncClient` to whichever shop has the address."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request. Raises `httpx.ConnectError`, in words, for an address that is none of ours."""
        server = at(request.url)
        if server is None:
            raise httpx.ConnectError(nobody(request.url), request=request)
        return await server.handle(request)


def nobody(url: httpx.URL | str) -> str:
    """Why an address does not answer here."""
    url = httpx.URL(url)
    if url.host in (HOST, "localhost"):
        return f"nobody answers at {url.host}:{url.port or 80}; is the shop open?"
    return f"Python in a browser reaches the shops of this notebook, and no other machine such as {url.host}"


class InProcess:
    """The premises where there are no sockets: shops are called, and never leave this process."""

    nowhere = NO_TAB

    def __init__(self, threads: Threads) -> None:
        self.threads = threads
        self._told = False

    def listen(self, port: int) -> Hatch:
        """A number for a shop. Raises `OSError` for one that is taken."""
        return Hatch(port)

    def wsgi(self, counter: WSGICounter, door: Any, threads: int) -> Server:  # noqa: ANN401  # a hatch of ours
        """A server for a WSGI app; the first one with several threads says once what these are."""
        if threads > 1 and not self._told:
            self._told = True
            print(MODEL if self.threads.overlap else NO_MODEL)  # noqa: T201  # a cell's output
        app: Any = counter._app
        if hasattr(app, "async_to_sync"):  # Flask's own way to its async views would want a loop in a thread
            app.async_to_sync = self._waited
        return InProcessWSGI(counter, door, threads, self.threads)

    def asgi(self, counter: ASGICounter, door: Any) -> Server:  # noqa: ANN401  # a hatch of ours
        """A server for an ASGI app."""
        return InProcessASGI(counter, door, self.threads)

    def _waited(self, view: Callable[..., Awaitable[Any]]) -> Callable[..., Any]:
        """A plain view that waits for an async one, as its thread would."""

        @wraps(view)
        def plain(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  # whatever the view has
            return self.threads.wait(view(*args, **kwargs))

        return plain

    def transport(self) -> Transport:
        """The way from a client to the shops."""
        return Transport()
