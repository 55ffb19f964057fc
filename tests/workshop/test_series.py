"""The README's tables tell of every notebook once, in order, and what a browser lacks of it."""

from pathlib import Path

import pytest

from workshop.pyproject import ProjectError
from workshop.series import series

pytestmark = pytest.mark.files

ROOT = Path(__file__).parents[2]

README = """
| level | notebook | afterwards you can | minutes |
|---|---|---|---|
| 0 Taste | [Start here](notebooks/00_start_here.ipynb) | tell `it` | 15 |
| 0 Taste | [Cakes](notebooks/01_cakes.ipynb) ([on Binder](https://example.org)) | explain | 35 |

| notebook | in the browser | what is different there |
|---|---|---|
| 00, 01 | all of it | nothing |
"""


def repository(folder: Path, readme: str = README, *names: str) -> Path:
    (folder / "notebooks").mkdir()
    for name in names or ("00_start_here", "01_cakes"):
        (folder / "notebooks" / f"{name}.ipynb").touch()
    (folder / "README.md").write_text(readme, "utf-8")
    return folder


def test_each_notebook_has_its_words_its_minutes_and_what_a_browser_lacks(tmp_path: Path) -> None:
    first, second = series(repository(tmp_path))
    assert (first.name, first.level, first.promise, first.minutes) == (
        "00_start_here",
        "0 Taste",
        "tell `it`",
        15,
    )
    assert (second.title, second.runs, second.differs) == ("Cakes", "all of it", "nothing")


def test_a_notebook_without_a_row_is_named(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="does not list 02_more once"):
        series(repository(tmp_path, README, "00_start_here", "01_cakes", "02_more"))


def test_a_notebook_that_the_table_about_the_browser_forgets_is_named(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="no row for 01_cakes"):
        series(repository(tmp_path, README.replace("| 00, 01 |", "| 00 |")))


def test_the_readme_tells_of_every_notebook() -> None:
    assert len(series(ROOT)) == len(list((ROOT / "notebooks").glob("*.ipynb")))
