"""Pictures of traces and of curves: SVG that is right on light and dark pages, and the same in words.

Only attributes: no CSS, no script, nothing from elsewhere, no ids that could clash on a page. So a picture
looks the same in JupyterLab, in a stored page and on GitHub. What a stretch of time was spent on can be told
without colour, and every picture carries its words.

Numbers that depend on measured time are written with exactly two decimals, all others are not. By this the
comparison of stored outputs knows what may differ from run to run.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from inspect import isawaitable
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from .layout import (
    EDGE,
    FINISH,
    TEXT,
    TITLE,
    Bar,
    Layout,
    Mark,
    Panel,
    lay_out,
    one_line,
    story,
    text_width,
)
from .trace import Kind, Trace

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"

# Every picture brings its own paper, so that these contrasts (to the paper, WCAG 2.2) hold on any page.
PAPER = "#fffdf8"
INK = "#2b1d0e"  # 16 : 1
SOFT = "#5c5043"  # 7.7 : 1
GRID = "#e8dfd0"
FRAME = "#d9cdb9"
FAILED = "#b3261e"  # 6.4 : 1

NAMES: dict[Kind, str] = {"wait": "waiting", "mix": "mixing", "bake": "baking", "serve": "being served"}
"""The kinds as one reads them in the legend, in the order in which they are painted."""

FILLS: dict[Kind, str] = {
    "wait": "#6f6355",  # 5.8 : 1, and thin
    "mix": "#4a2c12",  # 12 : 1, the darkest
    "bake": "#f3c77f",  # light, so it has an outline; 8 : 1 to the mixing beside it
    "serve": "#b4530f",  # 4.9 : 1
}
OUTLINES: dict[Kind, str] = {"bake": "#94591a"}
THIN_FILLS: dict[Kind, str] = {**FILLS, "bake": "#c97c1d"}  # 3.2 : 1 without an outline
OUTLINED = 5
"""Bars less high than this have no room for an outline."""

WIDTHS = (320, 4000)


@dataclass(frozen=True)
class Picture:
    """An SVG, and what it shows in words."""

    svg: str
    words: str

    def _repr_svg_(self) -> str:
        return self.svg

    def __repr__(self) -> str:
        return self.words


def timeline(*traces: Trace, width: int = 720) -> Picture:
    """The traces under one another on one time axis, `width` pixels wide; real and simulated ones alike.

    Raises `TypeError` or `ValueError`, with the corrected call, for anything but traces.
    """
    for trace in traces:
        if not isinstance(trace, Trace):
            raise TypeError(_not_a_trace(trace))
    if not traces:
        raise ValueError("timeline() needs a trace to draw.\nDid you mean:  timeline(trace)")
    layout = lay_out(traces, _checked_width("timeline(trace", width))
    words = "\n".join(f"{trace!r}. {story(trace)}".strip() for trace in traces)
    return Picture(_paint(layout, words), words)


def _not_a_trace(given: object) -> str:
    repair = "timeline(trace)"
    if isawaitable(given):
        repair = "timeline(await order(shop))"
    elif isinstance(given, Iterable) and not isinstance(given, str | bytes):
        repair = "timeline(*traces)"
    if close := getattr(given, "close", None):
        close()  # a coroutine that is refused here would warn later that nobody awaited it
    return f"timeline() draws traces, but got a {type(given).__name__}.\nDid you mean:  {repair}"


def _checked_width(call: str, width: int) -> int:
    least, most = WIDTHS
    if isinstance(width, bool) or not isinstance(width, int):
        raise TypeError(
            f"width is a whole number of pixels, but got {width!r}.\nDid you mean:  {call}, width=720)"
        )
    if not least <= width <= most:
        nearest = min(max(width, least), most)
        raise ValueError(
            f"A picture is {least} to {most} pixels wide, but got {width}.\nDid you mean:  {call}, width={nearest})"
        )
    return width


# Paint


class _Canvas:
    """An SVG that grows element by element."""

    def __init__(self, width: int, height: int, words: str, title: str, *, measured: bool) -> None:
        self.measured = measured
        self.root = Element(
            "svg",
            {
                "xmlns": "http://www.w3.org/2000/svg",
                "width": str(width),
                "height": str(height),
                "viewBox": f"0 0 {width} {height}",
                "role": "img",
                "aria-label": one_line(words),
                "font-family": FONT,
                "font-size": str(TEXT),
                "fill": INK,
            },
        )
        self.add("title").text = one_line(title)
        self.add(
            "rect",
            x=0.5,
            y=0.5,
            width=width - 1,
            height=height - 1,
            rx=10,
            fill=PAPER,
            stroke=FRAME,
        )

    def add(self, tag: str, **attributes: str | float) -> Element:
        """An element; attribute names may be written with "_" for "-"."""
        return SubElement(
            self.root,
            tag,
            {
                name.replace("_", "-"): value if isinstance(value, str) else exact(value)
                for name, value in attributes.items()
            },
        )

    def text(self, mark: Mark, *, moving: bool = False, **attributes: str | float) -> None:
        """A text; `moving` where its place depends on the times."""
        if mark.anchor != "start":
            attributes["text_anchor"] = mark.anchor
        x = self.number(mark.x) if moving else exact(mark.x)
        self.add("text", x=x, y=exact(mark.y), **attributes).text = mark.text

    def number(self, value: float) -> str:
        """A number that depends on the times."""
        return f"{value:.2f}" if self.measured else exact(value)

    def __str__(self) -> str:
        indent(self.root, space="")
        return tostring(self.root, encoding="unicode")


def exact(value: float) -> str:
    """A number that is the same in every run: whole, or with three decimals, which never look measured."""
    return str(int(value)) if value == int(value) else f"{value:.3f}"


def _paint(layout: Layout, words: str) -> str:
    titles = ", ".join(panel.title.text for panel in layout.panels if panel.title.text)
    canvas = _Canvas(
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


def _paint_panel(canvas: _Canvas, layout: Layout, panel: Panel) -> None:
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


def _paint_bars(canvas: _Canvas, bars: Sequence[Bar], kind: Kind) -> None:
    if not bars:
        return
    outlined = kind in OUTLINES and bars[0].height >= OUTLINED
    look = {"stroke": OUTLINES[kind], "stroke_width": "1.5"} if outlined else {}
    canvas.add("path", d=_boxes(canvas, bars), fill=(FILLS if outlined else THIN_FILLS)[kind], **look)


def _paint_failed(canvas: _Canvas, bars: Sequence[Bar]) -> None:
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


def _paint_crosses(canvas: _Canvas, bars: Sequence[Bar], row: float) -> None:
    if not bars:
        return
    arm = min(max(row * 0.28, 2.5), 6)
    for colour, thick in ((PAPER, 6), (FAILED, 3)) if row >= OUTLINED else ((FAILED, 1.5),):
        crosses = (_cross(canvas, bar.x + bar.width, bar.y + bar.height / 2, arm) for bar in bars)
        canvas.add("path", d="".join(crosses), stroke=colour, stroke_width=thick, stroke_linecap="round")


def _cross(canvas: _Canvas, x: float, y: float, arm: float) -> str:
    across = exact(2 * arm)
    start = f"M{canvas.number(x - arm)} {exact(y - arm)}"
    return f"{start}l{across} {across}m-{across} 0l{across} -{across}"


def _boxes(canvas: _Canvas, bars: Iterable[Bar]) -> str:
    return "".join(
        f"M{canvas.number(bar.x)} {exact(bar.y)}h{(w := canvas.number(bar.width))}v{exact(bar.height)}h-{w}z"
        for bar in bars
    )


def _paint_legend(canvas: _Canvas, layout: Layout) -> None:
    """Only what is in the picture, in words."""
    bars = [bar for panel in layout.panels for bar in panel.bars]
    y, x = layout.height - EDGE, float(EDGE)
    thin = all(panel.row < OUTLINED / 0.7 for panel in layout.panels)
    for kind, verb in NAMES.items():
        if any(bar.kind == kind for bar in bars):
            look = {}
            if kind in OUTLINES and not thin:
                look = {"stroke": OUTLINES[kind], "stroke_width": "1.5"}
            high = 3 if kind == "wait" else 12
            fill = (THIN_FILLS if thin else FILLS)[kind]
            canvas.add("rect", x=x, y=y - 5 - high / 2, width=30, height=high, fill=fill, **look)
            canvas.text(Mark(x + 38, y, verb))
            x += 38 + round(text_width(verb)) + 22
    if any(bar.failed for bar in bars):
        canvas.add(
            "path",
            d=f"M{x:g} {y - 10}l10 10m-10 0l10 -10",
            stroke=FAILED,
            stroke_width=3,
            stroke_linecap="round",
        )
        canvas.text(Mark(x + 20, y, "failed"))
