"""Timelines: what happened as bars, lane by lane, on one time axis; still, and the same in words."""

from collections.abc import Iterable, Mapping, Sequence
from inspect import isawaitable, iscoroutine
from typing import TypeGuard

from bakery.asking import Call, kind_of, refusal
from bakery.picture.canvas import Canvas, Picture, checked_width, exact
from bakery.picture.layout import Bar, Layout, Panel, lay_out
from bakery.picture.look import KINDS, LIGHT, STYLES, THIN, Style
from bakery.picture.words import story
from bakery.trace import Span, Trace

FAR = 3600.0
"""Seconds from a run at which nobody has taken a note of it: another clock was read."""


def timeline(*traces: "Trace | Sequence[Span]", width: int = 720) -> Picture:
    """The traces under one another on one time axis, `width` pixels wide; real and simulated ones alike.

    A list of spans after a trace are notes that an app has taken of its own work, in seconds of
    `time.perf_counter()`. They are drawn below that trace, on the same clock:

        notes.append(Span("washing up", "mix", begun, time.perf_counter()))
        timeline(run, notes)

    Raises `TypeError` or `ValueError`, with the corrected call, for anything else.
    """
    if not traces:
        raise refusal(ValueError, "timeline() needs a trace to draw", "timeline(trace)")
    drawn: list[Trace] = []
    for given in traces:
        if isinstance(given, Trace):
            drawn.append(given)
        elif _are_notes(given):
            drawn.append(_noted(given, next((trace for trace in reversed(drawn) if not trace.noted), None)))
        else:
            raise _not_a_trace(given)
    layout = lay_out(drawn, checked_width(Call("timeline(trace, {})"), width))
    words = "\n".join(f"{trace!r}. {story(trace)}".strip() for trace in drawn)
    return Picture(paint(layout, words), words)


def _are_notes(given: object) -> "TypeGuard[Sequence[Span]]":
    return isinstance(given, list | tuple) and all(isinstance(span, Span) for span in given)


def _noted(notes: Sequence[Span], run: Trace | None) -> Trace:
    """The notes as a trace on the clock of a run."""
    if run is None or run.began is None:
        what = "timeline() draws notes below a run that was measured, since it knows when it began"
        raise refusal(ValueError, what, "timeline(await order(shop), notes)")
    zero = run.began
    spans = [span._replace(start=span.start - zero, end=span.end - zero) for span in notes]
    if any(not abs(moment) < FAR for span in spans for moment in (span.start, span.end)):
        what = (
            "Notes are in seconds of time.perf_counter(), and these are more than an hour away from the run"
        )
        raise refusal(ValueError, what, 'notes.append(Span("washing up", "mix", begun, time.perf_counter()))')
    return Trace(tuple(spans), "Noted by the app", bake=run.typical, began=run.began, noted=True)


def _not_a_trace(given: object) -> Exception:
    repair = "timeline(trace)"
    if isawaitable(given):
        repair = "timeline(await order(shop))"
    elif isinstance(given, Iterable) and not isinstance(given, str | bytes):
        repair = "timeline(*traces)"
    if iscoroutine(given):
        given.close()  # it is refused here, and would warn later that nobody awaited it
    return refusal(TypeError, f"timeline() draws traces, but got {kind_of(given)}", repair)


def paint(layout: Layout, words: str, colours: Mapping[str, str] = LIGHT) -> str:
    """The SVG of a layout, in the colours of light or of dark paper."""
    titles = ", ".join(panel.title.text for panel in layout.panels if panel.title)
    title = f"Timeline: {titles}" if titles else "Timeline"
    size = layout.width, layout.height
    canvas = Canvas(size, title, words, measured=layout.measured, colours=colours)
    for panel in layout.panels:
        _paint_panel(canvas, layout, panel)
    for tick in layout.ticks:
        canvas.text(tick, STYLES["label"], moving=True)
    _paint_legend(canvas, layout)
    return str(canvas)


def _paint_panel(canvas: Canvas, layout: Layout, panel: Panel) -> None:
    if panel.title:
        canvas.text(panel.title, STYLES["title"])
    for told in (panel.summary, *panel.remarks):
        canvas.text(told, STYLES["summary"])
    for reason in panel.reasons:
        canvas.text(reason, STYLES["reason"])
    grid = "".join(f"M{canvas.number(t.x)} {exact(panel.top)}V{exact(panel.bottom)}" for t in layout.ticks)
    canvas.add("path", d=grid, style=STYLES["grid"])
    for label in panel.labels:
        canvas.text(label, STYLES["label"])
    styles = STYLES if panel.tall else THIN
    for kind in KINDS:
        bars = [bar for bar in panel.bars if bar.kind == kind]
        _paint_bars(canvas, [bar for bar in bars if not bar.failed or kind == "wait"], styles[kind])
        _paint_bars(canvas, [bar for bar in bars if bar.failed and kind != "wait"], styles["failed"])
    if panel.finish:
        line = f"M{canvas.number(panel.done)} {exact(panel.above)}V{exact(panel.below)}"
        canvas.add("path", d=line, style=STYLES["end"])
        canvas.text(panel.finish, STYLES["finish"], moving=True)
    _paint_marks(canvas, panel, styles)
    _paint_rings(canvas, panel, styles)
    _paint_crosses(canvas, panel, styles)


def _paint_bars(canvas: Canvas, bars: Sequence[Bar], style: Style) -> None:
    if bars:
        canvas.add("path", d="".join(_box(canvas, bar) for bar in bars), style=style)


def _box(canvas: Canvas, bar: Bar) -> str:
    width = canvas.number(bar.width)
    return f"M{canvas.number(bar.x)} {exact(bar.y)}h{width}v{exact(bar.height)}h-{width}z"


def _paint_marks(canvas: Canvas, panel: Panel, styles: Mapping[str, Style]) -> None:
    """Across the bar, at each moment at which a part came."""
    ticks = "".join(
        f"M{canvas.number(tick.x)} {exact(tick.top)}V{exact(tick.bottom)}" for tick in panel.marks
    )
    for style in filter(None, (styles["gap"], styles["mark"])):
        if ticks:
            canvas.add("path", d=ticks, style=style)


def _paint_rings(canvas: Canvas, panel: Panel, styles: Mapping[str, Style]) -> None:
    """At the end of each bar whose customer left on purpose."""
    arm = panel.arm
    ends = [(bar.x + bar.width, bar.y + bar.height / 2) for bar in panel.bars if bar.left]
    if ends:
        rings = "".join(_ring(canvas.number(x - arm), exact(y), exact(arm)) for x, y in ends)
        canvas.add("path", d=rings, style=styles["ring"])


def _ring(x: str, y: str, arm: str) -> str:
    """A circle, whose leftmost point is given."""
    across = f"{2 * float(arm):g}"
    return f"M{x} {y}a{arm} {arm} 0 1 0 {across} 0a{arm} {arm} 0 1 0 -{across} 0z"


def _paint_crosses(canvas: Canvas, panel: Panel, styles: Mapping[str, Style]) -> None:
    """At the end of each bar that ended badly."""
    ends = [(bar.x + bar.width, bar.y + bar.height / 2) for bar in panel.bars if bar.failed]
    if not ends:
        return
    arm = panel.arm
    crosses = "".join(_cross(canvas.number(x - arm), exact(y - arm), exact(2 * arm)) for x, y in ends)
    for style in filter(None, (styles["halo"], styles["cross"])):
        canvas.add("path", d=crosses, style=style)


def _cross(x: str, y: str, across: str) -> str:
    """Two strokes in a square, whose left upper corner is given."""
    return f"M{x} {y}l{across} {across}m-{across} 0l{across} -{across}"


def _paint_legend(canvas: Canvas, layout: Layout) -> None:
    styles = STYLES if layout.tall else THIN
    for key in layout.legend:
        x, y, middle = exact(key.x), exact(key.y), exact(key.y + key.height / 2)
        if key.kind == "failed":
            canvas.add("path", d=_cross(x, y, exact(key.width)), style=STYLES["cross"])
        elif key.kind == "ring":
            canvas.add("path", d=_ring(x, middle, exact(key.width / 2)), style=STYLES["ring"])
        elif key.kind == "mark":
            stroke = f"M{exact(key.x + key.width / 2)} {y}V{exact(key.y + key.height)}"
            canvas.add("path", d=stroke, style=STYLES["mark"])
        else:
            box = {"x": key.x, "y": key.y, "width": key.width, "height": key.height}
            canvas.add("rect", **box, style=styles[key.kind])
        canvas.text(key.name, STYLES["key"])
