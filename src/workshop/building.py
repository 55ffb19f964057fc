"""Building notebooks: executing them and keeping every stored output that still holds, so that a second build changes nothing."""

import asyncio
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from nbformat import NotebookNode

from workshop.comparing import Rules, kept
from workshop.execution import executed
from workshop.notebooks import NotebookError, content, normal, read, replace, written
from workshop.task_cells import lesson_of, with_cells

AT_ONCE = 3
"""How many notebooks run side by side: they wait more than they work."""


async def build(path: Path, rules: Rules) -> list[str]:
    """Execute a notebook and write it in normal form; the ids of the cells whose outputs are new.

    Nothing is written where nothing changed. Raises `NotebookError` as `read` and `executed` do, and where somebody
    edited the file in the meantime; the file then stays as it is.
    """
    before, stored = content(path), read(path)
    lesson = lesson_of(path)
    stored = with_cells(stored, lesson.starters if lesson else {})
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


def faults(path: Path) -> list[str]:
    """What a build would mend in a notebook without executing it, in words."""
    try:
        notebook = read(path)
    except NotebookError as error:
        return [str(error)]
    unrun = [c.id for c in notebook.cells if c.cell_type == "code" and c.execution_count is None]
    found = [f"{path.name}: not executed: {', '.join(unrun)}"] if unrun else []
    if written(normal(notebook)) != path.read_bytes():
        found.append(f"{path.name}: not in normal form")
    return found


async def build_all(paths: Sequence[Path], rules: Rules) -> bool:
    """Build notebooks, some side by side, and tell how each went; whether all went well."""
    room = asyncio.Semaphore(AT_ONCE)

    async def one(path: Path) -> bool:
        async with room:
            start = time.perf_counter()
            try:
                changed = await build(path, rules)
            except NotebookError as error:
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
