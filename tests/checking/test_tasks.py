"""The learner's verbs never raise, say one of a few outcomes, and lead on from each of them."""

import errno
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from traitlets.config import Config

import bakery
from bakery import simulate
from bakery.checking import Answer, Lesson, expect, tasks
from bakery.checking import progress as memory
from bakery.checking.mistakes import NotAttempted, NotChecked, Wrong, wrong_because
from bakery.checking.tasks import Prediction
from bakery.checking.virtual.stage import Stage
from workshop.cells import Cells

PAPER = """\
# Small

## exercise: doubled

```python
# <b>two</b> numbers
doubled = [2, 4]  # starter: doubled = [...]
ex.doubled.check(doubled)
```

- hint: Not <em>three</em>.
- hint: `2 * x` is it.

Twice & twice <b>again</b>.

## prediction: standing

- answer: 3
- unit: bake
- seen: trace.bakes_long
- within: 0.1
- if 1: That is <i>one</i> baker.

Each waits.

## prediction: calling

- [ ] nothing
  Nothing comes of nothing.
- [x] something

A card.

## prediction: at_once

- answer: 1
- unit: bake
- seen: trace.bakes_long

```python
ex.at_once.say(...)
trace = simulate(cakes=3)
ex.at_once.check(trace)
```

They bake together.

## quiz: why

Why <u>not</u>?

- [ ] Because of <s>it</s>.
  no, & never.
- [x] So.
  Yes.
"""


@pytest.fixture
def ex(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lesson:
    monkeypatch.setenv(memory.FILE, "off")
    monkeypatch.setattr(memory, "_session", {})
    (tmp_path / "small.md").write_text(PAPER, encoding="utf-8")
    lesson = Lesson("09_small", str(tmp_path / "small.py"))

    @lesson.exercise
    def doubled(answer: Answer) -> None:
        given = answer.value(list)
        expect(given == [2, 4], f"it is {given}, <b>not</b> that.")

    @lesson.prediction
    def calling(thing: str) -> str:
        return {"card": "b"}[thing]

    return lesson


# Exercises


def test_an_exercise_ends_in_one_of_its_outcomes_and_leads_on(ex: Lesson) -> None:
    assert ex.doubled.check([...]).outcome == "not attempted"
    assert (
        ex.doubled.check([...]).says
        == "Change the cell, then run it again. `ex.doubled.hint()` gives a hint."
    )
    assert ex.doubled.check().says == "Give the check your answer: `ex.doubled.check(doubled)`."
    assert ex.doubled.check(1, 2).outcome == "not attempted"
    wrong = ex.doubled.check([1])
    assert (wrong.outcome, wrong.then) == ("wrong", "`ex.doubled.hint()` gives a hint.")
    right = ex.doubled.check([2, 4])
    assert (right.outcome, right.says) == ("right", "Twice & twice <b>again</b>.")
    assert ex.doubled.latest == right


def full(*_: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/tmp/cake.png")


def judge_of_a_handler(answer: Answer) -> None:
    raise Wrong(f"the handler fails: {wrong_because(OSError(errno.ENOSPC, 'No space left on device'))}")


@pytest.mark.parametrize("judge", [full, judge_of_a_handler], ids=["raised", "in a handler"])
def test_an_answer_that_finds_the_disk_full_is_not_wrong_but_not_checked_and_is_told_what_to_do(
    ex: Lesson, judge: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ex.doubled, "_judge", judge)
    verdict = ex.doubled.check([1])
    assert verdict.outcome == "not checked"
    assert verdict.says.startswith("The disk is full")
    assert "run this cell again" in verdict.says


def test_a_starter_that_is_found_out_only_when_it_is_asked_is_no_try(
    ex: Lesson, monkeypatch: pytest.MonkeyPatch
) -> None:
    def judge(_: Answer) -> None:
        raise NotAttempted

    monkeypatch.setattr(ex.doubled, "_judge", judge)
    verdict = ex.doubled.check([1])
    assert (verdict.outcome, verdict.says) == (
        "not attempted",
        "Change the cell, then run it again. `ex.doubled.hint()` gives a hint.",
    )


@pytest.mark.parametrize(("long", "shown"), [(60, f"'{'x' * 58}'"), (61, f"'{'x' * 58}…")])
def test_of_a_guess_that_was_not_understood_sixty_characters_are_shown(
    ex: Lesson, long: int, shown: str
) -> None:
    assert f"It got `{shown}`." in ex.calling.say("x" * (long - 2)).says


def test_a_check_that_fails_itself_says_so_blames_nobody_and_is_no_try(
    ex: Lesson, monkeypatch: pytest.MonkeyPatch
) -> None:
    names: dict[str, Any] = {}
    exec(compile("def judge(answer): 1 / 0", bakery.__file__, "exec"), names)  # a function of ours
    monkeypatch.setattr(ex.doubled, "_judge", names["judge"])
    verdict = ex.doubled.check([1])
    assert verdict.outcome == "not checked"
    assert "not your fault: ZeroDivisionError" in verdict.says
    assert "Try it first" in ex.doubled.solution().words


def test_hints_come_one_by_one_and_then_lead_to_the_solution(ex: Lesson) -> None:
    said = [ex.doubled.hint().words for _ in range(3)]
    assert said[:2] == ["Hint 1 of 2: Not <em>three</em>.", "Hint 2 of 2: `2 * x` is it."]
    assert "`ex.doubled.solution()`" in said[2]
    assert "solution()" in ex.doubled.check([1]).then


def test_a_solution_is_shown_after_a_try_or_when_it_is_asked_for_twice(ex: Lesson) -> None:
    first, second = ex.doubled.solution(), ex.doubled.solution()
    assert "Try it first" in first.words
    assert "two hints left" in first.words
    assert second.code == "# <b>two</b> numbers\ndoubled = [2, 4]\nex.doubled.check(doubled)\n"
    assert second.after == "Twice & twice <b>again</b>."
    ex.doubled.reset()
    ex.doubled.check([1])
    assert ex.doubled.solution().code


def test_a_reset_gives_the_starter_and_forgets_hints_and_tries(ex: Lesson) -> None:
    ex.doubled.hint()
    ex.doubled.check([2, 4])
    assert ex.doubled.reset().code == "# <b>two</b> numbers\ndoubled = [...]\nex.doubled.check(doubled)\n"
    assert ex.doubled.latest is None
    assert ex.doubled.hint().words.startswith("Hint 1 of 2")
    assert memory.done()["09_small"] == set()


# Predictions


@pytest.mark.parametrize("guess", [..., None, "three", float("nan"), float("inf"), True, [], 10**400])
def test_a_guess_that_is_no_number_is_not_attempted(ex: Lesson, guess: object) -> None:
    verdict = ex.standing.say(guess)
    assert verdict.outcome == "not attempted"
    assert verdict.says.startswith("A number is wanted: how many bakes?")
    assert ex.standing.check(simulate(cakes=3)).outcome == "not attempted"


@pytest.mark.parametrize("guess", ["c", 1, "", "ab", ...])
def test_a_guess_that_is_no_choice_is_not_attempted(ex: Lesson, guess: object) -> None:
    assert 'One of these is wanted: "a": nothing; "b": something.' in ex.calling.say(guess).says


def test_a_guess_is_compared_with_what_was_seen_and_a_common_one_gets_its_sentence(ex: Lesson) -> None:
    trace = simulate(cakes=3, mixing=0, baking=1, bakers=1)
    assert ex.standing.say(3).says == "You say three bakes. Now run the next cell."
    assert ex.standing.check(trace).says == "You said three bakes. Each waits."
    ex.standing.say(1)
    said = "you said one bake, and it was three bakes. That is 3 times too few. That is <i>one</i> baker. Each waits."
    assert ex.standing.check(trace).says == said
    ex.standing.say(2)
    assert "baker" not in ex.standing.check(trace).says
    ex.calling.say(" A ")
    assert "“something”. Nothing comes of nothing. A card." in ex.calling.check("card").says


@pytest.mark.parametrize(("guess", "right"), [(3.3, True), (2.7, True), (3.31, False), (2.69, False)])
def test_a_number_may_be_off_by_the_share_that_the_paper_allows(
    ex: Lesson, guess: float, right: bool
) -> None:
    ex.standing.say(guess)
    assert ex.standing.check(simulate(cakes=3, mixing=0, baking=1, bakers=1)).right is right


def test_something_that_was_not_to_be_predicted_is_told(ex: Lesson) -> None:
    ex.standing.say(3)
    assert "not what was to be predicted: AttributeError" in ex.standing.check("cake").says
    assert "not what was to be predicted: KeyError" in ex.calling.check("cake").says
    assert ex.standing.check().outcome == "not attempted"


# A prediction in one cell


@pytest.fixture
def shell(ex: Lesson) -> Iterator[InteractiveShell]:
    """A notebook's shell, with the lesson in it."""
    InteractiveShell.clear_instance()
    forgetful = Config(HistoryManager={"enabled": False})
    yield InteractiveShell.instance(config=forgetful, user_ns={"ex": ex, "simulate": simulate})
    InteractiveShell.clear_instance()


def ran(shell: InteractiveShell, text: str) -> tuple[list[str], str]:
    """What a cell displayed on the way, and its last value, in words."""
    with capture_output() as captured:
        result = shell.run_cell(text)  # type: ignore[no-untyped-call]
    assert result.success
    return [output.data["text/plain"] for output in captured.outputs], repr(result.result)


def test_a_prediction_in_one_cell_draws_what_was_seen_and_then_compares(
    ex: Lesson, shell: InteractiveShell
) -> None:
    drawn, said = ran(shell, ex.paper.tasks["at_once"].solution)
    assert "3 cakes in 12 s" in drawn[0]
    assert "You said one bake" in said or "you said one bake" in said


def test_a_prediction_in_one_cell_asks_for_the_guess_and_tells_no_number_before_there_is_one(
    ex: Lesson, shell: InteractiveShell
) -> None:
    _, said = ran(shell, ex.paper.tasks["at_once"].starter)
    assert "A number is wanted: how many bakes? Put it in place of the dots, and run the cell." in said
    assert "It was" not in said
    _, said = ran(shell, ex.paper.tasks["at_once"].starter.replace("...", '"many"'))
    assert "It got `'many'`." in said
    assert "run the cell" in repr(ex.at_once.solution())


def test_a_prediction_in_three_cells_draws_nothing_and_neither_does_what_is_no_trace(
    ex: Lesson, shell: InteractiveShell
) -> None:
    drawn, said = ran(shell, "ex.standing.say(12)\nex.standing.check(simulate(cakes=3))")
    assert drawn == []
    assert "you said twelve bakes" in said
    drawn, said = ran(shell, "ex.at_once.say(1)\nex.at_once.check('cake')")
    assert drawn == []
    assert "not what was to be predicted" in said


# Quizzes


def test_a_quiz_answers_letters_and_asks_for_one_where_it_gets_something_else(ex: Lesson) -> None:
    assert ex.why.check("b").right
    assert memory.done() == {"09_small": {"why"}}
    assert ex.why.check(" A ").says == "no, & never."
    for given in ((), ("c",), (1,), ("a", "b"), (None,)):
        assert ex.why.check(*given).says == 'Choose one of "a", "b".'
    assert "begins again" in ex.why.reset().words


def test_a_quiz_without_widgets_is_words_and_a_list(ex: Lesson, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(ex.why), "widget", lambda _quiz: 1 / 0)
    bundle = ex.why._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html"}
    assert "a) Because of <s>it</s>." in bundle["text/plain"]


# What a page shows is text, never markup


def hint_list(ex: Lesson) -> str:
    return "".join(ex.doubled.hint()._repr_html_() for _ in range(2))


SHOWN: dict[str, Callable[[Lesson], str]] = {
    "a hint": hint_list,
    "a wrong verdict": lambda ex: ex.doubled.check([1])._repr_html_(),
    "a right verdict": lambda ex: ex.doubled.check([2, 4])._repr_html_(),
    "a solution": lambda ex: (ex.doubled.solution(), ex.doubled.solution()._repr_html_())[1],
    "a starter": lambda ex: ex.doubled.reset()._repr_html_(),
    "a guess that is no guess": lambda ex: ex.standing.say("<script>")._repr_html_(),
    "a prediction": lambda ex: (ex.standing.say(1), ex.standing.check(simulate(cakes=3))._repr_html_())[1],
    "a question and its choices": lambda ex: ex.why.html,
    "a quiz's verdict": lambda ex: ex.why.check("a")._repr_html_(),
    "the question on the widget": lambda ex: str(ex.why.widget().question),
    "the choices on the widget": lambda ex: str(ex.why.widget().choices),
}
MARKUP = ("<em>", "<b>", "<i>", "<u>", "<s>", "<script>")


@pytest.mark.parametrize("what", SHOWN)
def test_a_word_of_the_paper_or_of_the_reader_is_never_markup_on_the_page(ex: Lesson, what: str) -> None:
    """A hint list, a verdict, a question: all is escaped."""
    html = SHOWN[what](ex)
    assert "&lt;" in html or "&amp;" in html
    assert not [tag for tag in MARKUP if tag in html]


def test_every_verb_takes_anything_and_raises_nothing(ex: Lesson) -> None:
    given: list[Any] = [None, ..., "", [], print, ex, float("nan")]
    for name in ex.names:
        for verb in (*ex.tasks[name].verbs, "chackle"):
            for one in given:
                assert repr(getattr(ex.tasks[name], verb)(one))
            assert repr(getattr(ex.tasks[name], verb)())


# What an exercise, a prediction and a quiz say of themselves, and of a check that had no end


def test_a_task_shows_its_latest_verdict_or_how_it_is_asked(ex: Lesson) -> None:
    assert (
        repr(ex.doubled) == "doubled: ask with ex.doubled.check(doubled); also .hint(), .solution(), .reset()"
    )
    assert repr(ex.standing) == "standing: A number is wanted: how many bakes?"
    assert repr(ex.calling) == 'calling: One of these is wanted: "a": nothing; "b": something.'
    assert repr(ex.why) == (
        'Why <u>not</u>?\n  a) Because of <s>it</s>.\n  b) So.\nAnswer here, or with ex.why.check("a").'
    )
    verdicts = [ex.doubled.check([1]), ex.standing.say(3), ex.why.check("a")]
    assert [repr(ex.doubled), repr(ex.standing)] == [repr(verdict) for verdict in verdicts[:2]]
    assert repr(ex.why) == ex.why.words


def test_a_task_lists_its_verbs_answers_a_misspelled_one_and_has_nothing_hidden(ex: Lesson) -> None:
    assert dir(ex.doubled) == ["check", "hint", "reset", "solution"]
    assert dir(ex.standing) == ["check", "reset", "say", "solution"]
    assert dir(ex.why) == ["check", "reset"]
    assert (
        repr(ex.doubled.checks(1, kind=2))
        == "There is no `ex.doubled.checks()`. Did you mean `ex.doubled.check()`?"
    )
    assert repr(ex.why.xyz()) == "There is no `ex.why.xyz()`. There is: `check`, `reset`."
    assert not hasattr(ex.doubled, "_repr_html_")
    assert not hasattr(ex.doubled, "__len__")


def staged(monkeypatch: pytest.MonkeyPatch, **stage: Any) -> None:  # noqa: ANN401
    """Let whatever is checked end on this stage."""
    made: Stage[None] = Stage(**stage)
    made.write("mixed")
    monkeypatch.setattr(tasks, "perform", lambda _work: made)


HINT = "`ex.doubled.hint()` gives a hint."
FAULT = "The check itself failed, which is not your fault: "
ENDLESS = "it did not come to an end (it was at line 3: bake())."


def of_the_readers() -> Exception:
    with pytest.raises(ZeroDivisionError) as caught:
        Cells("def answer():\n    return 1 / 0").value("answer")()
    return caught.value


ENDS: dict[str, tuple[dict[str, Any], tuple[str, str, str, str]]] = {
    "no end": (
        {"out_of_time": True, "last_line": "line 3: bake()"},
        ("wrong", ENDLESS, "mixed", HINT),
    ),
    "no end, of what looks like a starter": (
        {"out_of_time": True, "last_line": "line 3: bake()", "error": NotAttempted()},
        ("wrong", ENDLESS, "mixed", HINT),
    ),
    "the reader's own error": (
        {"error": of_the_readers()},
        ("wrong", "it raised ZeroDivisionError: division by zero, line 2: return 1 / 0", "mixed", HINT),
    ),
    "an error of ours": (
        {"error": KeyError("plum")},
        ("not checked", f"{FAULT}KeyError: 'plum'", "mixed", ""),
    ),
    "what could not be tried": ({"error": NotChecked("no oven")}, ("not checked", "no oven", "mixed", "")),
    "a reason": ({"error": Wrong("it is raw.")}, ("wrong", "it is raw.", "mixed", HINT)),
    "all is right": ({}, ("right", "Twice & twice <b>again</b>.", "", "")),
}


@pytest.mark.parametrize("how", ENDS)
def test_a_check_is_told_by_how_it_ended_and_counts_as_a_try_where_it_could_be_checked(
    ex: Lesson, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    stage, told = ENDS[how]
    staged(monkeypatch, **stage)
    verdict = ex.doubled.check([1])
    assert (verdict.outcome, verdict.says, verdict.printed, verdict.then) == told
    assert (ex.doubled.solution().code != "") is (verdict.outcome != "not checked")


@pytest.mark.parametrize(("line", "told"), [("rack.clear", True), ("rack.clear()", False)])
def test_a_refusal_ends_with_the_line_that_calls_nothing_where_there_is_one(
    ex: Lesson, monkeypatch: pytest.MonkeyPatch, line: str, told: bool
) -> None:
    monkeypatch.setattr(ex.doubled, "_judge", lambda _: expect(False, "it is raw."))
    says = ex.doubled.check(Cells(f"def answer():\n    {line}").value("answer")).says
    more = "\nOne line names something and does not call it (line 2: rack.clear): the brackets are missing."
    assert says == f"it is raw.{more if told else ''}"


def test_a_check_that_cannot_even_begin_says_so_and_raises_nothing(
    ex: Lesson, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "perform", None)
    verdict = ex.doubled.check([1])
    assert (verdict.outcome, verdict.says) == (
        "not checked",
        f"{FAULT}TypeError: 'NoneType' object is not callable",
    )


class Broken:
    def __repr__(self) -> str:
        raise ValueError("burnt")


def test_a_guess_that_cannot_be_shown_is_named_by_its_kind(ex: Lesson) -> None:
    assert ex.standing.say(Broken()).says == "A number is wanted: how many bakes? It got `Broken`."


def predicted(ex: Lesson, guess: float, seen: float, unit: str) -> list[str]:
    """What is said to a guess, and after the run."""
    paper = replace(ex.standing.paper, unit=unit, because={}, reason="So it is.")
    prediction = Prediction("09_small", paper, lambda what: what)
    return [prediction.say(guess).says, prediction.check(seen).says]


@pytest.mark.parametrize(
    ("guess", "seen", "unit", "said", "compared"),
    [
        (2, 4, "bake", "two bakes", "you said two bakes, and it was four bakes. That is 2 times too few."),
        (4, 2, "bake", "four bakes", "you said four bakes, and it was two bakes. That is 2 times too many."),
        (2, 4, "", "2", "you said 2, and it was 4. That is 2 times too few."),
        (2.5, 1, "", "2.5", "you said 2.5, and it was 1. That is 2.5 times too many."),
        (2.04, 1, "", "2.04", "you said 2.04, and it was 1. That is 2 times too many."),
        (2.06, 1, "", "2.06", "you said 2.06, and it was 1. That is 2.1 times too many."),
        (
            1.96,
            1,
            "bake",
            "1.96 bakes",
            "you said 1.96 bakes, and it was one bake. That is 2 times too many.",
        ),
        (
            1.23456,
            4,
            "bake",
            "1.23 bakes",
            "you said 1.23 bakes, and it was four bakes. That is 3.2 times too few.",
        ),
        (1.23456, 4, "", "1.23", "you said 1.23, and it was 4. That is 3.2 times too few."),
        (0, 4, "", "0", "you said 0, and it was 4."),
        (4, 0, "", "4", "you said 4, and it was 0."),
        (-4, 4, "", "-4", "you said -4, and it was 4."),
    ],
)
def test_a_guess_that_is_off_is_told_by_how_many_times(
    ex: Lesson, guess: float, seen: float, unit: str, said: str, compared: str
) -> None:
    assert predicted(ex, guess, seen, unit) == [
        f"You say {said}. Now run the next cell.",
        f"{compared} So it is.",
    ]


def test_without_a_unit_a_number_is_asked_for_as_such(ex: Lesson) -> None:
    paper = replace(ex.standing.paper, unit="")
    assert repr(Prediction("09_small", paper, float)) == "standing: A number is wanted."


def test_a_number_that_meets_a_word_is_another_one_and_raises_nothing(ex: Lesson) -> None:
    prediction = Prediction("09_small", replace(ex.standing.paper, because={}, reason="So it is."), str)
    prediction.say(3)
    assert prediction.check("b").says == "you said three bakes, and it was “b”. So it is."
