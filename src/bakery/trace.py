"""What happened: who waited, who was served, from when to when, and what went wrong.

A `Trace` is the only thing that travels between the rooms of this package. The simulated kitchen makes
one, live traffic makes one, the drawing draws one.
"""

import math
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from statistics import median
from typing import Literal, NamedTuple, get_args

from bakery.counting import counted, in_words

Kind = Literal["wait", "mix", "bake", "serve"]
"""What a stretch of time was spent on.

`wait`: nobody looks after the order. `mix`: the CPU works on it. `bake`: it is in the oven, so it is looked
after, but nobody works. `serve`: mixing and baking together, where a measurement cannot tell them apart.
"""


MOST_PARTS = 6
"""Parts of one stream that are told one by one; of more, the first and the last."""

LONGEST_PART = 40
"""Letters of a part that are told."""


class Span(NamedTuple):
    """One stretch of time on one lane; `start` and `end` in seconds since the first order was placed.

    A tuple: ten thousand simulated cakes are thirty thousand of these, in 50 ms. `error` is the reason in words where
    the stretch ended badly, and empty where it ended well. `left` says that the customer left at its end, on purpose.
    """

    lane: str
    kind: Kind
    start: float
    end: float
    error: str = ""
    left: bool = False

    @property
    def seconds(self) -> float:
        """How long the stretch was."""
        return self.end - self.start


class Mark(NamedTuple):
    """A moment on one lane at which something came, such as a part of a stream; in seconds, as for spans."""

    lane: str
    at: float
    text: str


@dataclass(frozen=True)
class Trace:
    """The spans of one run, in the order of their lanes.

    Raises `ValueError` for a span that ends before it starts, or that is of no known kind.
    """

    spans: tuple[Span, ...]
    title: str = ""
    simulated: bool = False
    """Whether the seconds are computed (exact) rather than measured."""
    bake: float = 0.0
    """Seconds that one bake takes, where somebody knows; 0.0 where it has to be seen from the servings.

    Needed where servings stretch, as on a blocked event loop: every order has been taken, and all stand still.
    Infinite where nothing bakes: servings are computing then, and no length is told in bakes.
    """
    heard: tuple[Mark, ...] = ()
    """The parts of streams, each at the moment at which its listener had it."""
    began: float | None = None
    """The reading of `time.perf_counter` that second 0 of this run was; None where nobody knows."""
    noted: bool = False
    """Whether the spans are what an app noted of its own work: no orders, and no cakes."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "spans", tuple(self.spans))
        object.__setattr__(self, "heard", tuple(self.heard))
        kinds = get_args(Kind)
        for span in self.spans:
            if not (math.isfinite(span.start) and span.start <= span.end < math.inf):
                raise ValueError(f"a span needs start <= end, both finite: got {span}")
            if span.kind not in kinds:
                raise ValueError(f"a span is one of {', '.join(kinds)}: got {span.kind!r}")
        if not self.bake >= 0.0:  # written so that "not a number" is refused, too
            raise ValueError(f"a bake takes a number of seconds from 0 on: got {self.bake!r}")

    @cached_property
    def lanes(self) -> tuple[str, ...]:
        """The names of the lanes, each once, in order of first appearance."""
        return tuple(dict.fromkeys(span.lane for span in self.spans))

    @cached_property
    def failures(self) -> tuple[Span, ...]:
        """The spans that ended badly."""
        return tuple(span for span in self.spans if span.error)

    @cached_property
    def cakes(self) -> int:
        """How many lanes ended well: with a cake, so without those whose customers left."""
        return len(self.lanes) - len({span.lane for span in self.spans if span.error or span.left})

    @cached_property
    def left(self) -> tuple[str, ...]:
        """The lanes whose customers left on purpose, before the end."""
        return tuple(dict.fromkeys(span.lane for span in self.spans if span.left))

    @cached_property
    def makespan(self) -> float:
        """Seconds from the first start to the last end; 0.0 for an empty trace."""
        if not self.spans:
            return 0.0
        return max(span.end for span in self.spans) - min(span.start for span in self.spans)

    @cached_property
    def most_at_once(self) -> int:
        """The largest number of lanes that were being served (mixed or baked) at the same moment.

        A stretch that starts at the very moment another one ends does not overlap it.
        """
        served = [span for span in self.spans if span.kind != "wait" and span.end > span.start]
        # At one moment the ends (-1) sort before the starts (+1). On one lane, a bake that follows its mix
        # therefore takes the mix's place instead of being counted beside it.
        steps = sorted([(span.start, +1) for span in served] + [(span.end, -1) for span in served])
        return max(accumulate(step for _, step in steps), default=0)

    @cached_property
    def waited(self) -> float:
        """Seconds that all orders together spent waiting for somebody to look after them."""
        return math.fsum(span.seconds for span in self.spans if span.kind == "wait")

    @cached_property
    def served(self) -> float:
        """Seconds that all orders together were being served: what they would take one after another."""
        return math.fsum(span.seconds for span in self.spans if span.kind != "wait")

    @cached_property
    def stays(self) -> tuple[float, ...]:
        """Seconds that each order was in the shop, from its first start to its last end, lane by lane."""
        first: dict[str, float] = {}
        last: dict[str, float] = {}
        for span in self.spans:
            first[span.lane] = min(span.start, first.get(span.lane, span.start))
            last[span.lane] = max(span.end, last.get(span.lane, span.end))
        return tuple(last[lane] - first[lane] for lane in self.lanes)

    @property
    def speed_up(self) -> float:
        """How many times faster this was than the same servings one after another; 1.0 for an empty trace.

        The quotient `served / makespan`. True where the time goes into waiting. Work on a CPU takes longer
        while it shares the CPU, which this quotient cannot see: compare two makespans there.
        """
        return self.served / self.makespan if self.makespan else 1.0

    @cached_property
    def typical(self) -> float:
        """Seconds of one bake: `bake` where it is known, else the middle (median) of all whole servings that ended well.

        0.0 without any, and where nothing bakes.
        """
        if self.bake:
            return self.bake if self.bake < math.inf else 0.0
        failed = {span.lane for span in self.spans if span.error or span.left}
        lengths: dict[str, float] = {}
        for span in self.spans:
            if span.kind != "wait" and span.lane not in failed:
                lengths[span.lane] = lengths.get(span.lane, 0.0) + span.seconds
        return median(lengths.values()) if lengths else 0.0

    @cached_property
    def bakes_long(self) -> int:
        """The makespan in whole bakes, see `typical`; 0 where nothing was served.

        A multiple counts as reached from 0.2 below it: measured servings are a little longer than planned,
        and the buckets have to hold on a busy machine.
        """
        return int(self.makespan / self.typical + 0.2) if self.typical else 0

    @property
    def words(self) -> str:
        """What happened, in one line."""
        return "; ".join(
            [self.summary, *self.remarks, *([f"failed: {self._failed}"] if self.failures else [])]
        )

    @property
    def summary(self) -> str:
        """How many cakes, in how many seconds: what stands first."""
        if self.noted:
            return self._notes
        if not self.spans:
            return "no orders"
        took = f"{self.makespan:g} s" if self.simulated else f"{self.makespan:.2f} s"
        long = "" if self.simulated or not self.bakes_long else f", {in_words(self.bakes_long, 'bake')} long"
        return f"{counted(self.cakes, 'cake')} in {took}{long}, at most {self.most_at_once} at once"

    @property
    def _notes(self) -> str:
        until = f", until {max(span.end for span in self.spans):.2f} s" if self.spans else ""
        return f"{in_words(len(self.spans), 'note')}{until}"

    @property
    def remarks(self) -> tuple[str, ...]:
        """What else there is to tell: who left, and what was heard."""
        left = f"{in_words(len(self.left), 'customer')} left before the end" if self.left else ""
        return tuple(filter(None, (left, self._heard)))

    @property
    def _heard(self) -> str:
        """What came when: once for all lanes that heard the same."""
        lanes: dict[str, list[Mark]] = {}
        for mark in self.heard:
            lanes.setdefault(mark.lane, []).append(mark)
        told: dict[str, list[str]] = {}
        for lane, marks in lanes.items():
            told.setdefault(self._parts(marks), []).append(lane)
        if not told:
            return ""
        (first, same), *others = told.items()
        more = sum(map(len, dict(others).values()))
        rest = f" (and {in_words(more, 'other')} heard something else)" if more else ""
        return f"{self._who(same)}heard {first}{rest}"

    def _who(self, lanes: list[str]) -> str:
        """Who heard something, where it was not everybody."""
        if len(lanes) == len(self.lanes):
            return ""
        return f"{lanes[0]} " if len(lanes) == 1 else f"{in_words(len(lanes), 'customer')} "

    def _parts(self, marks: list[Mark]) -> str:
        if len(marks) > MOST_PARTS:
            ends = self._parts(marks[:1]), self._parts(marks[-1:])
            return f"{in_words(len(marks), 'part')}: {ends[0]}, …, {ends[1]}"
        return ", ".join(f"{_short(mark.text)} {moment(mark.at, self.bake)}" for mark in marks)

    @property
    def _failed(self) -> str:
        first = self.failures[0]
        others = len({span.lane for span in self.failures}) - 1
        more = f" (and {others} more)" if others else ""
        return f"{first.lane}: {first.error}{more}"

    def __repr__(self) -> str:
        return f"{self.title}: {self.words}" if self.title else self.words


def moment(at: float, bake: float) -> str:
    """When something happened, in seconds since the start: told in bakes where one `bake` is known."""
    if not 0 < bake < math.inf:
        return f"after {at:.2f} s" if at >= 0 else f"{-at:.2f} s before the start"
    bakes = int(abs(at) / bake + 0.2)
    if not bakes:
        return "at once"
    return f"after {in_words(bakes, 'bake')}" if at > 0 else f"{in_words(bakes, 'bake')} before the start"


def _short(text: str) -> str:
    """A part of a stream on one line, and not too much of it."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_PART else f"{line[: LONGEST_PART - 1]}…"
