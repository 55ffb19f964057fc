"""The labs: dials, a button, and a live picture, put together from the other rooms.

`RaceLab` sends orders to a Flask and a Quart app, both live, at the same moment. `KitchenLab` is the same
instrument for the simulated kitchen. Both can be driven by hand and from code, with `await lab.run(…)`.

A widget's callback may run in another thread, with another event loop, than the cells do. So nothing here
starts a task in a callback: work is handed to the loop of the cells, and what callbacks share is locked.
"""

import asyncio
import threading
from collections.abc import Coroutine, MutableMapping, Sequence
from dataclasses import replace
from typing import Any

import ipywidgets as widgets  # type: ignore[import-untyped]

from bakery.kitchen import simulate
from bakery.lab.dials import Dial, named, panel, turn
from bakery.lab.race import NUMBERS, Painter, Setting, Side, listening, opened
from bakery.lab.report import Outcome, complain, history, report, say
from bakery.mishap import reason
from bakery.picture.curve import curve
from bakery.picture.live import LiveTimeline, bundle
from bakery.shop.serving import Shop
from bakery.trace import Trace, in_words

LONG = 60.0
"""Seconds from which on a race is announced as a long one."""
MOST_RUNS = 40
"""Runs that the curve remembers."""

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
            [panel(self._dials), buttons, self._status, self._view, self._table, self._curve]
        )
        self._status.value = say("Turn the dials, say what will happen, and press Order.")

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
            turn(self._dials, given)
            return await self._race()
        except BaseException as problem:
            self._status.value = complain(_words(problem))
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
            self._status.value = say("A race is on already. Stop ends it.")
        elif self._loop is None or self._loop.is_closed():
            self._status.value = complain("This lab has no event loop. Show it in a cell of a notebook.")
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
            self._status.value = complain(_words(problem))

    def _turn_oven(self, seconds: float) -> None:
        self._oven["seconds"] = seconds
        if self.running and self._stop:
            self._turned.append(seconds)
            self._status.value = say(f"The oven now takes {seconds:g} s, for cakes that are not in it yet.")

    # The race

    async def _race(self) -> tuple[Trace, Trace]:
        setting = self._setting()
        sides = tuple(Side(name, setting, self._path) for name in setting.names)
        self._stop, self._turned = asyncio.Event(), []
        self._table.value = ""
        long = (
            f" Theory says {max(setting.theory):.0f} s: Stop ends it." if max(setting.theory) > LONG else ""
        )
        self._status.value = say(f"The race is on.{long}")
        number = next(NUMBERS)
        shops: list[Shop] = []
        stopped = True
        try:
            for app, threads in zip(self._apps, (setting.threads, None), strict=True):
                kind = "flask" if threads else "quart"
                shops.append(await opened(app, threads, f"race {number} {kind}"))
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
        painter = Painter(self._view, sides, max(setting.theory))
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
        self._status.value = say("Stopped." if outcome.stopped else "The race is over.")

    # On the page

    def _repr_mimebundle_(self, **_: object) -> tuple[dict[str, Any], dict[str, Any]]:
        self._loop = _loop() or self._loop
        traces = self.outcomes[-1].traces if self.outcomes else ()
        return bundle(self._box.model_id, traces, repr(self)), {}

    def __repr__(self) -> str:
        if self.outcomes:
            return self.outcomes[-1].words
        return f"A race lab, before the first race. Its dials: {named(self._dials)}."


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
        turn(self._dials, given, "KitchenLab")
        self._view = LiveTimeline()
        self._status = widgets.HTML()
        self._box = widgets.VBox([panel(self._dials), self._view, self._status])
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
            turn(self._dials, given)
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
        self._status.value = say(_verdict(waiting, free, crew["bakers"]))

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
