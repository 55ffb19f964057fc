"""The connections of a client of httpx where there are no sockets: so many at most, each kept, and each with a number.

A shop that is called needs no connection. But how many there may be, who waits for one, and for how long, is part of what
httpx promises, so it holds here as well. The patience for an answer is that of `bakery.shop.delivery`.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import count

import httpx

MOST = 100
"""Connections that a client of httpx has unless told otherwise."""

NUMBERS = count(50_001)
"""The caller's ports: another one for each connection."""

Ask = Callable[[httpx.Request], Awaitable[httpx.Response]]
"""How a request is answered; the body may be read later."""


class Lines:
    """The connections of one client. An order that is under way has one to itself, until its answer is read or closed."""

    def __init__(self, most: int = MOST) -> None:
        self._places = asyncio.Semaphore(most)
        self._kept: list[int] = []

    async def ask(self, request: httpx.Request, answer: Ask) -> httpx.Response:
        """The answer to a request, on a connection of its own. Raises `httpx.PoolTimeout`."""
        patience: dict[str, float | None] = request.extensions.get("timeout", {})
        try:
            async with asyncio.timeout(patience.get("pool")):
                await self._places.acquire()
        except TimeoutError:
            raise httpx.PoolTimeout("", request=request) from None
        number = self._kept.pop() if self._kept else next(NUMBERS)
        request.extensions["client_port"] = number
        try:
            came = await answer(request)
        except BaseException:
            self._places.release()
            raise
        body = _Body(came, lambda whole: self._give_back(number, whole))
        return httpx.Response(came.status_code, headers=came.headers, stream=body, request=request)

    def _give_back(self, number: int, whole: bool) -> None:
        """A connection with the rest of an answer on it is closed; any other one is kept."""
        if whole:
            self._kept.append(number)
        self._places.release()


class _Body(httpx.AsyncByteStream):
    """The body of an answer, which knows whether it was read to its end."""

    def __init__(self, came: httpx.Response, over: Callable[[bool], None]) -> None:
        self._came = came
        self._over: Callable[[bool], None] | None = over
        self._whole = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._came.aiter_raw():
            yield part
        self._whole = True

    async def aclose(self) -> None:
        """The answer is read, or nobody wants the rest."""
        over, self._over = self._over, None
        try:
            await self._came.aclose()
        finally:
            if over is not None:
                over(self._whole)
