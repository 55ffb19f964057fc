"""A WebSocket over a connection of its own: wsproto, which Hypercorn brings along, puts the messages on the wire."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from wsproto import ConnectionType, WSConnection
from wsproto.events import (
    AcceptConnection,
    BytesMessage,
    CloseConnection,
    Event,
    Ping,
    RejectConnection,
    RejectData,
    Request,
    TextMessage,
)
from wsproto.utilities import LocalProtocolError, RemoteProtocolError

from bakery.shop.websocket import (
    LAST_WORD,
    LONGEST,
    LOST,
    TOO_LONG,
    Said,
    SocketClosedError,
    SocketRefusedError,
    refused,
)

DESK = 64 * 1024
"""Bytes that are read at a time."""

ANSWERS = 200
"""From this status on it is an answer. One below, such as 103 Early Hints, only informs: the answer is still to come."""


class Wire:
    """A line over a connection of its own."""

    def __init__(self, host: str, port: int, target: str, headers: Sequence[tuple[str, str]] = ()) -> None:
        self._host, self._port, self._target = host, port, target
        self._headers = [(name.encode("ascii"), value.encode("latin-1")) for name, value in headers]
        self._engine = WSConnection(ConnectionType.CLIENT)
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._messages: list[Said] = []
        self._parts: list[Any] = []
        self._end: SocketClosedError | None = None
        self._refusal: tuple[int, bytearray] | None = None
        self._hearing = asyncio.Lock()
        self._accepted = False

    async def open(self) -> None:
        """Connect and shake hands."""
        try:
            self._reader, self._writer = await asyncio.open_connection(self._host, self._port)
        except OSError as problem:
            raise SocketRefusedError(
                f"nobody answers at {self._host}:{self._port} ({problem.strerror or problem}); is the shop open?"
            ) from None
        self._write(
            Request(host=f"{self._host}:{self._port}", target=self._target, extra_headers=self._headers)
        )
        while not self._accepted:
            await self._read()
            if self._end and not self._accepted:
                raise SocketRefusedError("the shop hung up instead of answering the WebSocket's handshake")

    async def say(self, message: Said) -> None:
        """Send one message, and wait while the other side is too slow to take it."""
        if self._end:
            raise self._end
        self._write(TextMessage(message) if isinstance(message, str) else BytesMessage(message))
        try:
            await self._out.drain()
        except ConnectionError:
            # What the other side said before it hung up is worth more than the broken pipe.
            raise await self._goodbye() from None

    async def hear(self) -> Said:
        """The next whole message."""
        async with self._hearing:  # two who listen at once get a message each
            while not self._messages and not self._end:
                await self._read()
        if self._messages:
            return self._messages.pop(0)
        assert self._end is not None  # noqa: S101  # for the type checker: the loop ended for one of two reasons
        raise self._end

    async def hang_up(self, code: int, reason: str) -> None:
        """Say goodbye, and wait a moment for the other side's."""
        if self._writer is None:
            return
        try:
            with suppress(TimeoutError, OSError, LocalProtocolError):
                if self._end:
                    return
                self._write(CloseConnection(code=code, reason=reason or None))
                async with asyncio.timeout(LAST_WORD):
                    await self._goodbye()
        finally:
            self.drop()

    async def _goodbye(self) -> SocketClosedError:
        """Wait for the other side's; somebody who still listens hears it first."""
        async with self._hearing:
            while not self._end:
                await self._read()
        return self._end

    def drop(self) -> None:
        """Close the connection as it is."""
        if self._writer is not None:
            self._writer.transport.abort()
        self._end = self._end or SocketClosedError(LOST)

    @property
    def _out(self) -> asyncio.StreamWriter:
        if self._writer is None:
            raise RuntimeError(
                "this WebSocket is not open yet.\n"
                'Did you mean:  async with shop.socket("/counter") as socket: …'
            )
        return self._writer

    def _write(self, event: Event) -> None:
        self._out.write(self._engine.send(event))

    async def _read(self) -> None:
        """Take what comes next from the wire, and note what it means."""
        if self._reader is None:
            self._out  # noqa: B018  # says that it is not open
            return
        events: list[Event] = []
        try:
            data = await self._reader.read(DESK)
            self._engine.receive_data(data or None)
            events.extend(self._engine.events())
        except (OSError, RemoteProtocolError, LocalProtocolError):
            data = b""
        for event in events:
            self._note(event)
        if not data:
            self._end = self._end or SocketClosedError(LOST)

    def _note(self, event: Event) -> None:
        match event:
            case AcceptConnection():
                self._accepted = True
            case RejectConnection() if event.status_code >= ANSWERS:
                self._refusal = (event.status_code, bytearray())
            case RejectData() if self._refusal:
                status, body = self._refusal
                body.extend(event.data)
                if event.body_finished:
                    raise refused(self._target, status, body.decode(errors="replace"))
            case TextMessage() | BytesMessage():
                self._gather(event)
            case CloseConnection():
                if not self._end:
                    self._end = SocketClosedError(int(event.code), event.reason or "")
                    self._answer(event.response())
            case Ping():
                self._answer(event.response())
            case _:
                pass

    def _gather(self, event: TextMessage | BytesMessage) -> None:
        """Messages may come in parts; one that grows beyond all measure ends the talk."""
        self._parts.append(event.data)
        if sum(map(len, self._parts)) > LONGEST:
            self._parts.clear()
            self._end = SocketClosedError(TOO_LONG, f"a message of more than {LONGEST:,} bytes")
            self._answer(CloseConnection(code=TOO_LONG))
        elif event.message_finished:
            whole: Said = "".join(self._parts) if isinstance(event, TextMessage) else b"".join(self._parts)
            self._parts.clear()
            self._messages.append(whole)

    def _answer(self, event: Event) -> None:
        with suppress(LocalProtocolError):  # both said goodbye at the same moment
            self._write(event)
