"""The premises: what a shop needs of the place where it stands, a machine with ports and threads or a browser's page."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import httpx

    from bakery.shop.asgi import ASGIMiddleware
    from bakery.shop.websocket import Line
    from bakery.shop.wsgi import WSGIMiddleware


@dataclass(frozen=True)
class Patience:
    """How many seconds a closing shop waits, and for whom."""

    last_orders: float = 1.5
    """For orders in flight: a bake of one second still comes out."""
    clearing_up: float = 2.0
    """For what the app and the server have to do after that."""


class StartupError(Exception):
    """The app failed while it started, or never ended starting; the cause, if any, is the app's error."""


class Server(Protocol):
    """What a shop needs of a server."""

    @property
    def running(self) -> bool:
        """Whether it takes orders."""

    @property
    def busy(self) -> bool:
        """Whether a handler that cannot be interrupted keeps it from ending."""

    def start(self, startup: float) -> None:
        """Take orders; raises `StartupError` when the app is not ready within `startup` seconds."""

    def stop(self, last_orders: float | None = None) -> None:
        """Take no more orders and end; may be called again, also where a call was interrupted.

        Orders in flight have `last_orders` seconds, or as many as the server's own patience says.
        """


class Place(Protocol):
    """Where an address comes from: a door, or whatever stands for one."""

    def getsockname(self) -> Any:  # noqa: ANN401  # as sockets have it
        """The host and the port."""

    def close(self) -> None:
        """Give the address back."""


class Premises(Protocol):
    """What there is to serve with: the ports and threads of a machine, or a browser's single thread."""

    @property
    def nowhere(self) -> str:
        """Why no browser tab gets to these shops; empty where one does."""

    def listen(self, port: int) -> Place:
        """An address; port 0 is any free one. Raises `OSError`."""

    def wsgi(self, middleware: "WSGIMiddleware", door: Any, threads: int) -> Server:  # noqa: ANN401  # of these premises
        """A server for a WSGI app."""

    def asgi(self, middleware: "ASGIMiddleware", door: Any) -> Server:  # noqa: ANN401  # of these premises
        """A server for an ASGI app."""

    def transport(self) -> "httpx.AsyncBaseTransport | None":
        """The way from a client to the shops, where it is not the usual one."""

    def customer(self, request: "httpx.Request") -> Any:  # noqa: ANN401  # what `order` calls a customer
        """Whoever brings a request to a shop, where that is not done over a connection; else None."""

    def line(self, middleware: "ASGIMiddleware", port: int, path: str) -> "Line":
        """What carries the messages of a guest on a WebSocket."""
