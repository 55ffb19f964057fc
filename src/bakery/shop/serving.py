"""Serving: a Flask or Quart app, or any other WSGI or ASGI app, on a real server behind a notebook cell."""

import atexit
import inspect
import math
import re
import ssl
from collections.abc import Callable
from contextlib import suppress
from types import FunctionType, MethodType, ModuleType, TracebackType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Self

from bakery import proxy
from bakery.mishap import reason
from bakery.shop import hypercorn
from bakery.shop.hypercorn import Machine, Place, Premises, Server, StartupError
from bakery.shop.middleware import ASGICounter, Counter, WSGICounter
from bakery.trace import in_words

if TYPE_CHECKING:
    import httpx

THREADS = 4
"""The bakers of a WSGI shop unless told otherwise: what waitress itself would take."""

MOST_THREADS = 1_000
MOST_PORTS = 65_535

FACTORY = re.compile("(?i)^(create|make|build|get)_.*app|app_?factory")
"""How functions that make an app are called; some take two arguments, as a WSGI app does."""

Interface = Literal["wsgi", "asgi"]


def serve(
    app: Any,  # noqa: ANN401  # any app, and what people mistake for one
    *,
    threads: int | None = None,
    name: str | None = None,
    port: int = 0,
    startup: float = 10.0,
) -> "Shop":
    """Open a shop: serve a Flask (or other WSGI) or Quart (or other ASGI) app from this process.

    `threads` is the number of bakers of a WSGI app, 4 unless told otherwise; an ASGI app has one event loop
    instead. A shop takes the place, and where it can the port, of an open one of the same `name`; unnamed
    shops are named after their app. Port 0 is any free one. The app may take `startup` seconds to start.

    Raises `TypeError` for what is no app, `TypeError` or `ValueError` for other arguments that cannot be,
    `OSError` for a port that is taken, and `RuntimeError` for an app that fails to start.
    """
    kind = _kind(app)
    threads = _checked_threads(threads, kind)
    name = _checked_name(name, kind)
    _check_port(port)
    _check_startup(startup)

    shop = Shop(app, kind, name, threads, _take_over(name, port))
    shop._open(startup)
    return shop


PREMISES: Premises = Machine()
"""Where shops stand; `browser` puts other premises here where there are no sockets."""


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


class Shop:
    """A running server, with the app behind it. Made by `serve`; closed by `close()`, by `with`, or at the end."""

    def __init__(self, app: Any, kind: "Kind", name: str, threads: int | None, door: Place) -> None:  # noqa: ANN401
        self.app = app
        self.name = name
        self.threads = threads
        self.port: int = door.getsockname()[1]
        self._kind = kind
        self._prefix = proxy.prefix(self.port)
        self._counter: Counter
        self._server: Server
        if threads is None:
            self._counter = counter = ASGICounter(app, self._prefix)
            self._server = PREMISES.asgi(counter, door)
        else:
            self._counter = wsgi = WSGICounter(app, self._prefix)
            self._server = PREMISES.wsgi(wsgi, door, threads)

    @property
    def url(self) -> str:
        """The address for programs on this machine, without a closing slash."""
        return f"http://{hypercorn.HOST}:{self.port}"

    @property
    def link(self) -> proxy.Link:
        """The address for the reader's browser; it also works on Binder and JupyterHub."""
        return proxy.Link(f"{self._prefix or self.url}/", PREMISES.nowhere)

    @property
    def closed(self) -> bool:
        """Whether the shop takes no more orders."""
        return not self._server.running

    @property
    def errors(self) -> tuple[str, ...]:
        """The tracebacks of handlers that raised, newest last; the last 20."""
        return self._counter.errors

    def client(self, **options: Any) -> "httpx.AsyncClient":  # noqa: ANN401  # whatever httpx takes
        """An `httpx.AsyncClient` that knows the address; takes what httpx takes.

        Raises `RuntimeError` if the shop is closed.
        """
        import httpx

        if self.closed:
            raise RuntimeError(f'The shop "{self.name}" is closed.\nOpen it again:  shop = serve(app)')
        if transport := PREMISES.transport():
            called: dict[str, Any] = {"base_url": self.url, "transport": transport, "timeout": 30.0}
            return httpx.AsyncClient(**(called | options))
        # Certificates and proxies have no say in an address of this machine. Loading them takes 20 to 30 ms.
        trusts_nobody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        usual: dict[str, Any] = {
            "base_url": self.url,
            "trust_env": False,
            "verify": trusts_nobody,
            "timeout": 30.0,
        }
        return httpx.AsyncClient(**(usual | options))

    def close(self) -> None:
        """Take no more orders, let those in flight finish if they soon do, and end. Twice is fine."""
        self._close(hypercorn.LAST_ORDERS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        bakers = f" with {self.threads} thread{'' if self.threads == 1 else 's'}" if self.threads else ""
        state = "closed" if self.closed else f"open at {self.url}{bakers}"
        kept = f", {in_words(len(self.errors), 'error')} in shop.errors" if self.errors else ""
        return f'{self._kind.title} bakery "{self.name}", {state}{kept}'

    def _open(self, startup: float) -> None:
        self._counter.listen()
        try:
            self._server.start(startup)
            overtaken = _SHOPS.get(self.name)  # by a thread that served under the same name meanwhile
            _SHOPS[self.name] = self
            _LAST_PORTS[self.name] = self.port
            if overtaken is not None:
                overtaken.close()
        except StartupError as failure:
            self._close(0.0)
            raise RuntimeError(self._why(failure.__cause__, startup)) from failure.__cause__
        except BaseException:
            self._close(0.0)
            raise

    def _why(self, error: BaseException | None, startup: float) -> str:
        if error is not None:
            return f'The app "{self.name}" failed while it started: {reason(error)}'
        if self._server.busy:
            return (
                f'The app "{self.name}" was still starting after {startup:g} s, and something in it blocks the event '
                "loop.\nLook for a time.sleep() or another call without await in its before_serving functions."
            )
        return (
            f'The app "{self.name}" was still starting after {startup:g} s, so the shop stays closed.\n'
            "Look at what its before_serving functions wait for. If it truly needs longer:  "
            f"serve(app, startup={max(startup * 6, 60):g})"
        )

    def _close(self, last_orders: float) -> None:
        # Interrupted, it stays among the shops, and whoever closes it next goes on from here.
        self._server.stop(last_orders)
        self._counter.leave()
        if _SHOPS.get(self.name) is self:
            del _SHOPS[self.name]


_SHOPS: dict[str, Shop] = {}
"""The shops that are open, by name."""

_LAST_PORTS: dict[str, int] = {}
"""Where the shop of a name was last: a browser tab may still be open there."""


@atexit.register
def _close_all() -> None:
    for shop in tuple(_SHOPS.values()):
        with suppress(Exception):  # the others are to be closed too
            shop._close(0.0)


# The door


def _listen(port: int) -> Place:
    try:
        return PREMISES.listen(port)
    except OSError as error:
        holder = next((f' by the shop "{shop.name}"' for shop in _SHOPS.values() if shop.port == port), "")
        what = f"is taken{holder}" if error.errno in hypercorn.TAKEN else f"cannot be used: {error.strerror}"
        raise OSError(f"Port {port} {what}.\nServe on a free port:  serve(app)") from None


def _listen_again(port: int, asked: int) -> Place:
    """A door on the port asked for; else on the one before, so that an open tab stays alive; else on any."""
    if asked:
        return _listen(asked)
    try:
        return PREMISES.listen(port)
    except OSError:
        return _listen(0)


# What is an app


class Kind(NamedTuple):
    """What sort of app it is: its framework as people write it, its interface, and its own name."""

    title: str
    interface: Interface
    own: str


def _kind(app: object) -> Kind:
    """Look at the app. Raises `TypeError`, with the corrected call, for what is none."""
    if mistake := _mistake(app):
        what, repair = mistake
        raise TypeError(f"serve() needs an app, but got {what}.\nDid you mean:  {repair}")
    interface = _interface(app)
    if interface is None:
        raise TypeError(
            f"serve() needs an app, but got {_a(type(app).__name__)}.\n"
            "Did you mean:  serve(app)   where app = Quart(__name__) or app = Flask(__name__)"
        )
    framework = next(
        (base.__name__ for base in type(app).__mro__ if base.__module__ in ("flask.app", "quart.app")), ""
    )
    if framework:
        own = str(getattr(app, "import_name", "")).rpartition(".")[2]
        return Kind(framework, interface, "bakery" if own in ("", "__main__") else own)
    if isinstance(app, FunctionType | MethodType):
        return Kind(interface.upper(), interface, app.__name__)
    if type(app).__module__ in ("builtins", "functools"):
        return Kind(interface.upper(), interface, "bakery")
    return Kind(type(app).__name__, interface, "bakery")


def _mistake(app: object) -> tuple[str, str] | None:
    """What it is instead of an app, and the call that was probably meant."""
    if isinstance(app, Shop):
        return f'the shop "{app.name}", which serves one already', "serve(shop.app)"
    if inspect.iscoroutine(app):
        app.close()  # or Python would complain that it was never awaited
        call = f"{app.__name__}()"
        return f"a coroutine from {call}", f"serve(await {call})"
    if inspect.isawaitable(app):
        return f"{_a(type(app).__name__)} that is still to be awaited", "serve(await app)"
    if isinstance(app, type):
        return f"the class {app.__name__}", f"serve({app.__name__}(__name__))"
    if isinstance(app, str):
        module, _, variable = app.partition(":")
        variable = variable or "app"
        return f"the text {app!r}", f"from {module or 'shop'} import {variable}; serve({variable})"
    if isinstance(app, ModuleType):
        return f"the module {app.__name__}", f"serve({app.__name__}.app)"
    if app is None:
        return "None", "serve(app)   (if a function makes the app, does it end with `return app`?)"
    if isinstance(app, FunctionType | MethodType) and (_takes(app, 0) or FACTORY.search(app.__name__)):
        waits = "await " if inspect.iscoroutinefunction(app) else ""
        return f"the function {app.__name__}", f"serve({waits}{app.__name__}())"
    return None


def _interface(app: object) -> Interface | None:
    """How the app wants to be called: `await app(scope, receive, send)` or `app(environ, start_response)`."""
    if not callable(app):
        return None
    two, three = _takes(app, 2), _takes(app, 3)
    if two and three:
        return "asgi" if _is_async(app) else "wsgi"
    return "asgi" if three else "wsgi" if two and not _is_async(app) else None


def _is_async(app: Callable[..., object]) -> bool:
    return inspect.iscoroutinefunction(app) or inspect.iscoroutinefunction(getattr(app, "__call__", None))  # noqa: B004


def _takes(function: Callable[..., object], arguments: int) -> bool:
    try:
        inspect.signature(function).bind(*range(arguments))
    except (TypeError, ValueError):
        return False
    return True


def _a(noun: str) -> str:
    return f"{'an' if noun[:1].lower() in tuple('aeiou') else 'a'} {noun}"


# The other arguments


def _checked_threads(threads: object, kind: Kind) -> int | None:
    if kind.interface == "asgi":
        if threads is None:
            return None
        raise TypeError(
            f"threads={threads!r} is for WSGI apps such as Flask's: {_a(kind.title)} app has one event loop, in one "
            "thread.\nDid you mean:  serve(app)"
        )
    if threads is None:
        return THREADS
    if not isinstance(threads, int) or isinstance(threads, bool):
        raise TypeError(
            f"threads is a whole number of bakers, but got {threads!r}.\nFor example:  serve(app, threads=4)"
        )
    if not 1 <= threads <= MOST_THREADS:
        raise ValueError(
            f"threads is a number of bakers from 1 to {MOST_THREADS:,}, but got {threads}.\nFor example:  serve(app, threads=4)"
        )
    return threads


def _checked_name(name: object, kind: Kind) -> str:
    if name is None:
        return f"{kind.title.lower()}_{kind.own}"
    if not isinstance(name, str) or not name:
        raise TypeError(
            f'name is the name of the shop, but got {name!r}.\nFor example:  serve(app, name="corner shop")'
        )
    return name


def _check_port(port: object) -> None:
    if not isinstance(port, int) or isinstance(port, bool):
        raise TypeError(f"port is a whole number, but got {port!r}.\nServe on a free port:  serve(app)")
    if not 0 <= port <= MOST_PORTS:
        raise ValueError(
            f"port is a number from 0 to {MOST_PORTS}, but got {port}.\nServe on a free port:  serve(app)"
        )


def _check_startup(startup: object) -> None:
    if not isinstance(startup, int | float) or isinstance(startup, bool):
        raise TypeError(
            f"startup is a number of seconds, but got {startup!r}.\nFor example:  serve(app, startup=10)"
        )
    if not 0 < startup < math.inf:
        raise ValueError(
            f"startup is more than 0 seconds, but got {startup}.\nFor example:  serve(app, startup=10)"
        )
