"""An answer on its way from an app that is called in process to the client who reads it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

MOST = 4 * 1024 * 1024
"""Bytes on their way at which an app waits at its next part, as it does where a connection's buffers are full."""

CLOSED = "the shop is closed"
"""What a client hears who comes too late."""

NOTICING = 0.1
"""Seconds in which an app may notice by itself that its client has left."""


class Delivery:
    """An answer on its way from the app to the client: the head, then one part after the other.

    `seconds` is how long the client waits for the head, and for each part: the read time-out of httpx.
    """

    def __init__(self, seconds: float | None = None) -> None:
        loop = asyncio.get_running_loop()
        self._seconds = seconds
        self.head: asyncio.Future[tuple[int, list[tuple[bytes, bytes]]]] = loop.create_future()
        self.parts: asyncio.Queue[bytes | None] = asyncio.Queue()
        self.left = asyncio.Event()
        self.complete = False
        self._on_the_way = 0
        self._room = asyncio.Event()
        self._room.set()

    @asynccontextmanager
    async def patience(self) -> AsyncIterator[None]:
        """Wait no longer than the client's read time-out allows, as on a connection. Raises `httpx.ReadTimeout`."""
        limit = asyncio.timeout(self._seconds)
        try:
            async with limit:
                yield
        except TimeoutError:
            if not limit.expired():
                raise
            raise httpx.ReadTimeout("") from None  # without words, as on a connection

    def begin(self, status: int, headers: list[tuple[bytes, bytes]]) -> None:
        """Send the head."""
        if not self.head.done():
            self.head.set_result((status, headers))

    def refuse(self, why: str) -> None:
        """Send nothing, as nobody is there who could: the client hears why, as of a connection that was refused."""
        if not self.head.done():
            self.head.set_exception(httpx.ConnectError(why))

    def add(self, part: bytes) -> None:
        """Send a part."""
        if part:
            self.parts.put_nowait(part)
            self._count(len(part))

    def taken(self, part: bytes) -> None:
        """Note that the client has read a part."""
        self._count(-len(part))

    async def room(self) -> None:
        """Wait until the client has read enough for another part, or has left."""
        await self._room.wait()

    def _count(self, size: int) -> None:
        self._on_the_way += size
        if self._on_the_way < MOST:
            self._room.set()
        else:
            self._room.clear()

    def finish(self) -> None:
        """Say that this was all."""
        self.complete = True
        self.parts.put_nowait(None)

    def ended(self, task: asyncio.Task[None]) -> None:
        """Note that the app has returned, raised or was sent home; an answer may be missing or half."""
        if not task.cancelled():
            task.exception()  # the middleware has kept it
        if not self.complete:
            self.parts.put_nowait(None)
        if not self.head.done():
            self.head.set_exception(httpx.RemoteProtocolError("the shop hung up without an answer"))

    def leave(self, task: asyncio.Task[object]) -> None:
        """Note that the client has left; an app that does not notice is sent home.

        Not at once: an app that is cancelled before it has heard of it has no time to end its own handler.
        """
        self.left.set()
        self._room.set()
        if self.head.done() and not self.head.cancelled():
            self.head.exception()
        else:
            self.head.cancel()
        if not self.complete:
            asyncio.get_running_loop().call_later(NOTICING, task.cancel)


class Body(httpx.AsyncByteStream):
    """The body, each part as soon as the app has sent it."""

    def __init__(self, answer: Delivery, task: asyncio.Task[None]) -> None:
        self._answer = answer
        self._task = task

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while (part := await self._next()) is not None:
            self._answer.taken(part)
            yield part
        if not self._answer.complete:
            raise httpx.RemoteProtocolError("the shop hung up in the middle of its answer")

    async def _next(self) -> bytes | None:
        async with self._answer.patience():
            return await self._answer.parts.get()

    async def aclose(self) -> None:
        """Note that the client has read all it wants."""
        self._answer.leave(self._task)
