"""Every lesson holds: starters, solutions, other right answers, tempting wrong ones, as `tests/lessons` has them."""

import re
from functools import cache
from pathlib import Path

import pytest

from bakery.checking import Lesson
from bakery.lessons import every
from workshop.notebooks import read
from workshop.rehearsal import TRIES, Try
from workshop.trials import Trials, lacking
from workshop.trials import read as read_trials

ROOT = Path(__file__).parents[2]
LESSONS = {Path(lesson.paper.file).stem: lesson for lesson in every()}
TASKS = [(module, name) for module, lesson in LESSONS.items() for name in lesson.names]


@cache
def trials(module: str) -> Trials:
    return read_trials(Path(__file__).parent / f"{module}.md", LESSONS[module].paper)


@pytest.mark.parametrize("module", LESSONS)
def test_every_task_has_a_judge_and_is_tried(module: str) -> None:
    lesson = LESSONS[module]
    assert lesson.unjudged == []
    assert list(map(str, lacking(trials(module), lesson.paper, lesson.paper.file))) == []


@pytest.mark.parametrize("one", TRIES, ids=lambda one: one.__name__)
@pytest.mark.parametrize(("module", "name"), TASKS, ids=[f"{module}-{name}" for module, name in TASKS])
def test_the_task_holds(module: str, name: str, one: Try) -> None:
    assert "\n".join(map(str, one(LESSONS[module], trials(module), name))) == ""


def source_of_tasks(lesson: Lesson) -> dict[str, str]:
    """The cells of tasks that a notebook has, by their ids."""
    path = ROOT / "notebooks" / f"{lesson.name}.ipynb"
    cells = read(path).cells if path.exists() else []
    return {cell.id: cell.source for cell in cells if re.match(r"(exercise|prediction|quiz)-", cell.id)}


@pytest.mark.parametrize("module", LESSONS)
def test_the_notebook_has_every_starter_as_the_paper_has_it_and_no_other(module: str) -> None:
    lesson = LESSONS[module]
    there = source_of_tasks(lesson)
    for cell, starter in lesson.starters.items():
        assert there.pop(cell, "nothing").endswith(starter.rstrip("\n")), f"{cell}: run make notebooks"
    assert there == {}, f"the paper of {module} has no such task"
