"""Three cakes at once: serve, order, trace and draw, from a notebook cell."""

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

from bakery import lessons
from bakery.checking.course import Progress
from bakery.doctor import doctor
from bakery.kitchen import simulate
from bakery.orders.ordering import order
from bakery.picture.canvas import Picture
from bakery.picture.curve import Series, curve
from bakery.picture.timeline import timeline
from bakery.shop.serving import Shop, serve
from bakery.trace import Span, Trace

if TYPE_CHECKING:
    from bakery.lab.labs import KitchenLab, RaceLab
    from bakery.picture.live import LiveTimeline

__all__ = [
    "KitchenLab",
    "LiveTimeline",
    "Picture",
    "RaceLab",
    "Series",
    "Shop",
    "Span",
    "Trace",
    "curve",
    "doctor",
    "order",
    "progress",
    "serve",
    "simulate",
    "timeline",
]


progress = Progress(lessons.every)

_ROOMS = {
    "KitchenLab": "bakery.lab.labs",
    "RaceLab": "bakery.lab.labs",
    "LiveTimeline": "bakery.picture.live",
}
"""What stands in a room that takes half a second to open, because of its widgets: it is opened when asked for."""


def __getattr__(name: str) -> Any:  # noqa: ANN401  # whatever has that name
    if name in _ROOMS:
        return getattr(import_module(_ROOMS[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _show_traces(shell: Any) -> None:  # noqa: ANN401  # an IPython shell, which we do not import
    """Let a notebook draw a trace that is the value of a cell.

    The trace itself knows no drawing, so that it needs nothing but the standard library.
    """
    formatters = shell.display_formatter.formatters
    formatters["text/html"].for_type(Trace, lambda trace: timeline(trace).html)
    formatters["image/svg+xml"].for_type(Trace, lambda trace: timeline(trace).svg)


_shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
if _shell:
    _show_traces(_shell)
if sys.platform == "emscripten":
    from bakery.browser import move_in

    move_in(_shell)
