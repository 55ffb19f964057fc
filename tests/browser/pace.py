"""How quick the labs are: run `python -m tests.browser.pace` (about a minute), on a quiet machine.

- from a key on a slider to the redrawn picture, in milliseconds;
- pictures a second that the browser paints of a race of 100 and of 300 bars, and how far it lags behind at the end;
- makespans in the lab, over those of the same race without a view.
"""
# ruff: noqa: T201

import tempfile
from itertools import pairwise
from pathlib import Path
from statistics import median, quantiles

from .draft import write_notebook
from .lab import running_lab
from .test_labs import APPS, Reader
from .window import OpenNotebook, Window, running_browser

# The key is pressed from Python; the clock is the page's own. The picture is replaced in a callback of a frame, and
# a message that is sent then arrives when that frame is drawn.
REDRAWN = """frame => {
    window.moves = [];
    let pressed = 0;
    document.addEventListener('keydown', () => { pressed = performance.now(); }, true);
    const drawn = new MessageChannel();
    drawn.port1.onmessage = () => { if (pressed) window.moves.push(performance.now() - pressed); pressed = 0; };
    new MutationObserver(() => drawn.port2.postMessage('')).observe(frame, {childList: true});
}"""

PAINTED = """frame => {
    window.painted = [];
    window.watching = new MutationObserver(() => window.painted.push(performance.now()));
    window.watching.observe(frame, {childList: true});
}"""

STREAM = """
import asyncio, time
from bakery.picture.live import Growth
from bakery import LiveTimeline

view = LiveTimeline()
view
"""

FEED = """
async def feed(bars, pictures=90, rate=30):
    growth = Growth("Quart", bars)
    for n in range(bars):
        growth.place(f"order {n + 1}", 0.0)
        growth.call(f"order {n + 1}", 0.01)
    begun = time.perf_counter()
    for n in range(pictures):
        view.grow([growth], [n / rate], seconds=pictures / rate)
        await asyncio.sleep(max(0.0, begun + (n + 1) / rate - time.perf_counter()))
    view.show(growth.trace(pictures / rate))
    return time.perf_counter() - begun
"""

RATIO = """
from bakery import order, serve

async def alone(n, threads):
    with serve(flask_app, threads=threads, name="alone f") as f, serve(quart_app, name="alone q") as q:
        return [t.makespan for t in await asyncio.gather(order(f, n), order(q, n))]

async def in_the_lab(n, threads):
    return [t.makespan for t in await lab.run(orders=n, threads=threads, latency=1.0)]

async def ratios(n, threads, repeats=5):
    oven["seconds"] = 1.0
    seen, bare = [], []
    for _ in range(repeats):
        bare.append(await alone(n, threads))
        seen.append(await in_the_lab(n, threads))
    middle = lambda rows, side: sorted(row[side] for row in rows)[len(rows) // 2]
    return [(middle(seen, side), middle(bare, side)) for side in (0, 1)]
"""

ASK = """async (panel, app, code) => {
    const future = panel.sessionContext.session.kernel.requestExecute({code, user_expressions: {answer: 'answer'}});
    const reply = (await future.done).content;
    if (reply.status !== 'ok') throw new Error(`${reply.ename}: ${reply.evalue}`);
    return reply.user_expressions.answer.data['text/plain'];
}"""


def ask(opened: OpenNotebook, code: str) -> str:
    """Await something in the kernel, and return what it gave."""
    answer: str = opened.do(ASK, f"answer = await {code}")
    return answer


def sliders(opened: OpenNotebook) -> None:
    kitchen = Reader(opened, 2)
    frame = kitchen.output.locator(".bakery-live > div").first
    frame.evaluate(REDRAWN)
    for key in ["ArrowRight"] * 30 + ["ArrowLeft"] * 30:
        kitchen.slider("cakes").press(key)
        opened.page.wait_for_timeout(120)
    moves: list[float] = opened.page.evaluate("() => window.moves")
    print(
        f"slider to redraw, {len(moves)} moves: median {median(moves):.0f} ms, p95 {quantiles(moves, n=20)[-1]:.0f} ms"
    )


def stream(opened: OpenNotebook, bars: int) -> None:
    frame = Reader(opened, 3).output.locator(".bakery-live > div").first
    frame.evaluate(PAINTED)
    took = float(ask(opened, f"feed({bars})"))
    done = opened.page.evaluate("() => performance.now()")
    opened.page.wait_for_timeout(1500)
    opened.page.evaluate("() => window.watching.disconnect()")
    times: list[float] = opened.page.evaluate("() => window.painted")
    frames = [later - sooner for sooner, later in pairwise(times)]
    print(
        f"{bars} bars, 90 pictures sent in {took:.2f} s (30 a second are 3.00 s): {len(times)} frames painted, "
        f"median {median(frames):.0f} ms apart, the last {max(0.0, times[-1] - done):.0f} ms after the kernel was done"
    )


def main() -> None:
    """Measure, and print a line for each figure."""
    with tempfile.TemporaryDirectory(prefix="pace-") as folder:
        room, home = Path(folder) / "notebooks", Path(folder) / "home"
        room.mkdir()
        name = write_notebook(
            room / "pace.ipynb",
            apps=APPS,
            race="lab = RaceLab(flask_app, quart_app, oven)\nlab",
            kitchen="from bakery import KitchenLab\nKitchenLab()",
            stream=STREAM,
            feed=FEED,
            ratio=RATIO,
        )
        with (
            running_lab(room, home) as lab,
            running_browser() as browser,
            Window(browser, lab).notebook(name, height=1400) as opened,
        ):
            if not opened.run_all():
                raise SystemExit(opened.errors)
            sliders(opened)
            for bars in (100, 300):
                stream(opened, bars)
            for orders, threads in ((10, 4), (100, 32)):
                print(
                    f"{orders} orders, Flask and Quart, in the lab against without: {ask(opened, f'ratios({orders}, {threads})')}"
                )


if __name__ == "__main__":
    main()
