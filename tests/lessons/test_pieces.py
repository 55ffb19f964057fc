"""What becomes of a big answer is told by its bytes: kept too long, lost on the way, not written yet, read for nothing."""

import textwrap

import pytest
from answering import asked

from bakery.lessons._pieces import must_read_no_more, must_save_in_pieces

STREAM = "async with client.stream('GET', path) as answer:\n"

SAVED = {
    "as it comes": ("    async for piece in answer.aiter_bytes(): write(piece)", ""),
    "as text": (
        "    async for piece in answer.aiter_text(): write(piece.encode())",
        "the bytes were read as text on the way",
    ),
    "by nobody who is waited for": (
        "    async for piece in answer.aiter_bytes(65_536): asyncio.create_task(asyncio.to_thread(write, piece))",
        "it was done when 196,608 bytes of 262,144 were written",
    ),
    "twice": (
        "    async for piece in answer.aiter_bytes(): write(piece); write(piece)",
        "what was written is not what came: 524,288 bytes of 262,144",
    ),
}


@pytest.mark.parametrize("how", SAVED)
def test_an_answer_that_is_saved_has_to_be_there_when_it_is_done_and_as_it_came(how: str) -> None:
    body, words = SAVED[how]
    text = f"async def answer(client, path, write):\n{textwrap.indent(STREAM + body, '    ')}"
    error = asked(text, must_save_in_pieces).error
    assert words in str(error) if words else error is None


READ = {
    "by the byte": ("aiter_bytes()", "len(read) > most", ""),
    "in pieces of 64 KiB": ("aiter_bytes(65_536)", "len(read) > most", ""),
    "far too long": (
        "aiter_bytes()",
        "len(read) > most and (most < 20 or len(read) > 200_000)",
        "it read 200,400 before it stopped",
    ),
    "by the piece": ("aiter_bytes()", "len(piece) > most", "It comes in two pieces of four bytes"),
    "by the letter": ("aiter_bytes()", "len(read.decode(errors='replace')) > most", "bytes are counted"),
}


@pytest.mark.parametrize("how", READ)
def test_how_much_of_an_answer_is_read_is_counted_in_bytes_and_a_piece_may_be_of_any_size(how: str) -> None:
    pieces, stop, words = READ[how]
    body = f"    async for piece in answer.{pieces}:\n        read += piece\n        if {stop}: return None\nreturn read"
    text = f"async def answer(client, path, most):\n    read = b''\n{textwrap.indent(STREAM + body, '    ')}"
    error = asked(text, must_read_no_more).error
    assert words in str(error) if words else error is None


def test_who_stops_by_the_clock_is_told_what_had_come_by_then() -> None:
    text = """
async def answer(client, path, most):
    try:
        async with asyncio.timeout(1): return (await client.get(path)).content
    except TimeoutError: return None
"""
    said = str(asked(text, must_read_no_more).error)
    assert (
        "it gave `None` after 1 s. By then 4 bytes had come: their number has not ended the reading." in said
    )
