"""The cells of a lesson's tasks come from its paper: their text, once, and those that are missing, in their place."""

from pathlib import Path

import pytest
from making import code, notebook, prose
from nbformat import NotebookNode

from bakery.checking.parsing import understood
from workshop.task_cells import lesson_of, missing, prepared, with_cells

EXERCISE = (
    "## exercise: bake_all\n\n```python\nimport time\n\nnumber = 1  # starter: number = ...\n"
    "ex.bake_all.check(number)\n```\n\n- hint: x\n\nx\n\n"
)
PAPER = understood(
    "# Small\n\n## prediction: at_once\n\n- answer: 1\n- seen: trace.cakes\n\nx\n\n"
    + EXERCISE
    + "## quiz: why\n\nWhy?\n\n- [x] So.\n  Yes.\n- [ ] No.\n  no.\n\n"
    "## prediction: quick\n\n- answer: 1\n- seen: it\n\n```python\nex.quick.say(...)\nex.quick.check(1)\n```\n\nx\n",
    "small.md",
)


def ids(made: NotebookNode) -> list[str]:
    return [cell.id for cell in made.cells]


@pytest.mark.parametrize("above", ["", "from bakery.lessons.waiting import ex\n\n", "import threading\n\n"])
def test_the_text_of_an_exercise_comes_once_however_often_it_is_written(above: str) -> None:
    text = "import threading\n\nex.one.check(threading)\n"
    cells = notebook(code("exercise-one", f"{above}pass"), code("other", "import time"))
    once = with_cells(cells, {"exercise-one": text})
    assert once.cells[0].source == f"{above.removeprefix('import threading').lstrip()}{text}".rstrip()
    assert once.cells[1].source == "import time"
    assert with_cells(once, {"exercise-one": text}) == once


def test_an_empty_notebook_gets_every_task_with_prose_above_and_an_experiment_below_a_prediction() -> None:
    made = prepared(notebook(prose("promise", "# Small"), prose("receipt", "## Receipt")), PAPER)
    assert ids(made) == [
        "promise",
        "predict-at-once",
        "prediction-at-once",
        "run-at-once",
        "check-at-once",
        "your-turn-bake-all",
        "exercise-bake-all",
        "ask-why",
        "quiz-why",
        "predict-quick",
        "prediction-quick",
        "receipt",
    ]
    sources = {cell.id: cell.source for cell in made.cells}
    assert sources["prediction-at-once"] == "from bakery.lessons.small import ex\n\nex.at_once.say(...)"
    assert sources["check-at-once"] == "ex.at_once.check(trace)"
    assert sources["exercise-bake-all"] == "import time\n\nnumber = ...\nex.bake_all.check(number)"
    assert sources["prediction-quick"] == "ex.quick.say(...)\nex.quick.check(1)"
    assert all("TODO" in sources[name] for name in ("predict-at-once", "your-turn-bake-all", "ask-why"))
    assert prepared(made, PAPER) == made


def test_a_missing_task_goes_above_the_next_one_and_its_prose() -> None:
    there = notebook(
        prose("promise", "# Small"),
        code("prediction-at-once", "from bakery.lessons.small import ex\n\nex.at_once.say(...)"),
        code("check-at-once", "ex.at_once.check(1)"),
        prose("explain", "So it is."),
        prose("question", "Now this."),
        code("quiz-why", "ex.why"),
        prose("how-far", "How far?"),
        code("your-progress", "ex.progress()"),
        prose("receipt", "## Receipt"),
    )
    assert [task.name for task in missing(there, PAPER)] == ["bake_all", "quick"]
    made = prepared(there, PAPER)
    assert ids(made)[3:] == [
        "explain",
        "your-turn-bake-all",
        "exercise-bake-all",
        "question",
        "quiz-why",
        "predict-quick",
        "prediction-quick",
        "how-far",
        "your-progress",
        "receipt",
    ]
    assert missing(made, PAPER) == []


def test_a_missing_task_goes_below_those_before_it_also_where_the_next_one_stands_too_early() -> None:
    there = notebook(
        code("quiz-why", "ex.why"),
        code("prediction-at-once", "ex.at_once.say(...)"),
        code("check-at-once", "ex.at_once.check(1)"),
    )
    made = ids(prepared(there, PAPER))
    assert made[3:5] == ["your-turn-bake-all", "exercise-bake-all"]


def test_a_cell_that_an_author_made_for_a_task_is_taken_whatever_its_name() -> None:
    there = notebook(prose("promise", "# Small"), code("496797d7", "ex.why"), code("496797d8", "ex.bake_all"))
    made = prepared(there, PAPER)
    assert ids(made).count("quiz-why") == 1
    sources = {cell.id: cell.source for cell in made.cells}
    assert sources["exercise-bake-all"].endswith("ex.bake_all.check(number)")
    assert "TODO" not in sources["quiz-why"]


def test_a_prediction_that_is_compared_already_gets_no_second_experiment() -> None:
    there = notebook(code("496797d7", "ex.at_once.check(1)"))
    assert "run-at-once" not in ids(prepared(there, PAPER))


def test_a_notebook_without_a_lesson_gets_names_only() -> None:
    made = prepared(notebook(code("496797d7", "bread = 1")), None)
    assert ids(made) == ["bread"]


def test_the_lesson_of_a_notebook_has_its_name() -> None:
    lesson = lesson_of(Path("02_waiting.ipynb"))
    assert lesson
    assert lesson.name == "02_waiting"
    assert lesson_of(Path("03_waiting.ipynb")) is None
    assert lesson_of(Path("02_wating.ipynb")) is None
    assert lesson_of(Path("02 waiting.ipynb")) is None
    assert lesson_of(Path("notes.ipynb")) is None
