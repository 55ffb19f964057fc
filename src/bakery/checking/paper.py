"""The paper of a lesson: one Markdown file with every word that a reader sees, but for those of a judge.

The file begins with the lesson's title. Each task has a heading with its kind and its name, which is a Python name:
`## exercise: bake_all`. What a line may say depends on the kind. Whatever else stands there is a `PaperError` with its
line, and so is what is missing.

An **exercise** has its solved cell, with the marks of `bakery.checking.starters`, then hints, then perhaps what is said
when it is right (else the reason is), and the reason in prose:

    ## exercise: three_cakes

    ```python
    async def three_cakes():
        return await asyncio.gather(bake(), bake(), bake())  # starter: return ...

    ex.three_cakes.check(three_cakes)
    ```

    - hint: Start all three before you wait for any of them.
    - right: Three cakes in the time of one.

    `gather` starts all three before it waits for any of them.

A **prediction** has its answer, and words for wrong guesses that many make. `seen` says what to read from what the cell
hands to `ex.NAME.check(…)`: a name for that, and attributes of it. Without `seen` a function in the lesson's Python
does. `within: 0.1` accepts a number that is off by a tenth.

    ## prediction: standing

    - answer: 3
    - unit: bake
    - seen: trace.bakes_long
    - if 1: That would need three cakes in the oven together.

    Each call waits for the one before.

A prediction may have choices in place of a number. They are called a, b, c and so on, unless each has a name of its
own: `- [x] "big": the big cake`. The lines below one, indented, are for whoever guesses it and is wrong.

    ## prediction: calling

    - [ ] nothing at all
    - [x] something else, at once

    A call of a coroutine function makes a coroutine, and runs none of it.

It stands in a cell of its own, and the experiment and `ex.NAME.check(…)` follow in two more. A small one fits into one
cell: with a block of Python that has the line `ex.NAME.say(...)` and ends in `ex.NAME.check(…)`.

A **quiz** has a question and its choices, each with feedback below it, indented; that of a wrong one goes on after
"wrong, because":

    ## quiz: who_waits

    Three cakes are gathered. Which of these is true?

    - [ ] Each of them bakes faster.
      each bar is as long as before.
    - [x] Their waits overlap.
      So three take the time of one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from bakery.checking import starters


@dataclass(frozen=True, slots=True)
class TaskPaper:
    """What all tasks have: a name, the line of the heading, and the reason."""

    kind: ClassVar[str]
    name: str
    line: int
    reason: str

    @property
    def cell_id(self) -> str:
        """The id of its cell, such as `exercise-bake-all`; a cell's id is made of words with hyphens."""
        return f"{self.kind}-{self.name.replace('_', '-')}"

    @property
    def starter(self) -> str:
        """The cell that the reader starts from, with a newline at its end."""
        raise NotImplementedError

    @property
    def solution(self) -> str:
        """The solved cell, with a newline at its end."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class ExercisePaper(TaskPaper):
    """An exercise on paper."""

    kind = "exercise"
    text: str
    """The solved cell with its marks."""
    hints: tuple[str, ...]
    right: str
    """What is said when it is right; empty where that is the reason."""

    @property
    def starter(self) -> str:
        """The cell that the reader starts from."""
        return starters.starter(self.text)

    @property
    def solution(self) -> str:
        """The solved cell."""
        return starters.solution(self.text)

    @property
    def subject(self) -> str:
        """What the cell hands to its check, as an expression."""
        return starters.given(self.solution, self.name, "check")[-1]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the things that may be said to a question, and what is answered to that."""

    line: int
    text: str
    feedback: str
    right: bool


@dataclass(frozen=True, slots=True)
class PredictionPaper(TaskPaper):
    """A prediction on paper: of a number of `unit`s, or of one of the choices."""

    kind = "prediction"
    answer: str
    """The right guess as it is typed: a number, or the letter of a choice between quotation marks."""
    unit: str
    within: float
    """How far a number may be off, as a share of what was seen."""
    seen: str
    """The path to what was to be predicted, such as `trace.bakes_long`; empty where a function reads it."""
    because: Mapping[float, str]
    """What is said to a wrong number."""
    choices: Mapping[str, Choice]
    text: str
    """The whole cell where say, run and check stand in one; else empty."""

    @property
    def starter(self) -> str:
        """The cell that the reader starts from."""
        return self.text or f"{self._dots}\n"

    @property
    def solution(self) -> str:
        """The solved cell."""
        return self.starter.replace(self._dots, f"ex.{self.name}.say({self.answer})")

    @property
    def _dots(self) -> str:
        return f"ex.{self.name}.say(...)"


@dataclass(frozen=True, slots=True)
class QuizPaper(TaskPaper):
    """A quiz on paper; its choices are called a, b, c and so on."""

    kind = "quiz"
    question: str
    choices: Mapping[str, Choice]

    @property
    def right(self) -> str:
        """The letter of the right choice."""
        return next(letter for letter, choice in self.choices.items() if choice.right)

    @property
    def starter(self) -> str:
        """The cell that the reader starts from."""
        return f"ex.{self.name}\n"

    @property
    def solution(self) -> str:
        """The solved cell."""
        return f'ex.{self.name}.check("{self.right}")\n'


@dataclass(frozen=True, slots=True)
class Paper:
    """A lesson's file: its title, and its tasks by name, in their order."""

    file: str
    title: str
    tasks: Mapping[str, TaskPaper]
