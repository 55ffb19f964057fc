"""An open board: what the handlers of its app share."""

from dataclasses import dataclass, field

from quart import Quart, current_app

from bakery.classroom.board import Board
from bakery.classroom.news import News
from bakery.classroom.rates import Rate

NAME = "bakery-class-board"
"""Under which an app carries it."""


@dataclass
class OpenBoard:
    """A board, the news of it, and how often its students may ask; `key` is the teacher's."""

    board: Board
    key: str
    invitation: str = ""
    """What students type to join."""
    news: News = field(init=False)
    asking: Rate = field(default_factory=lambda: Rate(burst=300, each_second=60))
    """By address: of a whole class, behind one router or one hub, it may be the same."""
    joining: Rate = field(default_factory=lambda: Rate(burst=120, each_second=1))
    """By address as well."""
    guessing: Rate = field(default_factory=lambda: Rate(burst=30, each_second=0.5))
    """Wrong words, by address."""
    each_seat: Rate = field(default_factory=lambda: Rate(burst=30, each_second=1))

    def __post_init__(self) -> None:
        self.news = News(lambda: {**self.board.shown(), "invitation": self.invitation})

    def carried_by(self, app: Quart) -> None:
        """Be the board of this app."""
        app.extensions[NAME] = self

    def tell_sums(self) -> None:
        """Tell the page of the sums, which have changed."""
        self.news.tell("sums", self.board.shown_sums())


def here() -> OpenBoard:
    """The board of the app that handles this request."""
    opened: OpenBoard = current_app.extensions[NAME]
    return opened
