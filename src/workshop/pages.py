"""A notebook as a page: its cells of prose and of code, its headings, and what its cells show."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from nbformat import NotebookNode

from workshop.notebooks import read

TODO = "TODO"
"""Marks words that only an author can write."""

HEADING = re.compile(r"^(#+) +(.+?)\s*$", re.MULTILINE)
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`[^`\n]+`")


@dataclass(frozen=True)
class Page:
    """A notebook where it lies: its neighbours are the other notebooks of its folder."""

    path: Path
    given: NotebookNode | None = None
    """The notebook, where it is not the one in the file."""

    @cached_property
    def notebook(self) -> NotebookNode:
        """What is in the file. Raises `NotebookError`."""
        return self.given or read(self.path)

    @property
    def cells(self) -> list[NotebookNode]:
        """All cells."""
        return list(self.notebook.cells)

    @property
    def code(self) -> list[NotebookNode]:
        """The code cells."""
        return [cell for cell in self.cells if cell.cell_type == "code"]

    @property
    def prose(self) -> list[NotebookNode]:
        """The cells of prose."""
        return [cell for cell in self.cells if cell.cell_type == "markdown"]

    @cached_property
    def title(self) -> str:
        """The heading with one `#`."""
        return next((text for level, text in headings(self) if level == 1), "")


def tags(cell: NotebookNode) -> set[str]:
    """The tags of a cell."""
    return set(cell.metadata.get("tags", []))


def plain(cell: NotebookNode) -> str:
    """The prose of a cell without its code."""
    return CODE.sub("", FENCE.sub("", cell.source))


def headings(page: Page) -> list[tuple[int, str]]:
    """The headings of a page, each with its number of `#`."""
    found = HEADING.findall("\n".join(FENCE.sub("", cell.source) for cell in page.prose))
    return [(len(marks), text) for marks, text in found]


def outputs(page: Page, kind: str) -> Iterator[tuple[NotebookNode, str]]:
    """Every stored output of a kind (a MIME type), with its cell."""
    for cell in page.code:
        for output in cell.outputs:
            if kind in output.get("data", {}):
                yield cell, output.data[kind]
