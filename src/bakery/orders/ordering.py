"""Placing orders: many at the same moment, over httpx, with the waiting and the serving told apart.

What is measured. Every order has a connection of its own, opened before the clock starts: the customers
already stand at the counter. Then the clock starts and all orders are sent. An order's time ends when its
answer has arrived completely. In between, the shop's `Server-Timing` header says when the app was called and
how long it took; both sides read the same clock (`time.perf_counter`).

Why not simply one httpx client. Its connection pool looks through all its connections for every order, so a
thousand orders of one second take half a minute. Here httpx writes the requests, before the clock starts, and
the engine below it carries them (see `connection`): a thousand take 1.8 s, a hundred 1.1 s, ten 1.01 s.
"""

import asyncio
import contextlib
import difflib
import gc
import inspect
import math
import os
import re
import sys
import threading
import time
from collections.abc import Callable, Sequence
from operator import index
from typing import NamedTuple, Protocol, SupportsIndex, TextIO, runtime_checkable

import h11
import httpx

from bakery.orders.customers import Answer, Call, Customer, customer_with
from bakery.trace import Span, Trace

MOST_ORDERS = 5_000
"""An order is a connection: two file descriptors here (its two ends), and a port number.

Windows and macOS have 16,000 port numbers to give out, and keep each for a minute or two after its use: so
three runs of this size in a row still work.
"""

AT_THE_DOOR = 50
"""How many connections are opened at a time: fewer than any server's listen backlog has places."""

PATIENCE = 5.0
"""Seconds after which a run begins to show its progress."""

TICK = 1.0
"""Seconds from one line of progress to the next."""

QUIET = "BAKERY_PROGRESS"
"""Set this environment variable to "off" where outputs are compared: progress depends on the machine."""

Watch = Callable[[tuple[Span, ...]], None]
"""Gets one order's spans each time they change: when it is placed, and when it is done."""


@runtime_checkable
class Shopfront(Protocol):
    """Where orders can be placed: anything with an address that knows whether it is closed."""

    @property
    def url(self) -> str:
        """The address, like http://127.0.0.1:8000."""

    @property
    def closed(self) -> bool:
        """Whether it takes no more orders."""


async def order(
    shop: Shopfront | str,
    cakes: int = 3,
    *,
    path: str | Sequence[str] = "/cake",
    method: str = "GET",
    json: object = None,
    every: float = 0.0,
    timeout: float = 30.0,  # noqa: ASYNC109 - an order that takes longer is a result here, not an exception
    title: str = "",
    bake: float = 0.0,
    watch: Watch | None = None,
) -> Trace:
    """Place `cakes` orders at the same moment, or one `every` so many seconds, and say what happened.

    In plain httpx one order is `await client.get(shop.url + "/cake")`, and several at the same moment are a
    `gather` of these. Several paths are ordered in turn: `path=["/slow", "/fast"]`. The connections are opened
    before the clock starts; see the head of this module for what exactly is measured. `bake` is the seconds that
    one cake should take, for the words "three bakes long"; without it they are counted in servings as measured.

    An order that fails, is refused or gets no answer within `timeout` seconds becomes a span with the reason
    as its `error`; the others are not disturbed. Raises `TypeError` or `ValueError`, with the corrected call,
    for what cannot be ordered at all, and `RuntimeError` for a shop that is closed.
    """
    address, menu = _address(shop), _menu(shop, method)
    paths, number, seconds = _paths(path), _number(cakes), _seconds(timeout)
    gap = _span_of_time("every", every, "seconds between two orders")
    length = _span_of_time("bake", bake, "the seconds of one bake")
    slips = _slips(address, _lanes(number, paths), method=method, json=json)
    try:
        await _open([slip.customer for slip in slips], seconds)
        with COLLECTOR_AWAY:
            spans = await _serve(slips, gap, seconds, menu, watch)
    finally:
        for slip in slips:
            slip.customer.leave()
        await asyncio.sleep(0)  # the loop closes an aborted socket in its next round
    return Trace(tuple(span for lane in spans for span in lane), title, bake=length)


# Placing the orders


class _Slip(NamedTuple):
    """One order, ready to be sent."""

    lane: str
    path: str
    customer: Customer


def _lanes(cakes: int, paths: tuple[str, ...]) -> list[tuple[str, str]]:
    """The name of each order's lane, and its path."""
    turns = [(f"order {turn + 1}", paths[turn % len(paths)]) for turn in range(cakes)]
    return turns if len(paths) == 1 else [(f"{lane} {path}", path) for lane, path in turns]


async def _open(customers: Sequence[Customer], seconds: float) -> None:
    """Let all customers in, a few at a time, within one limit for all."""
    deadline = asyncio.get_running_loop().time() + seconds
    for first in range(0, len(customers), AT_THE_DOOR):
        some = customers[first : first + AT_THE_DOOR]
        await asyncio.gather(*(customer.open(deadline, seconds) for customer in some))


async def _serve(
    slips: list[_Slip],
    gap: float,
    seconds: float,
    menu: tuple[str, ...],
    watch: Watch | None,
) -> list[tuple[Span, ...]]:
    """Send all orders, and return the spans of each, in the order of placing."""
    progress = Progress(len(slips))
    if watch and not gap:
        for slip in slips:
            watch((Span(slip.lane, "wait", 0.0, 0.0),))
    loop = asyncio.get_running_loop()
    start, opening = time.perf_counter(), loop.time()

    async def place(slip: _Slip, moment: float) -> tuple[Span, ...]:
        placed = 0.0
        if gap:
            # Counted from the opening: an order that comes late does not make all later ones late.
            await asyncio.sleep(opening + moment - loop.time())
            placed = time.perf_counter() - start
            if isinstance(slip.customer, Call):
                # A shop that is called in process may hold the customers' loop; they came in time all the same.
                placed = min(placed, moment)
            if watch:
                watch((Span(slip.lane, "wait", placed, placed),))
        answer, error = await _place(slip, opening + moment + seconds, seconds, menu)
        received = time.perf_counter() - start
        slip.customer.leave()
        spans = _spans(slip.lane, answer, start, placed, received, error)
        if watch:
            watch(spans)
        return spans

    tasks = [asyncio.create_task(place(slip, turn * gap)) for turn, slip in enumerate(slips)]
    pending = set(tasks)
    try:
        while pending:
            # An order never raises. If something does, an interrupt or a broken `watch`, all the rest stop.
            done, pending = await asyncio.wait(pending, timeout=TICK, return_when=asyncio.FIRST_EXCEPTION)
            for task in done:
                task.result()
            if pending:
                progress.show(served=len(tasks) - len(pending))
        return [task.result() for task in tasks]
    finally:
        progress.erase()
        for task in tasks:
            task.cancel()
        # Also after an interrupt: nothing runs on, and no exception is left that nobody looked at.
        await asyncio.gather(*tasks, return_exceptions=True)


async def _place(
    slip: _Slip, deadline: float, seconds: float, menu: tuple[str, ...]
) -> tuple[Answer | None, str]:
    """Send one order and wait for the whole answer: the answer, if there is one, and what is wrong with it."""
    customer = slip.customer
    if customer.refusal:  # told before anything else: a busy machine could let the time run out first
        return None, customer.refusal
    limit = asyncio.timeout_at(deadline)
    try:
        async with limit:
            await customer.ask()
    except Exception as problem:
        if limit.expired():
            return customer.answer, f"no {'complete ' if customer.answer else ''}answer within {seconds:g} s"
        return customer.answer, customer.why(problem)
    assert customer.answer is not None  # noqa: S101  # for the type checker: a whole answer has a head
    return customer.answer, _complaint(customer.answer, slip.path, menu)


def _spans(
    lane: str, answer: Answer | None, start: float, placed: float, received: float, error: str
) -> tuple[Span, ...]:
    """One order's stretches: waiting until the app was called, the serving, and the way back."""
    if answer is None:
        return (Span(lane, "wait", placed, received, error),)
    served = _served(answer)
    if served is None:
        return (Span(lane, "serve", placed, received, error),)
    called, ready = served.start - start, served.start + served.seconds - start
    if not placed - ROUNDING <= called <= ready <= received + ROUNDING:  # a clock that is not ours
        return (Span(lane, "serve", placed, received, error),)
    called = min(max(called, placed), received)
    ready = min(max(ready, called), received)
    waiting = Span(lane, "wait", placed, called)
    if _streamed(answer):
        return waiting, Span(lane, "serve", called, received, error)
    return waiting, Span(lane, "serve", called, ready, error), Span(lane, "wait", ready, received)


def _streamed(answer: Answer) -> bool:
    """Whether the app may have gone on serving after its headers had left."""
    return "content-length" not in answer.headers


# Reading the answers

# Exactly what `serving` writes. A reader's own Server-Timing header is left alone.
SERVED = re.compile(r'(?:^|,)\s*serve;dur=([\d.]+);desc="([\d.]+)"')
RAISED = re.compile(r'(?:^|,)\s*error;desc="((?:[^"\\]|\\.)*)"')


ROUNDING = 0.001
"""Seconds by which a rounded time in the header may lie outside the order's own."""


class _Served(NamedTuple):
    start: float
    seconds: float


def _served(answer: Answer) -> _Served | None:
    """When the app was called (seconds of `time.perf_counter`) and how long it took, if the shop says so."""
    found = SERVED.search(answer.headers.get("server-timing", ""))
    if not found:
        return None
    with contextlib.suppress(ValueError):
        return _Served(start=float(found[2]), seconds=float(found[1]) / 1000)
    return None


def _complaint(answer: Answer, path: str, menu: tuple[str, ...]) -> str:
    """Why an answer is no cake, in words; empty if it is one. `menu` is what the shop is known to answer."""
    code = answer.code
    if httpx.codes.is_success(code):
        return ""
    raised = RAISED.search(answer.headers.get("server-timing", ""))
    if raised:
        return f"{code} " + re.sub(r"\\(.)", r"\1", raised[1])
    if httpx.codes.is_redirect(code) and "location" in answer.headers:
        there = answer.headers["location"]
        return f'{code} sent on to {there}. Did you mean:  await order(shop, path="{httpx.URL(there).path}")'
    if code == httpx.codes.NOT_FOUND and path not in menu:
        near = difflib.get_close_matches(path, menu, n=1, cutoff=0.0) or ["/…"]
        return f'404 nothing is sold at {path}. Did you mean:  await order(shop, path="{near[0]}")'
    return f"{code} {httpx.codes.get_reason_phrase(code)}".rstrip()


def _menu(shop: object, method: str) -> tuple[str, ...]:
    """The paths that a Flask or Quart app answers, without those that need an argument."""
    rules = getattr(getattr(shop, "app", None), "url_map", None)
    if rules is None:
        return ()
    return tuple(
        rule.rule for rule in rules.iter_rules() if method in (rule.methods or ()) and not rule.arguments
    )


def _slips(address: str, lanes: list[tuple[str, str]], *, method: str, json: object) -> list[_Slip]:
    # httpx writes the requests, and sends none: it reads no proxies and no certificates. Nobody stays for a
    # second order, and says so: Hypercorn would keep the place of somebody who has left until its keep-alive
    # time is over, and a few thousand of these use up the machine's descriptors.
    with httpx.Client(transport=httpx.BaseTransport(), headers={"Connection": "close"}) as client:
        slips = []
        for lane, where in lanes:
            try:
                request = client.build_request(method, address + where, json=json)
                slips.append(_Slip(lane, request.url.path, customer_with(request)))
            except httpx.InvalidURL as problem:
                raise ValueError(f"order() cannot send to {address + where!r}: {problem}") from None
            except h11.LocalProtocolError as problem:
                raise ValueError(
                    f"order() cannot send {method!r}: {problem}.\n"
                    'Did you mean:  await order(shop, method="POST")'
                ) from None
        return slips


# A quiet kitchen while it is measured


class _Collector:
    """Keeps the garbage collector away while any run is measured, as `timeit` does.

    Looking through all objects of a kernel takes it some 50 ms; among a thousand orders it does so again and
    again, and adds half a second that no server has caused.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._runs = 0
        self._was_on = False

    def __enter__(self) -> None:
        with self._lock:
            if not self._runs:
                self._was_on = gc.isenabled()
                gc.disable()
            self._runs += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._runs -= 1
            if not self._runs and self._was_on:
                gc.enable()


COLLECTOR_AWAY = _Collector()


class Progress:
    """One line about a long run, rewritten in place, on the error stream; gone when the run is over."""

    def __init__(
        self, orders: int, stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._orders = orders
        self._stream = stream
        self._clock = clock
        self._start = clock()
        self._width = 0

    def show(self, served: int) -> None:
        """Tell how far the run is, if it is a long one."""
        seconds = self._clock() - self._start
        if seconds < PATIENCE or os.environ.get(QUIET) == "off":
            return
        waiting = self._orders - served
        flight = f"{waiting:,} order{'' if waiting == 1 else 's'} in flight"
        self._write(f"{served:,} of {self._orders:,} cakes served, {flight}, {seconds:.0f} s")

    def erase(self) -> None:
        """Leave nothing behind."""
        if self._width:
            self._write("")
            self._write("")

    def _write(self, line: str) -> None:
        stream = self._stream or sys.stderr
        stream.write("\r" + line.ljust(self._width))
        stream.flush()
        self._width = len(line)


# What can be ordered, and what cannot


def _address(shop: object) -> str:
    """The address of a shop that is open; raises for everything else, with the corrected call."""
    if isinstance(shop, str):
        return _url(shop)
    if inspect.isawaitable(shop):
        made = f"{getattr(shop, '__name__', 'serve')}()"
        raise TypeError(
            f"order() needs a shop, but got {_what(shop)} from {made}: an await is missing.\n"
            f"Did you mean:  await order(await {made})"
        )
    if isinstance(shop, type) or not isinstance(shop, Shopfront):
        why = ": did you forget to serve it?" if callable(shop) else "."
        raise TypeError(
            f"order() needs a running shop, but got {_what(shop)}{why}\n"
            "Did you mean:  shop = serve(app)   and then   await order(shop)"
        )
    if shop.closed:
        raise RuntimeError(
            f"the shop at {shop.url} is closed.\nOpen it again:  shop = serve(app)   and then   await order(shop)"
        )
    return _url(shop.url)


def _url(url: str) -> str:
    try:
        parts = httpx.URL(url)
    except httpx.InvalidURL as problem:
        raise ValueError(f"order() needs an address, but got {url!r}: {problem}") from None
    if parts.scheme not in ("http", "https") or not parts.host:
        raise ValueError(
            f"order() needs a shop or its whole address, but got {url!r}.\n"
            'Did you mean:  await order(shop)   or   await order("http://127.0.0.1:8000")'
        )
    return url.rstrip("/")


def _number(cakes: SupportsIndex) -> int:
    if isinstance(cakes, bool) or not isinstance(cakes, SupportsIndex):
        whole = round(cakes) if isinstance(cakes, float) and 1 <= cakes <= MOST_ORDERS else 3
        raise TypeError(
            f"order() needs a whole number of cakes, but got {cakes!r}.\n"
            f"Did you mean:  await order(shop, cakes={whole})"
        )
    number = index(cakes)
    if number < 1:
        raise ValueError(
            f"order() needs at least one cake, but got {number}.\nDid you mean:  await order(shop, cakes=1)"
        )
    if number > MOST_ORDERS:
        raise ValueError(
            f"order() places at most {MOST_ORDERS:,} orders at once, but got {number:,}: each is a connection, "
            "and this machine runs out of them.\n"
            f"Did you mean:  await order(shop, cakes={MOST_ORDERS})"
        )
    return number


def _seconds(timeout: float) -> float:
    number = isinstance(timeout, int | float) and not isinstance(timeout, bool)
    if not number or not 0 < timeout < math.inf:
        raise (ValueError if number else TypeError)(
            f"order() needs a timeout in seconds, more than 0, but got {timeout!r}.\n"
            "Did you mean:  await order(shop, timeout=30.0)"
        )
    return float(timeout)


def _span_of_time(name: str, given: float, what: str) -> float:
    number = isinstance(given, int | float) and not isinstance(given, bool)
    if not number or not 0 <= given < math.inf:
        raise (ValueError if number else TypeError)(
            f"order() needs {what}, 0 or more, but got {name}={given!r}.\n"
            f"Did you mean:  await order(shop, {name}=0.1)"
        )
    return float(given)


def _paths(path: str | Sequence[str]) -> tuple[str, ...]:
    paths = (path,) if isinstance(path, str) else tuple(path) if isinstance(path, Sequence) else ()
    if not paths or not all(isinstance(each, str) for each in paths):
        raise TypeError(
            f"order() needs a path, or a list of them, but got {path!r}.\n"
            'Did you mean:  await order(shop, path="/cake")'
        )
    for each in paths:
        if not each.startswith("/"):
            raise ValueError(
                f"a path begins with a slash, but got {each!r}.\n"
                f'Did you mean:  await order(shop, path="/{each}")'
            )
    return paths


def _what(thing: object) -> str:
    """A thing named after its type: "a Flask app", "a coroutine", "None"."""
    if thing is None:
        return "None"
    if isinstance(thing, type):
        return f"the class {thing.__name__}"
    name = type(thing).__name__
    noun = f"{name} app" if hasattr(thing, "wsgi_app") or hasattr(thing, "asgi_app") else name
    return f"{'an' if name[0].lower() in 'aeiou' else 'a'} {noun}"
