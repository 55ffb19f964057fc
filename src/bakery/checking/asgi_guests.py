"""Guests of an ASGI app: they hear a stream part by part, and talk through a WebSocket, on the virtual clock.

They call the app itself, as a server would, so that they see the same with every version of Quart: when each part came,
how it ended, which code closed the socket, and what went on after they had left.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import unquote

from bakery.checking.lifetimes import heard
from bakery.checking.virtual.lines import lines_waited_at

LISTENING = 600.0
"""Simulated seconds after which a stream that still goes on is endless."""

LEAVING = 60.0
"""Simulated seconds for which it is watched what a handler does without its guest."""

TURNS = 20
"""Turns of the loop in which a handler has noticed that its guest has left."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a stream, and the simulated second at which it came."""

    seconds: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """What one guest heard."""

    path: str
    status: int
    kind: str
    parts: tuple[Part, ...]
    how: Literal["ended", "left", "endless", "cut"]
    """`left`: the guest did. `cut`: it stopped without an end, such as by a time limit of the server."""
    went_on: float = 0.0
    """Simulated seconds for which the handler went on after its guest had left."""
    error: BaseException | None = None


class Closed(Exception):
    """The app closed a WebSocket, or refused it; with the close code, or the status."""

    def __init__(self, code: int, *, refused: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.refused = refused


class _Visit:
    """One call of an app; `into` takes what the server would tell it, `out` has what it says."""

    def __init__(self, app: Any, scope: dict[str, Any], room: int = 0) -> None:
        self.into: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.out: asyncio.Queue[dict[str, Any]] = asyncio.Queue(room)
        self.raised: list[BaseException] = []
        heard.set(self.raised)
        self.task: asyncio.Task[None] = asyncio.ensure_future(app(scope, self.into.get, self.out.put))

    async def next(self, seconds: float | None = None) -> dict[str, Any] | None:
        """What the app says next; None where it ends, or says nothing for so long."""
        if not self.out.empty():
            return self.out.get_nowait()
        saying = asyncio.ensure_future(self.out.get())
        await asyncio.wait({saying, self.task}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.sleep(0)  # both may have come in this turn, and then what was said counts
        if saying.done():
            return saying.result()
        saying.cancel()
        return None

    async def left(self, event: dict[str, Any]) -> float:
        """Go, and see for how long the handler goes on: 0 where it ends at once."""
        start = asyncio.get_running_loop().time()
        self.into.put_nowait(event)
        for _ in range(TURNS):
            if self.task.done():
                return 0.0
            await asyncio.sleep(0)
        await asyncio.wait({self.task}, timeout=LEAVING)
        return asyncio.get_running_loop().time() - start

    async def close(self) -> None:
        """End the call, whatever it does."""
        # Cancelling a call that has ended would keep the loop from telling what it has raised.
        if not self.task.done():
            self.task.cancel()
        await asyncio.wait({self.task}, timeout=1)

    @property
    def error(self) -> BaseException | None:
        """What the handler raised."""
        if self.raised:
            return self.raised[0]
        if self.task.done() and not self.task.cancelled():
            return self.task.exception()
        return None


def _scope(kind: str, path: str, method: str = "GET") -> dict[str, Any]:
    route, _, query = path.partition("?")
    return {
        "type": kind,
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http" if kind == "http" else "ws",
        "path": unquote(route),
        "raw_path": route.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(b"host", b"localhost"), (b"remote-addr", b"127.0.0.1")],
        "client": ("127.0.0.1", 1),
        "server": ("localhost", 80),
        "subprotocols": [],
        "extensions": {"websocket.http.response": {}},
        "state": {},
    }


async def listen(app: Any, path: str, parts: int | None, limit: float = LISTENING) -> Stream:
    """Hear a stream to its end, or so many parts of it, and then leave."""
    loop = asyncio.get_running_loop()
    visit = _Visit(app, _scope("http", path))
    visit.into.put_nowait({"type": "http.request", "body": b"", "more_body": False})
    start, end = loop.time(), loop.time() + limit
    status, kind = 0, ""
    several: list[Part] = []
    how: Literal["ended", "left", "endless", "cut"] = "cut"
    went_on = 0.0
    while True:
        if parts is not None and len(several) >= parts:
            how, went_on = "left", await visit.left({"type": "http.disconnect"})
            break
        said = await visit.next(max(0.0, end - loop.time()))
        if said is None:
            how = "cut" if visit.task.done() else "endless"
            break
        if said["type"] == "http.response.start":
            status, kind = said["status"], _kind(said["headers"])
        elif said["type"] == "http.response.body":
            if said.get("body"):
                several.append(Part(loop.time() - start, bytes(said["body"]).decode(errors="replace")))
            if not said.get("more_body", False):
                how = "ended"
                break
    await visit.close()
    return Stream(
        path=path,
        status=status,
        kind=kind,
        parts=tuple(several),
        how=how,
        went_on=went_on,
        error=visit.error,
    )


def _kind(headers: Iterable[tuple[bytes, bytes]]) -> str:
    several = {name.decode().lower(): value.decode() for name, value in headers}
    return several.get("content-type", "").partition(";")[0]


@dataclass(frozen=True, slots=True)
class Gone:
    """What a handler did without its guest: for how many simulated seconds it went on, and whether it answered nobody."""

    went_on: float
    answered: bool


async def leave_after(app: Any, path: str, seconds: float) -> Gone:
    """Ask for an answer and leave after so many simulated seconds.

    Raises what the handler raised before that, and `ValueError` where it had answered already: nobody could leave.
    """
    visit = _Visit(app, _scope("http", path))
    visit.into.put_nowait({"type": "http.request", "body": b"", "more_body": False})
    await asyncio.wait({visit.task}, timeout=seconds)
    if visit.error is not None:
        raise visit.error
    if visit.task.done() or not visit.out.empty():
        raise ValueError(f"{path} was answered within {seconds:g} s, and nobody could leave")
    went_on = await visit.left({"type": "http.disconnect"})
    await visit.close()
    told = visit.task.exception() if visit.task.done() and not visit.task.cancelled() else None
    # Quart 0.22 says its answer to nobody, and 0.23 raises an error of its own where nobody is left to send to.
    return Gone(went_on, answered=not visit.out.empty() or _found_nobody(told))


def _found_nobody(error: BaseException | None) -> bool:
    """Whether an answer found that its guest had left."""
    if isinstance(error, BaseExceptionGroup):
        return any(_found_nobody(one) for one in error.exceptions)
    return type(error).__name__ == "ClientDisconnectedError"


async def leave_unread(app: Any, path: str) -> float:
    """Leave a stream that nobody reads, so that its generator stands at a `yield`; for how long the handler went on."""
    visit = _Visit(app, _scope("http", path), room=2)
    visit.into.put_nowait({"type": "http.request", "body": b"", "more_body": False})
    await asyncio.wait({visit.task}, timeout=LEAVING)
    went_on = await visit.left({"type": "http.disconnect"})
    await visit.close()
    return went_on


def waits_for_more() -> str:
    """Where a handler waits for what its guest says next, in a sentence; empty where it waits for something else."""
    lines = [line for line in lines_waited_at() if ".receive" in line]
    return f" It waits for the guest to say something more ({lines[0]})." if lines else ""


class Guest:
    """Somebody at a WebSocket of the app; `async with` connects and leaves.

    Raises `Closed` where the app refuses it.
    """

    def __init__(self, app: Any, path: str) -> None:
        self._app = app
        self.path = path
        self.went_on = 0.0
        """Simulated seconds for which the handler went on after this guest had left."""
        self.closed: int | None = None

    async def __aenter__(self) -> "Guest":
        self._visit = _Visit(self._app, _scope("websocket", self.path))
        self._visit.into.put_nowait({"type": "websocket.connect"})
        self._first: list[dict[str, Any]] = []
        return self

    async def __aexit__(self, *_: object) -> None:
        if not self._visit.task.done():
            self.went_on = await self._visit.left({"type": "websocket.disconnect", "code": 1005})
        await self._visit.close()

    def say(self, text: str) -> None:
        """Send a message."""
        self._visit.into.put_nowait({"type": "websocket.receive", "text": text, "bytes": None})

    async def hear(self, seconds: float | None = None) -> Any:
        """The next message. Raises `Closed`, or `TimeoutError` where nothing comes for so many simulated seconds."""
        while True:
            said = await self._visit.next(seconds)
            if said is None and self._visit.task.done():
                raise Closed(self.closed or 1006)
            if said is None:
                raise TimeoutError
            if said["type"] == "websocket.send":
                return said.get("text") if said.get("text") is not None else said.get("bytes")
            if said["type"] == "websocket.close":
                self.closed = said.get("code", 1000)
                raise Closed(self.closed)
            if said["type"] == "websocket.http.response.start":
                raise Closed(said["status"], refused=True)

    @property
    def error(self) -> BaseException | None:
        """What the handler raised."""
        return self._visit.error
