"""What needs a machine says so in one sentence, and what follows from it, too."""

import ast
from pathlib import Path
from types import SimpleNamespace

import pytest

from bakery.browser import telling
from bakery.browser.telling import ABSENT, REAL, NoMachineError, going_on, made, tell
from workshop.notebooks import read
from workshop.site.wheels import NEEDS_A_SERVER

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))


def test_what_needs_a_machine_says_so_in_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    tell(None, NoMachineError, NoMachineError("No threads here."), None, tb_offset=1)
    assert capsys.readouterr().out == "No threads here.\n"


def test_a_cell_that_misses_what_another_would_have_made_says_so(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "MISSING", set())
    shell = SimpleNamespace(user_ns={"In": ["", "printed = run_file(program)"]})
    tell(shell, NoMachineError, NoMachineError("No second Python."), None)
    tell(shell, NameError, NameError(name="printed"), None)
    assert "needs `printed`" in capsys.readouterr().out


@pytest.mark.parametrize("missing", ["aiohttp", "flask_swagger_ui", "aiohttp.web"])
def test_a_package_that_the_site_leaves_out_is_told_of_and_so_is_what_its_cell_would_have_made(
    missing: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "MISSING", set())
    cell = f"from {missing} import Page as page_of\n\ndef show(): ...\n\nasync def fetch(): ...\n\nclass Board: ...\n\nfiles = 1"
    shell = SimpleNamespace(user_ns={"In": ["", cell]})
    tell(shell, ModuleNotFoundError, ModuleNotFoundError("not there", name=missing), None)
    said = capsys.readouterr().out
    assert said == f"{ABSENT[missing.partition('.')[0]]}\n"
    assert REAL in said
    for name in ("page_of", "show", "fetch", "Board", "files"):
        tell(shell, NameError, NameError(name=name), None)
        assert f"needs `{name}`" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["cakes", "aiohttpx", None])
def test_any_other_module_that_is_missing_is_an_error_as_ever(name: str | None) -> None:
    shown: list[object] = []
    shell = SimpleNamespace(
        user_ns={},
        InteractiveTB=SimpleNamespace(structured_traceback=lambda *_, **__: ["the traceback"]),
        _showtraceback=lambda *what: shown.append(what[2]),
    )
    tell(shell, ModuleNotFoundError, ModuleNotFoundError("not there", name=name), None)
    assert shown == [["the traceback"]]


def test_whatever_a_notebook_imports_and_the_site_leaves_out_has_a_sentence() -> None:
    left_out = {name.replace("-", "_") for name in NEEDS_A_SERVER}
    imported = {
        name
        for notebook in NOTEBOOKS
        for cell in read(notebook).cells
        if cell.cell_type == "code"
        for name in modules(cell.source)
    }
    assert "flask_swagger_ui" in imported
    assert imported & left_out <= set(ABSENT)


def modules(source: str) -> set[str]:
    """The modules that the cell itself imports, by their first name; none of a cell with magics."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return set()
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").partition(".")[0])
    return found


def test_a_cell_with_magics_makes_no_names_that_would_be_missed() -> None:
    assert made("%%writefile page.py\nfiles = 1") == set()


def test_any_other_name_error_is_shown_as_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "MISSING", {"printed"})
    shown: list[object] = []
    shell = SimpleNamespace(
        user_ns={},
        InteractiveTB=SimpleNamespace(structured_traceback=lambda *_, **__: ["the traceback"]),
        _showtraceback=lambda *what: shown.append(what[2]),
    )
    tell(shell, NameError, NameError(name="other"), None)
    assert shown == [["the traceback"]]


def test_a_cell_that_is_meant_to_fail_stops_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    stopped: list[BaseException] = []
    shell = SimpleNamespace(
        kernel=SimpleNamespace(_parent_header={}),
        InteractiveTB=SimpleNamespace(stb2text="\n".join),
        _showtraceback=lambda _kind, error, _lines: stopped.append(error),
    )
    shell._showtraceback = going_on(shell)
    error = ValueError("meant")
    for stops in (False, True):
        shell.kernel._parent_header = {"content": {"stop_on_error": stops}}
        shell._showtraceback(ValueError, error, ["the", "traceback"])
        assert stopped == [error] * stops
    assert capsys.readouterr().err == "the\ntraceback\n"
