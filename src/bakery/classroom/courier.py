"""The courier: carries what is done from this kernel to the board, in a thread of its own, and disturbs nobody.

A check hands it a name and goes on. If the board does not answer, the courier waits and tries again, each time a bit
later, and says nothing: the class board is a help for the class, and no part of an exercise.
"""

import os
import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple, Protocol

from bakery.classroom.messages import MANY, written
from bakery.network import unusable

PAUSE = 1.0
"""Seconds until the second try; the next ones come twice as late each time."""

LONGEST_PAUSE = 60.0

CONNECT = 3.0
"""Seconds that finding the board may take; a cell waits for it when somebody joins."""

ANSWER = 5.0
"""Seconds that an answer of the board may take."""


class Unreachable(OSError):  # noqa: N818  # what happened
    """No board answers at this address; the text says what happened instead."""


class Reply(NamedTuple):
    """What the board answered."""

    status: int
    says: dict[str, Any]

    @property
    def well(self) -> bool:
        """Whether it did what was asked."""
        return self.status == 200


class Way(Protocol):
    """A way to a board."""

    def post(self, path: str, what: dict[str, Any], token: str = "") -> Reply:
        """Send a message. Raises `Unreachable`."""


class Network:
    """The way to a board through the network, by httpx, which is imported when somebody joins."""

    def __init__(self, address: str, *, straight: bool) -> None:
        """To an address, with a query if it needs one; `straight` passes the HTTP proxy of the environment by.

        So does an environment with which no client can be made, such as one that names certificates that are gone.
        """
        import httpx

        self._httpx = httpx
        self._base = httpx.URL(address)
        asks_the_environment = not straight and not unusable(os.environ)
        patience = httpx.Timeout(ANSWER, connect=CONNECT)
        self._client = httpx.Client(timeout=patience, trust_env=asks_the_environment)

    def post(self, path: str, what: dict[str, Any], token: str = "") -> Reply:
        """Send a message. Raises `Unreachable`, also where something else than a board answers."""
        url = self._base.copy_with(path=f"{self._base.path.rstrip('/')}/{path}")
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        try:
            answer = self._client.post(url, content=written(what), headers=headers)
            says = answer.json()
        except self._httpx.HTTPError as error:
            raise Unreachable(type(error).__name__) from error
        except ValueError as error:
            raise Unreachable("something else answers there") from error
        if not isinstance(says, dict):
            raise Unreachable("something else answers there")
        return Reply(answer.status_code, says)


class Courier:
    """Carries tasks to a board by a `way`; `rejoin` gives a new token where the board has begun anew, or "" for none."""

    def __init__(self, way: Way, token: str, rejoin: Callable[[], str], *, pause: float = PAUSE) -> None:
        self._way = way
        self._token = token
        self._rejoin = rejoin
        self._first_pause = pause
        self._orders: SimpleQueue[str | None] = SimpleQueue()
        self._lit: set[str] = set()
        """What the board has heard."""
        self._thread = threading.Thread(target=self._carry, name="class-board", daemon=True)
        self._thread.start()

    def take(self, lesson: str, task: str) -> None:
        """Take a task along; it never waits."""
        self._orders.put(f"{lesson}/{task}")

    def stop(self) -> None:
        """Carry nothing more."""
        self._orders.put(None)

    @property
    def at_work(self) -> bool:
        """Whether it still carries."""
        return self._thread.is_alive()

    def _carry(self) -> None:
        owed: set[str] = set()
        pause = 0.0
        while True:
            try:
                order = self._orders.get(timeout=pause or None)
            except Empty:
                pass
            else:
                if order is None:
                    return
                owed.add(order)
            outcome = self._deliver(owed)
            if outcome is None:
                return
            if outcome:
                pause = 0.0
                owed.clear()
            else:
                pause = min(max(pause * 2, self._first_pause), LONGEST_PAUSE)

    def _deliver(self, owed: set[str]) -> bool | None:
        """Whether the board has heard all; None where it wants to hear nothing more."""
        try:
            reply = self._way.post("done", {"done": sorted(owed)[:MANY]}, self._token)
            if reply.status == 401:
                self._token = self._rejoin()
                if not self._token:
                    return None
                owed |= self._lit
                reply = self._way.post("done", {"done": sorted(owed)[:MANY]}, self._token)
        except Unreachable:
            return False
        if reply.well:
            self._lit |= owed
        if reply.status == 410:
            return None
        return reply.status < 500 and reply.status != 429
