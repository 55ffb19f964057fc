"""pytest is told to await tests, in the file where it looks first; and what has to be installed is named."""

import configparser
import tomllib

import pytest
from moves import moves

from bakery.moving.move import move
from bakery.moving.reading import project

TEST = "from flask import Flask\ndef test_it():\n    Flask('').test_client().get('/')\n"
WANTED = "asyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n"


def settings(**others: str) -> dict[str, str]:
    """The settings that a move writes beside a test that awaits."""
    texts = moves(test_app=TEST, **others).texts
    return {path: text for path, text in texts.items() if not path.endswith(".py")}


def test_a_file_is_made_where_there_is_none() -> None:
    assert settings() == {"pytest.ini": f"[pytest]\n{WANTED}"}


@pytest.mark.parametrize(
    ("name", "header"),
    [("pytest.ini", "[pytest]"), ("tox.ini", "[pytest]"), ("setup.cfg", "[tool:pytest]")],
)
def test_the_section_that_is_there_gets_two_lines(name: str, header: str) -> None:
    found = settings(**{name: f"[other]\na = 1\n\n{header}\ntestpaths = tests\n"})
    assert found == {name: f"[other]\na = 1\n\n{header}\n{WANTED}testpaths = tests\n"}
    configparser.ConfigParser().read_string(found[name])


def test_toml_gets_quotes_and_keeps_the_rest() -> None:
    before = '[project]\nname = "a"\n\n[tool.pytest.ini_options]\r\ntestpaths = ["tests"]\n'
    found = settings(**{"pyproject.toml": before})["pyproject.toml"]
    read = tomllib.loads(found)
    assert read["tool"]["pytest"]["ini_options"] == {
        "asyncio_mode": "auto",
        "asyncio_default_fixture_loop_scope": "function",
        "testpaths": ["tests"],
    }


def test_settings_that_are_there_stay() -> None:
    assert settings(**{"pytest.ini": "[pytest]\nasyncio_mode = auto\n"}) == {}


def test_toml_without_a_section_for_pytest_stays_and_a_file_is_made() -> None:
    assert set(settings(**{"pyproject.toml": '[project]\nname = "a"\n'})) == {"pytest.ini"}


def test_a_fixture_that_outlives_its_test_gets_a_loop_that_does() -> None:
    conftest = "import pytest\nfrom flask import Flask\n@pytest.fixture(scope='session')\ndef app():\n    with Flask('').app_context(): yield\n"
    assert "asyncio_default_test_loop_scope = session" in settings(conftest=conftest)["pytest.ini"]


def test_unittest_awaits_by_itself() -> None:
    case = "import unittest\nfrom flask import Flask\nclass T(unittest.TestCase):\n    def test_it(self):\n        Flask('').test_client().get('/')\n"
    assert set(moves(test_app=case).texts) == {"test_app.py"}


def test_an_app_without_tests_needs_no_settings() -> None:
    assert set(moves(app="from flask import Flask\n").texts) == {"app.py"}


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("requirements.txt", "requests\nFlask==3.1\n", 2),
        ("requirements-dev.txt", "flask\n", 1),
        ("pyproject.toml", '[project]\ndependencies = [\n  "flask>=3",\n]\n', 3),
        ("setup.cfg", "[options]\ninstall_requires =\n  flask[async]\n", 3),
    ],
)
def test_flask_among_what_is_installed_is_named_with_its_line(name: str, text: str, line: int) -> None:
    found = move(project({name: text, "app.py": "import flask\n"})).remarks
    assert [(remark.path, remark.line) for remark in found] == [(name, line)]


def test_an_extension_or_a_comment_is_not_flask() -> None:
    assert not move(
        project({"requirements.txt": "# flask\nflask-login\n", "app.py": "import flask\n"})
    ).remarks
