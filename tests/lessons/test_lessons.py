"""Every lesson holds: the starter, the solution, other right answers, tempting wrong ones, as `tests/lessons` has them."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from cells import Cells

from bakery.checking import Lesson, Verdict
from bakery.checking.starters import parse
from bakery.checking.tasks import Exercise, Prediction, Quiz
from workshop.notebooks import read

ROOT = Path(__file__).parents[2]
DATA = Path(__file__).parent
MODULES = sorted(
    path.stem for path in (ROOT / "src/bakery/lessons").glob("*.py") if not path.stem.startswith("_")
)
TEMPTING = 4
"""How many wrong answers an exercise has at least."""

HEADING = re.compile(r"^## +(\w+)\s*$", re.MULTILINE)
TRIED = re.compile(
    r"^(?P<label>right|seen|wrong)(?:: *(?P<words>[^\n]+))?\n+```python\n(?P<code>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Tried:
    """What was tried on one exercise or prediction."""

    right: list[str] = field(default_factory=list)
    wrong: list[tuple[str, str]] = field(default_factory=list)
    """Words that the verdict must have, and the cell."""
    seen: str = ""


@dataclass(frozen=True)
class Data:
    """The data of one lesson."""

    before: str
    tried: dict[str, Tried]


@cache
def data(module: str) -> Data:
    path = DATA / f"{module}.md"
    assert path.exists(), f"tests/lessons/{module}.md is missing"
    parts = HEADING.split(path.read_text(encoding="utf-8"))
    found: dict[str, Tried] = {}
    for name, body in zip(parts[1::2], parts[2::2], strict=True):
        tried = list(TRIED.finditer(body))
        # A label with a spelling mistake would be passed over in silence.
        assert len(tried) == len(BLOCK.findall(body)), f"{module}.md: {name}: a block without its label"
        found[name] = Tried(
            right=[one["code"] for one in tried if one["label"] == "right"],
            wrong=[(one["words"] or "", one["code"]) for one in tried if one["label"] == "wrong"],
            seen="".join(one["code"] for one in tried if one["label"] == "seen"),
        )
    return Data("\n".join(BLOCK.findall(parts[0])), found)


def lesson(module: str) -> Lesson:
    ex: Lesson = import_module(f"bakery.lessons.{module}").ex
    return ex


def tasks(kind: type) -> list[Any]:
    return [
        pytest.param(module, name, id=f"{module}-{name}")
        for module in MODULES
        for name, task in lesson(module).tasks.items()
        if isinstance(task, kind)
    ]


def checked(module: str, name: str, cell: str) -> Verdict:
    """The verdict on a cell of the exercise, which need not end in the check itself."""
    exercise = lesson(module).tasks[name]
    assert isinstance(exercise, Exercise)
    cells = Cells(data(module).before)
    with cells.at_work():
        cells.run(without_checks(cell))
        return exercise.check(cells.value(exercise.paper.subject))


def without_checks(cell: str) -> str:
    """A cell up to the call of its check."""
    return re.split(r"^ex\.\w+\.check\(", cell, maxsplit=1, flags=re.MULTILINE)[0]


@pytest.mark.parametrize("module", MODULES)
def test_every_task_has_a_judge_and_is_tried(module: str) -> None:
    ex = lesson(module)
    assert ex.unjudged == []
    tried = set(data(module).tried)
    assert tried == {name for name, task in ex.tasks.items() if not isinstance(task, Quiz)}


@pytest.mark.parametrize(("module", "name"), tasks(Exercise))
def test_the_starter_is_not_attempted(module: str, name: str) -> None:
    starter = lesson(module).paper.tasks[name].starter
    assert checked(module, name, starter).outcome == "not attempted"


@pytest.mark.parametrize(("module", "name"), tasks(Exercise))
def test_the_solution_is_right_and_so_is_another(module: str, name: str) -> None:
    others = data(module).tried[name].right
    assert others, "needs another right answer, in another style"
    for cell in (lesson(module).paper.tasks[name].solution, *others):
        verdict = checked(module, name, cell)
        assert verdict.right, f"{verdict}\n{cell}"
        assert verdict.says


@pytest.mark.parametrize(("module", "name"), tasks(Exercise))
def test_tempting_wrong_answers_are_refused_with_the_words_that_name_them(module: str, name: str) -> None:
    wrong = data(module).tried[name].wrong
    assert len(wrong) >= TEMPTING, f"needs {TEMPTING} tempting wrong answers"
    for words, cell in wrong:
        assert words, f"say which words are expected:\n{cell}"
        verdict = checked(module, name, cell)
        assert verdict.outcome == "wrong", f"{verdict}\n{cell}"
        assert words in verdict.says, f"{verdict}\n{cell}"


@pytest.mark.parametrize(("module", "name"), tasks(Exercise))
@pytest.mark.parametrize("empty", [None, ..., "", 0, [], print, int])
def test_an_empty_answer_is_never_right(module: str, name: str, empty: object) -> None:
    exercise = lesson(module).tasks[name]
    assert isinstance(exercise, Exercise)
    assert not exercise.check(empty).right
    assert not exercise.check().right


@pytest.mark.parametrize(("module", "name"), tasks(Exercise))
def test_an_exercise_has_hints_and_a_reason(module: str, name: str) -> None:
    exercise = lesson(module).tasks[name]
    assert isinstance(exercise, Exercise)
    assert exercise.hints
    assert exercise.paper.reason


@pytest.mark.parametrize(("module", "name"), tasks(Prediction))
def test_a_prediction_is_compared_with_what_was_seen(module: str, name: str) -> None:
    prediction = lesson(module).tasks[name]
    assert isinstance(prediction, Prediction)
    tried = data(module).tried[name]
    assert tried.seen, "needs something that was seen"
    assert tried.wrong, "needs a wrong guess"
    cells = Cells(data(module).before, tried.seen)
    seen = cells.value("seen")
    assert prediction.say(...).outcome == "not attempted"
    assert prediction.check(seen).outcome == "not attempted"
    assert prediction.say(said(prediction.paper.solution)).outcome == "noted"
    assert prediction.check(seen).right
    for words, code in tried.wrong:
        assert words
        cells.run(code)
        assert prediction.say(cells.value("guess")).outcome == "noted"
        verdict = prediction.check(seen)
        assert verdict.outcome == "wrong"
        assert words in verdict.says, verdict


def said(cell: str) -> object:
    """The guess in `ex.NAME.say(GUESS)`."""
    calls = [node for node in ast.walk(ast.parse(cell)) if isinstance(node, ast.Call)]
    guess: object = ast.literal_eval(calls[0].args[0])
    return guess


@pytest.mark.parametrize(("module", "name"), tasks(Quiz))
def test_a_quiz_answers_every_choice_with_words_of_its_own(module: str, name: str) -> None:
    quiz = lesson(module).tasks[name]
    assert isinstance(quiz, Quiz)
    verdicts = {letter: quiz.check(letter) for letter in quiz.paper.choices}
    assert [letter for letter, verdict in verdicts.items() if verdict.right] == [quiz.paper.right]
    assert len({verdict.says for verdict in verdicts.values()}) == len(verdicts)


def cells_of_tasks(module: str) -> Iterator[tuple[str, str, str]]:
    """What the notebook should have: a cell's id, the starter on paper, the cell's text."""
    ex = lesson(module)
    path = ROOT / "notebooks" / f"{ex.name}.ipynb"
    there = {cell.id: cell.source for cell in read(path).cells} if path.exists() else {}
    for task_id, text in ex.starters.items():
        yield task_id, text, there.get(task_id, "missing")


@pytest.mark.parametrize("module", MODULES)
def test_the_notebook_has_every_starter_as_the_paper_has_it(module: str) -> None:
    for task_id, starter, text in cells_of_tasks(module):
        assert text.endswith(starter.rstrip("\n")), f"{task_id}: run make notebooks"


@pytest.mark.parametrize("module", MODULES)
def test_the_notebook_has_no_task_that_the_lesson_has_not(module: str) -> None:
    path = ROOT / "notebooks" / f"{lesson(module).name}.ipynb"
    known = set(lesson(module).starters)
    for cell in read(path).cells if path.exists() else []:
        if re.match(r"(exercise|prediction|quiz)-", cell.id):
            assert cell.id in known


def test_a_cell_that_is_no_python_is_no_answer() -> None:
    assert parse("async def (") is None
