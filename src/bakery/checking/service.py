"""A stand-in for somebody else's service, on the virtual clock: slow, failing, counting, or in pages.

It answers from a script, and honours the time-outs of whoever asks. An answer that builds on httpx gets a client of it,
`service.httpx()`, which is a real one on another transport; one that builds on aiohttp gets `service.aiohttp()`, which has
the face of a `ClientSession`.
"""

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import httpx

from bakery.checking.mistakes import Wrong
from bakery.checking.virtual.clock import SECOND
from bakery.checking.virtual.players import player

MOST = 100
"""Requests after which a client asks for ever."""


@dataclass(frozen=True, slots=True)
class Says:
    """One answer: its status, its value as JSON or its text, and after how many simulated seconds it comes.

    `breaks` where the connection breaks instead.
    """

    value: Any = "ok"
    status: int = 200
    seconds: float = 0.0
    headers: dict[str, str] = field(default_factory=dict)
    breaks: bool = False

    @property
    def text(self) -> str:
        """What is sent."""
        return self.value if isinstance(self.value, str) else json.dumps(self.value)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it came: when, in simulated seconds since the start of the run, and what for."""

    seconds: float
    method: str
    path: str
    query: dict[str, str]
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)


Script = Callable[[Asked], Says]
"""What the service says to a request."""


class Service:
    """Answers with what it was given, one after another and the last for ever; or with what a function says.

    `most` requests are answered, and then the answer is wrong: it would never stop.
    """

    def __init__(self, *says: Says | Script, most: int = MOST) -> None:
        self._says = says
        self._most = most
        self.asked: list[Asked] = []
        """All requests, in the order in which they came."""
        self.at_once = 0
        """How many were in progress at the same moment, at most."""
        self._now = 0

    @property
    def moments(self) -> list[float]:
        """When each request came, in simulated seconds."""
        return [round(one.seconds, 9) for one in self.asked]

    def httpx(self, base: str = "http://service", **named: Any) -> httpx.AsyncClient:
        """A client of httpx that asks this service, and nobody else."""
        return httpx.AsyncClient(transport=_Transport(self), base_url=base, **named)

    def aiohttp(self, **named: Any) -> "Session":
        """What has the face of a `ClientSession` of aiohttp, and asks this service."""
        return Session(self, **named)

    def note(self, asked: Asked) -> Says:
        """What there is to say to a request. Raises `Wrong` where there were too many."""
        self.asked.append(asked)
        if len(self.asked) > self._most:
            raise Wrong(
                f"it asked the service {len(self.asked)} times, the last time for `{asked.path}`, and would never stop. "
                "What is to end the asking?"
            )
        said = self._says[min(len(self.asked), len(self._says)) - 1]
        return said if isinstance(said, Says) else said(asked)

    @asynccontextmanager
    async def answering(self, asked: Asked, patience: float | None) -> Any:
        """What is said, after its time; `patience` in seconds. Raises `TimeoutError` or `ConnectionError`."""
        says = self.note(asked)
        self._now += 1
        self.at_once = max(self.at_once, self._now)
        try:
            async with asyncio.timeout(patience):
                await asyncio.sleep(says.seconds)
            if says.breaks:
                raise ConnectionError("the connection was closed")
            yield says
        finally:
            self._now -= 1


def _moment() -> float:
    me = player()
    return me.clock.now / SECOND if me else 0.0


class _Transport(httpx.AsyncBaseTransport):
    def __init__(self, service: Service) -> None:
        self._service = service

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        body = (await request.aread()).decode(errors="replace")
        asked = Asked(
            _moment(), request.method, request.url.path, dict(request.url.params), body, dict(request.headers)
        )
        patience = request.extensions.get("timeout", {}).get("read")
        try:
            async with self._service.answering(asked, patience) as says:
                kind = "text/plain" if isinstance(says.value, str) else "application/json"
                return httpx.Response(
                    says.status, headers={"content-type": kind, **says.headers}, text=says.text
                )
        except TimeoutError:
            raise httpx.ReadTimeout("the service took too long", request=request) from None
        except ConnectionError as error:
            raise httpx.ReadError(str(error), request=request) from None


class Session:
    """The face of a `ClientSession` of aiohttp: `async with session.get(url) as response`, or awaited."""

    def __init__(
        self, service: Service, timeout: Any = None, raise_for_status: bool = False, **_named: Any
    ) -> None:
        self._service = service
        self._patience = _total(timeout)
        self._raises = raise_for_status
        self.closed = False

    async def __aenter__(self) -> "Session":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Be closed."""
        self.closed = True

    def request(self, method: str, url: Any, **named: Any) -> "_Asking":
        """Ask; what comes back can be awaited, or entered."""
        if self.closed:
            raise RuntimeError("Session is closed")
        return _Asking(self, method, str(url), named)

    def get(self, url: Any, **named: Any) -> "_Asking":
        """Ask with GET."""
        return self.request("GET", url, **named)

    def post(self, url: Any, **named: Any) -> "_Asking":
        """Ask with POST."""
        return self.request("POST", url, **named)

    def put(self, url: Any, **named: Any) -> "_Asking":
        """Ask with PUT."""
        return self.request("PUT", url, **named)

    def delete(self, url: Any, **named: Any) -> "_Asking":
        """Ask with DELETE."""
        return self.request("DELETE", url, **named)

    async def send(self, method: str, url: str, named: dict[str, Any]) -> "Response":
        """Ask the service. Raises `TimeoutError`, as aiohttp does, or an error of the connection."""
        address = httpx.URL(url, params=named.get("params"))
        body = json.dumps(named["json"]) if "json" in named else str(named.get("data") or "")
        asked = Asked(
            _moment(), method, address.path, dict(address.params), body, dict(named.get("headers") or {})
        )
        patience = _total(named["timeout"]) if "timeout" in named else self._patience
        try:
            async with self._service.answering(asked, patience) as says:
                response = Response(says, str(address))
        except ConnectionError as error:
            raise _aiohttps("ServerDisconnectedError", ConnectionError)(str(error)) from None
        if named.get("raise_for_status", self._raises):
            response.raise_for_status()
        return response


class _Asking:
    def __init__(self, session: Session, method: str, url: str, named: dict[str, Any]) -> None:
        self._session = session
        self._order = (method, url, named)

    def __await__(self) -> Iterator[Any]:
        return self._session.send(*self._order).__await__()

    async def __aenter__(self) -> "Response":
        return await self._session.send(*self._order)

    async def __aexit__(self, *_: object) -> None:
        pass


class Response:
    """The face of a `ClientResponse` of aiohttp."""

    def __init__(self, says: Says, url: str) -> None:
        self.status = says.status
        self.ok = says.status < 400
        self.headers = dict(says.headers)
        self.url = url
        self._text = says.text

    async def text(self) -> str:
        """The body."""
        await asyncio.sleep(0)
        return self._text

    async def read(self) -> bytes:
        """The body."""
        return (await self.text()).encode()

    async def json(self, **_named: Any) -> Any:
        """The body read as JSON. Raises `ValueError`."""
        return json.loads(await self.text())

    def raise_for_status(self) -> None:
        """Raise the error of aiohttp for a status of 400 and above."""
        if self.ok:
            return
        kind = _aiohttps("ClientResponseError", None)
        if kind is None:
            raise ConnectionError(f"status {self.status}")
        raise kind(SimpleNamespace(real_url=self.url), (), status=self.status)

    def release(self) -> None:
        """Give the connection back."""


def _aiohttps(name: str, other: Any) -> Any:
    """An error of aiohttp's, or another one where it is not installed."""
    try:
        import aiohttp
    except ImportError:
        return other
    return getattr(aiohttp, name)


def _total(timeout: Any) -> float | None:
    total = getattr(timeout, "total", timeout)
    return None if total is None else float(total)
