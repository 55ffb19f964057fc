"""What axe-core, the accessibility checker, finds on a page."""

from collections.abc import Sequence
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Page

# Of JupyterLab's page only what is ours: its own faults would drown them.
OURS = (".jp-OutputArea-output", ".jp-RenderedMarkdown")

# ipywidgets gives a slider's handle no name, whatever one sets. A test of ours wants a number field beside it.
NAMELESS = ".noUi-handle"


def findings(page: "Page", *, within: Sequence[str] = OURS, only: Sequence[str] = ()) -> list[str]:
    """One line for each element that breaks a rule; `only` some rules, or all of them."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate((files("axe_playwright_python") / "axe.min.js").read_text("utf-8"))
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    if only:
        options["runOnly"] = list(only)
    found: dict[str, Any] = page.evaluate(
        "([include, exclude, options]) => axe.run({include, exclude}, options)",
        [[[selector] for selector in within], [[NAMELESS]], options],
    )
    return [
        f"{rule['id']}: {rule['help']}: {node['html'][:200]} at {node['target']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]
