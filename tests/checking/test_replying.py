"""A visitor who was not served is told of first, with what the app would have served."""

from typing import Any

import pytest
from flask import Flask
from quart import Quart

from bakery.checking.mistakes import NotAttempted, Wrong
from bakery.checking.replying import must_be_good
from bakery.checking.run import Reply


def app(kind: type[Any]) -> Any:  # noqa: ANN401
    made = kind("bakery")
    made.add_url_rule("/cake", "cake", lambda: "cake")
    made.add_url_rule("/wish", "wish", lambda: "wish", methods=["POST", "PUT"])
    return made


APPS = pytest.mark.parametrize("kind", [Flask, Quart])


def reply(status: int, path: str = "/cake", error: BaseException | None = None) -> Reply:
    return Reply(path=path, status=status, error=error)


def told(app: Any, *replies: Reply, method: str = "GET") -> str:  # noqa: ANN401
    with pytest.raises(Wrong) as caught:
        must_be_good(app, replies, method)
    return str(caught.value)


@pytest.mark.parametrize("status", [200, 201, 204, 302, 308, 399])
def test_whoever_was_served_or_sent_on_is_well_served(status: int) -> None:
    must_be_good(app(Flask), (reply(200), reply(status)), "GET")


def test_nobody_is_served_badly_where_nobody_came() -> None:
    must_be_good(app(Flask), (), "GET")


@APPS
def test_a_route_that_is_missing_is_told_with_those_there_are(kind: type[Any]) -> None:
    said = told(app(kind), reply(404, "/cakes"))
    assert said.startswith("`GET /cakes` gets 404: the app has no such route.")
    assert said.endswith("It has `/cake`, `/wish`.")


@APPS
def test_an_app_without_a_route_is_told_so(kind: type[Any]) -> None:
    assert told(kind("bakery"), reply(404)).endswith("It has no routes at all.")


@APPS
@pytest.mark.parametrize("path", ["/wish", "/wish?kind=plum"])
def test_a_route_that_takes_other_methods_is_told_with_them_and_with_the_one_to_write(
    kind: type[Any], path: str
) -> None:
    said = told(app(kind), reply(405, path))
    assert "it takes only `POST`, `PUT`, and not `GET`" in said
    assert f'`@app.get("{path}")` takes it.' in said


def test_methods_that_are_not_known_are_other_methods() -> None:
    assert "takes only other methods, and not `DELETE`" in told(
        app(Flask), reply(405, "/elsewhere"), method="DELETE"
    )


@pytest.mark.parametrize(
    ("status", "words"),
    [(400, "order 2 to `/cake` gets 400, a bad request"), (401, "gets 401."), (500, "gets 500.")],
)
def test_the_first_who_was_refused_is_told_by_number(status: int, words: str) -> None:
    assert words in told(app(Flask), reply(200), reply(status), reply(404))


def test_what_a_handler_raised_is_told_before_the_status_that_came_of_it() -> None:
    said = told(app(Flask), reply(500, error=ZeroDivisionError("division by zero")))
    assert said.startswith("the handler of `/cake` fails: it raised ZeroDivisionError")


def test_a_handler_that_is_still_the_starters_is_not_attempted() -> None:
    with pytest.raises(NotAttempted):
        must_be_good(app(Flask), (reply(500, error=NotImplementedError()),), "GET")


@APPS
def test_an_app_whose_routes_cannot_be_asked_is_told_without_them(kind: type[Any]) -> None:
    made = app(kind)
    error = TypeError("a coroutine was expected")
    assert "write `async def" not in told(made, reply(500, path="/nowhere", error=error))
    plain = told(made, reply(500, error=error))
    assert ("`await` stands only in an `async def`" in plain) is (kind is Quart)
