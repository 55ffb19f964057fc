"""What cannot be in a browser says so, in a sentence and at once: threads, processes, ports, looks into a thread."""

from collections.abc import Callable
from typing import NoReturn

from bakery.browser.telling import REAL, NoMachineError

THREAD = f"A browser gives Python one thread, so this cell cannot start another. {REAL}"
PROCESS = f"A browser starts no second Python, so this cell has nowhere to run. {REAL}"
PORT = "A browser lets Python open no port. Serve the app in this notebook instead:  shop = serve(app)"
BOARD = f"A class board is on another machine, and a browser lets Python get to none. {REAL}"
LOOK = f"A browser gives Python one thread, and nobody can look at it while it is held. {REAL}"


def refuse(sentence: str) -> Callable[..., NoReturn]:
    """A function that takes anything and raises `NoMachineError` with this sentence."""

    def refusal(*_: object, **__: object) -> NoReturn:
        raise NoMachineError(sentence)

    return refusal


def no_debug(on: bool) -> None:
    """What `loop.set_debug` is: a loop that has no debug mode says so where it is asked for it."""
    if on:
        print(f"The event loop of a browser has no debug mode, so it reports nothing. {REAL}")  # noqa: T201
