"""Where a disk is full, or may only be read, a cell's error says below it what to do."""

import errno
import os
import shutil
import sqlite3
import tempfile
from collections import namedtuple
from pathlib import Path

import pytest

from bakery import disk
from bakery.disk import LITTLE, remarks, why


def of_sqlite(folder: Path, *, pages: int | None = None) -> sqlite3.Error:
    """The error of a real SQLite whose database may have no more pages, or may only be read."""
    db = sqlite3.connect(folder / "cakes.db")
    try:
        db.execute("CREATE TABLE cake (name)")
        if pages is None:
            db.execute("PRAGMA query_only = 1")
        else:
            db.execute(f"PRAGMA max_page_count = {pages}")
        db.execute("INSERT INTO cake VALUES (?)", ("plum" * 5_000,))
    except sqlite3.OperationalError as error:
        return error
    finally:
        db.close()
    raise AssertionError


def test_of_a_full_disk_it_is_said_which_file_and_what_to_do() -> None:
    said = why(OSError(errno.ENOSPC, "No space left on device", "/tmp/cakes/mixing.py"))
    assert said.startswith(
        "The disk is full (/tmp/cakes/mixing.py), so this was not written. Make room on it"
    )
    assert why(OSError(errno.ENOSPC, "No space left on device")).startswith("The disk is full, so ")


def test_a_database_that_finds_no_room_says_the_same(tmp_path: Path) -> None:
    error = of_sqlite(tmp_path, pages=2)
    assert str(error) == "database or disk is full"
    assert isinstance(error, disk.KINDS)
    assert why(error).startswith("The disk is full, so ")


def test_what_may_only_be_read_is_told_with_another_place(tmp_path: Path) -> None:
    said = why(OSError(errno.EROFS, "Read-only file system", "/usb/cake.png"))
    assert said.startswith(
        "This can only be read, not written (/usb/cake.png). Write to a folder of your own"
    )
    assert why(of_sqlite(tmp_path)) == said.replace(" (/usb/cake.png)", "")


def test_where_there_is_no_folder_for_temporary_files_it_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(tempfile, "_candidate_tempdir_list", lambda: [str(tmp_path / "none")])
    with pytest.raises(FileNotFoundError) as raised:
        tempfile.mkdtemp()
    assert why(raised.value).startswith("There is no folder for temporary files")
    assert remarks(tmp_path)[0].endswith("Some cells need one.")


@pytest.mark.parametrize(
    "error",
    [
        FileNotFoundError(errno.ENOENT, "No such file or directory", "cake.png"),
        PermissionError(errno.EACCES, "Permission denied", "cake.png"),
        OSError("by hand"),
        sqlite3.OperationalError("no such table: cake"),
        KeyError("disk"),
    ],
)
def test_of_any_other_error_nothing_is_said(error: Exception) -> None:
    assert why(error) == ""


def test_a_folder_that_cannot_be_written_is_a_remark(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert remarks(tmp_path) == ()
    monkeypatch.setattr(os, "access", lambda path, mode: not (path == tmp_path and mode == os.W_OK))
    (said,) = remarks(tmp_path)
    assert said.startswith(f"The folder {tmp_path} cannot be written")
    assert said.endswith("copy the notebooks to a folder of your own.")


@pytest.mark.parametrize(("free", "said"), [(LITTLE, 0), (LITTLE - 1, 1)])
def test_a_disk_with_little_room_is_a_remark(
    free: int, said: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    usage = namedtuple("usage", "total used free")  # as shutil's own
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(0, 0, free))
    assert len(remarks(tmp_path)) == said
