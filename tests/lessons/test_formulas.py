"""A formula is tried on many numbers, and a slip is called by its name only where it explains every one of them."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from answering import asked

from bakery.checking import Answer
from bakery.lessons._formulas import Slips, drawn, formula, in_rounds

SLIPS: Slips = {
    "That is one more.": lambda cakes, bakers: cakes * bakers + 1,
    "Divide, do not multiply.": lambda cakes, bakers: cakes / (bakers - 2),
}
CASES = [(3, 2), (4, 3), (7, 2), (8, 8)]


def said(returned: str, cases: Sequence[tuple[float, ...]] = CASES, **more: Any) -> str:  # noqa: ANN401
    def ask(answer: Answer) -> None:
        formula(
            answer,
            cases,
            lambda cakes, bakers: cakes * bakers,
            lambda cakes, bakers: f"{cakes} cakes and {bakers} bakers take @ s",
            SLIPS,
            **more,
        )

    error = asked(f"def answer(cakes, bakers): return {returned}", ask).error
    return "" if error is None else str(error)


@pytest.mark.parametrize(
    "returned", ["cakes * bakers", "float(cakes * bakers)", "cakes * bakers * (1 + 1e-12)"]
)
def test_what_is_right_in_every_case_but_for_the_last_bits_is_right(returned: str) -> None:
    assert said(returned) == ""


def test_the_first_case_that_is_wrong_is_told_with_both_numbers() -> None:
    told = said("cakes * bakers if cakes < 7 else 99")
    assert told == "7 cakes and 2 bakers take 14 s, and it says 99."


def test_a_slip_that_explains_every_case_is_called_by_its_name() -> None:
    assert said("cakes * bakers + 1").endswith("it says 7. That is one more.")


def test_a_slip_that_explains_most_cases_is_not_called() -> None:
    assert "one more" not in said("cakes * bakers + 1 if cakes < 8 else 3")


def test_a_slip_that_cannot_be_worked_out_for_a_case_explains_nothing() -> None:
    assert "Divide" not in said("cakes / (bakers - 2) if bakers != 2 else 5")


def test_the_same_number_whatever_is_asked_is_told_so_but_not_of_a_single_case() -> None:
    assert said("5").endswith(" It says that whatever it is asked.")
    assert "whatever" not in said("5", CASES[:1])


@pytest.mark.parametrize(("returned", "name"), [("cakes * 5", "bakers"), ("bakers * 5", "cakes")])
def test_an_argument_that_changes_nothing_is_named(returned: str, name: str) -> None:
    assert said(returned).endswith(f" It does not depend on `{name}`.")


def test_an_answer_that_gives_no_number_for_another_case_loses_no_sentence() -> None:
    told = said("cakes * 5 if cakes * bakers in (6, 12, 14, 64) else None")
    assert told.startswith("3 cakes and 2 bakers take 6 s, and it says 15.")
    assert "depend" not in told


@pytest.mark.parametrize(
    ("returned", "words"),
    [
        ("None", "it gives back nothing (`None`)"),
        ("True", "a number of seconds is wanted, and it gives `True`"),
        ("'6'", "a number of seconds is wanted, and it gives `'6'`"),
        ("[6]", "a number of seconds is wanted, and it gives `[6]`"),
        ("6j", "a number of seconds is wanted, and it gives `6j`"),
    ],
)
def test_what_is_no_number_is_told_as_what_it_is(returned: str, words: str) -> None:
    assert words in said(returned)


def test_the_kind_of_number_and_what_comes_of_it_are_said_in_the_words_of_the_exercise() -> None:
    assert "a number of threads is wanted" in said("'6'", what="threads")
    also: Callable[..., str] = lambda cakes, bakers, got: f" Of {cakes}, {got:g} are burnt."  # noqa: E731
    assert " Of 3, 1 are burnt." in said("1 if cakes < 4 else cakes + bakers", also=also)


def test_what_comes_of_a_number_is_not_said_where_something_plainer_was_seen() -> None:
    told = said("cakes * bakers + 1", also=lambda *_: " And so on.")
    assert told.endswith("it says 7. That is one more.")


@pytest.mark.parametrize(
    ("rounds", "words"),
    [
        (2, " That is two rounds, in which at most 8 are served, and there are 10."),
        (4, " That is four rounds. In three, as many as 12 are served, and there are 10."),
        (1, " That is one round, in which at most 4 are served, and there are 10."),
        (2.5, " That is 2.5 rounds, and there are only whole ones."),
        (0, " That is not even one round."),
        (-3, " That is not even one round."),
    ],
)
def test_a_number_of_rounds_is_told_as_what_would_come_of_it(rounds: float, words: str) -> None:
    assert in_rounds(rounds, 10, 4) == words


def test_the_cases_that_are_drawn_are_the_same_every_time_and_have_one_of_each_choice() -> None:
    several = drawn("rule", 50, (1, 2, 3), (0.5, 1.0))
    assert several == drawn("rule", 50, (1, 2, 3), (0.5, 1.0))
    assert several != drawn("other", 50, (1, 2, 3), (0.5, 1.0))
    assert len(several) == 50
    assert set(several) == {(number, seconds) for number in (1, 2, 3) for seconds in (0.5, 1.0)}


SUMS = [
    (3, 2, 1),
    (4, 3, 0.5),
    (7, 2, 2),
    (8, 8, 0.25),
    (1, 5, 3),
    (6, 2, 0.5),
    (2, 9, 1.5),
    (5, 4, 0.3),
    (9, 9, 1),
]
MORE = [*SUMS, (20, 3, 1), (20, 5, 2), (2, 1, 4), (12, 5, 1), (11, 3, 2)]


@pytest.mark.parametrize(
    ("returned", "words"),
    [
        ("(bakers - cakes) * bake", "It would be right if `cakes` and `bakers` changed places."),
        ("(cakes * 4 - bakers * 4) * bake", "In every case it is 4 times the right number."),
        ("(cakes - bakers) * bake * bake", "In every case it is `bake` times the right number."),
        ("cakes - bakers", "It does not depend on `bake`."),
        ("(cakes - bakers) * bake / cakes", "In every case it is the right number divided by `cakes`."),
        ("(cakes - bakers) * bake + 2", "In every case it is 2 too many."),
        ("(cakes - bakers) * bake - bake", "In every case it is one `bake` less than the right number."),
        ("(cakes - bakers + 1) * bake", "In every case it is one `bake` more than the right number."),
        ("(cakes - bake) * bakers", "It would be right if `bakers` and `bake` changed places."),
        (
            "__import__('math').ceil((cakes - bakers) * bake)",
            "the right number, rounded up; it need not be whole.",
        ),
        ("__import__('math').floor((cakes - bakers) * bake)", "the right number, rounded down;"),
        ("round((cakes - bakers) * bake)", "the right number, rounded to the nearest;"),
    ],
)
def test_what_all_the_numbers_have_to_do_with_the_right_ones_is_told(returned: str, words: str) -> None:
    assert words in _of_three(returned, SUMS)


def test_nothing_is_said_of_all_numbers_where_one_of_them_is_another() -> None:
    told = _of_three("4 * (cakes - bakers) * bake if cakes < 9 else 1", SUMS)
    assert told.endswith("it says 4.")


@pytest.mark.parametrize(
    ("slip", "words"),
    [
        ("+ bake", "Where it is wrong, it is one `bake` more than the right number."),
        ("- 1", "Where it is wrong, it is 1 too few."),
        ("* 3", "Where it is wrong, it is 3 times the right number."),
    ],
)
def test_what_the_wrong_numbers_have_to_do_with_the_right_ones_is_told_where_others_are_right(
    slip: str, words: str
) -> None:
    returned = f"(cakes - bakers) * bake if cakes == 20 else (cakes - bakers) * bake {slip}"
    assert words in _of_three(returned, MORE)


def test_nothing_is_said_of_wrong_numbers_that_are_few_or_have_nothing_in_common() -> None:
    few = "(cakes - bakers) * bake + (bake if cakes < 5 else 0)"
    assert "Where" not in _of_three(few, SUMS)
    nothing = "(cakes - bakers) * bake if cakes == 20 else 0"
    assert "times" not in _of_three(nothing, MORE)
    turned = "(bakers - cakes) * bake if cakes < 20 else (cakes - bakers) * bake"
    assert "changed places" not in _of_three(turned, MORE)


def test_nothing_is_said_of_all_numbers_where_there_are_few_of_them() -> None:
    assert _of_three("4 * (cakes - bakers) * bake", SUMS[:3]).endswith("it says 4.")


def test_an_argument_is_not_said_to_change_nothing_where_it_changes_something_in_a_case_that_was_tried() -> (
    None
):
    # Where there are more cakes than bakers it is always 0, and elsewhere it hangs on the bake.
    assert "depend" not in _of_three("min(0, cakes - bakers) * bake", SUMS, lambda c, b, s: max(0, c - b) * s)


def test_an_argument_that_should_change_nothing_is_named_where_it_does() -> None:
    told = _of_three("bake + cakes / 50", SUMS, lambda _cakes, _bakers, bake: bake)
    assert told.endswith("It changes with `cakes`, and the right number does not.")


def test_a_whole_run_in_the_place_of_a_number_is_told_where_the_number_is() -> None:
    told = said("__import__('bakery').simulate(cakes, 1, 1, bakers=bakers)")
    assert told == "a number of seconds is wanted, and it gives the whole run. Its `.makespan` is a number."


def _of_three(
    returned: str,
    cases: Sequence[tuple[float, ...]],
    right: Callable[..., float] = lambda cakes, bakers, bake: (cakes - bakers) * bake,
) -> str:
    def ask(answer: Answer) -> None:
        formula(answer, cases, right, lambda *_: "it takes @ s", {})

    error = asked(f"def answer(cakes, bakers, bake): return {returned}", ask).error
    assert error is not None
    return str(error)
