"""What a student typed becomes one short line, whatever it was."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bakery.classroom.names import LONGEST, NOBODY, cleaned, told_apart


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Ada", "Ada"),
        ("  Ada \n\t Lovelace ", "Ada Lovelace"),
        ("Ada\x00\x1b[31m", "Ada[31m"),
        ("\u202egro.live\u202c", "gro.live"),
        ("\u2066Ada\u2069", "Ada"),
        ("<script>alert(1)</script>", "<script>alert(1)</script…"),
        ("", NOBODY),
        (" \u200b\u200d\u0301 ", NOBODY),
        ("\ud800", NOBODY),
        ("Z\u0351\u0351\u0351\u0351algo", "Z\u0351\u0351algo"),
        ("Zoe\u0308", "Zoë"),
        ("محمد علي", "محمد علي"),
        ("\U0001f469\u200d\U0001f373", "\U0001f469\u200d\U0001f373"),
        ("x" * 5_000, "x" * LONGEST + "…"),
    ],
)
def test_a_name_is_what_can_be_read_of_it(typed: str, name: str) -> None:
    assert cleaned(typed) == name


@given(st.text(max_size=200))
def test_whatever_is_typed_is_one_short_line_that_stays_as_it_is(typed: str) -> None:
    name = cleaned(typed)
    assert name
    assert len(name.splitlines()) == 1
    letters = [letter for letter in name if unicodedata.category(letter)[0] != "M"]
    assert len(letters) <= LONGEST + 1
    assert not any(unicodedata.bidirectional(letter) in {"RLO", "LRO", "RLI", "LRI"} for letter in name)
    name.encode("utf-8")


@pytest.mark.parametrize(
    ("taken", "name"),
    [([], "Ada"), (["Bob"], "Ada"), (["ada"], "Ada 2"), (["Ada", "Ada 2", "ADA 3"], "Ada 4")],
)
def test_a_name_that_is_taken_gets_a_number(taken: list[str], name: str) -> None:
    assert told_apart("Ada", taken) == name
