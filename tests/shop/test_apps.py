# ruff: noqa: ANN401  # what is served, and what is mistaken for an app, is of any type
"""An app is recognised, and a mistake is answered with the call that was meant."""

import asyncio
import inspect
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
        (None, "None", "serve(app)"),
        (7, "an int", "serve(app)"),
        (flask.Blueprint("cakes", __name__), "a Blueprint", "serve(app)"),
        (lambda one: one, "a function", "serve(app)"),
    ],
)
def test_what_is_no_app_is_refused_with_the_call_that_was_meant(mistake: Any, got: str, repair: str) -> None:
    with pytest.raises(TypeError) as caught:
        serve(mistake)
    assert str(caught.value).startswith(f"serve() needs an app, but got {got}.\nDid you mean:  {repair}")


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
