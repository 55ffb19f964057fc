"""Reading answers: when the app was called and how long it took, and in words why an answer is no cake.

The shop's `Server-Timing` header says when the app was called and how long it took; both sides read the same clock
(`time.perf_counter`).
"""

import contextlib
import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import httpx

from bakery.orders.customers import Head
from bakery.trace import Span


@dataclass(frozen=True)
class Stay:
    """One order's stay, seen by the customer; `placed` and `received` in seconds since `began` (`time.perf_counter`)."""

    lane: str
    began: float
    placed: float
    received: float


def spans_of(stay: Stay, answer: Head | None, error: str = "", *, left: bool = False) -> tuple[Span, ...]:
    """One order's stretches: waiting until the app was called, the serving, and the way back."""
    lane, placed, received = stay.lane, stay.placed, stay.received
    if answer is None:
        return (Span(lane, "wait", placed, received, error, left),)
    served = _served(answer)
    if served is None:
        return (Span(lane, "serve", placed, received, error, left),)
    called = served.start - stay.began
    ready = called + served.seconds
    if not placed - ROUNDING <= called <= ready <= received + ROUNDING:  # a clock that is not ours
        return (Span(lane, "serve", placed, received, error, left),)
    called = min(max(called, placed), received)
    ready = min(max(ready, called), received)
    waiting = Span(lane, "wait", placed, called)
    if left or _streamed(answer):
        return waiting, Span(lane, "serve", called, received, error, left)
    return waiting, Span(lane, "serve", called, ready, error), Span(lane, "wait", ready, received)


def _streamed(answer: Head) -> bool:
    """Whether the app may have gone on serving after its headers had left."""
    return "content-length" not in answer.headers


# Exactly what `serving` writes. A reader's own Server-Timing header is left alone.
SERVED = re.compile(r'(?:^|,)\s*serve;dur=([\d.]+);desc="([\d.]+)"')
RAISED = re.compile(r'(?:^|,)\s*error;desc="((?:[^"\\]|\\.)*)"')


ROUNDING = 0.001
"""Seconds by which a rounded time in the header may lie outside the order's own."""


class _Served(NamedTuple):
    start: float
    seconds: float


def _served(answer: Head) -> _Served | None:
    """When the app was called (seconds of `time.perf_counter`) and how long it took, if the shop says so."""
    found = SERVED.search(answer.headers.get("server-timing", ""))
    if not found:
        return None
    with contextlib.suppress(ValueError):
        return _Served(start=float(found[2]), seconds=float(found[1]) / 1000)
    return None


@dataclass(frozen=True)
class Known:
    """What is known of a shop before it is asked."""

    menu: tuple[str, ...] = ()
    """The paths that it answers, without those that need an argument."""
    base: str = ""
    """What stands before the paths in its address."""
    reasons: Mapping[int, str] = field(default_factory=dict)
    """What an answer of some code probably comes from, in words."""


def complaint(answer: Head, path: str, known: Known) -> str:
    """Why an answer is no cake, in words; empty if it is one."""
    code = answer.status_code
    if httpx.codes.is_success(code):
        return ""
    raised = RAISED.search(answer.headers.get("server-timing", ""))
    if raised:
        return f"{code} " + re.sub(r"\\(.)", r"\1", raised[1])
    if httpx.codes.is_redirect(code) and "location" in answer.headers:
        return _sent_on(code, answer.headers["location"], path, known.base)
    if code in known.reasons:
        return known.reasons[code]
    if code == httpx.codes.NOT_FOUND and path not in known.menu:
        near = difflib.get_close_matches(path, known.menu, n=1, cutoff=0.0) or ["/…"]
        return f'404 nothing is sold at {path}. Did you mean:  await order(shop, path="{near[0]}")'
    return f"{code} {httpx.codes.get_reason_phrase(code)}".rstrip()


def _sent_on(code: int, there: str, path: str, base: str) -> str:
    try:
        where = httpx.URL(there).path.removeprefix(base)
    except httpx.InvalidURL:
        return f"{code} sent on to {there!r}, which is no address"
    if where == path:
        return f"{code} sent on to {there}, where it has just been: the handler of {path} redirects to itself"
    return f'{code} sent on to {there}. Did you mean:  await order(shop, path="{where}")'


NAME_ONLY = (
    "404: this app's SERVER_NAME is {0!r}, so Quart answers under that name alone. For this notebook leave it out:  "
    'app.config["SERVER_NAME"] = None'
)
NOT_TRUSTED = (
    "400: this app's TRUSTED_HOSTS are {0!r}, and this shop is at {1}. Add it:  "
    'app.config["TRUSTED_HOSTS"].append("{1}")'
)


def known_of(shop: object, address: str, method: str) -> Known:
    """What a Flask or Quart app says of itself: its paths, and settings that keep everybody out."""
    url, app = httpx.URL(address), getattr(shop, "app", None)
    base = url.path.rstrip("/")
    rules, config = getattr(app, "url_map", None), getattr(app, "config", None)
    if rules is None or not isinstance(config, Mapping):
        return Known(base=base)
    menu = tuple(
        rule.rule for rule in rules.iter_rules() if method in (rule.methods or ()) and not rule.arguments
    )
    reasons = {}
    name, trusted = config.get("SERVER_NAME"), config.get("TRUSTED_HOSTS")
    if name and hasattr(app, "asgi_app") and name != url.netloc.decode("ascii"):
        reasons[404] = NAME_ONLY.format(name)
    if trusted and url.host not in trusted:
        reasons[400] = NOT_TRUSTED.format(trusted, url.host)
    return Known(menu, base, reasons)
