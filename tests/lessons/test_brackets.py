"""A formula that lacks nothing but its brackets is told so, and no other is."""

from collections.abc import Callable

import pytest

from bakery.lessons._brackets import elsewhere

CASES = ((10, 4, 3.0), (9, 5, 1.0), (8, 4, 0.5), (1, 4, 1.0), (3, 1, 1.0))


def waits(number: float, bakers: float, bake: float) -> float:
    return (number - 1) // bakers * bake


def is_right(formula: Callable[..., float]) -> bool:
    try:
        return all(formula(*case) == waits(*case) for case in CASES)
    except ZeroDivisionError:
        return False


def said(formula: str, before: str = "") -> str:
    return elsewhere(f"def in_line(number, bakers, bake):\n    {before}return {formula}\n", is_right)


@pytest.mark.parametrize(
    "formula",
    [
        "number - 1 // bakers * bake",
        "(number - 1) // (bakers * bake)",
        "number - (1 // bakers) * bake",
        "number - (1 // (bakers * bake))",
    ],
)
def test_brackets_that_belong_somewhere_else_are_told_with_the_formula(formula: str) -> None:
    assert "the round brackets belong somewhere else" in said(formula)


@pytest.mark.parametrize(
    "formula",
    [
        "number // bakers * bake",
        "number // bakers - 1 * bake",
        "(number + 1) // bakers * bake",
        "max(0, number - 1) // (bakers * bake)",
        "number - one // bakers * bake",
        "number - 'a' // bakers * bake",
        "bake",
        "number - 1",
        "None",
        "number - 1 // bakers * bake + 0 + 0 + 0",
    ],
)
def test_a_formula_with_another_fault_is_not_told_of_brackets(formula: str) -> None:
    assert said(formula) == ""


@pytest.mark.parametrize("source", ["", "in_line = lambda number: number", "def a():\n    pass\n", "def a(:"])
def test_a_cell_without_a_formula_is_not_told_of_brackets(source: str) -> None:
    assert elsewhere(source, is_right) == ""


def test_a_cell_with_two_functions_is_not_told_of_brackets() -> None:
    one = "def in_line(number, bakers, bake):\n    return number - 1 // bakers * bake\n"
    assert elsewhere(one, is_right)
    assert elsewhere(one + one, is_right) == ""


def test_no_return_at_all_is_not_told_of_brackets() -> None:
    assert elsewhere("def in_line(number, bakers, bake):\n    return\n", is_right) == ""
