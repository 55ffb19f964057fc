"""What is ordered, checked and ready to be sent: addresses, paths, and a slip for each order."""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf
from typing import NamedTuple, Protocol, runtime_checkable

import h11
import httpx

from bakery.asking import Call, Range, kind_of, refusal
from bakery.loopback import is_loopback
from bakery.orders.customers import Connection, Customer

ORDER = Call("await order(shop, {})")

MOST_ORDERS = 5_000
"""An order is a connection: two file descriptors here (its two ends), and a port number.

Windows and macOS have 16,000 port numbers to give out, and keep each for a minute or two after its use: so
three runs of this size in a row still work.
"""

MOST_ELSEWHERE = 10
"""Orders at another machine: enough to see it answer, and no crowd at anybody's door."""

TICKET = "Order-Ticket"
"""The header by which whoever watches an order knows it again inside the app."""

CUSTOMER: Callable[[httpx.Request], Customer] = Connection
"""Who brings an order to an address; `browser` puts somebody else here where no connection leaves the page."""


@runtime_checkable
class Shopfront(Protocol):
    """Where orders can be placed: anything with an address that knows whether it is closed."""

    @property
    def url(self) -> str:
        """The address, like http://127.0.0.1:8000."""

    @property
    def closed(self) -> bool:
        """Whether it takes no more orders."""


@runtime_checkable
class Host(Protocol):
    """A shop that says itself who brings its orders."""

    def customer(self, request: httpx.Request) -> Customer | None:
        """Whoever brings this request; None for an ordinary customer, over a connection."""


class Slip(NamedTuple):
    """One order, ready to be sent."""

    lane: str
    path: str
    customer: Customer


@dataclass(frozen=True)
class Wish:
    """What one run orders, checked."""

    address: str
    lanes: tuple[tuple[str, str], ...]
    """The name of each order's lane, and its path."""
    method: str
    json: object
    customer: Callable[[httpx.Request], Customer]
    accept: str = ""
    """The kind of content that is wanted; empty where any will do."""


def slips(wish: Wish, ticket: Callable[[str], str]) -> list[Slip]:
    """The requests, written; `ticket` gives what the order of a lane carries in its header, or nothing.

    Raises `TypeError` or `ValueError`, with the corrected call, for what is no request.
    """
    # httpx writes the requests, and sends none: it reads no proxies and no certificates. Nobody stays for a
    # second order, and says so: Hypercorn would keep the place of somebody who has left until its keep-alive
    # time is over, and a few thousand of these use up the machine's descriptors.
    with httpx.Client(transport=httpx.BaseTransport(), headers={"Connection": "close"}) as client:
        return [_slip(client, wish, lane, path, ticket(lane)) for lane, path in wish.lanes]


def _slip(client: httpx.Client, wish: Wish, lane: str, path: str, ticket: str) -> Slip:
    address = wish.address + path
    try:
        said = {"Accept": wish.accept, TICKET: ticket}
        headers = {name: value for name, value in said.items() if value}
        request = client.build_request(wish.method, address, json=wish.json, headers=headers)
        return Slip(lane, path.partition("?")[0], wish.customer(request))
    except httpx.InvalidURL as problem:
        raise ValueError(f"order() cannot send to {address!r}: {problem}") from None
    except h11.LocalProtocolError as problem:
        what = f"order() cannot send {wish.method!r}: {problem}"
        raise refusal(ValueError, what, ORDER.corrected("method", '"POST"')) from None
    except (TypeError, ValueError) as problem:
        what = f"order() cannot write {wish.json!r} as JSON: {problem}"
        kind = TypeError if isinstance(problem, TypeError) else ValueError
        raise refusal(kind, what, ORDER.corrected("json", '{"cake": "plum"}')) from None


def lanes(number: int, paths: tuple[str, ...], who: str = "order") -> tuple[tuple[str, str], ...]:
    """The name of each order's lane, and its path; several paths are ordered in turn, and named."""
    turns = [(f"{who} {turn + 1}", paths[turn % len(paths)]) for turn in range(number)]
    return tuple(turns if len(paths) == 1 else [(f"{lane} {path}", path) for lane, path in turns])


def customer_of(shop: object) -> Callable[[httpx.Request], Customer]:
    """Who brings the orders to a shop: whomever it says, else the usual customer."""
    if not isinstance(shop, Host):
        return CUSTOMER
    host: Host = shop
    return lambda request: host.customer(request) or CUSTOMER(request)


# What can be ordered, and what cannot


def address_of(shop: object, elsewhere: bool, call: Call = ORDER) -> str:
    """The address of a shop that is open; raises for everything else, with the corrected call."""
    if isinstance(shop, str):
        return _url(shop, elsewhere, call)
    if inspect.isawaitable(shop):
        made = f"{getattr(shop, '__name__', 'serve')}()"
        what = f"{call.verb} needs a shop, but got {kind_of(shop)} from {made}: an await is missing"
        raise refusal(TypeError, what, f"await {call.name}(await {made})")
    if isinstance(shop, type) or not isinstance(shop, Shopfront):
        why = ": did you forget to serve it?" if callable(shop) else "."
        raise TypeError(
            f"{call.verb} needs a running shop, but got {kind_of(shop)}{why}\n"
            f"Did you mean:  shop = serve(app)   and then   await {call.name}(shop)"
        )
    if shop.closed:
        raise RuntimeError(
            f"the shop at {shop.url} is closed.\nOpen it again:  shop = serve(app)   and then   await {call.name}(shop)"
        )
    return _url(shop.url, elsewhere, call)


def _url(url: str, elsewhere: bool, call: Call) -> str:
    try:
        parts = httpx.URL(url)
    except httpx.InvalidURL as problem:
        raise ValueError(f"{call.verb} needs an address, but got {url!r}: {problem}") from None
    if parts.scheme not in ("http", "https") or not parts.host:
        raise refusal(
            ValueError,
            f"{call.verb} needs a shop or its whole address, but got {url!r}",
            f'await {call.name}(shop)   or   await {call.name}("http://127.0.0.1:8000")',
        )
    if not elsewhere and not is_loopback(parts.host):
        raise ValueError(
            f"{call.verb} goes to the shops of this machine, and {parts.host} is another one.\n"
            f"If its owner agrees, for {MOST_ELSEWHERE} orders at most:  "
            f'await {call.name}("{url}", elsewhere=True)'
        )
    return url.rstrip("/")


def number_of(number: int, name: str, what: str, address: str, call: Call = ORDER) -> int:
    """How many orders, as the argument `name` says; fewer where they go to another machine."""
    if is_loopback(httpx.URL(address).host):
        most, why = MOST_ORDERS, "each is a connection, and this machine runs out of them"
    else:
        most, why = MOST_ELSEWHERE, "another machine is no place for a crowd"
    return call.whole(name, number, what, Range(1, most), usual=3, why=why)


def paths_of(path: str | Sequence[str], call: Call = ORDER) -> tuple[str, ...]:
    """The paths that are ordered in turn."""
    paths = (path,) if isinstance(path, str) else tuple(path) if isinstance(path, Sequence) else ()
    if not paths or not all(isinstance(each, str) for each in paths):
        what = f"{call.verb} needs a path, or a list of them, but got {path!r}"
        raise refusal(TypeError, what, call.corrected("path", '"/cake"'))
    for each in paths:
        if not each.startswith("/"):
            what = f"{call.verb} needs a path that begins with a slash, but got {each!r}"
            raise refusal(ValueError, what, call.corrected("path", f'"/{each}"'))
    return paths


def seconds(name: str, given: float, call: Call = ORDER) -> float:
    """A number of seconds from 0 on."""
    return call.number(name, given, f"{name} in seconds", Range(), usual=0.1)


def timeout_of(timeout: float, call: Call = ORDER) -> float:
    """Seconds, more than 0."""
    return call.number("timeout", timeout, "a timeout in seconds", Range(above=True), usual=30)


def leave_of(leave: float | None) -> float:
    """Seconds, more than 0, after which customers leave; without an end for None."""
    what = "the seconds after which customers leave"
    return inf if leave is None else ORDER.number("leave", leave, what, Range(above=True), usual=0.3)
