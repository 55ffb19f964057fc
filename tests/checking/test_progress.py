"""Progress survives the kernel, never leaves the machine, and no file can lose it."""

import json
from pathlib import Path

import pytest

from bakery import progress
from bakery.checking import progress as memory
from bakery.checking.progress import FILE, done, forget, note, place
from bakery.lessons.waiting import ex


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "kept" / "progress.json"
    monkeypatch.setenv(FILE, str(path))
    restart(monkeypatch)
    return path


def restart(monkeypatch: pytest.MonkeyPatch) -> None:
    """As after a restart of the kernel: nothing is remembered but what the file holds."""
    monkeypatch.setattr(memory, "_session", {})
    monkeypatch.setattr(memory, "_trouble", [])


def test_what_is_done_is_done_after_a_restart_too(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ex.who_works.check("c").right
    restart(monkeypatch)
    assert done() == {"02_waiting": {"who_works"}}
    assert "1 of" in ex.progress().words
    assert "Waiting: 1 of" in repr(progress())
    assert "Next: `at_once` in Start here" in repr(progress())


def test_what_is_begun_again_is_not_done(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ex.who_works.check("c")
    ex.who_works.reset()
    restart(monkeypatch)
    assert done() == {"02_waiting": set()} or done() == {}


def test_two_kernels_keep_what_the_other_has_done(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    note("02_waiting", "bake_all")
    restart(monkeypatch)
    note("05_the_race", "curve")
    assert done() == {"02_waiting": {"bake_all"}, "05_the_race": {"curve"}}


@pytest.mark.parametrize("text", ["", "{", "[]", '{"done": 3}', '{"done": {"a": 1}}', "\x00"])
def test_a_file_that_cannot_be_read_is_kept_aside_and_told(file: Path, text: str) -> None:
    file.parent.mkdir()
    file.write_text(text)
    assert done() == {}
    assert file.read_text() == text
    note("02_waiting", "bake_all")
    assert "could not be read" in memory.trouble()
    assert file.with_suffix(".unreadable").read_text() == text
    assert json.loads(file.read_text()) == {"done": {"02_waiting": ["bake_all"]}}


def test_a_disk_that_cannot_be_written_costs_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    restart(monkeypatch)
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(FILE, str(tmp_path / "file" / "progress.json"))
    note("02_waiting", "bake_all")
    assert "it was left as it is" in memory.trouble()
    assert done()["02_waiting"] == {"bake_all"}
    forget("02_waiting", "bake_all")
    assert done()["02_waiting"] == set()


def test_off_means_that_no_file_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    restart(monkeypatch)
    monkeypatch.setenv(FILE, "off")
    monkeypatch.chdir(tmp_path)
    note("02_waiting", "bake_all")
    assert place() is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({FILE: "/a/b.json"}, "/a/b.json"),
        ({"JUPYTER_DATA_DIR": "/j"}, "/j/bakery/progress.json"),
        ({"XDG_DATA_HOME": "/x"}, "/x/jupyter/bakery/progress.json"),
    ],
)
def test_the_file_lies_with_the_readers_data(variables: dict[str, str], expected: str) -> None:
    assert str(place(variables)) == expected


def test_progress_is_saved_to_a_file_and_restored(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    note("02_waiting", "bake_all")
    mine = tmp_path / "mine.json"
    assert "Saved" in progress.save(mine).words
    file.unlink()
    restart(monkeypatch)
    note("02_waiting", "mended")
    assert "Restored: 1 exercise done." in progress.restore(mine).words
    restart(monkeypatch)
    assert done() == {"02_waiting": {"bake_all", "mended"}}


def test_a_file_that_is_not_there_or_holds_something_else_is_told(file: Path, tmp_path: Path) -> None:
    other = tmp_path / "cake.txt"
    other.write_text("a cake")
    assert "no progress that can be read" in progress.restore(other).words
    assert "There is no file" in progress.restore(tmp_path / "none").words
    assert "could not be written" in progress.save(tmp_path).words
    assert not file.exists()
