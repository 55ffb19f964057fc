"""A paper is understood or refused, with file and line; nothing in it is dropped."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from bakery.checking.markdown import PaperError
from bakery.checking.paper import ExercisePaper, PredictionPaper, QuizPaper
from bakery.checking.parsing import understood

QUIZ = """\
## quiz: who_waits

Three cakes are
gathered. Which is true?

- [ ] Each bakes faster.
  each bar is
  as long as before.
- [x] Their waits overlap.
  So three take the time of one.
"""
EXERCISE = """\
## exercise: number

```python
## this is a comment
number = "# starter: three"  # starter: number = ...
ex.number.check(number)
```

- hint: It is a word.
- hint: It has
  five letters.

Because.

And so on.
"""
PREDICTION = """\
## prediction: standing

- answer: 3
- unit: bake
- seen: trace.bakes_long
- within: 0.1
- if 1: That would need three cakes
  in the oven.
- if 2.5: Half a bake?

Each waits.
"""
CHOSEN = """\
## prediction: calling

- [ ] nothing
- [x] something
- [ ] both
  Never both.

A card.
"""


def faults(*parts: str) -> list[str]:
    """What is told about a paper of these parts."""
    with pytest.raises(PaperError) as caught:
        understood("# Small\n\n" + "\n".join(parts), "small.md")
    return [str(fault) for fault in caught.value.faults]


def test_an_exercise_has_its_cell_its_hints_and_its_reason() -> None:
    task = understood(f"# Small\n\n{EXERCISE}", "small.md").tasks["number"]
    assert isinstance(task, ExercisePaper)
    assert task.hints == ("It is a word.", "It has five letters.")
    assert (task.reason, task.right, task.line) == ("Because.\n\nAnd so on.", "", 3)
    assert task.starter == "## this is a comment\nnumber = ...\nex.number.check(number)\n"
    assert task.solution.splitlines()[1] == 'number = "# starter: three"'
    assert (task.subject, task.cell_id) == ("number", "exercise-number")


def test_what_is_said_when_an_exercise_is_right_may_be_more_than_the_reason() -> None:
    text = EXERCISE.replace("- hint: It is", "- right: Well done.\n- hint: It is")
    task = understood(f"# Small\n\n{text}", "small.md").tasks["number"]
    assert isinstance(task, ExercisePaper)
    assert task.right == "Well done."


def test_a_prediction_of_a_number_has_words_for_wrong_numbers() -> None:
    task = understood(f"# Small\n\n{PREDICTION}", "small.md").tasks["standing"]
    assert isinstance(task, PredictionPaper)
    assert task.because == {1: "That would need three cakes in the oven.", 2.5: "Half a bake?"}
    assert (task.answer, task.unit, task.seen, task.within) == ("3", "bake", "trace.bakes_long", 0.1)
    assert (task.starter, task.solution) == ("ex.standing.say(...)\n", "ex.standing.say(3)\n")


def test_a_prediction_with_choices_is_answered_by_a_letter_or_a_name() -> None:
    task = understood(f"# Small\n\n{CHOSEN}", "small.md").tasks["calling"]
    assert isinstance(task, PredictionPaper)
    assert list(task.choices) == ["a", "b", "c"]
    assert task.choices["c"].feedback == "Never both."
    assert task.solution == 'ex.calling.say("b")\n'
    named = CHOSEN.replace("] nothing", '] "no": nothing').replace("] some", '] "yes": some')
    named = named.replace("] both", '] "two": both')
    task = understood(f"# Small\n\n{named}", "small.md").tasks["calling"]
    assert task.solution == 'ex.calling.say("yes")\n'


def test_a_small_prediction_fits_into_one_cell() -> None:
    cell = "```python\nex.standing.say(...)\ntrace = simulate()\nex.standing.check(trace)\n```\n\nEach waits."
    task = understood(f"# Small\n\n{PREDICTION.replace('Each waits.', cell)}", "small.md").tasks["standing"]
    assert task.starter == "ex.standing.say(...)\ntrace = simulate()\nex.standing.check(trace)\n"
    assert task.solution == "ex.standing.say(3)\ntrace = simulate()\nex.standing.check(trace)\n"


def test_a_quiz_has_a_question_and_feedback_for_every_choice() -> None:
    task = understood(f"# Small\n\n{QUIZ}", "small.md").tasks["who_waits"]
    assert isinstance(task, QuizPaper)
    assert task.question == "Three cakes are gathered. Which is true?"
    assert task.choices["a"].feedback == "each bar is as long as before."
    assert (task.right, task.starter) == ("b", "ex.who_waits\n")
    assert task.solution == 'ex.who_waits.check("b")\n'


def choices(number: int, right: int) -> str:
    several = [
        f"- [{'x' if one == right else ' '}] Choice {one}.\n  Feedback {one}.\n" for one in range(number)
    ]
    return f"## quiz: many\n\nWhich?\n\n{''.join(several)}"


def test_a_ninth_choice_counts_also_when_it_is_the_right_one() -> None:
    task = understood(f"# Small\n\n{choices(9, 8)}", "small.md").tasks["many"]
    assert isinstance(task, QuizPaper)
    assert (len(task.choices), task.right) == (9, "i")


def test_there_are_as_many_choices_as_letters_and_no_more() -> None:
    task = understood(f"# Small\n\n{choices(26, 25)}", "small.md").tasks["many"]
    assert isinstance(task, QuizPaper)
    assert task.right == "z"
    assert faults(choices(27, 26)) == ["small.md:7: at most 26 choices have a letter"]


def test_a_heading_of_two_words_is_an_error_and_what_stands_below_is_no_reason_of_the_task_above() -> None:
    two = QUIZ.replace("who_waits", "who waits")
    assert faults(EXERCISE, two) == [
        "small.md:19: a heading is one of `## exercise: …`, `## prediction: …`, `## quiz: …`, and a name of one word. "
        "Did you mean `## quiz: who_waits`?"
    ]


@pytest.mark.parametrize(
    ("part", "line", "words"),
    [
        # headings
        (QUIZ.replace("## quiz: who_waits", "## who_waits"), 3, "Did you mean `## exercise: who_waits`?"),
        (QUIZ.replace("## quiz", "## Quizz"), 3, "Did you mean `## quiz: who_waits`?"),
        (QUIZ.replace("who_waits", "3cakes"), 3, "3cakes is not a name that Python allows"),
        (QUIZ.replace("who_waits", "class"), 3, "class is not a name that Python allows"),
        (QUIZ.replace("## ", "### "), 3, "a heading of two `#`"),
        (QUIZ.replace("## ", "# "), 3, "a heading of two `#`"),
        ("A word.\n", 3, "prose that belongs to no task"),
        # exercises
        (EXERCISE.replace("- hint: It is", "- hints: It is"), 11, "Did you mean `- hint: …`?"),
        (EXERCISE.replace("- hint: It is", "- Hint: It is"), 11, "Did you mean `- hint: …`?"),
        (EXERCISE.replace("- hint: It is", "- It is"), 11, "a list item of this exercise is one of `- hint: …`"),
        (EXERCISE.replace("```python", "```"), 5, "begins with three backticks and `python`"),
        (EXERCISE.replace("Because.\n\nAnd so on.\n", ""), 3, "number has no reason"),
        (EXERCISE.replace("```python", "Too early.\n\n```python"), 5, "the reason stands below the Python"),
        (EXERCISE.replace("Because.", "```python\n1\n```\n"), 3, "one block of Python, the solved cell; it has 2"),
        (EXERCISE.replace("Because.", "- [x] yes\n"), 15, "a list item of this exercise is one of"),
        (EXERCISE.replace("Because.", "- right: a\n- right: b\n"), 16, "`right` stands there already"),
        (EXERCISE.replace("number = ...", "number = (..."), 7, "the starter is not Python"),
        (EXERCISE.replace("  # starter: number = ...", ""), 6, "the starter is solved already"),
        (EXERCISE.replace("- hint: It is a word.\n- hint: It has\n  five letters.\n", ""), 3, "no hint: `- hint: …`"),
        # predictions
        (PREDICTION.replace("- answer: 3\n", ""), 3, "needs either `- answer: 3` or choices"),
        (PREDICTION.replace("answer: 3", "answer: three"), 5, "`answer` is a number, not three"),
        (PREDICTION.replace("- within: 0.1", "- within: much"), 8, "`within` is a number, not much"),
        (PREDICTION.replace("bakes_long", "bake_long"), 7, "no `bake_long`. Did you mean `trace.bakes_long`?"),
        (PREDICTION.replace("trace.bakes_long", "trace + 1"), 7, "`seen` is a name with attributes"),
        (PREDICTION.replace("- if 1:", "- if one:"), 9, "`if` needs a number of its own, as in `- if 3: …`, not one"),
        (PREDICTION.replace("- if 1:", "- if 2.5:"), 11, "`if` needs a number of its own"),
        (PREDICTION.replace("- if 1:", "- if:"), 9, "Did you mean `- if 3: …`?"),
        (PREDICTION.replace("- unit", "- unit 3"), 6, "Did you mean `- unit: …`?"),
        (PREDICTION.replace("- unit", "- units"), 6, "Did you mean `- unit: …`?"),
        (PREDICTION.replace("Each waits.\n", ""), 3, "standing has no reason"),
        (PREDICTION.replace("Each", "```python\n1\n```\n\nEach"), 13, "one `ex.standing.say(...)` and ends in"),
        (PREDICTION.replace("Each", "```python\nex.standing.say(...)\n1\n```\n\nEach"), 13, "ends in `ex.standing.check(…)`"),
        (PREDICTION.replace("Each", "```python\nex.standing.say(3)\nex.standing.check(1)\n```\n\nEach"), 13, "has one `ex.standing.say(...)`"),
        (PREDICTION.replace("Each", "```python\nex.standing.say(...)\nex.standing.check(1)\n```\n\n```python\n1\n```\n\nEach"), 18, "standing has a block of Python already"),
        (PREDICTION.replace("Each", "```python\n(\n```\n\nEach"), 14, "the cell is not Python"),
        (CHOSEN + "\n- answer: 3\n", 3, "needs either `- answer: 3` or choices"),
        (CHOSEN + "\n- unit: bake\n", 12, "`unit` belongs to a number"),
        (CHOSEN.replace("something\n", "something\n  Yes.\n"), 6, "the right choice needs no words below it"),
        (CHOSEN.replace("] nothing", '] "no": nothing'), 5, "either every choice of a prediction has a name"),
        (CHOSEN.replace("] nothing", '] "no": nothing').replace("] something", '] "no": something').replace("] both", '] "yes": both'), 5, "two choices have the same name"),
        (CHOSEN.replace("[x]", "[X]"), 6, "a list item of this prediction is one of"),
        (CHOSEN.replace("[x]", "[ ]"), 5, "two choices or more are wanted, one of them with `[x]`: 3 and 0"),
        # quizzes
        (QUIZ.replace("Three cakes are\ngathered. Which is true?\n\n", ""), 3, "who_waits has no question"),
        (QUIZ.replace("  So three take the time of one.\n", ""), 11, "“Their waits overlap.” has no feedback"),
        (QUIZ.replace("[ ]", "[x]"), 8, "one of them with `[x]`: 2 and 2"),
        (QUIZ.partition("- [x]")[0], 8, "two choices or more are wanted, one of them with `[x]`: 1 and 0"),
        (QUIZ.partition("- [ ]")[0], 3, "who_waits has no choices"),
        (QUIZ + "\nBecause.\n", 14, "the question stands above the choices"),
        (QUIZ + "\n```python\n1\n```\n", 14, "a quiz has no block of Python"),
        (QUIZ + "- hint: none\n", 13, "a list item of this quiz is one of `- [ ] …`, `- [x] …`"),
        (QUIZ.replace("] Each", '] "a": Each').replace("] Their", '] "b": Their'), 8, "choice of a prediction"),
        (QUIZ + "\n" + QUIZ, 14, "the name who_waits stands in line 3 already"),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_an_error_with_its_line(part: str, line: int, words: str) -> None:
    told = faults(part)
    assert any(one.startswith(f"small.md:{line}: ") and words in one for one in told), told


@pytest.mark.parametrize("text", ["", "\n\n", "Small\n", "## quiz: who_waits\n", "```python\n1\n```\n"])
def test_a_paper_begins_with_its_title(text: str) -> None:
    with pytest.raises(PaperError, match=r"small\.md:1: the file begins with `# Title`"):
        understood(text, "small.md")


def test_all_faults_of_a_paper_are_told_at_once_in_their_order() -> None:
    told = faults(
        EXERCISE.replace("- hint: It is", "- hints: It is"), QUIZ.replace("[ ]", "[x]"), "*bold* is\n* not\n"
    )
    lines: Sequence[int] = [int(one.split(":")[1]) for one in told]
    assert len(lines) == 4
    assert list(lines) == sorted(lines)


def test_a_paper_is_utf_8_whatever_the_machine_takes_texts_for(tmp_path: Path) -> None:
    paper = tmp_path / "paper.md"
    paper.write_text("# Crème brûlée\n", encoding="utf-8")
    plain = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    script = f"import bakery.checking.parsing as it, pathlib; print(ascii(it.read(pathlib.Path({str(paper)!r})).title))"
    done = subprocess.run(
        [sys.executable, "-c", script], env=plain, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ascii("Crème brûlée")
