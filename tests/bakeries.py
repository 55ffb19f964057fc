# ruff: noqa: ANN401  # what is served, and what is mistaken for an app, is of any type
"""Bakeries to test shops with, and customers and threads to watch them by."""

import asyncio
import re
import signal
import socket
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import flask
import httpx
import pytest
import quart
from flask import Flask
from quart import Quart

from bakery.shop import serving
from bakery.shop.machine import Machine
from bakery.shop.premises import Patience
from bakery.shop.serving import Shop


def flask_bakery() -> Flask:
    app = Flask(__name__)

    @app.get("/cake")
    def cake() -> str:
        return "cake"

    @app.get("/burnt")
    def burnt() -> str:
        return str(1 / 0)  # burnt

    @app.get("/where")
    def where() -> str:
        return flask.url_for("cake")

    @app.get("/sent-on")
    def sent_on() -> Any:
        return flask.redirect(flask.url_for("cake"))

    return app


def quart_bakery() -> Quart:
    app = Quart(__name__)

    @app.get("/cake")
    async def cake() -> str:
        return "cake"

    @app.get("/burnt")
    async def burnt() -> str:
        return str(1 / 0)  # burnt

    @app.get("/where")
    async def where() -> str:
        return quart.url_for("cake")

    @app.get("/sent-on")
    async def sent_on() -> Any:
        return quart.redirect(quart.url_for("cake"))

    return app


both = pytest.mark.parametrize("bakery", [flask_bakery, quart_bakery])


Bakery = Callable[[], Any]


def get(shop: Shop, path: str, **options: Any) -> httpx.Response:
    # Certificates have no say here, and reading them takes longer than the order.
    return httpx.get(f"{shop.url}{path}", trust_env=False, verify=False, **options)


def refused(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) != 0


def our_threads() -> list[str]:
    """The threads of shops that do not end."""
    ours = [thread for thread in threading.enumerate() if thread.name.startswith(("shop-", "waitress-"))]
    for thread in ours:
        thread.join(10)  # one that is on its way out has ended soon
    return [thread.name for thread in ours if thread.is_alive()]


def open_files() -> int:
    descriptors = Path("/proc/self/fd")
    return len(list(descriptors.iterdir())) if descriptors.exists() else 0


class Bakers:
    """How many handlers have been entered, and what holds them there."""

    def __init__(self) -> None:
        self.entered = threading.Semaphore(0)
        self.go = threading.Event()


def stuck(kind: str, bakers: Bakers) -> Any:
    """An app whose handlers do not end before they are told to."""
    if kind == "flask":
        app = Flask(__name__)

        @app.get("/stuck")
        def wait() -> str:
            bakers.entered.release()
            bakers.go.wait()
            return "cake"

        return app

    async_app = Quart(__name__)

    @async_app.get("/stuck")
    async def wait_async() -> str:
        bakers.entered.release()
        while not bakers.go.is_set():
            await asyncio.sleep(0.001)
        return "cake"

    @async_app.get("/blocked")
    async def block() -> str:
        bakers.entered.release()
        bakers.go.wait()
        return "cake"

    return async_app


class Order(threading.Thread):
    """One order, placed from a thread of its own."""

    def __init__(self, shop: Shop, path: str = "/stuck") -> None:
        super().__init__(daemon=True)
        self.url = f"{shop.url}{path}"
        self.answer: httpx.Response | httpx.HTTPError | None = None
        self.start()

    def run(self) -> None:
        try:
            self.answer = httpx.get(self.url, trust_env=False, verify=False, timeout=20)
        except httpx.HTTPError as error:
            self.answer = error

    def result(self) -> httpx.Response | httpx.HTTPError | None:
        self.join(10)
        return self.answer


def interrupt_the_kernel() -> None:
    """What the stop button of a notebook does; to the main thread, as the system would choose."""
    main = threading.main_thread().ident
    assert main is not None
    signal.pthread_kill(main, signal.SIGINT)


SERVED = re.compile(r'serve;dur=([\d.]+);desc="([\d.]+)"')


def plain_wsgi(environ: Any, start_response: Any) -> Any:
    path = environ["PATH_INFO"]
    if path == "/raises":
        raise ValueError('no "flour"\nleft \\ кекс')
    if path == "/quits":
        sys.exit("enough")
    if path == "/writes":
        write = start_response("200 OK", [("Content-Type", "text/plain")])
        write(b"written ")
        return [b"returned"]
    if path == "/breaks":
        return broken(start_response)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"cake"]


def broken(start_response: Any) -> Iterator[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    yield b"half a cake"
    raise ValueError("dropped")


def lazy_wsgi(environ: Any, start_response: Any) -> Iterator[bytes]:
    """Calls start_response only when its first chunk is asked for, as a generator does."""
    if environ["PATH_INFO"] == "/raises":
        raise ValueError("no flour")
    start_response("200 OK", [("Content-Type", "text/plain")])
    if environ["PATH_INFO"] != "/nothing":
        yield b"ca"
        yield b"ke"


async def plain_asgi(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        raise NotImplementedError("no startup here")
    if scope["path"] == "/raises":
        raise ValueError('no "flour"\nleft \\ кекс')
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
    if scope["path"] == "/breaks":
        await send({"type": "http.response.body", "body": b"half a cake", "more_body": True})
        raise ValueError("dropped")
    await send({"type": "http.response.body", "body": b"cake"})


class Layer:
    """ASGI middleware whose call is a plain function of three arguments."""

    def __init__(self, app: Any) -> None:
        self.app = app

    def __call__(self, scope: Any, receive: Any, send: Any) -> Any:
        return self.app(scope, receive, send)


def hurry(monkeypatch: pytest.MonkeyPatch, last_orders: float = 1.5, clearing_up: float = 2.0) -> None:
    """Let shops of this test close with less patience."""
    monkeypatch.setattr(serving, "PREMISES", Machine(Patience(last_orders, clearing_up)))


def in_a_container_of_a_hub(monkeypatch: pytest.MonkeyPatch, base: str = "/user/jo/") -> None:
    """Be on a hub that gives everybody a machine of their own, as Binder does."""
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", base)
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")


def on_a_shared_machine(monkeypatch: pytest.MonkeyPatch, base: str = "/user/jo/") -> None:
    """Be on a hub whose people have programs on one machine."""
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", base)
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)


class Clock:
    """Notes how long somebody slept, and does not sleep."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def block(self, seconds: float) -> None:
        self.slept.append(seconds)


def never(awaitable: Awaitable[object]) -> None:
    """Waits, where that is not possible."""
    raise AssertionError(f"{awaitable} was to be waited for, where that is not possible")


def flask_that(bake: Callable[[], object]) -> Flask:
    """A bakery that bakes in its own way."""
    app = Flask("bakery")

    @app.get("/cake")
    def cake() -> str:
        bake()
        return "one cake"

    return app


def head_of_an_answer(answers: BinaryIO) -> list[bytes]:
    """The lines of the next answer's head, in small letters, on a connection that is read to the end of that answer."""
    lines = list(iter(lambda: answers.readline().strip().lower(), b""))
    answers.read(next(int(line.split()[1]) for line in lines if line.startswith(b"content-length")))
    return lines
