"""Class boards for tests: the real server in a process of its own, and people who join it."""

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from quart.typing import TestClientProtocol

from bakery.classroom.app import create_app
from bakery.classroom.board import Board, Notebook

Client = TestClientProtocol
"""A client of an app in process."""

WORD = "butter-lemon-spoon"
KEY = "teacher"
DONE = {"done": ["02_waiting/together"]}
NOTEBOOKS = (
    Notebook("02_waiting", "Waiting", ("together", "forgotten")),
    Notebook("01_three_cakes", "Three cakes", ("bakers", "rounds", "oven")),
)
LINK = re.compile(r"(http://[^/\s]+)/\?key=(\S+)")


def a_board(**options: Any) -> Board:  # noqa: ANN401  # as Board takes them
    """A board of two notebooks."""
    return Board(NOTEBOOKS, WORD, **options)


@dataclass
class OpenBoard:
    """A board that runs: its address, the key of its teacher, and in the end all that its terminal has shown."""

    url: str
    key: str
    said: str
    process: subprocess.Popen[str]

    @property
    def page(self) -> str:
        """The link of the teacher."""
        return f"{self.url}/?key={self.key}"

    def client(self) -> httpx.Client:
        """A client that no proxy of the environment concerns."""
        return httpx.Client(base_url=self.url, trust_env=False, timeout=20)

    def memory(self) -> float:
        """Megabytes that the process has in memory. Linux only."""
        with open(f"/proc/{self.process.pid}/statm") as pages:
            return int(pages.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


@contextmanager
def running_board(*words: str, port: int = 0) -> Iterator[OpenBoard]:
    """`python -m bakery.classroom`, until the block ends. Raises `RuntimeError` where it does not open."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bakery.classroom", "--port", str(port), "--word", WORD, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={name: value for name, value in os.environ.items() if not name.startswith("JUPYTERHUB_")},
    )
    assert process.stdout
    said = ""
    try:
        while not (link := LINK.search(said)) or ("gets here" not in said and "in this network" not in said):
            line = process.stdout.readline()
            if not line:
                raise RuntimeError(said)
            said += line
        board = OpenBoard(link[1], link[2], said, process)
        yield board
        process.terminate()
        board.said += process.communicate(timeout=20)[0]
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def joined(client: httpx.Client, name: str) -> dict[str, str]:
    """The headers of somebody who has joined by this name."""
    answer = client.post("/join", json={"word": WORD, "name": name, "token": ""})
    return {"Authorization": f"Bearer {answer.raise_for_status().json()['token']}"}


def light(client: httpx.Client, headers: dict[str, str], tasks: Sequence[str]) -> None:
    """Let tasks be done, each as "notebook/task"."""
    client.post("/done", json={"done": list(tasks)}, headers=headers).raise_for_status()


def asked(test: Callable[[Client], Awaitable[None]], board: Board | None = None, **options: Any) -> None:  # noqa: ANN401
    """Run a test with a client of the app."""

    async def run() -> None:
        app = create_app(board or a_board(), KEY, **options)
        async with app.test_app():
            await test(app.test_client())

    asyncio.run(run())


async def joins(client: Client, name: str = "Ada", word: str = WORD) -> tuple[int, Any]:
    """The status and the answer when somebody joins an app in process."""
    answer = await client.post("/join", json={"word": word, "name": name, "token": ""})
    return answer.status_code, await answer.get_json()


async def seated(client: Client, name: str = "Ada") -> dict[str, str]:
    """The headers of somebody who has joined an app in process."""
    return {"Authorization": f"Bearer {(await joins(client, name))[1]['token']}"}
