"""`python -m bakery.moving FOLDER`: it shows, it writes only if told to, and it says what cannot be."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from bakery.moving.__main__ import main

APP = "from flask import Flask, flash\napp = Flask('')\n@app.route('/')\ndef v():\n    flash('a')\n    return ''\n"
TEST = "from app import app\ndef test_it():\n    assert app.test_client().get('/').status_code == 500\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    (tmp_path / "app.py").write_text(APP, encoding="utf-8")
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    code = main([str(word) for word in words])
    out, err = capsys.readouterr()
    return code, out, err


def test_without_write_it_shows_and_changes_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = said(capsys, folder)
    assert code == 0
    assert "+    await flash('a')" in out
    assert out.endswith(f"Nothing was written. To write it:  python -m bakery.moving {folder} --write\n")
    assert (folder / "app.py").read_text(encoding="utf-8") == APP


def test_write_is_refused_where_nothing_keeps_the_old_texts(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = said(capsys, folder, "--write")
    assert code == 1
    assert "--write --insist" in err
    assert (folder / "app.py").read_text(encoding="utf-8") == APP


def test_who_insists_gets_it_written_and_a_second_time_is_told_so(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = said(capsys, folder, "--write", "--insist")
    assert (code, out.splitlines()[-1]) == (0, f"Written to {folder}.")
    assert "await flash" in (folder / "app.py").read_text(encoding="utf-8")
    assert said(capsys, folder)[2] == f"{folder} is a Quart app already: nothing in it imports Flask.\n"


def test_what_is_no_flask_app_gets_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.py").write_text("import django\n", encoding="utf-8")
    (tmp_path / "b.py").write_text("print 'hello'\n", encoding="utf-8")
    code, _, err = said(capsys, tmp_path)
    assert code == 1
    assert err.startswith(f"{tmp_path} is no Flask app: no file in it imports Flask.\n- b.py: Python 2")


def test_a_folder_that_is_not_there_is_an_error_and_no_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "nowhere") == (1, "", "There is no folder nowhere.\n")


@pytest.mark.slow
def test_tests_run_before_and_after(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "test_app.py").write_text(TEST, encoding="utf-8")
    out = said(capsys, folder, "--tests")[1]
    assert "Before: 1 of 1 tests green. After: 1 of 1 tests green." in out


def test_tests_need_the_plugin_and_the_way_to_it_is_shown(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    code, _, err = said(capsys, folder, "--tests")
    assert code == 1
    assert "python -m pip install pytest pytest-asyncio" in err


def test_it_runs_as_a_module_and_the_bakery_does_not_import_it() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "bakery.moving", "--help"], capture_output=True, text=True, check=True
    )
    assert "--write" in run.stdout
    code = "import sys, bakery; print(any(name.startswith('bakery.moving') for name in sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "False\n"
