"""The premises of a real machine: real ports and real threads."""

from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any

from bakery.loopback import HOST
from bakery.shop.asgi import ASGIMiddleware
from bakery.shop.hypercorn import HypercornServer
from bakery.shop.premises import Patience, Server
from bakery.shop.sockets import Door, listen, make_room_for_a_crowd
from bakery.shop.waitress import WaitressServer
from bakery.shop.wsgi import WSGIMiddleware

if TYPE_CHECKING:
    from bakery.shop.wire import Wire

LATE = ("httpx", "httpcore", "certifi", "anyio.streams.tls", "anyio._backends._asyncio", "asgiref.sync")
"""What httpx imports with its first client and with the first request of an async one, 70 ms of a processor's time; and
what Flask does with the first request for an `async def`."""


class Machine:
    """Doors on the loopback address; waitress for WSGI apps, Hypercorn for ASGI apps."""

    nowhere = ""

    def __init__(self, patience: Patience | None = None) -> None:
        self._patience = patience or Patience()

    def listen(self, port: int) -> Door:
        """A door on a port of the loopback address. Raises `OSError`."""
        make_room_for_a_crowd()
        import_what_comes_late()
        return listen(port)

    def wsgi(self, middleware: WSGIMiddleware, door: Door, threads: int) -> Server:
        """Waitress."""
        return WaitressServer(middleware, door, threads, self._patience)

    def asgi(self, middleware: ASGIMiddleware, door: Door) -> Server:
        """Hypercorn."""
        return HypercornServer(middleware, door, self._patience)

    def transport(self) -> None:
        """Clients connect as usual."""

    def customer(self, request: Any) -> None:  # noqa: ANN401  # httpx's, which is imported late
        """Customers, too."""

    def line(self, middleware: ASGIMiddleware, port: int, path: str) -> "Wire":  # noqa: ARG002  # it is asked over the wire
        """Guests, too."""
        from bakery.shop.wire import Wire  # wsproto takes 15 ms, and few notebooks need it

        return Wire(HOST, port, path)


def import_what_comes_late() -> None:
    """Import now what would else be imported while somebody measures how long the first answer takes.

    Beside busy neighbours, that alone made the first page of a book take half as long again as the next ones.
    """
    for name in LATE:
        # Where it cannot be imported, whoever needs it is told; a shop opens without it.
        with suppress(Exception):
            module = import_module(name)
            if name == "certifi":
                module.where()  # which imports, too
