"""A guest on a WebSocket: says something, hears something, and is told how it ended.

`shop.socket("/counter")` gives one. What carries the messages is a `Line`: a connection (`wire`), or, where there are
no ports, calls within this process (`inprocess_line`). The guest does not see the difference.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar

LONGEST = 16 * 1024 * 1024
"""Bytes (or letters) of one message that a guest takes; Hypercorn takes as much."""

NORMAL, GOING_AWAY, LOST, TOO_LONG = 1000, 1001, 1006, 1009
"""Close codes of RFC 6455: an ordinary end, a side that leaves, a line that broke, a message that is too long."""

OWN_CODES = range(3000, 5000)
"""Close codes that an application may give a meaning of its own."""

LAST_WORD = 1.0
"""Seconds that a guest who leaves waits for the other side's goodbye."""

Said = str | bytes

T = TypeVar("T")


class SocketRefusedError(ConnectionError):
    """Nobody let the guest in; `status` is the HTTP status of the refusal, 0 where there was no answer."""

    def __init__(self, words: str, status: int = 0) -> None:
        super().__init__(words)
        self.status = status


class SocketClosedError(ConnectionError):
    """The WebSocket is closed; `code` is the close code, `reason` what the other side said to it."""

    def __init__(self, code: int, reason: str = "") -> None:
        why = f" ({reason})" if reason else ""
        lost = ", which means that the line broke" if code == LOST else ""
        super().__init__(f"the WebSocket is closed with code {code}{why}{lost}")
        self.code = code
        self.reason = reason


class Line(Protocol):
    """What carries a guest's messages: a connection, or calls within this process."""

    async def open(self) -> None:
        """Ask to be let in. Raises `SocketRefusedError`."""

    async def say(self, message: Said) -> None:
        """Send one message. Raises `SocketClosedError` once the other side has closed."""

    async def hear(self) -> Said:
        """The next whole message. Raises `SocketClosedError` once none is left and the other side has closed."""

    async def hang_up(self, code: int, reason: str) -> None:
        """Close; safe to call twice."""

    def drop(self) -> None:
        """Leave at once, without a word; safe to call twice."""


class Socket:
    """A WebSocket to a shop, from the guest's side; to be used as `async with shop.socket("/counter") as socket`."""

    def __init__(self, line: Line, where: str, patience: float) -> None:
        self._line = line
        self._where = where
        self._patience = patience
        self.closed: SocketClosedError | None = None
        """How it ended, with `code` and `reason`; None while it is open."""

    async def __aenter__(self) -> Self:
        try:
            async with asyncio.timeout(self._patience):
                await self._line.open()
        except TimeoutError:
            self._line.drop()
            raise SocketRefusedError(
                f"{self._where} did not accept the WebSocket within {self._patience:g} s. A handler accepts with its "
                "first awaited send or receive, or with `await websocket.accept()`."
            ) from None
        except BaseException:
            self._line.drop()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            await self.close()
        else:  # an error or an interrupt in the block: nobody stays for a goodbye
            self._line.drop()

    async def send(self, message: Said) -> None:
        """Say something: text or bytes.

        Raises `SocketClosedError` once the socket is closed, and `TypeError` for what is neither text nor bytes.
        """
        if not isinstance(message, str | bytes):
            raise TypeError(
                f"a WebSocket carries text or bytes, but got {message!r}.\n"
                f"Did you mean:  await socket.send_json({message!r})"
            )
        await self._ended(self._line.say(message))

    async def receive(self) -> Said:
        """Wait for the next message: text or bytes, as it was sent. Raises `SocketClosedError` at the end."""
        return await self._ended(self._line.hear())

    async def send_json(self, value: object) -> None:
        """Say something as JSON. Raises `TypeError` for what JSON has no word for."""
        await self.send(json.dumps(value))

    async def receive_json(self) -> Any:  # noqa: ANN401  # whatever JSON says
        """Wait for the next message and read it as JSON. Raises `ValueError` where it is none."""
        return json.loads(await self.receive())

    async def close(self, code: int = NORMAL, reason: str = "") -> None:
        """Leave politely, with a close code: 1000, or one of your own from 3000 to 4999. Twice is fine.

        Raises `ValueError` for a code that nobody may send.
        """
        if code not in (NORMAL, GOING_AWAY) and code not in OWN_CODES:
            raise ValueError(
                f"a close code is 1000, or one of your own from 3000 to 4999, but got {code!r}.\n"
                "Did you mean:  await socket.close(4000)"
            )
        await self._line.hang_up(code, reason)
        self.closed = self.closed or SocketClosedError(code, reason)

    async def __aiter__(self) -> AsyncIterator[Said]:
        """Every message until the other side closes; `socket.closed` tells how it did."""
        while True:
            try:
                message = await self.receive()
            except SocketClosedError:
                return
            yield message

    async def _ended(self, doing: Awaitable[T]) -> T:
        try:
            return await doing
        except SocketClosedError as end:
            self.closed = self.closed or end
            raise self.closed from None

    def __repr__(self) -> str:
        state = str(self.closed).removeprefix("the WebSocket is ") if self.closed else "open"
        return f"WebSocket {self._where}, {state}"


def refused(target: str, status: int, body: str = "") -> SocketRefusedError:
    """The refusal, in words: what a handler that is no WebSocket's, or none at all, most likely means."""
    meaning = {
        400: ": it is an ordinary route, and a WebSocket's is made with @app.websocket",
        404: ": there is no such route",
        500: ": its handler failed, or ended, before it accepted; shop.errors may know more",
    }.get(status, "")
    plain = (
        body.strip() if not meaning and not body.lstrip().startswith("<") else ""
    )  # no page of HTML in a sentence
    said = f" The shop says: {plain[:200]}" if plain else ""
    return SocketRefusedError(f"the WebSocket {target} was refused with {status}{meaning}.{said}", status)
