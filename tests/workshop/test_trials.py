"""What is tried on a lesson is read strictly, and what is not tried yet is named with its line."""

import pytest

from bakery.checking.markdown import PaperError
from bakery.checking.paper import Paper
from bakery.checking.parsing import understood as paper_of
from workshop.trials import RIGHT as RIGHTS
from workshop.trials import TEMPTING, Trials, lacking, understood

PAPER = paper_of(
    """\
# Small

## exercise: doubled

```python
def doubled(several):
    result = []
    for one in several:
        result.append(2 * one)  # starter: ...

    return result


ex.doubled.check(doubled)
```

- hint: Twice.

Because.

## prediction: standing

- answer: 3
- seen: trace.bakes_long

Each waits.

## quiz: why

Why?

- [x] So.
  Yes.
- [ ] Not so.
  no.
""",
    "small.md",
)
START = "# Small\n\n```python\nimport math\n```\n"
RIGHT = "- right: in one line\n\n```python\ndoubled = lambda several: [2 * one for one in several]\n```\n"
WRONG = "- wrong: twice\n\n```diff\n-        result.append(2 * one)\n+        result.append(3 * one)\n```\n"
SEEN = "## prediction: standing\n\n- seen: 3\n- wrong 1: too few\n"


def trials(*parts: str, paper: Paper = PAPER) -> Trials:
    return understood("\n".join([START, *parts]), "small.md", paper)


def faults(*parts: str) -> list[str]:
    with pytest.raises(PaperError) as caught:
        trials(*parts)
    return [str(fault) for fault in caught.value.faults]


def test_answers_are_whole_cells_or_what_differs_from_the_solution() -> None:
    tried = trials("## exercise: doubled\n", RIGHT, WRONG).tried["doubled"]
    assert trials().before == "import math\n"
    assert tried.right[0].code.startswith("doubled = lambda")
    assert (tried.right[0].words, tried.wrong[0].words) == ("in one line", "twice")
    solution = PAPER.tasks["doubled"].solution
    assert tried.wrong[0].code == solution.replace("2 * one", "3 * one")


def test_a_change_may_have_several_places_lines_around_them_and_nothing_in_their_place() -> None:
    change = (
        "- wrong: x\n\n```diff\n-    result = []\n+    result = [0]\n+    more = 1\n\n"
        "     for one in several:\n-        result.append(2 * one)\n+        pass\n\n     return result\n+    # the end\n```\n"
    )
    code = trials("## exercise: doubled\n", change).tried["doubled"].wrong[0].code
    assert code.splitlines()[:8] == [
        "def doubled(several):",
        "    result = [0]",
        "    more = 1",
        "    for one in several:",
        "        pass",
        "",
        "    return result",
        "    # the end",
    ]


def test_a_prediction_is_tried_with_something_seen_and_a_guess() -> None:
    tried = trials(SEEN).tried["standing"]
    assert [trial.code for trial in tried.seen] == ["seen = 3"]
    assert [(trial.code, trial.words) for trial in tried.wrong] == [("1", "too few")]
    block = '## prediction: standing\n\n- seen\n\n```python\nseen = 3\n```\n\n- wrong "a": x\n'
    assert trials(block).tried["standing"].seen[0].code == "seen = 3\n"


HEAD = "## exercise: doubled\n"


@pytest.mark.parametrize(
    ("part", "line", "words"),
    [
        ("## exercise: doubble\n", 7, "no exercise or prediction `## exercise: doubble`. Did you mean `## exercise: doubled`?"),
        ("## doubled\n", 7, "Did you mean `## exercise: doubled`?"),
        ("## quiz: why\n", 7, "no exercise or prediction `## quiz: why`"),
        ("## prediction: doubled\n", 7, "Did you mean `## exercise: doubled`?"),
        (HEAD + "\n```python\n1\n```\n", 9, "a block of code without a label: one of `- right: …`, `- wrong: …` comes first"),
        (HEAD + "\nWell.\n", 9, "prose without a label"),
        (HEAD + "\n- rong: x\n", 9, "a list item without a label"),
        (HEAD + "\n- seen: 3\n", 9, "a list item without a label"),
        (HEAD + "\n- wrong: x\n", 9, "has a block of Python or a `diff` below it"),
        (HEAD + "\n- wrong 3: x\n\n```python\n1\n```\n", 9, "and no value"),
        (HEAD + "\n- wrong: x\n\n```python\n(\n```\n", 12, "the block is not Python: '(' was never closed"),
        (HEAD + "\n- wrong: x\n\n```\n1\n```\n", 11, "begins with three backticks and `python`"),
        (HEAD + "\n- wrong: x\n\n```diff\n-    return results\n+1\n```\n", 12, "no line `    return results`. Did you mean `    return result`?"),
        (HEAD + "\n- wrong: x\n\n```diff\n+1\n```\n", 12, "says not where"),
        (HEAD + "\n- wrong: x\n\n```diff\nreturn\n```\n", 12, "begins with ` `, `-` or `+`, not `return`"),
        (HEAD + "\n- wrong: x\n\n```diff\n     return result\n     result = []\n```\n", 12, "no line `    return result` there"),
        (HEAD + "\n" + HEAD, 9, "doubled is tried in line 7 already"),
        ("## prediction: standing\n\n- seen\n", 9, "an expression, or a block of Python below it"),
        ("## prediction: standing\n\n- wrong: x\n", 9, "has the guess before the colon"),
        ("## prediction: standing\n\n- right: x\n", 9, "has a block of Python"),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_an_error_with_its_line(part: str, line: int, words: str) -> None:
    told = faults(part)
    assert any(one.startswith(f"small.md:{line}: ") and words in one for one in told), told


def test_lines_that_stand_twice_in_the_solution_need_one_around_them() -> None:
    text = "# Small\n\n## exercise: a\n\n```python\na = 1\na = 1\nb = 2  # starter: b = 3\nex.a.check(a)\n```\n\n- hint: x\n\nx\n"
    change = "## exercise: a\n\n- wrong: x\n\n```diff\n-a = 1\n```\n"
    with pytest.raises(PaperError, match="these lines 2 times: add a line around them"):
        trials(change, paper=paper_of(text, "small.md"))
    change = change.replace("-a = 1\n", "-a = 1\n b = 2\n")
    code = trials(change, paper=paper_of(text, "small.md")).tried["a"].wrong[0].code
    assert code == "a = 1\nb = 2\nex.a.check(a)\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "small.md:1: the file begins with `# Small`"),
        ("# Big\n", "small.md:1: the title is `# Small`, as on the paper"),
        ("# Small\n\nWell.\n", "small.md:3: prose has no place here"),
        ("# Small\n\n```python\n(\n```\n", "small.md:4: the block is not Python"),
    ],
)
def test_the_file_begins_with_the_title_and_what_the_notebook_has_defined(text: str, words: str) -> None:
    with pytest.raises(PaperError) as caught:
        understood(text, "small.md", PAPER)
    assert words in str(caught.value)


def told(*parts: str) -> list[str]:
    return [str(fault) for fault in lacking(trials(*parts), PAPER, "paper.md")]


def test_what_is_not_tried_yet_is_named_with_its_line() -> None:
    assert told() == [
        "paper.md:3: doubled is not tried: `## exercise: doubled` in small.md",
        "paper.md:21: standing is not tried: `## prediction: standing` in small.md",
    ]
    assert told(HEAD, WRONG, "## prediction: standing\n") == [
        f"small.md:7: doubled needs {RIGHTS} more right answers, in another style: `- right: …`",
        f"small.md:7: doubled needs {TEMPTING - 1} more tempting wrong answers: `- wrong: …`",
        "small.md:16: standing needs something that was seen: `- seen: …`",
        "small.md:16: standing needs a wrong guess: `- wrong 3: …`",
    ]
    assert told(HEAD, *[RIGHT] * (RIGHTS - 1), *[WRONG] * TEMPTING, SEEN) == [
        "small.md:7: doubled needs 1 more right answer, in another style: `- right: …`"
    ]
    enough = [RIGHT] * RIGHTS
    assert told(HEAD, *enough, *[WRONG] * TEMPTING, SEEN) == []
    assert told(HEAD, *enough, *[WRONG.replace(": twice", "")] * TEMPTING, SEEN)[0].endswith("`- wrong: …`")


def test_an_exercise_has_five_right_answers_in_other_styles_and_eight_wrong_ones() -> None:
    assert (RIGHTS, TEMPTING) == (5, 8)
