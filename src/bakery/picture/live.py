"""The live view: a timeline whose bars grow while orders wait and are served.

It has no idea of layout of its own: it paints the values of `layout`, as the static picture does, in the
browser. Between two messages from the kernel the browser lets the bars grow by itself, so that a picture in
motion costs the kernel, which has orders to place, next to nothing.

The module is not called `timeline`, although it shows one: importing `bakery.timeline` as a module would
replace the function of that name, which every notebook uses.
"""

import threading
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from bakery.counting import counted
from bakery.picture.canvas import WIDTHS
from bakery.picture.layout import Bar, Layout, Panel, lay_out
from bakery.picture.look import DARK, FONT, KINDS, LIGHT, STYLES, TEXT, THIN
from bakery.picture.timeline import timeline
from bakery.picture.words import fit
from bakery.trace import Mark, Span, Trace

STATIC = Path(__file__).parent
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
WIDTH = 720

LOOK = {
    "light": LIGHT,
    "dark": DARK,
    "font": FONT,
    "text": TEXT,
    "kinds": KINDS,
    "styles": STYLES,
    "thin": THIN,
}
"""What the script knows of colours, letters and lines; it has none of its own."""


class Growth:
    """A trace in the making: orders are placed, called, and done, in any order and from any thread."""

    def __init__(self, title: str = "", orders: int = 0, bake: float = 0.0) -> None:
        self.title = title
        self.orders = orders
        self.bake = bake
        """Seconds of one bake, where known: the axis is marked in bakes, and its marks then hold still."""
        self._placed: dict[str, float] = {}
        self._called: dict[str, float] = {}
        self._done: dict[str, tuple[Span, ...]] = {}
        self._heard: list[Mark] = []
        self._whole: Trace | None = None
        self.changes = 0
        """How often something has happened: whoever draws can tell whether there is anything new."""

    def place(self, lane: str, moment: float) -> None:
        """An order now waits; `moment` in seconds since the first one was placed, as everywhere here."""
        self._placed.setdefault(lane, moment)
        self.changes += 1

    def call(self, lane: str, moment: float) -> None:
        """Somebody now looks after the order; one that nobody has placed is none of ours."""
        if lane in self._placed:
            self._called.setdefault(lane, moment)
            self.changes += 1

    def hear(self, lane: str, moment: float, text: str) -> None:
        """A part of a stream has come."""
        self._heard.append(Mark(lane, moment, text))
        self.changes += 1

    def end(self, lane: str, spans: Sequence[Span]) -> None:
        """The order is done, well or badly; from now on these are its spans."""
        self._done[lane] = tuple(spans)
        self.changes += 1

    def finish(self, whole: Trace) -> None:
        """All orders are done, and this is their trace."""
        self._whole = whole
        self.changes += 1

    @property
    def open(self) -> frozenset[str]:
        """The lanes whose last bar still grows."""
        return frozenset() if self._whole else frozenset(self._placed.keys() - self._done.keys())

    def trace(self, now: float, *, error: str = "") -> Trace:
        """What has happened until `now`; `error` is why orders that are still open will never be done."""
        if self._whole:
            return self._whole
        spans: list[Span] = []
        for lane, placed in tuple(self._placed.items()):
            if lane in self._done:
                spans += self._done[lane]
            elif lane in self._called:
                # Noted by another clock reading than the placing: a hair before it, or after now, is rounding.
                called = min(max(self._called[lane], placed), max(now, placed))
                spans += [
                    Span(lane, "wait", placed, called),
                    Span(lane, "serve", called, max(now, called), error),
                ]
            else:
                spans.append(Span(lane, "wait", placed, max(now, placed), error))
        return Trace(tuple(spans), self.title, bake=self.bake, heard=tuple(self._heard))

    def words(self, now: float) -> str:
        """How far it is, in one line; empty when it is finished and the trace has words of its own."""
        if self._whole:
            return ""
        done = sum(not any(s.error or s.left for s in spans) for spans in tuple(self._done.values()))
        return f"{done:,} of {counted(self.orders, 'cake')} after {now:.2f} s"


class LiveTimeline(anywidget.AnyWidget):
    """Traces under one another on one time axis, as `timeline` draws them, alive while they grow."""

    _esm = STATIC / "live.js"
    _css = STATIC / "live.css"
    look = traitlets.Dict(LOOK).tag(sync=True)
    picture = traitlets.Dict().tag(sync=True)
    """What the browser paints: plain data of a `Layout`, its words, and whether it still grows."""
    width = traitlets.Int(WIDTH).tag(sync=True)
    """Pixels that the view has; the browser says so."""

    def __init__(self, *traces: Trace) -> None:
        super().__init__()
        self._lock = threading.RLock()  # the width changes in another thread, on some kernels
        self._traces = traces
        self._open: tuple[frozenset[str], ...] = ()
        self._said: tuple[str, ...] = ()
        self._seconds = 0.0
        if traces:
            self.show(*traces)

    @property
    def traces(self) -> tuple[Trace, ...]:
        """What is shown."""
        return self._traces

    def show(self, *traces: Trace) -> None:
        """Show traces that are complete."""
        with self._lock:
            self._traces, self._open, self._said, self._seconds = traces, (), (), 0.0
            self._draw()

    def grow(self, growths: Sequence[Growth], moments: Sequence[float], *, seconds: float = 0.0) -> None:
        """Show traces in the making, each until its moment, on an axis of at least so many seconds."""
        pairs = tuple(zip(growths, moments, strict=True))
        with self._lock:
            # What is open is asked first: an order that ends in between has a last bar that grows a frame longer.
            self._open = tuple(growth.open for growth in growths)
            self._traces = tuple(growth.trace(moment) for growth, moment in pairs)
            self._said = tuple(growth.words(moment) for growth, moment in pairs)
            self._seconds = seconds
            self._draw()

    def _repr_mimebundle_(self, **_: object) -> tuple[dict[str, Any], dict[str, Any]]:
        return bundle(self.model_id, self._traces), {}

    def __repr__(self) -> str:
        return timeline(*self._traces).words if self._traces else "no orders"

    @traitlets.observe("width")
    def _resized(self, _: object) -> None:
        with self._lock:
            if self._traces:
                self._draw()

    def _draw(self) -> None:
        least, most = WIDTHS
        layout = lay_out(self._traces, min(max(self.width, least), most), seconds=self._seconds)
        said = self._said or ("",) * len(self._traces)
        words = "\n".join(line or repr(trace) for line, trace in zip(said, self._traces, strict=True))
        self.picture = {
            **plain(layout, self._open, self._said),
            "words": words,
            "growing": any(self._said),
            "simulated": not layout.measured,
        }


def bundle(model_id: str, traces: Sequence[Trace], words: str = "") -> dict[str, Any]:
    """A widget for JupyterLab, and for every page without one the static picture and the words."""
    picture = timeline(*traces) if traces else None
    drawn = {"text/html": picture.html, "image/svg+xml": picture.svg} if picture else {}
    view = {"version_major": 2, "version_minor": 0, "model_id": model_id}
    return {
        "text/plain": words or (picture.words if picture else "no orders"),
        **drawn,
        WIDGET_VIEW: view,
    }


def plain(layout: Layout, growing: Sequence[frozenset[str]] = (), said: Sequence[str] = ()) -> dict[str, Any]:
    """A layout as plain data; `growing` names, panel by panel, the lanes whose last bar is not done.

    Bars are rows of numbers, not dictionaries: there may be a thousand of them, thirty times a second.
    While it grows a panel has its own line of words, from `said`, and no finish.
    """
    panels = []
    for number, panel in enumerate(layout.panels):
        lanes = growing[number] if growing else frozenset()
        if said and said[number]:
            room = layout.width - 2 * panel.summary.x
            summary = replace(panel.summary, text=fit(said[number], room))
            panel = replace(panel, summary=summary, finish=None)
        panels.append({**asdict(replace(panel, bars=())), "bars": _rows(panel, lanes)})
    return {**asdict(replace(layout, panels=())), "panels": tuple(panels)}


def _rows(panel: Panel, growing: frozenset[str]) -> list[list[object]]:
    last = {bar.lane: number for number, bar in enumerate(panel.bars)} if growing else {}
    return [
        _row(bar, grows=bar.lane in growing and last[bar.lane] == number)
        for number, bar in enumerate(panel.bars)
    ]


def _row(bar: Bar, *, grows: bool) -> list[object]:
    place = (bar.x, bar.y, bar.width, bar.height)
    return [bar.kind, *(round(number, 2) for number in place), int(bar.failed), int(grows), int(bar.left)]
