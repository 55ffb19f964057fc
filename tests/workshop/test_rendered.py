"""A page to read shows a notebook with its outputs, leads to its neighbours, and can be searched by its headings."""

from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode

from workshop.notebooks import read
from workshop.series import Told
from workshop.site.rendered import body, pages, sections

pytestmark = pytest.mark.files

ROOT = Path(__file__).parents[2]
SHARE = ROOT / "share" / "site"
new: Any = nbformat.v4  # whose functions have no types


def told(name: str, title: str) -> Told:
    return Told(name, title, "2 Serve", "serve", 30, "all of it", "nothing")


TWO = (told("03_flask_bakery", "A <Flask> bakery"), told("04_quart_bakery", "A Quart bakery"))


def notebook(*cells: NotebookNode) -> NotebookNode:
    made: NotebookNode = new.new_notebook(cells=list(cells))
    return made


def shown(html: str) -> NotebookNode:
    return new.new_code_cell(  # type: ignore[no-any-return]
        "shop.link",
        outputs=[new.new_output("execute_result", {"text/html": html, "text/plain": "'in words'"})],
    )


def test_a_page_has_what_its_cells_printed_and_asks_no_other_host_for_anything() -> None:
    page = pages(ROOT, SHARE, TWO)["read/03_flask_bakery.html"].decode()
    assert "three bakes long" in page
    assert 'src="http' not in page
    assert "<script" not in page
    assert "<title>A &lt;Flask&gt; bakery" in page


def test_pages_lead_to_their_neighbours_and_not_to_files_of_notebooks() -> None:
    found = pages(ROOT, SHARE, TWO)
    assert b'<a href="04_quart_bakery.html">Next: A Quart bakery</a>' in found["read/03_flask_bakery.html"]
    assert b"Before: A &lt;Flask&gt; bakery" in found["read/04_quart_bakery.html"]
    for page in found.values():
        assert b'.ipynb"' not in page.replace(b"?path=", b"").split(b"<main", 1)[-1].split(b"</main>")[0]


def test_a_link_of_a_shop_that_is_gone_is_left_as_words() -> None:
    text = body(notebook(shown('<a href="http://127.0.0.1:4567/cake">the shop</a>'), shown("<b>bold</b>")))
    assert "127.0.0.1" not in text
    assert text.count("'in words'") == 1
    assert "<b>bold</b>" in text


def test_code_is_escaped() -> None:
    assert "<script>" not in body(notebook(new.new_code_cell("'<script>'"))).replace("&lt;", "")


def test_words_are_found_below_the_heading_under_which_they_stand() -> None:
    text = body(
        notebook(
            new.new_markdown_cell("# Title\n\nfirst\n\n## Set it free\n\nsecond"), new.new_code_cell("third")
        )
    )
    found = list(sections(TWO[0], text))
    assert [(one["heading"], one["text"]) for one in found] == [
        ("A <Flask> bakery", ""),
        ("Title", "first"),
        ("Set it free", "second third"),
    ]
    assert found[-1]["id"] == "03_flask_bakery.html#Set-it-free"


def test_every_address_of_a_section_is_on_its_page_and_is_its_only_one() -> None:
    for one in TWO:
        text = body(read(ROOT / "notebooks" / f"{one.name}.ipynb"))
        addresses = [found["id"] for found in sections(one, text)]
        assert len(addresses) == len(set(addresses)) > 5
        for address in addresses[1:]:
            assert f'id="{address.partition("#")[2]}"' in text
