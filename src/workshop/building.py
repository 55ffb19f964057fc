"""Building notebooks: executing them and keeping every stored output that still holds, so that a second build changes nothing."""

import asyncio
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from nbformat import NotebookNode

from bakery.checking.markdown import PaperError
from workshop.comparing import Rules, kept
from workshop.doors import with_next_door
from workshop.execution import executed
from workshop.notebooks import NotebookError, content, faults, normal, read, replace, understood, written
from workshop.task_cells import lesson_of, prepared

AT_ONCE = 3
"""How many notebooks run side by side: they wait more than they work."""


def prepare(path: Path) -> list[str]:
    """Write the cells of tasks that are missing, the text of those that are there, the names of all, and the next door.

    Nothing is executed, and nothing is written where nothing changed. The ids of the cells that were made or named.
    Raises `NotebookError` and `PaperError`.
    """
    stored = understood(path.read_text(encoding="utf-8"), path.name)
    lesson = lesson_of(path)
    fresh = with_next_door(prepared(stored, lesson.paper if lesson else None), path)
    if fresh != stored:
        replace(path, written(fresh))
    before = {cell.id for cell in stored.cells}
    return [cell.id for cell in fresh.cells if cell.id not in before]


async def build(path: Path, rules: Rules) -> list[str]:
    """Execute a notebook and write it in normal form; the ids of the cells whose outputs are new.

    It is prepared first. Nothing is written where nothing changed. Raises `NotebookError` as `read` and `executed` do,
    and where somebody edited the file in the meantime; the file then stays as it was prepared. Raises `PaperError`.
    """
    prepare(path)
    before, stored = content(path), read(path)
    fresh = kept(stored, await executed(stored, path.name, path.parent), rules)
    if content(path) != before:
        raise NotebookError(
            f"{path.name}: edited while it was being executed; nothing written, build it again"
        )
    if written(fresh) != before:
        replace(path, written(fresh))
    old = normal_outputs_of(stored)
    return [name for name, outputs in normal_outputs_of(fresh).items() if outputs != old[name]]


def normal_outputs_of(notebook: NotebookNode) -> dict[str, list[NotebookNode]]:
    """The outputs of every code cell in normal form, by the cell's id."""
    return {cell.id: cell.outputs for cell in normal(notebook).cells if cell.cell_type == "code"}


async def build_all(paths: Sequence[Path], rules: Rules) -> bool:
    """Build notebooks, some side by side, and tell how each went; whether all went well."""
    room = asyncio.Semaphore(AT_ONCE)

    async def one(path: Path) -> bool:
        async with room:
            start = time.perf_counter()
            try:
                changed = await build(path, rules)
            except (NotebookError, PaperError) as error:
                say(str(error), sys.stderr)
                return False
            took = f"{time.perf_counter() - start:.1f} s"
            outcome = f"new outputs: {', '.join(changed)}" if changed else "all outputs kept"
            say(f"{path.name}: {took}, {outcome}")
            return True

    return all(await asyncio.gather(*map(one, paths)))


def check_all(paths: Sequence[Path]) -> bool:
    """Tell what a build would mend; whether that is nothing."""
    found = [fault for path in paths for fault in faults(path)]
    for fault in found:
        say(fault, sys.stderr)
    return not found


def say(line: str, stream: TextIO | None = None) -> None:
    """Print a line at once."""
    print(line, file=stream, flush=True)
