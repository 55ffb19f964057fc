"""A check says of every answer in one thread, as in a browser, what it says on a machine."""

import os
from functools import partial
from pathlib import Path

import pytest

from bakery.checking import tasks
from bakery.checking.lesson import Lesson
from bakery.checking.tasks import Exercise
from bakery.checking.virtual.performing import perform
from bakery.lessons import every
from workshop.rehearsal import checked
from workshop.trials import read

EXERCISES = [
    pytest.param(lesson, name, id=f"{lesson.name}-{name}")
    for lesson in every()
    for name in lesson.names
    if isinstance(lesson.tasks[name], Exercise)
]


@pytest.mark.skipif(not os.environ.get("EVERY_VERDICT"), reason="this is asked by: make test-pythons")
@pytest.mark.parametrize(("lesson", "name"), EXERCISES)
def test_a_verdict_is_the_same_without_threads(
    lesson: Lesson, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The words may differ where threads are played one after another."""
    monkeypatch.setattr(tasks, "perform", partial(perform, threadless=True))
    file = f"{Path(lesson.paper.file).stem}.md"
    trials = read(Path(__file__).parent / file, lesson.paper)
    for outcome, several in (("right", trials.tried[name].right), ("wrong", trials.tried[name].wrong)):
        for one in several:
            verdict = checked(lesson.tasks[name], trials, one.code)
            assert verdict.outcome == outcome, f"{file}:{one.line}: {verdict}"
