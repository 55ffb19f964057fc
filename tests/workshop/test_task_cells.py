"""The cells of a lesson's tasks come from its paper, once."""

import pytest
from making import code, notebook

from workshop.task_cells import with_cells


@pytest.mark.parametrize("above", ["", "from bakery.lessons.waiting import ex\n\n", "import threading\n\n"])
def test_the_text_of_an_exercise_comes_once_however_often_it_is_written(above: str) -> None:
    text = "import threading\n\nex.one.check(threading)\n"
    cells = notebook(code("exercise-one", f"{above}pass"), code("other", "import time"))
    once = with_cells(cells, {"exercise-one": text})
    assert once.cells[0].source == f"{above.removeprefix('import threading').lstrip()}{text}".rstrip()
    assert once.cells[1].source == "import time"
    assert with_cells(once, {"exercise-one": text}) == once
