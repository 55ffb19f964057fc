"""Joining a class board from a cell: `class_board.join(...)`, `class_board.leave()`."""

import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from bakery.checking import progress
from bakery.checking.verdicts import Note
from bakery.classroom import kept_seat
from bakery.classroom.courier import Courier, Network, Reply, Unreachable, Way
from bakery.classroom.kept_seat import KeptSeat
from bakery.loopback import is_loopback

CALL = 'class_board.join("http://192.168.1.20:8910", "butter-lemon-spoon", name="Ada")'
NOT_JOINED = "You have not joined a class board."
STRANGE = "Something answers there, and it is no class board. Is the address whole?"


class ClassBoard:
    """The class board of a teacher: join it, and the tasks that you get done light up there.

    class_board.join("http://192.168.1.20:8910", "butter-lemon-spoon", name="Ada")   address and word are the teacher's
    class_board.join()      in another notebook, or after a restart of the kernel: the same seat again
    class_board.leave()     takes you from the board, at any time

    The names of tasks travel, and the name that you give; never an answer. A board that does not answer
    disturbs nothing.
    """

    def __init__(self, way: Callable[[str], Way] | None = None) -> None:
        self._to = way or _network
        self._seat: KeptSeat | None = None
        self._called = ""
        """The name on the board."""
        self._courier: Courier | None = None

    def join(self, address: str = "", word: str = "", name: str = "") -> Note:
        """Join the board at `address` by the `word` of the class; without them, take the seat of last time again."""
        wanted = self._wanted(address, word, name)
        if isinstance(wanted, Note):
            return wanted
        if self._seat and self._seat.address != wanted.address:
            self.leave()
        try:
            way = self._to(wanted.address)
            reply = _asked_to_join(way, wanted)
        except Unreachable as error:
            return Note(
                f"No class board answers at {wanted.address} ({error}), so nothing was joined. Is it open, and is this "
                "machine in the same network? Everything else works as ever."
            )
        token, called = reply.says.get("token"), reply.says.get("name")
        if not reply.well or not isinstance(token, str) or not isinstance(called, str):
            return Note(_said(reply))
        self._take(way, replace(wanted, token=token), called)
        other = "" if called == wanted.name or not wanted.name else ", to tell you from others"
        return Note(
            f"You have joined the class board as {called}{other}. Each task that you get done from now on lights up there: "
            "its name travels, and never an answer. `class_board.leave()` ends that."
        )

    def leave(self) -> Note:
        """Leave the board: nothing more is sent, and your square goes."""
        seat = self._seat or kept_seat.recall()
        self._stop()
        self._seat = None
        kept_seat.forget()
        if seat is None:
            return Note(NOT_JOINED)
        try:
            self._to(seat.address).post("leave", {}, seat.token)
        except Unreachable:
            return Note(
                "You have left the class board, and nothing more is sent. It did not answer, so your square may still be "
                "there; your teacher can take it away."
            )
        return Note("You have left the class board. Nothing more is sent, and your square is gone.")

    def share(self, beliefs: Mapping[str, tuple[bool, bool]]) -> Note:
        """Give what you believed before and after the series to the sums of the class, idea by idea.

        The board shows sums of five people or more, without names, once the teacher opens them.
        """
        if self._seat is None:
            return Note(f"{NOT_JOINED} {_meant()}")
        try:
            what = {idea: [bool(before), bool(after)] for idea, (before, after) in beliefs.items()}
            reply = self._to(self._seat.address).post("beliefs", {"beliefs": what}, self._seat.token)
        except Unreachable:
            return Note("The class board does not answer, so nothing was shared.")
        return Note("It is in the sums of the class." if reply.well else _said(reply))

    def __repr__(self) -> str:
        if self._seat and self._courier and self._courier.at_work:
            return f"You have joined the class board at {self._seat.address} as {self._called}."
        return f"{NOT_JOINED} {_meant()}"

    def _wanted(self, address: str, word: str, name: str) -> KeptSeat | Note:
        """The seat that is asked for, with the token that this reader has for it; or what is wrong with the call."""
        if not all(isinstance(one, str) for one in (address, word, name)):
            return Note(f"An address, a word and a name are texts, in quotes. {_meant()}")
        known = self._seat or kept_seat.recall()
        if not address and not word:
            if known is None:
                return Note(f"There is no seat to take again. {_meant()}")
            return KeptSeat(known.address, known.word, name or known.name, known.token)
        where = _address(address)
        if not where or not word.strip():
            return Note(f"The address of the board and the word of the class are needed. {_meant()}")
        if known and known.address == where and (self._seat or name in ("", known.name)):
            return KeptSeat(where, word, name or known.name, known.token)
        return KeptSeat(where, word, name, "")  # somebody else may use this machine

    def _take(self, way: Way, seat: KeptSeat, called: str) -> None:
        self._stop()
        self._seat, self._called = seat, called
        kept_seat.remember(seat)
        self._courier = Courier(way, seat.token, lambda: self._rejoin(way))
        progress.listeners.append(self._courier.take)

    def _rejoin(self, way: Way) -> str:
        """A new token from a board that has begun anew; "" where it lets nobody in by the old word."""
        seat = self._seat
        if seat is None:
            return ""
        reply = _asked_to_join(way, seat)
        token = reply.says.get("token")
        if not reply.well or not isinstance(token, str):
            return ""
        if self._seat is not seat:  # somebody has left meanwhile
            way.post("leave", {}, token)
            return ""
        self._seat = replace(seat, token=token)
        kept_seat.remember(self._seat)
        return token

    def _stop(self) -> None:
        if self._courier:
            progress.listeners.remove(self._courier.take)
            self._courier.stop()
            self._courier = None


def _network(address: str) -> Way:
    return Network(address, straight=_is_near(urlsplit(address).hostname or ""))


def _is_near(host: str) -> bool:
    """Whether a host is in the network of this machine: no HTTP proxy leads there."""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return is_loopback(host) or host.endswith(".local") or "." not in host


def _asked_to_join(way: Way, seat: KeptSeat) -> Reply:
    return way.post("join", {"word": seat.word, "name": seat.name, "token": seat.token})


def _address(given: str) -> str:
    """An address as it is kept: with a scheme, without a fragment; "" for what is none."""
    text = given.strip()
    text = text if "://" in text else f"http://{text}"
    try:
        parts = urlsplit(text)
        whole = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return ""
    return parts._replace(fragment="").geturl() if whole and given.strip() and " " not in text else ""


def _said(reply: Reply) -> str:
    """The sentence of the board, cut short: whoever answers there is not to fill the page."""
    says: Any = reply.says.get("says")
    return says[:300] if isinstance(says, str) and says else STRANGE


def _meant() -> str:
    return f"Did you mean:  `{CALL}`"


class_board = ClassBoard()
"""The one of this kernel."""
