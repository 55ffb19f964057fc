"""How near the kitchen comes to theory: run `python tests/bench.py` (three to four minutes), on a quiet machine.

Theory is the number of rounds times the latency, and a ratio is a makespan over theory: of the best, the
middle and the worst of several runs. The target, where there is one, is for the middle one.
"""
# ruff: noqa: T201

import asyncio
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import aiohttp
import flask
import httpx
import quart
from boards import WORD, OpenBoard, running_board

from bakery.classroom.courier import Courier, Network
from bakery.kitchen import simulate
from bakery.orders.events import EventReader
from bakery.orders.listening import listen
from bakery.orders.ordering import order
from bakery.orders.progress_line import VARIABLE
from bakery.shop.serving import serve
from bakery.trace import Trace

PROJECT = Path(__file__).parent.parent
LATENCY = 1.0
SERVER_SECONDS = 600.0
"""How long `make lab` may take: the first time, it sets everything up."""

flask_app, quart_app = flask.Flask("flask"), quart.Quart("quart")


@flask_app.get("/cake")
def bake_in_flask() -> str:
    time.sleep(LATENCY)
    return "cake"


@quart_app.get("/cake")
async def bake_in_quart() -> str:
    await asyncio.sleep(LATENCY)
    return "cake"


@flask_app.get("/ready")
def ready_in_flask() -> str:
    return "ready"


@quart_app.get("/ready")
async def ready_in_quart() -> str:
    return "ready"


KEPT_SECONDS = 0.003
"""What an order on a kept connection may take, without any baking: the middle one of many."""


PARTS = 10
"""Of one stream."""


@quart_app.get("/stream")
async def stream() -> tuple[Any, dict[str, str]]:
    async def parts() -> AsyncIterator[str]:
        for part in range(PARTS):
            yield f"data: {part}\n\n"
            await asyncio.sleep(LATENCY / PARTS)

    return parts(), {"Content-Type": "text/event-stream"}


def row(what: str, theory: float, measured: list[float], target: float | None = None) -> None:
    """One line of the table: ratios to theory."""
    best, middle, worst = (of(measured) / theory for of in (min, median, max))
    aim = f"{target:>9.2f} {'met' if middle <= target else 'MISSED'}" if target else ""
    print(f"{what:<52}{theory:>7g} s{best:>9.3f}{middle:>9.3f}{worst:>9.3f}{aim}", flush=True)


def busy() -> str:
    """How many processes have wanted a processor in the last minute: figures need a quiet machine."""
    return (
        f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} processors" if hasattr(os, "getloadavg") else "unknown"
    )


def orders(cakes: int, *, threads: int | None = None, repeats: int) -> list[float]:
    """The makespans of several runs; threads are those of Flask, and none of them means Quart."""

    async def run() -> Trace:
        return await order(shop, cakes, timeout=60.0)

    makespans = []
    with serve(flask_app, threads=threads) if threads else serve(quart_app) as shop:
        for _ in range(repeats):
            trace = asyncio.run(run())
            if trace.failures:
                raise SystemExit(f"not all were served: {trace}")
            makespans.append(trace.makespan)
    return makespans


def streams(listeners: int, *, repeats: int) -> list[float]:
    """The makespans of so many streams, each of ten parts in as much time as one order takes."""

    async def run() -> Trace:
        return await listen(shop, "/stream", listeners=listeners, timeout=60.0)

    makespans = []
    with serve(quart_app) as shop:
        for _ in range(repeats):
            trace = asyncio.run(run())
            if trace.failures or len(trace.heard) != listeners * PARTS:
                raise SystemExit(f"not all was heard: {trace}")
            makespans.append(trace.makespan)
    return makespans


async def by_httpx(url: str, cakes: int) -> None:
    """Orders at the same moment through one client of httpx, with as many connections as it likes."""
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(limits=limits, timeout=60, trust_env=False) as client:

        async def one() -> str:
            return (await client.get(url)).raise_for_status().text

        await asyncio.gather(*(one() for _ in range(cakes)))


async def by_aiohttp(url: str, cakes: int) -> None:
    """The same through one session of aiohttp."""
    line, patience = aiohttp.TCPConnector(limit=0), aiohttp.ClientTimeout(total=60)
    async with aiohttp.ClientSession(
        connector=line, timeout=patience, raise_for_status=True, trust_env=False
    ) as session:

        async def one() -> str:
            async with session.get(url) as answer:
                return await answer.text()

        await asyncio.gather(*(one() for _ in range(cakes)))


def asked_by(
    client: Callable[[str, int], Coroutine[Any, Any, None]], cakes: int, *, repeats: int
) -> list[float]:
    """Seconds until all orders were answered, making and closing the client included."""
    with serve(quart_app) as shop:
        return [seconds(lambda: asyncio.run(client(f"{shop.url}/cake", cakes))) for _ in range(repeats)]


async def making(times: int = 30) -> dict[str, float]:
    """Seconds to make a client and close it: the middle one of many, for each library."""
    taken: dict[str, list[float]] = {"httpx": [], "aiohttp": []}
    for _ in range(times):
        start = time.perf_counter()
        async with httpx.AsyncClient(trust_env=False):
            taken["httpx"].append(time.perf_counter() - start)
        start = time.perf_counter()
        async with aiohttp.ClientSession():
            taken["aiohttp"].append(time.perf_counter() - start)
    return {name: median(several) for name, several in taken.items()}


def first_order() -> float:
    """The makespan of the very first order of a fresh process: nothing has been imported or run before."""
    run = subprocess.run([sys.executable, __file__, "first"], check=True, capture_output=True, text=True)
    return float(run.stdout)


def kept(app: flask.Flask | quart.Quart, orders: int = 100) -> list[float]:
    """Seconds of each of many orders, one after the other, on one connection that is kept."""

    async def run() -> list[float]:
        times = []
        async with shop.client() as client:
            for _ in range(orders):
                start = time.perf_counter()
                (await client.get("/ready")).raise_for_status()
                times.append(time.perf_counter() - start)
        return times

    with serve(app) as shop:
        return asyncio.run(run())


def seconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


@contextmanager
def lab() -> Iterator[subprocess.Popen[str]]:
    """`make lab` without a browser; whatever it has started ends with it."""
    without_display = {name: value for name, value in os.environ.items() if "DISPLAY" not in name}
    process = subprocess.Popen(
        ["make", "lab"],
        cwd=PROJECT,
        env={**without_display, "BROWSER": "true"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def lab_is_ready() -> float:
    """Seconds from the start of `make lab` until its server answers."""
    start = time.perf_counter()
    with lab() as process:
        assert process.stdout
        for line in process.stdout:
            address = re.search(
                r"(http://(?:127\.0\.0\.1|localhost):\d+/(?:\S*/)?)(?:lab|tree)\S*token=(\w+)", line
            )
            if address:
                break
            if time.perf_counter() - start > SERVER_SECONDS:
                raise SystemExit("make lab has given no address")
        else:
            raise SystemExit(f"make lab ended with {process.wait()} before it gave an address")
        while True:
            try:
                if httpx.get(f"{address[1]}api?token={address[2]}", trust_env=False).is_success:
                    return time.perf_counter() - start
            except httpx.TransportError:
                pass
            if time.perf_counter() - start > SERVER_SECONDS:
                raise SystemExit("the server of make lab does not answer")
            time.sleep(0.05)


STUDENTS = 100
LIT_SECONDS = 0.3
"""From a check to the light on the teacher's page."""

BOARD_MEGABYTES = 60
"""What the board's process may have in memory."""


def lights(board: OpenBoard, apart: float) -> list[float]:
    """Seconds from each student's check to the event on the teacher's stream, when checks are so many seconds apart.

    Each student has a thread and a connection of its own, as in a kernel; all are in this process, beside the board's.
    """
    ways = [Network(board.url, straight=True) for _ in range(STUDENTS)]
    seats = [way.post("join", {"word": WORD, "name": "Ada"}).says for way in ways]
    couriers = [Courier(way, seat["token"], str) for way, seat in zip(ways, seats, strict=True)]
    checked: dict[str, float] = {}
    lit: dict[str, float] = {}
    listening = threading.Event()

    def watch() -> None:
        reader = EventReader()
        with httpx.stream(
            "GET", f"{board.url}/events?key={board.key}", trust_env=False, timeout=60
        ) as stream:
            listening.set()
            for data in stream.iter_bytes():
                for event in reader.read(data):
                    kind, _, what = event.partition(": ")
                    told = json.loads(what)
                    for seat in told["seats"] if kind == "board" else [told] if kind == "seat" else []:
                        if seat["done"]:
                            lit.setdefault(seat["name"], time.perf_counter())
                if len(lit) == STUDENTS:
                    return

    watching = threading.Thread(target=watch)
    watching.start()
    listening.wait()
    for courier, seat in zip(couriers, seats, strict=True):
        checked[seat["name"]] = time.perf_counter()
        courier.take("03_flask_bakery", "longest_wait")
        time.sleep(apart)
    watching.join()
    for courier, way, seat in zip(couriers, ways, seats, strict=True):
        courier.stop()
        way.post("leave", {}, seat["token"])
    return [lit[name] - start for name, start in checked.items()]


def class_board() -> None:
    """How long it takes until a light is on, with a class of a hundred, and how much memory the board needs."""
    for apart in (0.05, 0.0):
        with running_board() as board:
            times = lights(board, apart)
            memory = board.memory() if sys.platform == "linux" else 0
        aim = "met" if max(times) <= LIT_SECONDS and memory <= BOARD_MEGABYTES else "MISSED"
        how = f"one check each {apart:g} s" if apart else "all at the same moment"
        print(
            f"class board, {STUDENTS} students, {how}: light on after {median(times) * 1e3:.0f} ms, worst "
            f"{max(times) * 1e3:.0f} ms, in {memory:.0f} MB; targets {LIT_SECONDS * 1e3:g} ms and {BOARD_MEGABYTES} MB, {aim}",
            flush=True,
        )


def main() -> None:
    os.environ[VARIABLE] = "off"
    print(f"load: {busy()}\n")
    print(f"{f'orders of {LATENCY:g} s':<52}{'theory':>9}{'best':>9}{'median':>9}{'worst':>9}{'target':>9}")
    row("Quart, 3 orders, the first ones of a fresh process", 1.0, [first_order() for _ in range(5)], 1.02)
    for cakes, target in ((3, 1.02), (10, 1.02), (100, 1.1), (1000, 2.5)):
        row(f"Quart, {cakes:,} orders", 1.0, orders(cakes, repeats=5), target)
    for cakes, client in ((100, by_httpx), (100, by_aiohttp), (1000, by_aiohttp)):
        name = client.__name__.removeprefix("by_")
        row(f"Quart, {cakes:,} orders of {name}'s", 1.0, asked_by(client, cakes, repeats=3))
    row(f"Quart, 100 streams of {PARTS} parts", 1.0, streams(100, repeats=5), 1.1)
    for threads in (1, 4):
        for cakes in (3, 10):
            rounds = -(-cakes // threads)
            what = f"Flask, {threads} thread{'s' * (threads > 1)}, {cakes} orders"
            row(what, rounds * LATENCY, orders(cakes, threads=threads, repeats=3))

    for app in (flask_app, quart_app):
        middle = median(kept(app))
        aim = "met" if middle <= KEPT_SECONDS else "MISSED"
        print(
            f"{type(app).__name__}, kept connection: median {middle * 1e3:.1f} ms, target {KEPT_SECONDS * 1e3:g} ms, {aim}"
        )

    made = asyncio.run(making())
    print("making a client: " + ", ".join(f"{name} {taken * 1e3:.1f} ms" for name, taken in made.items()))
    print()
    class_board()
    times = [seconds(lambda: simulate(cakes=10_000)) for _ in range(9)]
    best, middle, worst = (of(times) * 1e3 for of in (min, median, max))
    print(f"\nsimulate(cakes=10_000): best {best:.1f} ms, median {middle:.1f} ms, worst {worst:.1f} ms")
    print(f"load: {busy()}")

    if os.name == "nt" or not shutil.which("make") or not (PROJECT / "Makefile").exists():
        print("make lab: skipped, there is no make here")
        return
    times = [lab_is_ready() for _ in range(3)]
    print(f"make lab, from its start to a ready server: first {times[0]:.1f} s, then {min(times[1:]):.1f} s")


if __name__ == "__main__":
    if sys.argv[1:] == ["first"]:
        print(*orders(3, repeats=1))
    elif sys.argv[1:] == ["board"]:
        class_board()
    else:
        main()
