"""One JupyterLab and one browser for all tests of this folder, and a kernel for each notebook."""

import os
import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

import pytest

from .lab import Lab, running_lab
from .window import Window, browser_window

HERE = Path(__file__).parent
NOTEBOOKS = HERE.parents[1] / "notebooks"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep these tests on one worker, so that there is one JupyterLab, and on one Python."""
    spread = config.pluginmanager.hasplugin("xdist")
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.slow)
            if spread:
                item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="package")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A JupyterLab that shows a copy of the notebooks."""
    if shutil.which("chromium") is None:
        _cannot("Debian's chromium is not installed")
    for package in ("playwright", "axe_playwright_python"):
        if find_spec(package) is None:
            _cannot(f"{package} is not installed")
    with running_lab(NOTEBOOKS, tmp_path_factory.mktemp("lab")) as lab:
        yield lab


# Not for the session: while its driver runs, Playwright keeps an event loop in this thread, and tests of
# other folders call asyncio.run.
@pytest.fixture(scope="package")
def window(lab: Lab) -> Iterator[Window]:
    """A browser on that JupyterLab."""
    with browser_window(lab) as window:
        yield window


@pytest.fixture(scope="package")
def artefacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the pictures are kept."""
    kept = os.environ.get("BROWSER_ARTEFACTS")
    return Path(kept) if kept else tmp_path_factory.mktemp("pictures")


def _cannot(reason: str) -> NoReturn:
    """Skip, and say why; but a missing browser must not make the checks of a change pass in silence."""
    if os.environ.get("CI"):
        pytest.fail(f"{reason}, and CI is set: nothing may be skipped")
    pytest.skip(reason)
