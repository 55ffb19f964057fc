"""New versions are found for all, or for one package alone, and what changed is said."""

import os
import stat
import sys
from pathlib import Path

import pytest

from workshop.pins import Pin, Pins, changes, main

pytestmark = pytest.mark.files

ROOT = Path(__file__).parents[2]
FLASK, QUART, RUFF = Pin("flask", "3.1.3", ""), Pin("quart", "0.22.0", ""), Pin("ruff", "0.17.6", "")
PINS = Pins((FLASK, QUART), (RUFF,))

# Stands in for uv: says which words it was given, and finds what the test has written beside it.
UV = """#!{python}
import pathlib, shutil, sys
here = pathlib.Path(__file__).parent
words = sys.argv[1:]
output = pathlib.Path(words[words.index("--output-file") + 1])
with (here / "words").open("a") as said:
    print(*words, "|", output.read_text().count("==") if output.exists() else 0, file=said)
if (here / "fails").exists():
    sys.exit("No solution found")
shutil.copy(here / ("learners" if "--constraints" in words else "all"), output)
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with three pins, and a uv that finds a newer flask."""
    if os.name == "nt":
        pytest.skip("the stand-in is a script of Unix")
    (tmp_path / "pyproject.toml").write_text('[project]\nrequires-python = ">=3.11"\n')
    (tmp_path / "pins.txt").write_text(str(PINS))
    newer = FLASK._replace(version="3.2.0")
    (tmp_path / "all").write_text("\n".join(map(str, (newer, QUART, RUFF))))
    (tmp_path / "learners").write_text("\n".join(map(str, (newer, QUART))))
    uv = tmp_path / "uv"
    uv.write_text(UV.format(python=sys.executable))
    uv.chmod(uv.stat().st_mode | stat.S_IXUSR)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_new_pins_are_written_and_each_change_is_said(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--uv", str(folder / "uv")]) == 0
    assert (folder / "pins.txt").read_text() == str(Pins((FLASK._replace(version="3.2.0"), QUART), (RUFF,)))
    assert capsys.readouterr().out == "flask: 3.1.3 -> 3.2.0\n"
    every, learners = (folder / "words").read_text().splitlines()
    assert "--all-extras --upgrade |" in every
    assert "--upgrade" not in learners


def test_for_one_package_alone_the_others_are_shown_as_they_are(folder: Path) -> None:
    assert main(["--uv", str(folder / "uv"), "--only", "flask==3.2.0"]) == 0
    every = (folder / "words").read_text().splitlines()[0]
    assert every.endswith("--upgrade-package flask==3.2.0 | 3")
    assert "--upgrade " not in every.replace("--upgrade-package ", "")


def test_where_nothing_fits_the_pins_stay_as_they_are(folder: Path) -> None:
    (folder / "fails").touch()
    assert main(["--uv", str(folder / "uv")]) == 1
    assert (folder / "pins.txt").read_text() == str(PINS)


def test_pins_that_somebody_has_broken_are_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "pins.txt").write_text("flask")
    assert main(["--uv", str(folder / "uv")]) == 1
    assert "run: make pins" in capsys.readouterr().err


def test_what_comes_goes_or_changes_is_a_line_each() -> None:
    fresh = Pins((FLASK, QUART._replace(version="0.23.1")), (Pin("mypy", "2.0", ""),))
    assert changes(PINS, fresh) == ["mypy: new -> 2.0", "quart: 0.22.0 -> 0.23.1", "ruff: 0.17.6 -> gone"]
    assert changes(PINS, PINS) == []
