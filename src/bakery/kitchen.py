"""The simulated kitchen: what happens to a few cakes, worked out and not waited for.

All orders come at the same moment. A baker mixes one cake at a time. The oven has room for every cake. Bakers
who mix share the bowls evenly: where three have one bowl, each mixes at a third of the speed. So do threads,
which hand Python's one interpreter lock on every few milliseconds. A process has a bowl of its own.

So bakers keep step. All who are free begin at the same moment, mix equally fast, and are free again at the same
moment: the cakes come in rounds, and a round takes the longer, the more bakers there are to a bowl.

Seconds are computed in whole ticks of the finest decimal that was asked for, and divided once, at the end.
So 0.1 s of mixing and 0.3 s of baking give 1.2 s after three cakes, not 1.2000000000000002 s, and a test may
compare with `==`.
"""

from collections.abc import Iterator
from fractions import Fraction
from itertools import islice
from math import lcm
from typing import NamedTuple

from bakery.asking import Call, Range
from bakery.counting import counted, form, in_words
from bakery.trace import Span, Trace

MOST_CAKES = 100_000
"""A second or so of computing, and far more than a picture can show."""

SECONDS = Range(0, 10**9)
"""Up to thirty years of mixing or baking; the sums stay exact and finite."""


def simulate(
    cakes: int = 3,
    mixing: float = 1.0,
    baking: float = 3.0,
    *,
    bakers: int = 1,
    bowls: int = 1,
    waits: bool = True,
) -> Trace:
    """What happens in a kitchen where all orders come at once; `mixing` and `baking` in seconds per cake.

    `bakers` mix at the same time, and share the `bowls` evenly: threads have one bowl, the interpreter lock, and
    processes have one each (`bowls=bakers`). `waits` says whether a baker stands at the oven until the cake is
    done, or mixes the next one at once. Nobody really waits here: the answer is exact and comes at once.

    Raises `TypeError` or `ValueError`, with the corrected call, for a kitchen that cannot be.
    """
    plan = _plan("simulate", cakes, mixing, baking, bakers, bowls, waits)
    per_second, mix_ticks, bake_ticks = plan.ticks
    spans: list[Span] = []
    begun = 0
    lanes = (f"cake {number}" for number in range(1, plan.cakes + 1))
    for size in plan.rounds:
        mixed = begun + mix_ticks[size]
        done = mixed + bake_ticks
        start, middle, end = begun / per_second, mixed / per_second, done / per_second
        for lane in islice(lanes, size):
            if begun:
                spans.append(Span(lane, "wait", 0.0, start))
            if mixed > begun:
                spans.append(Span(lane, "mix", start, middle))
            if bake_ticks or mixed == begun:  # a cake that takes no time at all is still a cake
                spans.append(Span(lane, "bake", middle, end))
        begun = done if plan.waits else mixed
    return Trace(tuple(spans), title=plan.title, simulated=True)


def predict(
    cakes: int = 3,
    mixing: float = 1.0,
    baking: float = 3.0,
    *,
    bakers: int = 1,
    bowls: int = 1,
    waits: bool = True,
) -> float:
    """Seconds until the last cake is done, by formula; the parameters and errors are those of `simulate`.

    With n cakes, t bakers, k bowls, m seconds of mixing and b of baking there are ⌊n / t⌋ full rounds of t cakes,
    and one of the rest. A round of c cakes mixes for M(c) = m · max(1, c / k). All rounds together mix for M, and

    - bakers who wait need M + r · b, with r = ⌈n / t⌉ rounds;
    - bakers who do not wait need M + b.

    Where every baker has a bowl (k ≥ t), M = r · m. Then those who wait are equal jobs on identical parallel
    machines (Pm | p_j = p | Cmax in the notation of Graham, Lawler, Lenstra and Rinnooy Kan, 1979), and those who
    do not are a two-stage flow shop whose second stage has room for every job, so that it only adds a delivery
    time b to the end of each (Pm | p_j = p, q_j = q | Cmax). Where all share one bowl, M = n · m.
    """
    plan = _plan("predict", cakes, mixing, baking, bakers, bowls, waits)
    full, rest = divmod(plan.cakes, plan.bakers)
    mixing_all = full * plan.mixed(plan.bakers) + (plan.mixed(rest) if rest else 0)
    bakes = full + bool(rest) if plan.waits else 1
    return float(mixing_all + bakes * plan.baking)


class _Plan(NamedTuple):
    """Checked and exact."""

    cakes: int
    mixing: Fraction
    baking: Fraction
    bakers: int
    bowls: int
    waits: bool

    @property
    def rounds(self) -> Iterator[int]:
        """How many cakes each round has: as many as there are bakers, and in the last one what is left."""
        for first in range(0, self.cakes, self.bakers):
            yield min(self.bakers, self.cakes - first)

    def mixed(self, size: int) -> Fraction:
        """Seconds that a round of so many cakes is mixed for."""
        return self.mixing * max(Fraction(1), Fraction(size, self.bowls))

    @property
    def ticks(self) -> tuple[int, dict[int, int], int]:
        """How many ticks a second has, so that all is whole; those of mixing, by the size of a round; of baking."""
        mixed = {
            size: self.mixed(size) for size in {min(self.bakers, self.cakes), self.cakes % self.bakers} - {0}
        }
        per_second = lcm(self.baking.denominator, *(seconds.denominator for seconds in mixed.values()))
        mix_ticks = {size: int(seconds * per_second) for size, seconds in mixed.items()}
        return per_second, mix_ticks, int(self.baking * per_second)

    @property
    def title(self) -> str:
        """Who works, with how many bowls where that matters, and how."""
        forms = ("waits", "wait") if self.waits else ("does not wait", "do not wait")
        return f"{counted(self.bakers, 'baker')}{self._equipment} who {form(self.bakers, *forms)} at the oven"

    @property
    def _equipment(self) -> str:
        if not self.mixing or self.bakers == 1:
            return ""
        if self.bowls >= self.bakers:
            return " with a bowl each"
        return f" with {in_words(self.bowls, 'bowl')}"


def _plan(verb: str, cakes: int, mixing: float, baking: float, bakers: int, bowls: int, waits: bool) -> _Plan:
    call = Call(verb + "({})")
    return _Plan(
        call.whole("cakes", cakes, "a whole number of cakes", Range(1, MOST_CAKES), usual=3),
        _exact(call.number("mixing", mixing, "mixing in seconds", SECONDS, usual=1)),
        _exact(call.number("baking", baking, "baking in seconds", SECONDS, usual=3)),
        call.whole("bakers", bakers, "a whole number of bakers", Range(1), usual=1),
        call.whole("bowls", bowls, "a whole number of bowls", Range(1), usual=1),
        call.flag("waits", waits, "to know whether a baker stands at the oven until the cake is done"),
    )


def _exact(seconds: float) -> Fraction:
    """0.1 means a tenth here, not the binary number next to it: the shortest decimal is what was typed."""
    return Fraction(str(float(seconds)))
