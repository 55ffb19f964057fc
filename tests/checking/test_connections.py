"""What httpx says of a client or an answer in words of its own is said in a sentence that fits."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import aiohttp
import httpx
import pytest

from bakery.checking.connections import known_of_clients

ASKED = httpx.Request("GET", "http://shop.example/")

NO_BASE = "a path alone was asked for, and this client has no `base_url`. Is it the client that the function was given?"
CLOSED = (
    "a request was sent after its client was closed: what asks belongs into the block of the `async with`, and a client that "
    "is still needed afterwards, or was only lent, is not closed there."
)
CLOSED_ANSWER = (
    "the pieces of an answer were asked for when it was closed already: they are read inside the block of the "
    "`async with`."
)
UNREAD = (
    "nothing of this answer has been read yet, so it has no `.content`, `.text` or `.json()`. Its pieces come with "
    "`async for piece in answer.aiter_bytes():`; `await answer.aread()` would hold all of them."
)
REDIRECTS = "`allow_redirects` is a word of `requests` and aiohttp. httpx calls it `follow_redirects`."
ONE_THING = (
    "`request` wants a method and an address, and it got one thing. Where a tuple has both, a star hands them over one "
    "by one: `request(*…)`."
)
NO_RESPONSE = "a `{}` of httpx has no `response`, since no answer came. Of the errors of httpx only an `HTTPStatusError` has one."
PIECES = "the pieces of this answer are waited for: `async for piece in answer.aiter_bytes():`."


def after_the_end() -> object:
    client = httpx.Client()
    client.close()
    return client.get("http://shop.example/")


def in_pieces() -> httpx.Response:
    class Pieces(httpx.AsyncByteStream):
        pass

    return httpx.Response(200, stream=Pieces(), request=ASKED)


def closed_already() -> object:
    answer = httpx.Response(200, stream=httpx.ByteStream(b"cake"), request=ASKED)
    answer.close()
    return list(answer.iter_raw())


MEANT: dict[str, tuple[Callable[[], object], list[str]]] = {
    "a path alone": (lambda: httpx.Client().get("/cake"), [NO_BASE]),
    "a client that is closed": (after_the_end, [CLOSED]),
    "an answer that is closed": (closed_already, [CLOSED_ANSWER]),
    "an answer that nobody has read": (lambda: in_pieces().text, [UNREAD]),
    "a word of requests": (
        lambda: httpx.Client().get("http://shop.example/", allow_redirects=True),  # type: ignore[call-arg]
        [REDIRECTS],
    ),
    "one thing for two": (lambda: httpx.AsyncClient().request(("GET", "/")), [ONE_THING]),  # type: ignore[call-arg, arg-type]
    "a plain for": (lambda: list(in_pieces().iter_bytes()), [PIECES]),
    "a protocol of another kind": (lambda: httpx.Client().get("cake://shop.example/"), []),
    "a response where none came": (
        lambda: httpx.ReadTimeout("late", request=ASKED).response,  # type: ignore[attr-defined]
        [NO_RESPONSE.format("ReadTimeout")],
    ),
    "another thing that it has not": (lambda: httpx.ReadError("", request=ASKED).status, []),  # type: ignore[attr-defined]
    "a response of something else": (lambda: ValueError("late").response, []),  # type: ignore[attr-defined]
    "something else": (lambda: ["missing an"].index("client"), []),
}


@pytest.mark.parametrize("name", MEANT)
def test_what_httpx_raises_is_told_as_what_it_means_and_anything_else_is_not(name: str) -> None:
    ask, told = MEANT[name]
    with pytest.raises(Exception) as caught:  # noqa: PT011 - of whatever kind httpx has for it
        ask()
    assert list(known_of_clients(caught.value, str(caught.value))) == told


def not_given(address: str) -> str:
    """What is said where another client than the given one asked for the stand-in service."""
    return (
        f"the client that was given was not asked. Another one asked for `{address}`, and did not get there: only the given "
        "one knows the way."
    )


STAND_IN = httpx.Request("GET", "http://service/mill/1")
KEY: Any = SimpleNamespace(host="service", port=80, ssl=True)

NOT_REACHED: dict[str, tuple[Exception, list[str]]] = {
    "by httpx": (httpx.ConnectError("no such name", request=STAND_IN), [not_given("http://service/mill/1")]),
    "by httpx in time": (
        httpx.ConnectTimeout("late", request=STAND_IN),
        [not_given("http://service/mill/1")],
    ),
    "by aiohttp": (aiohttp.ClientConnectorError(KEY, OSError(2, "no")), [not_given("http://service")]),
    "somebody else": (httpx.ConnectError("no such name", request=ASKED), []),
    "nobody knows whom": (httpx.ConnectError("no such name"), []),
    "a service that was reached and is late": (httpx.ReadTimeout("late", request=STAND_IN), []),
    "an error of Python's own": (ConnectionError("the line is dead"), []),
}


@pytest.mark.parametrize("name", NOT_REACHED)
def test_a_client_of_ones_own_that_does_not_reach_the_service_is_told_that_the_given_one_was_not_asked(
    name: str,
) -> None:
    error, told = NOT_REACHED[name]
    assert list(known_of_clients(error, str(error))) == told
