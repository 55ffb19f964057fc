"""A build keeps what still holds, replaces what does not, and loses nobody's edit."""

import asyncio
import json
import sys
from pathlib import Path

import pytest
from making import code, notebook, save, stream
from nbformat import NotebookNode

from workshop import notebooks
from workshop.building import build, prepare
from workshop.comparing import read_rules
from workshop.notebooks import NotebookError, read, written

SANITISERS = Path(__file__).parents[1] / "sanitize.cfg"
RULES = read_rules(SANITISERS)


def small() -> NotebookNode:
    return notebook(
        code(
            "clock", "import time, os, sys\nprint(f'{time.time() % 10:.2f} s', os.path.basename(os.getcwd()))"
        ),
        code("settings", "print('PYTHONSTARTUP' in os.environ)"),
        code("python", "print(sys.prefix)"),
        code("fail", "1 / 0", tags=("raises-exception", "raises-ZeroDivisionError")),
        code("await", "import asyncio\nawait asyncio.sleep(0)\n'still here'"),
        code("order", "print(1)\ndisplay(2)\nprint(3)"),
        code("empty", ""),
    )


def test_a_build_executes_in_the_notebooks_folder_and_a_second_one_changes_no_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONSTARTUP", "somebody's own")
    path = save(tmp_path, small())
    assert notebooks.faults(path) == [
        "01_small.ipynb: not executed: clock, settings, python, fail, await, order, empty",
        "01_small.ipynb: not in normal form",
    ]
    assert asyncio.run(build(path, RULES)) == ["clock", "settings", "python", "fail", "await", "order"]
    built = read(path)
    said = [cell.outputs[0].get("text", "").split() for cell in built.cells[:3]]
    assert said[0][2] == tmp_path.name
    assert said[1] == ["False"]
    assert said[2] == [sys.prefix]
    assert built.cells[3].outputs[0].ename == "ZeroDivisionError"
    assert built.cells[4].outputs[0].data == {"text/plain": "'still here'"}
    assert [output.get("text", "a picture") for output in built.cells[5].outputs] == [
        "1\n",
        "a picture",
        "3\n",
    ]
    assert notebooks.faults(path) == []

    first = path.read_bytes()
    assert asyncio.run(build(path, RULES)) == []
    assert path.read_bytes() == first
    assert list(tmp_path.iterdir()) == [path]


def test_a_build_replaces_only_outputs_that_no_longer_hold(tmp_path: Path) -> None:
    made = notebook(
        code("kept", "print('in 2.00 s')", stream("stdout", "in 1.00 s\n")),
        code("replaced", "print('now')", stream("stdout", "then\n")),
    )
    path = save(tmp_path, made)
    assert asyncio.run(build(path, RULES)) == ["replaced"]
    assert [cell.outputs[0].text for cell in read(path).cells] == ["in 1.00 s\n", "now\n"]


def test_a_notebook_saved_by_jupyterlab_gets_names_before_it_is_executed(tmp_path: Path) -> None:
    path = save(tmp_path, notebook(code("496797d7", "bread = 1 / 0")))
    made = json.loads(path.read_text())
    made["metadata"]["widgets"] = {}
    made["cells"][0]["metadata"]["trusted"] = True
    path.write_text(json.dumps(made))
    with pytest.raises(NotebookError, match="cell bread: ZeroDivisionError"):
        asyncio.run(build(path, RULES))
    assert [cell.id for cell in read(path).cells] == ["bread"]


def test_a_notebook_that_needs_nothing_is_not_written(tmp_path: Path) -> None:
    path = save(tmp_path, notebook(code("bread", "1")))
    before = path.stat().st_mtime_ns
    assert prepare(path) == []
    assert path.stat().st_mtime_ns == before


def test_an_edit_made_during_a_build_is_not_lost(tmp_path: Path) -> None:
    path = save(tmp_path, notebook(code("edit", "")))
    made = notebook(code("edit", f"with open({str(path)!r}, 'a') as file: file.write(' ')"))
    path.write_bytes(written(made))
    with pytest.raises(NotebookError, match="edited while it was being executed"):
        asyncio.run(build(path, RULES))
    assert path.read_bytes() == written(made) + b" "
