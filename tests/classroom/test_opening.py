"""What the command says and takes: `python -m bakery.classroom`, without opening anything."""

from pathlib import Path

import pytest

from bakery import lessons
from bakery.classroom.__main__ import announced, invitation, main, parser, reach, series
from bakery.classroom.board import Board


def test_a_board_knows_every_task_of_every_notebook() -> None:
    board = Board(series(), "butter-lemon-spoon")
    names = {lesson.name: tuple(lesson.names) for lesson in lessons.every()}
    assert {notebook.name: notebook.tasks for notebook in board.notebooks} == names
    assert [notebook.name for notebook in board.notebooks] == sorted(names)


def test_a_teacher_is_told_the_page_the_cell_and_who_gets_here() -> None:
    joining = invitation("127.0.0.1", 8910, "butter-lemon-spoon")
    assert joining.splitlines()[1] == (
        'class_board.join("http://127.0.0.1:8910", "butter-lemon-spoon", name="Ada")'
    )
    said = announced("127.0.0.1", 8910, joining, "KEY")
    assert "http://127.0.0.1:8910/?key=KEY" in said
    assert "Only this machine gets here." in said
    assert "--host 0.0.0.0" in said


def test_an_open_board_is_told_by_an_address_that_others_have() -> None:
    assert "//0.0.0.0" not in invitation("0.0.0.0", 8910, "w")
    said = announced("0.0.0.0", 8910, "", "KEY")
    assert "http://127.0.0.1:8910/?key=KEY" in said
    assert "Everybody in this network" in said
    assert "not encrypted" in said


def test_on_a_hub_the_way_through_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", "/user/teacher/")
    said = announced("127.0.0.1", 8910, "", "KEY")
    assert "ADDRESS OF YOUR HUB/user/teacher/proxy/8910/?key=KEY" in said
    assert "your hub's address and /user/teacher/proxy/8910" in reach("127.0.0.1", "/user/teacher/proxy/8910")


@pytest.mark.parametrize("words", [["--word", "abc"], ["--word", "- - - -"], ["--port", "x"], ["--nonsense"]])
def test_what_cannot_be_is_refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parser().parse_args(words)
    assert "usage" in capsys.readouterr().err


def test_a_file_that_holds_something_else_opens_no_board(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "thesis.json"
    path.write_text("[]")
    assert main(["--keep", str(path)]) == 1
    assert "holds no class board, so it was left as it is" in capsys.readouterr().err
    assert path.read_text() == "[]"


def test_a_folder_that_is_not_there_opens_no_board(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--port", "0", "--keep", str(tmp_path / "missing" / "board.json")]) == 1
    assert "missing" in capsys.readouterr().err


def test_a_host_that_is_not_ours_opens_no_board(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--host", "192.0.2.1", "--port", "0"]) == 1
    assert "The board cannot listen on 192.0.2.1" in capsys.readouterr().err
