"""An answer that leaves before its request was read to the end.

Hypercorn hangs up after such an answer, as what is still to come would be taken for the next request on the connection.
It does not say so: a client that keeps its connections sends its next request on this one, and hears now and then no
more than that the server has disconnected.
"""

import asyncio
from collections import deque
from contextlib import suppress

from bakery.shop.asgi_types import Message, Receive, Scope, Send

A_MOMENT = 0.1
"""Seconds that an answer waits for the rest of its request, which mostly is on its way right behind the head."""

MOST = 64 * 1024
"""Bytes of a request that are kept for an app which has begun to answer and may read them later."""

CLOSE = (b"connection", b"close")
"""What RFC 9112, 9.6, has for a connection that ends with this answer."""


class Reading:
    """What a server hands to an app to receive a request and to send its answer, for one order."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self._kept: deque[Message] = deque()
        self._listeners = 0
        self._read = asyncio.Event()
        if scope["type"] != "http" or not any(_tells_of_a_body(*header) for header in scope["headers"]):
            self._read.set()

    async def receive(self) -> Message:
        """Pass on what has come, or comes next."""
        return self._kept.popleft() if self._kept else await self._next()

    async def send(self, message: Message) -> None:
        """Pass on what leaves; before the head, wait a moment for the rest of the request, or say that this is all."""
        if message["type"] == "http.response.start" and not self._read.is_set():
            await self._read_on()
            if not self._read.is_set():
                message = {**message, "headers": [*message.get("headers", ()), CLOSE]}
        await self._send(message)

    async def _next(self) -> Message:
        self._listeners += 1
        try:
            message = await self._receive()
        finally:
            self._listeners -= 1
        if not message.get("more_body"):
            self._read.set()
        return message

    async def _read_on(self) -> None:
        room = MOST
        with suppress(TimeoutError):
            async with asyncio.timeout(A_MOMENT):
                if self._listeners:  # a framework listens beside the handler
                    await self._read.wait()
                while not self._read.is_set() and room > 0:
                    self._kept.append(message := await self._next())
                    room -= len(message.get("body", b""))


def _tells_of_a_body(name: bytes, value: bytes) -> bool:
    return name.lower() == b"transfer-encoding" or (
        name.lower() == b"content-length" and value.strip() != b"0"
    )
