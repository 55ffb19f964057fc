"""Progress survives the kernel, never leaves the machine, and no file can lose it."""

import errno
import json
import os
import subprocess
import sys
from itertools import count
from pathlib import Path

import pytest

from bakery import progress
from bakery.checking import progress as memory
from bakery.checking.progress import FILE, PATIENCE, done, forget, locked, note, place
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


NOT_PROGRESS = {
    "empty": "",
    "torn": "{",
    "a list": "[]",
    "a number": '{"done": 3}',
    "a name": '{"done": {"a": 1}}',
    "bytes": "\x00",
    "of the future": '{"format": 2, "done": {}}',
    "hostile": json.dumps({"done": {"02_waiting": [f"invented-{n}" for n in range(20_000)]}}),
    "deep": "[" * 100_000,
}


@pytest.mark.parametrize("text", NOT_PROGRESS.values(), ids=NOT_PROGRESS.keys())
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
    assert "cannot be kept on this disk" in memory.trouble()
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


def test_where_files_end_with_the_kernel_nothing_is_said_to_be_saved(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "IN_A_BROWSER", True)
    assert "nothing was saved" in progress.save(tmp_path / "mine.json").words
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_not_there_or_holds_something_else_is_told(file: Path, tmp_path: Path) -> None:
    other = tmp_path / "cake.txt"
    other.write_text("a cake")
    assert "no progress that can be read" in progress.restore(other).words
    assert "There is no file" in progress.restore(tmp_path / "none").words
    assert "is a folder. Did you mean" in progress.save(tmp_path).words
    assert not file.exists()


def test_a_second_file_that_cannot_be_read_does_not_take_the_place_of_the_first(file: Path) -> None:
    file.parent.mkdir()
    for text in ("one", "two"):
        file.write_text(text)
        memory._session.clear()
        note("02_waiting", "bake_all")
    kept = [file.with_name(name).read_text() for name in ("progress.unreadable", "progress.unreadable-2")]
    assert kept == ["one", "two"]


KERNEL = """
import sys
from bakery.checking.progress import note
sys.stdin.read(1)
for number in range(50):
    note("02_waiting", f"{sys.argv[1]}-{number}")
"""


def test_six_kernels_that_write_at_the_same_time_lose_nothing(file: Path) -> None:
    kernels = [
        subprocess.Popen([sys.executable, "-c", KERNEL, str(number)], stdin=subprocess.PIPE)
        for number in range(6)
    ]
    for kernel in kernels:
        assert kernel.stdin
        kernel.stdin.close()  # they begin together
    assert [kernel.wait(60) for kernel in kernels] == [0] * 6
    assert len(json.loads(file.read_text())["done"]["02_waiting"]) == 6 * 50
    assert sorted(path.name for path in file.parent.iterdir()) == [".progress.json.lock", "progress.json"]


def test_a_kernel_that_was_stopped_while_it_wrote_is_not_waited_for(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticks = count(step=PATIENCE / 4)
    monkeypatch.setattr(memory, "monotonic", lambda: next(ticks))
    naps: list[float] = []
    monkeypatch.setattr(memory, "sleep", naps.append)
    with locked(file):
        note("02_waiting", "bake_all")
    assert 0 < len(naps) < 10
    assert json.loads(file.read_text()) == {"done": {"02_waiting": ["bake_all"]}}


@pytest.mark.skipif(sys.platform == "win32", reason="it has another lock")
def test_where_a_disk_knows_no_locks_progress_is_kept_without(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("fcntl.flock", refuse)
    note("02_waiting", "bake_all")
    assert json.loads(file.read_text()) == {"done": {"02_waiting": ["bake_all"]}}


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
def test_a_link_that_the_reader_has_made_for_progress_stays_a_link(file: Path, tmp_path: Path) -> None:
    file.parent.mkdir()
    file.symlink_to(tmp_path / "elsewhere.json")
    note("02_waiting", "bake_all")
    assert file.is_symlink()
    assert done() == {"02_waiting": {"bake_all"}}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows always knows a home")
def test_without_a_home_directory_progress_lasts_as_long_as_the_kernel_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    restart(monkeypatch)
    for name in (FILE, "JUPYTER_DATA_DIR", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)

    def nobody() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", nobody)
    assert ex.who_works.check("c").right
    assert "no home directory here" in memory.trouble() + repr(progress())
    assert "1 of" in ex.progress().words
    monkeypatch.chdir(tmp_path)
    assert "Saved in `mine.json`" in progress.save("mine.json").words


def kept(tmp_path: Path) -> dict[str, object]:
    """What stands in a folder: bytes of files, targets of links."""
    return {
        path.name: os.readlink(path) if path.is_symlink() else path.read_bytes() if path.is_file() else None
        for path in tmp_path.iterdir()
    }


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("cake.ipynb", "holds something else than progress"),
        ("empty", "holds something else than progress"),
        ("link", "a link or a device"),
        ("dangling", "a link or a device"),
        ("pipe", "a link or a device"),
        ("folder", "is a folder. Did you mean"),
        ("none/mine.json", "There is no folder"),
        ("x" * 300, "cannot be the name of a file here"),
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="it has no pipes in folders")
def test_what_is_no_progress_is_not_replaced(file: Path, tmp_path: Path, name: str, words: str) -> None:
    folder = tmp_path / "mine"
    (folder / "folder").mkdir(parents=True)
    (folder / "cake.ipynb").write_text('{"cells": []}')
    (folder / "empty").touch()
    (folder / "good.json").write_text('{"done": {}}')
    (folder / "link").symlink_to("good.json")
    (folder / "dangling").symlink_to("nothing")
    os.mkfifo(folder / "pipe")
    before = kept(folder)
    assert words in progress.save(folder / name).words
    assert kept(folder) == before


@pytest.mark.parametrize("wrong", ["", "  ", None, 3, b"mine.json", "mine\0.json", ["mine.json"]])
def test_what_names_no_file_gets_the_corrected_call(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: object
) -> None:
    monkeypatch.chdir(tmp_path)
    for verb in (progress.save, progress.restore):
        assert 'progress.save("my_progress.json")' in verb(wrong).words  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


def test_progress_is_saved_over_progress(file: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine.json"
    for name in ("bake_all", "mended"):
        note("02_waiting", name)
        assert "Saved" in progress.save(mine).words
    assert json.loads(mine.read_text()) == {"done": {"02_waiting": ["bake_all", "mended"]}}


def test_whoever_listens_hears_of_what_is_done_and_cannot_disturb_it(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[tuple[str, str]] = []

    def broken(_lesson: str, _name: str) -> None:
        raise RuntimeError

    monkeypatch.setattr(memory, "listeners", [broken, lambda *what: heard.append(what)])
    note("02_waiting", "in_a_row")
    assert heard == [("02_waiting", "in_a_row")]
    assert done() == {"02_waiting": {"in_a_row"}}


def test_a_full_disk_loses_nothing_leaves_nothing_half_and_the_next_thing_done_is_kept_with_all_before(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    note("02_waiting", "bake_all")

    def half(path: Path, text: str, **_: object) -> int:
        path.write_bytes(text[:3].encode())
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as full:
        full.setattr(Path, "write_text", half)
        note("02_waiting", "who_works")
        assert "cannot be kept on this disk" in memory.trouble()
        assert done() == {"02_waiting": {"bake_all", "who_works"}}
        mine = file.with_name("mine.json")
        with pytest.raises(memory.Refused, match=r"\(No space left .*\)\. Nothing is lost; .*~/my_progress"):
            memory.write(mine)
    assert sorted(path.name for path in file.parent.iterdir()) == [f".{file.name}.lock", file.name]
    assert memory.read(file) == {"02_waiting": {"bake_all"}}
    note("02_waiting", "third")
    restart(monkeypatch)
    assert done() == {"02_waiting": {"bake_all", "who_works", "third"}}


def test_a_file_that_can_neither_be_read_nor_moved_is_left_as_it_is(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.parent.mkdir()
    file.write_text("{", encoding="utf-8")

    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "replace", refuse)
    note("02_waiting", "bake_all")
    assert memory._trouble == [
        "The file of your progress can neither be read nor moved, so it was left as it is."
    ]
    assert file.read_text(encoding="utf-8") == "{"
    assert done() == {"02_waiting": {"bake_all"}}


def test_a_file_that_cannot_be_opened_is_left_as_it_is(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: object) -> None:
        raise PermissionError

    file.parent.mkdir()
    file.write_text("{", encoding="utf-8")
    monkeypatch.setattr(memory, "read", refuse)
    note("02_waiting", "bake_all")
    assert memory._trouble == ["The file of your progress cannot be read, so it was left as it is."]
    assert [one.name for one in file.parent.iterdir() if one.suffix == ".json"] == [file.name]
    assert file.read_text(encoding="utf-8") == "{"
    assert done() == {"02_waiting": {"bake_all"}}
