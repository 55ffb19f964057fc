"""Below an import that fails stands what to do about it, and below any other error nothing."""

from pathlib import Path

import pytest

from bakery.doctor import OF_SOME
from bakery.failing_imports import hiding, missing


@pytest.mark.parametrize(("module", "package"), [*OF_SOME.items(), ("quart_schema.openapi", "quart-schema")])
def test_a_package_that_some_notebooks_need_is_told_how_to_come(module: str, package: str) -> None:
    said = missing(module)
    assert said.startswith(f"{package} is not installed where this runs.")
    assert "pip install -c pins.txt" in said


@pytest.mark.parametrize("module", ["", "cakes", "msgspecs", "flask"])
def test_of_any_other_module_nothing_is_said(module: str) -> None:
    assert missing(module) == ""


@pytest.mark.parametrize("asked", ["", "flask", "flask.json"])
def test_a_file_of_the_readers_that_hides_a_package_is_named_with_another_name_for_it(
    asked: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "flask.py").write_text("from flask import Flask")
    monkeypatch.chdir(tmp_path)
    assert "my_flask.py" in hiding(asked)
    assert hiding("quart") == ""


def test_where_no_file_hides_anything_nothing_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cakes.py").touch()
    monkeypatch.chdir(tmp_path)
    assert hiding() == hiding("cakes") == ""
