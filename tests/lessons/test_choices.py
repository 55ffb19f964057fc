"""A choice that is turned round is told as that; any other is left to the lesson."""

import pytest

from bakery.checking.mistakes import Wrong
from bakery.lessons._choices import must_not_be_the_others

EVERY, WANTED = "abcde", {"a", "c", "e"}


def test_exactly_those_that_are_not_wanted_are_a_choice_that_is_turned_round() -> None:
    with pytest.raises(Wrong, match=r"in it are exactly those that compute\. It is turned round"):
        must_not_be_the_others({"b", "d"}, WANTED, EVERY, "that compute")


@pytest.mark.parametrize("chosen", ["ace", "b", "bde", "", "abcde"])
def test_any_other_choice_is_not_turned_round(chosen: str) -> None:
    must_not_be_the_others(set(chosen), WANTED, EVERY, "that compute")
