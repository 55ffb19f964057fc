"""The workshop's commands do what they say, and tell what went wrong."""

import re
from pathlib import Path

import pytest
from making import code, notebook, prose, save

from workshop.__main__ import OTHERS, main
from workshop.places import MARK

ROOT = Path(__file__).parents[2]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for folder in ("notebooks", "src/bakery/lessons", "tests/lessons"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / MARK).write_bytes((ROOT / MARK).read_bytes())
    monkeypatch.chdir(tmp_path / "notebooks")
    return tmp_path


def test_a_repository_without_notebooks_is_all_right(root: Path) -> None:
    assert main(["check"]) == 0
    assert main(["build"]) == 0


def test_all_notebooks_are_built_and_one_that_fails_is_told(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = root / "notebooks"
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
    assert main(["check", "00"]) == 0
    assert main(["check", "bad"]) == 1


def test_a_place_without_sanitisers_and_a_missing_file_are_told(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["build", "02_none.ipynb"]) == 1
    monkeypatch.chdir("/")
    assert main(["build"]) == 1
    assert capsys.readouterr().err.splitlines() == [
        "02_none.ipynb: no such file.",
        "no tests/sanitize.cfg here or above: run this inside the repository",
    ]


NEW = ["lesson", "08_big_oven", "--title", "A big oven", "--level", "4", "--minutes", "35"]


def test_a_new_lesson_is_written_and_looked_at(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(NEW) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0] == "src/bakery/lessons/big_oven.md: written"
    assert "`make lesson-check NAME=08_big_oven`" in out[-1]
    assert main(["lesson-check", "08"]) == 1
    out = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"08_big_oven: \d\d things to do \(\d\.\d s\)", out[-1])
    assert all(re.match(r"[\w/.]+:\d+: ", line) for line in out[:-1])


def test_a_lesson_that_is_there_or_has_no_name_is_told_and_not_written(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(NEW) == 0
    assert main(NEW) == 1
    assert "there is something already" in capsys.readouterr().err
    assert main(["lesson", "", *NEW[2:]]) == 1
    assert "Did you mean 08_everyday_quart?" in capsys.readouterr().err
    assert main(["lesson-check", "09_none"]) == 1
    assert "there is no such file" in capsys.readouterr().out


def test_editions_are_written_where_a_teacher_finds_them(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save(root / "notebooks", notebook(prose("promise", "# Small"), code("cell", "1")), "99_small.ipynb")
    assert main(["editions", "99"]) == 0
    assert capsys.readouterr().out == "notebooks/blank/99_small.ipynb\n"


@pytest.mark.parametrize(
    "words", [[], ["bild"], ["lesson"], ["lesson", "08_x", "--title", "x", "--level", "four"]]
)
def test_a_command_that_is_none_ends_in_the_usual_words(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(words)
    assert "usage: python -m workshop" in capsys.readouterr().err


def test_every_command_of_the_makefile_is_one_of_the_workshop() -> None:
    """Whoever has no make uses these."""
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for command in re.findall(r"-m workshop ([a-z-]+)", makefile):
        with pytest.raises(SystemExit) as ended:
            main([command, "--help"])
        assert ended.value.code == 0


@pytest.mark.parametrize("command", OTHERS)
def test_a_room_with_a_command_line_of_its_own_is_a_command_too(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    assert f"usage: python -m workshop {command} " in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main(["--help"])
    assert f"  {command}  " in capsys.readouterr().out
