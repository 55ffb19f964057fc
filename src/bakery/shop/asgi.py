"""The middleware for ASGI apps such as Quart's."""

import asyncio
import sys
from collections.abc import Iterable
from concurrent.futures import Future, InvalidStateError
from contextlib import ExitStack, suppress
from time import monotonic
from typing import Any

from bakery.counting import in_words
from bakery.shop.asgi_types import ASGIApplication, Message, Receive, Scope, Send
from bakery.shop.guard import Arrival, Guard, Verdict
from bakery.shop.lifetime import Lifetime
from bakery.shop.middleware import CURRENT, SORRY, InFlight, Middleware, refused
from bakery.shop.request_body import Reading

CLOSED = "the shop was closed"
"""What an order is told that was still in flight."""

A_MOMENT = 0.1
"""Seconds that background tasks have when the shop closes, at the very least."""

STILL_RUNNING = "still ran after the shop had closed, and the shop cancelled what it could."
CUT_OFF = "The shop closed before the app had cleared up: what it does after serving took too long, and was cut off."


class ASGIMiddleware(Middleware):
    """The layer in front of an ASGI app; `opened` holds the error of a failed startup, or None."""

    def __init__(self, app: ASGIApplication, guard: Guard | None = None) -> None:
        super().__init__(guard)
        self.app = app
        self._in_flight: set[asyncio.Task[Any]] = set()
        self.opened: Future[BaseException | None] = Future()
        self._last_orders = 0.0
        self.in_vain = False
        """Whether the shop was closed before its app had started."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one order, hold one websocket, or live through startup and shutdown."""
        living = scope["type"] == "lifespan"
        verdict = Verdict() if living else self.guard.look(_arrival(scope))
        order = InFlight(self, verdict.trusted)
        token = CURRENT.set(order)
        try:
            if living:
                await self._live(order, scope, receive, send)
                return
            reading = Reading(scope, receive, send)
            if verdict.refusal:
                await _refuse(scope, reading.send, verdict.refusal)
            else:
                await self._attend(order, _moved(scope, verdict.moved), reading.receive, reading.send)
        finally:
            CURRENT.reset(token)

    def closing(self, last_orders: float) -> None:
        """Note that the shop closes, and how many seconds from now are left for what is still going on."""
        self._last_orders = monotonic() + last_orders
        self.in_vain = self.in_vain or not self.opened.done()

    async def startup(self) -> BaseException | None:
        """Wait until the app has started, and for the error where it has not."""
        # Shielded, as somebody who waits no longer would cancel it for all others.
        return await asyncio.shield(asyncio.wrap_future(self.opened))

    @property
    def in_flight(self) -> tuple[asyncio.Task[Any], ...]:
        """The tasks of the orders and websockets that are still open."""
        return tuple(self._in_flight)

    def send_home(self) -> None:
        """End the orders and websockets that are still open."""
        for task in self._in_flight:
            task.cancel()

    async def _attend(self, order: InFlight, scope: Scope, receive: Receive, send: Send) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  # for the type checker: a server awaits in a task

        async def stamped(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": _timed(message.get("headers", ()), order)}
                order.answered = True
            await send(message)
            if message.get("more_body"):
                # Who writes to a connection that is gone never has to wait, and so nobody else would get a turn,
                # not even whoever is to hear that the client has left.
                await asyncio.sleep(0)

        self._in_flight.add(task)
        try:
            await self.app(scope, receive, stamped)
        except asyncio.CancelledError:
            if scope["type"] == "http" and not order.answered:
                await _apologise(send, 503, order, CLOSED)
            raise
        except GeneratorExit:
            raise
        except BaseException as error:
            order.fail(error)
            if scope["type"] == "http" and not order.answered:
                await _apologise(send, 500, order)
            elif isinstance(error, Exception):
                raise
        finally:
            self._in_flight.discard(task)

    async def _live(self, order: InFlight, scope: Scope, receive: Receive, send: Send) -> None:
        lifetime, ended = Lifetime(self.app), False
        ending = ExitStack()

        async def heard() -> Message:
            message = await receive()
            if message["type"] == "lifespan.shutdown":
                ending.enter_context(lifetime.ending(max(self._last_orders - monotonic(), A_MOMENT)))
            return message

        async def told(message: Message) -> None:
            nonlocal ended
            ended = message["type"].startswith("lifespan.shutdown.")
            self._note_life(message, order)
            await send(message)

        try:
            with lifetime.lived():
                await self.app(scope, heard, told)
        except Exception:
            # An app that knows nothing of startup says so by raising, or returns at once: it is open.
            self._open(None)
            raise
        except BaseException as error:
            if self.opened.done() and not ended:
                self.note(CUT_OFF)
            self._open(error)
            raise
        finally:
            self._open(None)
            ending.close()
            if lifetime.cut_off:
                self.note(f"{in_words(lifetime.cut_off, 'background task').capitalize()} {STILL_RUNNING}")

    def _note_life(self, message: Message, order: InFlight) -> None:
        if message["type"] == "lifespan.startup.complete":
            self._open(None)
        elif message["type"] == "lifespan.startup.failed":
            # Frameworks tell of the failure while they handle it, and pass on no more than its text.
            self._open(sys.exc_info()[1] or RuntimeError(message.get("message", "")))
        elif message["type"] == "lifespan.shutdown.failed" and (error := sys.exc_info()[1]):
            order.fail(error)

    def _open(self, error: BaseException | None) -> None:
        with suppress(InvalidStateError):
            self.opened.set_result(error)


def _arrival(scope: Scope) -> Arrival:
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    return Arrival.told_by(scope["path"], scope.get("method", "GET"), headers)


def _moved(scope: Scope, moved: str) -> Scope:
    if not moved:
        return scope
    # In ASGI the path keeps what the root path says.
    path = scope["path"]
    return {**scope, "root_path": moved, "path": path if path != moved else f"{path}/"}


async def _refuse(scope: Scope, send: Send, why: str) -> None:
    kind = "http"
    if scope["type"] == "websocket":
        if "websocket.http.response" not in scope.get("extensions", {}):
            await send({"type": "websocket.close"})
            return
        kind = "websocket.http"
    headers, body = refused(why)
    pairs = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    await send({"type": f"{kind}.response.start", "status": 403, "headers": pairs})
    await send({"type": f"{kind}.response.body", "body": body})


def _timed(
    headers: Iterable[tuple[bytes, bytes]], order: InFlight, reason: str = ""
) -> list[tuple[bytes, bytes]]:
    pairs = list(headers)
    own = [value.decode("latin-1") for name, value in pairs if name.lower() == b"server-timing"]
    rest = [(name, value) for name, value in pairs if name.lower() != b"server-timing"]
    return [*rest, (b"server-timing", ", ".join([*own, order.timing(reason)]).encode("latin-1"))]


async def _apologise(send: Send, status: int, order: InFlight, reason: str = "") -> None:
    body = reason.encode() or SORRY
    plain = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"%d" % len(body))]
    order.answered = True
    await send({"type": "http.response.start", "status": status, "headers": _timed(plain, order, reason)})
    await send({"type": "http.response.body", "body": body})
