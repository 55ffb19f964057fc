"""The front page of the site has a row for each notebook, escapes what it tells, and is made of files that are there."""

import re
from pathlib import Path

import pytest

from workshop.pyproject import ProjectError
from workshop.series import Told, series
from workshop.site.front import alt, front, row

pytestmark = pytest.mark.files

ROOT = Path(__file__).parents[2]
PAGE = front(ROOT, ROOT / "share/site", series(ROOT))


def test_every_notebook_can_be_run_and_read_from_the_front_page() -> None:
    page = PAGE["index.html"].decode()
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        assert f'href="lab/index.html?path={path.name}"' in page
        assert f'href="read/{path.stem}.html"' in page


def test_every_file_that_the_front_page_names_is_there() -> None:
    """But for the pages, which other rooms make."""
    named = set(re.findall(r'(?:href|src|srcset)="([^"#]+)"', PAGE["index.html"].decode()))
    assert {name for name in named if not name.startswith(("lab/", "read/"))} <= set(PAGE)
    assert not any("://" in name for name in named)


def test_what_a_row_tells_is_escaped_and_its_code_is_code() -> None:
    text = row(Told("01_cakes", "A & <B>", "0 Taste", "say `<b>` & go", 5, "all", "none"))
    assert "A &amp; &lt;B&gt;" in text
    assert "say <code>&lt;b&gt;</code> &amp; go" in text


def test_the_picture_says_in_words_what_it_shows(tmp_path: Path) -> None:
    assert "eight bakes long" in alt(ROOT)
    (tmp_path / "README.md").write_text("no picture", "utf-8")
    with pytest.raises(ProjectError, match="make picture"):
        alt(tmp_path)
