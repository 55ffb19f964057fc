"""A notebook that an author edits in a real JupyterLab and saves is one that `make notebooks` takes."""

from pathlib import Path

import pytest

from workshop.building import prepare
from workshop.notebooks import NotebookError, read, written

from .window import Window

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


def test_a_cell_that_is_added_and_saved_gets_its_name_and_its_text_where_it_stands(window: Window) -> None:
    path = window.lab.root / "author" / "02_waiting.ipynb"
    path.parent.mkdir()
    notebook = read(NOTEBOOKS / path.name)
    notebook.cells = [cell for cell in notebook.cells if cell.id != "exercise-bake-all"]
    path.write_bytes(written(notebook))
    with window.notebook("author/02_waiting.ipynb") as opened:
        opened.run("one-bake")
        opened.run_below("bakes = 2")
        opened.run("prediction-calling")
        opened.run_below("ex.bake_all")
        opened.do("panel => panel.context.save()")
    with pytest.raises(NotebookError, match="which says nothing"):
        read(path)
    assert sorted(prepare(path)) == ["bakes", "exercise-bake-all"]
    saved = {cell.id: cell.source for cell in read(path).cells}
    ids = list(saved)
    assert ids[ids.index("one-bake") + 1] == "bakes"
    assert ids[ids.index("prediction-calling") + 1] == "exercise-bake-all"
    assert saved["exercise-bake-all"].startswith("async def bake_all(cakes):\n    return ...")
    assert prepare(path) == []
