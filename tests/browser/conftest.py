"""One JupyterLab and one browser for the tests of this folder that share a worker, and a kernel per notebook."""

import os
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest

from .lab import running_lab
from .window import Window, chromium, running_browser

if TYPE_CHECKING:
    from playwright.sync_api import Browser

HERE = Path(__file__).parent
NOTEBOOKS = HERE.parents[1] / "notebooks"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run these tests on one Python only, and begin with them."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.slow)


# Not for the session: while its driver runs, Playwright keeps an event loop in this thread, and tests of
# other folders call asyncio.run.
@pytest.fixture(scope="package")
def browser() -> Iterator["Browser"]:
    """A browser, without a window yet."""
    if chromium() is None:
        _cannot("Debian's chromium is not installed")
    for package in ("playwright", "axe_playwright_python"):
        if find_spec(package) is None:
            _cannot(f"{package} is not installed")
    with running_browser() as browser:
        yield browser


@pytest.fixture(scope="package")
def window(browser: "Browser", tmp_path_factory: pytest.TempPathFactory) -> Iterator[Window]:
    """A JupyterLab that shows a copy of the notebooks, in that browser."""
    with running_lab(NOTEBOOKS, tmp_path_factory.mktemp("lab")) as lab:
        yield Window(browser, lab)


@pytest.fixture(scope="package")
def artefacts() -> Path | None:
    """Where pictures of the pages are kept, for whoever asks for them: they take a tenth of the time of these tests."""
    kept = os.environ.get("BROWSER_ARTEFACTS")
    return Path(kept) if kept else None


def _cannot(reason: str) -> NoReturn:
    """Skip, and say why; but a missing browser must not make the checks of a change pass in silence."""
    if os.environ.get("CI"):
        pytest.fail(f"{reason}, and CI is set: nothing may be skipped")
    pytest.skip(reason)
