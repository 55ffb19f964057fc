"""Shops that play a script for every order, and loops in which nothing goes wrong unseen."""

import asyncio
import contextlib
import gc
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

from bakery.orders.ordering import order
from bakery.trace import Trace

T = TypeVar("T")


Loop = asyncio.BaseEventLoop


Factory = Callable[[], asyncio.Protocol]


Script = Callable[["Fake", asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


CAKE = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ncake"


def run(test: Coroutine[Any, Any, T]) -> T:
    """Run a test on a loop of its own, and let nothing go wrong behind its back."""
    problems: list[dict[str, Any]] = []

    async def watched() -> T:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: problems.append(context))
        return await asyncio.wait_for(test, 20)

    result = asyncio.run(watched())
    gc.collect()  # "exception was never retrieved" is said when the forgotten task is collected
    assert not problems
    return result


@dataclass
class Fake:
    """A shop that plays a script for every order."""

    url: str = ""
    closed: bool = False
    app: object = None
    requests: list[bytes] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    inside: int = 0
    all_gone: asyncio.Event = field(default_factory=asyncio.Event)


@contextlib.asynccontextmanager
async def playing(script: Script, app: object = None) -> AsyncIterator[Fake]:
    fake = Fake(app=app)

    async def customer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        fake.inside += 1
        fake.events.append("in")
        try:
            request = await reader.readuntil(b"\r\n\r\n")
            fake.requests.append(request)
            fake.events.append("order")
            await script(fake, reader, writer)
        except asyncio.IncompleteReadError:
            pass
        finally:
            writer.transport.abort()
            fake.inside -= 1
            if not fake.inside:
                fake.all_gone.set()

    server = await asyncio.start_server(customer, "127.0.0.1", 0, backlog=256)
    host, port = server.sockets[0].getsockname()
    fake.url = f"http://{host}:{port}"
    try:
        yield fake
        if fake.inside:
            await fake.all_gone.wait()
    finally:
        server.close()
        await server.wait_closed()


def saying(*answers: bytes) -> Script:
    """Give these answers, one to each order in its turn, and then wait until the customer leaves."""

    async def script(fake: Fake, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answers[(len(fake.requests) - 1) % len(answers)])
        await writer.drain()
        await reader.read()

    return script


def hanging_up(*answers: bytes) -> Script:
    """Give these answers, and leave at once, whether they are complete or not."""

    async def script(fake: Fake, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answers[(len(fake.requests) - 1) % len(answers)])
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    return script


async def one(script: Script, app: object = None, timeout: float = 30.0) -> Trace:
    async with playing(script, app) as fake:
        return await order(fake, 1, timeout=timeout)


def reason(trace: Trace) -> str:
    (failure,) = trace.failures
    return failure.error
