"""The picture on the README's first page: one thread, four threads and Quart, drawn from a run on live servers.

    python -m workshop.race_picture

races, and writes the picture twice, for light and for dark pages, and the README's words for it. `make picture`.
"""

import asyncio
import time
from html import escape
from pathlib import Path

from flask import Flask
from quart import Quart

from bakery.orders.ordering import order
from bakery.picture.layout import lay_out
from bakery.picture.look import DARK, LIGHT
from bakery.picture.timeline import paint, timeline
from bakery.shop.serving import serve
from bakery.trace import Trace

ORDERS = 8
BAKE = 1.0
"""Seconds of a bake: long enough for a measurement to be theory's but for a hundredth."""
WIDTH = 760
FILES = {"docs/race-light.svg": LIGHT, "docs/race-dark.svg": DARK}
OPEN, CLOSE = "<!-- picture -->\n", "<!-- /picture -->"


def apps() -> tuple[Flask, Quart]:
    """The same bakery twice: one that stands at the oven, and one that does not."""
    flask_app, quart_app = Flask(__name__), Quart(__name__)

    @flask_app.get("/cake")
    def cake() -> str:
        time.sleep(BAKE)
        return "cake"

    @quart_app.get("/cake")
    async def other_cake() -> str:
        await asyncio.sleep(BAKE)
        return "cake"

    return flask_app, quart_app


async def race() -> list[Trace]:
    """One thread, four threads, and Quart: each serves the same orders, all placed at the same moment."""
    flask_app, quart_app = apps()
    traces = []
    for app, threads, title in (
        (flask_app, 1, "Flask, one thread"),
        (flask_app, 4, "Flask, four threads"),
        (quart_app, None, "Quart, one thread that does not wait"),
    ):
        with serve(app, threads=threads) as shop:
            traces.append(await order(shop, ORDERS, title=title, bake=BAKE))
    return traces


def files(traces: list[Trace]) -> dict[str, str]:
    """The text of each file of the picture, by its name."""
    words = timeline(*traces).words
    layout = lay_out(traces, WIDTH)
    return {name: f"{paint(layout, words, colours)}\n" for name, colours in FILES.items()}


def shown(traces: list[Trace]) -> str:
    """The README's HTML: GitHub takes the picture that fits the page's theme."""
    light, dark = FILES
    words = escape(" ".join(timeline(*traces).words.split()))
    return (
        "<picture>\n"
        f'  <source media="(prefers-color-scheme: dark)" srcset="{dark}">\n'
        f'  <img src="{light}" width="{WIDTH}" alt="{words}">\n'
        "</picture>\n"
    )


def placed(readme: str, picture: str) -> str:
    """The README with the picture in its marked place. Raises `ValueError` where there is none."""
    before, mark, rest = readme.partition(OPEN)
    _, end, after = rest.partition(CLOSE)
    if not (mark and end):
        raise ValueError(f"README.md: needs a place for the picture, {OPEN.strip()} … {CLOSE}")
    return f"{before}{mark}{picture}{end}{after}"


def write(root: Path, traces: list[Trace]) -> None:
    """Write the files of the picture, and the README's words for it."""
    for name, text in files(traces).items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    readme = root / "README.md"
    readme.write_text(placed(readme.read_text(encoding="utf-8"), shown(traces)), encoding="utf-8")


if __name__ == "__main__":
    write(Path(__file__).parents[2], asyncio.run(race()))
