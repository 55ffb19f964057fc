"""A lesson is paper and Python that belong together, and what does not fit is told in words that lead somewhere."""

from pathlib import Path
from typing import Any

import pytest

from bakery import Trace
from bakery.checking import Answer, Lesson, expect
from bakery.checking import progress as memory
from bakery.checking.lesson import Lost
from bakery.checking.markdown import PaperError
from bakery.checking.verdicts import Note

PAPER = """\
# Small

## exercise: number

```python
number = 3  # starter: number = ...
ex.number.check(number)
```

- hint: It is odd.
- right: Three it is.

There is no other.

## prediction: standing

- answer: 3
- unit: bake
- seen: trace.bakes_long

Each waits.

## prediction: who

- [x] "ada": Ada
- [ ] "bob": Bob

She was first.

## quiz: why

Why?

- [x] Because.
  So it is.
- [ ] Why not?
  no.
"""


@pytest.fixture(autouse=True)
def nothing_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(memory.FILE, "off")
    monkeypatch.setattr(memory, "_session", {})


def lesson(folder: Path, paper: str = PAPER) -> Lesson:
    (folder / "small.md").write_text(paper, encoding="utf-8")
    return Lesson("09_small", str(folder / "small.py"))


def judged(folder: Path) -> Lesson:
    """The small lesson with its functions."""
    ex = lesson(folder)

    @ex.exercise
    def number(answer: Answer) -> None:
        expect(answer.value(int) == 3, "it is another one.")

    @ex.prediction
    def who(names: list[str]) -> str:
        return names[0]

    return ex


def test_a_lesson_has_its_tasks_in_the_order_of_the_paper_whatever_the_order_of_the_functions(
    tmp_path: Path,
) -> None:
    ex = judged(tmp_path)
    assert ex.title == "Small"
    assert ex.names == ["number", "standing", "who", "why"]
    assert ex.unjudged == []
    assert list(ex.starters) == ["exercise-number", "prediction-standing", "prediction-who", "quiz-why"]
    assert ex.solutions["prediction-who"] == 'ex.who.say("ada")\n'


def test_a_task_without_a_function_is_named_and_a_prediction_that_says_what_is_seen_needs_none(
    tmp_path: Path,
) -> None:
    ex = lesson(tmp_path)
    assert ex.unjudged == ["number", "who"]
    assert ex.names == ["standing", "why"]


def test_a_prediction_reads_along_the_path_of_its_paper(tmp_path: Path) -> None:
    ex = lesson(tmp_path)
    ex.standing.say(3)
    trace = Trace(())
    assert ex.standing.check(trace).says.startswith("you said three bakes, and it was no bakes.")
    ex = lesson(tmp_path, PAPER.replace("trace.bakes_long", "bakes"))
    ex.standing.say(3)
    assert ex.standing.check(3).right


def test_what_a_right_answer_hears_is_the_papers_and_the_reason_where_it_has_no_more(tmp_path: Path) -> None:
    assert judged(tmp_path).number.check(3).says == "Three it is."
    (tmp_path / "other").mkdir()
    ex = lesson(tmp_path / "other", PAPER.replace("- right: Three it is.\n", ""))

    @ex.exercise
    def number(answer: Answer) -> None:
        answer.value(int)

    assert ex.number.check(3).says == "There is no other."


def add(ex: Lesson, kind: str, name: str) -> None:
    """Give the lesson a function of this name."""

    def function(_given: Any) -> Any:  # noqa: ANN401
        return None

    function.__name__ = name
    getattr(ex, kind)(function)


@pytest.mark.parametrize(
    ("kind", "name", "words"),
    [
        ("exercise", "numbers", "small.md has no `## exercise: numbers`. Did you mean `def number`?"),
        ("exercise", "zebra", "small.md has no `## exercise: zebra`."),
        ("prediction", "number", "line 3 of small.md makes it an exercise, not a prediction"),
        ("exercise", "why", "line 30 of small.md makes it a quiz, not an exercise"),
        ("prediction", "standing", "it has a `seen:` already (line 15 of small.md)"),
    ],
)
def test_a_function_that_fits_no_heading_is_refused(kind: str, name: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=name) as caught:
        add(lesson(tmp_path), kind, name)
    assert words in str(caught.value)


def test_two_functions_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="number: it has a function already"):
        add(judged(tmp_path), "exercise", "number")


@pytest.mark.parametrize("name", ["progress", "paper", "title", "tasks", "exercise", "name"])
def test_a_task_may_not_have_the_name_of_something_else_that_a_lesson_has(name: str, tmp_path: Path) -> None:
    with pytest.raises(PaperError, match=rf"small\.md:30: {name} is the name of something else"):
        lesson(tmp_path, PAPER.replace("why", name))


def test_a_lesson_whose_paper_has_faults_tells_them(tmp_path: Path) -> None:
    with pytest.raises(PaperError, match=r"small\.md:16: a heading"):
        lesson(
            tmp_path,
            PAPER.replace("prediction: standing", "standing still").replace("\n\n## s", "\n\n\n## s"),
        )


def test_progress_counts_what_is_done_and_tells_the_kind_of_each(tmp_path: Path) -> None:
    ex = judged(tmp_path)
    ex.why.check("a")
    assert repr(ex.progress()).splitlines() == [
        "Small: 1 of 4 done.",
        "",
        "    ○ number (exercise)",
        "    ○ standing (prediction)",
        "    ○ who (prediction)",
        "    ✓ why (quiz)",
    ]


def test_what_is_not_solved_is_told_with_the_latest_verdict(tmp_path: Path) -> None:
    ex = judged(tmp_path)
    ex.number.check(4)
    ex.why.check("a")
    unsolved = ex.unsolved
    assert [one.partition(":")[0] for one in unsolved] == ["number", "standing", "who"]
    assert "wrong, because it is another one." in unsolved[0]
    assert unsolved[1] == "standing: never checked"


def test_a_misspelled_task_leads_to_the_nearest_and_raises_nothing(tmp_path: Path) -> None:
    ex = judged(tmp_path)
    assert "Did you mean `ex.number`?" in repr(ex.zumber)
    assert "Did you mean `ex.number`?" in repr(ex.zumber.check(3))
    assert "Did you mean `ex.number.hint()`?" in repr(ex.number.hnt())
    assert repr(ex.zebra) == "There is no `ex.zebra`. There is: `standing`, `why`, `number`, `who`."
    assert dir(ex) == sorted([*ex.names, "progress"])
    with pytest.raises(AttributeError):
        ex._nothing  # noqa: B018


def test_a_lost_name_shows_the_nearest_whatever_is_asked_of_it_and_has_nothing_hidden() -> None:
    lost = Lost(Note("There is no `ex.counted`."))
    assert repr(lost) == repr(lost.check(1, two=2)) == repr(lost.hint()) == "There is no `ex.counted`."
    assert not hasattr(lost, "_repr_html_")
    assert not hasattr(lost, "__len__")
