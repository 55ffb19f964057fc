"""The cells of tasks in a notebook: their text comes from the paper of the lesson."""

from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path

from nbformat import NotebookNode

from bakery.checking import Lesson
from bakery.lessons import every


def lesson_of(path: Path) -> Lesson | None:
    """The lesson of a notebook, where it has one."""
    return next((lesson for lesson in every() if lesson.name == path.stem), None)


def with_cells(notebook: NotebookNode, texts: Mapping[str, str]) -> NotebookNode:
    """A copy in which the cells with these ids end in these texts; what a cell imports above stays."""
    copy = deepcopy(notebook)
    for cell in copy.cells:
        if cell.id in texts:
            text = texts[cell.id].rstrip("\n")
            imports = [line for line in cell.source.split("\n") if line.startswith(("from ", "import "))]
            # The text may begin with imports of its own, which a second build must not repeat.
            kept_lines = [line for line in imports if line not in text.split("\n")]
            cell.source = "\n".join([*kept_lines, "", text] if kept_lines else [text])
    return copy
