"""What only JupyterLab can show: sliders while the kernel is busy, links through the proxy, faults of a page."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from workshop.notebooks import read

from . import axe
from .conftest import NOTEBOOKS
from .draft import FIRST_WIDGET, write_notebook
from .lab import BASE
from .window import OpenNotebook, Window

if TYPE_CHECKING:
    from playwright.sync_api import Page

FLASK = """
    import flask

    from bakery import serve

    app = flask.Flask(__name__)

    @app.get("/")
    def door():
        return f'<h1>Flask</h1> <a id="old" href="{flask.url_for("old")}">old menu</a>'

    @app.get("/old")
    def old():
        return flask.redirect(flask.url_for("menu"))

    @app.get("/menu")
    def menu():
        return f'<h1>Menu</h1> <p>{flask.url_for("door", _external=True)}</p>'

    serve(app).link
"""

QUART = """
    import quart

    app = quart.Quart(__name__)

    @app.get("/")
    async def door():
        return f'<h1>Quart</h1> <a id="old" href="{quart.url_for("old")}">old menu</a> <p>{quart.url_for("bell", _external=True)}</p>'

    @app.get("/old")
    async def old():
        return quart.redirect(quart.url_for("menu"))

    @app.get("/menu")
    async def menu():
        return f'<h1>Menu</h1> <p>{quart.url_for("door", _external=True)}</p>'

    @app.websocket("/bell")
    async def bell():
        await quart.websocket.send(f"{await quart.websocket.receive()} is ready")

    serve(app).link
"""

RING = """path => new Promise((resolve, reject) => {
    const bell = new WebSocket(path);
    bell.onopen = () => bell.send('cake 1');
    bell.onmessage = message => resolve(message.data);
    bell.onerror = () => reject(new Error(`no bell at ${bell.url}`));
})"""


def test_a_slider_moved_while_a_cell_awaits_stays_alive(window: Window) -> None:
    """ipykernel 7.4.0 never says that it is idle again, so that the slider's next move is lost."""
    name = write_notebook(
        window.lab.root / "moved_while_awaiting.ipynb",
        first=FIRST_WIDGET,
        slider="""
            import ipywidgets as widgets

            slider = widgets.IntSlider(description="Oven")
            seen = widgets.HTML("seen 0")
            slider.observe(lambda change: setattr(seen, "value", f"seen {change.new}"), "value")
            widgets.VBox([slider, seen])
        """,
        awaiting="""
            import asyncio

            async with asyncio.timeout(60):
                while slider.value == 0:
                    await asyncio.sleep(0.05)
        """,
    )
    with window.notebook(name) as opened:
        opened.run("first")
        opened.start_all()
        handle = opened.page.locator(".noUi-handle")
        handle.press("ArrowRight")
        opened.page.get_by_text("seen 1").wait_for(timeout=60_000)
        assert opened.wait_all(90), opened.errors
        for moved in range(2, 5):
            handle.press("ArrowRight")
            opened.page.get_by_text(f"seen {moved}").wait_for(timeout=30_000)
        assert opened.complaints == []


def test_a_page_that_misbehaves_is_noticed(window: Window) -> None:
    """Without this, the tests of the notebooks could pass for nothing."""
    name = write_notebook(
        window.lab.root / "misbehaving.ipynb",
        asking="""
            from IPython.display import HTML
            HTML('<img src="https://pictures.example/cake.png"><script>console.error("burnt")</script>')
        """,
        drawing="""
            HTML('<svg role="img" width="9" height="9"></svg>')
        """,
        calling="""
            from ipywidgets import IntSlider
            slider = IntSlider()
            slider.observe(lambda change: 1 / 0, "value")
            slider
        """,
        failing="""
            raise ValueError("no flour")
        """,
        never_run="""
            "not reached"
        """,
    )
    with window.notebook(name) as opened:
        assert not opened.run_all()
        assert opened.errors == ["failing: ValueError: no flour"]
        assert opened.model["cells"][-1]["execution_count"] is None
        with opened.page.expect_console_message(lambda message: "in a callback" in message.text):
            opened.page.locator(".noUi-handle").press("ArrowRight")
        complaints = "\n".join(map(str, opened.complaints))
        assert "request: https://pictures.example/cake.png" in complaints
        assert "console: burnt" in complaints
        assert "in a callback: ZeroDivisionError: division by zero" in complaints
        assert any(finding.startswith("svg-img-alt") for finding in axe.findings(opened.page))


@pytest.fixture(scope="module")
def shops(window: Window) -> Iterator[OpenNotebook]:
    """A notebook that serves both apps and shows their links."""
    name = write_notebook(window.lab.root / "links.ipynb", flask=FLASK, quart=QUART)
    with window.notebook(name) as opened:
        assert opened.run_all(), opened.errors
        yield opened


def click(shops: OpenNotebook, number: int) -> "Page":
    """The tab that opens when the reader clicks the link."""
    with shops.page.expect_popup() as popup:
        shops.page.locator(".jp-OutputArea-output a").nth(number).click()
    return popup.value


@pytest.mark.parametrize(("number", "heading"), [(0, "Flask"), (1, "Quart")])
def test_the_link_opens_the_app_and_every_address_in_it_is_right(
    shops: OpenNotebook, number: int, heading: str
) -> None:
    """Links, redirects and full addresses lead back through the proxy, below the base URL."""
    tab = click(shops, number)
    door = tab.url
    assert f"{BASE}proxy/" in door
    assert tab.locator("h1").inner_text() == heading
    tab.locator("#old").click()
    assert tab.locator("h1").inner_text() == "Menu"
    assert tab.url == f"{door}menu"
    assert tab.locator("p").inner_text() == door
    tab.close()
    assert shops.complaints == []


def test_the_page_is_shown_below_the_cell_when_it_is_unfolded_by_keyboard(shops: OpenNotebook) -> None:
    output = shops.page.locator(".jp-OutputArea-output", has_text="Show the page here").nth(1)
    frame = output.locator("iframe")
    assert shops.page.frame(url=re.compile("/proxy/absolute/")) is None, "nothing is asked for before"
    output.locator("summary").press("Enter")
    assert frame.content_frame.locator("h1").inner_text() == "Quart"
    assert frame.evaluate("frame => getComputedStyle(frame).backgroundColor") == "rgb(255, 255, 255)"
    output.locator("summary").press("Enter")
    assert not frame.is_visible()
    assert shops.complaints == []


def page_of_09() -> str:
    """The page that notebook 09 serves beside itself, and the stream that it reads, from the notebook's own cells."""
    cells = {
        cell["id"]: "".join(cell["source"]) for cell in read(NOTEBOOKS / "09_streams_and_sockets.ipynb").cells
    }
    return f"from bakery import serve\n{cells['the-oven']}\n\n{cells['the-page-app']}\n\nserve(shown).link"


WATCH = """() => {
    const moments = [];
    new MutationObserver(() => moments.push(performance.now())).observe(document.body, {childList: true, subtree: true});
    return new Promise(resolve => {
        const look = () => document.querySelectorAll("li").length === 3 ? resolve(moments) : setTimeout(look, 20);
        look();
    });
}"""


def test_the_page_of_09_hears_its_events_one_by_one_through_the_proxy(window: Window) -> None:
    name = write_notebook(window.lab.root / "events.ipynb", page=page_of_09())
    with window.notebook(name) as opened:
        assert opened.run_all(), opened.errors
        tab = click(opened, 0)
        assert f"{BASE}proxy/" in tab.url
        moments = tab.evaluate(WATCH)
        assert tab.locator("li").all_inner_texts() == ["mixed", "in the oven", "done"]
        # A bake lies between two of them; all at once, at the end, would be no stream.
        assert moments[-1] - moments[0] > 200
        tab.close()
        assert opened.complaints == []


def test_a_websocket_passes_through_the_proxy(shops: OpenNotebook) -> None:
    tab = click(shops, 1)
    assert tab.evaluate(RING, tab.locator("p").inner_text()) == "cake 1 is ready"
    tab.close()
    assert shops.complaints == []
