"""Visitors: they ask an app the way a client would, in process and on the virtual clock."""

import asyncio
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from heapq import heapreplace
from typing import Any

from bakery.checking.asgi_guests import Closed, Guest, Stream, waits_for_more
from bakery.checking.asgi_guests import listen as hear_stream
from bakery.checking.lifetimes import Opened, heard, note_error
from bakery.checking.mistakes import Wrong
from bakery.checking.run import Reply
from bakery.checking.virtual.clock import SECOND, Clock
from bakery.checking.virtual.halts import Halt
from bakery.checking.virtual.locks import WouldWaitError
from bakery.counting import counted


@dataclass(frozen=True, slots=True)
class Order:
    """What one visitor asks for; `request` goes to the test client."""

    path: str
    method: str
    request: dict[str, Any]


def ask_flask(app: Any, orders: Sequence[Order], threads: int, clock: Clock) -> tuple[Reply, ...]:
    """Let so many threads serve the visitors, who stand in line."""
    from flask import got_request_exception

    line = deque(enumerate(orders))
    replies: dict[int, Reply] = {}

    def bake() -> None:
        while line:
            number, order = line.popleft()
            replies[number] = ask_one_of_flask(app, order, clock)

    def note(_sender: Any, exception: BaseException, **_named: Any) -> None:
        note_error(exception)

    with got_request_exception.connected_to(note, app), _as_it_was(app):
        if clock.threadless:
            _bake_aside(line, replies, threads, lambda order: ask_one_of_flask(app, order, clock), clock)
            return tuple(replies[number] for number in sorted(replies))
        bakers = [threading.Thread(target=bake) for _ in range(min(threads, len(orders)))]
        for baker in bakers:
            baker.start()
        for baker in bakers:
            baker.join()
    return tuple(replies[number] for number in sorted(replies))


def _bake_aside(
    line: "deque[tuple[int, Order]]",
    replies: dict[int, Reply],
    threads: int,
    ask: Callable[[Order], Reply],
    clock: Clock,
) -> None:
    """What the bakers would do, where there are no threads: the next order goes to whoever is free first."""
    free = [clock.now] * threads
    for number, order in line:

        def work(number: int = number, order: Order = order) -> None:
            replies[number] = ask(order)

        heapreplace(free, clock.aside(free[0], work))
    clock.now = max(free)


def ask_one_of_flask(app: Any, order: Order, clock: Clock) -> Reply:
    """What one visitor gets."""
    raised: list[BaseException] = []
    heard.set(raised)
    start = clock.now
    status, text, headers = 500, "", {}
    given = {("data" if name == "form" else name): value for name, value in order.request.items()}
    try:
        response = app.test_client().open(order.path, method=order.method, **given)
        status, text, headers = response.status_code, response.get_data(as_text=True), dict(response.headers)
    except (Halt, WouldWaitError):
        raise
    except BaseException as error:  # an order to exit as well: it is what the handler raised
        raised.append(error)
    return _reply(order, status, text, headers, start, clock, raised)


async def ask_together(app: Any, orders: Sequence[Order], clock: Clock) -> tuple[Reply, ...]:
    """Let all visitors ask a Quart app at the same moment."""
    async with Opened(app):
        start = clock.now
        asked = (_ask_one_of_quart(app, order, clock, start) for order in orders)
        return tuple(await asyncio.gather(*asked))


async def _ask_one_of_quart(app: Any, order: Order, clock: Clock, opened: int) -> Reply:
    raised: list[BaseException] = []
    heard.set(raised)
    start = clock.now
    status, text, headers = 500, "", {}
    try:
        response = await app.test_client().open(order.path, method=order.method, **order.request)
        body = await response.get_data(as_text=False)
        status, text, headers = response.status_code, body.decode(errors="replace"), dict(response.headers)
    except Exception as error:
        raised.append(error)
    return _reply(order, status, text, headers, start, clock, raised, opened)


def _reply(
    order: Order,
    status: int,
    text: str,
    headers: dict[str, str],
    start: int,
    clock: Clock,
    raised: list[BaseException],
    opened: int = 0,
) -> Reply:
    return Reply(
        path=order.path,
        status=status,
        text=text,
        headers=headers,
        start=(start - opened) / SECOND,
        end=(clock.now - opened) / SECOND,
        error=raised[0] if raised else None,
    )


async def meet(app: Any, script: Callable[[Any], Awaitable[Any]]) -> Any:
    """Do what the script does with a test client."""
    async with Opened(app):
        raised: list[BaseException] = []
        heard.set(raised)
        try:
            result = await script(app.test_client())
        except Exception:
            if raised:
                raise raised[0] from None
            raise
        if raised:
            raise raised[0]
        return result


async def listen(app: Any, path: str, parts: int | None, listeners: int) -> tuple[Stream, ...]:
    """Let several listeners hear a stream at the same moment."""
    async with Opened(app):
        return tuple(await asyncio.gather(*(hear_stream(app, path, parts) for _ in range(listeners))))


async def talk(
    app: Any, path: str, messages: Sequence[str], replies: int | None, closes: int | None = None
) -> list[Any]:
    """Send messages through a WebSocket and gather what comes back; at the end it may have to close, with a code."""
    said: list[Any] = []
    wanted = len(messages) if replies is None else replies
    async with Opened(app), Guest(app, path) as guest:
        try:
            for message in messages:
                guest.say(message)
                if replies is None:
                    said.append(await guest.hear())
            for _ in range(replies or 0):
                said.append(await guest.hear())  # noqa: PERF401 - kept even when a later one fails
            if closes is not None:
                await guest.hear(WAITING)
                raise Wrong(f"the app went on talking, and the WebSocket should close with {closes}.")
        except TimeoutError:
            raise Wrong(
                f"the WebSocket `{path}` stays open, and it should close with {closes}.{waits_for_more()}"
            ) from None
        except Closed as closed:
            _must_be_closed(guest, closed, len(said), wanted, closes)
    return said


WAITING = 60.0
"""Simulated seconds that a guest waits for an end."""


def _must_be_closed(guest: Guest, closed: Closed, count: int, wanted: int, closes: int | None) -> None:
    if guest.error is not None:
        raise guest.error
    if closed.refused or (closed.code == 403 and not count):
        raise Wrong(f"the WebSocket `{guest.path}` was refused with {closed.code}: is there such a route?")
    if count < wanted:
        code = "" if closed.code in {1000, 1006} else f", with {closed.code}"
        raise Wrong(f"the app closed the WebSocket after {counted(count, 'reply', 'replies')}{code}.")
    if closes is not None and closed.code != closes:
        raise Wrong(f"the app closed the WebSocket with {closed.code}, and {closes} is wanted.")


async def crowd(
    app: Any, path: str, guests: int, then: Callable[[Any, list[Guest]], Awaitable[Any]], quiet: float
) -> list[list[Any]]:
    """Let several guests come to a WebSocket, do something, and gather what each of them hears until all is quiet."""
    async with Opened(app), AsyncExitStack() as stack:
        several = [await stack.enter_async_context(Guest(app, path)) for _ in range(guests)]
        await asyncio.sleep(0.001)  # so that each is there before anything happens
        await then(app.test_client(), several)
        said = [await _all_of(guest, quiet) for guest in several]
    for guest in several:
        if guest.error is not None:
            raise guest.error
        if guest.went_on:
            raise Wrong(f"the handler of `{path}` went on for {guest.went_on:g} s after its guest had left.")
    return said


async def _all_of(guest: Guest, quiet: float) -> list[Any]:
    several: list[Any] = []
    try:
        while True:
            several.append(await guest.hear(quiet))
    except (TimeoutError, Closed):
        return several


@contextmanager
def _as_it_was(app: Any) -> Iterator[None]:
    """A later cell may still add a route to the app: nothing was asked of it."""
    first = getattr(app, "_got_first_request", False)
    try:
        yield
    finally:
        app._got_first_request = first
