"""The solved edition of every lesson runs, and every check agrees with it; the blank one keeps the prose."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path

import pytest
from execution import NOTEBOOKS, outcomes

from workshop.__main__ import main
from workshop.editions import blank, solved
from workshop.execution import executed
from workshop.notebooks import NotebookError, read
from workshop.task_cells import lesson_of

LESSONS = [path for path in NOTEBOOKS if lesson_of(path)]


def name(path: Path) -> str:
    return path.stem


def solution(path: Path, folder: Path) -> Coroutine[object, object, object]:
    """Run the solved edition."""
    lesson = lesson_of(path)
    assert lesson
    return executed(solved(read(path), lesson), path.name, folder)


@pytest.fixture(scope="module")
def ran_solved(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[Path, str]:
    return outcomes(request, lambda path: solution(path, tmp_path_factory.mktemp(path.stem)))


@pytest.mark.slow
@pytest.mark.parametrize("path", LESSONS, ids=name)
def test_every_check_agrees_with_the_solved_edition(path: Path, ran_solved: dict[Path, str]) -> None:
    assert ran_solved[path] == ""


@pytest.mark.slow
@pytest.mark.parametrize("path", LESSONS[:1], ids=name)
def test_a_solved_edition_with_one_exercise_unsolved_fails_and_names_it(path: Path, tmp_path: Path) -> None:
    lesson = lesson_of(path)
    assert lesson
    edition = solved(read(path), lesson)
    task = next(task_id for task_id in lesson.starters if task_id.startswith("exercise-"))
    unsolved = next(cell for cell in edition.cells if cell.id == task)
    unsolved.source = lesson.starters[task]
    with pytest.raises(NotebookError, match=r"every-check-agrees: AssertionError.*not attempted"):
        asyncio.run(executed(edition, path.name, tmp_path))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name)
def test_the_blank_edition_keeps_the_prose_and_empties_the_code(path: Path) -> None:
    notebook = read(path)
    edition = blank(notebook)
    assert [cell.id for cell in edition.cells] == [cell.id for cell in notebook.cells]
    for before, after in zip(notebook.cells, edition.cells, strict=True):
        assert after.source == ("" if before.cell_type == "code" else before.source)
        assert not after.get("outputs")


def test_both_editions_are_written_where_a_teacher_finds_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "sanitize.cfg").write_text("")
    (tmp_path / "notebooks").mkdir()
    for path in LESSONS[:1]:
        (tmp_path / "notebooks" / path.name).write_bytes(path.read_bytes())
    monkeypatch.chdir(tmp_path)
    assert main(["editions"]) == 0
    found = {path.parent.name for path in (tmp_path / "notebooks").glob("*/*.ipynb")}
    assert found == {"solved", "blank"}
