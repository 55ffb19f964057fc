"""The third server: an app called in process, where there are neither sockets nor threads, as in a browser.

An order is a call. An ASGI app is awaited in the loop that also runs the cells. A WSGI app has `threads` places,
each of them a thread of the model in `threads`: one thread is a single place.
"""

import asyncio
import errno
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import suppress
from functools import wraps
from typing import TYPE_CHECKING, Any, ClassVar
from weakref import WeakValueDictionary

import httpx

from bakery.loopback import HOST
from bakery.shop.asgi import ASGIMiddleware
from bakery.shop.delivery import CLOSED, Body, Delivery
from bakery.shop.gateway import environ_of, scope_of
from bakery.shop.inprocess_line import InProcessLine
from bakery.shop.inprocess_lines import MOST, Lines
from bakery.shop.premises import Patience, Server, StartupError
from bakery.shop.threads import Threads
from bakery.shop.wsgi import WSGIMiddleware

if TYPE_CHECKING:
    from bakery.shop.asgi_types import Message

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

    def __init__(self, hatch: Hatch, patience: Patience) -> None:
        self._hatch = hatch
        self._patience = patience
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

    def stop(self, last_orders: float | None = None) -> None:
        """Take no more orders; those in flight end by themselves, or after `last_orders` seconds."""
        self._open = False
        self._hatch.close()
        loop = next((task.get_loop() for task in self._visitors()), None)
        if loop is not None and not loop.is_closed():
            loop.call_later(
                self._patience.last_orders if last_orders is None else last_orders, self._send_home
            )

    def _visitors(self) -> Iterable[asyncio.Task[Any]]:
        """Whoever is still inside."""
        return self._inside

    async def handle(self, request: httpx.Request) -> httpx.Response:
        """Answer one request; raises `httpx.ConnectError` when the shop is closed, `httpx.ReadTimeout` when it is late."""
        if not self._open:
            raise httpx.ConnectError(CLOSED)
        answer = Delivery(request.extensions.get("timeout", {}).get("read"))
        body = await request.aread()
        task = asyncio.create_task(self._serve(request, body, answer))
        self._inside.add(task)
        task.add_done_callback(self._inside.discard)
        task.add_done_callback(answer.ended)
        try:
            async with answer.patience():
                status, headers = await answer.head
        except BaseException:
            answer.leave(task)
            raise
        return httpx.Response(status, headers=headers, stream=Body(answer, task))

    async def _serve(self, request: httpx.Request, body: bytes, answer: "Delivery") -> None:
        raise NotImplementedError

    def _send_home(self) -> None:
        for task in self._inside:
            task.cancel()


class InProcessWSGI(_InProcess):
    """A WSGI app with a number of places: one order each, at most."""

    def __init__(
        self, middleware: WSGIMiddleware, hatch: Hatch, places: int, threads: Threads, patience: Patience
    ) -> None:
        super().__init__(hatch, patience)
        self._middleware = middleware
        self._places = asyncio.Semaphore(places)
        self._threads = threads

    async def _serve(self, request: httpx.Request, body: bytes, answer: Delivery) -> None:
        async with self._places:
            environ = environ_of(request, body)

            def start_response(status: str, headers: list[tuple[str, str]], _: object = None) -> Any:  # noqa: ANN401  # a writer, as WSGI has it
                pairs = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
                answer.begin(int(status.split(" ", 1)[0]), pairs)
                return answer.add

            chunks = self._threads.call(self._middleware, environ, start_response)
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

    def __init__(
        self, middleware: ASGIMiddleware, hatch: Hatch, threads: Threads, patience: Patience
    ) -> None:
        super().__init__(hatch, patience)
        self._middleware = middleware
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

    def stop(self, last_orders: float | None = None) -> None:
        """Take no more orders, and let the app clear up."""
        self._middleware.closing(self._patience.last_orders if last_orders is None else last_orders)
        super().stop(last_orders)
        self._told.put_nowait({"type": "lifespan.shutdown"})
        if self._life is not None and not self._middleware.opened.done():
            self._life.cancel()

    def _visitors(self) -> Iterable[asyncio.Task[Any]]:
        return (*super()._visitors(), *self._middleware.in_flight)

    async def _opened(self, startup: float) -> None:
        try:
            async with asyncio.timeout(startup):
                error = await self._middleware.startup()
        except TimeoutError:
            raise StartupError from None
        if error is not None:
            raise StartupError from error

    async def _live(self) -> None:
        async def send(_message: "Message") -> None:
            return

        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": {}}
        with suppress(Exception, SystemExit, KeyboardInterrupt):  # the middleware has kept what went wrong
            await self._middleware(scope, self._told.get, send)

    async def _serve(self, request: httpx.Request, body: bytes, answer: Delivery) -> None:
        if not self._middleware.opened.done():
            await self._middleware.startup()
        if self._middleware.in_vain:
            answer.refuse(CLOSED)
            return
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
                await answer.room()

        await self._middleware(scope_of(request), receive, send)

    def _send_home(self) -> None:
        self._middleware.send_home()
        super()._send_home()


class Transport(httpx.AsyncBaseTransport):
    """Carries the requests of an `httpx.AsyncClient` to whichever shop has the address, on connections of its own."""

    def __init__(self, most: int = MOST) -> None:
        self._lines = Lines(most)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request. Raises `httpx.ConnectError`, in words, for an address that is none of ours."""
        return await self._lines.ask(request, self._answer)

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        server = at(request.url)
        if server is None:
            raise httpx.ConnectError(nobody(request.url))
        return await server.handle(request)


class Caller:
    """A customer, as `order` calls them, of a shop that is called: there is no connection to be refused."""

    refusal = ""
    shares_the_loop = True

    def __init__(self, request: httpx.Request) -> None:
        self.answer: httpx.Response | None = None
        self._request = request
        self._ear: Callable[[bytes], bool] | None = None

    async def open(self, deadline: float, seconds: float) -> None:
        """Nothing is between the customer and the counter."""

    async def ask(self) -> bool:
        """Call the shop: False where an ear has heard enough. Raises `ConnectionError` when nobody answers there."""
        server = at(self._request.url)
        if not server:
            raise ConnectionError(nobody(self._request.url))
        response = await server.handle(self._request)
        try:
            self.answer = response
            async for part in response.aiter_raw():
                if self._ear is not None and self._ear(part):
                    return False
            return True
        finally:
            await response.aclose()

    def listen(self, ear: Callable[[bytes], bool]) -> None:
        """Let an ear hear the parts of the answer to come; True says that it is enough."""
        self._ear = ear

    def leave(self) -> None:
        """Nothing is left open: the answer's own end closes it."""

    def why(self, problem: Exception) -> str:
        """Why there was no answer, or only a part of one."""
        return str(problem)


def nobody(url: httpx.URL | str) -> str:
    """Why an address does not answer here."""
    url = httpx.URL(url)
    if url.host in (HOST, "localhost"):
        return f"nobody answers at {url.host}:{url.port or 80}; is the shop open?"
    return f"Python in a browser reaches the shops of this notebook, and no other machine such as {url.host}"


class InProcess:
    """The premises where there are no sockets: shops are called, and never leave this process."""

    nowhere = NO_TAB

    def __init__(self, threads: Threads, patience: Patience | None = None) -> None:
        self.threads = threads
        self._patience = patience or Patience()
        self._told = False

    def listen(self, port: int) -> Hatch:
        """A number for a shop. Raises `OSError` for one that is taken."""
        return Hatch(port)

    def wsgi(self, middleware: WSGIMiddleware, door: Any, threads: int) -> Server:  # noqa: ANN401  # a hatch of ours
        """A server for a WSGI app; the first one with several threads says once what these are."""
        if threads > 1 and not self._told:
            self._told = True
            print(MODEL if self.threads.overlap else NO_MODEL)  # noqa: T201  # a cell's output
        app: Any = middleware.app
        if hasattr(app, "async_to_sync"):  # Flask's own way to its async views would want a loop in a thread
            app.async_to_sync = self._waited
        return InProcessWSGI(middleware, door, threads, self.threads, self._patience)

    def asgi(self, middleware: ASGIMiddleware, door: Any) -> Server:  # noqa: ANN401  # a hatch of ours
        """A server for an ASGI app."""
        return InProcessASGI(middleware, door, self.threads, self._patience)

    def _waited(self, view: Callable[..., Awaitable[Any]]) -> Callable[..., Any]:
        """A plain view that waits for an async one, as its thread would."""

        @wraps(view)
        def plain(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  # whatever the view has
            return self.threads.wait(view(*args, **kwargs))

        return plain

    def transport(self) -> Transport:
        """The way from a client to the shops."""
        return Transport()

    def customer(self, request: httpx.Request) -> "Caller":
        """Whoever brings a request to the shop with that address."""
        return Caller(request)

    def line(self, middleware: ASGIMiddleware, port: int, path: str) -> InProcessLine:
        """A guest's way to the app."""
        return InProcessLine(middleware, f"http://{HOST}:{port}", path)
