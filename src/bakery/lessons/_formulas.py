"""What lessons that ask for a formula have in common: it is tried on many numbers, and a slip is called by its name."""

import inspect
import math
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import partial
from itertools import combinations, pairwise
from numbers import Real

from bakery.checking import Answer, Run, Wrong, expect
from bakery.counting import in_words
from bakery.lessons._brackets import elsewhere
from bakery.trace import Trace

Case = tuple[float, ...]
Formula = Callable[..., float]
Slips = Mapping[str, Formula]
"""Formulas that many write first, each under the sentence that is said of it."""

MANY = 8
"""Cases of which more than these have to agree before anything is said of all of them."""

EVERY = "In every case it"
"""How a sentence begins on all the numbers that were given."""

ROUNDED: Mapping[str, Callable[[float], float]] = {
    "up": math.ceil,
    "down": math.floor,
    "to the nearest": round,
}


def number_of(run: Run, what: str = "seconds") -> float:
    """The number that a call gave.

    Raises `Wrong`, which only the check sees, where it gave something else.
    """
    got = run.result
    expect(got is not None, "it gives back nothing (`None`). `print` shows a number; `return` hands it over.")
    if isinstance(got, Trace):
        raise Wrong(f"a number of {what} is wanted, and it gives the whole run. Its `.makespan` is a number.")
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
    that agrees with it in every case. `also` tells what comes of the number that it gave, where nothing is known of it.
    """
    several = list(cases)
    got = [number_of(answer.call(*case), what) for case in several]
    for case, number in zip(several, got, strict=True):
        if not _same(number, right(*case)):
            known = _why(answer, several, got, right, slips)
            why = known or also(*case, number) + _seen_of_wrong(several, got, right)
            expect(False, f"{told(*case).replace('@', f'{right(*case):g}')}, and it says {number:g}.{why}")


def in_rounds(rounds: float, orders: float, threads: float, served: str = "served") -> str:
    """What so many rounds would mean, where so many orders are served in rounds of as many as there are threads."""
    whole = round(rounds)
    if abs(rounds - whole) > 1e-9:
        return f" That is {rounds:.3g} rounds, and there are only whole ones."
    if whole < 1:
        return " That is not even one round."
    said = f" That is {in_words(whole, 'round')}"
    needed = math.ceil(orders / threads)
    if whole < needed:
        return f"{said}, in which at most {whole * threads:g} are {served}, and there are {orders:g}."
    enough = in_words(needed, "round").partition(" ")[0]
    return f"{said}. In {enough}, as many as {needed * threads:g} are {served}, and there are {orders:g}."


def _why(answer: Answer, cases: Sequence[Case], got: Sequence[float], right: Formula, slips: Slips) -> str:
    for says, slip in slips.items():
        if all(_agrees(number, slip, case) for case, number in zip(cases, got, strict=True)):
            return f" {says}"
    if len({round(number, 9) for number in got}) == 1 and len(got) > 1:
        return " It says that whatever it is asked."
    if brackets := elsewhere(answer.source, partial(_is_right, cases, right)):
        return f" {brackets}"
    if unused := _unused(answer, cases, right):
        return f" It does not depend on `{unused}`."
    if len(cases) > MANY and (seen := next(_seen(cases, got, right), "")):
        return f" {seen}"
    if idle := _idle(answer, cases, right):
        return f" It changes with `{idle}`, and the right number does not."
    return ""


def _is_right(cases: Sequence[Case], right: Formula, other: Formula) -> bool:
    return all(_agrees(right(*case), other, case) for case in cases)


def _seen(cases: Sequence[Case], got: Sequence[float], right: Formula) -> Iterator[str]:
    """What all the numbers that were given have to do with the right ones; the first sentence is told."""
    wanted = [right(*case) for case in cases]
    names = [name.strip("_") for name in inspect.signature(right).parameters]
    for one, other in combinations(range(len(names)), 2):
        turned = [_turned(case, one, other) for case in cases]
        if all(_agrees(number, right, case) for number, case in zip(got, turned, strict=True)):
            yield f"It would be right if `{names[one]}` and `{names[other]}` changed places."
    pairs = list(zip(got, wanted, strict=True))
    hows = [
        how
        for how, rounded in ROUNDED.items()
        if all(_same(number, rounded(exact)) for number, exact in pairs)
    ]
    if hows:
        how = f" {hows[0]}" if len(hows) == 1 else ""
        yield f"{EVERY} is the right number, rounded{how}; it need not be whole."
    for place, name in enumerate(names):
        yield from _with_argument(name, [case[place] for case in cases], pairs)
    times = {round(number / exact, 9) for number, exact in pairs if exact}
    if len(times) == 1 and times != {0.0} and all(number == 0 for number, exact in pairs if not exact):
        yield f"{EVERY} is {times.pop():g} times the right number."
    off = {round(number - exact, 9) for number, exact in pairs}
    if len(off) == 1:
        by = off.pop()
        yield f"{EVERY} is {abs(by):g} too {'many' if by > 0 else 'few'}."


def _seen_of_wrong(cases: Sequence[Case], got: Sequence[float], right: Formula) -> str:
    """What the numbers that are wrong have to do with the right ones, where there are others that are right."""
    wrong = [
        (case, number) for case, number in zip(cases, got, strict=True) if not _same(number, right(*case))
    ]
    if not MANY < len(wrong) < len(cases):
        return ""
    several = _seen([case for case, _ in wrong], [number for _, number in wrong], right)
    said = next((one for one in several if one.startswith(EVERY)), "")
    return said.replace(EVERY, " Where it is wrong, it", 1)


def _with_argument(name: str, values: Sequence[float], pairs: Sequence[tuple[float, float]]) -> Iterator[str]:
    """What the numbers that were given and the right ones have to do with one argument."""
    several = [(number, exact, value) for (number, exact), value in zip(pairs, values, strict=True)]
    if all(_same(number, exact * value) for number, exact, value in several):
        yield f"{EVERY} is `{name}` times the right number."
    if all(_same(number * value, exact) for number, exact, value in several):
        yield f"{EVERY} is the right number divided by `{name}`."
    if all(_same(number + value, exact) for number, exact, value in several):
        yield f"{EVERY} is one `{name}` less than the right number."
    if all(_same(number, exact + value) for number, exact, value in several):
        yield f"{EVERY} is one `{name}` more than the right number."


def _turned(case: Case, one: int, other: int) -> Case:
    several = list(case)
    several[one], several[other] = several[other], several[one]
    return tuple(several)


def _unused(answer: Answer, cases: Sequence[Case], right: Formula) -> str:
    """The name of an argument that changes nothing in any case that was tried, although it should."""
    for place, name in enumerate(inspect.signature(right).parameters):
        pairs = _pairs(cases, place)
        if any(not _agrees(right(*one), right, other) for one, other in pairs) and _is_steady(answer, pairs):
            return name
    return ""


def _idle(answer: Answer, cases: Sequence[Case], right: Formula) -> str:
    """The name of an argument that changes the answer, although nothing depends on it."""
    for place, name in enumerate(inspect.signature(right).parameters):
        pairs = _pairs(cases, place)
        if name.startswith("_") and not _is_steady(answer, pairs, if_unsure=True):
            return name.strip("_")
    return ""


def _pairs(cases: Sequence[Case], place: int) -> list[tuple[Case, Case]]:
    """Each case, and the same one with another number in that place."""
    pairs = [(case, (*case[:place], other[place], *case[place + 1 :])) for case, other in pairwise(cases)]
    return [(one, other) for one, other in pairs if one != other]


def _is_steady(answer: Answer, pairs: Sequence[tuple[Case, Case]], *, if_unsure: bool = False) -> bool:
    """Whether the answer says the same of both, in every pair; `if_unsure` where it gives no number for one of them."""
    try:
        return all(
            _same(number_of(answer.call(*one)), number_of(answer.call(*other))) for one, other in pairs
        )
    except Wrong:
        return if_unsure


def _agrees(number: float, slip: Formula, case: Case) -> bool:
    try:
        return _same(number, slip(*case))
    except ArithmeticError:  # such as no round at all to divide by
        return False


def _same(one: float, other: float) -> bool:
    return abs(one - other) <= 1e-9 * max(1.0, abs(other))
