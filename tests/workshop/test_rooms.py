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


TESTED_IN = {
    "bakery": ".",
    "bakery/browser": "in_browser",  # tests/browser is for JupyterLab's pages
    "workshop": "workshop",
    "workshop/site": "workshop",
}
"""Where the tests of a folder of rooms are, where it is not the folder of the same name."""

ELSEWHERE = {
    "bakery/__main__.py": "test_launch.py",  # its words are those of opening a notebook, and the doctor's
    "bakery/browser/refusing.py": "in_browser/test_replaced.py",  # each refusal is one of the replacements
    "bakery/classroom/__main__.py": "classroom/test_opening.py",  # what the command says and takes
    "bakery/lessons/_letters.py": "lessons/api_docs.md",  # one exercise's, and so are its trials
    "bakery/lessons/_buttons.py": "lessons/api_docs.md",
    "bakery/lessons/_documents.py": "lessons/api_docs.md",
    "bakery/lessons/_followed.py": "lessons/test_books.py",
    "bakery/lessons/_stand_ins.py": "lessons/mocking.md",
    "bakery/moving/kinds.py": "moving/test_learning.py",  # what an expression is, asked of a whole project
    "bakery/moving/knowledge.py": "moving/test_learning.py",  # tables, and nothing to call
    "bakery/moving/needs.py": "moving/test_awaiting.py",  # found and written together
    "bakery/moving/plan.py": "moving/test_move.py",  # what is gathered there is what a move gives
    "bakery/shop/asgi_types.py": "shop/test_asgi.py",  # names of types, and nothing to call
    "bakery/shop/inprocess_line.py": "shop/test_inprocess.py",
    "bakery/shop/premises.py": "shop/test_machine.py",  # a protocol; the machine and the page keep it
    "workshop/__main__.py": "workshop/test_commands.py",
    "workshop/pyproject.py": "workshop/test_project.py",
    "workshop/site/__main__.py": "static_site/test_site.py",  # these build the site, and look at what was built
    "workshop/site/files.py": "static_site/test_site.py",
    "workshop/site/host.py": "static_site/test_site.py",
    "workshop/site/parts.py": "static_site/test_site.py",
}
"""Rooms that are tried by the tests of another one."""


def places_for(room: Path) -> list[str]:
    """The paths below `tests` at which the tests of a room may stand.

    Two test files cannot have the same name, so a room whose name is elsewhere too has its folder's before it.
    """
    folder = room.parent.as_posix()
    place = TESTED_IN.get(folder, folder.removeprefix("bakery/"))
    name = room.stem.strip("_")
    return [f"{place}/test_{name}.py", f"{place}/test_{room.parent.name}_{name}.py"]


def is_tested(room: Path) -> bool:
    """Whether there is a test file for a room; a lesson has its trials."""
    tests = ROOT / "tests"
    if room.parent.name == "lessons" and (tests / "lessons" / f"{room.stem}.md").is_file():
        return True
    elsewhere = ELSEWHERE.get(room.as_posix())
    return any((tests / one).is_file() for one in ([elsewhere] if elsewhere else places_for(room)))


def test_every_room_has_a_test_file_of_its_name_or_is_excused_with_a_reason() -> None:
    every = [path.relative_to(ROOT / "src") for paths in rooms(ROOT).values() for path in paths]
    lacking = [room for room in every if room.stem != "__init__" and not is_tested(room)]
    assert [f"{room}: write tests/{places_for(room)[0]}" for room in lacking] == []


def test_a_room_without_a_test_file_is_seen() -> None:
    assert not is_tested(Path("bakery/shop/cellar.py"))
    assert not is_tested(Path("bakery/lessons/cellar.py"))
    assert is_tested(Path("bakery/moving/report.py"))


def test_no_room_with_tests_of_its_own_is_excused() -> None:
    excused = [Path(room) for room in ELSEWHERE]
    assert [room for room in excused if not (ROOT / "src" / room).is_file()] == []
    assert [room for room in excused for one in places_for(room) if (ROOT / "tests" / one).is_file()] == []
