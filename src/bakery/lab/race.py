"""A race while it runs: two shops that open for it, the orders at both, and what has happened so far."""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from math import inf
from typing import Any

from bakery.counting import counted
from bakery.lab import theory
from bakery.orders.ordering import order
from bakery.orders.requests import TICKET
from bakery.picture.live import Growth, LiveTimeline
from bakery.shop.serving import Shop, serve
from bakery.trace import Span, Trace

FRAME = 1 / 20
"""Seconds between two pictures from the kernel, at the least; in between the browser lets the bars grow."""
SHARE = 9
"""A picture that took some time to make is followed by so many times that time without one: orders come first."""
BEAT = 0.25
"""Seconds between two pictures at the most, so that the words keep up and the axis grows where it has to."""
PATIENCE = 30.0
"""Seconds beyond twice the theory that an order is given."""

NUMBERS = count(1)
"""Every race has a number, so that two labs with the same apps do not take each other's orders for their own."""


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
        return f"Flask, {counted(self.threads, 'thread')}", "Quart"

    @property
    def bake(self) -> float:
        """Seconds of one bake, as a trace has them: an oven that takes no time bakes nothing."""
        return self.latency or inf

    @property
    def theory(self) -> tuple[float, float]:
        """Seconds that the two should take."""
        return theory.race(self.orders, self.latency, mixing=self.mixing, threads=self.threads)

    @property
    def words(self) -> str:
        """The dials in one line."""
        mixing = f", {self.mixing:g} s of mixing" if self.mixing else ""
        return f"{counted(self.orders, 'order')} of {self.latency:g} s{mixing}"


class Side:
    """One shop's half of a race: places the orders, and notes when they are placed, called and done."""

    def __init__(
        self, name: str, setting: Setting, path: str, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self.name, self.setting, self.path = name, setting, path
        self.growth = Growth(name, setting.orders, setting.bake)
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
        whole = replace(trace, bake=setting.bake)
        self.growth.finish(whole)
        return whole

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
def listening(apps: Sequence[Any], sides: tuple["Side", "Side"]) -> Iterator[None]:
    """Let the two sides know when a handler is called, by the frameworks' own signals; the apps stay as they are."""
    (flask_app, quart_app), (flask, quart) = apps, sides
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


class Race:
    """One race: its shops open, all orders are placed at both, and the shops close. It runs once.

    `turn` and `stop` may be called from any thread.
    """

    def __init__(self, apps: Sequence[Any], setting: Setting, path: str) -> None:
        self.setting = setting
        flask, quart = (Side(name, setting, path) for name in setting.names)
        self.sides = flask, quart
        self.turned: tuple[float, ...] = ()
        """Seconds that the oven was turned to, while orders were on their way."""
        self.stopped = False
        self._apps = apps
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        self._over = False

    @property
    def traces(self) -> tuple[Trace, Trace]:
        """What happened, so far; how long one bake took is not known where the oven was turned."""
        error = "stopped" if self.stopped else ""
        traces = [side.growth.trace(side.moment, error=error) for side in self.sides]
        flask, quart = (replace(trace, bake=0.0) if self.turned else trace for trace in traces)
        return flask, quart

    def turn(self, seconds: float) -> None:
        """The oven has been turned; after the end nobody asks."""
        if not self._over:
            self.turned = (*self.turned, seconds)

    def stop(self) -> None:
        """End it: orders without a cake are given up."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._stop.set)

    async def run(self, painter: "Painter") -> None:
        """From the opening of the shops to their closing, painted while it goes on."""
        number = next(NUMBERS)
        shops: list[Shop] = []
        self.stopped = True  # whatever ends this, an interrupt as well, leaves orders without a cake
        try:
            for app, threads in zip(self._apps, (self.setting.threads, None), strict=True):
                kind = "flask" if threads else "quart"
                shops.append(await _opened(app, threads, f"race {number} {kind}"))
            with listening(self._apps, self.sides):
                self.stopped = await self._until_done(shops, painter)
        finally:
            self._over = True
            painter.finish(self.traces)
            # A baker who still stands at the oven of a stopped race is not waited for. The closing begins at once,
            # so that it also happens where the loop ends with the race.
            closing = asyncio.gather(*(self._loop.run_in_executor(None, shop.close) for shop in shops))
            if not self.stopped:
                await closing

    async def _until_done(self, shops: Sequence[Shop], painter: "Painter") -> bool:
        """Place all orders and draw what happens until all are done; whether Stop came first."""
        pairs = zip(self.sides, shops, strict=True)
        orders = [asyncio.create_task(side.order(shop)) for side, shop in pairs]
        stop = asyncio.create_task(self._stop.wait())
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


class Painter:
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

    def finish(self, traces: Sequence[Trace]) -> None:
        """Draw what is complete."""
        self._view.show(*traces)
