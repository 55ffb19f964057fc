"""A stand-in for somebody else's service, on the virtual clock: slow, failing, counting, in pages, or in parts.

It answers from a script, and honours the time-outs of whoever asks. An answer that builds on httpx gets a client of it,
`service.httpx()`, which is a real one on another transport; one that builds on aiohttp gets `service.aiohttp()`, which has
the face of a `ClientSession`.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, NoReturn

import httpx

from bakery.checking.connections import HOST
from bakery.checking.mistakes import Wrong
from bakery.checking.sightings import on_endless_answer
from bakery.checking.virtual.clock import SECOND
from bakery.checking.virtual.halts import Enough
from bakery.checking.virtual.players import player

MOST = 100
"""Requests after which a client asks for ever."""

MOST_PARTS = 1000
"""Parts of one answer after which whoever reads it would read for ever."""


@dataclass(frozen=True, slots=True)
class Says:
    """One answer: its status, its value as JSON or its text, and after how many simulated seconds it comes.

    With `parts` the body is these, each after `pause` simulated seconds, and they may be without end. `breaks` where the
    connection breaks instead; with parts, after the last of them.
    """

    value: Any = "ok"
    status: int = 200
    seconds: float = 0.0
    headers: dict[str, str] = field(default_factory=dict)
    breaks: bool = False
    parts: Iterable[bytes] = ()
    pause: float = 0.0

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
    patience: float | None = None
    """For how many seconds of silence whoever asks with httpx would wait."""

    @property
    def address(self) -> str:
        """Its path, with what stands behind the `?`."""
        query = "&".join(f"{name}={value}" for name, value in self.query.items())
        return f"{self.path}?{query}" if query else self.path


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
        self.sent: list[float] = []
        """When each part of an answer in parts was handed over, in simulated seconds since the start of the run."""
        self._now = 0

    @property
    def open(self) -> int:
        """How many answers are in progress now: in parts, until they are read to their end or closed."""
        return self._now

    @property
    def moments(self) -> list[float]:
        """When each request came, in simulated seconds."""
        return [round(one.seconds, 9) for one in self.asked]

    def httpx(self, base: str = f"http://{HOST}", **named: Any) -> httpx.AsyncClient:
        """A client of httpx that asks this service, and nobody else."""
        return httpx.AsyncClient(transport=Transport(self), base_url=base, **named)

    def aiohttp(self, **named: Any) -> "Session":
        """What has the face of a `ClientSession` of aiohttp, and asks this service."""
        return Session(self, **named)

    def note(self, asked: Asked) -> Says:
        """What there is to say to a request. Where there were too many, the run is over, whatever the answer catches."""
        self.asked.append(asked)
        if len(self.asked) > self._most:
            _stop(
                f"it asked the service {len(self.asked)} times, the last time for `{asked.address}`, and would never stop. "
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
            if says.breaks and not says.parts:
                raise ConnectionError("the connection was closed")
            yield says
        finally:
            self._now -= 1

    async def parts(self, says: Says, patience: float | None) -> AsyncIterator[bytes]:
        """The body in parts; `patience` in seconds, for each of them. Raises as `answering`."""
        for number, part in enumerate(says.parts):
            async with asyncio.timeout(patience):
                await asyncio.sleep(says.pause)
            if number == MOST_PARTS:
                since = self.asked[-1]
                _stop(on_endless_answer(number, round(_moment() - since.seconds, 9), since.headers))
            self.sent.append(round(_moment(), 9))
            yield part
        if says.breaks:
            raise ConnectionError("the connection was closed in the middle of an answer")


def _moment() -> float:
    me = player()
    return me.clock.now / SECOND if me else 0.0


def _stop(sentence: str) -> NoReturn:
    """End the run with a sentence, which no `except` and no `return_exceptions` of the answer can swallow."""
    if me := player():
        me.clock.halt(Enough(sentence))
        raise Enough(sentence)
    raise Wrong(sentence)


def asked_for(request: httpx.Request, body: bytes) -> Asked:
    """A request of httpx, as the service notes it. Raises what httpx does where the address says not where to."""
    if request.url.scheme not in {"http", "https"}:
        raise httpx.UnsupportedProtocol("Request URL is missing an 'http://' or 'https://' protocol.")
    url, text, headers = request.url, body.decode(errors="replace"), dict(request.headers)
    return Asked(_moment(), request.method, url.path, dict(url.params), text, headers, patience_of(request))


def patience_of(request: httpx.Request) -> float | None:
    """Seconds that whoever asks with httpx would wait for the answer."""
    patience: float | None = request.extensions.get("timeout", {}).get("read")
    return patience


def headers_of(says: Says) -> dict[str, str]:
    """The headers that an answer has."""
    kind = "text/plain" if isinstance(says.value, str) else "application/json"
    return {"content-type": kind, **says.headers}


def whole(says: Says) -> httpx.Response:
    """The answer as it comes from a connection: not read yet, and closed when it is, so that httpx knows how long it took."""
    made = httpx.Response(says.status, headers=headers_of(says), text=says.text)
    return httpx.Response(says.status, headers=made.headers, stream=httpx.ByteStream(made.content))


class Transport(httpx.AsyncBaseTransport):
    """Carries the requests of an `httpx.AsyncClient` to a service."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """What the service says. Raises `httpx.ReadTimeout` or `httpx.ReadError`."""
        asked, patience = asked_for(request, await request.aread()), patience_of(request)
        with in_words_of_httpx():
            async with AsyncExitStack() as stack:
                says = await stack.enter_async_context(self._service.answering(asked, patience))
                headers = headers_of(says)
                if not says.parts:
                    return whole(says)
                body = _Body(self._service.parts(says, patience), stack.pop_all())
                return httpx.Response(says.status, headers=headers, stream=body)


@contextmanager
def in_words_of_httpx() -> Iterator[None]:
    """Turn what went wrong into the errors of httpx, which itself adds the request."""
    try:
        yield
    except TimeoutError:
        raise httpx.ReadTimeout("the service took too long") from None
    except ConnectionError as error:
        raise httpx.ReadError(str(error)) from None


class _Body(httpx.AsyncByteStream):
    """A body in parts, which holds its request open until it is closed."""

    def __init__(self, parts: AsyncIterator[bytes], until: AsyncExitStack) -> None:
        self._parts = parts
        self._until = until

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with in_words_of_httpx():
            async for part in self._parts:
                yield part

    async def aclose(self) -> None:
        """The request is over."""
        await self._until.aclose()


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
        until = None if patience is None else asyncio.get_running_loop().time() + patience
        try:
            async with self._service.answering(asked, patience) as says:
                response = Response(says, str(address), Content(self._service, says, until))
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

    def __init__(self, says: Says, url: str, content: "Content") -> None:
        self.content = content
        self.status = says.status
        self.ok = says.status < 400
        self.headers = dict(says.headers)
        self.url = url
        self._body: bytes | None = None

    async def text(self) -> str:
        """The body."""
        return (await self.read()).decode()

    async def read(self) -> bytes:
        """The body."""
        if self._body is None:
            self._body = b"".join([part async for part in self.content.iter_any()])
        return self._body

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


class Content:
    """The face of a `StreamReader` of aiohttp; `until` is the moment at which the whole has to be there."""

    def __init__(self, service: Service, says: Says, until: float | None) -> None:
        self._service = service
        self._says = says
        self._until = until

    async def iter_any(self) -> AsyncIterator[bytes]:
        """The parts as they come."""
        await asyncio.sleep(0)
        if not self._says.parts:
            yield self._says.text.encode()
            return
        parts = self._service.parts(self._says, None)
        try:
            while True:
                async with asyncio.timeout_at(self._until):
                    part = await anext(parts, None)
                if part is None:
                    return
                yield part
        except ConnectionError as error:
            raise _aiohttps("ClientPayloadError", ConnectionError)(str(error)) from None

    async def iter_chunked(self, most: int) -> AsyncIterator[bytes]:
        """The parts, none longer than so many bytes."""
        async for part in self.iter_any():
            for start in range(0, len(part), most):
                yield part[start : start + most]


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
