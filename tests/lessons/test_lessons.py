"""Every lesson holds: starters, solutions, other right answers, tempting wrong ones, as `tests/lessons` has them."""

from functools import cache
from pathlib import Path

import pytest

from bakery.lessons import every
from workshop.lesson_check import in_the_notebook
from workshop.pages import TODO
from workshop.places import Places
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


@pytest.mark.parametrize("module", LESSONS)
def test_no_words_are_left_to_write(module: str) -> None:
    folder = ROOT / "src/bakery/lessons"
    for path in (folder / f"{module}.md", folder / f"{module}.py", Path(__file__).parent / f"{module}.md"):
        assert TODO not in path.read_text(encoding="utf-8"), f"{path.name}: see make lesson-check"


@pytest.mark.parametrize("module", LESSONS)
def test_the_notebook_has_every_task_as_the_paper_has_it_and_no_other(module: str) -> None:
    lesson = LESSONS[module]
    found = in_the_notebook(Places(ROOT, lesson.name), lesson.paper)
    assert "\n".join(map(str, found)) == ""
