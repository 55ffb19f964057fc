"""What is written for a new lesson fits together, and only words are left to write."""

import json
import shutil
from pathlib import Path

import pytest

from workshop.contract import (
    CHECKS,
    is_as_long_as_it_should_be,
    is_executed_and_in_normal_form,
    leaves_no_words_to_write,
    takes_as_long_as_it_says,
)
from workshop.lesson_check import lacks
from workshop.new_lesson import Wanted, write
from workshop.notebooks import read
from workshop.pages import Page
from workshop.places import MARK, Places, WorkshopError

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of what a new lesson touches, without what comes after the eighth notebook."""
    for folder in ("notebooks", "src/bakery/lessons", "tests/lessons"):
        (tmp_path / folder).mkdir(parents=True)
    shutil.copy(ROOT / MARK, tmp_path / MARK)
    shutil.copy(ROOT / "README.md", tmp_path)
    for path in NOTEBOOKS:
        if path.stem < "08":
            shutil.copy(path, tmp_path / "notebooks")
    return tmp_path


def wanted(root: Path, name: str = "80_big_oven") -> Wanted:
    return Wanted(Places(root, name), "A big oven", 4, 35)


def test_everything_is_written_and_all_that_tells_of_lessons_tells_of_it(root: Path) -> None:
    said = list(write(wanted(root)))
    assert said == [
        "src/bakery/lessons/big_oven.md: written",
        "src/bakery/lessons/big_oven.py: written",
        "tests/lessons/big_oven.md: written",
        "notebooks/80_big_oven.ipynb: written",
        "notebooks/00_start_here.ipynb: its map has a row",
        "notebooks/07_databases.ipynb: its next door is the new notebook",
        "README.md: a row in the series, and one about the browser",
    ]
    door = read(root / "notebooks" / "07_databases.ipynb").cells[-1].source
    assert "**Next door:** [A big oven](80_big_oven.ipynb)" in door
    readme = (root / "README.md").read_text("utf-8").splitlines()
    series = [line for line in readme if "](notebooks/" in line and line.startswith("|")]
    assert (
        series[-1]
        == "| 4 Work | [A big oven](notebooks/80_big_oven.ipynb) | TODO: what one can do afterwards | 35 |"
    )
    (browser,) = [line for line in readme if line.startswith("| 80 |")]
    assert readme[readme.index(browser) - 1].startswith("| ")
    page = Page(root / "notebooks" / "00_start_here.ipynb")
    the_map = next(cell for cell in page.prose if cell.id == "the-map").source
    assert "| 4 Work | [A big oven](80_big_oven.ipynb) | TODO: the question? | 35 |" in the_map


def test_only_words_of_an_author_are_missing(root: Path) -> None:
    list(write(wanted(root)))
    found = lacks(Places(root, "80_big_oven"))
    others = [fault for fault in found if "to write: " not in fault.says]
    assert [fault.says.partition(" ")[2] for fault in others] == [
        "words of prose: should be 900 to 1700",
        "1, promise: 35 minutes, but reading and doing take about 8",
        "cells are not executed yet: `make notebooks NAME=80_big_oven` runs them",
    ]
    assert len(found) > 30
    page = Page(root / "notebooks" / "80_big_oven.ipynb")
    authors = {is_as_long_as_it_should_be, takes_as_long_as_it_says, leaves_no_words_to_write}
    for check in set(CHECKS) - authors - {is_executed_and_in_normal_form}:
        assert list(check(page)) == []
    assert not any("in normal form" in says for says in is_executed_and_in_normal_form(page))


def test_a_lesson_between_two_others_leads_to_the_later_one(root: Path) -> None:
    for name in ("05_the_race", "06_what_blocks"):
        (root / "notebooks" / f"{name}.ipynb").unlink()
    list(write(wanted(root, "05_big_oven")))
    door = read(root / "notebooks" / "05_big_oven.ipynb").cells[-1].source
    assert door.endswith("**Next door:** [Databases](07_databases.ipynb)")
    assert (
        "[A big oven](05_big_oven.ipynb)"
        in read(root / "notebooks" / "04_quart_bakery.ipynb").cells[-1].source
    )


def test_a_row_stands_in_the_order_of_the_numbers(root: Path) -> None:
    (root / "notebooks" / "05_the_race.ipynb").unlink()
    list(write(wanted(root, "05_big_oven")))
    readme = (root / "README.md").read_text("utf-8").splitlines()
    numbers = [
        line.split("](notebooks/")[1][:2]
        for line in readme
        if "](notebooks/" in line and line.startswith("|")
    ]
    assert numbers == sorted(numbers)


def test_nothing_is_written_over_and_nothing_at_all_where_something_is_there(root: Path) -> None:
    (root / "src/bakery/lessons/big_oven.md").write_text("mine")
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    with pytest.raises(
        WorkshopError, match=r"already: src/bakery/lessons/big_oven\.md\. Choose another name"
    ):
        list(write(wanted(root)))
    with pytest.raises(WorkshopError, match=r"already: notebooks/07_databases\.ipynb"):
        list(write(wanted(root, "07_small_oven")))
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    ("title", "level", "minutes", "words"),
    [
        ("A big oven", 7, 35, "there is no level 7. The levels are 0 Taste, 1 Wait"),
        ("A big oven", -1, 35, "there is no level -1"),
        ("A big oven", 4, 0, "some minutes, not 0"),
        (" ", 4, 35, "a title of one line"),
    ],
)
def test_what_cannot_be_is_refused(title: str, level: int, minutes: int, words: str, root: Path) -> None:
    with pytest.raises(WorkshopError, match=words):
        Wanted(Places(root, "80_big_oven"), title, level, minutes)


def test_other_cells_of_the_notebooks_that_tell_of_it_stay_as_they_are(root: Path) -> None:
    paths = [root / "notebooks" / "00_start_here.ipynb", root / "notebooks" / "07_databases.ipynb"]
    before = {path: json.loads(path.read_text("utf-8"))["cells"] for path in paths}
    list(write(wanted(root)))
    for path in paths:
        after = json.loads(path.read_text("utf-8"))["cells"]
        changed = [new["id"] for old, new in zip(before[path], after, strict=True) if old != new]
        assert changed == (["the-map"] if path.stem.startswith("00") else ["receipt"])
