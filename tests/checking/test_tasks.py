"""The learner's verbs never raise, say one of a few outcomes, and lead on from each of them."""

import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from traitlets.config import Config

import bakery
from bakery import simulate
from bakery.checking import Answer, Lesson, expect
from bakery.checking import progress as memory
from bakery.checking.mistakes import NotAttempted, Wrong, wrong_because

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


def test_a_check_that_fails_itself_says_so_and_blames_nobody(
    ex: Lesson, monkeypatch: pytest.MonkeyPatch
) -> None:
    names: dict[str, Any] = {}
    exec(compile("def judge(answer): 1 / 0", bakery.__file__, "exec"), names)  # a function of ours
    monkeypatch.setattr(ex.doubled, "_judge", names["judge"])
    verdict = ex.doubled.check([1])
    assert verdict.outcome == "not checked"
    assert "not your fault: ZeroDivisionError" in verdict.says


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
