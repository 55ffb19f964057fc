"""A WebSocket to an app that is called: messages go both ways in two queues, as ASGI has them."""

import asyncio
from typing import TYPE_CHECKING, Any

import httpx

from bakery.shop.delivery import CLOSED
from bakery.shop.gateway import scope_of
from bakery.shop.websocket import (
    LAST_WORD,
    LONGEST,
    LOST,
    NORMAL,
    TOO_LONG,
    Said,
    SocketClosedError,
    SocketRefusedError,
    refused,
)

if TYPE_CHECKING:
    from bakery.shop.asgi import ASGIMiddleware
    from bakery.shop.asgi_types import Message


class InProcessLine:
    """A guest's line to an app in this process; the app's side runs in a task of its own."""

    def __init__(self, app: "ASGIMiddleware", url: str, path: str) -> None:
        request = httpx.Request("GET", url + path)
        self._app = app
        self._path = path
        self._scope = {**scope_of(request), "type": "websocket", "scheme": "ws", "subprotocols": []}
        self._scope["extensions"] = {"websocket.http.response": {}}
        self._to_app: asyncio.Queue[Message] = asyncio.Queue()
        self._to_guest: asyncio.Queue[Said | SocketClosedError] = asyncio.Queue()
        self._accepted: asyncio.Future[None] | None = None
        self._status = 403
        self._end: SocketClosedError | None = None
        self._task: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Ask to be let in."""
        self._accepted = asyncio.get_running_loop().create_future()
        self._to_app.put_nowait({"type": "websocket.connect"})
        self._task = asyncio.create_task(self._attend())
        self._task.add_done_callback(self._over)
        await self._accepted

    async def _attend(self) -> None:
        if not self._app.opened.done():  # over a connection nobody gets in before, either
            await self._app.startup()
        if self._app.in_vain:
            self._settle(SocketRefusedError(CLOSED))
            return
        await self._app(self._scope, self._to_app.get, self._take)

    async def say(self, message: Said) -> None:
        """Send one message."""
        if self._end:
            raise self._end
        key = "text" if isinstance(message, str) else "bytes"
        self._to_app.put_nowait({"type": "websocket.receive", key: message})
        await asyncio.sleep(0)  # the app may take it before the guest goes on

    async def hear(self) -> Said:
        """The next whole message."""
        said = await self._to_guest.get()
        if isinstance(said, SocketClosedError):
            self._to_guest.put_nowait(said)  # whoever listens next hears the same
            raise said
        return said

    async def hang_up(self, code: int, reason: str) -> None:
        """Say goodbye; an app that has not ended a moment later is sent home."""
        if self._task is None or self._task.done():
            return
        self._to_app.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        await asyncio.wait({self._task}, timeout=LAST_WORD)
        self._task.cancel()

    def drop(self) -> None:
        """Leave at once; an app that takes no notice is sent home a moment later."""
        if self._task is not None and not self._task.done():
            # Quart 0.22 cancels its handler when it is told, and not when its own task is cancelled.
            self._to_app.put_nowait({"type": "websocket.disconnect", "code": LOST})
            self._task.get_loop().call_later(LAST_WORD, self._task.cancel)

    async def _take(self, message: "Message") -> None:
        """What the app sends."""
        assert self._accepted is not None  # noqa: S101  # for the type checker: the app runs since `open`
        match message["type"]:
            case "websocket.accept":
                self._settle(None)
            case "websocket.send":
                self._hand_over(message)
            case "websocket.close" if not self._accepted.done():
                self._settle(refused(self._path, 403))
            case "websocket.close":
                self._finish(int(message.get("code", NORMAL)), str(message.get("reason") or ""))
            case "websocket.http.response.start":
                self._status = int(message["status"])
            case "websocket.http.response.body" if not message.get("more_body", False):
                self._settle(refused(self._path, self._status))

    def _hand_over(self, message: "Message") -> None:
        said: Any = message.get("bytes") if message.get("text") is None else message["text"]
        if len(said) > LONGEST:
            self._finish(TOO_LONG, f"a message of more than {LONGEST:,} bytes")
            self.drop()
        elif not self._end:
            self._to_guest.put_nowait(said)

    def _settle(self, refusal: SocketRefusedError | None) -> None:
        if self._accepted is None or self._accepted.done():
            return
        if refusal:
            self._accepted.set_exception(refusal)
        else:
            self._accepted.set_result(None)

    def _finish(self, code: int, reason: str = "") -> None:
        if self._end is None:
            self._end = SocketClosedError(code, reason)
            self._to_guest.put_nowait(self._end)

    def _over(self, task: asyncio.Task[None]) -> None:
        """The handler has returned, raised or was sent home: an end, and a refusal where it had not accepted."""
        if not task.cancelled():
            task.exception()  # the middleware has kept it
        self._settle(refused(self._path, 500))
        # Over a connection, too, a handler that fails looks like one that has ended.
        self._finish(LOST if task.cancelled() else NORMAL)
