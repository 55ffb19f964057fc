"""Serving: a Flask or Quart app, or any other WSGI or ASGI app, on a real server behind a notebook cell."""

import atexit
import re
import ssl
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from bakery import proxy
from bakery.asking import Call, Range, a, refusal
from bakery.counting import counted, in_words
from bakery.loopback import HOST
from bakery.mishap import reason
from bakery.shop.apps import AppKind, recognise, with_article
from bakery.shop.asgi import ASGIMiddleware
from bakery.shop.guard import Guard, new_key, shared_machine
from bakery.shop.machine import Machine
from bakery.shop.middleware import Middleware
from bakery.shop.premises import Place, Premises, Server, StartupError
from bakery.shop.sockets import TAKEN
from bakery.shop.wsgi import WSGIMiddleware

if TYPE_CHECKING:
    import httpx

    from bakery.shop.websocket import Socket

THREADS = 4
"""The bakers of a WSGI shop unless told otherwise: what waitress itself would take."""

PREMISES: Premises = Machine()
"""Where shops stand; `browser` puts other premises here where there are no sockets."""

SERVE = Call("serve(app, {})")
SOCKET = Call('shop.socket("/counter", {})')


def serve(
    app: Any,  # noqa: ANN401  # any app, and what people mistake for one
    *,
    threads: int | None = None,
    name: str | None = None,
    port: int = 0,
    startup: float = 10.0,
    hosts: "Sequence[str]" = (),
) -> "Shop":
    """Open a shop: serve a Flask (or other WSGI) or Quart (or other ASGI) app from this process.

    For example:

        shop = serve(app)                  # any free port
        shop = serve(flask_app, threads=1)
        with serve(app) as shop:           # closed at the end of the block
            trace = await order(shop)

    Args:
        app: the app; a Flask or a Quart app, or any other WSGI or ASGI app.
        threads: the number of bakers of a WSGI app, 4 unless told otherwise; an ASGI app has one event loop instead.
        name: shops of one name replace each other, and keep the port where they can; unnamed shops are named
            after their app.
        port: a number from 0 to 65,535; 0 is any free one.
        startup: seconds that the app may take to start.
        hosts: names under which the shop answers besides its own, and whose pages may ask; ["*"] is everybody.

    Raises:
        TypeError: for what is no app, with the call that was probably meant, and for arguments of a wrong kind.
        ValueError: for other arguments that cannot be.
        OSError: for a port that is taken.
        RuntimeError: for an app that fails to start.
    """
    kind = recognise(app)
    threads = _threads(threads, kind)
    name = _name(name, kind)
    SERVE.whole("port", port, "a port number", Range(0, 65_535), usual=0)
    SERVE.number(
        "startup", startup, "the seconds that the app may take to start", Range(above=True), usual=10
    )

    names = _hosts(hosts)
    place = _take_over(name, port)
    number: int = place.getsockname()[1]
    seen_at = proxy.colab(number)
    guard = _guard(name, number, (*names, *_hosts_of(seen_at)))
    sign = Sign(kind.title, name, threads, number, guard, seen_at)
    running = _server(app, sign, place)
    try:
        running.open(startup)
        shop = Shop(app, sign, running)
        _enter(shop)
    except StartupError as failure:
        running.stop(0.0)
        raise RuntimeError(_why(name, running.server, failure.__cause__, startup)) from failure.__cause__
    except BaseException:
        running.stop(0.0)
        raise
    return shop


class Shop:
    """A running server, with the app behind it. Made by `serve`; closed by `close()`, by `with`, or at the end."""

    def __init__(self, app: Any, sign: "Sign", running: "Running") -> None:  # noqa: ANN401  # any app
        self.app = app
        self.name = sign.name
        self.threads = sign.threads
        self.port = sign.port
        self._sign = sign
        self._running = running

    @property
    def url(self) -> str:
        """The address for programs on this machine, without a closing slash."""
        return f"http://{HOST}:{self.port}{self._sign.guard.inside}"

    @property
    def link(self) -> proxy.Link:
        """The address for the reader's browser; it also works on Binder and JupyterHub, and on Colab where that says it."""
        seen_at, outside = self._sign.seen_at, self._sign.guard.outside
        nowhere = proxy.NOWHERE_ON_COLAB if proxy.on_colab() and not seen_at else PREMISES.nowhere
        return proxy.Link(f"{seen_at or outside or self.url}/", nowhere)

    @property
    def closed(self) -> bool:
        """Whether the shop takes no more orders."""
        return not self._running.server.running

    @property
    def errors(self) -> tuple[str, ...]:
        """The tracebacks of handlers that raised, newest last; the last 20."""
        return self._running.middleware.errors

    def client(self, **options: Any) -> "httpx.AsyncClient":  # noqa: ANN401  # whatever httpx takes
        """An `httpx.AsyncClient` that knows the address; takes what httpx takes.

        Raises `RuntimeError` if the shop is closed.
        """
        import httpx

        self._must_be_open()
        usual: dict[str, Any] = {"base_url": self.url, "timeout": 30.0}
        if transport := PREMISES.transport():
            usual["transport"] = transport
        else:
            # Certificates and proxies have no say in an address of this machine. Loading them takes 20 to 30 ms.
            usual |= {"trust_env": False, "verify": ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)}
        return httpx.AsyncClient(**(usual | options))

    def socket(self, path: str, *, timeout: float = 5.0) -> "Socket":
        """A WebSocket to this shop, from a guest's side; the app may take `timeout` seconds to let the guest in.

        For example:

            async with shop.socket("/counter") as socket:
                await socket.send("two plum")
                print(await socket.receive())

        Raises `TypeError` for an app that has no WebSockets, and `RuntimeError` if the shop is closed.
        """
        from bakery.shop.websocket import Socket

        middleware = self._running.middleware
        if not isinstance(middleware, ASGIMiddleware):
            raise refusal(
                TypeError,
                f'the shop "{self.name}" serves {a(self._sign.title)} app, and WSGI has no WebSockets. A Quart app has',
                'serve(quart_app).socket("/counter")',
            )
        SOCKET.text("path", path, "a path", usual="/counter")
        if not path.startswith("/"):
            raise refusal(
                ValueError, f"a path begins with a slash, but got {path!r}", f'shop.socket("/{path}")'
            )
        SOCKET.number("timeout", timeout, "a timeout in seconds", Range(above=True), usual=5)
        self._must_be_open()
        return Socket(PREMISES.line(middleware, self.port, f"{self._sign.guard.inside}{path}"), path, timeout)

    def customer(self, request: "httpx.Request") -> Any:  # noqa: ANN401  # see `bakery.orders.customers.Customer`
        """Whoever brings this request here for `order`, where that is not done over a connection; else None."""
        return PREMISES.customer(request)

    def close(self) -> None:
        """Take no more orders, let those in flight finish if they soon do, and end. Twice is fine."""
        # Interrupted, it stays among the shops, and whoever closes it next goes on from here.
        self._running.stop()
        _leave(self)

    def _must_be_open(self) -> None:
        if self.closed:
            raise RuntimeError(f'The shop "{self.name}" is closed.\nOpen it again:  shop = serve(app)')

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        bakers = f" with {counted(self.threads, 'thread')}" if self.threads else ""
        state = "closed" if self.closed else f"open at {self.url}{bakers}"
        kept = f", {in_words(len(self.errors), 'error')} in shop.errors" if self.errors else ""
        return f'{self._sign.title} bakery "{self.name}", {state}{kept}'


@dataclass(frozen=True)
class Sign:
    """What stands over the door of a shop."""

    title: str
    """The framework, as people write it."""
    name: str
    threads: int | None
    """The bakers of a WSGI app."""
    port: int
    guard: Guard
    seen_at: str = ""
    """Where a browser finds the shop, if its port has a host of its own, as on Colab."""


# The server, and the layer between it and the app


@dataclass(frozen=True)
class Running:
    """A server with the middleware between it and the app."""

    server: Server
    middleware: Middleware

    def open(self, startup: float) -> None:
        """Take orders; raises `StartupError` when the app is not ready within `startup` seconds."""
        self.middleware.listen()
        self.server.start(startup)

    def stop(self, last_orders: float | None = None) -> None:
        """End, and give orders in flight so many seconds; without a number, as many as the premises do."""
        self.server.stop(last_orders)
        self.middleware.leave()


def _server(app: Any, sign: Sign, place: Place) -> Running:  # noqa: ANN401  # any app
    if sign.threads is None:
        asgi = ASGIMiddleware(app, sign.guard)
        return Running(PREMISES.asgi(asgi, place), asgi)
    wsgi = WSGIMiddleware(app, sign.guard)
    return Running(PREMISES.wsgi(wsgi, place, sign.threads), wsgi)


def _why(name: str, server: Server, error: BaseException | None, startup: float) -> str:
    """Why an app did not start."""
    if error is not None:
        return f'The app "{name}" failed while it started: {reason(error)}'
    if server.busy:
        return (
            f'The app "{name}" was still starting after {startup:g} s, and something in it blocks the event loop.\n'
            "Look for a time.sleep() or another call without await in its before_serving functions."
        )
    return (
        f'The app "{name}" was still starting after {startup:g} s, so the shop stays closed.\n'
        "Look at what its before_serving functions wait for. If it truly needs longer:  "
        f"serve(app, startup={max(startup * 6, 60):g})"
    )


# Which shops are open, and where

_SHOPS: dict[str, Shop] = {}
"""The shops that are open, by name."""

_LAST_PORTS: dict[str, int] = {}
"""Where the shop of a name was last: a browser tab may still be open there."""

_KEYS: dict[str, str] = {}
"""The key of each name's shops, for the same reason."""


def _enter(shop: Shop) -> None:
    overtaken = _SHOPS.get(shop.name)  # by a thread that served under the same name meanwhile
    _SHOPS[shop.name] = shop
    _LAST_PORTS[shop.name] = shop.port
    if overtaken is not None:
        try:
            overtaken.close()
        except BaseException:
            _SHOPS[shop.name] = overtaken  # so that somebody can still close it
            raise


def _leave(shop: Shop) -> None:
    if _SHOPS.get(shop.name) is shop:
        del _SHOPS[shop.name]


@atexit.register
def _close_all() -> None:
    for shop in tuple(_SHOPS.values()):
        with suppress(Exception):  # the others are to be closed too
            shop._running.stop(0.0)
            _leave(shop)


def _take_over(name: str, port: int) -> Place:
    """The door for the new shop of this name; the shop before it, if any, is closed."""
    before = _SHOPS.get(name)
    own = before is not None and before.port == port
    door = _listen(port) if port and not own else None
    try:
        if before is not None:
            before.close()
    except BaseException:
        if door is not None:
            door.close()
        raise
    return door or _listen_again(_LAST_PORTS.get(name, 0), asked=port)


def _listen(port: int) -> Place:
    try:
        return PREMISES.listen(port)
    except OSError as error:
        holder = next((f' by the shop "{shop.name}"' for shop in _SHOPS.values() if shop.port == port), "")
        what = f"is taken{holder}" if error.errno in TAKEN else f"cannot be used: {error.strerror}"
        raise OSError(f"Port {port} {what}.\nServe on a free port:  serve(app)") from None


def _listen_again(port: int, asked: int) -> Place:
    """A door on the port asked for; else on the one before, so that an open tab stays alive; else on any."""
    if asked:
        return _listen(asked)
    try:
        return PREMISES.listen(port)
    except OSError:
        return _listen(0)


def _hosts_of(seen_at: str) -> tuple[str, ...]:
    """The name under which a browser asks at this address, of which nobody knows whether Colab passes it on."""
    host = urlsplit(seen_at).hostname
    return (host,) if host else ()


def _guard(name: str, port: int, hosts: tuple[str, ...]) -> Guard:
    """Who may ask the shop of this name; it has a key where a proxy leads to it, or others use this machine."""
    prefix, locked = proxy.prefix(port), shared_machine()
    key = _KEYS.setdefault(name, new_key()) if prefix or locked else ""
    return Guard(prefix, key, locked, hosts)


# The arguments


def _hosts(hosts: Sequence[str]) -> tuple[str, ...]:
    names = (hosts,) if isinstance(hosts, str) else tuple(hosts) if isinstance(hosts, Sequence) else (None,)
    for name in names:
        if not isinstance(name, str) or not re.fullmatch(r"[\w.-]+|\*", name):
            what = f"serve() needs the names of hosts, without http:// and port, but got {name or hosts!r}"
            kind = ValueError if isinstance(name, str) else TypeError
            raise refusal(kind, what, SERVE.corrected("hosts", '["cakes.example"]'))
    return tuple(name.lower() for name in names if name)


def _threads(threads: int | None, kind: AppKind) -> int | None:
    if kind.interface == "asgi":
        if threads is None:
            return None
        raise refusal(
            TypeError,
            f"threads={threads!r} is for WSGI apps such as Flask's: {with_article(kind)} has one event loop, "
            "in one thread",
            "serve(app)",
        )
    if threads is None:
        return THREADS
    return SERVE.whole("threads", threads, "a whole number of threads", Range(1, 1_000), usual=THREADS)


def _name(name: str | None, kind: AppKind) -> str:
    if name is None:
        return f"{kind.title.lower()}_{kind.own}"
    return SERVE.text("name", name, "a name for the shop", usual="corner shop")
