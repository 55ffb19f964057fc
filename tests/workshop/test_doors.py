"""The next door of a notebook is the notebook that comes next, and an author need not write its link."""

from pathlib import Path

import pytest
from making import notebook, prose, save

from workshop.building import prepare
from workshop.doors import next_door, with_door
from workshop.notebooks import read

LINK = "[Big](02_big.ipynb)"


@pytest.mark.parametrize(
    ("receipt", "expected"),
    [
        ("## Receipt", f"## Receipt\n\n**Next door:** {LINK}"),
        ("**Next door:**", f"**Next door:** {LINK}"),
        ("**Next door:** forms and files.", f"**Next door:** {LINK}: forms and files."),
        ("**Next door:** [Old](07_old.ipynb), and more.", f"**Next door:** {LINK}, and more."),
        (f"**Next door:** {LINK}", f"**Next door:** {LINK}"),
    ],
)
def test_a_receipt_gets_its_link_and_keeps_its_words(receipt: str, expected: str) -> None:
    assert with_door(receipt, LINK) == expected
    assert with_door(expected, LINK) == expected


def test_making_notebooks_leads_to_the_notebook_that_comes_next(tmp_path: Path) -> None:
    receipt = prose("receipt", "## Receipt\n\n**Next door:** [Old](07_old.ipynb), and more.")
    path = save(tmp_path, notebook(prose("promise", "# Small"), receipt))
    assert next_door(path) == ""
    prepare(path)
    assert "[Old](07_old.ipynb), and more." in read(path).cells[-1].source
    save(tmp_path, notebook(prose("promise", "# Big")), "02_big.ipynb")
    prepare(path)
    assert read(path).cells[-1].source.endswith("**Next door:** [Big](02_big.ipynb), and more.")
