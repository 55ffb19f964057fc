"""Who sits where, what is done, and what leaves the board."""

import json

import pytest
from boards import WORD, a_board

from bakery.classroom.board import FEWEST, Board, Full, Left, NoSeat, ShownOut, WrongWord, same_word
from bakery.classroom.messages import Join


def join(board: Board, name: str, token: str = "") -> str:
    return board.join(Join(WORD, name, token))[0]


def names(board: Board) -> list[str]:
    return [seat.name for seat in board.seats]


def test_two_of_one_name_are_told_apart() -> None:
    board = a_board()
    assert join(board, "Ada") != join(board, "ada")
    assert names(board) == ["Ada", "ada 2"]


def test_a_token_takes_the_seat_back_with_all_that_is_done() -> None:
    board = a_board()
    token = join(board, "Ada")
    join(board, "Bob")
    board.light(token, {"02_waiting/together"})
    again, seat = board.join(Join(WORD, "Ada", token))
    assert (again, seat.name, seat.done) == (token, "Ada", frozenset({"02_waiting/together"}))
    assert names(board) == ["Ada", "Bob"]


def test_a_token_may_take_another_name() -> None:
    board = a_board()
    token = join(board, "Ada")
    join(board, "Bob")
    join(board, "Bob", token)
    assert names(board) == ["Bob 2", "Bob"]


def test_a_token_of_another_board_gets_a_new_one() -> None:
    board = a_board()
    assert join(board, "Ada", "stolen or old") != "stolen or old"


@pytest.mark.parametrize("word", ["", "butter", "butter-lemon-spoons", "\ud800", "é" * 500])
def test_nobody_joins_by_another_word(word: str) -> None:
    board = a_board()
    with pytest.raises(WrongWord):
        board.join(Join(word, "Ada", ""))
    assert board.seats == []


@pytest.mark.parametrize("spelled", ["butter-lemon-spoon", " Butter Lemon SPOON ", "butter - lemon -spoon"])
def test_the_word_may_be_spelled_as_it_was_heard(spelled: str) -> None:
    assert same_word(spelled, WORD)


def test_only_tasks_of_the_series_light_up() -> None:
    board = a_board()
    seat = board.light(join(board, "Ada"), {"02_waiting/together", "02_waiting/made_up", "99_x/together"})
    assert seat.done == {"02_waiting/together"}


def test_without_a_seat_nothing_lights_up() -> None:
    board = a_board()
    with pytest.raises(NoSeat):
        board.light("", {"02_waiting/together"})


def test_whoever_leaves_is_gone_and_can_come_back() -> None:
    board = a_board()
    token = join(board, "Ada")
    board.leave(token)
    assert board.seats == []
    with pytest.raises(Left):
        board.light(token, {"02_waiting/together"})
    assert join(board, "Ada", token) != token


def test_whoever_is_shown_out_stays_out_by_that_token() -> None:
    board = a_board()
    token = join(board, "Rude")
    assert board.show_out(board.seats[0].number)
    assert not board.show_out(1)
    with pytest.raises(ShownOut):
        board.light(token, set())
    with pytest.raises(ShownOut):
        join(board, "Ruder", token)


def test_a_full_board_takes_nobody_more_but_those_who_have_a_seat() -> None:
    board = a_board(seats=2)
    token = join(board, "Ada")
    join(board, "Bob")
    with pytest.raises(Full):
        join(board, "Eve")
    assert join(board, "Ada", token) == token


def test_the_page_is_told_names_and_tasks_and_nothing_that_opens_a_seat() -> None:
    board = a_board()
    token = join(board, "Ada")
    board.believe(token, {"one order": (False, True)})
    text = json.dumps(board.shown())
    assert [notebook["name"] for notebook in board.shown()["notebooks"]] == ["01_three_cakes", "02_waiting"]
    assert "Ada" in text
    assert token not in text
    assert "one order" not in text


def test_sums_are_there_once_a_teacher_opens_them_and_enough_have_agreed() -> None:
    board = a_board()
    tokens = [join(board, f"S{number}") for number in range(FEWEST)]
    board.sums_are_open = True
    for place, token in enumerate(tokens):
        assert board.sums() == []
        board.believe(token, {"one order": (place == 0, True), f"only {place}": (True, True)})
    (found,) = board.sums()
    assert (found.idea, found.before, found.after, found.people) == ("one order", 1, FEWEST, FEWEST)
    board.sums_are_open = False
    assert board.sums() == []


def test_beliefs_are_counted_once_and_go_with_whoever_leaves() -> None:
    board = a_board()
    tokens = [join(board, "S") for _ in range(FEWEST + 1)]
    board.sums_are_open = True
    for token in [*tokens, *tokens]:
        board.believe(token, {"one order": (False, True)})
    assert board.sums()[0].people == FEWEST + 1
    board.leave(tokens[0])
    assert board.sums()[0].people == FEWEST


def test_a_kept_board_opens_again_with_everybody_in_the_same_seat() -> None:
    board = a_board()
    token, gone, out = join(board, "Ada"), join(board, "Bob"), join(board, "Eve")
    board.light(token, {"02_waiting/together"})
    board.believe(token, {"one order": (False, True)})
    board.leave(gone)
    board.show_out(3)
    kept = json.dumps(board.kept())
    assert token not in kept
    again = a_board()
    again.take_up(json.loads(kept))
    assert again.seats == board.seats
    assert join(again, "Ada", token) == token
    with pytest.raises(ShownOut):
        join(again, "Eve", out)
    with pytest.raises(Left):
        again.light(gone, set())
    assert again.join(Join(WORD, "New", ""))[1].number > 1
