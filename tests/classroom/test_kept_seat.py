"""The seat of this reader, for the next kernel."""

import errno
import os
import stat
import sys
from pathlib import Path

import pytest

from bakery.checking.progress import FILE
from bakery.classroom.kept_seat import KeptSeat, file, forget, recall, remember

SEAT = KeptSeat("http://127.0.0.1:1", "word", "Ada", "token")


def test_a_seat_is_kept_beside_the_progress_until_it_is_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FILE, str(tmp_path / "new" / "progress.json"))
    assert recall() is None
    remember(SEAT)
    assert file() == tmp_path / "new" / "class_board.json"
    assert recall() == SEAT
    if sys.platform != "win32":
        assert stat.S_IMODE((tmp_path / "new" / "class_board.json").stat().st_mode) == 0o600
    forget()
    forget()
    assert recall() is None


def test_where_no_progress_is_kept_no_seat_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FILE, "off")
    remember(SEAT)
    assert (file(), recall()) == (None, None)


@pytest.mark.parametrize("text", ["", "[]", "{}", "[" * 5_000, '{"address": "x"}'])
def test_a_torn_file_is_no_seat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv(FILE, str(tmp_path / "progress.json"))
    (tmp_path / "class_board.json").write_text(text)
    assert recall() is None


def test_a_folder_that_cannot_be_written_ends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv(FILE, str(tmp_path / "file" / "progress.json"))
    remember(SEAT)
    forget()
    assert recall() is None


def half(path: Path, text: str, **_: object) -> int:
    path.write_bytes(text[:3].encode())
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_full_disk_leaves_the_old_seat_and_nothing_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FILE, str(tmp_path / "progress.json"))
    remember(SEAT)
    monkeypatch.setattr(Path, "write_text", half)
    remember(KeptSeat("http://127.0.0.1:2", "word", "Bob", "other"))
    assert recall() == SEAT
    assert list(tmp_path.iterdir()) == [file()]
