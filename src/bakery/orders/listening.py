"""Listening to streams: answers whose parts come while they are made, such as server-sent events.

It is `order`, with ears: the same connections, opened ahead, and the same clock. Each part is a mark on its listener's
lane, at the moment at which the listener had it.
"""

import time
from collections.abc import Callable, Sequence
from typing import Protocol

from bakery.asking import Call, Range
from bakery.orders.customers import Customer
from bakery.orders.events import EVENTS, LONGEST, EventReader
from bakery.orders.reading import known_of
from bakery.orders.requests import (
    Shopfront,
    Slip,
    Wish,
    address_of,
    customer_of,
    lanes,
    number_of,
    paths_of,
    seconds,
    slips,
    timeout_of,
)
from bakery.orders.run import Limits, Watch, follow
from bakery.trace import Mark, Trace

LISTEN = Call("await listen(shop, {})")

MOST_PARTS = 10_000
"""Parts that one listener hears; then it leaves, since no picture and no reader has room for more."""


class ListeningWatch(Watch, Protocol):
    """Somebody who follows streams, and is told of each part."""

    def heard(self, lane: str, moment: float, text: str) -> None:
        """The listener of this lane has a part, so many seconds after the first one asked."""


async def listen(
    shop: "Shopfront | str",
    path: "str | Sequence[str]" = "/cake",
    *,
    listeners: int = 3,
    parts: int | None = None,
    every: float = 0.0,
    timeout: float = 30.0,  # noqa: ASYNC109 - a stream that takes longer is a result here, not an exception
    title: str = "",
    bake: float = 0.0,
    elsewhere: bool = False,
    watch: "ListeningWatch | None" = None,
) -> "Trace":
    """Let `listeners` read a stream at the same moment, and say what each of them heard, and when.

    For example:

        trace = await listen(shop, "/cake", listeners=3)
        trace = await listen(shop, "/clock", listeners=1, parts=2)     # leaves after two parts
        trace.heard

    In plain httpx one listener is `async with client.stream("GET", "/cake") as answer:`, and in it
    `async for line in answer.aiter_lines(): …`. A part is a server-sent event, or else a piece as the app yielded it.

    Args:
        shop: an open shop, or its address.
        path: what is listened to; several paths are listened to in turn.
        listeners: how many, from 1 to 5,000.
        parts: how many parts each listener hears before it leaves; None listens to the end.
        every: seconds from one listener to the next; 0 lets all begin at the same moment.
        timeout: seconds after which a stream that has not ended is given up.
        title: what the trace is called in its picture.
        bake: seconds that one step takes, for the words "after one bake"; without it they are seconds.
        elsewhere: True lets requests leave this machine, ten at most.
        watch: somebody who is told of each listener and of each part.

    Raises:
        TypeError: for what is no shop, and for arguments of a wrong kind, with the corrected call.
        ValueError: for other arguments that cannot be, with the corrected call.
        RuntimeError: for a shop that is closed.
    """
    LISTEN.flag("elsewhere", elsewhere, "elsewhere, whether requests may leave this machine")
    address, paths = address_of(shop, elsewhere, LISTEN), paths_of(path, LISTEN)
    number = number_of(listeners, "listeners", "a whole number of listeners", address, LISTEN)
    most = _most(parts)
    limits = Limits(
        seconds("every", every, LISTEN), timeout_of(timeout, LISTEN), known=known_of(shop, address, "GET")
    )
    length = seconds("bake", bake, LISTEN)
    wish = Wish(address, lanes(number, paths, "listener"), "GET", None, customer_of(shop), EVENTS)
    ready = slips(wish, watch.ticket if watch else lambda _: "")
    ears = _Ears(ready, most, watch)
    run = await follow(ready, limits, watch, ears.begin)
    return Trace(run.spans, title, bake=length, heard=ears.marks, began=run.began)


def _most(parts: int | None) -> int:
    if parts is None:
        return MOST_PARTS
    return LISTEN.whole("parts", parts, "a whole number of parts", Range(1, MOST_PARTS), usual=2)


class _Ears:
    """One for each listener, and the moment from which all of them count."""

    def __init__(self, slips: Sequence[Slip], most: int, watch: ListeningWatch | None) -> None:
        self._watch = watch
        self._began = 0.0
        self._ears = [_Ear(slip, most, self.note) for slip in slips]

    def begin(self, moment: float) -> None:
        """Count from now on; `moment` as `time.perf_counter` has it."""
        self._began = moment

    def note(self, lane: str, text: str) -> Mark:
        """A part has just come."""
        mark = Mark(lane, time.perf_counter() - self._began, text)
        if self._watch:
            self._watch.heard(*mark)
        return mark

    @property
    def marks(self) -> tuple[Mark, ...]:
        """All that was heard, listener by listener."""
        return tuple(mark for ear in self._ears for mark in ear.heard)


class _Ear:
    """Hears one stream, and has enough after so many parts."""

    def __init__(self, slip: Slip, most: int, note: Callable[[str, str], Mark]) -> None:
        self.heard: list[Mark] = []
        self._lane = slip.lane
        self._customer: Customer = slip.customer
        self._most = most
        self._note = note
        self._events: EventReader | None = None
        slip.customer.listen(self)

    def __call__(self, data: bytes) -> bool:
        """Hear a piece of the answer."""
        for text in self._texts(data)[: self._most - len(self.heard)]:
            self.heard.append(self._note(self._lane, text))
        return len(self.heard) >= self._most

    def _texts(self, data: bytes) -> Sequence[str]:
        answer = self._customer.answer
        kind = answer.headers.get("content-type", "") if answer else ""
        if not kind.startswith(EVENTS):
            return [data[:LONGEST].decode(errors="replace")] if data else []
        self._events = self._events or EventReader()
        return self._events.read(data)
