"""The solved edition of every notebook runs, each cell twice and in any folder, and every check agrees with it.

No request of it leaves the machine. The blank edition keeps the prose.
"""

import asyncio
from collections.abc import Coroutine
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest
from execution import NOTEBOOKS, outcome, outcomes
from leaving import left, watched
from nbformat import NotebookNode

from workshop.__main__ import main
from workshop.editions import blank, solved
from workshop.execution import executed
from workshop.notebooks import NotebookError, read
from workshop.task_cells import lesson_of

new: Any = nbformat.v4  # whose functions have no types

LESSONS = [path for path in NOTEBOOKS if lesson_of(path)]


def name(path: Path) -> str:
    return path.stem


def doubled(notebook: NotebookNode) -> NotebookNode:
    """A copy in which every code cell that should not fail is there twice in a row."""
    copy = deepcopy(notebook)
    copy.cells = []
    for cell in notebook.cells:
        copy.cells.append(cell)
        if cell.cell_type == "code" and "raises-exception" not in cell.metadata.get("tags", []):
            again = deepcopy(cell)
            again.id = f"{cell.id}-again"
            copy.cells.append(again)
    return copy


def answered(path: Path) -> NotebookNode:
    """The solved edition; a notebook without a lesson has nothing to solve."""
    lesson = lesson_of(path)
    return solved(read(path), lesson) if lesson else read(path)


def twice(path: Path, folder: Path) -> Coroutine[object, object, object]:
    """Run the solved edition, doubled and watched, in another folder: one run for what would otherwise take three."""
    return executed(watched(doubled(answered(path)), folder), path.name, folder)


@dataclass(frozen=True)
class Ran:
    """What came of the doubled editions."""

    why: dict[Path, str]
    """Why each did not run to its end, or nothing."""
    left: dict[Path, list[str]]
    """Whom each has asked for on other machines."""


@pytest.fixture(scope="module")
def ran_twice(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    folders: dict[Path, Path] = {}

    def start(path: Path) -> Coroutine[object, object, object]:
        folders[path] = tmp_path_factory.mktemp(path.stem)
        return twice(path, folders[path])

    why = outcomes(request, start)
    return Ran(why, {path: left(folder) for path, folder in folders.items()})


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=name)
def test_every_check_agrees_with_the_solved_edition_and_every_cell_may_be_run_twice_and_in_any_folder(
    path: Path, ran_twice: Ran
) -> None:
    assert ran_twice.why[path] == ""


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=name)
def test_no_request_of_a_notebook_leaves_the_machine(path: Path, ran_twice: Ran) -> None:
    assert ran_twice.left[path] == []


@pytest.mark.slow
@pytest.mark.parametrize("path", LESSONS[:1], ids=name)
def test_a_solved_edition_with_one_exercise_unsolved_fails_and_names_it(path: Path, tmp_path: Path) -> None:
    lesson = lesson_of(path)
    assert lesson
    edition = solved(read(path), lesson)
    task = next(task_id for task_id in lesson.starters if task_id.startswith("exercise-"))
    unsolved = next(cell for cell in edition.cells if cell.id == task)
    unsolved.source = lesson.starters[task]
    with pytest.raises(NotebookError, match=r"every-check-agrees: AssertionError.*not attempted"):
        asyncio.run(executed(edition, path.name, tmp_path))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name)
def test_the_blank_edition_keeps_the_prose_and_empties_the_code(path: Path) -> None:
    notebook = read(path)
    edition = blank(notebook)
    assert [cell.id for cell in edition.cells] == [cell.id for cell in notebook.cells]
    for before, after in zip(notebook.cells, edition.cells, strict=True):
        assert after.source == ("" if before.cell_type == "code" else before.source)
        assert not after.get("outputs")


def test_both_editions_are_written_where_a_teacher_finds_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "sanitize.cfg").write_text("")
    (tmp_path / "notebooks").mkdir()
    for path in LESSONS[:1]:
        (tmp_path / "notebooks" / path.name).write_bytes(path.read_bytes())
    monkeypatch.chdir(tmp_path)
    assert main(["editions"]) == 0
    found = {path.parent.name for path in (tmp_path / "notebooks").glob("*/*.ipynb")}
    assert found == {"solved", "blank"}


def small(*cells: NotebookNode) -> NotebookNode:
    made: NotebookNode = new.new_notebook(cells=list(cells))
    return made


def test_a_doubled_notebook_repeats_every_cell_that_should_not_fail() -> None:
    fails = new.new_code_cell("1 / 0", id="fail", metadata={"tags": ["raises-exception"]})
    made = small(new.new_markdown_cell("x", id="prose"), new.new_code_cell("1", id="one"), fails)
    assert [cell.id for cell in doubled(made).cells] == ["prose", "one", "one-again", "fail"]


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("stack = globals().get('stack', [1])\nstack.pop()", "cell twice-again: IndexError"),
        ("open('cakes.csv')", "cell twice: FileNotFoundError"),
        ("1", ""),
    ],
)
def test_a_cell_that_cannot_be_repeated_or_needs_its_folder_is_found(
    source: str, words: str, tmp_path: Path
) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "away").mkdir()
    (tmp_path / "home" / "cakes.csv").touch()
    path = tmp_path / "home" / "01_small.ipynb"
    nbformat.write(small(new.new_code_cell(source, id="twice")), path)  # type: ignore[no-untyped-call]
    said = asyncio.run(outcome(twice(path, tmp_path / "away")))
    assert words in said if words else said == ""
