"""Joining from a cell: what is said, what is sent, and what goes on without a board."""

from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest
from boards import WORD, a_board

import bakery
from bakery.checking import progress
from bakery.classroom.board import Left, NoSeat, ShownOut, WrongWord
from bakery.classroom.courier import Reply, Unreachable
from bakery.classroom.joining import ClassBoard
from bakery.classroom.messages import Done, Join, read_beliefs, written

HERE = "http://127.0.0.1:8910"


class Town:
    """A board without a network: each address that is asked for leads to it, or to nobody."""

    def __init__(self) -> None:
        self.board = a_board()
        self.there = True
        self.asked: list[str] = []
        self.lit: SimpleQueue[frozenset[str]] = SimpleQueue()

    def way(self, address: str) -> "Town":
        self.asked.append(address)
        return self

    def post(self, path: str, what: dict[str, Any], token: str = "") -> Reply:
        if not self.there:
            raise Unreachable("ConnectError")
        try:
            return Reply(200, self._answer(path, written(what), token))
        except (WrongWord, ShownOut, Left, NoSeat) as error:
            status = {WrongWord: 403, NoSeat: 401}.get(type(error), 410)
            return Reply(status, {"says": f"{type(error).__name__}."})

    def _answer(self, path: str, body: bytes, token: str) -> dict[str, Any]:
        if path == "join":
            new, seat = self.board.join(Join.read(body))
            return {"token": new, "name": seat.name}
        if path == "done":
            self.lit.put(self.board.light(token, Done.read(body).tasks).done)
        elif path == "beliefs":
            self.board.believe(token, read_beliefs(body))
        else:
            self.board.leave(token)
        return {}

    @property
    def names(self) -> list[str]:
        return [seat.name for seat in self.board.seats]


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    monkeypatch.setenv(progress.FILE, str(tmp_path / "progress.json"))
    monkeypatch.setattr(progress, "_session", {})
    yield Town()
    assert progress.listeners == []


@pytest.fixture
def kernel(town: Town) -> Iterator[ClassBoard]:
    kernel = ClassBoard(town.way)
    yield kernel
    kernel._stop()


def test_whoever_has_joined_lights_up_by_getting_something_done(town: Town, kernel: ClassBoard) -> None:
    said = repr(kernel.join(HERE, WORD, name="Ada"))
    assert said.startswith("You have joined the class board as Ada. ")
    assert "never an answer" in said
    progress.note("02_waiting", "together")
    assert town.lit.get(timeout=20) == {"02_waiting/together"}
    assert repr(kernel) == f"You have joined the class board at {HERE} as Ada."


def test_what_was_done_before_stays_with_the_reader(town: Town, kernel: ClassBoard) -> None:
    progress.note("02_waiting", "together")
    kernel.join(HERE, WORD)
    progress.note("02_waiting", "forgotten")
    assert town.lit.get(timeout=20) == {"02_waiting/forgotten"}


def test_a_second_one_of_the_same_name_is_told_so(town: Town, kernel: ClassBoard) -> None:
    town.board.join(Join(WORD, "Ada", ""))
    assert "as Ada 2, to tell you from others." in repr(kernel.join(HERE, WORD, name="Ada"))


def test_after_a_restart_the_same_cell_takes_the_same_seat(town: Town, kernel: ClassBoard) -> None:
    town.board.join(Join(WORD, "Ada", ""))
    kernel.join(HERE, WORD, name="Ada")
    kernel._stop()
    restarted = ClassBoard(town.way)
    restarted.join(HERE, WORD, name="Ada")
    assert town.names == ["Ada", "Ada 2"]
    restarted._stop()


def test_in_another_notebook_joining_without_words_takes_the_same_seat(
    town: Town, kernel: ClassBoard
) -> None:
    kernel.join(HERE, WORD, name="Ada")
    other = ClassBoard(town.way)
    assert "as Ada." in repr(other.join())
    assert town.names == ["Ada"]
    other._stop()


def test_somebody_else_at_this_machine_gets_a_seat_of_their_own(town: Town, kernel: ClassBoard) -> None:
    kernel.join(HERE, WORD, name="Ada")
    other = ClassBoard(town.way)
    other.join(HERE, WORD, name="Bob")
    assert town.names == ["Ada", "Bob"]
    other._stop()


def test_running_the_cell_twice_or_with_another_name_keeps_one_seat(town: Town, kernel: ClassBoard) -> None:
    for name in ("Ada", "Ada", "Grace"):
        kernel.join(HERE, WORD, name=name)
    assert town.names == ["Grace"]
    assert len(progress.listeners) == 1


def test_whoever_leaves_sends_nothing_more(town: Town, kernel: ClassBoard) -> None:
    kernel.join(HERE, WORD, name="Ada")
    assert repr(kernel.leave()).startswith("You have left the class board.")
    progress.note("02_waiting", "together")
    assert town.names == []
    assert progress.listeners == []
    assert "have not joined" in repr(kernel.leave())
    assert "no seat to take again" in repr(kernel.join())


def test_whoever_leaves_in_one_notebook_has_left_in_all_of_them(town: Town, kernel: ClassBoard) -> None:
    kernel.join(HERE, WORD, name="Ada")
    other = ClassBoard(town.way)
    other.join()
    kernel.leave()
    progress.note("02_waiting", "together")
    assert other._courier is not None
    other._courier._thread.join(20)
    assert town.names == []
    assert "have not joined" in repr(other)
    other._stop()


def test_a_board_that_begins_anew_gets_its_people_back(town: Town, kernel: ClassBoard) -> None:
    kernel.join(HERE, WORD, name="Ada")
    progress.note("02_waiting", "together")
    town.lit.get(timeout=20)
    town.board = a_board()
    progress.note("02_waiting", "forgotten")
    assert town.lit.get(timeout=20) == {"02_waiting/together", "02_waiting/forgotten"}
    assert town.names == ["Ada"]


def test_a_wrong_word_is_said_and_nothing_is_joined(town: Town, kernel: ClassBoard) -> None:
    assert repr(kernel.join(HERE, "guess", name="Ada")) == "WrongWord."
    assert town.names == []
    assert progress.listeners == []


def test_a_board_that_is_not_there_costs_one_sentence(town: Town, kernel: ClassBoard) -> None:
    town.there = False
    said = repr(kernel.join(HERE, WORD, name="Ada"))
    assert said.startswith(f"No class board answers at {HERE} (ConnectError), so nothing was joined.")
    assert progress.listeners == []


def test_a_board_that_dies_disturbs_nobody_and_leaving_it_says_what_is_true(
    town: Town, kernel: ClassBoard
) -> None:
    kernel.join(HERE, WORD, name="Ada")
    town.there = False
    progress.note("02_waiting", "together")
    assert progress.done() == {"02_waiting": {"together"}}
    assert "It did not answer, so your square may still be there" in repr(kernel.leave())


@pytest.mark.parametrize(
    ("given", "asked"),
    [
        ("192.168.1.20:8910", "http://192.168.1.20:8910"),
        (" http://teacher.local:8910/#x ", "http://teacher.local:8910/"),
        ("https://hub/user/t/proxy/8910/?token=abc", "https://hub/user/t/proxy/8910/?token=abc"),
    ],
)
def test_an_address_is_taken_as_people_write_it(
    town: Town, kernel: ClassBoard, given: str, asked: str
) -> None:
    kernel.join(given, WORD)
    assert town.asked == [asked]


@pytest.mark.parametrize(
    "given",
    [
        (HERE,),
        (HERE, "  "),
        ("", WORD),
        ("ftp://x", WORD),
        ("http://", WORD),
        ("http://x:99999", WORD),
        ("two words", WORD),
        (8910, WORD),
        (HERE, WORD, None),
        ("http://[", WORD),
    ],
)
def test_a_call_that_cannot_be_is_answered_with_the_right_one(
    town: Town, kernel: ClassBoard, given: tuple[Any, ...]
) -> None:
    assert 'Did you mean:  `class_board.join("http://' in repr(kernel.join(*given))
    assert town.asked == []


@pytest.mark.parametrize("answer", [Reply(200, {}), Reply(200, {"token": 1, "name": "x"}), Reply(302, {})])
def test_something_else_that_answers_is_no_board(kernel: ClassBoard, town: Town, answer: Reply) -> None:
    town.post = lambda *_: answer  # type: ignore[method-assign]
    assert "it is no class board" in repr(kernel.join(HERE, WORD))


def test_what_a_board_says_is_cut_short(kernel: ClassBoard, town: Town) -> None:
    town.post = lambda *_: Reply(403, {"says": "x" * 10_000})  # type: ignore[method-assign]
    assert len(repr(kernel.join(HERE, WORD))) == 300


def test_beliefs_are_shared_when_somebody_asks_for_it_and_not_before(town: Town, kernel: ClassBoard) -> None:
    assert "have not joined" in repr(kernel.share({"one order": (False, True)}))
    kernel.join(HERE, WORD, name="Ada")
    assert town.board.seats[0].beliefs == {}
    assert "in the sums" in repr(kernel.share({"one order": (False, True)}))
    assert town.board.seats[0].beliefs == {"one order": (False, True)}
    town.there = False
    assert "nothing was shared" in repr(kernel.share({}))


def test_the_front_door_has_it() -> None:
    assert isinstance(bakery.class_board, ClassBoard)
    assert repr(ClassBoard()).startswith("You have not joined a class board.")
