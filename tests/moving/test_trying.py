"""The tests of a moved project are run in a copy, and a coroutine that nobody awaits is a failure."""

import subprocess
from pathlib import Path

import pytest

from bakery.moving.move import move
from bakery.moving.reading import read
from bakery.moving.trying import before_and_after, green

pytestmark = pytest.mark.slow  # on one Python: the tests of test_house.py run so on every other one


def folder(place: Path, test: str) -> Path:
    (place / "test_it.py").write_text(test, encoding="utf-8")
    (place / "pytest.ini").write_text(
        "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n", encoding="utf-8"
    )
    return place


def test_green_ones_are_counted_and_red_ones_named(tmp_path: Path) -> None:
    found = green(
        folder(
            tmp_path,
            "def test_a(): pass\ndef test_b(): assert 0\ndef test_c():\n    import pytest\n    pytest.skip()\n",
        )
    )
    assert str(found) == "1 of 2 tests green"
    assert [failure.partition(" ")[0] for failure in found.failures] == ["test_it.py::test_b"]


def test_a_coroutine_that_nobody_awaits_is_a_failure(tmp_path: Path) -> None:
    found = green(
        folder(tmp_path, "import gc\nasync def f(): pass\ndef test_a():\n    f()\n    gc.collect()\n")
    )
    assert found.green == 0


def test_an_async_test_is_awaited(tmp_path: Path) -> None:
    assert green(folder(tmp_path, "async def test_a(): assert 0\n")).green == 0
    assert green(folder(tmp_path, "async def test_a(): pass\n")).green == 1


HAS = "def test_a(pytestconfig): assert {} == pytestconfig.pluginmanager.hasplugin('nbval')\n"


def test_the_plugin_for_notebooks_is_loaded_only_where_it_may_have_been_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = folder(tmp_path, HAS.format(False))
    assert green(place).green == 1
    monkeypatch.setenv("PYTEST_ADDOPTS", "--nbval")
    assert green(folder(tmp_path, HAS.format(True))).green == 1
    monkeypatch.delenv("PYTEST_ADDOPTS")
    asked = (place / "pytest.ini").read_text(encoding="utf-8") + "addopts = --nbval\n"
    (place / "pytest.ini").write_text(asked, encoding="utf-8")
    assert green(place).green == 1
    # The settings of a folder further up, which nobody has read, may ask for it.
    (place / "pytest.ini").unlink()
    assert green(place).green == 1


def test_tests_that_take_too_long_are_stopped(tmp_path: Path) -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        green(folder(tmp_path, "import time\ndef test_a(): time.sleep(600)\n"), seconds=1)


def test_the_folder_itself_stays_as_it_is(tmp_path: Path) -> None:
    text = "from flask import Flask\napp = Flask('')\n@app.route('/')\ndef v(): return 'x'\ndef test_a():\n    assert app.test_client().get('/').text == 'x'\n"
    place = folder(tmp_path, text)
    before, after = before_and_after(move(read(place)), place)
    assert (str(before), str(after)) == ("1 of 1 tests green", "1 of 1 tests green")
    assert (place / "test_it.py").read_text(encoding="utf-8") == text
    assert sorted(path.name for path in place.iterdir()) == ["pytest.ini", "test_it.py"]
