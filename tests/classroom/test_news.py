"""News reach everybody, and wait for nobody."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from bakery.classroom.news import LINE, READERS, News, as_event


def whole() -> dict[str, Any]:
    return {"all": 1}


BOARD = as_event("board", whole())


async def taken(stream: AsyncIterator[bytes], number: int) -> list[bytes]:
    return [await anext(stream) for _ in range(number)]


def test_an_event_is_one_line_of_data_even_where_a_name_has_several() -> None:
    assert as_event("seat", {"name": "a\n\ndata: b"}) == b'event: seat\ndata: {"name": "a\\n\\ndata: b"}\n\n'


def test_a_reader_hears_the_whole_board_first_and_then_everything() -> None:
    async def run() -> list[bytes]:
        news = News(whole)
        stream = news.follow()
        first = await taken(stream, 1)
        news.tell("seat", {"seat": 1})
        return first + await taken(stream, 1)

    assert asyncio.run(run()) == [BOARD, as_event("seat", {"seat": 1})]


def test_a_slow_reader_is_told_the_whole_board_instead_of_all_that_was_missed() -> None:
    async def run() -> list[bytes]:
        news = News(whole)
        stream = news.follow()
        await taken(stream, 1)
        for number in range(LINE + 1):
            news.tell("seat", {"seat": number})
        return await taken(stream, 2)

    assert asyncio.run(run()) == [BOARD, as_event("seat", {"seat": LINE})]


def test_in_silence_a_reader_hears_that_somebody_is_still_here() -> None:
    async def run() -> bytes:
        stream = News(whole, still_here=0).follow()
        await anext(stream)
        return await anext(stream)

    assert asyncio.run(run()).startswith(b":")


def test_whoever_stops_reading_is_forgotten() -> None:
    async def run() -> int:
        news = News(whole)
        stream = news.follow()
        await anext(stream)
        await stream.aclose()  # type: ignore[attr-defined]
        return len(news._lines)

    assert asyncio.run(run()) == 0


def test_the_oldest_of_too_many_readers_ends() -> None:
    async def run() -> list[bytes | None]:
        news = News(whole, still_here=0)
        streams = [news.follow() for _ in range(READERS + 1)]
        for stream in streams:
            await anext(stream)
        return [await anext(streams[0], None), await anext(streams[1], None)]

    ended, heard = asyncio.run(run())
    assert ended == b": still here\n\n" or ended is None
    assert heard is not None
