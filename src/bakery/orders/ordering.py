"""Placing orders: many at the same moment, over httpx, with the waiting and the serving told apart.

What is measured. Every order has a connection of its own, opened before the clock starts: the customers
already stand at the counter. Then the clock starts and all orders are sent. An order's time ends when its
answer has arrived completely. In between, the shop says when the app was called and how long it took (see
`reading`).

Why not simply one httpx client. Its connection pool looks through all its connections for every order, so a
thousand orders of one second take half a minute. Here httpx writes the requests, before the clock starts, and
the engine below it carries them (see `customers`): a thousand take 1.8 s, a hundred 1.1 s, ten 1.01 s.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bakery.asking import Range
from bakery.orders import progress_line
from bakery.orders.collector import COLLECTOR_AWAY
from bakery.orders.customers import Customer, Head
from bakery.orders.progress_line import ProgressLine
from bakery.orders.reading import complaint, menu, spans_of
from bakery.orders.requests import (
    ORDER,
    Shopfront,
    Slip,
    Wish,
    address_of,
    customer_of,
    lanes,
    number_of,
    paths_of,
    slips,
)
from bakery.trace import Span, Trace

AT_THE_DOOR = 50
"""How many connections are opened at a time: fewer than any server's listen backlog has places."""

TAKEN_BACK = (
    "Interrupted: the orders in flight were taken back. The shop is open, and the cell can be run again."
)
"""What a notebook shows of an order that was interrupted."""


class Watch(Protocol):
    """Somebody who follows the orders of a run, each of them by its lane."""

    def ticket(self, lane: str) -> str:
        """What the order of this lane carries in its `Order-Ticket` header; the app's side knows it by that."""

    def placed(self, lane: str, moment: float) -> None:
        """The order of this lane is placed, so many seconds after the first one."""

    def done(self, lane: str, spans: tuple[Span, ...]) -> None:
        """The order of this lane is over, well or badly."""


async def order(
    shop: "Shopfront | str",
    cakes: int = 3,
    *,
    path: "str | Sequence[str]" = "/cake",
    method: str = "GET",
    json: object = None,
    every: float = 0.0,
    timeout: float = 30.0,  # noqa: ASYNC109 - an order that takes longer is a result here, not an exception
    title: str = "",
    bake: float = 0.0,
    elsewhere: bool = False,
    watch: "Watch | None" = None,
) -> "Trace":
    """Place `cakes` orders at the same moment, or one `every` so many seconds, and say what happened.

    For example:

        trace = await order(shop, cakes=3)
        trace = await order(shop, 10, path=["/slow", "/fast"], every=0.1)

    In plain httpx one order is `await client.get(shop.url + "/cake")`, and several at the same moment are a
    `gather` of these. The connections are opened before the clock starts. An order that fails, is refused or
    gets no answer in time becomes a span with the reason as its `error`; the others are not disturbed.

    Args:
        shop: an open shop, or its address.
        cakes: how many orders, from 1 to 5,000.
        path: what is ordered; several paths are ordered in turn.
        method: the HTTP method, like "POST".
        json: what each order carries, as JSON.
        every: seconds from one order to the next; 0 places all at the same moment.
        timeout: seconds after which an order without its whole answer is given up.
        title: what the trace is called in its picture.
        bake: seconds that one cake should take, for the words "three bakes long"; without it they are counted in
            servings as measured.
        elsewhere: True lets orders leave this machine, ten at most.
        watch: somebody who is told of each order when it is placed and when it is done.

    Raises:
        TypeError: for what is no shop, and for arguments of a wrong kind, with the corrected call.
        ValueError: for other arguments that cannot be, with the corrected call.
        RuntimeError: for a shop that is closed.
    """
    ORDER.flag("elsewhere", elsewhere, "elsewhere, whether orders may leave this machine")
    address, paths = address_of(shop, elsewhere), paths_of(path)
    whole = lanes(number_of(cakes, address), paths)
    limits = Limits(_seconds("every", every), _limit(timeout), menu(shop, method))
    length = _seconds("bake", bake)
    wish = Wish(address, whole, method, json, customer_of(shop))
    ready = slips(wish, watch.ticket if watch else lambda _: "")
    try:
        await _open([slip.customer for slip in ready], limits.seconds)
        with COLLECTOR_AWAY:
            spans = await _Run(ready, limits, watch).whole()
    except asyncio.CancelledError as interrupt:
        # IPython asks an error how it wants to be shown. It stays what it is, as asyncio looks at its exact type.
        interrupt._render_traceback_ = lambda: [TAKEN_BACK]  # type: ignore[attr-defined]
        raise
    finally:
        for slip in ready:
            slip.customer.leave()
        await asyncio.sleep(0)  # the loop closes an aborted socket in its next round
    return Trace(tuple(span for lane in spans for span in lane), title, bake=length)


@dataclass(frozen=True)
class Limits:
    """How a run is paced, and what its answers are measured by; seconds."""

    gap: float
    """From one order to the next."""
    seconds: float
    """For each order's whole answer."""
    menu: tuple[str, ...]
    """The paths that the shop is known to answer."""


def _seconds(name: str, given: float) -> float:
    return ORDER.number(name, given, f"{name} in seconds", Range(), usual=0.1)


def _limit(timeout: float) -> float:
    return ORDER.number("timeout", timeout, "a timeout in seconds", Range(above=True), usual=30)


async def _open(customers: Sequence[Customer], seconds: float) -> None:
    """Let all customers in, a few at a time, within one limit for all."""
    deadline = asyncio.get_running_loop().time() + seconds
    for first in range(0, len(customers), AT_THE_DOOR):
        some = customers[first : first + AT_THE_DOOR]
        await asyncio.gather(*(customer.open(deadline, seconds) for customer in some))


class _Run:
    """All orders of one run, from the moment at which the first is placed."""

    def __init__(self, slips: list[Slip], limits: Limits, watch: Watch | None) -> None:
        self._slips, self._limits, self._watch = slips, limits, watch
        self._line = ProgressLine(len(slips))
        if watch and not limits.gap:
            for slip in slips:
                watch.placed(slip.lane, 0.0)
        self._loop = asyncio.get_running_loop()
        self._start, self._opening = time.perf_counter(), self._loop.time()

    async def whole(self) -> list[tuple[Span, ...]]:
        """Send all orders, and return the spans of each, in the order of placing."""
        gap = self._limits.gap
        tasks = [asyncio.create_task(self._one(slip, turn * gap)) for turn, slip in enumerate(self._slips)]
        pending = set(tasks)
        try:
            while pending:
                # An order never raises. If something does, an interrupt or a broken `watch`, all the rest stop.
                done, pending = await asyncio.wait(
                    pending, timeout=progress_line.TICK, return_when=asyncio.FIRST_EXCEPTION
                )
                for task in done:
                    task.result()
                if pending:
                    self._line.show(served=len(tasks) - len(pending))
            return [task.result() for task in tasks]
        finally:
            self._line.erase()
            for task in tasks:
                task.cancel()
            # Also after an interrupt: nothing runs on, and no exception is left that nobody looked at.
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _one(self, slip: Slip, moment: float) -> tuple[Span, ...]:
        """One order, placed `moment` seconds after the first one."""
        placed = await self._place(slip, moment) if self._limits.gap else 0.0
        answer, error = await self._answer(slip, self._opening + moment + self._limits.seconds)
        received = time.perf_counter() - self._start
        slip.customer.leave()
        spans = spans_of(slip.lane, answer, self._start, placed, received, error)
        if self._watch:
            self._watch.done(slip.lane, spans)
        return spans

    async def _place(self, slip: Slip, moment: float) -> float:
        """Wait for the moment; when it really was."""
        # Counted from the opening: an order that comes late does not make all later ones late.
        await asyncio.sleep(self._opening + moment - self._loop.time())
        placed = time.perf_counter() - self._start
        if slip.customer.shares_the_loop:  # a shop that holds it up: they came in time all the same
            placed = min(placed, moment)
        if self._watch:
            self._watch.placed(slip.lane, placed)
        return placed

    async def _answer(self, slip: Slip, deadline: float) -> tuple[Head | None, str]:
        """Send the order and wait for the whole answer: it, if there is one, and what is wrong with it."""
        customer = slip.customer
        if customer.refusal:  # told before anything else: a busy machine could let the time run out first
            return None, customer.refusal
        limit = asyncio.timeout_at(deadline)
        try:
            async with limit:
                await customer.ask()
        except Exception as problem:
            if limit.expired():
                complete = "complete " if customer.answer else ""
                return customer.answer, f"no {complete}answer within {self._limits.seconds:g} s"
            return customer.answer, customer.why(problem)
        assert customer.answer is not None  # noqa: S101  # for the type checker: a whole answer has a head
        return customer.answer, complaint(customer.answer, slip.path, self._limits.menu)
