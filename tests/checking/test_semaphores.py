"""Places in semaphores are counted, and it is told why they let in more than they should."""

import textwrap

import pytest
from answering import run_of

from bakery.checking import Answer, Run
from bakery.checking.semaphores import let_in, places, watch_places

BEFORE = "import asyncio\nasync def answer():\n"

SHARED = """
    four = asyncio.Semaphore(4)
    async def bake():
        async with four:
            await asyncio.sleep(1)
"""
OWN = """
    async def bake():
        async with asyncio.Semaphore(4):
            await asyncio.sleep(1)
"""
OUTSIDE = """
    four = asyncio.BoundedSemaphore(4)
    async def bake():
        async with four:
            pass
        await asyncio.sleep(1)
"""
FOR_ALL = """
    async def bake():
        await asyncio.sleep(1)
    async with asyncio.Semaphore(4):
        await asyncio.gather(*(bake() for _ in range(6)))
    return
"""
UNUSED = """
    four = asyncio.Semaphore(4)
    async def bake():
        await asyncio.sleep(1)
"""
NONE = """
    async def bake():
        await asyncio.sleep(1)
"""
SIX = "    await asyncio.gather(*(bake() for _ in range(6)))\n"


def watched(answer: Answer) -> Run:
    watch_places(answer)
    return answer.run()


def seen(body: str) -> Run:
    run: Run = run_of(textwrap.dedent(BEFORE) + body + SIX, watched)
    return run


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (OWN, "6 semaphores were made: all cakes have to share one."),
        (OUTSIDE, "its cake goes on outside of that"),
        (FOR_ALL, "One place was taken for all of them together: each cake has to take its own."),
        (UNUSED, "nobody takes a place in it"),
    ],
)
def test_what_lets_in_too_many_is_told(body: str, told: str) -> None:
    assert told in let_in(seen(body), "cake", "cakes")


def test_nothing_is_told_of_semaphores_where_there_are_none() -> None:
    assert let_in(seen(NONE), "cake", "cakes") == ""


def test_places_are_counted_as_they_are_taken_and_given_back() -> None:
    assert places(seen(SHARED)) == (6, 6)
