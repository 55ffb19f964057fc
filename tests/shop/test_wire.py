"""A guest on a connection of its own hears what the other side said, and is told in words where it says nothing."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import pytest
from fake_shops import Fake, Script, hanging_up, playing, run, saying
from wsproto import ConnectionType, WSConnection
from wsproto.events import (
    AcceptConnection,
    BytesMessage,
    CloseConnection,
    Event,
    Ping,
    Pong,
    TextMessage,
)

from bakery.shop import wire as room
from bakery.shop.websocket import LOST, TOO_LONG, Said, SocketClosedError, SocketRefusedError
from bakery.shop.wire import Wire


class OtherSide:
    """A shop's end of one WebSocket: what it is told, and whatever a test lets it say."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> None:
        self._reader, self._writer = reader, writer
        self._engine = WSConnection(ConnectionType.SERVER)
        self._engine.receive_data(request)
        list(self._engine.events())

    def say(self, *events: Event) -> None:
        """Say all of this in one breath."""
        self._writer.write(b"".join(self._engine.send(event) for event in events))

    async def heard(self) -> list[Event]:
        """What the guest says next; nothing once it has gone."""
        events: list[Event] = []
        with contextlib.suppress(ConnectionError):
            while not events and (data := await self._reader.read(65_536)):
                self._engine.receive_data(data)
                events = list(self._engine.events())
        return events

    def break_off(self) -> None:
        """Be gone without a goodbye, as a process that was ended."""
        at_once = struct.pack("ii", 1, 0)
        self._writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
        self._writer.transport.abort()


Telling = Callable[[OtherSide], Coroutine[Any, Any, None]]


def letting_in(*first: Event, then: Telling | None = None) -> tuple[Script, list[Event]]:
    """A shop that lets its guest in and says something with the same breath; and what it is told."""
    told: list[Event] = []

    async def script(fake: Fake, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        other = OtherSide(reader, writer, fake.requests[-1])
        other.say(AcceptConnection(), *first)
        if then:
            await then(other)
        while events := await other.heard():
            told.extend(events)

    return script, told


def wire_to(fake: Fake, *headers: tuple[str, str]) -> Wire:
    return Wire("127.0.0.1", int(fake.url.rpartition(":")[2]), "/counter", headers)


@contextlib.asynccontextmanager
async def inside(script: Script) -> AsyncIterator[Wire]:
    """A guest who is let in."""
    async with playing(script) as fake:
        wire = wire_to(fake)
        try:
            await wire.open()
            yield wire
        finally:
            wire.drop()


async def end_of(wire: Wire) -> SocketClosedError:
    with pytest.raises(SocketClosedError) as end:
        await wire.hear()
    return end.value


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (ConnectionRefusedError(111, "connection refused"), "connection refused"),
        (OSError("several things at once"), "several things at once"),
    ],
)
def test_where_nobody_answers_the_guest_is_told_where_and_why(
    problem: OSError, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nobody(*_: object) -> None:
        raise problem

    monkeypatch.setattr(asyncio, "open_connection", nobody)
    with pytest.raises(SocketRefusedError) as refused:
        run(Wire("127.0.0.1", 9, "/counter").open())
    assert str(refused.value) == f"nobody answers at 127.0.0.1:9 ({words}); is the shop open?"
    assert refused.value.status == 0


EARLY_HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </cake.css>\r\n\r\n"


def chunks(*parts: bytes) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (*parts, b""))


@pytest.mark.parametrize(
    ("script", "status", "words"),
    [
        (hanging_up(b""), 0, "the shop hung up instead of answering the WebSocket's handshake"),
        (saying(b"220 mail\r\n\r\n"), 0, "the shop hung up instead of answering the WebSocket's handshake"),
        (
            hanging_up(EARLY_HINTS),
            0,
            "the shop hung up instead of answering the WebSocket's handshake",
        ),
        (
            saying(EARLY_HINTS + b"HTTP/1.1 199 Soon\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
            200,
            "the WebSocket /counter was refused with 200.",
        ),
        (
            saying(b"HTTP/1.1 403 No\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks(b"sold ", b"\xffout")),
            403,
            "the WebSocket /counter was refused with 403. The shop says: sold \ufffdout",
        ),
    ],
)
def test_a_guest_who_is_not_let_in_is_told_by_what_came(script: Script, status: int, words: str) -> None:
    async def visit() -> SocketRefusedError:
        with pytest.raises(SocketRefusedError) as refused:
            async with inside(script):
                raise AssertionError("let in")
        return refused.value

    refusal = run(visit())
    assert (refusal.status, str(refusal)) == (status, words)


def test_a_guest_who_is_informed_before_the_answer_is_let_in_all_the_same() -> None:
    script, _ = letting_in(TextMessage("welcome"))

    async def informing(fake: Fake, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(EARLY_HINTS)
        await writer.drain()
        await script(fake, reader, writer)

    async def visit() -> Said:
        async with inside(informing) as wire:
            return await wire.hear()

    assert run(visit()) == "welcome"


def test_the_guest_asks_for_the_path_with_the_headers_it_was_given() -> None:
    script, _ = letting_in()

    async def visit() -> bytes:
        async with playing(script) as fake:
            wire = wire_to(fake, ("X-Guest", "J\xf6"))
            await wire.open()
            wire.drop()
            return fake.requests[-1] + fake.url.encode()

    request = run(visit())
    host = request.rpartition(b"http://")[2]
    assert request.startswith(b"GET /counter HTTP/1.1\r\nHost: " + host + b"\r\n")
    assert b"\r\nX-Guest: J\xf6\r\n" in request


def test_what_the_guest_says_arrives_as_the_text_or_the_bytes_that_it_was() -> None:
    script, told = letting_in()

    async def visit() -> None:
        async with inside(script) as wire:
            await wire.say("two plum")
            await wire.say(b"two plum")
            while len(told) < 2:
                await asyncio.sleep(0)

    run(visit())
    text, octets = told
    assert isinstance(text, TextMessage)
    assert isinstance(octets, BytesMessage)
    assert (text.data, bytes(octets.data)) == ("two plum", b"two plum")


def test_who_is_let_in_and_sent_away_in_one_breath_was_inside_and_answers_the_goodbye() -> None:
    script, told = letting_in(TextMessage("last cake"), CloseConnection(4001, "sold out"))

    async def visit() -> tuple[Said, SocketClosedError]:
        async with inside(script) as wire:
            said, end = await wire.hear(), await end_of(wire)
            with pytest.raises(SocketClosedError) as again:
                await wire.say("one more")
            assert again.value is end
            while not told:
                await asyncio.sleep(0)
            return said, end

    said, end = run(visit())
    assert (said, end.code, end.reason) == ("last cake", 4001, "sold out")
    (goodbye,) = told
    assert isinstance(goodbye, CloseConnection)
    assert goodbye.code == 4001


def test_a_shop_that_breaks_off_leaves_what_it_said_and_an_end_without_a_goodbye() -> None:
    async def gone(other: OtherSide) -> None:
        await other.heard()
        other.break_off()

    script, _ = letting_in(TextMessage("mixed"), then=gone)

    async def visit() -> tuple[Said, SocketClosedError]:
        async with inside(script) as wire:
            await wire.say("go")
            return await wire.hear(), await end_of(wire)

    said, end = run(visit())
    assert (said, end.code, end.reason) == ("mixed", LOST, "")


def test_who_speaks_into_a_broken_line_hears_what_the_other_side_had_said_to_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def sold_out(other: OtherSide) -> None:
        await other.heard()
        other.say(CloseConnection(4001, "sold out"))

    async def broken(_: asyncio.StreamWriter) -> None:
        raise BrokenPipeError

    script, _ = letting_in(then=sold_out)

    async def visit() -> SocketClosedError:
        async with inside(script) as wire:
            with monkeypatch.context() as line:
                line.setattr(asyncio.StreamWriter, "drain", broken)
                with pytest.raises(SocketClosedError) as end:
                    await wire.say("two plum")
            return end.value

    end = run(visit())
    assert (end.code, end.reason) == (4001, "sold out")
    assert end.__suppress_context__


def test_a_ping_is_answered_with_its_own_words_and_a_pong_is_overlooked() -> None:
    script, told = letting_in(Ping(b"still there?"), Pong(b"as you asked"), TextMessage("cake"))

    async def visit() -> Said:
        async with inside(script) as wire:
            said = await wire.hear()
            while not told:
                await asyncio.sleep(0)
            return said

    assert run(visit()) == "cake"
    (pong,) = told
    assert isinstance(pong, Pong)
    assert bytes(pong.payload) == b"still there?"


@pytest.mark.parametrize(
    ("parts", "whole"),
    [
        ([TextMessage("cake")], "cake"),
        ([BytesMessage(b"cake")], b"cake"),
        ([TextMessage("ca", message_finished=False), TextMessage("ke")], "cake"),
        ([BytesMessage(b"ca", message_finished=False), BytesMessage(b"ke")], b"cake"),
    ],
)
def test_a_message_may_come_in_parts_and_be_as_long_as_the_longest(
    parts: list[Event], whole: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "LONGEST", 4)
    script, _ = letting_in(*parts, *parts)

    async def visit() -> list[Said]:
        async with inside(script) as wire:
            return [await wire.hear(), await wire.hear()]

    assert run(visit()) == [whole, whole]


@pytest.mark.parametrize(
    "parts",
    [
        [TextMessage("cakes")],
        [TextMessage("cake", message_finished=False), TextMessage("s", message_finished=False)],
    ],
)
def test_a_message_that_is_one_letter_too_long_ends_the_talk_and_the_shop_is_told_why(
    parts: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "LONGEST", 4)
    script, told = letting_in(*parts)

    async def visit() -> SocketClosedError:
        async with inside(script) as wire:
            end = await end_of(wire)
            while not told:
                await asyncio.sleep(0)
            return end

    end = run(visit())
    assert (end.code, end.reason) == (TOO_LONG, "a message of more than 4 bytes")
    (goodbye,) = told
    assert isinstance(goodbye, CloseConnection)
    assert goodbye.code == TOO_LONG


@pytest.mark.parametrize("reason", ["home", ""])
def test_a_goodbye_is_said_once_and_answered_by_the_other_side(reason: str) -> None:
    told: list[Event] = []

    async def polite(other: OtherSide) -> None:
        (goodbye,) = await other.heard()
        assert isinstance(goodbye, CloseConnection)
        told.append(goodbye)
        other.say(goodbye.response())

    script, more = letting_in(then=polite)

    async def visit() -> SocketClosedError:
        async with inside(script) as wire:
            await wire.hang_up(4000, reason)
            await wire.hang_up(4001, "again")
            return await end_of(wire)

    assert run(visit()).code == 4000
    assert [(event.code, event.reason or "") for event in told if isinstance(event, CloseConnection)] == [
        (4000, reason)
    ]
    assert more == []


def test_a_goodbye_that_nobody_answers_is_waited_for_only_for_a_moment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(room, "LAST_WORD", 0.01)
    script, told = letting_in()

    async def visit() -> SocketClosedError:
        async with inside(script) as wire:
            await wire.hang_up(1000, "")
            return await end_of(wire)

    assert run(visit()).code == LOST
    assert [type(event) for event in told] == [CloseConnection]


@pytest.mark.parametrize("use", [lambda wire: wire.say("hello"), lambda wire: wire.hear()])
def test_a_line_that_was_never_opened_says_how_one_is(
    use: Callable[[Wire], Coroutine[Any, Any, object]],
) -> None:
    wire = Wire("127.0.0.1", 9, "/counter")
    with pytest.raises(RuntimeError) as unopened:
        run(use(wire))
    assert str(unopened.value) == (
        'this WebSocket is not open yet.\nDid you mean:  async with shop.socket("/counter") as socket: …'
    )


def test_a_line_that_was_never_opened_can_be_left_all_the_same() -> None:
    wire = Wire("127.0.0.1", 9, "/counter")

    async def visit() -> SocketClosedError:
        await wire.hang_up(1000, "")
        wire.drop()
        return await end_of(wire)

    assert run(visit()).code == LOST
