"""A reader's copy has nothing answered, and what the reader has changed is never lost."""

import errno
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

from bakery.__main__ import main
from bakery.working_copy import COPY, ORIGINALS, CopyError, Outcome, cleared, refresh, told

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
RACE = "05_the_race.ipynb"
START = "00_start_here.ipynb"
new: Any = nbformat.v4  # whose functions have no types


def page(*sources: str, ran: bool = True) -> bytes:
    """A notebook of these cells; the last one has been run, or not."""
    cells = [new.new_markdown_cell(source, id=f"cell-{n}") for n, source in enumerate(sources[:-1])]
    output = new.new_output("stream", text="12 s\n")
    code = new.new_code_cell(
        sources[-1], id="code", outputs=[output] if ran else [], execution_count=1 if ran else None
    )
    text: str = nbformat.writes(new.new_notebook(cells=[*cells, code]))  # type: ignore[no-untyped-call]
    return f"{text}\n".encode()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A small repository: two notebooks, a file beside them, and what is no part of the series."""
    folder = tmp_path / "repository" / ORIGINALS
    for name, data in {
        START: page("Predict.", "run()"),
        RACE: page("Race.", "race()"),
        "shop/app.py": b"app = 1\n",
        "solved/00_start_here.ipynb": page("answer"),
        ".ipynb_checkpoints/05_the_race-checkpoint.ipynb": page("old"),
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder.parent


def change(path: Path, old: str, new: str) -> bytes:
    text = path.read_text("utf-8")
    assert old in text
    path.write_bytes(text.replace(old, new).encode())
    return path.read_bytes()


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_copy_is_the_notebook_with_nothing_answered_and_nothing_else_changed(path: Path) -> None:
    expected = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    for cell in expected.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    text = nbformat.writes(expected)  # type: ignore[no-untyped-call]
    assert cleared(path.read_bytes()) == f"{text.rstrip()}\n".encode()


def test_the_first_time_all_is_copied_but_the_other_editions_and_checkpoints(root: Path) -> None:
    assert refresh(root).made == (START, RACE, "shop/app.py")
    copied = sorted(path.relative_to(root / COPY).as_posix() for path in (root / COPY).rglob("*"))
    assert copied == [".copied.json", START, RACE, "shop", "shop/app.py"]
    assert (root / COPY / RACE).read_bytes() == page("Race.", "race()", ran=False)


def test_a_second_time_nothing_happens_and_nothing_is_said(root: Path) -> None:
    refresh(root)
    assert refresh(root) == Outcome()
    assert told(refresh(root)) == []


def ran(path: Path) -> None:
    path.write_bytes(page("Race.", "race()"))


@pytest.mark.parametrize(
    "mine",
    [
        lambda path: change(path, "race()", "race(3)"),
        lambda path: change(path, "Race.", "My race."),
        lambda path: path.write_text("not even a notebook"),
        lambda path: path.write_bytes(b"\xff\x00"),
        ran,
    ],
    ids=["code", "words", "other", "bytes", "ran"],
)
def test_what_a_reader_has_changed_or_run_stays(root: Path, mine: Callable[[Path], object]) -> None:
    refresh(root)
    mine(root / COPY / RACE)
    kept = (root / COPY / RACE).read_bytes()
    assert refresh(root) == Outcome()
    change(root / ORIGINALS / RACE, "Race.", "A better race.")
    assert refresh(root) == Outcome(newer=(RACE,))
    assert (root / COPY / RACE).read_bytes() == kept


def test_a_copy_that_jupyterlab_only_opened_is_renewed(root: Path) -> None:
    refresh(root)
    opened = json.loads((root / COPY / RACE).read_bytes())
    opened["metadata"] = {"kernelspec": {"name": "python3"}, "language_info": {"version": "3.13.0"}}
    opened["cells"][0]["source"] = ["Race."]
    (root / COPY / RACE).write_text(json.dumps(opened))
    assert refresh(root) == Outcome()
    change(root / ORIGINALS / RACE, "Race.", "A better race.")
    assert refresh(root) == Outcome(renewed=(RACE,))
    assert b"A better race." in (root / COPY / RACE).read_bytes()
    assert refresh(root) == Outcome()


def test_new_outputs_of_an_original_are_no_newer_version(root: Path) -> None:
    refresh(root)
    change(root / COPY / RACE, "race()", "race(3)")
    change(root / ORIGINALS / RACE, "12 s", "13 s")
    assert refresh(root) == Outcome()


def test_a_newer_version_is_told_with_the_command_that_takes_it(root: Path) -> None:
    refresh(root)
    change(root / COPY / RACE, "race()", "race(3)")
    change(root / ORIGINALS / RACE, "Race.", "A better race.")
    first, second = told(refresh(root))
    assert first == "There is a newer version of what you have changed: 05_the_race"
    assert second.endswith("-m bakery copy --take 05_the_race")


@pytest.mark.parametrize("word", ["05", "05_the_race", RACE, f"{COPY}/{RACE}"])
def test_taking_the_new_one_keeps_the_readers_own_beside_it(root: Path, word: str) -> None:
    refresh(root)
    for n in (1, 2):
        mine = change(root / COPY / RACE, "race()", f"race({n})")
        outcome = refresh(root, [word])
        aside = f"05_the_race_mine{'_2' if n == 2 else ''}.ipynb"
        assert outcome == Outcome(taken=((RACE, aside),))
        assert (root / COPY / aside).read_bytes() == mine
        assert (root / COPY / RACE).read_bytes() == page("Race.", "race()", ran=False)
        assert told(outcome) == [f"{RACE} is new; your own is now {aside}"]


def test_a_copy_that_was_deleted_comes_back(root: Path) -> None:
    refresh(root)
    (root / COPY / RACE).unlink()
    assert refresh(root).made == (RACE,)


@pytest.mark.parametrize("record", ["", "{", "[]", '{"05_the_race.ipynb": 3}', "[" * 10_000])
def test_without_its_record_a_changed_copy_is_still_the_readers(root: Path, record: str) -> None:
    refresh(root)
    kept = change(root / COPY / RACE, "race()", "race(3)")
    (root / COPY / ".copied.json").write_text(record)
    assert refresh(root) == Outcome(newer=(RACE,))
    assert (root / COPY / RACE).read_bytes() == kept


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
def test_a_link_of_the_readers_is_neither_followed_nor_replaced(root: Path) -> None:
    refresh(root)
    (root / COPY / RACE).unlink()
    elsewhere = root / "elsewhere.ipynb"
    elsewhere.write_bytes(page("Mine.", "mine()"))
    (root / COPY / RACE).symlink_to(elsewhere)
    change(root / ORIGINALS / RACE, "Race.", "A better race.")
    assert refresh(root).newer == (RACE,)
    assert (root / COPY / RACE).is_symlink()
    assert elsewhere.read_bytes() == page("Mine.", "mine()")


def test_a_folder_that_cannot_be_written_costs_a_sentence(root: Path) -> None:
    (root / COPY).write_text("a file of the reader's")
    with pytest.raises(CopyError, match=f"the folder {COPY}, cannot be written"):
        refresh(root)
    assert (root / COPY).read_text() == "a file of the reader's"


@pytest.mark.parametrize(
    ("number", "remedy"),
    [
        (errno.ENOSPC, "Make room on the disk"),
        (errno.EROFS, "a folder of your own"),
        (errno.EIO, "as it was."),
    ],
)
def test_a_disk_that_takes_nothing_costs_a_sentence_and_leaves_the_readers_own_and_nothing_half(
    root: Path, number: int, remedy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    refresh(root)
    (root / COPY / RACE).write_bytes(page("Mine.", "mine()"))
    change(root / ORIGINALS / START, "Predict.", "Predict first.")
    before = {path: path.read_bytes() for path in (root / COPY).rglob("*") if path.is_file()}

    def half(path: Path, data: bytes) -> int:
        with path.open("wb") as file:
            file.write(data[:10])
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as full:
        full.setattr(Path, "write_bytes", half)
        with pytest.raises(CopyError, match=remedy):
            refresh(root)
    assert {path: path.read_bytes() for path in (root / COPY).rglob("*") if path.is_file()} == before
    assert refresh(root).renewed == (START,)
    assert (root / COPY / RACE).read_bytes() == page("Mine.", "mine()")


def test_a_copy_that_may_only_be_read_opens_as_long_as_there_is_nothing_new(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refresh(root)

    def refuse(path: Path, data: bytes) -> int:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(Path, "write_bytes", refuse)
    assert refresh(root) == Outcome()


def test_an_original_that_is_broken_is_told_with_the_way_back_and_nothing_is_written(root: Path) -> None:
    (root / ORIGINALS / RACE).write_text("<<<<<<< mine")
    with pytest.raises(CopyError, match=r"git checkout notebooks/05_the_race\.ipynb"):
        refresh(root)
    assert not (root / COPY).exists()


def test_outside_of_the_repository_nothing_is_made(tmp_path: Path) -> None:
    with pytest.raises(CopyError, match="in the folder of your copy of the repository"):
        refresh(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_is_none_is_told_with_the_one_that_was_meant(root: Path) -> None:
    with pytest.raises(CopyError, match=r"no notebook 'the_race'\.\nDid you mean:  .* --take 05_the_race"):
        refresh(root, ["the_race"])


def test_the_command_makes_the_copy_and_says_so_once(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(root)
    assert [main(["copy"]), main(["copy"])] == [0, 0]
    assert (
        capsys.readouterr().out
        == "Your working copy is in my_notebooks: 3 files new, nothing answered yet.\n"
    )
    monkeypatch.chdir(root.parent)
    assert main(["copy"]) == 1
    assert "Run this in the folder" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["copy", "--port=9000"], ["lab", "--take", "05"], ["copies"]])
def test_words_that_fit_no_command_are_refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(words)
    assert "error:" in capsys.readouterr().err


@pytest.mark.files
@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_git_does_not_see_a_readers_copy(root: Path) -> None:
    shutil.copy(ROOT / ".gitignore", root)
    refresh(root)
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    for words in (["init", "--quiet"], ["status", "--porcelain", "--untracked-files=all"]):
        said = subprocess.run(
            ["git", *words], cwd=root, env=clean, capture_output=True, text=True, timeout=60, check=True
        )
    assert COPY not in said.stdout
    assert ORIGINALS in said.stdout
