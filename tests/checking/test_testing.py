"""A test that is an answer has to pass on the right app, and to fail on each broken one."""

import asyncio
from typing import Any

import pytest

from bakery.checking.mistakes import Wrong
from bakery.checking.testing import must_tell_apart, tried, why_green
from workshop.cells import Cells

RIGHT, BROKEN = {"cake": "plum"}, {"cake": "lemon"}


def judged(test: Any) -> str:  # noqa: ANN401
    """Why a test is no good; empty where it is."""

    async def both() -> None:
        right = await tried(test, {"app": RIGHT}, "the app")
        must_tell_apart(right, [await tried(test, {"app": BROKEN}, "it bakes lemon cakes")])

    try:
        asyncio.run(both())
    except Wrong as error:
        return str(error)
    return ""


def plain(app: dict[str, str]) -> None:
    assert app["cake"] == "plum"


async def awaited(app: dict[str, str]) -> None:
    await asyncio.sleep(0)
    assert app["cake"] == "plum"


@pytest.mark.parametrize("test", [plain, awaited])
def test_a_test_that_tells_right_from_broken_is_right(test: Any) -> None:  # noqa: ANN401
    assert judged(test) == ""


def sleeps(app: dict[str, str]) -> None:
    assert app


def mistaken(app: dict[str, str]) -> None:
    assert app["cake"] == "apple"


def breaks(app: dict[str, str]) -> None:
    assert app["pie"]


def fails(app: dict[str, str]) -> None:
    if app["cake"] == "lemon":
        pytest.fail("lemon")


def skips(app: dict[str, str]) -> None:
    pytest.skip("later")


def asks(client: object) -> None:
    assert client


@pytest.mark.parametrize(
    ("test", "words"),
    [
        (sleeps, "the test passes although it bakes lemon cakes"),
        (mistaken, "the test fails although the app is right"),
        (breaks, "the test ends with an error"),
        (skips, "the test is skipped"),
        (asks, "the test asks for `client`, and there is only `app`"),
        (fails, ""),
    ],
)
def test_one_that_does_not_is_told_why(test: Any, words: str) -> None:  # noqa: ANN401
    assert words in judged(test)
    assert bool(judged(test)) is bool(words)


def test_what_is_tried_may_be_something_else_than_an_app() -> None:
    async def test() -> None:
        must_tell_apart(await tried(mistaken, {"app": RIGHT}, ""), [], "client")

    with pytest.raises(Wrong, match="although the client is right"):
        asyncio.run(test())


def test_an_assert_of_a_tuple_finds_nothing_and_is_called_by_its_name() -> None:
    cells = Cells('async def test(app):\n    assert (app["cake"] == "plum", "plum")\n')
    assert "Line 2 has brackets around all" in judged(cells.value("test"))


def test_an_assert_below_an_if_is_called_by_its_name_where_the_test_passes() -> None:
    cells = Cells('async def test(app):\n    if app["cake"] == "plum":\n        assert app\n')
    assert "below an `if`" in judged(cells.value("test"))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("return 'cake' in text", "There is no `assert` in it."),
        ("assert ('cake' in text, 'no cake')", "a tuple"),
        ("assert 'plum' in text or 'cake'", "is always true"),
        ("try: assert text == 'cake'\n    except AssertionError: print(text)", "nobody hears of it"),
        ("try: assert text == 'cake'\n    except: pass", "nobody hears of it"),
        ("assert text == 'cake'", ""),
        ("assert ()", ""),
        ("assert text == 'cake' or text == 'pie'", ""),
        ("raise AssertionError(text)", ""),
        ("if text:\n        assert text == 'cake'", "stands below an `if`"),
        ("if text:\n        assert text == 'cake'\n    else:\n        assert False", ""),
        ("assert text\n    if text:\n        assert text == 'cake'", ""),
        ("try: assert text == 'cake'\n    except KeyError: pass", ""),
    ],
)
def test_what_keeps_a_test_green_is_seen_in_its_text(body: str, words: str) -> None:
    said = why_green(f"def test(text):\n    {body}\n")
    assert words in said if words else said == ""


SWALLOWS = """
async def test(app):
    try:
        assert app["cake"] == "plum"
    except Exception:
        pass
"""
HELPER = """
def look(app):
    assert app["cake"] == "plum"
def test(app):
    try:
        look(app)
    except AssertionError:
        print("red")
"""
AFTERWARDS = """
import pytest
def test(app):
    with pytest.raises(KeyError):
        app["pie"]
        assert app["cake"] == "plum"
"""
RETURNS = """
def test(app):
    return True
    assert app["cake"] == "plum"
"""
NESTED = """
def test(app):
    def look():
        assert app["cake"] == "plum"
"""
GATHERS = """
import asyncio
async def test(app):
    async def look():
        assert app["cake"] == "plum"
    await asyncio.gather(look(), return_exceptions=True)
"""
CATCHES_AND_GATHERS = """
import asyncio
async def test(app):
    try:
        assert app["cake"] == "plum"
    except Exception:
        await asyncio.gather(asyncio.sleep(0), return_exceptions=True)
"""
GATHERS_AND_CATCHES_ANOTHER = """
import asyncio
async def test(app):
    async def look():
        try:
            assert app["cake"] == "plum"
        except KeyError:
            pass
    await asyncio.gather(look(), return_exceptions=True)
"""
FAILS_ONLY = """
def test(app):
    try:
        app["pie"]
        assert False, "there is a pie"
    except KeyError:
        pass
"""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (SWALLOWS, 'Line 4 did notice (`assert app["cake"] == "plum"`)'),
        (HELPER, 'Line 3 did notice (`assert app["cake"] == "plum"`)'),
        (AFTERWARDS, "Line 6 was never reached: `assert app['cake'] == 'plum'`. Line 5 raises, and that ends the block."),
        (RETURNS, "Line 4 was never reached"),
        (NESTED, "Line 4 was never reached"),
        (GATHERS, "Line 5 did notice"),
        (GATHERS, "stands among the results of `gather`"),
        (GATHERS_AND_CATCHES_ANOTHER, "stands among the results of `gather`"),
        (CATCHES_AND_GATHERS, "was caught before it came out of the test"),
        (FAILS_ONLY, "What should it look at?"),
    ],
)  # fmt: skip
def test_a_test_that_passes_is_told_what_became_of_its_asserts(text: str, words: str) -> None:
    said = judged(Cells(text).value("test"))
    assert words in said
    assert words == "What should it look at?" or "What should it look at?" not in said


def test_an_assert_that_is_reached_on_the_right_app_is_not_called_unreached() -> None:
    cells = Cells(
        'def test(app):\n    for letter in app["cake"].removeprefix("lemon"):\n        assert letter\n'
    )
    assert judged(cells.value("test")).endswith("What should it look at?")


def test_a_text_that_is_no_python_tells_nothing() -> None:
    assert why_green("") == why_green("def") == ""


async def leaves() -> None:
    raise SystemExit(3)


async def is_cancelled() -> None:
    raise asyncio.CancelledError


async def fails_later() -> None:
    pytest.fail("raw")


async def skips_later() -> None:
    pytest.skip("later")


@pytest.mark.parametrize("test", [is_cancelled, fails_later, skips_later])
def test_a_test_that_fails_in_a_way_of_its_own_has_been_tried(test: Any) -> None:  # noqa: ANN401
    tested = asyncio.run(tried(test, {}, "the app"))
    assert (tested.app, type(tested.error).__name__) == (
        "the app",
        {is_cancelled: "CancelledError", fails_later: "Failed", skips_later: "Skipped"}[test],
    )


def test_a_test_that_asks_python_to_exit_does_exit() -> None:
    with pytest.raises(SystemExit):
        leaves().send(None)
    with pytest.raises(SystemExit) as caught:
        tried(leaves, {}, "the app").send(None)
    assert caught.value.code == 3
