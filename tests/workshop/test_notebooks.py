"""A notebook has a normal form, and a file that is none is refused with words that lead somewhere."""

import json
import re
import subprocess
import sys
from copy import deepcopy
from pathlib import Path

import pytest
from making import code, new, notebook, outputs, save, shown, stream
from nbformat import NotebookNode

from workshop import notebooks
from workshop.notebooks import NotebookError, id_faults, normal, read, understood, written


def texts(*given: NotebookNode) -> list[tuple[str, str]]:
    return [(output.get("name", ""), output.get("text", "")) for output in outputs(*given)]


def test_the_normal_form_holds_the_kernel_the_language_and_the_tags_and_no_other_metadata() -> None:
    made = notebook(code("cell", "x", tags=("a", "b")))
    made.cells[0].metadata["collapsed"] = True
    made.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {}}
    made.metadata["language_info"] = {"name": "python", "version": "3.11.7"}
    plain = normal(made)
    assert plain.metadata == {
        "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    assert plain.cells[0].metadata == {"tags": ["a", "b"]}


def test_a_cell_ends_with_its_last_line() -> None:
    assert normal(notebook(code("cell", "x\n\n"))).cells[0].source == "x"


def test_executed_cells_count_from_one_and_the_others_stay_without_a_number() -> None:
    made = notebook(code("one", "1"), code("two", "2"), code("three", "3"))
    made.cells[0].execution_count = 7
    made.cells[2].execution_count = 7
    made.cells[2].outputs = [new.new_output("execute_result", {"text/plain": "3"}, execution_count=7)]
    plain = normal(made)
    assert [cell.execution_count for cell in plain.cells] == [1, None, 3]
    assert plain.cells[2].outputs[0].execution_count == 3


def test_neighbouring_streams_become_one_of_each_name() -> None:
    given = [
        stream("stdout", "a\n"),
        stream("stderr", "e\n"),
        stream("stdout", "b\n"),
        stream("stderr", "f\n"),
    ]
    assert texts(*given) == [("stdout", "a\nb\n"), ("stderr", "e\nf\n")]


def test_a_line_printed_after_a_picture_stays_after_it() -> None:
    given = [stream("stdout", "a\n"), shown(text__plain="picture"), stream("stdout", "b\n")]
    assert texts(*given) == [("stdout", "a\n"), ("", ""), ("stdout", "b\n")]


def test_a_stream_holds_what_a_terminal_would_show_in_the_end() -> None:
    assert texts(stream("stdout", "10 %\r20 %\rdone\nab\b\bc\n")) == [("stdout", "done\nc\n")]


def test_a_widget_view_goes_and_the_picture_beside_it_stays() -> None:
    view = "application/vnd.jupyter.widget-view+json"
    both = new.new_output("display_data", {view: {"model_id": "1"}, "image/svg+xml": "<svg/>"})
    alone = new.new_output("display_data", {view: {"model_id": "1"}})
    assert [output.data for output in outputs(both, alone)] == [{"image/svg+xml": "<svg/>"}]


def test_a_traceback_has_no_colours_and_no_folder_of_one_machine() -> None:
    frames = [
        "\x1b[31mRuntimeError\x1b[39m   Traceback (most recent call last)",
        "\x1b[36mCell\x1b[39m\x1b[36m In[3]\x1b[39m, line 1\n\x1b[32m----> 1\x1b[39m asyncio.run(bake())",
        "File \x1b[32m~/.pyenv/lib/python3.11/asyncio/runners.py:186\x1b[39m, in run(main, debug)\n    184 x\n    186 y",
        r"File C:\kitchen\Lib\site-packages\flask\app.py:7, in Flask.run(self)" + "\n 7 z",
        "\x1b[31mRuntimeError\x1b[39m: no",
    ]
    failure = new.new_output("error", ename="RuntimeError", evalue="\x1b[1mno", traceback=frames)
    (plain,) = outputs(failure)
    assert plain.evalue == "no"
    assert plain.traceback == [
        "RuntimeError   Traceback (most recent call last)",
        "Cell In[3], line 1\n----> 1 asyncio.run(bake())",
        "File asyncio/runners.py:186, in run(main, debug)",
        "File flask/app.py:7, in Flask.run(self)",
        "RuntimeError: no",
    ]


def test_the_normal_form_of_the_normal_form_is_itself_and_the_original_is_left_alone() -> None:
    made = notebook(code("cell", "x\n\n", stream("stdout", "a"), stream("stdout", "b")))
    before = deepcopy(made)
    assert normal(normal(made)) == normal(made)
    assert made == before


def test_ruff_and_nbformat_agree_on_the_layout(tmp_path: Path) -> None:
    made = normal(notebook(code("cell", 'print("é")', stream("stdout", "é\n"), shown(image__png="AA==\n"))))
    path = save(tmp_path, made)
    subprocess.run(
        [sys.executable, "-m", "ruff", "format", "--isolated", "--no-cache", path],
        check=True,
        capture_output=True,
    )
    assert path.read_bytes() == written(made)
    path.write_text(f"{new.writes(read(path))}\n", encoding="utf-8")
    assert path.read_bytes() == written(made)


# Reading


@pytest.mark.parametrize(
    ("ids", "words"),
    [
        (["", "two"], "cell 1 has no id"),
        (["one", "one"], "'one' is given to 2 cells"),
        (["one", "a3f29c1b"], "cell 2 has the id 'a3f29c1b', which says nothing: `make notebooks` names it"),
        (["one", "0d0c0b0a-1111-2222-3333-444455556666"], "make notebooks"),
        (["one", "Two_cakes"], "make notebooks"),
    ],
)
def test_a_cell_without_a_readable_id_of_its_own_is_an_error(
    ids: list[str], words: str, tmp_path: Path
) -> None:
    raw = json.loads(written(notebook(code("one", "1"), code("two", "2"))))
    for cell, name in zip(raw["cells"], ids, strict=True):
        cell["id"] = name
        if not name:
            del cell["id"]
    path = tmp_path / "01_small.ipynb"
    path.write_text(json.dumps(raw))
    with pytest.raises(NotebookError, match=re.escape(words)):
        read(path)
    assert words in notebooks.faults(path)[0]


def test_a_notebook_whose_cells_have_no_readable_ids_is_understood_all_the_same() -> None:
    raw = json.loads(written(notebook(code("one", "1"), code("two", "2"), code("three", "3"))))
    del raw["cells"][0]["id"]
    raw["cells"][1]["id"] = raw["cells"][2]["id"] = "three"
    ids = [cell.id for cell in understood(json.dumps(raw), "01_small.ipynb").cells]
    assert len(set(ids)) == 3
    assert "three" in ids


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"nbformat": 4, "nbformat_minor": 5, "cells": [{"id": "a"}]}']
)
def test_a_file_that_is_no_notebook_is_named(text: str, tmp_path: Path) -> None:
    path = tmp_path / "01_small.ipynb"
    path.write_text(text)
    with pytest.raises(NotebookError, match=r"01_small\.ipynb: not a notebook"):
        read(path)


def test_an_older_format_without_ids_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "old.ipynb"
    path.write_text('{"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": []}')
    with pytest.raises(NotebookError, match=r"needs notebook format 4\.5"):
        read(path)


def test_a_notebook_whose_cells_a_tool_has_numbered_is_told_by_its_cause_and_the_way_back() -> None:
    (fault,) = id_faults([str(number) for number in range(40)])
    assert fault.startswith(
        "40 of 40 cells have lost their names: tools that rewrite notebooks, such as nbstripout"
    )
    assert "git checkout" in fault
    assert len(id_faults([*(f"cake-{n}" for n in range(9)), "0", "1", "2"])) == 3
