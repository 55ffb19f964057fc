# ruff: noqa: ANN401  # what is served, and what is mistaken for an app, is of any type
"""An app is recognised, and a mistake is answered with the call that was meant."""

import asyncio
import inspect
from functools import partial
from typing import Any

import flask
import pytest
from bakeries import (
    SERVED,
    Layer,
    flask_bakery,
    get,
    lazy_wsgi,
    plain_asgi,
    plain_wsgi,
    quart_bakery,
)
from flask import Flask
from quart import Quart

from bakery.shop.apps import recognise
from bakery.shop.serving import serve


@pytest.mark.parametrize(
    ("app", "name"),
    [
        (plain_wsgi, "wsgi_plain_wsgi"),
        (lazy_wsgi, "wsgi_lazy_wsgi"),
        (plain_asgi, "asgi_plain_asgi"),
        (Layer(plain_asgi), "layer_bakery"),
        (flask_bakery().wsgi_app, "wsgi_wsgi_app"),
    ],
)
def test_any_wsgi_or_asgi_app_is_served(app: Any, name: str) -> None:
    with serve(app) as shop:
        answer = get(shop, "/cake")
        assert (shop.name, answer.text) == (name, "cake")
        assert SERVED.fullmatch(answer.headers["server-timing"])


async def create_app() -> Quart:
    return quart_bakery()


def make_app() -> Flask:
    return flask_bakery()


def a_view() -> str:
    return "cake"


def a_view_of(name: str, size: int) -> str:
    return name * size


async def an_async_view_of(a: int, b: int, c: int) -> None:
    pass


class Callable:
    """An app of some other framework."""

    def __call__(self, environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [])
        return [b"cake"]


def make_app_from(config: str, debug: bool) -> Flask:
    return flask_bakery()


@pytest.mark.parametrize(
    ("mistake", "got", "repair"),
    [
        (create_app, "the function create_app", "serve(await create_app())"),
        (make_app, "the function make_app", "serve(make_app())"),
        (make_app_from, "the function make_app_from", "serve(make_app_from())"),
        (Flask, "the class Flask", "serve(Flask(__name__))"),
        (Quart, "the class Quart", "serve(Quart(__name__))"),
        ("shop:bakery", "the text 'shop:bakery'", "from shop import bakery; serve(bakery)"),
        ("app", "the text 'app'", "from app import app; serve(app)"),
        (flask, "the module flask", "serve(flask.app)"),
        (None, "None", "serve(app)   (if a function makes the app, does it end with `return app`?)"),
        (7, "an int", "serve(app)"),
        (flask.Blueprint("cakes", __name__), "a Blueprint", "serve(app)"),
        (
            lambda one: one,
            "a lambda with the argument one: a server calls app(environ, start_response)",
            "serve(app)",
        ),
        (lambda one, two: one, "a lambda with the arguments one, two: a server calls", "serve(app)"),
        (a_view, "the function a_view with no arguments: a server calls", "serve(app)"),
        (a_view_of, "the function a_view_of with the arguments name, size: a server calls", "serve(app)"),
        (an_async_view_of, "the function an_async_view_of with the arguments a, b, c: a", "serve(app)"),
        (
            "http://127.0.0.1:8000",
            "the address 'http://127.0.0.1:8000', where",
            "await order('http://127.0.0.1:8000')",
        ),
        (Callable, "the class Callable", "serve(Callable())"),
        (dict, "the class dict", "serve(app)   where app = Quart(__name__)"),
    ],
)
def test_what_is_no_app_is_refused_with_the_call_that_was_meant(mistake: Any, got: str, repair: str) -> None:
    with pytest.raises(TypeError) as caught:
        serve(mistake)
    assert str(caught.value).startswith(f"serve() needs an app, but got {got}")
    assert f".\nDid you mean:  {repair}" in str(caught.value)


def test_a_coroutine_is_refused_and_closed() -> None:
    coroutine = create_app()
    with pytest.raises(TypeError) as caught:
        serve(coroutine)
    assert str(caught.value) == (
        "serve() needs an app, but got a coroutine from create_app().\nDid you mean:  serve(await create_app())"
    )
    assert inspect.getcoroutinestate(coroutine) == inspect.CORO_CLOSED


def test_a_task_is_refused() -> None:
    async def hand_over() -> None:
        task = asyncio.ensure_future(create_app())
        with pytest.raises(
            TypeError, match=r"got a Task that is still to be awaited.\nDid you mean:  serve\(await app\)"
        ):
            serve(task)
        await task

    asyncio.run(hand_over())


def test_a_shop_is_refused() -> None:
    with serve(flask_bakery(), name="corner") as shop:
        with pytest.raises(
            TypeError, match=r'got the shop "corner", which .*\nDid you mean:  serve\(shop.app\)'
        ):
            serve(shop)
        assert not shop.closed


def test_an_app_of_any_other_class_is_served_under_its_name() -> None:
    with serve(Callable()) as shop:
        assert (shop.name, get(shop, "/").text) == ("callable_bakery", "cake")


def test_an_app_that_a_tool_of_pythons_has_made_is_served_as_the_bakery() -> None:
    with serve(partial(Callable())) as shop:
        assert (shop.name, get(shop, "/").text) == ("wsgi_bakery", "cake")


def test_a_lambda_that_is_called_as_a_server_calls_is_an_app() -> None:
    with serve(lambda environ, start_response: Callable()(environ, start_response)) as shop:
        assert get(shop, "/").text == "cake"


class AsyncLayer:
    """An object that is called as an ASGI app, or with an argument less."""

    async def __call__(self, scope: Any, receive: Any, send: Any = None) -> None:
        pass


def wsgi_with_more(environ: Any, start_response: Any, more: Any = None) -> None:
    pass


async def asgi_with_less(scope: Any, receive: Any, send: Any = None) -> None:
    pass


@pytest.mark.parametrize(
    ("app", "interface"),
    [(wsgi_with_more, "wsgi"), (asgi_with_less, "asgi"), (AsyncLayer(), "asgi"), (Callable(), "wsgi")],
)
def test_an_app_that_takes_two_arguments_or_three_is_asgi_where_it_is_async(app: Any, interface: str) -> None:
    assert recognise(app).interface == interface
