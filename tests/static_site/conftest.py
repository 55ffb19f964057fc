"""The site that was built, served under a sub-path as static hosts do, and one browser for all its tests."""

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from browser.window import leaves, running_browser

from workshop.site.host import Quiet
from workshop.site.page import BUILDS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Locator, Page, Request

BELOW = "some/where/cakes"

OPENED = """async () => {
    const app = window.jupyterapp, panel = app.shell.currentWidget;
    await app.restored;
    await panel.context.ready;
    await panel.sessionContext.ready;
    panel.content.notebookConfig = {...panel.content.notebookConfig, windowingMode: 'none'};
}"""
MODEL = "() => window.jupyterapp.shell.currentWidget.content.model.sharedModel.toJSON()"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave these tests to `make test-site`, which builds the site first."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.slow)
            if not os.environ.get("SITE"):
                item.add_marker(pytest.mark.skip(reason="the site is tested by: make test-site"))


class Site:
    """A static host with the site below a path, and windows on it."""

    def __init__(self, browser: "Browser", address: str) -> None:
        self.browser = browser
        self.address = address
        self.left: list[str] = []

    @contextmanager
    def context(self) -> "Iterator[BrowserContext]":
        """A browser profile of its own; whatever asks for another machine is written down."""
        context = self.browser.new_context(viewport={"width": 1280, "height": 900})
        context.on("request", self._note)
        try:
            yield context
        finally:
            context.close()

    def _note(self, request: "Request") -> None:
        if leaves(request.url):
            self.left.append(request.url)

    def open(self, context: "BrowserContext", path: str) -> "Page":
        """A page of the site, once its notebook has a kernel."""
        page = context.new_page()
        page.goto(f"{self.address}/{path}")
        page.wait_for_function("() => window.jupyterapp?.shell.currentWidget?.sessionContext", timeout=90_000)
        page.evaluate(OPENED)
        return page

    @contextmanager
    def notebook(self, name: str) -> "Iterator[Page]":
        """A notebook of the site."""
        with self.context() as context:
            yield self.open(context, f"lab/index.html?path={name}")


def run_all(page: "Page", seconds: float = 180) -> bool:
    """Run every cell; whether all of them ran."""
    page.evaluate(
        """() => { window.ranAll = null; window.jupyterapp.commands.execute('notebook:run-all-cells')
            .then(result => { window.ranAll = result !== false; }, () => { window.ranAll = false; }); }"""
    )
    page.wait_for_function("() => window.ranAll !== null", timeout=seconds * 1000)
    return bool(page.evaluate("() => window.ranAll"))


def run(page: "Page", code: str, seconds: float = 90) -> dict[str, Any]:
    """Run code of ours in the notebook's kernel; the messages it sends, joined: its text and its status."""
    script = """async code => {
        const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
        const future = kernel.requestExecute({code});
        let text = '';
        future.onIOPub = message => {
            const content = message.content;
            text += content.text ?? content.data?.['text/plain'] ?? (content.evalue ? `${content.ename}: ${content.evalue}` : '');
        };
        const reply = await future.done;
        return {text, status: reply.content.status};
    }"""
    page.set_default_timeout(seconds * 1000)
    result: dict[str, Any] = page.evaluate(script, code)
    return result


def run_cell(page: "Page", name: str, source: str = "") -> "Locator":
    """Run one cell of the notebook, with this source where one is given; its output on the page."""
    script = """async ([name, source]) => {
        const notebook = window.jupyterapp.shell.currentWidget.content;
        const index = notebook.widgets.findIndex(cell => cell.model.id === name);
        notebook.activeCellIndex = index;
        if (source) notebook.widgets[index].model.sharedModel.setSource(source);
        await window.jupyterapp.commands.execute('notebook:run-cell');
        return notebook.widgets.slice(0, index).filter(cell => cell.model.type === 'code').length;
    }"""
    number: int = page.evaluate(script, [name, source])
    return page.locator(".jp-CodeCell").nth(number).locator(".jp-OutputArea")


def cells(page: "Page") -> list[dict[str, Any]]:
    """The code cells, with their outputs."""
    return [cell for cell in page.evaluate(MODEL)["cells"] if cell["cell_type"] == "code"]


@pytest.fixture(scope="package")
def folder() -> Path:
    """The folder of the site."""
    folder = Path(os.environ["SITE"])
    assert json.loads((folder / BUILDS).read_bytes())["build"], "run: make site"
    return folder


@pytest.fixture(scope="package")
def site(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The site on a static host."""
    root = tmp_path_factory.mktemp("host")
    place = root / BELOW
    place.parent.mkdir(parents=True)
    place.symlink_to(folder.resolve())
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(root)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with running_browser() as browser:
            yield Site(browser, f"http://127.0.0.1:{server.server_port}/{BELOW}")
    finally:
        server.shutdown()
        server.server_close()
