"""The page that nbconvert makes of a stored notebook, as a reader without JupyterLab sees it."""

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

import pytest
from nbconvert import HTMLExporter

from workshop.notebooks import read

from . import axe
from .conftest import NOTEBOOKS
from .window import Theme, shown

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

THEMES: tuple[Theme, ...] = ("light", "dark")
PAGES = [(file.name, theme) for file in sorted(NOTEBOOKS.glob("*.ipynb")) for theme in THEMES]


@cache
def exporter(theme: Theme) -> HTMLExporter:
    """Made once, as it reads all its templates anew."""
    return HTMLExporter(theme=theme)  # type: ignore[no-untyped-call]


@pytest.fixture(scope="module", params=PAGES, ids="-".join)
def page(request: pytest.FixtureRequest, browser: "Browser") -> Iterator["Page"]:
    """A stored page in one theme, without its code: that is nbconvert's to show."""
    name, theme = request.param
    notebook = read(NOTEBOOKS / name)
    for cell in notebook.cells:
        cell.source = "" if cell.cell_type == "code" else cell.source
    html, _ = exporter(theme).from_notebook_node(notebook)
    with shown(html, browser) as page:
        yield page


def test_contrast_is_enough(page: "Page") -> None:
    """Inside JupyterLab, axe's rule for contrast checks nothing; here, other faults are nbconvert's own."""
    assert axe.findings(page, only=["color-contrast"]) == []


def test_pale_words_are_noticed(browser: "Browser") -> None:
    """Without this, the test above could pass for nothing."""
    pale = '<div class="jp-OutputArea-output" style="color: #bbb; background: #fff">pale</div>'
    with shown(pale, browser) as page:
        (finding,) = axe.findings(page, only=["color-contrast"])
    assert "pale" in finding


def test_every_picture_says_in_words_what_it_shows(page: "Page") -> None:
    """nbconvert makes up a text for a picture without one, so that axe is content."""
    pictures = page.locator(".jp-OutputArea-output img, .jp-RenderedMarkdown img").all()
    assert [alt for alt in (picture.get_attribute("alt") for picture in pictures) if not tells(alt)] == []


def tells(alt: str | None) -> bool:
    """Whether somebody wrote this text for this picture."""
    return bool(alt) and "No description" not in str(alt)
