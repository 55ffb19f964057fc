"""The workshop's commands do what they say, and tell what went wrong."""

import re
from pathlib import Path

import pytest
from making import code, notebook, save

from workshop.__main__ import main

SANITISERS = Path(__file__).parents[1] / "sanitize.cfg"


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
