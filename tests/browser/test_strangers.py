"""A real browser, on a page of another site: what that page can make of a shop on this machine."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import flask
import pytest
import quart

from bakery.shop.serving import Shop, serve

from .window import REBOUND

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

READ = """async address => {
    try { const answer = await fetch(address); return [answer.status, await answer.text()]; }
    catch (error) { return [0, String(error)]; }
}"""

SEND = """async address => {
    try { await fetch(address, {method: 'POST', mode: 'no-cors', body: 'cake=mine'}); return 'sent'; }
    catch (error) { return String(error); }
}"""

POST = """address => {
    const form = Object.assign(document.createElement('form'), {method: 'POST', action: address});
    document.body.append(form);
    form.submit();
}"""

CALL = """address => new Promise(resolve => {
    const line = new WebSocket(address);
    line.onmessage = message => resolve(message.data);
    line.onerror = () => resolve('refused');
})"""


def order_is_in(done: list[str]) -> str:
    done.append("order")
    return "done"


def a_bakery(framework: Any) -> tuple[Any, list[str]]:  # noqa: ANN401  # flask or quart
    """An app that notes what is done to it."""
    app = framework(__name__)
    done: list[str] = []
    app.add_url_rule("/", "door", lambda: "<h1>open</h1>")
    app.add_url_rule("/cake", "cake", lambda: "secret recipe")
    app.add_url_rule("/order", "order", lambda: order_is_in(done), methods=["POST"])
    app.add_url_rule("/burnt", "burnt", lambda: str(1 / 0))
    return app, done


@pytest.fixture(scope="module", params=[flask.Flask, quart.Quart], ids=["flask", "quart"])
def bakery(request: pytest.FixtureRequest) -> Iterator[tuple[Shop, list[str]]]:
    app, done = a_bakery(request.param)
    with serve(app, name="under attack") as shop:
        yield shop, done


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[Shop]:
    """Another site: at another port, and by the name of localhost at another name, too."""
    app = flask.Flask(__name__)
    app.add_url_rule("/", "door", lambda: "<h1>another site</h1>")
    with serve(app, name="another site") as shop:
        yield shop


@pytest.fixture(params=["127.0.0.1", "localhost"], ids=["another port", "another name"])
def page(request: pytest.FixtureRequest, browser: "Browser", elsewhere: Shop) -> Iterator["Page"]:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"http://{request.param}:{elsewhere.port}/")
    assert page.locator("h1").inner_text() == "another site"
    yield page
    context.close()


def test_a_page_of_another_site_cannot_read_or_send_anything(
    page: "Page", bakery: tuple[Shop, list[str]]
) -> None:
    shop, done = bakery
    assert page.evaluate(READ, f"{shop.url}/cake")[0] == 0
    page.evaluate(SEND, f"{shop.url}/order")
    assert done == []


def test_a_form_on_a_page_of_another_site_gets_a_sentence(
    page: "Page", bakery: tuple[Shop, list[str]]
) -> None:
    shop, done = bakery
    with page.expect_navigation():
        page.evaluate(POST, f"{shop.url}/order")
    assert "This shop answers its own pages, and not those of" in page.locator("body").inner_text()
    assert done == []


def test_a_link_on_a_page_of_another_site_may_be_followed(
    page: "Page", bakery: tuple[Shop, list[str]]
) -> None:
    shop, _ = bakery
    page.evaluate("address => { location.href = address; }", f"{shop.url}/")
    page.wait_for_url(f"{shop.url}/")
    assert page.locator("h1").inner_text() == "open"


def test_a_page_whose_name_is_let_point_here_reads_no_more_than_a_sentence(
    browser: "Browser", bakery: tuple[Shop, list[str]]
) -> None:
    """To the browser it is the shop's own page: the name is all that tells it from one."""
    shop, done = bakery
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"http://{REBOUND}:{shop.port}/")
    sentence = f'This shop does not answer under the name "{REBOUND}".'
    assert sentence in page.locator("body").inner_text()
    for path in ("/cake", "/burnt"):
        status, text = page.evaluate(READ, path)
        assert status == 403
        assert text.startswith(sentence)
    page.evaluate(SEND, "/order")
    assert done == []
    context.close()


def test_a_shops_own_page_reads_and_sends_as_ever(browser: "Browser", bakery: tuple[Shop, list[str]]) -> None:
    shop, done = bakery
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{shop.url}/")
    assert page.evaluate(READ, "/cake") == [200, "secret recipe"]
    with page.expect_navigation():
        page.evaluate(POST, "/order")
    assert done == ["order"]
    done.clear()
    context.close()


def test_a_websocket_of_another_site_is_refused_and_one_of_the_shops_own_page_is_not(
    browser: "Browser",
) -> None:
    app = quart.Quart(__name__)

    @app.get("/")
    async def door() -> str:
        return "<h1>open</h1>"

    @app.websocket("/line")
    async def line() -> None:
        await quart.websocket.send("hello")
        await quart.websocket.receive()

    with serve(app, name="with a line") as shop:
        context = browser.new_context()
        page = context.new_page()
        page.goto(f"{shop.url}/")
        address = f"ws://127.0.0.1:{shop.port}/line"
        assert page.evaluate(CALL, address) == "hello"
        page.goto(f"http://localhost:{shop.port}/")
        assert page.evaluate(CALL, address) == "refused"
        context.close()
