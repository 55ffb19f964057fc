"""A number and its noun agree, everywhere."""

import re
from pathlib import Path

import pytest

import bakery
from bakery.counting import counted, form, how_often, in_words

ALONE = {"counting.py", "doctor.py", "working_copy.py"}
"""The room itself, and the commands that run before anything is installed."""


def test_one_is_singular_and_everything_else_plural() -> None:
    assert [counted(n, "cake") for n in (0, 1, 2, 1000)] == ["0 cakes", "1 cake", "2 cakes", "1,000 cakes"]


def test_small_numbers_are_spelled_out() -> None:
    assert [in_words(n, "bake") for n in (0, 1, 3, 12, 13, 1000)] == [
        "no bakes",
        "one bake",
        "three bakes",
        "twelve bakes",
        "13 bakes",
        "1,000 bakes",
    ]


def test_a_plural_that_needs_more_than_an_s_is_given() -> None:
    assert (counted(1, "reply", "replies"), counted(2, "reply", "replies")) == ("1 reply", "2 replies")
    assert in_words(2, "thread needs", "threads need") == "two threads need"


def test_once_and_twice_have_words_of_their_own() -> None:
    assert [how_often(n) for n in (1, 2, 3, 40)] == ["once", "twice", "three times", "40 times"]


def test_a_verb_goes_with_its_number() -> None:
    assert [form(n, "is", "are") for n in (0, 1, 2)] == ["are", "is", "are"]


ROOMS = [path for path in Path(bakery.__file__).parent.rglob("*.py") if path.name not in ALONE]


@pytest.mark.files
@pytest.mark.parametrize("room", ROOMS, ids=lambda path: path.stem)
def test_no_room_makes_plurals_of_its_own(room: Path) -> None:
    """Where it is done by hand it is forgotten somewhere: "1 threads", "0 of 1 cakes"."""
    code = room.read_text("utf-8")
    by_hand = re.findall(
        r"""['"]s['"] if |['"]['"] if \w+ == 1 else ['"]s|['"]1 [a-z]+.{0,9}['"] if """, code
    )
    assert by_hand == []
