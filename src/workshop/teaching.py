"""The teacher's page: what each notebook holds, counted, and the plans as tables of minutes."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bakery.checking.lesson import Lesson
from bakery.lessons import every
from workshop.pages import Page, headings
from workshop.series import series

PAGE = Path("docs", "teaching.md")

KINDS = ("prediction", "exercise", "quiz")
PLAN = re.compile(r"^### (?P<title>.+?)\n(?P<text>.*?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)
ROW = re.compile(r"^\| (?P<minutes>\d+) \| (?P<where>.+?) \| (?P<what>.+?) \|$", re.MULTILINE)
HEADING = re.compile(r"(?<!\*)\*(?P<text>[^*\n]+)\*(?!\*)")
NUMBER = re.compile(r"`(\d\d)`")
WHOLE = re.compile(r"all of `(\d\d)`")


@dataclass(frozen=True, slots=True)
class Step:
    """A row of a plan: so many minutes, with this notebook or none."""

    minutes: int
    where: str
    what: str

    @property
    def notebook(self) -> str:
        """The number of its notebook, such as `03`, or ""."""
        found = NUMBER.search(self.where)
        return found[1] if found else ""

    @property
    def whole(self) -> bool:
        """Whether it is about a notebook from top to bottom."""
        return bool(WHOLE.search(self.where))


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan: its title, and its steps."""

    title: str
    steps: tuple[Step, ...]

    @property
    def minutes(self) -> int:
        """All minutes together."""
        return sum(step.minutes for step in self.steps)


def plans(text: str) -> Iterator[Plan]:
    """The plans on the page: every section that has rows of minutes."""
    for section in PLAN.finditer(text):
        steps = tuple(
            Step(int(row["minutes"]), row["where"], row["what"]) for row in ROW.finditer(section["text"])
        )
        if steps:
            yield Plan(section["title"], steps)


def contents(root: Path) -> str:
    """A table of what each notebook holds, and of the headings under which it stands."""
    by_name = {lesson.name: lesson for lesson in every()}
    lines = [
        "| notebook | minutes | predictions | exercises | quizzes | its sections |",
        "|---|---|---|---|---|---|",
    ]
    for told in series(root):
        count = kinds(by_name[told.name])
        sections = ", ".join(
            text
            for level, text in headings(Page(root / "notebooks" / f"{told.name}.ipynb"))
            if level in {2, 3}
        )
        numbers = " | ".join(str(count[kind]) for kind in KINDS)
        lines.append(f"| {told.name[:2]} {told.title} | {told.minutes} | {numbers} | {sections} |")
    return "\n".join(lines)


def kinds(lesson: Lesson) -> Counter[str]:
    """How many predictions, exercises and quizzes a lesson has."""
    return Counter(lesson.paper.tasks[name].kind for name in lesson.names)
