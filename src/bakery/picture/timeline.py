"""Timelines: what happened as bars, lane by lane, on one time axis; still, and the same in words."""

from collections.abc import Iterable, Mapping, Sequence
from inspect import isawaitable, iscoroutine

from bakery.asking import Call, kind_of, refusal
from bakery.picture.canvas import Canvas, Picture, checked_width, exact
from bakery.picture.layout import Bar, Layout, Panel, lay_out
from bakery.picture.look import KINDS, LIGHT, STYLES, THIN, Style
from bakery.picture.words import story
from bakery.trace import Trace


def timeline(*traces: Trace, width: int = 720) -> Picture:
    """The traces under one another on one time axis, `width` pixels wide; real and simulated ones alike.

    Raises `TypeError` or `ValueError`, with the corrected call, for anything but traces.
    """
    for trace in traces:
        if not isinstance(trace, Trace):
            raise _not_a_trace(trace)
    if not traces:
        raise refusal(ValueError, "timeline() needs a trace to draw", "timeline(trace)")
    layout = lay_out(traces, checked_width(Call("timeline(trace, {})"), width))
    words = "\n".join(f"{trace!r}. {story(trace)}".strip() for trace in traces)
    return Picture(paint(layout, words), words)


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
    canvas.text(panel.summary, STYLES["summary"])
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
    _paint_crosses(canvas, panel)


def _paint_bars(canvas: Canvas, bars: Sequence[Bar], style: Style) -> None:
    if bars:
        canvas.add("path", d="".join(_box(canvas, bar) for bar in bars), style=style)


def _box(canvas: Canvas, bar: Bar) -> str:
    width = canvas.number(bar.width)
    return f"M{canvas.number(bar.x)} {exact(bar.y)}h{width}v{exact(bar.height)}h-{width}z"


def _paint_crosses(canvas: Canvas, panel: Panel) -> None:
    """At the end of each bar that ended badly."""
    ends = [(bar.x + bar.width, bar.y + bar.height / 2) for bar in panel.bars if bar.failed]
    if not ends:
        return
    arm = panel.arm
    crosses = "".join(_cross(canvas.number(x - arm), exact(y - arm), exact(2 * arm)) for x, y in ends)
    styles = STYLES if panel.tall else THIN
    for style in filter(None, (styles["halo"], styles["cross"])):
        canvas.add("path", d=crosses, style=style)


def _cross(x: str, y: str, across: str) -> str:
    """Two strokes in a square, whose left upper corner is given."""
    return f"M{x} {y}l{across} {across}m-{across} 0l{across} -{across}"


def _paint_legend(canvas: Canvas, layout: Layout) -> None:
    styles = STYLES if layout.tall else THIN
    for key in layout.legend:
        if key.kind == "failed":
            cross = _cross(exact(key.x), exact(key.y), exact(key.width))
            canvas.add("path", d=cross, style=STYLES["cross"])
        else:
            box = {"x": key.x, "y": key.y, "width": key.width, "height": key.height}
            canvas.add("rect", **box, style=styles[key.kind])
        canvas.text(key.name, STYLES["key"])
