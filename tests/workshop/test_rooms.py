"""The map of the rooms is what the rooms say of themselves, and their arrows point one way."""

from pathlib import Path

import pytest

from workshop.pyproject import ProjectError
from workshop.rooms import DOORS, ORDER, arrows, rooms, sentence, shown

pytestmark = pytest.mark.files

ROOT = Path(__file__).parents[2]


def test_arrows_between_folders_point_only_to_folders_above() -> None:
    place = {folder: number for number, folder in enumerate(ORDER)}
    wrong = [
        f"{room} looks into {folder}"
        for room, folder in arrows(ROOT)
        if room not in DOORS and place[folder] > place[str(Path(room).parent.as_posix())]
    ]
    assert wrong == []


def test_many_arrows_are_seen() -> None:
    seen = set(arrows(ROOT))
    assert ("bakery/shop/serving.py", "bakery") in seen
    assert ("bakery/lessons/waiting.py", "bakery/checking") in seen
    assert len(seen) > 50


def test_every_room_is_on_the_map_with_what_it_says_of_itself() -> None:
    text = shown(ROOT)
    for folder, paths in rooms(ROOT).items():
        assert f"### `src/{folder}`\n" in text
        for path in paths:
            assert sentence(path) in text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"""One noun."""', "One noun."),
        ('"""One noun, and\nmore of it. Then another one."""', "One noun, and more of it."),
        ('"""Of `a.b` and c | d\n\nMore."""', "Of `a.b` and c \\| d"),
    ],
)
def test_the_first_sentence_is_taken(tmp_path: Path, text: str, expected: str) -> None:
    path = tmp_path / "room.py"
    path.write_text(text)
    assert sentence(path) == expected


def test_a_room_that_says_nothing_is_told(tmp_path: Path) -> None:
    (tmp_path / "room.py").write_text("a = 1")
    with pytest.raises(ProjectError, match=r"room\.py: a room says in its first line"):
        sentence(tmp_path / "room.py")


def test_a_new_folder_is_asked_where_it_stands(tmp_path: Path) -> None:
    (tmp_path / "src" / "cellar").mkdir(parents=True)
    (tmp_path / "src" / "cellar" / "wine.py").touch()
    with pytest.raises(ProjectError, match=r"src/cellar: a new folder; say in ORDER"):
        rooms(tmp_path)
