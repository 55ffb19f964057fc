"""A run: orders that are sent at the same moment, or one after the other, and followed until each of them is over."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Protocol

from bakery.orders import progress_line
from bakery.orders.collector import COLLECTOR_AWAY
from bakery.orders.customers import Customer, Head, some_files_kept_free
from bakery.orders.progress_line import ProgressLine
from bakery.orders.reading import Known, Stay, complaint, spans_of
from bakery.orders.requests import Slip
from bakery.trace import Span

AT_THE_DOOR = 50
"""How many connections are opened at a time: fewer than any server's listen backlog has places."""

ASLEEP = 5.0
"""Seconds without a sign of life of the notebook's own loop, after which an order that had no answer says so as well."""

TAKEN_BACK = "Interrupted: the orders in flight were taken back. The cell can be run again."
"""What a notebook shows of an order that was interrupted."""


class Watch(Protocol):
    """Somebody who follows the orders of a run, each of them by its lane."""

    def ticket(self, lane: str) -> str:
        """What the order of this lane carries in its `Order-Ticket` header; the app's side knows it by that."""

    def placed(self, lane: str, moment: float) -> None:
        """The order of this lane is placed, so many seconds after the first one."""

    def done(self, lane: str, spans: tuple[Span, ...]) -> None:
        """The order of this lane is over, well or badly."""


@dataclass(frozen=True)
class Limits:
    """How a run is paced, and what its answers are measured by; seconds."""

    gap: float
    """From one order to the next."""
    seconds: float
    """For each order's whole answer."""
    leave: float = inf
    """After which a customer leaves on purpose, with or without an answer."""
    known: Known = field(default_factory=Known)
    """What is known of the shop."""


@dataclass(frozen=True)
class Outcome:
    """What came of one order."""

    answer: Head | None
    error: str = ""
    """What is wrong with it, in words."""
    left: bool = False
    """Whether the customer left on purpose."""


@dataclass(frozen=True)
class Followed:
    """The spans of all orders, in the order of placing, and when the first one was placed (`time.perf_counter`)."""

    spans: tuple[Span, ...]
    began: float


async def follow(
    slips: list[Slip],
    limits: Limits,
    watch: Watch | None,
    begin: Callable[[float], object] = lambda _: None,
) -> Followed:
    """Send all orders, wait until each is over, and leave nothing behind; `begin` is told when the first is placed."""
    try:
        await _open([slip.customer for slip in slips], limits.seconds)
        with COLLECTOR_AWAY:
            run = _Run(slips, limits, watch)
            begin(run.began)
            spans = await run.whole()
    except asyncio.CancelledError as interrupt:
        # IPython asks an error how it wants to be shown. It stays what it is, as asyncio looks at its exact type.
        interrupt._render_traceback_ = lambda: [TAKEN_BACK]  # type: ignore[attr-defined]
        raise
    finally:
        for slip in slips:
            slip.customer.leave()
        await asyncio.sleep(0)  # the loop closes an aborted socket in its next round
    return Followed(tuple(span for lane in spans for span in lane), run.began)


async def _open(customers: Sequence[Customer], seconds: float) -> None:
    """Let all customers in, a few at a time, within one limit for all."""
    deadline = asyncio.get_running_loop().time() + seconds
    with some_files_kept_free():
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
        self.began, self._opening = time.perf_counter(), self._loop.time()
        self._seen, self._stood = self._opening, 0.0

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
                self._look_at_the_clock()
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

    def _look_at_the_clock(self) -> None:
        """Keep how long this notebook has stood still at most, as it does on a laptop that sleeps."""
        now = self._loop.time()
        self._stood, self._seen = max(self._stood, now - self._seen), now

    async def _one(self, slip: Slip, moment: float) -> tuple[Span, ...]:
        """One order, placed `moment` seconds after the first one."""
        placed = await self._place(slip, moment) if self._limits.gap else 0.0
        outcome = await self._outcome(slip, self._opening + moment)
        received = time.perf_counter() - self.began
        slip.customer.leave()
        stay = Stay(slip.lane, self.began, placed, received)
        spans = spans_of(stay, outcome.answer, outcome.error, left=outcome.left)
        if self._watch:
            self._watch.done(slip.lane, spans)
        return spans

    async def _place(self, slip: Slip, moment: float) -> float:
        """Wait for the moment; when it really was."""
        # Counted from the opening: an order that comes late does not make all later ones late.
        await asyncio.sleep(self._opening + moment - self._loop.time())
        placed = time.perf_counter() - self.began
        if slip.customer.shares_the_loop:  # a shop that holds it up: they came in time all the same
            placed = min(placed, moment)
        if self._watch:
            self._watch.placed(slip.lane, placed)
        return placed

    async def _outcome(self, slip: Slip, placed: float) -> Outcome:
        """Send the order and wait for the whole answer, as long as the limits say; `placed` in the loop's time."""
        customer, limits = slip.customer, self._limits
        if customer.refusal:  # told before anything else: a busy machine could let the time run out first
            return Outcome(None, customer.refusal)
        limit = asyncio.timeout_at(placed + min(limits.seconds, limits.leave))
        try:
            async with limit:
                whole = await customer.ask()
        except Exception as problem:
            if not limit.expired():
                return Outcome(customer.answer, customer.why(problem))
            if limits.leave < limits.seconds:
                return Outcome(customer.answer, left=True)
            complete = "complete " if customer.answer else ""
            return Outcome(
                customer.answer, f"no {complete}answer within {limits.seconds:g} s{self._why_so_late()}"
            )
        assert customer.answer is not None  # noqa: S101  # for the type checker: a whole answer has a head
        return Outcome(customer.answer, complaint(customer.answer, slip.path, limits.known), left=not whole)

    def _why_so_late(self) -> str:
        """What to add where this notebook itself stood still while it waited."""
        self._look_at_the_clock()
        if self._stood < ASLEEP:
            return ""
        return (
            f"; the notebook itself stood still for {self._stood:.0f} s meanwhile, as on a laptop that sleeps. "
            "Run the cell again"
        )
