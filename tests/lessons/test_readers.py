"""Readers of a book in trouble are judged by what they give and by what they ask for."""

import pytest
from answering import asked, refused

from bakery.lessons._readers import must_notice_a_ring, must_tell_a_gap

FOLLOWS = """
async def answer(client):
    url, seen = "/orders", {before}
    while url:
        reply = await client.get(url)
        seen.add({known})
        for row in reply.json():
            yield row
        link = reply.links.get("next")
        url = link and reply.url.join(link["url"])
        if url in seen:
            {then}
"""

TOGETHER = """
import asyncio, math
async def answer(client):
    async def page(number):
        reply = await client.get(f"/orders?page={number}")
        return reply.raise_for_status().json()
    first = await page(1)
    others = await asyncio.gather(*(page(n) for n in range(2, math.ceil(first["total"] / 3) + 1)), SWALLOWS)
    return [row for one in (first, *others) if isinstance(one, dict) for row in one["items"]]
"""


def follows(before: str = "set()", known: str = "reply.url", then: str = "raise ValueError(url)") -> str:
    return FOLLOWS.format(before=before, known=known, then=then)


def test_a_reader_that_raises_where_a_link_leads_back_is_right() -> None:
    assert asked(follows(), must_notice_a_ring).error is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (follows(then="return"), "leads back to the second, and it ended as if the book were read"),
        (follows(known="url"), "leads back to the first, and it went there and gave 6, 5 a second time"),
        (follows(then="raise KeyError(url)"), "it raised KeyError"),
    ],
)
def test_a_reader_that_goes_round_is_told_where(text: str, told: str) -> None:
    assert told in refused(text, must_notice_a_ring)


def test_pages_together_of_which_one_fails_raise_and_give_no_list_with_a_gap() -> None:
    assert asked(TOGETHER.replace(", SWALLOWS", ""), must_tell_a_gap).error is None
    told = refused(TOGETHER.replace("SWALLOWS", "return_exceptions=True"), must_tell_a_gap)
    assert "instead of page 4 there came a 503, and it gave a list without 9, 8, 7" in told
