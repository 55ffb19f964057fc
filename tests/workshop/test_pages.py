"""A page is a notebook with its prose, its code and its headings."""

from pathlib import Path

from making import code, notebook, prose, save, shown, stream

from workshop.pages import Page, headings, outputs, plain, tags

CELLS = (
    prose("promise", "# Title\n\n```\n# no heading\n```\n\nSee `# this`."),
    code("bar", "1", shown(image__svg="<svg/>"), stream("stdout", "x"), tags=("a", "b")),
    prose("more", "## More\n\n### Much more"),
)


def test_a_page_has_prose_code_and_a_title(tmp_path: Path) -> None:
    page = Page(save(tmp_path, notebook(*CELLS)))
    assert page.title == "Title"
    assert [cell.id for cell in page.prose] == ["promise", "more"]
    assert [cell.id for cell in page.code] == ["bar"]
    assert len(page.cells) == 3


def test_what_stands_in_code_is_no_heading(tmp_path: Path) -> None:
    page = Page(save(tmp_path, notebook(*CELLS)))
    assert headings(page) == [(1, "Title"), (2, "More"), (3, "Much more")]
    assert plain(page.cells[0]) == "# Title\n\n\n\nSee ."


def test_what_a_cell_shows_is_found_by_its_kind(tmp_path: Path) -> None:
    page = Page(save(tmp_path, notebook(*CELLS)))
    assert [(cell.id, found) for cell, found in outputs(page, "image/svg")] == [("bar", "<svg/>")]
    assert tags(page.code[0]) == {"a", "b"}


def test_a_page_may_be_one_that_is_in_no_file_yet() -> None:
    assert Page(Path("none.ipynb"), notebook(*CELLS)).title == "Title"
    assert Page(Path("none.ipynb"), notebook()).title == ""
