"""Readers of a book in trouble: two of them at once, and one whose second page is an error."""
# ruff: noqa: ANN401  # apps of a framework that is imported late

from collections.abc import Sequence
from typing import Any

from bakery.checking import Answer, expect
from bakery.checking.service import Says, Service
from bakery.lessons._books import must_be_linked, page_of, read_with, told

GAPS = (20, 17, 9, 8, 4, 2, 1)
"""Numbers of orders, of which many have been cancelled long ago."""


def must_serve_two(answer: Answer, wanted: Sequence[int]) -> None:
    """Expect the whole book of each of two readers who take turns."""

    async def script(client: Any) -> list[list[int]]:
        read: list[list[int]] = [[], []]
        marks: list[Any] = [None, None]
        for turn in range(40):
            who = turn % 2
            if turn < 2 or marks[who] is not None:
                query = {} if turn < 2 else {"after": marks[who]}
                page = await page_of(await client.get("/orders", query_string=query), "/orders", "two read")
                read[who] += [one["id"] for one in page["items"]]
                marks[who] = page["next"]
        return read

    for read in answer.meet(script).result:
        expect(
            read == list(wanted),
            f"two read the book at the same time, page by page in turns, and one of them got {told(read)}. A bookmark belongs to "
            "its reader: all that the route has to know is in `after`.",
        )


def must_tell_trouble(answer: Answer) -> None:
    """Expect an error where the page behind a link is a 503."""
    first = Says([3, 2], headers={"link": '<http://service/orders?key=k7x>; rel="next"'})
    reading = read_with(answer, Service(first, Says([], status=503), most=20), must_be_linked)
    expect(
        reading.error is not None,
        "instead of the second page there came a 503, and it ended as if that were the end of the book. Let the error come out.",
    )
