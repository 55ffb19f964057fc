"""A lesson's files have their places, and a name that is none is answered with one that is."""

from pathlib import Path

import pytest

from workshop.places import MARK, Places, WorkshopError, notebooks, repository, wanted


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / MARK).parent.mkdir()
    (tmp_path / MARK).touch()
    (tmp_path / "notebooks").mkdir()
    for name in ("00_start_here", "02_waiting", "08_everyday_quart"):
        (tmp_path / "notebooks" / f"{name}.ipynb").touch()
    return tmp_path


def test_the_repository_is_found_from_any_folder_in_it(root: Path) -> None:
    assert repository(root / "notebooks") == root
    with pytest.raises(WorkshopError, match=r"no tests/sanitize\.cfg here or above"):
        repository(Path("/"))


def test_a_lesson_has_four_files(root: Path) -> None:
    places = Places(root, "08_everyday_quart")
    files = (places.notebook, places.python, places.paper, places.trials)
    assert [places.told(path) for path in files] == [
        "notebooks/08_everyday_quart.ipynb",
        "src/bakery/lessons/everyday_quart.py",
        "src/bakery/lessons/everyday_quart.md",
        "tests/lessons/everyday_quart.md",
    ]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("", "08_everyday_quart"),
        ("8_everyday_quart", "08_everyday_quart"),
        ("08 Everyday Quart", "08_everyday_quart"),
        ("08_everyday_quart.ipynb", "08_everyday_quart_ipynb"),
        ("everyday", "08_everyday"),
        ("../08_x", "08_x"),
    ],
)
def test_a_name_that_is_none_is_answered_with_one(name: str, meant: str, root: Path) -> None:
    with pytest.raises(WorkshopError, match=f"Did you mean {meant}\\?$"):
        Places(root, name)


@pytest.mark.parametrize(
    "given", ["02", "waiting", "02_waiting", "02_waiting.ipynb", "notebooks/02_waiting.ipynb"]
)
def test_a_notebook_is_found_by_its_number_its_name_or_its_file(
    given: str, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root)
    assert wanted(root, given).resolve() == root / "notebooks" / "02_waiting.ipynb"


def test_a_notebook_that_is_not_there_is_answered_with_the_nearest(root: Path) -> None:
    with pytest.raises(WorkshopError, match=r"02_wating: no such file\. Did you mean 02_waiting\?"):
        wanted(root, "02_wating")
    with pytest.raises(WorkshopError, match=r"77: no such file\.$"):
        wanted(root, "77")
    assert [path.name[:2] for path in notebooks(root)] == ["00", "02", "08"]
