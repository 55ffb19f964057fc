"""Below an import that fails stands what to do about it, and below any other error nothing."""

from pathlib import Path
from types import ModuleType

import pytest

from bakery.doctor import OF_SOME
from bakery.failing_imports import hiding, missing, why


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


def module(name: str, file: Path) -> ModuleType:
    made = ModuleType(name)
    made.__file__ = str(file)
    return made


def test_a_file_that_hides_a_module_is_named_where_a_name_is_missing_in_it_and_not_where_it_is_in_the_real_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "httpx.py").touch()
    monkeypatch.chdir(tmp_path)
    mine, real = module("httpx", tmp_path / "httpx.py"), module("httpx", tmp_path / "site" / "httpx.py")
    assert "my_httpx.py" in why(AttributeError(name="AsyncClient", obj=mine))
    assert "my_httpx.py" in why(ImportError(name="httpx", path=mine.__file__))
    assert why(AttributeError(name="AsyncCleint", obj=real)) == ""
    assert why(ImportError(name="httpx", path=real.__file__)) == ""
    assert why(AttributeError(name="append", obj=())) == why(AttributeError("raised by hand")) == ""
    assert why(AttributeError(name="sleeep", obj=ModuleType("built_in"))) == why(ImportError("by hand")) == ""
