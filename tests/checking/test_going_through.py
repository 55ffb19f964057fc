"""Whatever goes wrong while somebody goes through something is said in a sentence that fits."""

import pytest
from answering import refused

from bakery.checking.going_through import known_of_for

BEFORE = """
async def rows(): yield 'cake'
"""

THROUGH = {
    "a generator for two": (
        "\n    async def slow():\n        await asyncio.sleep(1)\n        yield 1\n    one = slow(); await asyncio.gather(anext(one), anext(one))",
        "go through the same async generator",
    ),
    "a set that grows": (
        "\n    some = {1}\n    for one in some: some.add(one + 1)",
        "a set that grows or shrinks",
    ),
    "a plain for over an async generator": ("\n    for one in rows(): pass", "with `async for`"),
    "async for over a list": ("\n    async for one in [1]: pass", "plain `for` is enough"),
    "async for over a coroutine": (
        "\n    async for one in asyncio.sleep(1): pass",
        "`async for` got a coroutine",
    ),
    "a yield after the end": (
        "\n    async def songs():\n        try: yield 1\n        finally: yield 2\n    one = songs(); await anext(one); await one.aclose()",
        "came to another `yield`",
    ),
}


@pytest.mark.parametrize("name", THROUGH)
def test_what_goes_wrong_on_the_way_is_told_as_what_it_means(name: str) -> None:
    code, words = THROUGH[name]
    assert words in refused(f"{BEFORE}async def answer(): {code}")


CURSORS = {
    "a plain for": (
        "'Cursor' object is not iterable",
        "a plain `for` cannot go through a cursor of aiosqlite, because its rows are waited for: `async for row in rows`, "
        "or `await rows.fetchall()`.",
    ),
    "async for before the await": (
        "'async for' requires an object with __aiter__ method, got Result",
        "`async for` goes through a cursor, and `execute` has to be awaited before there is one: "
        "`async with db.execute(…) as rows:`, then `async for row in rows`.",
    ),
    "async for over something else": (
        "'async for' requires an object with __aiter__ method, got Results",
        "`async for` goes through an async generator; for a list, plain `for` is enough.",
    ),
}


@pytest.mark.parametrize("name", CURSORS)
def test_a_cursor_is_told_how_its_rows_are_gone_through(name: str) -> None:
    said, told = CURSORS[name]
    assert next(iter(known_of_for(said))) == told


def test_what_has_nothing_to_do_with_the_way_through_is_told_nothing() -> None:
    assert list(known_of_for("'int' object is not iterable")) == []
