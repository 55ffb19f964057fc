"""Every task of a lesson, tried with its starter, its solution and what `workshop.trials` has: what goes wrong."""

import re
from collections.abc import Callable, Iterator
from functools import partial

from bakery.checking import Lesson, Verdict
from bakery.checking.markdown import Fault
from bakery.checking.tasks import Exercise, Prediction, Quiz, Task
from workshop.cells import Cells
from workshop.trials import Trials, Tried

NO = re.compile(r"no\b[:,.!]", re.IGNORECASE)
"""A no that has been said already when the feedback of a wrong choice begins."""

Try = Callable[[Lesson, Trials, str], Iterator[Fault]]
"""Tries the task of that name."""


def the_starter_is_not_attempted(lesson: Lesson, trials: Trials, name: str) -> Iterator[Fault]:
    """The cell as the reader finds it is neither right nor wrong."""
    task = lesson.tasks[name]
    if isinstance(task, Exercise):
        verdict = checked(task, trials, task.paper.starter)
        if verdict.outcome != "not attempted":
            yield Fault(
                lesson.paper.file, task.paper.line, f"the starter should be not attempted: {_told(verdict)}"
            )


def the_solution_is_right_and_so_is_another(lesson: Lesson, trials: Trials, name: str) -> Iterator[Fault]:
    """Whatever is right is accepted, with words that say why it matters."""
    task = lesson.tasks[name]
    if isinstance(task, Exercise):
        verdict = checked(task, trials, task.paper.solution)
        if not verdict.right:
            yield Fault(lesson.paper.file, task.paper.line, f"the solution should be right: {_told(verdict)}")
        for trial in tried(trials, name).right:
            verdict = checked(task, trials, trial.code)
            if not verdict.right:
                yield Fault(trials.file, trial.line, f"this should be right: {_told(verdict)}")


def a_wrong_answer_is_refused_with_words_that_name_it(
    lesson: Lesson, trials: Trials, name: str
) -> Iterator[Fault]:
    """A tempting answer is wrong, and the verdict has the words that are expected."""
    task = lesson.tasks[name]
    if isinstance(task, Exercise):
        for trial in tried(trials, name).wrong:
            verdict = checked(task, trials, trial.code)
            if verdict.outcome != "wrong" or trial.words not in verdict.says:
                wanted = f"this should be wrong, because … {trial.words} …; it is {_told(verdict)}"
                yield Fault(trials.file, trial.line, wanted)


def an_empty_answer_is_never_right(lesson: Lesson, _trials: Trials, name: str) -> Iterator[Fault]:
    """Nothing at all, and things that are no answer."""
    task = lesson.tasks[name]
    if isinstance(task, Exercise):
        several: tuple[tuple[object, ...], ...] = ((), (None,), (...,), ("",), (0,), ([],), (print,), (int,))
        for given in several:
            if (verdict := task.check(*given)).right:
                yield Fault(
                    lesson.paper.file, task.paper.line, f"{given} should not be right: {_told(verdict)}"
                )


def a_prediction_is_compared_with_what_was_seen(lesson: Lesson, trials: Trials, name: str) -> Iterator[Fault]:
    """The answer of the paper is right, a wrong guess is not, and neither is none."""
    task = lesson.tasks[name]
    if isinstance(task, Prediction):
        say = partial(Fault, lesson.paper.file, task.paper.line)
        for trial in tried(trials, name).seen:
            seen = Cells(trials.before, trial.code).value("seen")
            for guess, outcome in ((..., "not attempted"), (_said(task.paper.answer), "right")):
                task.say(guess)
                if (verdict := task.check(seen)).outcome != outcome:
                    yield say(f"the guess {guess} should be {outcome}: {_told(verdict)}")
            for wrong in tried(trials, name).wrong:
                noted = task.say(_said(wrong.code))
                verdict = task.check(seen)
                if noted.outcome != "noted" or verdict.outcome != "wrong" or wrong.words not in verdict.says:
                    wanted = (
                        f"{wrong.code} should be wrong, because … {wrong.words} …; it is {_told(verdict)}"
                    )
                    yield Fault(trials.file, wrong.line, wanted)


def a_quiz_answers_every_choice_in_words_of_its_own(
    lesson: Lesson, _trials: Trials, name: str
) -> Iterator[Fault]:
    """Whoever is wrong learns why that choice is."""
    task = lesson.tasks[name]
    if isinstance(task, Quiz):
        said = [task.check(letter).says for letter in task.paper.choices]
        for choice in task.paper.choices.values():
            if said.count(choice.feedback) > 1:
                yield Fault(lesson.paper.file, choice.line, "another choice has the same feedback")
            if not choice.right and NO.match(choice.feedback):
                says = "the feedback goes on after “wrong, because”: say why, and leave the no out"
                yield Fault(lesson.paper.file, choice.line, says)


TRIES: tuple[Try, ...] = (
    the_starter_is_not_attempted,
    the_solution_is_right_and_so_is_another,
    a_wrong_answer_is_refused_with_words_that_name_it,
    an_empty_answer_is_never_right,
    a_prediction_is_compared_with_what_was_seen,
    a_quiz_answers_every_choice_in_words_of_its_own,
)


def rehearsed(lesson: Lesson, trials: Trials) -> Iterator[Fault]:
    """What goes wrong in all of a lesson. An error in the code of a trial is a fault with its line, too."""
    for name in lesson.names:
        for one in TRIES:
            try:
                yield from one(lesson, trials, name)
            except Exception as error:  # whatever an author's code raises
                line = tried(trials, name).line
                yield Fault(trials.file, line, f"{name}: {type(error).__name__}: {error}")


def tried(trials: Trials, name: str) -> Tried:
    """What is tried on a task, which may be nothing."""
    return trials.tried.get(name, Tried(1))


def checked(task: Task, trials: Trials, cell: str) -> Verdict:
    """The verdict on a cell of an exercise, which need not end in the check itself."""
    assert isinstance(task, Exercise)  # noqa: S101 - for the type checker
    cells = Cells(trials.before)
    with cells.at_work():
        cells.run(without_checks(cell))
        return task.check(cells.value(task.paper.subject))


def without_checks(cell: str) -> str:
    """A cell up to the call of its check."""
    return re.split(r"^ex\.\w+\.check\(", cell, maxsplit=1, flags=re.MULTILINE)[0]


def _told(verdict: Verdict) -> str:
    """A verdict in one line."""
    return f"{verdict.outcome}: {' '.join(verdict.says.split())}"


def _said(guess: str) -> float | str:
    """A guess as it is typed: a number, or the letter of a choice, with or without quotation marks."""
    try:
        return float(guess)
    except ValueError:
        return guess.strip('"')
