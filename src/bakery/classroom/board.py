"""What the board knows: who sits where, and which tasks are done.

It knows no network and never waits. The app calls it in one event loop, so while a method of it runs, nobody else gets
a turn: two students who join at the same moment under one name are told apart without any lock.
"""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from hmac import compare_digest
from itertools import count
from secrets import token_urlsafe
from typing import Any

from bakery.classroom.messages import Beliefs, Join
from bakery.classroom.names import cleaned, told_apart

SEATS = 200
"""Squares that there can be."""

FEWEST = 5
"""People who have to agree before there is a sum: a sum of one is somebody's own answers."""


class WrongWord(ValueError):  # noqa: N818  # as in `messages`
    """Somebody who does not know the word of this class."""


class NoSeat(ValueError):  # noqa: N818
    """A token that belongs to nobody: the board began anew, or its owner has left."""


class Left(ValueError):  # noqa: N818
    """The token of somebody who has left: another kernel of theirs sends no more either."""


class ShownOut(ValueError):  # noqa: N818
    """The token of somebody whom the teacher has taken from the board."""


class Full(ValueError):  # noqa: N818
    """No seat is left."""


@dataclass(frozen=True)
class Notebook:
    """A notebook, with the names of its tasks in the order in which they come."""

    name: str
    title: str
    tasks: tuple[str, ...]


@dataclass(frozen=True)
class Seat:
    """A square on the board; `number` tells in which order people joined."""

    number: int
    name: str
    done: frozenset[str] = frozenset()
    beliefs: Beliefs = field(default_factory=dict)
    """Whoever agrees gives them; nothing but their sum leaves the board."""

    def shown(self) -> dict[str, Any]:
        """What the page is told of it."""
        return {"seat": self.number, "name": self.name, "done": sorted(self.done)}


@dataclass(frozen=True)
class Sum:
    """Of all who agreed, how many held an idea before the series, and how many after it."""

    idea: str
    before: int
    after: int
    people: int


class Board:
    """The seats of one class, which joins by `word`."""

    def __init__(
        self,
        notebooks: Iterable[Notebook],
        word: str,
        *,
        seats: int = SEATS,
        token: Callable[[], str] = token_urlsafe,
    ) -> None:
        self.notebooks = sorted(notebooks, key=lambda notebook: notebook.name)
        self.word = word
        self.sums_are_open = False
        self._tasks = frozenset(f"{book.name}/{task}" for book in self.notebooks for task in book.tasks)
        self._most = seats
        self._token = token
        self._numbers = count(1)
        self._seats: dict[str, Seat] = {}
        """By the digest of their token: whoever reads the memory or the file of a board can be nobody else."""
        self._left: set[str] = set()
        self._shown_out: set[str] = set()

    # For a student

    def join(self, asked: Join) -> tuple[str, Seat]:
        """A token and its seat: the one of `asked.token` where that has one, and a new one otherwise.

        Raises `WrongWord`, `ShownOut` and `Full`.
        """
        if not same_word(asked.word, self.word):
            raise WrongWord
        key, name = _digest(asked.token), cleaned(asked.name)
        if key in self._shown_out:
            raise ShownOut
        if key in self._seats:
            seat = replace(self._seats[key], name=told_apart(name, self._names(but=key)))
            self._seats[key] = seat
            return asked.token, seat
        if len(self._seats) >= self._most:
            raise Full
        token = self._token()
        seat = Seat(next(self._numbers), told_apart(name, self._names()))
        self._seats[_digest(token)] = seat
        return token, seat

    def light(self, token: str, tasks: Iterable[str]) -> Seat:
        """Light these tasks up on somebody's square; what the series does not have is left out. Raises as `_find`."""
        key, seat = self._find(token)
        self._seats[key] = replace(seat, done=seat.done | self._tasks.intersection(tasks))
        return self._seats[key]

    def believe(self, token: str, beliefs: Beliefs) -> Seat:
        """Take somebody's beliefs into the sums, in place of earlier ones. Raises as `_find`."""
        key, seat = self._find(token)
        self._seats[key] = replace(seat, beliefs=beliefs)
        return self._seats[key]

    def leave(self, token: str) -> Seat:
        """Take somebody from the board who wants to leave, with all that is known of them. Raises as `_find`."""
        key, seat = self._find(token)
        del self._seats[key]
        self._left.add(key)
        return seat

    # For the teacher

    def show_out(self, number: int) -> bool:
        """Take somebody from the board who does not come back by that token; whether there was such a seat."""
        for key, seat in self._seats.items():
            if seat.number == number:
                del self._seats[key]
                self._shown_out.add(key)
                return True
        return False

    @property
    def seats(self) -> list[Seat]:
        """All seats, in the order in which people joined."""
        return sorted(self._seats.values(), key=lambda seat: seat.number)

    def sums(self) -> list[Sum]:
        """The sums of all who agreed, idea by idea; none before a teacher opens them, and none of too few people."""
        answers = [seat.beliefs for seat in self._seats.values() if seat.beliefs]
        found = []
        for idea in (
            dict.fromkeys(idea for beliefs in answers for idea in beliefs) if self.sums_are_open else ()
        ):
            pairs = [beliefs[idea] for beliefs in answers if idea in beliefs]
            if len(pairs) >= FEWEST:
                before, after = (sum(halves) for halves in zip(*pairs, strict=True))
                found.append(Sum(idea, before, after, len(pairs)))
        return found

    def shown(self) -> dict[str, Any]:
        """All that the page is told."""
        return {
            "notebooks": [asdict(notebook) for notebook in self.notebooks],
            "seats": [seat.shown() for seat in self.seats],
            **self.shown_sums(),
        }

    def shown_sums(self) -> dict[str, Any]:
        """The sums, as the page is told of them."""
        sums = [asdict(one) for one in self.sums()]
        return {"open": self.sums_are_open, "fewest": FEWEST, "sums": sums}

    # For a file

    def kept(self) -> dict[str, Any]:
        """All that has to be kept so that the same board can open again."""
        seats = {key: {**asdict(seat), "done": sorted(seat.done)} for key, seat in self._seats.items()}
        return {
            "word": self.word,
            "seats": seats,
            "left": sorted(self._left),
            "shown_out": sorted(self._shown_out),
        }

    def take_up(self, kept: dict[str, Any]) -> None:
        """Seat everybody again who was kept. Raises `KeyError`, `TypeError` or `ValueError` for anything else."""
        seats = {
            str(key): Seat(
                int(seat["number"]),
                cleaned(seat["name"]),
                self._tasks.intersection(seat["done"]),
                {str(idea): (bool(before), bool(after)) for idea, (before, after) in seat["beliefs"].items()},
            )
            for key, seat in kept["seats"].items()
        }
        self._left, self._shown_out = ({str(key) for key in kept[gone]} for gone in ("left", "shown_out"))
        self._seats = seats
        self._numbers = count(1 + max((seat.number for seat in seats.values()), default=0))

    def _find(self, token: str) -> tuple[str, Seat]:
        """The seat of a token. Raises `ShownOut`, `Left` or `NoSeat`."""
        key = _digest(token)
        if key in self._seats:
            return key, self._seats[key]
        if key in self._shown_out:
            raise ShownOut
        raise Left if key in self._left else NoSeat

    def _names(self, but: str = "") -> list[str]:
        return [seat.name for key, seat in self._seats.items() if key != but]


def same_word(given: str, word: str) -> bool:
    """Whether a word is the word of the class, however it is spaced; how long that takes tells nothing about it."""
    return compare_digest(
        _spelled(given).encode("utf-8", "replace"), _spelled(word).encode("utf-8", "replace")
    )


def _spelled(word: str) -> str:
    return "-".join(word.casefold().replace("-", " ").split())


def _digest(token: str) -> str:
    return sha256(token.encode("utf-8", "replace")).hexdigest()
