# ruff: noqa: ANN401  # what is served, and what is mistaken for an app, is of any type
"""A WSGI app is served as it would be without the layer in front of it."""

import sys
import threading
from collections.abc import Iterator
from typing import Any

import flask
import httpx
import pytest
from bakeries import (
    get,
    lazy_wsgi,
    plain_wsgi,
)
from flask import Flask

from bakery.shop.middleware import CURRENT
from bakery.shop.serving import serve
from bakery.shop.wsgi import WSGIMiddleware


def test_a_streamed_flask_cake_leaves_piece_by_piece() -> None:
    go = threading.Event()
    app = Flask(__name__)

    @app.get("/cake")
    def cake() -> Any:
        def pieces() -> Iterator[str]:
            yield "first"
            go.wait(10)
            yield "second"

        return flask.Response(pieces())

    with serve(app) as shop, httpx.stream("GET", f"{shop.url}/cake", trust_env=False) as answer:
        chunks = answer.iter_text()
        assert next(chunks) == "first"
        go.set()
        assert next(chunks) == "second"


def test_a_body_that_is_written_comes_before_the_one_that_is_returned() -> None:
    with serve(plain_wsgi) as shop:
        assert get(shop, "/writes").text == "written returned"


def test_a_lazy_app_may_have_nothing_to_say() -> None:
    with serve(lazy_wsgi) as shop:
        assert (get(shop, "/nothing").status_code, get(shop, "/nothing").text) == (200, "")


def test_a_lazy_app_that_raises_is_a_500_too() -> None:
    with serve(lazy_wsgi) as shop:
        assert get(shop, "/raises").status_code == 500
    assert "ValueError: no flour" in shop.errors[0]


def test_a_handler_that_quits_does_not_take_its_baker_along() -> None:
    with serve(plain_wsgi, threads=1) as shop:
        assert get(shop, "/quits").status_code == 500
        assert get(shop, "/cake").text == "cake"


def test_a_header_that_cannot_be_sent_is_told_and_kept() -> None:
    app = Flask(__name__)

    @app.get("/cake")
    def cake() -> tuple[str, int, dict[str, str]]:
        return "cake", 200, {"X-Cake": "\u2713"}

    with serve(app) as shop:
        answer = get(shop, "/cake")
        assert answer.status_code == 500
        assert "ValueError: the header X-Cake is" in answer.headers["server-timing"]
        assert "ValueError: the header X-Cake is" in shop.errors[0]


def test_a_header_of_two_lines_is_told_and_kept() -> None:
    def app(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [("X-Cake", "one\r\nX-Cream: two")])
        return [b"cake"]

    with serve(app) as shop:
        assert get(shop, "/cake").status_code == 500
        assert len(shop.errors) == 1


def test_an_error_of_a_kind_that_nobody_expects_is_a_500_too() -> None:
    class Odd(BaseException):
        pass

    def app(environ: Any, start_response: Any) -> Any:
        raise Odd("odd")

    with serve(app) as shop:
        assert get(shop, "/cake").status_code == 500
        assert "Odd: odd" in shop.errors[0]


def ask(app: Any, start_response: Any) -> tuple[WSGIMiddleware, Any]:
    """The layer in front of an app, and the answer to one order."""
    layer = WSGIMiddleware(app)
    return layer, lambda: layer({"REQUEST_METHOD": "GET", "PATH_INFO": "/cake"}, start_response)


@pytest.mark.parametrize("path", ["/cake", "/raises"])
def test_when_the_app_has_answered_its_thread_belongs_to_no_order(path: str) -> None:
    seen: list[object] = []

    def app(environ: Any, start_response: Any) -> Any:
        seen.append(CURRENT.get())
        return plain_wsgi(environ, start_response)

    layer = WSGIMiddleware(app)
    b"".join(layer({"REQUEST_METHOD": "GET", "PATH_INFO": path}, lambda *_: lambda _: None))
    assert seen[0] is not None
    assert CURRENT.get() is None


def test_an_app_that_raises_when_it_has_begun_to_answer_is_cut_off_by_the_server_and_kept() -> None:
    begun: list[str] = []

    def start_response(status: str, headers: Any, exc_info: Any = None) -> Any:
        begun.append(status)
        return lambda _: None

    def app(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [])(b"half a cake")
        raise ValueError("dropped")

    layer, answer = ask(app, start_response)
    with pytest.raises(ValueError, match="dropped"):
        answer()
    assert begun == ["200 OK"]
    assert [error.splitlines()[-1] for error in layer.errors] == ["ValueError: dropped"]


def test_an_app_that_changes_its_mind_when_it_has_begun_to_answer_is_told_by_the_server() -> None:
    begun: list[tuple[str, list[str], object]] = []

    def start_response(status: str, headers: Any, exc_info: Any = None) -> Any:
        begun.append((status, [name for name, _ in headers], exc_info and exc_info[0]))
        return lambda _: f"written after {status}"

    def app(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [])(b"half a cake")
        try:
            raise ValueError("dropped")
        except ValueError:
            return [start_response("500 Sorry", [("X-Cake", "dropped")], sys.exc_info())(b"").encode()]

    _, answer = ask(app, start_response)
    assert answer() == [b"written after 500 Sorry"]
    assert begun == [("200 OK", ["Server-Timing"], None), ("500 Sorry", ["X-Cake"], ValueError)]
