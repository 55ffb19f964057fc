"""A board in a file."""

import asyncio
import errno
import json
import os
import stat
import sys
from pathlib import Path
from typing import Any

import pytest
from boards import a_board

from bakery.classroom.kept_board import NotKept, as_text, keep, open_again, read, write
from bakery.classroom.messages import Join


def test_what_is_new_is_written_and_once_more_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "board.json"
    state: dict[str, Any] = {"word": "first"}

    async def run() -> None:
        closing = asyncio.Event()
        keeping = asyncio.create_task(keep(lambda: dict(state), path, closing, pause=1_000))
        while not path.exists():
            await asyncio.sleep(0.01)
        state["word"] = "last"
        closing.set()
        await keeping

    asyncio.run(run())
    assert read(path) == {"word": "last"}
    assert list(tmp_path.iterdir()) == [path]


def test_a_disk_that_cannot_be_written_is_told_once_and_ends_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def run() -> None:
        closing = asyncio.Event()
        numbers = iter(range(1_000))

        def changing() -> dict[str, int]:
            number = next(numbers)
            if number == 5:
                closing.set()
            return {"number": number}

        await keep(changing, tmp_path / "missing" / "board.json", closing, pause=0)

    asyncio.run(run())
    assert len(caplog.records) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_nobody_else_reads_the_file(tmp_path: Path) -> None:
    write("{}", tmp_path / "board.json")
    assert stat.S_IMODE((tmp_path / "board.json").stat().st_mode) == 0o600


def test_no_file_is_a_new_board(tmp_path: Path) -> None:
    assert read(tmp_path / "board.json") == {}


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"word": 3}', "\udcff", "[" * 5_000])
def test_a_file_that_holds_something_else_is_left_as_it_is(tmp_path: Path, text: str) -> None:
    path = tmp_path / "thesis.json"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(NotKept, match=r"thesis\.json holds no class board"):
        read(path)
    assert path.read_bytes() == text.encode("utf-8", "surrogateescape")


@pytest.mark.parametrize("seats", [None, {"x": 3}, {"x": {}}, {"x": {"number": "a", "name": "b"}}])
def test_a_board_with_other_seats_is_refused(tmp_path: Path, seats: object) -> None:
    with pytest.raises(NotKept):
        open_again(a_board(), {"word": "w", "seats": seats, "left": [], "shown_out": []}, tmp_path / "b.json")


def test_a_board_that_was_kept_is_taken_up(tmp_path: Path) -> None:
    board, again = a_board(), a_board()
    board.join(Join(board.word, "Ada", ""))
    open_again(again, json.loads(as_text(board.kept())), tmp_path / "board.json")
    assert again.seats == board.seats


def half(path: Path, text: str, **_: object) -> int:
    path.write_bytes(text[:3].encode())
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_full_disk_leaves_the_old_board_and_nothing_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "board.json"
    write(as_text({"word": "old"}), path)
    monkeypatch.setattr(Path, "write_text", half)
    with pytest.raises(OSError, match="No space left"):
        write(as_text({"word": "new"}), path)
    assert read(path) == {"word": "old"}
    assert list(tmp_path.iterdir()) == [path]
