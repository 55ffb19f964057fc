"""The app of the course: green on Flask, and green on Quart after the tool alone."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bakery.moving.commands import HELPER
from bakery.moving.house import HOUSES, move_in, open_counter, rewire
from bakery.moving.move import Move, move
from bakery.moving.reading import Project, parsed, read
from bakery.moving.trying import UNASKED, green, put


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return move_in(tmp_path_factory.mktemp("flask"))


@pytest.fixture(scope="module")
def moved(house: Path) -> Move:
    return move(read(house))


def test_the_awaited_database_has_the_helper_for_commands_as_the_tool_writes_it() -> None:
    assert HELPER in (HOUSES / "aiosqlite" / "db.py").read_text(encoding="utf-8")


def test_it_is_green_on_flask(house: Path) -> None:
    found = green(house)
    assert (found.green, found.failures) == (found.of, ())
    assert found.of == 30


def test_it_is_green_on_quart_after_the_tool_alone(house: Path, moved: Move, tmp_path: Path) -> None:
    copy = move_in(tmp_path)
    put(moved, copy)
    found = green(copy)
    assert (found.green, found.failures) == (found.of, ())
    assert found.of == green(house).of


def test_it_is_green_with_a_database_that_is_awaited_after_the_tool_once_more(
    moved: Move, tmp_path: Path
) -> None:
    copy = move_in(tmp_path)
    put(moved, copy)
    rewire(copy)
    again = move(read(copy))
    assert (again.awaits > 10, again.undecided) == (True, 0)
    put(again, copy)
    found = green(copy)
    assert (found.green, found.failures) == (found.of, ())


def test_the_counter_opens_as_it_stands(house: Path, moved: Move, tmp_path: Path) -> None:
    copy = move_in(tmp_path)
    put(moved, copy)
    assert [type(open_counter(place)).__name__ for place in (house, copy, house)] == [
        "Flask",
        "Quart",
        "Flask",
    ]


def test_nothing_is_left_to_a_person_but_what_blocks(moved: Move) -> None:
    assert {remark.reason for remark in moved.remarks if remark.sort == "blocking"} == {"sqlite3 blocks"}
    assert not [remark for remark in moved.remarks if remark.sort in ("hand", "extension")]
    assert moved.undecided == 0


def test_moved_twice_changes_nothing(moved: Move) -> None:
    again = [parsed(one.path, moved.texts.get(one.path, one.text)) for one in moved.project.sources]
    settings = tuple(one._replace(text=moved.texts.get(one.path, one.text)) for one in moved.project.settings)
    assert move(Project(tuple(again), (), moved.project.packages, "", settings)).texts == {}


def test_every_test_says_in_its_name_what_is_true(house: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--collect-only", *UNASKED],
        cwd=house,
        capture_output=True,
        text=True,
        check=True,
    )
    names = [line.partition("::test_")[2] for line in run.stdout.splitlines() if "::" in line]
    assert all(
        name.startswith(("a_", "an_", "the_", "everybody_", "nobody_", "only_", "logging_", "machines_"))
        for name in names
    )


KEEPER = """
from pathlib import Path
from unittest.mock import patch
import errno, shutil
from bakery.moving.house import move_in, open_counter

house = move_in()
open_counter(house)

def half(source, target, *rest, **named):
    Path(target).touch()
    raise OSError(errno.ENOSPC, "No space left on device", str(target))

with patch("shutil.copyfile", half):
    try:
        move_in()
    except shutil.Error as error:
        from bakery.disk import why
        print(why(error))
"""


def test_a_house_goes_with_its_process_also_one_that_a_full_disk_cut_short_and_that_is_said(
    tmp_path: Path,
) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", KEEPER],
        env={**os.environ, "TMPDIR": str(tmp_path), "TEMP": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert ran.stdout.startswith("The disk is full, so this was not written.")
    assert list(tmp_path.iterdir()) == []
