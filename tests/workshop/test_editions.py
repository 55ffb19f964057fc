"""A notebook has a normal form, a build keeps what still holds, and the sanitisers hide no more than they should."""

import asyncio
import json
import os
import re
import subprocess
import sys
from copy import deepcopy
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode
from nbval.plugin import get_sanitize_patterns  # type: ignore[import-untyped]

from bakery.orders.progress_line import VARIABLE
from bakery.picture.timeline import timeline
from bakery.trace import Span, Trace
from workshop import editions
from workshop.editions import (
    NotebookError,
    build,
    environment,
    executed,
    main,
    normal,
    read,
    read_rules,
    with_cells,
    written,
)

new: Any = nbformat.v4  # whose functions have no types
SANITISERS = Path(__file__).parents[1] / "sanitize.cfg"
RULES = read_rules(SANITISERS)


def notebook(*cells: NotebookNode) -> NotebookNode:
    made: NotebookNode = new.new_notebook(cells=list(cells))
    return made


def code(name: str, source: str, *outputs: NotebookNode, tags: tuple[str, ...] = ()) -> NotebookNode:
    made: NotebookNode = new.new_code_cell(source, id=name, outputs=list(outputs))
    if tags:
        made.metadata["tags"] = list(tags)
    return made


def stream(name: str, text: str) -> NotebookNode:
    made: NotebookNode = new.new_output("stream", name=name, text=text)
    return made


def shown(**data: str) -> NotebookNode:
    made: NotebookNode = new.new_output("display_data", {k.replace("__", "/"): v for k, v in data.items()})
    return made


def outputs(*given: NotebookNode) -> list[NotebookNode]:
    return list(normal(notebook(code("cell", "x", *given))).cells[0].outputs)


def texts(*given: NotebookNode) -> list[tuple[str, str]]:
    return [(output.get("name", ""), output.get("text", "")) for output in outputs(*given)]


def save(folder: Path, made: NotebookNode, name: str = "01_small.ipynb") -> Path:
    path = folder / name
    path.write_bytes(written(made))
    return path


# The normal form


@pytest.mark.parametrize("above", ["", "from bakery.lessons.waiting import ex\n\n", "import threading\n\n"])
def test_the_text_of_an_exercise_comes_once_however_often_it_is_written(above: str) -> None:
    text = "import threading\n\nex.one.check(threading)\n"
    cells = notebook(code("exercise-one", f"{above}pass"), code("other", "import time"))
    once = with_cells(cells, {"exercise-one": text})
    assert once.cells[0].source == f"{above.removeprefix('import threading').lstrip()}{text}".rstrip()
    assert once.cells[1].source == "import time"
    assert with_cells(once, {"exercise-one": text}) == once


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
        (["one", "a3f29c1b"], "cell 2 has the id 'a3f29c1b': choose words"),
        (["one", "0d0c0b0a-1111-2222-3333-444455556666"], "choose words"),
        (["one", "Two_cakes"], "choose words"),
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
    assert words in editions.faults(path)[0]


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


# The sanitisers


def test_as_many_rules_are_read_as_are_written_and_nbval_reads_the_same() -> None:
    text = SANITISERS.read_text(encoding="utf-8")
    lines = text.splitlines()
    assert len(RULES) == sum(line.startswith("regex:") for line in lines)
    assert len(RULES) == sum(line.startswith("replace:") for line in lines)
    assert get_sanitize_patterns(text) == [(regex.pattern, replacement) for regex, replacement in RULES]


SAMPLES = {
    "seconds": ("took 1.02 s, then 12.50 s.", "took N s, then N s.", "6 s, 0.3 s, 1.025 s, 2.98 times, 1.02 sorts"),
    "address": ("http://127.0.0.1:4711/cake", "http://127.0.0.1:PORT/cake", "127.0.0.1 and 127.0.0.2:80"),
    "version": ("quart 0.22.0, Python 3.11.7.", "quart X.Y.Z, Python X.Y.Z.", "127.0.0.1, 3.11, 1.2.3.4"),
    "memory": ("<coroutine bake at 0x7f00aa12b3c4>", "<coroutine bake at 0xADDRESS>", "0xff and 0x12"),
    "cell": ("/tmp/ipykernel_123/456.py:1: Warning", "CELL.py:1: Warning", "/tmp/kernel_123/456.py ipykernel"),
    "length": ('<rect x="12.30" width="0.40"/>', '<rect x="N" width="N"/>', '<rect x="12.3" y="40" rx="1.234"/>'),
    "shape": ('<path d="M1.20 4 L-3.40 4"/>', '<path d="N"/>', '<path d="M1.2 4 L3 4" id="1.20" points="1.234,5"/>'),
}  # fmt: skip


@pytest.mark.parametrize(("rule", "sample"), list(zip(RULES, SAMPLES.values(), strict=True)), ids=SAMPLES)
def test_each_rule_changes_its_sample_and_leaves_a_near_miss_alone(
    rule: tuple[re.Pattern[str], str], sample: tuple[str, str, str]
) -> None:
    given, expected, near_miss = sample
    assert editions.sanitised(given, (rule,)) == expected
    assert editions.sanitised(near_miss, RULES) == near_miss


def queue(first: float, second: float, *, simulated: bool = False) -> str:
    """The picture of two orders, one after the other, that took so many seconds."""
    spans = (
        Span("order 1", "serve", 0.0, first),
        Span("order 2", "wait", 0.0, first),
        Span("order 2", "serve", first, first + second),
    )
    return editions.sanitised(timeline(Trace(spans, simulated=simulated)).svg, RULES)


def test_pictures_of_measured_time_may_differ_in_their_lengths_and_in_nothing_else() -> None:
    assert queue(1.01, 1.0) == queue(1.07, 1.12)
    assert queue(1.01, 1.0) != queue(1.01, 2.0)


def test_pictures_of_simulated_time_may_not_differ() -> None:
    assert queue(1.0, 1.0, simulated=True) != queue(1.0, 1.25, simulated=True)


# What still holds


def holds(stored: NotebookNode, fresh: NotebookNode) -> bool:
    return editions.still_holds(outputs(stored), outputs(fresh), RULES)


def test_an_output_holds_if_only_what_honestly_varies_is_different() -> None:
    assert holds(stream("stdout", "in 1.02 s\n"), stream("stdout", "in 1.34 s\n"))
    assert not holds(stream("stdout", "in 6 s\n"), stream("stdout", "in 7 s\n"))
    assert not holds(stream("stdout", "same"), stream("stderr", "same"))
    assert holds(shown(text__html="<b>1.00 s</b>"), shown(text__html="<b>2.00 s</b>"))
    assert not holds(shown(text__html="one"), shown(text__plain="one"))


def test_an_error_holds_if_name_words_and_own_lines_are_the_same() -> None:
    def failure(words: str, *frames: str) -> NotebookNode:
        made: NotebookNode = new.new_output("error", ename="ValueError", evalue=words, traceback=list(frames))
        return made

    own = "Cell In[1], line 1\n----> 1 bake()"
    assert holds(
        failure("no", own, "File a/b.py:1, in f"), failure("no", own, "File a/b.py:2, in f", "File c.py:3")
    )
    assert not holds(failure("no", own), failure("yes", own))
    assert not holds(failure("no", own), failure("no", own.replace("1", "2")))


# Building, with real kernels


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
    assert editions.faults(path) == [
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
    assert editions.faults(path) == []

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


def test_an_edit_made_during_a_build_is_not_lost(tmp_path: Path) -> None:
    path = save(tmp_path, notebook(code("edit", "")))
    made = notebook(code("edit", f"with open({str(path)!r}, 'a') as file: file.write(' ')"))
    path.write_bytes(written(made))
    with pytest.raises(NotebookError, match="edited while it was being executed"):
        asyncio.run(build(path, RULES))
    assert path.read_bytes() == written(made) + b" "


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


# The command line


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "tests").mkdir()
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "tests" / "sanitize.cfg").write_bytes(SANITISERS.read_bytes())
    monkeypatch.chdir(tmp_path / "notebooks")
    return tmp_path


def test_a_repository_without_notebooks_is_all_right(repository: Path) -> None:
    assert main(["check"]) == 0
    assert main(["build"]) == 0


def test_all_notebooks_are_built_and_one_that_fails_is_told(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = repository / "notebooks"
    save(folder, notebook(code("cell", "print(1)")), "00_good.ipynb")
    bad = save(folder, notebook(code("cell", "oven")), "01_bad.ipynb")
    before = bad.read_bytes()
    assert main(["check"]) == 1
    assert main(["build"]) == 1
    out, err = capsys.readouterr()
    assert re.fullmatch(r"00_good\.ipynb: \d+\.\d s, new outputs: cell\n", out)
    assert "01_bad.ipynb, cell cell: NameError" in err
    assert "tag it raises-exception and raises-NameError" in err
    assert bad.read_bytes() == before
    assert main(["check", "00_good.ipynb"]) == 0


def test_a_place_without_sanitisers_and_a_missing_file_are_told(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["build", "02_none.ipynb"]) == 1
    monkeypatch.chdir("/")
    assert main(["build"]) == 1
    assert capsys.readouterr().err.splitlines() == [
        "02_none.ipynb: no such file",
        "no tests/sanitize.cfg here or above: run this inside the repository",
    ]
