"""Curves: what theory says as lines, what was measured as marks, and the same in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor, isfinite, log10

from bakery.asking import Call, kind_of, refusal
from bakery.picture.canvas import Canvas, Picture, checked_width, exact
from bakery.picture.layout import EDGE, LINE, Label, round_steps
from bakery.picture.look import BOLD, CURVES, Style
from bakery.picture.words import capital, fit, text_width


@dataclass(frozen=True)
class Series:
    """Points of a curve, in any order: what theory says (a line), or what was `measured` (marks).

    Raises `TypeError` or `ValueError` for points that are no pairs of finite numbers of zero or more.
    """

    name: str
    points: tuple[tuple[float, float], ...]
    measured: bool = False

    def __post_init__(self) -> None:
        try:
            points = tuple(sorted((float(x), float(y)) for x, y in self.points))
        except (TypeError, ValueError):
            raise self._refused(TypeError, "are pairs of numbers") from None
        if not points:
            raise self._refused(ValueError, "are one at least, but there is none")
        if not all(isfinite(number) and number >= 0 for point in points for number in point):
            raise self._refused(ValueError, f"are finite and not below zero, but got {points}")
        object.__setattr__(self, "points", points)

    def _refused(self, kind: type[Exception], what: str) -> Exception:
        repair = f"Series({self.name!r}, [(1, 1.0), (2, 2.0)])"
        return refusal(kind, f"The points of {self.name!r} {what}", repair)


CALL = 'curve(Series("Quart", [(1, 1.0), (2, 1.0)]))'
DASHES = ("none", "9 6", "2 5", "12 5 2 5")
HEIGHT = 420
KEY = 36
"""From the end of the axis to the names; the mark of each name is in between."""
NAMES_AT_MOST = 220
"""Pixels that the names beside the lines may take."""
FAR = 100
"""From a largest x that is so many times the smallest, equal steps on the axes are equal factors."""


def curve(*series: Series, x: str = "orders", y: str = "seconds", width: int = 720) -> Picture:
    """Theory as lines, measurements of the same name as marks of the same colour; `x` and `y` name the axes.

    The axes start at zero. Where x spans a factor of a hundred and more, both are logarithmic. Their marks
    come from theory wherever there is some, so that they are the same in every run.
    Raises `TypeError` or `ValueError`, with the corrected call, for anything but series.
    """
    for one in series:
        if not isinstance(one, Series):
            raise refusal(TypeError, f"curve() draws series, but got {kind_of(one)}", CALL)
    if not series:
        raise refusal(ValueError, "curve() needs a series to draw", CALL)
    chart = _Chart(series, x, y, checked_width(Call("curve(series, {})"), width))
    words = "\n".join([f"{capital(y)} against {x}.", *(_told(one, y) for one in series)])
    return Picture(_paint_chart(chart, words), words)


class _Scale:
    """Numbers to pixels along one axis, with round marks."""

    def __init__(
        self, start: float, end: float, low: float, high: float, ticks: Sequence[float], far: bool
    ) -> None:
        self.start, self.far, self.ticks = start, far, ticks
        self.low = self._steps(low)
        self.unit = (end - start) / (self._steps(high) - self.low)

    def __call__(self, value: float) -> float:
        return self.start + (self._steps(value) - self.low) * self.unit

    def _steps(self, value: float) -> float:
        return log10(value) if self.far else value


def _scale(start: float, end: float, values: Sequence[float], marked: Sequence[float], far: bool) -> _Scale:
    """An axis that holds all values; its marks come from the `marked` ones, or, where none is, from all."""
    most = max(marked or values) or 1.0
    if not far:
        return _Scale(start, end, 0.0, max(most, *values), round_steps(most, measured=not marked), far)
    # A hair more or less than a power of ten, as measurements have it, does not open another decade.
    low, high = floor(log10(min(marked or values)) + 0.1), ceil(log10(most) - 0.1)
    ticks = tuple(float(f"1e{power}") for power in range(low, max(high, low + 1) + 1))
    return _Scale(start, end, min(*values, ticks[0]), max(*values, ticks[-1]), ticks, far)


class _Chart:
    """Where the series go: two axes, and the names beside the ends of the lines."""

    def __init__(self, series: Sequence[Series], x: str, y: str, width: int) -> None:
        self.series, self.x_name, self.y_name, self.width = series, x, y, width
        self.names = tuple(dict.fromkeys(one.name for one in series))
        self.measured = any(one.measured for one in series)
        points = [point for one in series for point in one.points]
        theory = [y for one in series if not one.measured for _, y in one.points]
        across, up = zip(*points, strict=True)
        self.far = min(across) > 0 and max(across) / min(across) >= FAR and min(up) > 0
        widest = max(text_width(name) * BOLD for name in (*self.names, x))
        room = min(widest, NAMES_AT_MOST, width / 3)
        self.room = room
        self.left, self.right = EDGE + 52, int(width - EDGE - room - KEY)
        self.top, self.bottom = EDGE + 42, HEIGHT - EDGE - 60
        # How many were ordered is planned, whatever was measured then.
        self.x = _scale(self.left, self.right, across, across, self.far)
        self.y = _scale(self.bottom, self.top, up, theory, self.far)

    def places(self, one: Series) -> list[tuple[float, float]]:
        return [(self.x(x), self.y(y)) for x, y in one.points]

    def heights(self) -> dict[str, float]:
        """The y of each name: that of the end of its line, or of its marks; never one name on another."""
        ends: dict[str, float] = {}
        for one in sorted(self.series, key=lambda one: one.measured):
            ends.setdefault(one.name, self.places(one)[-1][1])
        apart = min(LINE, (self.bottom - self.top) / len(ends))
        # From the bottom up: a name that would touch the one below it, or the axis, moves up.
        below = self.bottom - 6 + apart
        for name in sorted(ends, key=lambda name: -ends[name]):
            ends[name] = below = min(ends[name], below - apart)
        return ends


def _paint_chart(chart: _Chart, words: str) -> str:
    title = f"Curve: {capital(chart.y_name)} against {chart.x_name}"
    canvas = Canvas((chart.width, HEIGHT), title, words, measured=chart.measured)
    _paint_axes(canvas, chart)
    for one in sorted(chart.series, key=lambda one: one.measured):
        look = chart.names.index(one.name)
        colour, places = CURVES[look % len(CURVES)], chart.places(one)
        if one.measured:
            marks = "".join(_mark(canvas, look, x, y) for x, y in places)
            canvas.add("path", d=marks, style=_outline(colour))
        else:
            _paint_line(canvas, places, colour, DASHES[look % len(DASHES)])
    _paint_names(canvas, chart)
    _paint_chart_legend(canvas, chart)
    return str(canvas)


def _paint_names(canvas: Canvas, chart: _Chart) -> None:
    heights, kinds = chart.heights(), _kinds(chart)
    for look, name in enumerate(chart.names):
        colour = CURVES[look % len(CURVES)]
        if (name, True) in kinds:
            canvas.add("path", d=_mark(canvas, look, chart.right + 22, heights[name]), style=_outline(colour))
        beside = f"{chart.right + KEY}", canvas.number(heights[name] + 5)
        label = canvas.add("text", x=beside[0], y=beside[1], fill=colour, font_weight="bold")
        label.text = fit(name, chart.room + 1)


def _outline(colour: str) -> Style:
    """Hollow, so that marks on one another can all be seen."""
    return {"fill": "none", "stroke": colour, "stroke-width": 2.5}


def _paint_line(canvas: Canvas, places: Sequence[tuple[float, float]], colour: str, dash: str) -> None:
    path = "M" + "L".join(f"{canvas.number(x)} {canvas.number(y)}" for x, y in places)
    canvas.add("path", d=path, fill="none", stroke=colour, stroke_width=2.5, stroke_dasharray=dash)


def _paint_axes(canvas: Canvas, chart: _Chart) -> None:
    across = [(canvas.number(chart.x(tick)), tick) for tick in chart.x.ticks]
    up = [(chart.y(tick), tick) for tick in chart.y.ticks]
    grid = [f"M{x} {chart.top}V{chart.bottom}" for x, _ in across]
    grid += [f"M{chart.left} {canvas.number(y)}H{exact(chart.right)}" for y, _ in up]
    canvas.add("path", d="".join(grid), stroke="grid")
    axes = f"M{chart.left} {chart.top}V{chart.bottom}H{exact(chart.right)}"
    canvas.add("path", d=axes, fill="none", stroke="soft")
    for x, tick in across:
        canvas.add("text", x=x, y=chart.bottom + 19, fill="soft", text_anchor="middle").text = f"{tick:g}"
    for y, tick in up:
        label = canvas.add("text", x=chart.left - 9, y=canvas.number(y + 5), fill="soft", text_anchor="end")
        label.text = f"{tick:g}"
    unit = f"{chart.y_name} (each line is ten times as much)" if chart.far else chart.y_name
    canvas.text(Label(EDGE, EDGE + 12, fit(unit, chart.width - 2 * EDGE)))
    canvas.text(Label(chart.right + KEY, chart.bottom + 19, fit(chart.x_name, chart.room)))


def _paint_chart_legend(canvas: Canvas, chart: _Chart) -> None:
    """What lines and marks are; their names stand beside them."""
    x, y = float(EDGE), HEIGHT - EDGE
    if not all(one.measured for one in chart.series):
        canvas.add("path", d=f"M{x:g} {y - 5}h30", stroke="soft", stroke_width=2.5)
        canvas.text(Label(x + 38, y, "theory"))
        x += 110
    if chart.measured:
        shapes = [n for n, name in enumerate(chart.names) if (name, True) in _kinds(chart)][: len(SHAPES)]
        for number, look in enumerate(shapes):
            canvas.add("path", d=_mark(canvas, look, x + 7 + 20 * number, y - 5), style=_outline("soft"))
        canvas.text(Label(x + 20 * len(shapes) + 4, y, "measured"))


def _kinds(chart: _Chart) -> set[tuple[str, bool]]:
    return {(one.name, one.measured) for one in chart.series}


SHAPES = (
    "m-6 0a6 6 0 1 0 12 0a6 6 0 1 0 -12 0z",  # a circle
    "m-5.5 -5.5h11v11h-11z",  # a square
    "m0 -7l7 12h-14z",  # a triangle
    "m0 -7.5l7.5 7.5l-7.5 7.5l-7.5 -7.5z",  # a diamond
)


def _mark(canvas: Canvas, look: int, x: float, y: float) -> str:
    return f"M{canvas.number(x)} {canvas.number(y)}{SHAPES[look % len(SHAPES)]}"


def _told(one: Series, y: str) -> str:
    """A series in words: the shape of a theory, and the points of a measurement."""
    if one.measured:
        points = _some(one.points)
        # Other units than seconds have no mark of "measured" in words, so their numbers stay in the picture.
        told = [f"{v:.2f} s at {x:g}" if y == "seconds" else f"at {x:g}" for x, v in points]
        return f"{one.name}, measured: {', '.join(told)}."
    (x0, y0), (x1, y1) = one.points[0], one.points[-1]
    return f"{one.name}, theory: {_shape(one.points)}, from {y0:g} at {x0:g} to {y1:g} at {x1:g}."


def _some(points: Sequence[tuple[float, float]], most: int = 6) -> list[tuple[float, float]]:
    """The first, the last, and a few in between."""
    if len(points) <= most:
        return list(points)
    return [points[round(number * (len(points) - 1) / (most - 1))] for number in range(most)]


def _shape(points: Sequence[tuple[float, float]]) -> str:
    slopes = [(y1 - y0) / (x1 - x0) for (x0, y0), (x1, y1) in pairwise(points) if x1 > x0]
    hardly = 1e-6 * max(map(abs, slopes), default=0.0)
    level = [abs(slope) <= hardly for slope in slopes]
    if all(level):
        return "flat"
    if any(level):
        end = "rising" if slopes[-1] > 0 else "falling"
        return "in steps" if True in level[level.index(False) :] else f"first flat, then {end}"
    return "a straight line" if max(slopes) - min(slopes) <= hardly else "a curve"
