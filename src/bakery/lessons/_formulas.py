"""What lessons that ask for a formula have in common: it is tried on many numbers, and a slip is called by its name."""

import inspect
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from numbers import Real

from bakery.checking import Answer, Run, Wrong, expect

Case = tuple[float, ...]
Formula = Callable[..., float]
Slips = Mapping[str, Formula]
"""Formulas that many write first, each under the sentence that is said of it."""


def number_of(run: Run, what: str = "seconds") -> float:
    """The number that a call gave.

    Raises `Wrong`, which only the check sees, where it gave something else.
    """
    got = run.result
    expect(got is not None, "it gives back nothing (`None`). `print` shows a number; `return` hands it over.")
    sound = isinstance(got, Real | Decimal) and not isinstance(got, bool)
    expect(sound, f"a number of {what} is wanted, and it gives `{got!r:.60}`.")
    return float(got)


def drawn(name: str, number: int, *choices: Sequence[float]) -> list[Case]:
    """So many cases, each with one of the first choices, one of the second, and so on; the same ones every time."""
    draw = random.Random(name)  # noqa: S311 - nothing secret
    return [tuple(draw.choice(several) for several in choices) for _ in range(number)]


def formula(
    answer: Answer,
    cases: Iterable[Case],
    right: Formula,
    told: Callable[..., str],
    slips: Slips,
    what: str = "seconds",
    also: Callable[..., str] = lambda *_: "",
) -> None:
    """Expect that the answer gives what the right formula gives, in every case.

    `told` puts a case into words, with an @ for the number that is right; the sentence of a slip is said of an answer
    that agrees with it in every case. `also` tells what comes of the number that it gave.
    """
    several = list(cases)
    got = [number_of(answer.call(*case), what) for case in several]
    for case, number in zip(several, got, strict=True):
        if not _same(number, right(*case)):
            why = _why(answer, several, got, right, slips)
            expect(
                False,
                f"{told(*case).replace('@', f'{right(*case):g}')}, and it says {number:g}.{also(*case, number)}{why}",
            )


def _why(answer: Answer, cases: Sequence[Case], got: Sequence[float], right: Formula, slips: Slips) -> str:
    for says, slip in slips.items():
        if all(_agrees(number, slip, case) for case, number in zip(cases, got, strict=True)):
            return f" {says}"
    if len({round(number, 9) for number in got}) == 1 and len(got) > 1:
        return " It says that whatever it is asked."
    unused = _unused(answer, cases, right)
    return f" It does not depend on `{unused}`." if unused else ""


def _unused(answer: Answer, cases: Sequence[Case], right: Formula) -> str:
    """The name of an argument that changes nothing, although it should."""
    for place, name in enumerate(inspect.signature(right).parameters):
        pairs = [(case, (*case[:place], other[place], *case[place + 1 :])) for case, other in pairwise(cases)]
        telling = [(one, other) for one, other in pairs if not _agrees(right(*one), right, other)]
        try:
            if telling and all(
                _same(number_of(answer.call(*one)), number_of(answer.call(*other))) for one, other in telling
            ):
                return name
        except Wrong:
            return ""
    return ""


def _agrees(number: float, slip: Formula, case: Case) -> bool:
    try:
        return _same(number, slip(*case))
    except ArithmeticError:  # such as no round at all to divide by
        return False


def _same(one: float, other: float) -> bool:
    return abs(one - other) <= 1e-9 * max(1.0, abs(other))
