"""Guests with full queues, and with room: each way not to tell one of them is told as what it is."""

import pytest
from answering import asked

from bakery.lessons._tell_all import must_tell_all

TELL = """
async def answer(guests, news):
    {before}
    for guest in guests:
        {each}
"""


@pytest.mark.parametrize(
    ("before", "each", "words"),
    [
        ("pass", "if guest.full(): guest.get_nowait()\n        guest.put_nowait(news)", ""),
        (
            "pass",
            "if guest.full(): return guest.get_nowait(), guest.put_nowait(news)\n        guest.put_nowait(news)",
            "stands behind a guest",
        ),
        (
            "pass",
            "if guest.full(): guest.get_nowait(); guest.put_nowait(news)",
            "has nothing. Where a queue is full",
        ),
        ("pass", "if not guest.full(): guest.put_nowait(news)", "has old 0, old 1, old 2. Where"),
        (
            "global tasks; tasks = [asyncio.create_task(guest.put(news)) for guest in guests]",
            "await asyncio.sleep(0)",
            "seven of its tasks still wait in `put`",
        ),
        ("pass", "await guest.put(news)", "waits for that guest for ever"),
    ],
)
def test_each_guest_has_the_newest_news_or_it_is_told_why_not(before: str, each: str, words: str) -> None:
    error = asked(TELL.format(before=before, each=each), must_tell_all).error
    assert words in str(error) if words else error is None
