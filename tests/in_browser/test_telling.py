"""What needs a machine says so in one sentence, and what follows from it, too."""

from types import SimpleNamespace

import pytest

from bakery.browser import telling
from bakery.browser.telling import NoMachineError, going_on, tell


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
