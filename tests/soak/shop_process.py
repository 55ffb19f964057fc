"""One process whose shops are opened, replaced, ordered from, interrupted and closed by chance: a trial of `shops`.

`python tests/soak/shop_process.py 7` prints what was done and what is left, as JSON; `… 7 wait` opens a few shops, lets
orders hang in them, prints the ports, and waits to be killed.
"""

# ruff: noqa: T201 - a program speaks by printing
import asyncio
import gc
import json
import random
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import flask
import psutil  # type: ignore[import-untyped]
import quart

from bakery.orders.ordering import order
from bakery.shop import serving
from bakery.shop.serving import Shop, serve

STEPS = 40
LATEST = 0.4
"""Seconds after which an interrupt strikes at the latest."""

did: Counter[str] = Counter()


def flask_app() -> Any:  # noqa: ANN401
    app = flask.Flask("flask")
    app.add_url_rule("/cake", "cake", lambda: "cake")
    app.add_url_rule("/slow", "slow", lambda: time.sleep(0.3) or "slow")  # type: ignore[func-returns-value]
    app.add_url_rule("/burnt", "burnt", lambda: str(1 / 0))
    return app


def quart_app() -> Any:  # noqa: ANN401
    app = quart.Quart("quart")

    @app.get("/cake")
    async def cake() -> str:
        return "cake"

    @app.get("/slow")
    async def slow() -> str:
        app.add_background_task(asyncio.sleep, 0.2)
        await asyncio.sleep(0.3)
        return "slow"

    @app.get("/burnt")
    async def burnt() -> str:
        return str(1 / 0)

    @app.while_serving
    async def oven() -> Any:  # noqa: ANN401
        yield

    return app


APPS = (flask_app(), quart_app())


def open_one(chance: random.Random) -> None:
    """Open a shop, in place of the one of its name."""
    serve(chance.choice(APPS), name=chance.choice("abc"))


def order_some(chance: random.Random) -> None:
    """Order from an open shop; some orders fail, and that is no failure here."""
    if shops := open_shops():
        asyncio.run(order(chance.choice(shops), 12, path=["/cake", "/slow", "/burnt"], timeout=10))


def close_one(chance: random.Random) -> None:
    """Close an open shop while an order is in it."""
    if shops := open_shops():
        shop = chance.choice(shops)
        ordering = threading.Thread(target=order_slowly, args=[shop])
        ordering.start()
        try:
            shop.close()
        finally:
            ordering.join()


def order_slowly(shop: Shop) -> None:
    """Order what takes long, unless the shop is closed by now."""
    with suppress(RuntimeError):
        asyncio.run(order(shop, 2, path="/slow", timeout=10))


def open_shops() -> tuple[Shop, ...]:
    """The shops that take orders; one whose closing was interrupted does not."""
    return tuple(shop for shop in tuple(serving._SHOPS.values()) if not shop.closed)


def attempt(step: Callable[[random.Random], None], chance: random.Random) -> None:
    """Do something, and let an interrupt strike in the middle of it every second time."""
    did[step.__name__] += 1
    interrupted = chance.random() < 0.5
    stop = threading.Timer(chance.random() ** 2 * LATEST, interrupt)
    try:
        try:
            if interrupted:
                stop.start()
            step(chance)
        finally:
            stop.cancel()
            if interrupted:
                stop.join()
    except KeyboardInterrupt:
        did["interrupts"] += 1


def interrupt() -> None:
    """Press the stop button; it strikes the main thread."""
    main = threading.main_thread().ident
    assert main is not None
    signal.pthread_kill(main, signal.SIGINT)


def next_one_works() -> str:
    """Whether a shop opens and serves now; what is wrong, or nothing."""
    for app in APPS:
        with serve(app, name="check") as shop:
            trace = asyncio.run(order(shop, 2, timeout=10))
            if trace.cakes != 2:
                return repr(trace)
    return ""


def left(descriptors: int) -> str:
    """What is there that should not be, once all shops are closed; or nothing."""
    for shop in tuple(serving._SHOPS.values()):
        shop.close()
    until = time.monotonic() + 10
    while time.monotonic() < until:
        gc.collect()
        threads = [t.name for t in threading.enumerate() if t.name.startswith(("shop-", "waitress-"))]
        listening = [c.laddr.port for c in psutil.Process().net_connections() if c.status == "LISTEN"]
        more = psutil.Process().num_fds() - descriptors
        if not (threads or listening or more > 0):
            return ""
        time.sleep(0.1)
    return f"left behind: {threads=} {listening=} {more} descriptors"


def trial(seed: int) -> str:
    """All steps of one trial; what went wrong, or nothing."""
    chance = random.Random(seed)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    next_one_works()
    gc.collect()
    descriptors = psutil.Process().num_fds()
    for _ in range(STEPS):
        attempt(chance.choice((open_one, open_one, order_some, close_one)), chance)
        if found := next_one_works():
            return found
    return left(descriptors)


def wait_to_be_killed() -> None:
    """Open shops with orders hanging in them, tell their ports, and wait."""
    shops = [serve(app, name=name) for app, name in zip(APPS, "ab", strict=True)]
    print(json.dumps([shop.port for shop in shops]), flush=True)
    while True:
        asyncio.run(order(shops[0], 8, path="/slow"))
        asyncio.run(order(shops[1], 8, path="/slow"))


if __name__ == "__main__":
    if sys.argv[2:] == ["wait"]:
        wait_to_be_killed()
    print(json.dumps([trial(int(sys.argv[1])), did]))
