"""What every part of the soak has in common: notebooks, time, chance that can be repeated, and a look at what is left."""

import asyncio
import random
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import psutil  # type: ignore[import-untyped]
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

ROOT = Path(__file__).parents[2]

PATIENCE = 90
"""Seconds that a cell may take, and the longest that anything may be there after its kernel has gone."""

ALIVE = "print('the next cell works')"

SPIN = """
import os, threading
def spin():
    while True:
        pass
threading.Thread(target=spin, daemon=True).start()
os.read(0, 1)  # ends when the program that started it does, however that ends
"""

new: Any = nbformat.v4  # whose functions have no types


@dataclass(frozen=True)
class Wanted:
    """What a part is to do: with which notebooks, until when, how many at a time, and by which chance."""

    notebooks: tuple[Path, ...]
    until: float
    """A moment of `time.monotonic`."""
    folder: Path
    """For the kernels' work; emptied afterwards by whoever made it."""
    seed: int = 0
    busy: int = 8
    at_once: int = 3
    numbers: Iterator[int] = field(default_factory=lambda: iter(range(1_000_000)))

    def time_is_left(self) -> bool:
        """Whether another trial may begin."""
        return time.monotonic() < self.until


Trial = Callable[[Path, random.Random, Path], Awaitable[str]]
"""One try of a notebook, by chance, in a folder; what went wrong, or nothing. Raises `AssertionError`, too."""


async def many(wanted: Wanted, trial: Trial) -> AsyncIterator[str]:
    """Trials, some at a time, until the time is over. Each has its own seed, which a failure names."""
    running: set[asyncio.Task[str]] = set()
    try:
        while wanted.time_is_left() or running:
            while wanted.time_is_left() and len(running) < wanted.at_once:
                running.add(asyncio.create_task(_one(wanted, trial, next(wanted.numbers))))
            done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                yield task.result()
    finally:
        for task in running:
            task.cancel()


async def _one(wanted: Wanted, trial: Trial, number: int) -> str:
    chance = random.Random(f"{wanted.seed}-{number}")
    notebook = chance.choice(wanted.notebooks)
    folder = wanted.folder / f"trial-{number}"
    folder.mkdir()
    try:
        found = await trial(notebook, chance, folder)
    except Exception as error:  # whatever it is, it is a failure with a number
        found = f"{type(error).__name__}: {error}"
    return f"{notebook.name}, seed {wanted.seed}, trial {number}: {found}" if found else ""


@contextmanager
def busy(processes: int) -> Iterator[None]:
    """Keep so many processes computing while the block runs."""
    started = [
        subprocess.Popen([sys.executable, "-c", SPIN], stdin=subprocess.PIPE) for _ in range(processes)
    ]
    try:
        yield
    finally:
        for process in started:
            process.kill()
            process.communicate()


async def run(client: NotebookClient, cell: NotebookNode) -> str:
    """Run one more cell in a client's notebook: "", or what it raised. Raises where it never ends."""
    client.nb.cells.append(cell)
    try:
        await client.async_execute_cell(cell, len(client.nb.cells) - 1)
    except CellExecutionError as error:
        return str(error.ename)
    except CellTimeoutError as error:
        raise AssertionError(f"a cell is still running after {client.timeout} s:\n{cell.source}") from error
    except DeadKernelError:
        return "the kernel ended"
    return ""


async def works(client: NotebookClient) -> str:
    """Whether the next cell works: "", or what happened to it instead."""
    cell = new.new_code_cell(ALIVE)
    if error := await run(client, cell):
        return f"the next cell raises {error}"
    said = "".join(output.get("text", "") for output in cell.outputs)
    return "" if "the next cell works" in said else f"the next cell says {said!r}"


async def family(client: NotebookClient) -> list[Any]:
    """The kernel's process and all that it has started."""
    cell = new.new_code_cell("import os as _os\nprint(_os.getpid())")
    await run(client, cell)
    kernel = psutil.Process(int("".join(output.text for output in cell.outputs)))
    return [kernel, *kernel.children(recursive=True)]


async def left(members: list[Any]) -> str:
    """What is still there some seconds after the end of a kernel: "", or the processes."""
    end = time.monotonic() + PATIENCE
    while there := [member for member in members if alive(member)]:
        if time.monotonic() > end:
            with suppress(psutil.Error):
                return f"left behind: {[' '.join(member.cmdline())[:80] for member in there]}"
        await asyncio.sleep(0.1)
    return ""


def alive(process: Any) -> bool:  # noqa: ANN401  # psutil has no types
    """Whether a process runs; one that has ended and was not asked for its result does not."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
