"""A lesson: the exercises, predictions and quizzes of one notebook, under the name `ex`."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bakery.checking import paper
from bakery.checking import progress as memory
from bakery.checking.tasks import Exercise, Judge, Prediction, Quiz, Seen, Task, nearest
from bakery.checking.verdicts import Note

lessons: dict[str, "Lesson"] = {}
"""All lessons that were imported, by the name of their notebook."""


class Lesson:
    """The exercises of the notebook `name`; `file` is the module's `__file__`, and its sheets lie beside it.

    Raises `ValueError` where something has no sheet, or a name of the lesson itself.
    """

    def __init__(self, name: str, file: str) -> None:
        path = Path(file).with_suffix(".md")
        self.name = name
        self.title = paper.title(path)
        self.sheets = paper.read(path)
        """The paper of exercises and predictions."""
        self.questions = paper.questions(path)
        self._order = [found for found, _ in paper.sections(path)]
        self._tasks: dict[str, Task] = {
            question.name: Quiz(name, question) for question in self.questions.values()
        }
        for taken in self._order:
            if taken in vars(self) or hasattr(type(self), taken):
                raise ValueError(f"{path.name}: {taken} is the name of something else that a lesson has")
        lessons[name] = self

    # For the author.

    def exercise(self, *, hints: Sequence[str] = ()) -> Callable[[Judge], Judge]:
        """Make an exercise of a function that asks an `Answer`, under the function's name."""

        def add(judge: Judge) -> Judge:
            self._tasks[judge.__name__] = Exercise(self.name, self._sheet(judge.__name__), judge, hints)
            return judge

        return add

    def prediction(
        self,
        *,
        unit: str = "",
        choices: Mapping[str, str] | None = None,
        because: Mapping[float | str, str] | None = None,
        within: float = 0.0,
    ) -> Callable[[Seen], Seen]:
        """Make a prediction of a function that reads from what happened what was to be predicted.

        A number of `unit`s, right when it is off by no more than the share `within`; or, with `choices`, the letter
        of one of them. `because` has a sentence for a guess that many make.
        """

        def add(seen: Seen) -> Seen:
            self._tasks[seen.__name__] = Prediction(
                self.name,
                self._sheet(seen.__name__),
                seen,
                unit=unit,
                choices=choices or {},
                because=because or {},
                within=within,
            )
            return seen

        return add

    def _sheet(self, name: str) -> paper.Sheet:
        if name not in self.sheets:
            raise ValueError(f"{name} has no sheet: `## {name}` in the lesson's Markdown file")
        return self.sheets[name]

    # For the tests and the editions.

    @property
    def names(self) -> list[str]:
        """Everything that can be done, in the order of the sheets."""
        return [name for name in self._order if name in self._tasks]

    @property
    def tasks(self) -> dict[str, Task]:
        """Everything that can be done, by name, in the order of the sheets."""
        return {name: self._tasks[name] for name in self.names}

    @property
    def starters(self) -> dict[str, str]:
        """The text of the cells that the reader starts from, by the ids of the cells."""
        return {self.cell_id(name): self._paper(name).starter for name in self.names}

    @property
    def solutions(self) -> dict[str, str]:
        """The text of the solved cells, by the ids of the cells."""
        return {self.cell_id(name): self._paper(name).solution for name in self.names}

    def cell_id(self, name: str) -> str:
        """The id of a task's cell, such as `exercise-bake-all`; a cell's id is made of words with hyphens."""
        return f"{type(self._tasks[name]).__name__.lower()}-{name.replace('_', '-')}"

    def _paper(self, name: str) -> paper.Sheet | paper.Question:
        return self.sheets[name] if name in self.sheets else self.questions[name]

    @property
    def unused(self) -> list[str]:
        """Sheets that no function belongs to."""
        return [name for name in self._order if name not in self._tasks]

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
        for name, task in self.tasks.items():
            sign = "\N{CHECK MARK}" if name in finished else "\N{WHITE CIRCLE}"
            lines.append(f"{sign} {name} ({type(task).__name__.lower()})")
        count = sum(name in finished for name in self.tasks)
        return Note(f"{self.title}: {count} of {len(lines)} done.", "\n".join(lines), memory.trouble())

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self._tasks.get(name) or Lost(nearest(name, list(self._tasks), "ex."))

    def __dir__(self) -> list[str]:
        return [*self.names, "progress"]

    def __repr__(self) -> str:
        return f"{self.title}: {', '.join(self.names)}"


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
