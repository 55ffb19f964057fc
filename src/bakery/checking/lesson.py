"""A lesson: the exercises, predictions and quizzes of one notebook, under the name `ex`."""

import difflib
from operator import attrgetter
from pathlib import Path
from typing import Any, TypeVar

from bakery.checking import progress as memory
from bakery.checking.markdown import Fault, PaperError
from bakery.checking.paper import ExercisePaper, PredictionPaper, QuizPaper, TaskPaper
from bakery.checking.parsing import read
from bakery.checking.tasks import Exercise, Judge, Prediction, Quiz, Seen, Task, nearest
from bakery.checking.verdicts import Note

T = TypeVar("T", bound=TaskPaper)


class Lesson:
    """The tasks of the notebook `name`; `file` is the module's `__file__`, and the paper lies beside it.

    Raises `PaperError` where the paper has a fault, or a task the name of something else that a lesson has.
    """

    def __init__(self, name: str, file: str) -> None:
        path = Path(file).with_suffix(".md")
        self.name = name
        self.paper = read(path)
        self.title = self.paper.title
        self._tasks: dict[str, Task] = {}
        taken = {one for one in (*vars(self), *dir(type(self))) if one in self.paper.tasks}
        if taken:
            tasks = self.paper.tasks
            raise PaperError(
                [
                    Fault(
                        path.name, tasks[one].line, f"{one} is the name of something else that a lesson has"
                    )
                    for one in sorted(taken)
                ]
            )
        for task in self.paper.tasks.values():
            if isinstance(task, QuizPaper):
                self._tasks[task.name] = Quiz(name, task)
            elif isinstance(task, PredictionPaper) and task.seen:
                self._tasks[task.name] = Prediction(name, task, _along(task.seen))

    # For the author.

    def exercise(self, judge: Judge) -> Judge:
        """Make an exercise of a function that asks an `Answer`, under the function's name.

        Raises `ValueError` where the paper has no such exercise, or it has a function already.
        """
        self._tasks[judge.__name__] = Exercise(self.name, self._unjudged(judge, ExercisePaper), judge)
        return judge

    def prediction(self, seen: Seen) -> Seen:
        """Make a prediction of a function that reads from what happened what was to be predicted.

        It gives a number, or the letter of a choice. Raises `ValueError` as `exercise` does.
        """
        self._tasks[seen.__name__] = Prediction(self.name, self._unjudged(seen, PredictionPaper), seen)
        return seen

    def _unjudged(self, function: Judge | Seen, kind: type[T]) -> T:
        name, file = function.__name__, self.paper.file
        paper = self.paper.tasks.get(name)
        if paper is None:
            near = difflib.get_close_matches(name, [*self.unjudged, *self.paper.tasks], n=1)
            meant = f" Did you mean `def {near[0]}`?" if near else ""
            raise ValueError(f"{name}: {file} has no `## {kind.kind}: {name}`.{meant}")
        if not isinstance(paper, kind):
            raise ValueError(
                f"{name}: line {paper.line} of {file} makes it {_a(paper.kind)}, not {_a(kind.kind)}"
            )
        if name in self._tasks:
            already = "a `seen:`" if isinstance(paper, PredictionPaper) and paper.seen else "a function"
            raise ValueError(f"{name}: it has {already} already (line {paper.line} of {file})")
        return paper

    # For the tests and the editions.

    @property
    def names(self) -> list[str]:
        """Everything that can be done, in the order of the paper."""
        return [name for name in self.paper.tasks if name in self._tasks]

    @property
    def tasks(self) -> dict[str, Task]:
        """Everything that can be done, by name, in the order of the paper."""
        return {name: self._tasks[name] for name in self.names}

    @property
    def starters(self) -> dict[str, str]:
        """The text of the cells that the reader starts from, by the ids of the cells."""
        return {task.cell_id: task.starter for task in self.paper.tasks.values()}

    @property
    def solutions(self) -> dict[str, str]:
        """The text of the solved cells, by the ids of the cells."""
        return {task.cell_id: task.solution for task in self.paper.tasks.values()}

    @property
    def unjudged(self) -> list[str]:
        """Tasks on the paper that no function belongs to, though they need one."""
        return [name for name in self.paper.tasks if name not in self._tasks]

    @property
    def unsolved(self) -> list[str]:
        """What was not found right in this kernel, in words: the last cell of a solved edition looks here."""
        return [
            f"{name}: {task.latest.words if task.latest else 'never checked'}"
            for name, task in self.tasks.items()
            if not (task.latest and task.latest.right)
        ]

    # For the learner.

    def progress(self) -> Note:
        """What is done in this notebook."""
        finished = memory.done().get(self.name, set())
        lines = []
        for name in self.names:
            sign = "\N{CHECK MARK}" if name in finished else "\N{WHITE CIRCLE}"
            lines.append(f"{sign} {name} ({self.paper.tasks[name].kind})")
        count = sum(name in finished for name in self.names)
        return Note(f"{self.title}: {count} of {len(lines)} done.", "\n".join(lines), memory.trouble())

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self._tasks.get(name) or Lost(nearest(name, list(self._tasks), "ex."))

    def __dir__(self) -> list[str]:
        return [*self.names, "progress"]

    def __repr__(self) -> str:
        return f"{self.title}: {', '.join(self.names)}"


def _a(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"


def _along(path: str) -> Seen:
    """What reads the attributes of a path such as `trace.bakes_long` from the thing it begins with."""
    attributes = path.partition(".")[2]
    return attrgetter(attributes) if attributes else lambda thing: thing


class Lost:
    """What a misspelled name leads to: whatever is asked of it, it answers with the nearest name."""

    def __init__(self, note: Note) -> None:
        self._note = note

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda *_given, **_named: self._note

    def __repr__(self) -> str:
        return repr(self._note)
