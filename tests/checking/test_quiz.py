"""A quiz on the page: words in, a letter back, and feedback that is escaped."""

import pytest

from bakery.checking.quiz import Choosing
from bakery.checking.verdicts import Verdict

CHOICES = {"a": "one `await`", "b": "<b>none</b>"}


def asked(letter: str) -> Verdict:
    return Verdict("who", "right" if letter == "a" else "wrong", f"you chose <i>{letter}</i>")


@pytest.fixture
def quiz() -> Choosing:
    return Choosing("How many <i>waits</i>?", CHOICES, asked)


def test_question_and_choices_are_html_with_code_and_nothing_else_of_it(quiz: Choosing) -> None:
    assert quiz.question == "How many &lt;i&gt;waits&lt;/i&gt;?"
    assert quiz.choices == [["a", "one <code>await</code>"], ["b", "&lt;b&gt;none&lt;/b&gt;"]]


def test_nothing_is_answered_before_a_choice(quiz: Choosing) -> None:
    assert quiz.reply == {"letter": "", "sign": "", "colour": "", "html": ""}


@pytest.mark.parametrize(("letter", "outcome"), [("a", "right"), ("b", "wrong")])
def test_a_choice_is_answered_with_the_verdict_on_it(quiz: Choosing, letter: str, outcome: str) -> None:
    quiz.chosen = letter
    assert quiz.reply["letter"] == letter
    assert outcome in quiz.reply["html"]
    assert "<i>" not in quiz.reply["html"]
    assert "role=" not in quiz.reply["html"], "the page itself has it read out"
    assert quiz.reply["sign"]
    assert quiz.reply["colour"]


def test_the_page_is_sent_the_question_and_the_choices_and_sends_back_what_was_chosen(quiz: Choosing) -> None:
    quiz.set_state({"chosen": "b"})
    sent = quiz.get_state()
    assert sent["question"] == "How many &lt;i&gt;waits&lt;/i&gt;?"
    assert [letter for letter, _ in sent["choices"]] == ["a", "b"]
    assert (sent["chosen"], sent["reply"]["letter"]) == ("b", "b")
