"""The ways of httpx's requests in a browser: each client has connections of its own to the shops, which are called."""

import asyncio
from contextvars import ContextVar
from typing import Any
from weakref import WeakKeyDictionary

import httpx

from bakery.shop.inprocess import Transport
from bakery.shop.threads import Threads

_BEHIND_PLAIN: ContextVar[bool] = ContextVar("behind a plain request", default=False)
"""Whether this code answers a plain request: what it asks plainly itself cannot wait for that."""


async def nothing_to_close(*_: object) -> None:
    """What closing a transport is where it has opened nothing."""


class Ways:
    """What the transports of httpx do here in place of opening sockets."""

    def __init__(self, threads: Threads) -> None:
        self._threads = threads
        self._of: WeakKeyDictionary[Any, Transport] = WeakKeyDictionary()
        self._loop_held = asyncio.Lock()

    async def handle(self, transport: Any, request: httpx.Request) -> httpx.Response:  # noqa: ANN401  # either of httpx's
        """Answer a request of the client whose transport this is."""
        own = self._of.get(transport)
        if own is None:
            own = self._of[transport] = Transport(transport._pool._max_connections)
        return await own.handle_async_request(request)

    def handle_plainly(self, transport: Any, request: httpx.Request) -> httpx.Response:  # noqa: ANN401  # as above
        """Answer a request of a plain client, with all of its body.

        On a machine such a client keeps the loop from turning, so no other plain one gets to ask meanwhile. Here the
        shop is in that very loop, which has to turn; but who asks plainly still waits for whoever does, except in a
        thread of the model.
        """
        if self._threads.gives_way or _BEHIND_PLAIN.get():
            return self._threads.wait(self._whole(transport, request))
        return self._threads.wait(self._alone(transport, request))

    async def _alone(self, transport: Any, request: httpx.Request) -> httpx.Response:  # noqa: ANN401  # as above
        async with self._loop_held:
            _BEHIND_PLAIN.set(True)  # in the context of this task, and of those that answer it
            return await self._whole(transport, request)

    async def _whole(self, transport: Any, request: httpx.Request) -> httpx.Response:  # noqa: ANN401  # as above
        answer = await self.handle(transport, request)
        body = await answer.aread()
        await answer.aclose()
        return httpx.Response(answer.status_code, headers=answer.headers, content=body, request=request)
