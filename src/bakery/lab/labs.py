"""The labs: dials, a button, and a live picture, put together from the other rooms.

`RaceLab` sends orders to a Flask and a Quart app, both live, at the same moment. `KitchenLab` is the same
instrument for the simulated kitchen. Both can be driven by hand and from code, with `await lab.run(…)`.

A widget's callback may run in another thread, with another event loop, than the cells do. So nothing here
starts a task in a callback: work is handed to the loop of the cells, and what callbacks share is locked.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping, MutableMapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from html import escape
from itertools import count
from math import isfinite
from typing import Any

import ipywidgets as widgets  # type: ignore[import-untyped]

from bakery.kitchen import predict, simulate
from bakery.lab import theory
from bakery.mishap import reason
from bakery.orders.ordering import order
from bakery.orders.requests import TICKET
from bakery.picture.curve import Series, curve
from bakery.picture.live import Growth, LiveTimeline, bundle
from bakery.shop.serving import Shop, serve
from bakery.trace import Span, Trace, in_words

FRAME = 1 / 20
"""Seconds between two pictures from the kernel, at the least; in between the browser lets the bars grow."""
SHARE = 9
"""A picture that took some time to make is followed by so many times that time without one: orders come first."""
BEAT = 0.25
"""Seconds between two pictures at the most, so that the words keep up and the axis grows where it has to."""
PATIENCE = 30.0
"""Seconds beyond twice the theory that an order is given."""
LONG = 60.0
"""Seconds from which on a race is announced as a long one."""
MOST_RUNS = 40
"""Runs that the curve remembers."""

NUMBERS = count(1)
"""Every race has a number, so that two labs with the same apps do not take each other's orders for their own."""


# Dials


class Dial:
    """A slider and a number field that always say the same; the field carries the name, and takes any number.

    A slider tells a screen reader one decimal, so its steps are halves or whole numbers. A dial of milliseconds
    still has its value, as everything here, in seconds.
    """

    def __init__(
        self,
        name: str,
        label: str,
        value: float,
        least: float,
        most: float,
        step: float,
        hint: str = "",
        *,
        milli: bool = False,
    ) -> None:
        self.name, self.least, self.most = name, least, most
        self._parts = 1000 if milli else 1
        self.whole = isinstance(step, int) and not milli
        look = {"description_width": "110px"}
        kind = int if isinstance(step, int) else float
        limits: dict[str, Any] = {
            name: kind(number * self._parts)
            for name, number in (("min", least), ("max", most), ("value", value))
        }
        limits |= {"step": step, "tooltip": hint}
        field = widgets.BoundedIntText if kind is int else widgets.BoundedFloatText
        slider = widgets.IntSlider if kind is int else widgets.FloatSlider
        self.field = field(**limits, description=label, style=look, layout=widgets.Layout(width="200px"))
        self.slider = slider(**limits, readout=False, layout=widgets.Layout(width="220px"))
        self._pair = widgets.link((self.slider, "value"), (self.field, "value"))
        self.row = widgets.HBox([self.field, self.slider])

    @property
    def value(self) -> Any:  # noqa: ANN401  # an int or a float, as the dial has it
        """What the dial says."""
        return self._read(self.slider.value)

    def turn(self, value: object, call: str = "await lab.run") -> None:
        """Set it, as asked by a `call`. Raises `TypeError` or `ValueError`, with the corrected call, for what is not on the dial."""
        kind = int if self.whole else (int, float)
        least, most = f"{self.least:g}", f"{self.most:g}"
        if isinstance(value, bool) or not isinstance(value, kind):
            what = "whole number" if self.whole else "number"
            raise TypeError(
                f"{self.name} is a {what} from {least} to {most}, but got {value!r}.\n"
                f"Did you mean:  {call}({self.name}={self.value:g})"
            )
        if not (isfinite(value) and self.least <= value <= self.most):
            nearest = self.most if value > self.most else self.least
            raise ValueError(
                f"{self.name} goes from {least} to {most}, but got {value!r}.\n"
                f"Did you mean:  {call}({self.name}={nearest:g})"
            )
        self.slider.value = round(value * self._parts) if self._parts > 1 else value

    def watch(self, call: Callable[[Any], object]) -> None:
        """Call with the new value whenever it is turned; the field beside the slider follows after that."""
        # The browser hears of changes in this order, and it is the picture that a reader looks at.
        self._pair.unlink()
        self.slider.observe(lambda change: call(self._read(change["new"])), "value")
        self._pair.link()

    def _read(self, shown: float) -> float:
        return shown / self._parts if self._parts > 1 else shown


def _turn(dials: Sequence[Dial], given: Mapping[str, Any], call: str = "await lab.run") -> None:
    """Turn all dials that a value is given for, or none if one cannot be."""
    before = [(dial, dial.slider.value) for dial in dials]
    try:
        for dial in dials:
            if given.get(dial.name) is not None:
                dial.turn(given[dial.name], call)
    except (TypeError, ValueError):
        for dial, value in before:
            dial.slider.value = value
        raise


def _panel(dials: Sequence[Dial]) -> widgets.Box:
    return widgets.Box([dial.row for dial in dials], layout=widgets.Layout(flex_flow="row wrap"))


def _say(text: str) -> str:
    return f'<div role="status" style="line-height:1.5">{escape(text)}</div>' if text else ""


def _complain(text: str) -> str:
    lines = escape(text).replace("\n", "<br>")
    look = "line-height:1.5;border-left:4px solid #b3261e;padding-left:10px"
    return f'<div role="alert" style="{look}"><b>This went wrong.</b> {lines}</div>'


# What a race was, and what is said about it


@dataclass(frozen=True, slots=True)
class Setting:
    """How the dials stood when a race began; seconds."""

    orders: int
    threads: int
    latency: float
    mixing: float = 0.0

    @property
    def names(self) -> tuple[str, str]:
        """The names of the two lanes of the race."""
        return f"Flask, {self.threads} thread{'' if self.threads == 1 else 's'}", "Quart"

    @property
    def theory(self) -> tuple[float, float]:
        """Seconds that the two should take."""
        return theory.race(self.orders, self.latency, mixing=self.mixing, threads=self.threads)

    @property
    def words(self) -> str:
        """The dials in one line."""
        mixing = f", {self.mixing:g} s of mixing" if self.mixing else ""
        return f"{self.orders} order{'' if self.orders == 1 else 's'} of {self.latency:g} s{mixing}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A race that is over: its traces, and to what the oven was turned meanwhile."""

    setting: Setting
    traces: tuple[Trace, Trace]
    turned: tuple[float, ...] = ()
    stopped: bool = False

    @property
    def comparable(self) -> bool:
        """Whether theory speaks of this race at all."""
        failed = any(trace.failures for trace in self.traces)
        return not (self.turned or self.stopped or failed)

    @property
    def rows(self) -> tuple[tuple[str, str, str, str], ...]:
        """For each shop its name, what theory says, what was measured, and how long that is in bakes."""
        return tuple(
            (name, _rule(self.setting, number), f"{trace.makespan:.2f} s", _long(trace, self.setting))
            for number, (name, trace) in enumerate(zip(self.setting.names, self.traces, strict=True))
        )

    @property
    def note(self) -> str:
        """What else there is to say."""
        if self.stopped:
            return "Stopped: orders that had no cake yet are marked as failed."
        if any(trace.failures for trace in self.traces):
            return "Some orders failed: the picture says which, and why."
        if self.turned:
            turns = ", then to ".join(f"{seconds:g} s" for seconds in self.turned)
            return (
                f"The oven was turned to {turns} during the race. Cakes already baking took no notice; "
                "theory does not know about it."
            )
        if not self.setting.latency:
            return "With an oven that takes no time there is nothing to wait for: what is left is computing."
        return ""

    @property
    def words(self) -> str:
        """All of it, for a page without widgets."""
        lines = [f"The race, {self.setting.words}."]
        lines += [f"{name}: theory {said}; measured {seen}{long}." for name, said, seen, long in self.rows]
        return "\n".join([*lines, *filter(None, [self.note])])


def _rule(setting: Setting, number: int) -> str:
    """What theory says about one of the two shops, and why."""
    seconds = f"{setting.theory[number]:.6g} s"
    if setting.mixing:
        why = "one bowl for all who mix"
    elif number:
        why = "one round for all"
    else:
        why = f"{in_words(-(-setting.orders // setting.threads), 'round')} of {setting.latency:g} s"
    return f"{seconds} ({why})"


def _long(trace: Trace, setting: Setting) -> str:
    """A measured length in whole bakes, where a bake has one."""
    if not setting.latency or trace.failures or not trace.bake:
        return ""
    return f", {in_words(trace.bakes_long, 'bake')} long"


def report(outcome: Outcome) -> str:
    """Theory beside measurement as an HTML table."""
    cell = '<td style="padding:2px 18px 2px 0">{}</td>'
    head = '<th scope="col" style="padding:2px 18px 2px 0;text-align:left">{}</th>'
    titles = "".join(map(head.format, (outcome.setting.words, "theory", "measured")))
    rows = "".join(
        f'<tr><th scope="row" style="text-align:left;padding:2px 18px 2px 0">{escape(name)}</th>'
        f"{cell.format(escape(said))}{cell.format(escape(seen + long))}</tr>"
        for name, said, seen, long in outcome.rows
    )
    note = f'<div style="line-height:1.5">{escape(outcome.note)}</div>' if outcome.note else ""
    return (
        f'<table style="line-height:1.5"><thead><tr>{titles}</tr></thead><tbody>{rows}</tbody></table>{note}'
    )


def history(outcomes: Sequence[Outcome]) -> tuple[Series, ...]:
    """Races as points, in bakes, on the curves of theory: one for each number of threads, and Quart's.

    Only races that theory speaks of, of cakes that are baked and not mixed: all of them lie on the same
    curves, whatever the oven took.
    """
    points: dict[str, list[tuple[float, float]]] = {}
    threads: dict[str, int] = {}
    for outcome in outcomes:
        setting = outcome.setting
        if outcome.comparable and setting.latency and not setting.mixing:
            for name, trace in zip(setting.names, outcome.traces, strict=True):
                points.setdefault(name, []).append((setting.orders, trace.makespan / setting.latency))
                threads[name] = 0 if name == "Quart" else setting.threads
    most = max((int(x) for some in points.values() for x, _ in some), default=0)
    names = sorted(points, key=lambda name: (threads[name] == 0, threads[name]))
    lines = (Series(name, _steps(threads[name] or most, most)) for name in names)
    marks = (Series(name, tuple(points[name]), measured=True) for name in names)
    return (*lines, *marks)


def _steps(threads: int, most: int) -> tuple[tuple[float, float], ...]:
    """Rounds of so many threads for 1 to `most` orders: the corners are enough."""
    last = {n for first in range(threads, most, threads) for n in (first, first + 1)}
    return tuple((float(n), predict(n, 0.0, 1.0, bakers=threads)) for n in sorted({1, *last, max(most, 2)}))


# A race while it runs


class Side:
    """One shop's half of a race: places the orders, and notes when they are placed, called and done."""

    def __init__(
        self, name: str, setting: Setting, path: str, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self.name, self.setting, self.path = name, setting, path
        self.growth = Growth(name, setting.orders, setting.latency)
        self._number = next(NUMBERS)
        self._clock = clock
        self._start: float | None = None

    @property
    def moment(self) -> float:
        """Seconds since the first order was placed; 0.0 before."""
        return 0.0 if self._start is None else self._clock() - self._start

    async def order(self, shop: Shop) -> Trace:
        """Place all orders, each with a ticket, and follow them."""
        setting = self.setting
        trace = await order(
            shop,
            setting.orders,
            path=self.path,
            timeout=2 * sum(setting.theory) + PATIENCE,
            title=self.name,
            bake=setting.latency,
            watch=self,
        )
        self.growth.finish(trace)
        return trace

    def ticket(self, lane: str) -> str:
        """What an order carries, for `called` to know it by: two labs with the same apps stay apart."""
        return f"{self._number} {lane}"

    def placed(self, lane: str, moment: float) -> None:
        """An order has been placed."""
        if self._start is None:
            self._start = self._clock()
        self.growth.place(lane, moment)

    def done(self, lane: str, spans: tuple[Span, ...]) -> None:
        """An order is over."""
        self.growth.end(lane, spans)

    def called(self, ticket: str | None) -> None:
        """A handler has been called with this ticket; asked from a server's thread."""
        number, _, lane = (ticket or "").partition(" ")
        if number == str(self._number) and self._start is not None:
            self.growth.call(lane, self.moment)


@contextmanager
def listening(flask_app: Any, quart_app: Any, flask: Side, quart: Side) -> Iterator[None]:  # noqa: ANN401
    """Let the two sides know when a handler is called, by the frameworks' own signals; the apps stay as they are."""
    import flask as flask_package
    import quart as quart_package

    def flask_called(_: object, **__: object) -> None:
        flask.called(flask_package.request.headers.get(TICKET))

    async def quart_called(_: object, **__: object) -> None:
        quart.called(quart_package.request.headers.get(TICKET))

    with ExitStack() as ending:
        ending.enter_context(flask_package.request_started.connected_to(flask_called, sender=flask_app))
        ending.enter_context(quart_package.request_started.connected_to(quart_called, sender=quart_app))
        yield


# The labs


class RaceLab:
    """A race between a Flask and a Quart app on live servers, with dials that turn while it runs.

    Both apps read `oven["seconds"]`, the seconds of a bake, at every order; where `oven` has "mixing" as well,
    there is a dial for it. The servers open for a race and close after it.
    Raises `TypeError`, with the corrected call, for what is no pair of apps with an oven.
    """

    def __init__(
        self,
        flask_app: Any,  # noqa: ANN401  # any app, and what people mistake for one
        quart_app: Any,  # noqa: ANN401
        oven: MutableMapping[str, float],
        *,
        path: str = "/cake",
    ) -> None:
        _check(flask_app, quart_app, oven)
        self._apps, self._oven, self._path = (flask_app, quart_app), oven, path
        self.outcomes: tuple[Outcome, ...] = ()
        """The races so far, newest last."""
        self._one = threading.Lock()
        self._stop: asyncio.Event | None = None
        self._turned: list[float] = []
        self._loop = _loop()

        seconds = min(max(float(oven["seconds"]), 0.0), 3.0)
        latency = Dial("latency", "oven (s)", seconds, 0.0, 3.0, 0.5, "seconds that a cake bakes")
        orders = Dial("orders", "orders", 10, 1, 500, 1, "orders placed at the same moment")
        threads = Dial("threads", "Flask threads", 4, 1, 64, 1, "bakers of the Flask shop")
        self._dials: tuple[Dial, ...] = (latency, orders, threads)
        latency.watch(self._turn_oven)
        if "mixing" in oven:
            hint = "milliseconds of computing for each cake"
            mixed = min(max(float(oven["mixing"]), 0.0), 0.5)
            mixing = Dial("mixing", "mixing (ms)", mixed, 0.0, 0.5, 25, hint, milli=True)
            mixing.watch(lambda value: oven.update(mixing=value))
            self._dials += (mixing,)

        self._start_button = widgets.Button(
            description="Order", icon="play", tooltip="Place the orders at both shops", button_style="primary"
        )
        self._stop_button = widgets.Button(description="Stop", icon="stop", tooltip="End the race now")
        self._start_button.on_click(lambda _: self._clicked())
        self._stop_button.on_click(lambda _: self.stop())
        self._status, self._table, self._curve = widgets.HTML(), widgets.HTML(), widgets.HTML()
        self._view = LiveTimeline()
        buttons = widgets.HBox([self._start_button, self._stop_button])
        self._box = widgets.VBox(
            [_panel(self._dials), buttons, self._status, self._view, self._table, self._curve]
        )
        self._status.value = _say("Turn the dials, say what will happen, and press Order.")

    @property
    def running(self) -> bool:
        """Whether a race is on."""
        return self._one.locked()

    async def run(
        self,
        *,
        orders: int | None = None,
        threads: int | None = None,
        latency: float | None = None,
        mixing: float | None = None,
    ) -> tuple[Trace, Trace]:
        """Turn the dials that are given, race, and return Flask's trace and Quart's.

        Orders that a Stop left without a cake have the error "stopped". Raises `TypeError` or `ValueError`, with
        the corrected call, for what is not on the dials, and `RuntimeError` while another race is on.
        """
        if mixing is not None and "mixing" not in self._oven:
            raise ValueError(
                'this oven knows no mixing.\nGive it some:  oven = {"seconds": 0.5, "mixing": 0.0}'
            )
        self._loop = asyncio.get_running_loop()
        if not self._one.acquire(blocking=False):
            raise RuntimeError("A race is on in this lab. Wait for its end, or press Stop.")
        try:
            given = {"orders": orders, "threads": threads, "latency": latency, "mixing": mixing}
            _turn(self._dials, given)
            return await self._race()
        except BaseException as problem:
            self._status.value = _complain(_words(problem))
            raise
        finally:
            self._one.release()

    def stop(self) -> None:
        """End the race that is on, if there is one; from any thread."""
        stop, loop = self._stop, self._loop
        if stop and loop and not loop.is_closed():
            loop.call_soon_threadsafe(stop.set)

    # By hand

    def _clicked(self) -> None:
        if self.running:
            self._status.value = _say("A race is on already. Stop ends it.")
        elif self._loop is None or self._loop.is_closed():
            self._status.value = _complain("This lab has no event loop. Show it in a cell of a notebook.")
        else:
            self._hand_over(self._run_quietly())

    def _hand_over(self, work: Coroutine[Any, Any, None]) -> None:
        assert self._loop  # noqa: S101  # whoever calls has looked
        asyncio.run_coroutine_threadsafe(work, self._loop)

    async def _run_quietly(self) -> None:
        try:
            await self.run()
        except Exception as problem:
            # A task's exception reaches no page by itself; this one is on the page already, and nobody awaits it.
            self._status.value = _complain(_words(problem))

    def _turn_oven(self, seconds: float) -> None:
        self._oven["seconds"] = seconds
        if self.running and self._stop:
            self._turned.append(seconds)
            self._status.value = _say(f"The oven now takes {seconds:g} s, for cakes that are not in it yet.")

    # The race

    async def _race(self) -> tuple[Trace, Trace]:
        setting = self._setting()
        sides = tuple(Side(name, setting, self._path) for name in setting.names)
        self._stop, self._turned = asyncio.Event(), []
        self._table.value = ""
        long = (
            f" Theory says {max(setting.theory):.0f} s: Stop ends it." if max(setting.theory) > LONG else ""
        )
        self._status.value = _say(f"The race is on.{long}")
        number = next(NUMBERS)
        shops: list[Shop] = []
        stopped = True
        try:
            for app, threads in zip(self._apps, (setting.threads, None), strict=True):
                kind = "flask" if threads else "quart"
                shops.append(await _opened(app, threads, f"race {number} {kind}"))
            with listening(*self._apps, *sides):
                stopped = await self._until_done(sides, shops, setting)
        finally:
            self._stop = None
            traces = tuple(
                side.growth.trace(side.moment, error="" if not stopped else "stopped") for side in sides
            )
            self._view.show(*traces)
            # A baker who still stands at the oven of a stopped race is not waited for. The closing begins at once,
            # so that it also happens where the loop ends with the race.
            loop = asyncio.get_running_loop()
            closing = asyncio.gather(*(loop.run_in_executor(None, shop.close) for shop in shops))
            if not stopped:
                await closing
        outcome = Outcome(setting, self._known(traces), tuple(self._turned), stopped)
        self._tell(outcome)
        return outcome.traces

    def _known(self, traces: Sequence[Trace]) -> tuple[Trace, Trace]:
        """The two traces; how long one bake took is not known where the oven was turned."""
        flask, quart = (replace(trace, bake=0.0) if self._turned else trace for trace in traces)
        return flask, quart

    async def _until_done(self, sides: Sequence[Side], shops: Sequence[Shop], setting: Setting) -> bool:
        """Place all orders and draw what happens until all are done; whether Stop came first."""
        assert self._stop  # noqa: S101  # set by whoever calls
        orders = [asyncio.create_task(side.order(shop)) for side, shop in zip(sides, shops, strict=True)]
        stop = asyncio.create_task(self._stop.wait())
        painter = _Painter(self._view, sides, max(setting.theory))
        pending = set(orders)
        try:
            while pending and not stop.done():
                done, _ = await asyncio.wait(
                    {*pending, stop}, timeout=painter.pause, return_when=asyncio.FIRST_COMPLETED
                )
                for task in done & pending:
                    task.result()
                pending -= done
                painter.paint()
            return bool(pending)
        finally:
            for task in (*orders, stop):
                task.cancel()
            await asyncio.gather(*orders, stop, return_exceptions=True)

    def _setting(self) -> Setting:
        values = {dial.name: dial.value for dial in self._dials}
        self._oven["seconds"] = values["latency"]
        if "mixing" in values:
            self._oven["mixing"] = values["mixing"]
        return Setting(**values)

    def _tell(self, outcome: Outcome) -> None:
        self.outcomes = (*self.outcomes, outcome)[-MOST_RUNS:]
        self._view.show(*outcome.traces)
        self._table.value = report(outcome)
        series = history(self.outcomes)
        # As wide as the page at most: the image has a width of its own.
        drawn = curve(*series, y="bakes").html if series else ""
        self._curve.value = drawn.replace("<img ", '<img style="max-width:100%;height:auto" ')
        self._status.value = _say("Stopped." if outcome.stopped else "The race is over.")

    # On the page

    def _repr_mimebundle_(self, **_: object) -> tuple[dict[str, Any], dict[str, Any]]:
        self._loop = _loop() or self._loop
        traces = self.outcomes[-1].traces if self.outcomes else ()
        return bundle(self._box.model_id, traces, repr(self)), {}

    def __repr__(self) -> str:
        if self.outcomes:
            return self.outcomes[-1].words
        return f"A race lab, before the first race. Its dials: {_named(self._dials)}."


class _Painter:
    """Draws a race in the making, as often as it is worth and no more."""

    def __init__(
        self,
        view: LiveTimeline,
        sides: Sequence[Side],
        seconds: float,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._view, self._sides, self._seconds, self._clock = view, sides, seconds, clock
        self._changes = -1
        self._drawn = -BEAT
        self.pause = FRAME
        """Seconds until the next picture."""

    def paint(self) -> None:
        """Draw, if something has happened or a beat has passed."""
        now = self._clock()
        changes = sum(side.growth.changes for side in self._sides)
        if now - self._drawn < (self.pause if changes != self._changes else BEAT):
            return
        moments = [side.moment for side in self._sides]
        longest = max(moments)
        if longest > self._seconds:  # theory was wrong: in steps, so that the axis holds still in between
            self._seconds = longest * 1.25
        self._view.grow([side.growth for side in self._sides], moments, seconds=self._seconds)
        self._changes, self._drawn = changes, self._clock()
        self.pause = max(FRAME, SHARE * (self._drawn - now))


class KitchenLab:
    """The simulated kitchen with dials: bakers who wait above, one baker who does not wait below.

    The dials begin at the numbers that are given; `mixing` and `baking` in seconds. Bakers who are threads have one
    bowl, bakers who are processes have one each. Nothing is measured and nobody waits: every turn of a dial is
    answered at once, and Play shows it in motion.

    Raises `TypeError` or `ValueError`, with the corrected call, for what is not on the dials.
    """

    def __init__(
        self, *, cakes: int = 3, mixing: float = 1.0, baking: float = 3.0, bakers: int = 3, bowls: int = 1
    ) -> None:
        self._dials = (
            Dial("cakes", "cakes", 3, 1, 100, 1, "orders that come at the same moment"),
            Dial("mixing", "mixing (s)", 1.0, 0.0, 5.0, 0.5, "seconds of work for each cake"),
            Dial("baking", "baking (s)", 3.0, 0.0, 10.0, 0.5, "seconds in the oven for each cake"),
            Dial("bakers", "bakers", 3, 1, 20, 1, "bakers who wait at the oven"),
            Dial("bowls", "bowls", 1, 1, 20, 1, "bowls they share: threads have one, processes one each"),
        )
        given = {"cakes": cakes, "mixing": mixing, "baking": baking, "bakers": bakers, "bowls": bowls}
        _turn(self._dials, given, "KitchenLab")
        self._view = LiveTimeline()
        self._status = widgets.HTML()
        self._box = widgets.VBox([_panel(self._dials), self._view, self._status])
        self._turning = False
        for dial in self._dials:
            dial.watch(lambda _: self._show())
        self._show()

    async def run(
        self,
        *,
        cakes: int | None = None,
        mixing: float | None = None,
        baking: float | None = None,
        bakers: int | None = None,
        bowls: int | None = None,
    ) -> tuple[Trace, Trace]:
        """Turn the dials that are given, and return the traces: of those who wait, and of the one who does not.

        Raises `TypeError` or `ValueError`, with the corrected call, for what is not on the dials.
        """
        given = {"cakes": cakes, "mixing": mixing, "baking": baking, "bakers": bakers, "bowls": bowls}
        self._turning = True  # one picture for all dials, not one for each
        try:
            _turn(self._dials, given)
        finally:
            self._turning = False
            self._show()
        waiting, free = self._view.traces
        return waiting, free

    def _show(self) -> None:
        if self._turning:
            return
        dials = {dial.name: dial.value for dial in self._dials}
        crew = {name: dials.pop(name) for name in ("bakers", "bowls")}
        waiting, free = simulate(**dials, **crew), simulate(**dials, waits=False)
        self._view.show(waiting, free)
        self._status.value = _say(_verdict(waiting, free, crew["bakers"]))

    def _repr_mimebundle_(self, **_: object) -> tuple[dict[str, Any], dict[str, Any]]:
        return bundle(self._box.model_id, self._view.traces, repr(self)), {}

    def __repr__(self) -> str:
        dials = ", ".join(f"{dial.name} {dial.value:g}" for dial in self._dials)
        return f"A kitchen with dials: {dials}.\n{self._view!r}"


def _verdict(waiting: Trace, free: Trace, bakers: int) -> str:
    """Which kitchen is done first, in one sentence."""
    many = in_words(bakers, "baker")
    they = f"{many} who {'waits' if bakers == 1 else 'wait'}"
    if waiting.makespan == free.makespan:
        return f"The one who does not wait and {they} are done at the same moment, after {free.makespan:g} s."
    first = "The one who does not wait" if free.makespan < waiting.makespan else they.capitalize()
    verb = "is" if first.startswith("The one") or bakers == 1 else "are"
    return f"{first} {verb} done first, by {abs(waiting.makespan - free.makespan):g} s."


async def _opened(app: Any, threads: int | None, name: str) -> Shop:  # noqa: ANN401  # a Flask or Quart app
    """A shop, opened beside the loop; one that opens after an interrupt is closed at once."""
    opening = asyncio.get_running_loop().run_in_executor(
        None, partial(serve, app, threads=threads, name=name)
    )
    try:
        return await asyncio.shield(opening)
    except asyncio.CancelledError:
        opening.add_done_callback(_close)
        raise


def _close(opened: asyncio.Future[Shop]) -> None:
    if opened.exception() is None:
        opened.result().close()


def _named(dials: Sequence[Dial]) -> str:
    return ", ".join(f"{dial.name} {dial.value:g}" for dial in dials)


def _loop() -> asyncio.AbstractEventLoop | None:
    """The loop of the cells, where this is called from one."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def _words(problem: BaseException) -> str:
    """What went wrong, in words: ours are complete, others are told with the reader's own line."""
    if isinstance(problem, asyncio.CancelledError | KeyboardInterrupt):
        return "The race was interrupted."
    ours = type(problem) in (TypeError, ValueError, RuntimeError, OSError) and "\n" in str(problem)
    return str(problem) if ours else reason(problem)


def _check(flask_app: object, quart_app: object, oven: object) -> None:
    call = 'RaceLab(flask_app, quart_app, oven)   where oven = {"seconds": 0.5}'
    swapped = hasattr(flask_app, "asgi_app") and hasattr(quart_app, "wsgi_app")
    if swapped:
        raise TypeError(f"RaceLab() takes the Flask app first.\nDid you mean:  {call}")
    for app, mark, name in ((flask_app, "wsgi_app", "Flask"), (quart_app, "asgi_app", "Quart")):
        if not hasattr(app, mark) or isinstance(app, type):
            raise TypeError(
                f"RaceLab() needs a {name} app, but got {type(app).__name__}.\nDid you mean:  {call}"
            )
    if not isinstance(oven, MutableMapping) or "seconds" not in oven:
        raise TypeError(
            f"RaceLab() needs the oven that both apps read, but got {oven!r}.\nDid you mean:  {call}"
        )
