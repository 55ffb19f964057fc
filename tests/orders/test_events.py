"""Server-sent events are read as a browser reads them, wherever the network cuts the stream."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bakery.orders.events import LONGEST, EventReader

STREAM = "data: mixed\n\nevent: done\ndata: cäke\ndata: two\n\n: a comment\n\nid: 7\ndata:plain\n\ndata: unfinished\n"
EVENTS = ["mixed", "done: cäke\ntwo", "plain"]


def read(*pieces: bytes) -> list[str]:
    reader = EventReader()
    return [event for piece in pieces for event in reader.read(piece)]


def test_an_event_is_its_data_after_its_name_and_comes_with_its_empty_line() -> None:
    assert read(STREAM.encode()) == EVENTS


@pytest.mark.parametrize("ends", ["\r\n", "\n"])
@given(cuts=st.lists(st.integers(0, 130), max_size=8))
def test_where_the_stream_is_cut_makes_no_difference(ends: str, cuts: list[int]) -> None:
    data = STREAM.replace("\n", ends).encode()
    places = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    assert read(*(data[one:other] for one, other in pairwise(places))) == EVENTS


def test_an_event_without_data_is_none() -> None:
    assert read(b"event: done\n\n\n\ndata\n\n") == [""]


def test_of_a_line_without_end_only_so_much_is_kept() -> None:
    reader = EventReader()
    for _ in range(100):
        assert reader.read(b"data: " + b"x" * LONGEST) == []
        assert len(reader._rest) <= LONGEST
    [event] = reader.read(b"\n\n")
    assert len(event) <= LONGEST


def test_a_byte_that_is_no_text_spoils_no_event() -> None:
    assert read(b"data: c\xffke\n\ndata: t", b"wo\n\n") == ["c\ufffdke", "two"]
