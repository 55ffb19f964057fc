"""The cells of tasks in a notebook: their text comes from the paper of the lesson, and so do those that are missing."""

import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from bakery.checking import Lesson
from bakery.checking.paper import Paper, PredictionPaper, TaskPaper
from workshop.naming import with_names
from workshop.pages import TODO

new: Any = nbformat.v4  # whose functions have no types


def lesson_of(path: Path) -> Lesson | None:
    """The lesson of a notebook, where it has one.

    Raises `PaperError` where its paper has a fault, and whatever its module raises.
    """
    module = f"bakery.lessons.{path.stem[3:]}"
    if not re.fullmatch(r"\d\d_\w+", path.stem) or not find_spec(module):
        return None
    lesson: Lesson = import_module(module).ex
    return lesson if lesson.name == path.stem else None


def prepared(notebook: NotebookNode, paper: Paper | None) -> NotebookNode:
    """A copy in which every cell has a name, and every task of the paper its cell, with the text of the paper."""
    named = with_names(notebook, paper)
    if paper is None:
        return named
    texts = {task.cell_id: task.starter for task in paper.tasks.values()}
    return with_cells(with_tasks(named, paper), texts)


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


def with_tasks(notebook: NotebookNode, paper: Paper) -> NotebookNode:
    """A copy in which every task of the paper has its cells; those that are made ask the author for their words."""
    copy = deepcopy(notebook)
    tasks = list(paper.tasks.values())
    for number, task in enumerate(tasks):
        if task.cell_id not in {cell.id for cell in copy.cells}:
            place = _place(copy, tasks[:number], tasks[number + 1 :])
            copy.cells[place:place] = list(_made(copy, place, task, paper))
    return copy


def missing(notebook: NotebookNode, paper: Paper) -> list[TaskPaper]:
    """The tasks of a paper that have no cell."""
    there = {cell.id for cell in notebook.cells}
    return [task for task in paper.tasks.values() if task.cell_id not in there]


def _place(notebook: NotebookNode, before: Sequence[TaskPaper], following: Sequence[TaskPaper]) -> int:
    """Where a task goes: below what there is of those before it, above the next one and its prose, or at the end."""
    cells = notebook.cells
    ids = [cell.id for cell in cells]
    words = [rf"\bex\.{task.name}\b" for task in before]
    code = [place for place, cell in enumerate(cells) if cell.cell_type == "code"]
    below = [place + 1 for place in code if any(re.search(word, cells[place].source) for word in words)]
    least = max(below, default=0)
    for task in following:
        if task.cell_id in ids:
            return max(least, _above_prose(notebook, ids.index(task.cell_id)))
    for place in code:
        if "ex.progress()" in cells[place].source and place >= least:
            return max(least, _above_prose(notebook, place))
    last = cells[-1] if cells else None
    return len(cells) - (last is not None and last.source.startswith("## Receipt"))


def _above_prose(notebook: NotebookNode, place: int) -> int:
    return place - (place > 0 and notebook.cells[place - 1].cell_type == "markdown")


def _made(notebook: NotebookNode, place: int, task: TaskPaper, paper: Paper) -> Iterator[NotebookNode]:
    """New cells for a task: the prose that leads to it, its cell, and what a prediction needs below it."""
    taken = {cell.id for cell in notebook.cells}
    name = task.name.replace("_", "-")
    prose = {
        "exercise": ("your-turn", f"**Your turn.** {TODO}: what the reader does, and with what."),
        "prediction": (
            "predict",
            f"**Predict.** {TODO}: what will happen, and what to put in place of the dots.",
        ),
        "quiz": ("ask", f"{TODO}: a sentence that leads to the question."),
    }
    head, words = prose[task.kind]
    yield _cell("markdown", _free(f"{head}-{name}", taken), words)
    module = Path(paper.file).stem
    line = f"from bakery.lessons.{module} import ex"
    known = any(line in cell.source for cell in notebook.cells[:place] if cell.cell_type == "code")
    yield _cell("code", task.cell_id, "" if known else f"{line}\n")
    if isinstance(task, PredictionPaper) and not task.text and not _is_checked(notebook, task):
        what = task.seen.partition(".")[0] or "seen"
        yield _cell("code", _free(f"run-{name}", taken), f"{what} = ...  # {TODO}: the experiment\n{what}")
        yield _cell("code", _free(f"check-{name}", taken), f"ex.{task.name}.check({what})")


def _is_checked(notebook: NotebookNode, task: TaskPaper) -> bool:
    return any(f"ex.{task.name}.check(" in cell.source for cell in notebook.cells)


def _free(name: str, taken: set[str]) -> str:
    return name if name not in taken else f"{name}-made"


def _cell(kind: str, name: str, source: str) -> NotebookNode:
    make = new.new_markdown_cell if kind == "markdown" else new.new_code_cell
    cell: NotebookNode = make(source, id=name)
    return cell
