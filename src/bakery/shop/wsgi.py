"""The middleware for WSGI apps such as Flask's."""

from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING

from bakery.shop.guard import Arrival, Guard
from bakery.shop.middleware import CURRENT, SORRY, InFlight, Middleware, refused

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


class WSGIMiddleware(Middleware):
    """The layer in front of a WSGI app."""

    def __init__(self, app: "WSGIApplication", guard: Guard | None = None) -> None:
        super().__init__(guard)
        self.app = app

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer one order."""
        verdict = self.guard.look(_arrival(environ))
        if verdict.refusal:
            headers, sorry = refused(verdict.refusal)
            start_response("403 Forbidden", headers)
            return [sorry]
        _move(environ, verdict.moved)
        order = InFlight(self, verdict.trusted)
        token = CURRENT.set(order)
        held = _HeldBack(order, start_response)
        try:
            body = self.app(environ, held.start)
            return held.stamp(body)
        except BaseException as error:  # a sys.exit() in a handler is the reader's mishap too
            order.fail(error)
            if order.answered:
                raise
            return held.sorry()
        finally:
            CURRENT.reset(token)


def _arrival(environ: "WSGIEnvironment") -> Arrival:
    # WSGI passes the bytes of a path as latin-1 characters.
    path = environ.get("PATH_INFO", "").encode("latin-1").decode("utf-8", "replace")
    headers = {
        name.removeprefix("HTTP_").lower().replace("_", "-"): value
        for name, value in environ.items()
        if name in ASKED
    }
    return Arrival.told_by(path, environ.get("REQUEST_METHOD", ""), headers)


ASKED = ("HTTP_HOST", "HTTP_ORIGIN", "HTTP_SEC_FETCH_SITE", "HTTP_SEC_FETCH_MODE")


def _move(environ: "WSGIEnvironment", moved: str) -> None:
    if moved:
        script = moved.encode().decode("latin-1")
        environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + script
        environ["PATH_INFO"] = environ["PATH_INFO"][len(script) :] or "/"


ExcInfo = tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None]


class _HeldBack:
    """The answer to one WSGI order; its headers are held back until the app is done with them."""

    def __init__(self, order: InFlight, start_response: "StartResponse") -> None:
        self._order = order
        self._start_response = start_response
        self._held: tuple[str, list[tuple[str, str]]] | None = None
        self._exc_info: ExcInfo | None = None
        self._write: Callable[[bytes], object] | None = None

    def start(
        self, status: str, headers: list[tuple[str, str]], exc_info: ExcInfo | None = None, /
    ) -> Callable[[bytes], object]:
        """Hold status and headers back; the `start_response` that the app is given."""
        if self._order.answered:  # the app changes its mind: only the server can say whether it is too late
            return self._start_response(status, headers, exc_info)
        self._held, self._exc_info = (status, list(headers)), exc_info
        return self._write_at_once

    def stamp(self, body: Iterable[bytes]) -> Iterable[bytes]:
        """The body, once the headers are known and on their way."""
        if self._held is not None or self._order.answered:
            self._let_go()
            # A list cannot fail on its way out, and a file is for the server to send in its own manner.
            plain = isinstance(body, list | tuple) or hasattr(body, "prepare")
            return body if plain else _Body(body, self._order)
        # A generator calls start_response when it is asked for its first chunk.
        chunks = _Body(body, self._order)
        try:
            first = next(chunks, b"")
        except BaseException:
            chunks.close()
            raise
        self._let_go()
        chunks.put_back(first)
        return chunks

    def sorry(self) -> Iterable[bytes]:
        """The answer to an order that the app failed."""
        plain = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(SORRY)))]
        self._held = ("500 Internal Server Error", plain)
        self._let_go()
        return [SORRY]

    def _let_go(self) -> None:
        if self._order.answered or self._held is None:
            return
        status, headers = self._held
        own = [value for name, value in headers if name.lower() == "server-timing"]
        rest = [(name, value) for name, value in headers if name.lower() != "server-timing"]
        for name, value in rest:
            _check(name, value)
        timing = ", ".join([*own, self._order.timing()])
        self._write = self._start_response(status, [*rest, ("Server-Timing", timing)], self._exc_info)
        self._order.answered = True

    def _write_at_once(self, data: bytes) -> object:
        self._let_go()
        assert self._write is not None  # noqa: S101  # for the type checker: _let_go has set it
        return self._write(data)


def _check(name: str, value: str) -> None:
    """Refuse a header that a WSGI server cannot send, while there is somebody to tell."""
    try:
        value.encode("latin-1")
    except UnicodeEncodeError:
        raise ValueError(
            f"the header {name} is {value!r}, and a header holds only letters that latin-1 has"
        ) from None


class _Body(Iterator[bytes]):
    """A body on its way out, chunk by chunk; what fails on the way is kept."""

    def __init__(self, body: Iterable[bytes], order: InFlight) -> None:
        self._body = body
        self._chunks = iter(body)
        self._order = order
        self._first = b""

    def put_back(self, chunk: bytes) -> None:
        self._first = chunk

    def __next__(self) -> bytes:
        if self._first:
            first, self._first = self._first, b""
            return first
        try:
            return next(self._chunks)
        except StopIteration:
            raise
        except BaseException as error:
            self._order.fail(error)
            raise

    def close(self) -> None:
        if close := getattr(self._body, "close", None):
            close()
