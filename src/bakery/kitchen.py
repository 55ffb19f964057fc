"""The simulated kitchen: what happens to a few cakes, worked out and not waited for.

All orders come at the same moment. A baker mixes one cake at a time. The oven has room for every cake.

Seconds are computed in whole ticks of the finest decimal that was asked for, and divided once, at the end.
So 0.1 s of mixing and 0.3 s of baking give 1.2 s after three cakes, not 1.2000000000000002 s, and a test may
compare with `==`.
"""

from fractions import Fraction
from heapq import heapreplace
from math import ceil, inf, lcm
from numbers import Real
from operator import index
from typing import NamedTuple

from bakery.trace import Span, Trace

MOST_CAKES = 100_000
"""A second or so of computing, and far more than a picture can show."""

MOST_SECONDS = 1e9
"""Thirty years of mixing or baking; the sums stay exact and finite."""


def simulate(
    cakes: int = 3, mixing: float = 1.0, baking: float = 3.0, *, bakers: int = 1, waits: bool = True
) -> Trace:
    """What happens in a kitchen where all orders come at once; `mixing` and `baking` in seconds per cake.

    `waits` says whether a baker stands at the oven until the cake is done, or mixes the next one at once.
    Nobody really waits here: the answer is exact and comes at once.

    Raises `TypeError` or `ValueError`, with the corrected call, for a kitchen that cannot be.
    """
    plan = _plan("simulate", cakes, mixing, baking, bakers, waits)
    per_second, mix_ticks, bake_ticks = plan.ticks
    # When each baker is free again, in ticks: a heap, so the next free baker comes first. Bakers without a
    # cake of their own would never be asked.
    free = [0] * min(plan.bakers, plan.cakes)
    spans: list[Span] = []
    for number in range(1, plan.cakes + 1):
        lane = f"cake {number}"
        begun = free[0]
        mixed = begun + mix_ticks
        done = mixed + bake_ticks
        heapreplace(free, done if plan.waits else mixed)
        start, middle, end = begun / per_second, mixed / per_second, done / per_second
        if begun:
            spans.append(Span(lane, "wait", 0.0, start))
        if mix_ticks:
            spans.append(Span(lane, "mix", start, middle))
        if bake_ticks or not mix_ticks:  # a cake that takes no time at all is still a cake
            spans.append(Span(lane, "bake", middle, end))
    return Trace(tuple(spans), title=_title(plan.bakers, plan.waits), simulated=True)


def predict(
    cakes: int = 3, mixing: float = 1.0, baking: float = 3.0, *, bakers: int = 1, waits: bool = True
) -> float:
    """Seconds until the last cake is done, by formula; the parameters and errors are those of `simulate`.

    With n cakes, t bakers, m seconds of mixing and b of baking there are r = ⌈n / t⌉ rounds, and

    - bakers who wait need r · (m + b): equal jobs on identical parallel machines (Pm | p_j = p | Cmax in the
      notation of Graham, Lawler, Lenstra and Rinnooy Kan, 1979);
    - bakers who do not wait need r · m + b: a two-stage flow shop whose second stage has room for every job,
      so that it only adds a delivery time b to the end of each (Pm | p_j = p, q_j = q | Cmax).
    """
    plan = _plan("predict", cakes, mixing, baking, bakers, waits)
    rounds = ceil(Fraction(plan.cakes, plan.bakers))
    if plan.waits:
        return float(rounds * (plan.mixing + plan.baking))
    return float(rounds * plan.mixing + plan.baking)


class _Plan(NamedTuple):
    """Checked and exact."""

    cakes: int
    mixing: Fraction
    baking: Fraction
    bakers: int
    waits: bool

    @property
    def ticks(self) -> tuple[int, int, int]:
        """How many ticks a second has, so that mixing and baking are whole numbers of them; then those two."""
        per_second = lcm(self.mixing.denominator, self.baking.denominator)
        return per_second, int(self.mixing * per_second), int(self.baking * per_second)


def _plan(verb: str, cakes: int, mixing: float, baking: float, bakers: int, waits: bool) -> _Plan:
    if not isinstance(waits, bool):
        raise TypeError(
            f"waits is True (the baker stands at the oven) or False, but got {waits!r}.\n"
            f"Did you mean:  {verb}(waits={bool(waits)})"
        )
    return _Plan(
        _number(verb, "cakes", cakes, MOST_CAKES),
        _seconds(verb, "mixing", mixing),
        _seconds(verb, "baking", baking),
        _number(verb, "bakers", bakers, None),
        waits,
    )


def _number(verb: str, name: str, given: int, most: int | None) -> int:
    try:
        number = None if isinstance(given, bool) else index(given)
    except TypeError:
        number = None
    if number is None:
        raise TypeError(
            f"{verb}() needs a whole number of {name}, but got {given!r}.\n"
            f"Did you mean:  {verb}({name}={_nearest(given)})"
        )
    if number < 1:
        raise ValueError(
            f"{verb}() needs at least one {name.removesuffix('s')}, but got {number}.\n"
            f"Did you mean:  {verb}({name}=1)"
        )
    if most is not None and number > most:
        raise ValueError(
            f"{verb}() takes at most {most:,} {name}, but got {number:,}.\n"
            f"Did you mean:  {verb}({name}={most})"
        )
    return number


def _nearest(given: object) -> int:
    """The whole number that was probably meant: that of 2.5, "4" or True; three where there is none."""
    try:
        return max(1, min(int(float(given)), MOST_CAKES))  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return 3


def _seconds(verb: str, name: str, given: float) -> Fraction:
    if isinstance(given, bool) or not isinstance(given, Real):
        raise TypeError(
            f"{verb}() needs {name} in seconds, but got {given!r}.\nDid you mean:  {verb}({name}=1.0)"
        )
    try:
        seconds = float(given)
    except OverflowError:  # a whole number too large for any float
        seconds = inf
    if not abs(seconds) <= MOST_SECONDS:  # written so that "not a number" is refused, too
        raise ValueError(
            f"{verb}() needs {name} between 0 and {MOST_SECONDS:,.0f} seconds, but got {seconds:g}.\n"
            f"Did you mean:  {verb}({name}=1.0)"
        )
    if seconds < 0:
        raise ValueError(
            f"{name} cannot take less than no time, but got {seconds:g} s.\n"
            f"Did you mean:  {verb}({name}={-seconds:g})"
        )
    # 0.1 means a tenth here, not the binary number next to it: the shortest decimal is what was typed.
    return Fraction(str(seconds))


def _title(bakers: int, waits: bool) -> str:
    if bakers == 1:
        return f"1 baker who {'waits' if waits else 'does not wait'} at the oven"
    return f"{bakers:,} bakers who {'wait' if waits else 'do not wait'} at the oven"
