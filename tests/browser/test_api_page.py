"""The page with buttons of notebook 15, from its own cells: what the buttons send, where to, and that nobody else is asked."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from bakery.shop.serving import serve
from workshop.notebooks import read

from .conftest import NOTEBOOKS
from .draft import write_notebook
from .lab import BASE
from .window import REBOUND, OpenNotebook, Window, leaves

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CELLS = {cell["id"]: cell["source"] for cell in read(NOTEBOOKS / "15_api_docs.ipynb").cells}
BEFORE = ("trusting-app", "the-model", "careful-app", "the-bounds", "forgetful-app")
QUART = "\n\n".join(CELLS[name] for name in (*BEFORE, "the-files", "playground-app"))
FLASK = "\n\n".join(CELLS[name] for name in ("by-hand", "the-letter", "flask-counter", "page-for-flask"))
LINKS = {"quart": CELLS["open-the-page"], "flask": FLASK.splitlines()[-1]}
SERVED = {
    "quart": f"{QUART}\napp = playground",
    "flask": f"from bakery import serve\n{FLASK.rpartition('serve(')[0]}\napp = with_page",
}
PAGES = {"quart": "docs", "flask": "docs/"}
WISH = {"cake": "plum", "pieces": 2}
STATUS = ".live-responses-table tr.response .response-col_status"


def app_of(code: str) -> Any:  # noqa: ANN401  # flask or quart
    """The app that some cells make."""
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(code, "cells", "exec"), names)
    return names["app"]


def press(page: "Page", wish: dict[str, Any]) -> tuple[str, str]:
    """Press the first button with this body; the address and the status that came of it."""
    page.locator(".opblock-summary").first.click()
    page.get_by_role("button", name="Try it out").click()
    page.locator("textarea").first.fill(json.dumps(wish))
    with page.expect_response(lambda response: response.request.method == "POST") as sent:
        page.get_by_role("button", name="Execute").click()
    return sent.value.url, str(sent.value.status)


def shown(page: "Page") -> str:
    """The status that the page shows."""
    return page.locator(STATUS).first.inner_text().split()[0]


@pytest.fixture(scope="module")
def playground(window: Window) -> Iterator[OpenNotebook]:
    """A notebook with the cells of 15 that show the two pages, and a page without an entry in `servers`."""
    without = QUART.replace('servers=[{"url": "."}], ', "")
    assert without != QUART
    name = write_notebook(
        window.lab.root / "playground.ipynb",
        quart=f"{QUART}\n{LINKS['quart']}",
        flask=FLASK,
        without=f'{without}\nserve(playground, name="without").link / "docs"',
        later="serve(careful), serve(flask_counter())",  # as later cells do; the pages stay open
    )
    with window.notebook(name) as opened:
        assert opened.run_all(), opened.errors
        yield opened


@contextmanager
def tab(playground: OpenNotebook, number: int) -> Iterator["Page"]:
    """The page that opens when the reader clicks the link of a cell."""
    with playground.page.expect_popup() as popup:
        playground.page.locator(".jp-OutputArea-output a").nth(number).click()
    yield popup.value
    popup.value.close()


@pytest.mark.parametrize(("number", "framework"), list(enumerate(PAGES)), ids=PAGES)
def test_a_button_orders_through_the_proxy_and_nobody_else_is_asked(
    playground: OpenNotebook, number: int, framework: str
) -> None:
    with tab(playground, number) as page:
        address, status = press(page, WISH)
        assert f"{BASE}proxy/absolute/" in address
        assert address == page.url.partition(PAGES[framework])[0] + "orders"
        assert (status, shown(page)) == ("201", "201")
        assert '"cents": 600' in page.locator(".live-responses-table").inner_text()
    assert playground.complaints == []


def test_without_an_entry_in_servers_a_button_leads_to_the_top_of_the_hub(playground: OpenNotebook) -> None:
    with tab(playground, 2) as page:
        address, status = press(page, WISH)
    assert address.partition("127.0.0.1:")[2].partition("/")[2] == "orders"
    assert status in {"403", "404"}  # the hub knows no orders, and may not even look
    playground.complaints.clear()


@contextmanager
def visited(browser: "Browser", code: str, framework: str, host: str) -> "Iterator[tuple[Page, list[str]]]":
    """The page of an app that is served without a proxy, under this name, and what it asks other machines for."""
    context = browser.new_context(service_workers="block")
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    try:
        with serve(app_of(code), name="playground", hosts=[REBOUND]) as shop:
            page = context.new_page()
            page.goto(f"http://{host}:{shop.port}/{PAGES[framework]}")
            own = f"http://{host}:"
            outside: list[str] = []
            yield page, outside
            outside += [url for url in asked if leaves(url) and not url.startswith(own)]
    finally:
        context.close()


@pytest.mark.parametrize("framework", list(PAGES))
@pytest.mark.parametrize("host", ["127.0.0.1", REBOUND], ids=["this machine", "another name"])
def test_a_button_orders_without_a_proxy_and_nobody_else_is_asked(
    browser: "Browser", framework: str, host: str
) -> None:
    """Under another name as well: Swagger UI leaves its validator alone only where the host is this machine."""
    with visited(browser, SERVED[framework], framework, host) as (page, outside):
        assert press(page, WISH)[1] == shown(page) == "201"
    assert outside == []


def test_without_its_two_files_the_page_asks_another_machine_and_stays_blank_without_a_network(
    browser: "Browser",
) -> None:
    with visited(browser, f"{QUART}\napp = careful", "quart", "127.0.0.1") as (page, outside):
        assert page.locator("#swagger-ui").inner_text() == ""
    assert {urlsplit(url).hostname for url in outside} == {"cdnjs.cloudflare.com"}


def test_without_its_setting_the_page_of_flask_tells_a_validator_on_the_internet(browser: "Browser") -> None:
    """Without this, the test above could pass for nothing."""
    code = SERVED["flask"].replace(', config={"validatorUrl": None}', "")
    assert code != SERVED["flask"]
    with visited(browser, code, "flask", REBOUND) as (page, outside):
        press(page, WISH)
    assert [url.partition("?")[0] for url in outside] == ["https://validator.swagger.io/validator"]


def test_the_page_sends_even_what_the_document_forbids_and_the_server_refuses_it(browser: "Browser") -> None:
    with visited(browser, SERVED["quart"], "quart", "127.0.0.1") as (page, _):
        assert press(page, {"cake": "plum", "pieces": 9})[1] == shown(page) == "400"


def test_a_route_that_tells_of_no_answer_shows_none_although_the_order_was_sent(browser: "Browser") -> None:
    code = SERVED["quart"].replace("@validate_response(Slip, 201)\nasync def order_a", "async def order_a")
    assert code != SERVED["quart"]
    with visited(browser, code, "quart", "127.0.0.1") as (page, _):
        assert press(page, WISH)[1] == "201"
        page.get_by_role("button", name="Clear").wait_for()
        assert page.locator(STATUS).count() == 0
