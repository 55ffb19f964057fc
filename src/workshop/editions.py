"""The other editions of a notebook: solved, and blank for live coding. The learner's is the one that is shipped."""

from collections.abc import Iterator, Sequence
from copy import deepcopy
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from bakery.checking import Lesson
from workshop.notebooks import normal, read, replace, written
from workshop.task_cells import lesson_of, with_cells

SOLVED, BLANK = "solved", "blank"
"""The folders of the editions, beside the notebooks."""


def solved(notebook: NotebookNode, lesson: Lesson) -> NotebookNode:
    """The solved edition: every exercise, prediction and quiz answered, nothing executed.

    It ends in a cell that fails unless every check agreed.
    """
    copy = cleared(with_cells(notebook, lesson.solutions))
    last = "assert not ex.unsolved, ex.unsolved"
    cell: NotebookNode = nbformat.v4.new_code_cell(last, id="every-check-agrees")  # type: ignore[no-untyped-call]
    copy.cells.append(cell)
    return normal(copy)


def blank(notebook: NotebookNode) -> NotebookNode:
    """The edition for live coding: the prose is there, and the code cells are empty."""
    copy = cleared(notebook)
    for cell in copy.cells:
        if cell.cell_type == "code":
            cell.source = ""
    return normal(copy)


def cleared(notebook: NotebookNode) -> NotebookNode:
    """A copy without outputs; its links lead to the same places from one folder further down."""
    copy = deepcopy(notebook)
    for cell in copy.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return copy


def write_editions(paths: Sequence[Path]) -> Iterator[Path]:
    """Write the solved and the blank edition of each notebook, and give the place of each.

    A notebook without a lesson is only blanked.
    """
    for path in paths:
        notebook, lesson = read(path), lesson_of(path)
        several = {BLANK: blank(notebook)} | ({SOLVED: solved(notebook, lesson)} if lesson else {})
        for folder, edition in several.items():
            place = path.parent / folder / path.name
            place.parent.mkdir(exist_ok=True)
            replace(place, written(edition))
            yield place
