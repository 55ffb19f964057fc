"""What a check expects of a stream is expected of every listener, part by part and moment by moment."""

from collections.abc import Callable, Sequence
from typing import Any, Literal

import pytest

from bakery.checking.asgi_guests import Part, Stream
from bakery.checking.heard import Heard
from bakery.checking.mistakes import Wrong

How = Literal["ended", "left", "endless", "cut"]


def stream(
    *parts: tuple[float, str], how: How = "ended", went_on: float = 0.0, path: str = "/ticks"
) -> Stream:
    return Stream(
        path=path,
        status=200,
        kind="text/plain",
        parts=tuple(Part(seconds, text) for seconds, text in parts),
        how=how,
        went_on=went_on,
    )


GOOD = stream((0.0, "mixed"), (0.5, "baked"))


def heard(*streams: Stream) -> Heard:
    return Heard(subject="app", streams=streams, left=())


def told(ask: Callable[[], Any]) -> str:
    with pytest.raises(Wrong) as caught:
        ask()
    return str(caught.value)


def test_a_stream_as_it_is_wanted_passes_every_expectation() -> None:
    heard(GOOD, GOOD).comes("mixed", "baked").at(0, 0.5).ends().lets_go()


@pytest.mark.parametrize("texts", [("mixed",), ("mixed", "baked", "done"), ("baked", "mixed"), ()])
def test_other_parts_fewer_or_more_are_refused_with_both_lists(texts: Sequence[str]) -> None:
    said = told(lambda: heard(GOOD).comes(*texts))
    assert "`/ticks` sends the parts `['mixed', 'baked']`" in said
    assert f"`{list(texts)}` are wanted" in said


def test_everything_in_one_part_beside_others_is_told_with_its_place_and_its_second() -> None:
    greeted = stream((0.0, "please wait"), (3.0, "mixedbaked"))
    assert "comes in one part, number 2, after 3 s" in told(lambda: heard(greeted).comes("mixed", "baked"))
    one_by_one = stream((0.0, "please wait"), (1.0, "mixed"), (2.0, "baked"))
    assert "in one part" not in told(lambda: heard(one_by_one).comes("mixed", "baked"))


def test_everything_in_one_part_is_no_stream() -> None:
    whole = stream((1.0, "mixedbaked"))
    assert told(lambda: heard(whole).comes("mixed", "baked")).startswith(
        "`/ticks` sends all in one part, after 1 s: that is no stream."
    )
    heard(whole).comes("mixedbaked")
    assert "no stream" not in told(lambda: heard(stream((1.0, "burnt"))).comes("mixed", "baked"))


def test_whoever_meets_an_expectation_of_streams_is_asked_the_next_one() -> None:
    met = heard()
    assert met.comes("cake").at(1.0).ends().lets_go() is met


def test_one_listener_who_heard_something_else_is_enough_to_refuse() -> None:
    late = stream((0.5, "mixed"), (1.0, "baked"), path="/late")
    assert "`/late`" in told(lambda: heard(GOOD, late).at(0, 0.5))
    assert "`/late`" in told(lambda: heard(GOOD, stream(path="/late")).comes("mixed", "baked"))


@pytest.mark.parametrize("seconds", [(0, 0.5, 1.0), (0,), (0, 0.500001), (0.000001, 0.5)])
def test_moments_are_exact(seconds: Sequence[float]) -> None:
    assert "came at 0, 0.5 s, and " in told(lambda: heard(GOOD).at(*seconds))


def test_parts_that_are_all_late_by_the_same_time_are_told_by_how_much() -> None:
    late = " Each of them is 0.5 s late: the first `yield` comes after a wait."
    assert told(lambda: heard(stream((0.5, "mixed"), (1.0, "baked"))).at(0, 0.5)).endswith(late)
    other = heard(stream((0.5, "a"), (1.0, "b")))
    for seconds in ((0, 1), (0.5, 1, 1.5), (0.5, 1.5), (1, 1.5)):
        with pytest.raises(Wrong) as caught:
            other.at(*seconds)
        assert "late" not in str(caught.value)


def test_the_last_bits_of_a_float_are_no_other_moment() -> None:
    heard(stream((0.1 + 0.2, "cake"))).at(0.3)


def test_parts_that_all_come_at_the_end_are_told_as_that() -> None:
    both = heard(stream((1.0, "mixed"), (1.0, "baked")))
    assert "all parts of `/ticks` came at the end, after 1 s, and none before that" in told(
        lambda: both.at(0.5, 1.0)
    )
    assert "at the end" not in told(lambda: both.at(1.0, 2.0))
    assert "at the end" not in told(lambda: heard(stream((1.0, "cake"))).at(0.5))


def test_a_stream_without_parts_came_never() -> None:
    assert "came at never s, and 1 s is wanted" in told(lambda: heard(stream()).at(1))


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("endless", "the stream of `/ticks` never ends: after 0.5 s and 2 parts it was still going on."),
        ("cut", "the stream of `/ticks` was cut off after 0.5 s, in the middle"),
    ],
)
def test_a_stream_that_does_not_end_by_itself_is_told_with_how_far_it_came(how: How, words: str) -> None:
    one = stream((0.0, "mixed"), (0.5, "baked"), how=how)
    assert told(lambda: heard(GOOD, one).ends()).startswith(words)
    assert "after 0 s" in told(lambda: heard(stream(how=how)).ends())


def test_whoever_left_cannot_complain_that_it_did_not_end() -> None:
    heard(stream((0.0, "mixed"), how="left")).ends()


def test_a_handler_that_goes_on_after_its_customer_is_told_with_how_long() -> None:
    gone = stream((0.0, "mixed"), how="left", went_on=2.5)
    assert "went on for 2.5 s after its customer had left" in told(lambda: heard(GOOD, gone).lets_go())


def test_parts_one_after_another_are_not_advised_to_be_gathered() -> None:
    assert heard(GOOD).one_after_another is False


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        (("a", "ab", "abc"), "yield` only what is new"),
        (("a", "b"), "It ends after 2 parts."),
        (("a",), "It ends after the first part."),
        (("a", "b", "c", "d"), "After those there is more."),
        (("a\\n", "b\\n", "c\\n"), "no end of a line"),
        ((), "Nothing was sent"),
        (("x", "y", "z"), "are wanted."),
    ],
)
def test_parts_that_are_not_the_wanted_ones_are_told_by_what_they_are(
    parts: Sequence[str], words: str
) -> None:
    several = stream(*((number / 2, text) for number, text in enumerate(parts)))
    assert told(lambda: heard(several).comes("a", "b", "c")).endswith(words) or words in told(
        lambda: heard(several).comes("a", "b", "c")
    )


def test_parts_that_come_at_the_same_moment_are_told_so() -> None:
    several = stream((0.0, "mixed"), (0.0, "baked"))
    assert "nothing is waited for between" in told(lambda: heard(several).at(0, 0.5))


@pytest.mark.parametrize("end", ["", "\n"])
def test_an_event_without_its_empty_line_is_told_what_is_missing(end: str) -> None:
    one = heard(stream((0.0, f"data: a{end}"), (0.5, f"data: b{end}")))
    assert told(lambda: one.comes("data: a\n\n", "data: b\n\n")) == (
        f"`/ticks` sends `['data: a{repr(end)[1:-1]}', 'data: b{repr(end)[1:-1]}']`: an event ends with an empty line, so "
        "with two `\\n`. Else a browser waits for more of it."
    )
    assert "an event ends" not in told(lambda: one.comes("data: a\n\n", "data: c\n\n"))
    assert one.comes(f"data: a{end}", f"data: b{end}") is one
