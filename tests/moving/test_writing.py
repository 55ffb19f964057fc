"""A move is written as a whole or not at all, and never over changes that nobody else keeps."""

import errno
import io
import os
import subprocess
from pathlib import Path

import pytest

from bakery.moving.move import Move, move
from bakery.moving.reading import MovingError, read
from bakery.moving.writing import check_committed, write

APP = b"from flask import Flask\r\napp = Flask('\xc3\xa9')\r\n"


def git(folder: Path, *words: str) -> None:
    who = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "app.py").write_bytes(APP)
    (tmp_path / "other.py").write_bytes(b"import flask\n")
    return tmp_path


class FullFile(io.FileIO):
    """A file on a disk that takes a few bytes more."""

    def write(self, content: bytes) -> int:  # type: ignore[override]
        super().write(content[:3])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def moved(folder: Path) -> Move:
    return move(read(folder))


def test_what_is_committed_may_be_written(folder: Path) -> None:
    git(folder, "init")
    git(folder, "add", ".")
    git(folder, "commit", "-m", "a")
    check_committed(folder)


def test_a_change_that_is_not_committed_is_named_with_how_to_insist(folder: Path) -> None:
    git(folder, "init")
    with pytest.raises(MovingError, match=r"(?s)not committed:.*app\.py.*--write --insist"):
        check_committed(folder)


def test_a_folder_in_no_repository_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(folder.parent))
    with pytest.raises(MovingError, match="in no git repository"):
        check_committed(folder)


def test_without_git_the_folder_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(MovingError, match="no git here"):
        check_committed(folder)


def test_everything_is_written_and_bytes_and_rights_are_kept(folder: Path) -> None:
    (folder / "app.py").chmod(0o640)
    write(moved(folder), folder)
    assert (folder / "app.py").read_bytes() == b"from quart import Quart\r\napp = Quart('\xc3\xa9')\r\n"
    assert (folder / "other.py").read_bytes() == b"import quart\n"
    assert (folder / "app.py").stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in folder.iterdir()) == ["app.py", "other.py"]


def test_a_file_that_changed_meanwhile_stops_it_all(folder: Path) -> None:
    found = moved(folder)
    (folder / "other.py").write_bytes(b"import flask  # mine\n")
    with pytest.raises(MovingError, match=r"other\.py is another than the one that was read"):
        write(found, folder)
    assert (folder / "app.py").read_bytes() == APP
    assert sorted(path.name for path in folder.iterdir()) == ["app.py", "other.py"]


def disk_is_full_for(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this file be written no more, and all others as ever."""
    real = Path.replace

    def broken(self: Path, target: Path) -> Path:
        if target.name == name:
            raise OSError("the disk is full")
        return real(self, target)

    monkeypatch.setattr(Path, "replace", broken)


def test_a_full_disk_leaves_everything_as_before_and_nothing_behind(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = moved(folder)
    monkeypatch.setattr("bakery.moving.writing.os.fdopen", FullFile)
    with pytest.raises(MovingError, match=r"Nothing was changed: .*No space left"):
        write(change, folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
        "app.py": APP,
        "other.py": b"import flask\n",
    }


def test_if_one_file_cannot_be_written_all_are_as_before(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = moved(folder)
    disk_is_full_for("other.py", monkeypatch)
    with pytest.raises(MovingError, match="Nothing was changed: the disk is full"):
        write(found, folder)
    assert (folder / "app.py").read_bytes() == APP
    assert sorted(path.name for path in folder.iterdir()) == ["app.py", "other.py"]


def test_a_file_that_is_new_goes_again_if_another_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "test_a.py").write_bytes(
        b"from flask import Flask\ndef test_it(): Flask('').test_client().get('/')\n"
    )
    found = moved(tmp_path)
    assert set(found.texts) == {"pytest.ini", "test_a.py"}
    disk_is_full_for("test_a.py", monkeypatch)
    with pytest.raises(MovingError, match="the disk is full"):
        write(found, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["test_a.py"]
