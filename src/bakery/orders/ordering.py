"""Placing orders: many at the same moment, over httpx, with the waiting and the serving told apart.

What is measured. Every order has a connection of its own, opened before the clock starts: the customers
already stand at the counter. Then the clock starts and all orders are sent. An order's time ends when its
answer has arrived completely. In between, the shop says when the app was called and how long it took (see
`reading`).

Why not simply one httpx client. Its connection pool looks through all its connections for every order, so a
thousand orders of one second take half a minute. Here httpx writes the requests, before the clock starts, and
the engine below it carries them (see `customers`): a thousand take 1.8 s, a hundred 1.1 s, ten 1.01 s.
"""

from collections.abc import Sequence

from bakery.orders.reading import known_of
from bakery.orders.requests import (
    ORDER,
    Shopfront,
    Wish,
    address_of,
    customer_of,
    lanes,
    leave_of,
    number_of,
    paths_of,
    seconds,
    slips,
    timeout_of,
)
from bakery.orders.run import Limits, Watch, follow
from bakery.trace import Trace


async def order(
    shop: "Shopfront | str",
    cakes: int = 3,
    *,
    path: "str | Sequence[str]" = "/cake",
    method: str = "GET",
    json: object = None,
    every: float = 0.0,
    leave: float | None = None,
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
        leave: seconds after which each customer leaves on purpose, with or without a cake; None lets them stay.
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
    whole = lanes(number_of(cakes, "cakes", "a whole number of cakes", address), paths)
    limits = Limits(
        seconds("every", every), timeout_of(timeout), leave_of(leave), known_of(shop, address, method)
    )
    length = seconds("bake", bake)
    wish = Wish(address, whole, method, json, customer_of(shop))
    run = await follow(slips(wish, watch.ticket if watch else lambda _: ""), limits, watch)
    return Trace(run.spans, title, bake=length, began=run.began)
