"""Every cell of every notebook may be run twice in a row, and the notebook from another folder."""

import asyncio
from collections.abc import Coroutine
from copy import deepcopy
from pathlib import Path
from typing import Any

import nbformat
import pytest
from execution import NOTEBOOKS, outcome, outcomes
from nbformat import NotebookNode

from workshop.execution import executed
from workshop.notebooks import read

new: Any = nbformat.v4  # whose functions have no types


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


def twice(path: Path, folder: Path) -> Coroutine[object, object, object]:
    """Run the doubled notebook in another folder."""
    return executed(doubled(read(path)), path.name, folder)


@pytest.fixture(scope="module")
def ran_twice(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[Path, str]:
    return outcomes(request, lambda path: twice(path, tmp_path_factory.mktemp(path.stem)))


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def test_every_cell_may_be_run_twice_and_in_any_folder(path: Path, ran_twice: dict[Path, str]) -> None:
    assert ran_twice[path] == ""


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
