"""A rehearsal finds what is wrong with a task before a reader does, and says it with file and line."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bakery.checking import Answer, Lesson, expect
from bakery.checking import progress as memory
from workshop.rehearsal import rehearsed
from workshop.trials import understood

PAPER = """\
# Small

## exercise: doubled

```python
def doubled(number):
    return 2 * number  # starter: return ...


ex.doubled.check(doubled)
```

- hint: Twice.

Because.

## prediction: standing

- answer: 3
- unit: bake
- seen: bakes
- if 1: One baker.

Each waits.

## quiz: why

Why?

- [x] So.
  Yes.
- [ ] Not so.
  it is another way.
- [ ] Or so.
  it is yet another way.
"""
TRIALS = """\
# Small

## exercise: doubled

- right

```python
def doubled(number):
    return number + number
```

- wrong: it is 6, not 9

```diff
-    return 2 * number
+    return 3 * number
```

## prediction: standing

- seen: 3
- wrong 1: One baker
"""


def judge(answer: Answer) -> None:
    answer.call(3).gives(6, f"it is 6, not {answer.call(3).result}.")


def told(
    folder: Path, *, paper: str = PAPER, trials: str = TRIALS, judge: Callable[[Answer], None] = judge
) -> list[str]:
    (folder / "small.md").write_text(paper, encoding="utf-8")
    lesson = Lesson("09_small", str(folder / "small.py"))
    lesson._tasks.pop("doubled", None)
    judge.__name__ = "doubled"
    lesson.exercise(judge)
    return [str(fault) for fault in rehearsed(lesson, understood(trials, "tried.md", lesson.paper))]


@pytest.fixture(autouse=True)
def nothing_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(memory.FILE, "off")
    monkeypatch.setattr(memory, "_session", {})


def test_a_lesson_that_holds_has_no_fault(tmp_path: Path) -> None:
    assert told(tmp_path) == []


def generous(answer: Answer) -> None:
    answer.source  # noqa: B018


def strict(answer: Answer) -> None:
    expect(False, "nobody is right.")


def broken(answer: Answer) -> None:
    raise KeyError("oven")


@pytest.mark.parametrize(
    ("judge", "line", "words"),
    [
        (generous, "tried.md:12:", "this should be wrong, because … it is 6, not 9 …; it is"),
        (generous, "small.md:3:", "should not be right"),
        (strict, "small.md:3:", "the solution should be right: wrong: nobody is right."),
        (strict, "tried.md:5:", "this should be right"),
        (strict, "tried.md:12:", "this should be wrong, because … it is 6, not 9"),
        (broken, "small.md:3:", "the solution should be right"),
    ],
)
def test_a_judge_that_is_unfair_is_found(
    judge: Callable[[Answer], None], line: str, words: str, tmp_path: Path
) -> None:
    found = told(tmp_path, judge=judge)
    assert any(one.startswith(line) and words in one for one in found), found


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("answer: 3", "answer: 4", "small.md:17: the guess 4.0 should be right"),
        ("  it is yet another way.", "  it is another way.", "another choice has the same feedback"),
        ("  it is yet another way.", "  No: it is another.", "leave the no out"),
        (
            "- if 1: One baker.",
            "- if 2: One baker.",
            "tried.md:22: 1 should be wrong, because … One baker …; it is",
        ),
    ],
)
def test_a_paper_that_does_not_fit_is_found(old: str, new: str, words: str, tmp_path: Path) -> None:
    found = told(tmp_path, paper=PAPER.replace(old, new))
    assert any(words in one for one in found), found


def test_a_starter_that_counts_as_an_answer_is_found(tmp_path: Path) -> None:
    counts = PAPER.replace("ex.doubled.check(doubled)", "ex.doubled.check(doubled(3))").replace(
        "return ...", "return 1"
    )
    found = told(tmp_path, paper=counts, judge=lambda answer: expect(answer.value(int) == 6, "no."))
    assert "small.md:3: the starter should be not attempted: wrong: no." in found[0]


def test_an_error_in_what_is_tried_is_a_fault_with_its_line(tmp_path: Path) -> None:
    assert told(
        tmp_path, trials=TRIALS.replace("def doubled(number):\n    return number + number", "1 / 0")
    ) == ["tried.md:3: doubled: ZeroDivisionError: division by zero"]
