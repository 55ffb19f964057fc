"""A browser window on a running JupyterLab: open a notebook, run it, read it, look at it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from .lab import Lab

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page
    from playwright.sync_api import Error as ScriptError

Theme = Literal["light", "dark"]
THEMES: dict[Theme, str] = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}

# Without these, the browser itself looks for updates and greets its maker. With the rules of `running_browser`
# it knows no other machine, so that nothing leaves this one; what tries is written down (see `_listen`). Playwright's own way, to ask us about
# each request, takes the cache from the browser, and a third of the time of opening JupyterLab.
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

POLLING = 100
"""Milliseconds between two looks at a page that is busy. Asked at every frame, it would be busier."""

READY_FOR_ONE = "() => window.jupyterapp?.shell !== undefined"

SHOW = """async name => {
    const app = window.jupyterapp;
    await app.restored;
    const panel = await app.commands.execute('docmanager:open', {path: name, factory: 'Notebook'});
    app.shell.activateById(panel.id);
}"""

HAS_NOTEBOOK = "() => window.jupyterapp?.shell.currentWidget?.sessionContext"

OPENED = """async (panel, app) => {
    await app.restored;
    await panel.context.ready;
    await panel.sessionContext.ready;
    await panel.revealed;
    // A widget's callback that raises belongs to no cell: its error goes to a log that nobody opens.
    panel.sessionContext.iopubMessage.connect((_, message) => {
        if (message.header.msg_type === 'error' && message.parent_header.msg_type !== 'execute_request')
            console.error(`in a callback: ${message.content.ename}: ${message.content.evalue}`);
    });
    app.shell.collapseLeft();
    app.shell.collapseRight();
}"""

# The last frame is drawn, and no widget is still on its way.
SETTLED = """async () => {
    const loading = () => [...document.querySelectorAll('.jp-OutputArea-output')]
        .some(output => output.textContent.trim() === 'Loading widget...');
    for (let tries = 0; loading() && tries < 600; tries++) await new Promise(done => setTimeout(done, 100));
    await document.fonts.ready;
    for (let frame = 0; frame < 3; frame++) await new Promise(done => requestAnimationFrame(done));
}"""

READY = """(panel, app, id) => {
    const cells = panel.content.widgets;
    panel.content.activeCellIndex = cells.findIndex(cell => cell.model.id === id);
    panel.content.deselectAll();
    panel.content.mode = 'edit';
    panel.content.activeCell.editor.focus();
}"""

# JupyterLab sends all cells at once, and calls the whole run over as soon as one of them raises, even one that should.
# An empty request behind them is answered when the last of them has ended.
RUN_ALL = """(panel, app) => {
    window.ranAll = null;
    const last = async () => panel.sessionContext.session.kernel.requestExecute({code: '', silent: true}).done;
    app.commands.execute('notebook:run-all-cells')
        .then(async ran => { await last(); return ran !== false; })
        .then(ran => { window.ranAll = ran; }, () => { window.ranAll = false; });
}"""

RAN = """() => {
    const cell = window.jupyterapp.shell.currentWidget.content.activeCell.model;
    return cell.executionState === 'idle' && cell.executionCount !== null;
}"""

ACTIVE = ".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell.jp-mod-active"

SCROLLER = ".jp-NotebookPanel:not(.lm-mod-hidden) .jp-WindowedPanel-outer"


@dataclass(frozen=True)
class Complaint:
    """Something the page said that it should not have said."""

    kind: Literal["console", "exception", "request"]
    text: str
    source: str = ""

    def __str__(self) -> str:
        where = f"  ({self.source})" if self.source else ""
        return f"{self.kind}: {self.text}{where}"


@dataclass
class OpenNotebook:
    """A notebook on the screen, with a kernel of its own; `complaints` grows while it is used."""

    page: "Page"
    complaints: list[Complaint]

    def do(self, script: str, argument: object = None) -> Any:  # noqa: ANN401  (whatever JSON the script returns)
        """Run JavaScript in the page: a function of `(panel, app, argument)`, awaited."""
        return self.page.evaluate(
            f"argument => ({script})(window.jupyterapp.shell.currentWidget, window.jupyterapp, argument)",
            argument,
        )

    def run_all(self, seconds: float = 120.0) -> bool:
        """Run every cell, as the menu does; whether none of them raised.

        Raises `TimeoutError` when they have not ended after `seconds`.
        """
        self.start_all()
        return self.wait_all(seconds)

    def start_all(self) -> None:
        """Begin to run every cell, and return at once."""
        self.do(RUN_ALL)

    def wait_all(self, seconds: float = 120.0) -> bool:
        """Wait until the last of the cells that `start_all` began has ended; whether none of them raised."""
        self.page.wait_for_function("() => window.ranAll !== null", timeout=seconds * 1000, polling=POLLING)
        self.settle()
        return bool(self.page.evaluate("() => window.ranAll"))

    def run(self, cell: str, text: str | None = None) -> str:
        """Run the cell of this id, as a reader does, with `text` typed in its place; the words below it."""
        self.do(READY, cell)
        return self._typed(text)

    def run_below(self, text: str) -> str:
        """Run a new cell below the one that ran last; the words below it."""
        for key in ("Escape", "b", "Enter"):
            self.page.keyboard.press(key)
        return self._typed(text)

    def _typed(self, text: str | None) -> str:
        if text is not None:
            self.page.keyboard.press("ControlOrMeta+a")
            self.page.keyboard.insert_text(text)
        # A stored notebook has a number there already, and it may be the very one that comes.
        self.do("panel => { panel.content.activeCell.model.executionCount = null; }")
        self.page.keyboard.press("Control+Enter")
        self.page.wait_for_function(RAN, polling=POLLING)
        self.settle()
        return "\n".join(self.active.locator(".jp-OutputArea-output").all_inner_texts())

    @property
    def active(self) -> "Locator":
        """The cell that ran last."""
        return self.page.locator(ACTIVE)

    def restart(self) -> None:
        """Restart the kernel."""
        self.do("panel => panel.sessionContext.session.kernel.restart()")

    def settle(self) -> None:
        """Wait until the widgets are there and the last frame is drawn."""
        self.page.evaluate(SETTLED)

    def wear(self, theme: Theme) -> None:
        """Change JupyterLab's theme."""
        change = "(panel, app, theme) => app.commands.execute('apputils:change-theme', {theme})"
        self.do(change, THEMES[theme])
        # JupyterLab covers the page meanwhile; a second change under that cover removes it twice.
        self.page.wait_for_function("() => !document.getElementById('jupyterlab-splash')", polling=POLLING)
        self.settle()

    @property
    def model(self) -> dict[str, Any]:
        """The notebook as JupyterLab would save it now."""
        model: dict[str, Any] = self.do("panel => panel.content.model.sharedModel.toJSON()")
        return model

    @property
    def errors(self) -> list[str]:
        """The errors shown under cells that are not meant to fail, each with its cell's id."""
        return [
            f"{cell['id']}: {output['ename']}: {output['evalue']}"
            for cell in self.model["cells"]
            if cell["cell_type"] == "code" and "raises-exception" not in cell["metadata"].get("tags", [])
            for output in cell["outputs"]
            if output["output_type"] == "error"
        ]

    def screenshots(self, folder: Path, name: str, *, tall: int = 0) -> list[Path]:
        """The whole notebook, one window full after the other, as NAME-01.png, NAME-02.png …

        A window of `tall` pixels, for that long, makes few pictures of many.
        """
        folder.mkdir(parents=True, exist_ok=True)
        size = self.page.viewport_size
        if tall and size:
            self.page.set_viewport_size({"width": size["width"], "height": tall})
        try:
            return self._pictures(folder, name)
        finally:
            if tall and size:
                self.page.set_viewport_size(size)

    def _pictures(self, folder: Path, name: str) -> list[Path]:
        scroller = self.page.locator(SCROLLER)
        self.page.mouse.move(0, 0)
        box = scroller.bounding_box()
        if box is None:
            raise RuntimeError("the notebook is not on the screen")
        height = scroller.evaluate("element => element.scrollHeight")
        step = int(box["height"]) - 40  # a line or two is seen twice, so that no line is cut on both pages
        files = []
        for number, top in enumerate(range(0, max(int(height) - 40, 1), step), start=1):
            scroller.evaluate("(element, top) => element.scrollTo(0, top)", top)
            self.settle()
            files.append(folder / f"{name}-{number:02}.png")
            self.page.screenshot(path=files[-1], clip=box)
        return files

    def close(self) -> None:
        """Save the notebook, shut the kernel down and close it; JupyterLab's page stays.

        In this order: widgets leave with their kernel, and what is saved afterwards may be without them.
        """
        self.do(
            """async panel => {
                await panel.context.save();
                await panel.sessionContext.shutdown();
                panel.dispose();
            }"""
        )


@dataclass(frozen=True)
class Desk:
    """A page with JupyterLab on it, where one notebook after the other is worked on."""

    page: "Page"
    complaints: list[Complaint]

    def open(self, name: str, theme: Theme, width: int, height: int) -> OpenNotebook:
        """Open a notebook on this page, of which nothing has been said yet."""
        self.complaints.clear()
        self.page.set_viewport_size({"width": width, "height": height})
        self.page.evaluate(SHOW, name)
        self.page.wait_for_function(HAS_NOTEBOOK, timeout=60_000, polling=POLLING)
        opened = OpenNotebook(self.page, self.complaints)
        opened.do(OPENED)
        opened.wear(theme)
        return opened


@dataclass(frozen=True)
class Window:
    """A browser that opens notebooks of one JupyterLab; a page that is free again serves the next one."""

    browser: "Browser"
    lab: Lab
    _free: list[Desk] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=count)

    @contextmanager
    def notebook(
        self, name: str, *, theme: Theme = "light", width: int = 1280, height: int = 900
    ) -> Iterator[OpenNotebook]:
        """Open a notebook of the lab's folder; its kernel ends with the block.

        Raises `FileNotFoundError` if there is none of this name.
        """
        if not (self.lab.root / name).is_file():
            raise FileNotFoundError(f"no notebook {name} in {self.lab.root}")
        desk = self._free.pop() if self._free else self._new_desk()
        try:
            opened = desk.open(name, theme, width, height)
            yield opened
            opened.close()
        except BaseException:
            desk.page.context.close()  # whatever is on it now is nobody else's trouble
            raise
        self._free.append(desk)

    @contextmanager
    def page(self) -> "Iterator[Page]":
        """An empty page of a browser profile of its own."""
        context = self.browser.new_context(bypass_csp=True, service_workers="block")
        try:
            yield context.new_page()
        finally:
            context.close()

    def _new_desk(self) -> Desk:
        context = self.browser.new_context(bypass_csp=True, service_workers="block")
        complaints: list[Complaint] = []
        _listen(context, complaints)
        page = context.new_page()
        page.goto(self.lab.address(f"test-{next(self._numbers)}"), timeout=60_000)
        page.wait_for_function(READY_FOR_ONE, timeout=60_000, polling=POLLING)
        return Desk(page, complaints)


def chromium() -> str | None:
    """Debian's Chromium, if it is here: the one that has no windows where there is a choice, for it needs less time."""
    return shutil.which("chromium-headless-shell") or shutil.which("chromium")


REBOUND = "rebound.test"
"""A name that its owner lets point to this machine, once the page has come from elsewhere."""

NAMES = f"MAP {REBOUND} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"
"""The names of machines as the browser knows them. One worker has one browser, so these are for all its tests."""


@contextmanager
def running_browser() -> Iterator["Browser"]:
    """A headless browser for as long as the block lasts."""
    from playwright.sync_api import sync_playwright  # here, so that tests can be collected without it

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(), args=[*FLAGS, f"--host-resolver-rules={NAMES}"]
        )
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def shown(html: str, browser: "Browser") -> Iterator["Page"]:
    """A page of HTML, for which there is no other machine."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, bypass_csp=True)
    try:
        page = context.new_page()
        page.set_content(html)
        yield page
    finally:
        context.close()


def _listen(context: "BrowserContext", complaints: list[Complaint]) -> None:
    """Write down the errors of all pages, and whatever they ask another machine for."""

    def hear(message: "ConsoleMessage") -> None:
        if message.type == "error":
            complaints.append(Complaint("console", message.text, message.location.get("url", "")))

    def note(url: str) -> None:
        if leaves(url):
            complaints.append(Complaint("request", url))

    context.on("console", hear)
    context.on("weberror", lambda raised: complaints.append(Complaint("exception", _words(raised.error))))
    context.on("request", lambda request: note(request.url))
    context.on("page", lambda page: page.on("websocket", lambda socket: note(socket.url)))


def _words(error: "ScriptError") -> str:
    return error.stack or error.message


def leaves(url: str) -> bool:
    """Whether a request to this address would leave the machine."""
    parts = urlsplit(url)
    return parts.scheme in {"http", "https", "ws", "wss"} and parts.hostname not in {"127.0.0.1", "localhost"}
