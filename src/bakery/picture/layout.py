"""Where things go in a timeline: lanes become rows, seconds become pixels, and nothing is drawn yet.

One idea of layout for every view of a trace. The picture paints these values as SVG; a live view can paint
the same values (`dataclasses.asdict` makes plain data of them) while a trace grows.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Literal, NamedTuple

from bakery.picture.look import BOLD, FINISH, KINDS, OUTLINED, TITLE
from bakery.picture.words import NAMES, fit, reasons, text_width
from bakery.trace import Kind, Trace

EDGE = 18
"""Pixels between the frame and what is in it."""
LINE = 20
"""From one line of text to the next."""
ROW = 26
"""Height of a row when there is room."""
TIGHT = 15
"""Rows less high than this are too close for a label each."""
TALL = 440
"""What a picture of up to three panels is at most high; the rows become thinner before it grows."""
LABELS = (40, 160)
"""The least and the most that lane labels may take from the width."""
DENSE = 4
"""Rows less high than this touch, so that they read as one shape; then only some show their waiting."""
SLIVER = 1.5
"""Nothing that happened is narrower than this, so that nothing is lost."""

INSTANT = 1e-9
"""Seconds that no clock here can tell from none; an axis needs a length."""

PANEL_GAP = 26
"""Between the rows of a panel and the title of the next."""

CROSS = "\N{MULTIPLICATION SIGN}"


@dataclass(frozen=True, slots=True)
class Label:
    """A short text at a place; the place is the end of the text's baseline that `anchor` names."""

    x: float
    y: float
    text: str
    anchor: Literal["start", "middle", "end"] = "start"


@dataclass(frozen=True, slots=True)
class Bar:
    """A span as a rectangle."""

    lane: str
    kind: Kind
    x: float
    y: float
    width: float
    height: float
    failed: bool
    left: bool


class Tick(NamedTuple):
    """A part of a stream as a line across its bar."""

    x: float
    top: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Panel:
    """One trace: its title and summary, its rows from `top` to `bottom`, and the x where it was done.

    `tall` says whether bars are high enough for outlines, `arm` is half the width of a cross. The line at the end
    of the last bar goes from `above` to `below`.
    """

    title: Label | None
    summary: Label
    remarks: tuple[Label, ...]
    reasons: tuple[Label, ...]
    labels: tuple[Label, ...]
    bars: tuple[Bar, ...]
    marks: tuple[Tick, ...]
    top: float
    bottom: float
    row: float
    tall: bool
    arm: float
    above: float
    below: float
    done: float
    finish: Label | None


@dataclass(frozen=True, slots=True)
class Key:
    """An entry of the legend: a sample with its left upper corner at `x` and `y`, and its name."""

    kind: Kind | Literal["failed", "mark", "ring"]
    x: float
    y: float
    width: float
    height: float
    name: Label


@dataclass(frozen=True, slots=True)
class Layout:
    """A whole picture, in pixels, y downwards; `second` is the width of a second from `left` on."""

    width: int
    height: int
    left: float
    right: float
    second: float
    panels: tuple[Panel, ...]
    ticks: tuple[Label, ...]
    legend: tuple[Key, ...]
    tall: bool
    measured: bool


class _Axis(NamedTuple):
    """The time axis that all panels share: where it starts and ends, and how wide a second is."""

    left: float
    right: float
    second: float


def lay_out(traces: Sequence[Trace], width: int = 720, *, seconds: float = 0.0) -> Layout:
    """Places traces under one another on one time axis that is at least `seconds` long.

    Each trace starts at the left, whenever it started; those that began at the same moment are on one clock. A live
    view gives the seconds it expects, so that the axis holds still while the trace grows.
    """
    measured = any(not trace.simulated for trace in traces)
    begins = [_begin(trace, traces) for trace in traces]
    ends = (_end(trace) - begin for trace, begin in zip(traces, begins, strict=True))
    long = max(seconds, *ends)
    if long < INSTANT:
        long = 1.0
    axis = _axis(traces, width, long)
    panels = tuple(_panels(traces, begins, axis, width))
    bottom = math.ceil(panels[-1].bottom) + LINE + 2
    ticks = tuple(
        Label(axis.left + moment * axis.second, bottom, f"{moment:g} s", "middle")
        for moment in _moments(traces, long, measured)
    )
    height = bottom + LINE + 10 + EDGE
    legend = tuple(_legend(panels, height - EDGE))
    tall = any(panel.tall for panel in panels)
    return Layout(width, height, *axis, panels, ticks, legend, tall, measured)


def _begin(trace: Trace, traces: Sequence[Trace]) -> float:
    """The second of a trace that is at the left: its first one, or that of another one on the same clock."""
    known = trace.began is not None
    clock = [other for other in traces if other is trace or (known and other.began == trace.began)]
    return min((span.start for other in clock for span in other.spans), default=0.0)


def _end(trace: Trace) -> float:
    return max((span.end for span in trace.spans), default=0.0)


def _axis(traces: Sequence[Trace], width: int, long: float) -> _Axis:
    left = EDGE + math.ceil(_label_width(traces)) + 10
    right = width - EDGE - max(text_width(_done(trace), FINISH * BOLD) for trace in traces) - 14
    return _Axis(left, right, (right - left) / long)


def _moments(traces: Sequence[Trace], long: float, measured: bool) -> tuple[float, ...]:
    """The marks of an axis: in bakes where they were measured, else in seconds."""
    bake = min((trace.typical for trace in traces if measured and trace.typical), default=0.0)
    return bake_steps(long, bake) if bake else round_steps(long, measured)


def _panels(traces: Sequence[Trace], begins: Sequence[float], axis: _Axis, width: int) -> Iterator[Panel]:
    told = [reasons(trace) for trace in traces]
    fixed = sum(map(_head, traces, told)) + PANEL_GAP * (len(traces) - 1) + 2 * (EDGE + LINE) + 13
    # Every panel gets the same share, but none needs more than its rows at full height.
    share = max(3 * TIGHT, (TALL - fixed) / len(traces))
    top: float = EDGE
    for trace, begin, failed in zip(traces, begins, told, strict=True):
        row = min(ROW, share / max(1, len(trace.lanes)))
        rows = _Rows(trace, top + _head(trace, failed), row, axis.left - begin * axis.second, axis.second)
        panel = _panel(rows, failed, top, axis, width)
        yield panel
        top = panel.bottom + PANEL_GAP


def _head(trace: Trace, told: Sequence[str]) -> int:
    """Height of what stands above the rows: the title if there is one, the summary and more, and what failed."""
    return TITLE + LINE * (bool(trace.title) + len(trace.remarks) + len(told)) + 11


class _Rows(NamedTuple):
    """The rows of one trace: where the first one begins, how high each is, where second 0 is and how wide a second."""

    trace: Trace
    top: float
    row: float
    zero: float
    second: float

    @property
    def bottom(self) -> float:
        return self.top + self.row * max(1, len(self.trace.lanes))


def _panel(rows: _Rows, told: Sequence[str], top: float, axis: _Axis, width: int) -> Panel:
    trace, row = rows.trace, rows.row
    done = rows.zero + _end(trace) * axis.second
    room = width - 2 * EDGE
    lines = iter(top + TITLE - 3 + number * LINE + 2 * bool(number) for number in count())
    timed = bool(trace.spans) and not trace.noted
    return Panel(
        title=Label(EDGE, next(lines), fit(trace.title, room, TITLE * BOLD)) if trace.title else None,
        summary=Label(EDGE, next(lines), fit(trace.summary, room)),
        remarks=tuple(Label(EDGE, next(lines), fit(remark, room)) for remark in trace.remarks),
        reasons=tuple(Label(EDGE, next(lines), fit(f"{CROSS} {reason}", room)) for reason in told),
        labels=tuple(_labels(trace.lanes, rows.top, row, axis.left)),
        bars=tuple(_bars(rows)),
        marks=tuple(_ticks(rows)),
        top=rows.top,
        bottom=rows.bottom,
        row=row,
        tall=_thick(row) >= OUTLINED,
        arm=min(max(row * 0.28, 2.5), 6),
        above=rows.top - 2,
        below=rows.bottom + 2,
        done=done,
        finish=Label(done + 9, (rows.top + rows.bottom) / 2 + 6, _done(trace)) if timed else None,
    )


def _thick(row: float) -> float:
    """Height of a bar in such a row."""
    return row * 0.7 if row >= DENSE else row


def _done(trace: Trace) -> str:
    return f"{trace.makespan:g} s" if trace.simulated else f"{trace.makespan:.2f} s"


def _bars(rows: _Rows) -> Iterator[Bar]:
    """Waiting is a thin line and being looked after a thick bar, so that it needs no colour to see which.

    Lines closer than `DENSE` would melt into a grey that is neither, so only every so many rows have one.
    """
    trace, row = rows.trace, rows.row
    places = {lane: number for number, lane in enumerate(trace.lanes)}
    every = math.ceil(DENSE / row)
    for span in trace.spans:
        number = places[span.lane]
        waits = span.kind == "wait"
        if waits and number % every and not span.error:
            continue
        thick = min(2.5, max(1.0, row * 0.2)) if waits else _thick(row)
        yield Bar(
            span.lane,
            span.kind,
            x=rows.zero + span.start * rows.second,
            y=rows.top + (number + 0.5) * row - thick / 2,
            # A moment on the way to the shop and back would look like more than it is.
            width=max(0.0 if waits else SLIVER, span.seconds * rows.second),
            height=thick,
            failed=bool(span.error),
            left=span.left,
        )


def _ticks(rows: _Rows) -> Iterator[Tick]:
    """A little higher than its bar, so that it is seen on any colour; what nobody listened to has no place."""
    places = {lane: number for number, lane in enumerate(rows.trace.lanes)}
    high = _thick(rows.row) + min(6, rows.row * 0.2)
    for mark in rows.trace.heard:
        if mark.lane in places:
            middle = rows.top + (places[mark.lane] + 0.5) * rows.row
            yield Tick(rows.zero + mark.at * rows.second, middle - high / 2, middle + high / 2)


def _labels(lanes: Sequence[str], top: float, row: float, left: float) -> Iterator[Label]:
    """Every lane's name where there is room; else the first and every 5th, 10th, 20th, 50th and so on."""
    every = 1
    if row < TIGHT:
        every = next(n for n in _round_numbers() if (n - 1) * row >= LINE and len(lanes) <= 7 * n)
    for number, lane in enumerate(lanes, start=1):
        if number == 1 or number % every == 0:
            yield Label(left - 10, top + (number - 0.5) * row + 5, fit(lane, LABELS[1]), "end")


def _legend(panels: Sequence[Panel], y: float) -> Iterator[Key]:
    """Only what is in the picture, in words."""
    bars = [bar for panel in panels for bar in panel.bars]
    shown = {bar.kind for bar in bars}
    x = float(EDGE)
    for kind in KINDS:
        if kind in shown:
            name, high = NAMES[kind], 3 if kind == "wait" else 12
            yield Key(kind, x, y - 5 - high / 2, 30, high, Label(x + 38, y, name))
            x += 38 + round(text_width(name)) + 22
    signs: list[tuple[Literal["mark", "ring", "failed"], str, bool]] = [
        ("mark", "a part came", any(panel.marks for panel in panels)),
        ("ring", "left on purpose", any(bar.left for bar in bars)),
        ("failed", "failed", any(bar.failed for bar in bars)),
    ]
    for sign, name, there in signs:
        if there:
            yield Key(sign, x, y - 10, 10, 10, Label(x + 20, y, name))
            x += 20 + round(text_width(name)) + 22


def _round_numbers() -> Iterator[int]:
    for power in count():
        yield from (n * 10**power for n in (5, 10, 20))


def _label_width(traces: Sequence[Trace]) -> float:
    widest = max((text_width(lane) for trace in traces for lane in trace.lanes), default=0.0)
    return min(max(widest, LABELS[0]), LABELS[1])


def round_steps(length: float, measured: bool) -> tuple[float, ...]:
    """Round marks for an axis from 0: multiples of the smallest step of 1, 2 or 5 that gives few of them.

    A stored picture has to show the same marks on a busy machine, where a bake of 1.00 s takes 1.01 s or
    1.20 s. So a multiple counts as reached from 0.2 below it (as in `Trace.bakes_long`), and measured axes
    have at most four of them after 0: the next would come too soon. 1.01 s and 1.35 s both give 0, 0.5, 1.
    """
    most, slack = (4, 0.2) if measured else (6, 1e-9)
    power = math.floor(math.log10(length)) - 1
    for exponent in range(power, power + 3):
        for factor in (1, 2, 5):
            # The step is written as a decimal, not multiplied: 0.3 is a mark, 0.30000000000000004 is not.
            reached = int(length / float(f"{factor}e{exponent}") + slack)
            if reached <= most:
                return tuple(float(f"{factor * number}e{exponent}") for number in range(reached + 1))
    raise AssertionError("ten times a tenth of the length is as long as the length")


def bake_steps(length: float, bake: float) -> tuple[float, ...]:
    """Marks for a measured axis from 0, at most four after it: every half bake, bake, second bake, fifth and so on.

    `bake` is the seconds of one bake as measured, a little more than planned: 0.52 s means marks at 0.25 s and
    0.5 s. A mark counts as reached from a fifth of a bake below it, as in `Trace.bakes_long`: where a busy machine
    changes the marks, it has changed the words before. So halves are marked as far as whole bakes are reached: a wait
    for two bakes of 0.5 s has a mark at 1 s, whether it took 0.99 s or 0.94 s.
    """
    power = math.floor(math.log10(bake * 1.05))
    # One digit, rounded down: what was planned, and not what came on top of it. Half of it may need two.
    planned = round(int(bake * 1.05 / 10.0**power) * 10.0**power, 12)
    whole = int(length / planned + 0.2)
    if whole <= 2:
        half = round(planned * 0.5, 12)
        return tuple(round(half * n, 12) for n in range((2 * whole or int(length / half + 0.2)) + 1))
    for factor in (n * 10**exponent for exponent in count() for n in (1, 2, 5)):
        step = round(planned * factor, 12)
        reached = int(length / step + 0.2 / factor)
        if reached <= 4:
            return tuple(round(step * number, 12) for number in range(reached + 1))
    raise AssertionError("steps grow without end")
