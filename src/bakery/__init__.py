"""Three cakes at once: serve, order, trace and draw, from a notebook cell.

For the cells of a notebook:

    shop = serve(app)                  serves a Flask or Quart app on a real server: a Shop
    trace = await order(shop, 3)       places orders at the same moment, and measures: a Trace of Spans
    trace = await listen(shop, "/cake") reads streams, and notes when each part came: a Trace with Marks
    simulate(cakes=3)                  works out what happens in a kitchen, exactly and at once: a Trace too
    timeline(trace)                    draws who waited and who was served: a Picture; a trace draws itself
    curve(Series("Quart", points))     draws numbers against numbers: a Picture
    RaceLab(flask_app, quart_app, oven), KitchenLab(), LiveTimeline()
                                       the same with sliders, live
    doctor()                           says whether everything here works, and what to do if not
    progress()                         says which exercises are done, and what is next
    class_board.join(address, word)    in a class: lets what you get done light up on the teacher's board

`help(order)`, `help(listen)` and `help(serve)` say more. Exercises bring their own words: `ex.NAME.check(answer)`, `.hint()`,
`.solution()`.
"""

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

from bakery import disk, failing_imports
from bakery.carets import draw_in_the_main_thread_only
from bakery.doctor import IN_A_BROWSER, doctor
from bakery.kitchen import simulate
from bakery.trace import Mark, Span, Trace

if TYPE_CHECKING:
    from bakery.checking.course import Progress
    from bakery.classroom.joining import class_board
    from bakery.lab.labs import KitchenLab, RaceLab
    from bakery.orders.listening import listen
    from bakery.orders.ordering import order
    from bakery.picture.canvas import Picture
    from bakery.picture.curve import Series, curve
    from bakery.picture.live import LiveTimeline
    from bakery.picture.timeline import timeline
    from bakery.shop.serving import Shop, serve

    progress: Progress

__all__ = [
    "KitchenLab",
    "LiveTimeline",
    "Mark",
    "Picture",
    "RaceLab",
    "Series",
    "Shop",
    "Span",
    "Trace",
    "class_board",
    "curve",
    "doctor",
    "listen",
    "order",
    "progress",
    "serve",
    "simulate",
    "timeline",
]

_ROOMS = {
    "KitchenLab": "bakery.lab.labs",
    "LiveTimeline": "bakery.picture.live",
    "Picture": "bakery.picture.canvas",
    "RaceLab": "bakery.lab.labs",
    "Series": "bakery.picture.curve",
    "Shop": "bakery.shop.serving",
    "class_board": "bakery.classroom.joining",
    "curve": "bakery.picture.curve",
    "listen": "bakery.orders.listening",
    "order": "bakery.orders.ordering",
    "serve": "bakery.shop.serving",
    "timeline": "bakery.picture.timeline",
}
"""What is opened when it is asked for: widgets take half a second, and the doctor has to come in even where a reader's
own `httpx.py` keeps all others out."""


def _open_progress() -> "Progress":
    """The map of the series, which needs all that exercises need: a tenth of a second."""
    from bakery import lessons
    from bakery.checking.course import Progress

    return Progress(lessons.every)


def __getattr__(name: str) -> Any:  # noqa: ANN401  # whatever has that name
    if name == "progress":
        return globals().setdefault(name, _open_progress())
    if name in _ROOMS:
        try:
            return globals().setdefault(name, getattr(import_module(_ROOMS[name]), name))
        except Exception as error:
            if said := failing_imports.hiding():
                raise ImportError(said) from error
            raise
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """What a learner is promised, opened or not."""
    return sorted({*globals(), *__all__})


def _show_traces(shell: Any) -> None:  # noqa: ANN401  # an IPython shell, which we do not import
    """Let a notebook draw a trace that is the value of a cell.

    The trace itself knows no drawing, so that it needs nothing but the standard library.
    """
    formatters = shell.display_formatter.formatters
    formatters["text/html"].for_type(Trace, lambda trace: _timeline(trace).html)
    formatters["image/svg+xml"].for_type(Trace, lambda trace: _timeline(trace).svg)


def _timeline(trace: Trace) -> "Picture":
    picture: Picture = __getattr__("timeline")(trace)
    return picture


def _say_what_to_do(shell: Any) -> None:  # noqa: ANN401  # as above
    """Let an import that fails, or a disk, say below the traceback what to do: install, rename, make room."""

    def show(shell: Any, kind: Any, error: Any, trace: Any, tb_offset: int | None = None) -> None:  # noqa: ANN401
        of_an_import = isinstance(error, ImportError | AttributeError)
        said = failing_imports.why(error) if of_an_import else disk.why(error)
        if said and said not in getattr(error, "__notes__", ()):
            error.add_note(said)
        shell.showtraceback((kind, error, trace), tb_offset=tb_offset)

    shell.set_custom_exc((ImportError, AttributeError, *disk.KINDS), show)


_shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
if _shell:
    _show_traces(_shell)
    _say_what_to_do(_shell)
    draw_in_the_main_thread_only()
if IN_A_BROWSER:
    from bakery.browser import move_in

    move_in(_shell)
