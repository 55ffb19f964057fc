"""Cells run without a kernel as they would with one: their names are `__main__`'s, and their lines can be read."""

import inspect
import sys

import pytest

from workshop.cells import Cells


def test_cells_share_their_names() -> None:
    cells = Cells("a = 1", "b = a + 1")
    assert cells.value("a + b") == 3


def test_the_source_of_what_a_cell_defines_can_be_read() -> None:
    cells = Cells("def bake():\n    return 1\n")
    with cells.at_work():
        assert inspect.getsource(cells.value("bake")) == "def bake():\n    return 1\n"


def test_cells_are_main_while_they_are_at_work_and_no_longer() -> None:
    before = sys.modules["__main__"]
    cells = Cells("a = 1")
    with cells.at_work():
        assert sys.modules["__main__"].__dict__["a"] == 1
    with pytest.raises(ZeroDivisionError), cells.at_work():
        cells.run("1 / 0")
    assert sys.modules["__main__"] is before
