"""The page that nbconvert makes of a notebook, as a reader without JupyterLab sees it."""

import pytest
from nbconvert import HTMLExporter

from . import axe
from .conftest import NOTEBOOKS
from .window import Theme, Window


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", sorted(file.name for file in NOTEBOOKS.glob("*.ipynb")))
def test_contrast_is_enough_on_the_stored_page(window: Window, name: str, theme: Theme) -> None:
    """Axe's rule for contrast checks nothing inside JupyterLab, so it looks at this page."""
    html, _ = HTMLExporter(theme=theme).from_filename(str(NOTEBOOKS / name))  # type: ignore[no-untyped-call]
    with window.page(html) as page:
        assert axe.findings(page, only=["color-contrast"]) == []
