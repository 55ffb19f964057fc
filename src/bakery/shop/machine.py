"""The premises of a real machine: real ports and real threads."""

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


class Machine:
    """Doors on the loopback address; waitress for WSGI apps, Hypercorn for ASGI apps."""

    nowhere = ""

    def __init__(self, patience: Patience | None = None) -> None:
        self._patience = patience or Patience()

    def listen(self, port: int) -> Door:
        """A door on a port of the loopback address. Raises `OSError`."""
        make_room_for_a_crowd()
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
