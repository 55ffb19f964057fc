"""What a lesson still lacks: a look at its files, in seconds, without running its notebook. Each fault has its line."""

import importlib.util
import json
import re
import traceback
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path

from nbformat import NotebookNode

from bakery.checking import Lesson
from bakery.checking.markdown import Fault, PaperError
from bakery.checking.paper import Paper, PredictionPaper
from bakery.checking.parsing import read as read_paper
from workshop.contract import (
    CHECKS,
    fails_only_on_purpose,
    is_executed_and_in_normal_form,
    leaves_no_words_to_write,
    minutes,
    minutes_in_table,
    names_the_next_door,
)
from workshop.naming import with_names
from workshop.notebooks import NotebookError, readable, understood
from workshop.pages import TODO, Page
from workshop.places import Places, notebooks
from workshop.pyproject import ProjectError
from workshop.rehearsal import rehearsed
from workshop.rooms import sentence
from workshop.task_cells import missing, prepared
from workshop.trials import lacking
from workshop.trials import read as read_trials


def lacks(places: Places) -> list[Fault]:
    """All that a lesson lacks, file by file: first what cannot be understood, then what is missing or wrong."""
    several = [places.paper, places.python, places.trials, places.notebook]
    absent = [Fault(places.told(path), 1, "there is no such file") for path in several if not path.is_file()]
    if absent:
        return absent
    try:
        paper = read_paper(places.paper)
    except PaperError as error:
        return [_from_root(fault, places) for fault in error.faults]
    found = [
        *_of_python(places, paper),
        *in_the_notebook(places, paper),
        *_of_the_rest(places),
        *_of_the_map(places),
        *_to_write(places),
    ]
    return sorted(_from_root(fault, places) for fault in found)


def _from_root(fault: Fault, places: Places) -> Fault:
    """The paper knows its own name only; an author wants to know where it lies."""
    name = places.told(places.paper) if fault.file == places.paper.name else fault.file
    return fault._replace(file=name)


# The Python and the trials


def _of_python(places: Places, paper: Paper) -> Iterator[Fault]:
    file = places.told(places.python)
    try:
        lesson = _loaded(places)
    except PaperError as error:
        yield from error.faults
        return
    except Exception as error:  # whatever an author's module raises
        yield Fault(file, _line_of(error, places.python), f"{type(error).__name__}: {error}")
        return
    if lesson.name != places.name:
        yield Fault(file, 1, f'the lesson is `Lesson("{places.name}", __file__)`, not "{lesson.name}"')
    for name in lesson.unjudged:
        task = paper.tasks[name]
        line = {
            "exercise": f"@ex.exercise def {name}(answer: Answer) -> None",
            "prediction": f"@ex.prediction def {name}(trace: Trace) -> float, or `- seen: …` here",
        }[task.kind]
        yield Fault(paper.file, task.line, f"{name} has no function in {file}: {line}")
    try:
        trials = read_trials(places.trials, paper)
    except PaperError as error:
        yield from error.faults
        return
    yield from lacking(trials, paper, paper.file)
    yield from rehearsed(lesson, trials)


def _loaded(places: Places) -> Lesson:
    """The lesson in its file, wherever that lies. Raises whatever the file raises."""
    spec = importlib.util.spec_from_file_location(f"bakery.lessons.{places.module}", places.python)
    if spec is None or spec.loader is None:
        raise ImportError(places.python.name)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found = getattr(module, "ex", None)
    if not isinstance(found, Lesson):
        raise TypeError(f'a lesson has a line `ex = Lesson("{places.name}", __file__)`')
    return found


def _line_of(error: Exception, path: Path) -> int:
    """The line of a file at which an error came, or its first."""
    if isinstance(error, SyntaxError) and error.filename == str(path):
        return error.lineno or 1
    frames = traceback.extract_tb(error.__traceback__)
    return next((frame.lineno or 1 for frame in reversed(frames) if frame.filename == str(path)), 1)


# The notebook


@dataclass(frozen=True)
class Notebook:
    """A notebook's file, in which a cell has a line."""

    file: str
    text: str

    @cached_property
    def cells(self) -> list[NotebookNode]:
        """Its cells. Raises `NotebookError`."""
        return list(understood(self.text, self.file).cells)

    @cached_property
    def _lines(self) -> list[str]:
        return self.text.splitlines()

    def line(self, cell: NotebookNode, words: str = "") -> int:
        """The line of a cell in its file, or of the first line of its source that is these words."""
        begins = next((n for n, line in enumerate(self._lines) if f'"id": "{cell.id}"' in line), 0)
        if words:
            wanted = json.dumps(words, ensure_ascii=False)[1:-1]
            source = next(
                (n for n in range(begins, len(self._lines)) if '"source": [' in self._lines[n]), begins
            )
            begins = next((n for n in range(source, len(self._lines)) if wanted in self._lines[n]), begins)
        return begins + 1

    def fault(self, cell: NotebookNode, says: str, words: str = "") -> Fault:
        """A fault of a cell: an author in JupyterLab counts the cells, and sees no ids."""
        number = self.cells.index(cell) + 1
        return Fault(self.file, self.line(cell, words), f"cell {number}, {cell.id}: {says}")


def in_the_notebook(places: Places, paper: Paper) -> Iterator[Fault]:
    """What does not fit in the notebook of a lesson, as far as it can be seen without running it."""
    file = places.told(places.notebook)
    notebook = Notebook(file, places.notebook.read_text(encoding="utf-8"))
    try:
        cells = notebook.cells
    except NotebookError as error:
        yield Fault(file, 1, str(error))
        return
    makes = f"`make notebooks NAME={places.name}`"
    if not cells:
        yield Fault(file, 1, f"there are no cells: {makes} makes those of tasks")
        return
    for cell in cells:
        if not readable(cell.id):
            yield notebook.fault(cell, f"it has no name yet: {makes} names it")
    whole = prepared(understood(notebook.text, file), paper)
    for task in missing(with_names(understood(notebook.text, file), paper), paper):
        yield Fault(
            paper.file, task.line, f"the {task.kind} {task.name} has no cell in {file}: {makes} makes it"
        )
    there = {cell.id: cell for cell in whole.cells}
    for cell in cells:
        if cell.id in there and there[cell.id].source != cell.source:
            yield notebook.fault(cell, f"its text is not that of the paper: {makes} writes it")
    yield from _of_tasks(notebook, paper)
    yield from _of_contract(places, notebook, whole)
    unrun = [cell for cell in cells if cell.cell_type == "code" and cell.execution_count is None]
    if unrun:
        count = f"{len(unrun)} cells are" if len(unrun) > 1 else "one cell is"
        yield Fault(file, notebook.line(unrun[0]), f"{count} not executed yet: {makes} runs them")


def _of_tasks(notebook: Notebook, paper: Paper) -> Iterator[Fault]:
    """What the notebook says of tasks beside their own cells."""
    order = [cell.id for cell in notebook.cells]
    tasks = [task for task in paper.tasks.values() if task.cell_id in order]
    for one, following in pairwise(tasks):
        if order.index(one.cell_id) > order.index(following.cell_id):
            says = f"{following.name} comes after {one.name} on the paper, and before it in the notebook"
            yield Fault(paper.file, following.line, says)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for task in tasks:
        if isinstance(task, PredictionPaper) and not any(
            f"ex.{task.name}.check(" in cell.source for cell in code
        ):
            yield Fault(
                paper.file, task.line, f"no cell compares: `ex.{task.name}.check(…)`, after the experiment"
            )
    known = {task.cell_id for task in paper.tasks.values()}
    for cell in code:
        if re.match(r"(exercise|prediction|quiz)-", cell.id) and cell.id not in known:
            yield notebook.fault(cell, f"the paper has no such task; {paper.file} has the words of all")


def _of_contract(places: Places, notebook: Notebook, whole: NotebookNode) -> Iterator[Fault]:
    """What every notebook of the series promises, but for what has to be run."""
    page = Page(places.notebook, whole)
    by_id = {cell.id: cell for cell in notebook.cells}
    elsewhere = {is_executed_and_in_normal_form, fails_only_on_purpose, leaves_no_words_to_write}
    for check in (one for one in CHECKS if one not in elsewhere):
        for says in check(page):
            name, _, words = says.partition(": ")
            cell = by_id.get(name)
            yield notebook.fault(cell, words) if cell else Fault(notebook.file, 1, says)


# What else tells of the lesson, and the words that nobody else can write


def _of_the_rest(places: Places) -> Iterator[Fault]:
    earlier = [path for path in notebooks(places.root) if path.stem < places.name]
    if earlier:
        text = Notebook(places.told(earlier[-1]), earlier[-1].read_text(encoding="utf-8"))
        try:
            several = list(names_the_next_door(Page(earlier[-1], understood(text.text, text.file))))
        except (NotebookError, IndexError):
            several = []  # another notebook's trouble
        for says in several:
            yield text.fault(text.cells[-1], says)
    readme = places.root / "README.md"
    if readme.is_file():
        lines = readme.read_text(encoding="utf-8").splitlines()
        said = minutes_in_table("\n".join(lines), places.name)
        promised = _promised(places)
        line = next((n for n, one in enumerate(lines, 1) if f"{places.name}.ipynb" in one), 1)
        if said is None:
            yield Fault("README.md", 1, f"the table of the series has no row for {places.name}")
        elif promised and said != promised:
            yield Fault("README.md", line, f"{said} minutes, and the notebook says {promised}")


def _of_the_map(places: Places) -> Iterator[Fault]:
    """The map of the rooms has the first sentence of every module."""
    path = places.root / "CONTRIBUTING.md"
    if not path.is_file():
        return
    try:
        says = sentence(places.python)
    except (ProjectError, SyntaxError) as error:
        yield Fault(places.told(places.python), 1, str(error))
        return
    if says not in path.read_text(encoding="utf-8"):
        yield Fault(
            path.name, 1, f"its map does not say of {places.module} “{says}”: `make derived` writes it"
        )


def _promised(places: Places) -> int:
    """The minutes that a notebook promises; 0 where it says none."""
    text = places.notebook.read_text(encoding="utf-8")
    with suppress(NotebookError, IndexError):
        return minutes(Page(places.notebook, understood(text, places.notebook.name)))
    return 0


def _to_write(places: Places) -> Iterator[Fault]:
    """Every mark that asks an author for words."""
    for path in (places.paper, places.python, places.trials):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if TODO in line:
                yield Fault(places.told(path), number, f"to write: {_asked(line)}")
    for path in (places.notebook, places.root / "notebooks" / "00_start_here.ipynb"):
        if path.is_file():
            notebook = Notebook(places.told(path), path.read_text(encoding="utf-8"))
            with suppress(NotebookError):  # told already
                for cell in notebook.cells:
                    for line in cell.source.splitlines():
                        if TODO in line and (path == places.notebook or places.name in line):
                            yield notebook.fault(cell, f"to write: {_asked(line)}", line)
    readme = places.root / "README.md"
    for number, line in enumerate(
        readme.read_text(encoding="utf-8").splitlines() if readme.is_file() else [], 1
    ):
        if TODO in line and re.match(rf"\| ({places.number}\b|.*{places.name})", line):
            yield Fault("README.md", number, f"to write: {_asked(line)}")


def _asked(line: str) -> str:
    """What a mark asks for."""
    return line[line.index(TODO) + len(TODO) :].strip(" :,") or line.strip()
