"""A look at a lesson finds, with file and line, what is missing or does not fit, without running its notebook."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from jupyter_client.manager import AsyncKernelManager
from making import code
from nbformat import NotebookNode

from bakery.checking import progress as memory
from workshop.lesson_check import lacks
from workshop.new_lesson import Wanted, write
from workshop.notebooks import read, written
from workshop.places import Places


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    """A new lesson, alone in a folder."""
    monkeypatch.setenv(memory.FILE, "off")
    monkeypatch.setattr(memory, "_session", {})
    for folder in ("notebooks", "src/bakery/lessons", "tests/lessons"):
        (tmp_path / folder).mkdir(parents=True)
    places = Places(tmp_path, "08_big_oven")
    assert list(write(Wanted(places, "A big oven", 4, 35)))
    return places


def told(places: Places) -> list[str]:
    """What is lacking beside the words of an author."""
    expected = ("to write: ", "should be 900 to 1700", "35 minutes, but", "not executed yet")
    return [str(fault) for fault in lacks(places) if not any(words in fault.says for words in expected)]


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_new_lesson_lacks_words_and_nothing_else(places: Places) -> None:
    assert told(places) == []


def test_a_look_runs_no_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes a second or two on a quiet machine; a kernel alone would take that long to start."""

    def begun(*_given: object, **_named: object) -> None:
        raise AssertionError("a kernel was started")

    monkeypatch.setattr(AsyncKernelManager, "__init__", begun)
    monkeypatch.setattr(subprocess, "Popen", begun)
    assert lacks(Places(Path(__file__).parents[2], "02_waiting")) == []


@pytest.mark.parametrize("which", ["notebook", "python", "paper", "trials"])
def test_a_file_that_is_missing_is_named(which: str, places: Places) -> None:
    path: Path = getattr(places, which)
    path.unlink()
    assert told(places) == [f"{places.told(path)}:1: there is no such file"]


PAPER, PYTHON = "src/bakery/lessons/big_oven.md", "src/bakery/lessons/big_oven.py"
TRIALS, NOTEBOOK = "tests/lessons/big_oven.md", "notebooks/08_big_oven.ipynb"


@pytest.mark.parametrize(
    ("which", "old", "new", "words"),
    [
        ("paper", "## quiz: which_one", "## quiz which one", f"{PAPER}:28: a heading is one of"),
        ("paper", "def together(cakes):\n", "def together(cakes:\n", f"{PAPER}:15: the cell is not Python"),
        ("paper", "exercise: together", "exercise: altogether", f"{PAPER}:19: the solution ends in `ex.altogether.check"),
        ("python", "def together", "def together(", f"{PYTHON}:12: SyntaxError: "),
        ("python", "import Answer", "import Answers", f"{PYTHON}:3: ImportError: "),
        ("python", "def together", "def togethre", f"{PYTHON}:11: ValueError: togethre: big_oven.md has no `## exercise: togethre`. Did you mean `def together`?"),
        ("python", "@ex.exercise\n", "", f"{PAPER}:12: together has no function in {PYTHON}: @ex.exercise def together"),
        ("python", '"08_big_oven"', '"08_small_oven"', f'{PYTHON}:1: the lesson is `Lesson("08_big_oven", __file__)`, not "08_small_oven"'),
        ("python", 'ex = Lesson("08_big_oven", __file__)', "ex = None", f"{PYTHON}:11: AttributeError"),
        ("python", ".takes(BAKE)", ".takes(2 * BAKE)", f"{PAPER}:12: the solution should be right: "),
        ("trials", "- wrong: one after another", "- wong: one after another", f"{TRIALS}:32: a list item without a label"),
        ("trials", "-    return await asyncio.gather", "-    return asyncio.gather", f"{TRIALS}:35: the solution has no line"),
        ("trials", "- wrong: A star unpacks the list", "- wrong: a comma is missing", f"{TRIALS}:39: this should be wrong, because … a comma is missing …"),
        ("trials", "## prediction: at_once\n\n- seen: simulate(cakes=3, mixing=0, baking=1, bakers=3)\n- wrong 3: 3 times too many\n", "", f"{PAPER}:3: at_once is not tried: `## prediction: at_once` in {TRIALS}"),
        ("notebook", '"nbformat_minor": 5', '"nbformat_minor": 4', f"{NOTEBOOK}:1: {NOTEBOOK}: needs notebook format 4.5"),
        ("notebook", '"quiz-which-one"', '"496797d7"', "cell 12, 496797d7: it has no name yet: `make notebooks NAME=08_big_oven` names it"),
        ("notebook", "    return ...", "    return 3", "cell 10, exercise-together: its text is not that of the paper"),
        ("notebook", "ex.at_once.check(trace)", "trace", f"{PAPER}:3: no cell compares: `ex.at_once.check(…)`"),
        ("notebook", '"id": "bake"', '"id": "quiz-bake"', "cell 3, quiz-bake: the paper has no such task"),
        ("notebook", "import asyncio\\n", "%time asyncio\\n", "cell 3, bake: %time: it prints another number"),
        ("notebook", "## TODO: a heading", "#### TODO: a heading", f"{NOTEBOOK}:1: the heading 'TODO: a heading' skips a level"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told_with_file_and_line(
    which: str, old: str, new: str, words: str, places: Places
) -> None:
    edit(getattr(places, which), old, new)
    found = told(places)
    assert any(words in one for one in found), found


@pytest.mark.parametrize(
    "text", ["", "[]", '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}']
)
def test_a_notebook_that_is_none_is_told_and_the_rest_is_looked_at_all_the_same(
    text: str, places: Places
) -> None:
    places.notebook.write_text(text)
    places.notebook.with_name("07_small.ipynb").write_text(text)
    found = [str(fault) for fault in lacks(places)]
    assert any(one.startswith(f"{NOTEBOOK}:1: ") for one in found)
    assert any(one.startswith(f"{PAPER}:8: to write: ") for one in found)


def test_a_cell_that_is_no_python_is_told(places: Places) -> None:
    cells(places, lambda several: several.insert(2, code("broken", "def (")))
    assert any("cell 3, broken: not Python: " in one for one in told(places))


def cells(places: Places, change: Callable[[list[NotebookNode]], object]) -> None:
    notebook = read(places.notebook)
    change(notebook.cells)
    places.notebook.write_bytes(written(notebook))


def test_a_task_without_a_cell_is_told_with_its_line_on_the_paper(places: Places) -> None:
    cells(places, lambda several: several.pop(11))
    says = f"the quiz which_one has no cell in {NOTEBOOK}: `make notebooks NAME=08_big_oven` makes it"
    assert told(places) == [f"{PAPER}:28: {says}"]


def test_a_cell_that_was_made_for_a_task_and_has_no_name_yet_is_not_missing(places: Places) -> None:
    edit(places.notebook, '"quiz-which-one"', '"496797d7"')
    assert not any("has no cell" in one for one in told(places))


def test_tasks_in_another_order_than_on_the_paper_are_told(places: Places) -> None:
    cells(places, lambda several: several.insert(1, several.pop(11)))
    says = "which_one comes after together on the paper, and before it in the notebook"
    assert f"{PAPER}:28: {says}" in told(places)


def test_a_fault_of_a_cell_has_the_line_of_that_cell_in_the_file(places: Places) -> None:
    cells(places, lambda several: several.append(code("bad", "app.run()")))
    (fault,) = [fault for fault in lacks(places) if "cell 16, bad: app.run: " in fault.says]
    lines = places.notebook.read_text("utf-8").splitlines()
    assert '"id": "bad"' in lines[fault.line - 1]


def test_words_that_only_an_author_can_write_are_told_with_their_lines(places: Places) -> None:
    for fault in lacks(places):
        if "to write: " in fault.says:
            line = (places.root / fault.file).read_text("utf-8").splitlines()[fault.line - 1]
            asked = fault.says.partition("to write: ")[2]
            assert "TODO" in line
            assert asked in line or json.dumps(asked, ensure_ascii=False)[1:-1] in line


def test_the_notebook_before_and_the_readme_tell_of_the_lesson(places: Places) -> None:
    places.notebook.with_name("07_small_oven.ipynb").write_bytes(places.notebook.read_bytes())
    (places.root / "README.md").write_text("# Small\n")
    found = told(places)
    assert any("receipt: the next door is [A big oven](08_big_oven.ipynb)" in one for one in found), found
    assert "README.md:1: the table of the series has no row for 08_big_oven" in found
    (places.root / "README.md").write_text("| 4 Work | [x](notebooks/08_big_oven.ipynb) | x | 30 |\n")
    assert "README.md:1: 30 minutes, and the notebook says 35" in told(places)


def test_a_map_of_the_rooms_that_is_behind_is_told(places: Places) -> None:
    path = places.root / "CONTRIBUTING.md"
    path.write_text("# Map\n")
    says = "“Notebook 08, A big oven: TODO, what it is about.”: `make derived` writes it"
    assert [one for one in told(places) if one.startswith("CONTRIBUTING.md:1: ") and says in one]
    path.write_text("| big_oven | Notebook 08, A big oven: TODO, what it is about. |\n")
    assert told(places) == []
    edit(places.python, '"""Notebook 08', '# """Notebook 08')
    assert any(one.startswith(f"{PYTHON}:1: big_oven.py: a room says") for one in told(places))


def test_nothing_that_is_tried_counts_as_progress(places: Places) -> None:
    lacks(places)
    assert memory.place() is None
