"""The labs: dials, a button, and a live picture, put together from the other rooms.

`RaceLab` sends orders to a Flask and a Quart app, both live, at the same moment. `KitchenLab` is the same
instrument for the simulated kitchen. Both can be driven by hand and from code, with `await lab.run(…)`.

A widget's callback may run in another thread, with another event loop, than the cells do. So nothing here
starts a task in a callback: work is handed to the loop of the cells, and what callbacks share is locked.
"""

import asyncio
import threading
from collections.abc import Coroutine, MutableMapping
from typing import Any

import ipywidgets as widgets  # type: ignore[import-untyped]

from bakery.asking import Call, kind_of, refusal
from bakery.counting import form, in_words
from bakery.kitchen import simulate
from bakery.lab.dials import Dial, named, panel, turn
from bakery.lab.race import Painter, Race, Setting
from bakery.lab.report import Outcome, complain, history, report, say
from bakery.mishap import reason
from bakery.picture.curve import curve
from bakery.picture.live import LiveTimeline, bundle
from bakery.trace import Trace

RUN = Call("await lab.run({})")
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
        self._on: Race | None = None
        self._loop = _loop()
        self._dials = _race_dials(oven)
        self._dials[0].watch(self._turn_oven)
        for dial in self._dials[3:]:
            dial.watch(lambda value: oven.update(mixing=value))
        self._start_button = widgets.Button(
            description="Order", icon="play", tooltip="Place the orders at both shops", button_style="primary"
        )
        self._stop_button = widgets.Button(description="Stop", icon="stop", tooltip="End the race now")
        self._start_button.on_click(lambda _: self._clicked())
        self._stop_button.on_click(lambda _: self.stop())
        self._status, self._table, self._curve = widgets.HTML(), widgets.HTML(), widgets.HTML()
        self._view = LiveTimeline()
        buttons = widgets.HBox([self._start_button, self._stop_button])
        parts = panel(self._dials), buttons, self._status, self._view, self._table, self._curve
        self._box = widgets.VBox(parts)
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
            what = "lab.run() mixes only where the oven knows how long, and this one knows no mixing"
            raise refusal(ValueError, what, 'RaceLab(flask_app, quart_app, {"seconds": 0.5, "mixing": 0.0})')
        self._loop = asyncio.get_running_loop()
        if not self._one.acquire(blocking=False):
            raise RuntimeError("A race is on in this lab. Wait for its end, or press Stop.")
        try:
            given = {"orders": orders, "threads": threads, "latency": latency, "mixing": mixing}
            turn(self._dials, given, RUN)
            return await self._race()
        except BaseException as problem:
            self._status.value = complain(_words(problem))
            raise
        finally:
            self._one.release()

    def stop(self) -> None:
        """End the race that is on, if there is one; from any thread."""
        if race := self._on:
            race.stop()

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
        if self._on:
            self._on.turn(seconds)
            self._status.value = say(f"The oven now takes {seconds:g} s, for cakes that are not in it yet.")

    # The race

    async def _race(self) -> tuple[Trace, Trace]:
        setting = self._setting()
        race = Race(self._apps, setting, self._path)
        longest = max(setting.theory)
        long = f" Theory says {longest:.0f} s: Stop ends it." if longest > LONG else ""
        self._table.value, self._status.value = "", say(f"The race is on.{long}")
        self._on = race
        try:
            await race.run(Painter(self._view, race.sides, longest))
        finally:
            self._on = None
        outcome = Outcome(setting, race.traces, race.turned, race.stopped)
        self._tell(outcome)
        return outcome.traces

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


def _race_dials(oven: MutableMapping[str, float]) -> tuple[Dial, ...]:
    """The oven's dial first, and one for mixing where the oven knows it; they begin where the oven stands."""
    seconds = min(max(float(oven["seconds"]), 0.0), 3.0)
    dials = (
        Dial("latency", "oven (s)", seconds, (0.0, 3.0), 0.5, "seconds that a cake bakes"),
        Dial("orders", "orders", 10, (1, 500), 1, "orders placed at the same moment"),
        Dial("threads", "Flask threads", 4, (1, 64), 1, "bakers of the Flask shop"),
    )
    if "mixing" not in oven:
        return dials
    mixed = min(max(float(oven["mixing"]), 0.0), 0.5)
    hint = "milliseconds of computing for each cake"
    return (*dials, Dial("mixing", "mixing (ms)", mixed, (0.0, 0.5), 25, hint, milli=True))


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
        self._dials = _kitchen_dials()
        given = {"cakes": cakes, "mixing": mixing, "baking": baking, "bakers": bakers, "bowls": bowls}
        turn(self._dials, given, Call("KitchenLab({})"))
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
            turn(self._dials, given, RUN)
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


def _kitchen_dials() -> tuple[Dial, ...]:
    return (
        Dial("cakes", "cakes", 3, (1, 100), 1, "orders that come at the same moment"),
        Dial("mixing", "mixing (s)", 1.0, (0.0, 5.0), 0.5, "seconds of work for each cake"),
        Dial("baking", "baking (s)", 3.0, (0.0, 10.0), 0.5, "seconds in the oven for each cake"),
        Dial("bakers", "bakers", 3, (1, 20), 1, "bakers who wait at the oven"),
        Dial("bowls", "bowls", 1, (1, 20), 1, "bowls they share: threads have one, processes one each"),
    )


def _verdict(waiting: Trace, free: Trace, bakers: int) -> str:
    """Which kitchen is done first, in one sentence."""
    many = in_words(bakers, "baker")
    they = f"{many} who {form(bakers, 'waits', 'wait')}"
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


RACE_LAB = 'RaceLab(flask_app, quart_app, oven)   where oven = {"seconds": 0.5}'


def _check(flask_app: object, quart_app: object, oven: object) -> None:
    if hasattr(flask_app, "asgi_app") and hasattr(quart_app, "wsgi_app"):
        raise refusal(TypeError, "RaceLab() takes the Flask app first", RACE_LAB)
    for app, mark, name in ((flask_app, "wsgi_app", "Flask"), (quart_app, "asgi_app", "Quart")):
        if not hasattr(app, mark) or isinstance(app, type):
            raise refusal(TypeError, f"RaceLab() needs a {name} app, but got {kind_of(app)}", RACE_LAB)
    if not isinstance(oven, MutableMapping) or "seconds" not in oven:
        what = f"RaceLab() needs the oven that both apps read, but got {oven!r}"
        raise refusal(TypeError, what, RACE_LAB)
