"""What earlier calls have left in a list is told of a wrong answer, and so are dots that are still in it."""

import pytest
from answering import asked, refused

from bakery.checking import Answer

FILLED = "async def answer(cake, cakes=[]):\n    cakes.append(cake)\n    return cakes"
OUTSIDE = "baked = []\nasync def answer(cake):\n    baked.append(cake)\n    return baked"


def twice(answer: Answer) -> None:
    """Expect each call to give its own cake alone."""
    for cake in ("plum", "rye"):
        answer.run(cake).gives([cake])


def test_a_default_that_grows_from_call_to_call_is_named() -> None:
    said = refused(FILLED, twice)
    assert "The default of `cakes` is one list for all calls, made together with the `def`" in said


@pytest.mark.parametrize(
    ("box", "put", "kind"), [("set()", "add(cake)", "set"), ("{}", "update({cake: 1})", "dictionary")]
)
def test_so_is_a_default_of_another_kind(box: str, put: str, kind: str) -> None:
    text = f"async def answer(cake, *, cakes={box}):\n    cakes.{put}\n    return list(cakes)"
    assert f"The default of `cakes` is one {kind} for all calls" in refused(text, twice)


def test_a_list_outside_the_function_is_named_where_it_is_what_is_given() -> None:
    assert "`baked` is a list outside the function" in refused(OUTSIDE, twice)
    assert "outside the function" not in refused(OUTSIDE.replace("return baked", "return baked[:]"), twice)


@pytest.mark.parametrize("text", [FILLED, OUTSIDE])
def test_nothing_is_said_of_the_first_call_which_found_it_empty(text: str) -> None:
    said = refused(text, lambda answer: answer.run("plum").gives(["nut"]))
    assert "earlier calls" not in said


def test_a_default_that_nobody_fills_is_said_nothing_of() -> None:
    said = refused("async def answer(cake, cakes=['nut']):\n    return [*cakes, cake]", twice)
    assert "earlier calls" not in said


def test_a_list_that_is_kept_and_does_no_harm_is_right() -> None:
    text = "async def answer(cake, log=[]):\n    log.append(cake)\n    return [cake]"
    assert asked(text, twice).error is None


def test_dots_that_are_left_are_told_of_a_wrong_answer() -> None:
    said = refused("async def answer(cake):\n    late = ...\n    return [late]", twice)
    assert said.endswith("There is still a `...` in it (line 2).")
