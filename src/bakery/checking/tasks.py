"""What a lesson is made of: exercises, predictions and quizzes, each with the learner's verbs."""

import difflib
import math
import sys
from collections.abc import Callable, Sequence
from html import escape
from numbers import Real
from typing import Any, ClassVar, Literal

from bakery import disk
from bakery.checking import progress as memory
from bakery.checking.answers import Answer
from bakery.checking.describing import cell_of, uncalled_in
from bakery.checking.mistakes import NotAttempted, NotChecked, Wrong, wrong_because
from bakery.checking.paper import ExercisePaper, PredictionPaper, QuizPaper
from bakery.checking.sightings import on_time_up
from bakery.checking.starters import retouched, same
from bakery.checking.verdicts import Note, Outcome, Verdict, with_code
from bakery.checking.virtual.performing import perform
from bakery.checking.virtual.stage import Stage
from bakery.counting import form, in_words
from bakery.mishap import is_the_readers, reason
from bakery.trace import Trace

NO_CHANGE = "Something is written in another way, such as brackets round a whole, and for Python the cell is the same as before. "
"""What is said of a starter that was changed only for the eye."""

OUR_FAULT = "The check itself failed, which is not your fault: "

Judge = Callable[[Answer], None]
"""What an author writes: it asks, and comes back if all is right."""


class Task:
    """What all three have in common. Its verbs never raise, and they show themselves."""

    verbs: ClassVar[tuple[str, ...]] = ("check", "reset")

    def __init__(self, lesson: str, name: str) -> None:
        self.lesson = lesson
        self.name = name
        self.latest: Verdict | None = None
        """The latest verdict in this kernel."""

    def __getattr__(self, verb: str) -> Any:
        if verb.startswith("_"):
            raise AttributeError(verb)
        return lambda *_given, **_named: nearest(verb, self.verbs, f"ex.{self.name}.", "()")

    def __dir__(self) -> list[str]:
        return list(self.verbs)

    def _said(
        self,
        outcome: Outcome,
        says: str,
        printed: str = "",
        trace: Trace | None = None,
        *,
        done: bool = False,
        then: str = "",
    ) -> Verdict:
        self.latest = Verdict(self.name, outcome, says, printed, trace, then)
        if done:
            memory.note(self.lesson, self.name)
        return self.latest

    def _began_again(self) -> None:
        self.latest = None
        memory.forget(self.lesson, self.name)


class Exercise(Task):
    """An exercise: `check(answer)`, `hint()`, `solution()`, `reset()`."""

    verbs = ("check", "hint", "solution", "reset")

    def __init__(self, lesson: str, paper: ExercisePaper, judge: Judge) -> None:
        super().__init__(lesson, paper.name)
        self.paper = paper
        self.hints = paper.hints
        self._judge = judge
        self._told = 0
        self._tries = 0
        self._asked = False

    def check(self, *given: Any) -> Verdict:
        """Say whether the answer is right, and if not, why not; at once, or after five seconds at most."""
        call = f"ex.{self.name}.check"
        if len(given) != 1:
            return self._said("not attempted", f"Give the check your answer: `{call}({self.paper.subject})`.")
        try:
            if _is_untouched(given[0], self.paper.starter):
                written = retouched(cell_of(given[0]), self.paper.starter)
                return self._said("not attempted", f"{NO_CHANGE if written else ''}{self._first_step}")
            answers: list[Answer] = []

            def ask(stage: Stage[None]) -> None:
                answers.append(Answer(given[0], stage, self.paper.subject, call))
                self._judge(answers[0])

            return self._judged(perform(ask), answers)
        except Exception as error:  # a fault of ours must not end the reader's cell
            return self._said("not checked", f"{OUR_FAULT}{reason(error)}")

    def _judged(self, stage: "Stage[None]", answers: list[Answer]) -> Verdict:
        trace = answers[0].trace if answers else None
        error = stage.error
        if not stage.out_of_time and isinstance(error, NotAttempted):
            return self._said("not attempted", self._first_step)
        if error is not None and (said := str(error) if isinstance(error, NotChecked) else disk.why(error)):
            return self._said("not checked", said, stage.printed)
        if stage.out_of_time:
            says, trace = on_time_up(stage), None
        elif error is None or isinstance(error, Wrong):
            says = "\n".join(filter(None, (str(error or ""), _of_no_call(answers), stage.strange_limit)))
        elif is_the_readers(error):
            says = wrong_because(error)
        else:
            return self._said("not checked", f"{OUR_FAULT}{reason(error)}", stage.printed)
        self._tries += 1  # here, as a fault of ours is no try of the reader's
        if error is None and not stage.out_of_time:
            return self._said("right", self.paper.right or self.paper.reason, trace=trace, done=True)
        return self._said("wrong", says, stage.printed, trace, then=self._next_step)

    @property
    def _first_step(self) -> str:
        return f"Change the cell, then run it again. `ex.{self.name}.hint()` gives a hint."

    @property
    def _next_step(self) -> str:
        if self._told < len(self.hints):
            return f"`ex.{self.name}.hint()` gives a hint."
        return f"`ex.{self.name}.solution()` shows a solution, and the reason."

    def hint(self, *_given: Any) -> Note:
        """Give a hint, one more each time."""
        if self._told >= len(self.hints):
            return Note(f"No more hints. `ex.{self.name}.solution()` shows the solution, and the reason.")
        self._told += 1
        return Note(f"Hint {self._told} of {len(self.hints)}: {self.hints[self._told - 1]}")

    def solution(self, *_given: Any) -> Note:
        """Show the solution and the reason; whoever has not tried yet is asked to try first, once."""
        left = len(self.hints) - self._told
        if not self._tries and not self._asked:
            self._asked = True
            more = f" There {form(left, 'is', 'are')} {in_words(left, 'hint')} left." if left else ""
            return Note(
                f"Try it first: a wrong try teaches more than a right copy.{more} Ask again to see it all the same."
            )
        return Note(
            f"A solution of {self.name}; yours may look different.", self.paper.solution, self.paper.reason
        )

    def reset(self, *_given: Any) -> Note:
        """Begin again: the starter, to be copied into the cell. Hints and progress of this exercise begin again too."""
        self._told, self._tries, self._asked = 0, 0, False
        self._began_again()
        return Note(f"This is how {self.name} began. Copy it into the cell.", self.paper.starter)

    def __repr__(self) -> str:
        if self.latest:
            return repr(self.latest)
        return f"{self.name}: ask with ex.{self.name}.check({self.paper.subject}); also .hint(), .solution(), .reset()"


Seen = Callable[[Any], float | str]
"""What an author writes: it reads from what happened the number, or the letter, that was to be predicted."""


class Prediction(Task):
    """A prediction: `say(guess)` before the run, `check(what_happened)` after it."""

    verbs = ("say", "check", "solution", "reset")

    def __init__(self, lesson: str, paper: PredictionPaper, seen: Seen) -> None:
        super().__init__(lesson, paper.name)
        self.paper = paper
        self._seen = seen
        self._guess: float | str | None = None
        self._unsaid = ""
        """What was wrong with the latest guess."""

    def say(self, *guesses: Any) -> Verdict:
        """Commit to a guess, before the run."""
        self._guess, self._unsaid = None, ""
        if len(guesses) != 1 or guesses[0] is ... or guesses[0] is None:
            self._unsaid = f"{self._wanted} Put it in place of the dots, and run the cell."
            return self._said("not attempted", self._unsaid)
        guess = self._read(guesses[0])
        if guess is None:
            self._unsaid = f"{self._wanted} It got `{_short(guesses[0])}`."
            return self._said("not attempted", self._unsaid)
        self._guess = guess
        return self._said("noted", f"You say {self._told(guess)}. Now run the next cell.")

    def check(self, *happened: Any) -> Verdict:
        """Compare the guess with what happened."""
        if len(happened) != 1:
            return self._said("not attempted", "Give the check what happened, such as a trace.")
        if self.paper.text and isinstance(happened[0], Trace):
            _draw(happened[0])
        try:
            seen = self._seen(happened[0])
        except Exception as error:  # whatever it was given
            return self._said("not checked", f"This is not what was to be predicted: {reason(error)}")
        if not (isinstance(seen, str) or (isinstance(seen, Real) and math.isfinite(seen))):
            return self._said("not checked", f"This is not what was to be predicted: `{_short(seen)}`")
        if self._guess is None and self.paper.text and self._unsaid:
            return self._said("not attempted", self._unsaid)
        if self._guess is None:
            return self._said("not attempted", f"It was {self._told(seen)}, and you made no prediction.")
        if self._agree(self._guess, seen):
            return self._said("right", f"You said {self._told(self._guess)}. {self.paper.reason}", done=True)
        off = f"you said {self._told(self._guess)}, and it was {self._told(seen)}.{self._off(seen)}"
        parts = (off, self._because(self._guess), self.paper.reason)
        return self._said("wrong", " ".join(part for part in parts if part), done=True)

    def _because(self, guess: float | str) -> str:
        """What the paper has for a guess that many make."""
        if isinstance(guess, str):
            return self.paper.choices[guess].feedback
        return self.paper.because.get(guess, "")

    def solution(self, *_given: Any) -> Note:
        """Say that the run itself is the solution."""
        if self.paper.text:
            return Note("The run is the solution: say what you expect, and run the cell.")
        return Note("The next cell is the solution: say what you expect, and run it.")

    def reset(self, *_given: Any) -> Note:
        """Begin again."""
        self._guess = None
        self._began_again()
        return Note(f"This is how {self.name} began. Copy it into the cell.", self.paper.starter)

    @property
    def _wanted(self) -> str:
        unit = self.paper.unit
        if not self.paper.choices:
            return f"A number is wanted: how many {unit}s?" if unit else "A number is wanted."
        several = "; ".join(f'"{letter}": {choice.text}' for letter, choice in self.paper.choices.items())
        return f"One of these is wanted: {several}."

    def _read(self, guess: Any) -> float | str | None:
        if self.paper.choices:
            letter = guess.strip().lower() if isinstance(guess, str) else ""
            return letter if letter in self.paper.choices else None
        try:
            number = float(guess)
        except (TypeError, ValueError, OverflowError):
            return None
        return number if math.isfinite(number) and not isinstance(guess, bool) else None

    def _agree(self, guess: float | str, seen: float | str) -> bool:
        if isinstance(guess, str) or isinstance(seen, str):
            return guess == seen
        return abs(guess - seen) <= max(self.paper.within * abs(seen), 1e-9)

    def _told(self, value: float | str) -> str:
        if isinstance(value, str):
            choice = self.paper.choices.get(value)
            return f"“{choice.text if choice else value}”"
        whole = value == round(value)
        if self.paper.unit:
            return in_words(round(value), self.paper.unit) if whole else f"{value:.3g} {self.paper.unit}s"
        return f"{round(value)}" if whole else f"{value:.3g}"

    def _off(self, seen: float | str) -> str:
        guess = self._guess
        if not isinstance(guess, float) or isinstance(seen, str) or not guess > 0 or not seen > 0:
            return ""
        times = max(guess, seen) / min(guess, seen)
        how = "many" if guess > seen else "few"
        factor = f"{round(times)}" if abs(times - round(times)) < 0.05 else f"{times:.1f}"
        return f" That is {factor} times too {how}." if times > 1 else ""

    def __repr__(self) -> str:
        return repr(self.latest) if self.latest else f"{self.name}: {self._wanted}"


class Quiz(Task):
    """A question: pick an answer with the mouse or the keyboard, or say it in code: `check("b")`."""

    def __init__(self, lesson: str, paper: QuizPaper) -> None:
        super().__init__(lesson, paper.name)
        self.paper = paper

    def check(self, *letters: Any) -> Verdict:
        """Say whether the choice is right, and why."""
        letter = letters[0].strip().lower() if len(letters) == 1 and isinstance(letters[0], str) else ""
        choice = self.paper.choices.get(letter)
        if choice is None:
            known = ", ".join(f'"{one}"' for one in self.paper.choices)
            return self._said("not attempted", f"Choose one of {known}.")
        if not choice.right:
            return self._said("wrong", choice.feedback)
        return self._said("right", choice.feedback, done=True)

    def reset(self, *_given: Any) -> Note:
        """Begin again."""
        self._began_again()
        return Note(f"{self.name} begins again: run its cell once more.")

    @property
    def words(self) -> str:
        """The question and its choices."""
        lines = [f"  {letter}) {choice.text}" for letter, choice in self.paper.choices.items()]
        return "\n".join((self.paper.question, *lines, f'Answer here, or with ex.{self.name}.check("a").'))

    @property
    def html(self) -> str:
        """The same for a page without widgets."""
        several = "".join(f"<li>{with_code(choice.text)}</li>" for choice in self.paper.choices.values())
        return (
            f"<p>{with_code(self.paper.question)}</p><ol style='list-style-type:lower-alpha'>{several}</ol>"
            f"<p>Answer in code: <code>ex.{escape(self.name)}.check(&quot;a&quot;)</code></p>"
        )

    def __repr__(self) -> str:
        return self.words

    def _repr_mimebundle_(self, **_named: Any) -> dict[str, Any]:
        try:
            views, _ = self.widget()._repr_mimebundle_()
        except Exception:  # without widgets, or where they do not work, the words are there
            views = {}
        view: Literal["application/vnd.jupyter.widget-view+json"] = "application/vnd.jupyter.widget-view+json"
        shown: dict[str, Any] = {"text/plain": self.words, "text/html": self.html}
        return shown | ({view: views[view]} if view in views else {})

    def widget(self) -> Any:
        """A button for each choice, with the question above and the feedback below."""
        from bakery.checking.quiz import Choosing  # here, so that an exercise can be checked without widgets

        choices = {letter: choice.text for letter, choice in self.paper.choices.items()}
        return Choosing(self.paper.question, choices, self.check)


def nearest(name: str, known: Sequence[str], before: str, after: str = "") -> Note:
    """Words for a name that is not there."""
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    if close:
        return Note(f"There is no `{before}{name}{after}`. Did you mean `{before}{close[0]}{after}`?")
    return Note(
        f"There is no `{before}{name}{after}`. There is: " + ", ".join(f"`{one}`" for one in known) + "."
    )


def _of_no_call(answers: list[Answer]) -> str:
    """A sentence on a line that was most likely to call something; empty where there is none."""
    line = uncalled_in(answers[0].source) if answers else ""
    return (
        f"One line names something and does not call it ({line}): the brackets are missing." if line else ""
    )


def _is_untouched(given: Any, starter: str) -> bool:
    if given is ...:
        return True
    if type(given) in {list, tuple, set} and any(one is ... for one in given):
        return True
    source = cell_of(given)
    return bool(source) and same(source, starter)


def _draw(trace: Trace) -> None:
    """Draw it above the words, where a notebook is there to draw it."""
    if "IPython" in sys.modules and sys.modules["IPython"].get_ipython():
        from IPython.display import display  # of the kernel that runs this

        display(trace)  # type: ignore[no-untyped-call]


def _short(value: object) -> str:
    try:
        shown = repr(value)
    except Exception:  # a broken __repr__
        return type(value).__name__
    return shown if len(shown) <= 60 else f"{shown[:59]}…"
