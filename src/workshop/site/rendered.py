"""The pages to read: every notebook with its stored outputs as plain HTML, and a list of their sections to search in."""

import html
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Template
from typing import Any

from bs4 import BeautifulSoup
from nbconvert import HTMLExporter
from nbformat import NotebookNode
from pygments.formatters import HtmlFormatter  # type: ignore[import-untyped]

from workshop.notebooks import read as read_notebook
from workshop.series import Told
from workshop.site.files import Files, as_json

FOLDER = "read"
RUNNING = re.compile(r'(?:href|src)="http://127\.0\.0\.1:\d+')
"""The link of a shop that ran when the page was stored."""

TO_A_NOTEBOOK = re.compile(r'href="(\w+)\.ipynb(#[^"]*)?"')


def pages(root: Path, share: Path, series: tuple[Told, ...]) -> Files:
    """A page for each notebook, with links to its neighbours, and what can be found in them."""
    template = Template((share / "read.html").read_text(encoding="utf-8"))
    files: Files = {}
    found: list[dict[str, str]] = []
    for place, told in enumerate(series):
        notebook = read_notebook(root / "notebooks" / f"{told.name}.ipynb")
        shown = body(notebook)
        words = {
            "name": told.name,
            "title": html.escape(told.title),
            "body": shown,
            "before": neighbour(series[place - 1] if place else None, "Before: {}"),
            "after": neighbour(series[place + 1] if place + 1 < len(series) else None, "Next: {}"),
        }
        files[f"{FOLDER}/{told.name}.html"] = template.substitute(words).encode()
        found += (one for one in sections(told, shown) if one["text"])
    files[f"{FOLDER}/sections.json"] = as_json(found)
    files[f"{FOLDER}/code.css"] = colours().encode()
    return files


def colours() -> str:
    """The colours of code, on light and on dark paper."""
    light = HtmlFormatter(style="default").get_style_defs(".highlight")
    dark = HtmlFormatter(style="github-dark").get_style_defs(".highlight")
    # The paper is the page's own.
    return (
        f"{light}\n@media (prefers-color-scheme: dark) {{\n{dark}\n}}\n.highlight {{ background: none; }}\n"
    )


def neighbour(told: Told | None, words: str) -> str:
    """A link to another page, or nothing."""
    return f'<a href="{told.name}.html">{html.escape(words.format(told.title))}</a>' if told else ""


def body(notebook: NotebookNode) -> str:
    """The cells of a notebook as HTML, with links between pages that lead to pages."""
    text, _ = exporter().from_notebook_node(without_links_to_what_ran(notebook))
    return TO_A_NOTEBOOK.sub(lambda link: f'href="{link[1]}.html{link[2] or ""}"', text)


def without_links_to_what_ran(notebook: NotebookNode) -> NotebookNode:
    """The notebook with the addresses of its shops as words: nothing answers there any more."""
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            if RUNNING.search(data.get("text/html", "")):
                del data["text/html"]
    return notebook


@cache
def exporter() -> Any:  # noqa: ANN401 - nbconvert has no types
    """What makes HTML of cells, without a page around it and without scripts from elsewhere."""
    return HTMLExporter(template_name="basic")  # type: ignore[no-untyped-call]


def sections(told: Told, body: str) -> Iterator[dict[str, str]]:
    """What can be found on a page: its words and its code, heading by heading, each with its address."""
    words: list[str] = []
    address, heading = f"{told.name}.html", told.title
    for cell in BeautifulSoup(body, "html.parser").select(".text_cell_render, .input_area"):
        for part in cell.find_all(recursive=False):
            if re.fullmatch("h[1-6]", part.name) and part.get("id"):
                yield section(told, address, heading, words)
                address, heading, words = f"{told.name}.html#{part['id']}", said(part), []
            else:
                words.append(said(part))
    yield section(told, address, heading, words)


def said(part: Any) -> str:  # noqa: ANN401 - an element of Beautiful Soup
    """The text of a part of a page, without the sign that links to it."""
    return re.sub(r"\s+", " ", part.get_text(" ").replace("¶", "")).strip()


def section(told: Told, address: str, heading: str, words: list[str]) -> dict[str, str]:
    """One section, as the search on the page takes it."""
    return {"id": address, "notebook": told.title, "heading": heading, "text": " ".join(words)}
