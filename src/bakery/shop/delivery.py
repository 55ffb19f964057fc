"""An answer on its way from an app that is called in process to the client who reads it."""

import asyncio
from collections.abc import AsyncIterator

import httpx


class Delivery:
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
            task.exception()  # the middleware has kept it
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


class Body(httpx.AsyncByteStream):
    """The body, each part as soon as the app has sent it."""

    def __init__(self, answer: Delivery, task: asyncio.Task[None]) -> None:
        self._answer = answer
        self._task = task

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while (part := await self._answer.parts.get()) is not None:
            yield part
        if not self._answer.complete:
            raise httpx.RemoteProtocolError("the shop hung up in the middle of its answer")

    async def aclose(self) -> None:
        """Note that the client has read all it wants."""
        self._answer.leave(self._task)
