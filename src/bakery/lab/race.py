"""A race while it runs: two shops that open for it, the orders at both, and what has happened so far."""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Any

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


async def opened(app: Any, threads: int | None, name: str) -> Shop:  # noqa: ANN401  # a Flask or Quart app
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
