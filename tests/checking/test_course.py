"""The map of the series is made of the lessons it is handed, and is the same page until something is done."""

import ast
from pathlib import Path

import pytest

from bakery import checking, lessons, progress
from bakery.checking import Lesson
from bakery.checking import progress as memory
from bakery.checking.course import Progress

QUIZ = "## quiz: {name}\n\nWhy?\n\n- [x] Yes.\n  Yes.\n- [ ] No.\n  no.\n"


@pytest.fixture(autouse=True)
def nothing_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(memory.FILE, "off")
    monkeypatch.setattr(memory, "_session", {})


def lesson(folder: Path, name: str, *tasks: str) -> Lesson:
    quizzes = "\n".join(QUIZ.format(name=task) for task in tasks)
    (folder / f"{name}.md").write_text(f"# {name[3:].capitalize()}\n\n{quizzes}", encoding="utf-8")
    return Lesson(name, str(folder / f"{name}.py"))


def test_the_map_has_the_lessons_in_the_order_of_their_notebooks_and_names_the_next_task(
    tmp_path: Path,
) -> None:
    several = [lesson(tmp_path, "02_two", "c"), lesson(tmp_path, "01_one", "a", "b")]
    course = Progress(lambda: several)
    assert course().code == "○ 01 One: not begun\n○ 02 Two: not begun"
    several[1].a.check("a")
    assert course().code == "○ 01 One: 1 of 2 done\n○ 02 Two: not begun"
    assert course().words == "Next: `b` in One."
    several[1].b.check("a")
    assert course().code == "✓ 01 One: 2 of 2 done\n○ 02 Two: not begun"
    several[0].c.check("a")
    assert course().words == "All done. The bakery is yours."


def test_one_more_task_elsewhere_changes_nothing_on_a_map_that_is_not_begun(tmp_path: Path) -> None:
    one = lesson(tmp_path, "01_one", "a")
    before = Progress(lambda: [one, lesson(tmp_path, "05_five", "b")])()
    assert Progress(lambda: [one, lesson(tmp_path, "05_five", "b", "c")])() == before


def test_the_map_of_the_series_has_a_line_for_every_notebook() -> None:
    notebooks = (Path(__file__).parents[2] / "notebooks").glob("*.ipynb")
    assert [line[2:4] for line in progress().code.splitlines()] == sorted(path.name[:2] for path in notebooks)


def test_what_checks_knows_no_lesson_by_itself() -> None:
    """The front door hands the lessons to the map; a room that looked for them would close a circle."""
    for path in Path(checking.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [one.name for one in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
            module = node.module or "" if isinstance(node, ast.ImportFrom) else ""
            assert not any(f"{module}.{name}".strip(".").startswith(lessons.__name__) for name in names), path
