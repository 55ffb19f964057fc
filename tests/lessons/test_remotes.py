"""A remote is judged by what comes out of its buttons, and by which clients are open afterwards."""

import textwrap

import pytest
from answering import asked, refused

from bakery.lessons._remotes import must_close_what_it_opens, must_tell_errors

WORDS = """
import httpx
class BakeryError(Exception):
    def __init__(self, status, message):
        super().__init__(message)
        self.status = status
"""

COUNTER = """
class answer:
    def __init__(self, client): self._client = client
    async def menu(self): return await self._ask("GET", "/menu")
    async def buy(self, cake): return (await self._ask("POST", "/orders", json=cake))["number"]
    async def _ask(self, method, path, **sent):
"""


def told(body: str) -> str:
    """Why a remote with this `_ask` is wrong."""
    return refused(WORDS + COUNTER + textwrap.indent(textwrap.dedent(body), " " * 8), must_tell_errors)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("return {'number': 7}", "`menu` asks the shop not at all"),
        ("return [await self._client.request(method, path) for _ in '12']", "`menu` asks the shop twice"),
        ("while True: await self._client.request(method, path)", "and would never stop"),
        (
            "return (await self._client.request(method, path, **sent)).json()\n",
            'the shop answers 404 with `\'{"error": "no luck 404"}\'`, and `menu` gives',
        ),
    ],
)
def test_a_remote_that_asks_nothing_too_much_or_believes_everything_is_refused(body: str, words: str) -> None:
    assert words in told(body)


def test_a_status_that_is_no_number_is_refused() -> None:
    body = """
    answer = await self._client.request(method, path, **sent)
    if answer.is_error: raise BakeryError(str(answer.status_code), answer.json()["error"])
    return answer.json()
    """
    assert "and the `BakeryError` has the status `'404'`" in told(body)


def test_without_the_error_of_the_bakery_the_check_says_what_is_missing() -> None:
    assert "there is no `BakeryError` any more" in refused(COUNTER + "        pass", must_tell_errors)


REMOTE = """
import httpx
from contextlib import asynccontextmanager
class answer:
    def __init__(self, client): self.client = client
    async def menu(self): return (await self.client.get("/menu")).json()
    @classmethod
    @asynccontextmanager
    async def open(cls, url):
"""


@pytest.mark.parametrize("threadless", [False, True])
def test_a_remote_that_closes_what_it_opens_is_right(threadless: bool) -> None:
    text = f"{REMOTE}        async with httpx.AsyncClient(base_url=url + '/') as client: yield cls(client)"
    assert asked(text, must_close_what_it_opens, threadless=threadless).error is None


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("yield cls(None)", "'NoneType' object has no attribute 'get'"),
        ("yield", "'NoneType' object has no attribute 'menu'"),
        (
            "async with httpx.AsyncClient(base_url='http://other') as client: yield cls(client)",
            '`Remote.open("http://shop")` asks at http://other',
        ),
        (
            "async with httpx.AsyncClient(), httpx.AsyncClient(base_url=url) as client: yield cls(client)",
            "made two clients",
        ),
        ("return\n        yield", "didn't yield"),
    ],
)
def test_what_open_gives_is_used_and_its_clients_are_counted(body: str, words: str) -> None:
    assert words in refused(f"{REMOTE}        {body}", must_close_what_it_opens)


def test_a_remote_without_its_button_is_refused() -> None:
    assert refused("class answer: pass", must_close_what_it_opens) == "the button `menu` is gone."
