"""`python -m bakery.classroom` opens a class board, and says how a class joins it."""

import argparse
import asyncio
import errno
import secrets
import signal
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from textwrap import indent
from typing import Any

from hypercorn.asyncio import serve
from hypercorn.config import Config, Sockets
from quart import Quart

from bakery import lessons
from bakery.classroom.app import create_app
from bakery.classroom.board import Board, Notebook
from bakery.classroom.class_word import class_word
from bakery.classroom.kept_board import NotKept, as_text, open_again, read, write
from bakery.loopback import HOST, is_loopback
from bakery.proxy import cut_prefix
from bakery.shop.sockets import Door, listen, make_room_for_a_crowd

PORT = 8910

A_MOMENT = 0.5
"""Seconds that whoever is still connected has when the board closes."""


def main(words: Sequence[str] | None = None) -> int:
    """The command line; 0 after Ctrl+C, 1 where the board cannot open."""
    asked = parser().parse_args(words)
    try:
        kept = read(asked.keep) if asked.keep else {}
        board = Board(series(), asked.word or kept.get("word") or class_word())
        if kept:
            open_again(board, kept, asked.keep)
        if asked.keep:
            write(
                as_text(board.kept()), asked.keep
            )  # a file that cannot be written is told before anybody joins
        make_room_for_a_crowd()
        door = listen(asked.port, asked.host)
    except (NotKept, OSError) as problem:
        print(told(problem, asked), file=sys.stderr)  # noqa: T201  # a command
        return 1
    key = secrets.token_urlsafe(16)
    port = door.getsockname()[1]
    joining = invitation(asked.host, port, board.word)
    print(announced(asked.host, port, joining, key), flush=True)  # noqa: T201
    app = create_app(board, key, invitation=joining, kept_in=asked.keep)
    asyncio.run(serving(app, door))
    return 0


def parser() -> argparse.ArgumentParser:
    """What can be asked."""
    parser = argparse.ArgumentParser(prog="python -m bakery.classroom", description=__doc__)
    parser.add_argument("--word", type=a_word, help="the word of the class (without it, one is made up)")
    parser.add_argument(
        "--host",
        default=HOST,
        help="who can reach the board: 127.0.0.1 is this machine only, 0.0.0.0 is everybody in its network",
    )
    parser.add_argument(
        "--port", type=int, default=PORT, help=f"the port, {PORT} unless told; 0 is any free one"
    )
    parser.add_argument(
        "--keep", type=Path, metavar="FILE", help="keep the board in a file, and open it again from there"
    )
    return parser


def a_word(given: str) -> str:
    """A word for the class. Raises `argparse.ArgumentTypeError` for one that says nothing or is guessed at once."""
    if sum(letter.isalnum() for letter in given) < 6:
        raise argparse.ArgumentTypeError("six letters at least; anybody guesses a shorter one")
    return given


def series() -> list[Notebook]:
    """All notebooks and the names of their tasks."""
    return [Notebook(lesson.name, lesson.title, tuple(lesson.names)) for lesson in lessons.every()]


async def serving(app: Quart, door: Door) -> None:
    """Serve the board until Ctrl+C, or until the system ends it."""
    closing = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(name, closing.set)
        except NotImplementedError:  # on Windows
            signal.signal(name, lambda *_: loop.call_soon_threadsafe(closing.set))

    loop.set_exception_handler(unless_a_connection)

    async def closed() -> None:
        await closing.wait()
        # A stream has no end of its own, and from Python 3.12 on a server waits for all who are still connected.
        loop.call_later(A_MOMENT, door.hang_up)

    await serve(app, Behind(door), shutdown_trigger=closed)


def unless_a_connection(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Report what nobody awaited; but what a stranger's bytes do to a connection ends that connection, and no more."""
    if "client_connected_cb" not in context["message"]:
        loop.default_exception_handler(context)


class Behind(Config):
    """How Hypercorn serves what comes through a door."""

    keep_alive_timeout = 10.0  # also for whoever sends half a request and no more
    graceful_timeout = 2 * A_MOMENT
    loglevel = "WARNING"  # what there is to say is said already

    def __init__(self, door: Door) -> None:
        super().__init__()
        self._door = door

    def create_sockets(self) -> Sockets:
        """The one that listens already."""
        return Sockets([], [self._door], [])


def told(problem: Exception, asked: argparse.Namespace) -> str:
    """Why the board does not open, and what to do."""
    if isinstance(problem, OSError) and problem.errno == errno.EADDRINUSE:
        free = f"--port {asked.port + 1}"
        return f"Port {asked.port} is taken, perhaps by another board. Did you mean:  {free}"
    if isinstance(problem, OSError) and not problem.filename:
        return f"The board cannot listen on {asked.host} ({problem.strerror or problem})."
    return str(problem)


def invitation(host: str, port: int, word: str) -> str:
    """What students type to join."""
    address = f"http://{own_address() if host == EVERYWHERE else host}:{port}"
    return f'from bakery import class_board\nclass_board.join("{address}", "{word}", name="Ada")'


def announced(host: str, port: int, joining: str, key: str) -> str:
    """What a teacher reads: the link of the page, how students join, and who gets here."""
    outside = cut_prefix(port)
    here = f"http://{HOST if host == EVERYWHERE else host}:{port}"
    lines = [
        "The class board is open. Ctrl+C closes it.",
        "",
        "Your page; its key makes you the teacher, so keep it to yourself:",
        f"  {f'ADDRESS OF YOUR HUB{outside}' if outside else here}/?key={key}",
        "",
        "Students join from a cell:",
        indent(joining, "  "),
        "",
        reach(host, outside),
    ]
    return "\n".join(lines)


EVERYWHERE = "0.0.0.0"  # noqa: S104  # a teacher may ask for it, and is told what it means


def reach(host: str, outside: str) -> str:
    """Who gets to the board, in words."""
    if not is_loopback(host):
        return (
            "Everybody in this network who has the address can ask this board; without the word nobody joins, and "
            "without the key nobody sees it. What is sent is not encrypted: names that students choose, and names of "
            "tasks."
        )
    if outside:
        return (
            "Students on this machine get here by that address; from other machines, the way is your hub's "
            f"address and {outside}, with a token of yours if the hub asks for one."
        )
    return (
        "Only this machine gets here. For students on other machines of this network, close it, and add:  "
        "--host 0.0.0.0"
    )


def own_address() -> str:
    """This machine's address in its network, or its name where it has no network; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            asking.connect(("10.255.255.255", 1))
            return str(asking.getsockname()[0])
        except OSError:
            return socket.gethostname()


if __name__ == "__main__":
    raise SystemExit(main())
