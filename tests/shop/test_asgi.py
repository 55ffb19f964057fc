# ruff: noqa: ANN401  # what is served, and what is mistaken for an app, is of any type
"""An ASGI app is served, started and ended as it would be without the layer in front of it."""

import asyncio
import threading
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import quart
from bakeries import (
    get,
    in_a_container_of_a_hub,
)
from quart import Quart

from bakery.shop.serving import Shop, serve


def test_a_streamed_quart_cake_leaves_piece_by_piece() -> None:
    go = threading.Event()
    app = Quart(__name__)

    @app.get("/cake")
    async def cake() -> Any:
        async def pieces() -> AsyncIterator[bytes]:
            yield b"first"
            await asyncio.to_thread(go.wait, 10)
            yield b"second"

        return pieces()

    with serve(app) as shop, httpx.stream("GET", f"{shop.url}/cake", trust_env=False) as answer:
        chunks = answer.iter_text()
        assert next(chunks) == "first"
        go.set()
        assert next(chunks) == "second"


def test_websockets_pass() -> None:
    app = Quart(__name__)

    @app.websocket("/echo")
    async def echo() -> None:
        await quart.websocket.send(await quart.websocket.receive())

    @app.websocket("/burnt")
    async def burnt() -> None:
        await quart.websocket.accept()
        raise ValueError("burnt")

    async def talk(shop: Shop, path: str) -> Any:
        import aiohttp

        async with aiohttp.ClientSession() as client, client.ws_connect(f"{shop.url}{path}") as line:
            await line.send_str("hello")
            return (await line.receive(timeout=10)).data

    with serve(app) as shop:
        assert asyncio.run(talk(shop, "/echo")) == "hello"
        asyncio.run(talk(shop, "/burnt"))
        assert "ValueError: burnt" in shop.errors[-1]


def test_websockets_pass_the_proxy_too(monkeypatch: pytest.MonkeyPatch) -> None:
    import aiohttp

    in_a_container_of_a_hub(monkeypatch)
    app = Quart(__name__)

    @app.websocket("/where")
    async def where() -> None:
        await quart.websocket.send(quart.websocket.root_path)

    async def ask(url: str) -> Any:
        async with aiohttp.ClientSession() as client, client.ws_connect(url) as line:
            return (await line.receive(timeout=10)).data

    with serve(app) as shop:
        assert asyncio.run(ask(f"{shop.url}{shop.link}where")) == shop.link.rstrip("/")
        assert asyncio.run(ask(f"{shop.url}/where")) == ""


def test_startup_and_shutdown_of_the_app_are_run() -> None:
    app = Quart(__name__)
    seen: list[str] = []

    @app.before_serving
    async def before() -> None:
        seen.append("before")

    @app.after_serving
    async def after() -> None:
        seen.append("after")

    for _ in range(2):
        with serve(app):
            assert seen == ["before"]
        assert seen == ["before", "after"]
        seen.clear()


async def starlette_like(scope: Any, receive: Any, send: Any) -> None:
    """Tells of a failed startup in words, and raises what it was."""
    assert scope["type"] == "lifespan"
    await receive()
    try:
        raise LookupError("no recipe")
    except LookupError:
        await send({"type": "lifespan.startup.failed", "message": "a long traceback"})
        raise


async def wordy(scope: Any, receive: Any, send: Any) -> None:
    """Tells of a failed startup in words only."""
    await receive()
    await send({"type": "lifespan.startup.failed", "message": "no recipe"})


@pytest.mark.parametrize(("app", "cause"), [(starlette_like, LookupError), (wordy, RuntimeError)])
def test_a_startup_of_another_framework_that_fails_is_told_too(app: Any, cause: type[Exception]) -> None:
    with pytest.raises(RuntimeError, match="no recipe") as caught:
        serve(app)
    assert isinstance(caught.value.__cause__, cause)


def test_a_shutdown_that_raises_is_kept() -> None:
    app = Quart(__name__)

    @app.after_serving
    async def sweep() -> None:
        raise ValueError("no broom")

    shop = serve(app)
    shop.close()
    assert "ValueError: no broom" in shop.errors[0]


def test_an_error_in_a_group_of_tasks_is_told_as_itself() -> None:
    app = Quart(__name__)

    @app.get("/")
    async def home() -> str:
        async with asyncio.TaskGroup() as group:
            group.create_task(burn())
        return ""

    async def burn() -> None:
        raise ValueError("burnt")

    with serve(app) as shop:
        answer = get(shop, "/")
    assert 'error;desc="ValueError: burnt, line ' in answer.headers["server-timing"]
    assert shop.errors[0].count("ValueError: burnt") == 1


def test_an_error_in_the_background_is_kept(capfd: pytest.CaptureFixture[str]) -> None:
    app = Quart(__name__)
    done = threading.Event()

    @app.get("/")
    async def home() -> str:
        app.add_background_task(burn)
        return ""

    async def burn() -> None:
        try:
            raise ValueError("burnt behind the counter")
        finally:
            asyncio.get_running_loop().call_later(0.01, done.set)

    with serve(app) as shop:
        get(shop, "/")
        assert done.wait(10)
    assert "ValueError: burnt behind the counter" in shop.errors[0]
    assert capfd.readouterr().err == ""
