"""A run names the cell that fails, and a kernel has settings of its own."""

import asyncio
import os
from pathlib import Path

import pytest
from making import code, notebook

from bakery.orders.progress_line import VARIABLE
from workshop.execution import environment, executed
from workshop.notebooks import NotebookError


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("bake()", r"01_small\.ipynb, cell second: NameError: name 'bake' is not defined[\s\S]*----> 1 bake"),
        ("while True: pass", r"01_small\.ipynb, cell second: still running after 1 s"),
        ("import os\nos._exit(1)", r"01_small\.ipynb, cell second: the kernel ended"),
    ],
)
def test_a_cell_that_fails_is_named_and_the_file_stays_as_it_is(
    source: str, words: str, tmp_path: Path
) -> None:
    made = notebook(code("first", "1"), code("second", source))
    with pytest.raises(NotebookError, match=words) as caught:
        asyncio.run(executed(made, "01_small.ipynb", tmp_path, seconds=1))
    assert "\x1b" not in str(caught.value)


def test_a_kernel_gets_settings_of_its_own(tmp_path: Path) -> None:
    given = {
        "PATH": "/bin",
        "JUPYTER_PATH": "mine",
        "IPYTHONDIR": "mine",
        "PYTHONSTARTUP": "mine",
        "BAKERY_POSTGRES": "mine",
    }
    ours = environment(tmp_path, given)
    assert ours["PATH"] == "/bin"
    assert "mine" not in ours.values()
    assert ours[VARIABLE] == "off"
    assert ours["IPYTHONDIR"] == str(tmp_path / "ipython")
    assert os.environ["IPYTHONDIR"] != str(Path.home() / ".ipython")
