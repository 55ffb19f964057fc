"""Timelines: what happened as bars, lane by lane, on one time axis; still, and the same in words."""

from collections.abc import Iterable, Sequence
from inspect import isawaitable, iscoroutine

from bakery.picture.canvas import (
    FAILED,
    FILLS,
    GRID,
    INK,
    OUTLINED,
    OUTLINES,
    PAPER,
    SOFT,
    THIN_FILLS,
    Canvas,
    Picture,
    checked_width,
    exact,
)
from bakery.picture.layout import FINISH, TITLE, Bar, Layout, Panel, lay_out
from bakery.picture.words import NAMES, story
from bakery.trace import Kind, Trace


def timeline(*traces: Trace, width: int = 720) -> Picture:
    """The traces under one another on one time axis, `width` pixels wide; real and simulated ones alike.

    Raises `TypeError` or `ValueError`, with the corrected call, for anything but traces.
    """
    for trace in traces:
        if not isinstance(trace, Trace):
            raise TypeError(_not_a_trace(trace))
    if not traces:
        raise ValueError("timeline() needs a trace to draw.\nDid you mean:  timeline(trace)")
    layout = lay_out(traces, checked_width("timeline(trace", width))
    words = "\n".join(f"{trace!r}. {story(trace)}".strip() for trace in traces)
    return Picture(_paint(layout, words), words)


def _not_a_trace(given: object) -> str:
    repair = "timeline(trace)"
    if isawaitable(given):
        repair = "timeline(await order(shop))"
    elif isinstance(given, Iterable) and not isinstance(given, str | bytes):
        repair = "timeline(*traces)"
    if iscoroutine(given):
        given.close()  # it is refused here, and would warn later that nobody awaited it
    return f"timeline() draws traces, but got a {type(given).__name__}.\nDid you mean:  {repair}"


def _paint(layout: Layout, words: str) -> str:
    titles = ", ".join(panel.title.text for panel in layout.panels if panel.title)
    canvas = Canvas(
        layout.width,
        layout.height,
        words,
        f"Timeline: {titles}" if titles else "Timeline",
        measured=layout.measured,
    )
    for panel in layout.panels:
        _paint_panel(canvas, layout, panel)
    for tick in layout.ticks:
        canvas.text(tick, moving=True, fill=SOFT)
    _paint_legend(canvas, layout)
    return str(canvas)


def _paint_panel(canvas: Canvas, layout: Layout, panel: Panel) -> None:
    if panel.title:
        canvas.text(panel.title, font_size=TITLE, font_weight="bold")
    canvas.text(panel.summary)
    for reason in panel.reasons:
        canvas.text(reason, fill=FAILED)
    grid = "".join(f"M{canvas.number(t.x)} {exact(panel.top)}V{exact(panel.bottom)}" for t in layout.ticks)
    canvas.add("path", d=grid, stroke=GRID)
    for label in panel.labels:
        canvas.text(label, fill=SOFT)
    for kind in NAMES:
        bars = [bar for bar in panel.bars if bar.kind == kind]
        _paint_bars(canvas, [bar for bar in bars if not bar.failed or kind == "wait"], kind)
        _paint_failed(canvas, [bar for bar in bars if bar.failed and kind != "wait"])
    if panel.finish:
        line = f"M{canvas.number(panel.done)} {exact(panel.top - 2)}V{exact(panel.bottom + 2)}"
        canvas.add("path", d=line, stroke=INK, stroke_width=2)
        canvas.text(panel.finish, moving=True, font_size=FINISH, font_weight="bold")
    _paint_crosses(canvas, [bar for bar in panel.bars if bar.failed], panel.row)


def _paint_bars(canvas: Canvas, bars: Sequence[Bar], kind: Kind) -> None:
    if not bars:
        return
    outlined = kind in OUTLINES and bars[0].height >= OUTLINED
    look = {"stroke": OUTLINES[kind], "stroke_width": "1.5"} if outlined else {}
    canvas.add("path", d=_boxes(canvas, bars), fill=(FILLS if outlined else THIN_FILLS)[kind], **look)


def _paint_failed(canvas: Canvas, bars: Sequence[Bar]) -> None:
    """Served in vain: hollow."""
    if bars:
        canvas.add(
            "path",
            d=_boxes(canvas, bars),
            fill=PAPER,
            stroke=FAILED,
            stroke_width=1.5,
            stroke_dasharray="5 4",
        )


def _paint_crosses(canvas: Canvas, bars: Sequence[Bar], row: float) -> None:
    if not bars:
        return
    arm = min(max(row * 0.28, 2.5), 6)
    for colour, thick in ((PAPER, 6), (FAILED, 3)) if row >= OUTLINED else ((FAILED, 1.5),):
        crosses = (_cross(canvas, bar.x + bar.width, bar.y + bar.height / 2, arm) for bar in bars)
        canvas.add("path", d="".join(crosses), stroke=colour, stroke_width=thick, stroke_linecap="round")


def _cross(canvas: Canvas, x: float, y: float, arm: float) -> str:
    across = exact(2 * arm)
    start = f"M{canvas.number(x - arm)} {exact(y - arm)}"
    return f"{start}l{across} {across}m-{across} 0l{across} -{across}"


def _boxes(canvas: Canvas, bars: Iterable[Bar]) -> str:
    return "".join(
        f"M{canvas.number(bar.x)} {exact(bar.y)}h{(w := canvas.number(bar.width))}v{exact(bar.height)}h-{w}z"
        for bar in bars
    )


def _paint_legend(canvas: Canvas, layout: Layout) -> None:
    thin = all(panel.row < OUTLINED / 0.7 for panel in layout.panels)
    for key in layout.legend:
        x, y = key.x, key.name.y
        if key.kind == "failed":
            cross = f"M{x:g} {y - 10}l10 10m-10 0l10 -10"
            canvas.add("path", d=cross, stroke=FAILED, stroke_width=3, stroke_linecap="round")
        else:
            look = {}
            if key.kind in OUTLINES and not thin:
                look = {"stroke": OUTLINES[key.kind], "stroke_width": "1.5"}
            high = 3 if key.kind == "wait" else 12
            fill = (THIN_FILLS if thin else FILLS)[key.kind]
            canvas.add("rect", x=x, y=y - 5 - high / 2, width=30, height=high, fill=fill, **look)
        canvas.text(key.name)
