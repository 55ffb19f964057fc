"""Visitors: they ask an app the way a client would, in process and on the virtual clock."""

import asyncio
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from heapq import heapreplace
from typing import Any

from bakery import mishap
from bakery.checking.mistakes import Wrong
from bakery.checking.run import Reply
from bakery.checking.virtual.clock import SECOND, Clock
from bakery.counting import counted

_errors: ContextVar[list[BaseException] | None] = ContextVar("errors", default=None)
"""Where the handler of the visitor being served puts what it raised."""


def ask_flask(
    app: Any, paths: Sequence[str], threads: int, method: str, request: dict[str, Any], clock: Clock
) -> tuple[Reply, ...]:
    """Let so many threads serve the visitors, who stand in line."""
    from flask import got_request_exception

    line = deque(enumerate(paths))
    replies: dict[int, Reply] = {}

    def bake() -> None:
        while line:
            number, path = line.popleft()
            replies[number] = _ask_one_of_flask(app, path, method, request, clock)

    def note(_sender: Any, exception: BaseException, **_named: Any) -> None:
        _note(exception)

    with got_request_exception.connected_to(note, app), _as_it_was(app):
        if clock.alone:
            _bake_aside(
                line,
                replies,
                threads,
                lambda path: _ask_one_of_flask(app, path, method, request, clock),
                clock,
            )
            return tuple(replies[number] for number in sorted(replies))
        bakers = [threading.Thread(target=bake) for _ in range(min(threads, len(paths)))]
        for baker in bakers:
            baker.start()
        for baker in bakers:
            baker.join()
    return tuple(replies[number] for number in sorted(replies))


def _bake_aside(
    line: "deque[tuple[int, str]]",
    replies: dict[int, Reply],
    threads: int,
    ask: Callable[[str], Reply],
    clock: Clock,
) -> None:
    """What the bakers would do, where there are no threads: the next order goes to whoever is free first."""
    free = [clock.now] * threads
    for number, path in line:

        def work(number: int = number, path: str = path) -> None:
            replies[number] = ask(path)

        heapreplace(free, clock.aside(free[0], work))
    clock.now = max(free)


def _ask_one_of_flask(app: Any, path: str, method: str, request: dict[str, Any], clock: Clock) -> Reply:
    raised: list[BaseException] = []
    _errors.set(raised)
    start = clock.now
    status, text, headers = 500, "", {}
    given = {("data" if name == "form" else name): value for name, value in request.items()}
    try:
        response = app.test_client().open(path, method=method, **given)
        status, text, headers = response.status_code, response.get_data(as_text=True), dict(response.headers)
    except Exception as error:
        raised.append(error)
    return _reply(path, status, text, headers, start, clock, raised)


async def ask_together(
    app: Any, paths: Sequence[str], method: str, request: dict[str, Any], clock: Clock
) -> tuple[Reply, ...]:
    """Let all visitors ask a Quart app at the same moment."""
    async with _open(app):
        start = clock.now
        asked = (_ask_one_of_quart(app, path, method, request, clock, start) for path in paths)
        return tuple(await asyncio.gather(*asked))


async def _ask_one_of_quart(
    app: Any, path: str, method: str, request: dict[str, Any], clock: Clock, opened: int
) -> Reply:
    raised: list[BaseException] = []
    _errors.set(raised)
    start = clock.now
    status, text, headers = 500, "", {}
    try:
        response = await app.test_client().open(path, method=method, **request)
        body = await response.get_data(as_text=False)
        status, text, headers = response.status_code, body.decode(errors="replace"), dict(response.headers)
    except Exception as error:
        raised.append(error)
    return _reply(path, status, text, headers, start, clock, raised, opened)


def _reply(
    path: str,
    status: int,
    text: str,
    headers: dict[str, str],
    start: int,
    clock: Clock,
    raised: list[BaseException],
    opened: int = 0,
) -> Reply:
    return Reply(
        path=path,
        status=status,
        text=text,
        headers=headers,
        start=(start - opened) / SECOND,
        end=(clock.now - opened) / SECOND,
        error=raised[0] if raised else None,
    )


async def meet(app: Any, script: Callable[[Any], Awaitable[Any]]) -> Any:
    """Do what the script does with a test client."""
    async with _open(app):
        raised: list[BaseException] = []
        _errors.set(raised)
        try:
            result = await script(app.test_client())
        except Exception:
            if raised:
                raise raised[0] from None
            raise
        if raised:
            raise raised[0]
        return result


async def talk(app: Any, path: str, messages: Sequence[str], replies: int | None) -> list[Any]:
    """Send messages through a WebSocket and gather what comes back."""
    from quart.testing import connections

    heard: list[Any] = []
    wanted = len(messages) if replies is None else replies

    async def script(client: Any) -> list[Any]:
        async with client.websocket(path) as socket:
            for message in messages:
                await socket.send(message)
                if replies is None:
                    heard.append(await _next(socket))
            for _ in range(replies or 0):
                heard.append(await _next(socket))  # noqa: PERF401 - kept even when a later one fails
        return heard

    # Quart 0.22 raises an error of its own when the app closes; later ones let the client wait for ever.
    closed = getattr(connections, "WebsocketDisconnectError", _Closed)
    try:
        result: list[Any] = await meet(app, script)
    except connections.WebsocketResponseError as error:
        raise Wrong(
            f"the WebSocket `{path}` was refused with {error.args[0].status_code}: is there such a route?"
        ) from None
    except (_Closed, closed):
        count = len(heard)
        if count == wanted:
            return heard
        raise Wrong(f"the app closed the WebSocket after {counted(count, 'reply', 'replies')}.") from None
    return result


class _Closed(Exception):
    """The app closed the WebSocket, and no reply is left."""


async def _next(socket: Any) -> Any:
    """The next reply; raises `_Closed` where the app ends without one."""
    receiving = asyncio.ensure_future(socket.receive())
    await asyncio.wait({receiving, socket._task}, return_when=asyncio.FIRST_COMPLETED)
    await asyncio.sleep(0)  # both may have ended in this turn, and then the reply counts
    if receiving.done():
        return receiving.result()
    receiving.cancel()
    raise _Closed


class _open:  # noqa: N801 - reads as a verb
    """Start and stop a Quart app as a server would, and hear what its handlers raise."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __aenter__(self) -> None:
        from quart.signals import got_request_exception, got_websocket_exception

        async def note(_sender: Any, exception: BaseException, **_named: Any) -> None:
            _note(exception)

        self._note = note  # kept: signals hold their listeners only weakly
        self._signals = (got_request_exception, got_websocket_exception)
        self._first = getattr(self._app, "_got_first_request", False)
        for signal in self._signals:
            signal.connect(note, sender=self._app)
        try:
            await self._app.startup()
        except Exception as error:
            self._close()
            mishap.quiet(error)
            raise

    async def __aexit__(self, *_: object) -> None:
        try:
            await self._app.shutdown()
        finally:
            self._close()

    def _close(self) -> None:
        for signal in self._signals:
            signal.disconnect(self._note, sender=self._app)
        self._app._got_first_request = self._first


@contextmanager
def _as_it_was(app: Any) -> Iterator[None]:
    """A later cell may still add a route to the app: nothing was asked of it."""
    first = getattr(app, "_got_first_request", False)
    try:
        yield
    finally:
        app._got_first_request = first


def _note(error: BaseException) -> None:
    raised = _errors.get()
    if raised is not None:
        raised.append(error)
    mishap.quiet(error)  # told by the check, and not by the framework's log as well
